#include "core/touch_window.hpp"

#include <algorithm>

#include "core/interrupt.hpp"
#include "core/unpack_codes.hpp"

namespace journey {

void TouchWindow::begin(const JourneyView& journey, std::uint32_t channels, std::uint32_t touches,
                        Sums sums) {
    journey_ = journey;
    counted_ = sums.counts;
    weighed_ = sums.half_life != 0;
    size_ = first_ = last_ = turn_ = 0;
    channel_count_ = channels;
    if (rows_.size() < touches) {
        rows_.resize(touches);
        channels_.resize(touches);
    }
    if (counted_) counts_.assign(channels, 0);
    if (!weighed_) return;
    unit_ = &weights_in(journey.time_unit(), sums.half_life);
    if (after_.size() < rows_.size()) after_.resize(rows_.size());
    front_.assign(channels, 0);
    back_.assign(channels, 0);
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

void TouchWindow::append_all(std::uint32_t from, std::uint32_t to, std::span<const std::uint32_t> others) {
    const PackedCodes codes = journey_.channels();
    const std::uint32_t shift = journey_.channel_shift(), most = channel_count_;
    const std::uint32_t* other = std::lower_bound(others.data(), others.data() + others.size(), from);
    const std::uint32_t* end_of_others = others.data() + others.size();
    std::uint32_t* rows = rows_.data();
    std::uint32_t* channels = channels_.data();
    std::uint32_t size = size_;
    const auto put = [&](std::uint32_t row, std::uint32_t channel) {
        rows[size] = row;
        channels[size] = channel - 1;
        size += channel != 0 ? 1 : 0;
    };
    Poll poll;
    if (codes.bits > 8) {
        for (std::uint32_t row = from; row < to; ++row) {
            poll();
            const std::uint32_t channel = codes[row] + shift;
            if (channel > most) fail_corrupted("channel code");
            const bool skip = other != end_of_others && *other == row;
            other += skip ? 1 : 0;
            put(row, skip ? 0 : channel);
        }
        size_ = size;
        return;
    }
    constexpr std::uint32_t block = 256;
    std::uint8_t unpacked[block];
    for (std::uint32_t first = from & ~7u; first < to; first += block) {
        poll();
        const std::uint32_t start = std::max(from, first) - first, end = std::min(to - first, block);
        if (!unpack_codes(codes, first, end, shift, most + 1, unpacked)) fail_corrupted("channel code");
        for (; other != end_of_others && *other < first + end; ++other) unpacked[*other - first] = 0;
        for (std::uint32_t i = start; i < end; ++i) put(first + i, unpacked[i]);
    }
    size_ = size;
}

void TouchWindow::move(std::uint32_t from, std::uint32_t to) {
    const std::uint32_t entered = last_;
    if (last_ < size_ && rows_[last_] < to) {
        // Rows differ by one at least, so no more touches can enter.
        const std::uint32_t most = std::min(size_ - last_, to - rows_[last_]);
        const auto* begin = rows_.data() + last_;
        last_ += rows_[last_ + most - 1] < to
                     ? most
                     : static_cast<std::uint32_t>(std::lower_bound(begin, begin + most, to) - begin);
    }
    if (!counted_) {
        while (first_ < last_ && rows_[first_] < from) ++first_;
        return;
    }
    if (entered < last_) enter(entered);
    leave(from);
}

// Touches before row `from` go.
void TouchWindow::leave(std::uint32_t from) {
    const std::uint32_t* rows = rows_.data();
    const std::uint32_t* channels = channels_.data();
    const double* after = after_.data();
    double* front = front_.data();
    std::uint32_t* counts = counts_.data();
    const std::uint32_t last = last_;
    std::uint32_t first = first_;
    Poll poll;
    for (; first < last && rows[first] < from; ++first) {
        poll();
        const std::uint32_t channel = channels[first];
        --counts[channel];
        if (!weighed_) continue;
        if (first >= turn_) {
            first_ = first;
            turn();
        }
        front[channel] = after[first];
    }
    first_ = first;
}

// Touches [entered, last_) come into the window.
void TouchWindow::enter(std::uint32_t entered) {
    if (weighed_) {
        weigh(entered);
        return;
    }
    // Touches of one channel come in runs, which are added up before they are stored.
    Poll poll;
    for (std::uint32_t touch = entered; touch < last_;) {
        poll();
        const std::uint32_t start = touch, channel = channels_[touch];
        while (touch < last_ && channels_[touch] == channel) ++touch;
        counts_[channel] += touch - start;
    }
}

// The same, with their weights relative to back_at_.
void TouchWindow::weigh(std::uint32_t entered) {
    if (back_empty_) {
        back_empty_ = back_moved_ = false;
        back_at_ = at(entered);
    }
    const std::uint64_t newest = at(last_ - 1);
    const HalfLife& half_life = unit_->half_life;
    const auto since = [from = back_at_](const auto& weights) {
        return [weights, from](std::uint64_t at) { return weights.power(at - from); };
    };
    if (newest - back_at_ <= half_life.furthest()) {
        if (unit_->table.empty()) {
            weigh(entered, since(half_life));
        } else {
            weigh(entered, since(unit_->table));
        }
        return;
    }
    const double scale = half_life.decay(newest - back_at_);
    for (double& each : back_) each *= scale;
    back_at_ = newest;
    back_moved_ = true;
    weigh(entered, [&](std::uint64_t at) { return half_life.decay(newest - at); });
}

template <class Weight>
void TouchWindow::weigh(std::uint32_t entered, Weight weight) {
    const JourneyView journey = journey_;
    const std::uint32_t* rows = rows_.data();
    const std::uint32_t* channels = channels_.data();
    double* weights = after_.data();
    const std::uint32_t last = last_;
    Poll poll;
    for (std::uint32_t touch = entered; touch < last;) {
        const std::uint32_t start = touch, channel = channels[touch];
        double sum = back_[channel];
        for (; touch < last && channels[touch] == channel; ++touch) {
            poll();
            const double each = weight(journey.time_offset(rows[touch]));
            weights[touch] = each;
            sum += each;
        }
        counts_[channel] += touch - start;
        back_[channel] = sum;
    }
}

std::optional<std::uint32_t> TouchWindow::last_before(std::uint32_t row) const {
    const auto* begin = rows_.data();
    const auto* found = std::lower_bound(begin + first_, begin + last_, row);
    if (found == begin + first_) return std::nullopt;
    return static_cast<std::uint32_t>(found - begin) - 1;
}

// Everything in the window may leave it now.
void TouchWindow::turn() {
    Poll poll;
    if (back_moved_) {
        back_at_ = at(last_ - 1);
        for (std::uint32_t touch = first_; touch < last_; ++touch) {
            poll();
            after_[touch] = unit_->half_life.decay(back_at_ - at(touch));
        }
    }
    std::fill(front_.begin(), front_.end(), 0.0);
    const std::uint32_t* channels = channels_.data();
    double* after = after_.data();
    double* front = front_.data();
    // In runs of one channel, as they came.
    for (std::uint32_t touch = last_; touch > first_;) {
        const std::uint32_t channel = channels[touch - 1];
        double weight = front[channel];
        for (; touch > first_ && channels[touch - 1] == channel; --touch) {
            poll();
            const double own = after[touch - 1];
            after[touch - 1] = weight;
            weight += own;
        }
        front[channel] = weight;
    }
    std::fill(back_.begin(), back_.end(), 0.0);
    front_at_ = back_at_;
    back_empty_ = true;
    turn_ = last_;
}

}  // namespace journey
