// Random journeys: what goes in comes out, equal journeys are equal bytes whatever
// way they were built, and every operation agrees with plain lists of events.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/edit.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "journey_model.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

class JourneyProperty : public testing::Test {
  protected:
    // Runs `check` on random journeys until one fails.
    template <class Check>
    void for_random_journeys(std::uint64_t salt, std::uint32_t usual, Check check) {
        Random random(salt);
        for (std::uint32_t i = 0; i < cases(usual) && !HasFailure(); ++i) {
            const Columns columns = random_columns(random);
            const Events events = random_events(random, columns);
            SCOPED_TRACE("JOURNEY_SEED=" + std::to_string(seed()) + " case " + std::to_string(i) + "\n" +
                         describe(sorted(events)));
            check(random, columns, events);
        }
    }
};

Events shuffled(Random& random, Events events) {
    for (std::size_t i = events.size(); i > 1; --i) std::swap(events[i - 1], events[random.below(i)]);
    return events;
}

Value merged(const Value& a, const Value& b) {
    return Value(merge(a.view(), b.view(), heap(), 0));
}
Value united(const Value& a, const Value& b) {
    return Value(unite(a.view(), b.view(), heap(), 0));
}

TEST_F(JourneyProperty, ComesBackAsItWentIn) {
    for_random_journeys(101, 3000, [](Random& random, const Columns&, const Events& events) {
        const Value value = encode(shuffled(random, events));
        EXPECT_EQ(describe(decode(value.view())), describe(sorted(events)));
        EXPECT_EQ(encode(events).hex(), value.hex());
        EXPECT_TRUE(is_canonical(value.bytes(), heap()));
        for (int k = 0; k < 5 && !events.empty(); ++k) {
            const Time at = events[random.below(events.size())].time + random.between(-1, 1);
            const auto before = static_cast<std::uint32_t>(
                std::count_if(events.begin(), events.end(), [&](const Event& e) { return e.time < at; }));
            const auto from = static_cast<std::uint32_t>(random.below(events.size() + 1));
            EXPECT_EQ(value.view().lower_bound(at), before);
            EXPECT_EQ(value.view().lower_bound(at, from), std::max(before, from));
        }
    });
}

TEST_F(JourneyProperty, IsTheSameBytesInAnyMergeTree) {
    for_random_journeys(102, 1000, [](Random& random, const Columns&, const Events& events) {
        // Cut in pieces, then merged two by two in any order.
        std::vector<Events> pieces(1 + random.below(6));
        for (const Event& event : events) pieces[random.below(pieces.size())].push_back(event);
        std::vector<Value> values;
        for (const Events& piece : pieces) values.push_back(encode(shuffled(random, piece)));
        while (values.size() > 1) {
            const std::size_t a = random.below(values.size());
            std::size_t b = random.below(values.size() - 1);
            if (b >= a) ++b;
            std::vector<Value> rest;
            rest.push_back(merged(values[a], values[b]));
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (i != a && i != b) rest.push_back(std::move(values[i]));
            }
            values.swap(rest);
        }
        EXPECT_EQ(values[0].hex(), encode(events).hex());
    });
}

TEST_F(JourneyProperty, IsTheSameBytesFromSharedLists) {
    for_random_journeys(103, 500, [](Random& random, const Columns& columns, const Events& events) {
        // As an aggregate does: many groups over one vocabulary, states combined.
        Vocabulary vocabulary(heap());
        EventList list(vocabulary, heap()), other(vocabulary, heap());
        for (const Event& event : random_events(random, columns))
            vocabulary.events.intern(event.name, "event");
        for (const Event& event : shuffled(random, events)) {
            EventExtra extra;
            if (event.value) extra.value = *event.value;
            if (event.tiebreak) extra.tiebreak = *event.tiebreak;
            (random.percent(50) ? list : other)
                .add(event.time, vocabulary.events.intern(event.name, "event"),
                     event.channel ? vocabulary.channels.intern(*event.channel, "channel") : no_channel,
                     extra);
            if (random.percent(5)) list.sort();  // finals may run before the last row
        }
        list.add(other);
        EXPECT_EQ(Value(list.encode(heap())).hex(), encode(events).hex());
        EXPECT_EQ(Value(list.encode(heap())).hex(), encode(events).hex());
    });
}

// An event as often as in the list that has it most often.
Events united(const Events& a, const Events& b) {
    const Events left = sorted(a), right = sorted(b);
    Events result;
    std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(result));
    return result;
}

TEST_F(JourneyProperty, UnionIsThatOfMultisets) {
    for_random_journeys(104, 1500, [](Random& random, const Columns& columns, const Events& a) {
        Events b = random_events(random, columns);
        for (const Event& event : a) {
            if (random.percent(40)) b.push_back(event);
        }
        const Value left = encode(a), right = encode(b);
        const Value both = united(left, right);
        EXPECT_EQ(both.hex(), encode(united(a, b)).hex());
        EXPECT_EQ(united(right, left).hex(), both.hex());
        EXPECT_EQ(united(left, left).hex(), left.hex());
        EXPECT_EQ(united(both, right).hex(), both.hex());
        const Value third = encode(random_events(random, columns));
        EXPECT_EQ(united(united(left, right), third).hex(), united(left, united(right, third)).hex());
    });
}

TEST_F(JourneyProperty, CutsByTime) {
    for_random_journeys(105, 1000, [](Random& random, const Columns&, const Events& events) {
        const auto moment = [&] {
            if (events.empty() || random.percent(10)) return random.percent(50) ? min_time : max_time;
            return events[random.below(events.size())].time + random.between(-1, 1);
        };
        const Time from = moment(), to = moment();
        Events expected = events;
        std::erase_if(expected, [&](const Event& e) { return e.time < from || e.time >= to; });
        EXPECT_EQ(Value(during(encode(events).view(), from, to, heap(), 0)).hex(), encode(expected).hex());
    });
}

