#include "core/btyd_score.hpp"

#include <cmath>

#include "core/btyd_bgbb.hpp"
#include "core/btyd_bgnbd.hpp"
#include "core/btyd_pareto_nbd.hpp"
#include "core/btyd_sample.hpp"
#include "core/btyd_series.hpp"
#include "core/btyd_simple.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

constexpr const char* purchase_models = "bgnbd, mbgnbd, pareto_nbd, nbd or bgbb";

[[noreturn]] void fail_model(const BtydModel& model, const char* argument, const char* wanted) {
    const std::string_view name = btyd_name(model.kind);
    throw Error(ErrorCode::invalid_argument, argument, "%s is a model of kind %.*s, which cannot answer this",
                argument, static_cast<int>(name.size()), name.data())
        .hint("Give a model of kind %s.", wanted);
}

void check_length(const char* argument, double t) {
    if (t >= 0 && std::isfinite(t)) return;
    throw Error(ErrorCode::invalid_argument, argument, "%s must be a finite number of at least 0", argument)
        .hint("It is counted in the unit of the model; see btyd_units().");
}

void check_periods(const char* argument, double n) {
    constexpr double most = 1e9;
    if (n >= 0 && n <= most && n == std::floor(n)) return;
    throw Error(ErrorCode::invalid_argument, argument, "%s must be a whole number from 0 to 1000000000",
                argument)
        .hint("This model counts periods.");
}

void check_discount(double discount) {
    if (discount >= 0 && std::isfinite(discount)) return;
    throw Error(ErrorCode::invalid_argument, "discount", "discount must be a finite number of at least 0")
        .hint("Write 0.01 for 1 per cent a period.");
}

BgNbd bgnbd(const BtydModel& model) {
    return {model.parameters[0], model.parameters[1], model.parameters[2], model.parameters[3],
            model.kind == BtydKind::mbgnbd};
}
ParetoNbd pareto(const BtydModel& model) {
    return {model.parameters[0], model.parameters[1], model.parameters[2], model.parameters[3]};
}
BgBb bgbb(const BtydModel& model) {
    return {model.parameters[0], model.parameters[1], model.parameters[2], model.parameters[3]};
}
Nbd nbd(const BtydModel& model) {
    return {model.parameters[0], model.parameters[1]};
}
const BtydModel& only(const BtydModel& model, BtydKind kind, const char* argument) {
    if (model.kind != kind) fail_model(model, argument, btyd_name(kind).data());
    return model;
}
Sbg sbg(const BtydModel& model) {
    only(model, BtydKind::sbg, "model");
    return {model.parameters[0], model.parameters[1]};
}

void check_history(const BtydModel& model, const BtydHistory& history) {
    BtydRow row{history.x, history.recency, history.age, 1};
    check_btyd_row(model.kind, row);
}

double expected_unchecked(const BtydModel& model, const BtydHistory& h, double t) {
    switch (model.kind) {
        case BtydKind::bgnbd:
        case BtydKind::mbgnbd:
            return bgnbd(model).expected(h.x, h.recency, h.age, t);
        case BtydKind::pareto_nbd:
            return pareto(model).expected(h.x, h.recency, h.age, t);
        case BtydKind::nbd:
            return nbd(model).after(h.x, h.age).expected(t);
        case BtydKind::bgbb:
            check_periods("horizon", t);
            return bgbb(model).expected(h.x, h.recency, h.age, t);
        case BtydKind::gamma_gamma:
        case BtydKind::sbg:
            break;
    }
    fail_model(model, "model", purchase_models);
}

void check_purchases(const BtydModel& model) {
    if (model.kind == BtydKind::gamma_gamma || model.kind == BtydKind::sbg) {
        fail_model(model, "model", purchase_models);
    }
}

}  // namespace

double btyd_expected(const BtydModel& model, double t) {
    check_purchases(model);
    check_length("horizon", t);
    switch (model.kind) {
        case BtydKind::pareto_nbd:
            return pareto(model).expected(t);
        case BtydKind::nbd:
            return nbd(model).expected(t);
        case BtydKind::bgbb:
            check_periods("horizon", t);
            return bgbb(model).expected(t);
        default:
            return bgnbd(model).expected(t);
    }
}

double btyd_expected(const BtydModel& model, const BtydHistory& history, double t) {
    check_purchases(model);
    check_history(model, history);
    check_length("horizon", t);
    return expected_unchecked(model, history, t);
}

void BtydScorer::set(const BtydModel& model) {
    check_purchases(model);
    model_ = model;
    if (model.kind == BtydKind::bgnbd || model.kind == BtydKind::mbgnbd) series_.set(bgnbd(model));
    if (model.kind == BtydKind::pareto_nbd) pareto_.set(pareto(model));
}

// As check_history, but quick where nothing is wrong.
void BtydScorer::check(const BtydHistory& history) const {
    const bool plain = history.x >= 0 && history.recency <= history.age && std::isfinite(history.age) &&
                       (history.x > 0 ? history.recency > 0 : history.recency == 0) &&
                       model_.kind != BtydKind::bgbb && model_.kind != BtydKind::nbd;
    if (!plain) check_history(model_, history);
}

double BtydScorer::expected(const BtydHistory& history, double t) {
    check(history);
    check_length("horizon", t);
    switch (model_.kind) {
        case BtydKind::bgnbd:
        case BtydKind::mbgnbd:
            return series_.expected(history.x, history.recency, history.age, t);
        case BtydKind::pareto_nbd:
            return pareto_.alive(history.x, history.recency, history.age) *
                   pareto(model_).after(history.x, history.age).expected(t);
        default:
            return expected_unchecked(model_, history, t);
    }
}

