#include "core/session.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

bool Sessionizer::opens(const SessionRules& rules, Time time, bool is_start) {
    bool opens = is_start || number_ == 0;
    if (number_ > 0) {
        if (time < last_) {
            throw Error(ErrorCode::invalid_argument, "ts", "ts goes back in time")
                .hint(
                    "Write OVER (PARTITION BY customer ORDER BY ts): sessions are cut in the order of time.");
        }
        opens = opens || elapsed(last_, time) > rules.gap || elapsed(started_, time) > rules.max_duration ||
                (rules.calendar != nullptr && time >= next_cut_);
    }
    last_ = time;
    if (!opens) return false;
    ++number_;
    started_ = time;
    // The next cut after the start is the next after every event of the session.
    if (rules.calendar != nullptr) next_cut_ = rules.calendar->next_cut(time);
    return true;
}

SessionReader::SessionReader(const JourneyView& journey, const SessionRules& rules,
                             std::span<const std::string_view> starts, std::pmr::memory_resource& memory)
    : journey_(journey), values_(journey.values()), rules_(rules), is_start_(&memory) {
    for (std::string_view name : journey.event_names()) {
        is_start_.push_back(std::find(starts.begin(), starts.end(), name) != starts.end() ? 1 : 0);
    }
}

std::optional<Session> SessionReader::next() {
    if (at_ >= journey_.size()) return std::nullopt;
    Session session;
    session.number = ++number_;
    session.first = at_;
    for (; at_ < journey_.size(); ++at_) {
        poll_();
        const std::uint32_t event = journey_.event(at_);
        if (event >= is_start_.size()) fail_corrupted("event code");
        // The event that opens this session was met already when the last one ended.
        const bool known = at_ == session.first && session.number > 1;
        if (!known && sessionizer_.opens(rules_, journey_.time(at_), is_start_[event] != 0) &&
            at_ > session.first)
            break;
        if (values_.has(at_, value_rank_))
            session.value = session.value.value_or(0) + values_.number(value_rank_++);
    }
    session.last = at_;
    return session;
}

std::int64_t count_sessions(const JourneyView& journey, const SessionRules& rules,
                            std::span<const std::string_view> starts, std::pmr::memory_resource& memory) {
    SessionReader reader(journey, rules, starts, memory);
    std::int64_t count = 0;
    while (reader.next()) ++count;
    return count;
}

}  // namespace journey
