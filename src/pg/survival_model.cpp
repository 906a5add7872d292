// survival_model: text and binary form, and what it says of the fit.
//
// The text is a JSON object; numbers are written so that they read back as the
// same numbers, and what is not known is null.

#include <charconv>

#include "core/survival.hpp"
#include "core/survival_model.hpp"

#include "pg/survival_model.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Numbers = std::pmr::vector<double>;

// ------------------------------------------------------------------- writing

void append_number(StringInfo out, double value) {
    if (value != value) return appendStringInfoString(out, "null");
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    appendBinaryStringInfo(out, digits, static_cast<int>(end - digits));
}

void append_key(StringInfo out, const char* key) {
    appendStringInfo(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", key);
}

void append_field(StringInfo out, const char* key, const char* word) {
    append_key(out, key);
    escape_json(out, word);
}
void append_field(StringInfo out, const char* key, std::int64_t count) {
    append_key(out, key);
    appendStringInfo(out, INT64_FORMAT, count);
}
void append_field(StringInfo out, const char* key, double number) {
    append_key(out, key);
    append_number(out, number);
}

template <class Items, class Append>
void append_list(StringInfo out, const char* key, const Items& items, Append append) {
    append_key(out, key);
    appendStringInfoChar(out, '[');
    std::size_t count = 0;
    for (const auto& item : items) {
        if (count++ > 0) appendStringInfoChar(out, ',');
        if (count % 4096 == 0) CHECK_FOR_INTERRUPTS();
        append(item);
    }
    appendStringInfoChar(out, ']');
}

void append_field(StringInfo out, const char* key, const Numbers& numbers) {
    append_list(out, key, numbers, [&](double number) { append_number(out, number); });
}

void append_model(StringInfo out, const SurvivalModel& model) {
    appendStringInfoChar(out, '{');
    append_field(out, "version", std::int64_t{survival_model_version});
    append_field(out, "kind", name_of(model.kind));
    if (model.is_cox()) {
        append_field(out, "ties", name_of(model.ties));
        append_key(out, "robust");
        appendStringInfoString(out, model.robust ? "true" : "false");
    } else {
        append_field(out, "distribution", name_of(model.distribution));
    }
    append_key(out, "converged");
    appendStringInfoString(out, model.converged ? "true" : "false");
    append_field(out, "customers", model.customers);
    append_field(out, "events", model.events);
    append_field(out, "excluded", model.excluded);
    append_field(out, "iterations", std::int64_t{model.iterations});
    append_field(out, "loglik_null", model.loglik_null);
    append_field(out, "loglik", model.loglik);
    append_list(out, "names", model.names, [&](const auto& name) { escape_json(out, name.c_str()); });
    append_field(out, "coefficients", model.coefficients);
    append_field(out, "variance", model.variance);
    append_field(out, "means", model.means);
    append_list(out, "notes", model.notes, [&](CoefficientNote note) { escape_json(out, name_of(note)); });
    if (model.is_cox()) {
        append_field(out, "score", model.score);
        append_field(out, "zph", model.zph);
        append_list(out, "strata", model.strata, [&](const SurvivalModel::Stratum& stratum) {
            appendStringInfoChar(out, '{');
            append_field(out, "stratum", stratum.label.c_str());
            append_field(out, "last_time", stratum.last_time);
            append_field(out, "times", stratum.times);
            append_field(out, "hazards", stratum.hazards);
            appendStringInfoChar(out, '}');
        });
    }
    appendStringInfoChar(out, '}');
}

// ------------------------------------------------------------------- reading

[[noreturn]] void fail_text(const char* what, const char* key) {
    throw Error(ErrorCode::invalid_text, "survival_model",
                "invalid input syntax for type survival_model: %s \"%s\"", what, key)
        .hint("A survival_model is made by cox_fit() or aft_fit(); its text is what it prints as.");
}

// The fields of a JSON object.
class Fields {
  public:
    Fields(JsonbContainer* object, std::uint32_t expected) : object_(object) {
        if (!JsonContainerIsObject(object)) fail_text("no object", "");
        if (JsonContainerSize(object) != expected) fail_text("too few or too many fields beside", "version");
    }

    JsonbValue value(const char* key, jbvType type) const {
        JsonbValue found;
        if (getKeyJsonValueFromContainer(object_, key, static_cast<int>(strlen(key)), &found) == nullptr) {
            fail_text("no field", key);
        }
        if (found.type != type) fail_text("wrong type of field", key);
        return found;
    }
    double number(const char* key) const { return number_of(value(key, jbvNumeric)); }
    std::int64_t count(const char* key) const {
        return DatumGetInt64(
            DirectFunctionCall1(numeric_int8, NumericGetDatum(value(key, jbvNumeric).val.numeric)));
    }
    std::string_view text(const char* key) const { return text_of(value(key, jbvString)); }

    template <class Use>
    void each(const char* key, Use use) const {
        JsonbContainer* list = value(key, jbvBinary).val.binary.data;
        if (!JsonContainerIsArray(list)) fail_text("no list in field", key);
        for (std::uint32_t i = 0; i < JsonContainerSize(list); ++i) {
            if (i % 4096 == 0) CHECK_FOR_INTERRUPTS();
            const JsonbValue* item = getIthJsonbValueFromContainer(list, i);
            if (!use(*item)) fail_text("wrong element in field", key);
        }
    }
    void numbers(const char* key, Numbers& to, bool may_be_null = false) const {
        each(key, [&](const JsonbValue& item) {
            if (item.type == jbvNull && may_be_null) {
                to.push_back(no_number);
            } else if (item.type == jbvNumeric) {
                to.push_back(number_of(item));
            } else {
                return false;
            }
            return true;
        });
    }
    static std::string_view text_of(const JsonbValue& value) {
        return {value.val.string.val, static_cast<std::size_t>(value.val.string.len)};
    }

  private:
    static double number_of(const JsonbValue& value) {
        return DatumGetFloat8(
            DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value.val.numeric)));
    }
    JsonbContainer* object_;
};

