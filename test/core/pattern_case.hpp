// A journey written as text, and the matches of a pattern in it.
#pragma once

#include "core/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

#include "journey_model.hpp"
#include "support.hpp"

namespace journey::test {

constexpr Time second = 1'000'000;

inline std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

// "a b@5 c@5/web=2.5": events a second apart, or at the second named.
inline Events events(const std::string& text) {
    Events events;
    Time now = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        std::string word = text.substr(at, end - at);
        at = end + 1;
        Event event;
        if (const auto value = word.find('='); value != std::string::npos) {
            event.value = std::stod(word.substr(value + 1));
            word.resize(value);
        }
        if (const auto channel = word.find('/', 1); channel != std::string::npos) {
            event.channel = word.substr(channel + 1);
            word.resize(channel);
        }
        now += second;
        if (const auto time = word.find('@'); time != std::string::npos) {
            now = std::stol(word.substr(time + 1)) * second;
            word.resize(time);
        }
        event.time = now;
        event.name = word;
        events.push_back(event);
    }
    return events;
}

struct Asked {
    Asked(const std::string& journey, const std::string& text, Span within = no_limit)
        : value(encode(events(journey))), view(value.view()), pattern(text, within, heap()) {}
    // Matches as "1-2 5-5".
    std::string all(const std::string& after = "skip past last row") {
        JourneyMatches matches(view, pattern, parse_after_match(after, pattern), heap());
        std::string found;
        while (matches.next()) {
            const MatchRange range = matches.whole();
            found += (found.empty() ? "" : " ") + std::to_string(range.first_row + 1) + "-" +
                     std::to_string(range.last_row + 1);
        }
        JourneyMatches again(view, pattern, parse_after_match(after, pattern), heap());
        EXPECT_EQ(again.count_rest(), std::count(found.begin(), found.end(), '-'));
        EXPECT_EQ(journey_match(view, pattern, heap()), !found.empty());
        return found;
    }
    Value value;
    JourneyView view;
    JourneyPattern pattern;
};

}  // namespace journey::test
