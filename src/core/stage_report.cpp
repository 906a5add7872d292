#include "core/stage_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/funnel.hpp"
#include "core/quantiles.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

using Kind = StageReportOptions::Kind;

std::int64_t length(Time from, Time to) {
    return static_cast<std::int64_t>(elapsed(from, to));
}

// Counts by stage: customers in it, whose deepest it is, who were ever in it.
enum StockCount : std::size_t { stock_customers, stock_deepest, stock_ever, stock_counts };
enum TimeCount : std::size_t { time_customers, time_stays, time_still_there, time_counts };
// For each pair of places.
enum FlowCount : std::size_t { flow_customers, flow_moves, flow_movers, flow_counts };

// Of the two places that are no stage, after the stages.
constexpr std::size_t off_map = 0, no_event = 1, other_places = 2;

}  // namespace

std::size_t StageReport::count_size(std::size_t stages) const {
    const std::size_t places = stages + other_places;
    switch (options_.kind) {
        case Kind::stock:
            return places * stock_counts;
        case Kind::flow:
            return places * places * flow_counts;
        default:
            return stages * time_counts;
    }
}

void StageReport::label(std::span<const std::byte> map_bytes, std::size_t stages,
                        const StageReportOptions& options) {
    if (!labelled_) {
        labelled_ = true;
        options_ = options;
        map_bytes_.assign(map_bytes.begin(), map_bytes.end());
        counts_.assign(count_size(stages), 0);
        lengths_.resize(stages);
        return;
    }
    const bool same_map = map_bytes.size() == map_bytes_.size() &&
                          std::memcmp(map_bytes.data(), map_bytes_.data(), map_bytes.size()) == 0;
    if (same_map && options == options_) return;
    const char* argument = !same_map                               ? "map"
                           : options.backward != options_.backward ? "backward"
                           : options.from != options_.from         ? "from_ts"
                           : options_.kind == Kind::flow           ? "to_ts"
                                                                   : "as_of";
    throw Error(ErrorCode::invalid_argument, argument, "%s differs between the rows of one report", argument)
        .hint("Give the same %s for every row.", argument);
}

void StageReport::add(const JourneyView& journey, MapReader& reader, std::span<const std::byte> map_bytes,
                      const StageReportOptions& options) {
    const std::size_t stages = reader.map().stages.size();
    label(map_bytes, stages, options);
    if (options.kind == Kind::stock && options.backward) {
        if (const auto present = reader.present(journey, options.to))
            return add_stock(journey, stages, *present);
    }
    read_stays(reader.read(journey, options.to), reader, options.backward, stays_);
    switch (options.kind) {
        case Kind::stock: {
            MapReader::Present present;
            for (const Stay& stay : stays_) present.seen |= std::uint64_t{1} << stay.stage;
            if (!stays_.empty()) {
                present.stage = stays_.back().stage;
                present.entered = stays_.back().entered;
            }
            return add_stock(journey, stages, present);
        }
        case Kind::flow:
            return add_flow(journey, stages);
        default:
            return add_time(stages);
    }
}

void StageReport::add_stock(const JourneyView& journey, std::size_t stages,
                            const MapReader::Present& present) {
    if (present.seen == 0) {
        const bool started = !journey.empty() && journey.first_time() <= options_.to;
        ++counts_[(stages + (started ? off_map : no_event)) * stock_counts + stock_customers];
        return;
    }
    for (std::uint64_t left = present.seen; left != 0; left &= left - 1)
        ++counts_[static_cast<std::size_t>(std::countr_zero(left)) * stock_counts + stock_ever];
    ++counts_[present.stage * stock_counts + stock_customers];
    ++counts_[static_cast<std::size_t>(63 - std::countl_zero(present.seen)) * stock_counts + stock_deepest];
    if (options_.to != std::numeric_limits<Time>::max())
        lengths_[present.stage].push_back(length(present.entered, options_.to));
}

