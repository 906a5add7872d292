#include "core/exact_sum.hpp"

#include "pg/attribution_arguments.hpp"
#include "pg/real_arrays.hpp"

namespace journey::pg {

namespace {

constexpr std::string_view channel_sources[] = {"channel", "event"};
constexpr std::string_view direct_rules[] = {"any", "fallback", "ignore"};
constexpr std::string_view usual_models[] = {"last"};
constexpr std::string_view usual_direct[] = {"direct"};

// A length of time must be some time.
Span positive_span(Datum interval, const char* name) {
    const Span span = span_of(*DatumGetIntervalP(interval), name);
    if (span == 0) {
        throw Error(ErrorCode::invalid_argument, name, "%s must be positive", name)
            .hint("Write a length of time such as interval '7 days'.");
    }
    return span;
}

void read_shares(const AttributionArguments& given, AttributionRules& rules) {
    if (!given.nulls[option_position_shares]) {
        const auto shares = reals_of(given.values[option_position_shares], "position_shares");
        if (shares.size() != 3) {
            throw Error(ErrorCode::invalid_argument, "position_shares",
                        "position_shares must be three numbers, not %zu", shares.size())
                .hint(
                    "They are for the first touch, the touches between and the last, such as "
                    "'{0.4,0.2,0.4}'.");
        }
        check_shares(shares, "position_shares");
        std::copy(shares.begin(), shares.end(), rules.position_shares);
    }
    if (!given.nulls[option_milestones]) {
        rules.milestones = names_of(given.values[option_milestones], false, "milestones");
        if (rules.milestones.size() > max_milestones) {
            throw Error(ErrorCode::limit, "milestones", "milestones must be at most %u", max_milestones)
                .hint("Relabel events that stand for the same milestone.");
        }
    }
    if (rules.has(AttributionModel::w) && rules.milestones.empty()) {
        throw Error(ErrorCode::invalid_argument, "milestones", "model \"w\" needs milestones")
            .hint("Name the events, such as milestones => '{lead,opportunity}'.");
    }
    rules.default_w_shares();
    if (given.nulls[option_w_shares]) return;
    const auto shares = reals_of(given.values[option_w_shares], "w_shares");
    if (shares.size() != rules.milestones.size() + 2) {
        throw Error(ErrorCode::invalid_argument, "w_shares", "w_shares must be %zu numbers, not %zu",
                    rules.milestones.size() + 2, shares.size())
            .hint("They are for the first touch, for each milestone and for all other touches.");
    }
    check_shares(shares, "w_shares");
    rules.w_shares.assign(shares.begin(), shares.end());
}

}  // namespace

NameList names_of(Datum array, bool null, const char* name) {
    if (null) {
        throw Error(ErrorCode::null_argument, name, "%s must not be null", name)
            .hint("Name events, such as %s => '{buy}'.", name);
    }
    if (ARR_NDIM(DatumGetArrayTypeP(array)) != 1) {
        throw Error(
            ErrorCode::invalid_argument, name,
            ARR_NDIM(DatumGetArrayTypeP(array)) == 0 ? "%s must not be empty" : "%s must have one dimension",
            name)
            .hint("Write ARRAY['a', 'b'].");
    }
    return texts_of(array, name);
}

AttributionRules& attribution_rules(const AttributionArguments& given, bool of_journeys,
                                    ContextMemory& memory) {
    auto& rules = *make_in<AttributionRules>(memory, memory);
    const auto flag = [&](int n, bool otherwise) {
        return given.nulls[n] ? otherwise : DatumGetBool(given.values[n]);
    };
    const auto word = [&](int n, const char* name, std::span<const std::string_view> words) {
        return given.nulls[n] ? 0 : word_of(text_of(given.values[n]), name, words);
    };
    if (of_journeys) {
        rules.conversion =
            names_of(given.values[option_conversion], given.nulls[option_conversion], "conversion");
    }
    parse_models(given.nulls[option_models] ? NameList(usual_models)
                                            : names_of(given.values[option_models], false, "models"),
                 rules.models);
    if (!given.nulls[option_lookback])
        rules.lookback = span_of(*DatumGetIntervalP(given.values[option_lookback]), "lookback");
    if (!given.nulls[option_touches])
        rules.touches = names_of(given.values[option_touches], false, "touches");
    rules.conversion_is_touch = flag(option_conversion_is_touch, false);
    rules.channel_from_event = word(option_channel_from, "channel_from", channel_sources) == 1;
    rules.direct = static_cast<DirectRule>(word(option_direct, "direct", direct_rules));
    rules.direct_channels = given.nulls[option_direct_channels]
                                ? NameList(usual_direct)
                                : names_of(given.values[option_direct_channels], false, "direct_channels");
    rules.reuse_touches = flag(option_reuse_touches, true);
    if (!given.nulls[option_half_life])
        rules.half_life = positive_span(given.values[option_half_life], "half_life");
    read_shares(given, rules);
    if (!given.nulls[option_unattributed]) rules.unattributed = text_of(given.values[option_unattributed]);
    return rules;
}

AttributionRules& attribution_rules(HeapTupleHeader row, bool of_journeys, ContextMemory& memory) {
    const auto& options = *make_in<OptionRow>(memory, row);
    AttributionArguments given;
    for (int n = 0; n < attribution_options; ++n) {
        given.values[n] = options.value(n);
        given.nulls[n] = options.is_null(n);
    }
    return attribution_rules(given, of_journeys, memory);
}

void check_options(FunctionCallInfo fcinfo, int n, const char* maker) {
    if (!PG_ARGISNULL(n)) return;
    throw Error(ErrorCode::null_argument, "options", "options must not be null")
        .hint("Make them with %s().", maker);
}

std::uint64_t whole_argument(FunctionCallInfo fcinfo, int n, const char* name) {
    if (PG_ARGISNULL(n)) return 0;
    const std::int64_t number = PG_GETARG_INT64(n);
    if (number < 0) {
        throw Error(ErrorCode::invalid_argument, name, "%s must not be negative", name)
            .hint("It is how often the path was taken.");
    }
    return static_cast<std::uint64_t>(number);
}

PathArguments path_arguments(FunctionCallInfo fcinfo, int n) {
    PathArguments path;
    if (!PG_ARGISNULL(n)) path.channels = texts_argument(fcinfo, n, "path");
    path.conversions = whole_argument(fcinfo, n + 1, "conversions");
    if (PG_ARGISNULL(n + 2)) return path;
    path.value = PG_GETARG_FLOAT8(n + 2);
    if (!(std::fabs(*path.value) <= exact_sum_limit)) {
        throw Error(ErrorCode::overflow, "value", "value must be a number within 1e290")
            .hint("Give the value of all conversions of the path together, or NULL.");
    }
    return path;
}

Datum decimal_datum(Decimal number) {
    while (number.scale > 0 && number.units % 10 == 0) {
        number.units /= 10;
        --number.scale;
    }
    if (number.units == 0) number.scale = 0;
    if (number.scale == 0) return NumericGetDatum(int64_to_numeric(number.units));
    char text[48];
    snprintf(text, sizeof text, "%llde%d", static_cast<long long>(number.units), -number.scale);
    return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
                               Int32GetDatum(-1));
}

void check_unattributed(const AttributionRules& rules, const Names& channels) {
    if (!channels.find(rules.unattributed)) return;
    throw Error(ErrorCode::invalid_argument, "unattributed", "a channel is called \"%.*s\" as well",
                static_cast<int>(rules.unattributed.size()), rules.unattributed.data())
        .hint("Name what is left over otherwise: unattributed => '(nobody)'.");
}

}  // namespace journey::pg
