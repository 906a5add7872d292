// Touches in a window of a journey that only moves forward, and what models ask of them:
// how many each channel has, and how much weight if weights halve with age.
//
// Where windows begin and end is known, so touches between two of these bounds come and go
// together: each channel's are one *lot*. A lot comes and goes once, so all windows together
// take O(rows + windows · channels), however long they are. No sum is ever lessened: lots
// that may leave the window are summed up from its end back to its start, those after them
// from there on (the queue of two stacks).
//
// Memory: 4 bytes a row of the longest journey read, 32 a lot; 24 KiB of factors for each
// unit of times that was met.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "core/funnel.hpp"
#include "core/half_life.hpp"
#include "core/journey.hpp"
#include "core/touch_codes.hpp"

namespace journey {

class TouchWindow {
  public:
    explicit TouchWindow(std::pmr::memory_resource& memory)
        : codes_(memory), last_touches_(&memory), lots_(&memory), channels_(&memory), weights_(&memory) {}

    // What is asked for beside the touches themselves.
    struct Sums {
        bool counts = true;
        Span half_life = 0;  // of weights; 0: none
    };
    // Starts a journey, of which these rows are read: set their codes() before the window
    // moves. With counts, `windows` are those to come; they must outlive this, and some may
    // be left out. The half-life is always the same.
    void begin(const JourneyView& journey, std::uint32_t channels, RowRange rows, Sums sums,
               std::span<const RowRange> windows);
    TouchCodes& codes() { return codes_; }
    const TouchCodes& codes() const { return codes_; }
    // Neither bound goes back.
    void move(RowRange rows);

    RowRange rows() const { return rows_; }
    bool empty() const { return first_ >= rows_.to; }
    // How many touches are in the window, if they are counted.
    std::uint32_t size() const { return size_; }
    // The rows of the first and the last touch of a window that is not empty.
    std::uint32_t first() const { return first_; }
    std::uint32_t last() const { return last_; }
    std::uint32_t channel(std::uint32_t touch) const { return codes_[touch] - 1; }
    // The last touch of the window before this row, if any; once codes() are set,
    // find_last_touches() has to be called for this.
    void find_last_touches();
    std::optional<std::uint32_t> last_before(std::uint32_t row) const;

    std::uint32_t channels() const { return channel_count_; }
    std::uint32_t count(std::uint32_t channel) const { return channels_[channel + 1].count; }
    // How much of the weight of all touches in the window a channel has: times weight(channel).
    double weight_scale() const {
        const bool one_side = back_empty_ || first_lot_ >= turn_;  // or fronts are all 0
        return one_side ? 1 : unit_->half_life.decay(back_at_ - front_at_);
    }
    double weight(std::uint32_t channel, double scale) const {
        const Channel& of = channels_[channel + 1];
        return of.front * scale + of.back;
    }

  private:
    struct UnitWeights;
    struct Lot {
        double weight;     // relative to the time `at`; once turned: the channel's front when it has left
        std::uint64_t at;  // an offset
        std::uint32_t code, touches;
        std::uint32_t end;  // the row after its last one
    };
    struct Channel {
        // What enters, 0 between. Rows by turns, since each addition waits for the last one
        // to the same sum.
        double weight[2] = {};
        std::uint32_t touches[2] = {};
        // Of the window: touches; weights of lots before turn_ and of the others.
        std::uint32_t count = 0;
        double front = 0, back = 0;
    };

    const UnitWeights& weights_in(std::uint64_t unit, Span half_life);
    std::uint32_t end_of_stretch(std::uint32_t row);  // or no_row
    void enter(RowRange rows);
    template <class Weight>
    void enter(RowRange rows, Weight weight);
    void add_lots(std::uint32_t end);
    void leave(std::uint32_t from);
    void turn();

    TimeOffsets times_;
    TouchCodes codes_;
    bool counted_ = true, weighed_ = false;
    std::uint32_t channel_count_ = 0, size_ = 0, first_ = 0, last_ = 0;
    RowRange rows_;
    std::pmr::vector<std::uint32_t> last_touches_;  // by row: of the touch up to it, plus 1
    std::span<const RowRange> windows_;
    std::size_t next_window_ = 0;  // none before it begins later than what has entered
    // Those of the window are [first_lot_, lot_count_). The fronts of channels are relative
    // to front_at_, their backs to back_at_.
    std::pmr::vector<Lot> lots_;
    std::size_t lot_count_ = 0, first_lot_ = 0, turn_ = 0;
    std::uint64_t front_at_ = 0, back_at_ = 0;  // offsets of times
    bool back_empty_ = true;
    std::pmr::vector<Channel> channels_;  // by code
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
