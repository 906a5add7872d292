#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "core/error.hpp"
#include "core/pattern.hpp"
#include "core/pattern_text.hpp"

namespace journey {

namespace {

constexpr const char* an_event = "an event name, \".\", \"[\" or \"(\"";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/' ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool continues_name(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

bool same_word(std::string_view text, std::string_view word) {
    return text.size() == word.size() &&
           std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
           });
}

constexpr std::string_view reserved_words[] = {"within", "after", "where", "and", "as"};

struct Unit {
    std::string_view name;
    Span length;
};
constexpr Span second = 1'000'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
// As PostgreSQL compares intervals: a month is 30 days, a year 12 months.
constexpr Unit units[] = {{"microsecond", 1}, {"millisecond", 1000}, {"second", second}, {"sec", second},
                          {"minute", minute}, {"min", minute},       {"hour", hour},     {"day", day},
                          {"week", 7 * day},  {"month", 30 * day},   {"year", 360 * day}};

}  // namespace

class PatternParser {
  public:
    PatternParser(std::string_view text, JourneyPattern& pattern, std::pmr::memory_resource& memory)
        : text_(text), pattern_(pattern), tree_(memory), memory_(&memory) {}

    Automaton compile_pattern(Span within, Clauses& clauses) {
        const PatternTree::Node root = read_choice();
        text_.skip_blanks();
        if (!text_.at_end()) text_.fail("an event, \"...\", \"|\", a quantifier or the end");
        clauses = required_predicates(tree_, root, *memory_);
        return compile(tree_, root, std::min(within, within_), *memory_);
    }

  private:
    using Node = PatternTree::Node;

    Node read_choice() {
        const NestingGuard guard(depth_, text_);
        std::pmr::vector<Node> parts(memory_);
        do {
            parts.push_back(read_sequence());
        } while (text_.take("|"));
        return parts.size() == 1 ? parts[0] : tree_.choice(parts);
    }

    bool at_sequence_end() {
        text_.skip_blanks();
        return text_.at_end() || text_.peek() == '|' || text_.peek() == ')';
    }

    Node read_sequence() {
        std::pmr::vector<Node> items(memory_);
        bool first = true, after_anchor = false;
        while (!at_sequence_end()) {
            const std::size_t start = text_.position();
            const bool linked = read_link(items);
            if (whole_read_) break;
            // Inside brackets a link may come first or last: a (... b)+, (a ...)+ b.
            if (linked && first && depth_ == 1) text_.fail_at(start, an_event);
            if (linked && at_sequence_end()) break;
            if (linked && after_anchor) text_.fail_at(start, "an event after the anchor");
            const bool anchor = text_.peek() == '^' || text_.peek() == '$';
            if (linked && anchor) text_.fail("an event");
            items.push_back(anchor ? read_anchor() : read_part());
            after_anchor = anchor;
            first = false;
        }
        if (first) text_.fail(an_event);
        return items.size() == 1 ? items[0] : tree_.sequence(items);
    }

    // "...", limits, or nothing: is there a link? The limit of the whole match looks
    // like one until the text ends after it.
    bool read_link(std::pmr::vector<Node>& items) {
        const std::size_t start = text_.position();
        const bool passes = text_.take("...");
        TimeRange range;
        std::size_t limits = 0;
        bool least_given = false, most_given = false;
        for (;; ++limits) {
            text_.skip_blanks();
            const std::size_t at = text_.position();
            if (take_word("within")) {
                if (most_given) text_.fail_at(at, "one \"within\" between two parts");
                most_given = true;
                range.most = read_length();
            } else if (take_word("after")) {
                if (least_given) text_.fail_at(at, "one \"after\" between two parts");
                least_given = true;
                range.least = read_length();
            } else {
                break;
            }
        }
        if (!passes && limits == 0) return false;
        if (range.empty()) text_.fail_at(start, "\"after\" not longer than \"within\"");
        const bool last = at_sequence_end();
        if (last && !(passes && depth_ > 1 && !text_.at_end())) {
            if (passes || least_given) text_.fail("an event after \"...\" or \"after\"");
            if (items.empty()) text_.fail_at(start, an_event);
            if (!text_.at_end() || depth_ > 1)
                text_.fail(text_.at_end() ? "\")\"" : "an event after the time limit");
            within_ = range.most;
            whole_read_ = true;
            return true;
        }
        items.push_back(tree_.gap(range, passes));
        return true;
    }

