#include "core/pattern.hpp"

#include <algorithm>
#include <cstdio>
#include <new>

#include "core/automaton_match.hpp"
#include "core/automaton_sweep.hpp"
#include "core/code_scan.hpp"
#include "core/error.hpp"
#include "core/pattern_text.hpp"

namespace journey {

namespace {

template <class T>
bool compares(T value, EventTest::Comparison comparison, T with) {
    using enum EventTest::Comparison;
    switch (comparison) {
        case equal:
            return value == with;
        case different:
            return value != with;
        case less:
            return value < with;
        case at_most:
            return value <= with;
        case greater:
            return value > with;
        default:
            return value >= with;
    }
}

// What the names and channels of one journey mean to a pattern.
class EventClassifier {
  public:
    EventClassifier(const JourneyView& journey, const JourneyPattern& pattern,
                    std::pmr::memory_resource& memory)
        : journey_(journey), pattern_(pattern), names_(memory), channels_(memory) {
        for (const std::string_view name : journey.event_names()) names_.push_back(pattern.name(name));
        if (!pattern.has_tests()) return;
        for (const std::string_view name : journey.channel_names()) channels_.push_back(name);
        values_ = journey.values();
        own_kinds_.emplace(pattern.make_kinds(memory));
        words_.emplace(own_kinds_->words(), 0, &memory);
    }

    const EventKinds& kinds() const { return own_kinds_ ? *own_kinds_ : pattern_.kinds(); }

    // One row after the other.
    std::uint32_t kind(std::uint32_t row) {
        const std::uint32_t event = journey_.event(row);
        if (event >= names_.size()) fail_corrupted("event code");
        return own_kinds_ ? tested_kind(row, names_[event]) : pattern_.kind(names_[event]);
    }

  private:
    std::uint32_t tested_kind(std::uint32_t row, std::uint32_t name) {
        const std::uint32_t channel = journey_.channel(row);
        if (channel > channels_.size()) fail_corrupted("channel code");
        const bool has_value = values_.has(row);
        const double value = has_value ? values_.number(value_rank_++) : 0;
        const auto predicates = pattern_.predicates();
        std::fill(words_->begin(), words_->end(), 0);
        for (std::uint32_t p = 0; p < predicates.size(); ++p) {
            if (!predicates[p].takes_name(name)) continue;
            const bool passes = std::all_of(
                predicates[p].tests.begin(), predicates[p].tests.end(), [&](const EventTest& test) {
                    if (test.subject == EventTest::Subject::value)
                        return has_value && compares(value, test.comparison, test.number);
                    if (channel == 0) return false;
                    const bool listed = std::find(test.channels.begin(), test.channels.end(),
                                                  channels_[channel - 1]) != test.channels.end();
                    return listed == (test.comparison == EventTest::Comparison::equal);
                });
            if (passes) (*words_)[p / 64] |= std::uint64_t{1} << (p % 64);
        }
        return own_kinds_->add(*words_);
    }

    const JourneyView& journey_;
    const JourneyPattern& pattern_;
    SmallVector<std::uint32_t, 16> names_;  // by event code
    SmallVector<std::string_view, 8> channels_;
    NumberColumn values_;
    std::uint32_t value_rank_ = 0;
    std::optional<EventKinds> own_kinds_;
    std::optional<std::pmr::vector<std::uint64_t>> words_;
};

// Hands over the events that can be taken somewhere, in the order of the pattern:
// simultaneous events without a tie-breaker by what they are to it.
class EventOrder {
  public:
    EventOrder(const JourneyView& journey, const JourneyPattern& pattern, std::pmr::memory_resource& memory)
        : journey_(journey),
          classifier_(journey, pattern, memory),
          tiebreaks_(journey.tiebreaks()),
          tie_(memory) {}

    const EventKinds& kinds() const { return classifier_.kinds(); }

    // Calls visit(event, row) until it returns true.
    template <class Visit>
    void for_each(Visit visit) {
        Poll poll;
        for (std::uint32_t row = 0; row < journey_.size(); ++row) {
            poll();
            const Time time = journey_.time(row);
            if (row == 0 || time != time_ || given_order(row)) {
                if (flush(visit)) return;
                time_ = time;
                first_row_ = row;
            }
            const std::uint32_t kind = classifier_.kind(row);
            if (!kinds().positions(kind).empty()) tie_.push_back({row, kind});
        }
        flush(visit);
    }

