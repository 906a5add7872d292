// Counting what followed, and the bytes of counts.

#include "core/next_step.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr const char* type = "next_step_model";

std::pmr::string rules_text(const PathRules& path, std::pmr::memory_resource& memory) {
    std::pmr::string text(&memory);
    const auto number = [&](auto value) {
        std::byte bytes[sizeof value];
        store(bytes, value);
        text.append(reinterpret_cast<const char*>(bytes), sizeof value);
    };
    const auto list = [&](NameList names) {
        std::pmr::vector<std::string_view> ordered(names.begin(), names.end(), &memory);
        std::sort(ordered.begin(), ordered.end());
        ordered.erase(std::unique(ordered.begin(), ordered.end()), ordered.end());
        number(static_cast<std::uint32_t>(ordered.size()));
        for (std::string_view each : ordered) {
            number(static_cast<std::uint32_t>(each.size()));
            text.append(each);
        }
    };
    number(path.gap);
    number(static_cast<std::uint8_t>(path.collapse));
    number(static_cast<std::uint8_t>(path.keep ? 1 : 0));
    list(path.keep.value_or(NameList()));
    list(path.drop);
    list(path.starts);
    return text;
}

void check_names(const JourneyView& journey) {
    for (std::string_view name : journey.event_names()) {
        if (name != start_name && name != end_name) continue;
        throw Error(ErrorCode::invalid_argument, "j", "event \"%.*s\" is named as the %s of a session",
                    static_cast<int>(name.size()), name.data(), name == start_name ? "start" : "end")
            .hint("Rename the event with relabel(j, …), or leave it out with drop(j, …).");
    }
}

}  // namespace

void StepCounts::set(const StepRules& rules) {
    set(rules.max_order, rules.min_count, rules_text(rules.path, *memory_));
}

void StepCounts::set(std::uint32_t max_order, std::uint32_t min_count, std::string_view path) {
    if (!set_) {
        max_order_ = max_order;
        min_count_ = min_count;
        path_ = path;
        set_ = true;
        return;
    }
    const char* argument = max_order_ != max_order   ? "max_order"
                           : min_count_ != min_count ? "min_count"
                           : path_ != path           ? "gap"
                                                     : nullptr;
    if (argument == nullptr) return;
    throw Error(ErrorCode::invalid_argument, argument, "the parts of one model differ in their options: %s",
                argument)
        .hint("Give the same max_order, min_count, gap, collapse, keep, drop and starts for every part.");
}

// One event after the history, the latest first, in each of its contexts.
void StepCounts::follow(std::uint32_t symbol, std::uint64_t count, std::span<const std::uint32_t> history) {
    std::uint32_t context = 0;
    followers_[followers_.place(context, symbol)].count += count;
    for (std::uint32_t earlier : history) {
        context = contexts_.place(context, earlier) + 1;
        followers_[followers_.place(context, symbol)].count += count;
    }
}

void StepCounts::add(const JourneyView& journey, const PathRules& path) {
    check_names(journey);
    // Only names that are shown become known.
    local_.clear();
    for (std::string_view name : journey.event_names()) local_.push_back(name);
    check_names_read(journey, local_.size());
    codes_.assign(local_.size(), start_symbol);
    const auto symbol = [&](std::uint32_t event) {
        std::uint32_t& its = codes_[event];
        if (its == start_symbol) its = first_name_symbol + names_.intern(local_[event], "j");
        return its;
    };
    ++journeys_;
    std::uint32_t history[most_order + 1];
    std::uint32_t length = 0;
    const auto step = [&](std::uint32_t next) { follow(next, 1, {history, length}); };
    const auto push = [&](std::uint32_t next) {
        length = std::min(length + 1, max_order_);
        for (std::uint32_t i = length; i-- > 1;) history[i] = history[i - 1];
        history[0] = next;
    };
    NodeReader reader(journey, path, *memory_);
    std::int64_t session = 0;
    for (PathNode node; reader.next(node);) {
        if (node.session != session) {
            if (session != 0) step(end_symbol);
            session = node.session;
            ++sessions_;
            length = 0;
            if (max_order_ > 0) push(start_symbol);
        }
        step(symbol(node.event));
        if (max_order_ > 0) push(symbol(node.event));
    }
    if (session != 0) step(end_symbol);
}

void StepCounts::merge(const StepCounts& other) {
    if (!other.set_) return;
    set(other.max_order_, other.min_count_, other.path_);
    journeys_ += other.journeys_;
    sessions_ += other.sessions_;
    std::pmr::vector<std::uint32_t> symbols(memory_), contexts(memory_);
    symbols.assign({start_symbol, end_symbol});
    for (std::uint32_t i = 0; i < other.names_.size(); ++i)
        symbols.push_back(first_name_symbol + names_.intern(other.names_.name(i), "j"));
    Poll poll;
    contexts.push_back(0);
    for (const Context& each : other.contexts_.entries()) {  // parents stand before their children
        poll();
        contexts.push_back(contexts_.place(contexts[each.from], symbols[each.to]) + 1);
    }
    for (const Follower& each : other.followers_.entries()) {
        poll();
        followers_[followers_.place(contexts[each.from], symbols[each.to])].count += each.count;
    }
}

std::size_t StepCounts::encoded_size() const {
    return 8 + 16 + text_size(path_) + names_size(names_) + 4 + std::size_t{contexts_.size()} * 8 + 4 +
           std::size_t{followers_.size()} * 16;
}

