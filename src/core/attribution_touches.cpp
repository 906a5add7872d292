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
      many_roles_(&memory),
      many_direct_(&memory),
      conversions_(&memory),
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
    const Names& names = journey_.event_names();
    if (names.size() <= 256) {
        table_ = &role_tables_.get(names, [&](RoleTable& made) {
            made = RoleTable{};
            made.plain = !rules_.touches && !rules_.conversion_is_touch;
            std::fill(std::begin(made.role), std::end(made.role), std::uint8_t{0});
            std::uint32_t code = 0;
            for (std::string_view name : names) {
                if (code == 256) fail_corrupted("names");
                made.role[code] = role(name);
                if ((made.role[code] & converts) != 0) {
                    if (made.conversions < most_codes)
                        made.codes[made.conversions] = static_cast<std::uint8_t>(code);
                    ++made.conversions;
                }
                if (made.role[code] >= first_milestone) made.plain = false;
                ++code;
            }
        });
        roles_ = table_->role;
        plain_ = table_->plain && !rules_.channel_from_event;
        return;
    }
    table_ = nullptr;
    plain_ = false;
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
    conversions_.clear();
    const PackedCodes& codes = journey_.events();
    const std::uint32_t n = journey_.size();
    Poll poll;
    if (table_ != nullptr && table_->conversions == 0) return;
    if (table_ == nullptr || table_->conversions > most_codes || codes.bits == 0 || codes.bits > 8) {
        for (std::uint32_t row = 0; row < n; ++row) {
            poll();
            const std::uint32_t event = codes[row];
            if (event >= roles_.size()) fail_corrupted("event code");
            if ((roles_[event] & converts) != 0) conversions_.push_back(row);
        }
        return;
    }
    const CodeLanes lanes(codes, n);
    std::uint64_t patterns[most_codes];
    for (std::uint32_t i = 0; i < table_->conversions; ++i) patterns[i] = lanes.pattern(table_->codes[i]);
    for (std::uint32_t chunk = 0, first = 0; first < n; ++chunk, first += lanes.lanes()) {
        poll();
        const std::uint64_t word = lanes.word(chunk);
        std::uint64_t found = 0;
        for (std::uint32_t i = 0; i < table_->conversions; ++i) found |= lanes.equal(word, patterns[i]);
        for (found = lanes.events(chunk, found); found != 0; found &= found - 1)
            conversions_.push_back(first + lanes.lane(static_cast<std::uint32_t>(std::countr_zero(found))));
    }
}

void AttributionReader::add_touch(std::uint32_t row, std::uint32_t channel) {
    if (direct_.empty()) {
        if (channel >= channel_names().size()) fail_corrupted("channel code");
        touches_.append(row, channel);
        return;
    }
    if (channel >= direct_.size()) fail_corrupted("channel code");
    const bool direct = direct_[channel] != 0;
    if (direct && rules_.direct == DirectRule::ignore) return;
    if (direct && rules_.direct == DirectRule::fallback) {
        direct_touches_.append(row, channel);
        return;
    }
    const std::uint32_t touch = touches_.appended();
    non_direct_[touch] = !direct ? touch + 1 : touch == 0 ? 0 : non_direct_[touch - 1];
    touches_.append(row, channel);
}

void AttributionReader::find_touches(std::uint32_t from, std::uint32_t to, bool rest) {
    const std::uint32_t channels = channel_names().size(), most = to - from;
    find_direct();
    splits_ = !direct_.empty() && rules_.direct == DirectRule::fallback;
    const TouchWindow::Sums sums{!rest, rest ? 0 : half_life_};
    touches_.begin(journey_, channels, most, sums);
    if (splits_) direct_touches_.begin(journey_, channels, most, sums);
    if (!direct_.empty() && non_direct_.size() < most) non_direct_.resize(most);
    for (auto& rows : milestone_rows_) rows.clear();
    if (plain_ && direct_.empty()) {
        if (!journey_.has_channels()) return;
        touches_.append_all(from, to, conversions_);
        return;
    }
    Poll poll;
    for (std::uint32_t row = from; row < to; ++row) {
        poll();
        const std::uint32_t event = journey_.event(row);
        if (event >= roles_.size()) fail_corrupted("event code");
        const std::uint8_t role = roles_[event];
        for (std::uint32_t m = 0; m < milestone_rows_.size(); ++m) {
            if ((role & (first_milestone << m)) != 0) milestone_rows_[m].push_back(row);
        }
        if ((role & touches) == 0) continue;
        const std::uint32_t channel = rules_.channel_from_event ? event + 1 : journey_.channel(row);
        if (channel != 0) add_touch(row, channel - 1);
    }
}

