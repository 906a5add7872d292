// Logistic lead score: the fit, the model's type, scoring and reasons.

#include "core/lead_logistic.hpp"
#include "core/model_text.hpp"
#include "core/normal.hpp"

#include "pg/real_arrays.hpp"
#include "pg/state_type.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Rows = Expanded<LogisticRows>;

LogisticModel& read_model(FunctionCallInfo fcinfo, int n) {
    const auto bytes = bytes_argument(fcinfo, n);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<LogisticModel>(memory, memory);
    model->decode(bytes);
    return *model;
}

// Features to score, perhaps in `room`; nothing if one is NULL.
std::optional<std::span<const double>> features_argument(FunctionCallInfo fcinfo, int n,
                                                         const LogisticModel& model, ShortReals& room) {
    bool has_null = false;
    auto features = short_reals(PG_GETARG_DATUM(n), room).value_or(std::span<const double>());
    if (features.empty()) features = reals_of(PG_GETARG_DATUM(n), "features", has_null);
    model.check_features(features.size());
    if (has_null) return std::nullopt;
    for (std::size_t j = 0; j < features.size(); ++j) {
        if (std::fabs(features[j]) <= 1e150) continue;
        throw Error(std::isfinite(features[j]) ? ErrorCode::overflow : ErrorCode::invalid_argument,
                    "features", "features must be finite numbers of at most 1e150")
            .detail("Element %zu is not.", j + 1)
            .hint("With a NULL among its features a row has no score.");
    }
    return features;
}

void set_real(Datum* values, bool* nulls, int column, double real) {
    values[column] = Float8GetDatum(real);
    nulls[column] = std::isnan(real);
}

// Names for the features of a model, or none.
std::span<const std::string_view> names_argument(FunctionCallInfo fcinfo, int n, const LogisticModel& model) {
    if (PG_ARGISNULL(n)) return {};
    const auto names = texts_argument(fcinfo, n, "names");
    if (names.size() == model.features()) return names;
    throw Error(ErrorCode::invalid_argument, "names", "names has %zu elements, the model %zu features",
                names.size(), model.features())
        .hint("Name every feature of the fit, in the same order.");
}

struct FeatureRow {
    std::size_t feature;  // from 0
    double value, contribution;
};

struct FeatureStream {
    explicit FeatureStream(ContextMemory& memory) : model(memory), rows(&memory) {}
    LogisticModel model;
    std::span<const std::string_view> names;
    std::pmr::vector<FeatureRow> rows;
    std::size_t next = 0;
};

FeatureStream* feature_stream(FunctionCallInfo fcinfo, ContextMemory& memory, int names) {
    auto* made = make_in<FeatureStream>(memory, memory);
    made->model.decode(bytes_argument(fcinfo, 0));
    made->names = names_argument(fcinfo, names, made->model);
    return made;
}

}  // namespace

// (state, converted, features [, penalty [, standardise]])
JOURNEY_FUNCTION(logistic_add) {
    MemoryContext context = aggregate_context(fcinfo);
    double penalty = 0;
    bool standardise = true;
    if (PG_NARGS() > 3) {
        if (PG_ARGISNULL(3)) fail_null("penalty");
        penalty = PG_GETARG_FLOAT8(3);
    }
    if (PG_NARGS() > 4) {
        if (PG_ARGISNULL(4)) fail_null("standardise");
        standardise = PG_GETARG_BOOL(4);
    }
    bool has_null = true;
    std::span<const double> features;
    if (!PG_ARGISNULL(2)) features = reals_of(PG_GETARG_DATUM(2), "features", has_null);
    Rows& state = Rows::state(fcinfo, context);
    state->set(penalty, standardise);
    if (has_null || PG_ARGISNULL(1)) {
        state->drop();
    } else {
        state->add(features, PG_GETARG_BOOL(1));
    }
    return state.datum();
}

JOURNEY_FUNCTION(logistic_combine) {
    return state_combine<LogisticRows>(fcinfo);
}

JOURNEY_FUNCTION(logistic_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const LogisticRows& rows = *Rows::read_only(PG_GETARG_DATUM(0));
    if (rows.empty()) PG_RETURN_NULL();
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<LogisticModel>(memory, memory);
    rows.fit(*model);
    return model_datum(*model);
}

JOURNEY_STATE_TYPE(logistic_rows, LogisticRows);

JOURNEY_FUNCTION(logistic_model_in) {
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<LogisticModel>(memory, memory);
    model->parse(PG_GETARG_CSTRING(0));
    return model_datum(*model);
}
JOURNEY_FUNCTION(logistic_model_out) {
    const LogisticModel& model = read_model(fcinfo, 0);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const std::string_view json = model.text(*make_in<ModelWriter>(memory, memory));
    PG_RETURN_CSTRING(pnstrdup(json.data(), json.size()));
}
JOURNEY_FUNCTION(logistic_model_recv) {
    const Datum bytes = DirectFunctionCall1(bytearecv, PG_GETARG_DATUM(0));
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    make_in<LogisticModel>(memory, memory)->decode(bytes_of(bytes));
    return bytes;
}
JOURNEY_FUNCTION(logistic_model_send) {
    return state_send(fcinfo);
}

