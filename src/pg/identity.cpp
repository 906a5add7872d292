// Identity graphs: the aggregate, unions, reading, and taking parts out.

#include "core/identity.hpp"

#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Graph = Expanded<IdentityGraph>;

struct JoinRules {
    IdentityLimits limits;
    const IgnoredIdentifiers* ignored = nullptr;
};

std::uint32_t limit_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return no_identifier_limit;
    const std::int32_t most = PG_GETARG_INT32(n);
    if (most < 1) {
        throw Error(ErrorCode::invalid_argument, "max_identifiers",
                    "max_identifiers must be at least 1, not %d", most)
            .hint("NULL means no limit.");
    }
    return static_cast<std::uint32_t>(most);
}

// '{login:1,email:5}' in the current memory context.
std::string_view kinds_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return {};
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    return *make_in<std::pmr::string>(memory,
                                      kind_limits_text(texts_argument(fcinfo, n, "max_of_kind"), memory));
}

// max_identifiers, ignore and max_of_kind stand at 5 to 7.
JoinRules rules_arguments(FunctionCallInfo fcinfo) {
    JoinRules rules;
    rules.limits = {limit_argument(fcinfo, 5), kinds_argument(fcinfo, 7)};
    if (PG_NARGS() > 6 && !PG_ARGISNULL(6)) {
        auto& memory = ContextMemory::make(CurrentMemoryContext);
        auto* ignored = make_in<IgnoredIdentifiers>(memory, memory);
        ignored->add(texts_argument(fcinfo, 6, "ignore"));
        rules.ignored = ignored;
    }
    return rules;
}

std::optional<std::string_view> optional_text(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return std::nullopt;
    return text_argument(fcinfo, n);
}

Time seen_at_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return no_time;
    const TimestampTz time = PG_GETARG_TIMESTAMPTZ(n);
    if (TIMESTAMP_NOT_FINITE(time)) {
        throw Error(ErrorCode::invalid_argument, "seen_at", "seen_at must be a moment, not infinity")
            .hint("NULL stands for a time that is not known.");
    }
    return time;
}

Datum sealed_datum(const Bytes& bytes) {
    SET_VARSIZE(bytes.data, bytes.size);
    return PointerGetDatum(bytes.data);
}

IdentityView graph_of(std::span<const std::byte> bytes) {
    const IdentityView view(bytes);
    if (view.sealed()) return view;
    throw Error(ErrorCode::invalid_argument, "graph",
                "the identity graph is the unfinished state of an aggregate")
        .hint("Roll it up first: SELECT identity_agg(graph).");
}
IdentityView graph_argument(FunctionCallInfo fcinfo, int n) {
    return graph_of(bytes_argument(fcinfo, n));
}

void set_time(Datum* values, bool* nulls, int column, Time time) {
    values[column] = TimestampTzGetDatum(time);
    nulls[column] = time == no_time || time == INT64_MIN;
}

void set_source(Datum* values, bool* nulls, int column, std::uint32_t source,
                const std::pmr::vector<std::string_view>& texts) {
    nulls[column] = source == no_source;
    if (!nulls[column]) values[column] = text_datum(texts[source]);
}

// text[] of lines.
Datum lines_datum(std::string_view text) {
    Datum lines[max_limited_kinds];
    int count = 0;
    while (!text.empty() && count < static_cast<int>(max_limited_kinds)) {
        const std::string_view line = text.substr(0, text.find('\n'));
        lines[count++] = text_datum(line);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return PointerGetDatum(construct_array(lines, count, TEXTOID, -1, false, TYPALIGN_INT));
}

// Identifiers, or pairs as they join, one after the other.
struct GraphStream {
    GraphStream(const IdentityView& its_graph, std::pmr::memory_resource& memory)
        : graph(its_graph),
          sources(its_graph.sources(memory)),
          times(its_graph.times_first_seen(memory)),
          customers(its_graph.customers(times, memory)),
          path(&memory) {}
    Datum name(std::uint32_t i) const { return text_datum(graph.identifier(i)); }

    IdentityView graph;
    std::pmr::vector<std::string_view> sources;
    std::pmr::vector<Time> times;
    CustomerSets customers;
    std::pmr::vector<std::uint32_t> path;
    std::uint32_t at = 0;
    std::int64_t count = 0;
};

RowStream<GraphStream> graph_stream(FunctionCallInfo fcinfo) {
    return row_stream<GraphStream>(fcinfo, [&](ContextMemory& memory) {
        return make_in<GraphStream>(memory, graph_argument(fcinfo, 0), memory);
    });
}

std::uint32_t identifier_argument(FunctionCallInfo fcinfo, int n, const char* argument,
                                  const IdentityView& graph) {
    const std::string_view text = text_argument(fcinfo, n);
    if (const auto found = graph.find(text)) return *found;
    throw Error(ErrorCode::invalid_argument, argument, "no identifier \"%.*s\" in the graph",
                static_cast<int>(std::min<std::size_t>(text.size(), 100)), text.data())
        .hint("identities(graph) lists them; they are compared byte by byte.");
}

constexpr std::string_view outcome_names[] = {"joined", "known", "refused"};

}  // namespace

