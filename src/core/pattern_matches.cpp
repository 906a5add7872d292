#include <algorithm>
#include <cstdio>
#include <new>

#include "core/automaton_match.hpp"
#include "core/error.hpp"
#include "core/pattern.hpp"
#include "core/pattern_order.hpp"
#include "core/pattern_text.hpp"

namespace journey {

namespace {

// Takes these words if they come next, in upper or lower case; a blank stands for any.
bool take_words(PatternText& text, std::string_view words) {
    const std::size_t start = text.position();
    text.skip_blanks();
    for (const char wanted : words) {
        if (wanted == ' ') {
            const std::size_t before = text.position();
            text.skip_blanks();
            if (text.position() == before) {
                text.go_to(start);
                return false;
            }
            continue;
        }
        const char c = text.peek();
        if (c != wanted && !(c >= 'A' && c <= 'Z' && c - 'A' + 'a' == wanted)) {
            text.go_to(start);
            return false;
        }
        text.go_to(text.position() + 1);
    }
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return text;
}

std::uint32_t part_named(std::string_view name, const JourneyPattern& pattern) {
    const NameList parts = pattern.parts();
    const auto at = std::find(parts.begin(), parts.end(), name);
    if (at != parts.end()) return static_cast<std::uint32_t>(at - parts.begin());
    Error error(ErrorCode::invalid_argument, "after_match", "after_match: the pattern names no part \"%.*s\"",
                static_cast<int>(name.size()), name.data());
    char list[200] = "";
    std::size_t length = 0;
    for (const std::string_view part : parts) {
        const int written =
            std::snprintf(list + length, sizeof list - length, "%s%.*s", length == 0 ? "" : ", ",
                          static_cast<int>(part.size()), part.data());
        length = std::min(sizeof list - 1, length + static_cast<std::size_t>(written));
    }
    throw parts.empty() ? error.hint("Name a part in the pattern: cart+ as shopping.")
                        : error.hint("Named parts are: %s.", list);
}

}  // namespace

AfterMatch parse_after_match(std::string_view given, const JourneyPattern& pattern) {
    using enum AfterMatch::Skip;
    PatternText text(given);
    const auto ends = [&] {
        text.skip_blanks();
        return text.at_end();
    };
    if (take_words(text, "skip past last row") && ends()) return {past_last_row, 0};
    text.go_to(0);
    if (take_words(text, "skip to next row") && ends()) return {to_next_row, 0};
    text.go_to(0);
    if (take_words(text, "skip to first ") && !ends())
        return {to_first, part_named(trimmed(text.rest()), pattern)};
    text.go_to(0);
    if (take_words(text, "skip to last ") && !ends())
        return {to_last, part_named(trimmed(text.rest()), pattern)};
    throw Error(ErrorCode::invalid_argument, "after_match", "unknown after_match: \"%.*s\"",
                static_cast<int>(given.size()), given.data())
        .hint(
            "Valid values are: skip past last row, skip to next row, skip to first PART, skip to last PART.");
}

MatchChoice parse_match_choice(std::string_view text) {
    if (text == "all") return MatchChoice::all;
    if (text == "first") return MatchChoice::first;
    if (text == "last") return MatchChoice::last;
    throw Error(ErrorCode::invalid_argument, "matches", "unknown matches: \"%.*s\"",
                static_cast<int>(text.size()), text.data())
        .hint("Valid values are: all, first, last.");
}

// The events and where the search stands; made in one go, since its parts point to each other.
struct JourneyMatches::Search {
    Search(const JourneyView& journey, const JourneyPattern& its_pattern, const AfterMatch& its_after,
           std::pmr::memory_resource& memory)
        : pattern(its_pattern),
          after(its_after),
          resource(&memory),
          order(journey, its_pattern, memory),
          events(&memory),
          rows(&memory),
          match(memory) {
        if (!has_required_names(journey, pattern)) return;
        order.for_each([&](const PatternEvent& event, std::uint32_t row) {
            if (rows.empty() && row != event.index) {
                for (const PatternEvent& before : events) rows.push_back(before.index);
            }
            if (!rows.empty() || row != event.index) rows.push_back(row);
            events.push_back(event);
            return false;
        });
        matcher.emplace(pattern.automaton(), order.kinds(), PatternInput{events, journey.size()}, false,
                        memory);
    }

