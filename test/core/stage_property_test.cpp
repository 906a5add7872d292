// Random maps and journeys: stays, stock, flow, the measured map and steps agree with
// the plainest reading, whatever way the reports were put together.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/discover_map.hpp"
#include "core/error.hpp"
#include "core/journey_steps.hpp"
#include "core/quantiles.hpp"
#include "core/stage_report.hpp"
#include "stage_model.hpp"
#include "summary_parts.hpp"

namespace journey::test {
namespace {

constexpr Time end_of_time = std::numeric_limits<Time>::max();

class StageProperty : public testing::Test {
  protected:
    // Runs `check(random, customers, map, as_of)` on random cases until one fails.
    template <class Check>
    void for_random_maps(std::uint64_t salt, std::uint32_t usual, Check check) {
        Random random(salt);
        for (std::uint32_t i = 0; i < cases(usual) && !HasFailure(); ++i) {
            Columns columns = random_columns(random);
            if (random.percent(50)) columns.span = 1 + random.below(8);  // many ties
            std::vector<Events> customers(random.below(6));
            std::string told;
            for (Events& events : customers) {
                events = random_events(random, columns);
                for (Event& event : events) {
                    if (event.value && std::fabs(*event.value) > exact_sum_limit) event.value.reset();
                }
                events = sorted(events);
                told += describe(events) + "\n\n";
            }
            BuiltMap map(random_map(random, customers));
            Time as_of = end_of_time;
            if (random.percent(60))
                as_of = columns.base + columns.unit * static_cast<Time>(random.below(columns.span + 1));
            SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i) + " as of " +
                         std::to_string(as_of) + "\n" + map.model.describe() + "\n" + told);
            check(random, customers, map, as_of);
        }
    }
};

template <class Number>
std::string text(const std::optional<Number>& number) {
    return number ? std::to_string(*number) : "-";
}
std::string text(const OptionalText& words) {
    return words ? "\"" + std::string(*words) + "\"" : "-";
}

TEST_F(StageProperty, StaysAndStatusAreThoseOfThePlainReading) {
    for_random_maps(4101, 4000, [](Random& random, const auto& customers, BuiltMap& map, Time as_of) {
        const bool backward = random.percent(50);
        for (const Events& events : customers) {
            const Value value = encode(events);
            std::pmr::vector<Stay> stays;
            read_stays(map.reader->read(value.view(), as_of), *map.reader, backward, stays);
            const auto wanted = model_stays(events, map.model, as_of, backward);
            std::vector<ModelStay> found;
            for (const Stay& stay : stays)
                found.push_back({stay.stage, stay.entered,
                                 stay.open ? std::nullopt : std::optional(stay.left), stay.events});
            EXPECT_EQ(found, wanted);
            const auto status = stage_status(value.view(), *map.reader, as_of, backward, heap());
            ASSERT_EQ(status.has_value(), !wanted.empty());
            if (!status) continue;
            std::set<std::size_t> seen;
            std::size_t deepest = 0;
            for (const ModelStay& stay : wanted) {
                seen.insert(stay.stage);
                deepest = std::max(deepest, stay.stage);
            }
            EXPECT_EQ(status->current.stage, wanted.back().stage);
            EXPECT_EQ(status->deepest, deepest);
            EXPECT_EQ(status->stages, static_cast<std::int64_t>(seen.size()));
            EXPECT_EQ(status->forward + status->backward, static_cast<std::int64_t>(wanted.size()) - 1);
        }
    });
}

