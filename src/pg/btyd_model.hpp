// btyd_model as an argument and as a result.
#pragma once

#include "core/btyd_model.hpp"

#include "pg/aggregate.hpp"
#include "pg/values.hpp"

namespace journey::pg {

// Models given to a function, decoded once as long as they stay the same.
class ModelCache {
  public:
    const BtydModel& of(Datum datum) {
        const auto bytes = bytes_of(datum);
        if (bytes.size() != size_ || memcmp(bytes.data(), bytes_, size_) != 0) {
            size_ = 0;
            model_ = BtydModel::decode(bytes);
            memcpy(bytes_, bytes.data(), bytes.size());
            size_ = bytes.size();
        }
        return model_;
    }

  private:
    std::size_t size_ = 0;
    std::byte bytes_[BtydModel::max_bytes] = {};
    BtydModel model_;
};

// Argument n, one of at most two models.
struct ModelCaches {
    ModelCache model[2];
};
inline const BtydModel& model_argument(FunctionCallInfo fcinfo, int n, int slot = 0) {
    auto& caches =
        per_query<ModelCaches>(fcinfo, [](ContextMemory& memory) { return make_in<ModelCaches>(memory); });
    return caches.model[slot].of(PG_GETARG_DATUM(n));
}

inline Datum model_datum(const BtydModel& model) {
    const std::size_t size = VARHDRSZ + model.encoded_size();
    auto* value = static_cast<std::byte*>(palloc(size));
    SET_VARSIZE(value, size);
    model.encode(value + VARHDRSZ);
    return PointerGetDatum(value);
}

}  // namespace journey::pg
