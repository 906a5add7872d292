// churn_fit, churn_probability, churn_reasons, churn_backtest: one question, three
// ways to answer it. A churn_model is an SQL row, so that the models inside it can
// be asked by the functions of their own families.

#include <cmath>
#include <cstring>

#include "core/churn.hpp"
#include "core/churn_sample.hpp"
#include "core/survival.hpp"

#include "pg/journey_argument.hpp"
#include "pg/state_type.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Sample = Expanded<ChurnSample>;

// The columns of churn_model.
enum Column : std::uint8_t {
    at_method,
    at_events,
    at_as_of,
    at_horizon,
    at_customers,
    at_inactive,
    at_typical,
    at_rfm,
    at_cell_customers,
    at_cell_inactive,
    at_btyd,
    at_survival,
    model_columns,
};

Time moment_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) fail_null("as_of");
    const Time as_of = PG_GETARG_TIMESTAMPTZ(n);
    if (TIMESTAMP_NOT_FINITE(as_of)) {
        throw Error(ErrorCode::invalid_argument, "as_of", "as_of must not be infinite")
            .hint("Give the moment to ask at, such as now().");
    }
    return as_of;
}

// ---------------------------------------------------------------------- fit

// The methods of argument n, a text or a text[]; without it one of each rung.
std::span<const ChurnMethod> methods_argument(FunctionCallInfo fcinfo, int n, bool several) {
    static constexpr ChurnMethod each_rung[] = {ChurnMethod::rfm, ChurnMethod::mbgnbd, ChurnMethod::cox};
    if (PG_NARGS() <= n) return each_rung;
    std::span<const std::string_view> words;
    std::string_view word;
    if (several) {
        words = texts_argument(fcinfo, n, "methods");
    } else {
        if (PG_ARGISNULL(n)) fail_null("method");
        word = text_argument(fcinfo, n);
        words = {&word, 1};
    }
    if (words.empty()) {
        throw Error(ErrorCode::invalid_argument, "methods", "methods must not be empty")
            .hint("Write '{rfm,btyd,survival}'.");
    }
    auto* methods = static_cast<ChurnMethod*>(palloc(sizeof(ChurnMethod) * words.size()));
    for (std::size_t i = 0; i < words.size(); ++i) methods[i] = parse_churn_method(words[i]);
    return {methods, words.size()};
}

// (state, journey, events, as_of, horizon [, method or methods])
ChurnSettings settings_argument(FunctionCallInfo fcinfo, bool tested) {
    ChurnSettings settings;
    settings.any_event = PG_ARGISNULL(2);
    if (!settings.any_event) {
        settings.events = texts_argument(fcinfo, 2, "events");
        if (settings.events.empty()) {
            throw Error(ErrorCode::invalid_argument, "events", "events must not be empty")
                .hint("Name the events that are activity, such as '{buy}'; NULL takes every event.");
        }
    }
    settings.as_of = moment_argument(fcinfo, 3);
    settings.horizon = span_argument(fcinfo, 4, "horizon");
    settings.tested = tested;
    settings.methods = methods_argument(fcinfo, 5, tested);
    return settings;
}

struct SampleQuery {
    bool constant;
};

Datum add_journey(FunctionCallInfo fcinfo, bool tested) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto& query = per_query<SampleQuery>(fcinfo, [&](ContextMemory& memory) {
        bool constant = true;
        for (int n = 2; n < PG_NARGS(); ++n) constant = constant && is_constant_argument(fcinfo, n);
        return make_in<SampleQuery>(memory, constant);
    });
    Sample& state = Sample::state(fcinfo, context);
    if (!state->is_set() || !query.constant) state->set(settings_argument(fcinfo, tested));
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1));
    return state.datum();
}

