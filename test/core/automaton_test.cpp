// The automaton against plain backtracking by the definition, on random patterns and
// random events with ties, limits, captures, quantifiers and anchors.
#include "core/automaton.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "core/automaton_match.hpp"
#include "core/automaton_sweep.hpp"
#include "core/error.hpp"
#include "poll.hpp"
#include "support.hpp"

namespace journey::test {

namespace {

using Node = PatternTree::Node;
using Kind = PatternTree::Kind;

struct Taken {
    std::uint32_t event;
    std::uint64_t captures;
    bool operator==(const Taken&) const = default;
};
using Way = std::vector<Taken>;

struct Input {
    std::vector<Time> times;
    std::vector<std::uint64_t> satisfies;  // bit p: predicate p
    std::uint32_t size() const { return static_cast<std::uint32_t>(times.size()); }
};

// Tries every way in the order of preference.
class Backtracking {
  public:
    Backtracking(const PatternTree& tree, const Input& input, Span within)
        : tree_(tree), input_(input), within_(within) {}

    // The preferred match that begins at `start`, or none.
    std::optional<Way> match(Node root, std::uint32_t start, bool empty_matches) {
        State state;
        state.target = start;
        state.pending = true;
        std::optional<Way> found;
        go(root, state, 0, [&](const State& end) {
            if (end.way.empty() ? !empty_matches
                                : elapsed(input_.times[end.way.front().event],
                                          input_.times[end.way.back().event]) > within_)
                return false;
            found = end.way;
            return true;
        });
        return found;
    }

  private:
    struct State {
        Way way;
        bool pending = false;  // the next event taken is `target`; else the very next one
        std::uint32_t target = 0;
        bool first_only = false, over = false;
        std::vector<Node> limits;  // on the time to the event taken next
    };
    using Then = std::function<bool(const State&)>;

    bool within(std::uint32_t from, std::uint32_t to, Node gap) const {
        const auto in = [&](TimeRange range) {
            if (to == input_.size()) return !range.limited();
            const Span passed = elapsed(input_.times[from], input_.times[to]);
            return range.least <= passed && passed <= range.most;
        };
        return in(tree_.range(gap)) || in(tree_.other_range(gap));
    }

    bool within_all(std::uint32_t last, const State& state) const {
        return std::all_of(state.limits.begin(), state.limits.end(),
                           [&](Node limit) { return within(last, state.target, limit); });
    }

    bool go(Node node, const State& state, std::uint64_t captures, const Then& then) {
        const auto parts = tree_.parts(node);
        switch (tree_.kind(node)) {
            case Kind::event:
                return take(node, state, captures, then);
            case Kind::gap:
                return pass(node, state, then);
            case Kind::begin: {
                if (!state.way.empty()) return false;
                State next = state;
                next.first_only = true;
                return then(next);
            }
            case Kind::end: {
                State next = state;
                next.over = true;
                if (state.way.empty()) return then(next);
                const std::uint32_t at = state.pending ? state.target : state.way.back().event + 1;
                return (state.over || at == input_.size()) && then(next);
            }
            case Kind::capture:
                return go(parts[0], state, captures | std::uint64_t{1} << tree_.capture_number(node), then);
            case Kind::sequence:
                return go_all(parts, state, captures, then);
            case Kind::choice:
                for (const Node part : parts) {
                    if (go(part, state, captures, then)) return true;
                }
                return false;
            default:
                return repeat(node, 0, state, captures, then);
        }
    }
    bool go_all(std::span<const Node> parts, const State& state, std::uint64_t captures, const Then& then) {
        if (parts.empty()) return then(state);
        return go(parts[0], state, captures,
                  [&](const State& next) { return go_all(parts.subspan(1), next, captures, then); });
    }
    bool take(Node node, const State& state, std::uint64_t captures, const Then& then) {
        const std::uint32_t event = state.pending ? state.target : state.way.back().event + 1;
        if (state.over || event >= input_.size() || (state.first_only && event != 0)) return false;
        if (((input_.satisfies[event] >> tree_.predicate(node)) & 1) == 0) return false;
        State next = state;
        next.target = event;
        if (!state.way.empty() && !within_all(state.way.back().event, next)) return false;
        next.way.push_back({event, captures});
        next.limits.clear();
        next.pending = next.first_only = false;
        return then(next);
    }
    bool pass(Node node, const State& state, const Then& then) {
        State next = state;
        if (tree_.passes(node)) next.first_only = false;
        if (state.way.empty()) return then(next);
        const std::uint32_t last = state.way.back().event;
        if (state.pending) return within(last, state.target, node) && then(next);
        next.limits.push_back(node);
        if (!tree_.passes(node)) return then(next);
        next.pending = true;
        if (state.over) {
            next.target = input_.size();
            return within_all(last, next) && then(next);
        }
        for (next.target = last + 1; next.target <= input_.size(); ++next.target) {
            if (within_all(last, next) && then(next)) return true;
        }
        return false;
    }
    bool repeat(Node node, std::uint32_t done, const State& state, std::uint64_t captures, const Then& then) {
        const Node part = tree_.parts(node)[0];
        const std::uint32_t least = tree_.least(node), most = tree_.most(node);
        const auto round = [&] {
            if (most != unbounded && done >= most) return false;
            return go(part, state, captures, [&](const State& next) {
                if (done >= least && next.way.size() == state.way.size()) return false;
                return repeat(node, done + 1, next, captures, then);
            });
        };
        if (done < least) return round();
        if (tree_.greedy(node)) return round() || then(state);
        return then(state) || round();
    }

