// The standard normal distribution.
#pragma once

#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace journey {

// Errors give NaN or infinity instead of exceptions.
using QuietMath = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_double<false>>;

// The z with a share of `level` between -z and z.
inline double normal_width(double level) {
    return std::sqrt(2.0) * boost::math::erf_inv(level, QuietMath());
}
// Two-sided p of z.
inline double normal_p_value(double z) {
    return boost::math::erfc(std::fabs(z) / std::sqrt(2.0), QuietMath());
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
