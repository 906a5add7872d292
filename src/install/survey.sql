-- ----------------------------------------------------------------- survey
CREATE TYPE nps_row AS (
    score float8, n bigint, promoters bigint, passives bigint, detractors bigint, std_error float8,
    ci_low float8, ci_high float8, missing bigint, out_of_scale bigint);
CREATE TYPE survey_row AS (
    score float8, n bigint, top_answers bigint, mean float8, std_error float8,
    ci_low float8, ci_high float8, missing bigint, out_of_scale bigint);
CREATE TYPE survey_compare_row AS (
    difference float8, score_in float8, score_out float8, n_in bigint, n_out bigint, std_error float8,
    ci_low float8, ci_high float8, z float8, p_value float8);

CREATE FUNCTION nps_add(float8[], float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_nps_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION nps_compare_add(float8[], float8, boolean) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_nps_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION nps_add(float8[], float8, float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_nps_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION nps_compare_add(float8[], float8, boolean, float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_nps_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION csat_add(float8[], float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_csat_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION csat_compare_add(float8[], float8, boolean) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_csat_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION csat_add(float8[], float8, int, int, int) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_csat_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION csat_compare_add(float8[], float8, boolean, int, int, int) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_csat_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION csat_add(float8[], float8, int, int, int, float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_csat_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION csat_compare_add(float8[], float8, boolean, int, int, int, float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_csat_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION ces_add(float8[], float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_ces_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION ces_compare_add(float8[], float8, boolean) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_ces_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION ces_add(float8[], float8, int, int, int) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_ces_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION ces_compare_add(float8[], float8, boolean, int, int, int) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_ces_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION ces_add(float8[], float8, int, int, int, float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_ces_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION ces_compare_add(float8[], float8, boolean, int, int, int, float8) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_ces_compare_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION survey_combine(float8[], float8[]) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_survey_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION survey_compare_combine(float8[], float8[]) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_survey_compare_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION survey_score_finish(float8[]) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_survey_score_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
CREATE FUNCTION nps_report_finish(float8[]) RETURNS nps_row
    AS 'MODULE_PATHNAME', 'journey_nps_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION survey_report_finish(float8[]) RETURNS survey_row
    AS 'MODULE_PATHNAME', 'journey_survey_report_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION survey_compare_finish(float8[]) RETURNS survey_compare_row
    AS 'MODULE_PATHNAME', 'journey_survey_compare_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;

CREATE AGGREGATE nps(answer float8) (
    SFUNC = nps_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_score_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE nps_report(answer float8) (
    SFUNC = nps_add, STYPE = float8[], SSPACE = 192, FINALFUNC = nps_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE nps_compare(answer float8, in_group boolean) (
    SFUNC = nps_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);
CREATE AGGREGATE nps_report(answer float8, level float8) (
    SFUNC = nps_add, STYPE = float8[], SSPACE = 192, FINALFUNC = nps_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE nps_compare(answer float8, in_group boolean, level float8) (
    SFUNC = nps_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat(answer float8) (
    SFUNC = csat_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_score_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat_report(answer float8) (
    SFUNC = csat_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat_compare(answer float8, in_group boolean) (
    SFUNC = csat_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat(answer float8, lowest int, highest int, top int) (
    SFUNC = csat_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_score_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat_report(answer float8, lowest int, highest int, top int) (
    SFUNC = csat_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat_compare(answer float8, in_group boolean, lowest int, highest int, top int) (
    SFUNC = csat_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat_report(answer float8, lowest int, highest int, top int, level float8) (
    SFUNC = csat_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE csat_compare(answer float8, in_group boolean, lowest int, highest int, top int, level float8) (
    SFUNC = csat_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces(answer float8) (
    SFUNC = ces_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_score_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces_report(answer float8) (
    SFUNC = ces_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces_compare(answer float8, in_group boolean) (
    SFUNC = ces_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces(answer float8, lowest int, highest int, top int) (
    SFUNC = ces_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_score_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces_report(answer float8, lowest int, highest int, top int) (
    SFUNC = ces_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces_compare(answer float8, in_group boolean, lowest int, highest int, top int) (
    SFUNC = ces_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces_report(answer float8, lowest int, highest int, top int, level float8) (
    SFUNC = ces_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_report_finish, COMBINEFUNC = survey_combine, PARALLEL = SAFE);
CREATE AGGREGATE ces_compare(answer float8, in_group boolean, lowest int, highest int, top int, level float8) (
    SFUNC = ces_compare_add, STYPE = float8[], SSPACE = 192, FINALFUNC = survey_compare_finish, COMBINEFUNC = survey_compare_combine, PARALLEL = SAFE);

COMMENT ON TYPE nps_row IS 'A net promoter score with its counts, standard error and interval. Example: SELECT (nps_report(answer)).* FROM answers';
COMMENT ON TYPE survey_row IS 'A CSAT or CES with its counts, standard error and interval. Example: SELECT (csat_report(answer)).* FROM answers';
COMMENT ON TYPE survey_compare_row IS 'The difference of two groups'' scores with its test. Example: SELECT (nps_compare(answer, region = ''EMEA'')).* FROM answers';
COMMENT ON FUNCTION nps_add(float8[], float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION nps_compare_add(float8[], float8, boolean) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION nps_add(float8[], float8, float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION nps_compare_add(float8[], float8, boolean, float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION csat_add(float8[], float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION csat_compare_add(float8[], float8, boolean) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION csat_add(float8[], float8, int, int, int) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION csat_compare_add(float8[], float8, boolean, int, int, int) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION csat_add(float8[], float8, int, int, int, float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION csat_compare_add(float8[], float8, boolean, int, int, int, float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION ces_add(float8[], float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION ces_compare_add(float8[], float8, boolean) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION ces_add(float8[], float8, int, int, int) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION ces_compare_add(float8[], float8, boolean, int, int, int) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION ces_add(float8[], float8, int, int, int, float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION ces_compare_add(float8[], float8, boolean, int, int, int, float8) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION survey_combine(float8[], float8[]) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION survey_compare_combine(float8[], float8[]) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION survey_score_finish(float8[]) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION nps_report_finish(float8[]) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION survey_report_finish(float8[]) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON FUNCTION survey_compare_finish(float8[]) IS 'Part of the survey aggregates. Example: SELECT nps(answer) FROM answers';
COMMENT ON AGGREGATE nps(float8) IS 'Net promoter score, -100 to 100: percent of answers 9 and 10 less percent of answers 0 to 6. Example: SELECT nps(answer) FROM answers';
COMMENT ON AGGREGATE nps_report(float8) IS 'NPS as one row: score, counts, standard error and interval. Example: SELECT region, (r).* FROM (SELECT region, nps_report(answer) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE nps_compare(float8, boolean) IS 'NPS inside a group less that outside it, with interval and test. Example: SELECT (nps_compare(answer, region = ''EMEA'')).* FROM answers';
COMMENT ON AGGREGATE nps_report(float8, float8) IS 'NPS as one row: score, counts, standard error and interval; confidence level given. Example: SELECT region, (r).* FROM (SELECT region, nps_report(answer, 0.9) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE nps_compare(float8, boolean, float8) IS 'NPS inside a group less that outside it, with interval and test; confidence level given. Example: SELECT (nps_compare(answer, region = ''EMEA'', 0.9)).* FROM answers';
COMMENT ON AGGREGATE csat(float8) IS 'Customer satisfaction, 0 to 1: share of answers 4 and 5 on a scale of 1 to 5. Example: SELECT csat(answer) FROM answers';
COMMENT ON AGGREGATE csat_report(float8) IS 'CSAT as one row: score, counts, standard error and interval. Example: SELECT region, (r).* FROM (SELECT region, csat_report(answer) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE csat_compare(float8, boolean) IS 'CSAT inside a group less that outside it, with interval and test. Example: SELECT (csat_compare(answer, region = ''EMEA'')).* FROM answers';
COMMENT ON AGGREGATE csat(float8, int, int, int) IS 'Customer satisfaction, 0 to 1: share of answers 4 and 5 on a scale of 1 to 5; another scale and least answer that counts. Example: SELECT csat(answer, 1, 10, 9) FROM answers';
COMMENT ON AGGREGATE csat_report(float8, int, int, int) IS 'CSAT as one row: score, counts, standard error and interval; another scale and least answer that counts. Example: SELECT region, (r).* FROM (SELECT region, csat_report(answer, 1, 10, 9) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE csat_compare(float8, boolean, int, int, int) IS 'CSAT inside a group less that outside it, with interval and test; another scale and least answer that counts. Example: SELECT (csat_compare(answer, region = ''EMEA'', 1, 10, 9)).* FROM answers';
COMMENT ON AGGREGATE csat_report(float8, int, int, int, float8) IS 'CSAT as one row: score, counts, standard error and interval; scale, least answer that counts and confidence level given. Example: SELECT region, (r).* FROM (SELECT region, csat_report(answer, 1, 10, 9, 0.9) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE csat_compare(float8, boolean, int, int, int, float8) IS 'CSAT inside a group less that outside it, with interval and test; scale, least answer that counts and confidence level given. Example: SELECT (csat_compare(answer, region = ''EMEA'', 1, 10, 9, 0.9)).* FROM answers';
COMMENT ON AGGREGATE ces(float8) IS 'Customer effort score, 0 to 1: share of answers 5 to 7 on a scale of 1 to 7. Example: SELECT ces(answer) FROM answers';
COMMENT ON AGGREGATE ces_report(float8) IS 'CES as one row: score, counts, standard error and interval. Example: SELECT region, (r).* FROM (SELECT region, ces_report(answer) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE ces_compare(float8, boolean) IS 'CES inside a group less that outside it, with interval and test. Example: SELECT (ces_compare(answer, region = ''EMEA'')).* FROM answers';
COMMENT ON AGGREGATE ces(float8, int, int, int) IS 'Customer effort score, 0 to 1: share of answers 5 to 7 on a scale of 1 to 7; another scale and least answer that counts. Example: SELECT ces(answer, 1, 10, 9) FROM answers';
COMMENT ON AGGREGATE ces_report(float8, int, int, int) IS 'CES as one row: score, counts, standard error and interval; another scale and least answer that counts. Example: SELECT region, (r).* FROM (SELECT region, ces_report(answer, 1, 10, 9) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE ces_compare(float8, boolean, int, int, int) IS 'CES inside a group less that outside it, with interval and test; another scale and least answer that counts. Example: SELECT (ces_compare(answer, region = ''EMEA'', 1, 10, 9)).* FROM answers';
COMMENT ON AGGREGATE ces_report(float8, int, int, int, float8) IS 'CES as one row: score, counts, standard error and interval; scale, least answer that counts and confidence level given. Example: SELECT region, (r).* FROM (SELECT region, ces_report(answer, 1, 10, 9, 0.9) AS r FROM answers GROUP BY region) AS x';
COMMENT ON AGGREGATE ces_compare(float8, boolean, int, int, int, float8) IS 'CES inside a group less that outside it, with interval and test; scale, least answer that counts and confidence level given. Example: SELECT (ces_compare(answer, region = ''EMEA'', 1, 10, 9, 0.9)).* FROM answers';