template <class T>
Datum numbers_datum(const std::pmr::vector<T>& numbers, Oid type) {
    static_assert(sizeof(T) == 8);
    auto* data = static_cast<Datum*>(palloc(sizeof(Datum) * (numbers.size() + 1)));
    for (std::size_t i = 0; i < numbers.size(); ++i) memcpy(&data[i], &numbers[i], sizeof(T));
    return PointerGetDatum(
        construct_array(data, static_cast<int>(numbers.size()), type, 8, true, TYPALIGN_DOUBLE));
}

Datum events_datum(const ChurnSample& sample) {
    const auto& events = sample.events();
    auto* data = static_cast<Datum*>(palloc(sizeof(Datum) * (events.size() + 1)));
    for (std::size_t i = 0; i < events.size(); ++i) data[i] = text_datum(events[i]);
    return PointerGetDatum(
        construct_array(data, static_cast<int>(events.size()), TEXTOID, -1, false, TYPALIGN_INT));
}

Datum churn_model_datum(FunctionCallInfo fcinfo, const ChurnSample& sample, const ChurnModel& model) {
    Datum values[model_columns] = {};
    bool nulls[model_columns] = {};
    values[at_method] = text_datum(name_of(model.method));
    nulls[at_events] = sample.any_event();
    if (!sample.any_event()) values[at_events] = events_datum(sample);
    values[at_as_of] = TimestampTzGetDatum(sample.as_of());
    values[at_horizon] = interval_datum(static_cast<std::int64_t>(sample.horizon()));
    values[at_customers] = Int64GetDatum(model.customers);
    values[at_inactive] = Int64GetDatum(model.inactive);
    nulls[at_inactive] = nulls[at_typical] = is_btyd(model.method);
    values[at_typical] = numbers_datum(model.typical, FLOAT8OID);
    const bool is_rfm = model.method == ChurnMethod::rfm;
    nulls[at_rfm] = nulls[at_cell_customers] = nulls[at_cell_inactive] = !is_rfm;
    if (is_rfm) {
        values[at_rfm] = model_datum(model.rfm);
        values[at_cell_customers] = numbers_datum(model.cell_customers, INT8OID);
        values[at_cell_inactive] = numbers_datum(model.cell_inactive, INT8OID);
    }
    nulls[at_btyd] = !is_btyd(model.method);
    if (is_btyd(model.method)) values[at_btyd] = model_datum(model.btyd);
    nulls[at_survival] = !is_survival(model.method);
    if (is_survival(model.method)) values[at_survival] = model_datum(model.survival);
    return HeapTupleGetDatum(heap_form_tuple(result_columns(fcinfo), values, nulls));
}

// -------------------------------------------------------------------- score

// A model as it is scored with.
struct Reading {
    explicit Reading(ContextMemory& memory) : model(memory) {}
    ChurnModel model;
    bool any_event = false;
    std::span<const std::string_view> events;
};

[[noreturn]] void fail_model(const char* what) {
    throw Error(ErrorCode::invalid_argument, "model", "invalid churn_model: %s", what)
        .hint("A churn_model is made by churn_fit(); do not change its fields.");
}

// An int8[] or float8[] without NULLs.
template <class T>
void read_numbers(Datum array, std::pmr::vector<T>& to) {
    ArrayType* numbers = DatumGetArrayTypeP(array);
    if (ARR_NDIM(numbers) > 1 || (ARR_HASNULL(numbers) && array_contains_nulls(numbers))) {
        fail_model("an array with NULLs or of two dimensions");
    }
    const auto count = static_cast<std::size_t>(ArrayGetNItems(ARR_NDIM(numbers), ARR_DIMS(numbers)));
    to.resize(count);
    if (count > 0) memcpy(to.data(), ARR_DATA_PTR(numbers), count * sizeof(T));
}

