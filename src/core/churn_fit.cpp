// Fits of the three rungs, and their test against what came later.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/btyd_fit.hpp"
#include "core/churn_sample.hpp"
#include "core/error.hpp"
#include "core/exact_sum.hpp"
#include "core/interrupt.hpp"
#include "core/survival.hpp"
#include "core/survival_fit.hpp"

namespace journey {

namespace {

constexpr double day = 86'400'000'000;

double median(std::pmr::vector<double>& numbers) {
    std::sort(numbers.begin(), numbers.end());
    const std::size_t n = numbers.size();
    return n % 2 == 1 ? numbers[n / 2] : numbers[n / 2 - 1] / 2 + numbers[n / 2] / 2;
}

void fit_rfm(const ChurnSample& sample, ChurnModel& model, std::pmr::memory_resource& memory) {
    std::pmr::vector<RfmValue> values(&memory);
    std::pmr::vector<double> figures[3] = {std::pmr::vector<double>(&memory),
                                           std::pmr::vector<double>(&memory),
                                           std::pmr::vector<double>(&memory)};
    for (const auto& customer : sample.customers()) {
        if (!customer.known) continue;
        const RfmValue& value = customer.before.rfm;
        values.push_back(value);
        figures[0].push_back(static_cast<double>(value.recency) / day);
        figures[1].push_back(static_cast<double>(value.frequency));
        figures[2].push_back(value.monetary);
    }
    model.rfm.fit(values, RfmMethod::ties_share, ChurnModel::bins);
    for (auto& its : figures) model.typical.push_back(median(its));
    model.cell_customers.assign(ChurnModel::cells, 0);
    model.cell_inactive.assign(ChurnModel::cells, 0);
    Poll poll;
    for (const auto& customer : sample.customers()) {
        poll();
        if (!customer.known) continue;
        const RfmScores scores = model.rfm.score(customer.before.rfm);
        const auto cell = static_cast<std::size_t>(
            ((scores.r - 1) * ChurnModel::bins + scores.f - 1) * ChurnModel::bins + scores.m - 1);
        ++model.cell_customers[cell];
        if (customer.wait == 0) ++model.cell_inactive[cell];
    }
}

BtydKind kind_of(ChurnMethod method) {
    switch (method) {
        case ChurnMethod::bgnbd:
            return BtydKind::bgnbd;
        case ChurnMethod::mbgnbd:
            return BtydKind::mbgnbd;
        case ChurnMethod::nbd:
            return BtydKind::nbd;
        default:
            return BtydKind::pareto_nbd;
    }
}

void fit_btyd(const ChurnSample& sample, ChurnModel& model, std::pmr::memory_resource& memory) {
    BtydSample rows(memory);
    const BtydKind kind = kind_of(model.method);
    rows.set(kind, {BtydUnit::Word::day, 1});
    for (const auto& customer : sample.customers()) {
        const BtydHistory& known = customer.now.btyd;
        rows.add({known.x, kind == BtydKind::nbd ? 0 : known.recency, known.age, 1});
    }
    model.btyd = btyd_fit(rows);
}

void fit_survival(const ChurnSample& sample, ChurnModel& model, std::pmr::memory_resource& memory) {
    SurvivalRows rows(memory);
    rows.set({churn_covariate_names, model.method == ChurnMethod::cox ? "efron" : name_of(model.method)},
             false, false);
    const double step = static_cast<double>(model.horizon) / day / static_cast<double>(churn_steps);
    for (const auto& customer : sample.customers()) {
        if (!customer.known) continue;
        const auto covariates = covariates_of(customer.before);
        SurvivalRow row;
        row.event = customer.wait > 0;
        row.duration = static_cast<double>(row.event ? customer.wait : churn_steps) * step;
        row.covariates = covariates;
        rows.add(row);
    }
    OrderedRows ordered = rows.ordered(memory);
    model.survival =
        model.method == ChurnMethod::cox ? fit_cox(ordered, rows, memory) : fit_aft(ordered, rows, memory);
    for (std::size_t i = 0; i < churn_covariates; ++i) {
        model.typical.push_back(churn_figure(i, model.survival.means[i]));
    }
}

// What a method needs beside customers.
void check_sample(const ChurnModel& model) {
    if (model.customers == 0) {
        throw Error(ErrorCode::invalid_argument, "as_of", "no customer was active a horizon before as_of")
            .detail("Method %s learns from customers known then and from what they did since.",
                    name_of(model.method).data())
            .hint("Give a later as_of or a shorter horizon, or fit by method btyd.");
    }
    if (is_survival(model.method) && model.inactive == model.customers) {
        throw Error(ErrorCode::invalid_argument, "horizon",
                    "no customer came back within the horizon before as_of: there is nothing to fit")
            .hint("Give a longer horizon, or an as_of that the data reach.");
    }
}

void compare(const ChurnSample& sample, const ChurnModel& model, ChurnTest& test,
             std::pmr::memory_resource& memory) {
    ExactSum predicted(memory), absolute(memory), squared(memory);
    for (const auto& customer : sample.customers()) {
        const double probability = churn_probability(model, customer.now, sample.horizon());
        const double error = probability - (customer.inactive ? 1 : 0);
        predicted.add(probability);
        absolute.add(std::fabs(error));
        squared.add(error * error);
        test.outcomes.add(probability, customer.inactive);
    }
    const auto n = static_cast<double>(test.customers);
    test.predicted = predicted.value() / n;
    test.absolute_error = absolute.value() / n;
    test.brier = squared.value() / n;
    const double without = test.observed * (1 - test.observed);
    test.skill = without > 0 ? 1 - test.brier / without : no_number;
    test.concordance = test.outcomes.auc();
    test.log_loss = test.outcomes.log_loss();
}

}  // namespace

ChurnModel fit_churn(const ChurnSample& sample, ChurnMethod method, std::pmr::memory_resource& memory) {
    ChurnModel model(memory);
    model.method = method;
    model.horizon = sample.horizon();
    for (const auto& customer : sample.customers()) {
        if (is_btyd(method)) {
            ++model.customers;
        } else if (customer.known) {
            ++model.customers;
            if (customer.wait == 0) ++model.inactive;
        }
    }
    check_sample(model);
    if (method == ChurnMethod::rfm) {
        fit_rfm(sample, model, memory);
    } else if (is_btyd(method)) {
        fit_btyd(sample, model, memory);
    } else {
        fit_survival(sample, model, memory);
    }
    return model;
}

const char* churn_warning(const ChurnModel& model) {
    if (is_btyd(model.method) && !model.btyd.converged() && !model.btyd.given()) {
        return "the fit did not converge: see btyd_fit_report((model).btyd)";
    }
    if (is_survival(model.method) && !model.survival.converged) {
        return "the fit did not converge: see survival_summary((model).survival)";
    }
    return "";
}

void test_churn(const ChurnSample& sample, ChurnTest& test) {
    std::pmr::memory_resource& memory = *test.outcomes.memory();
    test.customers = static_cast<std::int64_t>(sample.customers().size());
    for (const auto& customer : sample.customers()) test.inactive += customer.inactive ? 1 : 0;
    test.observed = static_cast<double>(test.inactive) / static_cast<double>(test.customers);
    try {
        const ChurnModel model = fit_churn(sample, test.method, memory);
        test.learned_from = model.customers;
        std::snprintf(test.note, sizeof test.note, "%s", churn_warning(model));
        compare(sample, model, test, memory);
        test.fitted = true;
    } catch (const Error& error) {
        // One method that cannot be fitted leaves the others their rows.
        if (error.code() != ErrorCode::invalid_argument) throw;
        std::snprintf(test.note, sizeof test.note, "%s", error.message());
    }
}

}  // namespace journey