    Node read_anchor() {
        const bool begin = text_.take("^");
        if (!begin) text_.take("$");
        text_.skip_blanks();
        const std::size_t start = text_.position();
        if (read_quantifier(text_).given) text_.fail_at(start, "no quantifier after an anchor");
        return begin ? tree_.begin() : tree_.end();
    }

    Node read_part() {
        const bool group = text_.take("(");
        Node part = 0;
        std::uint32_t predicate = 0;
        EventPredicate event{false, std::pmr::vector<std::uint32_t>(memory_),
                             std::pmr::vector<EventTest>(memory_)};
        if (group) {
            part = read_choice();
            if (text_.peek() != ')') text_.fail("\")\"");
            text_.take(")");
        } else {
            read_event(event);
        }
        text_.skip_blanks();
        const Quantifier quantifier = read_quantifier(text_);
        text_.skip_blanks();
        const std::size_t start = text_.position();
        if (take_word("where")) {
            if (group) text_.fail_at(start, "\"where\" after one event, inside the brackets");
            do {
                read_test(event);
                text_.skip_blanks();
            } while (take_word("and"));
        }
        if (!group) {
            predicate = add_predicate(std::move(event));
            part = tree_.event(predicate);
        }
        if (quantifier.given) part = tree_.repeat(part, quantifier.least, quantifier.most, quantifier.greedy);
        text_.skip_blanks();
        if (take_word("as")) part = tree_.capture(part, part_number(read_name("a name")));
        return part;
    }

    void read_event(EventPredicate& event) {
        if (text_.take(".")) {
            event.negated = true;
        } else if (text_.peek() == '[') {
            read_set(event.negated, [&](std::string_view name) { add_name(event, name); });
        } else {
            add_name(event, read_name(an_event));
        }
        std::sort(event.names.begin(), event.names.end());
        event.names.erase(std::unique(event.names.begin(), event.names.end()), event.names.end());
    }

    template <class Add>
    void read_set(bool& negated, Add add) {
        text_.take("[");
        text_.skip_blanks();
        negated = text_.take("^");
        do {
            add(read_name("a name"));
            text_.skip_blanks();
        } while (text_.take("|"));
        if (text_.peek() != ']') text_.fail("\"|\" or \"]\"");
        text_.take("]");
    }

    void read_test(EventPredicate& event) {
        text_.skip_blanks();
        EventTest test{EventTest::Subject::channel, EventTest::Comparison::equal, 0,
                       std::pmr::vector<std::string_view>(&pattern_.storage_)};
        using enum EventTest::Comparison;
        if (take_word("value")) {
            test.subject = EventTest::Subject::value;
        } else if (!take_word("channel")) {
            text_.fail("\"channel\" or \"value\"");
        }
        text_.skip_blanks();
        const std::size_t start = text_.position();
        if (text_.take("!=") || text_.take("<>")) {
            test.comparison = different;
        } else if (text_.take("<=")) {
            test.comparison = at_most;
        } else if (text_.take("<")) {
            test.comparison = less;
        } else if (text_.take(">=")) {
            test.comparison = at_least;
        } else if (text_.take(">")) {
            test.comparison = greater;
        } else if (!text_.take("=")) {
            text_.fail("=, !=, <, <=, > or >=");
        }
        text_.skip_blanks();
        if (test.subject == EventTest::Subject::value) {
            test.number = read_value();
        } else {
            if (test.comparison != equal && test.comparison != different) text_.fail_at(start, "= or !=");
            read_channels(test);
        }
        event.tests.push_back(std::move(test));
        pattern_.has_tests_ = true;
    }

    void read_channels(EventTest& test) {
        if (text_.peek() != '[') {
            test.channels.push_back(read_name("a channel, bare or in double quotes"));
            return;
        }
        bool negated = false;
        read_set(negated, [&](std::string_view name) { test.channels.push_back(name); });
        if (!negated) return;
        test.comparison = test.comparison == EventTest::Comparison::equal ? EventTest::Comparison::different
                                                                          : EventTest::Comparison::equal;
    }

