#include "core/sequence.hpp"

#include <algorithm>

#include "core/automaton_match.hpp"
#include "core/automaton_sweep.hpp"
#include "core/pattern_text.hpp"
#include "core/sequence_dialect.hpp"

namespace journey {

namespace {

constexpr Span second = 1'000'000;

class SequenceParser {
  public:
    SequenceParser(std::string_view pattern, std::uint32_t conditions,
                   std::pmr::vector<std::uint32_t>& predicate_of, std::pmr::memory_resource& memory)
        : text_(pattern),
          conditions_(conditions),
          predicate_of_(predicate_of),
          tree_(memory),
          memory_(&memory) {}

    Automaton compile_pattern() {
        text_.skip_blanks();
        if (text_.take("(?within")) read_within();
        text_.skip_blanks();
        const PatternTree::Node root = text_.at_end() ? tree_.sequence({}) : read_choice();
        if (!text_.at_end()) text_.fail("\"(\", \".\", \"|\", a quantifier or the end");
        return compile(tree_, root, within_, *memory_);
    }

  private:
    using Node = PatternTree::Node;

    void read_within() {
        text_.skip_blanks();
        const bool equal = text_.take("<=");
        if (!equal && !text_.take("<")) text_.fail("\"<=\" or \"<\"");
        const std::size_t start = text_.position();
        within_ = read_seconds();
        if (!equal && within_-- == 0) text_.fail_at(start, "a length of time above 0");
        text_.expect(")");
    }

    Span read_seconds() {
        text_.skip_blanks();
        text_.take("+");
        const Span seconds = text_.decimal(second);
        text_.skip_blanks();
        return seconds;
    }

    Node read_choice() {
        const NestingGuard guard(depth_, text_);
        std::pmr::vector<Node> parts(memory_);
        do {
            parts.push_back(read_sequence());
        } while (text_.take("|"));
        return parts.size() == 1 ? parts[0] : tree_.choice(parts);
    }

    Node read_sequence() {
        std::pmr::vector<Node> parts(memory_);
        for (;;) {
            text_.skip_blanks();
            if (text_.at_end() || text_.peek() == '|' || text_.peek() == ')') break;
            parts.push_back(read_part());
        }
        if (parts.empty()) text_.fail("(?N), (?t<=n), \".\" or \"(\"");
        return parts.size() == 1 ? parts[0] : tree_.sequence(parts);
    }

    Node read_part() {
        const std::size_t start = text_.position();
        if (text_.take("(?t")) return read_time(start);
        if (text_.take("(?within")) text_.fail_at(start, "(?within<=n) at the beginning of the pattern");
        bool is_any = false;
        Node part = 0;
        if (text_.take("(?")) {
            part = tree_.event(read_condition());
        } else if (text_.take("(")) {
            part = read_choice();
            if (text_.peek() != ')') text_.fail("\")\"");
            text_.take(")");
        } else if (text_.take(".")) {
            part = tree_.event(conditions_);
            is_any = true;
        } else {
            text_.fail("(?N), (?t<=n), \".\" or \"(\"");
        }
        text_.skip_blanks();
        const Quantifier quantifier = read_quantifier(text_);
        if (!quantifier.given) return part;
        if (!is_any || quantifier.most != unbounded)
            return tree_.repeat(part, quantifier.least, quantifier.most, quantifier.greedy);
        const Node gap = tree_.gap({});
        if (quantifier.least == 0) return gap;
        const Node parts[] = {tree_.repeat(part, quantifier.least, quantifier.least, true), gap};
        return tree_.sequence(parts);
    }

    // The predicate of a condition.
    std::uint32_t read_condition() {
        const std::size_t start = text_.position();
        if (!text_.at_digit()) text_.fail("a condition number, \"t\" or \"within\"");
        const std::uint32_t number = text_.number();
        if (number == 0 || number > conditions_) {
            throw Error(ErrorCode::invalid_argument, "pattern",
                        "pattern: there is no condition %u (character %u)", number, text_.character(start))
                .detail("%u condition(s) are given, numbered from 1.", conditions_)
                .hint("Give the condition after ts, or correct the number.");
        }
        text_.expect(")");
        std::uint32_t& predicate = predicate_of_[number - 1];
        if (predicate == unbounded) predicate = named_++;
        return predicate;
    }