TEST_F(JourneyProperty, KeepsDropsAndRelabels) {
    for_random_journeys(106, 1500, [](Random& random, const Columns&, const Events& events) {
        std::set<std::string> known = {"nowhere"}, known_channels = {"nowhere"};
        for (const Event& event : events) {
            known.insert(event.name);
            if (event.channel) known_channels.insert(*event.channel);
        }
        std::vector<std::string_view> names, channels, labels;
        for (const std::string& name : known) {
            if (random.percent(40)) names.push_back(name);
        }
        for (const std::string& name : known_channels) {
            if (random.percent(30)) channels.push_back(name);
        }
        static const std::string_view words[] = {"stage", "", "event1", "a", "zz"};
        for (std::size_t i = 0; i < names.size(); ++i) labels.push_back(words[random.below(5)]);
        const auto named = [&](const Event& e) { return std::count(names.begin(), names.end(), e.name) > 0; };
        const auto on = [&](const Event& e) {
            return e.channel && std::count(channels.begin(), channels.end(), *e.channel) > 0;
        };
        const Value value = encode(events);

        Events kept = events, left = events, relabelled = events;
        std::erase_if(kept, [&](const Event& e) { return !named(e); });
        std::erase_if(left, [&](const Event& e) { return named(e) || on(e); });
        for (Event& event : relabelled) {
            for (std::size_t i = 0; i < names.size(); ++i) {
                if (event.name == names[i]) {
                    event.name = labels[i];
                    break;
                }
            }
        }
        EXPECT_EQ(Value(keep_events(value.view(), names, heap(), 0)).hex(), encode(kept).hex());
        EXPECT_EQ(Value(drop_events(value.view(), names, channels, heap(), 0)).hex(), encode(left).hex());
        EXPECT_EQ(Value(relabel(value.view(), names, labels, "mapping", heap(), 0)).hex(),
                  encode(relabelled).hex());
    });
}

TEST_F(JourneyProperty, CollapsesAndTruncates) {
    for_random_journeys(107, 1500, [](Random& random, const Columns&, const Events& given) {
        const Events events = sorted(given);
        const Value value = encode(events);
        Events first, last;
        for (const Event& event : events) {
            if (first.empty() || first.back().name != event.name) {
                first.push_back(event);
                last.push_back(event);
            }
            last.back() = event;
        }
        EXPECT_EQ(Value(collapse(value.view(), false, heap(), 0)).hex(), encode(first).hex());
        EXPECT_EQ(Value(collapse(value.view(), true, heap(), 0)).hex(), encode(last).hex());

        const auto bound = [&] {
            return std::string(
                events.empty() || random.percent(10) ? "nowhere" : events[random.below(events.size())].name);
        };
        const std::string from_name = bound(), to_name = bound();
        const std::string_view from = from_name, to = to_name;
        const bool has_from = random.percent(80), has_to = random.percent(80);
        auto begin = events.begin(), end = events.end();
        bool found = true;
        if (has_from) {
            begin = std::find_if(begin, end, [&](const Event& e) { return e.name == from; });
            found = begin != end;
        }
        if (has_to && found) {
            const auto after = has_from ? begin + 1 : begin;
            const auto stop = std::find_if(after, end, [&](const Event& e) { return e.name == to; });
            found = stop != end;
            end = found ? stop + 1 : end;
        }
        const Truncated cut =
            truncate_between(value.view(), has_from ? &from : nullptr, has_to ? &to : nullptr, heap(), 0);
        EXPECT_EQ(cut.found, found) << "from " << (has_from ? from : "-") << " to " << (has_to ? to : "-");
        if (cut.found) {
            const Value kept(cut.bytes);
            EXPECT_EQ(kept.hex(), encode(Events(begin, end)).hex());
        }
    });
}

TEST_F(JourneyProperty, ComparesAsATotalOrder) {
    Random random(108);
    std::vector<Value> values;
    for (std::uint32_t i = 0; i < 60; ++i) {
        Columns columns = random_columns(random);
        columns.base = random.between(0, 1);
        columns.max_events = 3;
        columns.span = 2;
        values.push_back(encode(random_events(random, columns)));
    }
    const auto sign = [](int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
    for (const Value& a : values) {
        for (const Value& b : values) {
            const int order = sign(compare_journeys(a.bytes(), b.bytes()));
            EXPECT_EQ(order == 0, a.hex() == b.hex());
            EXPECT_EQ(order, -sign(compare_journeys(b.bytes(), a.bytes())));
            for (const Value& c : values) {
                if (order < 0 && compare_journeys(b.bytes(), c.bytes()) < 0) {
                    EXPECT_LT(compare_journeys(a.bytes(), c.bytes()), 0);
                }
            }
        }
    }
}

TEST_F(JourneyProperty, LeavesRoomForAPrefix) {
    for_random_journeys(109, 200, [](Random& random, const Columns&, const Events& events) {
        const Value value = encode(events);
        const std::size_t prefix = random.below(9);
        const Value copy(merge(value.view(), JourneyView(), heap(), prefix));
        ASSERT_EQ(copy.bytes().size(), value.bytes().size() + prefix);
        EXPECT_TRUE(std::equal(value.bytes().begin(), value.bytes().end(),
                               copy.bytes().begin() + static_cast<std::ptrdiff_t>(prefix)));
    });
}

}  // namespace
}  // namespace journey::test
