// A funnel over all customers: from each customer's step times to one row a step.
//
// FunnelSummary is the state of the aggregate: mergeable, and writable as bytes.
// Counts are exact and so are the quantiles, so the lengths of time of all
// customers who went beyond their first step are kept: 16 bytes a customer and
// step. Bytes: u8 version, u8 zero, u32 steps, then for each step its label,
// customers, those of them who reached the step before too, customers who
// stopped there (u64), "seen" flag, count and the two
// lists of lengths (i64); then the event names met (count, names).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/journey.hpp"

namespace journey {

inline constexpr std::uint8_t funnel_summary_version = 1;

struct FunnelStepRow {
    std::uint32_t step_no = 0;
    std::string_view step;  // its label, may be empty
    std::int64_t customers = 0;
    std::optional<double> from_start;     // of the customers who began
    std::optional<double> from_previous;  // of the customers of the step before, those who came here too
    std::int64_t dropped = 0;             // customers who came to the step before and no further
    struct Lengths {
        std::int64_t median = 0, p90 = 0, average = 0;  // microseconds
    };
    std::optional<Lengths> since_previous, since_start;  // since the step taken before, the first taken
};

class FunnelSummary {
  public:
    explicit FunnelSummary(std::pmr::memory_resource& memory) : steps_(&memory), names_(&memory) {}

    // Steps get labels; a label that differs from the one there is an error.
    void label(std::uint32_t step, std::string_view text);
    // One customer: a time for each step, absent_time where not reached.
    static constexpr Time absent_time = INT64_MIN;
    void add(std::span<const Time> times);
    // Some journey has an event of this step.
    void see_step(std::uint32_t step);
    // An event name that is in the data, for suggestions; the first 1000 in byte order are kept.
    void see_name(std::string_view name);
    void merge(const FunnelSummary& other);

    std::uint32_t steps() const { return static_cast<std::uint32_t>(steps_.size()); }
    // Reorders the lengths it keeps, which changes no answer.
    FunnelStepRow row(std::uint32_t step);
    bool knows_names() const { return !names_.empty(); }
    bool saw_step(std::uint32_t step) const { return steps_[step - 1].seen; }
    const std::pmr::vector<std::pmr::string>& names() const { return names_; }
    std::string_view label(std::uint32_t step) const { return steps_[step - 1].label; }

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    struct Step {
        using allocator_type = std::pmr::polymorphic_allocator<std::byte>;
        Step() = default;
        explicit Step(const allocator_type& memory)
            : label(memory), since_previous(memory), since_start(memory) {}
        Step(Step&& other, const allocator_type& memory)
            : label(std::move(other.label), memory),
              since_previous(std::move(other.since_previous), memory),
              since_start(std::move(other.since_start), memory),
              customers(other.customers),
              continued(other.continued),
              stopped(other.stopped),
              seen(other.seen) {}
        Step(Step&&) = default;
        Step(const Step&) = delete;
        Step& operator=(Step&&) = default;
        Step& operator=(const Step&) = delete;
        ~Step() = default;

        std::pmr::string label;
        std::pmr::vector<std::int64_t> since_previous, since_start;
        std::uint64_t customers = 0;
        std::uint64_t continued = 0;  // of them, those who reached the step before too
        std::uint64_t stopped = 0;
        bool seen = false;
    };
    void grow(std::uint32_t steps);

    std::pmr::vector<Step> steps_;
    std::pmr::vector<std::pmr::string> names_;  // ordered
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
