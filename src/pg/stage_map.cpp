// The type map_definition: made from arrays, as the tables of a map have them.

#include "core/stage_map.hpp"

#include "pg/stage_map.hpp"

using namespace journey;
using namespace journey::pg;

namespace journey::pg {

namespace {

MapQuery& map_query(FunctionCallInfo fcinfo) {
    return per_query<MapQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<MapQuery>(memory, memory.context()); });
}

}  // namespace

LoadedMap& map_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) fail_null("map");
    const LoadedMap& loaded = map_query(fcinfo).maps.of(
        bytes_argument(fcinfo, n), [](ContextMemory& memory, std::span<const std::byte> own) {
            return make_in<LoadedMap>(memory, memory, own);
        });
    return const_cast<LoadedMap&>(loaded);
}

LoadedMap* map_in(FunctionCallInfo fcinfo, int n, ContextMemory& memory) {
    if (PG_ARGISNULL(n)) fail_null("map");
    const auto bytes = bytes_argument(fcinfo, n);
    auto* own = static_cast<std::byte*>(memory.allocate(bytes.size() + 1, 1));
    memcpy(own, bytes.data(), bytes.size());
    return make_in<LoadedMap>(memory, memory, std::span<const std::byte>(own, bytes.size()));
}

Time as_of_argument(FunctionCallInfo fcinfo, int n, const char* argument, bool may_be_null) {
    if (n >= PG_NARGS() || PG_ARGISNULL(n)) {
        if (!may_be_null) fail_null(argument);
        return max_time;
    }
    const Time at = PG_GETARG_TIMESTAMPTZ(n);
    if (TIMESTAMP_NOT_FINITE(at)) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must be finite", argument)
            .hint(may_be_null ? "NULL stands for the end of each journey." : "Use now() for the present.");
    }
    return at;
}

bool backward_argument(FunctionCallInfo fcinfo, int n) {
    if (n >= PG_NARGS()) return true;
    if (PG_ARGISNULL(n)) fail_null("backward");
    return PG_GETARG_BOOL(n);
}

}  // namespace journey::pg

namespace {

// A list of the call: elements that may be NULL.
struct Column {
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int size = 0;

    OptionalText optional(int i) const { return nulls[i] ? std::nullopt : OptionalText(text_of(values[i])); }
    std::string_view text(int i, const char* argument) const {
        if (nulls[i]) fail_null(argument);
        return text_of(values[i]);
    }
};

Column column_argument(FunctionCallInfo fcinfo, int n, const char* argument, Oid type) {
    if (PG_ARGISNULL(n)) return {};
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(n);
    if (ARR_NDIM(array) > 1) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must have one dimension", argument)
            .hint("Write ARRAY['a', 'b'].");
    }
    Column column;
    int16 length;
    bool by_value;
    char alignment;
    get_typlenbyvalalign(type, &length, &by_value, &alignment);
    deconstruct_array(array, type, length, by_value, alignment, &column.values, &column.nulls, &column.size);
    return column;
}
Column texts_column(FunctionCallInfo fcinfo, int n, const char* argument) {
    return column_argument(fcinfo, n, argument, TEXTOID);
}

void check_size(const Column& column, const Column& as, const char* argument, const char* other) {
    if (column.size == as.size) return;
    throw Error(ErrorCode::invalid_argument, argument, "%s and %s differ in length", other, argument)
        .detail("%s has %d elements, %s has %d.", other, as.size, argument, column.size)
        .hint("Give one element of %s for each of %s.", argument, other);
}

struct MapColumns {
    Column stages, touchpoints, touchpoint_stages, touchpoint_channels, importances, owners, kpis, targets;
    Column events, event_channels, event_touchpoints, roles;
    Column levels, at_least, within, level_events, events_of_level;
};

void fill_touchpoints(StageMap& map, const MapColumns& columns) {
    for (int i = 0; i < columns.touchpoints.size; ++i) {
        Touchpoint each;
        each.name = columns.touchpoints.text(i, "touchpoint");
        each.stage = map.stage_named(columns.touchpoint_stages.text(i, "stage"));
        each.channel = columns.touchpoint_channels.optional(i);
        each.owner = columns.owners.optional(i);
        if (const OptionalText word = columns.importances.optional(i))
            each.importance = parse_importance(*word);
        if (const OptionalText word = columns.kpis.optional(i)) each.kpi = parse_kpi(*word);
        if (!columns.targets.nulls[i]) each.target = DatumGetFloat8(columns.targets.values[i]);
        map.touchpoints.push_back(each);
    }
}

