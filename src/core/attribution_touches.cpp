#include "core/attribution_touches.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/code_lanes.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/exact_sum.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

bool contains(NameList names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Time before(Time at, Span span) {
    return elapsed(min_time, at) < span ? min_time : static_cast<Time>(static_cast<Span>(at) - span);
}

}  // namespace

AttributionReader::AttributionReader(const AttributionRules& rules, std::pmr::memory_resource& memory)
    : rules_(rules),
      half_life_(rules.has(AttributionModel::time_decay) ? rules.half_life : 0),
      asks_direct_(rules.direct != DirectRule::any || rules.has(AttributionModel::last_non_direct)),
      role_tables_(memory),
      direct_tables_(memory),
      plain_(!rules.touches && !rules.conversion_is_touch && !rules.channel_from_event &&
             (rules.milestones.empty() || !rules.has(AttributionModel::w))),
      many_roles_(&memory),
      many_direct_(&memory),
      conversions_(&memory),
      windows_(&memory),
      milestone_rows_(rules.has(AttributionModel::w) ? rules.milestones.size() : 0, &memory),
      touches_(memory),
      direct_touches_(memory),
      non_direct_(&memory) {}

std::uint8_t AttributionReader::role(std::string_view name) const {
    const bool is_conversion = contains(rules_.conversion, name);
    const bool is_touch = (rules_.touches ? contains(*rules_.touches, name) : !is_conversion) ||
                          (is_conversion && rules_.conversion_is_touch);
    auto role = static_cast<std::uint8_t>((is_conversion ? converts : 0) | (is_touch ? touches : 0));
    for (std::size_t m = 0; m < milestone_rows_.size(); ++m) {
        if (rules_.milestones[m] == name) role |= static_cast<std::uint8_t>(first_milestone << m);
    }
    return role;
}

void AttributionReader::find_roles() {
    const Names& names = journey_->event_names();
    if (names.size() <= 256) {
        const RoleTable& table = role_tables_.get(names, [&](RoleTable& made) {
            std::uint32_t code = 0;
            for (std::string_view name : names) {
                if (code == 256) fail_corrupted("names");
                made.role[code++] = role(name);
            }
        });
        roles_ = {table.role, names.size()};
        return;
    }
    many_roles_.clear();
    for (std::string_view name : names) many_roles_.push_back(role(name));
    roles_ = many_roles_;
}

// Which channels are direct, if that matters.
void AttributionReader::find_direct() {
    direct_ = {};
    if (!asks_direct_) return;
    const Names& names = channel_names();
    if (names.size() == 0) return;
    if (names.size() <= 256) {
        const DirectTable& table = direct_tables_.get(names, [&](DirectTable& made) {
            made.any = false;
            std::uint32_t code = 0;
            for (std::string_view name : names) {
                if (code == 256) fail_corrupted("names");
                made.direct[code] = contains(rules_.direct_channels, name) ? 1 : 0;
                made.any = made.any || made.direct[code] != 0;
                ++code;
            }
        });
        if (table.any) direct_ = {table.direct, names.size()};
        return;
    }
    many_direct_.clear();
    for (std::string_view name : names)
        many_direct_.push_back(contains(rules_.direct_channels, name) ? 1 : 0);
    direct_ = many_direct_;
}

void AttributionReader::find_conversions() {
    const PackedCodes& codes = journey_->events();
    if (rules_.conversion.size() <= few && codes.bits > 0 && codes.bits <= 8) {
        find_few_conversions();
        return;
    }
    find_roles();
    Poll poll;
    for (std::uint32_t row = 0; row < journey_->size(); ++row) {
        poll();
        const std::uint32_t event = codes[row];
        if (event >= roles_.size()) fail_corrupted("event code");
        if ((roles_[event] & converts) != 0) conversions_.push_back(row);
    }
}