void StageReport::add_flow(const JourneyView& journey, std::size_t stages) {
    const std::size_t places = stages + other_places;
    const auto before_stage = [&](Time at) {
        return stages + (!journey.empty() && journey.first_time() <= at ? off_map : no_event);
    };
    const auto cell = [&](std::size_t from, std::size_t to) { return (from * places + to) * flow_counts; };
    std::size_t then = before_stage(options_.from), now = before_stage(options_.to);
    SmallVector<std::size_t, 16> made(*memory_);
    for (std::size_t i = 0; i < stays_.size(); ++i) {
        now = stays_[i].stage;
        if (stays_[i].entered <= options_.from) {
            then = now;
            continue;
        }
        // Whoever comes to the map comes from nothing, or from events on no map.
        const std::size_t from =
            i > 0 ? stays_[i - 1].stage
                  : stages + (journey.first_time() < stays_[i].entered ? off_map : no_event);
        const std::size_t move = cell(from, now);
        ++counts_[move + flow_moves];
        if (std::find(made.begin(), made.end(), move) == made.end()) {
            made.push_back(move);
            ++counts_[move + flow_movers];
        }
    }
    ++counts_[cell(then, now) + flow_customers];
}

void StageReport::add_time(std::size_t stages) {
    std::uint64_t seen = 0;
    for (const Stay& stay : stays_) {
        const std::size_t at = stay.stage * time_counts;
        seen |= std::uint64_t{1} << stay.stage;
        ++counts_[at + time_stays];
        if (stay.open) {
            ++counts_[at + time_still_there];
        } else {
            lengths_[stay.stage].push_back(length(stay.entered, stay.left));
        }
    }
    for (std::size_t stage = 0; stage < stages; ++stage)
        counts_[stage * time_counts + time_customers] += seen >> stage & 1;
}

void StageReport::merge(const StageReport& other) {
    if (!other.labelled_) return;
    label(other.map_bytes(), other.lengths_.size(), other.options_);
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
        poll_interrupt();
        lengths_[i].insert(lengths_[i].end(), other.lengths_[i].begin(), other.lengths_[i].end());
    }
}

std::pmr::vector<StockRow> StageReport::stock(const StageMap& map) {
    const std::size_t stages = map.stages.size();
    std::pmr::vector<StockRow> rows(memory_);
    std::int64_t all = 0;
    for (std::size_t place = 0; place < stages + other_places; ++place) {
        const std::uint64_t* counts = counts_.data() + place * stock_counts;
        StockRow row;
        row.name = place - stages == no_event ? no_event_yet : not_on_map;
        row.customers = static_cast<std::int64_t>(counts[stock_customers]);
        row.deepest = static_cast<std::int64_t>(counts[stock_deepest]);
        row.ever = static_cast<std::int64_t>(counts[stock_ever]);
        all += row.customers;
        if (place < stages) {
            row.stage = static_cast<std::uint32_t>(place);
            row.name = map.stages[place];
            poll_interrupt();
            if (!lengths_[place].empty()) {
                row.median = quantile(lengths_[place], 0.5);
                row.p90 = quantile(lengths_[place], 0.9);
            }
        }
        rows.push_back(row);
    }
    for (StockRow& row : rows)
        row.share = all == 0 ? std::nan("") : static_cast<double>(row.customers) / static_cast<double>(all);
    return rows;
}

std::pmr::vector<FlowRow> StageReport::flow(const StageMap& map) const {
    const std::size_t stages = map.stages.size(), places = stages + other_places;
    std::pmr::vector<FlowRow> rows(memory_);
    const auto name = [&](std::size_t place) {
        if (place < stages) return map.stages[place];
        return place - stages == off_map ? not_on_map : no_event_yet;
    };
    const auto stage = [&](std::size_t place) {
        return place < stages ? std::optional(static_cast<std::uint32_t>(place)) : std::nullopt;
    };
    for (std::size_t from = 0; from < places; ++from) {
        for (std::size_t to = 0; to < places; ++to) {
            const std::uint64_t* counts = counts_.data() + (from * places + to) * flow_counts;
            if (counts[flow_customers] == 0 && counts[flow_moves] == 0) continue;
            FlowRow row;
            row.from = stage(from);
            row.to = stage(to);
            row.from_name = name(from);
            row.to_name = name(to);
            row.customers = static_cast<std::int64_t>(counts[flow_customers]);
            row.moves = static_cast<std::int64_t>(counts[flow_moves]);
            row.movers = static_cast<std::int64_t>(counts[flow_movers]);
            rows.push_back(row);
        }
    }
    return rows;
}

