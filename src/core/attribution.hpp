// Attribution: which touches before a conversion get the credit for it.
//
// A *touch* is an event with a channel. The *path* of a conversion at T are the touches
// from T - lookback to T, both included, in the journey's order; events of one time count
// whatever their order. Every model but participation gives credits that sum to one:
//
//   first, last          the first, the last touch
//   last_non_direct      the last touch that is not of a direct channel, else the last
//   linear               all touches alike
//   time_decay           2^(-(T - t) / half_life), scaled to one
//   position, j,         shares for the first touch, all touches between alike, and the
//   inverse_j            last touch; by default 40-20-40, 20-20-60 and 60-20-20
//   w                    shares for the first touch, for the last touch up to each
//                        milestone event, and for all others alike
//   participation        1 for each channel: does not sum to one
//   shapley              1 / channels for each channel: the Shapley value where a
//                        coalition is worth the conversions whose channels are all in it
//                        (Zhao, Mahboobi, Bagheri, arXiv 1804.05327)
//
// Shares of touches that are not there (no touch between, a milestone that did not
// happen) go to the others in proportion, or to all alike if those have none; shares of
// one touch add up.
#pragma once

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/edit.hpp"
#include "core/funnel.hpp"
#include "core/journey.hpp"

namespace journey {

enum class AttributionModel : std::uint8_t {
    first,
    last,
    last_non_direct,
    linear,
    time_decay,
    position,
    j,
    inverse_j,
    w,
    participation,
    shapley
};
inline constexpr std::string_view attribution_model_names[] = {
    "first",     "last", "last_non_direct", "linear", "time_decay", "position", "j",
    "inverse_j", "w",    "participation",   "shapley"};
inline constexpr std::size_t attribution_models = std::size(attribution_model_names);

// What a direct channel ("came by itself") is worth: as any other; only where there is
// no other touch; nothing.
enum class DirectRule : std::uint8_t { any, fallback, ignore };

inline constexpr std::uint32_t max_milestones = 6;

struct AttributionRules {
    explicit AttributionRules(std::pmr::memory_resource& memory) : models(&memory), w_shares(&memory) {}

    NameList conversion;
    std::pmr::vector<AttributionModel> models;  // each once
    Span lookback = no_limit;
    std::optional<NameList> touches;  // only these events; none: all but conversions
    bool conversion_is_touch = false;
    bool channel_from_event = false;  // the event's name stands for the channel
    bool reuse_touches = true;        // touches at or before an earlier conversion count again
    DirectRule direct = DirectRule::any;
    NameList direct_channels;
    Span half_life = 7 * Span{86'400'000'000};
    double position_shares[3] = {0.4, 0.2, 0.4};
    NameList milestones;
    std::pmr::vector<double> w_shares;  // first, each milestone, the others
    static constexpr std::string_view usual_unattributed = "(unattributed)";
    std::string_view unattributed = usual_unattributed;

    bool has(AttributionModel model) const;
    // Sets w_shares: 0.1 for the others, the rest in equal parts.
    void default_w_shares();
};

// Throws for an unknown name, and for one that is there twice.
void parse_models(NameList names, std::pmr::vector<AttributionModel>& models);
// Shares must be at least 0 and sum to one (to 1e-9).
void check_shares(std::span<const double> shares, const char* argument);

// How a model divides a path by places: shares for some touches, `other` for each of the
// touches without one. (Not for time_decay, participation and shapley.)
struct PlaceShares {
    struct Place {
        std::uint32_t touch;
        double share;
    };
    void add(std::uint32_t touch, double share);
    // `rest`: for all touches without a share together, of a path of `touches`.
    void finish(std::uint32_t touches, double rest);

    static constexpr std::uint32_t most = max_milestones + 2;
    std::uint32_t count = 0;
    Place places[most];
    double other = 0;
};

// Adds the shares of the first and the last touch, or of the one that gets all, and
// returns what is for the touches between. Of w only the first one's.
double end_shares(const AttributionRules& rules, AttributionModel model, std::uint32_t first,
                  std::uint32_t last, std::uint32_t last_non_direct, PlaceShares& shares);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
