// The journey value by example: what is kept, in how many bytes, and what is refused.
#include "core/journey.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "core/edit.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/value_cursor.hpp"
#include "journey_model.hpp"

namespace journey::test {
namespace {

constexpr Time second = 1'000'000, minute = 60 * second, day = 86'400 * second;

Events every(Time step, std::uint32_t count, std::uint32_t names) {
    Events events;
    for (std::uint32_t i = 0; i < count; ++i)
        events.push_back({static_cast<Time>(i) * step, "e" + std::to_string(i % names)});
    return events;
}

std::size_t size_of(const Events& events) {
    return encode(events).bytes().size();
}

TEST(Journey, EmptyTakesFiveBytes) {
    const Value empty = encode({});
    EXPECT_EQ(empty.hex(), "0100000000");
    EXPECT_TRUE(empty.view().empty());
    EXPECT_EQ(empty.view().event_names().size(), 0u);
}

TEST(Journey, KeepsEventsInTimeOrder) {
    const Value value = encode({{2 * second, "buy"}, {1 * second, "view"}});
    EXPECT_EQ(describe(decode(value.view())), "1000000 view\n2000000 buy\n");
    EXPECT_EQ(value.view().first_time(), second);
    EXPECT_EQ(value.view().last_time(), 2 * second);
}

TEST(Journey, OrdersEventsOfOneTimeByTiebreakNameChannelValueAbsentFirst) {
    const Events order = {{0, "b"},
                          {0, "b", "app"},
                          {0, "b", "web"},
                          {0, "b", "web", -1.0},
                          {0, "b", "web", 2.0},
                          {0, "c", "app"},
                          {0, "a", {}, {}, -5},
                          {0, "b", {}, {}, -5},
                          {0, "a", {}, {}, 7}};
    Events reversed(order.rbegin(), order.rend());
    EXPECT_EQ(describe(decode(encode(reversed).view())), describe(order));
}

TEST(Journey, KeepsTheSameEventTwice) {
    EXPECT_EQ(encode({{5, "a"}, {5, "a"}}).view().size(), 2u);
}

TEST(Journey, ThinksOneNotANumberAndOneZero) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(encode({{0, "a", {}, -nan}}).hex(), encode({{0, "a", {}, nan}}).hex());
    EXPECT_EQ(encode({{0, "a", {}, -0.0}}).hex(), encode({{0, "a", {}, 0.0}}).hex());
}

TEST(Journey, TakesAsManyBytesAsDocumented) {
    // Header, names (count, bytes, then length and two letters each), offsets, codes.
    EXPECT_EQ(size_of(every(minute, 1, 1)), 13u + 2 + 3 + 1);
    EXPECT_EQ(size_of(every(minute, 100, 1)), 13u + 2 + 3 + 100);
    EXPECT_EQ(size_of(every(minute, 100, 2)), 13u + 2 + 6 + 100 + 13);
    EXPECT_EQ(size_of(every(minute, 100, 4)), 13u + 2 + 12 + 100 + 25);
    EXPECT_EQ(size_of(every(minute, 100, 5)), 13u + 2 + 15 + 100 + 38);
    EXPECT_EQ(size_of(every(minute, 257, 5)), 13u + 1 + 2 + 15 + 2 * 257 + 97);
    EXPECT_EQ(size_of(every(day, 200, 1)), 14u + 2 + 3 + 200);
}

TEST(Journey, TakesTheLeastBytesForAnOffset) {
    for (std::uint32_t width = 1; width <= 8; ++width) {
        // The longest offset of this width, and one that is odd, so that the unit is the microsecond.
        const std::uint64_t longest =
            width == 8 ? ~std::uint64_t{0} - 2 : (std::uint64_t{1} << (8 * width)) - 1;
        const Time first = width == 8 ? min_time + 1 : -1;
        const auto last = static_cast<Time>(static_cast<std::uint64_t>(first) + longest);
        const Events events = {{first, "a"}, {first + 1, "a"}, {last, "a"}};
        const Value value = encode(events);
        EXPECT_EQ(value.bytes().size(), 13u + 2 + 2 + 3 * width);
        EXPECT_EQ(describe(decode(value.view())), describe(events));
        if (width == 8) continue;
        EXPECT_EQ(size_of({{first, "a"}, {first + 1, "a"}, {last + 1, "a"}}), 13u + 2 + 2 + 3 * (width + 1));
    }
}

TEST(Journey, WritesNumbersAsTheShortestExactDecimal) {
    const std::size_t bare = size_of({{0, "a"}, {1, "a"}});
    const auto with = [](std::optional<double> first, std::optional<double> last) {
        return size_of({{0, "a", {}, first}, {1, "a", {}, last}});
    };
    constexpr std::size_t layout = 3, bitmap = 1;
    EXPECT_EQ(with(1, 255), bare + layout + 2);
    EXPECT_EQ(with(0.01, 2.55), bare + layout + 2);
    EXPECT_EQ(with(-1, 127), bare + layout + 2);
    EXPECT_EQ(with(-1, 128), bare + layout + 4);
    EXPECT_EQ(with(1.0 / 3, 1), bare + layout + 16);
    EXPECT_EQ(with({}, 1), bare + layout + bitmap + 1);
}

// Numbers of few events stand with the events' positions, of many with a bitmap.
TEST(Journey, FindsNumbersByPositionOrBitmap) {
    for (const std::uint32_t n : {1u, 2u, 15u, 16u, 17u, 256u, 257u, 300u}) {
        for (const std::uint32_t stride : {1u, 2u, 3u, 8u, 9u, 40u, 299u}) {
            Events events;
            for (std::uint32_t i = 0; i < n; ++i) {
                events.push_back({static_cast<Time>(i), "a"});
                if (i % stride == stride - 1) events.back().value = i;
            }
            const Value value = encode(events);
            const NumberColumn values = value.view().values();
            for (std::uint32_t i = 0, before = 0; i < n; ++i) {
                ASSERT_EQ(values.rank(i), values.numbers == nullptr ? values.rank(i) : before);
                ASSERT_EQ(values.has(i), events[i].value.has_value());
                ASSERT_EQ(values.has(i, before), events[i].value.has_value());
                if (values.has(i)) {
                    ASSERT_EQ(values.number(before++), *events[i].value);
                }
            }
        }
    }
    // One of 16 takes a position of one byte instead of a bitmap of two; of 8 both take one.
    const auto one_of = [](std::uint32_t n) {
        Events events;
        for (std::uint32_t i = 0; i < n; ++i) events.push_back({static_cast<Time>(i), "a"});
        const std::size_t without = size_of(events);
        events.back().value = 1;
        return size_of(events) - without;
    };
    EXPECT_EQ(one_of(8), 3u + 1 + 1);
    EXPECT_EQ(one_of(16), 3u + 1 + 1);
    EXPECT_EQ(one_of(257), 3u + 2 + 1);
}

TEST(Journey, CountsNumbersOnAsItCountsThemAnew) {
    // Every event, every second one and few have a value: none, a bitmap and positions.
    for (std::uint32_t step : {1u, 2u, 500u}) {
        Events events = every(second, 3000, 3);
        for (std::uint32_t i = 0; i < events.size(); i += step) events[i].value = i;
        const Value value = encode(events);
        const NumberColumn numbers = value.view().values();
        EXPECT_EQ(numbers.bitmap != nullptr, step == 2);
        EXPECT_EQ(numbers.positions != nullptr, step == 500);
        for (std::uint32_t from : {0u, 1u, 499u, 500u, 2999u}) {
            for (std::uint32_t to = from; to < 3000; to += 1 + to % 7)
                EXPECT_EQ(numbers.rank(to, from, numbers.rank(from)), numbers.rank(to)) << from << " " << to;
        }
        ValueCursor forward(numbers), back(numbers);
        for (std::uint32_t i = 0; i < 3000; i += 1 + i % 3) EXPECT_EQ(forward.at(i), events[i].value);
        for (std::uint32_t i = 3000; i-- > 0;) EXPECT_EQ(back.at(i), events[i].value);
    }
    EXPECT_EQ(ValueCursor().at(0), std::nullopt);
}

TEST(Journey, KeepsEveryNumberExactly) {
    for (const double value :
         {0.0, 1.5, -2.25, 0.1, 1e15, 9007199254740992.0, 9007199254740993.0, 1e22, 1e300, 5e-324, -0.000001,
          0.0000001, std::numeric_limits<double>::infinity()}) {
        EXPECT_EQ(decode(encode({{0, "a", {}, value}}).view())[0].value, value);
        EXPECT_EQ(decode(encode({{0, "a", {}, value}, {1, "a", {}, 0.25}}).view())[0].value, value);
    }
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{255}, std::int64_t{-129},
          std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min() + 1}) {
        EXPECT_EQ(decode(encode({{0, "a", {}, {}, number}}).view())[0].tiebreak, number);
    }
}

