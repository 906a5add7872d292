#include "attribution_model.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace journey::test {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string_view> views(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
}

bool is_touch(const Event& event, const ModelAttribution& rules) {
    if (!rules.channel_from_event && !event.channel) return false;
    const bool converts = contains(rules.conversion, event.name);
    if (converts && rules.conversion_is_touch) return true;
    return rules.touches ? contains(*rules.touches, event.name) : !converts;
}

bool is_direct(const Event& event, const ModelAttribution& rules) {
    return contains(rules.direct_channels, model_channel(event, rules));
}

// Leaves of these touches those that the rule for direct channels leaves.
std::vector<std::size_t> without_direct(const Events& events, std::vector<std::size_t> touches,
                                        const ModelAttribution& rules) {
    if (rules.direct == DirectRule::any) return touches;
    std::vector<std::size_t> others;
    for (std::size_t touch : touches) {
        if (!is_direct(events[touch], rules)) others.push_back(touch);
    }
    return others.empty() && rules.direct == DirectRule::fallback ? touches : others;
}

// Shares of places, those of missing ones spread over the others.
std::vector<double> by_places(std::size_t touches, const std::vector<std::pair<std::size_t, double>>& places,
                              double rest) {
    std::vector<double> credits(touches, 0);
    std::set<std::size_t> taken;
    for (const auto& [touch, share] : places) {
        credits[touch] += share;
        taken.insert(touch);
    }
    const double others = static_cast<double>(touches - taken.size());
    double total = 0;
    for (std::size_t touch = 0; touch < touches; ++touch) {
        if (!taken.contains(touch)) credits[touch] = rest / others;
        total += credits[touch];
    }
    for (double& credit : credits) credit = total == 0 ? 1.0 / static_cast<double>(touches) : credit / total;
    return credits;
}

}  // namespace

std::vector<AttributionModel> all_models() {
    std::vector<AttributionModel> models;
    for (std::size_t i = 0; i < attribution_models; ++i) models.push_back(static_cast<AttributionModel>(i));
    return models;
}

AttributionRules& ModelAttribution::rules(std::pmr::memory_resource& memory) {
    AttributionRules& made = rules_.emplace(memory);
    conversion_ = views(conversion);
    direct_ = views(direct_channels);
    milestones_ = views(milestones);
    made.conversion = conversion_;
    made.models.assign(models.begin(), models.end());
    made.lookback = lookback.value_or(no_limit);
    if (touches) {
        touches_ = views(*touches);
        made.touches = touches_;
    }
    made.conversion_is_touch = conversion_is_touch;
    made.channel_from_event = channel_from_event;
    made.reuse_touches = reuse_touches;
    made.direct = direct;
    made.direct_channels = direct_;
    made.half_life = half_life;
    std::copy(std::begin(position_shares), std::end(position_shares), made.position_shares);
    made.milestones = milestones_;
    made.default_w_shares();
    if (!w_shares.empty()) made.w_shares.assign(w_shares.begin(), w_shares.end());
    return made;
}

Events random_shopper(Random& random) {
    static const char* const names[] = {"visit", "click", "lead", "offer", "buy", "renew"};
    static const char* const channels[] = {"ads", "email", "search", "direct", "app"};
    Events events;
    const std::uint32_t count = random.below(random.percent(80) ? 12 : 80);
    // Seconds, hours, or many half-lives.
    static constexpr Time units[] = {1, 1'000'000, 3'600'000'000, 86'400'000'000};
    const Time unit = units[random.below(4)];
    const std::uint32_t most = random.percent(50) ? 10 : 1000, used = 1 + random.below(5);
    const bool many = random.percent(5);
    for (std::uint32_t i = 0; i < count; ++i) {
        Event event;
        event.time = unit * random.between(0, most);
        event.name = random.percent(60) ? "visit" : names[random.below(6)];
        if (many && random.percent(70)) event.name = "page" + std::to_string(random.below(600));
        if (random.percent(85)) event.channel = channels[random.below(used)];
        if (many && random.percent(70)) event.channel = "c" + std::to_string(random.below(600));
        if (random.percent(40)) event.value = static_cast<double>(random.between(-500, 100000)) / 100;
        if (random.percent(5)) event.value = static_cast<double>(random.bits() >> 20) * 1e30;
        if (random.percent(20)) event.tiebreak = random.between(0, 3);
        events.push_back(event);
    }
    return sorted(events);
}

