# A role that may only SELECT and EXECUTE, behind row-level security, gets the
# answers of a superuser over the rows it may see. The extension lives in a schema
# of its own that is on nobody's search_path.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', q{
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    CREATE SCHEMA analytics;
    CREATE EXTENSION journey SCHEMA analytics;
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA analytics FROM PUBLIC;
    CREATE SCHEMA shop;
    CREATE TABLE shop.visits (tenant text, customer int, ts timestamptz, event text);
    INSERT INTO shop.visits SELECT (ARRAY['analyst', 'other'])[1 + i % 2], i % 60, timestamptz '2024-01-01' + i * interval '5 minutes',
        (ARRAY['view', 'cart', 'buy'])[1 + i * i % 7 % 3] FROM generate_series(1, 6000) i;
    CREATE TABLE shop.journeys AS SELECT tenant, customer, analytics.journey_agg(ts, event) AS j FROM shop.visits GROUP BY 1, 2;
    ALTER TABLE shop.visits ENABLE ROW LEVEL SECURITY;
    ALTER TABLE shop.journeys ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON shop.visits USING (tenant = current_user);
    CREATE POLICY own ON shop.journeys USING (tenant = current_user);
    INSERT INTO analytics.journey_stage (map, position, stage) VALUES ('shop', 1, 'interest'), ('shop', 2, 'purchase');
    INSERT INTO analytics.journey_touchpoint (map, touchpoint, stage, owner) VALUES ('shop', 'product', 'interest', 'web'), ('shop', 'till', 'purchase', 'shop');
    INSERT INTO analytics.journey_rule (map, event, touchpoint) VALUES ('shop', 'view', 'product'), ('shop', 'buy', 'till');
    CREATE ROLE analyst LOGIN;
    GRANT USAGE ON SCHEMA shop, analytics TO analyst;
    GRANT SELECT ON ALL TABLES IN SCHEMA shop, analytics TO analyst;
});

