// Bytes of a model: u8 version, kind, ties, distribution, converged, robust, two zero;
// 16 bytes of checksum over the rest and these eight; i64 customers, events,
// excluded; i32 iterations; f64 loglik_null, loglik, score; u32 covariates,
// coefficients; then names (u32 length, bytes), coefficients, variance, means
// (f64), notes (u8), u32 count and f64 zph, u32 strata: label, last_time, u64
// count, times, hazards.
#include "core/survival_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/information.hpp"
#include "core/interrupt.hpp"
#include "core/survival_rows.hpp"

namespace journey {

namespace {

constexpr std::size_t checksum_at = 8;
static_assert(survival_model_mark == checksum_at + 16);

[[noreturn]] void fail_model(const char* what) {
    throw Error(ErrorCode::invalid_binary, "", "invalid survival_model: %s", what)
        .hint("A survival_model is made by cox_fit() or aft_fit().");
}

template <std::size_t N>
[[noreturn]] void fail_word(const char* argument, std::string_view word, const char* const (&valid)[N]) {
    char list[128] = "";
    std::size_t length = 0;
    for (const char* each : valid) {
        const char* comma = length > 0 ? ", " : "";
        length +=
            static_cast<std::size_t>(std::snprintf(list + length, sizeof list - length, "%s%s", comma, each));
    }
    throw Error(ErrorCode::invalid_argument, argument, "unknown %s \"%.*s\"", argument,
                static_cast<int>(std::min<std::size_t>(word.size(), 100)), word.data())
        .hint("Valid are %s.", list);
}

constexpr const char* ties_names[] = {"efron", "breslow"};
constexpr const char* distribution_names[] = {"exponential", "weibull", "lognormal", "loglogistic"};
constexpr const char* note_names[] = {"", "collinear", "may be infinite"};

std::array<std::uint64_t, 2> checksum(std::span<const std::byte> bytes) {
    std::array<std::uint64_t, 2> sum = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu};
    const auto mix = [&](std::uint64_t word) {
        sum[0] = (sum[0] ^ word) * 0xff51afd7ed558ccdu;
        sum[0] ^= sum[0] >> 32;
        sum[1] = (std::rotl(sum[1], 29) + word) * 0xc4ceb9fe1a85ec53u;
        sum[1] ^= sum[1] >> 33;
    };
    mix(load<std::uint64_t>(bytes.data()));
    std::size_t at = survival_model_mark;
    for (; at + 8 <= bytes.size(); at += 8) mix(load<std::uint64_t>(bytes.data() + at));
    std::uint64_t last = 0;
    for (std::size_t i = 0; at + i < bytes.size(); ++i) {
        last |= static_cast<std::uint64_t>(std::to_integer<std::uint8_t>(bytes[at + i])) << (8 * i);
    }
    mix(last);
    mix(bytes.size());
    return sum;
}

class Writer {
  public:
    explicit Writer(std::byte* to) : to_(to) {}
    template <class T>
    void number(T value) {
        to_ = store(to_, value);
    }
    void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void reals(std::span<const double> values) {
        for (const double value : values) real(value);
    }
    void text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        std::memcpy(to_, value.data(), value.size());
        to_ += value.size();
    }
    std::byte* at() const { return to_; }

  private:
    std::byte* to_;
};

class Reader {
  public:
    explicit Reader(std::span<const std::byte> bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}
    template <class T>
    T number() {
        return load<T>(take(1, sizeof(T)));
    }
    double real() { return std::bit_cast<double>(number<std::uint64_t>()); }
    void reals(std::pmr::vector<double>& to, std::size_t count) {
        const std::byte* from = take(count, 8);
        to.resize(count);
        for (double& value : to) {
            value = std::bit_cast<double>(load<std::uint64_t>(from));
            from += 8;
        }
    }
    std::string_view text() {
        const auto length = number<std::uint32_t>();
        return {reinterpret_cast<const char*>(take(length, 1)), length};
    }
    void skip(std::size_t size) { take(size, 1); }
    bool at_end() const { return at_ == end_; }

  private:
    const std::byte* take(std::size_t count, std::size_t size) {
        if (count > static_cast<std::size_t>(end_ - at_) / size) fail_model("it ends too early");
        const std::byte* start = at_;
        at_ += count * size;
        return start;
    }
    const std::byte* at_;
    const std::byte* end_;
};

void check_stratum(const SurvivalModel::Stratum& stratum) {
    if (stratum.times.size() != stratum.hazards.size()) fail_model("times and hazards differ in number");
    double last_time = -1, last_hazard = 0;
    for (std::size_t i = 0; i < stratum.times.size(); ++i) {
        if (!(stratum.times[i] > last_time) || !(stratum.hazards[i] >= last_hazard))
            fail_model("a baseline out of order");
        last_time = stratum.times[i];
        last_hazard = stratum.hazards[i];
    }
    if (!std::isfinite(stratum.last_time) || stratum.last_time < last_time)
        fail_model("a baseline beyond its last time");
}

}  // namespace

