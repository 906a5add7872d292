// The rows of a measured map.
#include <algorithm>
#include <cmath>

#include "core/journey_map.hpp"
#include "core/quantiles.hpp"

namespace journey {

namespace {

std::int64_t whole(std::uint64_t count) {
    return static_cast<std::int64_t>(count);
}
std::optional<double> share(std::optional<std::int64_t> part, std::int64_t all) {
    if (!part || all == 0) return std::nullopt;
    return static_cast<double>(*part) / static_cast<double>(all);
}

}  // namespace

// `stage` is no_touchpoint for what is on no map; cell may be null: nobody was there.
JourneyMapRow JourneyMap::row(const StageMap& map, const Cell* cell, std::uint32_t stage) {
    static constexpr std::array<std::uint64_t, count_size> nothing{};
    const auto& counts = cell == nullptr ? nothing : cell->counts;
    JourneyMapRow row;
    row.customers = whole(counts[customers]);
    row.events = whole(counts[events]);
    row.problems = whole(counts[problems]);
    row.problem_customers = whole(counts[problem_customers]);
    std::optional<double>* const scores[] = {&row.nps, &row.csat, &row.ces};
    for (std::size_t kind = 0; kind < 3; ++kind) {
        const std::uint64_t* asked = counts.data() + surveys + kind * survey_counts;
        SurveyCounts survey;
        survey.n = whole(asked[asked_n]);
        survey.top = whole(asked[asked_top]);
        survey.bottom = whole(asked[asked_bottom]);
        row.answers += survey.n;
        row.answers_left_out += whole(asked[asked_missing] + asked[asked_off]);
        const SurveyScale& scale = kind == 0 ? nps_scale : kind == 1 ? csat_scale : ces_scale;
        if (const auto score = survey_score(scale, survey)) *scores[kind] = score->score;
    }
    if (stage == no_touchpoint) {
        row.stage_name = not_on_map;
        return row;
    }
    const auto at =
        cell == nullptr ? std::size_t{0} : static_cast<std::size_t>(cell - cells_.entries().data());
    const bool last = stage + 1 == map.stages.size();
    row.stage = stage;
    row.stage_name = map.stages[stage];
    if (counts[values] > 0) row.value = value_[at].value();
    row.exits = whole(counts[exits]);
    row.still_open = whole(counts[still_open]);
    if (last) return row;
    row.moved_on = whole(counts[moved_on]);
    row.problem_moved_on = whole(counts[problem_moved_on]);
    row.calm_moved_on = whole(counts[calm_moved_on]);
    if (cell != nullptr && !took_[at].empty()) row.median_to_next = quantile(took_[at], 0.5);
    const Cell* all = cells_.find(stage_group + stage, all_channels);
    row.rest_customers = (all == nullptr ? 0 : whole(all->counts[customers])) - row.customers;
    row.rest_moved_on = (all == nullptr ? 0 : whole(all->counts[moved_on])) - whole(counts[stage_moved_on]);
    return row;
}

void JourneyMap::fill_kpi(const StageMap& map, std::uint32_t touchpoint, JourneyMapRow& row_) {
    const Touchpoint& point = map.touchpoints[touchpoint];
    row_.touchpoint = point.name;
    row_.importance = point.importance;
    row_.owner = point.owner;
    row_.kpi = point.kpi;
    row_.target = point.target;
    if (point.kpi == Kpi::none) return;
    const JourneyMapRow all = row(map, cells_.find(touchpoint, all_channels), point.stage);
    switch (point.kpi) {
        case Kpi::customers:
            row_.actual = static_cast<double>(all.customers);
            break;
        case Kpi::events:
            row_.actual = static_cast<double>(all.events);
            break;
        case Kpi::value:
            row_.actual = all.value;
            break;
        case Kpi::conversion:
            row_.actual = share(all.moved_on, all.customers);
            break;
        case Kpi::exit_rate:
            row_.actual = share(all.exits, all.customers);
            break;
        case Kpi::problem_rate:
            row_.actual = share(all.problem_customers, all.customers);
            break;
        case Kpi::hours_to_next:
            if (all.median_to_next) row_.actual = static_cast<double>(*all.median_to_next) / 3.6e9;
            break;
        case Kpi::nps:
            row_.actual = all.nps;
            break;
        case Kpi::csat:
            row_.actual = all.csat;
            break;
        case Kpi::ces:
            row_.actual = all.ces;
            break;
        case Kpi::none:
            break;
    }
    if (row_.actual && row_.target)
        row_.met = lower_is_better(point.kpi) ? *row_.actual <= *row_.target : *row_.actual >= *row_.target;
}

// By touchpoint, then by channel: none first, then in the order of the names' bytes.
std::pmr::vector<const JourneyMap::Cell*> JourneyMap::touchpoint_cells() const {
    std::pmr::vector<const Cell*> cells(memory_);
    for (const Cell& cell : cells_.entries()) {
        const bool wanted = (cell.to == all_channels) == (options_.detail == MapDetail::touchpoint);
        if (cell.from < stage_group && wanted) cells.push_back(&cell);
    }
    std::sort(cells.begin(), cells.end(), [&](const Cell* a, const Cell* b) {
        return a->from != b->from ? a->from < b->from : channel_name(*a) < channel_name(*b);
    });
    return cells;
}

OptionalText JourneyMap::channel_name(const Cell& cell) const {
    if (cell.to == 0 || cell.to == all_channels) return std::nullopt;
    return channels_.name(cell.to - 1);
}

void JourneyMap::off_map_rows(std::pmr::vector<JourneyMapRow>& rows) {
    const std::size_t first = rows.size();
    for (const Cell& cell : cells_.entries()) {
        if (cell.from < event_group) continue;
        rows.push_back(row(StageMap(*memory_), &cell, no_touchpoint));
        if (options_.detail == MapDetail::stage) continue;
        rows.back().touchpoint = events_.name(cell.from - event_group);
        rows.back().channel = channel_name(cell);
    }
    std::sort(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(),
              [](const JourneyMapRow& a, const JourneyMapRow& b) {
                  if (a.events != b.events) return a.events > b.events;
                  return a.touchpoint != b.touchpoint ? a.touchpoint < b.touchpoint : a.channel < b.channel;
              });
}

std::pmr::vector<JourneyMapRow> JourneyMap::rows(const StageMap& map) {
    std::pmr::vector<JourneyMapRow> rows(memory_);
    if (options_.detail == MapDetail::stage) {
        for (std::uint32_t stage = 0; stage < map.stages.size(); ++stage) {
            rows.push_back(row(map, cells_.find(stage_group + stage, all_channels), stage));
            rows.back().rest_customers = rows.back().rest_moved_on = std::nullopt;
        }
    } else {
        const auto cells = touchpoint_cells();
        auto cell = cells.begin();
        for (std::uint32_t i = 0; i < map.touchpoints.size(); ++i) {
            poll_interrupt();
            const Touchpoint& point = map.touchpoints[i];
            if (cell == cells.end() || (*cell)->from != i) {
                rows.push_back(row(map, nullptr, point.stage));
                if (options_.detail == MapDetail::channel) rows.back().channel = point.channel;
                fill_kpi(map, i, rows.back());
            }
            for (; cell != cells.end() && (*cell)->from == i; ++cell) {
                rows.push_back(row(map, *cell, point.stage));
                rows.back().channel = channel_name(**cell);
                fill_kpi(map, i, rows.back());
            }
        }
    }
    off_map_rows(rows);
    return rows;
}

}  // namespace journey
