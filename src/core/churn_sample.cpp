#include "core/churn_sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

[[noreturn]] void fail_difference(const char* argument) {
    throw Error(ErrorCode::invalid_argument, argument, "%s differs between the rows of one call", argument)
        .hint("Write a constant, or group by what it depends on.");
}

void check_horizon(Time as_of, std::uint64_t horizon, bool tested) {
    if (horizon == 0) {
        throw Error(ErrorCode::invalid_argument, "horizon", "horizon must be longer than 0")
            .hint("Write how long no activity means that a customer is gone, such as interval '90 days'.");
    }
    const __int128 earliest = static_cast<__int128>(as_of) - static_cast<__int128>(horizon),
                   latest = static_cast<__int128>(as_of) + static_cast<__int128>(horizon);
    if (earliest >= std::numeric_limits<Time>::min() &&
        (!tested || latest <= std::numeric_limits<Time>::max())) {
        return;
    }
    throw Error(ErrorCode::overflow, "horizon", "horizon reaches beyond the range of timestamps")
        .hint("Give a shorter horizon.");
}

constexpr std::size_t history_size = 10 * sizeof(double), customer_size = 2 * history_size + 4 + 1;

std::byte* store_history(std::byte* to, const ChurnHistory& history) {
    to = store(to, history.rfm.recency);
    to = store(to, history.rfm.frequency);
    to = store_real(to, history.rfm.monetary);
    for (const std::int64_t count : {history.tenure, history.lately, history.earlier, history.names}) {
        to = store(to, count);
    }
    for (const double number : {history.btyd.x, history.btyd.recency, history.btyd.age}) {
        to = store_real(to, number);
    }
    return to;
}

ChurnHistory read_history(StateReader& reader) {
    ChurnHistory history;
    history.rfm.recency = reader.number<std::int64_t>();
    history.rfm.frequency = reader.number<std::int64_t>();
    history.rfm.monetary = reader.real();
    for (std::int64_t* count : {&history.tenure, &history.lately, &history.earlier, &history.names}) {
        *count = reader.number<std::int64_t>();
        if (*count < 0) reader.fail("a count is negative");
    }
    for (double* number : {&history.btyd.x, &history.btyd.recency, &history.btyd.age}) {
        *number = reader.real();
        if (!(*number >= 0)) reader.fail("a figure is out of range");
    }
    if (history.rfm.recency < 0 || history.rfm.frequency < 0 || !std::isfinite(history.rfm.monetary)) {
        reader.fail("a figure is out of range");
    }
    return history;
}

}  // namespace

void mark_activity(const JourneyView& journey, bool any_event, std::span<const std::string_view> events,
                   std::span<bool> flags) {
    std::fill(flags.begin(), flags.end(), any_event);
    for (const std::string_view name : events) {
        if (const auto code = journey.event_names().find(name)) flags[*code] = true;
    }
}

void ChurnSample::set(const ChurnSettings& settings) {
    if (is_set_) {
        if (settings.any_event != any_event_ ||
            !std::equal(events_.begin(), events_.end(), settings.events.begin(), settings.events.end(),
                        [](const std::pmr::string& a, std::string_view b) { return a == b; })) {
            fail_difference("events");
        }
        if (settings.as_of != as_of_) fail_difference("as_of");
        if (settings.horizon != horizon_) fail_difference("horizon");
        if (settings.tested != tested_ ||
            !std::equal(methods_.begin(), methods_.end(), settings.methods.begin(), settings.methods.end())) {
            fail_difference("method");
        }
        return;
    }
    check_horizon(settings.as_of, settings.horizon, settings.tested);
    is_set_ = true;
    any_event_ = settings.any_event;
    for (const std::string_view name : settings.events) events_.emplace_back(name);
    methods_.assign(settings.methods.begin(), settings.methods.end());
    as_of_ = settings.as_of;
    horizon_ = settings.horizon;
    tested_ = settings.tested;
}

void ChurnSample::add(const JourneyView& journey) {
    const std::size_t names = journey.event_names().size();
    SmallVector<bool, 64> flags(memory());
    flags.resize(names);
    SmallVector<std::string_view, 8> events(memory());
    for (const auto& event : events_) events.push_back(event);
    mark_activity(journey, any_event_, {events.data(), events.size()}, {flags.data(), flags.size()});
    const std::span<const bool> is_activity(flags.data(), flags.size());

    const auto now = churn_history(journey, is_activity, as_of_, horizon_, memory());
    if (!now) return;
    Customer customer;
    customer.now = *now;
    const Time cut = as_of_ - static_cast<Time>(horizon_);
    if (const auto before = churn_history(journey, is_activity, cut, horizon_, memory())) {
        customer.known = true;
        customer.before = *before;
        if (const auto wait = next_activity(journey, is_activity, cut, horizon_)) {
            const auto parts = static_cast<unsigned __int128>(*wait) * churn_steps;
            customer.wait = static_cast<std::int32_t>((parts + horizon_ - 1) / horizon_);
        }
    }
    if (tested_) customer.inactive = !next_activity(journey, is_activity, as_of_, horizon_);
    customers_.push_back(customer);
}

