#include "core/window_funnel_dialect.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

struct DialectMode {
    std::string_view name;
    bool DialectRules::*setting;
};

constexpr DialectMode clickhouse_modes[] = {{"strict_deduplication", &DialectRules::deduplicate},
                                            {"strict_order", &DialectRules::strict_order},
                                            {"strict_increase", &DialectRules::strict_increase},
                                            {"strict_once", &DialectRules::strict_once},
                                            {"allow_reentry", &DialectRules::reentry}};
constexpr DialectMode duckdb_modes[] = {{"strict_deduplication", &DialectRules::deduplicate},
                                        {"strict", &DialectRules::deduplicate},
                                        {"strict_order", &DialectRules::strict_order},
                                        {"strict_increase", &DialectRules::strict_increase},
                                        {"timestamp_dedup", &DialectRules::strict_increase},
                                        {"strict_once", &DialectRules::strict_once},
                                        {"allow_reentry", &DialectRules::reentry}};
constexpr DialectMode doris_modes[] = {{"default", nullptr},
                                       {"deduplication", &DialectRules::deduplicate},
                                       {"fixed", &DialectRules::strict_order},
                                       {"increase", &DialectRules::strict_increase}};
constexpr DialectMode pinot_modes[] = {{"strict_deduplication", &DialectRules::deduplicate},
                                       {"strict_order", &DialectRules::strict_order},
                                       {"strict_increase", &DialectRules::strict_increase},
                                       {"keep_all", &DialectRules::keep_all}};

struct DialectDescription {
    std::string_view name;
    Dialect dialect;
    std::span<const DialectMode> modes;
    const char* valid;
};

constexpr DialectDescription dialects[] = {
    {"clickhouse", Dialect::clickhouse, clickhouse_modes,
     "strict_deduplication, strict_order, strict_increase, strict_once, allow_reentry"},
    {"duckdb", Dialect::duckdb, duckdb_modes,
     "strict_deduplication (or strict), strict_order, strict_increase (or timestamp_dedup), strict_once, "
     "allow_reentry"},
    {"doris", Dialect::doris, doris_modes, "default, deduplication, fixed, increase"},
    {"pinot", Dialect::pinot, pinot_modes, "strict_deduplication, strict_order, strict_increase, keep_all"}};

constexpr std::string_view dialect_prefix = "dialect=";

// Calls visit(element) for each element of a comma-separated list.
template <class Visit>
void for_each_mode(std::string_view modes, Visit visit) {
    while (true) {
        const std::size_t comma = modes.find(',');
        std::string_view mode = modes.substr(0, comma);
        while (!mode.empty() && mode.front() == ' ') mode.remove_prefix(1);
        while (!mode.empty() && mode.back() == ' ') mode.remove_suffix(1);
        visit(mode);
        if (comma == std::string_view::npos) return;
        modes.remove_prefix(comma + 1);
    }
}

const DialectDescription& description_of(std::string_view name) {
    for (const DialectDescription& candidate : dialects) {
        if (candidate.name == name) return candidate;
    }
    throw Error(ErrorCode::invalid_argument, "mode", "unknown dialect: \"%.*s\"",
                static_cast<int>(name.size()), name.data())
        .hint("Valid dialects are: clickhouse, duckdb, doris, pinot.");
}

const DialectDescription* find_dialect(std::string_view modes) {
    const DialectDescription* found = nullptr;
    for_each_mode(modes, [&](std::string_view mode) {
        if (!mode.starts_with(dialect_prefix)) return;
        const auto& named = description_of(mode.substr(dialect_prefix.size()));
        if (found != nullptr && found != &named) {
            throw Error(ErrorCode::invalid_argument, "mode", "mode names more than one dialect")
                .hint("Give one of: clickhouse, duckdb, doris, pinot.");
        }
        found = &named;
    });
    return found;
}

void set_mode(DialectRules& rules, const DialectDescription& dialect, std::string_view mode) {
    for (const DialectMode& candidate : dialect.modes) {
        if (candidate.name != mode) continue;
        if (candidate.setting != nullptr) rules.*candidate.setting = true;
        return;
    }
    throw Error(ErrorCode::invalid_argument, "mode", "unknown mode of dialect=%s: \"%.*s\"",
                dialect.name.data(), static_cast<int>(mode.size()), mode.data())
        .hint("Valid modes beside it are: %s.", dialect.valid);
}

