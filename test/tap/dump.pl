# Journeys come back from every kind of dump with the same bytes.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
# Times before and after 2000, in microseconds and in days; names with quotes,
# backslashes and letters of many bytes; values and tie-breakers now and then,
# with every kind of number; a journey without events; NULL.
$node->safe_psql('postgres', q{
    CREATE EXTENSION journey;
    CREATE TABLE journeys (id int PRIMARY KEY, j journey);
    CREATE INDEX ON journeys (id, hashtext(j::text));
    CREATE INDEX ON journeys USING gin (j);
    INSERT INTO journeys SELECT i % 300, journey_agg(
        timestamptz '1999-12-01' + i * CASE i % 300 % 4 WHEN 0 THEN interval '1 day' WHEN 1 THEN interval '1 minute'
            WHEN 2 THEN interval '0.123456 seconds' ELSE interval '3 hours' END,
        (ARRAY['view', 'it''s "quoted"', 'back\slash', U&'\00e5\00df\4e16\+01F600', E'tab\tline\n', repeat('long', 100)])[1 + i % 6],
        CASE WHEN i % 3 > 0 THEN 'channel ' || i % 7 END,
        CASE i % 9 WHEN 0 THEN 0.1 WHEN 1 THEN -1e300 WHEN 2 THEN 'NaN' WHEN 3 THEN '-Infinity' WHEN 4 THEN i WHEN 5 THEN i / 3.0::float8
            WHEN 6 THEN '-0' END,
        CASE WHEN i % 5 = 0 THEN i::bigint * 1000000007 END)
    FROM generate_series(1, 20000) i GROUP BY i % 300;
    INSERT INTO journeys SELECT 1000, journey_agg(ts, event) FROM journeys, events(j);
    INSERT INTO journeys SELECT 1001, keep(j, '{}') FROM journeys WHERE id = 1;
    INSERT INTO journeys VALUES (1002, NULL), (1003, '[]');
    CREATE TABLE reports AS SELECT * FROM unnest((SELECT funnel_report(j, ARRAY['view', 'back\slash'], '1 day') FROM journeys));
    CREATE TABLE identity AS SELECT identity_agg('id:' || id, event, ts, channel, 50, '{view}') AS graph FROM journeys, events(j);
    CREATE TABLE models AS SELECT next_step_fit(j, 3, 2) AS model FROM journeys;
    CREATE VIEW customers AS SELECT id, c.* FROM journeys, customer_360(j, '2020-01-01', '{view}') AS c;
    INSERT INTO journey_stage (map, position, stage, description, expectation) SELECT 'shop', * FROM stage_template();
    INSERT INTO journey_touchpoint (map, touchpoint, stage, owner, kpi, target) VALUES ('shop', 'it''s "here"', 'awareness', E'back\\slash', 'conversion', 0.25), ('shop', 'desk', 'use', NULL, NULL, NULL);
    INSERT INTO journey_rule (map, event, channel, touchpoint, role) VALUES ('shop', 'view', NULL, 'it''s "here"', 'visit'), ('shop', 'view', 'channel 1', 'desk', 'problem'), ('shop', 'tab', NULL, NULL, 'nps');
    INSERT INTO journey_level (map, position, level, events, at_least, within) SELECT 'shop', * FROM level_template('{view}', '{refer}');
    CREATE TABLE kept_maps AS SELECT stage_map('shop') AS map;
    CREATE VIEW stages AS SELECT id, current_stage(j, (SELECT stage_map('shop'))) AS stage FROM journeys;
    CREATE VIEW levels AS SELECT id, funnel_level(j, ARRAY['view'], '1 day', policy => 'ga4') FROM journeys;
});

my $bytes = q{SELECT count(*), count(DISTINCT j), md5(string_agg(id || ':' || coalesce(encode(journey_send(j), 'hex'), 'null'), ',' ORDER BY id)) FROM journeys};
my $levels = 'SELECT md5(string_agg(l::text, $$,$$ ORDER BY id)) FROM levels l';
my $found = q{SET enable_seqscan = off; SELECT count(*), md5(string_agg(id::text, ',' ORDER BY id)) FROM journeys WHERE j @> ARRAY['view', 'back\\slash']};
my $values = q{SELECT graph, model, (SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM customers AS c) FROM identity, models};
my $maps = q{SELECT (SELECT md5(string_agg(s::text, ',' ORDER BY position)) FROM journey_stage s), (SELECT md5(string_agg(t::text, ',' ORDER BY touchpoint)) FROM journey_touchpoint t),
    (SELECT md5(string_agg(r::text, ',' ORDER BY event, channel)) FROM journey_rule r), (SELECT md5(string_agg(l::text, ',' ORDER BY position)) FROM journey_level l),
    (SELECT map::text = stage_map('shop')::text FROM kept_maps), (SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM stages s)};
my $before = $node->safe_psql('postgres', $bytes);
my $folder = PostgreSQL::Test::Utils::tempdir;

sub restored
{
    my ($database, $how) = @_;
    is($node->safe_psql($database, $bytes), $before, "$how: the same bytes");
    is($node->safe_psql($database, $levels), $node->safe_psql('postgres', $levels), "$how: the view answers the same");
    is($node->safe_psql($database, $found), $node->safe_psql('postgres', $found), "$how: the index on names");
    is($node->safe_psql($database, $values), $node->safe_psql('postgres', $values), "$how: identities and models");
    is($node->safe_psql($database, $maps), $node->safe_psql('postgres', $maps), "$how: the tables of a map");
    is($node->safe_psql($database, 'TABLE reports'), $node->safe_psql('postgres', 'TABLE reports'), "$how: reports");
    return;
}

foreach my $options ([], ['--inserts'], [ '--column-inserts', '--quote-all-identifiers' ])
{
    my $database = 'plain' . scalar(@$options);
    $node->command_ok([ 'pg_dump', @$options, '-f', "$folder/plain.sql", '-d', $node->connstr('postgres') ], "pg_dump @$options");
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    $node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$folder/plain.sql", '-d', $node->connstr($database) ], "psql restores");
    restored($database, "pg_dump @$options");
}
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/custom", '-d', $node->connstr('postgres') ], 'pg_dump -Fc');
$node->safe_psql('postgres', 'CREATE DATABASE custom');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('custom'), "$folder/custom" ], 'pg_restore');
restored('custom', 'pg_dump -Fc');

foreach my $format ('binary', 'csv', 'text')
{
    $node->safe_psql('postgres', "CREATE DATABASE copied_$format TEMPLATE custom");
    $node->safe_psql('postgres', "COPY journeys TO '$folder/copy' (FORMAT $format)");
    $node->safe_psql("copied_$format", "TRUNCATE journeys; COPY journeys FROM '$folder/copy' (FORMAT $format)");
    restored("copied_$format", "COPY $format");
}

# Text does not depend on the session's settings.
my $text = q{SELECT md5(string_agg(j::text, ',' ORDER BY id)) FROM journeys};
is( $node->safe_psql('postgres', "SET timezone = 'Asia/Kolkata'; SET datestyle = 'German'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = -5; $text"),
    $node->safe_psql('postgres', $text),
    'the text form is the same in every session');

$node->stop;
done_testing();