my $denied = "SELECT analytics.event_count(j) FROM shop.journeys";
my ($status, $out, $error) = $node->psql('postgres', $denied, extra_params => [ '-U', 'analyst' ]);
like($error, qr/permission denied for function/, 'without EXECUTE there is no answer');
$node->safe_psql('postgres', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA analytics TO analyst');

my $steps = q{ARRAY['view','cart','buy']};
my %questions = (
    'values' => 'SELECT customer, j FROM shop.journeys',
    'equality and order' => 'SELECT max(customer), j FROM shop.journeys GROUP BY j ORDER BY j',
    'merging' => 'SELECT analytics.event_count(analytics.journey_agg(j OPERATOR(analytics.||) j)) FROM shop.journeys',
    'text in and out' => 'SELECT customer, j::text::analytics.journey FROM shop.journeys',
    'journey_agg' => 'SELECT customer, analytics.journey_agg(ts, event) FROM shop.visits GROUP BY customer',
    'window_funnel' => "SELECT customer, analytics.window_funnel('1 hour', ts, event, $steps) FROM shop.visits GROUP BY customer",
    'window_funnel of booleans' => "SELECT customer, analytics.window_funnel('1 hour', ts, event = 'view', event = 'buy') FROM shop.visits GROUP BY customer",
    'retention' => "SELECT customer, analytics.retention(event = 'view', event = 'buy') FROM shop.visits GROUP BY customer",
    'sessionize' => "SELECT customer, ts, analytics.sessionize(ts, '2 hours', midnight_in => 'Europe/Stockholm') OVER (PARTITION BY customer ORDER BY ts) FROM shop.visits",
    'sessions' => "SELECT customer, s.* FROM shop.journeys, analytics.sessions(j, '2 hours') s",
    'funnel_level' => "SELECT customer, analytics.funnel_level(j, $steps, '1 day', policy => 'mixpanel') FROM shop.journeys",
    'funnel_trace' => "SELECT customer, t.* FROM shop.journeys, analytics.funnel_trace(j, $steps, '1 day') t",
    'funnel_why' => "SELECT customer, w.* FROM shop.journeys, analytics.funnel_why(j, $steps, '1 hour') w",
    'funnel_report' => "SELECT * FROM unnest((SELECT analytics.funnel_report(j, $steps, '1 day') FROM shop.journeys))",
    'identity_agg' => "SELECT i.* FROM (SELECT analytics.identity_agg('visitor:' || customer, event || customer % 7, ts) AS g FROM shop.visits) x, analytics.identities(g) i",
    'customer_360' => "SELECT customer, c.* FROM shop.journeys, analytics.customer_360(j, '2024-01-10', '{buy}') c",
    'next_step_fit' => "SELECT n.* FROM (SELECT analytics.next_step_fit(j) AS model FROM shop.journeys) m, analytics.next_step_counts(model) n",
    'next_step_fit of a score' => "SELECT customer, analytics.conversion_probability((SELECT analytics.next_step_fit(j) FROM shop.journeys), j, 'buy') FROM shop.journeys",
    'funnel_compare' => "SELECT * FROM analytics.funnel_compare((SELECT analytics.funnel_report(j, $steps) FROM shop.journeys), (SELECT analytics.funnel_report(j, $steps, '1 hour') FROM shop.journeys))",
    'retention_compare' => "SELECT * FROM analytics.retention_compare((SELECT analytics.retention_report(j, analytics.retention_options('day', '2024-02-01')) FROM shop.journeys), (SELECT analytics.retention_report(j, analytics.retention_options('day', '2024-02-01', start_events => '{buy}')) FROM shop.journeys))",
    'share_compare' => "SELECT * FROM analytics.share_compare((SELECT array_agg(event ORDER BY event) FROM (SELECT DISTINCT event FROM shop.visits) e), '{1,2,3}', '{3,4,5}')",
    'value_compare' => "SELECT analytics.value_compare(customer, event = 'buy') FROM shop.visits",
    'current_stage' => "SELECT customer, analytics.current_stage(j, analytics.stage_map('shop')) FROM shop.journeys",
    'stage_flow' => "SELECT * FROM unnest((SELECT analytics.stage_flow(j, analytics.stage_map('shop'), '2024-01-05', '2024-01-15') FROM shop.journeys))",
    'owner_scorecard' => "SELECT * FROM analytics.owner_scorecard((SELECT analytics.journey_map(j, analytics.stage_map('shop')) FROM shop.journeys))",
    'svg_journey_map' => "SELECT analytics.svg_journey_map(analytics.journey_map(j, analytics.stage_map('shop'))) FROM shop.journeys",
    'churn_backtest' => "SELECT * FROM unnest((SELECT analytics.churn_backtest(j, NULL, '2024-01-15', '2 days', '{rfm}') FROM shop.journeys))",
    'attribute' => "SELECT customer, a.* FROM shop.journeys, analytics.attribute(j, '{buy}', '{first,linear}', '1 day', channel_from => 'event') a",
    'attribution_report' => "SELECT * FROM unnest((SELECT analytics.attribution_report(j, analytics.attribution_options('{buy}', '{last,time_decay}', channel_from => 'event')) FROM shop.journeys))",
    'attribution_spend' => "SELECT * FROM analytics.attribution_spend((SELECT analytics.attribution_report(j, analytics.attribution_options('{buy}', channel_from => 'event')) FROM shop.journeys), '{view,cart}', '{1,2}')",
    'markov_report' => "SELECT * FROM unnest((SELECT analytics.markov_report(j, analytics.attribution_options('{buy}', channel_from => 'event'), 2) FROM shop.journeys))",
    'ad_performance' => "SELECT * FROM analytics.ad_spend((SELECT analytics.ad_performance(j, analytics.ad_options('{view}', '{cart}', '{buy}')) FROM shop.journeys), '{a}', '{1}')",
    'funnel_policy' => "SELECT * FROM analytics.funnel_policy('ga4')",
);
foreach my $question (sort keys %questions)
{
    my $asked = "SELECT count(*), md5(string_agg(q::text, ';' ORDER BY q::text)) FROM ($questions{$question}) q";
    # A superuser sees everything, so it is told which rows.
    (my $as_superuser = $asked) =~ s/FROM shop\.(\w+)/FROM (SELECT * FROM shop.$1 WHERE tenant = 'analyst') $1/g;
    my $expected = $node->safe_psql('postgres', $as_superuser);
    unlike($expected, qr/^0\|/, "$question has an answer");
    ($status, $out, $error) = $node->psql('postgres', $asked, extra_params => [ '-U', 'analyst' ]);
    is("$out$error", $expected, "$question as the role");
}

# The schema can be changed under a database in use.
$node->safe_psql('postgres', 'CREATE SCHEMA elsewhere; ALTER EXTENSION journey SET SCHEMA elsewhere');
is( $node->safe_psql('postgres', q{SELECT elsewhere.event_count(j), count(*) FROM shop.journeys GROUP BY 1}),
    $node->safe_psql('postgres', q{SELECT n, count(*) FROM (SELECT count(*) AS n FROM shop.visits GROUP BY tenant, customer) x GROUP BY n}),
    'the extension moves to another schema');

$node->stop;
done_testing();
