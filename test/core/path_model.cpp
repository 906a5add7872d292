#include "path_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace journey::test {

namespace {

std::vector<std::string_view> views(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
}

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.12g", value);
    return text;
}

// Type 7, from the definition: at rank 1 + (n - 1) q, straight between neighbours.
std::int64_t percentile(std::vector<std::int64_t> numbers, double q) {
    std::sort(numbers.begin(), numbers.end());
    const double rank = q * static_cast<double>(numbers.size() - 1);
    const auto low = static_cast<std::size_t>(rank);
    const std::size_t high = std::min(low + 1, numbers.size() - 1);
    return numbers[low] + std::llround(static_cast<double>(numbers[high] - numbers[low]) *
                                       (rank - static_cast<double>(low)));
}

std::vector<std::string> random_names(Random& random, const Columns& columns, std::uint32_t least) {
    std::vector<std::string> names;
    Columns more = columns;
    more.max_events = 3;
    for (const Event& event : random_events(random, more)) names.push_back(event.name);
    while (names.size() < least) names.emplace_back("nowhere");
    return names;
}

std::string transition_text(const std::string& from, const std::string& to, std::uint64_t count,
                            std::uint64_t customers, double share_out, double share_in,
                            const std::string& took) {
    return from + " -> " + to + " " + std::to_string(count) + " " + std::to_string(customers) + " " +
           number(share_out) + " " + number(share_in) + " " + took;
}

}  // namespace

PathRules ModelRules::rules() {
    starts_ = views(starts);
    drop_ = views(drop);
    PathRules rules;
    rules.gap = gap.value_or(no_limit);
    rules.starts = starts_;
    rules.drop = drop_;
    rules.collapse = collapse;
    if (keep) {
        keep_ = views(*keep);
        rules.keep = keep_;
    }
    return rules;
}

ModelRules random_rules(Random& random, const Columns& columns) {
    ModelRules rules;
    if (random.percent(50)) rules.gap = static_cast<Span>(columns.unit) * random.below(columns.span / 3 + 1);
    if (random.percent(25)) rules.starts = random_names(random, columns, 1);
    if (random.percent(25)) rules.drop = random_names(random, columns, 0);
    if (random.percent(25)) rules.keep = random_names(random, columns, 0);
    rules.collapse = static_cast<Collapse>(random.below(3));
    return rules;
}

std::vector<ModelNode> model_nodes(const Events& events, const ModelRules& rules) {
    std::vector<ModelNode> shown;
    std::int64_t session = 1;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const bool pause = i > 0 && rules.gap && elapsed(events[i - 1].time, events[i].time) > *rules.gap;
        if (pause || (i > 0 && has(rules.starts, events[i].name))) ++session;
        if (rules.keep && !has(*rules.keep, events[i].name)) continue;
        if (!has(rules.drop, events[i].name)) shown.push_back({i, events[i].name, session});
    }
    const auto same_run = [&](std::size_t a, std::size_t b) {
        return shown[a].name == shown[b].name && shown[a].session == shown[b].session;
    };
    std::vector<ModelNode> nodes;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const bool first = i == 0 || !same_run(i - 1, i);
        const bool last = i + 1 == shown.size() || !same_run(i, i + 1);
        if (rules.collapse == Collapse::none || (rules.collapse == Collapse::first ? first : last))
            nodes.push_back(shown[i]);
    }
    return nodes;
}

std::vector<std::vector<ModelNode>> model_sessions(const Events& events, const ModelRules& rules) {
    std::map<std::int64_t, std::vector<ModelNode>> by_number;
    for (const ModelNode& node : model_nodes(events, rules)) by_number[node.session].push_back(node);
    std::vector<std::vector<ModelNode>> sessions;
    for (auto& [number, nodes] : by_number) sessions.push_back(nodes);
    return sessions;
}

std::optional<std::vector<std::string>> model_path(const std::vector<ModelNode>& session,
                                                   const PathBounds& bounds) {
    const int n = static_cast<int>(session.size());
    // Every pair of places that the bounds allow; -1 and n are the open ends.
    struct Pair {
        int from, to;
    };
    std::vector<Pair> pairs;
    for (int from = bounds.from ? 0 : -1; from < (bounds.from ? n : 0); ++from) {
        if (bounds.from && session[static_cast<std::size_t>(from)].name != *bounds.from) continue;
        for (int to = bounds.to ? from + 1 : n; to < (bounds.to ? n : n + 1); ++to) {
            if (!bounds.to || session[static_cast<std::size_t>(to)].name == *bounds.to)
                pairs.push_back({from, to});
        }
    }
    if (pairs.empty()) return std::nullopt;
    const auto better = [&](const Pair& a, const Pair& b) {
        if (a.from != b.from)
            return bounds.from_which == Occurrence::first ? a.from < b.from : a.from > b.from;
        return bounds.to_which == Occurrence::first ? a.to < b.to : a.to > b.to;
    };
    const Pair best = *std::min_element(pairs.begin(), pairs.end(), better);
    std::vector<std::string> path;
    for (int i = std::max(best.from, 0); i <= std::min(best.to, n - 1); ++i)
        path.push_back(session[static_cast<std::size_t>(i)].name);
    if (path.size() <= bounds.max_length) return path;
    const auto length = static_cast<std::ptrdiff_t>(bounds.max_length);
    if (bounds.from && bounds.to) {
        std::vector<std::string> both(path.begin(), path.begin() + length / 2);
        both.emplace_back("...");
        both.insert(both.end(), path.end() - (length - length / 2 - 1), path.end());
        return both;
    }
    if (bounds.to) return std::vector<std::string>(path.end() - length, path.end());
    return std::vector<std::string>(path.begin(), path.begin() + length);
}

