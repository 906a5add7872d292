// Attribution over all customers: what each channel gets under each model.
//
// AttributionSummary is the state of the aggregate: mergeable, and writable as bytes.
// Credits are summed as multiples of 2^-60 in 128 bits and values exactly, so no figure
// depends on the order of journeys. The figures of a model are apportioned at the end:
// they are decimals that sum to the number of conversions and to their value.
//
// Adding a journey takes O(events + conversions · channels · models) time and no memory
// beyond the longest journey's. The state has about 120 bytes for each channel and model.
// Bytes: u8 version, u8 set; models (u8 count, u8 each), text unattributed, names of the
// channels; conversions, those with a value, those without a touch (u64 each) and two
// sums; then for each channel u8 seen, and for each model its credit (u64 low, u64 high)
// and a sum.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/apportion.hpp"
#include "core/attribution_touches.hpp"
#include "core/channel_codes.hpp"
#include "core/credit_sums.hpp"
#include "core/dictionary.hpp"
#include "core/value_sum.hpp"

namespace journey {

inline constexpr std::uint8_t attribution_summary_version = 1;

struct AttributionRow {
    AttributionModel model{};
    std::string_view channel;
    Decimal conversions;
    std::optional<Decimal> value;  // none if no conversion has a value
    double share = 0;              // of all conversions
};

class AttributionSummary {
  public:
    explicit AttributionSummary(std::pmr::memory_resource& memory)
        : memory_(&memory),
          models_(&memory),
          unattributed_(&memory),
          channels_(memory),
          seen_(&memory),
          sums_(memory),
          unattributed_value_(memory),
          value_(memory),
          codes_(memory),
          met_(&memory),
          credits_(&memory) {}

    // What is counted; all calls must agree.
    void use(const AttributionRules& rules);
    void add(AttributionReader& reader, const JourneyView& journey);
    // A path that led to so many conversions of this value together. Not for models
    // that ask for times.
    void add_path(NameList path, std::uint64_t conversions, std::optional<double> value,
                  const AttributionRules& rules);
    void merge(const AttributionSummary& other);

    // By model, then the most credit first and the names' bytes; what is unattributed
    // last, if there is any.
    std::pmr::vector<AttributionRow> rows() const;
    bool has_unattributed() const { return unattributed_count_ > 0; }

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    // What a conversion gives: how often, and of which value.
    struct Gain {
        std::uint64_t conversions = 1;
        std::optional<double> value;
    };
    // A channel of a path: its code there, ours, and how many touches it has.
    struct Met {
        std::uint32_t code, channel, touches;
    };

    std::uint32_t intern(std::string_view channel);
    void use(std::span<const AttributionModel> models, std::string_view unattributed);
    // Counts a conversion; true if it is to be divided.
    bool count(const Gain& gain, bool attributed);
    // Finds what a path met. Our channel by code; touches(code) of the path.
    template <class Touches>
    void meet(std::span<const std::uint32_t> channels, Touches touches);
    // Credits of a conversion, by channel of the path and model.
    void divide(const AttributionReader& reader, const AttributedConversion& conversion);
    double* credits_of(std::size_t model) { return credits_.data() + model; }
    void divide_to_one(std::size_t model, std::uint32_t code);
    // channel(touch) is the code of its channel.
    template <class Channel>
    void divide_by_places(std::size_t model, const PlaceShares& shares, Channel channel);
    void divide_by_count(std::size_t model, std::uint32_t touches);
    void divide_by_channels(std::size_t model);
    void divide_by_weights(std::size_t model, const TouchWindow& path);

    std::pmr::memory_resource* memory_;
    bool set_ = false;
    std::pmr::vector<AttributionModel> models_;
    std::pmr::string unattributed_;
    Dictionary channels_;
    std::pmr::vector<std::uint8_t> seen_;  // by channel: is it on any path?
    CreditSums sums_;
    std::uint64_t conversions_ = 0, valued_ = 0, unattributed_count_ = 0;
    ValueSum unattributed_value_, value_;
    // Remembered and reused, never an answer.
    ChannelCodes codes_;
    std::pmr::vector<Met> met_;
    std::pmr::vector<double> credits_;  // by channel of the path, sums_.stride() each
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