void fill_rules(StageMap& map, const MapColumns& columns) {
    for (int i = 0; i < columns.events.size; ++i) {
        MapRule each;
        each.event = columns.events.text(i, "event");
        each.channel = columns.event_channels.optional(i);
        if (const OptionalText name = columns.event_touchpoints.optional(i))
            each.touchpoint = map.touchpoint_named(*name);
        each.role = parse_role(columns.roles.text(i, "role"));
        map.rules.push_back(each);
    }
}

void fill_levels(StageMap& map, const MapColumns& columns) {
    for (int i = 0; i < columns.levels.size; ++i) {
        LevelRule each;
        each.name = columns.levels.text(i, "level");
        if (columns.at_least.nulls[i]) fail_null("at_least");
        each.at_least = DatumGetInt32(columns.at_least.values[i]);
        if (!columns.within.nulls[i])
            each.within =
                static_cast<std::int64_t>(span_of(*DatumGetIntervalP(columns.within.values[i]), "within"));
        each.first_event = map.level_events.size();
        for (int k = 0; k < columns.level_events.size; ++k) {
            if (columns.events_of_level.text(k, "level") != each.name) continue;
            map.level_events.push_back(columns.level_events.text(k, "event"));
            ++each.events;
        }
        map.levels.push_back(each);
    }
}

Datum made(std::string_view name, const MapColumns& columns) {
    ContextMemory memory;
    StageMap map(memory);
    for (int i = 0; i < columns.stages.size; ++i) map.stages.push_back(columns.stages.text(i, "stage"));
    if (map.stages.empty() && !name.empty()) {
        throw Error(ErrorCode::invalid_argument, "map", "map \"%.*s\" has no stages",
                    static_cast<int>(std::min<std::size_t>(name.size(), 100)), name.data())
            .hint(
                "Add stages to journey_stage, for example from stage_template(); SELECT DISTINCT map FROM "
                "journey_stage shows the maps there are.");
    }
    fill_touchpoints(map, columns);
    fill_rules(map, columns);
    fill_levels(map, columns);
    map.finish();
    return model_datum(map);
}

// An array of the same NULLs or values for a map without tables.
Column repeated(int size, Datum value, bool null) {
    Column column;
    column.size = size;
    const auto room = static_cast<std::size_t>(size) + 1;
    column.values = static_cast<Datum*>(palloc(sizeof(Datum) * room));
    column.nulls = static_cast<bool*>(palloc(room));
    std::fill_n(column.values, size, value);
    std::fill_n(column.nulls, size, null);
    return column;
}

}  // namespace

// (map, stages, touchpoints, their stages, channels, importances, owners, kpis, targets,
//  events, their channels, touchpoints, roles, levels, at_least, within, events of levels
//  and for each its level)
JOURNEY_FUNCTION(stage_map_from_tables) {
    MapColumns columns;
    const auto texts = [&](int n, const char* name) { return texts_column(fcinfo, n, name); };
    columns.stages = texts(1, "stages");
    columns.touchpoints = texts(2, "touchpoints");
    columns.touchpoint_stages = texts(3, "touchpoint_stages");
    columns.touchpoint_channels = texts(4, "touchpoint_channels");
    columns.importances = texts(5, "importances");
    columns.owners = texts(6, "owners");
    columns.kpis = texts(7, "kpis");
    columns.targets = column_argument(fcinfo, 8, "targets", FLOAT8OID);
    columns.events = texts(9, "events");
    columns.event_channels = texts(10, "event_channels");
    columns.event_touchpoints = texts(11, "event_touchpoints");
    columns.roles = texts(12, "roles");
    columns.levels = texts(13, "levels");
    columns.at_least = column_argument(fcinfo, 14, "at_least", INT4OID);
    columns.within = column_argument(fcinfo, 15, "within", INTERVALOID);
    columns.level_events = texts(16, "level_events");
    columns.events_of_level = texts(17, "events_of_level");
    check_size(columns.touchpoint_stages, columns.touchpoints, "touchpoint_stages", "touchpoints");
    check_size(columns.touchpoint_channels, columns.touchpoints, "touchpoint_channels", "touchpoints");
    check_size(columns.importances, columns.touchpoints, "importances", "touchpoints");
    check_size(columns.owners, columns.touchpoints, "owners", "touchpoints");
    check_size(columns.kpis, columns.touchpoints, "kpis", "touchpoints");
    check_size(columns.targets, columns.touchpoints, "targets", "touchpoints");
    check_size(columns.event_channels, columns.events, "event_channels", "events");
    check_size(columns.event_touchpoints, columns.events, "event_touchpoints", "events");
    check_size(columns.roles, columns.events, "roles", "events");
    check_size(columns.at_least, columns.levels, "at_least", "levels");
    check_size(columns.within, columns.levels, "within", "levels");
    check_size(columns.events_of_level, columns.level_events, "events_of_level", "level_events");
    if (PG_ARGISNULL(0)) fail_null("map");
    return made(text_argument(fcinfo, 0), columns);
}

