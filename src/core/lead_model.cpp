// The logistic model as a value: scoring, bytes and text.

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/lead_logistic.hpp"
#include "core/model_text.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr std::string_view status_names[] = {"converged", "separation", "collinear", "one_class",
                                             "not_converged"};

}  // namespace

std::string_view name_of(FitStatus status) {
    return status_names[static_cast<std::size_t>(status)];
}

void LogisticModel::check_features(std::size_t given) const {
    if (given == features()) return;
    throw Error(ErrorCode::invalid_argument, "features", "features has %zu elements, the model %zu", given,
                features())
        .hint("Give the features of the fit in the same order.");
}

double LogisticModel::log_odds(std::span<const double> features) const {
    double sum = coefficients[0];
    for (std::size_t j = 0; j < features.size(); ++j) sum += coefficients[j + 1] * features[j];
    return sum;
}

double LogisticModel::probability(std::span<const double> features) const {
    const double eta = log_odds(features);
    if (eta >= 0) return 1 / (1 + std::exp(-eta));
    const double odds = std::exp(eta);
    return odds / (1 + odds);
}

void LogisticModel::encode(std::byte* to) const {
    for (const std::uint8_t byte : {logistic_version, static_cast<std::uint8_t>(status),
                                    static_cast<std::uint8_t>(standardise ? 1 : 0), std::uint8_t{0}}) {
        *to++ = std::byte{byte};
    }
    to = store(to, static_cast<std::uint32_t>(features()));
    to = store(to, iterations);
    for (std::uint64_t count : {n, conversions, dropped}) to = store(to, count);
    for (double real : {penalty, log_likelihood, null_log_likelihood}) to = store_real(to, real);
    for (const auto* list : {&coefficients, &std_errors, &means}) {
        for (double real : *list) to = store_real(to, real);
    }
}

void LogisticModel::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "logistic_model", "logistic_fit");
    reader.version(logistic_version);
    const auto word = reader.number<std::uint8_t>(), standard = reader.number<std::uint8_t>();
    if (word >= std::size(status_names)) reader.fail("unknown status");
    if (standard > 1 || reader.number<std::uint8_t>() != 0) reader.fail("unknown flags");
    status = static_cast<FitStatus>(word);
    standardise = standard != 0;
    const auto count = reader.number<std::uint32_t>();
    if (count > max_features) reader.fail("too many features");
    iterations = reader.number<std::uint32_t>();
    for (std::uint64_t* number : {&n, &conversions, &dropped}) *number = reader.tally();
    if (n > INT64_MAX || conversions > n || dropped > INT64_MAX) reader.fail("counts out of range");
    for (double* real : {&penalty, &log_likelihood, &null_log_likelihood}) *real = reader.real();
    coefficients.resize(std::size_t{count} + 1);
    std_errors.resize(std::size_t{count} + 1);
    means.resize(count);
    for (auto* list : {&coefficients, &std_errors, &means}) {
        for (double& real : *list) real = reader.real();
    }
    reader.end();
    for (double real : coefficients) {
        if (usable() != std::isfinite(real)) reader.fail("coefficients and status differ");
    }
    for (double real : means) {
        if (!std::isfinite(real)) reader.fail("a mean is no number");
    }
}

std::string_view LogisticModel::text(ModelWriter& writer) const {
    writer.integer("version", logistic_version);
    writer.text("status", name_of(status));
    writer.integer("n", static_cast<long long>(n));
    writer.integer("conversions", static_cast<long long>(conversions));
    writer.integer("dropped", static_cast<long long>(dropped));
    writer.integer("iterations", iterations);
    writer.number("penalty", penalty);
    writer.boolean("standardise", standardise);
    writer.number("log_likelihood", log_likelihood);
    writer.number("null_log_likelihood", null_log_likelihood);
    writer.numbers("coefficients", coefficients);
    writer.numbers("std_errors", std_errors);
    writer.numbers("means", means);
    return writer.finish();
}

void LogisticModel::parse(std::string_view text) {
    ModelReader reader(text, "logistic_model");
    bool known = false;
    constexpr double absent = std::numeric_limits<double>::quiet_NaN();
    constexpr long long most = INT64_MAX;
    while (reader.next()) {
        const std::string_view key = reader.key();
        if (key == "version") {
            reader.integer(logistic_version, logistic_version);
        } else if (key == "status") {
            const std::string_view word = reader.text();
            for (std::size_t i = 0; i < std::size(status_names); ++i) {
                if (status_names[i] == word) status = static_cast<FitStatus>(i), known = true;
            }
        } else if (key == "n") {
            n = static_cast<std::uint64_t>(reader.integer(0, most));
        } else if (key == "conversions") {
            conversions = static_cast<std::uint64_t>(reader.integer(0, most));
        } else if (key == "dropped") {
            dropped = static_cast<std::uint64_t>(reader.integer(0, most));
        } else if (key == "iterations") {
            iterations = static_cast<std::uint32_t>(reader.integer(0, UINT32_MAX));
        } else if (key == "penalty") {
            penalty = reader.number();
        } else if (key == "standardise") {
            standardise = reader.boolean();
        } else if (key == "log_likelihood") {
            log_likelihood = reader.number();
        } else if (key == "null_log_likelihood") {
            null_log_likelihood = reader.number();
        } else if (key == "coefficients") {
            reader.numbers(coefficients, absent);
        } else if (key == "std_errors") {
            reader.numbers(std_errors, absent);
        } else if (key == "means") {
            reader.numbers(means, absent);
        } else {
            reader.fail("unknown key");
        }
    }
    if (!known) reader.fail("no known status");
    if (conversions > n) reader.fail("more conversions than n");
    if (means.size() > max_features || coefficients.size() != means.size() + 1 ||
        std_errors.size() != means.size() + 1) {
        reader.fail("coefficients, std_errors and means do not fit together");
    }
    for (double real : coefficients) {
        if (usable() != std::isfinite(real)) reader.fail("coefficients and status differ");
    }
    for (double real : means) {
        if (!std::isfinite(real)) reader.fail("a mean is no number");
    }
}

}  // namespace journey
