// The fits of survival models. They centre and scale the rows' covariates in
// place, and throw without an event or a covariate.
#pragma once

#include "core/survival_model.hpp"
#include "core/survival_rows.hpp"

namespace journey {

// Cox's proportional hazards; given.word() says how ties are met. See cox.hpp.
SurvivalModel fit_cox(OrderedRows& rows, const SurvivalRows& given, std::pmr::memory_resource& memory);
// Accelerated failure times; given.word() is the distribution. Throws for a
// duration of 0. See aft.hpp.
SurvivalModel fit_aft(OrderedRows& rows, const SurvivalRows& given, std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