void read_cells(const Datum* values, ChurnModel& model) {
    model.rfm.decode(bytes_of(values[at_rfm]));
    read_numbers(values[at_cell_customers], model.cell_customers);
    read_numbers(values[at_cell_inactive], model.cell_inactive);
    if (model.rfm.bins() != ChurnModel::bins || model.rfm.method() == RfmMethod::nested ||
        model.cell_customers.size() != ChurnModel::cells || model.cell_inactive.size() != ChurnModel::cells) {
        fail_model("its cells are not 5 x 5 x 5");
    }
    for (std::size_t i = 0; i < ChurnModel::cells; ++i) {
        if (model.cell_inactive[i] < 0 || model.cell_customers[i] < model.cell_inactive[i] ||
            model.cell_customers[i] > INT32_MAX) {
            fail_model("a cell has an impossible count");
        }
    }
}

void read_model(const Datum* values, const bool* nulls, Reading& reading) {
    if (nulls[at_method] || nulls[at_horizon] || nulls[at_customers]) fail_model("a field is NULL");
    ChurnModel& model = reading.model;
    model.method = parse_churn_method(text_of(values[at_method]));
    model.horizon = span_of(*DatumGetIntervalP(values[at_horizon]), "horizon");
    model.customers = DatumGetInt64(values[at_customers]);
    if (!nulls[at_inactive]) model.inactive = DatumGetInt64(values[at_inactive]);
    if (model.inactive < 0 || model.customers < model.inactive) fail_model("an impossible count");
    reading.any_event = nulls[at_events];
    if (!reading.any_event) reading.events = texts_of(values[at_events], "events");
    if (!nulls[at_typical]) read_numbers(values[at_typical], model.typical);
    if (model.method == ChurnMethod::rfm) {
        if (nulls[at_rfm] || nulls[at_cell_customers] || nulls[at_cell_inactive])
            fail_model("a field is NULL");
        read_cells(values, model);
    } else if (is_btyd(model.method)) {
        if (nulls[at_btyd]) fail_model("a field is NULL");
        model.btyd = BtydModel::decode(bytes_of(values[at_btyd]));
        if (model.btyd.kind > BtydKind::nbd || model.btyd.unit != BtydUnit{BtydUnit::Word::day, 1}) {
            fail_model("its btyd_model is not one of purchases by the day");
        }
    } else {
        if (nulls[at_survival]) fail_model("a field is NULL");
        model.survival.decode(bytes_of(values[at_survival]));
        if (model.survival.covariates() != churn_covariates ||
            model.survival.is_cox() != (model.method == ChurnMethod::cox) ||
            (model.survival.is_cox() && model.survival.strata.size() != 1)) {
            fail_model("its survival_model is another than churn_fit() makes");
        }
    }
}

const Reading& read_model(HeapTupleHeader header, ContextMemory& memory) {
    HeapTupleData tuple;
    tuple.t_len = HeapTupleHeaderGetDatumLength(header);
    ItemPointerSetInvalid(&tuple.t_self);
    tuple.t_tableOid = InvalidOid;
    tuple.t_data = header;
    TupleDesc columns =
        lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
    if (columns->natts < model_columns) fail_model("it has too few fields");
    auto* values = static_cast<Datum*>(palloc0(sizeof(Datum) * static_cast<Size>(columns->natts)));
    auto* nulls = static_cast<bool*>(palloc0(static_cast<Size>(columns->natts)));
    heap_deform_tuple(&tuple, columns, values, nulls);
    auto* made = make_in<Reading>(memory, memory);
    read_model(values, nulls, *made);
    return *made;
}

// The last models met, read once: a query may ask several of each customer. A stored
// model is known by where it is stored.
class ModelCache {
  public:
    explicit ModelCache(MemoryContext context)
        : slots_{ReadOnce<const Reading>(context), ReadOnce<const Reading>(context),
                 ReadOnce<const Reading>(context), ReadOnce<const Reading>(context)} {}

