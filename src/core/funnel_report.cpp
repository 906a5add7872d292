#include "core/funnel_report.hpp"

#include <algorithm>
#include <numeric>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/quantiles.hpp"
#include "core/state_bytes.hpp"
#include "core/step.hpp"

namespace journey {

namespace {

constexpr std::size_t max_names = 1000;

std::optional<FunnelStepRow::Lengths> lengths(std::pmr::vector<std::int64_t>& numbers) {
    if (numbers.empty()) return std::nullopt;
    __int128 sum = 0;
    for (std::int64_t number : numbers) sum += number;
    poll_interrupt();
    return FunnelStepRow::Lengths{quantile(numbers, 0.5), quantile(numbers, 0.9),
                                  static_cast<std::int64_t>(sum / static_cast<__int128>(numbers.size()))};
}

}  // namespace

void FunnelSummary::grow(std::uint32_t steps) {
    if (steps > max_steps) {
        throw Error(ErrorCode::limit, "times", "times has more than %u steps", max_steps)
            .hint("Use a shorter funnel.");
    }
    if (steps > steps_.size()) steps_.resize(steps);
}

void FunnelSummary::label(std::uint32_t step, std::string_view text) {
    grow(step);
    std::pmr::string& label = steps_[step - 1].label;
    if (label == text) return;
    if (!label.empty()) {
        throw Error(ErrorCode::invalid_argument, "steps", "steps differ between the rows of one report")
            .detail("Step %u is \"%s\" and \"%.*s\".", step, label.c_str(), static_cast<int>(text.size()),
                    text.data())
            .hint("Group by what the steps depend on.");
    }
    label = text;
}

void FunnelSummary::add(std::span<const Time> times) {
    grow(static_cast<std::uint32_t>(times.size()));
    // In the order they were taken: unordered funnels need not begin with step 1.
    std::pmr::vector<std::uint32_t> taken(steps_.get_allocator().resource());
    for (std::uint32_t i = 0; i < times.size(); ++i) {
        if (times[i] != absent_time) taken.push_back(i);
    }
    if (taken.empty()) return;
    ++steps_[taken.back()].stopped;
    for (std::uint32_t i : taken) {
        ++steps_[i].customers;
        if (i > 0 && times[i - 1] != absent_time) ++steps_[i].continued;
    }
    std::stable_sort(taken.begin(), taken.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return times[a] < times[b]; });
    for (std::size_t k = 1; k < taken.size(); ++k) {
        Step& step = steps_[taken[k]];
        const auto since = [&](std::uint32_t other) {
            return static_cast<std::int64_t>(static_cast<std::uint64_t>(times[taken[k]]) -
                                             static_cast<std::uint64_t>(times[other]));
        };
        step.since_previous.push_back(since(taken[k - 1]));
        step.since_start.push_back(since(taken.front()));
    }
}

void FunnelSummary::see_step(std::uint32_t step) {
    grow(step);
    steps_[step - 1].seen = true;
}

void FunnelSummary::see_name(std::string_view name) {
    const auto at = std::lower_bound(names_.begin(), names_.end(), name);
    if (at != names_.end() && *at == name) return;
    if (names_.size() == max_names) {
        if (at == names_.end()) return;
        const auto offset = at - names_.begin();
        names_.pop_back();
        names_.emplace(names_.begin() + offset, name);
        return;
    }
    names_.emplace(at, name);
}

void FunnelSummary::merge(const FunnelSummary& other) {
    grow(other.steps());
    for (std::uint32_t i = 0; i < other.steps(); ++i) {
        const Step& from = other.steps_[i];
        if (!from.label.empty()) label(i + 1, from.label);
        Step& to = steps_[i];
        to.customers += from.customers;
        to.continued += from.continued;
        to.stopped += from.stopped;
        to.seen |= from.seen;
        to.since_previous.insert(to.since_previous.end(), from.since_previous.begin(),
                                 from.since_previous.end());
        to.since_start.insert(to.since_start.end(), from.since_start.begin(), from.since_start.end());
    }
    for (const std::pmr::string& name : other.names_) see_name(name);
}

FunnelStepRow FunnelSummary::row(std::uint32_t step) {
    FunnelStepRow row;
    Step& own = steps_[step - 1];
    row.step_no = step;
    row.step = own.label;
    row.customers = static_cast<std::int64_t>(own.customers);
    const std::uint64_t entered =
        std::accumulate(steps_.begin(), steps_.end(), std::uint64_t{0},
                        [](std::uint64_t sum, const Step& each) { return sum + each.stopped; });
    if (entered > 0) row.from_start = static_cast<double>(own.customers) / static_cast<double>(entered);
    if (step > 1) {
        const Step& previous = steps_[step - 2];
        if (previous.customers > 0) {
            row.from_previous = static_cast<double>(own.continued) / static_cast<double>(previous.customers);
        }
        row.dropped = static_cast<std::int64_t>(previous.stopped);
    }
    row.since_previous = lengths(own.since_previous);
    row.since_start = lengths(own.since_start);
    return row;
}

std::size_t FunnelSummary::encoded_size() const {
    std::size_t size = 2 + 4 + 4;
    for (const Step& step : steps_)
        size += 4 + step.label.size() + 8 + 8 + 8 + 1 + 8 + 16 * step.since_start.size();
    for (const std::pmr::string& name : names_) size += 4 + name.size();
    return size;
}

void FunnelSummary::encode(std::byte* to) const {
    *to++ = std::byte{funnel_summary_version};
    *to++ = std::byte{0};
    to = store(to, steps());
    for (const Step& step : steps_) {
        to = store_text(to, step.label);
        to = store(to, step.customers);
        to = store(to, step.continued);
        to = store(to, step.stopped);
        *to++ = static_cast<std::byte>(step.seen ? 1 : 0);
        to = store(to, std::uint64_t{step.since_start.size()});
        for (std::int64_t length : step.since_previous) to = store(to, length);
        for (std::int64_t length : step.since_start) to = store(to, length);
    }
    to = store(to, static_cast<std::uint32_t>(names_.size()));
    for (const std::pmr::string& name : names_) to = store_text(to, name);
}

void FunnelSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "funnel_summary", "funnel_report");
    reader.version(funnel_summary_version);
    if (reader.number<std::uint8_t>() != 0) reader.fail("unknown flags");
    const auto steps = reader.number<std::uint32_t>();
    if (steps > max_steps) reader.fail("too many steps");
    steps_.clear();
    names_.clear();
    steps_.resize(steps);
    for (Step& step : steps_) {
        step.label = reader.text();
        step.customers = reader.tally();
        step.continued = reader.tally();
        step.stopped = reader.tally();
        step.seen = reader.number<std::uint8_t>() != 0;
        const auto count = reader.number<std::uint64_t>();
        reader.lengths(step.since_previous, count);
        reader.lengths(step.since_start, count);
    }
    const auto names = reader.number<std::uint32_t>();
    if (names > max_names) reader.fail("too many names");
    for (std::uint32_t i = 0; i < names; ++i) see_name(reader.text());
    reader.end();
}

}  // namespace journey
