#include "journey_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/events.hpp"

namespace journey::test {

namespace {

std::strong_ordering order(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
    return a < b   ? std::strong_ordering::less
           : a > b ? std::strong_ordering::greater
                   : std::strong_ordering::equal;
}

std::string random_name(Random& random, const char* prefix, std::uint32_t names) {
    const std::uint32_t number = random.below(names);
    // Prefixes of each other, bytes above 127, an empty name, a long one.
    static const char* const odd[] = {"", "a", "ab", "\xc3\xa9", "\xff", "a|b", "\"quoted\"", "B", "b"};
    if (number < std::size(odd) && names > 6) return odd[number];
    if (number == 20) return std::string(200, 'x');
    return prefix + std::to_string(number);
}

double random_value(Random& random) {
    static const double odd[] = {0.0,
                                 -0.0,
                                 1e15,
                                 -1e15,
                                 9007199254740993.0,
                                 1e300,
                                 -1e-300,
                                 5e-324,
                                 0.1,
                                 0.000001,
                                 0.0000001,
                                 1.0 / 3,
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN(),
                                 -std::numeric_limits<double>::quiet_NaN()};
    return odd[random.below(std::size(odd))];
}

}  // namespace

std::strong_ordering Event::operator<=>(const Event& other) const {
    if (time != other.time) return time <=> other.time;
    if (tiebreak != other.tiebreak) return tiebreak <=> other.tiebreak;
    if (const int names = name.compare(other.name); names != 0) return names <=> 0;
    if (channel.has_value() != other.channel.has_value())
        return channel.has_value() <=> other.channel.has_value();
    if (channel && *channel != *other.channel) return channel->compare(*other.channel) <=> 0;
    if (value.has_value() != other.value.has_value()) return value.has_value() <=> other.value.has_value();
    return value ? order(*value, *other.value) : std::strong_ordering::equal;
}

std::string Value::hex() const {
    static const char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes()) {
        text += digits[static_cast<unsigned>(byte) >> 4];
        text += digits[static_cast<unsigned>(byte) & 15];
    }
    return text;
}

Value encode(const Events& events) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    Vocabulary vocabulary(memory);
    EventList list(vocabulary, memory);
    for (const Event& event : events) {
        EventExtra extra;
        if (event.value) extra.value = *event.value;
        if (event.tiebreak) extra.tiebreak = *event.tiebreak;
        list.add(event.time, vocabulary.events.intern(event.name, "event"),
                 event.channel ? vocabulary.channels.intern(*event.channel, "channel") : no_channel, extra);
    }
    return Value(list.encode(memory));
}

Events decode(const JourneyView& view) {
    Events events;
    for (std::uint32_t i = 0; i < view.size(); ++i) {
        Event event;
        event.time = view.time(i);
        event.name = view.event_names()[view.event(i)];
        if (const std::uint32_t channel = view.channel(i); channel != 0) {
            event.channel = view.channel_names()[channel - 1];
        }
        if (view.values().has(i)) event.value = view.values().number(view.values().rank(i));
        if (view.tiebreaks().has(i)) event.tiebreak = view.tiebreaks().integer(view.tiebreaks().rank(i));
        events.push_back(event);
    }
    return events;
}

Events sorted(Events events) {
    std::sort(events.begin(), events.end());
    return events;
}

std::string describe(const Event& event) {
    std::string text = std::to_string(event.time) + " " + event.name;
    if (event.channel) text += " channel=" + *event.channel;
    if (event.value) {
        char number[40];
        std::snprintf(number, sizeof number, " value=%a", *event.value + 0.0);  // -0 is 0
        text += std::isnan(*event.value) ? " value=nan" : number;
    }
    if (event.tiebreak) text += " tiebreak=" + std::to_string(*event.tiebreak);
    return text;
}

std::string describe(const Events& events) {
    std::string text;
    for (const Event& event : events) text += describe(event) + "\n";
    return text;
}

Columns random_columns(Random& random) {
    Columns columns;
    columns.max_events = random.percent(80) ? 12 : 60;
    columns.channels = random.percent(50);
    columns.values = random.percent(50);
    columns.tiebreaks = random.percent(30);
    columns.all_present = random.percent(40);
    columns.unit = static_cast<Time>(unit_length[random.below(unit_count)]);
    // Offsets of every width, without leaving the range of timestamps.
    const std::uint64_t room = std::uint64_t{1} << (random.below(61) + 1);
    columns.span = std::max<std::uint64_t>(1, room / static_cast<std::uint64_t>(columns.unit));
    columns.base = random.percent(20)   ? min_time + 1
                   : random.percent(20) ? 0
                                        : -random.between(0, 1'000'000'000);
    columns.names = random.percent(20) ? 1 : random.percent(70) ? 4 : 300;
    return columns;
}

Events random_events(Random& random, const Columns& columns) {
    Events events;
    const std::uint32_t count = random.below(columns.max_events + 1);
    const std::uint32_t value_style = random.below(4);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto present = [&] { return columns.all_present || random.percent(40); };
        Event event;
        const std::uint64_t offset = random.bits() % columns.span;
        event.time = static_cast<Time>(static_cast<std::uint64_t>(columns.base) +
                                       offset * static_cast<std::uint64_t>(columns.unit));
        event.name = random_name(random, "event", columns.names);
        if (columns.channels && present()) event.channel = random_name(random, "channel", columns.names);
        if (columns.values && present()) {
            // Whole, cents, anything: the columns differ in how they are written.
            event.value = value_style == 0   ? static_cast<double>(random.between(0, 300))
                          : value_style == 1 ? static_cast<double>(random.between(-100000, 100000)) / 100
                          : value_style == 2 ? random_value(random)
                                             : std::bit_cast<double>(random.bits() >> 2);
        }
        if (columns.tiebreaks && present()) {
            event.tiebreak = random.percent(80)   ? random.between(-3, 300)
                             : random.percent(50) ? std::numeric_limits<std::int64_t>::max()
                                                  : std::numeric_limits<std::int64_t>::min() + 1;
        }
        events.push_back(event);
        // The same event twice, and events of the same time.
        if (random.percent(10)) events.push_back(event);
        if (random.percent(20)) {
            events.push_back(event);
            events.back().name = random_name(random, "event", columns.names);
        }
    }
    return events;
}

}  // namespace journey::test
