#include "core/transition_report.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/quantiles.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

void check_edge_name(std::string_view event, const std::optional<std::string_view>& edge,
                     const char* argument, const char* which) {
    if (!edge || event != *edge) return;
    throw Error(ErrorCode::invalid_argument, argument, "event \"%.*s\" is named as the %s of a path",
                static_cast<int>(event.size()), event.data(), which)
        .hint("Give another %s, or rename the event with relabel(j, …).", argument);
}

std::optional<TransitionRow::Lengths> lengths(std::pmr::vector<std::int64_t>& took) {
    if (took.empty()) return std::nullopt;
    poll_interrupt();
    return TransitionRow::Lengths{quantile(took, 0.5), quantile(took, 0.95)};
}

}  // namespace

void check_edge_names(const JourneyView& journey, const EdgeNames& edges) {
    for (std::string_view name : journey.event_names()) {
        check_edge_name(name, edges.start, "start_name", "start");
        check_edge_name(name, edges.end, "end_name", "end");
    }
}

void TransitionSummary::label(const EdgeNames& edges) {
    const auto same = [](const EdgeLabel& label, const std::optional<std::string_view>& name) {
        return label.exists == name.has_value() && (!name || label.name == *name);
    };
    if (!labelled_) {
        start_.exists = edges.start.has_value();
        start_.name = edges.start.value_or("");
        end_.exists = edges.end.has_value();
        end_.name = edges.end.value_or("");
        labelled_ = true;
    } else if (!same(start_, edges.start) || !same(end_, edges.end)) {
        const char* argument = same(start_, edges.start) ? "end_name" : "start_name";
        throw Error(ErrorCode::invalid_argument, argument, "%s differs between the rows of one report",
                    argument)
            .hint("Give the same names for every row.");
    }
}

std::uint32_t TransitionSummary::pair(std::uint32_t from, std::uint32_t to) {
    const std::uint32_t place = pairs_.place(from, to);
    if (place == took_.size()) took_.emplace_back();
    return place;
}

void TransitionSummary::add(const JourneyView& journey, const PathRules& rules, const EdgeNames& edges) {
    label(edges);
    check_edge_names(journey, edges);
    codes_.clear();
    for (std::string_view name : journey.event_names()) codes_.push_back(names_.intern(name, "j"));
    check_names_read(journey, codes_.size());
    ++customer_;
    TransitionReader reader(journey, rules, *memory_);
    for (Transition transition; reader.next(transition);) {
        const bool starts = transition.from.row == no_row, ends = transition.to.row == no_row;
        if ((starts && !start_.exists) || (ends && !end_.exists)) continue;
        const std::uint32_t place =
            pair(starts ? edge : codes_[transition.from.event], ends ? edge : codes_[transition.to.event]);
        Pair& counted = pairs_[place];
        ++counted.count;
        if (counted.last_customer != customer_) {
            counted.last_customer = customer_;
            ++counted.customers;
        }
        if (!starts && !ends) {
            took_[place].push_back(static_cast<std::int64_t>(
                elapsed(journey.time(transition.from.row), journey.time(transition.to.row))));
        }
    }
}

void TransitionSummary::merge(const TransitionSummary& other) {
    if (other.labelled_) {
        EdgeNames edges{std::nullopt, std::nullopt};
        if (other.start_.exists) edges.start = other.start_.name;
        if (other.end_.exists) edges.end = other.end_.name;
        label(edges);
    }
    codes_.clear();
    for (std::uint32_t code = 0; code < other.names_.size(); ++code)
        codes_.push_back(names_.intern(other.names_.name(code), "j"));
    const auto mine = [&](std::uint32_t code) { return code == edge ? edge : codes_[code]; };
    for (std::uint32_t i = 0; i < other.pairs_.size(); ++i) {
        poll_interrupt();
        const Pair& from = other.pairs_[i];
        const std::uint32_t place = pair(mine(from.from), mine(from.to));
        pairs_[place].count += from.count;
        pairs_[place].customers += from.customers;
        took_[place].insert(took_[place].end(), other.took_[i].begin(), other.took_[i].end());
    }
}

