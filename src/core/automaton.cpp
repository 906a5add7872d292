#include "core/automaton.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

using Node = PatternTree::Node;
using Kind = PatternTree::Kind;

[[noreturn]] void fail_size(const char* what, std::uint32_t limit) {
    throw Error(ErrorCode::limit, "pattern", "pattern is too large: more than %u %s", limit, what)
        .detail("Counted repetitions are written out: a{1,100} takes 100 places.")
        .hint("Use smaller counts, or * and + where the exact number does not matter.");
}

// Can this part of the tree match without an event?
bool nullable(const PatternTree& tree, Node node) {
    const auto parts = tree.parts(node);
    const auto part_nullable = [&](Node part) { return nullable(tree, part); };
    switch (tree.kind(node)) {
        case Kind::event:
            return false;
        case Kind::sequence:
        case Kind::capture:
            return std::all_of(parts.begin(), parts.end(), part_nullable);
        case Kind::choice:
            return std::any_of(parts.begin(), parts.end(), part_nullable);
        case Kind::repeat:
            return tree.least(node) == 0 || part_nullable(parts[0]);
        default:
            return true;
    }
}

// The pattern as a graph of small steps, built from its end to its beginning.
struct Graph {
    enum class Op : std::uint8_t { take, split, gap, begin, end, enter_round, end_round, accept };
    struct Step {
        Op op;
        std::uint32_t a = 0;  // take: position; gap: index of ranges; rounds: number of the repetition
        std::uint32_t next = 0;
        std::uint32_t other = 0;  // split: the less preferred way
    };

    Graph(const PatternTree& its_tree, Automaton& its_automaton, std::pmr::memory_resource& memory)
        : tree(its_tree), automaton(its_automaton), steps(&memory), ranges(&memory) {}

    std::uint32_t add(Step step) {
        if (steps.size() >= 16 * std::size_t{max_positions}) fail_size("steps", 16 * max_positions);
        steps.push_back(step);
        return static_cast<std::uint32_t>(steps.size() - 1);
    }

    // The first step of `node` where `next` is what comes after it.
    std::uint32_t build(Node node, std::uint32_t next, std::uint64_t captures) {
        const auto parts = tree.parts(node);
        switch (tree.kind(node)) {
            case Kind::event:
                if (automaton.positions() == max_positions) fail_size("places for events", max_positions);
                automaton.predicate.push_back(tree.predicate(node));
                automaton.captures.push_back(captures);
                return add({Op::take, automaton.positions() - 1, next});
            case Kind::gap:
                ranges.push_back({tree.range(node), tree.other_range(node), tree.passes(node)});
                return add({Op::gap, static_cast<std::uint32_t>(ranges.size() - 1), next});
            case Kind::begin:
                return add({Op::begin, 0, next});
            case Kind::end:
                return add({Op::end, 0, next});
            case Kind::capture:
                return build(parts[0], next, captures | std::uint64_t{1} << tree.capture_number(node));
            case Kind::sequence:
                for (std::size_t i = parts.size(); i-- > 0;) next = build(parts[i], next, captures);
                return next;
            case Kind::choice:
                return build_choice(parts, next, captures);
            default:
                return build_repeat(node, next, captures);
        }
    }

    std::uint32_t build_choice(std::span<const Node> parts, std::uint32_t next, std::uint64_t captures) {
        std::uint32_t first = build(parts.back(), next, captures);
        for (auto part = parts.rbegin() + 1; part != parts.rend(); ++part) {
            const std::uint32_t preferred = build(*part, next, captures);
            first = add({Op::split, 0, preferred, first});
        }
        return first;
    }

    // A split between another round and going on.
    std::uint32_t add_decision(bool greedy, std::uint32_t round, std::uint32_t next) {
        return greedy ? add({Op::split, 0, round, next}) : add({Op::split, 0, next, round});
    }

