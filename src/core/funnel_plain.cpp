#include "core/funnel_plain.hpp"

#include <algorithm>
#include <bit>

#include "core/code_scan.hpp"
#include "core/funnel_scan.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

// Every event is one step or none. Kept for every step is the latest start of a
// chain that reached it (see LevelScan). Events of step 1 are most of all, and only
// the last one before an event of step 2 matters: they are not visited one by one.
class SingleStepScan {
  public:
    SingleStepScan(const JourneyView& journey, const PlaceTable& table, const FunnelOptions& options)
        : journey_(journey),
          table_(table),
          within_(options.within),
          complete_(std::uint64_t{1} << (options.steps - 1)) {
        std::fill_n(start_, options.steps, Time{0});
    }

    std::uint32_t level() {
        if (can_compare(journey_.events(), table_)) {
            visit_lanes();
        } else {
            visit_each();
        }
        if (latest_first_ != no_row) reached_ |= 1;
        return static_cast<std::uint32_t>(std::bit_width(reached_));
    }

  private:
    bool complete() const { return (reached_ & complete_) != 0; }

    void visit_each() {
        Poll poll;
        for (std::uint32_t i = 0; i < journey_.size() && !complete(); ++i) {
            poll();
            const std::uint8_t step = table_.place_of[journey_.event(i) & 255];
            if (step == 0) {
                latest_first_ = i;
            } else if (step != PlaceTable::no_place) {
                visit(i, step, latest_first_);
            }
        }
    }

    void visit_lanes() {
        const std::uint32_t n = journey_.size();
        const CodeLanes codes(journey_.events(), n);
        std::uint64_t patterns[most_compared_codes];
        for (std::uint32_t i = 0; i < table_.size; ++i) patterns[i] = codes.pattern(table_.codes[i]);
        Poll poll;
        for (std::uint32_t chunk = 0, first = 0; first < n; ++chunk, first += codes.lanes()) {
            poll();
            const std::uint64_t word = codes.word(chunk);
            std::uint64_t firsts = 0, others = 0;
            for (std::uint32_t i = 0; i < table_.firsts; ++i) firsts |= codes.equal(word, patterns[i]);
            for (std::uint32_t i = table_.firsts; i < table_.size; ++i)
                others |= codes.equal(word, patterns[i]);
            firsts = codes.events(chunk, firsts);
            const auto latest = [&](std::uint64_t among) {
                return among == 0 ? latest_first_
                                  : first + codes.lane(static_cast<std::uint32_t>(std::bit_width(among)) - 1);
            };
            for (others = codes.events(chunk, others); others != 0; others &= others - 1) {
                const std::uint32_t lane = codes.lane(static_cast<std::uint32_t>(std::countr_zero(others)));
                const std::uint64_t below = (others & -others) - 1;
                visit(first + lane, table_.place_of[codes.code(word, lane)], latest(firsts & below));
            }
            latest_first_ = latest(firsts);
            if (complete()) return;
        }
    }

    // Event i is of a step after the first; `latest` is the last event of step 1 before it.
    void visit(std::uint32_t i, std::uint32_t step, std::uint32_t latest) {
        if (i < tied_) return;
        const Time time = journey_.time(i);
        if (i + 1 < journey_.size() && journey_.time(i + 1) == time) [[unlikely]] {
            visit_tie(i, time, latest);
            return;
        }
        if (step == 1) begin(latest);
        take(step, time);
    }
    // Simultaneous events, event i the first of a later step, count in the order of
    // their steps.
    void visit_tie(std::uint32_t i, Time time, std::uint32_t latest) {
        std::uint64_t steps = 0;
        Poll poll;
        for (tied_ = i; tied_ < journey_.size() && journey_.time(tied_) == time; ++tied_) {
            poll();
            const std::uint8_t step = table_.place_of[journey_.event(tied_) & 255];
            if (step == 0) latest = tied_;
            if (step != PlaceTable::no_place) steps |= std::uint64_t{1} << step;
        }
        begin(latest);
        for (steps &= ~std::uint64_t{1}; steps != 0; steps &= steps - 1)
            take(static_cast<std::uint32_t>(std::countr_zero(steps)), time);
    }

    void begin(std::uint32_t latest) {
        if (latest == no_row) return;
        start_[0] = journey_.time(latest);
        reached_ |= 1;
    }
    // Arithmetic instead of branches: whether an event is in time is as good as
    // random, and a wrong guess costs more than all of this.
    void take(std::uint32_t step, Time time) {
        const auto start = static_cast<std::uint64_t>(start_[step - 1]);
        const auto in_window =
            static_cast<std::uint64_t>(static_cast<std::uint64_t>(time) - start <= within_);
        const std::uint64_t taken = (reached_ >> (step - 1)) & in_window;
        const std::uint64_t mask = std::uint64_t{0} - taken;
        start_[step] = static_cast<Time>((start & mask) | (static_cast<std::uint64_t>(start_[step]) & ~mask));
        reached_ |= taken << step;
    }

    const JourneyView& journey_;
    const PlaceTable& table_;
    Span within_;
    std::uint64_t complete_;
    std::uint64_t reached_ = 0;
    std::uint32_t latest_first_ = no_row;  // the last event of step 1 so far
    std::uint32_t tied_ = 0;               // events before this one were taken with a tie
    Time start_[64];                       // start_[s] means something if bit s of reached_ is set
};

// Events that serve several steps, or more names than a byte can count.
std::uint32_t level_by_masks(const JourneyView& journey, const Funnel& funnel,
                             std::pmr::memory_resource& memory) {
    SmallVector<std::uint64_t, 16> masks(memory);
    for (std::string_view name : journey.event_names())
        masks.push_back(funnel.names.kinds().mask(funnel.names.kind(name)));
    LevelScan scan(funnel.options.steps, funnel.options.within, memory);
    Poll poll;
    for (std::uint32_t i = 0; i < journey.size() && !scan.complete(); ++i) {
        poll();
        const std::uint32_t event = journey.event(i);
        if (event >= masks.size()) fail_corrupted("event code");
        if (masks[event] != 0) scan.add(journey.time(i), masks[event]);
    }
    return scan.finish();
}

}  // namespace

std::uint32_t plain_level(const JourneyView& journey, const Funnel& funnel,
                          std::pmr::memory_resource& memory) {
    journey.prefetch();
    const Names& names = journey.event_names();
    const PlaceTable& table = funnel.tables.get(names, [&](PlaceTable& made) {
        made.fill(names,
                  [&](std::string_view name) { return funnel.names.kinds().mask(funnel.names.kind(name)); });
    });
    if (!table.single || journey.events().bits > 8) return level_by_masks(journey, funnel, memory);
    if (table.firsts == 0) return 0;
    return SingleStepScan(journey, table, funnel.options).level();
}

}  // namespace journey
