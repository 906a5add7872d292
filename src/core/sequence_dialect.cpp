#include "core/sequence_dialect.hpp"

#include <algorithm>
#include <bit>

#include "core/pattern_text.hpp"

namespace journey {

namespace {

constexpr Time second = 1'000'000;
constexpr std::string_view dialect_prefix = "dialect=";

using Part = DialectPattern::Part;
using Kind = DialectPattern::Kind;

}  // namespace

Dialect parse_sequence_mode(std::string_view mode) {
    while (!mode.empty() && mode.front() == ' ') mode.remove_prefix(1);
    while (!mode.empty() && mode.back() == ' ') mode.remove_suffix(1);
    if (mode.empty()) return Dialect::journey;
    const bool is_dialect = mode.starts_with(dialect_prefix);
    const std::string_view name = is_dialect ? mode.substr(dialect_prefix.size()) : mode;
    if (is_dialect && name == "clickhouse") return Dialect::clickhouse;
    if (is_dialect && name == "duckdb") return Dialect::duckdb;
    throw Error(ErrorCode::invalid_argument, "mode", "unknown %s: \"%.*s\"", is_dialect ? "dialect" : "mode",
                static_cast<int>(name.size()), name.data())
        .hint("Valid modes are: dialect=clickhouse, dialect=duckdb.");
}

// --- patterns ----------------------------------------------------------------

bool Part::holds(Span seconds) const {
    switch (kind) {
        case Kind::at_most:
            return seconds <= number;
        case Kind::below:
            return seconds < number;
        case Kind::at_least:
            return seconds >= number;
        case Kind::above:
            return seconds > number;
        case Kind::equal:
            return seconds == number;
        default:
            return seconds != number;
    }
}

namespace {

class DialectParser {
  public:
    DialectParser(std::string_view pattern, std::uint32_t conditions, Dialect dialect)
        : text_(pattern), conditions_(conditions), duckdb_(dialect == Dialect::duckdb) {}

    void read(std::pmr::vector<Part>& parts) {
        for (skip(); !text_.at_end(); skip()) {
            const std::size_t start = text_.position();
            if (text_.take("(?t")) {
                parts.push_back(read_time());
                check_time(parts, start);
            } else if (text_.take("(?")) {
                parts.push_back(read_condition());
            } else if (text_.take(".")) {
                parts.push_back({text_.take("*") ? Kind::gap : Kind::any});
            } else {
                text_.fail(duckdb_ ? "(?N), (?t<=n), \".\" or \".*\", as dialect=duckdb reads patterns"
                                   : "(?N), (?t<=n), \".\" or \".*\", as dialect=clickhouse reads patterns");
            }
        }
        if (duckdb_ && parts.size() == 1) text_.fail("a pattern that is not empty, for dialect=duckdb");
    }

  private:
    void skip() {
        if (duckdb_) text_.skip_blanks();
    }

    Part read_time() {
        constexpr struct {
            std::string_view written;
            Kind kind;
        } comparisons[] = {{"<=", Kind::at_most}, {"<", Kind::below},  {">=", Kind::at_least},
                           {">", Kind::above},    {"==", Kind::equal}, {"!=", Kind::different}};
        for (const auto& comparison : comparisons) {
            if (comparison.kind == Kind::different && !duckdb_) break;
            if (!text_.take(comparison.written)) continue;
            if (!duckdb_) text_.take("+");
            const Part part{comparison.kind, false, text_.number()};
            text_.expect(")");
            return part;
        }
        text_.fail(duckdb_ ? "<=, <, >=, >, == or !=" : "<=, <, >=, > or ==, as dialect=clickhouse");
    }

    // The limit just read.
    void check_time(std::span<const Part> parts, std::size_t start) const {
        const Part& before = parts[parts.size() - 2];
        if (!duckdb_ && before.limits_time())
            text_.fail_at(start, "(?N), \".\" or \".*\" between two time limits, for dialect=clickhouse");
        const auto takes_row = [](const Part& part) { return part.takes_row(); };
        if (duckdb_ && std::none_of(parts.begin(), parts.end(), takes_row))
            text_.fail_at(start, "(?N) or \".\" before a time limit, for dialect=duckdb");
    }

    Part read_condition() {
        const std::size_t start = text_.position();
        if (!text_.at_digit()) text_.fail("a condition number or \"t\"");
        const std::uint32_t number = text_.number();
        if (number == 0 || number > conditions_) {
            throw Error(ErrorCode::invalid_argument, "pattern",
                        "pattern: there is no condition %u (character %u)", number, text_.character(start))
                .detail("%u condition(s) are given, numbered from 1.", conditions_)
                .hint("Give the condition after ts, or correct the number.");
        }
        text_.expect(")");
        return {Kind::condition, false, number - 1};
    }

