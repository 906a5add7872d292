// Lifecycle, growth and stickiness against their definitions, period by period.
#include "core/lifecycle.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "core/error.hpp"
#include "period_case.hpp"

namespace journey::test {
namespace {

struct ActivityCase : PeriodCase {
    explicit ActivityCase(Random& random) : PeriodCase(random) {
        min_events = 1 + random.below(3);
        if (random.percent(50) && !names.empty()) filter.push_back(names[0]);
    }
    ActivityOptions options(std::pmr::memory_resource& memory) const {
        ActivityOptions made(memory);
        made.frame.from = from;
        made.frame.as_of = as_of;
        if (!filter.empty()) made.events.only(filter);
        made.min_events = min_events;
        return made;
    }
    // The periods a customer is active in, by their numbers in the calendar.
    std::set<std::size_t> active(std::size_t customer) const {
        std::map<std::size_t, std::uint32_t> counts;
        for (const Event& event : visible(customer)) {
            if (filter.empty() || event.name == filter[0]) ++counts[calendar.number(event.time)];
        }
        std::set<std::size_t> enough;
        for (const auto& [period, count] : counts) {
            if (count >= min_events) enough.insert(period);
        }
        return enough;
    }
    std::size_t range_begin() const { return has_from() ? calendar.number(from) : 0; }
    std::size_t range_end() const {  // after the period as_of is in
        return calendar.number(as_of - 1) + 1;
    }
    bool complete(std::size_t period) const { return calendar.cut(period + 1) <= as_of; }

