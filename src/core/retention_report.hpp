// Retention over journeys: of those who began in a period, who came back when.
//
// A customer joins a cohort (the period of his start event) and returns in
// numbered periods after it: calendar periods, or windows of one length that begin
// with his own start event. Period 0 is the one he started in; what counts in it
// comes after the start event in the order of the journey.
//
// RetentionReader finds the cohorts of one journey and the periods he returned in.
// RetentionSummary is the state of the aggregate: 8 bytes for each cohort and
// period, whatever the number of customers. Each customer leaves few marks in
// it, from which the counts follow by summing along the row: a mark at his last
// return stands for every period up to it (on_or_after), one at his first for
// every period from it on (on_or_before), and so on.
//
// O(events) a journey and O(periods) a cohort it joins; with windows, O(events)
// a cohort.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "core/interrupt.hpp"
#include "core/periods.hpp"

namespace journey {

enum class Returning : std::uint8_t {
    exact,         // in period k
    on_or_after,   // in period k or any later one
    on_or_before,  // in any period from first_period to k
    bracket,       // in any period of a range
    streak,        // in every period from first_period to k
};
enum class CohortMode : std::uint8_t {
    first,           // the period of his first start event
    first_in_range,  // the same from the report's first period on
    recurring,       // every period with a start event
};

// What decides which cells there are, and what they mean.
struct RetentionShape {
    static constexpr std::uint32_t no_last = UINT32_MAX;

    explicit RetentionShape(std::pmr::memory_resource& memory) : frame(memory), brackets(&memory) {}
    bool operator==(const RetentionShape& other) const = default;

    PeriodFrame frame;
    Returning definition = Returning::exact;
    std::uint32_t first_period = 0;
    std::uint32_t last_period = no_last;
    std::pmr::vector<std::uint32_t> brackets;  // bracket i is [brackets[i], brackets[i + 1])
    Span window_length = 0;                    // 0: calendar periods

    // The cell a period belongs to, and the periods of a cell.
    std::optional<std::uint32_t> cell(std::uint32_t period) const;
    std::uint32_t first_of(std::uint32_t cell) const;
    std::uint32_t last_of(std::uint32_t cell) const;
    // How many cells a cohort has.
    std::uint64_t cells(std::uint32_t cohort, const Spine& spine) const;
    // Has the last period of the cell ended for all who started until `latest`?
    bool complete(std::uint32_t cohort, std::uint32_t cell, Time latest, const Spine& spine) const;
};

struct RetentionOptions {
    explicit RetentionOptions(std::pmr::memory_resource& memory)
        : shape(memory), starts(memory), returns(memory) {}

    RetentionShape shape;
    EventFilter starts, returns;
    CohortMode cohorts = CohortMode::first;
    std::uint32_t min_events = 1;
    bool start_counts = true;  // the start event itself may be a return
};

// A customer in a cohort.
struct Joined {
    std::uint32_t cohort = 0;  // its period's position in the spine
    std::uint32_t event = 0;   // his start event
    Time started = 0;
    std::uint64_t returns_before = 0;  // return events before the start event
};

// A period with return events, numbered from his cohort.
struct ReturnPeriod {
    std::uint32_t period = 0;
    std::uint64_t events = 0;
    std::optional<double> value;  // their sum, if values were asked for
};

class RetentionReader {
  public:
    RetentionReader(const RetentionOptions& options, Spine& spine, bool with_values,
                    std::pmr::memory_resource& memory);

    // The cohorts of this journey; valid, as all of them, until the next call.
    std::span<const Joined> read(const JourneyView& journey);
    std::span<const ReturnPeriod> returns(const Joined& joined);

  private:
    struct Activity {  // the return events of one calendar period
        std::uint32_t position, first_event;
        std::uint64_t events, before;
        std::optional<double> value;
    };
    void walk(std::uint32_t from_event);
    void calendar_returns(const Joined& joined);
    void window_returns(const Joined& joined);
    // The values of events [first, ...) in turn.
    void add_value(std::optional<double>& sum, std::uint32_t event);