    const Reading& of(Datum datum) {
        const auto* value = reinterpret_cast<const varlena*>(datum);
        if (VARATT_IS_EXTERNAL(value) && !VARATT_IS_EXTERNAL_ONDISK(value)) {  // an expanded record
            value = reinterpret_cast<const varlena*>(DatumGetHeapTupleHeader(datum));
        }
        const std::span<const std::byte> raw(reinterpret_cast<const std::byte*>(value), VARSIZE_ANY(value));
        for (auto& slot : slots_) {
            if (slot.holds(raw)) return slot.value();
        }
        next_ = (next_ + 1) % std::size(slots_);
        return slots_[next_].of(raw, [&](ContextMemory& memory, std::span<const std::byte>) {
            MemoryContext caller = MemoryContextSwitchTo(memory.context());
            const Reading& made = read_model(DatumGetHeapTupleHeader(PointerGetDatum(value)), memory);
            MemoryContextSwitchTo(caller);
            return &made;
        });
    }

  private:
    ReadOnce<const Reading> slots_[4];
    std::size_t next_ = 0;
};

struct Asked {
    const ChurnModel* model;
    std::optional<ChurnHistory> history;
    std::uint64_t horizon;
};

// (…, journey, as_of, horizon): the journey is not NULL.
Asked asked(FunctionCallInfo fcinfo, const Reading& reading) {
    const Time as_of = moment_argument(fcinfo, 2);
    Asked result{&reading.model, std::nullopt, reading.model.horizon};
    if (!PG_ARGISNULL(3)) result.horizon = span_argument(fcinfo, 3, "horizon");
    const JourneyView journey = journey_argument(fcinfo, 1);
    const std::size_t names = journey.event_names().size();
    bool few[64];
    bool* flags = names <= std::size(few) ? few : static_cast<bool*>(palloc(names));
    mark_activity(journey, reading.any_event, reading.events, {flags, names});
    ContextMemory memory;
    result.history = churn_history(journey, {flags, names}, as_of, reading.model.horizon, memory);
    return result;
}

struct ReasonStream {
    ChurnReasons reasons;
};

// A number, or NULL for none.
void put(double number, Datum& value, bool& null) {
    null = std::isnan(number);
    value = Float8GetDatum(number);
}

// ----------------------------------------------------------------- back-test

const char* rung_of(ChurnMethod method) {
    return method == ChurnMethod::rfm ? "rfm" : is_btyd(method) ? "btyd" : "survival";
}

using Tests = std::pmr::vector<ChurnTest*>;

const Tests& tests_of(FunctionCallInfo fcinfo, ContextMemory& memory) {
    ChurnSample& sample = *Sample::read_only(PG_GETARG_DATUM(0));
    auto* tests = make_in<Tests>(memory, &memory);
    for (const ChurnMethod method : sample.methods()) {
        auto* test = make_in<ChurnTest>(memory, memory);
        test->method = method;
        test_churn(sample, *test);
        tests->push_back(test);
    }
    return *tests;
}

bool nobody(FunctionCallInfo fcinfo) {
    return PG_ARGISNULL(0) || Sample::read_only(PG_GETARG_DATUM(0))->customers().empty();
}

}  // namespace

JOURNEY_FUNCTION(churn_fit_add) {
    return add_journey(fcinfo, false);
}
JOURNEY_FUNCTION(churn_backtest_add) {
    return add_journey(fcinfo, true);
}

JOURNEY_FUNCTION(churn_combine) {
    return state_combine<ChurnSample>(fcinfo);
}

JOURNEY_STATE_TYPE(churn_sample, ChurnSample);

JOURNEY_FUNCTION(churn_fit_finish) {
    if (nobody(fcinfo)) PG_RETURN_NULL();
    ChurnSample& sample = *Sample::read_only(PG_GETARG_DATUM(0));
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const auto* model = make_in<ChurnModel>(memory, fit_churn(sample, sample.methods()[0], memory));
    return churn_model_datum(fcinfo, sample, *model);
}

