// nps, csat, ces: scores, reports and the difference of two groups.
//
// The state is a float8[] of whole numbers, changed in place: version, the scale
// (lowest, highest, top, bottom, level, net), then the counts of the answers, or of
// those in the group and those outside it. Whole numbers are exact in a double up
// to 2^53 answers.

#include "core/survey.hpp"

#include "pg/state_type.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

constexpr double state_version = 1;
constexpr int scale_numbers = 7, count_numbers = 6;
constexpr int numbers_of(bool groups) {
    return scale_numbers + count_numbers * (groups ? 2 : 1);
}

SurveyScale scale_of(const double* numbers) {
    return {numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6] != 0};
}
SurveyCounts counts_of(const double* numbers, bool second) {
    const double* at = numbers + scale_numbers + (second ? count_numbers : 0);
    std::int64_t whole[count_numbers];
    for (int i = 0; i < count_numbers; ++i) whole[i] = static_cast<std::int64_t>(at[i]);
    return {whole[0], whole[1], whole[2], whole[3], whole[4], whole[5]};
}
void store_counts(double* numbers, bool second, const SurveyCounts& counts) {
    double* at = numbers + scale_numbers + (second ? count_numbers : 0);
    const std::int64_t whole[] = {counts.n,       counts.top,          counts.bottom,
                                  counts.missing, counts.out_of_scale, counts.sum};
    for (int i = 0; i < count_numbers; ++i) at[i] = static_cast<double>(whole[i]);
}

// The numbers of a state; throws for any other array.
double* state_numbers(Datum datum, bool groups) {
    ArrayType* array = DatumGetArrayTypeP(datum);
    const bool fits = ARR_NDIM(array) == 1 && ARR_DIMS(array)[0] == numbers_of(groups) &&
                      !ARR_HASNULL(array) && ARR_ELEMTYPE(array) == FLOAT8OID;
    auto* numbers = reinterpret_cast<double*>(ARR_DATA_PTR(array));
    bool good = fits && numbers[0] == state_version;
    for (int i = scale_numbers; good && i < numbers_of(groups); ++i) {
        good = numbers[i] == static_cast<double>(static_cast<std::int64_t>(
                                 numbers[i] < 9e15 && numbers[i] > -9e15 ? numbers[i] : 0)) &&
               (numbers[i] >= 0 || (i - scale_numbers) % count_numbers == count_numbers - 1);
    }
    if (good) return numbers;
    throw Error(ErrorCode::invalid_argument, "", "the array is no state of a survey aggregate")
        .hint("States are made by nps(), csat() and ces(); they are not written by hand.");
}

Datum new_state(MemoryContext context, const SurveyScale& scale, bool groups, double** numbers) {
    MemoryContext caller = MemoryContextSwitchTo(context);
    Datum elements[numbers_of(true)] = {};
    for (Datum& each : elements) each = Float8GetDatum(0);
    ArrayType* array =
        construct_array(elements, numbers_of(groups), FLOAT8OID, sizeof(double), true, TYPALIGN_DOUBLE);
    MemoryContextSwitchTo(caller);
    *numbers = reinterpret_cast<double*>(ARR_DATA_PTR(array));
    const double first[] = {state_version, scale.lowest, scale.highest,        scale.top,
                            scale.bottom,  scale.level,  scale.net ? 1.0 : 0.0};
    memcpy(*numbers, first, sizeof first);
    return PointerGetDatum(array);
}

[[noreturn]] void fail_settings() {
    throw Error(ErrorCode::invalid_argument, "level", "the scale or level differs between rows")
        .hint("Write constants, or group by what they depend on.");
}

// The scale of an aggregate whose arguments from `n` on are [lowest, highest, top,]
// [level], all with a usual value.
SurveyScale scale_arguments(FunctionCallInfo fcinfo, int n, SurveyScale scale) {
    if (PG_NARGS() - n >= 3) {
        constexpr const char* names[] = {"lowest", "highest", "top"};
        double* to[] = {&scale.lowest, &scale.highest, &scale.top};
        for (int i = 0; i < 3; ++i, ++n) {
            if (PG_ARGISNULL(n)) fail_null(names[i]);
            *to[i] = PG_GETARG_INT32(n);
        }
    }
    if (PG_NARGS() > n) {
        if (PG_ARGISNULL(n)) fail_null("level");
        scale.level = PG_GETARG_FLOAT8(n);
    }
    scale.check();
    return scale;
}

std::optional<double> answer_argument(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(1)) return std::nullopt;
    return PG_GETARG_FLOAT8(1);
}

// (state, answer, …) or (state, answer, in_group, …)
Datum add(FunctionCallInfo fcinfo, const SurveyScale& usual, bool groups) {
    MemoryContext context = aggregate_context(fcinfo);
    const SurveyScale scale = scale_arguments(fcinfo, groups ? 3 : 2, usual);
    double* numbers;
    Datum state;
    if (PG_ARGISNULL(0)) {
        state = new_state(context, scale, groups, &numbers);
    } else {
        state = PG_GETARG_DATUM(0);
        numbers = state_numbers(state, groups);
        if (!(scale_of(numbers) == scale)) fail_settings();
    }
    if (groups && PG_ARGISNULL(2)) return state;  // of neither group
    const bool second = groups && !PG_GETARG_BOOL(2);
    SurveyCounts counts = counts_of(numbers, second);
    counts.add(scale, answer_argument(fcinfo));
    store_counts(numbers, second, counts);
    return state;
}