TEST_F(StageProperty, StockFlowAndTimeCountTheStays) {
    for_random_maps(4102, 2000, [](Random& random, const auto& customers, BuiltMap& map, Time as_of) {
        const bool backward = random.percent(50);
        Time from = 0;
        if (as_of != end_of_time)
            from = std::max(as_of, -(Time{1} << 62)) - static_cast<Time>(random.below(50)) * 1'000'000;
        from = std::min(from, as_of);
        std::map<std::string, std::int64_t> stock, flow;
        std::vector<std::vector<std::int64_t>> stays(map.model.stages);
        const auto place = [&](const Events& events, Time at) -> std::string {
            const auto walked = model_stays(events, map.model, at, backward);
            if (!walked.empty()) return map.model.stage_names[walked.back().stage];
            return !events.empty() && events.front().time <= at ? std::string(not_on_map)
                                                                : std::string(no_event_yet);
        };
        for (const Events& events : customers) {
            ++stock[place(events, as_of)];
            ++flow[place(events, from) + " → " + place(events, as_of)];
            for (const ModelStay& stay : model_stays(events, map.model, as_of, backward)) {
                if (stay.left) stays[stay.stage].push_back(*stay.left - stay.entered);
            }
        }
        using Kind = StageReportOptions::Kind;
        const auto report = [&](Kind kind) {
            StageReportOptions options{kind, backward, kind == Kind::flow ? from : 0, as_of};
            return merged<StageReport>(random, customers.size(), [&](StageReport& part, std::size_t i) {
                const Value value = encode(customers[i]);
                part.add(value.view(), *map.reader, map.bytes, options);
            });
        };
        if (customers.empty()) return;
        std::map<std::string, std::int64_t> found;
        for (const StockRow& row : report(Kind::stock)->stock(map.map)) {
            if (row.customers > 0) found[std::string(row.name)] = row.customers;
        }
        EXPECT_EQ(found, stock);
        found.clear();
        for (const FlowRow& row : report(Kind::flow)->flow(map.map)) {
            if (row.customers > 0)
                found[std::string(row.from_name) + " → " + std::string(row.to_name)] = row.customers;
        }
        EXPECT_EQ(found, flow);
        for (const StageTimeRow& row : report(Kind::time)->time(map.map)) {
            auto& lengths = stays[row.stage];
            EXPECT_EQ(row.ended, static_cast<std::int64_t>(lengths.size()));
            EXPECT_EQ(row.took.has_value(), !lengths.empty());
            if (row.took) {
                EXPECT_EQ(row.took->median, quantile(lengths, 0.5));
            }
        }
    });
}

// A row of the map as text, from its definition.
struct ModelCell {
    std::int64_t customers = 0, events = 0, problem_customers = 0, moved = 0, problem_moved = 0, exits = 0,
                 open = 0, answers = 0;
    std::vector<std::int64_t> took;
};

using Channel = std::optional<std::string>;
struct ModelMeasure {
    std::map<std::pair<std::size_t, Channel>, ModelCell> cells;
    std::map<std::pair<std::string, Channel>, std::pair<std::int64_t, std::int64_t>>
        off;  // customers, events
};

void measure(const Events& events, const ModelMap& map, Time as_of, std::uint64_t idle, ModelMeasure& into) {
    const auto placed = model_placed(events, map, as_of);
    const auto channel = [](const Event& event) -> Channel { return event.channel; };
    std::map<std::pair<std::string, Channel>, std::int64_t> off;
    for (const Event& event : events) {
        if (event.time <= as_of && map.rule(event) == nullptr) ++off[{event.name, channel(event)}];
    }
    const auto later = [&](std::size_t i) -> std::optional<Time> {
        for (std::size_t k = i + 1; k < placed.size(); ++k) {
            if (placed[k].visit() && map.stage(*placed[k].rule) > map.stage(*placed[i].rule))
                return placed[k].event.time;
        }
        return std::nullopt;
    };
    std::set<std::pair<std::size_t, Channel>> seen, troubled;
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        const ModelPlaced& each = placed[i];
        if (!each.visit()) {
            std::optional<std::size_t> at = each.rule->touchpoint;
            if (!at && last) at = placed[*last].rule->touchpoint;
            if (!at) {
                ++off[{each.event.name, channel(each.event)}];
                continue;
            }
            Channel on = channel(each.event);
            for (std::size_t k = 0; k < i; ++k) {
                if (placed[k].visit() && placed[k].rule->touchpoint == at) on = channel(placed[k].event);
            }
            ++into.cells[{*at, on}].answers;
            continue;
        }
        last = i;
        const std::pair key(*each.rule->touchpoint, channel(each.event));
        ModelCell& cell = into.cells[key];
        ++cell.events;
        if (seen.insert(key).second) {
            ++cell.customers;
            if (const auto moved = later(i)) {
                ++cell.moved;
                cell.took.push_back(*moved - each.event.time);
            }
        }
        if (each.rule->role == EventRole::problem && troubled.insert(key).second) {
            ++cell.problem_customers;
            cell.problem_moved += later(i) ? 1 : 0;
        }
    }
    if (last) {
        ModelCell& cell = into.cells[{*placed[*last].rule->touchpoint, channel(placed[*last].event)}];
        const bool open =
            as_of != end_of_time && static_cast<std::uint64_t>(as_of - placed[*last].event.time) < idle;
        ++(open ? cell.open : cell.exits);
    }
    for (const auto& [key, count] : off) {
        ++into.off[key].first;
        into.off[key].second += count;
    }
}

