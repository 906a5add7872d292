// Aggregates that need every row: cox_fit, aft_fit, logrank, concordance,
// brier_score, survival_calibration.

#include "core/survival_fit.hpp"
#include "core/logrank.hpp"
#include "core/survival.hpp"
#include "core/survival_model.hpp"
#include "core/survival_rows.hpp"
#include "core/survival_score.hpp"

#include "pg/survival.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Rows = Expanded<SurvivalRows>;

struct FitQuery {
    bool constant;
};

// Were the settings (arguments `first` and later but for `varying`) read already,
// and can they not change?
bool settings_known(FunctionCallInfo fcinfo, Rows& state, std::initializer_list<int> arguments) {
    if (!state->is_set()) return false;
    return per_query<FitQuery>(fcinfo,
                               [&](ContextMemory& memory) {
                                   bool constant = true;
                                   for (const int n : arguments) {
                                       constant =
                                           constant && (PG_NARGS() <= n || is_constant_argument(fcinfo, n));
                                   }
                                   return make_in<FitQuery>(memory, constant);
                               })
        .constant;
}

std::span<const std::string_view> names_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return {};
    return texts_argument(fcinfo, n, "names");
}

// The label of a cluster, "=" before it: the empty label is a row on its own.
std::string_view cluster_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return {};
    const std::string_view name = text_argument(fcinfo, n);
    auto* label = static_cast<char*>(palloc(name.size() + 1));
    label[0] = '=';
    memcpy(label + 1, name.data(), name.size());
    return {label, name.size() + 1};
}

// Where the arguments of a fit stand that not every fit has.
struct FitArguments {
    int stratum = FUNC_MAX_ARGS, entry = FUNC_MAX_ARGS, weights = FUNC_MAX_ARGS, cluster = FUNC_MAX_ARGS;
};

// A row with a NULL in its duration, event, covariates or weight is counted, not used.
void add_fit_row(FunctionCallInfo fcinfo, Rows& state, const FitArguments& at) {
    SurvivalRow row;
    std::optional<std::span<const double>> covariates;
    const bool weighted = PG_NARGS() > at.weights;
    if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(3) && !(weighted && PG_ARGISNULL(at.weights))) {
        covariates = numbers_argument(fcinfo, 3, "covariates");
    }
    if (!covariates) return state->exclude();
    if (weighted) row.weight = PG_GETARG_FLOAT8(at.weights);
    row.group = cluster_argument(fcinfo, at.cluster);
    row.duration = PG_GETARG_FLOAT8(1);
    row.event = PG_GETARG_BOOL(2);
    row.covariates = *covariates;
    if (PG_NARGS() > at.stratum && !PG_ARGISNULL(at.stratum)) row.stratum = text_argument(fcinfo, at.stratum);
    if (PG_NARGS() > at.entry && !PG_ARGISNULL(at.entry)) row.entry = PG_GETARG_FLOAT8(at.entry);
    state->add(row);
}

// A row with one number beside duration and event.
void add_score_row(FunctionCallInfo fcinfo, Rows& state, const char* argument) {
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3)) return state->exclude();
    const double number = PG_GETARG_FLOAT8(3);
    if (number - number != 0) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must be finite", argument)
            .hint("Make it NULL to leave the row out.");
    }
    SurvivalRow row;
    row.duration = PG_GETARG_FLOAT8(1);
    row.event = PG_GETARG_BOOL(2);
    row.covariates = {&number, 1};
    state->add(row);
}

void check_probability(FunctionCallInfo fcinfo, const char* argument) {
    if (PG_ARGISNULL(3)) return;
    const double number = PG_GETARG_FLOAT8(3);
    if (number >= 0 && number <= 1) return;
    throw Error(ErrorCode::invalid_argument, argument, "%s must be between 0 and 1", argument)
        .detail("It is %g.", number)
        .hint("Pass a probability, such as survival_probability() gives.");
}

double horizon_argument(FunctionCallInfo fcinfo, int n) {
    const double horizon = number_argument(fcinfo, n, "horizon");
    if (horizon >= 0 && horizon - horizon == 0) return horizon;
    throw Error(ErrorCode::invalid_argument, "horizon", "horizon must be a finite number of at least 0")
        .hint("Write it in the unit of the durations.");
}

