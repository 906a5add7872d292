# A cancelled statement stops within a second, wherever in the largest calls the
# cancel meets it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nwork_mem = '512MB'\njit = off\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION journey');

# One customer with four million events, out of order, half of them at the time of
# another; eight event names, and a value and a tie-breaker to sort by.
my $rows = q{(SELECT timestamptz '2024-01-01' + (i * bigint '7919' % 2000003) * interval '1 second' AS ts, 'e' || i % 8 AS event,
    'c' || i % 5 AS channel, i % 1000 / 4.0::float8 AS value, i::bigint AS n FROM generate_series(1, 4000000) i) r};
$node->safe_psql('postgres', qq{
    CREATE UNLOGGED TABLE big (j journey, plain journey, document text, times timestamptz[]);
    ALTER TABLE big ALTER document SET STORAGE EXTERNAL;
    INSERT INTO big SELECT journey_agg(ts, event, channel, value, n), journey_agg(ts, event) FROM $rows;
    UPDATE big SET document = plain::text;
    CREATE UNLOGGED TABLE rows_of_it AS SELECT * FROM $rows;
});

my $hard = q{ARRAY['e0','e1','e2','e3','e4','e5','nowhere'], '1000 days', optional => ARRAY[3, 5],
    exclude => ARRAY['nowhere'], hold_channel => true, step_within => ARRAY['1 day'::interval]};
my %calls = (
    'journey_agg' => 'SELECT event_count(journey_agg(ts, event, channel, value, n)) FROM rows_of_it',
    'journey_agg of journeys' => 'SELECT event_count(journey_agg(j)) FROM (TABLE big UNION ALL TABLE big) b',
    'window_funnel' => q{SELECT window_funnel('1000 days', ts, event, ARRAY['e0','e1','e2','e3','nowhere']) FROM rows_of_it},
    'window_funnel_events, strict_deduplication' =>
      q{SELECT window_funnel_events('1000 days', 'strict_deduplication', ts, event, ARRAY['e0','e1','e2','nowhere']) FROM rows_of_it},
    'window_funnel of booleans' =>
      q{SELECT window_funnel('1000 days', ts, event = 'e0', event = 'e1', event > 'e2', event = 'nowhere') FROM rows_of_it},
    'funnel_level' => "SELECT funnel_level(j, $hard) FROM big",
    'funnel_times with a repeated step' =>
      q{SELECT funnel_times(j, ARRAY['e0|e1','e1|e0','e0|e1|e2','e1|e2','nowhere'], '1000 days', optional => ARRAY[2, 3]) FROM big},
    'funnel_level, unordered' => q{SELECT funnel_level(j, ARRAY['e0','e1','e2','nowhere'], '1000 days', step_order => 'unordered') FROM big},
    'funnel_attempts' => q{SELECT count(*) FROM big, funnel_attempts(j, ARRAY['e0','e1','e2'], '1 hour')},
    'funnel_trace, every' => q{SELECT count(*) FROM big, funnel_trace(j, ARRAY['e0','e1','e2'], '1 hour', counting => 'every')},
    'funnel_why' => "SELECT reason FROM big, funnel_why(j, $hard)",
    'journey_in' => 'SELECT event_count(document::journey) FROM big',
    'journey_out' => 'SELECT octet_length(j::text) FROM big',
    '||' => 'SELECT event_count(j || j) FROM big',
    'journey_union' => 'SELECT event_count(journey_union(j, plain)) FROM big',
    'relabel' => q{SELECT event_count(relabel(j, ARRAY['e0','e5'], ARRAY['e7','e1'])) FROM big},
    'keep' => q{SELECT event_count(keep(j, ARRAY['e0','e5'])) FROM big},
    'collapse' => 'SELECT event_count(collapse(j)) FROM big',
    'events' => 'SELECT count(*) FROM big, events(j)',
    'sessions' => q{SELECT count(*) FROM big, sessions(j, '0', midnight_in => 'Europe/Stockholm')},
    'session_count' => q{SELECT session_count(j, '0', midnight_in => 'Europe/Stockholm') FROM big},
    'sessionize' => q{SELECT max(s) FROM (SELECT sessionize(ts, '0', '1 day', event = 'e1', 'Europe/Stockholm') OVER (ORDER BY ts) AS s FROM rows_of_it) x},
    'sequence_match' => q{SELECT sequence_match('((?1).*(?2).*)+(?t<=1000)(?3).*(?4)', ts, event = 'e0', event = 'e1', event = 'e2', event = 'nowhere') FROM rows_of_it},
    'sequence_count' => q{SELECT sequence_count('(?1)(.*(?2))+?', ts, event = 'e0', event = 'e1') FROM rows_of_it},
    'sequence_match_events' => q{SELECT cardinality(sequence_match_events('((?1).*(?2).*)+(?3)', ts, event = 'e0', event = 'e1', event = 'nowhere')) FROM rows_of_it},
    'sequence_next_node' => q{SELECT sequence_next_node('forward', 'first_match', ts, event, event = 'e0', event = 'e0', event = 'nowhere') FROM rows_of_it},
    'journey_match, nested' => q{SELECT journey_match(j, '(((e0|e1)+ ...)+ (e2 ... within 1 hour e3)+ ...)+ nowhere') FROM big},
    'journey_match_count' => q{SELECT journey_match_count(j, 'e0 ... (e1|e2)+? ... e3 within 1 day', after_match => 'skip to next row') FROM big},
    'journey_matches' => q{SELECT count(*) FROM big, journey_matches(j, 'e0 ... e1')},
    'transitions' => q{SELECT count(*) FROM big, transitions(j, '1 hour')},
    'next_events' => q{SELECT count(*) FROM big, next_events(j, 'e0')},
    'journey_path' => 'SELECT cardinality(journey_path(j)) FROM big',
    'funnel_paths' => q{SELECT sum(cardinality(path)) FROM big, funnel_paths(j, ARRAY['e0','e1','e2'], '1 hour', counting => 'every')},
    'transition_report' => 'SELECT transition_report(j) FROM big',
    'sankey' => q{SELECT sankey(j, 10, 5, '1 hour') FROM big},
    'retention_periods' => q{SELECT count(*) FROM big, retention_periods(j, retention_options('day', '2025-06-01', time_zone => 'Europe/Stockholm'))},
    'lifecycle' => q{SELECT count(*) FROM big, lifecycle(j, activity_options('day', '2025-06-01', time_zone => 'Europe/Stockholm'))},
    'retention_report' => q{SELECT retention_report(j, retention_options('week', '2025-06-01', time_zone => 'UTC')) FROM big},
    'growth_report' => q{SELECT growth_report(j, activity_options('week', '2025-06-01', time_zone => 'UTC')) FROM big},
    'attribute' => q{SELECT sum(credit) FROM big, attribute(j, '{e7}', '{first,linear}', '3 seconds')},
    'attribution_report' => q{SELECT attribution_report(j, attribution_options('{e7}', '{first,last,linear,time_decay,shapley}', '1 minute')) FROM big},
    'markov_report' => q{SELECT markov_report(j, attribution_options('{e7}', reuse_touches => false), 2) FROM big},
    'stage_history' => q{SELECT count(*) FROM big, stage_history(j, stage_map('{one,two}', '{e0,e1,e2}', '{one,two,two}'))},
    'stage_time' => q{SELECT stage_time(j, stage_map('{one,two}', '{e0,e1,e2}', '{one,two,two}')) FROM big},
    'journey_map' => q{SELECT journey_map(j, stage_map('{one,two}', '{e0,e1,e2}', '{one,two,two}')) FROM big},
    'journey_steps' => q{SELECT journey_steps(j, stage_map('{one,two}', '{e0,e1,e2}', '{one,two,two}')) FROM big},
    'discover_map' => q{SELECT discover_map(j, 3) FROM big},
    'next_step_fit' => q{SELECT next_step_summary(next_step_fit(j, 3)) FROM big},
    'identity_agg' => q{SELECT identity_summary(identity_agg('a' || n, 'b' || n % 1000000, ts)) FROM rows_of_it},
    'churn_fit' => q{SELECT churn_fit(j, NULL, '2024-03-01', '2 days', 'rfm') FROM (SELECT customer, journey_agg(ts, event) AS j FROM (SELECT n % 100000 AS customer, ts, event FROM rows_of_it) r GROUP BY customer) x},
    'funnel_report' => q{SELECT funnel_report(ARRAY[ts, ts + value * interval '1 second']) FROM rows_of_it},
);