    PatternText text_;
    std::uint32_t conditions_;
    bool duckdb_;
};

}  // namespace

DialectPattern::DialectPattern(std::string_view pattern, std::uint32_t conditions, Dialect dialect,
                               std::pmr::memory_resource& memory)
    : dialect_(dialect), parts_(&memory) {
    parts_.push_back({Kind::gap});
    DialectParser(pattern, conditions, dialect).read(parts_);
    for (std::uint32_t i = 0; i < parts_.size(); ++i) {
        if (parts_[i].takes_row()) tail_ = i + 1;
        if (parts_[i].limits_time()) limits_time_ = true;
    }
    if (dialect != Dialect::duckdb) return;
    // All limits of a gap count from one row. So what can follow a part that is not its
    // last from a later row can follow it from its first row too.
    for (std::uint32_t i = 0; i + 1 < tail_; ++i) {
        parts_[i].once = !parts_[i].takes_row() && !parts_[i + 1].takes_row();
    }
}

// --- the search --------------------------------------------------------------

namespace {

class DialectSearch {
  public:
    // `to_the_end`: a way that ends with the rows is one like others.
    DialectSearch(const SequenceState& state, bool to_the_end, std::pmr::memory_resource& memory)
        : pattern_(*state.rules().dialect_pattern),
          duckdb_(pattern_.dialect() == Dialect::duckdb),
          to_the_end_(to_the_end || duckdb_),
          stride_((state.rules().steps + 63) / 64),
          rows_(&memory),
          words_(&memory),
          visited_(&memory),
          turns_(&memory),
          taken_(&memory),
          longest_(&memory) {
        rows_.reserve(state.rows());
        words_.reserve(state.rows() * stride_);
        state.for_each([&](Time time, std::span<const std::uint64_t> satisfied) {
            rows_.push_back({time, words_.size()});
            words_.insert(words_.end(), satisfied.begin(), satisfied.end());
            words_.resize(rows_.size() * stride_);
        });
        std::sort(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) {
            poll_();
            return a.time != b.time ? a.time < b.time : stands_before(a, b);
        });
        visited_.resize((rows_.size() * pattern_.parts().size() + 63) / 64);
    }

    std::uint32_t rows() const { return static_cast<std::uint32_t>(rows_.size()); }
    // Is there a match that begins at row `from` or later? Then `from` is the row after it.
    bool find(std::uint32_t& from);
    // The times of the rows taken by (?N): of the longest way so far, the first of these.
    std::pmr::vector<Time> times(std::pmr::memory_resource& memory) const {
        std::pmr::vector<Time> times(&memory);
        for (const std::uint32_t row : longest_) times.push_back(rows_[row].time);
        return times;
    }

  private:
    struct Row {
        Time time;
        std::size_t words;
    };
    // At a part and a row, with the row from which a time limit counts.
    struct Place {
        std::uint32_t part, row, since;
    };
    struct Turn {
        Place place;
        std::size_t taken;
    };

    bool satisfies(std::uint32_t row, std::uint32_t condition) const {
        return ((words_[rows_[row].words + condition / 64] >> (condition % 64)) & 1) != 0;
    }
    bool stands_before(const Row& a, const Row& b) const {
        for (std::size_t word = 0; word < stride_; ++word) {
            const std::uint64_t mine = words_[a.words + word], differ = mine ^ words_[b.words + word];
            if (differ != 0) return ((mine >> std::countr_zero(differ)) & 1) != 0;
        }
        return false;
    }
    Span seconds_between(std::uint32_t from, std::uint32_t to) const {
        const Time a = rows_[from].time, b = rows_[to].time;
        return static_cast<Span>(duckdb_ ? (b - a) / second : floor_seconds(b) - floor_seconds(a));
    }
    static Time floor_seconds(Time time) { return time / second - (time % second < 0 ? 1 : 0); }

