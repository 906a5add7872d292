// The type rfm_model, scores and segments by it.

#include "core/model_text.hpp"
#include "core/rfm.hpp"

#include "pg/rfm_values.hpp"
#include "pg/state_type.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// What scoring keeps between the rows of a query.
struct ScoreQuery {
    explicit ScoreQuery(MemoryContext context) : models(context), segments(context), rules_for(0) {}
    ReadOnce<RfmModel> models;
    ReadOnce<RfmSegments> segments;
    int rules_for;  // the bins that the segments were read for
    TupleDesc columns = nullptr;
};

ScoreQuery& score_query(FunctionCallInfo fcinfo) {
    return per_query<ScoreQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<ScoreQuery>(memory, memory.context()); });
}

// Segments from the text[] of argument n; NULL or no such argument: the grid.
const RfmSegments& segments_argument(FunctionCallInfo fcinfo, int n, int bins, ScoreQuery& query) {
    const bool given = PG_NARGS() > n && !PG_ARGISNULL(n);
    const auto bytes = given ? bytes_argument(fcinfo, n) : std::span<const std::byte>{};
    // Rules are checked against the number of scores.
    if (query.rules_for != bins) query.segments.forget();
    query.rules_for = bins;
    return query.segments.of(bytes, [&](ContextMemory& memory, std::span<const std::byte>) {
        auto* made = make_in<RfmSegments>(memory, memory);
        if (!given) return made;
        MemoryContext caller = MemoryContextSwitchTo(memory.context());
        Datum copy = PointerGetDatum(PG_GETARG_ARRAYTYPE_P_COPY(n));
        if (ARR_NDIM(DatumGetArrayTypeP(copy)) > 1) {
            throw Error(ErrorCode::invalid_argument, "segments", "segments must have one dimension")
                .hint("Write ARRAY['Champions: 4-5 4-5', 'Rest: 1-5 1-5'].");
        }
        made->parse(texts_of(copy, "segments"), bins);
        MemoryContextSwitchTo(caller);
        return made;
    });
}

int score_argument(FunctionCallInfo fcinfo, int n, const char* name, int bins) {
    const int score = PG_GETARG_INT32(n);
    if (score >= 1 && score <= bins) return score;
    throw Error(ErrorCode::invalid_argument, name, "%s must be between 1 and %d, not %d", name, bins, score)
        .hint("Scores go from 1 to bins.");
}

struct ThresholdStream {
    explicit ThresholdStream(ContextMemory& memory) : model(memory) {}
    RfmModel model;
    std::size_t next = 0;
};

std::span<const double> reals_argument(FunctionCallInfo fcinfo, int n, const char* name, Oid type) {
    if (PG_ARGISNULL(n)) fail_null(name);
    const bool by_value = type != INTERVALOID;
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), type, by_value ? 8 : sizeof(Interval), by_value,
                      TYPALIGN_DOUBLE, &elements, &nulls, &count);
    auto* reals = static_cast<double*>(palloc(sizeof(double) * static_cast<Size>(count + 1)));
    for (int i = 0; i < count; ++i) {
        if (nulls[i]) {
            throw Error(ErrorCode::null_argument, name, "%s must not contain nulls", name)
                .hint("Give a threshold for each score but the first.");
        }
        if (type == INTERVALOID) {
            reals[i] = static_cast<double>(span_of(*DatumGetIntervalP(elements[i]), name));
        } else {
            reals[i] = type == INT8OID ? static_cast<double>(DatumGetInt64(elements[i]))
                                       : DatumGetFloat8(elements[i]);
        }
    }
    return {reals, static_cast<std::size_t>(count)};
}

}  // namespace

JOURNEY_FUNCTION(rfm_model_in) {
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<RfmModel>(memory, memory);
    model->parse(PG_GETARG_CSTRING(0));
    return model_datum(*model);
}
JOURNEY_FUNCTION(rfm_model_out) {
    const auto bytes = bytes_argument(fcinfo, 0);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<RfmModel>(memory, memory);
    model->decode(bytes);
    const std::string_view json = model->text(*make_in<ModelWriter>(memory, memory));
    PG_RETURN_CSTRING(pnstrdup(json.data(), json.size()));
}
JOURNEY_FUNCTION(rfm_model_recv) {
    const Datum bytes = DirectFunctionCall1(bytearecv, PG_GETARG_DATUM(0));
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    make_in<RfmModel>(memory, memory)->decode(bytes_of(bytes));
    return bytes;
}
JOURNEY_FUNCTION(rfm_model_send) {
    return state_send(fcinfo);
}