CoefficientNote note_of(const JsonbValue& item) {
    for (const CoefficientNote note :
         {CoefficientNote::none, CoefficientNote::collinear, CoefficientNote::infinite}) {
        if (item.type == jbvString && Fields::text_of(item) == name_of(note)) return note;
    }
    fail_text("unknown note in", "notes");
}

void read_cox(const Fields& fields, SurvivalModel& model) {
    model.ties = ties_of(fields.text("ties"));
    model.robust = fields.value("robust", jbvBool).val.boolean;
    model.score = fields.number("score");
    fields.numbers("zph", model.zph, true);
    fields.each("strata", [&](const JsonbValue& item) {
        if (item.type != jbvBinary) return false;
        const Fields its(item.val.binary.data, 4);
        SurvivalModel::Stratum& stratum = model.strata.emplace_back();
        stratum.label = its.text("stratum");
        stratum.last_time = its.number("last_time");
        its.numbers("times", stratum.times);
        its.numbers("hazards", stratum.hazards);
        return true;
    });
}

void read_model(Jsonb* json, SurvivalModel& model) {
    constexpr std::uint32_t cox_fields = 19, aft_fields = 15;
    if (!JB_ROOT_IS_OBJECT(json)) fail_text("no object", "");
    const bool cox = JB_ROOT_COUNT(json) == cox_fields;
    const Fields fields(&json->root, cox ? cox_fields : aft_fields);
    if (fields.count("version") != survival_model_version) fail_text("unknown", "version");
    model.kind = cox ? ModelKind::cox : ModelKind::aft;
    if (fields.text("kind") != name_of(model.kind)) fail_text("the fields do not fit the", "kind");
    model.converged = fields.value("converged", jbvBool).val.boolean;
    model.customers = fields.count("customers");
    model.events = fields.count("events");
    model.excluded = fields.count("excluded");
    const std::int64_t iterations = fields.count("iterations");
    if (iterations < 0 || iterations > INT32_MAX) fail_text("out of range:", "iterations");
    model.iterations = static_cast<std::int32_t>(iterations);
    model.loglik_null = fields.number("loglik_null");
    model.loglik = fields.number("loglik");
    fields.each("names", [&](const JsonbValue& item) {
        if (item.type == jbvString) model.names.emplace_back(Fields::text_of(item));
        return item.type == jbvString;
    });
    fields.numbers("coefficients", model.coefficients);
    fields.numbers("variance", model.variance);
    fields.numbers("means", model.means);
    fields.each("notes", [&](const JsonbValue& item) {
        model.notes.push_back(note_of(item));
        return true;
    });
    if (cox) {
        read_cox(fields, model);
    } else {
        model.distribution = distribution_of(fields.text("distribution"));
    }
}

