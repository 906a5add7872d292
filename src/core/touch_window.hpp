// Touches in a window of a journey that only moves forward, and what models ask of them:
// how many each channel has, and how much weight if weights halve with age.
//
// A touch comes and goes once, so all windows together take O(touches), however long they
// are. No sum is ever lessened: touches that may leave the window are summed up from its
// end back to its start, those after them from there on (the queue of two stacks).
//
// Memory: 16 bytes a touch of the longest journey read; 24 KiB of factors for each unit of
// times that was met.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "core/funnel.hpp"
#include "core/half_life.hpp"
#include "core/journey.hpp"

namespace journey {

class TouchWindow {
  public:
    explicit TouchWindow(std::pmr::memory_resource& memory)
        : rows_(&memory),
          channels_(&memory),
          after_(&memory),
          counts_(&memory),
          front_(&memory),
          back_(&memory),
          weights_(&memory) {}

    // What is asked for beside the touches themselves.
    struct Sums {
        bool counts = true;
        Span half_life = 0;  // of weights; 0: none
    };
    // Starts a journey with room for `touches`.
    void begin(const JourneyView& journey, std::uint32_t channels, std::uint32_t touches, Sums sums);
    // Touches come in the order of their rows.
    void append(std::uint32_t row, std::uint32_t channel) {
        rows_[size_] = row;
        channels_[size_++] = channel;
    }
    std::uint32_t appended() const { return size_; }
    // Every event of rows [from, to) that has a channel, but for these rows, which ascend.
    void append_all(std::uint32_t from, std::uint32_t to, std::span<const std::uint32_t> others);
    // The window is the touches of rows [from, to); neither bound goes back.
    void move(std::uint32_t from, std::uint32_t to);

    // Touches [first(), last()) are in the window.
    std::uint32_t first() const { return first_; }
    std::uint32_t last() const { return last_; }
    std::uint32_t size() const { return last_ - first_; }
    std::uint32_t row(std::uint32_t touch) const { return rows_[touch]; }
    std::uint32_t channel(std::uint32_t touch) const { return channels_[touch]; }
    std::span<const std::uint32_t> channels() const { return {channels_.data() + first_, size()}; }
    // The last touch of the window before this row, if any.
    std::optional<std::uint32_t> last_before(std::uint32_t row) const;

    // By channel code.
    std::span<const std::uint32_t> counts() const { return {counts_.data(), channel_count_}; }
    // How much of the weight of all touches in the window a channel has: times weight(channel).
    double weight_scale() const { return back_empty_ ? 1 : unit_->half_life.decay(back_at_ - front_at_); }
    double weight(std::uint32_t channel, double scale) const {
        return front_[channel] * scale + back_[channel];
    }

  private:
    struct UnitWeights;

    std::uint64_t at(std::uint32_t touch) const { return journey_.time_offset(rows_[touch]); }
    const UnitWeights& weights_in(std::uint64_t unit, Span half_life);
    void enter(std::uint32_t entered);
    void weigh(std::uint32_t entered);
    template <class Weight>
    void weigh(std::uint32_t entered, Weight weight);
    void leave(std::uint32_t from);
    void turn();

    JourneyView journey_;
    bool counted_ = true;
    std::uint32_t size_ = 0, channel_count_ = 0, first_ = 0, last_ = 0;
    bool weighed_ = false;
    std::pmr::vector<std::uint32_t> rows_, channels_;
    // Weights of touches [first_, turn_) are in front_, relative to those at front_at_;
    // after_[touch]: what is in front_ of its channel when it has left. Those of
    // [turn_, last_) are in back_, relative to back_at_; after_[touch] is the weight of
    // each, unless back_at_ has moved.
    std::uint32_t turn_ = 0;
    std::uint64_t front_at_ = 0, back_at_ = 0;  // offsets of times
    bool back_empty_ = true, back_moved_ = false;
    std::pmr::vector<double> after_;
    std::pmr::vector<std::uint32_t> counts_;
    std::pmr::vector<double> front_, back_;
    // Of each unit of times that was met.
    struct UnitWeights {
        std::uint64_t unit;
        HalfLife half_life;
        std::pmr::vector<double> factors;
        HalfLifeTable table;
    };
    std::pmr::vector<UnitWeights> weights_;
    const UnitWeights* unit_ = nullptr;  // of the journey
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
