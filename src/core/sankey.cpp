#include "core/sankey.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr std::string_view other_name = "(other)";

}  // namespace

bool parse_backward(std::string_view word) {
    if (word == "forward") return false;
    if (word == "backward") return true;
    throw Error(ErrorCode::invalid_argument, "direction", "unknown direction: \"%.*s\"",
                static_cast<int>(word.size()), word.data())
        .hint("Valid values are: forward, backward.");
}

void SankeySummary::set(const SankeyOptions& options) {
    if (set_) {
        if (options == options_) return;
        const char* argument = options.steps != options_.steps ? "max_steps"
                               : options.top != options_.top   ? "top"
                                                               : "direction";
        throw Error(ErrorCode::invalid_argument, argument, "%s differs between the rows of one report",
                    argument)
            .hint("Give the same value for every row.");
    }
    options_ = options;
    set_ = true;
}

// Names of nodes that stand for something else cannot be events.
std::uint32_t SankeySummary::intern(std::string_view name) {
    if (name == edge_name() || name == other_name) {
        throw Error(ErrorCode::invalid_argument, "j", "event \"%.*s\" is named as a node of the report",
                    static_cast<int>(name.size()), name.data())
            .hint("Rename the event with relabel(j, …).");
    }
    return names_.intern(name, "j");
}

void SankeySummary::begin_customer() {
    ++customer_;
    own_.clear();
}

void SankeySummary::follow(std::uint32_t from_node, std::uint32_t to_node) {
    const std::uint32_t place = links_.place(from_node, to_node);
    Link& link = links_[place];
    ++link.value;
    if (link.last_customer == customer_) return;
    link.last_customer = customer_;
    ++link.customers;
    own_.push_back(place);
}

void SankeySummary::end_customer(std::uint32_t paths) {
    if (paths <= 1 || options_.top == 0) {
        for (std::uint32_t place : own_) ++links_[place].alone;
        return;
    }
    lists_.push_back(static_cast<std::uint32_t>(own_.size()));
    lists_.insert(lists_.end(), own_.begin(), own_.end());
}

void SankeySummary::add(const JourneyView& journey, const PathRules& rules, const SankeyOptions& options) {
    set(options);
    codes_.clear();
    for (std::string_view name : journey.event_names()) codes_.push_back(intern(name));
    check_names_read(journey, codes_.size());
    begin_customer();
    NodeReader reader(journey, rules, *memory_);
    std::uint32_t paths = 0, step = 0, last = 0;
    std::int64_t session = 0;
    const auto finish_path = [&] {
        if (step > 0 && step < options_.steps) follow(last, nodes_.place(step + 1, edge));
    };
    for (PathNode node; reader.next(node);) {
        if (paths == 0 || node.session != session) {
            finish_path();
            ++paths;
            step = 0;
            session = node.session;
        }
        // Whatever comes after the last step is not shown.
        if (step == options_.steps) {
            if (!rules.cuts_sessions()) break;
            continue;
        }
        const std::uint32_t at = nodes_.place(++step, codes_[node.event]);
        if (step > 1) follow(last, at);
        last = at;
    }
    finish_path();
    end_customer(paths);
}

void SankeySummary::add(NameList path, const SankeyOptions& options) {
    set(options);
    if (path.empty()) return;
    begin_customer();
    const std::size_t steps = std::min<std::size_t>(path.size(), options_.steps);
    std::uint32_t last = 0;
    for (std::uint32_t step = 1; step <= steps; ++step) {
        const std::string_view name = path[options_.backward ? path.size() - step : step - 1];
        const std::uint32_t at = nodes_.place(step, intern(name));
        if (step > 1) follow(last, at);
        last = at;
    }
    if (steps < options_.steps) follow(last, nodes_.place(static_cast<std::uint32_t>(steps) + 1, edge));
    end_customer(1);
}

void SankeySummary::merge(const SankeySummary& other) {
    if (!other.set_) return;
    set(other.options_);
    std::pmr::vector<std::uint32_t> links(memory_);
    codes_.clear();
    for (std::uint32_t code = 0; code < other.names_.size(); ++code)
        codes_.push_back(names_.intern(other.names_.name(code), "j"));
    const auto node = [&](std::uint32_t place) {
        const Node& its = other.nodes_[place];
        return nodes_.place(its.from, its.to == edge ? edge : codes_[its.to]);
    };
    Poll poll;
    for (const Link& from : other.links_.entries()) {
        poll();
        links.push_back(links_.place(node(from.from), node(from.to)));
        Link& to = links_[links.back()];
        to.value += from.value;
        to.customers += from.customers;
        to.alone += from.alone;
    }
    for (std::size_t i = 0; i < other.lists_.size();) {
        poll();
        const std::uint32_t size = other.lists_[i++];
        lists_.push_back(size);
        for (std::uint32_t k = 0; k < size; ++k) lists_.push_back(links[other.lists_[i++]]);
    }
}

