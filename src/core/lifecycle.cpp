#include "core/lifecycle.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/periods_bytes.hpp"

namespace journey {

std::string_view name_of(LifecycleState state) {
    static constexpr std::string_view names[] = {"new", "returning", "resurrecting", "dormant", "inactive"};
    return names[static_cast<std::size_t>(state)];
}

namespace {

// The first position of the range; the spine reaches it.
std::uint32_t range_begin(const PeriodFrame& frame, const Spine& spine) {
    return frame.has_from() ? spine.find(frame.from) : 0;
}

}  // namespace

// --- one customer ---------------------------------------------------------------

ActivityReader::ActivityReader(const ActivityOptions& options, Spine& spine,
                               std::pmr::memory_resource& memory)
    : options_(&options), spine_(&spine), is_meant_(&memory), active_(&memory) {}

std::span<const ActivityReader::Active> ActivityReader::read(const JourneyView& journey) {
    active_.clear();
    const PeriodFrame& frame = options_->frame;
    if (frame.has_from()) spine_->reach(frame.from);
    const std::uint32_t visible = journey.empty() ? 0 : journey.lower_bound(frame.as_of);
    if (visible == 0) return {};
    options_->events.mark(journey, is_meant_);
    std::uint32_t position = 0;
    bool found = false;
    for (std::uint32_t i = 0; i < visible; ++i) {
        poll_();
        const std::uint32_t code = journey.event(i);
        if (code >= is_meant_.size()) fail_corrupted("event code");
        if (is_meant_[code] == 0) continue;
        const Time time = journey.time(i);
        if (!found) {
            spine_->reach(time);
            position = spine_->find(time);
            found = true;
        }
        position = spine_->advance(position, time);
        if (active_.empty() || active_.back().position != position) {
            // What came before had its chance.
            if (!active_.empty() && active_.back().events < options_->min_events) active_.pop_back();
            active_.push_back({position, 0});
        }
        ++active_.back().events;
    }
    if (!active_.empty() && active_.back().events < options_->min_events) active_.pop_back();
    return active_;
}

std::uint32_t active_periods(const ActivityOptions& options, const Spine& spine,
                             std::span<const ActivityReader::Active> active) {
    if (active.empty()) return 0;
    const std::uint32_t begin = range_begin(options.frame, spine);
    return static_cast<std::uint32_t>(
        std::count_if(active.begin(), active.end(), [&](const ActivityReader::Active& each) {
            return each.position >= begin && spine.complete(each.position);
        }));
}

LifecycleRows::LifecycleRows(const ActivityOptions& options, const Spine& spine,
                             std::span<const ActivityReader::Active> active)
    : spine_(&spine), active_(active), position_(spine.size()) {
    if (active.empty()) return;
    position_ = std::max(active.front().position, range_begin(options.frame, spine));
    while (upcoming_ < active.size() && active[upcoming_].position < position_) ++upcoming_;
}

std::optional<LifecycleRows::Row> LifecycleRows::next() {
    if (position_ >= spine_->size()) return std::nullopt;
    Row row;
    row.period_start = spine_->start(position_);
    row.complete = spine_->complete(position_);
    const bool was_active = upcoming_ > 0 && active_[upcoming_ - 1].position + 1 == position_;
    if (upcoming_ < active_.size() && active_[upcoming_].position == position_) {
        row.state = upcoming_ == 0 ? LifecycleState::fresh
                    : was_active   ? LifecycleState::returning
                                   : LifecycleState::resurrecting;
        row.events = active_[upcoming_++].events;
    } else if (row.complete) {
        row.state = was_active ? LifecycleState::dormant : LifecycleState::inactive;
    }
    ++position_;
    return row;
}

// --- all customers ----------------------------------------------------------------

void ActivitySummary::use(const PeriodFrame& frame) {
    if (!used_) {
        frame_.unit = frame.unit;
        frame_.week_start = frame.week_start;
        frame_.zone = frame.zone;
        frame_.from = frame.from;
        frame_.as_of = frame.as_of;
        used_ = true;
    } else if (frame_ != frame) {
        throw Error(ErrorCode::invalid_argument, "options", "options differ between the rows of one report")
            .hint("Group by what the options depend on.");
    }
}

void ActivitySummary::add(const ActivityOptions& options, const Spine& spine,
                          std::span<const ActivityReader::Active> active) {
    if (active.empty()) return;
    const std::uint32_t begin = range_begin(options.frame, spine);
    const auto count = [&](std::uint32_t position, LifecycleState state) {
        if (position < begin) return;
        ++periods_[spine.start(position)].customers[static_cast<std::size_t>(state)];
    };
    for (std::size_t i = 0; i < active.size(); ++i) {
        const std::uint32_t position = active[i].position;
        const bool first = i == 0;
        const bool was_active = !first && active[i - 1].position + 1 == position;
        count(position, first        ? LifecycleState::fresh
                        : was_active ? LifecycleState::returning
                                     : LifecycleState::resurrecting);
        const bool stays = i + 1 < active.size() && active[i + 1].position == position + 1;
        if (!stays && position + 1 < spine.size()) count(position + 1, LifecycleState::dormant);
    }
    if (const std::uint32_t periods = active_periods(options, spine, active); periods > 0) {
        if (sticky_.size() < periods) sticky_.resize(periods, 0);
        ++sticky_[periods - 1];
    }
}

void ActivitySummary::merge(const ActivitySummary& other) {
    if (!other.used_) return;
    use(other.frame_);
    for (const auto& [start, states] : other.periods_) {
        States& to = periods_[start];
        for (std::uint32_t i = 0; i < counted_states; ++i) to.customers[i] += states.customers[i];
    }
    if (sticky_.size() < other.sticky_.size()) sticky_.resize(other.sticky_.size(), 0);
    for (std::size_t i = 0; i < other.sticky_.size(); ++i) sticky_[i] += other.sticky_[i];
}

ActivitySummary::States ActivitySummary::states(Time period_start) const {
    const auto found = periods_.find(period_start);
    return found == periods_.end() ? States{} : found->second;
}

std::uint32_t ActivitySummary::first_period(Spine& spine) const {
    if (used_ && frame_.has_from()) {
        spine.reach(frame_.from);
        return spine.find(frame_.from);
    }
    if (periods_.empty()) return spine.size();
    spine.reach(periods_.begin()->first);
    return spine.find(periods_.begin()->first);
}

std::size_t ActivitySummary::encoded_size() const {
    return 2 + frame_size(frame_) + 4 + periods_.size() * (8 + 8 * std::size_t{counted_states}) + 4 +
           8 * sticky_.size();
}

void ActivitySummary::encode(std::byte* to) const {
    *to++ = std::byte{activity_summary_version};
    *to++ = static_cast<std::byte>(used_ ? 1 : 0);
    to = store_frame(to, frame_);
    to = store(to, static_cast<std::uint32_t>(periods_.size()));
    for (const auto& [start, states] : periods_) {
        to = store(to, start);
        for (std::uint64_t customers : states.customers) to = store(to, customers);
    }
    to = store(to, static_cast<std::uint32_t>(sticky_.size()));
    for (std::uint64_t customers : sticky_) to = store(to, customers);
}

void ActivitySummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "activity_summary", "lifecycle_report");
    reader.version(activity_summary_version);
    used_ = reader.number<std::uint8_t>() != 0;
    read_frame(reader, frame_);
    periods_.clear();
    for (std::size_t left = reader.count<std::uint32_t>(8 + 8 * counted_states); left > 0; --left) {
        const auto start = reader.number<std::int64_t>();
        if (start >= frame_.as_of) reader.fail("a period's start");
        for (std::uint64_t& customers : periods_[start].customers) customers = reader.tally();
    }
    sticky_.resize(reader.count<std::uint32_t>(8));
    for (std::uint64_t& customers : sticky_) customers = reader.tally();
    reader.end();
}

}  // namespace journey
