// The models by their definitions: what a customer with known rate and known
// chance to leave does, integrated over all customers by quadrature. Slow, and
// written without a look at the formulas of the core.
#pragma once

namespace journey::test {

struct History {
    double x, recency, age;
};

// Chance density of a history, the same and to be there at the end, and that
// times the expected purchases in the next t.
struct Definition {
    double likelihood, alive, purchases;
};

Definition bgnbd_by_definition(double r, double alpha, double a, double b, bool modified, History h,
                               double t);
Definition pareto_by_definition(double r, double alpha, double s, double beta, History h, double t);
Definition bgbb_by_definition(double alpha, double beta, double gamma, double delta, History h, double t);
// Density of a mean spend m over x purchases.
double spend_by_definition(double p, double q, double gamma, double x, double m);
// The same times the expected spend.
double expected_spend_by_definition(double p, double q, double gamma, double x, double m);
double sbg_by_definition(double alpha, double beta, double periods, bool ended);

}  // namespace journey::test
