// Customers to learn churn from, and to test it on: the state of churn_fit and of
// churn_backtest. 168 bytes a customer.
//
// Customers come in any order; each fit sorts what it sums, so models and tests do
// not depend on it. Bytes: see encode().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/churn.hpp"
#include "core/lead_quality.hpp"

namespace journey {

inline constexpr std::uint8_t churn_sample_version = 1;

// What holds for all customers of one call.
struct ChurnSettings {
    bool any_event = false;                    // every event is activity
    std::span<const std::string_view> events;  // else these
    Time as_of = 0;
    std::uint64_t horizon = 0;
    bool tested = false;  // back-test: the horizon after as_of is looked at too
    std::span<const ChurnMethod> methods;
};

class ChurnSample {
  public:
    explicit ChurnSample(std::pmr::memory_resource& memory)
        : customers_(&memory), events_(&memory), methods_(&memory) {}

    bool is_set() const { return is_set_; }
    // Throws if other settings were given before, and for a horizon that is 0 or
    // reaches beyond the range of time.
    void set(const ChurnSettings& settings);
    // O(events). A journey without activity up to as_of is left out.
    void add(const JourneyView& journey);
    void merge(const ChurnSample& other);

    struct Customer {
        ChurnHistory now;       // as of as_of
        ChurnHistory before;    // a horizon earlier, if `known`
        std::int32_t wait = 0;  // from there to the next activity in steps; 0: none until as_of
        bool known = false;
        bool inactive = false;  // tested: no activity in the horizon after as_of
    };
    std::span<const Customer> customers() const { return {customers_.data(), customers_.size()}; }
    bool any_event() const { return any_event_; }
    const std::pmr::vector<std::pmr::string>& events() const { return events_; }
    std::span<const ChurnMethod> methods() const { return methods_; }
    Time as_of() const { return as_of_; }
    std::uint64_t horizon() const { return horizon_; }
    std::pmr::memory_resource& memory() const { return *customers_.get_allocator().resource(); }

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    std::pmr::vector<Customer> customers_;
    std::pmr::vector<std::pmr::string> events_;
    std::pmr::vector<ChurnMethod> methods_;
    Time as_of_ = 0;
    std::uint64_t horizon_ = 0;
    bool is_set_ = false, any_event_ = false, tested_ = false;
};

// One flag for each event name of the journey.
void mark_activity(const JourneyView& journey, bool any_event, std::span<const std::string_view> events,
                   std::span<bool> flags);

// Throws if the sample does not suffice: nobody to learn from, for Cox and AFT nobody
// who came back.
ChurnModel fit_churn(const ChurnSample& sample, ChurnMethod method, std::pmr::memory_resource& memory);
// A reason to distrust a model, or "".
const char* churn_warning(const ChurnModel& model);

// A method fitted to what was known at as_of, compared with what came after it.
struct ChurnTest {
    explicit ChurnTest(std::pmr::memory_resource& memory) : outcomes(memory) {}
    ChurnMethod method = ChurnMethod::rfm;
    bool fitted = false;  // false: `note` says why there are no figures
    std::int64_t learned_from = 0, customers = 0, inactive = 0;
    double predicted = 0, observed = 0;  // mean probability and share of the inactive
    double absolute_error = 0, brier = 0;
    double skill = 0;  // 1 - brier / that of the share itself; NaN if all did the same
    std::optional<double> concordance, log_loss;
    ScoredOutcomes outcomes;  // for the table by deciles
    char note[256] = {};
};
void test_churn(const ChurnSample& sample, ChurnTest& test);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