ModelAttribution random_attribution(Random& random) {
    ModelAttribution rules;
    if (random.percent(30)) rules.conversion = {"renew", "buy"};
    rules.models = all_models();
    if (random.percent(60)) rules.lookback = random.between(0, 1) + random.between(0, 20) * 1'000'000;
    if (random.percent(30)) rules.lookback = random.between(0, 500) * 3'600'000'000;
    if (random.percent(30)) rules.touches = {"click", "visit", "buy"};
    rules.conversion_is_touch = random.percent(20);
    rules.channel_from_event = random.percent(10);
    rules.reuse_touches = random.percent(60);
    rules.direct = static_cast<DirectRule>(random.below(3));
    if (rules.channel_from_event) rules.direct_channels = {"visit"};
    rules.half_life = random.percent(50) ? 5'000'000 : 7 * Span{86'400'000'000};
    if (random.percent(20)) {
        rules.position_shares[0] = random.percent(50) ? 0 : 0.25;
        rules.position_shares[1] = 0.75;
        rules.position_shares[2] = 0.25 - rules.position_shares[0];
    }
    rules.milestones = {"lead", "offer"};
    if (random.percent(30)) rules.milestones = {"lead", "offer", "buy"};
    if (random.percent(20)) rules.w_shares = std::vector<double>(rules.milestones.size() + 2, 0);
    if (!rules.w_shares.empty()) rules.w_shares[random.below(rules.w_shares.size())] = 1;
    return rules;
}

std::string describe(const ModelAttribution& rules) {
    std::string text = "lookback " + (rules.lookback ? std::to_string(*rules.lookback) : "none");
    text += ", touches " + std::string(rules.touches ? "listed" : "all") + ", conversion is touch " +
            std::to_string(static_cast<int>(rules.conversion_is_touch)) + ", channel from event " +
            std::to_string(static_cast<int>(rules.channel_from_event)) + ", reuse " +
            std::to_string(static_cast<int>(rules.reuse_touches)) + ", direct " +
            std::to_string(static_cast<int>(rules.direct)) + ", half-life " + std::to_string(rules.half_life);
    for (const std::string& name : rules.conversion) text += ", conversion " + name;
    for (const std::string& name : rules.milestones) text += ", milestone " + name;
    for (double share : rules.w_shares) text += ", share " + std::to_string(share);
    return text;
}

std::string model_channel(const Event& event, const ModelAttribution& rules) {
    return rules.channel_from_event ? event.name : *event.channel;
}

std::vector<ModelPath> model_paths(const Events& events, const ModelAttribution& rules) {
    std::vector<ModelPath> paths;
    for (std::size_t conversion = 0; conversion < events.size(); ++conversion) {
        if (!contains(rules.conversion, events[conversion].name)) continue;
        const Time at = events[conversion].time;
        ModelPath path{conversion, {}};
        for (std::size_t i = 0; i < events.size(); ++i) {
            const Time touched = events[i].time;
            if (!is_touch(events[i], rules) || touched > at) continue;
            if (rules.lookback && elapsed(touched, at) > *rules.lookback) continue;
            bool used = false;
            for (const Event& other : events) {
                used = used || (!rules.reuse_touches && contains(rules.conversion, other.name) &&
                                other.time >= touched && other.time < at);
            }
            if (!used) path.touches.push_back(i);
        }
        path.touches = without_direct(events, path.touches, rules);
        paths.push_back(path);
    }
    return paths;
}

std::vector<std::size_t> model_rest(const Events& events, const ModelAttribution& rules) {
    std::optional<Time> last;
    for (const Event& event : events) {
        if (contains(rules.conversion, event.name)) last = event.time;
    }
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (is_touch(events[i], rules) && (!last || events[i].time > *last)) rest.push_back(i);
    }
    rest = without_direct(events, rest, rules);
    if (rest.empty() || !rules.lookback) return rest;
    const Time end = events[rest.back()].time;
    std::erase_if(rest, [&](std::size_t i) { return elapsed(events[i].time, end) > *rules.lookback; });
    return rest;
}

