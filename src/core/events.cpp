#include "core/events.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

int order_numbers(double a, double b) {
    if (std::isnan(a) || std::isnan(b))
        return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
    return a < b ? -1 : (a > b ? 1 : 0);
}

int order_values(const EventExtra& a, const EventExtra& b) {
    if (a.has_value() != b.has_value()) return a.has_value() ? 1 : -1;
    return a.has_value() ? order_numbers(a.value, b.value) : 0;
}

int order_names(const Dictionary& names, std::uint32_t a, std::uint32_t b) {
    return a == b ? 0 : names.name(a).compare(names.name(b));
}

int order_channels(const Dictionary& names, std::uint32_t a, std::uint32_t b) {
    if (a == no_channel || b == no_channel)
        return static_cast<int>(b == no_channel) - static_cast<int>(a == no_channel);
    return order_names(names, a, b);
}

// The order of events in a journey.
int order_events(const Vocabulary& names, const EventRecord& a, const EventExtra& x, const EventRecord& b,
                 const EventExtra& y) {
    if (a.time != b.time) return a.time < b.time ? -1 : 1;
    if (x.tiebreak != y.tiebreak) return x.tiebreak < y.tiebreak ? -1 : 1;
    if (const int order = order_names(names.events, a.event, b.event); order != 0) return order;
    if (const int order = order_channels(names.channels, a.channel, b.channel); order != 0) return order;
    return order_values(x, y);
}

}  // namespace

void EventList::push(const EventRecord& record, const EventExtra& extra) {
    if (!records_.empty()) {
        const Time last = records_.back().time;
        if (record.time <= last) {
            sorted_ = false;
            if (record.time < last) time_ordered_ = false;
        }
    }
    const bool has_extra = extra.has_value() || extra.has_tiebreak();
    if (has_extra && extras_.empty()) extras_.resize(records_.size());
    records_.push_back(record);
    if (has_extra || !extras_.empty()) extras_.push_back(extra);
}

void EventList::add(Time time, std::uint32_t event, std::uint32_t channel, const EventExtra& extra) {
    if (!is_finite(time)) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such events out with a WHERE or FILTER clause.");
    }
    EventExtra clean = extra;
    if (clean.has_value()) {
        if (std::isnan(clean.value)) clean.value = std::numeric_limits<double>::quiet_NaN();
        if (clean.value == 0) clean.value = 0;  // not -0
    }
    push({time, event, channel}, clean);
}

void EventList::add(const JourneyView& journey) {
    std::pmr::vector<std::uint32_t> event_codes(memory_), channel_codes(memory_);
    for (std::string_view name : journey.event_names())
        event_codes.push_back(vocabulary_->events.intern(name, "event"));
    for (std::string_view name : journey.channel_names()) {
        channel_codes.push_back(vocabulary_->channels.intern(name, "channel"));
    }
    add(journey, 0, journey.size(), event_codes, channel_codes);
}

void EventList::add(const JourneyView& journey, std::uint32_t first, std::uint32_t last,
                    std::span<const std::uint32_t> event_codes, std::span<const std::uint32_t> channel_codes,
                    std::span<const std::uint8_t> keep) {
    Poll poll;
    const NumberColumn values = journey.values(), tiebreaks = journey.tiebreaks();
    std::uint32_t value_rank = values.rank(first), tiebreak_rank = tiebreaks.rank(first);
    for (std::uint32_t i = first; i < last; ++i) {
        poll();
        EventExtra extra;
        if (values.has(i, value_rank)) extra.value = values.number(value_rank++);
        if (tiebreaks.has(i, tiebreak_rank)) extra.tiebreak = tiebreaks.integer(tiebreak_rank++);
        const std::uint32_t event = journey.event(i), channel = journey.channel(i);
        if (event >= event_codes.size() || channel > channel_codes.size()) fail_corrupted("code");
        if (event_codes[event] == dropped || (!keep.empty() && keep[i - first] == 0)) continue;
        std::uint32_t channel_code = no_channel;
        if (channel != 0) {
            channel_code = channel_codes[channel - 1];
            if (channel_code == dropped) continue;
        }
        push({journey.time(i), event_codes[event], channel_code}, extra);
    }
}

void EventList::add(const EventList& other) {
    Poll poll;
    const bool same_names = vocabulary_ == other.vocabulary_;
    for (std::uint32_t i = 0; i < other.size(); ++i) {
        poll();
        EventRecord record = other.records_[i];
        if (!same_names) {
            record.event = vocabulary_->events.intern(other.vocabulary_->events.name(record.event), "event");
            if (record.channel != no_channel) {
                record.channel =
                    vocabulary_->channels.intern(other.vocabulary_->channels.name(record.channel), "channel");
            }
        }
        push(record, other.extra(i));
    }
}

void EventList::sort_range(std::uint32_t first, std::uint32_t last) {
    Poll poll;
    const Vocabulary& names = *vocabulary_;
    if (extras_.empty()) {
        std::sort(records_.begin() + first, records_.begin() + last,
                  [&](const EventRecord& a, const EventRecord& b) {
                      poll();
                      if (a.time != b.time) return a.time < b.time;
                      return order_events(names, a, {}, b, {}) < 0;
                  });
        return;
    }
    std::pmr::vector<std::uint32_t> order(last - first, memory_);
    std::iota(order.begin(), order.end(), first);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        poll();
        return order_events(names, records_[a], extras_[a], records_[b], extras_[b]) < 0;
    });
    std::pmr::vector<EventRecord> records(memory_);
    std::pmr::vector<EventExtra> extras(memory_);
    records.reserve(order.size());
    extras.reserve(order.size());
    for (std::uint32_t i : order) {
        records.push_back(records_[i]);
        extras.push_back(extras_[i]);
    }
    std::copy(records.begin(), records.end(), records_.begin() + first);
    std::copy(extras.begin(), extras.end(), extras_.begin() + first);
}

void EventList::sort() {
    if (sorted_) return;
    if (!time_ordered_) {
        sort_range(0, size());
    } else {
        // Only events of the same time can stand wrong.
        Poll poll;
        for (std::uint32_t first = 0; first < size();) {
            poll();
            std::uint32_t last = first + 1;
            while (last < size() && records_[last].time == records_[first].time) ++last;
            if (last - first > 1) sort_range(first, last);
            first = last;
        }
    }
    sorted_ = time_ordered_ = true;
}

void EventList::remove_matches(EventList& seen) {
    sort();
    seen.sort();
    const bool extras = has_extras();
    std::uint32_t kept = 0, s = 0;
    Poll poll;
    for (std::uint32_t i = 0; i < size(); ++i) {
        poll();
        int order = -1;
        while (s < seen.size() && (order = order_events(*vocabulary_, seen.records_[s], seen.extra(s),
                                                        records_[i], extra(i))) < 0) {
            ++s;
        }
        if (s < seen.size() && order == 0) {
            ++s;
            continue;
        }
        records_[kept] = records_[i];
        if (extras) extras_[kept] = extras_[i];
        ++kept;
    }
    records_.resize(kept);
    if (extras) extras_.resize(kept);
}

}  // namespace journey
