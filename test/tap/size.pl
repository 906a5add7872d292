# The smallest journey, a large one, and one that is too large for a value.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
    CREATE EXTENSION journey;
    CREATE TABLE journeys (events int PRIMARY KEY, j journey);
    INSERT INTO journeys SELECT events, journey_agg(timestamptz '2024-01-01' + i * interval '1 second',
            CASE i WHEN 1 THEN 'view' WHEN events THEN 'buy' ELSE 'e' || i % 7 END)
        FROM (VALUES (1), (10000000)) AS n (events), generate_series(1, events) AS i GROUP BY events;
});
is($node->safe_psql('postgres', q{SELECT events, event_count(j), ended_at(j) - started_at(j), session_count(j, '1 minute'),
        funnel_level(j, '{view,e1,buy}', '1 year'), event_count(j, 'e3') FROM journeys ORDER BY events}),
    "1|1|00:00:00|1|1|0\n10000000|10000000|115 days 17:46:39|1|3|1428571", 'one event and ten million');
is($node->safe_psql('postgres', q{SELECT j FROM journeys WHERE events = 1}),
    '[{"ts":"2024-01-01T00:00:01+00:00","event":"view"}]', 'one event as text');
is($node->safe_psql('postgres', q{SELECT event_no, ts, event FROM journeys, events(truncate_between(j, NULL, 'e3')) WHERE events > 1}),
    "1|2024-01-01 00:00:01+00|view\n2|2024-01-01 00:00:02+00|e2\n3|2024-01-01 00:00:03+00|e3", 'the beginning of ten million');

# A gigabyte of names.
my ($stdout, $stderr);
$node->psql('postgres', q{
    \set VERBOSITY verbose
    SELECT journey_agg(timestamptz '2024-01-01', repeat(md5(i::text), 255)) FROM generate_series(1, 132000) i;
    SELECT 'alive', event_count(j) FROM journeys WHERE events = 1}, stdout => \$stdout, stderr => \$stderr, on_error_stop => 0);
like($stderr, qr/54000: journey would take 1074401846 bytes\nDETAIL:  A value in PostgreSQL is smaller than 1 GB\.\nHINT:/,
    'a journey beyond 1 GB is a clear error');
is($stdout, 'alive|1', 'and the session lives on');

$node->stop;
done_testing();
