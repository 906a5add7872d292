#include "poll.hpp"

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

thread_local std::uint64_t asked = 0;
thread_local std::uint64_t cancel_at = 0;  // 0: never

}  // namespace

void poll_interrupt() {
    ++asked;
    if (cancel_at != 0 && asked >= cancel_at) {
        cancel_at = 0;
        throw Error(ErrorCode::cancelled, "", "cancelled by the test");
    }
}

namespace test {

void cancel_after(std::uint64_t polls) {
    cancel_at = asked + polls;
}
void cancel_never() {
    cancel_at = 0;
}
std::uint64_t polls_asked() {
    return asked;
}

}  // namespace test

}  // namespace journey
