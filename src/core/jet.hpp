// A number with its gradient and Hessian by at most four parameters: what a
// log-likelihood adds up row by row.
#pragma once

#include <cmath>

#include "core/special.hpp"

namespace journey {

inline constexpr int max_parameters = 4;

struct Jet {
    static constexpr int pairs = max_parameters * (max_parameters + 1) / 2;
    double value = 0;
    double gradient[max_parameters] = {};
    double hessian[pairs] = {};  // the lower triangle by rows

    static constexpr int pair(int i, int j) { return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i; }
    double& second(int i, int j) { return hessian[pair(i, j)]; }
    double second(int i, int j) const { return hessian[pair(i, j)]; }

    void add(const Jet& other, double times = 1) {
        value += times * other.value;
        for (int i = 0; i < max_parameters; ++i) gradient[i] += times * other.gradient[i];
        for (int i = 0; i < pairs; ++i) hessian[i] += times * other.hessian[i];
    }
    // Adds a function of the one parameter i.
    void add(int i, const Rising& function, double times = 1) {
        value += times * function.log;
        gradient[i] += times * function.first;
        second(i, i) += times * function.second;
    }
    // Adds a function of the sum of the parameters i and j.
    void add_of_sum(int i, int j, const Rising& function, double times = 1) {
        value += times * function.log;
        gradient[i] += times * function.first;
        gradient[j] += times * function.first;
        second(i, i) += times * function.second;
        second(i, j) += times * function.second;
        second(j, j) += times * function.second;
    }
    // Adds times * log(parameter i).
    void add_log(int i, double parameter, double times = 1) {
        add(i, Rising{std::log(parameter), 1 / parameter, -1 / (parameter * parameter)}, times);
    }
};

// log(exp(a) + exp(b)).
inline Jet log_sum(const Jet& a, const Jet& b) {
    const double difference = b.value - a.value;
    const double share = logistic(difference);  // of b
    Jet sum;
    sum.value = difference > 0 ? b.value + std::log1p(std::exp(-difference))
                               : a.value + std::log1p(std::exp(difference));
    double apart[max_parameters];
    for (int i = 0; i < max_parameters; ++i) {
        apart[i] = b.gradient[i] - a.gradient[i];
        sum.gradient[i] = a.gradient[i] + share * apart[i];
    }
    const double spread = share * (1 - share);
    for (int i = 0, at = 0; i < max_parameters; ++i) {
        for (int j = 0; j <= i; ++j, ++at) {
            sum.hessian[at] =
                (1 - share) * a.hessian[at] + share * b.hessian[at] + spread * apart[i] * apart[j];
        }
    }
    return sum;
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
