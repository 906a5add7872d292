// What comes next: the model's aggregate and type, and what it says of a journey.

#include "core/next_step.hpp"
#include "core/transition_report.hpp"

#include "pg/journey_argument.hpp"
#include "pg/path_arguments.hpp"
#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Counts = Expanded<StepCounts>;

std::uint32_t order_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_NARGS() <= n || PG_ARGISNULL(n)) return StepRules().max_order;
    const std::int32_t order = PG_GETARG_INT32(n);
    if (order < 0 || static_cast<std::uint32_t>(order) > most_order) {
        throw Error(ErrorCode::invalid_argument, "max_order", "max_order must be between 0 and %u, not %d",
                    most_order, order)
            .hint("2, the default, tells by the last two events.");
    }
    return static_cast<std::uint32_t>(order);
}

// max_order and min_count stand at 2 and 3, gap, collapse, keep, drop, starts at 4 to 8.
StepRules step_rules(FunctionCallInfo fcinfo) {
    StepRules rules;
    rules.max_order = order_argument(fcinfo, 2);
    rules.min_count = count_argument(fcinfo, 3, "min_count", 1, rules.min_count);
    rules.path = path_rules(fcinfo, 4, 5);
    return rules;
}

Datum sealed_datum(const Bytes& bytes) {
    SET_VARSIZE(bytes.data, bytes.size);
    return PointerGetDatum(bytes.data);
}

StepModel& read_model(Datum datum) {
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* model = make_in<StepModel>(memory, memory);
    model->decode(bytes_of(datum));
    return *model;
}

// The model of the last call, and the goal solved for, while the arguments stay the
// same. A value that is stored out of line is known by where it is stored, so that it
// is not fetched for every journey.
class LastModel {
  public:
    explicit LastModel(MemoryContext query)
        : context_(AllocSetContextCreate(query, "journey next step", ALLOCSET_SMALL_SIZES)),
          solved_(AllocSetContextCreate(context_, "journey next step goal", ALLOCSET_SMALL_SIZES)) {}

    const StepModel& of(Datum datum) {
        const auto* given = reinterpret_cast<const varlena*>(DatumGetPointer(datum));
        if (VARATT_IS_EXTERNAL(given) && !VARATT_IS_EXTERNAL_ONDISK(given))
            datum = PointerGetDatum(PG_DETOAST_DATUM(datum));
        const auto* raw = reinterpret_cast<const char*>(DatumGetPointer(datum));
        const std::size_t size = VARSIZE_ANY(raw);
        if (model_ != nullptr && size == size_ && memcmp(raw, raw_, size) == 0) return *model_;
        model_ = nullptr;
        reach_ = {};
        MemoryContextReset(context_);
        solved_ = AllocSetContextCreate(context_, "journey next step goal", ALLOCSET_SMALL_SIZES);
        MemoryContext caller = MemoryContextSwitchTo(context_);
        raw_ = static_cast<char*>(palloc(size));
        memcpy(raw_, raw, size);
        size_ = size;
        // A copy of its own, whatever becomes of the argument.
        StepModel& read = read_model(PointerGetDatum(PG_DETOAST_DATUM_COPY(PointerGetDatum(raw_))));
        MemoryContextSwitchTo(caller);
        model_ = &read;
        return read;
    }
    // After of().
    void solve(std::string_view goal) {
        if (reach_.data() != nullptr && goal == std::string_view(goal_, goal_size_)) return;
        reach_ = {};
        MemoryContextReset(solved_);
        MemoryContext caller = MemoryContextSwitchTo(solved_);
        auto& memory = ContextMemory::make(solved_);
        goal_ = pnstrdup(goal.data(), goal.size());
        goal_size_ = goal.size();
        const auto* flags =
            make_in<std::pmr::vector<std::uint8_t>>(memory, goal_symbols(*model_, goal, memory));
        const auto* reach = make_in<std::pmr::vector<double>>(memory, reaching(*model_, *flags, memory));
        MemoryContextSwitchTo(caller);
        goals_ = *flags;
        reach_ = *reach;
    }
    std::span<const double> reach() const { return reach_; }
    std::span<const std::uint8_t> goals() const { return goals_; }