TEST_F(StageProperty, TheMapIsThatOfThePlainReading) {
    for_random_maps(4103, 3000, [](Random& random, const auto& customers, BuiltMap& map, Time as_of) {
        if (customers.empty()) return;
        JourneyMapOptions options{MapDetail::channel, as_of,
                                  as_of == end_of_time ? 0 : random.below(20) * 1'000'000ull};
        ModelMeasure model;
        for (const Events& events : customers) measure(events, map.model, as_of, options.idle, model);
        const auto report =
            merged<JourneyMap>(random, customers.size(), [&](JourneyMap& part, std::size_t i) {
                const Value value = encode(customers[i]);
                part.add(value.view(), *map.reader, map.bytes, options);
            });
        std::vector<std::string> found, wanted;
        for (const JourneyMapRow& row : report->rows(map.map)) {
            const std::string name = row.touchpoint ? std::string(*row.touchpoint) : "";
            if (!row.stage) {
                found.push_back("off " + name + " " + text(row.channel) + " " +
                                std::to_string(row.customers) + " " + std::to_string(row.events));
            } else if (row.customers > 0 || row.answers + row.answers_left_out > 0) {
                found.push_back(name + " " + text(row.channel) + " " + std::to_string(row.customers) + " " +
                                std::to_string(row.events) + " " + std::to_string(row.problem_customers) +
                                " " + text(row.moved_on) + " " + text(row.problem_moved_on) + " " +
                                text(row.median_to_next) + " " + text(row.exits) + " " +
                                text(row.still_open) + " " +
                                std::to_string(row.answers + row.answers_left_out));
            }
        }
        for (auto& [key, cell] : model.cells) {
            const std::size_t touchpoint = key.first;
            const bool last = map.model.touchpoints[touchpoint] + 1 == map.model.stages;
            const auto known = [&](std::int64_t count) {
                return last ? std::string("-") : std::to_string(count);
            };
            wanted.push_back(map.model.touchpoint_names[touchpoint] + " " + text(OptionalText(key.second)) +
                             " " + std::to_string(cell.customers) + " " + std::to_string(cell.events) + " " +
                             std::to_string(cell.problem_customers) + " " + known(cell.moved) + " " +
                             known(cell.problem_moved) + " " +
                             (cell.took.empty() ? "-" : std::to_string(quantile(cell.took, 0.5))) + " " +
                             std::to_string(cell.exits) + " " + std::to_string(cell.open) + " " +
                             std::to_string(cell.answers));
        }
        for (const auto& [key, counts] : model.off)
            wanted.push_back("off " + key.first + " " + text(OptionalText(key.second)) + " " +
                             std::to_string(counts.first) + " " + std::to_string(counts.second));
        std::sort(found.begin(), found.end());
        std::sort(wanted.begin(), wanted.end());
        EXPECT_EQ(found, wanted);
    });
}

