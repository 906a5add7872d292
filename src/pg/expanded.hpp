// A C++ object as the in-memory form of an SQL type: the state of aggregates
// across customers. The executor passes the object itself from call to call and
// changes it in place; it is written out as bytes only where it leaves the
// process or is stored.
//
// T has a constructor (memory), encoded_size(), encode(to) and decode(bytes).
// Encoding must not throw and must not allocate.
#pragma once

#include "pg/guard.hpp"
#include "pg/memory.hpp"

namespace journey::pg {

template <class T>
class Expanded {
  public:
    // The state of an aggregate: argument 0, changeable; a new one if it is NULL.
    static Expanded& state(FunctionCallInfo fcinfo, MemoryContext context) {
        if (PG_ARGISNULL(0)) return make(context);
        if (Expanded* own = writable(PG_GETARG_DATUM(0))) return *own;
        Expanded& copy = make(context);
        copy.read(PG_GETARG_DATUM(0));
        return copy;
    }
    // An object to read from, whatever form the datum has.
    static Expanded& read_only(Datum datum) {
        if (Expanded* own = any(datum)) return *own;
        Expanded& copy = make(CurrentMemoryContext);
        copy.read(datum);
        return copy;
    }

    T& operator*() { return *object_; }
    T* operator->() { return object_; }
    Datum datum() { return EOHPGetRWDatum(&header_); }

  private:
    static Expanded& make(MemoryContext parent) {
        MemoryContext context =
            AllocSetContextCreate(parent, "journey aggregate state", ALLOCSET_SMALL_SIZES);
        auto* own = static_cast<Expanded*>(MemoryContextAllocZero(context, sizeof(Expanded)));
        EOH_init_header(&own->header_, &methods, context);
        own->object_ = make_in<T>(ContextMemory::make(context), own->memory());
        return *own;
    }
    ContextMemory& memory() { return ContextMemory::make(header_.eoh_context); }

    void read(Datum datum) {
        auto* bytes = reinterpret_cast<varlena*>(PG_DETOAST_DATUM_PACKED(datum));
        object_->decode({reinterpret_cast<const std::byte*>(VARDATA_ANY(bytes)),
                         static_cast<std::size_t>(VARSIZE_ANY_EXHDR(bytes))});
    }

    static Expanded* any(Datum datum) {
        if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum))) return nullptr;
        ExpandedObjectHeader* header = DatumGetEOHP(datum);
        return header->eoh_methods == &methods ? reinterpret_cast<Expanded*>(header) : nullptr;
    }
    static Expanded* writable(Datum datum) {
        return VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum)) ? any(datum) : nullptr;
    }

    static Size flat_size(ExpandedObjectHeader* header) {
        const std::size_t size = VARHDRSZ + reinterpret_cast<Expanded*>(header)->object_->encoded_size();
        if (size > MaxAllocSize) {
            ereport(ERROR,
                    (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                     errmsg("the state of the aggregate would take %zu bytes", size),
                     errdetail("A value in PostgreSQL is smaller than 1 GB."),
                     errhint("Set max_parallel_workers_per_gather to 0, or aggregate fewer rows at once.")));
        }
        return size;
    }
    static void flatten(ExpandedObjectHeader* header, void* to, Size size) {
        SET_VARSIZE(to, size);
        reinterpret_cast<Expanded*>(header)->object_->encode(static_cast<std::byte*>(to) + VARHDRSZ);
    }
    static constexpr ExpandedObjectMethods methods = {flat_size, flatten};

    ExpandedObjectHeader header_;  // first: the server knows the object by it
    T* object_;
};

}  // namespace journey::pg
