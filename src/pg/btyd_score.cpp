// Scores of customers by a fitted model. All are strict.

#include <cmath>

#include "core/btyd_model.hpp"
#include "core/btyd_score.hpp"
#include "core/btyd_series.hpp"

#include "pg/btyd_model.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// Arguments n, n+1, n+2: frequency, recency, age.
BtydHistory history_argument(FunctionCallInfo fcinfo, int n) {
    return {static_cast<double>(PG_GETARG_INT64(n)), PG_GETARG_FLOAT8(n + 1), PG_GETARG_FLOAT8(n + 2)};
}

Datum number(FunctionCallInfo fcinfo, double result) {
    if (std::isnan(result)) PG_RETURN_NULL();
    PG_RETURN_FLOAT8(result);
}

// What a score keeps between the rows of a query.
struct ScoreQuery {
    explicit ScoreQuery(ContextMemory& memory) : scorer(memory) {}
    ModelCache model;
    BtydScorer scorer;
    std::uint64_t changes = 0;
};

ScoreQuery& score_query(FunctionCallInfo fcinfo) {
    return per_query<ScoreQuery>(fcinfo,
                                 [](ContextMemory& memory) { return make_in<ScoreQuery>(memory, memory); });
}

BtydScorer& scorer_of(ScoreQuery& query, const BtydModel& model) {
    if (query.changes != query.model.changes()) {
        query.scorer.set(model);
        query.changes = query.model.changes();
    }
    return query.scorer;
}

}  // namespace

// (model, horizon) or (model, frequency, recency, age, horizon)
JOURNEY_FUNCTION(btyd_purchases) {
    ScoreQuery& query = score_query(fcinfo);
    const BtydModel& model = query.model.of(PG_GETARG_DATUM(0));
    if (PG_NARGS() == 2) return number(fcinfo, btyd_expected(model, PG_GETARG_FLOAT8(1)));
    return number(fcinfo, scorer_of(query, model).expected(history_argument(fcinfo, 1), PG_GETARG_FLOAT8(4)));
}

// (model, frequency, recency, age)
JOURNEY_FUNCTION(btyd_alive) {
    ScoreQuery& query = score_query(fcinfo);
    const BtydModel& model = query.model.of(PG_GETARG_DATUM(0));
    return number(fcinfo, scorer_of(query, model).alive(history_argument(fcinfo, 1)));
}

// (model, purchases, horizon) or (model, purchases, frequency, recency, age, horizon)
JOURNEY_FUNCTION(btyd_probability) {
    const BtydModel& model = model_argument(fcinfo, 0);
    const auto purchases = static_cast<double>(PG_GETARG_INT64(1));
    if (PG_NARGS() == 3) return number(fcinfo, btyd_probability(model, purchases, PG_GETARG_FLOAT8(2)));
    return number(fcinfo,
                  btyd_probability(model, purchases, history_argument(fcinfo, 2), PG_GETARG_FLOAT8(5)));
}

// (model, frequency, recency, age, discount)
JOURNEY_FUNCTION(btyd_residual) {
    return number(fcinfo,
                  btyd_residual(model_argument(fcinfo, 0), history_argument(fcinfo, 1), PG_GETARG_FLOAT8(4)));
}

// (model, frequency, monetary): monetary is NULL for customers without a repeat purchase.
JOURNEY_FUNCTION(btyd_spend) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
    const std::int64_t frequency = PG_GETARG_INT64(1);
    if (frequency > 0 && PG_ARGISNULL(2)) PG_RETURN_NULL();
    const double monetary = PG_ARGISNULL(2) ? 0 : PG_GETARG_FLOAT8(2);
    return number(fcinfo, btyd_spend(model_argument(fcinfo, 0), static_cast<double>(frequency), monetary));
}

// (model, spend, frequency, recency, age, monetary, horizon, discount, period)
JOURNEY_FUNCTION(btyd_value) {
    for (int n = 0; n < PG_NARGS(); ++n) {
        if (PG_ARGISNULL(n) && n != 5) PG_RETURN_NULL();
    }
    const BtydHistory history = history_argument(fcinfo, 2);
    if (history.x > 0 && PG_ARGISNULL(5)) PG_RETURN_NULL();
    const double monetary = PG_ARGISNULL(5) ? 0 : PG_GETARG_FLOAT8(5);
    return number(fcinfo,
                  btyd_value(model_argument(fcinfo, 0), model_argument(fcinfo, 1, 1), history, monetary,
                             PG_GETARG_FLOAT8(6), PG_GETARG_FLOAT8(7), PG_GETARG_FLOAT8(8)));
}

JOURNEY_FUNCTION(btyd_units) {
    return number(fcinfo, btyd_units(model_argument(fcinfo, 0), span_argument(fcinfo, 1, "length")));
}

JOURNEY_FUNCTION(btyd_retention) {
    return number(fcinfo, btyd_retention(model_argument(fcinfo, 0), static_cast<double>(PG_GETARG_INT64(1))));
}

JOURNEY_FUNCTION(btyd_survival) {
    return number(fcinfo, btyd_survival(model_argument(fcinfo, 0), static_cast<double>(PG_GETARG_INT64(1))));
}

// (model, survived, horizon, discount): without a horizon for ever.
JOURNEY_FUNCTION(btyd_lifetime) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3)) PG_RETURN_NULL();
    const double horizon = PG_ARGISNULL(2) ? HUGE_VAL : static_cast<double>(PG_GETARG_INT64(2));
    return number(fcinfo, btyd_lifetime(model_argument(fcinfo, 0), static_cast<double>(PG_GETARG_INT64(1)),
                                        horizon, PG_GETARG_FLOAT8(3)));
}