TEST_F(StageProperty, TouchpointsAndStagesAreTheMapWithoutChannels) {
    for_random_maps(4104, 1500, [](Random& random, const auto& customers, BuiltMap& map, Time as_of) {
        if (customers.empty()) return;
        const auto rows = [&](MapDetail detail, bool with_channels) {
            const auto report =
                merged<JourneyMap>(random, customers.size(), [&](JourneyMap& part, std::size_t i) {
                    Events events = customers[i];
                    if (!with_channels) {
                        for (Event& event : events) event.channel.reset();
                    }
                    const Value value = encode(events);
                    part.add(value.view(), *map.reader, map.bytes, {detail, as_of, 0});
                });
            std::vector<std::string> told;
            for (const JourneyMapRow& row : report->rows(map.map)) {
                if (row.customers == 0 && row.answers + row.answers_left_out == 0) continue;
                told.push_back((row.touchpoint ? std::string(*row.touchpoint) : "") + " " +
                               std::to_string(row.customers) + " " + std::to_string(row.events) + " " +
                               text(row.moved_on) + " " + text(row.median_to_next) + " " + text(row.exits) +
                               " " + text(row.problem_moved_on) + " " + text(row.calm_moved_on) + " " +
                               text(row.rest_customers) + " " + text(row.rest_moved_on) + " " +
                               text(row.actual) + " " + std::to_string(row.answers));
            }
            return told;
        };
        const bool by_channel = std::any_of(map.model.rules.begin(), map.model.rules.end(),
                                            [](const ModelRule& rule) { return rule.channel.has_value(); });
        if (by_channel) return;  // without channels it would be another map
        EXPECT_EQ(rows(MapDetail::touchpoint, true), rows(MapDetail::channel, false));
    });
}

TEST_F(StageProperty, StepsAreThoseOfThePlainReading) {
    for_random_maps(4105, 3000, [](Random& random, const auto& customers, BuiltMap& map, Time as_of) {
        if (customers.empty()) return;
        struct Step {
            std::int64_t count = 0, customers = 0, moved = 0;
            std::vector<std::int64_t> took;
        };
        std::map<std::pair<std::string, std::string>, Step> model;
        for (const Events& events : customers) {
            std::vector<ModelPlaced> visits;
            for (const ModelPlaced& each : model_placed(events, map.model, as_of)) {
                if (each.visit()) visits.push_back(each);
            }
            std::set<std::pair<std::string, std::string>> seen;
            const auto name = [&](std::size_t i) {
                return map.model.touchpoint_names[*visits[i].rule->touchpoint];
            };
            for (std::size_t i = 0; i <= visits.size() && !visits.empty(); ++i) {
                const std::string from = i == 0 ? std::string(start_of_journey) : name(i - 1);
                const std::string to = i == visits.size() ? std::string(end_of_journey) : name(i);
                if (from == to) continue;
                Step& step = model[{from, to}];
                ++step.count;
                if (i > 0 && i < visits.size())
                    step.took.push_back(visits[i].event.time - visits[i - 1].event.time);
                if (!seen.insert({from, to}).second) continue;
                ++step.customers;
                for (std::size_t k = i; k < visits.size() && i > 0; ++k) {
                    if (map.model.stage(*visits[k].rule) <= map.model.stage(*visits[i - 1].rule)) continue;
                    ++step.moved;
                    break;
                }
            }
        }
        const auto report =
            merged<JourneySteps>(random, customers.size(), [&](JourneySteps& part, std::size_t i) {
                const Value value = encode(customers[i]);
                part.add(value.view(), *map.reader, map.bytes, as_of);
            });
        std::size_t rows = 0;
        for (const JourneyStepRow& row : report->rows(map.map)) {
            ++rows;
            Step& step = model[{std::string(row.from), std::string(row.to)}];
            EXPECT_EQ(row.count, step.count) << row.from << " → " << row.to;
            EXPECT_EQ(row.customers, step.customers) << row.from << " → " << row.to;
            if (row.moved_on) {
                EXPECT_EQ(*row.moved_on, step.moved) << row.from << " → " << row.to;
            }
            EXPECT_EQ(text(row.median_took),
                      step.took.empty() ? "-" : std::to_string(quantile(step.took, 0.5)));
        }
        EXPECT_EQ(rows, model.size());
    });
}

