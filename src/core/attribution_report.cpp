#include "core/attribution_report.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

constexpr double credit_unit = 0x1p60;

bool more_credit(const AttributionRow& a, const AttributionRow& b) {
    return a.share != b.share ? a.share > b.share : a.channel < b.channel;
}

}  // namespace

double AttributionSummary::Cell::credit() const {
    return std::ldexp(static_cast<double>(high), 4) + std::ldexp(static_cast<double>(low), -60);
}

void AttributionSummary::use(std::span<const AttributionModel> models, std::string_view unattributed) {
    if (!set_) {
        set_ = true;
        models_.assign(models.begin(), models.end());
        unattributed_ = unattributed;
        return;
    }
    if (!std::equal(models.begin(), models.end(), models_.begin(), models_.end()) ||
        unattributed != unattributed_) {
        throw Error(ErrorCode::invalid_argument, "options", "options must be the same in every row")
            .hint("Give options that are constant in the query, or group by them.");
    }
}

void AttributionSummary::use(const AttributionRules& rules) {
    use(rules.models, rules.unattributed);
}

std::uint32_t AttributionSummary::intern(std::string_view channel) {
    const std::uint32_t code = channels_.intern(channel, "channel");
    if (code < seen_.size()) return code;
    if (channel == std::string_view(unattributed_)) {
        throw Error(ErrorCode::invalid_argument, "unattributed", "a channel is called \"%s\" as well",
                    unattributed_.c_str())
            .hint("Name what is left over otherwise: unattributed => '(nobody)'.");
    }
    while (seen_.size() < channels_.size()) {
        seen_.push_back(0);
        for (std::size_t model = 0; model < models_.size(); ++model) cells_.emplace_back(*memory_);
    }
    return code;
}

bool AttributionSummary::count(const Gain& gain, bool attributed) {
    conversions_ += gain.conversions;
    if (gain.value) {
        valued_ += gain.conversions;
        value_.add(*gain.value);
    }
    if (attributed) return true;
    unattributed_count_ += gain.conversions;
    if (gain.value) unattributed_value_.add(*gain.value);
    return false;
}

void AttributionSummary::meet(std::span<const std::uint32_t> touches,
                              std::span<const std::uint32_t> channels) {
    met_.resize(touches.size());
    Met* to = met_.data();
    Poll poll;
    for (std::uint32_t code = 0; code < touches.size(); ++code) {
        poll();
        *to = {code, channels[code], touches[code]};
        to += touches[code] != 0 ? 1 : 0;
    }
    met_.resize(static_cast<std::size_t>(to - met_.data()));
    credits_.resize(met_.size());
    for (const Met& met : met_) seen_[met.channel] = 1;
}

void AttributionSummary::give(std::span<const Met> met, const double* credits, std::size_t model, Gain gain) {
    Cell* cells = cells_.data() + model;
    const std::size_t models = models_.size();
    for (const Met& each : met) {
        const double credit = *credits++;
        Cell& to = cells[each.channel * models];
        to.add(static_cast<std::uint64_t>(static_cast<std::int64_t>(credit * credit_unit)), gain.conversions);
        if (gain.value) to.value.add(*gain.value * credit);
    }
}

// All to one channel of the path.
void AttributionSummary::give_one(std::uint32_t code, std::size_t model, const Gain& gain) {
    static constexpr double all = 1;
    const Met* met = met_.data();
    while (met->code != code) ++met;
    give({met, 1}, &all, model, gain);
}

void AttributionSummary::give_places(std::size_t model, const PlaceShares& shares,
                                     std::span<const std::uint32_t> touches, std::uint32_t first,
                                     const Gain& gain) {
    std::uint32_t codes[PlaceShares::most] = {};
    for (std::uint32_t i = 0; i < shares.count; ++i) codes[i] = touches[shares.places[i].touch - first];
    double* credits = credits_.data();
    for (const Met& met : met_) {
        std::uint32_t others = met.touches;
        double credit = 0;
        for (std::uint32_t i = 0; i < shares.count; ++i) {
            if (codes[i] != met.code) continue;
            --others;
            credit += shares.places[i].share;
        }
        *credits++ = credit + others * shares.other;
    }
    give(met_, credits_.data(), model, gain);
}

// To each channel of the path 1, or its part of 1.
void AttributionSummary::give_channels(std::size_t model, bool each_all, const Gain& gain) {
    std::fill(credits_.begin(), credits_.end(), each_all ? 1 : 1 / static_cast<double>(met_.size()));
    give(met_, credits_.data(), model, gain);
}

void AttributionSummary::give_weights(std::size_t model, const TouchWindow& path, const Gain& gain) {
    const double scale = path.weight_scale();
    double total = 0;
    double* credits = credits_.data();
    for (const Met& met : met_) {
        *credits = path.weight(met.code, scale);
        total += *credits++;
    }
    for (double& credit : credits_) credit /= total;
    give(met_, credits_.data(), model, gain);
}