// Compares each name: that is less than to look up what all of them mean.
void AttributionReader::find_few_conversions() {
    const std::uint32_t n = journey_->size();
    const CodeLanes lanes(journey_->events(), n);
    std::uint64_t patterns[few];
    std::uint32_t count = 0, code = 0;
    for (std::string_view name : journey_->event_names()) {
        if (contains(rules_.conversion, name)) {
            if (count == few || code >= 256) fail_corrupted("names");
            patterns[count++] = lanes.pattern(code);
        }
        ++code;
    }
    if (count == 0) return;
    Poll poll;
    for (std::uint32_t chunk = 0, first = 0; first < n; ++chunk, first += lanes.lanes()) {
        poll();
        const std::uint64_t word = lanes.word(chunk);
        std::uint64_t found = 0;
        for (std::uint32_t i = 0; i < count; ++i) found |= lanes.equal(word, patterns[i]);
        for (found = lanes.events(chunk, found); found != 0; found &= found - 1)
            conversions_.push_back(first + lanes.lane(static_cast<std::uint32_t>(std::countr_zero(found))));
    }
}

// The event of this row is a touch, or is none: code 0.
void AttributionReader::set_touch(std::uint32_t row, std::uint32_t code) {
    if (direct_.empty()) {
        if (code > channel_names().size()) fail_corrupted("channel code");
        touches_.codes().set(row, code);
        return;
    }
    if (code > direct_.size()) fail_corrupted("channel code");
    const bool direct = code != 0 && direct_[code - 1] != 0;
    if (splits_) direct_touches_.codes().set(row, direct ? code : 0);
    touches_.codes().set(row, direct && rules_.direct != DirectRule::any ? 0 : code);
    std::uint32_t* last = non_direct_.data() + (row - first_row_);
    *last = code != 0 && !direct ? row + 1 : row == first_row_ ? 0 : last[-1];
}

void AttributionReader::find_touches(RowRange rows, bool rest) {
    const std::uint32_t channels = channel_names().size();
    find_direct();
    splits_ = !direct_.empty() && rules_.direct == DirectRule::fallback;
    const TouchWindow::Sums sums{!rest, rest ? 0 : half_life_};
    touches_.begin(*journey_, channels, rows, sums, windows_);
    if (splits_) direct_touches_.begin(*journey_, channels, rows, sums, windows_);
    first_row_ = rows.from;
    if (!direct_.empty() && non_direct_.size() < rows.to - rows.from) non_direct_.resize(rows.to - rows.from);
    for (auto& each : milestone_rows_) each.clear();
    if (rows.from == rows.to) return;
    if (plain_ && direct_.empty() && journey_->has_channels()) {
        touches_.codes().set_all(*journey_, channels, conversions_);
        return;
    }
    find_roles();
    Poll poll;
    for (std::uint32_t row = rows.from; row < rows.to; ++row) {
        poll();
        const std::uint32_t event = journey_->event(row);
        if (event >= roles_.size()) fail_corrupted("event code");
        const std::uint8_t role = roles_[event];
        for (std::uint32_t m = 0; m < milestone_rows_.size(); ++m) {
            if ((role & (first_milestone << m)) != 0) milestone_rows_[m].push_back(row);
        }
        const std::uint32_t code = rules_.channel_from_event ? event + 1 : journey_->channel(row);
        set_touch(row, (role & touches) != 0 ? code : 0);
    }
    if (milestone_rows_.empty()) return;
    touches_.find_last_touches();
    if (splits_) direct_touches_.find_last_touches();
}

bool AttributionReader::read(const JourneyView& journey, bool rest) {
    journey_ = &journey;
    journey_->prefetch();
    conversions_.clear();
    next_ = 0;
    all_rest_ = false;
    if (journey_->empty()) {
        if (rest) find_touches({}, true);
        return false;
    }
    find_conversions();
    if (conversions_.empty()) {
        all_rest_ = plain_ && !asks_direct_ && rules_.lookback == no_limit;
        if (all_rest_ || !rest) return false;
    }
    find_windows();
    const RowRange all =
        conversions_.empty() ? RowRange{} : RowRange{windows_.front().from, windows_.back().to};
    find_touches({all.from, rest ? journey_->size() : all.to}, rest);
    values_ = conversions_.empty() ? ValueCursor{} : ValueCursor(journey_->values());
    return !conversions_.empty();
}

