#include "funnel_case.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/events.hpp"

namespace journey::test {

namespace {

std::string list(std::uint32_t bits, std::uint32_t first) {
    std::string text;
    for (std::uint32_t i = 0; i < 32; ++i) {
        if (((bits >> i) & 1) != 0) text += (text.empty() ? "" : ",") + std::to_string(i + first);
    }
    return text;
}

std::string describe_options(const FunnelOptions& options) {
    std::string text = "steps=" + std::to_string(options.steps);
    if (options.within != no_limit) text += " within=" + std::to_string(options.within);
    if (!options.limits.empty()) {
        text += " limits=";
        for (const Span limit : options.limits)
            text += (limit == no_limit ? "-" : std::to_string(limit)) + ",";
    }
    if (!options.optional.empty()) {
        text += " optional=";
        for (std::uint32_t step = 1; step <= options.steps; ++step) {
            if (options.is_optional(step)) text += std::to_string(step) + ",";
        }
    }
    const auto flag = [&](bool on, const char* name) { text += on ? std::string(" ") + name : ""; };
    flag(options.order == StepOrder::next_event, "next_event");
    flag(options.order == StepOrder::unordered, "unordered");
    flag(options.entry == Entry::earliest, "entry=earliest");
    flag(options.entry == Entry::first, "entry=first");
    flag(options.ties == Ties::in_order, "ties=in_order");
    flag(options.ties == Ties::strict, "ties=strict");
    if (options.grace != 0) text += " grace=" + std::to_string(options.grace);
    flag(options.hold_channel, "hold_channel");
    flag(options.reuse_event, "reuse_event");
    flag(options.exclusions,
         options.on_exclusion == OnExclusion::discard ? "exclusions=discard" : "exclusions=stop");
    flag(options.deduplicate, "deduplicate");
    flag(options.reentry, "reentry");
    return text;
}

}  // namespace

StepKinds kinds_of(const FunnelCase& given, std::pmr::memory_resource& memory) {
    StepKinds kinds(given.options.steps, memory);
    for (std::size_t k = 1; k < given.kinds.size(); ++k) {
        const std::uint32_t kind = kinds.add();
        for (std::uint32_t step = 1; step <= given.options.steps; ++step) {
            if (given.kinds[k].satisfies(step)) kinds.satisfy(kind, step);
            if (given.kinds[k].excluded_in(step)) kinds.exclude(kind, step, step + 1);
        }
    }
    return kinds;
}

std::vector<FunnelRow> rows_of(const FunnelCase& given) {
    std::vector<FunnelRow> rows;
    for (const OracleRow& row : given.rows) {
        const std::uint32_t kind = given.kinds[row.kind].is_nothing() ? 0 : row.kind;
        rows.push_back({row.time, static_cast<std::uint32_t>(rows.size()), kind});
    }
    return rows;
}

Bytes encode_case(const FunnelCase& given, std::pmr::memory_resource& memory) {
    Vocabulary vocabulary(memory);
    EventList events(vocabulary, memory);
    for (std::size_t i = 0; i < given.rows.size(); ++i) {
        const OracleRow& row = given.rows[i];
        const std::uint32_t event = vocabulary.events.intern("k" + std::to_string(row.kind), "event");
        const std::uint32_t channel =
            row.channel == none ? no_channel
                                : vocabulary.channels.intern("c" + std::to_string(row.channel), "channel");
        EventExtra extra;
        extra.tiebreak = static_cast<std::int64_t>(i);
        events.add(row.time, event, channel, extra);
    }
    return events.encode(memory);
}

void fill(Funnel& funnel, const FunnelCase& given) {
    funnel.options = given.options;
    for (std::uint32_t step = 1; step <= given.options.steps; ++step) {
        std::string text;
        for (std::size_t k = 1; k < given.kinds.size(); ++k) {
            if (given.kinds[k].satisfies(step)) text += (text.empty() ? "k" : "|k") + std::to_string(k);
        }
        funnel.names.add_step(step, text.empty() ? "never" + std::to_string(step) : text, "steps");
    }
    for (std::size_t k = 1; k < given.kinds.size(); ++k) {
        for (std::uint32_t gap = 1; gap < given.options.steps; ++gap) {
            if (given.kinds[k].excluded_in(gap))
                funnel.names.exclude("k" + std::to_string(k), 1, gap, gap + 1);
        }
    }
}

std::string describe(const FunnelCase& given) {
    std::string text = describe_options(given.options) + "\n  rows (time{steps}x{excluded gaps}@channel):";
    for (const OracleRow& row : given.rows) {
        const OracleKind& kind = given.kinds[row.kind];
        text += " " + std::to_string(row.time) + "{" + list(kind.satisfied, 1) + "}";
        if (kind.excluded != 0) text += "x{" + list(kind.excluded, 0) + "}";
        if (row.channel != none) text += "@" + std::to_string(row.channel);
    }
    return text;
}

std::string describe(const Outcome& outcome) {
    std::string text = "level " + std::to_string(outcome.level) + " times";
    for (const auto& time : outcome.times) text += " " + (time ? std::to_string(*time) : std::string("-"));
    text += " rows";
    for (const auto& rows : outcome.rows) {
        text += " (";
        for (const int row : rows) text += (row == none ? "-" : std::to_string(row)) + " ";
        text.back() = ')';
        if (text.size() > 400) break;
    }
    return text;
}

std::string describe(const Chain& chain) {
    std::string text = "level " + std::to_string(chain.level) + " times";
    for (std::size_t s = 0; s < chain.times.size(); ++s) {
        text += " " + (chain.rows[s] == no_row ? "-" : std::to_string(chain.times[s]));
    }
    text += " rows (";
    for (const std::uint32_t row : chain.rows) text += (row == no_row ? "-" : std::to_string(row)) + " ";
    text.back() = ')';
    return text;
}

namespace {

// The chain's rows must be one of the oracle's choices, its times the rows' own.
std::string check_chain(const FunnelCase& given, const Outcome& expected, const Chain& chain) {
    const std::uint32_t steps = given.options.steps;
    if (chain.level != expected.level) return "another level";
    if (chain.level == 0) return "";
    if (chain.rows.size() != steps || chain.times.size() != steps)
        return "not one row and time for each step";
    std::vector<int> rows;
    Time start = INT64_MAX, end = INT64_MIN;
    for (std::uint32_t s = 0; s < steps; ++s) {
        rows.push_back(chain.rows[s] == no_row ? none : static_cast<int>(chain.rows[s]));
        if (rows.back() == none) continue;
        if (chain.rows[s] >= given.rows.size()) return "a row that is not there";
        if (chain.times[s] != given.rows[chain.rows[s]].time) return "a time that is not the row's";
        start = std::min(start, chain.times[s]);
        end = std::max(end, chain.times[s]);
    }
    if (expected.rows.count(rows) == 0) return "a chain that is not the best";
    // With grace the last event may be dated before one taken earlier.
    if (given.options.grace == 0 && (chain.start() != start || chain.end() != end)) return "start() or end()";
    return "";
}

template <class Answer>
std::string check(const char* way, const FunnelCase& given, const Outcome& expected, Answer answer) {
    std::string wrong;
    try {
        wrong = answer();
    } catch (const Error& error) {
        wrong = std::string("error: ") + error.message();
    }
    if (wrong.empty()) return "";
    return std::string(way) + ": " + wrong + "\n  case: " + describe(given) +
           "\n  expected: " + describe(expected);
}

template <class Level, class Find>
std::string check_both(const char* way, const FunnelCase& given, const Outcome& expected, Level level,
                       Find find) {
    std::string wrong = check(way, given, expected, [&]() -> std::string {
        const std::uint32_t got = level();
        return got == expected.level ? "" : "funnel_level is " + std::to_string(got);
    });
    if (!wrong.empty()) return wrong;
    return check(way, given, expected, [&]() -> std::string {
        const Chain chain = find();
        const std::string fault = check_chain(given, expected, chain);
        return fault.empty() ? "" : "funnel_chain gives " + fault + ": " + describe(chain);
    });
}

std::string check_rows(const char* way, const FunnelCase& given, const Outcome& expected,
                       const std::vector<FunnelRow>& rows) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    const StepKinds kinds = kinds_of(given, memory);
    return check_both(
        way, given, expected, [&] { return funnel_level(rows, kinds, given.options, memory); },
        [&] { return funnel_chain(rows, kinds, given.options, memory); });
}

std::string check_journey(const char* way, const FunnelCase& given, const Outcome& expected) {
    std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
    const Bytes bytes = encode_case(given, memory);
    const JourneyView view({bytes.data, bytes.size});
    Funnel funnel(given.options.steps, memory);
    fill(funnel, given);
    const std::string wrong = check_both(
        way, given, expected, [&] { return funnel_level(view, funnel, memory); },
        [&] { return funnel_chain(view, funnel, memory); });
    memory.deallocate(bytes.data, bytes.size);
    return wrong;
}

}  // namespace

