// A model, read, and what it says of a journey.

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/next_step.hpp"
#include "core/state_bytes.hpp"
#include "core/step.hpp"

namespace journey {

namespace {

constexpr const char* type = "next_step_model";
constexpr std::uint64_t most_count = std::uint64_t{1} << 53;  // a double holds any sum below

}  // namespace

void StepModel::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, type, "next_step_fit");
    reader.version(step_model_version);
    const auto flags = reader.number<std::uint8_t>();
    if (flags != 3) reader.fail("it is the unfinished state of an aggregate");
    max_order_ = reader.number<std::uint16_t>();
    min_count_ = reader.number<std::uint32_t>();
    if (max_order_ > most_order || min_count_ == 0) reader.fail("the order is out of range");
    journeys_ = reader.tally();
    sessions_ = reader.tally();
    if (journeys_ > most_count || sessions_ > most_count) reader.fail("a count is out of range");
    const std::string_view path = reader.text();
    path_text_ = path;
    StateReader rules({reinterpret_cast<const std::byte*>(path_text_.data()), path_text_.size()}, type,
                      "next_step_fit");
    gap_ = rules.number<Span>();
    const auto collapse = rules.number<std::uint8_t>();
    if (collapse > static_cast<std::uint8_t>(Collapse::last)) reader.fail("unknown collapse");
    collapse_ = static_cast<Collapse>(collapse);
    has_keep_ = rules.number<std::uint8_t>() != 0;
    for (auto* list : {&keep_, &drop_, &starts_}) {
        const auto items = rules.count<std::uint32_t>(4);
        for (std::uint32_t i = 0; i < items; ++i) list->push_back(rules.text());
    }
    rules.end();
    const auto names = reader.count<std::uint32_t>(4);
    for (std::uint32_t i = 0; i < names; ++i) {
        names_.push_back(reader.text());
        if (i > 0 && names_[i - 1] >= names_[i]) reader.fail("names are not in order");
    }
    read_contexts(reader);
    read_followers(reader);
    reader.end();
}

void StepModel::read_contexts(StateReader& reader) {
    const auto count = reader.count<std::uint32_t>(8);
    parents_.assign(1, 0);
    symbols_.assign(1, start_symbol);
    std::pmr::vector<std::uint8_t> length(std::size_t{count} + 1, 0, parents_.get_allocator().resource());
    first_child_.assign(std::size_t{count} + 2, 0);
    for (std::uint32_t i = 1; i <= count; ++i) {
        const auto parent = reader.number<std::uint32_t>(), symbol = reader.number<std::uint32_t>();
        if (parent >= i || symbol == end_symbol || symbol >= first_name_symbol + names_.size())
            reader.fail("unknown context");
        length[i] = static_cast<std::uint8_t>(length[parent] + 1);
        const bool in_order =
            i == 1 || parents_[i - 1] < parent || (parents_[i - 1] == parent && symbols_[i - 1] < symbol);
        if (length[i] > max_order_ || !in_order) reader.fail("contexts are not in order");
        parents_.push_back(parent);
        symbols_.push_back(symbol);
        ++first_child_[parent + 1];
    }
    // Children of a parent lie together: [first_child_[p], first_child_[p + 1]).
    first_child_[0] = 1;
    for (std::size_t p = 1; p < first_child_.size(); ++p) first_child_[p] += first_child_[p - 1];
}

void StepModel::read_followers(StateReader& reader) {
    const auto count = reader.count<std::uint32_t>(16);
    first_follower_.assign(symbols_.size() + 1, 0);
    visits_.assign(symbols_.size(), 0);
    std::uint32_t last = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto context = reader.number<std::uint32_t>(), symbol = reader.number<std::uint32_t>();
        if (context >= symbols_.size() || symbol == start_symbol ||
            symbol >= first_name_symbol + names_.size())
            reader.fail("unknown follower");
        if (context < last || (i > 0 && context == last && followers_.back().symbol >= symbol))
            reader.fail("followers are not in order");
        last = context;
        const auto times = reader.number<std::uint64_t>();
        if (times == 0 || times > most_count - visits_[context]) reader.fail("a count is out of range");
        followers_.push_back({symbol, times});
        visits_[context] += times;
        ++first_follower_[context + 1];
    }
    for (std::size_t c = 1; c < first_follower_.size(); ++c) first_follower_[c] += first_follower_[c - 1];
    for (std::uint32_t c = 1; c < symbols_.size(); ++c) {
        if (visits_[c] == 0 || visits_[c] > visits_[parents_[c]]) reader.fail("counts do not fit together");
    }
}

PathRules StepModel::path() const {
    PathRules rules;
    rules.gap = gap_;
    rules.collapse = collapse_;
    if (has_keep_) rules.keep = keep_;
    rules.drop = drop_;
    rules.starts = starts_;
    return rules;
}

std::optional<std::uint32_t> StepModel::symbol(std::string_view name) const {
    const auto found = std::lower_bound(names_.begin(), names_.end(), name);
    if (found == names_.end() || *found != name) return std::nullopt;
    return first_name_symbol + static_cast<std::uint32_t>(found - names_.begin());
}

