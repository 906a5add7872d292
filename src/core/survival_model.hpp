// A fitted survival model: Cox's proportional hazards, or accelerated failure
// times (AFT). A plain value with its own bytes: stored, printed, asked for one
// customer's survival.
//
// Bytes: see encode() in survival_model.cpp. They carry a checksum, by which the
// bridge also recognises the model of the row before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace journey {

inline constexpr std::uint8_t survival_model_version = 1;

enum class ModelKind : std::uint8_t { cox, aft };
enum class CoxTies : std::uint8_t { efron, breslow };
enum class AftDistribution : std::uint8_t { exponential, weibull, lognormal, loglogistic };
// What to know about one coefficient.
enum class CoefficientNote : std::uint8_t { none, collinear, infinite };

const char* name_of(ModelKind kind);
const char* name_of(CoxTies ties);
const char* name_of(AftDistribution distribution);
const char* name_of(CoefficientNote note);  // "" for none
// Throw for an unknown word, listing the valid ones.
CoxTies ties_of(std::string_view word);
AftDistribution distribution_of(std::string_view word);

struct SurvivalModel {
    explicit SurvivalModel(std::pmr::memory_resource& memory)
        : names(&memory),
          coefficients(&memory),
          variance(&memory),
          means(&memory),
          notes(&memory),
          zph(&memory),
          strata(&memory) {}
    struct Stratum {
        using allocator_type = std::pmr::polymorphic_allocator<std::byte>;
        explicit Stratum(const allocator_type& memory) : label(memory), times(memory), hazards(memory) {}
        Stratum(const Stratum& other, const allocator_type& memory)
            : label(other.label, memory),
              last_time(other.last_time),
              times(other.times, memory),
              hazards(other.hazards, memory) {}
        Stratum(Stratum&& other, const allocator_type& memory)
            : label(std::move(other.label), memory),
              last_time(other.last_time),
              times(std::move(other.times), memory),
              hazards(std::move(other.hazards), memory) {}
        Stratum(Stratum&&) = default;
        Stratum(const Stratum&) = default;
        Stratum& operator=(Stratum&&) = default;
        Stratum& operator=(const Stratum&) = default;
        ~Stratum() = default;

        std::pmr::string label;
        double last_time = 0;              // the last anybody was seen
        std::pmr::vector<double> times;    // of events
        std::pmr::vector<double> hazards;  // cumulative, at the means of the covariates
    };

    bool is_cox() const { return kind == ModelKind::cox; }
    bool has_scale() const { return !is_cox() && distribution != AftDistribution::exponential; }
    // Covariates as the user passes them.
    std::size_t covariates() const { return means.size(); }
    // Place of the first covariate's coefficient: AFT has the intercept before it.
    std::size_t first_covariate() const { return is_cox() ? 0 : 1; }
    double scale() const;  // AFT's
    double std_error(std::size_t i) const;
    // Covariates whose coefficient is known, and the tests on them.
    int degrees() const;
    double likelihood_ratio() const { return 2 * (loglik - loglik_null); }
    double wald() const;
    // Index of the stratum; throws for an unknown one. "" where there is only one.
    std::size_t stratum_of(std::string_view label) const;

    ModelKind kind = ModelKind::cox;
    CoxTies ties = CoxTies::efron;
    AftDistribution distribution = AftDistribution::weibull;
    bool converged = false;
    bool robust = false;  // Cox: the variance is the sandwich of Lin & Wei 1989
    std::int64_t customers = 0, events = 0, excluded = 0;
    std::int32_t iterations = 0;
    double loglik_null = 0, loglik = 0;
    double score = 0;  // Cox: the score test
    // Cox: a name each covariate. AFT: (intercept), covariates, log(scale).
    std::pmr::vector<std::pmr::string> names;
    std::pmr::vector<double> coefficients;    // as many as names; 0 where collinear
    std::pmr::vector<double> variance;        // their covariances, row after row
    std::pmr::vector<double> means;           // of the covariates
    std::pmr::vector<CoefficientNote> notes;  // as many as names
    std::pmr::vector<double> zph;             // Cox: statistic of each covariate, and of all
    std::pmr::vector<Stratum> strata;         // Cox

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary; `this` was just made.
    void decode(std::span<const std::byte> bytes);
    // Throws invalid_binary if the parts contradict each other.
    void check() const;
};

// The first bytes of a model differ if the models do.
inline constexpr std::size_t survival_model_mark = 24;

// One customer: covariates as in the fit. All throw for another number of them
// or a number that is not finite. NaN is SQL's NULL: beyond the last time seen
// in the stratum a Cox model knows nothing.

// Cox: log hazard relative to a customer at the means. AFT: expected log time.
double linear_predictor(const SurvivalModel& model, std::span<const double> covariates);
double survival_probability(const SurvivalModel& model, double predictor, std::size_t stratum, double time);
// P(T <= survived + horizon | T > survived).
double event_probability(const SurvivalModel& model, double predictor, std::size_t stratum, double survived,
                         double horizon);
// The time by which the event has happened with probability p.
double survival_quantile(const SurvivalModel& model, double predictor, std::size_t stratum, double p);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
