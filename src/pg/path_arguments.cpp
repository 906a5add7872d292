#include "core/path.hpp"
#include "core/transition_report.hpp"

#include "pg/path_arguments.hpp"

namespace journey::pg {

namespace {

bool given(FunctionCallInfo fcinfo, int n) {
    return n < PG_NARGS() && !PG_ARGISNULL(n);
}

std::optional<std::string_view> name_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) return std::nullopt;
    return text_argument(fcinfo, n);
}

}  // namespace

PathRules path_rules(FunctionCallInfo fcinfo, int gap, int collapse) {
    PathRules rules;
    const int keep = collapse + 1, drop = collapse + 2, starts = collapse + 3;
    if (given(fcinfo, collapse)) rules.collapse = parse_collapse(text_argument(fcinfo, collapse));
    if (given(fcinfo, keep)) rules.keep = texts_argument(fcinfo, keep, "keep");
    if (given(fcinfo, drop)) rules.drop = texts_argument(fcinfo, drop, "drop");
    if (gap < 0) return rules;
    if (given(fcinfo, gap)) rules.gap = span_argument(fcinfo, gap, "gap");
    if (given(fcinfo, starts)) rules.starts = texts_argument(fcinfo, starts, "starts");
    return rules;
}

EdgeNames edge_names(FunctionCallInfo fcinfo, int n) {
    EdgeNames edges;
    if (n >= PG_NARGS()) return edges;
    edges.start = name_argument(fcinfo, n);
    edges.end = name_argument(fcinfo, n + 1);
    return edges;
}

std::uint32_t count_argument(FunctionCallInfo fcinfo, int n, const char* argument, std::uint32_t least,
                             std::uint32_t otherwise) {
    if (!given(fcinfo, n)) return otherwise;
    const std::int32_t count = PG_GETARG_INT32(n);
    if (count < 0 || static_cast<std::uint32_t>(count) < least) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must be at least %u", argument, least)
            .hint("Leave %s out, or give NULL, for its default.", argument);
    }
    return static_cast<std::uint32_t>(count);
}

Datum path_datum(const JourneyView& journey, const NodePath& path) {
    // Each name is made once, however often it is on the path.
    auto* names = static_cast<Datum*>(palloc0(sizeof(Datum) * (journey.event_names().size() + 1)));
    std::uint32_t count = 0;
    for (std::string_view name : journey.event_names()) names[count++] = text_datum(name);
    const bool cut = path.cut_at != no_row;
    const std::size_t length = path.nodes.size() + (cut ? 1 : 0);
    auto* elements =
        static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (length + 1)));
    std::size_t at = 0;
    for (std::size_t i = 0; i < path.nodes.size(); ++i) {
        if (cut && path.cut_at == i) elements[at++] = text_datum("...");
        const std::uint32_t event = path.nodes[i].event;
        if (event >= count) fail_corrupted("event code");
        elements[at++] = names[event];
    }
    return PointerGetDatum(construct_array(elements, static_cast<int>(at), TEXTOID, -1, false, TYPALIGN_INT));
}

}  // namespace journey::pg
