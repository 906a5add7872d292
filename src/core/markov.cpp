#include "core/markov.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/unpack_codes.hpp"

namespace journey {

namespace {

constexpr std::uint32_t no_touch = ~0u;

std::string_view bytes_of(std::span<const std::uint32_t> codes) {
    if (codes.empty()) return "";
    return {reinterpret_cast<const char*>(codes.data()), codes.size() * sizeof(std::uint32_t)};
}

}  // namespace

MarkovSummary::MarkovSummary(std::pmr::memory_resource& memory)
    : memory_(&memory),
      unattributed_(&memory),
      channels_(memory),
      states_(memory),
      ends_(&memory),
      steps_(memory),
      nobody_(memory),
      codes_(memory),
      near_(&memory) {
    state({});
}

void MarkovSummary::use(std::uint32_t order, std::string_view unattributed) {
    if (!set_) {
        set_ = true;
        order_ = order;
        unattributed_ = unattributed;
    } else if (order != order_ || unattributed != std::string_view(unattributed_)) {
        throw Error(ErrorCode::invalid_argument, "options", "options must be the same in every row")
            .hint("Give options that are constant in the query, or group by them.");
    }
}

std::uint32_t MarkovSummary::intern(std::string_view channel) {
    const std::uint32_t known = channels_.size(), code = channels_.intern(channel, "channel");
    if (code < known) return code;
    for (std::string_view taken : {std::string_view(unattributed_), start_name, conversion_name, null_name}) {
        if (channel != taken) continue;
        throw Error(ErrorCode::invalid_argument, "channel", "a channel must not be called \"%.*s\"",
                    static_cast<int>(channel.size()), channel.data())
            .hint("The report has a row of this name; rename the channel.");
    }
    return code;
}

// The state of these channels, the newest last.
std::uint32_t MarkovSummary::state(std::span<const std::uint32_t> channels) {
    const std::uint32_t code = states_.intern(bytes_of(channels), "path");
    if (code == ends_.size()) ends_.emplace_back(*memory_);
    return code;
}

std::span<const std::uint32_t> MarkovSummary::channels(std::uint32_t state,
                                                       std::uint32_t (&to)[max_markov_order]) const {
    const std::string_view bytes = states_.name(state);
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    return {to, bytes.size() / sizeof(std::uint32_t)};
}

// The place of a step, remembered by the row of where it starts.
std::uint32_t MarkovSummary::step(std::uint32_t row, std::uint32_t from, std::uint32_t channel) {
    const std::uint32_t place = find_step(from, channel);
    constexpr std::uint32_t most = 256;
    const std::uint32_t needed = std::max(row, channel) + 1;
    if (needed > most) return place;
    if (needed > near_side_) {
        near_side_ = std::bit_ceil(std::max(needed, 8u));
        near_.assign(std::size_t{near_side_} * near_side_, 0);
    }
    near_[row * near_side_ + channel] = place + 1;
    return place;
}

// The place of a step, which is added if it is new.
std::uint32_t MarkovSummary::find_step(std::uint32_t from, std::uint32_t channel) {
    const std::uint32_t place = steps_.place(from, channel);
    if (steps_[place].next == 0) {
        std::uint32_t codes[max_markov_order + 1];
        std::uint32_t known[max_markov_order];
        const auto before = channels(from, known);
        std::copy(before.begin(), before.end(), codes);
        codes[before.size()] = channel;
        const std::span<const std::uint32_t> all(codes, before.size() + 1);
        const std::uint32_t next = state(all.size() > order_ ? all.subspan(1) : all);
        steps_[place].next = next;
    }
    return place;
}

void MarkovSummary::gain(End& end, const Gain& gain) {
    end.conversions += gain.conversions;
    end.nulls += gain.nulls;
    if (gain.conversions > 0 && gain.value) {
        valued_ += gain.conversions;
        end.value.add(*gain.value);
    }
}

// Counts the steps of touches that follow a trail. channel(i) is the summary's code of
// touch i, or no_touch. With order 1 the channel alone says where the next step starts, so
// no step waits for the one before to be found.
template <bool first_order, class Channel>
void MarkovSummary::follow(Trail& trail, std::uint32_t touches, Channel channel, std::uint64_t weight) {
    Poll poll;
    const std::uint32_t* near = near_.data();
    std::uint32_t side = near_side_, row = trail.row, place = trail.place;
    for (std::uint32_t i = 0; i < touches; ++i) {
        poll();
        const std::uint32_t to = channel(i);
        if (to == no_touch) continue;
        const std::uint32_t known = row < side && to < side ? near[row * side + to] : 0;
        if (known != 0) {
            place = known - 1;
        } else {
            place = step(row, place == nowhere ? 0 : steps_[place].next, to);
            near = near_.data();
            side = near_side_;
        }
        steps_[place].count += weight;
        row = first_order ? to + 1 : steps_[place].next;
    }
    trail = {row, place};
}

template <class Channel>
void MarkovSummary::go_on(Trail& trail, std::uint32_t touches, Channel channel, std::uint64_t weight) {
    if (order_ == 1) {
        follow<true>(trail, touches, channel, weight);
    } else {
        follow<false>(trail, touches, channel, weight);
    }
}

void MarkovSummary::end(const Trail& trail, const Gain& gained) {
    if (trail.place != nowhere) {
        gain(ends_[steps_[trail.place].next], gained);
    } else if (gained.conversions > 0) {
        gain(nobody_, {gained.conversions, 0, gained.value});
    }
}

// Every event of the journey that has a channel, on the way to nothing.
void MarkovSummary::add_rest(const JourneyView& journey, std::span<const std::uint32_t> codes) {
    constexpr std::uint32_t block = 256;
    if (!journey.has_channels()) return;
    const std::uint32_t n = journey.size();
    Trail trail;
    if (journey.channels().bits > 8 || codes.size() >= block) {
        const auto channel = [&](std::uint32_t row) {
            const std::uint32_t code = journey.channel(row);
            if (code > codes.size()) fail_corrupted("channel code");
            return code == 0 ? no_touch : codes[code - 1];
        };
        go_on(trail, n, channel, 1);
    } else {
        std::uint8_t channels[block];
        const auto limit = static_cast<std::uint32_t>(codes.size()) + 1;
        for (std::uint32_t first = 0; first < n; first += block) {
            const std::uint32_t here = std::min(n - first, block);
            if (!unpack_codes(journey.channels(), first, here, journey.channel_shift(), limit, channels))
                fail_corrupted("channel code");
            go_on(
                trail, here,
                [&](std::uint32_t i) { return channels[i] == 0 ? no_touch : codes[channels[i] - 1u]; }, 1);
        }
    }
    end(trail, {0, 1, std::nullopt});
}

// The touches of these rows.
void MarkovSummary::go_along(Trail& trail, const TouchWindow& path, RowRange rows,
                             std::span<const std::uint32_t> codes, std::uint64_t weight) {
    const std::uint32_t* touches = path.codes().at(rows.from);
    const auto channel = [&](std::uint32_t i) { return touches[i] == 0 ? no_touch : codes[touches[i] - 1]; };
    go_on(trail, rows.to - rows.from, channel, weight);
}

// Each touch is walked once, for all conversions after it.
void MarkovSummary::add_growing(AttributionReader& reader, std::span<const std::uint32_t> codes) {
    const TouchWindow* path = nullptr;
    Trail trail;
    RowRange walked;
    std::uint64_t left = reader.conversions();  // this one and those after it
    for (AttributedConversion conversion; reader.next(conversion); --left) {
        const TouchWindow& window = *conversion.path;
        const RowRange rows = window.rows();
        if (path != &window) {
            // The conversions from here on have another path: less for each touch of this one.
            trail = {};
            if (path != nullptr) go_along(trail, *path, walked, codes, 0 - left);
            trail = {};
            path = &window;
            walked = {rows.from, rows.from};
        }
        go_along(trail, window, {walked.to, rows.to}, codes, left);
        walked.to = rows.to;
        end(trail, {1, 0, conversion.value});
    }
}

void MarkovSummary::add(AttributionReader& reader, const JourneyView& journey) {
    reader.read(journey, true);
    const auto codes =
        codes_.get(reader.channel_names(), [&](std::string_view name) { return intern(name); });
    if (reader.all_rest()) {
        add_rest(journey, codes);
        return;
    }
    const auto add = [&](const TouchWindow& path, const Gain& gained) {
        Trail trail;
        go_along(trail, path, path.rows(), codes, 1);
        end(trail, gained);
    };
    if (reader.paths_grow()) {
        add_growing(reader, codes);
    } else {
        for (AttributedConversion conversion; reader.next(conversion);)
            add(*conversion.path, {1, 0, conversion.value});
    }
    if (!journey.empty()) add(reader.rest(), {0, 1, std::nullopt});
}

void MarkovSummary::add_path(NameList path, std::uint64_t conversions, std::optional<double> value,
                             std::uint64_t nulls) {
    if (conversions + nulls == 0) return;
    Trail trail;
    go_on(
        trail, static_cast<std::uint32_t>(path.size()), [&](std::uint32_t i) { return intern(path[i]); },
        conversions + nulls);
    end(trail, {conversions, nulls, value});
}

void MarkovSummary::merge(const MarkovSummary& other) {
    if (!other.set_) return;
    use(other.order_, other.unattributed_);
    const auto add_end = [](End& to, const End& from) {
        to.conversions += from.conversions;
        to.nulls += from.nulls;
        to.value.add(from.value);
    };
    add_end(nobody_, other.nobody_);
    valued_ += other.valued_;
    std::pmr::vector<std::uint32_t> mine(memory_), own(memory_);
    for (std::uint32_t code = 0; code < other.channels_.size(); ++code)
        own.push_back(intern(other.channels_.name(code)));
    std::uint32_t buffer[max_markov_order];
    for (std::uint32_t theirs = 0; theirs < other.states_.size(); ++theirs) {
        poll_interrupt();
        const auto codes = other.channels(theirs, buffer);
        for (std::uint32_t i = 0; i < codes.size(); ++i) buffer[i] = own[buffer[i]];
        mine.push_back(state(codes));
        add_end(ends_[mine.back()], other.ends_[theirs]);
    }
    for (const Step& from : other.steps_.entries())
        steps_[find_step(mine[from.from], own[from.to])].count += from.count;
}

// --- bytes --------------------------------------------------------------------------

std::size_t MarkovSummary::encoded_size() const {
    const auto end_size = [](const End& end) { return 16 + end.value.encoded_size(); };
    std::size_t size = 3 + text_size(unattributed_) + names_size(channels_) + end_size(nobody_) + 8 +
                       names_size(states_) + 4 + std::size_t{16} * steps_.size();
    for (const End& end : ends_) size += end_size(end);
    return size;
}

void MarkovSummary::encode(std::byte* to) const {
    const auto store_end = [&](const End& end) {
        to = store(to, end.conversions);
        to = store(to, end.nulls);
        to = end.value.encode(to);
    };
    *to++ = std::byte{markov_summary_version};
    *to++ = static_cast<std::byte>(set_ ? 1 : 0);
    *to++ = static_cast<std::byte>(order_);
    to = store_text(to, unattributed_);
    to = store_names(to, channels_);
    store_end(nobody_);
    to = store(to, valued_);
    to = store(to, states_.size());
    std::uint32_t buffer[max_markov_order];
    for (std::uint32_t each = 0; each < states_.size(); ++each) {
        const auto codes = channels(each, buffer);
        to = store(to, static_cast<std::uint32_t>(codes.size()));
        for (std::uint32_t code : codes) to = store(to, code);
    }
    for (const End& end : ends_) store_end(end);
    to = store(to, steps_.size());
    for (const Step& each : steps_.entries()) {
        to = store(to, each.from);
        to = store(to, each.to);
        to = store(to, each.count);
    }
}

void MarkovSummary::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "markov_summary", "markov_report");
    reader.version(markov_summary_version);
    set_ = reader.number<std::uint8_t>() != 0;
    order_ = reader.number<std::uint8_t>();
    if (order_ < 1 || order_ > max_markov_order) reader.fail("order");
    unattributed_ = reader.text();
    reader.names(channels_);
    const auto read_end = [&](End& end) {
        end.conversions = reader.number<std::uint64_t>();
        end.nulls = reader.number<std::uint64_t>();
        end.value.decode(reader);
    };
    read_end(nobody_);
    valued_ = reader.number<std::uint64_t>();
    const auto states = reader.count<std::uint32_t>(4);
    for (std::uint32_t each = 0; each < states; ++each) {
        const auto length = reader.number<std::uint32_t>();
        if (length > order_) reader.fail("a state is too long");
        std::uint32_t codes[max_markov_order];
        for (std::uint32_t i = 0; i < length; ++i) {
            codes[i] = reader.number<std::uint32_t>();
            if (codes[i] >= channels_.size()) reader.fail("unknown channel");
        }
        if (state({codes, length}) != each) reader.fail("a state is there twice");
    }
    for (std::uint32_t each = 0; each < states; ++each) read_end(ends_[each]);
    const auto steps = reader.count<std::uint32_t>(16);
    for (std::uint32_t i = 0; i < steps; ++i) {
        const auto from = reader.number<std::uint32_t>(), to = reader.number<std::uint32_t>();
        if (from >= states || to >= channels_.size()) reader.fail("unknown state");
        if (find_step(from, to) != i) reader.fail("a step is there twice");
        steps_[i].count = reader.number<std::uint64_t>();
    }
    if (states_.size() != (states == 0 ? 1 : states)) reader.fail("a state is missing");
    reader.end();
}

}  // namespace journey