Datum model_value(const SurvivalModel& model, ContextMemory& memory) {
    const std::size_t size = VARHDRSZ + model.encoded_size();
    void* value = memory.allocate(size, MAXIMUM_ALIGNOF);
    SET_VARSIZE(value, size);
    model.encode(static_cast<std::byte*>(value) + VARHDRSZ);
    return PointerGetDatum(value);
}

// ---------------------------------------------------------------- accessors

struct ModelStream {
    const SurvivalModel* model;
    double z;                 // of the confidence
    std::size_t stratum = 0;  // of the next row
    std::size_t place = 0;
};

void expect_kind(const SurvivalModel& model, ModelKind kind) {
    if (model.kind == kind) return;
    throw Error(ErrorCode::invalid_argument, "model", "the model is of kind %s, not %s", name_of(model.kind),
                name_of(kind))
        .hint("cox_fit() makes models of kind cox, aft_fit() of kind aft.");
}

RowStream<ModelStream> model_stream(FunctionCallInfo fcinfo, ModelKind kind) {
    return row_stream<ModelStream>(fcinfo, [&](ContextMemory& memory) {
        const double z = PG_NARGS() > 1 ? confidence_argument(fcinfo, 1, -1).normal_quantile() : 0;
        const SurvivalModel& model = model_argument(fcinfo, 0, memory);
        expect_kind(model, kind);
        return make_in<ModelStream>(memory, &model, z);
    });
}

Datum coefficient_rows(FunctionCallInfo fcinfo, ModelKind kind) {
    const auto stream = model_stream(fcinfo, kind);
    const SurvivalModel& model = *stream.state->model;
    const std::size_t i = stream.calls->call_cntr;
    if (i >= model.coefficients.size()) SRF_RETURN_DONE(stream.calls);
    const bool known = model.notes[i] != CoefficientNote::collinear;
    const double value = known ? model.coefficients[i] : no_number,
                 error = known ? model.std_error(i) : no_number;
    const double z = error > 0 ? value / error : no_number, reach = stream.state->z * error;
    // The ratio of a covariate; intercept and scale have none.
    const bool covariate = i >= model.first_covariate() && i < model.first_covariate() + model.covariates();
    Cells row;
    row.text(model.names[i]);
    for (const double number : {value, error, z, two_sided_p(z)}) row.real(number);
    for (const double number : {value, value - reach, value + reach}) {
        row.real(covariate ? std::exp(number) : no_number);
    }
    row.text(model.notes[i] == CoefficientNote::none ? std::nullopt : std::optional(name_of(model.notes[i])));
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, row));
}

}  // namespace

JOURNEY_FUNCTION(survival_model_in) {
    auto* json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0)));
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    auto& model = *make_in<SurvivalModel>(memory, memory);
    Failure failure;
    if (!attempt(failure, [&] {
            read_model(json, model);
            model.check();
        })) {
        if (failure.error().code() == ErrorCode::cancelled) throw failure.error();
        throw Error(ErrorCode::invalid_text, "survival_model", "%s", failure.error().message())
            .hint("A survival_model is made by cox_fit() or aft_fit(); its text is what it prints as.");
    }
    return model_value(model, memory);
}

JOURNEY_FUNCTION(survival_model_out) {
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const SurvivalModel& model = model_argument(fcinfo, 0, memory);
    StringInfoData out;
    initStringInfo(&out);
    append_model(&out, model);
    PG_RETURN_CSTRING(out.data);
}