const char* name_of(ModelKind kind) {
    return kind == ModelKind::cox ? "cox" : "aft";
}
const char* name_of(CoxTies ties) {
    return ties_names[static_cast<int>(ties)];
}
const char* name_of(AftDistribution distribution) {
    return distribution_names[static_cast<int>(distribution)];
}
const char* name_of(CoefficientNote note) {
    return note_names[static_cast<int>(note)];
}

CoxTies ties_of(std::string_view word) {
    for (const CoxTies ties : {CoxTies::efron, CoxTies::breslow}) {
        if (word == name_of(ties)) return ties;
    }
    fail_word("ties", word, ties_names);
}

AftDistribution distribution_of(std::string_view word) {
    for (int i = 0; i < 4; ++i) {
        if (word == distribution_names[i]) return static_cast<AftDistribution>(i);
    }
    fail_word("distribution", word, distribution_names);
}

double SurvivalModel::scale() const {
    return has_scale() ? std::exp(coefficients.back()) : 1;
}

double SurvivalModel::std_error(std::size_t i) const {
    return std::sqrt(variance[i * coefficients.size() + i]);
}

int SurvivalModel::degrees() const {
    int df = 0;
    for (std::size_t i = 0; i < covariates(); ++i)
        df += notes[first_covariate() + i] == CoefficientNote::collinear ? 0 : 1;
    return df;
}

// On correlations, so that the units of the covariates do not matter.
double SurvivalModel::wald() const {
    const auto p = static_cast<Eigen::Index>(covariates());
    Eigen::VectorXd z = Eigen::VectorXd::Zero(p);
    Eigen::MatrixXd correlation = Eigen::MatrixXd::Zero(p, p);
    const std::size_t first = first_covariate(), k = coefficients.size();
    for (Eigen::Index i = 0; i < p; ++i) {
        const std::size_t row = first + static_cast<std::size_t>(i);
        if (!(std_error(row) > 0)) continue;
        z(i) = coefficients[row] / std_error(row);
        for (Eigen::Index j = 0; j < p; ++j) {
            const std::size_t column = first + static_cast<std::size_t>(j);
            if (std_error(column) > 0) {
                correlation(i, j) = variance[row * k + column] / std_error(row) / std_error(column);
            }
        }
    }
    return z.dot(Information(correlation, {}).solve(z));
}

std::size_t SurvivalModel::stratum_of(std::string_view label) const {
    if (!is_cox()) {
        if (label.empty()) return 0;
        throw Error(ErrorCode::invalid_argument, "stratum", "an AFT model has no strata")
            .hint("Leave stratum away.");
    }
    const auto at =
        std::lower_bound(strata.begin(), strata.end(), label,
                         [](const Stratum& stratum, std::string_view its) { return stratum.label < its; });
    if (at != strata.end() && at->label == label) return static_cast<std::size_t>(at - strata.begin());
    throw Error(ErrorCode::invalid_argument, "stratum", "the model has no stratum \"%.*s\"",
                static_cast<int>(std::min<std::size_t>(label.size(), 100)), label.data())
        .detail("It has %zu, the first is \"%.100s\".", strata.size(), strata.front().label.c_str())
        .hint("cox_baseline() lists the strata of a model.");
}

std::size_t SurvivalModel::encoded_size() const {
    std::size_t size = survival_model_mark + 24 + 4 + 24 + 4 + 4;
    for (const std::pmr::string& name : names) size += 4 + name.size();
    size += 8 * (coefficients.size() + variance.size() + means.size()) + notes.size();
    size += 4 + 8 * zph.size() + 4;
    for (const Stratum& stratum : strata)
        size += 4 + stratum.label.size() + 8 + 8 + 16 * stratum.times.size();
    return size;
}

void SurvivalModel::encode(std::byte* to) const {
    Writer writer(to);
    for (const std::uint8_t byte :
         {survival_model_version, static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(ties),
          static_cast<std::uint8_t>(distribution), static_cast<std::uint8_t>(converged),
          static_cast<std::uint8_t>(robust)}) {
        writer.number(byte);
    }
    for (int i = 0; i < 2 + 16; ++i) writer.number(std::uint8_t{0});
    for (const std::int64_t count : {customers, events, excluded}) writer.number(count);
    writer.number(iterations);
    for (const double number : {loglik_null, loglik, score}) writer.real(number);
    writer.number(static_cast<std::uint32_t>(means.size()));
    writer.number(static_cast<std::uint32_t>(coefficients.size()));
    for (const std::pmr::string& name : names) writer.text(name);
    writer.reals(coefficients);
    writer.reals(variance);
    writer.reals(means);
    for (const CoefficientNote note : notes) writer.number(static_cast<std::uint8_t>(note));
    writer.number(static_cast<std::uint32_t>(zph.size()));
    writer.reals(zph);
    writer.number(static_cast<std::uint32_t>(strata.size()));
    for (const Stratum& stratum : strata) {
        writer.text(stratum.label);
        writer.real(stratum.last_time);
        writer.number(std::uint64_t{stratum.times.size()});
        writer.reals(stratum.times);
        writer.reals(stratum.hazards);
    }
    const auto sum = checksum({to, static_cast<std::size_t>(writer.at() - to)});
    store(store(to + checksum_at, sum[0]), sum[1]);
}

