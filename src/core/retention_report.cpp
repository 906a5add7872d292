#include "core/retention_report.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/periods_bytes.hpp"

namespace journey {

namespace {

constexpr std::uint32_t far_period = UINT32_MAX - 1;

}  // namespace

// --- shape ------------------------------------------------------------------

std::optional<std::uint32_t> RetentionShape::cell(std::uint32_t period) const {
    if (definition == Returning::bracket) {
        const auto after = std::upper_bound(brackets.begin(), brackets.end(), period);
        if (after == brackets.begin() || after == brackets.end()) return std::nullopt;
        return static_cast<std::uint32_t>(after - brackets.begin()) - 1;
    }
    if (period < first_period || period > last_period) return std::nullopt;
    return period - first_period;
}

std::uint32_t RetentionShape::first_of(std::uint32_t cell) const {
    return definition == Returning::bracket ? brackets[cell] : first_period + cell;
}

std::uint32_t RetentionShape::last_of(std::uint32_t cell) const {
    return definition == Returning::bracket ? brackets[cell + 1] - 1 : first_period + cell;
}

std::uint64_t RetentionShape::cells(std::uint32_t cohort, const Spine& spine) const {
    if (definition == Returning::bracket) return brackets.size() - 1;
    if (last_period != no_last) return std::uint64_t{last_period} - first_period + 1;
    // The periods that have begun, if only for the first who could join.
    std::uint64_t begun = spine.size() - cohort;
    if (window_length != 0) {
        const Span passed = elapsed(spine.start(cohort), spine.as_of());
        begun = (passed - 1) / window_length + 1;
    }
    return begun > first_period ? begun - first_period : 0;
}

bool RetentionShape::complete(std::uint32_t cohort, std::uint32_t cell, Time latest,
                              const Spine& spine) const {
    const std::uint64_t periods = std::uint64_t{last_of(cell)} + 1;
    if (window_length == 0) {
        return cohort + periods <= spine.size() &&
               spine.start(static_cast<std::uint32_t>(cohort + periods)) <= spine.as_of();
    }
    const __int128 end = static_cast<__int128>(latest) + static_cast<__int128>(periods) * window_length;
    return end <= spine.as_of();
}

// --- one customer -------------------------------------------------------------

RetentionReader::RetentionReader(const RetentionOptions& options, Spine& spine, bool with_values,
                                 std::pmr::memory_resource& memory)
    : options_(&options),
      spine_(&spine),
      with_values_(with_values),
      is_start_(&memory),
      is_return_(&memory),
      joined_(&memory),
      activities_(&memory),
      returned_(&memory) {}

std::span<const Joined> RetentionReader::read(const JourneyView& journey) {
    joined_.clear();
    activities_.clear();
    journey_ = journey;
    const PeriodFrame& frame = options_->shape.frame;
    visible_ = journey.empty() ? 0 : journey.lower_bound(frame.as_of);
    if (visible_ == 0) return {};
    options_->starts.mark(journey, is_start_);
    options_->returns.mark(journey, is_return_);
    if (with_values_) values_ = journey.values();

    std::uint32_t from_event = 0;
    if (frame.has_from()) {
        spine_->reach(frame.from);
        const std::uint32_t first = journey.lower_bound(spine_->start(spine_->find(frame.from)));
        if (options_->cohorts != CohortMode::first) from_event = first;
    }
    for (; from_event < visible_; ++from_event) {
        poll_();
        const std::uint32_t code = journey.event(from_event);
        if (code >= is_start_.size()) fail_corrupted("event code");
        if (is_start_[code] != 0) break;
    }
    if (from_event == visible_) return {};
    const Time started = journey.time(from_event);
    // Whoever started before the range is in none of its cohorts.
    if (frame.has_from() && started < spine_->start(spine_->find(frame.from))) return {};
    spine_->reach(started);
    walk(from_event);
    return joined_;
}

void RetentionReader::walk(std::uint32_t from_event) {
    const bool recurring = options_->cohorts == CohortMode::recurring;
    std::uint32_t position = spine_->find(journey_.time(from_event));
    std::uint64_t before = 0;
    std::uint32_t rank = with_values_ ? values_.rank(from_event) : 0;
    for (std::uint32_t i = from_event; i < visible_; ++i) {
        poll_();
        const std::uint32_t code = journey_.event(i);
        if (code >= is_start_.size()) fail_corrupted("event code");
        const Time time = journey_.time(i);
        position = spine_->advance(position, time);
        if (is_start_[code] != 0 && (joined_.empty() || (recurring && joined_.back().cohort != position))) {
            joined_.push_back({position, i, time, before});
        }
        const bool has_value = with_values_ && values_.has(i);
        if (is_return_[code] != 0) {
            if (activities_.empty() || activities_.back().position != position) {
                activities_.push_back({position, i, 0, before, std::nullopt});
            }
            Activity& activity = activities_.back();
            ++activity.events;
            ++before;
            if (has_value) activity.value = activity.value.value_or(0) + values_.number(rank);
        }
        if (has_value) ++rank;
    }
}

std::span<const ReturnPeriod> RetentionReader::returns(const Joined& joined) {
    returned_.clear();
    if (options_->shape.window_length == 0) {
        calendar_returns(joined);
    } else {
        window_returns(joined);
    }
    return returned_;
}

void RetentionReader::add_value(std::optional<double>& sum, std::uint32_t event) {
    if (with_values_ && values_.has(event)) sum = sum.value_or(0) + values_.number(values_.rank(event));
}

void RetentionReader::calendar_returns(const Joined& joined) {
    const auto from = std::lower_bound(
        activities_.begin(), activities_.end(), joined.cohort,
        [](const Activity& activity, std::uint32_t position) { return activity.position < position; });
    for (auto activity = from; activity != activities_.end(); ++activity) {
        poll_();
        ReturnPeriod period{activity->position - joined.cohort, activity->events, activity->value};
        if (period.period == 0) {
            // In its own period only what comes from the start event on.
            const bool start_returns = is_return_[journey_.event(joined.event)] != 0;
            const std::uint64_t left_out =
                joined.returns_before - activity->before + (start_returns && !options_->start_counts ? 1 : 0);
            period.events -= left_out;
            if (left_out > 0 && with_values_) {
                period.value.reset();
                const Time end = spine_->start(joined.cohort + 1);
                for (std::uint32_t i = joined.event + (options_->start_counts ? 0 : 1);
                     i < visible_ && journey_.time(i) < end; ++i) {
                    if (is_return_[journey_.event(i)] != 0) add_value(period.value, i);
                }
            }
        }
        if (period.events > 0) returned_.push_back(period);
    }
}

void RetentionReader::window_returns(const Joined& joined) {
    for (std::uint32_t i = joined.event + (options_->start_counts ? 0 : 1); i < visible_; ++i) {
        poll_();
        if (is_return_[journey_.event(i)] == 0) continue;
        const Span window = elapsed(joined.started, journey_.time(i)) / options_->shape.window_length;
        const auto period = static_cast<std::uint32_t>(std::min<Span>(window, far_period));
        if (returned_.empty() || returned_.back().period != period) returned_.push_back({period, 0, {}});
        ++returned_.back().events;
        add_value(returned_.back().value, i);
    }
}

void sum_marks(Returning definition, std::span<std::uint64_t> marks) {
    if (definition == Returning::on_or_before) {
        for (std::size_t i = 1; i < marks.size(); ++i) marks[i] += marks[i - 1];
    } else if (definition == Returning::on_or_after || definition == Returning::streak) {
        for (std::size_t i = marks.size(); i-- > 1;) marks[i - 1] += marks[i];
    }
}

void retained_cells(const RetentionOptions& options, std::span<const ReturnPeriod> returns,
                    std::pmr::vector<std::uint64_t>& cells) {
    std::fill(cells.begin(), cells.end(), 0);
    visit_marks(options, returns, [&](std::uint32_t cell) {
        // A return after the last cell says something about those before it.
        if (cell < cells.size()) {
            cells[cell] = 1;
        } else if (options.shape.definition == Returning::on_or_after && !cells.empty()) {
            cells.back() = 1;
        }
    });
    sum_marks(options.shape.definition, cells);
}

// --- all customers --------------------------------------------------------------

void RetentionSummary::use(const RetentionShape& shape) {
    if (!used_) {
        shape_.frame = shape.frame;
        shape_.definition = shape.definition;
        shape_.first_period = shape.first_period;
        shape_.last_period = shape.last_period;
        shape_.brackets = shape.brackets;
        shape_.window_length = shape.window_length;
        used_ = true;
    } else if (shape_ != shape) {
        throw Error(ErrorCode::invalid_argument, "options", "options differ between the rows of one report")
            .hint("Group by what the options depend on.");
    }
}

namespace {

void add_mark(std::pmr::vector<std::uint64_t>& marks, std::uint32_t cell, std::uint64_t count) {
    if (cell >= marks.size()) {
        if (cell >= max_cells) {
            throw Error(ErrorCode::limit, "last_period", "a cohort has more than %u periods", max_cells)
                .hint("Give last_period, or a longer window_length.");
        }
        marks.resize(cell + 1, 0);
    }
    marks[cell] += count;
}

}  // namespace

void RetentionSummary::add(const RetentionOptions& options, Time cohort, Time started,
                           std::span<const ReturnPeriod> returns) {
    Cohort& its = cohorts_.try_emplace(cohort).first->second;
    ++its.customers;
    its.latest = std::max(its.latest, started);
    visit_marks(options, returns, [&](std::uint32_t cell) { add_mark(its.marks, cell, 1); });
}

void RetentionSummary::merge(const RetentionSummary& other) {
    if (!other.used_) return;
    use(other.shape_);
    for (const auto& [start, from] : other.cohorts_) {
        Cohort& to = cohorts_.try_emplace(start).first->second;
        to.customers += from.customers;
        to.latest = std::max(to.latest, from.latest);
        for (std::uint32_t cell = 0; cell < from.marks.size(); ++cell) {
            add_mark(to.marks, cell, from.marks[cell]);
        }
    }
}

std::size_t RetentionSummary::encoded_size() const {
    std::size_t size = 2 + frame_size(shape_.frame) + 1 + 4 + 4 + 8 + 4 + 4 * shape_.brackets.size() + 4;
    for (const auto& [start, cohort] : cohorts_) size += 8 + 8 + 8 + 4 + 8 * cohort.marks.size();
    return size;
}

void RetentionSummary::encode(std::byte* to) const {
    *to++ = std::byte{retention_summary_version};
    *to++ = static_cast<std::byte>(used_ ? 1 : 0);
    to = store_frame(to, shape_.frame);
    *to++ = static_cast<std::byte>(shape_.definition);
    to = store(to, shape_.first_period);
    to = store(to, shape_.last_period);
    to = store(to, shape_.window_length);
    to = store(to, static_cast<std::uint32_t>(shape_.brackets.size()));
    for (std::uint32_t bound : shape_.brackets) to = store(to, bound);
    to = store(to, static_cast<std::uint32_t>(cohorts_.size()));
    for (const auto& [start, cohort] : cohorts_) {
        to = store(to, start);
        to = store(to, cohort.latest);
        to = store(to, cohort.customers);
        to = store(to, static_cast<std::uint32_t>(cohort.marks.size()));
        for (std::uint64_t mark : cohort.marks) to = store(to, mark);
    }
}

void RetentionSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "retention_summary", "retention_report");
    reader.version(retention_summary_version);
    used_ = reader.number<std::uint8_t>() != 0;
    read_frame(reader, shape_.frame);
    const auto definition = reader.number<std::uint8_t>();
    if (definition > static_cast<std::uint8_t>(Returning::streak)) reader.fail("unknown definition");
    shape_.definition = static_cast<Returning>(definition);
    shape_.first_period = reader.number<std::uint32_t>();
    shape_.last_period = reader.number<std::uint32_t>();
    if (shape_.first_period > max_cells || shape_.last_period < shape_.first_period) reader.fail("periods");
    shape_.window_length = reader.number<std::uint64_t>();
    const std::size_t brackets = reader.count<std::uint32_t>(4);
    shape_.brackets.clear();
    for (std::size_t i = 0; i < brackets; ++i) {
        const auto bound = reader.number<std::uint32_t>();
        if (i > 0 && bound <= shape_.brackets.back()) reader.fail("brackets do not ascend");
        shape_.brackets.push_back(bound);
    }
    if (shape_.definition == Returning::bracket ? brackets < 2 : brackets > 0) reader.fail("brackets");
    cohorts_.clear();
    for (std::size_t left = reader.count<std::uint32_t>(28); left > 0; --left) {
        const auto start = reader.number<std::int64_t>();
        Cohort& cohort = cohorts_.try_emplace(start).first->second;
        cohort.latest = reader.number<std::int64_t>();
        cohort.customers = reader.tally();
        if (start >= shape_.frame.as_of || cohort.latest < start) reader.fail("a cohort's times");
        const std::size_t marks = reader.count<std::uint32_t>(8);
        if (marks > max_cells) reader.fail("too many periods");
        cohort.marks.resize(marks);
        for (std::uint64_t& mark : cohort.marks) mark = reader.tally();
    }
    reader.end();
}

