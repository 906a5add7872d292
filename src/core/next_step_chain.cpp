// The chain of a model: how likely each state is to reach a goal.

#include <Eigen/Sparse>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/next_step.hpp"

namespace journey {

namespace {

// Between states without goal and end, row by row, and what goes straight to a goal.
struct StepChain {
    explicit StepChain(std::pmr::memory_resource& memory)
        : first(&memory), to(&memory), share(&memory), straight(&memory), ends(&memory) {}

    std::uint32_t states() const { return static_cast<std::uint32_t>(straight.size()); }
    // visit(to, share) of each arc from a state.
    template <class Visit>
    void each_arc(std::uint32_t state, Visit visit) const {
        for (std::size_t i = first[state]; i < first[state + 1]; ++i) visit(to[i], share[i]);
    }

    std::pmr::vector<std::size_t> first;
    std::pmr::vector<std::uint32_t> to;
    std::pmr::vector<double> share, straight;
    std::pmr::vector<std::uint8_t> ends;  // some arc leads to a goal or the end
};

[[noreturn]] void fail_endless() {
    throw Error(ErrorCode::invalid_binary, "model", "the model has states that never end")
        .hint("A next_step_model is made by next_step_fit(); it is not written by hand.");
}

// Every state of a counted chain ends some day, as the session did in which it was
// counted. One that is made up need not.
void check_ends(const StepChain& chain, std::pmr::memory_resource& memory) {
    std::pmr::vector<std::uint8_t> ends = {chain.ends, &memory};
    for (bool more = true; more;) {
        more = false;
        for (std::uint32_t s = chain.states(); s-- > 0;) {
            poll_interrupt();
            if (ends[s] != 0) continue;
            chain.each_arc(s, [&](std::uint32_t to, double) {
                ends[s] = static_cast<std::uint8_t>(ends[s] | ends[to]);
            });
            more = more || ends[s] != 0;
        }
    }
    if (std::find(ends.begin(), ends.end(), 0) != ends.end()) fail_endless();
}

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

// (1 - Q) h = straight.
Matrix system_of(const StepChain& chain) {
    std::vector<Eigen::Triplet<double>> entries;
    entries.reserve(chain.to.size() + chain.states());
    for (std::uint32_t s = 0; s < chain.states(); ++s) {
        entries.emplace_back(s, s, 1.0);
        chain.each_arc(s, [&](std::uint32_t to, double share) { entries.emplace_back(s, to, -share); });
    }
    Matrix system(chain.states(), chain.states());
    system.setFromTriplets(entries.begin(), entries.end());
    return system;
}

void solve(const StepChain& chain, std::span<double> reach) {
    const Eigen::Map<const Vector> straight(chain.straight.data(), chain.states());
    const Eigen::SparseLU<Eigen::SparseMatrix<double>> solver(system_of(chain));
    if (solver.info() != Eigen::Success) fail_endless();
    const Vector solved = solver.solve(straight);
    if (!solved.allFinite()) fail_endless();
    std::copy(solved.begin(), solved.end(), reach.begin());
}

// By H. A. van der Vorst's BiCGSTAB (1992), a few steps at a time. False: it has not got
// there, as on some chains it does not.
bool iterate(const StepChain& chain, std::span<double> reach) {
    constexpr double close = 1e-14;
    constexpr int rounds = 50, steps = 20;
    const Matrix system = system_of(chain);
    const Eigen::Map<const Vector> straight(chain.straight.data(), chain.states());
    Eigen::BiCGSTAB<Matrix> solver;
    solver.setMaxIterations(steps);
    solver.setTolerance(1e-16);
    solver.compute(system);
    Vector solved = straight;
    for (int round = 0; round < rounds; ++round) {
        poll_interrupt();
        solved = solver.solveWithGuess(straight, solved).eval();
        if (!solved.allFinite()) return false;
        if ((straight - system * solved).lpNorm<Eigen::Infinity>() > close) continue;
        std::copy(solved.begin(), solved.end(), reach.begin());
        return true;
    }
    return false;
}

// Gauss and Seidel's iteration from below, where nobody gets there, and from above, where
// everybody who has not left does: the solution lies between the two, which close in.
void approach(const StepChain& chain, std::span<double> reach, std::pmr::memory_resource& memory) {
    constexpr double close = 1e-13;
    std::pmr::vector<double> above(chain.states(), 1.0, &memory);
    std::fill(reach.begin(), reach.end(), 0.0);
    Poll poll;
    for (double gap = 1; gap > close;) {
        gap = 0;
        for (std::uint32_t s = chain.states(); s-- > 0;) {
            double low = chain.straight[s], high = low;
            chain.each_arc(s, [&](std::uint32_t to, double share) {
                poll();
                low += share * reach[to];
                high += share * above[to];
            });
            reach[s] = low;
            above[s] = high;
            gap = std::max(gap, high - low);
        }
    }
    for (std::uint32_t s = 0; s < chain.states(); ++s) reach[s] = (reach[s] + above[s]) / 2;
}

}  // namespace

std::pmr::vector<double> reaching(const StepModel& model, std::span<const std::uint8_t> goals,
                                  std::pmr::memory_resource& memory, Solver solver) {
    constexpr std::uint32_t none = UINT32_MAX;
    std::pmr::vector<std::uint32_t> row(model.contexts(), none, &memory);
    std::uint32_t states = 0;
    for (std::uint32_t c = 0; c < model.contexts(); ++c) {
        if (model.usable(c)) row[c] = states++;
    }
    StepChain chain(memory);
    Poll poll;
    for (std::uint32_t c = 0; c < model.contexts(); ++c) {
        if (row[c] == none) continue;
        chain.first.push_back(chain.to.size());
        double straight = 0;
        bool ends = false;
        for (const auto& each : model.followers(c)) {
            poll();
            const double share = static_cast<double>(each.count) / static_cast<double>(model.visits(c));
            const bool at_goal = goals[each.symbol] != 0;
            ends = ends || at_goal || each.symbol == end_symbol;
            if (at_goal) {
                straight += share;
            } else if (each.symbol != end_symbol) {
                chain.to.push_back(row[model.after(c, each.symbol)]);
                chain.share.push_back(share);
            }
        }
        chain.straight.push_back(straight);
        chain.ends.push_back(ends ? 1 : 0);
    }
    chain.first.push_back(chain.to.size());
    std::pmr::vector<double> reach(states, 0.0, &memory), by_context(model.contexts(), 0.0, &memory);
    if (model.visits(0) == 0) return by_context;
    check_ends(chain, memory);
    if (solver == Solver::automatic)
        solver = states <= most_decomposed ? Solver::decomposition : Solver::iteration;
    if (solver == Solver::decomposition) {
        solve(chain, reach);
    } else if (solver == Solver::approach || !iterate(chain, reach)) {
        approach(chain, reach, memory);
    }
    for (std::uint32_t c = 0; c < model.contexts(); ++c) {
        if (row[c] != none) by_context[c] = std::clamp(reach[row[c]], 0.0, 1.0);
    }
    return by_context;
}

}  // namespace journey