    double read_value() {
        const std::string_view rest = text_.rest();
        double number = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error != std::errc() || !(number - number == 0)) text_.fail("a number");
        text_.go_to(text_.position() + static_cast<std::size_t>(end - rest.data()));
        return number;
    }

    Span read_length() {
        Span length = 0;
        const std::size_t start = text_.position();
        do {
            text_.skip_blanks();
            const std::size_t number_at = text_.position();
            text_.decimal(1);
            const std::size_t number_end = text_.position();
            text_.skip_blanks();
            const std::size_t unit_at = text_.position();
            const std::string_view word = read_word();
            const Unit* unit = find_unit(word);
            if (unit == nullptr)
                text_.fail_at(unit_at, "a unit: seconds, minutes, hours, days, weeks, months or years");
            PatternText number(text_.between(0, number_end));
            number.go_to(number_at);
            length += number.decimal(unit->length);
            if (length >= no_limit / 4) text_.fail_at(start, "a shorter length of time");
            text_.skip_blanks();
        } while (text_.at_digit());
        return length;
    }

    static const Unit* find_unit(std::string_view word) {
        for (const Unit& unit : units) {
            if (same_word(word, unit.name) || (!word.empty() && (word.back() == 's' || word.back() == 'S') &&
                                               same_word(word.substr(0, word.size() - 1), unit.name)))
                return &unit;
        }
        return nullptr;
    }

    // The letters that come next, bare.
    std::string_view read_word() {
        const std::size_t start = text_.position();
        while (!text_.at_end() &&
               (text_.position() == start ? is_letter(text_.peek()) : continues_name(text_.peek())))
            text_.go_to(text_.position() + 1);
        return text_.between(start, text_.position());
    }
    bool take_word(std::string_view wanted) {
        const std::size_t start = text_.position();
        if (same_word(read_word(), wanted)) return true;
        text_.go_to(start);
        return false;
    }

    // A name, kept by the pattern.
    std::string_view read_name(const char* expected) {
        text_.skip_blanks();
        const std::size_t start = text_.position();
        std::pmr::string name(memory_);
        if (text_.take("\"")) {
            for (;;) {
                if (text_.at_end()) text_.fail("a closing double quote");
                const char c = text_.peek();
                text_.go_to(text_.position() + 1);
                if (c == '"' && !text_.take("\"")) break;
                name.push_back(c);
            }
            if (name.empty()) text_.fail_at(start, "a name between the quotes");
        } else {
            name = read_word();
            if (name.empty()) text_.fail(expected);
            for (const std::string_view word : reserved_words) {
                if (same_word(name, word)) text_.fail_at(start, reserved_expected(expected));
            }
        }
        if (name.size() > max_name_bytes) {
            throw Error(ErrorCode::limit, "pattern",
                        "pattern: the name at character %u is too long: %zu bytes", text_.character(start),
                        name.size())
                .hint("A name in a journey has at most %u bytes.", max_name_bytes);
        }
        auto* kept = static_cast<char*>(pattern_.storage_.allocate(name.size(), 1));
        std::copy(name.begin(), name.end(), kept);
        return {kept, name.size()};
    }
    const char* reserved_expected(const char* expected) {
        std::snprintf(
            scratch_, sizeof scratch_,
            "%s; write the reserved words within, after, where, and, as in double quotes if they are names",
            expected);
        return scratch_;
    }

    void add_name(EventPredicate& event, std::string_view name) {
        const auto [at, is_new] =
            pattern_.known_names_.try_emplace(name, static_cast<std::uint32_t>(pattern_.names_.size()));
        if (is_new) pattern_.names_.push_back(name);
        event.names.push_back(at->second);
    }

    std::uint32_t add_predicate(EventPredicate&& event) {
        auto& known = pattern_.predicates_;
        const auto at = std::find(known.begin(), known.end(), event);
        const auto number = static_cast<std::uint32_t>(at - known.begin());
        // Moved: a copy would take its memory from elsewhere.
        if (at == known.end()) known.push_back(std::move(event));
        return number;
    }

    std::uint32_t part_number(std::string_view name) {
        auto& parts = pattern_.parts_;
        const auto at = std::find(parts.begin(), parts.end(), name);
        const auto number = static_cast<std::uint32_t>(at - parts.begin());
        if (at != parts.end()) return number;
        if (number == max_captures) {
            throw Error(ErrorCode::limit, "pattern", "pattern names more than %u parts", max_captures)
                .hint("Name only the parts you ask about.");
        }
        parts.push_back(name);
        return number;
    }

    PatternText text_;
    JourneyPattern& pattern_;
    PatternTree tree_;
    std::pmr::memory_resource* memory_;
    Span within_ = no_limit;
    bool whole_read_ = false;
    std::uint32_t depth_ = 0;
    char scratch_[200] = {};
};