  private:
    MemoryContext context_, solved_;
    char* raw_ = nullptr;
    std::size_t size_ = 0;
    StepModel* model_ = nullptr;
    char* goal_ = nullptr;
    std::size_t goal_size_ = 0;
    std::span<const double> reach_;
    std::span<const std::uint8_t> goals_;
};

LastModel& last_model(FunctionCallInfo fcinfo) {
    return per_query<LastModel>(
        fcinfo, [](ContextMemory& memory) { return make_in<LastModel>(memory, memory.context()); });
}

Datum context_datum(const StepModel& model, std::uint32_t context, ContextMemory& memory) {
    const auto symbols = model.events(context, memory);
    Datum names[most_order + 1];
    const auto length = static_cast<int>(symbols.size());
    for (int i = 0; i < length; ++i)
        names[i] = text_datum(model.name(symbols[static_cast<std::size_t>(length - 1 - i)]));
    return PointerGetDatum(construct_array(names, length, TEXTOID, -1, false, TYPALIGN_INT));
}

// Rows of one state, or of all.
struct StepStream {
    explicit StepStream(ContextMemory& its_memory) : memory(its_memory), next(&its_memory) {}
    ContextMemory& memory;
    const StepModel* model = nullptr;
    std::uint32_t state = 0;
    std::pmr::vector<NextStep> next;
    std::size_t at = 0, most = SIZE_MAX;
};

// (model, j, …, top): NULL where there is no model or journey.
StepStream* step_stream(FunctionCallInfo fcinfo, ContextMemory& memory, int top) {
    auto* made = make_in<StepStream>(memory, memory);
    const std::uint32_t most = count_argument(fcinfo, top, "top", 1, 0);
    if (most > 0) made->most = most;
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) return made;
    made->model = &read_model(PG_GETARG_DATUM(0));
    made->state = made->model->state(journey_argument(fcinfo, 1), memory);
    return made;
}

}  // namespace

// (state, j [, max_order [, min_count [, gap, collapse, keep, drop, starts]]])
JOURNEY_FUNCTION(next_step_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const auto rules = options_of<StepRules>(fcinfo, 2, [&] { return step_rules(fcinfo); });
    Counts& state = Counts::state(fcinfo, context);
    state->set(rules);
    if (!PG_ARGISNULL(1)) state->add(journey_argument(fcinfo, 1), rules.path);
    return state.datum();
}

// (state, model)
JOURNEY_FUNCTION(next_step_add_model) {
    return state_combine<StepCounts>(fcinfo);
}

JOURNEY_FUNCTION(next_step_combine) {
    return state_combine<StepCounts>(fcinfo);
}

JOURNEY_FUNCTION(next_step_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    return sealed_datum(Counts::read_only(PG_GETARG_DATUM(0))->seal(memory, VARHDRSZ));
}

namespace {

// A sealed model is checked as a model, the state of an aggregate as a state.
Datum checked_model(Datum bytes) {
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    make_in<StepCounts>(memory, memory)->decode(bytes_of(bytes));
    if ((std::to_integer<unsigned>(bytes_of(bytes)[1]) & 1) != 0) read_model(bytes);
    return bytes;
}

}  // namespace

JOURNEY_BYTES_TYPE(next_step_model, checked_model);

// (model, model); NULL is the empty model
JOURNEY_FUNCTION(next_step_union) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
        if (PG_ARGISNULL(0) && PG_ARGISNULL(1)) PG_RETURN_NULL();
        PG_RETURN_DATUM(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0));
    }
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    auto* counts = make_in<StepCounts>(memory, memory);
    counts->merge(*Counts::read_only(PG_GETARG_DATUM(0)));
    counts->merge(*Counts::read_only(PG_GETARG_DATUM(1)));
    return sealed_datum(counts->seal(memory, VARHDRSZ));
}

