// Retention against its definitions, spelled out customer by customer and cell by
// cell; and a state that is split, written, read and merged.
#include "core/retention_report.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "core/error.hpp"
#include "period_case.hpp"
#include "poll.hpp"

namespace journey::test {
namespace {

struct Filter {
    bool any = true;
    std::vector<std::string_view> names;
    bool has(const std::string& name) const {
        return any || std::find(names.begin(), names.end(), name) != names.end();
    }
};

struct RetentionCase : PeriodCase {
    explicit RetentionCase(Random& random) : PeriodCase(random) {
        definition = static_cast<Returning>(random.below(5));
        cohorts = static_cast<CohortMode>(random.below(3));
        if (definition == Returning::bracket) {
            brackets.push_back(random.below(3));
            for (std::uint32_t i = 0; i <= random.below(3); ++i) {
                brackets.push_back(brackets.back() + 1 + random.below(4));
            }
        } else {
            first_period = random.below(3);
            if (random.percent(50)) last_period = first_period + random.below(5);
        }
        if (random.percent(40)) window = 1 + random.below(30);
        min_events = 1 + random.below(3);
        start_counts = random.percent(60);
        for (Filter* filter : {&starts, &returns}) {
            if (!random.percent(60)) continue;
            filter->any = false;
            for (const std::string& name : names) {
                if (random.percent(60)) filter->names.push_back(name);
            }
            if (filter->names.empty()) filter->names.push_back("nothing");
        }
    }

    RetentionOptions options(std::pmr::memory_resource& memory) const {
        RetentionOptions made(memory);
        made.shape.frame.from = from;
        made.shape.frame.as_of = as_of;
        made.shape.definition = definition;
        made.shape.first_period = first_period;
        made.shape.last_period = last_period;
        made.shape.brackets.assign(brackets.begin(), brackets.end());
        made.shape.window_length = window;
        if (!starts.any) made.starts.only(starts.names);
        if (!returns.any) made.returns.only(returns.names);
        made.cohorts = cohorts;
        made.min_events = min_events;
        made.start_counts = start_counts;
        return made;
    }

