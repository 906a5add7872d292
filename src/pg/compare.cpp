// Tests of differences: shares, lists of counts, values of two groups.

#include "core/compare.hpp"

#include "pg/real_arrays.hpp"
#include "pg/state_type.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

void set_real(Datum* values, bool* nulls, int column, const std::optional<double>& real) {
    values[column] = Float8GetDatum(real.value_or(0));
    nulls[column] = !real;
}

std::span<const double> counts_argument(FunctionCallInfo fcinfo, int n, const char* argument) {
    bool has_null;
    const auto counts = reals_of(PG_GETARG_DATUM(n), argument, has_null);
    if (has_null) {
        throw Error(ErrorCode::null_argument, argument, "%s must not contain nulls", argument)
            .hint("Count 0 where there is nothing, for example with coalesce.");
    }
    return counts;
}

}  // namespace

// (successes_a, n_a, successes_b, n_b, level, method) → rate_a, rate_b, difference,
// ci_low, ci_high, lift, method, z, p_value
JOURNEY_FUNCTION(proportion_test) {
    const Share a{PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1)}, b{PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)};
    const ProportionTest test =
        proportion_test(a, b, PG_GETARG_FLOAT8(4), parse_proportion_method(text_argument(fcinfo, 5)));
    Datum values[9];
    bool nulls[9] = {};
    set_real(values, nulls, 0, test.rate_a);
    set_real(values, nulls, 1, test.rate_b);
    set_real(values, nulls, 2, test.difference);
    set_real(values, nulls, 3, test.low);
    set_real(values, nulls, 4, test.high);
    set_real(values, nulls, 5, test.lift);
    values[6] = text_datum(test.exact ? "fisher" : "z");
    nulls[6] = !test.p;
    set_real(values, nulls, 7, test.z);
    set_real(values, nulls, 8, test.p);
    return record_datum(fcinfo, values, nulls);
}

