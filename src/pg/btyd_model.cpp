// The type btyd_model: text (JSON), binary, and what is in it.

#include <charconv>
#include <cmath>

#include "core/btyd_model.hpp"

#include "pg/btyd_model.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

[[noreturn]] void fail_text(const char* what) {
    throw Error(ErrorCode::invalid_text, "model", "invalid input syntax for type btyd_model: %s", what)
        .hint(
            "Write {\"model\": \"bgnbd\", \"unit\": \"week\", \"parameters\": {\"r\": 0.243, \"alpha\": "
            "4.414, "
            "\"a\": 0.793, \"b\": 2.426}}; what a fit adds may be left out.");
}

// What stands under a key, or nullptr for nothing and null.
JsonbValue* member(JsonbContainer* object, std::string_view key) {
    JsonbValue* value =
        getKeyJsonValueFromContainer(object, key.data(), static_cast<int>(key.size()), nullptr);
    return value == nullptr || value->type == jbvNull ? nullptr : value;
}

std::optional<std::string_view> text_member(JsonbContainer* object, std::string_view key) {
    const JsonbValue* value = member(object, key);
    if (value == nullptr) return std::nullopt;
    if (value->type != jbvString) fail_text("a text is not in quotes");
    return std::string_view(value->val.string.val, static_cast<std::size_t>(value->val.string.len));
}

double number_member(JsonbContainer* object, std::string_view key) {
    const JsonbValue* value = member(object, key);
    if (value == nullptr) return BtydModel::unknown;
    if (value->type != jbvNumeric) fail_text("a number is expected");
    return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(value->val.numeric)));
}

std::int64_t count_member(JsonbContainer* object, std::string_view key) {
    const double number = number_member(object, key);
    if (std::isnan(number)) return 0;
    if (!(number >= 0 && number <= 0x1p53 && number == std::floor(number)))
        fail_text("a count is no whole number");
    return static_cast<std::int64_t>(number);
}

JsonbContainer* object_member(JsonbContainer* object, std::string_view key) {
    const JsonbValue* value = member(object, key);
    if (value == nullptr) return nullptr;
    if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
        fail_text("an object is expected");
    return value->val.binary.data;
}

// Objects like {"r": 0.2, …} with no other names than the model's.
void read_numbers(JsonbContainer* object, const BtydModel& model, std::array<double, 4>& numbers) {
    const auto names = btyd_parameter_names(model.kind);
    std::size_t known = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        numbers[i] = number_member(object, names[i]);
        if (getKeyJsonValueFromContainer(object, names[i].data(), static_cast<int>(names[i].size()),
                                         nullptr) != nullptr) {
            ++known;
        }
    }
    if (JsonContainerSize(object) != known) fail_text("unknown parameter");
}

std::uint8_t read_status(JsonbContainer* object, BtydKind kind) {
    const JsonbValue* converged = member(object, "converged");
    if (converged == nullptr) return static_cast<std::uint8_t>(BtydStatus::given);
    if (converged->type != jbvBool) fail_text("converged is not true or false");
    if (converged->val.boolean) return static_cast<std::uint8_t>(BtydStatus::converged);
    const auto status = BtydModel::status_of(text_member(object, "reason").value_or(""), kind);
    if (!status) fail_text("unknown reason");
    return *status;
}

BtydModel read_model(JsonbContainer* object) {
    BtydModel model;
    const auto name = text_member(object, "model");
    if (!name) fail_text("model is missing");
    const auto kind = btyd_kind(*name);
    if (!kind) fail_text("unknown model; models are bgnbd, mbgnbd, pareto_nbd, nbd, bgbb, gamma_gamma, sbg");
    model.kind = *kind;
    const auto unit = text_member(object, "unit");
    if (unit) model.unit = parse_btyd_unit(*unit, "unit");
    if (!unit && model.kind != BtydKind::gamma_gamma) fail_text("unit is missing");
    JsonbContainer* parameters = object_member(object, "parameters");
    if (parameters == nullptr) fail_text("parameters are missing");
    read_numbers(parameters, model, model.parameters);
    model.check();
    if (JsonbContainer* errors = object_member(object, "standard_errors")) {
        read_numbers(errors, model, model.errors);
    }
    model.log_likelihood = number_member(object, "log_likelihood");
    model.gradient = number_member(object, "gradient");
    model.customers = count_member(object, "customers");
    model.excluded = count_member(object, "excluded");
    const std::int64_t iterations = count_member(object, "iterations");
    if (iterations > INT32_MAX) fail_text("too many iterations");
    model.iterations = static_cast<std::int32_t>(iterations);
    model.status = read_status(object, model.kind);
    return model;
}

// The shortest text that reads back the same.
void append_number(StringInfo out, double number) {
    if (!std::isfinite(number)) return appendStringInfoString(out, "null");
    char text[32];
    const auto written = std::to_chars(text, text + sizeof text, number);
    appendBinaryStringInfo(out, text, static_cast<int>(written.ptr - text));
}

void append_text(StringInfo out, std::string_view text) {
    appendStringInfo(out, "\"%.*s\"", static_cast<int>(text.size()), text.data());
}

void append_numbers(StringInfo out, const BtydModel& model, const std::array<double, 4>& numbers) {
    const auto names = btyd_parameter_names(model.kind);
    for (std::size_t i = 0; i < names.size(); ++i) {
        appendStringInfoString(out, i == 0 ? "{" : ", ");
        append_text(out, names[i]);
        appendStringInfoString(out, ": ");
        append_number(out, numbers[i]);
    }
    appendStringInfoChar(out, '}');
}

