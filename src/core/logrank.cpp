#include "core/logrank.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/information.hpp"
#include "core/interrupt.hpp"
#include "core/survival.hpp"

namespace journey {

namespace {

enum class Weighting { logrank, gehan, tarone_ware, peto, fleming_harrington };
constexpr std::string_view weighting_names[] = {"logrank", "gehan", "tarone_ware", "peto",
                                                "fleming_harrington"};

Weighting weighting_of(std::string_view word) {
    for (int i = 0; i < 5; ++i) {
        if (word == weighting_names[i]) return static_cast<Weighting>(i);
    }
    throw Error(ErrorCode::invalid_argument, "weighting", "unknown weighting \"%.*s\"",
                static_cast<int>(std::min<std::size_t>(word.size(), 100)), word.data())
        .hint("Valid are logrank, gehan, tarone_ware, peto, fleming_harrington.");
}

// The weight of each time, in the order of time within a stratum.
struct Weights {
    Weighting weighting;
    double rho, gamma;
    double survival = 1, peto = 1;

    double next(double n, double d) {
        peto *= 1 - d / (n + 1);
        const double before = survival;
        survival *= (n - d) / n;
        switch (weighting) {
            case Weighting::logrank:
                return 1;
            case Weighting::gehan:
                return n;
            case Weighting::tarone_ware:
                return std::sqrt(n);
            case Weighting::peto:
                return peto;
            case Weighting::fleming_harrington:
                return std::pow(before, rho) * std::pow(1 - before, gamma);
        }
        return 1;
    }
};

class Comparison {
  public:
    Comparison(const OrderedRows& rows, LogRank& result)
        : rows_(rows),
          result_(result),
          at_risk_(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(rows.groups.size()))),
          difference_(at_risk_),
          variance_(Eigen::MatrixXd::Zero(at_risk_.size(), at_risk_.size())),
          events_(at_risk_) {}

    void stratum(std::size_t begin, std::size_t end, Weights weights) {
        at_risk_.setZero();
        for (std::size_t i = begin; i < end; ++i) at_risk_(rows_.group[i]) += 1;
        double n = at_risk_.sum();
        for (std::size_t from = begin; from < end;) {
            std::size_t to = from;
            events_.setZero();
            for (; to < end && rows_.duration[to] == rows_.duration[from]; ++to) {
                if (rows_.event[to] != 0) events_(rows_.group[to]) += 1;
                poll_();
            }
            if (const double d = events_.sum(); d > 0) add(n, d, weights.next(n, d));
            for (; from < to; ++from, n -= 1) at_risk_(rows_.group[from]) -= 1;
        }
    }

    void finish() {
        std::vector<std::uint8_t> expected;
        for (Eigen::Index i = 0; i < at_risk_.size(); ++i) {
            LogRankGroup& group = result_.groups[static_cast<std::size_t>(i)];
            group.variance = variance_(i, i);
            expected.push_back(group.expected > 0 ? 1 : 0);
        }
        // The groups' differences sum to 0: the matrix loses one rank in each
        // connected part, which Information finds.
        const Information information(variance_, expected);
        result_.df = information.rank();
        result_.statistic = result_.df > 0 ? difference_.dot(information.solve(difference_)) : no_number;
        result_.p_value = chi_square_p(result_.statistic, result_.df);
    }

  private:
    void add(double n, double d, double weight) {
        const double spread = n > 1 ? weight * weight * d * (n - d) / (n - 1) : 0;
        for (Eigen::Index i = 0; i < at_risk_.size(); ++i) {
            const double share = at_risk_(i) / n;
            LogRankGroup& group = result_.groups[static_cast<std::size_t>(i)];
            group.expected += d * share;
            group.weighted_observed += weight * events_(i);
            group.weighted_expected += weight * d * share;
            difference_(i) += weight * (events_(i) - d * share);
            variance_(i, i) += spread * share;
            for (Eigen::Index j = 0; j < at_risk_.size(); ++j) {
                variance_(i, j) -= spread * share * (at_risk_(j) / n);  // 0 exactly for a group alone
                poll_();
            }
        }
    }

    const OrderedRows& rows_;
    LogRank& result_;
    Eigen::VectorXd at_risk_, difference_;
    Eigen::MatrixXd variance_;
    Eigen::VectorXd events_;
    Poll poll_;
};

}  // namespace

void check_weighting(std::string_view word, double rho, double gamma) {
    const Weighting weighting = weighting_of(word);
    for (const auto& [name, number] : {std::pair("rho", rho), std::pair("gamma", gamma)}) {
        if (!(number >= 0 && std::isfinite(number))) {
            throw Error(ErrorCode::invalid_argument, name, "%s must be a finite number of at least 0", name)
                .hint("rho weighs early differences, gamma late ones.");
        }
        if (number != 0 && weighting != Weighting::fleming_harrington) {
            throw Error(ErrorCode::invalid_argument, name, "%s has no meaning for weighting \"%.*s\"", name,
                        static_cast<int>(word.size()), word.data())
                .hint("Leave it 0, or choose fleming_harrington.");
        }
    }
}

LogRank logrank(const OrderedRows& rows, std::string_view weighting, double rho, double gamma,
                std::pmr::memory_resource& memory) {
    if (rows.groups.size() > max_covariates) {
        throw Error(ErrorCode::limit, "group", "group has %zu values, at most %u are allowed",
                    rows.groups.size(), max_covariates)
            .hint("Compare fewer, larger groups.");
    }
    LogRank result(memory);
    for (const std::string_view group : rows.groups) result.groups.push_back({group});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        LogRankGroup& group = result.groups[rows.group[i]];
        ++group.customers;
        group.events += rows.event[i];
    }
    Comparison comparison(rows, result);
    const Weights weights{weighting_of(weighting), rho, gamma};
    for (std::size_t begin = 0; begin < rows.size();) {
        std::size_t end = begin;
        while (end < rows.size() && rows.stratum[end] == rows.stratum[begin]) ++end;
        comparison.stratum(begin, end, weights);
        begin = end;
    }
    comparison.finish();
    return result;
}

}  // namespace journey
