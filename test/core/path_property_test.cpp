// Random journeys: nodes, transitions, paths and reports agree with the plainest
// reading of the lists of events, whatever way the reports were put together.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "core/error.hpp"
#include "core/path_report.hpp"
#include "path_model.hpp"
#include "poll.hpp"
#include "summary_parts.hpp"

namespace journey::test {
namespace {

class PathProperty : public testing::Test {
  protected:
    // Runs `check(random, customers, rules)` on random customers until one fails.
    template <class Check>
    void for_random_customers(std::uint64_t salt, std::uint32_t usual, Check check) {
        Random random(salt);
        for (std::uint32_t i = 0; i < cases(usual) && !HasFailure(); ++i) {
            const Columns columns = random_columns(random);
            std::vector<Events> customers(random.below(6));
            std::string told;
            for (Events& events : customers) {
                events = sorted(random_events(random, columns));
                told += describe(events) + "\n\n";
            }
            ModelRules rules = random_rules(random, columns);
            SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i) + "\n" +
                         told);
            check(random, customers, rules);
        }
    }
};

const std::vector<std::string> all_names = {"e0", "e1", "e2", "e3", "", "a", "nowhere"};

PathBounds random_bounds(Random& random, const Events& events) {
    PathBounds bounds;
    const auto name = [&]() -> std::string_view {
        if (!events.empty() && random.percent(85)) return events[random.below(events.size())].name;
        return all_names[random.below(all_names.size())];
    };
    if (random.percent(60)) bounds.from = name();
    if (random.percent(60)) bounds.to = name();
    bounds.from_which = random.percent(50) ? Occurrence::first : Occurrence::last;
    bounds.to_which = random.percent(50) ? Occurrence::first : Occurrence::last;
    if (random.percent(50)) bounds.max_length = (bounds.from && bounds.to ? 3 : 1) + random.below(4);
    return bounds;
}

TEST_F(PathProperty, NodesAndTransitionsAreThoseOfThePlainReading) {
    for_random_customers(901, 4000, [](Random&, const std::vector<Events>& customers, ModelRules& rules) {
        for (const Events& events : customers) {
            const Value value = encode(events);
            std::vector<std::string> nodes, wanted, steps, wanted_steps;
            NodeReader reader(value.view(), rules.rules(), heap());
            for (PathNode node; reader.next(node);)
                nodes.push_back(std::to_string(node.row) + "@" + std::to_string(node.session));
            for (const ModelNode& node : model_nodes(events, rules))
                wanted.push_back(std::to_string(node.row) + "@" + std::to_string(node.session));
            EXPECT_EQ(nodes, wanted);

            const auto text = [](std::int64_t from, std::int64_t to) {
                return std::to_string(from) + " " + std::to_string(to);
            };
            const auto place = [](const PathNode& node) {
                return node.row == no_row ? std::int64_t{-1} : std::int64_t{node.row};
            };
            TransitionReader transitions(value.view(), rules.rules(), heap());
            for (Transition t; transitions.next(t);) steps.push_back(text(place(t.from), place(t.to)));
            for (const auto& session : model_sessions(events, rules)) {
                std::int64_t last = -1;
                for (const ModelNode& node : session) {
                    wanted_steps.push_back(text(last, static_cast<std::int64_t>(node.row)));
                    last = static_cast<std::int64_t>(node.row);
                }
                wanted_steps.push_back(text(last, -1));
            }
            EXPECT_EQ(steps, wanted_steps);
        }
    });
}

TEST_F(PathProperty, PathsAreTheBestOfAllPairsOfBounds) {
    for_random_customers(902, 6000,
                         [](Random& random, const std::vector<Events>& customers, ModelRules& rules) {
                             for (const Events& events : customers) {
                                 const Value value = encode(events);
                                 const PathBounds bounds = random_bounds(random, events);
                                 std::vector<std::pair<std::int64_t, std::vector<std::string>>> paths, wanted;
                                 PathReader reader(value.view(), rules.rules(), bounds, heap());
                                 for (NodePath path(heap()); reader.next(path);) {
                                     std::vector<std::string> names;
                                     for (std::size_t i = 0; i < path.nodes.size(); ++i) {
                                         if (path.cut_at == i) names.emplace_back("...");
                                         names.emplace_back(value.view().event_names()[path.nodes[i].event]);
                                     }
                                     paths.emplace_back(path.session, names);
                                 }
                                 for (const auto& session : model_sessions(events, rules)) {
                                     if (const auto path = model_path(session, bounds))
                                         wanted.emplace_back(session.front().session, *path);
                                 }
                                 EXPECT_EQ(paths, wanted);
                             }
                         });
}

