// What comes next, against lists of names: every context counted in a map, and the
// probability to reach an event by letting all journeys of the chain go on until
// nothing moves.
#include "core/next_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "path_model.hpp"
#include "summary_parts.hpp"

namespace journey::test {
namespace {

using Names = std::vector<std::string>;

struct ModelCounts {
    std::map<Names, std::map<std::string, std::uint64_t>> followers;  // context, earliest first
    std::uint32_t max_order, min_count;

    ModelCounts(const std::vector<Events>& customers, const ModelRules& rules, std::uint32_t order,
                std::uint32_t least)
        : max_order(order), min_count(least) {
        for (const Events& events : customers) {
            for (const auto& session : model_sessions(events, rules)) {
                Names walk{"(start)"};
                for (const ModelNode& node : session) walk.push_back(node.name);
                walk.emplace_back("(end)");
                for (std::size_t at = 1; at < walk.size(); ++at) {
                    for (std::size_t length = 0; length <= std::min<std::size_t>(at, max_order); ++length) {
                        const auto end = walk.begin() + static_cast<std::ptrdiff_t>(at);
                        ++followers[Names(end - static_cast<std::ptrdiff_t>(length), end)][walk[at]];
                    }
                }
            }
        }
    }
    std::uint64_t visits(const Names& context) const {
        std::uint64_t sum = 0;
        const auto found = followers.find(context);
        if (found == followers.end()) return 0;
        for (const auto& [name, count] : found->second) sum += count;
        return sum;
    }
    bool usable(const Names& context) const { return context.empty() || visits(context) >= min_count; }
    // The longest usable end of a history.
    Names state(const Names& history) const {
        for (std::size_t length = std::min<std::size_t>(history.size(), max_order);; --length) {
            const Names context(history.end() - static_cast<std::ptrdiff_t>(length), history.end());
            if (usable(context)) return context;
        }
    }
    Names after(Names context, const std::string& name) const {
        context.push_back(name);
        return state(context);
    }
    std::map<Names, double> reach(const Names& goals) const {
        std::map<Names, double> chance;
        for (const auto& [context, next] : followers) {
            if (usable(context)) chance[context] = 0;
        }
        for (double moved = 1; moved > 1e-15;) {
            moved = 0;
            for (auto& [context, its] : chance) {
                double sum = 0;
                for (const auto& [name, count] : followers.at(context)) {
                    const double share = static_cast<double>(count) / static_cast<double>(visits(context));
                    if (std::find(goals.begin(), goals.end(), name) != goals.end()) {
                        sum += share;
                    } else if (name != "(end)") {
                        sum += share * chance.at(after(context, name));
                    }
                }
                moved = std::max(moved, std::fabs(sum - its));
                its = sum;
            }
        }
        return chance;
    }
};

struct Case {
    std::vector<Events> customers;
    ModelRules rules;
    StepRules steps;
    Events asked;