    const PatternTree& tree_;
    const Input& input_;
    Span within_;
};

// Random trees of a limited size. Limited gaps stand only between two parts of a
// sequence; others compile() refuses.
class RandomPattern {
  public:
    RandomPattern(Random& random, PatternTree& tree, bool anchors)
        : random_(random), tree_(tree), anchors_(anchors) {}

    Node make(std::uint32_t depth) {
        const std::uint32_t what = depth == 0 ? 0 : random_.below(10);
        if (what < 3) return event();
        if (what < 6) return sequence(depth);
        if (what < 7) {
            const Node parts[] = {make(depth - 1), make(depth - 1)};
            return tree_.choice(parts);
        }
        if (what < 9) {
            const std::uint32_t least = random_.below(3);
            const std::uint32_t most = random_.percent(40) ? unbounded : least + random_.below(3);
            if (most == 0) return event();
            return tree_.repeat(make(depth - 1), least, most, random_.percent(60));
        }
        return tree_.capture(make(depth - 1), random_.below(3));
    }

  private:
    Node event() { return tree_.event(random_.below(4)); }
    Node gap() {
        const auto range = [&] {
            TimeRange made;
            if (random_.percent(40)) made.least = random_.below(4);
            if (random_.percent(60)) made.most = random_.below(6);
            return made;
        };
        if (random_.percent(40)) return tree_.gap({});
        const TimeRange one = range();
        const bool passes = random_.percent(80);
        return random_.percent(80) ? tree_.gap(one, passes) : tree_.gap(one, range(), passes);
    }
    Node sequence(std::uint32_t depth) {
        std::vector<Node> parts;
        if (anchors_ && random_.percent(10)) parts.push_back(tree_.begin());
        const std::uint32_t count = 2 + random_.below(2);
        for (std::uint32_t i = 0; i < count; ++i) {
            if (i > 0 && random_.percent(50)) parts.push_back(gap());
            parts.push_back(make(depth - 1));
            if (random_.percent(5)) parts.push_back(tree_.gap({}));
        }
        if (anchors_ && random_.percent(10)) parts.push_back(tree_.end());
        return tree_.sequence(parts);
    }