    std::uint32_t min_events = 1;
    std::vector<std::string_view> filter;
};

std::string state(const std::set<std::size_t>& active, std::size_t period) {
    const bool now = active.count(period) > 0, before = active.count(period - 1) > 0;
    if (now && *active.begin() == period) return "new";
    if (now) return before ? "returning" : "resurrecting";
    return before ? "dormant" : "inactive";
}

void add_customers(const ActivityCase& c, ActivitySummary& summary, std::size_t from, std::size_t step) {
    std::pmr::monotonic_buffer_resource memory;
    const ActivityOptions options = c.options(memory);
    Spine spine(c.calendar, c.as_of, memory);
    ActivityReader reader(options, spine, memory);
    summary.use(options.frame);
    for (std::size_t i = from; i < c.values.size(); i += step) {
        const auto active = reader.read(c.values[i]->view());
        summary.add(options, spine, active);
    }
}

std::string report(const ActivityCase& c, const ActivitySummary& summary) {
    std::ostringstream out;
    std::pmr::monotonic_buffer_resource memory;
    Spine spine(c.calendar, c.as_of, memory);
    const std::uint32_t first = summary.first_period(spine);
    for (std::uint32_t i = first; i < spine.size(); ++i) {
        out << spine.start(i);
        const ActivitySummary::States states = summary.states(spine.start(i));
        for (std::uint32_t s = 0; s < counted_states && spine.complete(i); ++s) {
            out << ' ' << name_of(static_cast<LifecycleState>(s)) << ' ' << states.customers[s];
        }
        out << '\n';
    }
    for (std::uint32_t k = 1; k <= spine.size() - first; ++k) out << summary.with_periods(k) << ' ';
    return out.str();
}

std::string oracle(const ActivityCase& c) {
    std::ostringstream out;
    std::size_t first = c.has_from() ? c.range_begin() : c.range_end();
    for (std::size_t i = 0; i < c.journeys.size() && !c.has_from(); ++i) {
        const auto active = c.active(i);
        if (!active.empty()) first = std::min(first, *active.begin());
    }
    std::map<std::size_t, std::uint64_t> sticky;
    for (std::size_t i = 0; i < c.journeys.size(); ++i) {
        std::size_t periods = 0;
        for (std::size_t period : c.active(i)) periods += period >= first && c.complete(period) ? 1 : 0;
        ++sticky[periods];
    }
    for (std::size_t period = first; period < c.range_end(); ++period) {
        std::map<std::string, std::uint64_t> count;
        for (std::size_t i = 0; i < c.journeys.size(); ++i) ++count[state(c.active(i), period)];
        out << c.calendar.cut(period);
        if (c.complete(period)) {
            for (const char* name : {"new", "returning", "resurrecting", "dormant"})
                out << ' ' << name << ' ' << count[name];
        }
        out << '\n';
    }
    for (std::size_t k = 1; k <= c.range_end() - first; ++k) out << sticky[k] << ' ';
    return out.str();
}

TEST(Lifecycle, ReportAgreesWithTheDefinitionsOnRandomCustomers) {
    Random random(7201);
    for (std::uint32_t i = 0; i < cases(8000); ++i) {
        const ActivityCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        ActivitySummary summary(memory);
        add_customers(c, summary, 0, 1);
        ASSERT_EQ(report(c, summary), oracle(c)) << "case " << i;
    }
}

TEST(Lifecycle, IsTheSameHoweverTheStateWasSplitAndMerged) {
    Random random(7202);
    for (std::uint32_t i = 0; i < cases(2000); ++i) {
        const ActivityCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        ActivitySummary whole(memory), merged(memory);
        add_customers(c, whole, 0, 1);
        const std::size_t parts = 1 + random.below(4);
        for (std::size_t part = parts; part-- > 0;) {
            ActivitySummary some(memory), read(memory);
            add_customers(c, some, part, parts);
            std::vector<std::byte> bytes(some.encoded_size());
            some.encode(bytes.data());
            read.decode(bytes);
            merged.merge(read);
        }
        ASSERT_EQ(report(c, merged), report(c, whole)) << "case " << i;
    }
}

TEST(Lifecycle, EveryPeriodOfACustomerHasExactlyOneState) {
    Random random(7203);
    for (std::uint32_t i = 0; i < cases(1500); ++i) {
        const ActivityCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        const ActivityOptions options = c.options(memory);
        Spine spine(c.calendar, c.as_of, memory);
        ActivityReader reader(options, spine, memory);
        for (std::size_t customer = 0; customer < c.values.size(); ++customer) {
            const auto active = reader.read(c.values[customer]->view());
            const std::set<std::size_t> theirs = c.active(customer);
            ASSERT_EQ(active.size(), theirs.size());
            LifecycleRows rows(options, spine, active);
            if (theirs.empty()) {
                ASSERT_FALSE(rows.next());
                continue;
            }
            std::size_t in_range = 0;
            for (std::size_t period : theirs)
                in_range += period >= c.range_begin() && c.complete(period) ? 1 : 0;
            ASSERT_EQ(active_periods(options, spine, active), in_range);
            for (std::size_t period = std::max(*theirs.begin(), c.range_begin()); period < c.range_end();
                 ++period) {
                const auto row = rows.next();
                ASSERT_TRUE(row);
                ASSERT_EQ(row->period_start, c.calendar.cut(period));
                ASSERT_EQ(row->complete, c.complete(period));
                const bool known = row->complete || theirs.count(period) > 0;
                ASSERT_EQ(row->state.has_value(), known);
                if (known) {
                    ASSERT_EQ(name_of(*row->state), state(theirs, period)) << "case " << i;
                }
            }
            ASSERT_FALSE(rows.next());
        }
    }
}

TEST(Lifecycle, DamagedStatesAreRefusedOrRead) {
    Random random(7204);
    for (std::uint32_t i = 0; i < cases(1500); ++i) {
        const ActivityCase c(random);
        std::pmr::monotonic_buffer_resource memory;
        ActivitySummary summary(memory), read(memory);
        add_customers(c, summary, 0, 1);
        std::vector<std::byte> bytes(summary.encoded_size());
        summary.encode(bytes.data());
        if (random.percent(50)) {
            bytes.resize(random.below(bytes.size() + 1));
        } else {
            bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
        }
        const std::vector<std::byte> copy(bytes);
        try {
            read.decode(copy);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_binary);
        }
    }
}

}  // namespace
}  // namespace journey::test