    Node read_time(std::size_t start) {
        text_.skip_blanks();
        enum { at_most, below, at_least, above, equal, different } comparison = equal;
        if (text_.take("<=")) {
            comparison = at_most;
        } else if (text_.take("<")) {
            comparison = below;
        } else if (text_.take(">=")) {
            comparison = at_least;
        } else if (text_.take(">")) {
            comparison = above;
        } else if (text_.take("!=")) {
            comparison = different;
        } else if (!text_.take("==")) {
            text_.fail("<=, <, >=, >, == or !=");
        }
        const Span length = read_seconds();
        if (text_.peek() != ')') text_.fail("a digit or \")\"");
        text_.take(")");
        text_.skip_blanks();
        if (read_quantifier(text_).given) text_.fail_at(start, "no quantifier after a time limit");
        const TimeRange nothing{1, 0};
        const TimeRange before = length == 0 ? nothing : TimeRange{0, length - 1},
                        after = TimeRange{length + 1, no_limit};
        switch (comparison) {
            case at_most:
                return tree_.gap({0, length});
            case below:
                return tree_.gap(before);
            case at_least:
                return tree_.gap({length, no_limit});
            case above:
                return tree_.gap(after);
            case different:
                return tree_.gap(before, after);
            default:
                return tree_.gap({length, length});
        }
    }

    PatternText text_;
    std::uint32_t conditions_;
    std::pmr::vector<std::uint32_t>& predicate_of_;
    PatternTree tree_;
    std::pmr::memory_resource* memory_;
    Span within_ = no_limit;
    std::uint32_t named_ = 0;
    std::uint32_t depth_ = 0;
};

}  // namespace

SequencePattern::SequencePattern(std::string_view pattern, std::uint32_t conditions,
                                 std::pmr::memory_resource& memory)
    : conditions_(conditions),
      predicate_of_(conditions, unbounded, &memory),
      automaton_(SequenceParser(pattern, conditions, predicate_of_, memory).compile_pattern()),
      chain_(chain_limits(automaton_)),
      narrow_kind_(&memory),
      narrow_places_(&memory) {
    if (conditions > SequenceState::narrow_steps) return;
    narrow_kinds_.emplace(make_kinds(memory));
    for (std::uint64_t mask = 0; mask < std::uint64_t{1} << conditions; ++mask) {
        narrow_kind_.push_back(add_kind({&mask, 1}, *narrow_kinds_));
        std::uint64_t places = 0;
        if (chain_) {
            for (const std::uint32_t position : narrow_kinds_->positions(narrow_kind_.back()))
                places |= std::uint64_t{1} << position;
        }
        narrow_places_.push_back(places);
    }
}

std::uint32_t SequencePattern::add_kind(std::span<const std::uint64_t> conditions, EventKinds& kinds) const {
    std::uint64_t narrow[max_steps / 64 + 2] = {};
    const std::span predicates(narrow, kinds.words());
    for (std::uint32_t condition = 0; condition < conditions_; ++condition) {
        const std::uint32_t predicate = predicate_of_[condition];
        if (predicate != unbounded && ((conditions[condition / 64] >> (condition % 64)) & 1) != 0)
            predicates[predicate / 64] |= std::uint64_t{1} << (predicate % 64);
    }
    return kinds.add(predicates);
}

namespace {

// The rows of a group in the order in which a pattern sees them.
struct SequenceInput {
    SequenceInput(const SequenceState& state, std::pmr::memory_resource& memory)
        : pattern(*state.rules().pattern), own_kinds(pattern.make_kinds(memory)), events(&memory) {
        events.reserve(state.rows());
        if (pattern.narrow()) {
            kinds = &pattern.narrow_kinds();
            state.for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
                events.push_back({time, 0, pattern.narrow_kind(satisfied[0])});
            });
        } else {
            kinds = &own_kinds;
            state.for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
                events.push_back({time, 0, pattern.add_kind(satisfied, own_kinds)});
            });
        }
        Poll poll;
        std::sort(events.begin(), events.end(), [&](const PatternEvent& a, const PatternEvent& b) {
            poll();
            return a.time != b.time ? a.time < b.time : kinds->before(a.kind, b.kind);
        });
        for (std::uint32_t i = 0; i < events.size(); ++i) events[i].index = i;
    }
    PatternInput input() const { return {events, static_cast<std::uint32_t>(events.size())}; }

    const SequencePattern& pattern;
    EventKinds own_kinds;
    const EventKinds* kinds = nullptr;
    std::pmr::vector<PatternEvent> events;
};

// Rows as words, in the order of time.
bool chain_match(std::span<const std::uint64_t> rows, const SequencePattern& pattern,
                 std::pmr::memory_resource& memory) {
    constexpr std::uint64_t conditions_mask = SequenceState::narrow_mask;
    const auto time = [&](std::size_t row) {
        return static_cast<Time>(rows[row]) >> SequenceState::narrow_steps;
    };
    const EventKinds& kinds = pattern.narrow_kinds();
    ChainScan scan(*pattern.chain());
    SmallVector<std::uint64_t, 8> tie(memory);
    Poll poll;
    for (std::size_t row = 0; row < rows.size() && !scan.complete();) {
        poll();
        std::size_t next = row + 1;
        while (next < rows.size() && time(next) == time(row)) ++next;
        if (next == row + 1) {
            scan.add(time(row), pattern.narrow_places(rows[row] & conditions_mask));
        } else {
            tie.assign(rows.begin() + static_cast<std::ptrdiff_t>(row),
                       rows.begin() + static_cast<std::ptrdiff_t>(next));
            std::sort(tie.begin(), tie.end(), [&](std::uint64_t a, std::uint64_t b) {
                return kinds.before(pattern.narrow_kind(a & conditions_mask),
                                    pattern.narrow_kind(b & conditions_mask));
            });
            for (const std::uint64_t word : tie)
                scan.add(time(row), pattern.narrow_places(word & conditions_mask));
        }
        row = next;
    }
    return scan.complete();
}

}  // namespace

