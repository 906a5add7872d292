#include "core/btyd_fit.hpp"

#include <cmath>
#include <vector>

#include "core/btyd_bgbb.hpp"
#include "core/btyd_bgnbd.hpp"
#include "core/btyd_pareto_nbd.hpp"
#include "core/btyd_simple.hpp"

namespace journey {

namespace {

struct Problem {
    BtydKind kind;
    std::span<const BtydRow> rows;
    std::pmr::memory_resource* memory;
};

// Which parameters are lengths of time (or sums of money) and so change with the unit.
bool scales(BtydKind kind, std::size_t parameter) {
    switch (kind) {
        case BtydKind::bgnbd:
        case BtydKind::mbgnbd:
        case BtydKind::nbd:
            return parameter == 1;
        case BtydKind::pareto_nbd:
            return parameter == 1 || parameter == 3;
        case BtydKind::gamma_gamma:
            return parameter == 2;
        case BtydKind::bgbb:
        case BtydKind::sbg:
            return false;
    }
    return false;
}

// The mean age, or the mean spend.
double scale_of(BtydKind kind, std::span<const BtydRow> rows) {
    if (kind == BtydKind::bgbb || kind == BtydKind::sbg) return 1;
    double sum = 0, customers = 0;
    for (const BtydRow& row : rows) {
        const auto weight = static_cast<double>(row.customers);
        sum += weight * (kind == BtydKind::gamma_gamma ? row.recency : row.age);
        customers += weight;
    }
    return sum > 0 && std::isfinite(sum) ? sum / customers : 1;
}

// What the log-likelihood loses when times are divided by `scale`.
double log_scale(BtydKind kind, std::span<const BtydRow> rows, double scale) {
    double powers = 0;
    for (const BtydRow& row : rows) {
        powers += static_cast<double>(row.customers) * (kind == BtydKind::gamma_gamma ? 1 : row.x);
    }
    return powers * std::log(scale);
}

// From the most usual to the odd: many customers of one kind or few, leaving early,
// late or never.
std::span<const Point> starts_of(BtydKind kind) {
    static constexpr Point usual[] = {{1, 1, 1, 3},     {0.3, 0.3, 1, 1},    {3, 3, 0.5, 5},
                                      {0.1, 0.1, 3, 3}, {1, 1, 10, 10},      {10, 10, 1, 1},
                                      {1, 1, 0.1, 0.1}, {0.5, 0.1, 0.3, 10}, {0.5, 2, 20, 100},
                                      {5, 1, 0.2, 1},   {20, 20, 0.3, 20},   {0.2, 1, 5, 0.5}};
    static constexpr Point spend[] = {{2, 3, 2, 1}, {1, 1, 1, 1}, {10, 10, 10, 1}, {0.5, 2, 0.5, 1}};
    if (kind == BtydKind::gamma_gamma) return spend;
    return usual;
}

std::uint8_t status_of(const Optimum& optimum) {
    const auto runaway = [&](BtydStatus first) {
        return static_cast<std::uint8_t>(static_cast<int>(first) + optimum.runaway);
    };
    switch (optimum.outcome) {
        case Outcome::converged:
            return static_cast<std::uint8_t>(BtydStatus::converged);
        case Outcome::iterations:
            return static_cast<std::uint8_t>(BtydStatus::iterations);
        case Outcome::stuck:
            return static_cast<std::uint8_t>(BtydStatus::stuck);
        case Outcome::curvature:
            return static_cast<std::uint8_t>(BtydStatus::curvature);
        case Outcome::boundary:
            return runaway(optimum.to_infinity ? BtydStatus::to_infinity : BtydStatus::to_zero);
        case Outcome::not_finite:
            break;
    }
    return static_cast<std::uint8_t>(BtydStatus::not_finite);
}

Jet surface(const void* context, const Point& at) {
    const auto& problem = *static_cast<const Problem*>(context);
    return btyd_log_likelihood(problem.kind, problem.rows, at, *problem.memory);
}

// The highest of the maxima that the starts lead to: Pareto/NBD and MBG/NBD may have several.
// They are looked for among at most `few` rows, evenly spaced in their order; many rows
// are fitted once, from there.
Optimum highest(const Problem& all, int parameters) {
    constexpr std::size_t few = 2048, usual_starts = 4;
    const std::span<const Point> starts = starts_of(all.kind);
    if (all.rows.size() <= few) return maximize(surface, &all, parameters, starts);
    std::pmr::vector<BtydRow> some(all.memory);
    for (std::size_t i = 0; i < few; ++i) some.push_back(all.rows[i * all.rows.size() / few]);
    const Problem thinned{all.kind, some, all.memory};
    const Optimum near = maximize(surface, &thinned, parameters, starts);
    const Optimum optimum = maximize(surface, &all, parameters, near.at);
    return optimum.outcome == Outcome::converged
               ? optimum
               : maximize(surface, &all, parameters, starts.first(usual_starts));
}

BtydModel fit(BtydSample& sample, const Point* start) {
    const BtydKind kind = sample.kind();
    const std::span<const BtydRow> rows = sample.rows();
    BtydModel model;
    model.kind = kind;
    model.unit = sample.unit();
    model.excluded = sample.excluded();
    const double scale = scale_of(kind, rows);
    std::pmr::vector<BtydRow> scaled(rows.begin(), rows.end(), &sample.memory());
    for (BtydRow& row : scaled) {
        model.customers += row.customers;
        if (kind == BtydKind::bgbb || kind == BtydKind::sbg) continue;
        row.recency /= scale;
        row.age /= scale;
    }
    const Problem problem{kind, scaled, &sample.memory()};
    const auto count = static_cast<int>(model.parameter_count());
    Optimum optimum;
    if (start != nullptr) {
        Point from = *start;
        for (std::size_t i = 0; i < from.size(); ++i) from[i] /= scales(kind, i) ? scale : 1;
        optimum = maximize(surface, &problem, count, from);
    } else {
        optimum = highest(problem, count);
    }
    model.status = status_of(optimum);
    model.iterations = optimum.iterations;
    model.gradient = optimum.gradient;
    model.log_likelihood = optimum.value - log_scale(kind, rows, scale);
    for (std::size_t i = 0; i < model.parameter_count(); ++i) {
        const double factor = scales(kind, i) ? scale : 1;
        model.parameters[i] = factor * optimum.at[i];
        model.errors[i] = factor * optimum.error[i];
    }
    return model;
}

}  // namespace

Jet btyd_log_likelihood(BtydKind kind, std::span<const BtydRow> rows, const Point& at,
                        std::pmr::memory_resource& memory) {
    switch (kind) {
        case BtydKind::bgnbd:
        case BtydKind::mbgnbd:
            return bgnbd_log_likelihood(rows, at, kind == BtydKind::mbgnbd);
        case BtydKind::pareto_nbd:
            return pareto_nbd_log_likelihood(rows, at);
        case BtydKind::bgbb:
            return bgbb_log_likelihood(rows, at, memory);
        case BtydKind::nbd:
            return nbd_log_likelihood(rows, at);
        case BtydKind::gamma_gamma:
            return gamma_gamma_log_likelihood(rows, at);
        case BtydKind::sbg:
            return sbg_log_likelihood(rows, at);
    }
    return {};
}

BtydModel btyd_fit(BtydSample& sample) {
    return fit(sample, nullptr);
}
BtydModel btyd_fit(BtydSample& sample, const Point& start) {
    return fit(sample, &start);
}

}  // namespace journey
