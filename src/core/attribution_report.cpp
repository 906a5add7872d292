#include "core/attribution_report.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

bool more_credit(const AttributionRow& a, const AttributionRow& b) {
    return a.share != b.share ? a.share > b.share : a.channel < b.channel;
}

}  // namespace

void AttributionSummary::use(std::span<const AttributionModel> models, std::string_view unattributed) {
    if (!set_) {
        set_ = true;
        models_.assign(models.begin(), models.end());
        sums_.use(models_.size());
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
        sums_.add_channel();
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

template <class Touches>
void AttributionSummary::meet(std::span<const std::uint32_t> channels, Touches touches) {
    met_.resize(channels.size());
    Met* to = met_.data();
    Poll poll;
    for (std::uint32_t code = 0; code < channels.size(); ++code) {
        poll();
        const std::uint32_t count = touches(code);
        *to = {code, channels[code], count};
        to += count != 0 ? 1 : 0;
    }
    met_.resize(static_cast<std::size_t>(to - met_.data()));
    credits_.resize(met_.size() * sums_.stride());
    for (const Met& met : met_) seen_[met.channel] = 1;
}

// All to one channel of the path.
void AttributionSummary::divide_to_one(std::size_t model, std::uint32_t code) {
    double* to = credits_of(model);
    for (const Met& met : met_) {
        *to = met.code == code ? 1 : 0;
        to += sums_.stride();
    }
}

template <class Channel>
void AttributionSummary::divide_by_places(std::size_t model, const PlaceShares& shares, Channel channel) {
    std::uint32_t codes[PlaceShares::most] = {};
    for (std::uint32_t i = 0; i < shares.count; ++i) codes[i] = channel(shares.places[i].touch);
    double* to = credits_of(model);
    for (const Met& met : met_) {
        std::uint32_t others = met.touches;
        double credit = 0;
        for (std::uint32_t i = 0; i < shares.count; ++i) {
            const bool here = codes[i] == met.code;
            others -= here ? 1 : 0;
            credit += here ? shares.places[i].share : 0;
        }
        *to = credit + others * shares.other;
        to += sums_.stride();
    }
}

// All touches alike.
void AttributionSummary::divide_by_count(std::size_t model, std::uint32_t touches) {
    const double each = 1 / static_cast<double>(touches);
    double* to = credits_of(model);
    for (const Met& met : met_) {
        *to = met.touches * each;
        to += sums_.stride();
    }
}

// To each channel of the path 1, or its part of 1.
void AttributionSummary::divide_by_channels(std::size_t model) {
    const bool all = models_[model] == AttributionModel::participation;
    const double each = all ? 1 : 1 / static_cast<double>(met_.size());
    double* to = credits_of(model);
    for (std::size_t i = 0; i < met_.size(); ++i, to += sums_.stride()) *to = each;
}

void AttributionSummary::divide_by_weights(std::size_t model, const TouchWindow& path) {
    const double scale = path.weight_scale();
    const std::size_t stride = sums_.stride();
    double total = 0;
    double* to = credits_of(model);
    for (const Met& met : met_) {
        *to = path.weight(met.code, scale);
        total += *to;
        to += stride;
    }
    to = credits_of(model);
    for (std::size_t i = 0; i < met_.size(); ++i, to += stride) *to /= total;
}

void AttributionSummary::divide(const AttributionReader& reader, const AttributedConversion& conversion) {
    const TouchWindow& path = *conversion.path;
    for (std::size_t model = 0; model < models_.size(); ++model) {
        switch (models_[model]) {
            case AttributionModel::time_decay:
                divide_by_weights(model, path);
                break;
            case AttributionModel::participation:
            case AttributionModel::shapley:
                divide_by_channels(model);
                break;
            case AttributionModel::linear:
                divide_by_count(model, path.size());
                break;
            case AttributionModel::first:
                divide_to_one(model, path.channel(path.first()));
                break;
            case AttributionModel::last:
                divide_to_one(model, path.channel(path.last()));
                break;
            default:
                divide_by_places(model, reader.places(conversion, models_[model]),
                                 [&](std::uint32_t touch) { return path.channel(touch); });
        }
    }
}

void AttributionSummary::add(AttributionReader& reader, const JourneyView& journey) {
    if (!reader.read(journey)) return;
    const auto own = codes_.get(reader.channel_names(), [&](std::string_view name) { return intern(name); });
    Poll poll;
    for (AttributedConversion conversion; reader.next(conversion);) {
        poll();
        const TouchWindow& path = *conversion.path;
        const Gain gain{1, conversion.value};
        if (!count(gain, !path.empty())) continue;
        meet(own, [&](std::uint32_t code) { return path.count(code); });
        divide(reader, conversion);
        const double* credits = credits_.data();
        for (const Met& met : met_) {
            sums_.add(met.channel, credits, conversion.value);
            credits += sums_.stride();
        }
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
    meet(channels, [&](std::uint32_t code) { return counts[code]; });
    const auto last = static_cast<std::uint32_t>(touches.size()) - 1;
    for (std::size_t model = 0; model < models_.size(); ++model) {
        if (models_[model] == AttributionModel::participation ||
            models_[model] == AttributionModel::shapley) {
            divide_by_channels(model);
            continue;
        }
        PlaceShares shares;
        const double rest = end_shares(rules, models_[model], 0, last,
                                       last_non_direct == no_row ? last : last_non_direct, shares);
        shares.finish(last + 1, rest);
        divide_by_places(model, shares, [&](std::uint32_t touch) { return touches[touch]; });
    }
    const double* credits = credits_.data();
    for (const Met& met : met_) {
        sums_.add_at_length(met.channel, credits, conversions, gain.value);
        credits += sums_.stride();
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
        for (std::size_t model = 0; model < models_.size(); ++model)
            sums_.add(mine, model, other.sums_.total(theirs, model));
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
            const CreditTotal from = sums_.total(channel, model);
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
    for (std::uint32_t channel = 0; channel < channels_.size(); ++channel) {
        for (std::size_t model = 0; model < models_.size(); ++model)
            size += 16 + sums_.total(channel, model).value.encoded_size();
    }
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
            const CreditTotal from = sums_.total(channel, model);
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
    sums_.use(models_.size());
    unattributed_ = reader.text();
    reader.names(channels_);
    conversions_ = reader.number<std::uint64_t>();
    valued_ = reader.number<std::uint64_t>();
    unattributed_count_ = reader.number<std::uint64_t>();
    unattributed_value_.decode(reader);
    value_.decode(reader);
    for (std::uint32_t channel = 0; channel < channels_.size(); ++channel) {
        seen_.push_back(reader.number<std::uint8_t>() != 0 ? 1 : 0);
        sums_.add_channel();
        for (std::size_t model = 0; model < models_.size(); ++model) {
            CreditTotal total(*memory_);
            total.low = reader.number<std::uint64_t>();
            total.high = reader.number<std::uint64_t>();
            total.value.decode(reader);
            sums_.add(channel, model, total);
        }
    }
    reader.end();
}

}  // namespace journey
