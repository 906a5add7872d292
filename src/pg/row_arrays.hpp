// Arrays of rows as arguments.
#pragma once

#include "pg/arguments.hpp"

namespace journey::pg {

// The rows of an array of a composite type, one after the other, in the current
// memory context. Takes: may raise.
class RowArray {
  public:
    RowArray(FunctionCallInfo fcinfo, int n) {
        if (PG_ARGISNULL(n)) return;
        ArrayType* array = PG_GETARG_ARRAYTYPE_P(n);
        deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &elements_, &missing_,
                          &size_);
    }
    int size() const { return size_; }

    // Reads row i; false if it is NULL.
    bool read(int i) {
        if (missing_[i]) return false;
        HeapTupleHeader header = DatumGetHeapTupleHeader(elements_[i]);
        if (columns_ == nullptr) {
            columns_ = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(header),
                                                   HeapTupleHeaderGetTypMod(header));
            values_ =
                static_cast<Datum*>(palloc(sizeof(Datum) * (static_cast<std::size_t>(columns_->natts) + 1)));
            nulls_ = static_cast<bool*>(palloc((static_cast<std::size_t>(columns_->natts) + 1)));
        }
        HeapTupleData tuple;
        tuple.t_len = HeapTupleHeaderGetDatumLength(header);
        ItemPointerSetInvalid(&tuple.t_self);
        tuple.t_tableOid = InvalidOid;
        tuple.t_data = header;
        heap_deform_tuple(&tuple, columns_, values_, nulls_);
        return true;
    }
    bool null(int column) const { return nulls_[column]; }
    std::optional<std::string_view> text(int column) const {
        return nulls_[column] ? std::nullopt : std::optional(text_of(values_[column]));
    }
    std::optional<int> integer(int column) const {
        return nulls_[column] ? std::nullopt : std::optional(DatumGetInt32(values_[column]));
    }
    std::int64_t count(int column) const { return nulls_[column] ? 0 : DatumGetInt64(values_[column]); }
    std::optional<double> real(int column) const {
        return nulls_[column] ? std::nullopt : std::optional(DatumGetFloat8(values_[column]));
    }
    std::optional<bool> boolean(int column) const {
        return nulls_[column] ? std::nullopt : std::optional(DatumGetBool(values_[column]));
    }

  private:
    Datum* elements_ = nullptr;
    bool* missing_ = nullptr;
    int size_ = 0;
    TupleDesc columns_ = nullptr;
    Datum* values_ = nullptr;
    bool* nulls_ = nullptr;
};

}  // namespace journey::pg
