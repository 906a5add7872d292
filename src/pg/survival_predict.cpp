// One customer's survival from a model: scalars that cost a few dozen
// nanoseconds, and a curve.

#include "core/survival.hpp"
#include "core/survival_model.hpp"

#include "pg/real_arrays.hpp"
#include "pg/survival_model.hpp"

namespace journey::pg {

ModelCache::Mark ModelCache::mark_of(const varlena* value) {
    Mark mark = {};
    if (VARATT_IS_EXTERNAL_ONDISK(value)) {
        mark.size = VARSIZE_EXTERNAL(value);
        memcpy(mark.bytes, value, std::min<Size>(mark.size, sizeof mark.bytes));
    } else if (!VARATT_IS_EXTERNAL(value) && !VARATT_IS_COMPRESSED(value)) {
        mark.size = VARSIZE_ANY_EXHDR(value);
        memcpy(mark.bytes, VARDATA_ANY(value), std::min<Size>(mark.size, survival_model_mark));
    }
    return mark;  // size 0: not known without unpacking
}

const SurvivalModel& ModelCache::argument(FunctionCallInfo fcinfo, int n) {
    auto& cache = per_query<ModelCache>(fcinfo, [&](ContextMemory& memory) {
        return static_cast<ModelCache*>(MemoryContextAllocZero(memory.context(), sizeof(ModelCache)));
    });
    const auto* value = reinterpret_cast<const varlena*>(PG_GETARG_POINTER(n));
    Mark mark = mark_of(value);
    if (mark.size == 0) {  // compressed within its row: unpacking is cheap beside reading
        value = reinterpret_cast<const varlena*>(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(n)));
        mark = mark_of(value);
    }
    if (cache.model_ != nullptr && cache.mark_.size == mark.size &&
        memcmp(cache.mark_.bytes, mark.bytes, sizeof mark.bytes) == 0) {
        return *cache.model_;
    }
    cache.model_ = nullptr;
    if (cache.context_ == nullptr) {
        cache.context_ =
            AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "journey survival model", ALLOCSET_DEFAULT_SIZES);
    }
    MemoryContextReset(cache.context_);
    ContextMemory& memory = ContextMemory::make(cache.context_);
    auto* model = make_in<SurvivalModel>(memory, memory);
    model->decode(bytes_of(PointerGetDatum(value)));
    cache.model_ = model;
    cache.mark_ = mark;
    return *model;
}

}  // namespace journey::pg

using namespace journey;
using namespace journey::pg;

namespace {

// Model, covariates and stratum of a call; nothing if a covariate is NULL.
struct Customer {
    const SurvivalModel& model;
    double predictor;
    std::size_t stratum;
};

std::optional<Customer> customer_arguments(FunctionCallInfo fcinfo, int stratum) {
    const SurvivalModel& model = ModelCache::argument(fcinfo, 0);
    ShortReals room;
    auto covariates = short_reals(PG_GETARG_DATUM(1), room);
    if (!covariates) covariates = numbers_argument(fcinfo, 1, "covariates");
    if (!covariates) return std::nullopt;
    return Customer{model, linear_predictor(model, *covariates),
                    stratum < 0 ? 0 : model.stratum_of(text_argument(fcinfo, stratum))};
}

struct CurveStream {
    const SurvivalModel* model;
    double predictor;
    std::size_t stratum;
    std::span<const double> times;
};

CurveStream* curve_of(FunctionCallInfo fcinfo, ContextMemory& memory) {
    const SurvivalModel& model = model_argument(fcinfo, 0, memory);
    if (PG_ARGISNULL(3)) fail_null("stratum");
    const auto covariates = numbers_argument(fcinfo, 1, "covariates");
    auto* curve = make_in<CurveStream>(memory, &model);
    if (!covariates) return curve;  // without times: no rows
    curve->predictor = linear_predictor(model, *covariates);
    curve->stratum = model.stratum_of(text_argument(fcinfo, 3));
    if (!PG_ARGISNULL(2)) {
        const auto times = numbers_argument(fcinfo, 2, "times");
        if (!times) {
            throw Error(ErrorCode::null_argument, "times", "times must not contain nulls")
                .hint("Remove them, for example with array_remove(times, NULL).");
        }
        curve->times = *times;
    } else if (model.is_cox()) {
        curve->times = model.strata[curve->stratum].times;
    } else {
        throw Error(ErrorCode::null_argument, "times", "times must be given for an AFT model")
            .hint("Its curve is smooth: say where to read it, such as '{30,60,90}'.");
    }
    return curve;
}

}  // namespace

JOURNEY_FUNCTION(linear_predictor) {
    const auto customer = customer_arguments(fcinfo, -1);
    if (!customer) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(customer->predictor);
}

JOURNEY_FUNCTION(survival_probability) {
    const auto customer = customer_arguments(fcinfo, 3);
    if (!customer) PG_RETURN_NULL();
    return number_or_null(fcinfo, survival_probability(customer->model, customer->predictor,
                                                       customer->stratum, PG_GETARG_FLOAT8(2)));
}

JOURNEY_FUNCTION(event_probability) {
    const auto customer = customer_arguments(fcinfo, 4);
    if (!customer) PG_RETURN_NULL();
    return number_or_null(fcinfo, event_probability(customer->model, customer->predictor, customer->stratum,
                                                    PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)));
}

JOURNEY_FUNCTION(model_median) {
    const auto customer = customer_arguments(fcinfo, 2);
    if (!customer) PG_RETURN_NULL();
    return number_or_null(fcinfo,
                          survival_quantile(customer->model, customer->predictor, customer->stratum, 0.5));
}

JOURNEY_FUNCTION(model_quantile) {
    const auto customer = customer_arguments(fcinfo, 3);
    if (!customer) PG_RETURN_NULL();
    return number_or_null(fcinfo, survival_quantile(customer->model, customer->predictor, customer->stratum,
                                                    PG_GETARG_FLOAT8(2)));
}

JOURNEY_FUNCTION(survival_curve) {
    if (SRF_IS_FIRSTCALL() && (PG_ARGISNULL(0) || PG_ARGISNULL(1))) {
        FuncCallContext* calls = SRF_FIRSTCALL_INIT();
        SRF_RETURN_DONE(calls);
    }
    const auto stream =
        row_stream<CurveStream>(fcinfo, [&](ContextMemory& memory) { return curve_of(fcinfo, memory); });
    const CurveStream& curve = *stream.state;
    if (stream.calls->call_cntr >= curve.times.size()) SRF_RETURN_DONE(stream.calls);
    const double time = curve.times[stream.calls->call_cntr];
    const double survival = survival_probability(*curve.model, curve.predictor, curve.stratum, time);
    Cells row;
    row.real(time);
    row.real(survival);
    // 0 has no finite logarithm: the hazard is past what a number can say.
    row.real(survival == 0 ? no_number : 0 - std::log(survival));
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, row));
}
