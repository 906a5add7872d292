// The maximum of a smooth function of up to four positive parameters: Newton's
// method on their logarithms with gradient and Hessian, made safe by a line
// search and by turning directions that curve upwards.
//
// "Converged" is a statement about the point: what another Newton step would
// gain is below 1e-9, the function curves downwards in every direction, and no
// parameter runs off to zero or infinity (its logarithm has a standard error
// above 20, or it has left e^-14 … e^14: a million times the scale of the data).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/jet.hpp"

namespace journey {

enum class Outcome : std::uint8_t {
    converged,
    iterations,  // too many
    stuck,       // no step goes up
    curvature,   // not a maximum
    boundary,    // a parameter runs to zero or infinity
    not_finite,
};

using Point = std::array<double, max_parameters>;

struct Optimum {
    Outcome outcome = Outcome::not_finite;
    Point at = {};
    double value = 0;
    Point error = {};     // standard errors if the function is a log-likelihood; NaN if not converged
    double gradient = 0;  // the largest part of the gradient by the logarithms
    int iterations = 0;
    int runaway = 0;           // boundary: which parameter
    bool to_infinity = false;  // and where to
};

// function(context, point) at positive points. Cost: one call an iteration, usually 5 to 20.
using Surface = Jet (*)(const void* context, const Point& at);
Optimum maximize(Surface function, const void* context, int parameters, const Point& start);

// The highest of what the starts lead to: a function may have several maxima.
Optimum maximize(Surface function, const void* context, int parameters, std::span<const Point> starts);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