// (state, a, b [, seen_at [, source [, max_identifiers, ignore [, max_of_kind]]]])
JOURNEY_FUNCTION(identity_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto rules = options_of<JoinRules>(fcinfo, 5, [&] { return rules_arguments(fcinfo); });
    const Time seen_at = seen_at_argument(fcinfo, 3);
    const auto a = optional_text(fcinfo, 1), b = optional_text(fcinfo, 2), source = optional_text(fcinfo, 4);
    Graph& state = Graph::state(fcinfo, context);
    state->limit(rules.limits);
    state->add(a, b, seen_at, source, rules.ignored);
    return state.datum();
}

// (state, graph)
JOURNEY_FUNCTION(identity_add_graph) {
    MemoryContext context = aggregate_context(fcinfo);
    if (PG_ARGISNULL(1)) return unchanged_state(fcinfo);
    const auto bytes = bytes_argument(fcinfo, 1);
    Graph& state = Graph::state(fcinfo, context);
    state->merge(IdentityView(bytes));
    return state.datum();
}

JOURNEY_FUNCTION(identity_combine) {
    return state_combine<IdentityGraph>(fcinfo);
}

JOURNEY_FUNCTION(identity_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    return sealed_datum(Graph::read_only(PG_GETARG_DATUM(0))->seal(memory, VARHDRSZ));
}

namespace {

Datum checked_graph(Datum bytes) {
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    IdentityView(bytes_of(bytes)).check(memory);
    return bytes;
}

}  // namespace

JOURNEY_BYTES_TYPE(identity_graph, checked_graph);

// (graph, graph); NULL is the empty graph
JOURNEY_FUNCTION(identity_union) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
        if (PG_ARGISNULL(0) && PG_ARGISNULL(1)) PG_RETURN_NULL();
        PG_RETURN_DATUM(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0));
    }
    const IdentityView one = graph_argument(fcinfo, 0), other = graph_argument(fcinfo, 1);
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* graph = make_in<IdentityGraph>(memory, memory);
    graph->merge(one);
    graph->merge(other);
    return sealed_datum(graph->seal(memory, VARHDRSZ));
}

// (graph, identifiers)
JOURNEY_FUNCTION(identity_forget) {
    const auto identifiers = texts_argument(fcinfo, 1, "identifiers");
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    return sealed_datum(without_identifiers(graph_argument(fcinfo, 0), identifiers, memory, VARHDRSZ));
}

// (graph, a, b)
JOURNEY_FUNCTION(identity_split) {
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const IdentityView graph = graph_argument(fcinfo, 0);
    identifier_argument(fcinfo, 1, "a", graph);
    identifier_argument(fcinfo, 2, "b", graph);
    return sealed_datum(
        without_pair(graph, text_argument(fcinfo, 1), text_argument(fcinfo, 2), memory, VARHDRSZ));
}

// (graph, max_identifiers, max_of_kind)
JOURNEY_FUNCTION(identity_limit) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const IdentityLimits limits{limit_argument(fcinfo, 1), kinds_argument(fcinfo, 2)};
    return sealed_datum(with_limits(graph_argument(fcinfo, 0), limits, memory, VARHDRSZ));
}

// (graph, identifier)
JOURNEY_FUNCTION(identity_of) {
    const IdentityView graph = graph_argument(fcinfo, 0);
    const auto found = graph.find(text_argument(fcinfo, 1));
    if (!found) PG_RETURN_NULL();
    return text_datum(graph.identifier(graph.customer(*found)));
}