// (model, features)
JOURNEY_FUNCTION(logistic_probability) {
    auto& models = per_query<ReadOnce<LogisticModel>>(fcinfo, [](ContextMemory& memory) {
        return make_in<ReadOnce<LogisticModel>>(memory, memory.context());
    });
    const LogisticModel& model = models.model(bytes_argument(fcinfo, 0));
    ShortReals room;
    const auto features = features_argument(fcinfo, 1, model, room);
    if (!features || !model.usable()) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(model.probability(*features));
}

// (model, features, names) → feature_no, feature, value, coefficient, contribution
JOURNEY_FUNCTION(logistic_reasons) {
    if (SRF_IS_FIRSTCALL() && (PG_ARGISNULL(0) || PG_ARGISNULL(1))) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<FeatureStream>(fcinfo, [&](ContextMemory& memory) {
        FeatureStream* made = feature_stream(fcinfo, memory, 2);
        ShortReals room;
        const auto features = features_argument(fcinfo, 1, made->model, room);
        if (!features || !made->model.usable()) return made;
        for (std::size_t j = 0; j < features->size(); ++j) {
            made->rows.push_back({j, (*features)[j], made->model.contribution(j, (*features)[j])});
        }
        std::stable_sort(made->rows.begin(), made->rows.end(), [](const FeatureRow& a, const FeatureRow& b) {
            return std::fabs(a.contribution) > std::fabs(b.contribution);
        });
        return made;
    });
    FeatureStream& state = *stream.state;
    if (state.next == state.rows.size()) SRF_RETURN_DONE(stream.calls);
    const FeatureRow& its = state.rows[state.next++];
    Datum values[5] = {Int32GetDatum(static_cast<std::int32_t>(its.feature) + 1), 0,
                       Float8GetDatum(its.value), Float8GetDatum(state.model.coefficients[its.feature + 1]),
                       Float8GetDatum(its.contribution)};
    bool nulls[5] = {false, state.names.empty(), false, false, false};
    if (!state.names.empty()) values[1] = text_datum(state.names[its.feature]);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (model, names) → feature_no, feature, coefficient, std_error, z, p_value, odds_ratio
JOURNEY_FUNCTION(logistic_coefficients) {
    if (SRF_IS_FIRSTCALL() && PG_ARGISNULL(0)) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream = row_stream<FeatureStream>(
        fcinfo, [&](ContextMemory& memory) { return feature_stream(fcinfo, memory, 1); });
    FeatureStream& state = *stream.state;
    if (state.next == state.model.coefficients.size()) SRF_RETURN_DONE(stream.calls);
    const std::size_t i = state.next++;
    const double coefficient = state.model.coefficients[i], error = state.model.std_errors[i];
    Datum values[7] = {Int32GetDatum(static_cast<std::int32_t>(i))};
    bool nulls[7] = {};
    nulls[1] = i > 0 && state.names.empty();
    if (!nulls[1]) values[1] = text_datum(i == 0 ? std::string_view("(intercept)") : state.names[i - 1]);
    set_real(values, nulls, 2, coefficient);
    set_real(values, nulls, 3, error);
    set_real(values, nulls, 4, coefficient / error);
    set_real(values, nulls, 5, normal_p_value(coefficient / error));
    set_real(values, nulls, 6, std::exp(coefficient));
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// One row: status, converged, n, conversions, dropped, iterations, log_likelihood,
// null_log_likelihood, deviance, penalty, standardise
JOURNEY_FUNCTION(logistic_summary) {
    const LogisticModel& model = read_model(fcinfo, 0);
    Datum values[11] = {text_datum(name_of(model.status)),
                        BoolGetDatum(model.status == FitStatus::converged),
                        Int64GetDatum(static_cast<std::int64_t>(model.n)),
                        Int64GetDatum(static_cast<std::int64_t>(model.conversions)),
                        Int64GetDatum(static_cast<std::int64_t>(model.dropped)),
                        Int64GetDatum(static_cast<std::int64_t>(model.iterations))};
    bool nulls[11] = {};
    set_real(values, nulls, 6, model.log_likelihood);
    set_real(values, nulls, 7, model.null_log_likelihood);
    set_real(values, nulls, 8, 0.0 - 2 * model.log_likelihood);
    set_real(values, nulls, 9, model.penalty);
    values[10] = BoolGetDatum(model.standardise);
    return record_datum(fcinfo, values, nulls);
}