std::multiset<std::string> model_transitions(const std::vector<Events>& customers, const ModelRules& rules,
                                             const EdgeNames& edges) {
    struct Figures {
        std::uint64_t count = 0;
        std::set<std::size_t> customers;
        std::vector<std::int64_t> took;
    };
    // A start and an end are marked by a leading bit, not by their name.
    std::map<std::pair<std::string, std::string>, Figures> pairs;
    std::map<std::string, double> out, in;
    for (std::size_t c = 0; c < customers.size(); ++c) {
        const auto count = [&](const std::string& from, const std::string& to) -> Figures& {
            Figures& figures = pairs[{from, to}];
            ++figures.count;
            figures.customers.insert(c);
            ++out[from];
            ++in[to];
            return figures;
        };
        for (const auto& session : model_sessions(customers[c], rules)) {
            if (edges.start) count("<" + std::string(*edges.start), "=" + session.front().name);
            for (std::size_t i = 1; i < session.size(); ++i) {
                count("=" + session[i - 1].name, "=" + session[i].name)
                    .took.push_back(customers[c][session[i].row].time -
                                    customers[c][session[i - 1].row].time);
            }
            if (edges.end) count("=" + session.back().name, ">" + std::string(*edges.end));
        }
    }
    std::multiset<std::string> rows;
    for (const auto& [pair, figures] : pairs) {
        const auto count = static_cast<double>(figures.count);
        rows.insert(
            transition_text(pair.first.substr(1), pair.second.substr(1), figures.count,
                            figures.customers.size(), count / out[pair.first], count / in[pair.second],
                            figures.took.empty() ? "-"
                                                 : std::to_string(percentile(figures.took, 0.5)) + " " +
                                                       std::to_string(percentile(figures.took, 0.95))));
    }
    return rows;
}

std::multiset<std::string> model_sankey(const std::vector<std::vector<std::vector<std::string>>>& paths,
                                        const SankeyOptions& options) {
    // Node names by column; the edge is marked.
    const std::string edge = options.backward ? ">(start)" : ">(end)";
    std::vector<std::map<std::string, std::uint64_t>> columns(options.steps + 2);
    std::vector<std::vector<std::vector<std::string>>> cut;
    for (const auto& customer : paths) {
        cut.emplace_back();
        for (std::vector<std::string> path : customer) {
            if (path.empty()) continue;
            if (options.backward) std::reverse(path.begin(), path.end());
            for (std::string& name : path) name.insert(0, "=");
            if (path.size() < options.steps) path.push_back(edge);
            path.resize(std::min<std::size_t>(path.size(), options.steps));
            for (std::size_t k = 0; k < path.size(); ++k) ++columns[k + 1][path[k]];
            cut.back().push_back(path);
        }
    }
    const auto shown = [&](std::size_t column, const std::string& name) {
        if (name == edge) return name.substr(1);
        std::uint32_t larger = 0;
        for (const auto& [other, value] : columns[column]) {
            const std::uint64_t own = columns[column][name];
            if (other != edge && (value > own || (value == own && other < name))) ++larger;
        }
        return options.top != 0 && larger >= options.top ? std::string("(other)") : name.substr(1);
    };
    std::map<std::string, std::uint64_t> values;
    std::map<std::string, std::set<std::size_t>> customers;
    for (std::size_t c = 0; c < cut.size(); ++c) {
        for (const auto& path : cut[c]) {
            for (std::size_t k = 1; k < path.size(); ++k) {
                std::string source = std::to_string(k) + " " + shown(k, path[k - 1]);
                std::string target = std::to_string(k + 1) + " " + shown(k + 1, path[k]);
                if (options.backward) std::swap(source, target);
                const std::string link = std::to_string(k) + ": " + source + " -> " + target;
                ++values[link];
                customers[link].insert(c);
            }
        }
    }
    std::multiset<std::string> rows;
    for (const auto& [link, value] : values)
        rows.insert(link + " " + std::to_string(value) + " " + std::to_string(customers[link].size()));
    return rows;
}

std::multiset<std::string> describe(const std::pmr::vector<TransitionRow>& rows) {
    std::multiset<std::string> texts;
    for (const TransitionRow& row : rows) {
        texts.insert(transition_text(
            std::string(row.from), std::string(row.to), static_cast<std::uint64_t>(row.count),
            static_cast<std::uint64_t>(row.customers), row.share_out, row.share_in,
            row.took ? std::to_string(row.took->median) + " " + std::to_string(row.took->p95) : "-"));
    }
    return texts;
}

std::multiset<std::string> describe(const std::pmr::vector<SankeyRow>& rows) {
    std::multiset<std::string> texts;
    const auto node = [](const SankeyRow::Node& its) {
        return std::to_string(its.step) + " " + std::string(its.name);
    };
    for (const SankeyRow& row : rows) {
        texts.insert(std::to_string(row.step_no) + ": " + node(row.source) + " -> " + node(row.target) + " " +
                     std::to_string(row.value) + " " + std::to_string(row.customers));
    }
    return texts;
}

}  // namespace journey::test
