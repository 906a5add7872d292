#include "core/lead_logistic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/cholesky.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t max_iterations = 100;
constexpr double aliased = 1e-9;  // of a feature's variance is left when the others are known

using Reals = std::pmr::vector<double>;

double log1p_exp(double x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

double logistic(double x) {
    if (x >= 0) return 1 / (1 + std::exp(-x));
    const double odds = std::exp(x);
    return odds / (1 + odds);
}

double null_log_likelihood(double n, double conversions) {
    const auto part = [n](double count) { return count > 0 ? count * std::log(count / n) : 0; };
    return part(conversions) + part(n - conversions);
}

// The fit over standardised features that vary and are not explained by others.
class Fit {
  public:
    Fit(std::span<const double> rows, std::size_t features, double penalty, bool standardise,
        std::pmr::memory_resource& memory)
        : memory_(memory),
          features_(features),
          n_(rows.size() / (features + 1)),
          means_(features, 0.0, &memory),
          deviations_(features, 0.0, &memory),
          used_(&memory),
          x_(&memory),
          outcome_(&memory),
          penalties_(&memory) {
        put_in_order(rows);
        standardise_columns();
        choose_columns(penalty > 0);
        penalties_.push_back(0);
        for (std::size_t j : used_) {
            penalties_.push_back(standardise ? penalty : penalty / (deviations_[j] * deviations_[j]));
        }
        beta_.assign(used_.size() + 1, 0.0);
    }

    void run(LogisticModel& model);

  private:
    void put_in_order(std::span<const double> rows);
    void standardise_columns();
    void choose_columns(bool ridge);
    double eta(std::size_t row, const Reals& beta) const {
        double sum = beta[0];
        const double* x = &x_[row * features_];
        for (std::size_t k = 0; k < used_.size(); ++k) sum += beta[k + 1] * x[used_[k]];
        return sum;
    }
    double log_likelihood(const Reals& beta) const;
    double penalised(const Reals& beta) const {
        double sum = log_likelihood(beta);
        for (std::size_t k = 1; k < beta.size(); ++k) sum -= penalties_[k] * beta[k] * beta[k] / 2;
        return sum;
    }
    void derivatives(Reals& gradient, Cholesky& information) const;
    bool parts_classes(const Reals& direction) const;
    void write(LogisticModel& model, const Cholesky& information, bool with_errors) const;

    std::pmr::memory_resource& memory_;
    std::size_t features_, n_;
    Reals means_, deviations_;
    std::pmr::vector<std::size_t> used_;  // columns in the fit
    Reals x_;                             // n rows of all features, standardised
    std::pmr::vector<bool> outcome_;
    Reals penalties_;  // of the intercept and the columns in the fit
    Reals beta_{&memory_};
};

void Fit::put_in_order(std::span<const double> rows) {
    const std::size_t width = features_ + 1;
    std::pmr::vector<std::size_t> order(n_, 0, &memory_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Poll poll;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        poll();
        const auto row = [&](std::size_t i) { return rows.subspan(i * width, width); };
        return std::lexicographical_compare(row(a).begin(), row(a).end(), row(b).begin(), row(b).end());
    });
    x_.reserve(n_ * features_);
    for (std::size_t i : order) {
        const auto row = rows.subspan(i * width, width);
        x_.insert(x_.end(), row.begin(), row.end() - 1);
        outcome_.push_back(row.back() != 0);
    }
}

void Fit::standardise_columns() {
    const auto n = static_cast<double>(n_);
    for (std::size_t j = 0; j < features_; ++j) {
        poll_interrupt();
        double least = x_[j], most = x_[j], scale = 0;
        for (std::size_t i = 0; i < n_; ++i) {
            least = std::min(least, x_[i * features_ + j]);
            most = std::max(most, x_[i * features_ + j]);
        }
        scale = std::max(std::fabs(least), std::fabs(most));
        // Divided first, so that no sum overflows.
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < n_; ++i) sum += x_[i * features_ + j] / (scale > 0 ? scale : 1);
        means_[j] = least == most ? least : sum / n * scale;
        for (std::size_t i = 0; i < n_; ++i) {
            const double from_mean = (x_[i * features_ + j] - means_[j]) / (scale > 0 ? scale : 1);
            squares += from_mean * from_mean;
        }
        deviations_[j] = least == most ? 0 : std::sqrt(squares / n) * scale;
        for (std::size_t i = 0; i < n_; ++i) {
            double& value = x_[i * features_ + j];
            value = deviations_[j] > 0 ? (value - means_[j]) / deviations_[j] : 0;
        }
    }
}

// Columns that vary and, unless there is a ridge, are not explained by those before.
void Fit::choose_columns(bool ridge) {
    Cholesky correlations(features_, memory_);
    Poll poll;
    for (std::size_t i = 0; i < n_; ++i) {
        const double* x = &x_[i * features_];
        for (std::size_t a = 0; a < features_; ++a) {
            poll();
            for (std::size_t b = 0; b <= a; ++b)
                correlations.at(a, b) += x[a] * x[b] / static_cast<double>(n_);
        }
    }
    const auto independent = correlations.independent(aliased);
    for (std::size_t j = 0; j < features_; ++j) {
        if (deviations_[j] > 0 && (ridge || independent[j])) used_.push_back(j);
    }
}

