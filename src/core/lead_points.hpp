// Lead score by points: each event of a customer gives the points of its name, which
// halve with every half-life that passes until a moment; what is later is not looked
// at. Sums are exact, so the score does not depend on the order of events.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/exact_sum.hpp"
#include "core/journey.hpp"

namespace journey {

class PointsRules {
  public:
    explicit PointsRules(std::pmr::memory_resource& memory) : rules_(&memory) {}
    // The names must live as long. `half_life` 0: points keep their worth.
    void set(std::span<const std::string_view> events, std::span<const double> points,
             std::uint64_t half_life);

    static constexpr std::uint32_t none = UINT32_MAX;
    // The rule of an event name, as a place in byte order. O(log rules).
    std::uint32_t find(std::string_view event) const;
    std::string_view name(std::uint32_t rule) const { return rules_[rule].name; }
    // What an event of this age (microseconds) gives.
    double worth(std::uint32_t rule, std::uint64_t age) const {
        const double points = rules_[rule].points;
        return half_life_ == 0
                   ? points
                   : points * std::exp2(-(static_cast<double>(age) / static_cast<double>(half_life_)));
    }

  private:
    struct Rule {
        std::string_view name;
        double points;
    };
    std::pmr::vector<Rule> rules_;  // in byte order of names
    std::uint64_t half_life_ = 0;
};

struct PointsRow {
    std::string_view event;
    std::int64_t times = 0;
    Time last = INT64_MIN;
    double points = 0;
};

// What one customer has gathered.
class PointsState {
  public:
    PointsState(Time as_of, std::pmr::memory_resource& memory) : as_of_(as_of), entries_(&memory) {}
    Time as_of() const { return as_of_; }

    // An event of a rule; later ones are left out.
    void add(const PointsRules& rules, std::uint32_t rule, Time ts);
    // Adds what was gathered elsewhere; the name must live as long.
    struct Entry {
        Entry(std::uint32_t its_rule, std::string_view its_name, std::pmr::memory_resource& memory)
            : rule(its_rule), name(its_name), points(memory) {}
        std::uint32_t rule;
        std::string_view name;
        std::int64_t times = 0;
        Time last = INT64_MIN;
        ExactSum points;
    };
    Entry& entry(std::uint32_t rule, std::string_view name);
    bool has(std::uint32_t rule) const;
    const std::pmr::vector<Entry>& entries() const { return entries_; }

    // The sum, at most `cap`; nothing if no event counted.
    std::optional<double> score(std::optional<double> cap) const;
    // Reasons: most points (or points taken) first.
    std::pmr::vector<PointsRow> rows(std::pmr::memory_resource& memory) const;

  private:
    Time as_of_;
    std::pmr::vector<Entry> entries_;
};

// All events of a journey up to the state's moment.
void add_journey(PointsState& state, const PointsRules& rules, const JourneyView& journey,
                 std::pmr::memory_resource& memory);

// How a weighted score treats what is not known.
enum class Unknown : std::uint8_t { reweight, zero, null };
Unknown parse_unknown(std::string_view word);
// Weighted mean of values; NaN is not known. Nothing if the policy says so, or if
// nothing is known.
std::optional<double> weighted_score(std::span<const double> values, std::span<const double> weights,
                                     Unknown unknown);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