// 0 if there is none.
std::uint32_t StepModel::child(std::uint32_t context, std::uint32_t symbol) const {
    const auto* begin = symbols_.data() + first_child_[context];
    const auto* end = symbols_.data() + first_child_[context + 1];
    const auto* found = std::lower_bound(begin, end, symbol);
    return found == end || *found != symbol ? 0 : static_cast<std::uint32_t>(found - symbols_.data());
}

std::uint32_t StepModel::longest(std::span<const std::uint32_t> latest_first) const {
    std::uint32_t context = 0;
    for (std::uint32_t symbol : latest_first) {
        const std::uint32_t longer = child(context, symbol);
        if (longer == 0 || !usable(longer)) break;
        context = longer;
    }
    return context;
}

SmallVector<std::uint32_t, most_order> StepModel::events(std::uint32_t context,
                                                         std::pmr::memory_resource& memory) const {
    SmallVector<std::uint32_t, most_order> symbols(memory);
    for (; context != 0; context = parents_[context]) symbols.push_back(symbols_[context]);
    std::reverse(symbols.begin(), symbols.end());
    return symbols;
}

std::uint32_t StepModel::after(std::uint32_t context, std::uint32_t symbol) const {
    std::uint32_t path[most_order + 1];
    std::uint32_t length = 0;
    for (; context != 0; context = parents_[context]) path[length++] = symbols_[context];
    path[length++] = symbol;
    std::reverse(path, path + length);
    return longest({path, std::min(length, max_order_)});
}

std::uint32_t StepModel::state(const JourneyView& journey, std::pmr::memory_resource& memory) const {
    std::uint32_t latest[most_order];  // codes of the last events, the latest first
    std::uint32_t length = 0;
    bool whole = true;  // they reach back to the start
    const PathRules rules = path();
    if (!rules.hides() && !rules.cuts_sessions() && rules.collapse == Collapse::none) {
        length = std::min(journey.size(), max_order_);
        whole = length == journey.size();
        for (std::uint32_t i = 0; i < length; ++i) latest[i] = journey.event(journey.size() - 1 - i);
    } else {
        NodeReader reader(journey, rules, memory);
        std::int64_t session = 0;
        for (PathNode node; reader.next(node);) {
            if (node.session != session) length = 0, whole = true;
            session = node.session;
            whole = whole && length < max_order_;
            length = std::min(length + 1, max_order_);
            for (std::uint32_t i = length; i-- > 1;) latest[i] = latest[i - 1];
            if (length > 0) latest[0] = node.event;
        }
    }
    std::uint32_t symbols[most_order + 1];
    std::uint32_t known = 0;
    for (; known < length; ++known) {
        std::uint32_t code = 0;
        std::optional<std::uint32_t> its;
        for (std::string_view name : journey.event_names()) {
            if (code++ == latest[known]) its = symbol(name);
        }
        if (code <= latest[known]) fail_corrupted("event code");
        if (!its) return longest({symbols, known});
        symbols[known] = *its;
    }
    if (whole && length < max_order_) symbols[known++] = start_symbol;
    return longest({symbols, known});
}

std::pmr::vector<std::uint8_t> goal_symbols(const StepModel& model, std::string_view goal,
                                            std::pmr::memory_resource& memory) {
    StepNames names(1, memory);
    names.add_step(1, goal, "goal");
    std::pmr::vector<std::uint8_t> flags(first_name_symbol + model.names(), 0, &memory);
    bool any = false;
    for (std::uint32_t s = first_name_symbol; s < flags.size(); ++s) {
        flags[s] = names.kind(model.name(s)) != 0 ? 1 : 0;
        any = any || flags[s] != 0;
    }
    if (!any) {
        throw Error(ErrorCode::invalid_argument, "goal", "the model knows no event \"%.*s\"",
                    static_cast<int>(std::min<std::size_t>(goal.size(), 100)), goal.data())
            .hint("next_step_counts(model) lists the events it was fitted to.");
    }
    return flags;
}

std::pmr::vector<NextStep> next_steps(const StepModel& model, std::uint32_t state,
                                      std::pmr::memory_resource& memory) {
    std::pmr::vector<NextStep> steps(&memory);
    const auto visits = static_cast<double>(model.visits(state));
    for (const auto& each : model.followers(state))
        steps.push_back({each.symbol, each.count, static_cast<double>(each.count) / visits});
    std::sort(steps.begin(), steps.end(), [](const NextStep& a, const NextStep& b) {
        if (a.count != b.count) return a.count > b.count;
        return a.symbol - first_name_symbol < b.symbol - first_name_symbol;  // the end wraps to the last
    });
    return steps;
}

std::pmr::vector<BestStep> best_steps(const StepModel& model, std::uint32_t state,
                                      std::span<const double> reach, std::span<const std::uint8_t> goals,
                                      std::pmr::memory_resource& memory) {
    std::pmr::vector<BestStep> steps(&memory);
    for (const auto& each : model.followers(state)) {
        if (each.symbol == end_symbol || goals[each.symbol] != 0) continue;
        const std::uint32_t next = model.after(state, each.symbol);
        steps.push_back({each.symbol, reach[next],
                         static_cast<double>(each.count) / static_cast<double>(model.visits(state)),
                         model.visits(next)});
    }
    std::sort(steps.begin(), steps.end(), [](const BestStep& a, const BestStep& b) {
        return a.conversion != b.conversion ? a.conversion > b.conversion : a.symbol < b.symbol;
    });
    return steps;
}

}  // namespace journey