double Fit::log_likelihood(const Reals& beta) const {
    double sum = 0;
    Poll poll;
    for (std::size_t i = 0; i < n_; ++i) {
        poll();
        const double its = eta(i, beta);
        sum -= log1p_exp(outcome_[i] ? -its : its);
    }
    return sum;
}

void Fit::derivatives(Reals& gradient, Cholesky& information) const {
    const std::size_t size = beta_.size();
    gradient.assign(size, 0.0);
    information.clear();
    Reals x(size, 1.0, &memory_);
    Poll poll;
    for (std::size_t i = 0; i < n_; ++i) {
        const double chance = logistic(eta(i, beta_));
        const double off = (outcome_[i] ? 1.0 : 0.0) - chance, weight = chance * (1 - chance);
        for (std::size_t k = 0; k < used_.size(); ++k) x[k + 1] = x_[i * features_ + used_[k]];
        for (std::size_t a = 0; a < size; ++a) {
            poll();
            gradient[a] += off * x[a];
            const double weighted = weight * x[a];
            double* row = &information.at(a, 0);
            for (std::size_t b = 0; b <= a; ++b) row[b] += weighted * x[b];
        }
    }
    for (std::size_t k = 1; k < size; ++k) {
        gradient[k] -= penalties_[k] * beta_[k];
        information.at(k, k) += penalties_[k];
    }
}

// Does going on this way make every customer's outcome more likely, or as likely?
bool Fit::parts_classes(const Reals& direction) const {
    double most = 0, least = 0;
    for (std::size_t i = 0; i < n_; ++i) {
        const double gain = outcome_[i] ? eta(i, direction) : -eta(i, direction);
        most = std::max(most, gain);
        least = std::min(least, gain);
    }
    return most > 0 && least >= -1e-6 * most;
}

void Fit::run(LogisticModel& model) {
    const auto n = static_cast<double>(n_);
    const auto conversions = static_cast<double>(std::count(outcome_.begin(), outcome_.end(), true));
    model.n = n_;
    model.conversions = static_cast<std::uint64_t>(conversions);
    model.null_log_likelihood = null_log_likelihood(n, conversions);
    model.means.assign(means_.begin(), means_.end());
    if (conversions == 0 || conversions == n) {
        model.status = FitStatus::one_class;
        model.coefficients.assign(features_ + 1, missing);
        model.std_errors.assign(features_ + 1, missing);
        return;
    }
    beta_[0] = std::log(conversions / (n - conversions));
    Cholesky information(beta_.size(), memory_);
    Reals gradient(&memory_), step(&memory_), next(&memory_);
    double value = penalised(beta_);
    model.status = FitStatus::not_converged;
    while (model.status == FitStatus::not_converged && model.iterations < max_iterations) {
        poll_interrupt();
        ++model.iterations;
        derivatives(gradient, information);
        if (!information.factor()) break;
        step = gradient;
        information.solve(step);
        bool small = true;
        for (std::size_t k = 0; k < beta_.size(); ++k)
            small &= std::fabs(step[k]) <= 1e-8 * (1 + std::fabs(beta_[k]));
        double next_value = 0;
        for (int halvings = 0; halvings <= 40; ++halvings) {
            next = beta_;
            for (std::size_t k = 0; k < beta_.size(); ++k) next[k] += std::ldexp(step[k], -halvings);
            next_value = penalised(next);
            if (next_value >= value - 1e-12 * std::fabs(value)) break;
        }
        beta_ = next;
        value = next_value;
        if (small) model.status = FitStatus::converged;
        // Long after a fit that exists has ended.
        else if (model.iterations >= 15 && parts_classes(step))
            model.status = FitStatus::separation;
    }
    if (model.status == FitStatus::not_converged && !step.empty() && parts_classes(step)) {
        model.status = FitStatus::separation;
    }
    const bool converged = model.status == FitStatus::converged;
    if (converged) {
        derivatives(gradient, information);
        if (!information.factor()) model.status = FitStatus::not_converged;
    }
    model.log_likelihood = log_likelihood(beta_);
    write(model, information, model.status == FitStatus::converged);
    if (model.status == FitStatus::converged && used_.size() < features_) model.status = FitStatus::collinear;
}

