#include "core/information.hpp"

#include <cmath>
#include <limits>

namespace journey {

namespace {

// What is left of a column after those before it, relative to the largest: R's
// tolerance for Cholesky.
const double least_pivot = std::pow(std::numeric_limits<double>::epsilon(), 0.75);

}  // namespace

Information::Information(const Eigen::MatrixXd& matrix, const std::vector<std::uint8_t>& usable,
                         double usual) {
    const Eigen::Index n = matrix.rows();
    taken_.assign(static_cast<std::size_t>(n), 0);
    Eigen::MatrixXd rest = matrix;
    double largest = usual;
    for (Eigen::Index i = 0; i < n; ++i) largest = std::max(largest, std::fabs(matrix(i, i)));
    for (Eigen::Index i = 0; i < n; ++i) {
        const double pivot = rest(i, i);
        const bool may = usable.empty() || usable[static_cast<std::size_t>(i)] != 0;
        if (!may || !std::isfinite(pivot) || pivot <= least_pivot * largest) continue;
        taken_[static_cast<std::size_t>(i)] = 1;
        columns_.push_back(i);
        const Eigen::Index after = n - i - 1;
        if (after == 0) continue;
        const Eigen::VectorXd column = rest.col(i).tail(after);
        rest.bottomRightCorner(after, after).noalias() -= column * column.transpose() / pivot;
    }
    const auto k = static_cast<Eigen::Index>(columns_.size());
    Eigen::MatrixXd kept(k, k);
    for (Eigen::Index i = 0; i < k; ++i) {
        for (Eigen::Index j = 0; j < k; ++j) {
            kept(i, j) = matrix(columns_[static_cast<std::size_t>(i)], columns_[static_cast<std::size_t>(j)]);
        }
    }
    factor_.compute(kept);
}

Eigen::VectorXd Information::solve(const Eigen::VectorXd& vector) const {
    const auto k = static_cast<Eigen::Index>(columns_.size());
    Eigen::VectorXd right(k), result = Eigen::VectorXd::Zero(vector.size());
    for (Eigen::Index i = 0; i < k; ++i) right(i) = vector(columns_[static_cast<std::size_t>(i)]);
    if (k > 0) right = factor_.solve(right);
    for (Eigen::Index i = 0; i < k; ++i) result(columns_[static_cast<std::size_t>(i)]) = right(i);
    return result;
}

Eigen::MatrixXd Information::inverse() const {
    const auto n = static_cast<Eigen::Index>(taken_.size());
    Eigen::MatrixXd result = Eigen::MatrixXd::Zero(n, n);
    const auto k = static_cast<Eigen::Index>(columns_.size());
    if (k == 0) return result;
    const Eigen::MatrixXd small = factor_.solve(Eigen::MatrixXd::Identity(k, k));
    for (Eigen::Index i = 0; i < k; ++i) {
        for (Eigen::Index j = 0; j < k; ++j) {
            result(columns_[static_cast<std::size_t>(i)], columns_[static_cast<std::size_t>(j)]) =
                small(i, j);
        }
    }
    return result;
}

}  // namespace journey