// (stages, events, event_stages): each event is a touchpoint of its own.
JOURNEY_FUNCTION(stage_map_from_events) {
    MapColumns columns;
    columns.stages = texts_column(fcinfo, 0, "stages");
    columns.events = texts_column(fcinfo, 1, "events");
    columns.touchpoint_stages = texts_column(fcinfo, 2, "event_stages");
    check_size(columns.touchpoint_stages, columns.events, "event_stages", "events");
    const int n = columns.events.size;
    columns.touchpoints = columns.event_touchpoints = columns.events;
    columns.touchpoint_channels = columns.importances = columns.owners = columns.kpis = columns.targets =
        columns.event_channels = repeated(n, 0, true);
    columns.roles = repeated(n, text_datum("visit"), false);
    // A name twice is said to be an event with two stages, which it is.
    for (int i = 0; i < n; ++i) {
        for (int k = 0; k < i; ++k) {
            if (columns.events.nulls[i] || columns.events.nulls[k] ||
                text_of(columns.events.values[i]) != text_of(columns.events.values[k]))
                continue;
            const std::string_view name = text_of(columns.events.values[i]);
            throw Error(ErrorCode::invalid_argument, "events", "events assigns \"%.*s\" twice",
                        static_cast<int>(std::min<std::size_t>(name.size(), 100)), name.data())
                .hint("Give every event one stage.");
        }
    }
    return made({}, columns);
}

namespace {

Datum checked_map(Datum bytes) {
    ContextMemory memory;
    StageMap(memory).decode(bytes_of(bytes));
    return bytes;
}

}  // namespace

JOURNEY_BYTES_TYPE(map_definition, checked_map);

namespace {

struct RuleStream {
    LoadedMap* loaded;
    std::size_t next = 0;
};

}  // namespace

// (map): its rules, one row each, and the touchpoints without a rule.
JOURNEY_FUNCTION(stage_map_rows) {
    const auto stream = row_stream<RuleStream>(fcinfo, [&](ContextMemory& memory) {
        return make_in<RuleStream>(memory, map_in(fcinfo, 0, memory));
    });
    const StageMap& map = stream.state->loaded->map;
    // Touchpoints in their order, each with its rules; then surveys about any of them.
    const std::size_t width = map.rules.size() + 1;
    const std::size_t places = (map.touchpoints.size() + 1) * width;
    for (; stream.state->next < places; ++stream.state->next) {
        const std::size_t place = stream.state->next / width, at = stream.state->next % width;
        const bool any = place == map.touchpoints.size();
        const auto touchpoint = any ? no_touchpoint : static_cast<std::uint32_t>(place);
        const bool has_rule = at < map.rules.size();
        if (has_rule && map.rules[at].touchpoint != touchpoint) continue;
        if (!has_rule) {
            // The last turn of a touchpoint: was there a rule?
            bool found = any;
            for (const MapRule& rule : map.rules) found = found || rule.touchpoint == touchpoint;
            if (found) continue;
        }
        ++stream.state->next;
        Datum values[11] = {};
        bool nulls[11] = {};
        std::fill_n(nulls, 11, true);
        const auto set = [&](int column, Datum value) {
            values[column] = value;
            nulls[column] = false;
        };
        const auto set_text = [&](int column, const OptionalText& word) {
            if (word) set(column, text_datum(*word));
        };
        if (!any) {
            const Touchpoint& each = map.touchpoints[touchpoint];
            set(0, Int32GetDatum(static_cast<std::int32_t>(each.stage) + 1));
            set_text(1, map.stages[each.stage]);
            set_text(2, each.name);
            set_text(3, each.channel);
            if (each.importance != Importance::none) set_text(4, importance_word(each.importance));
            set_text(5, each.owner);
            if (each.kpi != Kpi::none) set_text(6, kpi_word(each.kpi));
            if (each.target) set(7, Float8GetDatum(*each.target));
        }
        if (has_rule) {
            set_text(8, map.rules[at].event);
            set_text(9, map.rules[at].channel);
            set_text(10, role_word(map.rules[at].role));
        }
        SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
    }
    SRF_RETURN_DONE(stream.calls);
}