// Back to features as they were given.
void Fit::write(LogisticModel& model, const Cholesky& information, bool with_errors) const {
    model.coefficients.assign(features_ + 1, 0.0);
    model.std_errors.assign(features_ + 1, missing);
    double intercept = beta_[0];
    Reals to_intercept(beta_.size(), 1.0, &memory_);
    for (std::size_t k = 0; k < used_.size(); ++k) {
        const std::size_t j = used_[k];
        model.coefficients[j + 1] = beta_[k + 1] / deviations_[j];
        intercept -= beta_[k + 1] * means_[j] / deviations_[j];
        to_intercept[k + 1] = -means_[j] / deviations_[j];
    }
    model.coefficients[0] = intercept;
    if (!with_errors) return;
    model.std_errors[0] = std::sqrt(information.inverse_form(to_intercept));
    for (std::size_t k = 0; k < used_.size(); ++k) {
        Reals unit(beta_.size(), 0.0, &memory_);
        unit[k + 1] = 1;
        model.std_errors[used_[k] + 1] = std::sqrt(information.inverse_form(unit)) / deviations_[used_[k]];
    }
}

}  // namespace

void LogisticRows::set(double penalty, bool standardise) {
    if (!(penalty >= 0) || !std::isfinite(penalty)) {
        throw Error(ErrorCode::invalid_argument, "penalty", "penalty must be 0 or a positive number")
            .hint("0 is no penalty; 1 is mild.");
    }
    if (set_ && (penalty_ != penalty || standardise_ != standardise)) {
        throw Error(ErrorCode::invalid_argument, "penalty", "penalty or standardise differs between rows")
            .hint("Write constants, or group by what they depend on.");
    }
    penalty_ = penalty;
    standardise_ = standardise;
    set_ = true;
}

void LogisticRows::add(std::span<const double> features, bool converted) {
    if (features.empty() || features.size() > max_features) {
        throw Error(features.empty() ? ErrorCode::invalid_argument : ErrorCode::limit, "features",
                    "features must have 1 to %zu elements, not %zu", max_features, features.size())
            .hint("Write ARRAY[visits, days_since_signup].");
    }
    if (features_ != 0 && features.size() != features_) {
        throw Error(ErrorCode::invalid_argument, "features", "features differ in number between rows")
            .detail("%zu and %zu.", features_, features.size())
            .hint("Give every row the same features in the same order.");
    }
    for (std::size_t j = 0; j < features.size(); ++j) {
        if (std::fabs(features[j]) <= 1e150) continue;
        throw Error(std::isfinite(features[j]) ? ErrorCode::overflow : ErrorCode::invalid_argument,
                    "features", "features must be finite numbers of at most 1e150")
            .detail("Element %zu is not.", j + 1)
            .hint("NULL leaves a row out.");
    }
    features_ = features.size();
    for (double feature : features) rows_.push_back(feature + 0.0);  // one zero, not two
    rows_.push_back(converted ? 1 : 0);
}

void LogisticRows::merge(const LogisticRows& other) {
    if (other.set_) set(other.penalty_, other.standardise_);
    dropped_ += other.dropped_;
    if (other.features_ == 0) return;
    if (features_ != 0 && other.features_ != features_) {
        throw Error(ErrorCode::invalid_argument, "features", "features differ in number between rows")
            .detail("%zu and %zu.", features_, other.features_)
            .hint("Give every row the same features in the same order.");
    }
    features_ = other.features_;
    rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end());
}

void LogisticRows::fit(LogisticModel& model) const {
    model.penalty = penalty_;
    model.standardise = standardise_;
    model.dropped = dropped_;
    if (features_ == 0) {
        model.status = FitStatus::one_class;
        model.coefficients.assign(1, missing);
        model.std_errors.assign(1, missing);
        return;
    }
    Fit(rows_, features_, penalty_, standardise_, *rows_.get_allocator().resource()).run(model);
}

void LogisticRows::encode(std::byte* to) const {
    *to++ = std::byte{logistic_version};
    *to++ = static_cast<std::byte>((set_ ? 1 : 0) + (standardise_ ? 2 : 0));
    to = store(to, std::uint16_t{0});
    to = store(to, static_cast<std::uint32_t>(features_));
    to = store(to, dropped_);
    to = store_real(to, penalty_);
    to = store(to, std::uint64_t{size()});
    for (double number : rows_) to = store_real(to, number);
}

void LogisticRows::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "logistic_rows", "logistic_fit");
    reader.version(logistic_version);
    const auto flags = reader.number<std::uint8_t>();
    if (flags > 3 || reader.number<std::uint16_t>() != 0) reader.fail("unknown flags");
    const auto features = reader.number<std::uint32_t>();
    if (features > max_features) reader.fail("too many features");
    dropped_ = reader.tally();
    const double penalty = reader.real();
    if (!(penalty >= 0) || !std::isfinite(penalty)) reader.fail("penalty out of range");
    if ((flags & 1) != 0) set(penalty, (flags & 2) != 0);
    const std::size_t count = reader.count<std::uint64_t>(8 * (std::size_t{features} + 1));
    if (count > 0 && features == 0) reader.fail("rows without features");
    std::pmr::vector<double> row(features, 0.0, rows_.get_allocator().resource());
    for (std::size_t i = 0; i < count; ++i) {
        for (double& feature : row) feature = reader.real();
        const double outcome = reader.real();
        if (outcome != 0 && outcome != 1) reader.fail("an outcome is neither 0 nor 1");
        add(row, outcome != 0);
    }
    reader.end();
}

}  // namespace journey