// The model as a value. Nothing in here raises: the model's vectors are alive.
Datum fit(FunctionCallInfo fcinfo,
          SurvivalModel (*fit_model)(OrderedRows&, const SurvivalRows&, std::pmr::memory_resource&)) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const Datum state = PG_GETARG_DATUM(0);
    Rows& rows = Rows::read_only(state);
    if (rows->size() == 0) PG_RETURN_NULL();
    ContextMemory memory;
    OrderedRows ordered = rows->ordered(memory);
    const SurvivalModel model = fit_model(ordered, *rows, memory);
    const std::size_t size = VARHDRSZ + model.encoded_size();
    if (size > MaxAllocSize) {
        throw Error(ErrorCode::limit, "", "the model would take %zu bytes", size)
            .hint("Round the durations: the baseline has a place for each time with an event.");
    }
    void* value = memory.allocate(size, MAXIMUM_ALIGNOF);
    SET_VARSIZE(value, size);
    model.encode(static_cast<std::byte*>(value) + VARHDRSZ);
    return PointerGetDatum(value);
}

struct Compared {
    LogRank result;
    OrderedRows rows;
    Compared(SurvivalRows& given, ContextMemory& memory) : result(memory), rows(given.ordered(memory)) {
        result = logrank(rows, given.word(), given.first(), given.second(), memory);
    }
};

Compared& compare_groups(FunctionCallInfo fcinfo) {
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    return *new (memory.allocate(sizeof(Compared), alignof(Compared)))
        Compared(*Rows::read_only(PG_GETARG_DATUM(0)), memory);
}

Concordance count_pairs(FunctionCallInfo fcinfo) {
    ContextMemory memory;
    return concordance(Rows::read_only(PG_GETARG_DATUM(0))->ordered(memory), memory);
}

}  // namespace

// (state, duration, event, covariates [, names [, stratum [, entry [, ties [, weights [, cluster]]]]]])
JOURNEY_FUNCTION(cox_fit_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Rows& state = Rows::state(fcinfo, context);
    if (!settings_known(fcinfo, state, {4, 7})) {
        const std::string_view ties = PG_NARGS() > 7 ? word_argument(fcinfo, 7, "ties") : "efron";
        ties_of(ties);
        const double robust = PG_NARGS() > 9 ? 1 : 0;
        state->set({names_argument(fcinfo, 4), ties, 0, robust}, PG_NARGS() > 6, PG_NARGS() > 5,
                   PG_NARGS() > 8);
    }
    add_fit_row(fcinfo, state, {5, 6, 8, 9});
    return state.datum();
}

// (state, duration, event, covariates [, names [, distribution]])
JOURNEY_FUNCTION(aft_fit_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Rows& state = Rows::state(fcinfo, context);
    if (!settings_known(fcinfo, state, {4, 5})) {
        const std::string_view distribution =
            PG_NARGS() > 5 ? word_argument(fcinfo, 5, "distribution") : "weibull";
        distribution_of(distribution);
        state->set({names_argument(fcinfo, 4), distribution}, false, false);
    }
    add_fit_row(fcinfo, state, {});
    return state.datum();
}

// (state, duration, event, group [, weighting [, stratum [, rho, gamma]]])
JOURNEY_FUNCTION(logrank_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Rows& state = Rows::state(fcinfo, context);
    if (!settings_known(fcinfo, state, {4, 6, 7})) {
        const std::string_view weighting = PG_NARGS() > 4 ? word_argument(fcinfo, 4, "weighting") : "logrank";
        const double rho = PG_NARGS() > 6 ? number_argument(fcinfo, 6, "rho") : 0,
                     gamma = PG_NARGS() > 7 ? number_argument(fcinfo, 7, "gamma") : 0;
        check_weighting(weighting, rho, gamma);
        state->set({{}, weighting, rho, gamma}, false, true);
    }
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3)) {
        state->exclude();
    } else {
        SurvivalRow row;
        row.duration = PG_GETARG_FLOAT8(1);
        row.event = PG_GETARG_BOOL(2);
        row.group = text_argument(fcinfo, 3);
        if (PG_NARGS() > 5 && !PG_ARGISNULL(5)) row.stratum = text_argument(fcinfo, 5);
        state->add(row);
    }
    return state.datum();
}

