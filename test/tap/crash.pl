# Journeys survive a crash of the server, and a killed backend harms no other.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nfull_page_writes = on");
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION journey;
    CREATE TABLE journeys (id int PRIMARY KEY, j journey);
    CREATE INDEX by_order ON journeys (j);
    CREATE INDEX by_hash ON journeys USING hash (j);
    INSERT INTO journeys SELECT i, journey_agg(timestamptz '2024-01-01' + k * i * interval '1 minute', 'e' || k % 5, 'c' || k % 3, k)
        FROM generate_series(1, 500) i, generate_series(1, 20) k GROUP BY i;
    CHECKPOINT;
});
# After the checkpoint: recovered from the log alone.
$node->safe_psql('postgres', q{
    UPDATE journeys SET j = journey_union(j, '[{"ts":"2023-01-01T00:00:00Z","event":"birth"}]') WHERE id % 3 = 0;
    DELETE FROM journeys WHERE id % 7 = 0;
    INSERT INTO journeys SELECT 1000 + id, drop(j, '{e0}') FROM journeys;
});
my $all = q{SELECT count(*), md5(string_agg(id || j::text, ',' ORDER BY id)) FROM journeys};
my $before = $node->safe_psql('postgres', $all);
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', $all), $before, 'everything is there after a crash');
foreach my $index ('by_order', 'by_hash')
{
    my $plan = 'SET enable_seqscan = off; SET enable_bitmapscan = off; ' .
      'DROP INDEX ' . ($index eq 'by_hash' ? 'by_order;' : 'by_hash;');
    my $query = q{SELECT id FROM journeys WHERE j = (SELECT j FROM journeys WHERE id = 3)};
    like($node->safe_psql('postgres', "BEGIN; $plan EXPLAIN $query"), qr/$index/, "$index is used");
    is($node->safe_psql('postgres', "BEGIN; $plan $query"), '3', "$index finds it");
}

# A backend that dies in the middle of building a journey takes the server down
# for a moment, as any would, and nothing else.
my $output = '';
my $session = IPC::Run::start(
    [ 'psql', '-XAtq', '-d', $node->connstr('postgres') . ' application_name=victim',
      '-c', q{SELECT event_count(journey_agg(now(), 'e' || i)) FROM generate_series(1, 100000000) i} ],
    '>', \$output, '2>&1');
$node->poll_query_until('postgres',
    q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND now() - query_start > '0.3 s'});
my $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE application_name = 'victim'});
kill 'KILL', $pid;
$session->finish;
like($output, qr/server closed the connection|terminating connection/, 'the backend is gone');
$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
is($node->safe_psql('postgres', $all), $before, 'everything is there after a killed backend');

$node->stop;
done_testing();