    std::uint32_t row(std::uint32_t event) const { return rows.empty() ? events[event].index : rows[event]; }

    bool find() {
        if (!matcher || !matcher->find(from, match)) return false;
        ++number;
        from = std::max(match.first + 1, next_start());
        return true;
    }

    std::uint32_t next_start() const {
        if (after.skip == AfterMatch::Skip::past_last_row) return match.steps.back().event + 1;
        std::uint32_t start = 0;
        if (after.skip == AfterMatch::Skip::to_next_row) return start;
        for (const PatternMatch::Step& step : match.steps) {
            if (!in_part(step, after.part)) continue;
            start = step.event;
            if (after.skip == AfterMatch::Skip::to_first) break;
        }
        return start;
    }
    bool in_part(const PatternMatch::Step& step, std::uint32_t part) const {
        return ((pattern.automaton().captures[step.position] >> part) & 1) != 0;
    }

    const JourneyPattern& pattern;
    AfterMatch after;
    std::pmr::memory_resource* resource;
    EventOrder order;
    std::pmr::vector<PatternEvent> events;
    std::pmr::vector<std::uint32_t> rows;  // of the events; empty: their index
    std::optional<Matcher> matcher;
    PatternMatch match;
    std::uint32_t from = 0;
    std::int64_t number = 0;
};

JourneyMatches::JourneyMatches(const JourneyView& journey, const JourneyPattern& pattern,
                               const AfterMatch& after, std::pmr::memory_resource& memory)
    : search_(nullptr) {
    std::pmr::polymorphic_allocator<Search> allocator(&memory);
    Search* place = allocator.allocate(1);
    try {
        search_ = new (place) Search(journey, pattern, after, memory);
    } catch (...) {
        allocator.deallocate(place, 1);
        throw;
    }
}

JourneyMatches::~JourneyMatches() {
    std::pmr::polymorphic_allocator<Search> allocator(search_->resource);
    search_->~Search();
    allocator.deallocate(search_, 1);
}

bool JourneyMatches::next() {
    return search_->find();
}

bool JourneyMatches::go_to_last() {
    bool found = false;
    PatternMatch last(*search_->resource);
    while (search_->find()) {
        found = true;
        std::swap(last.steps, search_->match.steps);
        last.first = search_->match.first;
    }
    std::swap(last.steps, search_->match.steps);
    search_->match.first = last.first;
    return found;
}

std::int64_t JourneyMatches::number() const {
    return search_->number;
}

std::int64_t JourneyMatches::count_rest() {
    const std::int64_t before = search_->number;
    if (search_->after.skip == AfterMatch::Skip::to_next_row && search_->matcher) {
        // Where they begin is enough.
        const auto size = static_cast<std::uint32_t>(search_->events.size());
        while ((search_->from = search_->matcher->find_start(search_->from)) < size) {
            ++search_->number;
            ++search_->from;
        }
    } else {
        while (search_->find()) {
        }
    }
    return search_->number - before;
}

MatchRange JourneyMatches::whole() const {
    const auto& steps = search_->match.steps;
    const std::uint32_t first = steps.front().event, last = steps.back().event;
    return {search_->row(first), search_->row(last),
            std::uint64_t{search_->events[last].index} - search_->events[first].index + 1};
}

std::optional<MatchRange> JourneyMatches::part(std::uint32_t number) const {
    std::optional<MatchRange> range;
    for (const PatternMatch::Step& step : search_->match.steps) {
        if (!search_->in_part(step, number)) continue;
        const std::uint32_t row = search_->row(step.event);
        if (!range) range = MatchRange{row, row, 0};
        range->last_row = row;
        ++range->events;
    }
    return range;
}

}  // namespace journey
