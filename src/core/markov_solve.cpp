#include <Eigen/Dense>
#include <vector>

#include "core/interrupt.hpp"
#include "core/markov.hpp"

namespace journey {

namespace {

constexpr Eigen::Index block = 64, columns_at_once = 256;
// By rows: the products below read long rows, and columns would touch a page each element.
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// I - Q as its factors, without pivoting: it is diagonally dominant by rows, so no step
// makes an element greater than twice the greatest. In the host's memory.
class Factors {
  public:
    Factors(const MarkovChain& chain, std::pmr::memory_resource& memory)
        : memory_(memory),
          n_(static_cast<Eigen::Index>(chain.enter.size())),
          bytes_(sizeof(double) * static_cast<std::size_t>(n_ * n_)),
          data_(static_cast<double*>(memory.allocate(bytes_, alignment))),
          matrix_(data_, n_, n_) {
        matrix_.setIdentity();
        for (const MarkovChain::Step& step : chain.steps) matrix_(step.from, step.to) -= step.probability;
    }
    Factors(const Factors&) = delete;
    Factors& operator=(const Factors&) = delete;
    ~Factors() { memory_.deallocate(data_, bytes_, alignment); }

    void factor() {
        for (Eigen::Index k = 0; k < n_; k += block) {
            poll_interrupt();
            const Eigen::Index width = std::min(block, n_ - k), rest = n_ - k - width;
            for (Eigen::Index j = k; j < k + width; ++j) {
                const Eigen::Index below = n_ - j - 1, right = k + width - j - 1;
                matrix_.col(j).tail(below) /= matrix_(j, j);
                matrix_.block(j + 1, j + 1, below, right).noalias() -=
                    matrix_.col(j).tail(below) * matrix_.row(j).segment(j + 1, right);
            }
            if (rest == 0) break;
            matrix_.block(k, k, width, width)
                .triangularView<Eigen::UnitLower>()
                .solveInPlace(matrix_.block(k, k + width, width, rest));
            matrix_.block(k + width, k + width, rest, rest).noalias() -=
                matrix_.block(k + width, k, rest, width) * matrix_.block(k, k + width, width, rest);
        }
    }
    // (I - Q) X = B in place of B.
    void solve(Eigen::MatrixXd& b) const {
        poll_interrupt();
        matrix_.triangularView<Eigen::UnitLower>().solveInPlace(b);
        matrix_.triangularView<Eigen::Upper>().solveInPlace(b);
    }
    // x (I - Q) = s in place of s.
    void solve_row(Eigen::MatrixXd& s) const {
        poll_interrupt();
        matrix_.transpose().triangularView<Eigen::Lower>().solveInPlace(s);
        matrix_.transpose().triangularView<Eigen::UnitUpper>().solveInPlace(s);
    }
    // Of the inverse the elements between states of one channel, channel by channel.
    std::vector<Eigen::MatrixXd> inverse_blocks(const MarkovChain& chain) const {
        std::vector<Eigen::MatrixXd> blocks;
        for (std::size_t channel = 0; channel + 1 < chain.first.size(); ++channel) {
            const Eigen::Index states = chain.first[channel + 1] - chain.first[channel];
            blocks.emplace_back(states, states);
        }
        std::size_t channel = 0;
        for (Eigen::Index k = 0; k < n_; k += columns_at_once) {
            poll_interrupt();
            const Eigen::Index width = std::min(columns_at_once, n_ - k), rest = n_ - k;
            Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(n_, width);
            columns.block(k, 0, width, width).setIdentity();
            // Above row k there is nothing yet.
            auto below = columns.bottomRows(rest);
            matrix_.bottomRightCorner(rest, rest).triangularView<Eigen::UnitLower>().solveInPlace(below);
            matrix_.triangularView<Eigen::Upper>().solveInPlace(columns);
            for (Eigen::Index j = 0; j < width; ++j) {
                while (k + j >= chain.first[channel + 1]) ++channel;
                const Eigen::Index first = chain.first[channel];
                blocks[channel].col(k + j - first) = columns.col(j).segment(first, blocks[channel].rows());
            }
        }
        return blocks;
    }

  private:
    static constexpr std::size_t alignment = 64;
    std::pmr::memory_resource& memory_;
    Eigen::Index n_;
    std::size_t bytes_;
    double* data_;
    Eigen::Map<RowMajor, Eigen::Aligned64> matrix_;
};

}  // namespace

MarkovEffects solve(const MarkovChain& chain, std::pmr::memory_resource& memory) {
    MarkovEffects effects(memory);
    const auto n = static_cast<Eigen::Index>(chain.enter.size());
    if (n == 0) return effects;
    Factors factors(chain, memory);
    factors.factor();
    Eigen::MatrixXd ahead(n, 2);  // from each state: the chance to convert, the value
    ahead.col(0) = Eigen::Map<const Eigen::VectorXd>(chain.convert.data(), n);
    ahead.col(1) = Eigen::Map<const Eigen::VectorXd>(chain.value.data(), n);
    factors.solve(ahead);
    const Eigen::VectorXd enter = Eigen::Map<const Eigen::VectorXd>(chain.enter.data(), n);
    effects.conversion = enter.dot(ahead.col(0));
    effects.value = enter.dot(ahead.col(1));
    Eigen::MatrixXd visits = enter;  // of each state by a walk
    factors.solve_row(visits);
    const std::vector<Eigen::MatrixXd> blocks = factors.inverse_blocks(chain);
    for (std::size_t channel = 0; channel < blocks.size(); ++channel) {
        poll_interrupt();
        const Eigen::Index first = chain.first[channel], states = blocks[channel].rows();
        // At which of the channel's states a walk meets it first.
        const Eigen::VectorXd met =
            blocks[channel].transpose().partialPivLu().solve(visits.col(0).segment(first, states));
        effects.lost.push_back(met.dot(ahead.col(0).segment(first, states)));
        effects.lost_value.push_back(met.dot(ahead.col(1).segment(first, states)));
    }
    return effects;
}

}  // namespace journey
