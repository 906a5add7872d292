#include "core/touch_window.hpp"

#include <algorithm>

#include "core/interrupt.hpp"

namespace journey {

void TouchWindow::begin(const JourneyView& journey, std::uint32_t channels, RowRange rows, Sums sums,
                        std::span<const RowRange> windows) {
    times_ = journey.time_offsets();
    codes_.begin(rows);
    counted_ = sums.counts;
    weighed_ = sums.half_life != 0;
    rows_ = {rows.from, rows.from};
    first_ = last_ = rows.from;
    size_ = 0;
    channel_count_ = channels;
    if (!counted_) return;
    windows_ = windows;
    next_window_ = lot_count_ = first_lot_ = turn_ = 0;
    channels_.assign(channels + 1, Channel{});
    if (!weighed_) return;
    unit_ = &weights_in(journey.time_unit(), sums.half_life);
    back_empty_ = true;
}

// All journeys of a reader have one half-life.
const TouchWindow::UnitWeights& TouchWindow::weights_in(std::uint64_t unit, Span half_life) {
    for (const UnitWeights& each : weights_) {
        if (each.unit == unit) return each;
    }
    const HalfLife made(half_life, unit);
    std::pmr::vector<double> factors(weights_.get_allocator());
    const HalfLifeTable table(made, factors);
    weights_.push_back({unit, made, std::move(factors), table});
    return weights_.back();
}

void TouchWindow::move(RowRange rows) {
    RowRange entering{std::max(rows_.to, rows.from), rows.to};
    rows_ = rows;
    // What comes after the last touch needs not enter.
    while (entering.to > entering.from && codes_[entering.to - 1] == 0) --entering.to;
    if (entering.to > entering.from) last_ = entering.to - 1;
    first_ = std::max(first_, rows.from);
    while (first_ < rows.to && codes_[first_] == 0) ++first_;
    if (!counted_) return;
    leave(rows.from);
    if (entering.to > entering.from) enter(entering);
}

void TouchWindow::find_last_touches() {
    const RowRange rows = codes_.rows();
    last_touches_.clear();
    std::uint32_t last = 0;
    Poll poll;
    for (std::uint32_t row = rows.from; row < rows.to; ++row) {
        poll();
        if (codes_[row] != 0) last = row + 1;
        last_touches_.push_back(last);
    }
}

std::optional<std::uint32_t> TouchWindow::last_before(std::uint32_t row) const {
    if (row <= rows_.from) return std::nullopt;
    const std::uint32_t found = last_touches_[row - 1 - codes_.rows().from];
    if (found <= rows_.from) return std::nullopt;
    return found - 1;
}

// The row after those that come and go with this one.
std::uint32_t TouchWindow::end_of_stretch(std::uint32_t row) {
    while (next_window_ < windows_.size() && windows_[next_window_].from <= row) ++next_window_;
    return next_window_ < windows_.size() ? windows_[next_window_].from : no_row;
}

void TouchWindow::enter(RowRange rows) {
    if (!weighed_) {
        enter(rows, [](std::uint64_t) { return 0.0; });
        return;
    }
    const std::uint64_t newest = times_[rows.to - 1];
    const HalfLife& half_life = unit_->half_life;
    if (back_empty_) {
        back_empty_ = false;
        back_at_ = times_[rows.from];
    }
    if (newest - back_at_ > half_life.furthest()) {
        const double scale = half_life.decay(newest - back_at_);
        for (Channel& each : channels_) each.back *= scale;
        back_at_ = newest;
        enter(rows, [&](std::uint64_t at) { return half_life.decay(newest - at); });
    } else if (unit_->table.empty()) {
        enter(rows, [&, from = back_at_](std::uint64_t at) { return half_life.power(at - from); });
    } else {
        enter(rows,
              [table = unit_->table, from = back_at_](std::uint64_t at) { return table.power(at - from); });
    }
}

// Rows, the last of which is a touch, come into the window, with weights relative to back_at_.
template <class Weight>
void TouchWindow::enter(RowRange rows, Weight weight) {
    Channel* channels = channels_.data();
    constexpr std::uint32_t block = 1024;
    Poll poll;
    for (std::uint32_t row = rows.from; row < rows.to;) {
        const std::uint32_t end = std::min(end_of_stretch(row), rows.to);
        while (row < end) {
            poll();
            const std::uint32_t stop = end - row > block ? row + block : end;
            const std::uint32_t* code = codes_.at(row);
            auto time = times_.from(row);
            // What is no touch is summed up as well, as code 0, which nobody asks for.
            const auto add = [&](std::size_t lane) {
                Channel& channel = channels[*code++];
                channel.weight[lane] += weight(*time);
                ++channel.touches[lane];
                ++time;
            };
            for (; row + 2 <= stop; row += 2) {
                add(0);
                add(1);
            }
            if (row < stop) add(0);
            row = stop;
        }
        add_lots(end);
    }
}

// What was summed up, as lots up to this row.
void TouchWindow::add_lots(std::uint32_t end) {
    if (lots_.size() < lot_count_ + channel_count_) lots_.resize(2 * lots_.size() + channel_count_);
    Lot* to = lots_.data() + lot_count_;
    for (std::uint32_t code = 1; code <= channel_count_; ++code) {
        Channel& channel = channels_[code];
        const std::uint32_t touches = channel.touches[0] + channel.touches[1];
        const double weight = channel.weight[0] + channel.weight[1];
        *to = {weight, back_at_, code, touches, end};
        // No branch: which channels were met cannot be foreseen.
        to += touches != 0 ? 1 : 0;
        channel.count += touches;
        channel.back += weight;
        channel.weight[0] = channel.weight[1] = 0;
        channel.touches[0] = channel.touches[1] = 0;
        size_ += touches;
    }
    lot_count_ = static_cast<std::size_t>(to - lots_.data());
}

// Rows before `from` go.
void TouchWindow::leave(std::uint32_t from) {
    for (; first_lot_ < lot_count_; ++first_lot_) {
        const Lot& lot = lots_[first_lot_];
        if (lot.end > from) return;
        size_ -= lot.touches;
        channels_[lot.code].count -= lot.touches;
        if (!weighed_) continue;
        if (first_lot_ >= turn_) turn();
        channels_[lot.code].front = lot.weight;
    }
}

// Everything in the window may leave it now.
void TouchWindow::turn() {
    Poll poll;
    for (Channel& each : channels_) each.front = each.back = 0;
    for (std::size_t i = lot_count_; i > first_lot_; --i) {
        poll();
        Lot& lot = lots_[i - 1];
        double own = lot.weight;
        if (lot.at != back_at_) own *= unit_->half_life.decay(back_at_ - lot.at);
        double& sum = channels_[lot.code].front;
        lot.weight = sum;
        sum += own;
    }
    front_at_ = back_at_;
    back_empty_ = true;
    turn_ = lot_count_;
}

}  // namespace journey
