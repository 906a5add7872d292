// A journey's events as a pattern sees them: what each can be taken as, and in which
// order simultaneous ones stand.
#pragma once

#include <algorithm>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "core/interrupt.hpp"
#include "core/memory.hpp"
#include "core/pattern.hpp"

namespace journey {

// What the names and channels of one journey mean to a pattern.
class EventClassifier {
  public:
    EventClassifier(const JourneyView& journey, const JourneyPattern& pattern,
                    std::pmr::memory_resource& memory)
        : journey_(journey), pattern_(pattern), names_(memory), channels_(memory) {
        for (const std::string_view name : journey.event_names()) names_.push_back(pattern.name(name));
        if (!pattern.has_tests()) return;
        for (const std::string_view name : journey.channel_names()) channels_.push_back(name);
        values_ = journey.values();
        own_kinds_.emplace(pattern.make_kinds(memory));
        words_.emplace(own_kinds_->words(), 0, &memory);
    }

    const EventKinds& kinds() const { return own_kinds_ ? *own_kinds_ : pattern_.kinds(); }

    // One row after the other.
    std::uint32_t kind(std::uint32_t row) {
        const std::uint32_t event = journey_.event(row);
        if (event >= names_.size()) fail_corrupted("event code");
        return own_kinds_ ? tested_kind(row, names_[event]) : pattern_.kind(names_[event]);
    }

  private:
    std::uint32_t tested_kind(std::uint32_t row, std::uint32_t name);

    const JourneyView& journey_;
    const JourneyPattern& pattern_;
    SmallVector<std::uint32_t, 16> names_;  // by event code
    SmallVector<std::string_view, 8> channels_;
    NumberColumn values_;
    std::uint32_t value_rank_ = 0;
    std::optional<EventKinds> own_kinds_;
    std::optional<std::pmr::vector<std::uint64_t>> words_;
};

// Hands over the events that can be taken somewhere, in the order of the pattern:
// simultaneous events without a tie-breaker by what they are to it.
class EventOrder {
  public:
    EventOrder(const JourneyView& journey, const JourneyPattern& pattern, std::pmr::memory_resource& memory)
        : journey_(journey),
          classifier_(journey, pattern, memory),
          tiebreaks_(journey.tiebreaks()),
          tie_(memory) {}

    const EventKinds& kinds() const { return classifier_.kinds(); }

    // Calls visit(event, row) until it returns true.
    template <class Visit>
    void for_each(Visit visit) {
        Poll poll;
        for (std::uint32_t row = 0; row < journey_.size(); ++row) {
            poll();
            const Time time = journey_.time(row);
            if (row == 0 || time != time_ || given_order(row)) {
                if (flush(visit)) return;
                time_ = time;
                first_row_ = row;
            }
            const std::uint32_t kind = classifier_.kind(row);
            if (!kinds().positions(kind).empty()) tie_.push_back({row, kind});
        }
        flush(visit);
    }

  private:
    struct Row {
        std::uint32_t row, kind;
    };

    // Does the tie-breaker put this row after the one before it?
    bool given_order(std::uint32_t row) {
        if (tiebreaks_.count == 0) return false;
        const auto tiebreak = [&](std::uint32_t of) -> std::optional<std::int64_t> {
            if (!tiebreaks_.has(of)) return std::nullopt;
            return tiebreaks_.integer(tiebreaks_.rank(of));
        };
        return tiebreak(row) != tiebreak(row - 1);
    }

    template <class Visit>
    bool flush(Visit visit) {
        if (tie_.size() > 1) {
            Poll poll;
            std::sort(tie_.begin(), tie_.end(), [&](const Row& a, const Row& b) {
                poll();
                if (kinds().before(a.kind, b.kind)) return true;
                return !kinds().before(b.kind, a.kind) && a.row < b.row;
            });
        }
        // What can be taken nowhere stands after what can.
        std::uint32_t index = first_row_;
        bool done = false;
        for (const Row& row : tie_) {
            done = visit(PatternEvent{time_, index, row.kind}, row.row);
            if (done) break;
            ++index;
        }
        tie_.clear();
        return done;
    }

    const JourneyView& journey_;
    EventClassifier classifier_;
    NumberColumn tiebreaks_;
    SmallVector<Row, 16> tie_;
    Time time_ = 0;
    std::uint32_t first_row_ = 0;
};

// Has the journey the names without which there is no match?
bool has_required_names(const JourneyView& journey, const JourneyPattern& pattern);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
