// The rows of a survival fit, kept column by column while an aggregate runs, and
// the same rows in a fixed order once it ends.
//
// A fit needs all rows: 8 bytes a number (duration, entry and weight if any, covariates), 5
// to 9 for the event and labels. Sums of floating-point numbers depend on their
// order; so the rows are sorted by everything in them before anything is summed,
// and the answer depends on the rows alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dictionary.hpp"

namespace journey {

inline constexpr std::uint8_t survival_rows_version = 1;
inline constexpr std::uint32_t max_covariates = 500;

// What holds for all rows of one call; the same in every row, or an error.
struct SurvivalSettings {
    std::span<const std::string_view> names;  // of the covariates; may be empty
    std::string_view word;                    // ties, distribution or weighting
    double first = 0, second = 0;             // horizon, rho and gamma
};

inline constexpr double from_the_start = -1;  // an entry before every time

struct SurvivalRow {
    double duration = 0;
    bool event = false;
    double entry = from_the_start;
    std::span<const double> covariates;
    std::string_view group, stratum;
    double weight = 1;
};

// Rows sorted by stratum, duration, event, group, entry, weight, covariates.
struct OrderedRows {
    explicit OrderedRows(std::pmr::memory_resource& memory)
        : duration(&memory),
          entry(&memory),
          weight(&memory),
          covariates(&memory),
          event(&memory),
          stratum(&memory),
          group(&memory),
          strata(&memory),
          groups(&memory) {}
    std::size_t size() const { return duration.size(); }
    std::span<const double> row(std::size_t i) const { return {covariates.data() + i * width, width}; }

    std::size_t width = 0;                             // covariates a row
    std::pmr::vector<double> duration, entry, weight;  // the last two: empty if nobody has one
    std::pmr::vector<double> covariates;               // row after row
    std::pmr::vector<std::uint8_t> event;
    std::pmr::vector<std::uint32_t> stratum, group;     // places in strata and groups
    std::pmr::vector<std::string_view> strata, groups;  // labels in the order of their bytes
};

class SurvivalRows {
  public:
    explicit SurvivalRows(std::pmr::memory_resource& memory)
        : numbers_(&memory),
          events_(&memory),
          groups_(&memory),
          strata_(&memory),
          labels_(memory),
          names_(&memory),
          word_(&memory) {}

    bool is_set() const { return is_set_; }
    // Throws if other settings were given before.
    void set(const SurvivalSettings& settings, bool has_entry, bool has_labels, bool has_weight = false);
    // Throws for a bad duration, entry or weight, a covariate that is not finite, or
    // another number of covariates than before.
    void add(const SurvivalRow& row);
    void exclude() { ++excluded_; }
    void merge(const SurvivalRows& other);

    std::size_t size() const { return events_.size(); }
    std::int64_t excluded() const { return excluded_; }
    std::size_t covariates() const { return covariates_; }
    const std::pmr::vector<std::pmr::string>& names() const { return names_; }
    std::string_view word() const { return word_; }
    double first() const { return first_; }
    double second() const { return second_; }

    // O(n log n); the labels point into this object. Near-equal times become equal.
    OrderedRows ordered(std::pmr::memory_resource& memory) const;

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    // Where a row's weight and covariates stand, and how many numbers it has.
    std::size_t weight_at() const { return 1 + (has_entry_ ? 1 : 0); }
    std::size_t covariates_at() const { return weight_at() + (has_weight_ ? 1 : 0); }
    std::size_t stride() const { return covariates_at() + covariates_; }
    const double* numbers(std::size_t row) const { return numbers_.data() + row * stride(); }
    void set_width(std::size_t covariates);

    std::pmr::vector<double> numbers_;  // duration, entry, weight, covariates: row after row
    std::pmr::vector<std::uint8_t> events_;
    std::pmr::vector<std::uint32_t> groups_, strata_;  // codes of labels_, if there are labels
    Dictionary labels_;
    std::pmr::vector<std::pmr::string> names_;
    std::pmr::string word_;
    double first_ = 0, second_ = 0;
    std::size_t covariates_ = 0;
    std::int64_t excluded_ = 0;
    bool is_set_ = false, has_entry_ = false, has_labels_ = false, has_weight_ = false, has_width_ = false;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
