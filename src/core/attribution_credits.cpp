#include "core/attribution_credits.hpp"

#include <algorithm>
#include <cmath>

#include "core/interrupt.hpp"

namespace journey {

CreditReader::CreditReader(const AttributionRules& rules, const JourneyView& journey,
                           std::pmr::memory_resource& memory)
    : memory_(&memory),
      reader_(rules, memory),
      model_(rules.models.size()),
      touches_(&memory),
      parts_(&memory),
      credits_(&memory),
      values_(&memory),
      met_(&memory) {
    reader_.read(journey);
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
                const TouchWindow& path = *conversion_.path;
                const std::uint32_t touch = touches_[at_];
                row.touch_no = touch - path.first() + 1;
                row.touch_row = path.row(touch);
                row.channel = path.channel(touch);
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
    }
    ++model_;
    at_ = 0;
    touches_.clear();
    parts_.clear();
    divide();
    return true;
}

void CreditReader::divide() {
    const AttributionModel model = reader_.rules().models[model_ - 1];
    const double value = conversion_.value.value_or(0);
    if (conversion_.path->size() == 0) {
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
    const TouchWindow& path = *conversion_.path;
    PlaceShares shares = reader_.places(conversion_, reader_.rules().models[model_ - 1]);
    std::sort(shares.places, shares.places + shares.count,
              [](const auto& a, const auto& b) { return a.touch < b.touch; });
    const PlaceShares::Place* place = shares.places;
    const PlaceShares::Place* end = shares.places + shares.count;
    if (shares.other == 0) {
        for (; place != end; ++place) {
            touches_.push_back(place->touch);
            parts_.push_back(place->share);
        }
        return;
    }
    Poll poll;
    for (std::uint32_t touch = path.first(); touch < path.last(); ++touch) {
        poll();
        touches_.push_back(touch);
        parts_.push_back(place != end && place->touch == touch ? place++->share : shares.other);
    }
}

void CreditReader::divide_by_age() {
    const TouchWindow& path = *conversion_.path;
    const JourneyView& journey = reader_.journey();
    const auto half_life = static_cast<double>(reader_.rules().half_life);
    const Time last = journey.time(path.row(path.last() - 1));
    double total = 0;
    Poll poll;
    for (std::uint32_t touch = path.first(); touch < path.last(); ++touch) {
        poll();
        const auto age = static_cast<double>(elapsed(journey.time(path.row(touch)), last));
        touches_.push_back(touch);
        parts_.push_back(std::exp2(-age / half_life));
        total += parts_.back();
    }
    for (double& credit : parts_) credit /= total;
}

// At the first touch of each channel: 1, or its part of 1.
void CreditReader::divide_by_channel(bool each_all) {
    const TouchWindow& path = *conversion_.path;
    met_.assign(path.counts().size(), 0);
    Poll poll;
    for (std::uint32_t touch = path.first(); touch < path.last(); ++touch) {
        poll();
        std::uint8_t& met = met_[path.channel(touch)];
        if (met != 0) continue;
        met = 1;
        touches_.push_back(touch);
    }
    parts_.assign(touches_.size(), each_all ? 1 : 1 / static_cast<double>(touches_.size()));
}

}  // namespace journey