bool AttributionReader::read(const JourneyView& journey, bool rest) {
    journey_ = journey;
    journey_.prefetch();
    conversions_.clear();
    next_ = 0;
    moment_.reset();
    moment_end_ = used_ = 0;
    all_rest_ = false;
    if (journey_.empty()) {
        if (rest) find_touches(0, 0, true);
        return false;
    }
    find_roles();
    find_conversions();
    if (conversions_.empty()) {
        all_rest_ = plain_ && !asks_direct_ && rules_.lookback == no_limit;
        if (all_rest_ || !rest) return false;
    }
    first_start_ = conversions_.empty() ? 0 : path_start(journey_.time(conversions_.front()));
    find_touches(first_start_, rest ? journey_.size() : end_of_moment(conversions_.back()), rest);
    values_ = conversions_.empty() ? ValueCursor{} : ValueCursor(journey_.values());
    return !conversions_.empty();
}

// The first row of the look-back; none before `from` is.
std::uint32_t AttributionReader::path_start(Time at, std::uint32_t from) const {
    if (rules_.lookback == no_limit || elapsed(journey_.time(from), at) <= rules_.lookback) return from;
    return journey_.lower_bound(before(at, rules_.lookback), from + 1);
}

// The row after those of this row's time.
std::uint32_t AttributionReader::end_of_moment(std::uint32_t row) const {
    const std::uint64_t at = journey_.time_offset(row);
    Poll poll;
    do {
        poll();
        ++row;
    } while (row < journey_.size() && journey_.time_offset(row) == at);
    return row;
}

const TouchWindow& AttributionReader::window(std::uint32_t from, std::uint32_t to) {
    touches_.move(from, to);
    if (touches_.size() > 0 || !splits_) return touches_;
    direct_touches_.move(from, to);
    return direct_touches_;
}

bool AttributionReader::next(AttributedConversion& conversion) {
    if (next_ == conversions_.size()) return false;
    const std::uint32_t row = conversions_[next_++];
    const Time at = journey_.time(row);
    if (moment_ != at) {
        if (!rules_.reuse_touches) used_ = moment_end_;
        moment_ = at;
        moment_end_ = end_of_moment(row);
        moment_first_ = std::max(next_ == 1 ? first_start_ : path_start(at, moment_first_), used_);
    }
    conversion.row = row;
    conversion.at = at;
    conversion.first_row = moment_first_;
    conversion.last_row = moment_end_;
    conversion.path = &window(moment_first_, moment_end_);
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
    const std::uint32_t n = journey_.size();
    if (all_rest_) find_touches(0, n, true);
    all_rest_ = false;
    const std::uint32_t from = conversions_.empty() ? 0 : end_of_moment(conversions_.back());
    const TouchWindow& after = window(from, n);
    if (after.size() == 0 || rules_.lookback == no_limit) return after;
    return window(std::max(from, path_start(journey_.time(after.row(after.last() - 1)))), n);
}

// --- shares by places -------------------------------------------------------------

std::uint32_t AttributionReader::last_non_direct(const TouchWindow& path) const {
    const std::uint32_t last = path.last() - 1;
    if (direct_.empty() || rules_.direct != DirectRule::any) return last;
    const std::uint32_t found = non_direct_[last];
    return found > path.first() ? found - 1 : last;
}

void AttributionReader::milestones(const AttributedConversion& conversion, PlaceShares& shares) const {
    for (std::size_t m = 0; m < milestone_rows_.size(); ++m) {
        const auto& rows = milestone_rows_[m];
        const auto found = std::lower_bound(rows.begin(), rows.end(), conversion.first_row);
        if (found == rows.end() || *found >= conversion.last_row) continue;
        const auto touch = conversion.path->last_before(end_of_moment(*found));
        if (touch) shares.add(*touch, rules_.w_shares[m + 1]);
    }
}

PlaceShares AttributionReader::places(const AttributedConversion& conversion, AttributionModel model) const {
    const TouchWindow& path = *conversion.path;
    PlaceShares shares;
    const double rest =
        end_shares(rules_, model, path.first(), path.last() - 1, last_non_direct(path), shares);
    if (model == AttributionModel::w) milestones(conversion, shares);
    shares.finish(path.size(), rest);
    return shares;
}

}  // namespace journey