    Returning definition;
    CohortMode cohorts;
    std::vector<std::uint32_t> brackets;
    std::uint32_t first_period = 0, last_period = RetentionShape::no_last, min_events = 1;
    Span window = 0;
    bool start_counts = true;
    Filter starts, returns;
};

// --- the oracle -----------------------------------------------------------------

struct Member {
    std::size_t cohort;
    Time started;
    std::set<std::int64_t> periods;  // with enough return events
};

std::vector<Member> members(const RetentionCase& c) {
    std::vector<Member> all;
    const Time begin = c.has_from() ? c.calendar.period_start(c.from) : min_time;
    for (std::size_t customer = 0; customer < c.journeys.size(); ++customer) {
        const Events events = c.visible(customer);
        std::set<std::size_t> joined;
        bool started = false;
        for (std::size_t i = 0; i < events.size(); ++i) {
            const Time time = events[i].time;
            if (!c.starts.has(events[i].name)) continue;
            if (c.cohorts != CohortMode::first && time < begin) continue;
            const bool first = !started;
            started = true;
            if (c.cohorts == CohortMode::recurring ? !joined.insert(c.calendar.number(time)).second : !first)
                continue;
            if (time < begin) continue;
            std::map<std::int64_t, std::uint32_t> counts;
            for (std::size_t k = c.start_counts ? i : i + 1; k < events.size(); ++k) {
                if (!c.returns.has(events[k].name)) continue;
                ++counts[c.window == 0 ? static_cast<std::int64_t>(c.calendar.number(events[k].time) -
                                                                   c.calendar.number(time))
                                       : (events[k].time - time) / static_cast<Time>(c.window)];
            }
            Member member{c.calendar.number(time), time, {}};
            for (const auto& [period, count] : counts) {
                if (count >= c.min_events) member.periods.insert(period);
            }
            all.push_back(member);
        }
    }
    return all;
}

bool retained(const RetentionCase& c, const Member& member, std::int64_t a, std::int64_t b) {
    const auto any = [&](std::int64_t from, std::int64_t to) {
        return std::any_of(member.periods.begin(), member.periods.end(),
                           [&](std::int64_t k) { return from <= k && k <= to; });
    };
    switch (c.definition) {
        case Returning::exact:
        case Returning::bracket:
            return any(a, b);
        case Returning::on_or_after:
            return any(a, 1'000'000);
        case Returning::on_or_before:
            return any(c.first_period, b);
        case Returning::streak:
            for (std::int64_t k = c.first_period; k <= b; ++k) {
                if (member.periods.count(k) == 0) return false;
            }
            return true;
    }
    return false;
}

std::string oracle(const RetentionCase& c) {
    std::ostringstream out;
    const std::vector<Member> all = members(c);
    if (all.empty() && !c.has_from()) return "";
    std::size_t cohort = c.has_from() ? c.calendar.number(c.from) : SIZE_MAX;
    for (const Member& member : all) cohort = std::min(cohort, member.cohort);
    for (; c.calendar.cut(cohort) < c.as_of; ++cohort) {
        const Time cohort_end = c.calendar.cut(cohort + 1);
        std::int64_t size = 0;
        for (const Member& member : all) size += member.cohort == cohort ? 1 : 0;
        for (std::size_t cell = 0;; ++cell) {
            std::int64_t a = c.first_period + static_cast<std::int64_t>(cell), b = a;
            if (c.definition == Returning::bracket) {
                if (cell + 1 >= c.brackets.size()) break;
                a = c.brackets[cell];
                b = c.brackets[cell + 1] - 1;
            } else if (c.last_period != RetentionShape::no_last) {
                if (a > c.last_period) break;
            } else if ((c.window == 0
                            ? c.calendar.cut(cohort + static_cast<std::size_t>(a))
                            : c.calendar.cut(cohort) + a * static_cast<Time>(c.window)) >= c.as_of) {
                break;
            }
            bool complete = cohort_end <= c.as_of;
            std::int64_t count = 0;
            const auto over = [&](Time started) {
                return (c.window == 0 ? c.calendar.cut(cohort + static_cast<std::size_t>(b) + 1)
                                      : started + (b + 1) * static_cast<Time>(c.window)) <= c.as_of;
            };
            if (size == 0) complete = complete && over(cohort_end);
            for (const Member& member : all) {
                if (member.cohort != cohort) continue;
                complete = complete && over(member.started);
                count += retained(c, member, a, b) ? 1 : 0;
            }
            out << c.calendar.cut(cohort) << ' ' << size << ' ' << a << ' ';
            if (complete) {
                out << count << " complete\n";
            } else {
                out << "-\n";
            }
        }
    }
    return out.str();
}

// --- ours -----------------------------------------------------------------------

std::string report(const RetentionCase& c, const RetentionSummary& summary) {
    std::ostringstream out;
    std::pmr::monotonic_buffer_resource memory;
    Spine spine(c.calendar, c.as_of, memory);
    RetentionRows rows(summary, spine, memory);
    std::uint32_t count = 0;
    while (const auto row = rows.next()) {
        ++count;
        out << row->cohort << ' ' << row->cohort_size << ' ' << row->period_no << ' ';
        if (row->complete) {
            out << *row->retained << " complete\n";
            EXPECT_EQ(row->rate.has_value(), row->cohort_size > 0);
            if (row->rate) {
                EXPECT_EQ(*row->rate,
                          static_cast<double>(*row->retained) / static_cast<double>(row->cohort_size));
            }
        } else {
            out << "-\n";
            EXPECT_FALSE(row->retained || row->rate);
        }
    }
    EXPECT_EQ(rows.count(), count);
    return out.str();
}

void add_customers(const RetentionCase& c, RetentionSummary& summary, std::size_t from, std::size_t step,
                   bool with_values) {
    std::pmr::monotonic_buffer_resource memory;
    const RetentionOptions options = c.options(memory);
    Spine spine(c.calendar, c.as_of, memory);
    RetentionReader reader(options, spine, with_values, memory);
    summary.use(options.shape);
    for (std::size_t i = from; i < c.values.size(); i += step) {
        for (const Joined& joined : reader.read(c.values[i]->view())) {
            summary.add(options, spine.start(joined.cohort), joined.started, reader.returns(joined));
        }
    }
}

TEST(RetentionReport, AgreesWithTheDefinitionsOnRandomCustomers) {
    Random random(7101);
    for (std::uint32_t i = 0; i < cases(8000); ++i) {
        const RetentionCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        RetentionSummary summary(memory);
        add_customers(c, summary, 0, 1, random.percent(50));
        ASSERT_EQ(report(c, summary), oracle(c)) << "case " << i;
    }
}

TEST(RetentionReport, IsTheSameHoweverTheStateWasSplitAndMerged) {
    Random random(7102);
    for (std::uint32_t i = 0; i < cases(2000); ++i) {
        const RetentionCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        RetentionSummary whole(memory);
        add_customers(c, whole, 0, 1, false);
        const std::size_t parts = 1 + random.below(4);
        RetentionSummary merged(memory);
        for (std::size_t part = parts; part-- > 0;) {
            RetentionSummary some(memory), read(memory);
            add_customers(c, some, part, parts, false);
            std::vector<std::byte> bytes(some.encoded_size());
            some.encode(bytes.data());
            read.decode(bytes);
            merged.merge(read);
        }
        ASSERT_EQ(report(c, merged), report(c, whole)) << "case " << i;
    }
}

// One customer's cells and the values of his periods.
TEST(RetentionReport, CustomersCellsAddUpToTheReport) {
    Random random(7103);
    for (std::uint32_t i = 0; i < cases(2000); ++i) {
        const RetentionCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        const RetentionOptions options = c.options(memory);
        Spine spine(c.calendar, c.as_of, memory);
        RetentionReader reader(options, spine, true, memory);
        const std::vector<Member> all = members(c);
        std::size_t member = 0;
        for (std::size_t customer = 0; customer < c.values.size(); ++customer) {
            for (const Joined& joined : reader.read(c.values[customer]->view())) {
                ASSERT_LT(member, all.size());
                ASSERT_EQ(spine.start(joined.cohort), c.calendar.cut(all[member].cohort));
                ASSERT_EQ(joined.started, all[member].started);
                std::pmr::vector<std::uint64_t> cells(options.shape.cells(joined.cohort, spine), &memory);
                retained_cells(options, reader.returns(joined), cells);
                for (std::uint32_t cell = 0; cell < cells.size(); ++cell) {
                    ASSERT_EQ(cells[cell] != 0, retained(c, all[member], options.shape.first_of(cell),
                                                         options.shape.last_of(cell)))
                        << "case " << i;
                }
                // The values of his return periods are those of all his return events.
                // Sums in another order differ by what rounding leaves of the largest.
                double ours = 0, theirs = 0, magnitude = 0;
                for (const ReturnPeriod& each : reader.returns(joined)) ours += each.value.value_or(0);
                const Events events = c.visible(customer);
                for (std::size_t e = joined.event + (c.start_counts ? 0 : 1); e < events.size(); ++e) {
                    if (!c.returns.has(events[e].name)) continue;
                    theirs += events[e].value.value_or(0);
                    magnitude += std::abs(events[e].value.value_or(0));
                }
                ASSERT_TRUE(ours == theirs || std::abs(ours - theirs) <= 1e-12 * magnitude ||
                            !std::isfinite(magnitude) || std::isnan(theirs))
                    << ours << ' ' << theirs;
                ++member;
            }
        }
        ASSERT_EQ(member, all.size());
    }
}

TEST(RetentionReport, DamagedStatesAreRefusedOrRead) {
    Random random(7104);
    for (std::uint32_t i = 0; i < cases(1500); ++i) {
        const RetentionCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        RetentionSummary summary(memory);
        add_customers(c, summary, 0, 1, false);
        std::vector<std::byte> bytes(summary.encoded_size());
        summary.encode(bytes.data());
        if (random.percent(50)) {
            bytes.resize(random.below(bytes.size() + 1));
        } else {
            for (std::uint32_t n = 0; n <= random.below(3); ++n) {
                bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
            }
        }
        const std::vector<std::byte> copy(bytes);  // an exact block: the sanitizer sees reads past it
        RetentionSummary read(memory);
        try {
            read.decode(copy);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_binary);
        }
    }
}

TEST(RetentionReport, DifferentOptionsAreNoOneReport) {
    std::pmr::monotonic_buffer_resource memory;
    RetentionSummary summary(memory);
    RetentionShape shape(memory);
    summary.use(shape);
    shape.first_period = 1;
    EXPECT_THROW(summary.use(shape), Error);
}

TEST(RetentionReport, CanBeCancelledInALongJourney) {
    Events events;
    for (Time i = 0; i < 20000; ++i) events.push_back({i / 100, "e"});
    const Value value = encode(events);
    Random random(7105);
    const UnevenCalendar calendar(random);
    std::pmr::monotonic_buffer_resource memory;
    RetentionOptions options(memory);
    options.shape.frame.as_of = 300;
    Spine spine(calendar, 300, memory);
    RetentionReader reader(options, spine, false, memory);
    cancel_after(1);
    EXPECT_THROW(reader.read(value.view()), Error);
    cancel_never();
}

}  // namespace
}  // namespace journey::test