TEST(Journey, FindsTheFirstEventNotBeforeAMoment) {
    const Value value = encode({{10, "a"}, {20, "a"}, {20, "b"}, {30, "a"}});
    EXPECT_EQ(value.view().lower_bound(min_time), 0u);
    EXPECT_EQ(value.view().lower_bound(10), 0u);
    EXPECT_EQ(value.view().lower_bound(11), 1u);
    EXPECT_EQ(value.view().lower_bound(20), 1u);
    EXPECT_EQ(value.view().lower_bound(31), 4u);
}

TEST(Journey, FindsNames) {
    const Value value = encode({{0, "view"}, {1, "buy"}, {2, "view"}});
    EXPECT_EQ(value.view().event_names().find("buy"), 0u);
    EXPECT_EQ(value.view().event_names().find("view"), 1u);
    EXPECT_EQ(value.view().event_names().find("vie"), std::nullopt);
    EXPECT_THROW(value.view().event_names()[2], Error);
}

TEST(Journey, ComparesByStartThenSizeThenBytes) {
    const auto order = [](const Events& a, const Events& b) {
        return compare_journeys(encode(a).bytes(), encode(b).bytes());
    };
    EXPECT_EQ(order({}, {}), 0);
    EXPECT_LT(order({}, {{-5, "a"}}), 0);
    EXPECT_LT(order({{-5, "a"}}, {{5, "a"}}), 0);
    EXPECT_LT(order({{5, "b"}}, {{5, "a"}, {6, "a"}}), 0);
    EXPECT_NE(order({{5, "b"}}, {{5, "a"}}), 0);
    EXPECT_EQ(order({{5, "b"}}, {{5, "b"}}), 0);
}

