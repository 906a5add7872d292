// The border between the server (C, longjmp) and our C++ (exceptions).
//
// Every function callable from SQL is made by JOURNEY_FUNCTION: it exports the
// symbol journey_NAME and guards the body. The body has three phases, see
// docs/architecture.md: take (server calls may raise; only trivially destructible
// locals), compute (C++, may throw, calls nothing that can raise), give (server
// calls may raise; C++ objects are gone).
//
// An exception is copied to the guard's stack in the catch block; only after the
// block is left is it raised as a server error: a raise from inside would skip
// the exception's release.
#pragma once

#include "pg/postgres.hpp"

namespace journey::pg {

// Room for an Error that is constructed only when there is one.
class Failure {
  public:
    void set(const Error& error) noexcept { new (storage_) Error(error); }
    const Error& error() const { return *std::launder(reinterpret_cast<const Error*>(storage_)); }

  private:
    static_assert(std::is_trivially_destructible_v<Error> && std::is_nothrow_copy_constructible_v<Error>);
    alignas(Error) unsigned char storage_[sizeof(Error)];
};

// Raises the error in the server; no C++ object may need destruction.
[[noreturn]] void raise(const Failure& failure);

// Runs `work`, which may throw; false: `failure` is set. For callbacks the
// server calls in the middle of its own work.
template <class Work>
bool attempt(Failure& failure, Work work) noexcept {
    try {
        work();
        return true;
    } catch (const Error& error) {
        failure.set(error);
    } catch (const std::bad_alloc&) {
        failure.set(Error(ErrorCode::out_of_memory, "", "out of memory"));
    } catch (const std::exception& other) {
        failure.set(Error(ErrorCode::limit, "", "%s", other.what()));
    } catch (...) {
        failure.set(Error(ErrorCode::corrupted, "", "unknown failure"));
    }
    return false;
}

template <auto body>
Datum guarded(FunctionCallInfo fcinfo) {
    Failure failure;
    Datum result = 0;
    if (!attempt(failure, [&] { result = body(fcinfo); })) raise(failure);
    return result;
}

}  // namespace journey::pg

#define JOURNEY_FUNCTION(name)                                               \
    static Datum name##_body(FunctionCallInfo fcinfo);                       \
    extern "C" {                                                             \
    extern PGDLLEXPORT Datum journey_##name(FunctionCallInfo fcinfo);        \
    extern PGDLLEXPORT const Pg_finfo_record* pg_finfo_journey_##name(void); \
    const Pg_finfo_record* pg_finfo_journey_##name(void) {                   \
        static const Pg_finfo_record info = {1};                             \
        return &info;                                                        \
    }                                                                        \
    Datum journey_##name(FunctionCallInfo fcinfo) {                          \
        return journey::pg::guarded<name##_body>(fcinfo);                    \
    }                                                                        \
    }                                                                        \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