    Random& random_;
    PatternTree& tree_;
    bool anchors_;
};

Input random_input(Random& random, std::uint32_t most) {
    Input input;
    Time now = 0;
    const std::uint32_t size = random.below(most + 1);
    for (std::uint32_t i = 0; i < size; ++i) {
        if (random.percent(70)) now += random.below(3);
        input.times.push_back(now);
        // Predicate 3 is satisfied by every event, as "." is.
        input.satisfies.push_back(
            8 | (random.percent(80) ? std::uint64_t{1} << random.below(3) : random.below(8)));
    }
    return input;
}

std::string describe(const Input& input, const std::optional<Way>& way) {
    std::string text;
    for (std::uint32_t i = 0; i < input.size(); ++i)
        text += " " + std::to_string(input.times[i]) + ":" + std::to_string(input.satisfies[i]);
    text += " ->";
    if (!way) return text + " none";
    for (const Taken& taken : *way)
        text += " " + std::to_string(taken.event) + "/" + std::to_string(taken.captures);
    return text;
}

std::string describe(const PatternTree& tree, Node node) {
    const auto parts = tree.parts(node);
    std::string text;
    switch (tree.kind(node)) {
        case Kind::event:
            return std::string(1, "abc."[tree.predicate(node)]);
        case Kind::gap: {
            const auto range = [](TimeRange r) {
                return "[" + std::to_string(r.least) + "," +
                       (r.most == no_limit ? "" : std::to_string(r.most)) + "]";
            };
            return std::string(tree.passes(node) ? " ..." : " next") + range(tree.range(node)) +
                   (tree.range(node) == tree.other_range(node) ? "" : range(tree.other_range(node))) + " ";
        }
        case Kind::begin:
            return "^";
        case Kind::end:
            return "$";
        case Kind::repeat:
            return "(" + describe(tree, parts[0]) + "){" + std::to_string(tree.least(node)) + "," +
                   (tree.most(node) == unbounded ? "" : std::to_string(tree.most(node))) + "}" +
                   (tree.greedy(node) ? "" : "?");
        case Kind::capture:
            return "<" + std::to_string(tree.capture_number(node)) + " " + describe(tree, parts[0]) + ">";
        default:
            for (const Node part : parts) {
                if (tree.kind(node) == Kind::choice && !text.empty()) text += "|";
                text += describe(tree, part);
            }
            return tree.kind(node) == Kind::choice ? "(" + text + ")" : text;
    }
}

// Compiled, and the input as its engines take it.
struct Compiled {
    Compiled(const PatternTree& tree, Node root, Span within, const Input& input, bool keep_all)
        : automaton(compile(tree, root, within, memory)), kinds(automaton, 4, 3, memory) {
        for (std::uint32_t i = 0; i < input.size(); ++i) {
            const std::uint32_t kind = kinds.add({&input.satisfies[i], 1});
            if (keep_all || !kinds.positions(kind).empty()) events.push_back({input.times[i], i, kind});
        }
        whole = {events, input.size()};
    }
    std::optional<Way> way(const PatternMatch& match) const {
        Way taken;
        for (const auto& step : match.steps)
            taken.push_back({events[step.event].index, automaton.captures[step.position]});
        return taken;
    }

    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    Automaton automaton;
    EventKinds kinds;
    std::vector<PatternEvent> events;
    PatternInput whole;
};

void compare(Random& random, std::uint32_t depth, std::uint32_t most_events, bool empty_matches) {
    PatternTree tree(*std::pmr::new_delete_resource());
    const Node root = RandomPattern(random, tree, !empty_matches).make(depth);
    const Span within = random.percent(70) ? no_limit : random.below(8);
    const Input input = random_input(random, most_events);
    std::optional<Compiled> compiled;
    try {
        compiled.emplace(tree, root, within, input, empty_matches || random.percent(50));
    } catch (const Error& error) {
        // A limited gap that something optional leaves without a neighbour.
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        return;
    }
    const std::string pattern =
        describe(tree, root) + " within " + (within == no_limit ? "any" : std::to_string(within));
    Backtracking oracle(tree, input, within);
    const Matcher matcher(compiled->automaton, compiled->kinds, compiled->whole, empty_matches,
                          compiled->memory);
    PatternMatch match(compiled->memory);
    bool any = false;
    // From each event on: the leftmost match and its way.
    for (std::uint32_t from = 0; from < compiled->events.size(); ++from) {
        std::optional<Way> expected;
        std::uint32_t start = from;
        for (; start < compiled->events.size() && !expected; ++start)
            expected = oracle.match(root, compiled->events[start].index, empty_matches);
        const bool found = matcher.find(from, match);
        ASSERT_EQ(found, expected.has_value()) << pattern << describe(input, expected) << " from " << from;
        if (!found) continue;
        any = true;
        ASSERT_EQ(match.first, start - 1) << pattern << describe(input, expected) << " from " << from;
        ASSERT_EQ(compiled->way(match), expected)
            << pattern << describe(input, expected) << " not" << describe(Input{}, compiled->way(match));
    }
    if (!empty_matches) {
        EXPECT_EQ(matches(compiled->automaton, compiled->kinds, compiled->whole, compiled->memory), any)
            << pattern << describe(input, std::nullopt);
    }
    // What every match must contain is there.
    if (any && !empty_matches) {
        for (const auto& clause : required_predicates(tree, root, compiled->memory)) {
            std::uint64_t mask = 0;
            for (const std::uint32_t predicate : clause) mask |= std::uint64_t{1} << predicate;
            EXPECT_TRUE(std::any_of(input.satisfies.begin(), input.satisfies.end(),
                                    [&](std::uint64_t event) { return (event & mask) != 0; }))
                << pattern << describe(input, std::nullopt);
        }
    }
}

}  // namespace

TEST(Automaton, FindsWhatBacktrackingFinds) {
    Random random(71);
    for (std::uint32_t i = 0; i < cases(30000); ++i) {
        compare(random, 1 + random.below(3), 9, false);
        if (HasFatalFailure()) return;
    }
}

TEST(Automaton, FindsEmptyMatchesWhereBacktrackingDoes) {
    Random random(72);
    for (std::uint32_t i = 0; i < cases(15000); ++i) {
        compare(random, 1 + random.below(3), 9, true);
        if (HasFatalFailure()) return;
    }
}

TEST(Automaton, PrefersWhatNestedEmptyRoundsPrefer) {
    Random random(73);
    for (std::uint32_t i = 0; i < cases(4000); ++i) {
        compare(random, 4, 6, random.percent(50));
        if (HasFatalFailure()) return;
    }
}

TEST(Automaton, RequiredPredicatesAreAConjunctionOfAlternatives) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    PatternTree tree(memory);
    // a (b|c) .? a+
    const Node choice_parts[] = {tree.event(1), tree.event(2)};
    const Node parts[] = {tree.event(0), tree.choice(choice_parts), tree.repeat(tree.event(3), 0, 1, true),
                          tree.repeat(tree.event(0), 1, unbounded, true)};
    const Clauses clauses = required_predicates(tree, tree.sequence(parts), memory);
    ASSERT_EQ(clauses.size(), 2u);
    EXPECT_EQ(clauses[0], (std::pmr::vector<std::uint32_t>{0}));
    EXPECT_EQ(clauses[1], (std::pmr::vector<std::uint32_t>{1, 2}));
    const Node optional[] = {tree.event(0), tree.repeat(tree.event(1), 0, unbounded, true)};
    EXPECT_TRUE(required_predicates(tree, tree.choice(optional), memory).empty());
}