// (model, j, top) → rank, event, probability, count, visits, context
JOURNEY_FUNCTION(next_steps) {
    const auto stream = row_stream<StepStream>(fcinfo, [&](ContextMemory& memory) {
        StepStream* made = step_stream(fcinfo, memory, 2);
        if (made->model != nullptr) made->next = next_steps(*made->model, made->state, memory);
        return made;
    });
    StepStream& state = *stream.state;
    if (state.at == std::min(state.next.size(), state.most)) SRF_RETURN_DONE(stream.calls);
    const NextStep& step = state.next[state.at++];
    Datum values[6] = {Int32GetDatum(static_cast<std::int32_t>(state.at)),
                       text_datum(state.model->name(step.symbol)),
                       Float8GetDatum(step.probability),
                       Int64GetDatum(static_cast<std::int64_t>(step.count)),
                       Int64GetDatum(static_cast<std::int64_t>(state.model->visits(state.state))),
                       context_datum(*state.model, state.state, state.memory)};
    bool nulls[6] = {};
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (model, j)
JOURNEY_FUNCTION(next_step) {
    const StepModel& model = last_model(fcinfo).of(PG_GETARG_DATUM(0));
    ContextMemory memory;
    const std::uint32_t state = model.state(journey_argument(fcinfo, 1), memory);
    // The first of next_steps, without ordering them.
    const StepModel::Follower* most = nullptr;
    for (const auto& each : model.followers(state)) {
        if (most == nullptr || each.count > most->count ||
            (each.count == most->count && most->symbol == end_symbol))
            most = &each;
    }
    if (most == nullptr) PG_RETURN_NULL();
    return text_datum(model.name(most->symbol));
}

// (model, j, event)
JOURNEY_FUNCTION(next_step_probability) {
    const StepModel& model = last_model(fcinfo).of(PG_GETARG_DATUM(0));
    ContextMemory memory;
    const std::uint32_t state = model.state(journey_argument(fcinfo, 1), memory);
    const std::string_view event = text_argument(fcinfo, 2);
    const auto symbol = event == end_name ? std::optional(end_symbol) : model.symbol(event);
    if (!symbol) {
        throw Error(ErrorCode::invalid_argument, "event", "the model knows no event \"%.*s\"",
                    static_cast<int>(std::min<std::size_t>(event.size(), 100)), event.data())
            .hint(
                "next_step_counts(model) lists the events it was fitted to; '(end)' is the end of the "
                "session.");
    }
    if (model.visits(state) == 0) PG_RETURN_NULL();
    for (const auto& each : model.followers(state)) {
        if (each.symbol == *symbol)
            PG_RETURN_FLOAT8(static_cast<double>(each.count) / static_cast<double>(model.visits(state)));
    }
    PG_RETURN_FLOAT8(0);
}

// (model, j, goal)
JOURNEY_FUNCTION(conversion_probability) {
    LastModel& last = last_model(fcinfo);
    const StepModel& model = last.of(PG_GETARG_DATUM(0));
    last.solve(text_argument(fcinfo, 2));
    ContextMemory memory;
    PG_RETURN_FLOAT8(last.reach()[model.state(journey_argument(fcinfo, 1), memory)]);
}

// (model, j, goal, top) → rank, event, conversion, lift, probability, visits. All rows at
// once: what is remembered from journey to journey hangs where rows one by one would.
JOURNEY_FUNCTION(next_best_steps) {
    const std::uint32_t top = count_argument(fcinfo, 3, "top", 1, UINT32_MAX);
    if (PG_ARGISNULL(2)) fail_null("goal");
    LastModel& last = last_model(fcinfo);
    InitMaterializedSRF(fcinfo, 0);
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) return 0;
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    const StepModel& model = last.of(PG_GETARG_DATUM(0));
    last.solve(text_argument(fcinfo, 2));
    auto& memory = ContextMemory::make(CurrentMemoryContext);
    const std::uint32_t state = model.state(journey_argument(fcinfo, 1), memory);
    const auto& steps = *make_in<std::pmr::vector<BestStep>>(
        memory, best_steps(model, state, last.reach(), last.goals(), memory));
    for (std::size_t i = 0; i < std::min<std::size_t>(steps.size(), top); ++i) {
        const BestStep& step = steps[i];
        Datum values[6] = {Int32GetDatum(static_cast<std::int32_t>(i) + 1),
                           text_datum(model.name(step.symbol)),
                           Float8GetDatum(step.conversion),
                           Float8GetDatum(step.conversion - last.reach()[state]),
                           Float8GetDatum(step.probability),
                           Int64GetDatum(static_cast<std::int64_t>(step.visits))};
        bool nulls[6] = {};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return 0;
}

// (model, j, goal)
JOURNEY_FUNCTION(next_best_step) {
    LastModel& last = last_model(fcinfo);
    const StepModel& model = last.of(PG_GETARG_DATUM(0));
    last.solve(text_argument(fcinfo, 2));
    ContextMemory memory;
    const std::uint32_t state = model.state(journey_argument(fcinfo, 1), memory);
    const auto steps = best_steps(model, state, last.reach(), last.goals(), memory);
    // A step that only rounding makes better is no advice.
    if (steps.empty() || !(steps[0].conversion > last.reach()[state] + 1e-9)) PG_RETURN_NULL();
    return text_datum(model.name(steps[0].symbol));
}

namespace {

struct CountStream {
    explicit CountStream(ContextMemory& its_memory) : memory(its_memory), model(its_memory) {}
    ContextMemory& memory;
    StepModel model;
    std::uint32_t context = 0;
    std::size_t follower = 0;
};

}  // namespace

// (model) → context, event, count, visits, probability, used
JOURNEY_FUNCTION(next_step_counts) {
    const auto stream = row_stream<CountStream>(fcinfo, [&](ContextMemory& memory) {
        auto* made = make_in<CountStream>(memory, memory);
        made->model.decode(bytes_argument(fcinfo, 0));
        return made;
    });
    CountStream& state = *stream.state;
    while (state.context < state.model.contexts() &&
           state.follower == state.model.followers(state.context).size()) {
        ++state.context;
        state.follower = 0;
    }
    if (state.context == state.model.contexts()) SRF_RETURN_DONE(stream.calls);
    const auto& each = state.model.followers(state.context)[state.follower++];
    const std::uint64_t visits = state.model.visits(state.context);
    Datum values[6] = {context_datum(state.model, state.context, state.memory),
                       text_datum(state.model.name(each.symbol)),
                       Int64GetDatum(static_cast<std::int64_t>(each.count)),
                       Int64GetDatum(static_cast<std::int64_t>(visits)),
                       Float8GetDatum(static_cast<double>(each.count) / static_cast<double>(visits)),
                       BoolGetDatum(state.model.usable(state.context))};
    bool nulls[6] = {};
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, values, nulls));
}

// (model) → journeys, sessions, steps, events, contexts, used_contexts, max_order, min_count
JOURNEY_FUNCTION(next_step_summary) {
    const StepModel& model = read_model(PG_GETARG_DATUM(0));
    std::int64_t used = 0;
    for (std::uint32_t c = 0; c < model.contexts(); ++c) used += model.usable(c) ? 1 : 0;
    Datum values[8] = {Int64GetDatum(static_cast<std::int64_t>(model.journeys())),
                       Int64GetDatum(static_cast<std::int64_t>(model.sessions())),
                       Int64GetDatum(static_cast<std::int64_t>(model.visits(0))),
                       Int64GetDatum(model.names()),
                       Int64GetDatum(model.contexts()),
                       Int64GetDatum(used),
                       Int32GetDatum(static_cast<std::int32_t>(model.max_order())),
                       Int32GetDatum(static_cast<std::int32_t>(model.min_count()))};
    bool nulls[8] = {};
    return record_datum(fcinfo, values, nulls);
}
