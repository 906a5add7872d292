// Net promoter score, satisfaction (CSAT) and effort (CES) from answers on a scale.
//
// Answers are whole numbers of the scale; what is not is counted and left out. All
// state is counts, so answers do not depend on the order of rows.
//
//   NPS   100 * (promoters 9-10 minus detractors 0-6) / n; the variance of one
//         answer is (p + d) - (p - d)^2 with shares p and d, its standard error
//         sqrt(variance / n), the interval normal (as in CRAN's package NPS)
//   CSAT  share of answers of at least `top`; standard error sqrt(s (1 - s) / n),
//   CES   the interval Wilson's (1927), which stays within 0..1
//
// The difference of two groups: standard errors add in squares, z = difference /
// standard error, p two-sided.
#pragma once

#include <cstdint>
#include <optional>

namespace journey {

struct SurveyScale {
    double lowest = 0, highest = 10;  // whole numbers
    double top = 9;                   // answers from here on are promoters, or satisfied
    double bottom = 6;                // NPS: answers up to here are detractors
    double level = 0.95;              // of confidence
    bool net = true;                  // NPS
    bool operator==(const SurveyScale&) const = default;
    // Throws for what cannot be.
    void check() const;
};
inline constexpr SurveyScale nps_scale = {};
inline constexpr SurveyScale csat_scale = {1, 5, 4, 0, 0.95, false};
inline constexpr SurveyScale ces_scale = {1, 7, 5, 0, 0.95, false};

struct SurveyCounts {
    std::int64_t n = 0, top = 0, bottom = 0, missing = 0, out_of_scale = 0, sum = 0;
    void add(const SurveyScale& scale, std::optional<double> answer);
    void add(const SurveyCounts& other);
};

struct SurveyScore {
    double score = 0, std_error = 0, low = 0, high = 0, mean = 0;
};
// Nothing without answers.
std::optional<SurveyScore> survey_score(const SurveyScale& scale, const SurveyCounts& counts);

struct SurveyDifference {
    SurveyScore in, out;
    double difference = 0, std_error = 0, low = 0, high = 0;
    std::optional<double> z, p_value;  // absent where nobody's answers differ
};
// Nothing if one of the groups has no answers.
std::optional<SurveyDifference> survey_difference(const SurveyScale& scale, const SurveyCounts& in,
                                                  const SurveyCounts& out);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
