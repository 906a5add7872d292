// Markov attribution: how many conversions would be lost without a channel.
//
// Paths are walks of an absorbing chain from the start to a conversion or to nothing
// ("null"). A state is the last `order` channels, fewer at the beginning. A walk goes on
// as the observed paths did on average. The *removal effect* of a channel is the share of
// converting walks that visit it: what is lost if whoever comes to it leaves. It is
// solved exactly, not simulated: with N = (I - Q)^-1, h = N r the chance to convert from
// each state and x = s N, the states A of a channel are met by x_A N_AA^-1 and
//
//   removal effect = x_A N_AA^-1 h_A / (s h)
//
// which for one state j is x_j / N_jj h_j / (s h) (Anderl, Becker, von Wangenheim,
// Schumann, Mapping the customer journey, 2016, for the model; Kemeny and Snell, Finite
// Markov Chains, 1960, for N). Value has its own effect: each state's conversions have
// the value that was observed from there. Credits are the effects scaled to the total.
//
// MarkovSummary is the state of the aggregate: mergeable, and writable as bytes. Memory:
// about 40 bytes for each pair of state and next channel that occurs, so with order 1 it
// grows with the square of the channels and not with the journeys. rows() takes O(states³)
// time and 8 bytes · states²; at most max_markov_states. Bytes: u8 version, u8 set, u8
// order, text unattributed, names; the remainder; then the states (their channels), what
// they led to, and the steps between them.
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
#include "core/dictionary.hpp"
#include "core/node_pairs.hpp"
#include "core/value_sum.hpp"

namespace journey {

inline constexpr std::uint8_t markov_summary_version = 1;
inline constexpr std::uint32_t max_markov_order = 8;
inline constexpr std::uint32_t max_markov_states = 2000;

struct MarkovRow {
    std::string_view channel;
    std::optional<double> removal_effect;  // none: what is unattributed, or nothing converted
    Decimal conversions;
    std::optional<Decimal> value;  // none if no conversion has a value
    double share = 0;              // of all conversions
};

struct MarkovStep {
    std::pmr::string from;  // the channels of the state, or (start)
    std::string_view to;    // a channel, (conversion) or (null)
    std::uint64_t count = 0;
    double probability = 0;
};

class MarkovSummary {
  public:
    explicit MarkovSummary(std::pmr::memory_resource& memory);

    // All calls must agree.
    void use(std::uint32_t order, std::string_view unattributed);
    void add(AttributionReader& reader, const JourneyView& journey);
    // A path that led to so many conversions of this value together, and so often to none.
    void add_path(NameList path, std::uint64_t conversions, std::optional<double> value, std::uint64_t nulls);
    void merge(const MarkovSummary& other);

    // The greatest effect first, then the names' bytes; what is unattributed last, if
    // there is any. Throws ErrorCode::limit for too many states.
    std::pmr::vector<MarkovRow> rows() const;
    // The chain: by state, then the most frequent step first.
    std::pmr::vector<MarkovStep> steps() const;

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    struct Step {
        std::uint32_t from, to;  // a state, a channel
        std::uint32_t next;      // the state it leads to; 0: not yet looked up
        std::uint64_t count;
    };
    // What a state led to.
    struct End {
        explicit End(std::pmr::memory_resource& memory) : value(memory) {}
        std::uint64_t conversions = 0, nulls = 0;
        ValueSum value;
    };
    static constexpr std::string_view start_name = "(start)", conversion_name = "(conversion)",
                                      null_name = "(null)";
    static constexpr std::uint32_t nowhere = ~0u;
    struct Gain {
        std::uint64_t conversions = 0, nulls = 0;
        std::optional<double> value;
    };

    std::uint32_t intern(std::string_view channel);
    std::uint32_t state(std::span<const std::uint32_t> channels);
    std::uint32_t step(std::uint32_t row, std::uint32_t from, std::uint32_t channel);
    std::uint32_t find_step(std::uint32_t from, std::uint32_t channel);
    // How far a walk has come: its row in near_, its last step.
    struct Trail {
        std::uint32_t row = 0, place = nowhere;
    };
    template <bool first_order, class Channel>
    void follow(Trail& trail, std::uint32_t touches, Channel channel, std::uint64_t weight);
    template <class Channel>
    void go_on(Trail& trail, std::uint32_t touches, Channel channel, std::uint64_t weight);
    void end(const Trail& trail, const Gain& gain);
    void add_rest(const JourneyView& journey, std::span<const std::uint32_t> codes);
    void go_along(Trail& trail, const TouchWindow& path, RowRange rows, std::span<const std::uint32_t> codes,
                  std::uint64_t weight);
    void add_growing(AttributionReader& reader, std::span<const std::uint32_t> codes);
    void gain(End& end, const Gain& gain);
    std::span<const std::uint32_t> channels(std::uint32_t state, std::uint32_t (&to)[max_markov_order]) const;
    // States but the start, by newest channel and then the others; and how often each is left.
    std::pmr::vector<std::uint32_t> ordered_states() const;
    std::pmr::vector<std::uint64_t> leaving() const;
    void divide(std::pmr::vector<MarkovRow>& rows, std::span<const double> lost_value) const;

    std::pmr::memory_resource* memory_;
    bool set_ = false;
    std::uint32_t order_ = 1;
    std::pmr::string unattributed_;
    Dictionary channels_;
    Dictionary states_;  // by the bytes of their channels' codes; 0 is the start
    std::pmr::vector<End> ends_;
    PairTable<Step> steps_;
    End nobody_;                // conversions without a touch
    std::uint64_t valued_ = 0;  // conversions with a value
    // Remembered, never an answer: the places of steps, plus 1, as a square. A row is the
    // state a step starts from, with order 1 its channel plus 1; a column is the channel it
    // leads to.
    ChannelCodes codes_;
    std::pmr::vector<std::uint32_t> near_;
    std::uint32_t near_side_ = 0;
};

// An absorbing chain of n states, each of one channel.
struct MarkovChain {
    explicit MarkovChain(std::pmr::memory_resource& memory)
        : first(&memory), enter(&memory), convert(&memory), value(&memory), steps(&memory) {}
    struct Step {
        std::uint32_t from, to;
        double probability;
    };
    std::pmr::vector<std::uint32_t> first;  // the first state of each channel, and n
    std::pmr::vector<double> enter;         // from the start to a state
    std::pmr::vector<double> convert;       // from a state to a conversion
    std::pmr::vector<double> value;         // the same, times the value
    std::pmr::vector<Step> steps;
};

struct MarkovEffects {
    explicit MarkovEffects(std::pmr::memory_resource& memory) : lost(&memory), lost_value(&memory) {}
    double conversion = 0, value = 0;           // of a walk
    std::pmr::vector<double> lost, lost_value;  // by channel: what walks through it bring
};

// Every state must lead to an end. O(n³) time, 8 n² bytes; asks poll_interrupt() at least
// every 512 n² steps.
MarkovEffects solve(const MarkovChain& chain, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