template <class Work>
Error error_of(Work work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no error";
    return Error(ErrorCode::unsupported, "", "none");
}

TEST(Journey, RefusesInfiniteTimes) {
    EXPECT_EQ(error_of([] { encode({{min_time, "a"}}); }).code(), ErrorCode::invalid_argument);
    EXPECT_STREQ(error_of([] { encode({{max_time, "a"}}); }).argument(), "ts");
}

TEST(Journey, RefusesNamesThatAreTooLong) {
    EXPECT_NO_THROW(encode({{0, std::string(max_name_bytes, 'x')}}));
    const Error error = error_of([] { encode({{0, std::string(max_name_bytes + 1, 'x')}}); });
    EXPECT_EQ(error.code(), ErrorCode::limit);
    EXPECT_STREQ(error.argument(), "event");
    EXPECT_STREQ(error_of([] { encode({{0, "a", std::string(9000, 'x')}}); }).argument(), "channel");
}

TEST(Journey, RefusesALaterFormat) {
    const Value value = encode({{0, "a"}});
    std::vector<std::byte> bytes(value.bytes().begin(), value.bytes().end());
    bytes[0] = std::byte{2};
    EXPECT_EQ(error_of([&] { JourneyView view(bytes); }).code(), ErrorCode::unsupported);
    bytes.resize(15);
    bytes[0] = std::byte{1};
    EXPECT_EQ(error_of([&] { JourneyView view(bytes); }).code(), ErrorCode::corrupted);
}

TEST(Journey, KnowsBytesItWouldNotWrite) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    const Value value = encode({{0, "a"}, {5, "b"}});
    EXPECT_TRUE(is_canonical(value.bytes(), memory));
    std::vector<std::byte> bytes(value.bytes().begin(), value.bytes().end());
    std::swap(bytes[19], bytes[21]);  // the names, out of order
    EXPECT_FALSE(is_canonical(bytes, memory));
}

// test/data/journey_v1.txt: values that an earlier release wrote, and their events.
struct Golden {
    std::string name, hex, events;
};

std::vector<Golden> golden_values() {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / ".." / "data" / "journey_v1.txt");
    std::vector<Golden> values;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("journey ", 0) == 0) values.push_back({line.substr(8), "", ""});
        if (line.rfind("bytes ", 0) == 0) values.back().hex += line.substr(6);
        if (line.rfind("event ", 0) == 0) values.back().events += line.substr(6) + "\n";
    }
    return values;
}

std::vector<std::byte> unhex(const std::string& hex) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

TEST(Journey, ReadsWhatVersion1Wrote) {
    const std::vector<Golden> values = golden_values();
    ASSERT_GE(values.size(), 10u);
    for (const Golden& golden : values) {
        SCOPED_TRACE(golden.name);
        const std::vector<std::byte> bytes = unhex(golden.hex);
        const Events events = decode(JourneyView(bytes));
        EXPECT_EQ(describe(events), golden.events);
        EXPECT_EQ(encode(events).hex(), golden.hex);
    }
}

}  // namespace
}  // namespace journey::test