    std::uint32_t build_repeat(Node node, std::uint32_t next, std::uint64_t captures) {
        const Node part = tree.parts(node)[0];
        const bool may_be_empty = nullable(tree, part), greedy = tree.greedy(node);
        const std::uint32_t least = tree.least(node), most = tree.most(node);
        std::uint32_t required = least;
        if (most == unbounded) {
            // The decision is made again after each round, so it must exist before its round.
            const std::uint32_t decision = add({Op::split});
            const std::uint32_t number = rounds++;
            const std::uint32_t end = may_be_empty ? add({Op::end_round, number, decision}) : decision;
            std::uint32_t round = build_counted(part, end, captures);
            const std::uint32_t body = round;
            if (may_be_empty) round = add({Op::enter_round, number, round});
            steps[decision].next = greedy ? round : next;
            steps[decision].other = greedy ? next : round;
            next = decision;
            if (least > 0 && !may_be_empty) {
                next = body;
                --required;
            }
        } else {
            const std::uint32_t after = next;
            for (std::uint32_t count = least; count < most; ++count) {
                const std::uint32_t number = rounds++;
                const std::uint32_t end = may_be_empty ? add({Op::end_round, number, next}) : next;
                std::uint32_t round = build_counted(part, end, captures);
                if (may_be_empty) round = add({Op::enter_round, number, round});
                next = add_decision(greedy, round, after);
            }
        }
        for (; required > 0; --required) next = build_counted(part, next, captures);
        return next;
    }

    std::uint32_t build_counted(Node part, std::uint32_t next, std::uint64_t captures) {
        poll();
        return build(part, next, captures);
    }

    const PatternTree& tree;
    Automaton& automaton;
    std::pmr::vector<Step> steps;
    struct Gap {
        TimeRange range, other;
        bool passes;
    };
    std::pmr::vector<Gap> ranges;
    std::uint32_t rounds = 0;
    Poll poll;
};

// The edges of one position: every way through the graph to the next event taken,
// the preferred ones first.
class Closure {
  public:
    Closure(const Graph& graph, Automaton& automaton, std::pmr::memory_resource& memory)
        : graph_(graph), automaton_(automaton), stack_(&memory), entered_(&memory), seen_(&memory) {}

    void add_edges(std::uint32_t from, std::uint32_t step) {
        from_ = from;
        first_ = automaton_.edges.size();
        seen_.clear();
        entered_.clear();
        stack_.push_back({.step = step});
        while (!stack_.empty()) {
            poll_();
            const Way way = stack_.back();
            stack_.pop_back();
            if (!is_new(way)) continue;
            follow(way);
        }
    }

  private:
    struct Way {
        std::uint32_t step = 0;
        std::uint32_t entered = 0;  // a list in entered_: repetitions whose round has taken nothing yet
        std::uint32_t group = 0;
        bool gap = false;
        bool at_begin = false;  // what comes next must be the first event
        bool over = false;      // the end of the journey was asked for: no event may be taken
        bool at_end = false;    // it must be the end
        TimeRange range = {};
    };
    struct Entered {
        std::uint32_t repetition;
        std::uint32_t rest;
    };
    // Ways that differ in their group alone lead to the same edges: the first has them.
    struct Seen {
        std::uint32_t step, entered;
        std::uint8_t flags;
        TimeRange range;
        bool operator==(const Seen&) const = default;
    };
    struct SeenHash {
        std::size_t operator()(const Seen& seen) const {
            std::uint64_t hash = seen.step * 0x9e3779b97f4a7c15u + seen.entered;
            hash = (hash ^ seen.flags ^ seen.range.least) * 0xff51afd7ed558ccdu;
            hash = (hash ^ (hash >> 29) ^ seen.range.most) * 0xc4ceb9fe1a85ec53u;
            return static_cast<std::size_t>(hash ^ (hash >> 32));
        }
    };

    bool is_new(const Way& way) {
        const auto flags = static_cast<std::uint8_t>((way.gap ? 1 : 0) | (way.at_begin ? 2 : 0) |
                                                     (way.over ? 4 : 0) | (way.at_end ? 8 : 0));
        if (seen_.size() > max_edges) fail_size("ways between two events", max_edges);
        return seen_.insert({way.step, way.entered, flags, way.range}).second;
    }
    bool has_entered(std::uint32_t list, std::uint32_t repetition) const {
        for (; list != 0; list = entered_[list - 1].rest) {
            if (entered_[list - 1].repetition == repetition) return true;
        }
        return false;
    }
    // One list for one set of repetitions, kept in ascending order.
    std::uint32_t enter(std::uint32_t list, std::uint32_t repetition) {
        if (list != 0 && entered_[list - 1].repetition >= repetition) {
            const Entered head = entered_[list - 1];
            if (head.repetition == repetition) return list;
            return link(head.repetition, enter(head.rest, repetition));
        }
        return link(repetition, list);
    }
    std::uint32_t link(std::uint32_t repetition, std::uint32_t rest) {
        for (std::uint32_t i = 0; i < entered_.size(); ++i) {
            if (entered_[i].repetition == repetition && entered_[i].rest == rest) return i + 1;
        }
        if (entered_.size() >= std::size_t{max_nesting} * 64) fail_size("ways between two events", max_edges);
        entered_.push_back({repetition, rest});
        return static_cast<std::uint32_t>(entered_.size());
    }