// (graph) → identifier, kind, customer, first_seen
JOURNEY_FUNCTION(identities) {
    const auto stream = graph_stream(fcinfo);
    GraphStream& state = *stream.state;
    if (state.at == state.graph.size()) SRF_RETURN_DONE(stream.calls);
    const std::uint32_t i = state.at++;
    const std::string_view kind = kind_of(state.graph.identifier(i));
    Datum values[4] = {state.name(i), kind.empty() ? Datum{0} : text_datum(kind),
                       state.name(state.graph.customer(i)), 0};
    bool nulls[4] = {false, kind.empty(), false, false};
    set_time(values, nulls, 3, state.graph.first_seen(i));
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (graph) → a, b, seen_at, source, status, customer_a, customer_b
JOURNEY_FUNCTION(identity_pairs) {
    const auto stream = graph_stream(fcinfo);
    GraphStream& state = *stream.state;
    if (state.at == state.graph.pairs()) SRF_RETURN_DONE(stream.calls);
    const IdentityPair pair = state.graph.pair(state.at++);
    const auto join = state.customers.join(pair.a, pair.b);
    Datum values[7] = {state.name(pair.a),
                       state.name(pair.b),
                       0,
                       0,
                       text_datum(outcome_names[static_cast<std::size_t>(join.outcome)]),
                       state.name(state.graph.customer(pair.a)),
                       state.name(state.graph.customer(pair.b))};
    bool nulls[7] = {};
    set_time(values, nulls, 2, pair.seen_at);
    set_source(values, nulls, 3, pair.source, state.sources);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (graph) → merge_no, merged_at, a, b, source, customer, absorbed, identifiers
JOURNEY_FUNCTION(identity_merges) {
    const auto stream = graph_stream(fcinfo);
    GraphStream& state = *stream.state;
    while (state.at < state.graph.pairs()) {
        const IdentityPair pair = state.graph.pair(state.at++);
        const auto join = state.customers.join(pair.a, pair.b);
        if (join.outcome != CustomerSets::Outcome::joined) continue;
        Datum values[8] = {Int64GetDatum(++state.count),
                           0,
                           state.name(pair.a),
                           state.name(pair.b),
                           0,
                           state.name(join.customer),
                           state.name(join.absorbed),
                           Int64GetDatum(static_cast<std::int64_t>(join.identifiers))};
        bool nulls[8] = {};
        set_time(values, nulls, 1, pair.seen_at);
        set_source(values, nulls, 4, pair.source, state.sources);
        SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
    }
    SRF_RETURN_DONE(stream.calls);
}

// (graph, from_identifier, to_identifier) → step_no, a, b, seen_at, source
JOURNEY_FUNCTION(identity_path) {
    const auto stream = row_stream<GraphStream>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<GraphStream>(memory, graph_argument(fcinfo, 0), memory);
        const std::uint32_t from = identifier_argument(fcinfo, 1, "from_identifier", made->graph);
        const std::uint32_t to = identifier_argument(fcinfo, 2, "to_identifier", made->graph);
        made->path = identity_path(made->graph, from, to, memory);
        made->at = from;
        return made;
    });
    GraphStream& state = *stream.state;
    if (static_cast<std::size_t>(state.count) == state.path.size()) SRF_RETURN_DONE(stream.calls);
    const IdentityPair pair = state.graph.pair(state.path[static_cast<std::size_t>(state.count++)]);
    const std::uint32_t here = state.at;
    state.at = pair.a == here ? pair.b : pair.a;
    Datum values[5] = {Int32GetDatum(static_cast<std::int32_t>(state.count)), state.name(here),
                       state.name(state.at)};
    bool nulls[5] = {};
    set_time(values, nulls, 3, pair.seen_at);
    set_source(values, nulls, 4, pair.source, state.sources);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (graph) → one row: identifiers, customers, largest, pairs, joined, refused, rows,
// left_out, ignored, trimmed, max_identifiers, max_of_kind, first_seen, last_seen
JOURNEY_FUNCTION(identity_summary) {
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const IdentityView graph = graph_argument(fcinfo, 0);
    const IdentitySummary summary = summary_of(graph, memory);
    Datum values[14];
    bool nulls[14] = {};
    const std::uint64_t counts[] = {summary.identifiers, summary.customers,       summary.largest,
                                    summary.pairs,       summary.joined,          summary.refused,
                                    graph.counts().rows, graph.counts().left_out, graph.counts().ignored,
                                    summary.marked};
    int column = 0;
    for (std::uint64_t each : counts) values[column++] = Int64GetDatum(static_cast<std::int64_t>(each));
    const IdentityLimits limits = graph.limits();
    values[column] = Int32GetDatum(static_cast<std::int32_t>(limits.most));
    nulls[column] = limits.most == no_identifier_limit;
    values[column + 1] = lines_datum(limits.of_kinds);
    nulls[column + 1] = limits.of_kinds.empty();
    set_time(values, nulls, column + 2, summary.first_seen);
    set_time(values, nulls, column + 3, summary.last_seen);
    return record_datum(fcinfo, values, nulls);
}
