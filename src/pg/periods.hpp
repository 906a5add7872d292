// Calendar periods in a named time zone, and options that come as one row value.
#pragma once

#include "core/lifecycle.hpp"
#include "core/periods.hpp"

#include "pg/guard.hpp"
#include "pg/memory.hpp"
#include "pg/values.hpp"

namespace journey::pg {

// The periods that date_trunc(unit, ts, zone) names, with a week start of choice.
class NamedPeriods final : public PeriodCalendar {
  public:
    explicit NamedPeriods(const PeriodFrame& frame);
    Time period_start(Time at) const override;
    Time next_cut(Time after) const override;

  private:
    Time hour_start(Time at) const;
    // Days, weeks, … are counted by the date they begin with.
    std::int64_t number(Time at) const;
    Time begin(std::int64_t number) const;

    PeriodUnit unit_;
    std::int32_t week_start_;
    pg_tz* zone_;
};

// The options that all reports over periods share; they stand first in the row,
// in this order.
enum FrameOption { option_period, option_as_of, option_from_ts, option_time_zone, option_week_start };

// The fields of an options row, by position.
class OptionRow {
  public:
    static constexpr int max_options = 16;

    // Copies the row into the current memory context; what it hands out lives there.
    explicit OptionRow(HeapTupleHeader row);

    bool is_null(int n) const { return nulls_[n]; }
    Datum value(int n) const { return values_[n]; }
    std::string_view text(int n) const { return text_of(values_[n]); }
    // A whole number of at least `least`; `otherwise` if it is NULL.
    std::uint32_t number(int n, const char* name, std::uint32_t least, std::uint32_t otherwise) const;
    // The place of a word among those that are valid; 0 if it is NULL.
    std::uint32_t word(int n, const char* name, std::span<const std::string_view> words) const;
    void filter(int n, const char* name, EventFilter& events) const;
    void frame(PeriodFrame& frame) const;

  private:
    Datum values_[max_options];
    bool nulls_[max_options];
};

HeapTupleHeader options_argument(FunctionCallInfo fcinfo, int n);

// What a query keeps of an options row: T(row, memory), made again when the row
// differs from the last one.
template <class T>
class OptionCache {
  public:
    static T& get(FunctionCallInfo fcinfo, int n) {
        const HeapTupleHeader row = options_argument(fcinfo, n);
        if (fcinfo->flinfo->fn_extra == nullptr) {
            MemoryContext parent = fcinfo->flinfo->fn_mcxt;
            auto* made = static_cast<OptionCache*>(MemoryContextAllocZero(parent, sizeof(OptionCache)));
            made->context_ = AllocSetContextCreate(parent, "journey options", ALLOCSET_DEFAULT_SIZES);
            fcinfo->flinfo->fn_extra = made;
        }
        auto& cache = *static_cast<OptionCache*>(fcinfo->flinfo->fn_extra);
        const Size size = HeapTupleHeaderGetDatumLength(row);
        if (cache.made_ == nullptr || cache.size_ != size || memcmp(cache.row_, row, size) != 0) {
            cache.made_ = nullptr;
            MemoryContextReset(cache.context_);
            MemoryContext caller = MemoryContextSwitchTo(cache.context_);
            cache.row_ = palloc(size);
            memcpy(cache.row_, row, size);
            cache.size_ = size;
            ContextMemory& memory = ContextMemory::make(cache.context_);
            cache.made_ = make_in<T>(memory, static_cast<HeapTupleHeader>(cache.row_), memory);
            MemoryContextSwitchTo(caller);
        }
        return *cache.made_;
    }

  private:
    MemoryContext context_;
    void* row_;
    Size size_;
    T* made_;
};

}  // namespace journey::pg
