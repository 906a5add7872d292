// btyd_summary: frequency, recency, age and monetary of a customer, from rows or
// from a journey.

#include <cmath>

#include "core/btyd_model.hpp"
#include "core/btyd_summary.hpp"

#include "pg/aggregate.hpp"
#include "pg/journey_argument.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// What a summary is asked for.
struct Rules {
    BtydUnit unit;
    BtydUnit::Word merge = BtydUnit::Word::day;
    const pg_tz* zone = nullptr;  // null: UTC
    Time as_of = 0;
    Time until = 0;
    bool has_until = false;

    PurchasePeriods periods() const { return {unit, merge}; }
    bool same(const Rules& other) const {
        return unit == other.unit && merge == other.merge && as_of == other.as_of && until == other.until &&
               has_until == other.has_until;
    }
};

// Where arguments stand: unit, as_of, holdout_until, merge, time_zone from `first` on.
struct RuleArguments {
    int unit, as_of, until, merge, zone;
    static RuleArguments from(int first) { return {first, first + 1, first + 2, first + 3, first + 4}; }
};

Time moment_argument(FunctionCallInfo fcinfo, int n, const char* argument) {
    if (PG_ARGISNULL(n)) fail_null(argument);
    const Time time = PG_GETARG_TIMESTAMPTZ(n);
    if (TIMESTAMP_NOT_FINITE(time)) {
        throw Error(ErrorCode::invalid_argument, argument, "%s must not be infinite", argument)
            .hint("Give the moment at which observation ends.");
    }
    return time;
}

const pg_tz* zone_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return nullptr;
    const std::string_view name = text_argument(fcinfo, n);
    char text[TZ_STRLEN_MAX + 1] = {};
    const pg_tz* zone = nullptr;
    if (name.size() <= TZ_STRLEN_MAX) {
        memcpy(text, name.data(), name.size());
        zone = pg_tzset(text);
    }
    if (zone == nullptr) {
        throw Error(ErrorCode::invalid_argument, "time_zone", "unknown time zone in time_zone: \"%.*s\"",
                    static_cast<int>(name.size()), name.data())
            .hint("Use a name of pg_timezone_names, such as 'Europe/Berlin' or 'UTC'.");
    }
    return zone;
}

Rules read_rules(FunctionCallInfo fcinfo, const RuleArguments& at) {
    Rules rules;
    if (PG_ARGISNULL(at.unit)) fail_null("unit");
    rules.unit = parse_btyd_unit(text_argument(fcinfo, at.unit), "unit");
    rules.as_of = moment_argument(fcinfo, at.as_of, "as_of");
    if (PG_NARGS() > at.until && !PG_ARGISNULL(at.until)) {
        rules.until = moment_argument(fcinfo, at.until, "holdout_until");
        rules.has_until = true;
        if (rules.until < rules.as_of) {
            throw Error(ErrorCode::invalid_argument, "holdout_until", "holdout_until is before as_of")
                .hint("The holdout begins where the calibration ends, at as_of.");
        }
    }
    if (PG_NARGS() > at.merge) {
        if (PG_ARGISNULL(at.merge)) fail_null("merge");
        const BtydUnit merge = parse_btyd_unit(text_argument(fcinfo, at.merge), "merge");
        if (merge.count != 1) {
            throw Error(ErrorCode::invalid_argument, "merge", "merge must be one period")
                .hint("Write hour, day, week, month or year.");
        }
        rules.merge = merge.word;
    }
    rules.zone = zone_argument(fcinfo, at.zone);
    rules.periods();  // throws if the two do not fit
    return rules;
}

// The clock of the zone, as microseconds since its 2000-01-01.
Time local_time(Time ts, const pg_tz* zone) {
    if (zone == nullptr) return ts;
    pg_tm tm;
    fsec_t fraction;
    int west;
    if (timestamp2tm(ts, &west, &tm, &fraction, nullptr, const_cast<pg_tz*>(zone)) != 0) return ts;
    return ts - west * USECS_PER_SEC;
}

// Adds a purchase that the rules look at.
void add_purchase(Purchases& purchases, const Rules& rules, const PurchasePeriods& periods, Time ts,
                  std::optional<double> amount) {
    if (TIMESTAMP_NOT_FINITE(ts)) {
        throw Error(ErrorCode::invalid_argument, "ts", "ts must not be infinite")
            .hint("Leave such rows out with a WHERE clause.");
    }
    const bool later = ts > rules.as_of;
    if (later && (!rules.has_until || ts > rules.until)) return;
    purchases.add(periods.period(local_time(ts, rules.zone)), later, amount);
}

