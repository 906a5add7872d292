#include "core/survey.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/normal.hpp"

namespace journey {

void SurveyScale::check() const {
    if (!(level > 0 && level < 1)) {
        throw Error(ErrorCode::invalid_argument, "level", "level must be between 0 and 1, not %g", level)
            .hint("Write 0.95 for an interval of 95 percent.");
    }
    if (!(lowest < highest)) {
        throw Error(ErrorCode::invalid_argument, "highest", "highest must be above lowest")
            .hint("A scale of one to five is lowest 1, highest 5.");
    }
    if (!(top > lowest && top <= highest)) {
        throw Error(ErrorCode::invalid_argument, "top", "top must be above lowest and not above highest")
            .hint("It is the least answer that counts, such as 4 on a scale of one to five.");
    }
}

void SurveyCounts::add(const SurveyScale& scale, std::optional<double> answer) {
    if (!answer) {
        ++missing;
    } else if (!(*answer >= scale.lowest && *answer <= scale.highest && *answer == std::floor(*answer))) {
        ++out_of_scale;
    } else {
        ++n;
        top += *answer >= scale.top ? 1 : 0;
        bottom += scale.net && *answer <= scale.bottom ? 1 : 0;
        sum += static_cast<std::int64_t>(*answer);
    }
}

void SurveyCounts::add(const SurveyCounts& other) {
    n += other.n;
    top += other.top;
    bottom += other.bottom;
    missing += other.missing;
    out_of_scale += other.out_of_scale;
    sum += other.sum;
}

std::optional<SurveyScore> survey_score(const SurveyScale& scale, const SurveyCounts& counts) {
    if (counts.n == 0) return std::nullopt;
    const auto n = static_cast<double>(counts.n), top = static_cast<double>(counts.top);
    const double z = normal_width(scale.level);
    SurveyScore result;
    result.mean = static_cast<double>(counts.sum) / n;
    if (scale.net) {
        const auto bottom = static_cast<double>(counts.bottom);
        const double net = (top - bottom) / n;
        result.score = 100 * (top - bottom) / n;
        result.std_error = 100 * std::sqrt(std::max(0.0, (top + bottom) / n - net * net) / n);
        result.low = std::max(-100.0, result.score - z * result.std_error);
        result.high = std::min(100.0, result.score + z * result.std_error);
        return result;
    }
    const double share = top / n;
    result.score = share;
    result.std_error = std::sqrt(share * (1 - share) / n);
    const double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    // At the ends the interval reaches the end exactly; rounding must not say otherwise.
    result.low = counts.top == 0 ? 0 : std::max(0.0, middle - half);
    result.high = counts.top == counts.n ? 1 : std::min(1.0, middle + half);
    return result;
}

std::optional<SurveyDifference> survey_difference(const SurveyScale& scale, const SurveyCounts& in,
                                                  const SurveyCounts& out) {
    const auto a = survey_score(scale, in), b = survey_score(scale, out);
    if (!a || !b) return std::nullopt;
    SurveyDifference result;
    result.in = *a;
    result.out = *b;
    result.difference = a->score - b->score;
    result.std_error = std::hypot(a->std_error, b->std_error);
    const double width = normal_width(scale.level) * result.std_error, end = scale.net ? 200 : 1;
    result.low = std::max(-end, result.difference - width);
    result.high = std::min(end, result.difference + width);
    if (result.std_error > 0) {
        result.z = result.difference / result.std_error;
        result.p_value = normal_p_value(*result.z);
    }
    return result;
}

}  // namespace journey
