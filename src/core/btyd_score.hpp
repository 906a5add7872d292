// Scoring with a fitted model: what a customer will do. All times are in the
// model's unit. Throws ErrorCode::invalid_argument for a model that cannot answer
// and for a history that cannot be.
#pragma once

#include "core/btyd_model.hpp"

namespace journey {

// What is known of a customer: repeat purchases, age at the last of them, age.
struct BtydHistory {
    double x = 0, recency = 0, age = 0;
};

// Expected purchases of a new customer (beyond the first) in t.
double btyd_expected(const BtydModel& model, double t);
// Expected purchases of a customer in the next t.
double btyd_expected(const BtydModel& model, const BtydHistory& history, double t);
// The chance that he will ever buy again if one waits long enough (bgbb: that he
// is there at the next opportunity).
double btyd_alive(const BtydModel& model, const BtydHistory& history);
// The chance of exactly n purchases.
double btyd_probability(const BtydModel& model, double n, double t);
double btyd_probability(const BtydModel& model, double n, const BtydHistory& history, double t);
// All discounted purchases to come: pareto_nbd (continuous discount) and bgbb.
double btyd_residual(const BtydModel& model, const BtydHistory& history, double discount);

// gamma_gamma: expected mean spend. NaN where it is not finite.
double btyd_spend(const BtydModel& model, double x, double monetary);

// The worth of a customer's purchases in the next `horizon`: expected spend times
// the expected purchases of each period, the k-th divided by (1 + discount)^k.
double btyd_value(const BtydModel& purchases, const BtydModel& spend, const BtydHistory& history,
                  double monetary, double horizon, double discount, double period);

// How many units of the model a length of time is; a month is 30 days, a year 12 months.
double btyd_units(const BtydModel& model, std::uint64_t microseconds);

// sbg.
double btyd_retention(const BtydModel& model, double period);
double btyd_survival(const BtydModel& model, double periods);
double btyd_lifetime(const BtydModel& model, double survived, double horizon, double discount);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