void ChurnSample::merge(const ChurnSample& other) {
    if (!other.is_set_) return;
    SmallVector<std::string_view, 8> events(memory());
    for (const auto& event : other.events_) events.push_back(event);
    set({other.any_event_,
         {events.data(), events.size()},
         other.as_of_,
         other.horizon_,
         other.tested_,
         other.methods_});
    customers_.insert(customers_.end(), other.customers_.begin(), other.customers_.end());
}

// u8 version, u8 flags (1 set, 2 any event, 4 tested), u16 0, i64 as_of, u64 horizon, u32
// methods and each (u8), u64 events and each (u32 length, text), u64 customers and each:
// two histories (ten times 8 bytes), i32 wait, u8 flags (1 known, 2 inactive).
std::size_t ChurnSample::encoded_size() const {
    std::size_t size = 4 + 8 + 8 + 4 + methods_.size() + 8 + 8 + customers_.size() * customer_size;
    for (const auto& event : events_) size += 4 + event.size();
    return size;
}

void ChurnSample::encode(std::byte* to) const {
    to = store(to, std::uint8_t{churn_sample_version});
    to = store(to, static_cast<std::uint8_t>((is_set_ ? 1 : 0) | (any_event_ ? 2 : 0) | (tested_ ? 4 : 0)));
    to = store(to, std::uint16_t{0});
    to = store(to, as_of_);
    to = store(to, horizon_);
    to = store(to, static_cast<std::uint32_t>(methods_.size()));
    for (const ChurnMethod method : methods_) to = store(to, static_cast<std::uint8_t>(method));
    to = store(to, std::uint64_t{events_.size()});
    for (const auto& event : events_) to = store_text(to, event);
    to = store(to, std::uint64_t{customers_.size()});
    for (const Customer& customer : customers_) {
        to = store_history(to, customer.now);
        to = store_history(to, customer.before);
        to = store(to, customer.wait);
        to = store(to, static_cast<std::uint8_t>((customer.known ? 1 : 0) | (customer.inactive ? 2 : 0)));
    }
}

void ChurnSample::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "churn_sample", "churn_fit");
    reader.version(churn_sample_version);
    const auto flags = reader.number<std::uint8_t>();
    if (flags > 7 || reader.number<std::uint16_t>() != 0) reader.fail("unknown flags");
    is_set_ = (flags & 1) != 0;
    any_event_ = (flags & 2) != 0;
    tested_ = (flags & 4) != 0;
    as_of_ = reader.number<Time>();
    horizon_ = reader.number<std::uint64_t>();
    if (is_set_) check_horizon(as_of_, horizon_, tested_);
    const auto methods = reader.number<std::uint32_t>();
    if (methods > reader.left()) reader.fail("it ends too early");
    for (std::uint32_t i = 0; i < methods; ++i) {
        const auto method = reader.number<std::uint8_t>();
        if (method >= churn_methods) reader.fail("unknown method");
        methods_.push_back(static_cast<ChurnMethod>(method));
    }
    const std::size_t events = reader.count<std::uint64_t>(4);
    for (std::size_t i = 0; i < events; ++i) events_.emplace_back(reader.text());
    const std::size_t customers = reader.count<std::uint64_t>(customer_size);
    customers_.reserve(customers);
    for (std::size_t i = 0; i < customers; ++i) {
        Customer customer;
        customer.now = read_history(reader);
        customer.before = read_history(reader);
        customer.wait = reader.number<std::int32_t>();
        const auto its = reader.number<std::uint8_t>();
        if (its > 3 || customer.wait < 0 || customer.wait > churn_steps)
            reader.fail("a customer out of range");
        customer.known = (its & 1) != 0;
        customer.inactive = (its & 2) != 0;
        if (customer.now.rfm.frequency == 0 || (customer.known && customer.before.rfm.frequency == 0)) {
            reader.fail("a customer without activity");
        }
        customers_.push_back(customer);
    }
    reader.end();
}

}  // namespace journey
