// Attribution read from plain lists of events in the plainest way, to hold the compact one
// against.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/attribution.hpp"
#include "journey_model.hpp"

namespace journey::test {

// AttributionRules that own their names.
struct ModelAttribution {
    std::vector<std::string> conversion = {"buy"};
    std::vector<AttributionModel> models = {AttributionModel::last};
    std::optional<Span> lookback;
    std::optional<std::vector<std::string>> touches;
    bool conversion_is_touch = false, channel_from_event = false, reuse_touches = true;
    DirectRule direct = DirectRule::any;
    std::vector<std::string> direct_channels = {"direct"};
    Span half_life = 7;
    double position_shares[3] = {0.4, 0.2, 0.4};
    std::vector<std::string> milestones;
    std::vector<double> w_shares;  // empty: the default

    // Views into this object.
    AttributionRules& rules(std::pmr::memory_resource& memory);

  private:
    std::optional<AttributionRules> rules_;
    std::vector<std::string_view> conversion_, touches_, direct_, milestones_;
};

std::vector<AttributionModel> all_models();

// A customer of a shop: visits on channels, leads, purchases; many at one time.
Events random_shopper(Random& random);
ModelAttribution random_attribution(Random& random);
std::string describe(const ModelAttribution& rules);

// A conversion and the touches before it, as places in `events`.
struct ModelPath {
    std::size_t conversion;
    std::vector<std::size_t> touches;
};
std::vector<ModelPath> model_paths(const Events& events, const ModelAttribution& rules);
// The touches after the last conversion that led to none.
std::vector<std::size_t> model_rest(const Events& events, const ModelAttribution& rules);

std::string model_channel(const Event& event, const ModelAttribution& rules);

// What each touch of a path gets.
std::vector<double> model_credits(const Events& events, const ModelPath& path, AttributionModel model,
                                  const ModelAttribution& rules);

// A path of channels, counted.
struct CountedPath {
    std::vector<std::string> channels;
    std::uint64_t conversions = 0, nulls = 0;
    double value = 0;
};
// Removal effects by walking the chain with and without each channel: what is lost of the
// conversions, and of the value.
struct ModelEffect {
    double conversions = 0, value = 0;
};
std::map<std::string, ModelEffect> model_removal(const std::vector<CountedPath>& paths, std::size_t order);

}  // namespace journey::test
