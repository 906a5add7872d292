// Random customers over a calendar with periods of uneven lengths.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/periods.hpp"
#include "journey_model.hpp"

namespace journey::test {

class UnevenCalendar final : public PeriodCalendar {
  public:
    explicit UnevenCalendar(Random& random) {
        for (Time cut = -400; cut < 1000; cut += random.between(1, 25)) cuts_.push_back(cut);
    }
    Time period_start(Time at) const override { return cuts_[number(at)]; }
    Time next_cut(Time after) const override { return cuts_[number(after) + 1]; }

    // What the oracles count with: the periods' numbers and bounds.
    std::size_t number(Time at) const {
        return static_cast<std::size_t>(std::upper_bound(cuts_.begin(), cuts_.end(), at) - cuts_.begin()) - 1;
    }
    Time cut(std::size_t number) const { return cuts_[number]; }

  private:
    std::vector<Time> cuts_;
};

struct PeriodCase {
    explicit PeriodCase(Random& random) : calendar(random) {
        Columns columns = random_columns(random);
        columns.unit = 1;
        columns.base = random.between(-50, 50);
        columns.span = 1 + random.below(200);
        columns.max_events = 1 + random.below(30);
        columns.names = 3;
        const std::uint32_t customers = random.below(6);
        for (std::uint32_t i = 0; i < customers; ++i) {
            journeys.push_back(sorted(random_events(random, columns)));
            values.push_back(std::make_unique<Value>(encode(journeys.back())));
        }
        as_of = random.between(-40, 260);
        if (random.percent(50)) from = as_of - 1 - random.below(120);
        for (const Events& events : journeys) {
            for (const Event& event : events) {
                if (names.size() < 2 && (names.empty() || names[0] != event.name))
                    names.push_back(event.name);
            }
        }
    }
    bool has_from() const { return from != min_time; }
    // Events before as_of.
    Events visible(std::size_t customer) const {
        Events events;
        for (const Event& event : journeys[customer]) {
            if (event.time < as_of) events.push_back(event);
        }
        return events;
    }

    UnevenCalendar calendar;
    std::vector<Events> journeys;
    std::vector<std::unique_ptr<Value>> values;
    Time as_of = 0;
    Time from = min_time;
    std::vector<std::string> names;  // at most two that occur
};

}  // namespace journey::test
