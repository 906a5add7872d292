// Lead score by logistic regression: the chance of a conversion from numeric
// features, fitted by iteratively reweighted least squares with an optional ridge.
//
// Maximises log-likelihood - penalty / 2 * sum of squared coefficients; the
// intercept is free. The penalty counts on standardised features (mean 0, standard
// deviation 1, dividing by n) or, if so asked, on the features as they are. Standard
// errors are from the inverse of the penalised information.
//
// The work is always done on standardised features, by Newton steps that are halved
// while they make it worse. "Converged" needs a small step, not only a flat
// likelihood: under separation the likelihood is flat and the coefficients still
// move. Then the direction of the last step is checked: if it parts the classes, the
// fit says so. Features that the ones before explain (1 - R^2 below 1e-9, or no
// variance) are left at 0 and the fit says that too.
//
// Rows are put into one order before anything is summed, so that the model does not
// depend on theirs. O(n p^2) a step, n log n to sort; memory 8 (p + 1) bytes a row,
// twice while fitting.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace journey {

inline constexpr std::uint8_t logistic_version = 1;
inline constexpr std::size_t max_features = 1000;

enum class FitStatus : std::uint8_t { converged, separation, collinear, one_class, not_converged };
std::string_view name_of(FitStatus status);

struct LogisticModel {
    explicit LogisticModel(std::pmr::memory_resource& memory)
        : coefficients(&memory), std_errors(&memory), means(&memory) {}

    FitStatus status = FitStatus::not_converged;
    bool standardise = true;
    double penalty = 0;
    std::uint64_t n = 0, conversions = 0, dropped = 0;
    std::uint32_t iterations = 0;
    double log_likelihood = 0, null_log_likelihood = 0;
    std::pmr::vector<double> coefficients;  // intercept first; NaN throughout for one class
    std::pmr::vector<double> std_errors;    // NaN where there is none
    std::pmr::vector<double> means;         // of the features

    std::size_t features() const { return means.size(); }
    bool usable() const { return status != FitStatus::one_class; }
    // Throws if the number of features is another.
    void check_features(std::size_t given) const;
    double log_odds(std::span<const double> features) const;
    double probability(std::span<const double> features) const;
    // What feature j adds to the log-odds over its mean.
    double contribution(std::size_t j, double value) const {
        return coefficients[j + 1] * (value - means[j]);
    }

    // Bytes: u8 version, status, standardise, 0; u32 features, iterations; u64 n,
    // conversions, dropped; doubles penalty, the two log-likelihoods, coefficients,
    // standard errors, means. The text is JSON of the same.
    std::size_t encoded_size() const { return 12 + 24 + 24 + 8 * (2 * coefficients.size() + means.size()); }
    void encode(std::byte* to) const;
    void decode(std::span<const std::byte> bytes);
    std::string_view text(class ModelWriter& writer) const;
    void parse(std::string_view text);
};

// The rows to fit: state of the aggregate.
class LogisticRows {
  public:
    explicit LogisticRows(std::pmr::memory_resource& memory) : rows_(&memory) {}

    // What differs between rows is an error.
    void set(double penalty, bool standardise);
    // Throws for another number of features than before, and for what is not finite.
    void add(std::span<const double> features, bool converted);
    void drop() { ++dropped_; }
    void merge(const LogisticRows& other);
    bool empty() const { return rows_.empty() && dropped_ == 0; }
    void fit(LogisticModel& model) const;

    // Bytes: u8 version, flags (1 settings, 2 standardise), 0, 0; u32 features;
    // u64 dropped; double penalty; u64 rows; each row's features and 0 or 1.
    std::size_t encoded_size() const { return 8 + 8 + 8 + 8 + 8 * rows_.size(); }
    void encode(std::byte* to) const;
    void decode(std::span<const std::byte> bytes);

  private:
    std::size_t width() const { return features_ + 1; }
    std::size_t size() const { return features_ == 0 ? 0 : rows_.size() / width(); }

    bool set_ = false, standardise_ = true;
    double penalty_ = 0;
    std::size_t features_ = 0;
    std::uint64_t dropped_ = 0;
    std::pmr::vector<double> rows_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