bool sequence_match(const SequenceState& state, std::pmr::memory_resource& memory) {
    if (state.rules().dialect != Dialect::journey) return dialect_match(state, memory);
    const SequencePattern& pattern = *state.rules().pattern;
    if (pattern.automaton().nullable()) return state.rows() > 0;
    if (pattern.chain() && pattern.narrow() && state.all_narrow()) {
        return state.with_sorted_words(
            memory, [&](std::span<const std::uint64_t> rows) { return chain_match(rows, pattern, memory); });
    }
    const SequenceInput rows(state, memory);
    return matches(pattern.automaton(), *rows.kinds, rows.input(), memory);
}

std::int64_t sequence_count(const SequenceState& state, std::pmr::memory_resource& memory) {
    if (state.rules().dialect != Dialect::journey) return dialect_count(state, memory);
    const SequencePattern& pattern = *state.rules().pattern;
    const SequenceInput rows(state, memory);
    const Matcher matcher(pattern.automaton(), *rows.kinds, rows.input(), true, memory);
    PatternMatch match(memory);
    std::int64_t count = 0;
    for (std::uint32_t from = 0; matcher.find(from, match); ++count)
        from = (match.steps.empty() ? match.first : match.steps.back().event) + 1;
    return count;
}

std::pmr::vector<Time> sequence_match_events(const SequenceState& state, std::pmr::memory_resource& memory) {
    if (state.rules().dialect != Dialect::journey) return dialect_match_events(state, memory);
    const SequencePattern& pattern = *state.rules().pattern;
    const SequenceInput rows(state, memory);
    const Matcher matcher(pattern.automaton(), *rows.kinds, rows.input(), true, memory);
    PatternMatch match(memory);
    std::pmr::vector<Time> times(&memory);
    if (!matcher.find(0, match)) return times;
    for (const PatternMatch::Step& step : match.steps) {
        if (pattern.names_condition(pattern.automaton().predicate[step.position]))
            times.push_back(rows.events[step.event].time);
    }
    return times;
}

namespace {

constexpr std::uint8_t state_version = 2;
constexpr std::size_t header_size = 1 + 1 + 4 + 4;

}  // namespace

Bytes encode(const SequenceState& state, std::pmr::memory_resource& memory, std::size_t prefix) {
    const SequenceRules& rules = state.rules();
    const std::size_t size = prefix + header_size + rules.text.size() + state.encoded_size();
    if (size > max_journey_bytes) {
        throw Error(ErrorCode::limit, "", "sequence_match has %zu rows in one group", state.rows())
            .detail("A state passed between processes is smaller than 1 GB.")
            .hint("Set max_parallel_workers_per_gather to 0.");
    }
    const Bytes bytes{static_cast<std::byte*>(memory.allocate(size)), size};
    std::byte* to = bytes.data + prefix;
    *to++ = std::byte{state_version};
    *to++ = static_cast<std::byte>(rules.dialect);
    to = store(to, rules.steps);
    to = store(to, static_cast<std::uint32_t>(rules.text.size()));
    to = std::transform(rules.text.begin(), rules.text.end(), to,
                        [](char c) { return static_cast<std::byte>(c); });
    state.store_rows(to);
    return bytes;
}

SequenceRules sequence_rules(std::span<const std::byte> bytes) {
    if (bytes.size() < header_size || bytes[0] != std::byte{state_version} ||
        bytes[1] > static_cast<std::byte>(Dialect::duckdb))
        fail_corrupted("sequence state");
    const auto length = load<std::uint32_t>(bytes.data() + 6);
    const auto text = bytes.subspan(header_size);
    if (length > text.size()) fail_corrupted("sequence state");
    return {.steps = load<std::uint32_t>(bytes.data() + 2),
            .text = {reinterpret_cast<const char*>(text.data()), length},
            .dialect = static_cast<Dialect>(bytes[1])};
}

SequenceState* decode_sequence(std::span<const std::byte> bytes, const SequenceRules& rules,
                               std::pmr::memory_resource& memory) {
    return SequenceState::load_rows(bytes.subspan(header_size + rules.text.size()), rules, "sequence state",
                                    memory);
}

}  // namespace journey