struct SummaryState {
    SummaryState(const Rules& its_rules, std::pmr::memory_resource& memory)
        : rules(its_rules), purchases(memory) {}
    Rules rules;
    std::int64_t as_of_period = 0, until_period = 0;
    Purchases purchases;
};
struct SummaryQuery {
    explicit SummaryQuery(ContextMemory& its_memory) : memory(its_memory) {}
    ContextMemory& memory;
    ContextMemories contexts;
    Rules rules;
    bool constant = false;
};

SummaryState& new_state(SummaryQuery& query, MemoryContext context, const Rules& rules) {
    ContextMemory& memory = query.contexts.of(context, query.memory);
    auto* state = make_in<SummaryState>(memory, rules, memory);
    const PurchasePeriods periods = rules.periods();
    state->as_of_period = periods.period(local_time(rules.as_of, rules.zone));
    state->until_period = periods.period(local_time(rules.until, rules.zone));
    return *state;
}

void check_same(const SummaryState& state, const Rules& rules) {
    if (state.rules.same(rules)) return;
    throw Error(ErrorCode::invalid_argument, "as_of",
                "unit, as_of, holdout_until or merge differ between rows")
        .hint("Ask of all purchases of a customer as of one moment.");
}

Datum customer_row(FunctionCallInfo fcinfo, const std::optional<BtydCustomer>& customer) {
    if (!customer) PG_RETURN_NULL();
    Datum values[7] = {Int64GetDatum(customer->frequency), Float8GetDatum(customer->recency),
                       Float8GetDatum(customer->age), Float8GetDatum(customer->monetary.value_or(0))};
    bool nulls[7] = {};
    nulls[3] = !customer->monetary;
    nulls[4] = nulls[5] = nulls[6] = !customer->holdout;
    if (customer->holdout) {
        values[4] = Int64GetDatum(customer->holdout->frequency);
        values[5] = Float8GetDatum(customer->holdout->amount);
        values[6] = Float8GetDatum(customer->holdout->length);
    }
    return record_datum(fcinfo, values, nulls);
}

std::optional<BtydCustomer> summary_of(SummaryState& state) {
    std::optional<std::int64_t> until;
    if (state.rules.has_until) until = state.until_period;
    return state.purchases.summary(state.rules.periods(), state.as_of_period, until);
}

// One flag for each event name of the journey.
bool* purchase_events(const JourneyView& journey, std::span<const std::string_view> names) {
    auto* is_purchase = static_cast<bool*>(palloc0(journey.event_names().size() + 1));
    for (std::string_view name : names) {
        if (const auto code = journey.event_names().find(name)) is_purchase[*code] = true;
    }
    return is_purchase;
}

}  // namespace

// (state, ts, amount, unit, as_of [, holdout_until [, merge, time_zone]])
JOURNEY_FUNCTION(btyd_summary_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const RuleArguments at = RuleArguments::from(3);
    auto& query = per_query<SummaryQuery>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<SummaryQuery>(memory, memory);
        made->constant = true;
        for (int n = at.unit; n < PG_NARGS(); ++n)
            made->constant = made->constant && is_constant_argument(fcinfo, n);
        if (made->constant) made->rules = read_rules(fcinfo, at);
        return made;
    });
    const Rules rules = query.constant ? query.rules : read_rules(fcinfo, at);
    auto* given = state_argument<SummaryState>(fcinfo, 0);
    SummaryState& state = given != nullptr ? *given : new_state(query, context, rules);
    if (!query.constant) check_same(state, rules);
    if (PG_ARGISNULL(1)) PG_RETURN_POINTER(&state);
    std::optional<double> amount;
    if (!PG_ARGISNULL(2)) amount = PG_GETARG_FLOAT8(2);
    add_purchase(state.purchases, rules, rules.periods(), PG_GETARG_TIMESTAMPTZ(1), amount);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(btyd_summary_combine) {
    MemoryContext context = aggregate_context(fcinfo);
    auto* other = state_argument<SummaryState>(fcinfo, 1);
    if (other == nullptr) return unchanged_state(fcinfo);
    auto& query = per_query<SummaryQuery>(
        fcinfo, [](ContextMemory& memory) { return make_in<SummaryQuery>(memory, memory); });
    auto* given = state_argument<SummaryState>(fcinfo, 0);
    SummaryState& state = given != nullptr ? *given : new_state(query, context, other->rules);
    check_same(state, other->rules);
    state.as_of_period = other->as_of_period;
    state.until_period = other->until_period;
    state.purchases.merge(other->purchases);
    PG_RETURN_POINTER(&state);
}