    void follow(Way way) {
        const Graph::Step& step = graph_.steps[way.step];
        way.step = step.next;
        switch (step.op) {
            case Graph::Op::take:
                if (!way.over) add_edge(way, step.a);
                return;
            case Graph::Op::accept:
                add_edge(way, Automaton::accept);
                return;
            case Graph::Op::split: {
                Way other = way;
                other.step = step.other;
                stack_.push_back(other);
                break;
            }
            case Graph::Op::gap:
                follow_gap(way, step.a);
                return;
            case Graph::Op::begin:
                if (from_ != automaton_.start()) return;
                way.at_begin = true;
                break;
            case Graph::Op::end:
                way.over = true;
                way.at_end = way.at_end || !way.gap;
                break;
            case Graph::Op::enter_round:
                way.entered = enter(way.entered, step.a);
                break;
            case Graph::Op::end_round:
                if (has_entered(way.entered, step.a)) return;
                break;
        }
        stack_.push_back(way);
    }

    void follow_gap(Way way, std::uint32_t ranges) {
        const auto [range, other, passes] = graph_.ranges[ranges];
        if (passes) {
            if (!way.gap) way.group = ++groups_;
            way.gap = true;
            way.at_begin = false;
        }
        const TimeRange before = way.range;
        if (!(other == range)) push_within(way, before, other);
        push_within(way, before, range);
    }
    void push_within(Way way, TimeRange before, TimeRange range) {
        way.range = {std::max(before.least, range.least), std::min(before.most, range.most)};
        if (from_ == automaton_.start() && range.limited()) {
            throw Error(ErrorCode::invalid_argument, "pattern",
                        "pattern: a time limit has no event before it")
                .hint("A time limit stands between two events.");
        }
        stack_.push_back(way);
    }

    void add_edge(const Way& way, std::uint32_t to) {
        const bool is_start = from_ == automaton_.start(), accepts = to == Automaton::accept;
        if (accepts && way.range.limited()) {
            throw Error(ErrorCode::invalid_argument, "pattern", "pattern: a time limit has no event after it")
                .hint("A time limit stands between two events.");
        }
        if (way.range.empty()) return;
        const bool gap = way.gap && !is_start && !way.at_end;
        const bool bound = accepts ? way.over : way.at_begin;
        const Edge edge{from_, to, gap ? way.group : 0, gap, bound, way.range};
        for (std::size_t i = first_; i < automaton_.edges.size(); ++i) {
            const Edge& known = automaton_.edges[i];
            if (known.to == to && known.gap == gap && known.bound == bound && known.range == edge.range)
                return;
        }
        if (automaton_.edges.size() >= max_edges) fail_size("ways between two events", max_edges);
        automaton_.edges.push_back(edge);
    }

    const Graph& graph_;
    Automaton& automaton_;
    std::pmr::vector<Way> stack_;
    std::pmr::vector<Entered> entered_;
    std::pmr::unordered_set<Seen, SeenHash> seen_;
    std::uint32_t from_ = 0;
    std::uint32_t groups_ = 0;
    std::size_t first_ = 0;
    Poll poll_;
};

}  // namespace

bool Automaton::nullable() const {
    const auto ways = from(start());
    return std::any_of(ways.begin(), ways.end(), [](const Edge& edge) { return edge.to == accept; });
}

Automaton compile(const PatternTree& tree, Node root, Span within, std::pmr::memory_resource& memory) {
    Automaton automaton(memory);
    automaton.within = within;
    Graph graph(tree, automaton, memory);
    const std::uint32_t first = graph.build(root, graph.add({Graph::Op::accept}), 0);

    // Positions were made from the last to the first: count them as people read.
    const std::uint32_t positions = automaton.positions();
    std::reverse(automaton.predicate.begin(), automaton.predicate.end());
    std::reverse(automaton.captures.begin(), automaton.captures.end());
    std::pmr::vector<std::uint32_t> after(positions, 0, &memory);
    for (auto& step : graph.steps) {
        if (step.op != Graph::Op::take) continue;
        step.a = positions - 1 - step.a;
        after[step.a] = step.next;
    }
    Closure closure(graph, automaton, memory);
    for (std::uint32_t position = 0; position <= positions; ++position) {
        automaton.first_edge.push_back(static_cast<std::uint32_t>(automaton.edges.size()));
        closure.add_edges(position, position == positions ? first : after[position]);
    }
    automaton.first_edge.push_back(static_cast<std::uint32_t>(automaton.edges.size()));
    return automaton;
}