void AttributionSummary::divide(const AttributionReader& reader, const AttributedConversion& conversion,
                                const Gain& gain) {
    const TouchWindow& path = *conversion.path;
    for (std::size_t model = 0; model < models_.size(); ++model) {
        switch (models_[model]) {
            case AttributionModel::time_decay:
                give_weights(model, path, gain);
                break;
            case AttributionModel::participation:
            case AttributionModel::shapley:
                give_channels(model, models_[model] == AttributionModel::participation, gain);
                break;
            case AttributionModel::first:
                give_one(path.channel(path.first()), model, gain);
                break;
            case AttributionModel::last:
                give_one(path.channel(path.last() - 1), model, gain);
                break;
            default:
                give_places(model, reader.places(conversion, models_[model]), path.channels(), path.first(),
                            gain);
        }
    }
}

void AttributionSummary::add(AttributionReader& reader, const JourneyView& journey) {
    if (!reader.read(journey)) return;
    const auto own = codes_.get(reader.channel_names(), [&](std::string_view name) { return intern(name); });
    for (AttributedConversion conversion; reader.next(conversion);) {
        const TouchWindow& path = *conversion.path;
        const Gain gain{1, conversion.value};
        if (!count(gain, path.size() > 0)) continue;
        meet(path.counts(), own);
        divide(reader, conversion, gain);
    }
}

void AttributionSummary::add_path(NameList path, std::uint64_t conversions, std::optional<double> value,
                                  const AttributionRules& rules) {
    use(rules);
    for (AttributionModel model : models_) {
        if (model != AttributionModel::time_decay && model != AttributionModel::w) continue;
        throw Error(ErrorCode::invalid_argument, "models", "model \"%s\" needs journeys, not paths",
                    attribution_model_names[static_cast<std::size_t>(model)].data())
            .hint("A path has no times and no events beside its touches.");
    }
    const auto direct = [&](std::string_view name) {
        return std::find(rules.direct_channels.begin(), rules.direct_channels.end(), name) !=
               rules.direct_channels.end();
    };
    const bool other = std::any_of(path.begin(), path.end(), [&](auto name) { return !direct(name); });
    const bool skip = rules.direct == DirectRule::ignore || (rules.direct == DirectRule::fallback && other);
    // Touches as places in `channels`, the codes of the path's channels.
    std::pmr::vector<std::uint32_t> touches(memory_), channels(memory_), place(memory_);
    std::uint32_t last_non_direct = no_row;
    for (std::string_view name : path) {
        if (skip && direct(name)) continue;
        const std::uint32_t code = intern(name);
        seen_[code] = 1;
        if (place.size() <= code) place.resize(code + 1, no_row);
        if (place[code] == no_row) {
            place[code] = static_cast<std::uint32_t>(channels.size());
            channels.push_back(code);
        }
        if (!direct(name)) last_non_direct = static_cast<std::uint32_t>(touches.size());
        touches.push_back(place[code]);
    }
    const Gain gain{conversions, conversions == 0 ? std::nullopt : value};
    if (!count(gain, !touches.empty()) || conversions == 0) return;
    std::pmr::vector<std::uint32_t> counts(channels.size(), 0, memory_);
    for (std::uint32_t touch : touches) ++counts[touch];
    meet(counts, channels);
    const auto last = static_cast<std::uint32_t>(touches.size()) - 1;
    for (std::size_t model = 0; model < models_.size(); ++model) {
        if (models_[model] == AttributionModel::participation ||
            models_[model] == AttributionModel::shapley) {
            give_channels(model, models_[model] == AttributionModel::participation, gain);
            continue;
        }
        PlaceShares shares;
        const double rest = end_shares(rules, models_[model], 0, last,
                                       last_non_direct == no_row ? last : last_non_direct, shares);
        shares.finish(last + 1, rest);
        give_places(model, shares, touches, 0, gain);
    }
}

void AttributionSummary::merge(const AttributionSummary& other) {
    if (!other.set_) return;
    use(other.models_, other.unattributed_);
    conversions_ += other.conversions_;
    valued_ += other.valued_;
    unattributed_count_ += other.unattributed_count_;
    unattributed_value_.add(other.unattributed_value_);
    value_.add(other.value_);
    for (std::uint32_t theirs = 0; theirs < other.channels_.size(); ++theirs) {
        const std::uint32_t mine = intern(other.channels_.name(theirs));
        seen_[mine] |= other.seen_[theirs];
        for (std::size_t model = 0; model < models_.size(); ++model) {
            Cell& to = cell(mine, model);
            const Cell& from = other.cell(theirs, model);
            to.add(from.low, 1);
            to.high += from.high;
            to.value.add(from.value);
        }
    }
}