  private:
    struct Row {
        std::uint32_t row, kind;
    };

    // Does the tie-breaker put this row after the one before it?
    bool given_order(std::uint32_t row) {
        if (tiebreaks_.count == 0) return false;
        const auto tiebreak = [&](std::uint32_t of) -> std::optional<std::int64_t> {
            if (!tiebreaks_.has(of)) return std::nullopt;
            return tiebreaks_.integer(tiebreaks_.rank(of));
        };
        return tiebreak(row) != tiebreak(row - 1);
    }

    template <class Visit>
    bool flush(Visit visit) {
        if (tie_.size() > 1) {
            Poll poll;
            std::sort(tie_.begin(), tie_.end(), [&](const Row& a, const Row& b) {
                poll();
                if (kinds().before(a.kind, b.kind)) return true;
                return !kinds().before(b.kind, a.kind) && a.row < b.row;
            });
        }
        // What can be taken nowhere stands after what can.
        std::uint32_t index = first_row_;
        bool done = false;
        for (const Row& row : tie_) {
            done = visit(PatternEvent{time_, index, row.kind}, row.row);
            if (done) break;
            ++index;
        }
        tie_.clear();
        return done;
    }

    const JourneyView& journey_;
    EventClassifier classifier_;
    NumberColumn tiebreaks_;
    SmallVector<Row, 16> tie_;
    Time time_ = 0;
    std::uint32_t first_row_ = 0;
};

// A chain whose events are one place each: found by code, taken without a branch.
class ChainNames {
  public:
    ChainNames(const JourneyView& journey, const JourneyPattern& pattern) {
        std::size_t code = 0;
        std::uint64_t present = 0;
        std::fill_n(place_of_, std::size_t{1} << journey.events().bits, no_place);
        for (const std::string_view name : journey.event_names()) {
            const std::uint64_t places = pattern.places(pattern.name(name));
            single_ = single_ && (places & (places - 1)) == 0;
            present |= places;
            if (places != 0 && code < std::size(place_of_))
                place_of_[code] = static_cast<std::uint8_t>(std::countr_zero(places));
            ++code;
        }
        possible_ = std::popcount(present) == static_cast<int>(pattern.chain()->places);
    }
    bool possible() const { return possible_; }
    bool single() const { return single_; }
    const std::uint8_t* places() const { return place_of_; }

  private:
    std::uint8_t place_of_[256];
    bool single_ = true;
    bool possible_;
};

bool has_required_names(const JourneyView& journey, const JourneyPattern& pattern) {
    for (const auto& names : pattern.required_names()) {
        bool found = false;
        for (const std::string_view name : journey.event_names()) {
            if (std::binary_search(names.begin(), names.end(), name)) {
                found = true;
                break;
            }
        }
        if (!found) return false;
    }
    return true;
}

}  // namespace

bool journey_match(const JourneyView& journey, const JourneyPattern& pattern,
                   std::pmr::memory_resource& memory) {
    if (journey.empty()) return false;
    journey.prefetch();
    if (pattern.chain() && !pattern.has_tests() && journey.events().bits <= 8) {
        const ChainNames names(journey, pattern);
        if (!names.possible()) return false;
        if (names.single() && journey.tiebreaks().count == 0) {
            ChainScan scan(*pattern.chain());
            for_each_placed(
                journey, names.places(),
                [&](Time time, std::uint8_t code) { scan.add_single(time, names.places()[code]); },
                [&] { return scan.complete(); });
            return scan.complete();
        }
    } else if (!has_required_names(journey, pattern)) {
        return false;
    }
    EventOrder order(journey, pattern, memory);
    Sweep sweep(pattern.automaton(), order.kinds(), Direction::forward, journey.size(), memory);
    bool found = false;
    order.for_each([&](const PatternEvent& event, std::uint32_t) { return found = sweep.take(event); });
    return found;
}

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