    const RetentionOptions* options_;
    Spine* spine_;
    bool with_values_;
    JourneyView journey_;
    NumberColumn values_;
    std::uint32_t visible_ = 0;  // events before as_of
    std::pmr::vector<std::uint8_t> is_start_, is_return_;
    std::pmr::vector<Joined> joined_;
    std::pmr::vector<Activity> activities_;
    std::pmr::vector<ReturnPeriod> returned_;
    Poll poll_;
};

// Calls visit(cell) for each mark a customer leaves in his cohort's row, ascending.
template <class Visit>
void visit_marks(const RetentionOptions& options, std::span<const ReturnPeriod> returns, Visit visit) {
    const RetentionShape& shape = options.shape;
    const auto met = [&](const ReturnPeriod& each) {
        return each.events >= options.min_events && each.period >= shape.first_period;
    };
    const auto at = [&](std::uint32_t period) {
        if (const auto cell = shape.cell(period)) visit(*cell);
    };
    switch (shape.definition) {
        case Returning::exact:
            for (const ReturnPeriod& each : returns) {
                if (met(each)) at(each.period);
            }
            return;
        case Returning::on_or_after:
            for (std::size_t i = returns.size(); i-- > 0;) {
                if (met(returns[i])) return at(std::min(returns[i].period, shape.last_period));
            }
            return;
        case Returning::on_or_before:
            for (const ReturnPeriod& each : returns) {
                if (met(each)) return at(each.period);
            }
            return;
        case Returning::bracket: {
            std::optional<std::uint32_t> last;
            for (const ReturnPeriod& each : returns) {
                const auto cell = met(each) ? shape.cell(each.period) : std::nullopt;
                if (cell && cell != last) visit(*cell);
                if (cell) last = cell;
            }
            return;
        }
        case Returning::streak: {
            std::uint32_t next = shape.first_period;
            for (const ReturnPeriod& each : returns) {
                if (!met(each)) continue;
                if (each.period != next) break;
                ++next;
            }
            if (next > shape.first_period) at(std::min(next - 1, shape.last_period));
            return;
        }
    }
}

// From marks to counts, in place.
void sum_marks(Returning definition, std::span<std::uint64_t> marks);

// The cells of one customer in one cohort: true where he is retained.
void retained_cells(const RetentionOptions& options, std::span<const ReturnPeriod> returns,
                    std::pmr::vector<std::uint64_t>& cells);

inline constexpr std::uint8_t retention_summary_version = 1;

// Bytes: u8 version, the shape, u32 cohorts, then for each its start, latest start
// event (i64), customers (u64), u32 marks and the marks (u64).
class RetentionSummary {
  public:
    explicit RetentionSummary(std::pmr::memory_resource& memory) : shape_(memory), cohorts_(&memory) {}

    // The shape of the first rows; another one is an error.
    void use(const RetentionShape& shape);
    void add(const RetentionOptions& options, Time cohort, Time started,
             std::span<const ReturnPeriod> returns);
    void merge(const RetentionSummary& other);

    bool used() const { return used_; }
    const RetentionShape& shape() const { return shape_; }

    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

    struct Cohort {
        using allocator_type = std::pmr::polymorphic_allocator<std::byte>;
        explicit Cohort(const allocator_type& memory) : marks(memory) {}

        std::uint64_t customers = 0;
        Time latest = min_time;
        std::pmr::vector<std::uint64_t> marks;
    };
    const std::pmr::map<Time, Cohort>& cohorts() const { return cohorts_; }

  private:
    RetentionShape shape_;
    bool used_ = false;
    std::pmr::map<Time, Cohort> cohorts_;  // by the start of their period
};

struct RetentionRow {
    Time cohort = 0;
    std::int64_t cohort_size = 0;
    std::int32_t period_no = 0;  // a bracket's first period
    std::optional<std::int64_t> retained;
    std::optional<double> rate;
    bool complete = false;
};

// The report: every cohort of the range with every period, in order.
class RetentionRows {
  public:
    // The spine is that of the summary's frame.
    RetentionRows(const RetentionSummary& summary, Spine& spine, std::pmr::memory_resource& memory);
    // Throws ErrorCode::limit.
    std::uint32_t count() const;
    std::optional<RetentionRow> next();

  private:
    void begin_cohort();

    const RetentionSummary* summary_;
    const Spine* spine_;
    std::uint32_t first_ = 0;  // position of the first cohort
    std::uint32_t cohort_ = 0;
    std::uint64_t cells_ = 0, cell_ = 0;
    std::uint64_t customers_ = 0;
    Time latest_ = 0;
    std::pmr::vector<std::uint64_t> counts_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