// The kinds of rows in the order in which rows of one time stand: rank of each.
std::pmr::vector<std::uint32_t> ranks(const StepKinds& kinds, bool lowest_step_first,
                                      std::pmr::memory_resource& memory) {
    std::pmr::vector<std::uint32_t> lowest(kinds.size(), 0, &memory);
    std::pmr::vector<std::uint32_t> order(kinds.size(), 0, &memory);
    for (std::uint32_t kind = 0; kind < kinds.size(); ++kind) {
        order[kind] = kind;
        if (!kinds.satisfies_any(kind)) continue;
        lowest[kind] = 1;
        while (!kinds.satisfies(kind, lowest[kind])) ++lowest[kind];
    }
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (lowest_step_first && lowest[a] != lowest[b]) return lowest[a] < lowest[b];
        const auto x = kinds.satisfied(a), y = kinds.satisfied(b);
        return std::lexicographical_compare(x.rbegin(), x.rend(), y.rbegin(), y.rend());
    });
    std::pmr::vector<std::uint32_t> rank(kinds.size(), 0, &memory);
    for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    return rank;
}

}  // namespace

std::uint8_t DialectRules::flags() const {
    return static_cast<std::uint8_t>((deduplicate ? 1 : 0) | (strict_order ? 2 : 0) |
                                     (strict_increase ? 4 : 0) | (strict_once ? 8 : 0) | (reentry ? 16 : 0) |
                                     (keep_all ? 32 : 0));
}

DialectRules DialectRules::from(std::uint8_t dialect, std::uint8_t flags) {
    return {.dialect = static_cast<Dialect>(std::min<std::uint8_t>(dialect, 4)),
            .deduplicate = (flags & 1) != 0,
            .strict_order = (flags & 2) != 0,
            .strict_increase = (flags & 4) != 0,
            .strict_once = (flags & 8) != 0,
            .reentry = (flags & 16) != 0,
            .keep_all = (flags & 32) != 0};
}

DialectRules parse_dialect(std::string_view modes) {
    DialectRules rules;
    const DialectDescription* dialect = find_dialect(modes);
    if (dialect == nullptr) return rules;
    rules.dialect = dialect->dialect;
    std::uint32_t count = 0;
    for_each_mode(modes, [&](std::string_view mode) {
        if (mode.starts_with(dialect_prefix)) return;
        ++count;
        set_mode(rules, *dialect, mode);
    });
    if (rules.dialect == Dialect::doris && count > 1) {
        throw Error(ErrorCode::invalid_argument, "mode", "dialect=doris takes one mode")
            .hint("Valid modes beside it are: %s.", dialect->valid);
    }
    if (rules.reentry && !rules.strict_order) {
        throw Error(ErrorCode::invalid_argument, "mode", "mode allow_reentry needs strict_order")
            .hint("Write 'dialect=%s,strict_order,allow_reentry'.", dialect->name.data());
    }
    if (rules.dialect == Dialect::clickhouse || rules.dialect == Dialect::duckdb) {
        rules.keep_all = rules.strict_order;
    }
    return rules;
}

void check_dialect_window(const DialectRules& rules, Span within) {
    if (rules.dialect == Dialect::pinot && within == 0) {
        throw Error(ErrorCode::invalid_argument, "within", "within must be greater than 0 for dialect=pinot")
            .hint("Pinot's window is exclusive: give at least '1 microsecond'.");
    }
}

DialectChain dialect_funnel(std::span<FunnelRow> rows, const StepKinds& kinds, const DialectRules& rules,
                            Span within, bool want_times, std::pmr::memory_resource& memory) {
    const bool by_step = rules.dialect == Dialect::doris || rules.dialect == Dialect::pinot;
    const auto rank = ranks(kinds, by_step, memory);
    Poll poll;
    std::sort(rows.begin(), rows.end(), [&](const FunnelRow& a, const FunnelRow& b) {
        poll();
        return a.time != b.time ? a.time < b.time : rank[a.kind] < rank[b.kind];
    });
    switch (rules.dialect) {
        case Dialect::doris:
            return doris_funnel(rows, kinds, rules, within, want_times, memory);
        case Dialect::pinot:
            return pinot_funnel(rows, kinds, rules, within, memory);
        default:
            return clickhouse_funnel(rows, kinds, rules, within, want_times, memory);
    }
}

}  // namespace journey
