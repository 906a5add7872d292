// JOURNEY_STATE_TYPE: the four functions of an SQL type that is an aggregate's state
// (expanded.hpp); its text form is that of bytea, hexadecimal digits. And what such
// aggregates have in common.
#pragma once

#include "pg/aggregate.hpp"
#include "pg/expanded.hpp"

namespace journey::pg {

// Throws if the bytes cannot be read.
template <class T>
Datum checked_state(Datum bytes) {
    Expanded<T>::read_only(bytes);
    return bytes;
}
inline Datum state_out(FunctionCallInfo fcinfo) {
    return DirectFunctionCall1(byteaout, PointerGetDatum(PG_DETOAST_DATUM(PG_GETARG_DATUM(0))));
}
inline Datum state_send(FunctionCallInfo fcinfo) {
    return DirectFunctionCall1(byteasend, PointerGetDatum(PG_DETOAST_DATUM(PG_GETARG_DATUM(0))));
}

// (state, state): T has merge(other).
template <class T>
Datum state_combine(FunctionCallInfo fcinfo) {
    MemoryContext context = aggregate_context(fcinfo);
    if (PG_ARGISNULL(1)) return unchanged_state(fcinfo);
    Expanded<T>& state = Expanded<T>::state(fcinfo, context);
    state->merge(*Expanded<T>::read_only(PG_GETARG_DATUM(1)));
    return state.datum();
}

// The row type that the function returns, or the element type of its array.
inline TupleDesc result_columns(FunctionCallInfo fcinfo) {
    const Oid type = get_fn_expr_rettype(fcinfo->flinfo);
    const Oid element = get_element_type(type);
    return BlessTupleDesc(lookup_rowtype_tupdesc_copy(OidIsValid(element) ? element : type, -1));
}

// A model as a value: what it writes, behind a varlena header.
template <class T>
Datum model_datum(const T& model) {
    const Size size = VARHDRSZ + model.encoded_size();
    auto* bytes = static_cast<varlena*>(palloc(size));
    SET_VARSIZE(bytes, size);
    model.encode(reinterpret_cast<std::byte*>(VARDATA(bytes)));
    return PointerGetDatum(bytes);
}

// What a scoring function keeps of its last call: the model, read, while its bytes
// stay the same.
template <class T>
class ReadOnce {
  public:
    explicit ReadOnce(MemoryContext query)
        : context_(AllocSetContextCreate(query, "journey model", ALLOCSET_SMALL_SIZES)) {}

    // read(memory, bytes) makes the T; `bytes` live as long as it.
    template <class Read>
    const T& of(std::span<const std::byte> bytes, Read read) {
        if (holds(bytes)) return *value_;
        forget();
        size_ = bytes.size();
        bytes_ = static_cast<std::byte*>(MemoryContextAlloc(context_, size_ + 1));
        memcpy(bytes_, bytes.data(), size_);
        value_ = read(ContextMemory::make(context_), std::span<const std::byte>(bytes_, size_));
        return *value_;
    }
    bool holds(std::span<const std::byte> bytes) const {
        return value_ != nullptr && bytes.size() == size_ && memcmp(bytes.data(), bytes_, size_) == 0;
    }
    const T& value() const { return *value_; }
    void forget() {
        value_ = nullptr;
        MemoryContextReset(context_);
    }
    const T& model(std::span<const std::byte> bytes) {
        return of(bytes, [](ContextMemory& memory, std::span<const std::byte> own) {
            auto* made = make_in<T>(memory, memory);
            made->decode(own);
            return made;
        });
    }

  private:
    MemoryContext context_;
    std::byte* bytes_ = nullptr;
    std::size_t size_ = 0;
    T* value_ = nullptr;
};

}  // namespace journey::pg

// The in, out, recv and send functions of a type that is written as bytes;
// checked(bytes) returns them or throws.
#define JOURNEY_BYTES_TYPE(name, checked)                                   \
    JOURNEY_FUNCTION(name##_in) {                                           \
        return checked(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)));   \
    }                                                                       \
    JOURNEY_FUNCTION(name##_out) {                                          \
        return journey::pg::state_out(fcinfo);                              \
    }                                                                       \
    JOURNEY_FUNCTION(name##_recv) {                                         \
        return checked(DirectFunctionCall1(bytearecv, PG_GETARG_DATUM(0))); \
    }                                                                       \
    JOURNEY_FUNCTION(name##_send) {                                         \
        return journey::pg::state_send(fcinfo);                             \
    }                                                                       \
    static_assert(true, "the semicolon after the macro")

#define JOURNEY_STATE_TYPE(name, T) JOURNEY_BYTES_TYPE(name, journey::pg::checked_state<T>)