TEST_F(PathProperty, TransitionReportsAreTheSameInAnyMergeTree) {
    for_random_customers(
        903, 2500, [](Random& random, const std::vector<Events>& customers, ModelRules& rules) {
            const std::vector<Value> values = encoded(customers);
            const PathRules its = rules.rules();
            EdgeNames edges;
            if (random.percent(20)) edges.start = std::nullopt;
            if (random.percent(20)) edges.end = std::nullopt;
            if (random.percent(20)) edges.start = edges.end = "-";
            const auto summary = merged<TransitionSummary>(
                random, values.size(),
                [&](TransitionSummary& part, std::size_t i) { part.add(values[i].view(), its, edges); });
            const auto rows = summary->rows();
            EXPECT_EQ(describe(rows), model_transitions(customers, rules, edges));
            EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
                return std::tuple(-a.count, a.from, a.to) < std::tuple(-b.count, b.from, b.to);
            }));
            EXPECT_EQ(describe(summary->rows()), describe(rows));
        });
}

TEST_F(PathProperty, SankeyLinksAreTheSameInAnyMergeTree) {
    for_random_customers(
        904, 2500, [](Random& random, const std::vector<Events>& customers, ModelRules& rules) {
            const std::vector<Value> values = encoded(customers);
            const PathRules its = rules.rules();
            SankeyOptions options{2 + random.below(5), random.below(4), false};
            const bool from_paths = random.percent(40);
            if (from_paths) options.backward = random.percent(50);
            std::vector<std::vector<std::vector<std::string>>> paths;
            for (const Events& events : customers) {
                paths.emplace_back();
                for (const auto& session : model_sessions(events, rules)) {
                    paths.back().emplace_back();
                    for (const ModelNode& node : session) paths.back().back().push_back(node.name);
                    if (from_paths) break;
                }
            }
            const auto summary =
                merged<SankeySummary>(random, values.size(), [&](SankeySummary& part, std::size_t i) {
                    if (!from_paths) {
                        part.add(values[i].view(), its, options);
                    } else if (!paths[i].empty()) {
                        part.add(std::vector<std::string_view>(paths[i][0].begin(), paths[i][0].end()),
                                 options);
                    }
                });
            EXPECT_EQ(describe(summary->rows()), model_sankey(paths, options));
            // What flows into a node that is neither an end nor in the last column flows out.
            std::map<std::pair<std::uint32_t, std::string_view>, std::int64_t> left;
            const auto rows = summary->rows();
            for (const SankeyRow& row : rows) {
                const SankeyRow::Node& from = options.backward ? row.target : row.source;
                const SankeyRow::Node& to = options.backward ? row.source : row.target;
                const bool is_edge = to.name == "(end)" || to.name == "(start)";
                if (!is_edge && to.step < options.steps) left[{to.step, to.name}] += row.value;
                if (from.step > 1) left[{from.step, from.name}] -= row.value;
            }
            for (const auto& [node, value] : left) EXPECT_EQ(value, 0) << node.first << " " << node.second;
        });
}

TEST_F(PathProperty, PathReportsCountEverybodyOnce) {
    for_random_customers(
        905, 2500, [](Random& random, const std::vector<Events>& customers, ModelRules& rules) {
            std::map<std::vector<std::string>, std::int64_t> counts;
            std::vector<std::vector<std::string>> paths;
            for (const Events& events : customers) {
                paths.emplace_back();
                for (const ModelNode& node : model_nodes(events, rules)) paths.back().push_back(node.name);
                if (random.percent(40)) paths.back().resize(std::min<std::size_t>(paths.back().size(), 1));
                ++counts[paths.back()];
            }
            const std::uint32_t top = random.below(4);
            const auto summary =
                merged<PathSummary>(random, paths.size(), [&](PathSummary& part, std::size_t i) {
                    part.add(std::vector<std::string_view>(paths[i].begin(), paths[i].end()), top);
                });
            std::vector<std::pair<std::vector<std::string>, std::int64_t>> wanted(counts.begin(),
                                                                                  counts.end());
            std::stable_sort(wanted.begin(), wanted.end(),
                             [](const auto& a, const auto& b) { return a.second > b.second; });
            std::int64_t sum = 0, named = 0;
            const auto rows = summary->rows();
            for (std::size_t i = 0; i < rows.size(); ++i) {
                sum += rows[i].customers;
                EXPECT_DOUBLE_EQ(rows[i].share, static_cast<double>(rows[i].customers) /
                                                    static_cast<double>(customers.size()));
                if (rows[i].rest) {
                    EXPECT_EQ(i, rows.size() - 1);
                    continue;
                }
                ++named;
                std::vector<std::string> path;
                for (std::uint32_t code : rows[i].codes) path.emplace_back(summary->name(code));
                EXPECT_EQ(path, wanted[i].first);
                EXPECT_EQ(rows[i].customers, wanted[i].second);
            }
            EXPECT_EQ(sum, static_cast<std::int64_t>(customers.size()));
            EXPECT_EQ(named, static_cast<std::int64_t>(top == 0 ? wanted.size()
                                                                : std::min<std::size_t>(top, wanted.size())));
        });
}

