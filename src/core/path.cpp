#include "core/path.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace journey {

namespace {

bool contains(NameList names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

[[noreturn]] void fail_word(const char* argument, std::string_view word, const char* valid) {
    throw Error(ErrorCode::invalid_argument, argument, "unknown %s: \"%.*s\"", argument,
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: %s.", valid);
}

using Nodes = std::pmr::vector<PathNode>;

// The part of a session that lies between the bounds.
struct Part {
    std::size_t begin = 0, end = 0;
};

std::size_t first_of(const Nodes& nodes, std::uint32_t event, std::size_t from) {
    while (from < nodes.size() && nodes[from].event != event) ++from;
    return from;
}

// nodes.size() if there is none in [from, before).
std::size_t last_of(const Nodes& nodes, std::uint32_t event, std::size_t from, std::size_t before) {
    while (before > from && nodes[before - 1].event != event) --before;
    return before > from ? before - 1 : nodes.size();
}

std::optional<Part> part_between(const Nodes& nodes, const PathBounds& bounds,
                                 const std::optional<std::uint32_t>& from,
                                 const std::optional<std::uint32_t>& to) {
    const std::size_t n = nodes.size();
    Part part{0, n};
    if (from) {
        if (bounds.from_which == Occurrence::first) {
            part.begin = first_of(nodes, *from, 0);
        } else {
            const std::size_t before = to ? last_of(nodes, *to, 0, n) : n;
            part.begin = to && before == n ? n : last_of(nodes, *from, 0, before);
        }
        if (part.begin == n) return std::nullopt;
    }
    if (to) {
        const std::size_t after = from ? part.begin + 1 : 0;
        const std::size_t end = bounds.to_which == Occurrence::first ? first_of(nodes, *to, after)
                                                                     : last_of(nodes, *to, after, n);
        if (end >= n) return std::nullopt;
        part.end = end + 1;
    }
    return part;
}

// Keeps the part, at most max_length long.
void shorten(NodePath& path, Part part, std::uint32_t max_length, bool from, bool to) {
    Nodes& nodes = path.nodes;
    const auto erase = [&](std::size_t begin, std::size_t end) {
        nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(begin),
                    nodes.begin() + static_cast<std::ptrdiff_t>(end));
    };
    erase(part.end, nodes.size());
    erase(0, part.begin);
    path.cut_at = no_row;
    if (nodes.size() <= max_length) return;
    if (from && to) {
        const std::uint32_t front = max_length / 2, back = (max_length - 1) / 2;
        erase(front, nodes.size() - back);
        path.cut_at = front;
    } else if (to) {
        erase(0, nodes.size() - max_length);
    } else {
        erase(max_length, nodes.size());
    }
}

// The row after the last one at most `limit` after a moment.
std::uint32_t rows_until(const JourneyView& journey, Time since, Span limit) {
    if (journey.empty() || elapsed(since, journey.last_time()) <= limit) return journey.size();
    return journey.lower_bound(static_cast<Time>(static_cast<Span>(since) + limit + 1));
}

// How long a chain that took from_step and not to_step could have gone on.
std::uint32_t rows_of_chain(const JourneyView& journey, const Chain& chain, const FunnelOptions& options) {
    const std::uint32_t last = rows_until(journey, chain.counted_start, options.within);
    std::uint32_t furthest = 0;
    for (std::uint32_t step = 1; step <= options.steps; ++step) {
        if (chain.rows[step - 1] != no_row) furthest = step;
    }
    Span limit = furthest < options.steps ? 0 : no_limit;
    for (std::uint32_t step = furthest + 1; step <= options.steps; ++step) {
        limit = std::max(limit, options.limit(step));
        if (!options.is_optional(step)) break;
    }
    return std::min(last, rows_until(journey, chain.counted_end, limit));
}

void read_nodes(NodeReader reader, Nodes& nodes) {
    for (PathNode node; reader.next(node);) nodes.push_back(node);
}

}  // namespace

Collapse parse_collapse(std::string_view word) {
    if (word == "none") return Collapse::none;
    if (word == "first") return Collapse::first;
    if (word == "last") return Collapse::last;
    fail_word("collapse", word, "none, first, last");
}

Occurrence parse_occurrence(std::string_view word, const char* argument) {
    if (word == "first") return Occurrence::first;
    if (word == "last") return Occurrence::last;
    fail_word(argument, word, "first, last");
}

NodeReader::NodeReader(const JourneyView& journey, const PathRules& rules, std::uint32_t first,
                       std::uint32_t last, std::pmr::memory_resource& memory)
    : journey_(journey),
      at_(first),
      last_(last),
      names_(journey.event_names().size()),
      collapse_(rules.collapse),
      cuts_sessions_(rules.cuts_sessions()),
      flags_(memory) {
    sessions_.gap = rules.gap;
    if (!rules.hides() && rules.starts.empty()) return;
    for (std::string_view name : journey.event_names()) {
        const bool is_shown = (!rules.keep || contains(*rules.keep, name)) && !contains(rules.drop, name);
        flags_.push_back(
            static_cast<std::uint8_t>((is_shown ? shown : 0) | (contains(rules.starts, name) ? opens : 0)));
    }
    names_ = static_cast<std::uint32_t>(flags_.size());
}

PathReader::PathReader(const JourneyView& journey, const PathRules& rules, const PathBounds& bounds,
                       std::pmr::memory_resource& memory)
    : nodes_(journey, rules, memory), bounds_(bounds) {
    if (bounds.from) from_ = journey.event_names().find(*bounds.from);
    if (bounds.to) to_ = journey.event_names().find(*bounds.to);
    possible_ = from_.has_value() == bounds.from.has_value() && to_.has_value() == bounds.to.has_value();
    if (possible_) nodes_.next(ahead_);
}

bool PathReader::next(NodePath& path) {
    while (possible_ && ahead_.row != no_row) {
        path.session = ahead_.session;
        path.nodes.clear();
        do {
            path.nodes.push_back(ahead_);
        } while (nodes_.next(ahead_) && ahead_.session == path.session);
        const std::optional<Part> part = part_between(path.nodes, bounds_, from_, to_);
        if (!part) continue;
        shorten(path, *part, bounds_.max_length, from_.has_value(), to_.has_value());
        return true;
    }
    return false;
}

std::optional<FunnelPath> funnel_path(const JourneyView& journey, const Chain& chain,
                                      const FunnelOptions& options, std::uint32_t from_step,
                                      std::uint32_t to_step, const PathRules& rules, std::uint32_t max_length,
                                      std::pmr::memory_resource& memory) {
    const std::uint32_t from = chain.rows[from_step - 1], to = chain.rows[to_step - 1];
    if (from == no_row) return std::nullopt;
    FunnelPath result{to != no_row, NodePath(memory)};
    Nodes& nodes = result.path.nodes;
    if (result.converted && to < from) {
        read_nodes(NodeReader(journey, rules, from, from + 1, memory), nodes);
        read_nodes(NodeReader(journey, rules, to, to + 1, memory), nodes);
        if (nodes.size() == 2 && nodes[0].event == nodes[1].event && rules.collapse != Collapse::none) {
            nodes.erase(nodes.begin() + (rules.collapse == Collapse::first ? 1 : 0));
        }
    } else {
        const std::uint32_t last =
            result.converted ? to + 1 : std::max(from + 1, rows_of_chain(journey, chain, options));
        read_nodes(NodeReader(journey, rules, from, last, memory), nodes);
    }
    shorten(result.path, {0, nodes.size()}, max_length, true, result.converted);
    return result;
}

}  // namespace journey