// (recency interval[], frequency bigint[], monetary float8[])
JOURNEY_FUNCTION(rfm_fixed) {
    const auto recency = reals_argument(fcinfo, 0, "recency", INTERVALOID);
    const auto frequency = reals_argument(fcinfo, 1, "frequency", INT8OID);
    const auto monetary = reals_argument(fcinfo, 2, "monetary", FLOAT8OID);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<RfmModel>(memory, memory);
    model->fix(recency, frequency, monetary);
    return model_datum(*model);
}

JOURNEY_FUNCTION(rfm_thresholds) {
    const auto stream = row_stream<ThresholdStream>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<ThresholdStream>(memory, memory);
        made->model.decode(bytes_argument(fcinfo, 0));
        return made;
    });
    ThresholdStream& state = *stream.state;
    if (state.next == state.model.thresholds()) SRF_RETURN_DONE(stream.calls);
    constexpr std::string_view names[] = {"recency", "frequency", "monetary"};
    const RfmModel::Threshold row = state.model.threshold(state.next++);
    const double unit = row.measure == 0 ? static_cast<double>(USECS_PER_DAY) : 1;
    Datum values[6] = {text_datum(names[row.measure]),
                       Int32GetDatum(row.within_r),
                       Int32GetDatum(row.within_f),
                       Int32GetDatum(row.score),
                       Float8GetDatum(row.value.value_or(0) / unit),
                       BoolGetDatum(row.inclusive)};
    bool nulls[6] = {false, row.within_r == 0, row.within_f == 0, false, !row.value, false};
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (model, value, segments) → r, f, m, score, segment
JOURNEY_FUNCTION(rfm_score) {
    ScoreQuery& query = score_query(fcinfo);
    if (query.columns == nullptr) {
        MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
        TupleDesc columns;
        if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE) {
            elog(ERROR, "journey: the function does not return a row");
        }
        query.columns = BlessTupleDesc(columns);
        MemoryContextSwitchTo(caller);
    }
    Datum values[5] = {};
    bool nulls[5] = {true, true, true, true, true};
    const auto value = rfm_value_argument(fcinfo, 1);
    if (!PG_ARGISNULL(0) && value) {
        const RfmModel& model = query.models.model(bytes_argument(fcinfo, 0));
        const RfmScores scores = model.score(*value);
        const RfmSegments& segments = segments_argument(fcinfo, 2, model.bins(), query);
        const int numbers[] = {scores.r, scores.f, scores.m, scores.combined()};
        for (int i = 0; i < 4; ++i) values[i] = Int32GetDatum(numbers[i]);
        values[4] = text_datum(segments.name(segments.find(scores, model.bins())));
        for (bool& null : nulls) null = false;
    }
    return HeapTupleGetDatum(heap_form_tuple(query.columns, values, nulls));
}

// (model, value, segments)
JOURNEY_FUNCTION(rfm_segment_of_value) {
    const auto value = rfm_value_argument(fcinfo, 1);
    if (PG_ARGISNULL(0) || !value) PG_RETURN_NULL();
    ScoreQuery& query = score_query(fcinfo);
    const RfmModel& model = query.models.model(bytes_argument(fcinfo, 0));
    const RfmSegments& segments = segments_argument(fcinfo, 2, model.bins(), query);
    return text_datum(segments.name(segments.find(model.score(*value), model.bins())));
}

// (r, f, m, segments, bins)
JOURNEY_FUNCTION(rfm_segment_of_scores) {
    if (PG_ARGISNULL(4)) fail_null("bins");
    const int bins = PG_GETARG_INT32(4);
    check_rfm_bins(bins);
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2)) PG_RETURN_NULL();
    const RfmScores scores = {score_argument(fcinfo, 0, "r", bins), score_argument(fcinfo, 1, "f", bins),
                              score_argument(fcinfo, 2, "m", bins)};
    const RfmSegments& segments = segments_argument(fcinfo, 3, bins, score_query(fcinfo));
    return text_datum(segments.name(segments.find(scores, bins)));
}