// The first row of the look-back; none before `from` is.
std::uint32_t AttributionReader::path_start(Time at, std::uint32_t from) const {
    if (rules_.lookback == no_limit || elapsed(journey_->time(from), at) <= rules_.lookback) return from;
    return journey_->lower_bound(before(at, rules_.lookback), from + 1);
}

// The row after those of this row's time.
std::uint32_t AttributionReader::end_of_moment(std::uint32_t row) const {
    const std::uint64_t at = journey_->time_offset(row);
    Poll poll;
    do {
        poll();
        ++row;
    } while (row < journey_->size() && journey_->time_offset(row) == at);
    return row;
}

// The rows of each conversion's path.
void AttributionReader::find_windows() {
    windows_.clear();
    std::uint32_t used = 0;
    Poll poll;
    for (std::uint32_t row : conversions_) {
        poll();
        RowRange rows = windows_.empty() ? RowRange{} : windows_.back();
        if (row >= rows.to) {
            if (!rules_.reuse_touches) used = rows.to;
            rows = {std::max(path_start(journey_->time(row), rows.from), used), end_of_moment(row)};
        }
        windows_.push_back(rows);
    }
}

const TouchWindow& AttributionReader::window(RowRange rows) {
    touches_.move(rows);
    if (!touches_.empty() || !splits_) return touches_;
    direct_touches_.move(rows);
    return direct_touches_;
}

bool AttributionReader::next(AttributedConversion& conversion) {
    if (next_ == conversions_.size()) return false;
    const RowRange rows = windows_[next_];
    conversion.row = conversions_[next_++];
    conversion.at = journey_->time(conversion.row);
    conversion.path = &window(rows);
    read_value(conversion);
    return true;
}

void AttributionReader::read_value(AttributedConversion& conversion) {
    conversion.value = values_.at(conversion.row);
    if (!conversion.value) return;
    if (!(std::fabs(*conversion.value) <= exact_sum_limit)) {
        throw Error(ErrorCode::overflow, "value", "the value of a conversion must be a number within 1e290")
            .hint("Mend the event, or give it no value.");
    }
}

const TouchWindow& AttributionReader::rest() {
    const std::uint32_t n = journey_->size();
    if (all_rest_) find_touches({0, n}, true);
    all_rest_ = false;
    const std::uint32_t from = conversions_.empty() ? 0 : windows_.back().to;
    const TouchWindow& after = window({from, n});
    if (after.empty() || rules_.lookback == no_limit) return after;
    return window({std::max(from, path_start(journey_->time(after.last()))), n});
}

// --- shares by places -------------------------------------------------------------

std::uint32_t AttributionReader::last_non_direct(const TouchWindow& path) const {
    const std::uint32_t last = path.last();
    if (direct_.empty() || rules_.direct != DirectRule::any) return last;
    const std::uint32_t found = non_direct_[last - first_row_];
    return found > path.first() ? found - 1 : last;
}

void AttributionReader::milestones(const AttributedConversion& conversion, PlaceShares& shares) const {
    const RowRange path = conversion.path->rows();
    for (std::size_t m = 0; m < milestone_rows_.size(); ++m) {
        const auto& rows = milestone_rows_[m];
        const auto found = std::lower_bound(rows.begin(), rows.end(), path.from);
        if (found == rows.end() || *found >= path.to) continue;
        const auto touch = conversion.path->last_before(end_of_moment(*found));
        if (touch) shares.add(*touch, rules_.w_shares[m + 1]);
    }
}

PlaceShares AttributionReader::places(const AttributedConversion& conversion, AttributionModel model) const {
    const TouchWindow& path = *conversion.path;
    PlaceShares shares;
    const double rest = end_shares(rules_, model, path.first(), path.last(), last_non_direct(path), shares);
    if (model == AttributionModel::w) milestones(conversion, shares);
    shares.finish(path.size(), rest);
    return shares;
}

}  // namespace journey