# Runs a statement, cancelled by the server after so many milliseconds; returns
# the seconds it took and what it said.
sub timed
{
    my ($sql, $timeout) = @_;
    my ($stdout, $stderr);
    my $start = time;
    $node->psql('postgres', "SET statement_timeout = $timeout; $sql", stdout => \$stdout, stderr => \$stderr);
    return (time - $start, $stderr);
}

foreach my $name (sort keys %calls)
{
    my ($whole, $said) = timed($calls{$name}, 0);
    is($said, '', sprintf('%s runs (%.1f s)', $name, $whole));
    # Nothing can be in the way of a cancel for long that ends soon by itself.
    next if $whole < 0.5;
    my $worst = 0;
    foreach my $part (0.3, 0.7)
    {
        my $timeout = int($whole * $part * 1000);
        my ($took, $error) = timed($calls{$name}, $timeout);
        # A run may happen to be faster than the first.
        next if $error eq '';
        like($error, qr/canceling statement due to statement timeout/, "$name is cancelled");
        $worst = $took - $timeout / 1000 if $took - $timeout / 1000 > $worst;
    }
    cmp_ok($worst, '<', 1, sprintf('%s stops within a second (%.2f s)', $name, $worst));
}

# The same by pg_cancel_backend, from another session, and the session lives on.
my $output = '';
my $session = IPC::Run::start(
    [ 'psql', '-XAtq', '-d', $node->connstr('postgres') . ' application_name=victim',
      '-c', $calls{'journey_agg of journeys'}, '-c', q{SELECT 'alive'} ],
    '>', \$output, '2>&1');
$node->poll_query_until('postgres',
    q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query LIKE '%journey_agg%'
      AND now() - query_start > '0.2 s'});
my $start = time;
is($node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'}),
    't', 'pg_cancel_backend finds it');
$session->finish;
cmp_ok(time - $start, '<', 1, 'and it stops within a second');
like($output, qr/canceling statement due to user request/, 'it was cancelled');
like($output, qr/^alive$/m, 'the session lives on');

$node->stop;
done_testing();