std::vector<double> model_credits(const Events& events, const ModelPath& path, AttributionModel model,
                                  const ModelAttribution& rules) {
    const std::vector<std::size_t>& touches = path.touches;
    const std::size_t n = touches.size(), last = n - 1;
    std::vector<double> credits(n, 0);
    if (n == 0) return credits;
    const auto position = [&](double first, double middle, double end) {
        return by_places(n, {{0, first}, {last, end}}, middle);
    };
    std::set<std::string> channels;
    switch (model) {
        case AttributionModel::first:
            credits[0] = 1;
            return credits;
        case AttributionModel::last:
            credits[last] = 1;
            return credits;
        case AttributionModel::last_non_direct: {
            std::size_t found = last;
            while (found > 0 && is_direct(events[touches[found]], rules)) --found;
            credits[is_direct(events[touches[found]], rules) ? last : found] = 1;
            return credits;
        }
        case AttributionModel::linear:
            return by_places(n, {}, 1);
        case AttributionModel::time_decay: {
            double total = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const auto age = elapsed(events[touches[i]].time, events[touches[last]].time);
                credits[i] = std::exp2(-static_cast<double>(age) / static_cast<double>(rules.half_life));
                total += credits[i];
            }
            for (double& credit : credits) credit /= total;
            return credits;
        }
        case AttributionModel::position:
            return position(rules.position_shares[0], rules.position_shares[1], rules.position_shares[2]);
        case AttributionModel::j:
            return position(0.2, 0.2, 0.6);
        case AttributionModel::inverse_j:
            return position(0.6, 0.2, 0.2);
        case AttributionModel::w: {
            std::vector<double> shares = rules.w_shares;
            if (shares.empty()) {
                shares.assign(rules.milestones.size() + 2,
                              0.9 / static_cast<double>(rules.milestones.size() + 1));
                shares.back() = 0.1;
            }
            std::vector<std::pair<std::size_t, double>> places = {{0, shares.front()}};
            const Time at = events[path.conversion].time;
            for (std::size_t m = 0; m < rules.milestones.size(); ++m) {
                for (const Event& event : events) {
                    if (event.name != rules.milestones[m] || event.time > at) continue;
                    if (rules.lookback && elapsed(event.time, at) > *rules.lookback) continue;
                    bool used = false;
                    for (const Event& other : events) {
                        used = used || (!rules.reuse_touches && contains(rules.conversion, other.name) &&
                                        other.time >= event.time && other.time < at);
                    }
                    if (used) continue;
                    std::size_t count = 0;
                    while (count < n && events[touches[count]].time <= event.time) ++count;
                    if (count > 0) places.push_back({count - 1, shares[m + 1]});
                    break;
                }
            }
            return by_places(n, places, shares.back());
        }
        default:
            for (std::size_t i = 0; i < n; ++i) {
                credits[i] = channels.insert(model_channel(events[touches[i]], rules)).second ? 1 : 0;
            }
            if (model == AttributionModel::participation) return credits;
            for (double& credit : credits) credit /= static_cast<double>(channels.size());
            return credits;
    }
}

// --- the chain ----------------------------------------------------------------------

namespace {

using State = std::vector<std::string>;

struct Walks {
    double conversions = 0, value = 0;
};

// The chance of a walk to convert, and its value, where `removed` ends it: Gauss-Jordan
// with pivoting over all states.
Walks walk(const std::vector<CountedPath>& paths, std::size_t order, const std::string& removed) {
    std::map<State, std::size_t> number = {{State{}, 0}};
    struct Seen {
        std::map<std::size_t, double> next;
        double out = 0, conversions = 0, value = 0;
        bool gone = false;
    };
    std::vector<Seen> states(1);
    for (const CountedPath& path : paths) {
        const auto weight = static_cast<double>(path.conversions + path.nulls);
        if (path.channels.empty() || weight == 0) continue;
        State state;
        std::size_t at = 0;
        for (const std::string& channel : path.channels) {
            state.push_back(channel);
            if (state.size() > order) state.erase(state.begin());
            const std::size_t next = number.try_emplace(state, number.size()).first->second;
            if (next == states.size()) states.emplace_back().gone = channel == removed;
            states[at].next[next] += weight;
            states[at].out += weight;
            at = next;
        }
        states[at].out += weight;
        states[at].conversions += static_cast<double>(path.conversions);
        states[at].value += path.conversions > 0 ? path.value : 0;
    }
    const std::size_t n = states.size();
    std::vector<std::vector<double>> rows(n, std::vector<double>(n + 2, 0));
    for (std::size_t i = 0; i < n; ++i) {
        rows[i][i] = 1;
        if (states[i].gone || states[i].out == 0) continue;
        for (const auto& [next, weight] : states[i].next) {
            if (!states[next].gone) rows[i][next] -= weight / states[i].out;
        }
        rows[i][n] = states[i].conversions / states[i].out;
        rows[i][n + 1] = states[i].value / states[i].out;
    }
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k; i < n; ++i) {
            if (std::fabs(rows[i][k]) > std::fabs(rows[pivot][k])) pivot = i;
        }
        std::swap(rows[k], rows[pivot]);
        for (std::size_t i = 0; i < n; ++i) {
            if (i == k) continue;
            const double factor = rows[i][k] / rows[k][k];
            for (std::size_t j = k; j < n + 2; ++j) rows[i][j] -= factor * rows[k][j];
        }
    }
    return {rows[0][n] / rows[0][0], rows[0][n + 1] / rows[0][0]};
}

}  // namespace

std::map<std::string, ModelEffect> model_removal(const std::vector<CountedPath>& paths, std::size_t order) {
    std::map<std::string, ModelEffect> effects;
    const Walks all = walk(paths, order, "(none)");
    for (const CountedPath& path : paths) {
        if (path.conversions + path.nulls == 0) continue;
        for (const std::string& channel : path.channels) {
            if (effects.contains(channel)) continue;
            const Walks without = walk(paths, order, channel);
            effects[channel] = {1 - without.conversions / all.conversions, 1 - without.value / all.value};
        }
    }
    return effects;
}

}  // namespace journey::test