    explicit Case(Random& random) {
        Columns columns = random_columns(random);
        columns.max_events = 30;
        customers.resize(1 + random.below(12));
        for (Events& events : customers) events = sorted(random_events(random, columns));
        asked = sorted(random_events(random, columns));
        if (random.percent(20) && !asked.empty()) asked[random.below(asked.size())].name = "never seen";
        asked = sorted(asked);
        if (random.percent(60)) rules = random_rules(random, columns);
        steps.max_order = random.below(5);
        steps.min_count = 1 + random.below(6);
    }
    StepRules step_rules() {
        StepRules made = steps;
        made.path = rules.rules();
        return made;
    }
};

void count(StepCounts& counts, const std::vector<Value>& values, const StepRules& rules) {
    counts.set(rules);
    for (const Value& each : values) counts.add(each.view(), rules.path);
}

Names names_of(const StepModel& model, std::uint32_t context) {
    Names names;
    for (std::uint32_t symbol : model.events(context, heap())) names.emplace_back(model.name(symbol));
    std::reverse(names.begin(), names.end());
    return names;
}

TEST(NextStep, CountsEveryContext) {
    Random random(21);
    for (std::uint32_t i = 0; i < cases(150) && !HasFailure(); ++i) {
        Case each(random);
        StepCounts counts(heap());
        count(counts, encoded(each.customers), each.step_rules());
        const auto bytes = copy(counts.seal(heap(), 0));
        StepModel model(heap());
        model.decode(bytes);
        const ModelCounts expected(each.customers, each.rules, each.steps.max_order, each.steps.min_count);
        std::map<Names, std::map<std::string, std::uint64_t>> found;
        for (std::uint32_t c = 0; c < model.contexts(); ++c) {
            for (const auto& follower : model.followers(c))
                found[names_of(model, c)][std::string(model.name(follower.symbol))] = follower.count;
            EXPECT_EQ(model.usable(c), expected.usable(names_of(model, c)));
        }
        EXPECT_EQ(found, expected.followers);
        EXPECT_EQ(model.journeys(), each.customers.size());
    }
}

TEST(NextStep, BacksOffToTheLongestKnownContext) {
    Random random(22);
    for (std::uint32_t i = 0; i < cases(300) && !HasFailure(); ++i) {
        Case each(random);
        StepCounts counts(heap());
        count(counts, encoded(each.customers), each.step_rules());
        const auto bytes = copy(counts.seal(heap(), 0));
        StepModel model(heap());
        model.decode(bytes);
        const ModelCounts expected(each.customers, each.rules, each.steps.max_order, each.steps.min_count);
        Names history{"(start)"};
        const auto sessions = model_sessions(each.asked, each.rules);
        if (!sessions.empty()) {
            for (const ModelNode& node : sessions.back()) history.push_back(node.name);
        }
        const Value asked = encode(each.asked);
        const std::uint32_t state = model.state(asked.view(), heap());
        const Names context = expected.state(history);
        ASSERT_EQ(names_of(model, state), context) << describe(each.asked);
        if (expected.visits({}) == 0) continue;
        double sum = 0;
        const auto steps = next_steps(model, state, heap());
        ASSERT_EQ(steps.size(), expected.followers.at(context).size());
        for (std::size_t k = 0; k < steps.size(); ++k) {
            const std::string name(model.name(steps[k].symbol));
            EXPECT_EQ(steps[k].count, expected.followers.at(context).at(name));
            EXPECT_EQ(steps[k].probability,
                      static_cast<double>(steps[k].count) / static_cast<double>(expected.visits(context)));
            sum += steps[k].probability;
            if (k == 0) continue;
            const std::string before(model.name(steps[k - 1].symbol));
            EXPECT_TRUE(steps[k - 1].count > steps[k].count ||
                        (steps[k - 1].count == steps[k].count &&
                         (name == "(end)" || (before != "(end)" && before < name))));
        }
        EXPECT_NEAR(sum, 1, 1e-12);
        for (std::uint32_t c = 0; c < model.contexts(); ++c) {
            for (std::uint32_t s = first_name_symbol;
                 s < first_name_symbol + model.names() && model.usable(c); ++s) {
                ASSERT_EQ(names_of(model, model.after(c, s)),
                          expected.after(names_of(model, c), std::string(model.name(s))));
            }
        }
    }
}

TEST(NextStep, ReachingAnEventIsAbsorption) {
    Random random(23);
    for (std::uint32_t i = 0; i < cases(100) && !HasFailure(); ++i) {
        Case each(random);
        StepCounts counts(heap());
        count(counts, encoded(each.customers), each.step_rules());
        const auto bytes = copy(counts.seal(heap(), 0));
        StepModel model(heap());
        model.decode(bytes);
        if (model.names() == 0 || model.visits(0) == 0) continue;
        const ModelCounts expected(each.customers, each.rules, each.steps.max_order, each.steps.min_count);
        Names goals{std::string(model.name(first_name_symbol + random.below(model.names())))};
        if (random.percent(40))
            goals.emplace_back(model.name(first_name_symbol + random.below(model.names())));
        // An event without a name is no goal that can be written.
        if (std::find(goals.begin(), goals.end(), "") != goals.end()) continue;
        std::string goal = goals[0];
        if (goals.size() > 1) goal += "|" + goals[1];
        const auto flags = goal_symbols(model, goal, heap());
        const auto reach = reaching(model, flags, heap());
        const auto chance = expected.reach(goals);
        const auto iterated = reaching(model, flags, heap(), Solver::iteration);
        const auto approached = reaching(model, flags, heap(), Solver::approach);
        for (std::uint32_t c = 0; c < model.contexts(); ++c) {
            EXPECT_NEAR(iterated[c], reach[c], 1e-11);
            EXPECT_NEAR(approached[c], reach[c], 1e-11);
        }
        for (std::uint32_t c = 0; c < model.contexts(); ++c) {
            if (!model.usable(c)) continue;
            EXPECT_NEAR(reach[c], chance.at(names_of(model, c)), 1e-11);
            double before = 2;
            for (const BestStep& best : best_steps(model, c, reach, flags, heap())) {
                EXPECT_LE(best.conversion, before);
                before = best.conversion;
                const Names next = expected.after(names_of(model, c), std::string(model.name(best.symbol)));
                EXPECT_NEAR(best.conversion, chance.at(next), 1e-11);
                EXPECT_EQ(best.visits, expected.visits(next));
            }
        }
    }
}

// Large chains are solved in another way: many names make many contexts.
TEST(NextStep, LargeChainsAreIterated) {
    Random random(27);
    std::vector<Events> customers(400);
    for (Events& events : customers) {
        const std::uint32_t length = 5 + random.below(120);
        std::uint32_t at = random.below(40);
        for (Time time = 1; time <= length; ++time) {
            events.push_back({time, "n" + std::to_string(at)});
            at = random.percent(30) ? random.below(40) : (at * 7 + random.below(3)) % 40;
        }
    }
    StepRules rules;
    rules.min_count = 2;
    StepCounts counts(heap());
    count(counts, encoded(customers), rules);
    const auto bytes = copy(counts.seal(heap(), 0));
    StepModel model(heap());
    model.decode(bytes);
    std::uint32_t used = 0;
    for (std::uint32_t c = 0; c < model.contexts(); ++c) used += model.usable(c) ? 1 : 0;
    ASSERT_GT(used, most_decomposed);
    const auto goals = goal_symbols(model, "n7|n11", heap());
    const auto reach = reaching(model, goals, heap());
    for (std::uint32_t c = 0; c < model.contexts(); ++c) {
        if (!model.usable(c)) continue;
        double sum = 0;
        for (const auto& each : model.followers(c)) {
            const double share = static_cast<double>(each.count) / static_cast<double>(model.visits(c));
            if (goals[each.symbol] != 0) {
                sum += share;
            } else if (each.symbol != end_symbol) {
                sum += share * reach[model.after(c, each.symbol)];
            }
        }
        ASSERT_NEAR(reach[c], sum, 1e-12);
    }
}

TEST(NextStep, NoOrderAndNoPartingChangesAByte) {
    Random random(24);
    for (std::uint32_t i = 0; i < cases(150) && !HasFailure(); ++i) {
        Case each(random);
        const StepRules rules = each.step_rules();
        const auto values = encoded(each.customers);
        StepCounts whole(heap());
        count(whole, values, rules);
        const auto bytes = copy(whole.seal(heap(), 0));
        StepCounts united(heap());
        for (std::size_t k = values.size(); k-- > 0;) {
            StepCounts part(heap());
            part.set(rules);
            part.add(values[k].view(), rules.path);
            std::vector<std::byte> written;
            if (random.percent(50)) {
                written = copy(part.seal(heap(), 0));
            } else {
                written.resize(part.encoded_size());
                part.encode(written.data());
            }
            StepCounts read(heap());
            read.decode(written);
            united.merge(read);
        }
        ASSERT_EQ(copy(united.seal(heap(), 0)), bytes);
    }
}

// Published: the gambler's ruin. From 1 of 3, one step up or down with 1/2 each.
TEST(NextStep, TheGamblersRuin) {
    std::vector<Events> customers;
    const auto walk = [&](const char* names) {
        Events events;
        Time time = 0;
        for (const char* at = names; *at != 0; ++at) events.push_back({++time, std::string(1, *at)});
        customers.push_back(events);
    };
    // From 1 as often to 2 as to ruin, from 2 as often back as to win.
    walk("1r");
    walk("12w");
    walk("121r");
    StepRules rules;
    rules.max_order = 1;
    rules.min_count = 1;
    StepCounts counts(heap());
    count(counts, encoded(customers), rules);
    const auto bytes = copy(counts.seal(heap(), 0));
    StepModel model(heap());
    model.decode(bytes);
    const auto reach = reaching(model, goal_symbols(model, "w", heap()), heap());
    const auto one = model.state(encode({{1, "1"}}).view(), heap()),
               two = model.state(encode({{1, "2"}}).view(), heap());
    EXPECT_NEAR(reach[one], 1.0 / 3, 1e-14);
    EXPECT_NEAR(reach[two], 2.0 / 3, 1e-14);
}

TEST(NextStep, RefusesWhatCannotBeTold) {
    StepRules rules;
    StepCounts counts(heap());
    counts.set(rules);
    EXPECT_THROW(counts.add(encode({{1, "(end)"}}).view(), rules.path), Error);
    EXPECT_THROW(counts.add(encode({{1, "(start)"}}).view(), rules.path), Error);
    StepRules other = rules;
    other.min_count = 9;
    EXPECT_THROW(counts.set(other), Error);
    other = rules;
    other.path.gap = 5;
    EXPECT_THROW(counts.set(other), Error);
    counts.add(encode({{1, "a"}}).view(), rules.path);
    const auto bytes = copy(counts.seal(heap(), 0));
    StepModel model(heap());
    model.decode(bytes);
    EXPECT_THROW(goal_symbols(model, "b", heap()), Error);
    EXPECT_THROW(goal_symbols(model, "(end)", heap()), Error);
    EXPECT_THROW(goal_symbols(model, "", heap()), Error);
}

TEST(NextStep, DamagedBytesAreRefusedOrHarmless) {
    Random random(25);
    Case each(random);
    each.steps.max_order = 2;
    StepCounts counts(heap());
    count(counts, encoded(each.customers), each.step_rules());
    const auto bytes = copy(counts.seal(heap(), 0));
    const auto attempt = [&](const std::vector<std::byte>& damaged) {
        try {
            StepCounts state(heap());
            state.decode(damaged);
            StepModel model(heap());
            model.decode(damaged);
            const Value asked = encode(each.asked);
            const auto now = model.state(asked.view(), heap());
            next_steps(model, now, heap());
            if (model.names() == 0 || model.visits(0) == 0) return true;
            std::pmr::vector<std::uint8_t> goals(first_name_symbol + model.names(), 0, &heap());
            goals[first_name_symbol] = 1;
            best_steps(model, now, reaching(model, goals, heap()), goals, heap());
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_binary) << error.message();
            return false;
        }
        return true;
    };
    EXPECT_TRUE(attempt(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(attempt({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)})) << size;
    for (std::uint32_t i = 0; i < cases(1000); ++i) {
        auto damaged = bytes;
        damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
        attempt(damaged);
    }
}

TEST(NextStep, NoMemoryIsLostWhenThereIsNone) {
    Random random(26);
    Case each(random);
    const auto values = encoded(each.customers);
    const StepRules rules = each.step_rules();
    for (std::uint64_t fail_at = 1;; ++fail_at) {
        WatchedMemory memory(fail_at);
        bool done = false;
        try {
            StepCounts counts(memory);
            count(counts, values, rules);
            const Bytes bytes = counts.seal(memory, 4);
            {
                StepModel model(memory);
                model.decode({bytes.data + 4, bytes.size - 4});
            }
            memory.deallocate(bytes.data, bytes.size, 8);
            done = true;
        } catch (const std::bad_alloc&) {
        }
        EXPECT_FALSE(memory.misused());
        if (done) {
            EXPECT_EQ(memory.alive(), 0u);
            break;
        }
    }
}

}  // namespace
}  // namespace journey::test