std::pmr::vector<AttributionRow> AttributionSummary::rows() const {
    std::pmr::vector<AttributionRow> rows(memory_);
    std::pmr::vector<double> credits(memory_), values(memory_);
    std::pmr::vector<Decimal> divided(memory_);
    // Participation does not sum: its figures stand for themselves.
    const auto divide = [&](AttributionModel model, double total, std::span<const double> parts) {
        divided.resize(parts.size());
        if (model == AttributionModel::participation) {
            std::transform(parts.begin(), parts.end(), divided.begin(), decimal);
        } else {
            apportion(total, parts, divided, *memory_);
        }
    };
    // By name, so that no figure depends on which channel came first.
    std::pmr::vector<std::uint32_t> seen(memory_);
    for (std::uint32_t channel = 0; channel < channels_.size(); ++channel) {
        if (seen_[channel] != 0) seen.push_back(channel);
    }
    std::sort(seen.begin(), seen.end(),
              [&](auto a, auto b) { return channels_.name(a) < channels_.name(b); });
    for (std::size_t model = 0; model < models_.size(); ++model) {
        const std::size_t first = rows.size();
        credits.clear();
        values.clear();
        const auto add = [&](std::string_view channel, double credit, double value) {
            AttributionRow row;
            row.model = models_[model];
            row.channel = channel;
            row.share = credit / static_cast<double>(conversions_);
            rows.push_back(row);
            credits.push_back(credit);
            values.push_back(value);
        };
        for (std::uint32_t channel : seen) {
            const Cell& from = cell(channel, model);
            add(channels_.name(channel), from.credit(), from.value.value());
        }
        if (unattributed_count_ > 0)
            add(unattributed_, static_cast<double>(unattributed_count_), unattributed_value_.value());
        divide(models_[model], static_cast<double>(conversions_), credits);
        for (std::size_t i = 0; i < divided.size(); ++i) rows[first + i].conversions = divided[i];
        divide(models_[model], value_.value(), values);
        for (std::size_t i = 0; i < divided.size() && valued_ > 0; ++i) rows[first + i].value = divided[i];
        std::sort(rows.begin() + static_cast<std::ptrdiff_t>(first),
                  rows.end() - (unattributed_count_ > 0 ? 1 : 0), more_credit);
    }
    return rows;
}

std::size_t AttributionSummary::encoded_size() const {
    std::size_t size = 2 + 1 + models_.size() + text_size(unattributed_) + names_size(channels_) + 24 +
                       unattributed_value_.encoded_size() + value_.encoded_size() + seen_.size();
    for (const Cell& each : cells_) size += 16 + each.value.encoded_size();
    return size;
}

void AttributionSummary::encode(std::byte* to) const {
    *to++ = std::byte{attribution_summary_version};
    *to++ = static_cast<std::byte>(set_ ? 1 : 0);
    *to++ = static_cast<std::byte>(models_.size());
    for (AttributionModel model : models_) *to++ = static_cast<std::byte>(model);
    to = store_text(to, unattributed_);
    to = store_names(to, channels_);
    to = store(to, conversions_);
    to = store(to, valued_);
    to = store(to, unattributed_count_);
    to = unattributed_value_.encode(to);
    to = value_.encode(to);
    for (std::uint32_t channel = 0; channel < channels_.size(); ++channel) {
        *to++ = static_cast<std::byte>(seen_[channel]);
        for (std::size_t model = 0; model < models_.size(); ++model) {
            const Cell& from = cell(channel, model);
            to = store(to, from.low);
            to = store(to, from.high);
            to = from.value.encode(to);
        }
    }
}

void AttributionSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "attribution_summary", "attribution_report");
    reader.version(attribution_summary_version);
    set_ = reader.number<std::uint8_t>() != 0;
    const auto models = reader.number<std::uint8_t>();
    for (std::uint8_t i = 0; i < models; ++i) {
        const auto model = reader.number<std::uint8_t>();
        if (model >= attribution_models) reader.fail("unknown model");
        models_.push_back(static_cast<AttributionModel>(model));
    }
    unattributed_ = reader.text();
    reader.names(channels_);
    conversions_ = reader.number<std::uint64_t>();
    valued_ = reader.number<std::uint64_t>();
    unattributed_count_ = reader.number<std::uint64_t>();
    unattributed_value_.decode(reader);
    value_.decode(reader);
    for (std::uint32_t channel = 0; channel < channels_.size(); ++channel) {
        seen_.push_back(reader.number<std::uint8_t>() != 0 ? 1 : 0);
        for (std::size_t model = 0; model < models_.size(); ++model) {
            Cell& to = cells_.emplace_back(*memory_);
            to.low = reader.number<std::uint64_t>();
            to.high = reader.number<std::uint64_t>();
            to.value.decode(reader);
        }
    }
    reader.end();
}

}  // namespace journey