RetentionRows::RetentionRows(const RetentionSummary& summary, Spine& spine, std::pmr::memory_resource& memory)
    : summary_(&summary), spine_(&spine), counts_(&memory) {
    const PeriodFrame& frame = summary.shape().frame;
    if (!summary.cohorts().empty()) spine.reach(summary.cohorts().begin()->first);
    if (summary.used() && frame.has_from()) {
        spine.reach(frame.from);
        first_ = spine.find(frame.from);
    } else if (!summary.cohorts().empty()) {
        first_ = spine.find(summary.cohorts().begin()->first);
    }
    cohort_ = first_;
    begin_cohort();
}

std::uint32_t RetentionRows::count() const {
    std::uint64_t total = 0;
    for (std::uint32_t cohort = first_; cohort < spine_->size(); ++cohort) {
        total += summary_->shape().cells(cohort, *spine_);
        if (total > max_cells) {
            throw Error(ErrorCode::limit, "period", "the report would have more than %u rows", max_cells)
                .hint("Give from_ts and last_period, or a longer period.");
        }
    }
    return static_cast<std::uint32_t>(total);
}

void RetentionRows::begin_cohort() {
    cell_ = 0;
    cells_ = 0;
    customers_ = 0;
    counts_.clear();
    if (cohort_ >= spine_->size()) return;
    cells_ = summary_->shape().cells(cohort_, *spine_);
    // Nobody in it: as if somebody could have started at its very end.
    latest_ = spine_->start(cohort_ + 1);
    const auto found = summary_->cohorts().find(spine_->start(cohort_));
    if (found == summary_->cohorts().end()) return;
    customers_ = found->second.customers;
    latest_ = found->second.latest;
    counts_.assign(found->second.marks.begin(), found->second.marks.end());
    sum_marks(summary_->shape().definition, counts_);
}

std::optional<RetentionRow> RetentionRows::next() {
    while (cohort_ < spine_->size() && cell_ == cells_) {
        ++cohort_;
        begin_cohort();
    }
    if (cohort_ >= spine_->size()) return std::nullopt;
    const RetentionShape& shape = summary_->shape();
    const auto cell = static_cast<std::uint32_t>(cell_++);
    RetentionRow row;
    row.cohort = spine_->start(cohort_);
    row.cohort_size = static_cast<std::int64_t>(customers_);
    row.period_no = static_cast<std::int32_t>(shape.first_of(cell));
    // While a cohort's own period lasts, others may join it.
    row.complete = spine_->complete(cohort_) && shape.complete(cohort_, cell, latest_, *spine_);
    if (!row.complete) return row;
    // Beyond the last mark: nobody, or (on_or_before) everybody who ever came.
    std::uint64_t retained = 0;
    if (cell < counts_.size()) {
        retained = counts_[cell];
    } else if (shape.definition == Returning::on_or_before && !counts_.empty()) {
        retained = counts_.back();
    }
    row.retained = static_cast<std::int64_t>(retained);
    if (customers_ > 0) row.rate = static_cast<double>(retained) / static_cast<double>(customers_);
    return row;
}

}  // namespace journey
