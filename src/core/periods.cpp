#include "core/periods.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

void Spine::reach(Time at) {
    if (!starts_.empty() && starts_.front() <= at) return;
    const Time known = starts_.empty() ? as_of_ : starts_.front();
    std::pmr::vector<Time> earlier(starts_.get_allocator());
    Poll poll;
    Time start = calendar_->period_start(at);
    for (; start < known; start = calendar_->next_cut(start)) {
        poll();
        if (earlier.size() + starts_.size() >= max_cells) {
            throw Error(ErrorCode::limit, "period", "there are more than %u periods until as_of", max_cells)
                .hint("Give from_ts, or a longer period.");
        }
        earlier.push_back(start);
    }
    if (starts_.empty()) earlier.push_back(start);
    starts_.insert(starts_.begin(), earlier.begin(), earlier.end());
}

std::uint32_t Spine::find(Time at) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), at);
    return static_cast<std::uint32_t>(after - starts_.begin()) - 1;
}

void EventFilter::mark(const JourneyView& journey, std::pmr::vector<std::uint8_t>& flags) const {
    flags.assign(journey.event_names().size(), any_ ? 1 : 0);
    if (any_) return;
    std::size_t code = 0;
    for (std::string_view name : journey.event_names()) {
        flags[code++] = std::find(names_.begin(), names_.end(), name) != names_.end() ? 1 : 0;
    }
}

}  // namespace journey