    bool first_visit(const Place& at) {
        const std::size_t bit = at.row * pattern_.parts().size() + at.part;
        std::uint64_t& word = visited_[bit / 64];
        const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
        return (word & mask) == 0 && (word |= mask, true);
    }
    void forget(std::uint32_t row) {
        if (row >= rows()) return;
        const std::size_t parts = pattern_.parts().size();
        for (std::size_t bit = row * parts; bit < (row + 1) * parts; ++bit)
            visited_[bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
    }
    bool ends_here(std::uint32_t part) const {
        const auto rest = pattern_.parts().subspan(part);
        return std::all_of(rest.begin(), rest.end(), [](const Part& p) { return p.takes_nothing(); });
    }
    bool go_back(Place& at);
    bool take_row(Place& at);
    bool pass(Place& at);
    bool finish_duckdb(Place& at) const;

    const DialectPattern& pattern_;
    bool duckdb_, to_the_end_;
    std::size_t stride_;
    std::pmr::vector<Row> rows_;
    std::pmr::vector<std::uint64_t> words_;
    std::pmr::vector<std::uint64_t> visited_;  // a bit for each row and part: led nowhere
    std::pmr::vector<Turn> turns_;             // where another row can be tried
    std::pmr::vector<std::uint32_t> taken_;    // by (?N), up to here
    std::pmr::vector<std::uint32_t> longest_;
    Poll poll_;
};

bool DialectSearch::find(std::uint32_t& from) {
    const auto parts = static_cast<std::uint32_t>(pattern_.parts().size());
    const std::uint32_t begin = from;
    Place at{0, begin, begin};
    turns_.clear();
    taken_.clear();
    bool more = true, found = false;
    while (more && !found) {
        poll_();
        if (duckdb_ && at.part >= pattern_.tail()) {
            found = finish_duckdb(at);
            if (!found) more = go_back(at);
        } else if (at.part == parts || (at.row == rows() && ends_here(at.part))) {
            found = true;
        } else if (at.row == rows()) {
            more = to_the_end_ && go_back(at);
        } else if (pattern_.parts()[at.part].takes_row()) {
            more = take_row(at);
        } else {
            more = pass(at);
        }
    }
    if (!found && !duckdb_) found = turns_.empty() && ends_here(0);
    from = !found && duckdb_ ? rows() : std::max(at.row, begin + 1);
    forget(from);  // rows before it are never asked again, later ones led nowhere
    return found;
}

// To the latest turn where there is one more row to try.
bool DialectSearch::go_back(Place& at) {
    while (!turns_.empty()) {
        const Turn turn = turns_.back();
        turns_.pop_back();
        at = turn.place;
        taken_.resize(turn.taken);
        if (++at.row < rows()) return true;
    }
    return false;
}

bool DialectSearch::take_row(Place& at) {
    const Part& part = pattern_.parts()[at.part];
    if (!first_visit(at) || (part.kind == Kind::condition && !satisfies(at.row, part.number)))
        return go_back(at);
    if (part.kind == Kind::condition) {
        taken_.push_back(at.row);
        if (taken_.size() > longest_.size()) longest_ = taken_;
    }
    at = {at.part + 1, at.row + 1, at.row};
    return true;
}

// Over a gap or a time limit.
bool DialectSearch::pass(Place& at) {
    const Part& part = pattern_.parts()[at.part];
    if (part.limits_time()) {
        if (!part.holds(seconds_between(at.since, at.row))) {
            if (part.kind == Kind::at_most || part.kind == Kind::below) return go_back(at);
            return ++at.row < rows() || go_back(at);
        }
    } else if (!part.once && !first_visit(at)) {
        return go_back(at);
    }
    if (!part.once) turns_.push_back({at, taken_.size()});
    if (!duckdb_) at.since = at.row;
    ++at.part;
    return true;
}

// The limits after the last row taken: the first row at which all have held, or
// the end of the rows if there they need not.
bool DialectSearch::finish_duckdb(Place& at) const {
    if (pattern_.tail() == 0) return true;  // nothing but ".*"
    bool row_left = at.row < rows(), at_end = !row_left;
    for (const Part& part : pattern_.parts().subspan(pattern_.tail())) {
        if (!part.limits_time()) {
            at_end = at_end || row_left;
            continue;
        }
        const bool upper = part.kind == Kind::at_most || part.kind == Kind::below;
        const bool reaches_end = row_left && (!upper || part.holds(seconds_between(at.since, rows() - 1)));
        at_end = part.takes_nothing() && (at_end || reaches_end);
        while (row_left && !part.holds(seconds_between(at.since, at.row)))
            row_left = !upper && ++at.row < rows();
    }
    if (!row_left) at.row = rows();
    return row_left || at_end;
}

}  // namespace

bool dialect_match(const SequenceState& state, std::pmr::memory_resource& memory) {
    DialectSearch search(state, !state.rules().dialect_pattern->limits_time(), memory);
    std::uint32_t from = 0;
    if (search.rows() == 0 && state.rules().dialect == Dialect::duckdb) return false;
    return search.find(from);
}

std::int64_t dialect_count(const SequenceState& state, std::pmr::memory_resource& memory) {
    DialectSearch search(state, false, memory);
    std::int64_t count = 0;
    for (std::uint32_t from = 0; from < search.rows() && search.find(from);) ++count;
    return count;
}

std::pmr::vector<Time> dialect_match_events(const SequenceState& state, std::pmr::memory_resource& memory) {
    DialectSearch search(state, false, memory);
    std::uint32_t from = 0;
    if (search.rows() > 0) search.find(from);
    return search.times(memory);
}

}  // namespace journey
