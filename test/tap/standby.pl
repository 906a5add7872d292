# Journeys and every kind of call on a hot standby, which can write nothing.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'");
$primary->start;
$primary->safe_psql('postgres', q{
    CREATE EXTENSION journey;
    CREATE TABLE visits (customer int, ts timestamptz, event text, channel text, value float8);
    INSERT INTO visits SELECT i % 50, timestamptz '2024-01-01' + i * interval '7 minutes',
        (ARRAY['view','cart','buy'])[1 + i * 7 % 11 % 3], 'c' || i % 2, i FROM generate_series(1, 5000) i;
    CREATE TABLE journeys AS SELECT customer, journey_agg(ts, event, channel, value) AS j FROM visits GROUP BY customer;
    INSERT INTO journey_stage (map, position, stage) VALUES ('shop', 1, 'interest'), ('shop', 2, 'purchase');
    INSERT INTO journey_touchpoint (map, touchpoint, stage, owner) VALUES ('shop', 'product', 'interest', 'web'), ('shop', 'till', 'purchase', 'shop');
    INSERT INTO journey_rule (map, event, touchpoint) VALUES ('shop', 'view', 'product'), ('shop', 'buy', 'till');
    CREATE INDEX ON journeys USING hash (j);
    CREATE INDEX ON journeys USING gin (j);
});
$primary->backup('copy');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
# What was written before the copy came by file, this comes by stream.
$primary->safe_psql('postgres', q{
    INSERT INTO visits SELECT 50 + i % 50, ts + interval '1 hour', event, channel, value FROM visits, generate_series(1, 1) i;
    INSERT INTO journeys SELECT 100 + customer, j || journey_agg(ts, event) FROM visits JOIN journeys USING (customer) GROUP BY customer, j;
    UPDATE journeys SET j = journey_union(j, '[{"ts":"2020-01-01T00:00:00Z","event":"birth"}]') WHERE customer < 10;
});
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'), 't', 'the standby follows');

my $steps = q{ARRAY['view','cart','buy']};
my %questions = (
    'values' => 'SELECT customer, j FROM journeys ORDER BY customer',
    'an index' => 'SELECT count(*) FROM journeys a JOIN journeys b ON a.j = b.j',
    'an index on names' => "SET enable_seqscan = off; SELECT customer FROM journeys WHERE j @> '{birth,view}' ORDER BY customer",
    'journey_agg' => 'SELECT customer, journey_agg(ts, event, channel, value) FROM visits GROUP BY customer ORDER BY customer',
    'window_funnel' => "SELECT customer, window_funnel('1 hour', ts, event, $steps) FROM visits GROUP BY customer ORDER BY customer",
    'window_funnel_events' => "SELECT customer, window_funnel_events('1 hour', ts, event = 'view', event = 'buy') FROM visits GROUP BY customer ORDER BY customer",
    'window_funnel of a dialect' => "SELECT customer, window_funnel('1 hour', 'dialect=doris,fixed', ts, event, $steps) FROM visits GROUP BY customer ORDER BY customer",
    'sequence_next_node' => "SELECT customer, sequence_next_node('forward', 'last_match', ts, event, true, event = 'cart') FROM visits GROUP BY customer ORDER BY customer",
    'retention' => "SELECT customer, retention(event = 'view', event = 'buy') FROM visits GROUP BY customer ORDER BY customer",
    'sessionize' => "SELECT customer, ts, sessionize(ts, '1 hour', midnight_in => 'Europe/Stockholm') OVER (PARTITION BY customer ORDER BY ts) FROM visits ORDER BY 1, 2",
    'sessions' => "SELECT customer, s.* FROM journeys, sessions(j, '1 hour') s ORDER BY 1, 2",
    'funnel_trace' => "SELECT customer, t.* FROM journeys, funnel_trace(j, $steps, '1 day') t ORDER BY 1, 2, 3",
    'funnel_why' => "SELECT customer, w.* FROM journeys, funnel_why(j, $steps, '1 hour') w ORDER BY 1",
    'funnel_report' => "SELECT * FROM unnest((SELECT funnel_report(j, $steps, '1 day') FROM journeys))",
    'stage_history' => "SELECT customer, h.* FROM journeys, stage_history(j, stage_map('shop')) h ORDER BY 1, 2, 3",
    'owner_scorecard' => "SELECT * FROM owner_scorecard((SELECT journey_map(j, stage_map('shop')) FROM journeys))",
    'mermaid_flowchart' => "SELECT mermaid_flowchart((SELECT journey_map(j, stage_map('shop')) FROM journeys), (SELECT journey_steps(j, stage_map('shop')) FROM journeys))",
    'attribute' => "SELECT customer, a.* FROM journeys, attribute(j, '{buy}', '{first,linear}') a ORDER BY 1, 2, 3, 7",
    'markov_report' => "SELECT * FROM unnest((SELECT markov_report(j, attribution_options('{buy}')) FROM journeys)) ORDER BY 1",
    'churn_fit' => "SELECT customer, churn_probability(model, j, '2024-01-15') FROM (SELECT churn_fit(j, NULL, '2024-01-15', '2 days', 'rfm') AS model FROM journeys) m, journeys ORDER BY 1",
    'identity_agg' => "SELECT i.* FROM (SELECT identity_agg('visitor:' || customer, 'value:' || value::int % 900, ts, channel, 20, NULL) AS g FROM visits) x, identities(g) i ORDER BY 1",
    'customer_360' => "SELECT customer, c.* FROM journeys, customer_360(j, '2024-01-10', '{buy}') c ORDER BY 1",
    'next_step_fit' => "SELECT customer, conversion_probability(model, j, 'buy'), next_best_step(model, j, 'buy'), n.* FROM (SELECT next_step_fit(j) AS model FROM journeys) m, journeys, next_steps(model, j) n ORDER BY 1, n.rank",
    'funnel_compare' => "SELECT * FROM funnel_compare((SELECT funnel_report(j, $steps) FROM journeys WHERE customer < 40), (SELECT funnel_report(j, $steps) FROM journeys WHERE customer >= 40))",
    'value_compare' => "SELECT (value_compare(value, channel = 'c0')).* FROM visits",
);
foreach my $question (sort keys %questions)
{
    my $answer = $primary->safe_psql('postgres', $questions{$question});
    isnt($answer, '', "$question has an answer");
    is($standby->safe_psql('postgres', $questions{$question}), $answer, "$question on the standby");
    is( $standby->safe_psql('postgres',
            "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; $questions{$question}"),
        $answer, "$question on the standby, in parallel");
}

$standby->promote;
$standby->safe_psql('postgres', 'UPDATE journeys SET j = j || j');
is( $standby->safe_psql('postgres', 'SELECT sum(event_count(j)) FROM journeys'),
    $primary->safe_psql('postgres', 'SELECT 2 * sum(event_count(j)) FROM journeys'),
    'a promoted standby writes');
$standby->stop;
$primary->stop;
done_testing();