void append_fit(StringInfo out, const BtydModel& model) {
    appendStringInfoString(out, ", \"standard_errors\": ");
    append_numbers(out, model, model.errors);
    appendStringInfoString(out, ", \"log_likelihood\": ");
    append_number(out, model.log_likelihood);
    appendStringInfo(out,
                     ", \"customers\": " INT64_FORMAT ", \"excluded\": " INT64_FORMAT
                     ", \"converged\": %s, \"reason\": ",
                     model.customers, model.excluded, model.converged() ? "true" : "false");
    char buffer[96];
    if (model.converged()) {
        appendStringInfoString(out, "null");
    } else {
        append_text(out, model.reason(buffer));
    }
    appendStringInfo(out, ", \"iterations\": %d, \"gradient\": ", model.iterations);
    append_number(out, model.gradient);
}

Datum number_or_null(double number, bool& is_null) {
    is_null = std::isnan(number);
    return Float8GetDatum(is_null ? 0 : number);
}

}  // namespace

JOURNEY_FUNCTION(btyd_model_in) {
    const Datum json = DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0));
    JsonbContainer* root = &DatumGetJsonbP(json)->root;
    if (!JsonContainerIsObject(root)) fail_text("it is not an object");
    return model_datum(read_model(root));
}

JOURNEY_FUNCTION(btyd_model_out) {
    const BtydModel model = BtydModel::decode(bytes_argument(fcinfo, 0));
    StringInfoData out;
    initStringInfo(&out);
    appendStringInfoString(&out, "{\"model\": ");
    append_text(&out, btyd_name(model.kind));
    char buffer[32];
    appendStringInfoString(&out, ", \"unit\": ");
    if (model.unit.word == BtydUnit::Word::none) {
        appendStringInfoString(&out, "null");
    } else {
        append_text(&out, btyd_unit_text(model.unit, buffer));
    }
    appendStringInfoString(&out, ", \"parameters\": ");
    append_numbers(&out, model, model.parameters);
    if (!model.given()) append_fit(&out, model);
    appendStringInfoChar(&out, '}');
    PG_RETURN_CSTRING(out.data);
}

JOURNEY_FUNCTION(btyd_model_recv) {
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const auto size = static_cast<std::size_t>(message->len - message->cursor);
    const char* wire = pq_getmsgbytes(message, static_cast<int>(size));
    return model_datum(BtydModel::decode({reinterpret_cast<const std::byte*>(wire), size}));
}

JOURNEY_FUNCTION(btyd_model_send) {
    const auto bytes = bytes_argument(fcinfo, 0);
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendbytes(&buffer, reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size()));
    return PointerGetDatum(pq_endtypsend(&buffer));
}

JOURNEY_FUNCTION(btyd_parameters) {
    const auto stream = row_stream<BtydModel>(fcinfo, [&](ContextMemory& memory) {
        return make_in<BtydModel>(memory, BtydModel::decode(bytes_argument(fcinfo, 0)));
    });
    const BtydModel& model = *stream.state;
    const auto row = static_cast<std::size_t>(stream.calls->call_cntr);
    if (row >= model.parameter_count()) SRF_RETURN_DONE(stream.calls);
    Datum values[3] = {text_datum(btyd_parameter_names(model.kind)[row]),
                       Float8GetDatum(model.parameters[row])};
    bool nulls[3] = {};
    values[2] = number_or_null(model.errors[row], nulls[2]);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

JOURNEY_FUNCTION(btyd_parameter) {
    const BtydModel& model = model_argument(fcinfo, 0);
    const std::string_view name = text_argument(fcinfo, 1);
    const auto names = btyd_parameter_names(model.kind);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) PG_RETURN_FLOAT8(model.parameters[i]);
    }
    char list[64] = "";
    for (std::string_view each : names) {
        strlcat(list, *list ? ", " : "", sizeof list);
        strlcat(list, each.data(), sizeof list);
    }
    const std::string_view kind = btyd_name(model.kind);
    throw Error(ErrorCode::invalid_argument, "name", "%.*s has no parameter \"%.*s\"",
                static_cast<int>(kind.size()), kind.data(), static_cast<int>(name.size()), name.data())
        .hint("Its parameters are %s.", list);
}

JOURNEY_FUNCTION(btyd_fit_report) {
    const BtydModel model = BtydModel::decode(bytes_argument(fcinfo, 0));
    char unit[32], reason[96];
    const std::string_view unit_text = btyd_unit_text(model.unit, unit), why = model.reason(reason);
    bool nulls[9] = {};
    Datum values[9] = {text_datum(btyd_name(model.kind)), text_datum(unit_text)};
    nulls[1] = unit_text.empty();
    values[2] = number_or_null(model.log_likelihood, nulls[2]);
    values[3] = Int64GetDatum(model.customers);
    values[4] = Int64GetDatum(model.excluded);
    values[5] = BoolGetDatum(model.converged());
    values[6] = text_datum(why);
    nulls[6] = why.empty();
    values[7] = Int32GetDatum(model.iterations);
    values[8] = number_or_null(model.gradient, nulls[8]);
    for (int i = 3; i < 8 && model.given(); ++i) nulls[i] = true;
    return record_datum(fcinfo, values, nulls);
}