std::pmr::vector<StageTimeRow> StageReport::time(const StageMap& map) {
    std::pmr::vector<StageTimeRow> rows(memory_);
    for (std::uint32_t stage = 0; stage < map.stages.size(); ++stage) {
        const std::uint64_t* counts = counts_.data() + stage * time_counts;
        auto& lengths = lengths_[stage];
        StageTimeRow row;
        row.stage = stage;
        row.name = map.stages[stage];
        row.customers = static_cast<std::int64_t>(counts[time_customers]);
        row.stays = static_cast<std::int64_t>(counts[time_stays]);
        row.still_there = static_cast<std::int64_t>(counts[time_still_there]);
        row.ended = row.stays - row.still_there;
        poll_interrupt();
        if (!lengths.empty()) {
            StageTimeRow::Lengths took;
            // Whole and remainder apart: the sum may be more than 64 bits hold.
            const auto n = static_cast<std::int64_t>(lengths.size());
            std::int64_t whole = 0, rest = 0;
            for (std::int64_t each : lengths) {
                whole += each / n;
                rest += each % n;
                whole += rest / n;
                rest %= n;
            }
            took.average = whole;
            took.p25 = quantile(lengths, 0.25);
            took.median = quantile(lengths, 0.5);
            took.p75 = quantile(lengths, 0.75);
            took.p90 = quantile(lengths, 0.9);
            took.longest = *std::max_element(lengths.begin(), lengths.end());
            row.took = took;
        }
        rows.push_back(row);
    }
    return rows;
}

std::size_t StageReport::encoded_size() const {
    std::size_t size = 1 + 1 + 1 + 8 + 8 + 4 + map_bytes_.size() + 4 + 8 * counts_.size() + 4;
    for (const auto& each : lengths_) size += 8 + 8 * each.size();
    return size;
}

void StageReport::encode(std::byte* to) const {
    *to++ = std::byte{stage_report_version};
    *to++ = static_cast<std::byte>(options_.kind);
    *to++ = static_cast<std::byte>(options_.backward ? 1 : 0);
    to = store(to, options_.from);
    to = store(to, options_.to);
    to = store_text(to, {reinterpret_cast<const char*>(map_bytes_.data()), map_bytes_.size()});
    to = store(to, static_cast<std::uint32_t>(counts_.size()));
    for (std::uint64_t each : counts_) to = store(to, each);
    to = store(to, static_cast<std::uint32_t>(lengths_.size()));
    for (const auto& each : lengths_) {
        to = store(to, std::uint64_t{each.size()});
        for (std::int64_t length : each) to = store(to, length);
    }
}

void StageReport::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "stage_summary", "stage_stock");
    reader.version(stage_report_version);
    const auto kind = reader.number<std::uint8_t>(), backward = reader.number<std::uint8_t>();
    if (kind > static_cast<std::uint8_t>(Kind::time) || backward > 1) reader.fail("unknown kind");
    StageReportOptions options{static_cast<Kind>(kind), backward == 1};
    options.from = reader.number<Time>();
    options.to = reader.number<Time>();
    const std::string_view map_text = reader.text();
    const std::span map_bytes(reinterpret_cast<const std::byte*>(map_text.data()), map_text.size());
    if (!map_bytes.empty()) {  // else no customer came yet
        StageMap map(*memory_);
        map.decode(map_bytes);
        label(map_bytes, map.stages.size(), options);
    }
    if (reader.count<std::uint32_t>(8) != counts_.size()) reader.fail("wrong number of counts");
    for (std::uint64_t& each : counts_) each = reader.tally();
    if (reader.count<std::uint32_t>(8) != lengths_.size()) reader.fail("wrong number of stages");
    for (auto& each : lengths_) reader.lengths(each, reader.number<std::uint64_t>());
    reader.end();
}

}  // namespace journey