std::pmr::vector<TransitionRow> TransitionSummary::rows() {
    const std::size_t names = names_.size();
    std::pmr::vector<std::uint64_t> out(names + 1, 0, memory_), in(names + 1, 0, memory_);
    const auto slot = [&](std::uint32_t code) { return code == edge ? names : std::size_t{code}; };
    for (const Pair& each : pairs_.entries()) {
        out[slot(each.from)] += each.count;
        in[slot(each.to)] += each.count;
    }
    std::pmr::vector<TransitionRow> rows(memory_);
    rows.reserve(pairs_.size());
    for (std::uint32_t i = 0; i < pairs_.size(); ++i) {
        const Pair& each = pairs_[i];
        TransitionRow row;
        row.from = each.from == edge ? start_.name : names_.name(each.from);
        row.to = each.to == edge ? end_.name : names_.name(each.to);
        row.count = static_cast<std::int64_t>(each.count);
        row.customers = static_cast<std::int64_t>(each.customers);
        row.share_out = static_cast<double>(each.count) / static_cast<double>(out[slot(each.from)]);
        row.share_in = static_cast<double>(each.count) / static_cast<double>(in[slot(each.to)]);
        row.took = lengths(took_[i]);
        rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [](const TransitionRow& a, const TransitionRow& b) {
        if (a.count != b.count) return a.count > b.count;
        return a.from != b.from ? a.from < b.from : a.to < b.to;
    });
    return rows;
}

std::size_t TransitionSummary::encoded_size() const {
    std::size_t size = 1 + names_size(names_) + 1 + 2 + text_size(start_.name) + text_size(end_.name) + 4;
    for (std::uint32_t i = 0; i < pairs_.size(); ++i) size += 4 + 4 + 8 + 8 + 8 + 8 * took_[i].size();
    return size;
}

void TransitionSummary::encode(std::byte* to) const {
    *to++ = std::byte{transition_summary_version};
    to = store_names(to, names_);
    *to++ = static_cast<std::byte>(labelled_ ? 1 : 0);
    for (const EdgeLabel* each : {&start_, &end_}) {
        *to++ = static_cast<std::byte>(each->exists ? 1 : 0);
        to = store_text(to, each->name);
    }
    to = store(to, pairs_.size());
    for (std::uint32_t i = 0; i < pairs_.size(); ++i) {
        const Pair& each = pairs_[i];
        to = store(to, each.from);
        to = store(to, each.to);
        to = store(to, each.count);
        to = store(to, each.customers);
        to = store(to, std::uint64_t{took_[i].size()});
        for (std::int64_t length : took_[i]) to = store(to, length);
    }
}

void TransitionSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "transition_summary", "transition_report");
    reader.version(transition_summary_version);
    reader.names(names_);
    labelled_ = reader.number<std::uint8_t>() != 0;
    for (EdgeLabel* each : {&start_, &end_}) {
        each->exists = reader.number<std::uint8_t>() != 0;
        each->name = reader.text();
    }
    const auto pairs = reader.count<std::uint32_t>(32);
    for (std::uint32_t i = 0; i < pairs; ++i) {
        const auto from = reader.number<std::uint32_t>(), to = reader.number<std::uint32_t>();
        const auto known = [&](std::uint32_t code) { return code == edge || code < names_.size(); };
        if (!known(from) || !known(to)) reader.fail("unknown node");
        if (pair(from, to) != i) reader.fail("a pair is there twice");
        pairs_[i].count = reader.tally();
        pairs_[i].customers = reader.tally();
        if (pairs_[i].count == 0) reader.fail("a pair without a count");
        const auto lengths_kept = reader.number<std::uint64_t>();
        reader.lengths(took_[i], lengths_kept);
    }
    reader.end();
}

}  // namespace journey