JOURNEY_FUNCTION(survival_model_recv) {
    const Datum bytes = DirectFunctionCall1(bytearecv, PG_GETARG_DATUM(0));
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    auto& model = *make_in<SurvivalModel>(memory, memory);
    model.decode(bytes_of(bytes));
    const auto verify = [](std::string_view name) {
        if (memchr(name.data(), 0, name.size()) == nullptr &&
            pg_verifymbstr(name.data(), static_cast<int>(name.size()), true)) {
            return;
        }
        throw Error(ErrorCode::invalid_binary, "",
                    "invalid survival_model: a name is not valid in the database's encoding");
    };
    for (const auto& name : model.names) verify(name);
    for (const auto& stratum : model.strata) verify(stratum.label);
    return bytes;
}

JOURNEY_FUNCTION(survival_model_send) {
    return state_send(fcinfo);
}

JOURNEY_FUNCTION(survival_summary) {
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    const SurvivalModel& model = model_argument(fcinfo, 0, memory);
    const int df = model.degrees();
    const double wald = model.wald(), score = model.is_cox() ? model.score : no_number;
    bool collinear = false, infinite = false;
    for (const CoefficientNote note : model.notes) {
        collinear |= note == CoefficientNote::collinear;
        infinite |= note == CoefficientNote::infinite;
    }
    const char* warning = infinite ? "a coefficient may be infinite: a covariate separates who has the event"
                          : !model.converged ? "the fit did not converge"
                          : collinear ? "a covariate is constant or determined by others and was left out"
                                      : nullptr;
    const double parameters = model.is_cox() ? df : df + (model.has_scale() ? 2 : 1);
    Cells row;
    row.text(name_of(model.kind));
    row.text(model.is_cox() ? name_of(model.ties) : name_of(model.distribution));
    row.count(model.customers);
    row.count(model.events);
    row.count(model.excluded);
    row.whole(model.iterations);
    row.boolean(model.converged);
    row.text(warning == nullptr ? std::nullopt : std::optional<std::string_view>(warning));
    for (const double number : {model.loglik_null, model.loglik, 2 * parameters - 2 * model.loglik})
        row.real(number);
    row.whole(df);
    for (const double statistic : {model.likelihood_ratio(), wald, score}) {
        row.real(statistic);
        row.real(chi_square_p(statistic, df));
    }
    row.boolean(model.robust);
    return record_datum(fcinfo, row);
}

JOURNEY_FUNCTION(cox_coefficients) {
    return coefficient_rows(fcinfo, ModelKind::cox);
}

JOURNEY_FUNCTION(aft_coefficients) {
    return coefficient_rows(fcinfo, ModelKind::aft);
}

JOURNEY_FUNCTION(cox_zph) {
    const auto stream = model_stream(fcinfo, ModelKind::cox);
    const SurvivalModel& model = *stream.state->model;
    const std::size_t i = stream.calls->call_cntr;
    if (i >= model.zph.size()) SRF_RETURN_DONE(stream.calls);
    const bool all = i == model.covariates();
    const int df = all ? model.degrees() : 1;
    Cells row;
    row.text(all ? std::string_view("GLOBAL") : std::string_view(model.names[i]));
    row.real(model.zph[i]);
    row.whole(df);
    row.real(chi_square_p(model.zph[i], df));
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, row));
}

JOURNEY_FUNCTION(cox_baseline) {
    const auto stream = model_stream(fcinfo, ModelKind::cox);
    ModelStream& at = *stream.state;
    const auto& strata = at.model->strata;
    while (at.stratum < strata.size() && at.place == strata[at.stratum].times.size()) {
        ++at.stratum;
        at.place = 0;
    }
    if (at.stratum == strata.size()) SRF_RETURN_DONE(stream.calls);
    const SurvivalModel::Stratum& stratum = strata[at.stratum];
    const double hazard = stratum.hazards[at.place];
    Cells row;
    row.text(stratum.label);
    for (const double number : {stratum.times[at.place], hazard, std::exp(-hazard)}) row.real(number);
    ++at.place;
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, row));
}