void SurvivalModel::decode(std::span<const std::byte> bytes) {
    if (bytes.size() < survival_model_mark) fail_model("it ends too early");
    Reader reader(bytes);
    if (reader.number<std::uint8_t>() != survival_model_version) fail_model("unknown version");
    const auto its_kind = reader.number<std::uint8_t>(), its_ties = reader.number<std::uint8_t>(),
               its_distribution = reader.number<std::uint8_t>();
    if (its_kind > 1 || its_ties > 1 || its_distribution > 3) fail_model("an unknown kind");
    kind = static_cast<ModelKind>(its_kind);
    ties = static_cast<CoxTies>(its_ties);
    distribution = static_cast<AftDistribution>(its_distribution);
    converged = reader.number<std::uint8_t>() != 0;
    robust = reader.number<std::uint8_t>() != 0;
    reader.skip(2 + 16);
    const auto sum = checksum(bytes);
    if (load<std::uint64_t>(bytes.data() + checksum_at) != sum[0] ||
        load<std::uint64_t>(bytes.data() + checksum_at + 8) != sum[1]) {
        fail_model("wrong checksum");
    }
    for (std::int64_t* count : {&customers, &events, &excluded}) *count = reader.number<std::int64_t>();
    iterations = reader.number<std::int32_t>();
    for (double* number : {&loglik_null, &loglik, &score}) *number = reader.real();
    const auto width = reader.number<std::uint32_t>(), parameters = reader.number<std::uint32_t>();
    if (width > max_covariates || parameters > max_covariates + 2) fail_model("too many covariates");
    for (std::uint32_t i = 0; i < parameters; ++i) names.emplace_back(reader.text());
    reader.reals(coefficients, parameters);
    reader.reals(variance, std::size_t{parameters} * parameters);
    reader.reals(means, width);
    for (std::uint32_t i = 0; i < parameters; ++i) {
        const auto note = reader.number<std::uint8_t>();
        if (note > 2) fail_model("an unknown note");
        notes.push_back(static_cast<CoefficientNote>(note));
    }
    reader.reals(zph, reader.number<std::uint32_t>());
    const auto count = reader.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count; ++i) {
        Stratum& stratum = strata.emplace_back();
        stratum.label = reader.text();
        stratum.last_time = reader.real();
        const auto times = reader.number<std::uint64_t>();
        reader.reals(stratum.times, times);
        reader.reals(stratum.hazards, times);
        if ((i & 1023) == 0) poll_interrupt();
    }
    if (!reader.at_end()) fail_model("it is too long");
    check();
}

void SurvivalModel::check() const {
    const std::size_t k = first_covariate() + covariates() + (has_scale() ? 1 : 0);
    if (covariates() == 0 || covariates() > max_covariates) fail_model("covariates out of range");
    if (names.size() != k || coefficients.size() != k || notes.size() != k || variance.size() != k * k) {
        fail_model("parts of different length");
    }
    if (events < 0 || customers < events || excluded < 0 || iterations < 0)
        fail_model("a count out of range");
    const auto finite = [](double number) { return std::isfinite(number); };
    if (!std::all_of(coefficients.begin(), coefficients.end(), finite) ||
        !std::all_of(variance.begin(), variance.end(), finite) ||
        !std::all_of(means.begin(), means.end(), finite) || !finite(loglik) || !finite(loglik_null) ||
        !finite(score)) {
        fail_model("a number that is not finite");
    }
    for (std::size_t i = 0; i < k; ++i) {
        if (variance[i * k + i] < 0) fail_model("a negative variance");
        if (names[i].empty()) fail_model("an empty name");
    }
    if (zph.size() != (is_cox() ? covariates() + 1 : 0)) fail_model("zph of wrong length");
    if (strata.empty() == is_cox()) fail_model("strata do not fit the kind");
    for (std::size_t i = 0; i < strata.size(); ++i) {
        check_stratum(strata[i]);
        if (i > 0 && !(strata[i - 1].label < strata[i].label)) fail_model("strata out of order");
    }
}

}  // namespace journey
