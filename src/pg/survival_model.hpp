// survival_model as an argument.
#pragma once

#include "core/survival_model.hpp"

#include "pg/survival.hpp"

namespace journey::pg {

// The model of argument n in the current memory context, which frees it.
inline const SurvivalModel& model_argument(FunctionCallInfo fcinfo, int n, ContextMemory& memory) {
    auto* model = make_in<SurvivalModel>(memory, memory);
    model->decode(bytes_argument(fcinfo, n));
    return *model;
}

// Last model met in a query, and how to recognise it. A stored model is known by
// where it is stored, another by its checksum: comparing costs a few bytes a row.
class ModelCache {
  public:
    // The model of argument n; read anew only if it is another one than last time.
    static const SurvivalModel& argument(FunctionCallInfo fcinfo, int n);

  private:
    struct Mark {
        Size size;
        std::uint8_t bytes[64];
    };
    static Mark mark_of(const varlena* value);

    MemoryContext context_;
    const SurvivalModel* model_;
    Mark mark_;
};

}  // namespace journey::pg