std::byte* StepCounts::encode_head(std::byte* to, bool sealed) const {
    to = store(to, step_model_version);
    to = store(to, static_cast<std::uint8_t>((set_ ? 2 : 0) + (sealed ? 1 : 0)));
    to = store(to, static_cast<std::uint16_t>(max_order_));
    to = store(to, min_count_);
    to = store(to, journeys_);
    to = store(to, sessions_);
    return store_text(to, path_);
}

void StepCounts::encode(std::byte* to) const {
    to = encode_head(to, false);
    to = store_names(to, names_);
    to = store(to, contexts_.size());
    for (const Context& each : contexts_.entries()) {
        to = store(to, each.from);
        to = store(to, each.to);
    }
    to = store(to, followers_.size());
    for (const Follower& each : followers_.entries()) {
        to = store(to, each.from);
        to = store(to, each.to);
        to = store(to, each.count);
    }
}

Bytes StepCounts::seal(std::pmr::memory_resource& memory, std::size_t prefix) const {
    using Codes = std::pmr::vector<std::uint32_t>;
    Poll poll;
    Codes order(names_.size(), 0, &memory), symbols(names_.size() + first_name_symbol, 0, &memory);
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return names_.name(a) < names_.name(b); });
    symbols[end_symbol] = end_symbol;
    for (std::uint32_t i = 0; i < order.size(); ++i)
        symbols[first_name_symbol + order[i]] = first_name_symbol + i;

    // Contexts a length at a time, so that parents have their new numbers before them.
    Codes length(contexts_.size() + 1, 0, &memory), by_length(&memory),
        renumbered(contexts_.size() + 1, 0, &memory);
    std::uint32_t longest = 0;
    for (std::uint32_t i = 0; i < contexts_.size(); ++i) {
        length[i + 1] = length[contexts_[i].from] + 1;
        longest = std::max(longest, length[i + 1]);
    }
    Codes ordered(&memory);
    for (std::uint32_t of = 1; of <= longest; ++of) {
        by_length.clear();
        for (std::uint32_t i = 1; i <= contexts_.size(); ++i) {
            if (length[i] == of) by_length.push_back(i);
        }
        std::sort(by_length.begin(), by_length.end(), [&](std::uint32_t a, std::uint32_t b) {
            poll();
            const Context &one = contexts_[a - 1], &other = contexts_[b - 1];
            const std::uint32_t parent = renumbered[one.from], others = renumbered[other.from];
            return parent != others ? parent < others : symbols[one.to] < symbols[other.to];
        });
        for (std::uint32_t each : by_length) {
            ordered.push_back(each);
            renumbered[each] = static_cast<std::uint32_t>(ordered.size());
        }
    }
    std::pmr::vector<Follower> followers(&memory);
    followers.reserve(followers_.size());
    for (const Follower& each : followers_.entries())
        followers.push_back({renumbered[each.from], symbols[each.to], each.count});
    std::sort(followers.begin(), followers.end(), [&](const Follower& a, const Follower& b) {
        poll();
        return a.from != b.from ? a.from < b.from : a.to < b.to;
    });

    Bytes bytes;
    bytes.size = prefix + encoded_size();
    if (bytes.size > 0x3fffffff) {
        throw Error(ErrorCode::limit, "", "the model would take %zu bytes", bytes.size)
            .hint("Lower max_order, or leave rare events out with keep or drop.");
    }
    bytes.data = static_cast<std::byte*>(memory.allocate(bytes.size, 8));
    std::byte* to = encode_head(bytes.data + prefix, true);
    to = store(to, names_.size());
    for (std::uint32_t code : order) to = store_text(to, names_.name(code));
    to = store(to, contexts_.size());
    for (std::uint32_t each : ordered) {
        to = store(to, renumbered[contexts_[each - 1].from]);
        to = store(to, symbols[contexts_[each - 1].to]);
    }
    to = store(to, followers_.size());
    for (const Follower& each : followers) {
        to = store(to, each.from);
        to = store(to, each.to);
        to = store(to, each.count);
    }
    return bytes;
}

void StepCounts::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, type, "next_step_fit");
    reader.version(step_model_version);
    const auto flags = reader.number<std::uint8_t>();
    if (flags > 3) reader.fail("unknown flags");
    max_order_ = reader.number<std::uint16_t>();
    min_count_ = reader.number<std::uint32_t>();
    if (max_order_ > most_order) reader.fail("the order is out of range");
    journeys_ = reader.tally();
    sessions_ = reader.tally();
    path_ = reader.text();
    set_ = (flags & 2) != 0;
    reader.names(names_);
    const auto known = [&](std::uint32_t symbol) { return symbol < first_name_symbol + names_.size(); };
    const auto contexts = reader.count<std::uint32_t>(8);
    for (std::uint32_t i = 0; i < contexts; ++i) {
        const auto parent = reader.number<std::uint32_t>(), symbol = reader.number<std::uint32_t>();
        if (parent > i || symbol == end_symbol || !known(symbol)) reader.fail("unknown context");
        if (contexts_.place(parent, symbol) != i) reader.fail("a context is there twice");
    }
    const auto followers = reader.count<std::uint32_t>(16);
    for (std::uint32_t i = 0; i < followers; ++i) {
        const auto context = reader.number<std::uint32_t>(), symbol = reader.number<std::uint32_t>();
        if (context > contexts || symbol == start_symbol || !known(symbol)) reader.fail("unknown follower");
        if (followers_.place(context, symbol) != i) reader.fail("a follower is there twice");
        followers_[i].count = reader.tally();
    }
    reader.end();
}

}  // namespace journey