bool EventPredicate::takes_name(std::uint32_t name) const {
    return std::binary_search(names.begin(), names.end(), name) != negated;
}

namespace {

Automaton parse_into(std::string_view text, Span within, JourneyPattern& pattern, Clauses& clauses,
                     std::pmr::memory_resource& memory) {
    return PatternParser(text, pattern, memory).compile_pattern(within, clauses);
}

}  // namespace

JourneyPattern::JourneyPattern(std::string_view text, Span within, std::pmr::memory_resource& memory)
    : storage_(&memory),
      names_(&memory),
      predicates_(&memory),
      parts_(&memory),
      required_(&memory),
      automaton_(memory),
      kinds_(automaton_, 0, EventKinds::no_predicate, memory),
      tables_(memory),
      kind_of_name_(&memory),
      places_of_name_(&memory),
      known_names_(&memory) {
    Clauses clauses(&memory);
    automaton_ = parse_into(text, within, *this, clauses, memory);
    chain_ = chain_limits(automaton_);
    kinds_ = make_kinds(memory);
    index_names(memory);
    read_required(clauses, memory);
    if (!has_tests_ && StateMachine::suits(automaton_)) machine_.emplace(automaton_, kinds_, memory);
}

// The predicate that every event satisfies, if there is one.
std::uint32_t JourneyPattern::any_predicate() const {
    for (std::uint32_t i = 0; i < predicates_.size(); ++i) {
        const EventPredicate& predicate = predicates_[i];
        if (predicate.negated && predicate.names.empty() && predicate.tests.empty()) return i;
    }
    return EventKinds::no_predicate;
}

EventKinds JourneyPattern::make_kinds(std::pmr::memory_resource& memory) const {
    return EventKinds(automaton_, static_cast<std::uint32_t>(predicates_.size()), any_predicate(), memory);
}

// Kinds by name, where no test is asked; with tests the kinds of a journey are made as
// they occur.
void JourneyPattern::index_names(std::pmr::memory_resource& memory) {
    if (has_tests_) return;
    std::pmr::vector<std::uint64_t> words(kinds_.words(), 0, &memory);
    for (std::uint32_t i = 0; i <= names_.size(); ++i) {
        std::fill(words.begin(), words.end(), 0);
        for (std::uint32_t p = 0; p < predicates_.size(); ++p) {
            if (predicates_[p].takes_name(i < names_.size() ? i : other_name))
                words[p / 64] |= std::uint64_t{1} << (p % 64);
        }
        kind_of_name_.push_back(kinds_.add(words));
        if (!chain_) continue;
        std::uint64_t places = 0;
        for (const std::uint32_t position : kinds_.positions(kind_of_name_.back()))
            places |= std::uint64_t{1} << position;
        places_of_name_.push_back(places);
    }
}

std::uint32_t JourneyPattern::name(std::string_view event) const {
    constexpr std::size_t few = 8;
    if (names_.size() <= few) {
        for (std::uint32_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == event) return i;
        }
        return other_name;
    }
    const auto at = known_names_.find(event);
    return at == known_names_.end() ? other_name : at->second;
}

void JourneyPattern::read_required(const Clauses& clauses, std::pmr::memory_resource& memory) {
    for (const auto& clause : clauses) {
        std::pmr::vector<std::string_view> names(&memory);
        bool open = false;  // other names would do
        for (const std::uint32_t p : clause) {
            open = open || predicates_[p].negated;
            for (const std::uint32_t name : predicates_[p].names) names.push_back(names_[name]);
        }
        if (open) continue;
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        // Predicates that differ in their tests may ask for the same names.
        const auto includes = [](const auto& more, const auto& less) {
            return std::includes(more.begin(), more.end(), less.begin(), less.end());
        };
        if (std::any_of(required_.begin(), required_.end(),
                        [&](const auto& known) { return includes(names, known); }))
            continue;
        std::erase_if(required_, [&](const auto& known) { return includes(known, names); });
        required_.push_back(std::move(names));
    }
}

}  // namespace journey
