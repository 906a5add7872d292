// What a MarkovSummary answers: removal effects, and the chain itself.

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/markov.hpp"

namespace journey {

std::pmr::vector<std::uint32_t> MarkovSummary::ordered_states() const {
    std::pmr::vector<std::uint32_t> by_name(channels_.size(), memory_), rank(channels_.size(), memory_);
    std::iota(by_name.begin(), by_name.end(), 0u);
    std::sort(by_name.begin(), by_name.end(),
              [&](auto a, auto b) { return channels_.name(a) < channels_.name(b); });
    for (std::uint32_t i = 0; i < by_name.size(); ++i) rank[by_name[i]] = i;
    std::pmr::vector<std::uint32_t> order(states_.size() - 1, memory_);
    std::iota(order.begin(), order.end(), 1u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        std::uint32_t first[max_markov_order], second[max_markov_order];
        const auto x = channels(a, first), y = channels(b, second);
        return std::lexicographical_compare(x.rbegin(), x.rend(), y.rbegin(), y.rend(),
                                            [&](auto c, auto d) { return rank[c] < rank[d]; });
    });
    return order;
}

std::pmr::vector<std::uint64_t> MarkovSummary::leaving() const {
    std::pmr::vector<std::uint64_t> leaving(states_.size(), 0, memory_);
    for (std::uint32_t each = 0; each < states_.size(); ++each)
        leaving[each] = ends_[each].conversions + ends_[each].nulls;
    for (const Step& taken : steps_.entries()) leaving[taken.from] += taken.count;
    return leaving;
}

std::pmr::vector<MarkovRow> MarkovSummary::rows() const {
    std::pmr::vector<MarkovRow> rows(memory_);
    const auto order = ordered_states();
    if (order.size() > max_markov_states) {
        throw Error(ErrorCode::limit, "markov_order", "the chain has %zu states, more than %u", order.size(),
                    max_markov_states)
            .hint("Use a lower markov_order, or put small channels together.");
    }
    const auto out = leaving();
    MarkovChain chain(*memory_);
    std::pmr::vector<std::uint32_t> place(states_.size(), 0, memory_);
    std::uint32_t buffer[max_markov_order];
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        const std::uint32_t each = order[i];
        place[each] = i;
        const std::string_view channel = channels_.name(channels(each, buffer).back());
        if (rows.empty() || rows.back().channel != channel) {
            rows.emplace_back().channel = channel;
            chain.first.push_back(i);
        }
        const auto total = static_cast<double>(out[each]);
        chain.convert.push_back(static_cast<double>(ends_[each].conversions) / total);
        chain.value.push_back(ends_[each].value.value() / total);
    }
    chain.first.push_back(static_cast<std::uint32_t>(order.size()));
    chain.enter.assign(order.size(), 0);
    for (const Step& taken : steps_.entries()) {
        const double probability = static_cast<double>(taken.count) / static_cast<double>(out[taken.from]);
        if (taken.from == 0) {
            chain.enter[place[taken.next]] = probability;
        } else {
            chain.steps.push_back({place[taken.from], place[taken.next], probability});
        }
    }
    const MarkovEffects effects = solve(chain, *memory_);
    std::pmr::vector<double> lost_value(memory_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (effects.conversion > 0) rows[i].removal_effect = effects.lost[i] / effects.conversion;
        lost_value.push_back(effects.value > 0 ? effects.lost_value[i] / effects.value : -1);
    }
    divide(rows, lost_value);
    return rows;
}

// Scales the effects to all conversions and to their value, and orders the rows.
void MarkovSummary::divide(std::pmr::vector<MarkovRow>& rows, std::span<const double> lost_value) const {
    std::uint64_t conversions = nobody_.conversions;
    ValueSum value(*memory_), attributed(*memory_);
    for (const End& end : ends_) {
        conversions += end.conversions;
        attributed.add(end.value);
    }
    value.add(attributed);
    value.add(nobody_.value);
    const auto credited = static_cast<double>(conversions - nobody_.conversions);
    double effects = 0, effects_on_value = 0;
    // Effects on a value of both signs say nothing.
    const bool own_value =
        std::none_of(lost_value.begin(), lost_value.end(), [](double lost) { return lost < 0; });
    for (std::size_t i = 0; i < rows.size(); ++i) {
        effects += rows[i].removal_effect.value_or(0);
        effects_on_value += own_value ? lost_value[i] : rows[i].removal_effect.value_or(0);
    }
    std::pmr::vector<double> credits(memory_), values(memory_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double effect = rows[i].removal_effect.value_or(0);
        credits.push_back(effects > 0 ? credited * effect / effects : 0);
        const double part = own_value ? lost_value[i] : effect;
        values.push_back(effects_on_value > 0 ? attributed.value() * part / effects_on_value : 0);
    }
    const bool remainder = nobody_.conversions > 0;
    if (remainder) {
        rows.emplace_back().channel = unattributed_;
        credits.push_back(static_cast<double>(nobody_.conversions));
        values.push_back(nobody_.value.value());
    }
    std::pmr::vector<Decimal> divided(rows.size(), memory_);
    apportion(static_cast<double>(conversions), credits, divided, *memory_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].conversions = divided[i];
        rows[i].share = conversions > 0 ? credits[i] / static_cast<double>(conversions) : 0;
    }
    apportion(value.value(), values, divided, *memory_);
    for (std::size_t i = 0; i < rows.size() && valued_ > 0; ++i) rows[i].value = divided[i];
    std::sort(rows.begin(), rows.end() - (remainder ? 1 : 0), [](const MarkovRow& a, const MarkovRow& b) {
        return a.removal_effect != b.removal_effect ? a.removal_effect > b.removal_effect
                                                    : a.channel < b.channel;
    });
}

std::pmr::vector<MarkovStep> MarkovSummary::steps() const {
    const auto out = leaving();
    auto order = ordered_states();
    order.insert(order.begin(), 0);
    std::pmr::vector<std::uint32_t> place(states_.size(), 0, memory_);
    std::pmr::vector<std::pmr::string> names(memory_);
    std::uint32_t buffer[max_markov_order];
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        std::pmr::string& name = names.emplace_back();
        for (std::uint32_t channel : channels(order[i], buffer)) {
            if (!name.empty()) name += " > ";
            name += channels_.name(channel);
        }
        if (order[i] == 0) name = start_name;
    }
    struct Found {
        std::uint32_t from;
        std::string_view to;
        std::uint64_t count;
    };
    std::pmr::vector<Found> found(memory_);
    for (const Step& each : steps_.entries())
        found.push_back({place[each.from], channels_.name(each.to), each.count});
    for (std::uint32_t each = 1; each < states_.size(); ++each) {
        if (ends_[each].conversions > 0)
            found.push_back({place[each], conversion_name, ends_[each].conversions});
        if (ends_[each].nulls > 0) found.push_back({place[each], null_name, ends_[each].nulls});
    }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        if (a.from != b.from) return a.from < b.from;
        return a.count != b.count ? a.count > b.count : a.to < b.to;
    });
    std::pmr::vector<MarkovStep> steps(memory_);
    for (const Found& each : found) {
        steps.push_back({std::pmr::string(names[each.from], memory_), each.to, each.count,
                         static_cast<double>(each.count) / static_cast<double>(out[order[each.from]])});
    }
    return steps;
}

}  // namespace journey
