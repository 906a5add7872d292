#include "core/attribution.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace journey {

bool AttributionRules::has(AttributionModel model) const {
    return std::find(models.begin(), models.end(), model) != models.end();
}

void AttributionRules::default_w_shares() {
    w_shares.assign(milestones.size() + 2, 0.9 / static_cast<double>(milestones.size() + 1));
    w_shares.back() = 0.1;
}

void parse_models(NameList names, std::pmr::vector<AttributionModel>& models) {
    if (names.empty()) {
        throw Error(ErrorCode::invalid_argument, "models", "models must not be empty")
            .hint("Write models => '{first,last,linear}'.");
    }
    for (std::string_view name : names) {
        const auto* found =
            std::find(std::begin(attribution_model_names), std::end(attribution_model_names), name);
        if (found == std::end(attribution_model_names)) {
            throw Error(ErrorCode::invalid_argument, "models", "unknown model in models: \"%.*s\"",
                        static_cast<int>(name.size()), name.data())
                .hint(
                    "Valid models are: first, last, last_non_direct, linear, time_decay, position, j, "
                    "inverse_j, w, participation, shapley.");
        }
        const auto model = static_cast<AttributionModel>(found - std::begin(attribution_model_names));
        if (std::find(models.begin(), models.end(), model) != models.end()) {
            throw Error(ErrorCode::invalid_argument, "models", "models must not repeat \"%.*s\"",
                        static_cast<int>(name.size()), name.data())
                .hint("Name each model once.");
        }
        models.push_back(model);
    }
}

void check_shares(std::span<const double> shares, const char* argument) {
    double sum = 0;
    for (double share : shares) {
        if (!(share >= 0 && share <= 1)) {
            throw Error(ErrorCode::invalid_argument, argument, "%s must be between 0 and 1", argument)
                .hint("Shares are parts of one, such as '{0.4,0.2,0.4}'.");
        }
        sum += share;
    }
    if (std::fabs(sum - 1) > 1e-9) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must sum to 1, not %.10g", argument, sum)
            .hint("Shares are parts of one, such as '{0.4,0.2,0.4}'.");
    }
}

void PlaceShares::add(std::uint32_t touch, double share) {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (places[i].touch == touch) {
            places[i].share += share;
            return;
        }
    }
    places[count++] = {touch, share};
}

void PlaceShares::finish(std::uint32_t touches, double rest) {
    const std::uint32_t others = touches - count;
    double total = others == 0 ? 0 : rest;
    for (std::uint32_t i = 0; i < count; ++i) total += places[i].share;
    // Only shares of 0 are there: all touches alike.
    if (total == 0) {
        other = 1 / static_cast<double>(touches);
        for (std::uint32_t i = 0; i < count; ++i) places[i].share = other;
        return;
    }
    if (total != 1) {
        for (std::uint32_t i = 0; i < count; ++i) places[i].share /= total;
    }
    if (others != 0) other = (total == 1 ? rest : rest / total) / static_cast<double>(others);
}

double end_shares(const AttributionRules& rules, AttributionModel model, std::uint32_t first,
                  std::uint32_t last, std::uint32_t last_non_direct, PlaceShares& shares) {
    static constexpr double j_shares[3] = {0.2, 0.2, 0.6}, inverse_j_shares[3] = {0.6, 0.2, 0.2};
    const double* of = nullptr;
    switch (model) {
        case AttributionModel::first:
            shares.add(first, 1);
            return 0;
        case AttributionModel::last:
            shares.add(last, 1);
            return 0;
        case AttributionModel::last_non_direct:
            shares.add(last_non_direct, 1);
            return 0;
        case AttributionModel::w:
            shares.add(first, rules.w_shares.front());
            return rules.w_shares.back();
        case AttributionModel::position:
            of = rules.position_shares;
            break;
        case AttributionModel::j:
            of = j_shares;
            break;
        case AttributionModel::inverse_j:
            of = inverse_j_shares;
            break;
        default:
            return 1;
    }
    shares.add(first, of[0]);
    shares.add(last, of[2]);
    return of[1];
}

}  // namespace journey