TEST(Automaton, RefusesWhatIsTooLarge) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    const auto code = [&](std::uint32_t inner_least, std::uint32_t inner_most, std::uint32_t outer) {
        PatternTree tree(memory);
        try {
            compile(
                tree,
                tree.repeat(tree.repeat(tree.event(0), inner_least, inner_most, true), outer, outer, true),
                no_limit, memory);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::cancelled;  // none
    };
    EXPECT_EQ(code(1, 1, max_positions), ErrorCode::cancelled);
    EXPECT_EQ(code(1, 1, max_positions + 1), ErrorCode::limit);
    EXPECT_EQ(code(0, 1, 2000), ErrorCode::limit);
    EXPECT_EQ(code(1, 1, unbounded - 1), ErrorCode::limit);
}

TEST(Automaton, CanBeCancelled) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    PatternTree tree(memory);
    const Node parts[] = {tree.event(0), tree.gap({5, 1000}), tree.event(1)};
    const Automaton automaton = compile(tree, tree.sequence(parts), no_limit, memory);
    EventKinds kinds(automaton, 2, EventKinds::no_predicate, memory);
    const std::uint64_t a = 1;
    std::vector<PatternEvent> events(100000, {0, 0, kinds.add({&a, 1})});
    for (std::uint32_t i = 0; i < events.size(); ++i) events[i].index = i;
    const PatternInput input{events, 100000};
    cancel_after(2);
    EXPECT_THROW(matches(automaton, kinds, input, memory), Error);
    cancel_after(2);
    EXPECT_THROW(Matcher(automaton, kinds, input, false, memory), Error);
    cancel_never();
}

}  // namespace journey::test