// (state, duration, event, risk)
JOURNEY_FUNCTION(concordance_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Rows& state = Rows::state(fcinfo, context);
    if (!state->is_set()) state->set({}, false, false);
    add_score_row(fcinfo, state, "risk");
    return state.datum();
}

// (state, duration, event, survival, horizon)
JOURNEY_FUNCTION(brier_score_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Rows& state = Rows::state(fcinfo, context);
    if (!settings_known(fcinfo, state, {4})) {
        state->set({{}, "brier", horizon_argument(fcinfo, 4)}, false, false);
    }
    check_probability(fcinfo, "survival");
    add_score_row(fcinfo, state, "survival");
    return state.datum();
}

// (state, duration, event, predicted, horizon, bins)
JOURNEY_FUNCTION(survival_calibration_add) {
    MemoryContext context = aggregate_context(fcinfo);
    Rows& state = Rows::state(fcinfo, context);
    if (!settings_known(fcinfo, state, {4, 5})) {
        if (PG_ARGISNULL(5)) fail_null("bins");
        const std::int32_t bins = PG_GETARG_INT32(5);
        if (bins < 1) {
            throw Error(ErrorCode::invalid_argument, "bins", "bins must be at least 1")
                .hint("10 gives deciles of the predictions.");
        }
        state->set({{}, "calibration", horizon_argument(fcinfo, 4), static_cast<double>(bins)}, false, false);
    }
    check_probability(fcinfo, "predicted");
    add_score_row(fcinfo, state, "predicted");
    return state.datum();
}

JOURNEY_FUNCTION(survival_rows_combine) {
    return state_combine<SurvivalRows>(fcinfo);
}

JOURNEY_STATE_TYPE(survival_rows, SurvivalRows);

JOURNEY_FUNCTION(cox_fit_finish) {
    return fit(fcinfo, fit_cox);
}

JOURNEY_FUNCTION(aft_fit_finish) {
    return fit(fcinfo, fit_aft);
}

JOURNEY_FUNCTION(logrank_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const LogRank& result = compare_groups(fcinfo).result;
    std::int64_t customers = 0, events = 0;
    for (const LogRankGroup& group : result.groups) {
        customers += group.customers;
        events += group.events;
    }
    Cells row;
    row.real(result.statistic);
    row.whole(result.df);
    row.real(result.p_value);
    row.count(static_cast<std::int64_t>(result.groups.size()));
    row.count(customers);
    row.count(events);
    row.count(Rows::read_only(PG_GETARG_DATUM(0))->excluded());
    return record_datum(fcinfo, row);
}

JOURNEY_FUNCTION(logrank_groups_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto& groups = compare_groups(fcinfo).result.groups;
    return rows_datum(fcinfo, groups, [](Cells& row, const LogRankGroup& group) {
        row.text(group.group);
        row.count(group.customers);
        row.count(group.events);
        row.real(group.expected);
        row.real(group.weighted_observed);
        row.real(group.weighted_expected);
        row.real(group.variance);
    });
}

JOURNEY_FUNCTION(concordance_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const double index = count_pairs(fcinfo).concordance;
    if (index != index) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(index);
}

JOURNEY_FUNCTION(concordance_pairs_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const Concordance pairs = count_pairs(fcinfo);
    Cells row;
    row.real(pairs.concordance);
    for (const std::int64_t count : {pairs.concordant, pairs.discordant, pairs.tied_risk, pairs.tied_time}) {
        row.count(count);
    }
    return record_datum(fcinfo, row);
}

JOURNEY_FUNCTION(brier_score_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    Rows& rows = Rows::read_only(PG_GETARG_DATUM(0));
    ContextMemory memory;
    const double score = brier_score(rows->ordered(memory), rows->first());
    if (score != score) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(score);
}

JOURNEY_FUNCTION(survival_calibration_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    Rows& rows = Rows::read_only(PG_GETARG_DATUM(0));
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const auto& table = *make_in<std::pmr::vector<SurvivalCalibrationRow>>(
        memory, calibration(rows->ordered(memory), rows->first(), static_cast<std::int64_t>(rows->second()),
                            SurvivalConfidence{}.level, memory));
    return rows_datum(fcinfo, table, [](Cells& row, const SurvivalCalibrationRow& bin) {
        row.count(bin.bin);
        row.count(bin.customers);
        row.real(bin.predicted);
        row.real(bin.observed);
        row.real(bin.lower);
        row.real(bin.upper);
    });
}