TEST_F(StageProperty, ADraftIsTheBestCutOfItsPositions) {
    for_random_maps(4106, 500, [](Random& random, const auto& customers, BuiltMap&, Time) {
        MapDiscovery whole(heap()), parts(heap());
        const std::uint32_t stages = 1 + random.below(4);
        for (const Events& events : customers) {
            const Value value = encode(events);
            whole.add(value.view(), stages);
            MapDiscovery part(heap()), again(heap());
            part.add(value.view(), stages);
            again.decode(bytes_of(part));
            parts.merge(again);
        }
        const auto rows = whole.rows(), same = parts.rows();
        ASSERT_EQ(rows.size(), same.size());
        const auto cost = [&](const std::vector<std::uint32_t>& stage_of) {
            double total = 0;
            for (std::uint32_t stage = 0; stage < stages; ++stage) {
                double w = 0, mean = 0;
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    if (stage_of[i] != stage) continue;
                    w += static_cast<double>(rows[i].customers);
                    mean += static_cast<double>(rows[i].customers) * rows[i].position;
                }
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    if (stage_of[i] == stage)
                        total +=
                            static_cast<double>(rows[i].customers) * std::pow(rows[i].position - mean / w, 2);
                }
            }
            return total;
        };
        std::vector<std::uint32_t> cut;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            EXPECT_EQ(rows[i].event, same[i].event);
            EXPECT_EQ(rows[i].stage, same[i].stage);
            EXPECT_EQ(rows[i].position, same[i].position);
            cut.push_back(rows[i].stage);
        }
        // No other cut into as many stages is better.
        const double least = cost(cut);
        for (int i = 0; i < 20 && !rows.empty(); ++i) {
            std::vector<std::uint32_t> other(rows.size());
            for (std::uint32_t& stage : other) stage = random.below(stages);
            std::sort(other.begin(), other.end());
            EXPECT_LE(least, cost(other) + 1e-9);
        }
    });
}

// Whatever happens to the bytes, they are read or refused.
TEST_F(StageProperty, DamagedBytesAreReadOrRefused) {
    for_random_maps(4107, 300, [](Random& random, const auto& customers, BuiltMap& map, Time as_of) {
        JourneyMap measured(heap());
        JourneySteps steps(heap());
        StageReport report(heap());
        MapDiscovery draft(heap());
        for (const Events& events : customers) {
            const Value value = encode(events);
            measured.add(value.view(), *map.reader, map.bytes, {MapDetail::channel, as_of, 0});
            steps.add(value.view(), *map.reader, map.bytes, as_of);
            report.add(value.view(), *map.reader, map.bytes,
                       {StageReportOptions::Kind::flow, true, 0, as_of});
            draft.add(value.view(), 3);
        }
        const auto damaged = [&](std::vector<std::byte> bytes, auto read) {
            for (int i = 0; i < 10; ++i) {
                std::vector<std::byte> bad = bytes;
                for (std::uint32_t k = 1 + random.below(3); k > 0 && !bad.empty(); --k)
                    bad[random.below(bad.size())] = static_cast<std::byte>(random.below(256));
                if (random.percent(30)) bad.resize(random.below(bad.size() + 1));
                try {
                    read(bad);
                } catch (const Error& error) {
                    // A damaged name may be too long to be one.
                    EXPECT_TRUE(error.code() == ErrorCode::invalid_binary || error.code() == ErrorCode::limit)
                        << error.message();
                }
            }
        };
        damaged(map.bytes, [](const auto& bytes) { StageMap(heap()).decode(bytes); });
        damaged(bytes_of(measured), [](const auto& bytes) {
            JourneyMap again(heap());
            again.decode(bytes);
            StageMap its_map(heap());
            if (again.map_bytes().empty()) return;
            its_map.decode(again.map_bytes());
            again.rows(its_map);
        });
        damaged(bytes_of(steps), [](const auto& bytes) {
            JourneySteps again(heap());
            again.decode(bytes);
            StageMap its_map(heap());
            if (again.map_bytes().empty()) return;
            its_map.decode(again.map_bytes());
            again.rows(its_map);
        });
        if (!customers.empty()) {
            damaged(bytes_of(report), [](const auto& bytes) {
                StageReport again(heap());
                again.decode(bytes);
                StageMap its_map(heap());
                its_map.decode(again.map_bytes());
                again.flow(its_map);
            });
        }
        damaged(bytes_of(draft), [](const auto& bytes) {
            MapDiscovery again(heap());
            again.decode(bytes);
            again.rows();
        });
    });
}

}  // namespace
}  // namespace journey::test
