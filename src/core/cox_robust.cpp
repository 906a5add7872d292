#include "core/cox_robust.hpp"

#include <algorithm>
#include <vector>

namespace journey {

namespace {

// The times with events of all strata in the order of the rows. A row that was at risk
// from one to another met the hazard between them, and the hazard times the mean
// covariates of those at risk; one that has its event at a step met less of that step.
struct Steps {
    explicit Steps(Eigen::Index its_width) : width(its_width) {}
    using Row = Eigen::Map<const Eigen::VectorXd>;

    struct Step {
        std::uint32_t stratum;
        double time, hazard, spared;  // hazard: up to here in the stratum
    };
    void add(const EventTime& at, CoxTies ties) {
        Step step{at.stratum, at.time, 0, 0};
        Eigen::VectorXd moved = Eigen::VectorXd::Zero(width), kept = moved, met = moved, mean(width);
        double times = 0;
        for_each_tie(ties, at.events, at.weight, [&](const Tie& tie) {
            const double rest = at.at_risk.zeroth - tie.fraction * at.dying.zeroth;
            mean = (Row(at.at_risk.first.data(), width) - tie.fraction * Row(at.dying.first.data(), width)) /
                   rest;
            step.hazard += tie.times / rest;
            step.spared += tie.times * tie.fraction / rest;
            moved += tie.times / rest * mean;
            kept += tie.times * tie.fraction / rest * mean;
            met += tie.times * mean;
            times += tie.times;
        });
        met /= times;
        all.push_back(step);
        for (const auto* vector : {&moved, &kept, &met}) {
            vectors.insert(vectors.end(), vector->data(), vector->data() + width);
        }
    }
    // From latest first to the order of the rows, and from steps to sums.
    void finish() {
        std::reverse(all.begin(), all.end());
        for (std::size_t k = 1; k < all.size(); ++k) {
            if (all[k - 1].stratum != all[k].stratum) continue;
            all[k].hazard += all[k - 1].hazard;
            Eigen::Map<Eigen::VectorXd>(at(k, 0), width) += moved(k - 1);
        }
    }
    Row moved(std::size_t k) { return {at(k, 0), width}; }
    Row kept(std::size_t k) { return {at(k, 1), width}; }
    Row met(std::size_t k) { return {at(k, 2), width}; }

    Eigen::Index width;
    std::vector<Step> all;

  private:
    double* at(std::size_t k, std::size_t which) {
        return vectors.data() + ((all.size() - 1 - k) * 3 + which) * static_cast<std::size_t>(width);
    }
    std::vector<double> vectors;  // as they were added
};

// Score residuals, row after row: visit(row, residual).
template <class Visit>
void for_each_residual(const OrderedRows& rows, const RiskWalk& walk, Steps& steps, Visit visit) {
    Eigen::VectorXd residual(steps.width);
    std::size_t begin = 0, next = 0;
    Poll poll;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        poll();
        const std::uint32_t stratum = rows.stratum[i];
        if (i == 0 || stratum != rows.stratum[i - 1]) {
            while (next < steps.all.size() && steps.all[next].stratum < stratum) ++next;
            begin = next;
        }
        while (next < steps.all.size() && steps.all[next].stratum == stratum &&
               steps.all[next].time <= rows.duration[i]) {
            ++next;
        }
        if (next == begin) continue;
        const Steps::Row x(rows.covariates.data() + i * rows.width, steps.width);
        double hazard = steps.all[next - 1].hazard;
        residual = steps.moved(next - 1);
        if (rows.event[i] != 0) {
            hazard -= steps.all[next - 1].spared;
            residual -= steps.kept(next - 1);
        }
        if (!rows.entry.empty()) {
            const auto from = steps.all.begin() + static_cast<std::ptrdiff_t>(begin);
            const auto after =
                std::upper_bound(from, steps.all.begin() + static_cast<std::ptrdiff_t>(next), rows.entry[i],
                                 [](double time, const Steps::Step& step) { return time < step.time; });
            if (after != from) {
                const auto before = static_cast<std::size_t>(after - steps.all.begin()) - 1;
                hazard -= steps.all[before].hazard;
                residual -= steps.moved(before);
            }
        }
        // Risks have the weight in them.
        residual = walk.risk(i) * (residual - hazard * x);
        if (rows.event[i] != 0) residual += walk.weight(i) * (x - steps.met(next - 1));
        visit(i, residual);
    }
}

}  // namespace

Eigen::MatrixXd robust_variance(const OrderedRows& rows, RiskWalk& walk, CoxTies ties,
                                const Eigen::MatrixXd& inverse_information) {
    const auto width = static_cast<Eigen::Index>(rows.width);
    Steps steps(width);
    walk([&](const EventTime& at) { steps.add(at, ties); });
    steps.finish();
    // Labels are in order; the empty one, if there, is the first: rows on their own.
    const bool some_alone = !rows.groups.empty() && rows.groups.front().empty();
    const bool all_alone = rows.groups.empty();
    Eigen::MatrixXd clusters = Eigen::MatrixXd::Zero(width, static_cast<Eigen::Index>(rows.groups.size()));
    Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(width, width);
    for_each_residual(rows, walk, steps, [&](std::size_t row, const Eigen::VectorXd& residual) {
        if (all_alone || (some_alone && rows.group[row] == 0)) {
            squares += residual * residual.transpose();
        } else {
            clusters.col(static_cast<Eigen::Index>(rows.group[row])) += residual;
        }
    });
    squares += clusters * clusters.transpose();
    return inverse_information * squares * inverse_information;
}

}  // namespace journey