// (p, adjust) → p, adjusted, in the same order
JOURNEY_FUNCTION(p_adjust) {
    bool has_null;
    const auto given = reals_of(PG_GETARG_DATUM(0), "p", has_null);
    const Adjustment method = parse_adjustment(text_argument(fcinfo, 1));
    ContextMemory memory;
    const std::size_t n = given.size();
    auto* p = static_cast<double*>(palloc(sizeof(double) * (n + 1)));
    std::copy(given.begin(), given.end(), p);
    adjust({p, n}, method, memory);
    auto* elements = static_cast<Datum*>(palloc(sizeof(Datum) * (n + 1)));
    auto* nulls = static_cast<bool*>(palloc(n + 1));
    for (std::size_t i = 0; i < n; ++i) {
        elements[i] = Float8GetDatum(p[i]);
        nulls[i] = std::isnan(p[i]);
    }
    if (n == 0) return PointerGetDatum(construct_empty_array(FLOAT8OID));
    int size = static_cast<int>(n), from = 1;
    return PointerGetDatum(
        construct_md_array(elements, nulls, 1, &size, &from, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

// (a, b) → statistic, df, p_value, cramers_v
JOURNEY_FUNCTION(chi2_test) {
    const HomogeneityTest test =
        homogeneity_test(counts_argument(fcinfo, 0, "a"), counts_argument(fcinfo, 1, "b"));
    Datum values[4] = {Float8GetDatum(test.statistic), Int64GetDatum(test.df)};
    bool nulls[4] = {};
    nulls[0] = !test.p;
    set_real(values, nulls, 2, test.p);
    set_real(values, nulls, 3, test.cramers_v);
    return record_datum(fcinfo, values, nulls);
}

// Two reports that are compared must have the same names in the same places.
JOURNEY_FUNCTION(same_steps) {
    const auto a = texts_argument(fcinfo, 0, "a"), b = texts_argument(fcinfo, 1, "b");
    if (a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin())) PG_RETURN_BOOL(true);
    std::size_t at = 0;
    while (at < std::min(a.size(), b.size()) && a[at] == b[at]) ++at;
    const auto shown = [at](std::span<const std::string_view> steps) {
        return at < steps.size() ? steps[at].substr(0, 60) : std::string_view("nothing");
    };
    const std::string_view one = shown(a), other = shown(b);
    throw Error(ErrorCode::invalid_argument, "b", "the two reports are not of the same steps")
        .detail("Step %zu is \"%.*s\" in a and \"%.*s\" in b.", at + 1, static_cast<int>(one.size()),
                one.data(), static_cast<int>(other.size()), other.data())
        .hint("Make both reports with the same steps.");
}

JOURNEY_FUNCTION(same_lengths) {
    const auto names = texts_argument(fcinfo, 0, "names");
    const auto a = counts_argument(fcinfo, 1, "a"), b = counts_argument(fcinfo, 2, "b");
    for (const auto& [counts, argument] : {std::pair(a, "a"), std::pair(b, "b")}) {
        for (double each : counts) {
            if (each >= 0) continue;
            throw Error(ErrorCode::invalid_argument, argument, "%s must not contain negative counts",
                        argument)
                .hint("Give the counts or credits of each name.");
        }
    }
    if (a.size() == names.size() && b.size() == names.size()) PG_RETURN_BOOL(true);
    const bool of_a = a.size() != names.size();
    throw Error(ErrorCode::invalid_argument, of_a ? "a" : "b", "names has %zu elements, %s %zu", names.size(),
                of_a ? "a" : "b", of_a ? a.size() : b.size())
        .hint("Give one count for each name in both, 0 where there is none.");
}

// Is the base of rates the step before, not the start?
JOURNEY_FUNCTION(is_base_previous) {
    const std::string_view base = text_argument(fcinfo, 0);
    if (base != "start" && base != "previous") {
        throw Error(ErrorCode::invalid_argument, "base", "unknown base: \"%.*s\"",
                    static_cast<int>(base.size()), base.data())
            .hint("Valid values are: start, previous.");
    }
    PG_RETURN_BOOL(base == "previous");
}

// (state, value, in_b)
JOURNEY_FUNCTION(value_compare_add) {
    MemoryContext context = aggregate_context(fcinfo);
    auto& state = Expanded<ValueGroups>::state(fcinfo, context);
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2)) {
        state->drop();
    } else {
        state->add(PG_GETARG_FLOAT8(1), PG_GETARG_BOOL(2));
    }
    return state.datum();
}

JOURNEY_FUNCTION(value_compare_combine) {
    return state_combine<ValueGroups>(fcinfo);
}

// (state) → n_a, n_b, dropped, mean_a, mean_b, difference, ci_low, ci_high, t, df,
// welch_p, median_a, median_b, superiority, u, mann_whitney_exact, mann_whitney_p
JOURNEY_FUNCTION(value_compare_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    ContextMemory memory;
    ValueGroups& groups = *Expanded<ValueGroups>::read_only(PG_GETARG_DATUM(0));
    groups.order();
    const WelchTest welch = welch_test(groups.a(), groups.b(), 0.95, memory);
    const RankTest ranks = rank_test(groups.a(), groups.b(), memory);
    Datum values[17] = {Int64GetDatum(static_cast<std::int64_t>(groups.a().size())),
                        Int64GetDatum(static_cast<std::int64_t>(groups.b().size())),
                        Int64GetDatum(static_cast<std::int64_t>(groups.dropped()))};
    bool nulls[17] = {};
    int column = 3;
    for (const auto& each : {welch.mean_a, welch.mean_b, welch.difference, welch.low, welch.high, welch.t,
                             welch.df, welch.p, ranks.median_a, ranks.median_b, ranks.superiority, ranks.u}) {
        set_real(values, nulls, column++, each);
    }
    values[column] = BoolGetDatum(ranks.exact);
    nulls[column] = !ranks.p;
    set_real(values, nulls, column + 1, ranks.p);
    return HeapTupleGetDatum(heap_form_tuple(result_columns(fcinfo), values, nulls));
}

JOURNEY_STATE_TYPE(value_groups, ValueGroups);