std::string disagreement(const FunnelCase& given) {
    const Outcome expected = funnel_outcome(given);
    if (std::string wrong = check_journey("journey", given, expected); !wrong.empty()) return wrong;
    // Limits that limit nothing lead past the fast path.
    FunnelCase general = given;
    if (general.options.limits.empty()) general.options.limits.assign(general.options.steps, no_limit);
    if (std::string wrong = check_journey("journey, general", general, expected); !wrong.empty())
        return wrong;
    if (given.options.hold_channel) return "";

    const std::vector<FunnelRow> rows = rows_of(given);
    std::vector<FunnelRow> kept = rows;
    std::erase_if(kept, [](const FunnelRow& row) { return row.kind == 0; });
    // With grace a row that is nothing would open a group of its own.
    const bool may_leave_out = given.options.order != StepOrder::next_event;
    const bool may_keep = !may_leave_out || given.options.grace == 0;
    if (may_keep) {
        if (std::string wrong = check_rows("rows", given, expected, rows); !wrong.empty()) return wrong;
        if (std::string wrong = check_rows("rows, general", general, expected, rows); !wrong.empty())
            return wrong;
    }
    return may_leave_out ? check_rows("rows without kind 0", given, expected, kept) : "";
}

FunnelCase shrink(FunnelCase failing, const std::function<bool(const FunnelCase&)>& fails) {
    bool smaller = true;
    const auto attempt = [&](const std::function<void(FunnelCase&)>& change) {
        FunnelCase candidate = failing;
        change(candidate);
        if (describe(candidate) == describe(failing) || !fails(candidate)) return;
        failing = candidate;
        smaller = true;
    };
    while (smaller) {
        smaller = false;
        for (std::size_t i = failing.rows.size(); i-- > 0;) {
            attempt([&](FunnelCase& c) { c.rows.erase(c.rows.begin() + static_cast<std::ptrdiff_t>(i)); });
        }
        for (std::size_t i = 0; i < failing.rows.size(); ++i) {
            attempt([&](FunnelCase& c) { c.rows[i].channel = none; });
            // Later rows move along: the order and the ties stay.
            attempt([&](FunnelCase& c) {
                const Time before = i == 0 ? 0 : c.rows[i - 1].time;
                if (c.rows[i].time <= before) return;
                for (std::size_t k = i; k < c.rows.size(); ++k) --c.rows[k].time;
            });
        }
        for (std::size_t k = 1; k < failing.kinds.size(); ++k) {
            for (std::uint32_t bit = 0; bit < 32; ++bit) {
                attempt([&](FunnelCase& c) { c.kinds[k].satisfied &= ~(1u << bit); });
                attempt([&](FunnelCase& c) { c.kinds[k].excluded &= ~(1u << bit); });
            }
        }
        attempt([](FunnelCase& c) {
            const std::uint32_t last = c.options.steps;
            if (last < 2) return;
            for (OracleKind& kind : c.kinds) {
                kind.satisfied &= ~(1u << (last - 1));
                kind.excluded &= ~(1u << (last - 1));
            }
            c.options.steps = last - 1;
            if (!c.options.limits.empty()) c.options.limits.resize(last - 1);
            if (!c.options.optional.empty()) c.options.optional.resize(last - 1);
        });
        attempt([](FunnelCase& c) { c.options.within = no_limit; });
        attempt([](FunnelCase& c) { c.options.limits.clear(); });
        for (std::size_t s = 0; s < failing.options.limits.size(); ++s) {
            attempt([&](FunnelCase& c) { c.options.limits[s] = no_limit; });
        }
        attempt([](FunnelCase& c) { c.options.optional.clear(); });
        for (std::size_t s = 0; s < failing.options.optional.size(); ++s) {
            attempt([&](FunnelCase& c) { c.options.optional[s] = 0; });
        }
        attempt([](FunnelCase& c) { c.options.order = StepOrder::any_gap; });
        attempt([](FunnelCase& c) { c.options.reentry = false; });
        attempt([](FunnelCase& c) { c.options.entry = Entry::latest; });
        attempt([](FunnelCase& c) { c.options.ties = Ties::favourable; });
        attempt([](FunnelCase& c) { c.options.grace = 0; });
        attempt([](FunnelCase& c) { c.options.hold_channel = false; });
        attempt([](FunnelCase& c) { c.options.reuse_event = false; });
        attempt([](FunnelCase& c) { c.options.exclusions = false; });
        attempt([](FunnelCase& c) { c.options.on_exclusion = OnExclusion::stop; });
        attempt([](FunnelCase& c) { c.options.deduplicate = false; });
    }
    return failing;
}

void expect_agreement(std::uint64_t salt, std::uint32_t usual_cases, const Mix& mix) {
    Random random(salt);
    for (std::uint32_t i = 0; i < cases(usual_cases); ++i) {
        const FunnelCase given = random_case(random, mix);
        if (disagreement(given).empty()) continue;
        const FunnelCase small = shrink(given, [](const FunnelCase& c) { return !disagreement(c).empty(); });
        FAIL() << disagreement(small) << "\n  (case " << i << " of JOURNEY_SEED=" << seed() << ")";
    }
}

}  // namespace journey::test
