#include "core/edit.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "core/events.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

bool contains(NameList names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// One journey on its way to another: the parts differ in what they do with names.
class Edit {
  public:
    Edit(const JourneyView& journey, std::pmr::memory_resource& memory)
        : journey_(journey), memory_(memory), vocabulary_(memory), list_(vocabulary_, memory) {}

    template <class Label>  // (name) → the new name, or none to drop the event
    void label_events(Label label) {
        for (std::string_view name : journey_.event_names()) {
            const std::optional<std::string_view> labelled = label(name);
            event_codes_.push_back(labelled ? vocabulary_.events.intern(*labelled, "to_events")
                                            : EventList::dropped);
        }
    }
    template <class Keep>
    void keep_channels(Keep keep) {
        for (std::string_view name : journey_.channel_names()) {
            channel_codes_.push_back(keep(name) ? vocabulary_.channels.intern(name, "channel")
                                                : EventList::dropped);
        }
    }
    void keep_names() {
        label_events([](std::string_view name) { return std::optional(name); });
        keep_channels([](std::string_view) { return true; });
    }

    Bytes finish(std::size_t prefix) { return finish(prefix, 0, journey_.size()); }
    Bytes finish(std::size_t prefix, std::uint32_t first, std::uint32_t last,
                 std::span<const std::uint8_t> keep = {}) {
        list_.add(journey_, first, last, event_codes_, channel_codes_, keep);
        return list_.encode(memory_, prefix);
    }

  private:
    const JourneyView& journey_;
    std::pmr::memory_resource& memory_;
    Vocabulary vocabulary_;
    EventList list_;
    std::pmr::vector<std::uint32_t> event_codes_{&memory_}, channel_codes_{&memory_};
};

}  // namespace

Bytes merge(const JourneyView& a, const JourneyView& b, std::pmr::memory_resource& memory,
            std::size_t prefix) {
    Vocabulary vocabulary(memory);
    EventList list(vocabulary, memory);
    list.add(a);
    list.add(b);
    return list.encode(memory, prefix);
}

Bytes unite(const JourneyView& a, const JourneyView& b, std::pmr::memory_resource& memory,
            std::size_t prefix) {
    Vocabulary vocabulary(memory);
    EventList all(vocabulary, memory), more(vocabulary, memory);
    all.add(a);
    more.add(b);
    more.remove_matches(all);
    all.add(more);
    return all.encode(memory, prefix);
}

Bytes during(const JourneyView& journey, Time from, Time to, std::pmr::memory_resource& memory,
             std::size_t prefix) {
    Edit edit(journey, memory);
    edit.keep_names();
    const std::uint32_t first = journey.lower_bound(from);
    return edit.finish(prefix, first, std::max(first, journey.lower_bound(to)));
}

Bytes keep_events(const JourneyView& journey, NameList events, std::pmr::memory_resource& memory,
                  std::size_t prefix) {
    Edit edit(journey, memory);
    edit.label_events(
        [&](std::string_view name) { return contains(events, name) ? std::optional(name) : std::nullopt; });
    edit.keep_channels([](std::string_view) { return true; });
    return edit.finish(prefix);
}

Bytes drop_events(const JourneyView& journey, NameList events, NameList channels,
                  std::pmr::memory_resource& memory, std::size_t prefix) {
    Edit edit(journey, memory);
    edit.label_events(
        [&](std::string_view name) { return contains(events, name) ? std::nullopt : std::optional(name); });
    edit.keep_channels([&](std::string_view name) { return !contains(channels, name); });
    return edit.finish(prefix);
}

Bytes relabel(const JourneyView& journey, NameList from, NameList to, const char* argument,
              std::pmr::memory_resource& memory, std::size_t prefix) {
    Edit edit(journey, memory);
    edit.label_events([&](std::string_view name) {
        std::optional<std::string_view> label;
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (from[i] != name) continue;
            if (label && *label != to[i]) {
                throw Error(ErrorCode::invalid_argument, argument, "%s gives event \"%.*s\" two labels",
                            argument, static_cast<int>(name.size()), name.data())
                    .detail("The labels are \"%.*s\" and \"%.*s\".", static_cast<int>(label->size()),
                            label->data(), static_cast<int>(to[i].size()), to[i].data())
                    .hint("Give every event one label.");
            }
            label = to[i];
        }
        return label ? label : std::optional(name);
    });
    edit.keep_channels([](std::string_view) { return true; });
    return edit.finish(prefix);
}

Bytes collapse(const JourneyView& journey, bool keep_last, std::pmr::memory_resource& memory,
               std::size_t prefix) {
    const std::uint32_t n = journey.size();
    std::pmr::vector<std::uint8_t> keep(n, 1, &memory);
    Poll poll;
    for (std::uint32_t i = 1; i < n; ++i) {
        poll();
        if (journey.event(i) == journey.event(i - 1)) keep[keep_last ? i - 1 : i] = 0;
    }
    Edit edit(journey, memory);
    edit.keep_names();
    return edit.finish(prefix, 0, n, keep);
}

Truncated truncate_between(const JourneyView& journey, const std::string_view* from,
                           const std::string_view* to, std::pmr::memory_resource& memory,
                           std::size_t prefix) {
    Poll poll;
    const auto find = [&](const std::string_view& name, std::uint32_t start) {
        const std::optional<std::uint32_t> code = journey.event_names().find(name);
        std::uint32_t i = code ? start : journey.size();
        for (; i < journey.size() && journey.event(i) != *code; ++i) poll();
        return i;
    };
    const std::uint32_t first = from != nullptr ? find(*from, 0) : 0;
    if (from != nullptr && first == journey.size()) return {};
    std::uint32_t last = journey.size();
    if (to != nullptr) {
        last = find(*to, from != nullptr ? first + 1 : 0);
        if (last == journey.size()) return {};
        ++last;
    }
    Edit edit(journey, memory);
    edit.keep_names();
    return {true, edit.finish(prefix, first, last)};
}

bool is_canonical(std::span<const std::byte> bytes, std::pmr::memory_resource& memory) {
    const JourneyView journey(bytes);
    Edit edit(journey, memory);
    edit.keep_names();
    const Bytes again = edit.finish(0);
    const bool same = again.size == bytes.size() && std::memcmp(again.data, bytes.data(), again.size) == 0;
    memory.deallocate(again.data, again.size);
    return same;
}

}  // namespace journey
