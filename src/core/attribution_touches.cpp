#include "core/attribution_touches.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/code_lanes.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/exact_sum.hpp"

namespace journey {

namespace {

bool contains(NameList names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Time before(Time at, Span span) {
    return elapsed(min_time, at) < span ? min_time : static_cast<Time>(static_cast<Span>(at) - span);
}

}  // namespace

// --- the window -----------------------------------------------------------------

void TouchWindow::begin(const JourneyView& journey, std::uint32_t channels, std::uint32_t touches,
                        Sums sums) {
    const Span half_life = sums.half_life;
    journey_ = journey;
    counted_ = sums.counts;
    size_ = first_ = last_ = turn_ = 0;
    channel_count_ = channels;
    if (rows_.size() < touches) {
        rows_.resize(touches);
        channels_.resize(touches);
    }
    if (counted_) counts_.assign(channels, 0);
    per_half_life_ = half_life == 0 ? 0 : 1 / static_cast<double>(half_life);
    if (half_life == 0) return;
    if (after_.size() < rows_.size()) after_.resize(rows_.size());
    front_.assign(channels, 0);
    back_.assign(channels, 0);
    back_empty_ = true;
}

void TouchWindow::append_all(std::uint32_t from, std::uint32_t to) {
    const JourneyView journey = journey_;
    std::uint32_t* rows = rows_.data();
    std::uint32_t* channels = channels_.data();
    std::uint32_t size = size_;
    const std::uint32_t count = channel_count_;
    Poll poll;
    for (std::uint32_t row = from; row < to; ++row) {
        poll();
        const std::uint32_t channel = journey.channel(row);
        if (channel > count) fail_corrupted("channel code");
        rows[size] = row;
        channels[size] = channel - 1;
        size += channel != 0 ? 1 : 0;
    }
    size_ = size;
}

void TouchWindow::move(std::uint32_t from, std::uint32_t to) {
    Poll poll;
    const bool weighed = per_half_life_ != 0;
    const std::uint32_t entered = last_;
    if (last_ < size_ && rows_[size_ - 1] < to) {
        last_ = size_;
    } else {
        while (last_ < size_ && rows_[last_] < to) ++last_;
    }
    if (counted_ && entered < last_) enter(entered);
    if (!counted_) {
        while (first_ < last_ && rows_[first_] < from) ++first_;
        return;
    }
    for (; first_ < last_ && rows_[first_] < from; ++first_) {
        poll();
        const std::uint32_t channel = channels_[first_];
        --counts_[channel];
        if (!weighed) continue;
        if (first_ >= turn_) turn();
        front_[channel] = after_[first_];
    }
}

// Touches [entered, last_) come into the window.
void TouchWindow::enter(std::uint32_t entered) {
    const bool weighed = per_half_life_ != 0;
    if (weighed) weigh(entered);
    // Touches of one channel come in runs, which are added up before they are stored.
    Poll poll;
    for (std::uint32_t touch = entered; touch < last_;) {
        poll();
        const std::uint32_t start = touch, channel = channels_[touch];
        double weight = weighed ? back_[channel] : 0;
        for (; touch < last_ && channels_[touch] == channel; ++touch) {
            if (weighed) weight += after_[touch];
        }
        counts_[channel] += touch - start;
        if (weighed) back_[channel] = weight;
    }
}

std::optional<std::uint32_t> TouchWindow::last_before(std::uint32_t row) const {
    const auto* begin = rows_.data();
    const auto* found = std::lower_bound(begin + first_, begin + last_, row);
    if (found == begin + first_) return std::nullopt;
    return static_cast<std::uint32_t>(found - begin) - 1;
}

// Writes the weights of touches [entered, last_), relative to back_at_.
void TouchWindow::weigh(std::uint32_t entered) {
    // The further back_at_ is away, the fewer digits an exponent keeps.
    constexpr double furthest = 32;
    const JourneyView journey = journey_;
    const std::uint32_t* rows = rows_.data();
    const double per_half_life = per_half_life_;
    double* weights = after_.data();
    const auto age = [&](std::uint32_t touch) {
        return static_cast<double>(elapsed(back_at_, journey.time(rows[touch]))) * per_half_life;
    };
    if (back_empty_) {
        back_empty_ = back_moved_ = false;
        back_at_ = journey.time(rows[entered]);
    }
    if (const double newest = age(last_ - 1); newest > furthest) {
        const double scale = power_of_two(-newest);
        for (double& each : back_) each *= scale;
        back_at_ = journey.time(rows[last_ - 1]);
        back_moved_ = true;
        for (std::uint32_t touch = entered; touch < last_; ++touch)
            weights[touch] = decay(elapsed(journey.time(rows[touch]), back_at_));
        return;
    }
    const Time since = back_at_;
    for (std::uint32_t touch = entered; touch < last_; ++touch) {
        const auto later = static_cast<std::int64_t>(elapsed(since, journey.time(rows[touch])));
        weights[touch] = power_of_two(static_cast<double>(later) * per_half_life);
    }
}

// Everything in the window may leave it now.
void TouchWindow::turn() {
    Poll poll;
    if (back_moved_) {
        back_at_ = journey_.time(rows_[last_ - 1]);
        for (std::uint32_t touch = first_; touch < last_; ++touch) {
            poll();
            after_[touch] = decay(elapsed(journey_.time(rows_[touch]), back_at_));
        }
    }
    std::fill(front_.begin(), front_.end(), 0.0);
    for (std::uint32_t touch = last_; touch-- > first_;) {
        poll();
        double& weight = front_[channels_[touch]];
        const double own = after_[touch];
        after_[touch] = weight;
        weight += own;
    }
    std::fill(back_.begin(), back_.end(), 0.0);
    front_at_ = back_at_;
    back_empty_ = true;
    turn_ = last_;
}

// --- the reader -----------------------------------------------------------------

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
        for (std::uint32_t row : conversions_) {
            if (row < from) continue;
            touches_.append_all(from, row);
            from = row + 1;
        }
        if (from < to) touches_.append_all(from, to);
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
    moment_end_ = used_ = value_row_ = value_rank_ = 0;
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
    values_ = conversions_.empty() ? NumberColumn{} : journey_.values();
    return !conversions_.empty();
}

std::uint32_t AttributionReader::path_start(Time at) const {
    return rules_.lookback == no_limit ? 0 : journey_.lower_bound(before(at, rules_.lookback));
}

// The row after those of this row's time.
std::uint32_t AttributionReader::end_of_moment(std::uint32_t row) const {
    const Time at = journey_.time(row);
    Poll poll;
    do {
        poll();
        ++row;
    } while (row < journey_.size() && journey_.time(row) == at);
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
        moment_first_ = std::max(next_ == 1 ? first_start_ : path_start(at), used_);
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
    conversion.value.reset();
    if (values_.numbers == nullptr) return;
    const std::uint32_t row = conversion.row;
    // A bitmap is counted on from the last conversion if that is near.
    if (values_.bitmap != nullptr && row - value_row_ < 512) {
        for (; value_row_ < row; ++value_row_) value_rank_ += values_.has(value_row_, value_rank_) ? 1 : 0;
    } else {
        value_row_ = row;
        value_rank_ = values_.rank(row);
    }
    if (!values_.has(row, value_rank_)) return;
    conversion.value = values_.number(value_rank_);
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
