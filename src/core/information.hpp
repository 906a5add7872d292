// Information matrices of likelihoods: which parameters the data tell apart, and
// the inverse over those.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <vector>

namespace journey {

// An information matrix (symmetric, positive semidefinite) taken apart. Columns
// are taken in order; one that the columns before it determine, or that has no
// information, is left out (as R's survival does): its row and column of the
// inverse are 0.
class Information {
  public:
    // `usable`: columns that may be taken; empty: all. `usual`: what a column of
    // use holds, for when all that is there is the error of rounding.
    Information(const Eigen::MatrixXd& matrix, const std::vector<std::uint8_t>& usable, double usual = 0);

    bool takes(Eigen::Index column) const { return taken_[static_cast<std::size_t>(column)] != 0; }
    const std::vector<std::uint8_t>& taken() const { return taken_; }
    int rank() const { return static_cast<int>(columns_.size()); }
    // inverse * vector, 0 for columns left out.
    Eigen::VectorXd solve(const Eigen::VectorXd& vector) const;
    Eigen::MatrixXd inverse() const;

  private:
    std::vector<std::uint8_t> taken_;
    std::vector<Eigen::Index> columns_;
    Eigen::LLT<Eigen::MatrixXd> factor_;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