Datum combine(FunctionCallInfo fcinfo, bool groups) {
    MemoryContext context = aggregate_context(fcinfo);
    if (PG_ARGISNULL(1)) return unchanged_state(fcinfo);
    const double* other = state_numbers(PG_GETARG_DATUM(1), groups);
    double* numbers;
    Datum state;
    if (PG_ARGISNULL(0)) {
        state = new_state(context, scale_of(other), groups, &numbers);
    } else {
        state = PG_GETARG_DATUM(0);
        numbers = state_numbers(state, groups);
        if (!(scale_of(numbers) == scale_of(other))) fail_settings();
    }
    for (int second = 0; second < (groups ? 2 : 1); ++second) {
        SurveyCounts counts = counts_of(numbers, second != 0);
        counts.add(counts_of(other, second != 0));
        store_counts(numbers, second != 0, counts);
    }
    return state;
}

struct Tally {
    SurveyCounts counts;
    std::optional<SurveyScore> score;
};

Tally result_of(FunctionCallInfo fcinfo) {
    Tally result;
    if (PG_ARGISNULL(0)) return result;
    const double* numbers = state_numbers(PG_GETARG_DATUM(0), false);
    result.counts = counts_of(numbers, false);
    result.score = survey_score(scale_of(numbers), result.counts);
    return result;
}

Datum row(FunctionCallInfo fcinfo, Datum* values, bool* nulls) {
    return HeapTupleGetDatum(heap_form_tuple(result_columns(fcinfo), values, nulls));
}

}  // namespace

JOURNEY_FUNCTION(nps_add) {
    return add(fcinfo, nps_scale, false);
}
JOURNEY_FUNCTION(csat_add) {
    return add(fcinfo, csat_scale, false);
}
JOURNEY_FUNCTION(ces_add) {
    return add(fcinfo, ces_scale, false);
}
JOURNEY_FUNCTION(nps_compare_add) {
    return add(fcinfo, nps_scale, true);
}
JOURNEY_FUNCTION(csat_compare_add) {
    return add(fcinfo, csat_scale, true);
}
JOURNEY_FUNCTION(ces_compare_add) {
    return add(fcinfo, ces_scale, true);
}

JOURNEY_FUNCTION(survey_combine) {
    return combine(fcinfo, false);
}
JOURNEY_FUNCTION(survey_compare_combine) {
    return combine(fcinfo, true);
}

JOURNEY_FUNCTION(survey_score_finish) {
    const Tally result = result_of(fcinfo);
    if (!result.score) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(result.score->score);
}

// score, n, promoters, passives, detractors, std_error, ci_low, ci_high, missing, out_of_scale
JOURNEY_FUNCTION(nps_report_finish) {
    const Tally result = result_of(fcinfo);
    const SurveyScore score = result.score.value_or(SurveyScore{});
    const SurveyCounts& counts = result.counts;
    Datum values[] = {Float8GetDatum(score.score),   Int64GetDatum(counts.n),
                      Int64GetDatum(counts.top),     Int64GetDatum(counts.n - counts.top - counts.bottom),
                      Int64GetDatum(counts.bottom),  Float8GetDatum(score.std_error),
                      Float8GetDatum(score.low),     Float8GetDatum(score.high),
                      Int64GetDatum(counts.missing), Int64GetDatum(counts.out_of_scale)};
    bool nulls[10] = {};
    nulls[0] = nulls[5] = nulls[6] = nulls[7] = !result.score;
    return row(fcinfo, values, nulls);
}

// score, n, top_answers, mean, std_error, ci_low, ci_high, missing, out_of_scale
JOURNEY_FUNCTION(survey_report_finish) {
    const Tally result = result_of(fcinfo);
    const SurveyScore score = result.score.value_or(SurveyScore{});
    const SurveyCounts& counts = result.counts;
    Datum values[] = {
        Float8GetDatum(score.score), Int64GetDatum(counts.n),         Int64GetDatum(counts.top),
        Float8GetDatum(score.mean),  Float8GetDatum(score.std_error), Float8GetDatum(score.low),
        Float8GetDatum(score.high),  Int64GetDatum(counts.missing),   Int64GetDatum(counts.out_of_scale)};
    bool nulls[9] = {};
    nulls[0] = nulls[3] = nulls[4] = nulls[5] = nulls[6] = !result.score;
    return row(fcinfo, values, nulls);
}

// difference, score_in, score_out, n_in, n_out, std_error, ci_low, ci_high, z, p_value
JOURNEY_FUNCTION(survey_compare_finish) {
    SurveyCounts in, out;
    SurveyScale scale;
    if (!PG_ARGISNULL(0)) {
        const double* numbers = state_numbers(PG_GETARG_DATUM(0), true);
        scale = scale_of(numbers);
        in = counts_of(numbers, false);
        out = counts_of(numbers, true);
    }
    const auto in_score = survey_score(scale, in), out_score = survey_score(scale, out);
    const auto found = survey_difference(scale, in, out);
    const SurveyDifference result = found.value_or(SurveyDifference{});
    Datum values[] = {Float8GetDatum(result.difference),
                      Float8GetDatum(in_score ? in_score->score : 0),
                      Float8GetDatum(out_score ? out_score->score : 0),
                      Int64GetDatum(in.n),
                      Int64GetDatum(out.n),
                      Float8GetDatum(result.std_error),
                      Float8GetDatum(result.low),
                      Float8GetDatum(result.high),
                      Float8GetDatum(result.z.value_or(0)),
                      Float8GetDatum(result.p_value.value_or(0))};
    bool nulls[10] = {};
    nulls[0] = nulls[5] = nulls[6] = nulls[7] = !found;
    nulls[1] = !in_score;
    nulls[2] = !out_score;
    nulls[8] = nulls[9] = !result.z;
    return row(fcinfo, values, nulls);
}