// (model, journey, as_of, horizon)
JOURNEY_FUNCTION(churn_probability) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
    auto& models = per_query<ModelCache>(
        fcinfo, [](ContextMemory& memory) { return make_in<ModelCache>(memory, memory.context()); });
    const Asked question = asked(fcinfo, models.of(PG_GETARG_DATUM(0)));
    if (!question.history) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(churn_probability(*question.model, *question.history, question.horizon));
}

// (model, journey, as_of, horizon)
JOURNEY_FUNCTION(churn_reasons) {
    const auto stream = row_stream<ReasonStream>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<ReasonStream>(memory);
        if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) return made;
        const Asked question = asked(fcinfo, read_model(PG_GETARG_HEAPTUPLEHEADER(0), memory));
        if (question.history) {
            made->reasons = churn_reasons(*question.model, *question.history, question.horizon);
        }
        return made;
    });
    const ChurnReasons& reasons = stream.state->reasons;
    if (stream.calls->call_cntr >= reasons.count) SRF_RETURN_DONE(stream.calls);
    const ChurnReason& reason = reasons.rows[stream.calls->call_cntr];
    Datum values[4] = {text_datum(reason.reason)};
    bool nulls[4] = {};
    put(reason.value, values[1], nulls[1]);
    put(reason.typical, values[2], nulls[2]);
    values[3] = Float8GetDatum(reason.effect);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

JOURNEY_FUNCTION(churn_backtest_finish) {
    if (nobody(fcinfo)) PG_RETURN_NULL();
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const Tests& tests = tests_of(fcinfo, memory);
    TupleDesc columns = result_columns(fcinfo);
    auto* rows = static_cast<Datum*>(palloc(sizeof(Datum) * tests.size()));
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const ChurnTest& test = *tests[i];
        Datum values[14] = {CStringGetTextDatum(rung_of(test.method)), text_datum(name_of(test.method)),
                            Int64GetDatum(test.learned_from), Int64GetDatum(test.customers),
                            Int64GetDatum(test.inactive)};
        bool nulls[14] = {};
        nulls[2] = !test.fitted;
        const double none = no_number;
        const double figures[] = {test.fitted ? test.predicted : none,
                                  test.observed,
                                  test.fitted ? test.predicted - test.observed : none,
                                  test.fitted ? test.absolute_error : none,
                                  test.fitted ? test.brier : none,
                                  test.fitted ? test.skill : none,
                                  test.log_loss.value_or(none),
                                  test.concordance.value_or(none)};
        for (std::size_t k = 0; k < std::size(figures); ++k) put(figures[k], values[5 + k], nulls[5 + k]);
        nulls[13] = test.note[0] == 0;
        values[13] = CStringGetTextDatum(test.note);
        rows[i] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
    }
    return PointerGetDatum(
        construct_array(rows, static_cast<int>(tests.size()), columns->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}

JOURNEY_FUNCTION(churn_backtest_deciles_finish) {
    constexpr std::int32_t deciles = 10;
    if (nobody(fcinfo)) PG_RETURN_NULL();
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const Tests& tests = tests_of(fcinfo, memory);
    TupleDesc columns = result_columns(fcinfo);
    auto* rows = static_cast<Datum*>(palloc(sizeof(Datum) * (deciles * tests.size() + 1)));
    int count = 0;
    for (ChurnTest* test : tests) {
        const auto* bins =
            make_in<std::pmr::vector<CalibrationRow>>(memory, test->outcomes.calibration(deciles));
        for (const CalibrationRow& bin : *bins) {
            Datum values[8] = {CStringGetTextDatum(rung_of(test->method)),
                               text_datum(name_of(test->method)),
                               Int32GetDatum(bin.bin),
                               Int64GetDatum(bin.customers),
                               Int64GetDatum(bin.conversions),
                               Float8GetDatum(bin.predicted),
                               Float8GetDatum(bin.observed),
                               Float8GetDatum(bin.predicted - bin.observed)};
            bool nulls[8] = {};
            rows[count++] = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
        }
    }
    return PointerGetDatum(construct_array(rows, count, columns->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}