// Bytes that are cut, or changed in any place, are refused or read; never more.
template <class Summary>
void survives_damage(Random& random, const std::vector<std::byte>& bytes) {
    for (int k = 0; k < 20; ++k) {
        std::vector<std::byte> damaged = bytes;
        if (random.percent(30)) damaged.resize(random.below(bytes.size() + 1));
        for (std::uint32_t i = random.below(4); i > 0 && !damaged.empty(); --i)
            damaged[random.below(damaged.size())] = static_cast<std::byte>(random.bits());
        Summary summary(heap());
        try {
            summary.decode(damaged);
            (void)summary.rows();
            Summary other(heap());
            other.merge(summary);
        } catch (const Error& error) {
            // A length that was changed can make a name too long, or options differ.
            EXPECT_TRUE(error.code() == ErrorCode::invalid_binary || error.code() == ErrorCode::limit)
                << error.message();
        }
    }
}

TEST_F(PathProperty, DamagedStatesAreRefused) {
    for_random_customers(906, 400,
                         [](Random& random, const std::vector<Events>& customers, ModelRules& rules) {
                             TransitionSummary transitions(heap());
                             SankeySummary sankey(heap());
                             PathSummary paths(heap());
                             for (const Value& value : encoded(customers)) {
                                 transitions.add(value.view(), rules.rules(), {});
                                 sankey.add(value.view(), rules.rules(), {3, 1, false});
                                 std::vector<std::string_view> path;
                                 for (std::uint32_t i = 0; i < value.view().size(); ++i)
                                     path.push_back(value.view().event_names()[value.view().event(i)]);
                                 paths.add(path, 2);
                             }
                             survives_damage<TransitionSummary>(random, bytes_of(transitions));
                             survives_damage<SankeySummary>(random, bytes_of(sankey));
                             survives_damage<PathSummary>(random, bytes_of(paths));
                         });
}

TEST_F(PathProperty, RunsOutOfMemoryCleanly) {
    for_random_customers(907, 60, [](Random&, const std::vector<Events>& customers, ModelRules& rules) {
        const std::vector<Value> values = encoded(customers);
        for (std::uint64_t fail_at = 1;; ++fail_at) {
            WatchedMemory memory(fail_at);
            try {
                TransitionSummary transitions(memory);
                SankeySummary sankey(memory);
                PathSummary paths(memory);
                for (const Value& value : values) {
                    transitions.add(value.view(), rules.rules(), {});
                    sankey.add(value.view(), rules.rules(), {4, 1, false});
                    paths.add(std::vector<std::string_view>{"a", "b"}, 0);
                }
                (void)transitions.rows();
                (void)sankey.rows();
                (void)paths.rows();
            } catch (const std::bad_alloc&) {
            }
            EXPECT_FALSE(memory.misused());
            if (!memory.failed()) break;
        }
    });
}

TEST(PathPoll, LongJourneysCanBeCancelled) {
    Events events;
    for (int i = 0; i < 30000; ++i) events.push_back({i, "a"});
    const Value value = encode(events);
    const auto cancelled = [&](auto work) {
        cancel_after(1);
        EXPECT_THROW(work(), Error);
        cancel_never();
    };
    PathRules rules;
    cancelled([&] { TransitionSummary(heap()).add(value.view(), rules, {}); });
    rules.collapse = Collapse::first;
    cancelled([&] { SankeySummary(heap()).add(value.view(), rules, {}); });
    cancelled([&] {
        PathReader reader(value.view(), rules, {}, heap());
        NodePath path(heap());
        reader.next(path);
    });
}

}  // namespace
}  // namespace journey::test