JOURNEY_FUNCTION(btyd_summary_serialise) {
    aggregate_context(fcinfo);
    const auto* state = state_argument<SummaryState>(fcinfo, 0);
    StringInfoData buffer;
    pq_begintypsend(&buffer);
    pq_sendint32(&buffer, static_cast<std::uint32_t>(state->rules.unit.word));
    pq_sendint32(&buffer, state->rules.unit.count);
    pq_sendint32(&buffer, static_cast<std::uint32_t>(state->rules.merge));
    pq_sendint32(&buffer, state->rules.has_until ? 1 : 0);
    for (std::int64_t number :
         {state->rules.as_of, state->rules.until, state->as_of_period, state->until_period}) {
        pq_sendint64(&buffer, static_cast<std::uint64_t>(number));
    }
    const auto rows = state->purchases.rows();
    pq_sendint64(&buffer, rows.size());
    pq_sendbytes(&buffer, reinterpret_cast<const char*>(rows.data()), static_cast<int>(rows.size_bytes()));
    return PointerGetDatum(pq_endtypsend(&buffer));
}

JOURNEY_FUNCTION(btyd_summary_deserialise) {
    aggregate_context(fcinfo);
    StringInfoData buffer = message_argument(fcinfo, 0);
    Rules rules;
    rules.unit.word = static_cast<BtydUnit::Word>(pq_getmsgint(&buffer, 4));
    rules.unit.count = pq_getmsgint(&buffer, 4);
    rules.merge = static_cast<BtydUnit::Word>(pq_getmsgint(&buffer, 4));
    rules.has_until = pq_getmsgint(&buffer, 4) != 0;
    rules.as_of = pq_getmsgint64(&buffer);
    rules.until = pq_getmsgint64(&buffer);
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    auto* state = make_in<SummaryState>(memory, rules, memory);
    state->as_of_period = pq_getmsgint64(&buffer);
    state->until_period = pq_getmsgint64(&buffer);
    const auto count = static_cast<std::size_t>(pq_getmsgint64(&buffer));
    auto* rows = static_cast<Purchases::Row*>(palloc(count * sizeof(Purchases::Row) + 1));
    pq_copymsgbytes(&buffer, reinterpret_cast<char*>(rows), static_cast<int>(count * sizeof(Purchases::Row)));
    state->purchases.assign({rows, count});
    PG_RETURN_POINTER(state);
}

JOURNEY_FUNCTION(btyd_summary_finish) {
    aggregate_context(fcinfo);
    auto* state = state_argument<SummaryState>(fcinfo, 0);
    if (state == nullptr) PG_RETURN_NULL();
    return customer_row(fcinfo, summary_of(*state));
}

// (journey, purchases, unit, as_of, holdout_until, merge, time_zone)
JOURNEY_FUNCTION(btyd_summary_journey) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto names = texts_argument(fcinfo, 1, "purchases");
    const Rules rules = read_rules(fcinfo, RuleArguments::from(2));
    const JourneyView journey = journey_argument(fcinfo, 0);
    const bool* is_purchase = purchase_events(journey, names);
    const PurchasePeriods periods = rules.periods();
    const NumberColumn values = journey.values();
    ContextMemory& memory = ContextMemory::make(CurrentMemoryContext);
    auto* purchases = make_in<Purchases>(memory, memory);
    std::uint32_t rank = 0;
    Poll poll;
    for (std::uint32_t i = 0; i < journey.size(); ++i) {
        poll();
        std::optional<double> amount;
        if (values.has(i)) amount = values.number(rank++);
        const std::uint32_t event = journey.event(i);
        if (event >= journey.event_names().size()) fail_corrupted("code");
        if (is_purchase[event]) add_purchase(*purchases, rules, periods, journey.time(i), amount);
    }
    std::optional<std::int64_t> until;
    if (rules.has_until) until = periods.period(local_time(rules.until, rules.zone));
    return customer_row(
        fcinfo, purchases->summary(periods, periods.period(local_time(rules.as_of, rules.zone)), until));
}