std::pmr::vector<std::uint32_t> SankeySummary::shown_nodes() const {
    // What flows through a node; step 1 has nothing before it.
    std::pmr::vector<std::uint64_t> flow(nodes_.size(), 0, memory_);
    for (const Link& link : links_.entries()) {
        if (nodes_[link.from].from == 1) flow[link.from] += link.value;
        flow[link.to] += link.value;
    }
    std::pmr::vector<std::uint32_t> shown(memory_), order(memory_);
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        shown.push_back(node);
        if (nodes_[node].to != edge) order.push_back(node);
    }
    if (options_.top == 0) return shown;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (nodes_[a].from != nodes_[b].from) return nodes_[a].from < nodes_[b].from;
        if (flow[a] != flow[b]) return flow[a] > flow[b];
        return names_.name(nodes_[a].to) < names_.name(nodes_[b].to);
    });
    std::uint32_t step = 0, rank = 0;
    for (std::uint32_t node : order) {
        rank = nodes_[node].from == step ? rank + 1 : 1;
        step = nodes_[node].from;
        if (rank > options_.top) shown[node] = nodes_.size() + step;
    }
    return shown;
}

SankeyRow::Node SankeySummary::shown(std::uint32_t node) const {
    if (node >= nodes_.size()) return {node - nodes_.size(), other_name};
    const Node& its = nodes_[node];
    return {its.from, its.to == edge ? edge_name() : names_.name(its.to)};
}

std::pmr::vector<SankeyRow> SankeySummary::rows() const {
    const std::pmr::vector<std::uint32_t> node = shown_nodes();
    PairTable<Link> merged(*memory_);
    std::pmr::vector<std::uint32_t> place(memory_);
    for (const Link& link : links_.entries()) {
        place.push_back(merged.place(node[link.from], node[link.to]));
        merged[place.back()].value += link.value;
        merged[place.back()].customers += options_.top == 0 ? link.customers : link.alone;
    }
    Poll poll;
    std::uint64_t customer = 0;
    for (std::size_t i = 0; i < lists_.size();) {
        poll();
        ++customer;
        for (std::uint32_t left = lists_[i++]; left > 0; --left) {
            Link& link = merged[place[lists_[i++]]];
            if (link.last_customer != customer) ++link.customers;
            link.last_customer = customer;
        }
    }
    std::pmr::vector<SankeyRow> rows(memory_);
    for (const Link& link : merged.entries()) {
        SankeyRow row{shown(link.from).step, shown(link.from), shown(link.to),
                      static_cast<std::int64_t>(link.value), static_cast<std::int64_t>(link.customers)};
        if (options_.backward) std::swap(row.source, row.target);
        rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [](const SankeyRow& a, const SankeyRow& b) {
        if (a.step_no != b.step_no) return a.step_no < b.step_no;
        if (a.value != b.value) return a.value > b.value;
        return a.source.name != b.source.name ? a.source.name < b.source.name : a.target.name < b.target.name;
    });
    return rows;
}

std::size_t SankeySummary::encoded_size() const {
    return 2 + 1 + 4 + 4 + names_size(names_) + 4 + std::size_t{nodes_.size()} * 8 + 4 +
           std::size_t{links_.size()} * 32 + 8 + lists_.size() * 4;
}

void SankeySummary::encode(std::byte* to) const {
    *to++ = std::byte{sankey_summary_version};
    *to++ = static_cast<std::byte>(set_ ? 1 : 0);
    *to++ = static_cast<std::byte>(options_.backward ? 1 : 0);
    to = store(to, options_.steps);
    to = store(to, options_.top);
    to = store_names(to, names_);
    to = store(to, nodes_.size());
    for (const Node& node : nodes_.entries()) {
        to = store(to, node.from);
        to = store(to, node.to);
    }
    to = store(to, links_.size());
    for (const Link& link : links_.entries()) {
        to = store(to, link.from);
        to = store(to, link.to);
        to = store(to, link.value);
        to = store(to, link.customers);
        to = store(to, link.alone);
    }
    to = store(to, std::uint64_t{lists_.size()});
    for (std::uint32_t item : lists_) to = store(to, item);
}

void SankeySummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "sankey_summary", "sankey");
    reader.version(sankey_summary_version);
    set_ = reader.number<std::uint8_t>() != 0;
    options_.backward = reader.number<std::uint8_t>() != 0;
    options_.steps = reader.number<std::uint32_t>();
    options_.top = reader.number<std::uint32_t>();
    if (options_.steps < 2 || options_.steps > max_sankey_steps) reader.fail("impossible number of steps");
    reader.names(names_);
    const auto nodes = reader.count<std::uint32_t>(8);
    for (std::uint32_t i = 0; i < nodes; ++i) {
        const auto step = reader.number<std::uint32_t>(), code = reader.number<std::uint32_t>();
        if (step == 0 || step > options_.steps || (code != edge && code >= names_.size()))
            reader.fail("unknown node");
        if (nodes_.place(step, code) != i) reader.fail("a node is there twice");
    }
    const auto links = reader.count<std::uint32_t>(32);
    for (std::uint32_t i = 0; i < links; ++i) {
        const auto from = reader.number<std::uint32_t>(), to = reader.number<std::uint32_t>();
        if (from >= nodes || to >= nodes || nodes_[from].to == edge) reader.fail("unknown link");
        if (links_.place(from, to) != i) reader.fail("a link is there twice");
        links_[i].value = reader.tally();
        links_[i].customers = reader.tally();
        links_[i].alone = reader.tally();
    }
    reader.numbers(lists_, reader.number<std::uint64_t>());
    for (std::size_t i = 0; i < lists_.size();) {
        const std::uint32_t size = lists_[i++];
        if (size > lists_.size() - i) reader.fail("a list is too long");
        for (std::uint32_t k = 0; k < size; ++k) {
            if (lists_[i++] >= links) reader.fail("unknown link in a list");
        }
    }
    reader.end();
}

}  // namespace journey