namespace {

constexpr std::size_t max_clauses = 16;
constexpr std::size_t max_clause_size = 64;

void add_clause(Clauses& clauses, const std::pmr::vector<std::uint32_t>& clause) {
    if (clauses.size() >= max_clauses || clause.size() > max_clause_size) return;
    // What a clause includes it follows from.
    for (auto& known : clauses) {
        if (std::includes(clause.begin(), clause.end(), known.begin(), known.end())) return;
        if (std::includes(known.begin(), known.end(), clause.begin(), clause.end())) {
            known = clause;
            return;
        }
    }
    clauses.push_back(clause);
}

// One of two: each clause of the one joined with each of the other.
Clauses either(const Clauses& a, const Clauses& b, std::pmr::memory_resource& memory) {
    Clauses both(&memory);
    for (const auto& left : a) {
        for (const auto& right : b) {
            std::pmr::vector<std::uint32_t> joined(&memory);
            std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(joined));
            add_clause(both, joined);
        }
    }
    return both;
}

}  // namespace

Clauses required_predicates(const PatternTree& tree, Node root, std::pmr::memory_resource& memory) {
    Clauses clauses(&memory);
    const auto parts = tree.parts(root);
    switch (tree.kind(root)) {
        case Kind::event:
            clauses.emplace_back(1, tree.predicate(root));
            break;
        case Kind::sequence:
            for (const Node part : parts) {
                for (const auto& clause : required_predicates(tree, part, memory))
                    add_clause(clauses, clause);
            }
            break;
        case Kind::choice:
            clauses = required_predicates(tree, parts[0], memory);
            for (const Node part : parts.subspan(1)) {
                if (clauses.empty()) break;
                clauses = either(clauses, required_predicates(tree, part, memory), memory);
            }
            break;
        case Kind::repeat:
            if (tree.least(root) == 0) break;
            [[fallthrough]];
        case Kind::capture:
            clauses = required_predicates(tree, parts[0], memory);
            break;
        default:
            break;
    }
    return clauses;
}

EventKinds::EventKinds(const Automaton& automaton, std::uint32_t predicates, std::uint32_t any_predicate,
                       std::pmr::memory_resource& memory)
    : automaton_(&automaton),
      words_(predicates / 64 + 1),
      any_(any_predicate),
      positions_(&memory),
      first_(1, 0, &memory),
      rank_(&memory),
      predicates_(&memory),
      known_(&memory) {}

std::uint32_t EventKinds::add(std::span<const std::uint64_t> predicates) {
    std::pmr::string key(reinterpret_cast<const char*>(predicates.data()), predicates.size_bytes(),
                         known_.get_allocator().resource());
    const auto [at, is_new] = known_.try_emplace(std::move(key), size());
    if (!is_new) return at->second;
    std::uint32_t rank = no_rank;
    for (std::uint32_t word = 0; word < predicates.size() && rank == no_rank; ++word) {
        std::uint64_t bits = predicates[word];
        if (any_ / 64 == word) bits &= ~(std::uint64_t{1} << (any_ % 64));
        if (bits != 0) rank = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
    }
    for (std::uint32_t position = 0; position < automaton_->positions(); ++position) {
        const std::uint32_t predicate = automaton_->predicate[position];
        if (predicate == any_ || ((predicates[predicate / 64] >> (predicate % 64)) & 1) != 0)
            positions_.push_back(position);
    }
    first_.push_back(static_cast<std::uint32_t>(positions_.size()));
    rank_.push_back(rank);
    predicates_.insert(predicates_.end(), predicates.begin(), predicates.end());
    return at->second;
}

bool EventKinds::before(std::uint32_t a, std::uint32_t b) const {
    if (rank_[a] != rank_[b]) return rank_[a] < rank_[b];
    const auto left = predicates(a), right = predicates(b);
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
}

}  // namespace journey