double BtydScorer::alive(const BtydHistory& history) {
    if (model_.kind != BtydKind::pareto_nbd) return btyd_alive(model_, history);
    check(history);
    return pareto_.alive(history.x, history.recency, history.age);
}

double btyd_alive(const BtydModel& model, const BtydHistory& history) {
    check_purchases(model);
    check_history(model, history);
    switch (model.kind) {
        case BtydKind::pareto_nbd:
            return pareto(model).alive(history.x, history.recency, history.age);
        case BtydKind::nbd:
            return 1;
        case BtydKind::bgbb:
            return bgbb(model).alive(history.x, history.recency, history.age);
        default:
            return bgnbd(model).alive(history.x, history.recency, history.age);
    }
}

double btyd_probability(const BtydModel& model, double n, double t) {
    check_purchases(model);
    check_periods("purchases", n);
    check_length("horizon", t);
    switch (model.kind) {
        case BtydKind::pareto_nbd:
            return pareto(model).probability(n, t);
        case BtydKind::nbd:
            return nbd(model).probability(n, t);
        case BtydKind::bgbb:
            check_periods("horizon", t);
            return bgbb(model).probability(n, t);
        default:
            return bgnbd(model).probability(n, t);
    }
}

double btyd_probability(const BtydModel& model, double n, const BtydHistory& h, double t) {
    check_purchases(model);
    check_history(model, h);
    check_periods("purchases", n);
    check_length("horizon", t);
    switch (model.kind) {
        case BtydKind::pareto_nbd:
            return pareto(model).probability(n, h.x, h.recency, h.age, t);
        case BtydKind::nbd:
            return nbd(model).after(h.x, h.age).probability(n, t);
        case BtydKind::bgbb:
            check_periods("horizon", t);
            return bgbb(model).probability(n, h.x, h.recency, h.age, t);
        default:
            return bgnbd(model).probability(n, h.x, h.recency, h.age, t);
    }
}

double btyd_residual(const BtydModel& model, const BtydHistory& h, double discount) {
    if (model.kind != BtydKind::pareto_nbd && model.kind != BtydKind::bgbb) {
        fail_model(model, "model", "pareto_nbd or bgbb; for others give a horizon to btyd_value()");
    }
    check_history(model, h);
    check_discount(discount);
    if (discount < 1e-6) {
        throw Error(ErrorCode::invalid_argument, "discount", "discount must be at least 0.000001")
            .hint("Without a discount purchases without end may have no finite sum; use btyd_purchases().");
    }
    if (model.kind == BtydKind::bgbb) return bgbb(model).residual(h.x, h.recency, h.age, discount);
    return pareto(model).residual(h.x, h.recency, h.age, discount);
}

double btyd_spend(const BtydModel& model, double x, double monetary) {
    only(model, BtydKind::gamma_gamma, "model");
    check_btyd_row(BtydKind::gamma_gamma, BtydRow{x, x > 0 ? monetary : 1, 0, 1});
    return GammaGamma{model.parameters[0], model.parameters[1], model.parameters[2]}.expected(x, monetary);
}

double btyd_value(const BtydModel& purchases, const BtydModel& spend, const BtydHistory& history,
                  double monetary, double horizon, double discount, double period) {
    check_purchases(purchases);
    check_history(purchases, history);
    only(spend, BtydKind::gamma_gamma, "spend");
    check_length("horizon", horizon);
    check_discount(discount);
    if (!(period > 0) || !std::isfinite(period) || horizon / period > 1e6) {
        throw Error(ErrorCode::invalid_argument, "period", "period must be a positive length of time")
            .hint("At most 1000000 periods fit a horizon; the discount is by the period.");
    }
    double sum = 0, before = 0, factor = 1;
    for (double k = 1; (k - 1) * period < horizon; ++k) {
        const double until = std::fmin(k * period, horizon);
        const double so_far = expected_unchecked(purchases, history, until);
        factor /= 1 + discount;
        sum += (so_far - before) * factor;
        before = so_far;
        poll_interrupt();
    }
    return sum * btyd_spend(spend, history.x, monetary);
}

double btyd_units(const BtydModel& model, std::uint64_t microseconds) {
    BtydUnit unit = model.unit;
    if (unit.word == BtydUnit::Word::none) {
        throw Error(ErrorCode::invalid_argument, "model", "the model has no unit of time")
            .hint("Give a model of purchases, such as bgnbd_fit() makes.");
    }
    if (unit.word == BtydUnit::Word::year) unit = {BtydUnit::Word::month, 12 * unit.count};
    return static_cast<double>(microseconds) / unit.microseconds();
}

double btyd_retention(const BtydModel& model, double period) {
    const Sbg own = sbg(model);
    check_periods("period", period);
    if (period < 1) {
        throw Error(ErrorCode::invalid_argument, "period", "period must be at least 1")
            .hint("Period 1 is the first after which a customer can leave.");
    }
    return own.retention(period);
}

double btyd_survival(const BtydModel& model, double periods) {
    const Sbg own = sbg(model);
    check_periods("periods", periods);
    return own.survival(periods);
}

double btyd_lifetime(const BtydModel& model, double survived, double horizon, double discount) {
    const Sbg own = sbg(model);
    check_periods("survived", survived);
    if (!std::isinf(horizon)) check_periods("horizon", horizon);
    check_discount(discount);
    if (discount > 0 && discount < 1e-6 && std::isinf(horizon)) {
        throw Error(ErrorCode::invalid_argument, "discount", "discount must be 0 or at least 0.000001")
            .hint("Give a horizon, or leave the discount out.");
    }
    return own.lifetime(survived, horizon, discount);
}

}  // namespace journey
