#include "core/attribution_credits.hpp"

#include <algorithm>
#include <cmath>

#include "core/interrupt.hpp"

namespace journey {

CreditReader::CreditReader(const AttributionRules& rules, const JourneyView& journey,
                           std::pmr::memory_resource& memory)
    : memory_(&memory),
      journey_(journey),
      reader_(rules, memory),
      model_(rules.models.size()),
      path_(&memory),
      touches_(&memory),
      parts_(&memory),
      credits_(&memory),
      values_(&memory),
      met_(&memory) {
    reader_.read(journey_);
}

bool CreditReader::next(CreditRow& row) {
    const auto& models = reader_.rules().models;
    for (;;) {
        for (; at_ < credits_.size(); ++at_) {
            if (credits_[at_].units == 0) continue;
            row.model = models[model_ - 1];
            row.conversion_no = conversion_no_;
            row.conversion_row = conversion_.row;
            row.touch_no = 0;
            row.touch_row = no_row;
            if (!touches_.empty()) {
                row.touch_no = touches_[at_] + 1;
                row.touch_row = path_[touches_[at_]];
                row.channel = conversion_.path->channel(row.touch_row);
            }
            row.credit = credits_[at_];
            row.value.reset();
            if (conversion_.value) row.value = values_[at_];
            ++at_;
            return true;
        }
        if (!next_model()) return false;
    }
}

// The credits of the next model, of the next conversion after the last one.
bool CreditReader::next_model() {
    if (model_ == reader_.rules().models.size()) {
        if (!reader_.next(conversion_)) return false;
        ++conversion_no_;
        model_ = 0;
        find_path();
    }
    ++model_;
    at_ = 0;
    touches_.clear();
    parts_.clear();
    divide();
    return true;
}

void CreditReader::find_path() {
    const TouchWindow& window = *conversion_.path;
    path_.clear();
    Poll poll;
    for (std::uint32_t row = window.rows().from; row < window.rows().to; ++row) {
        poll();
        if (window.codes()[row] != 0) path_.push_back(row);
    }
}

void CreditReader::divide() {
    const AttributionModel model = reader_.rules().models[model_ - 1];
    const double value = conversion_.value.value_or(0);
    if (path_.empty()) {
        parts_.assign(1, 1.0);
    } else if (model == AttributionModel::participation || model == AttributionModel::shapley) {
        divide_by_channel(model == AttributionModel::participation);
    } else if (model == AttributionModel::time_decay) {
        divide_by_age();
    } else {
        divide_by_places();
    }
    credits_.resize(parts_.size());
    values_.resize(parts_.size());
    if (model == AttributionModel::participation) {
        std::fill(credits_.begin(), credits_.end(), decimal(1));
        std::fill(values_.begin(), values_.end(), decimal(value));
        return;
    }
    apportion(1, parts_, credits_, *memory_);
    // What gets no credit gets no value.
    for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i] *= credits_[i].units == 0 ? 0 : value;
    apportion(value, parts_, values_, *memory_);
}

void CreditReader::divide_by_places() {
    PlaceShares shares = reader_.places(conversion_, reader_.rules().models[model_ - 1]);
    std::sort(shares.places, shares.places + shares.count,
              [](const auto& a, const auto& b) { return a.touch < b.touch; });
    const PlaceShares::Place* place = shares.places;
    const PlaceShares::Place* end = shares.places + shares.count;
    Poll poll;
    for (std::uint32_t touch = 0; touch < path_.size(); ++touch) {
        poll();
        const bool placed = place != end && place->touch == path_[touch];
        if (!placed && shares.other == 0) continue;
        touches_.push_back(touch);
        parts_.push_back(placed ? place++->share : shares.other);
    }
}

void CreditReader::divide_by_age() {
    const auto half_life = static_cast<double>(reader_.rules().half_life);
    const Time last = journey_.time(path_.back());
    double total = 0;
    Poll poll;
    for (std::uint32_t touch = 0; touch < path_.size(); ++touch) {
        poll();
        const auto age = static_cast<double>(elapsed(journey_.time(path_[touch]), last));
        touches_.push_back(touch);
        parts_.push_back(std::exp2(-age / half_life));
        total += parts_.back();
    }
    for (double& credit : parts_) credit /= total;
}

// At the first touch of each channel: 1, or its part of 1.
void CreditReader::divide_by_channel(bool each_all) {
    const TouchWindow& window = *conversion_.path;
    met_.assign(window.channels(), 0);
    Poll poll;
    for (std::uint32_t touch = 0; touch < path_.size(); ++touch) {
        poll();
        std::uint8_t& met = met_[window.channel(path_[touch])];
        if (met != 0) continue;
        met = 1;
        touches_.push_back(touch);
    }
    parts_.assign(touches_.size(), each_all ? 1 : 1 / static_cast<double>(touches_.size()));
}

}  // namespace journey
