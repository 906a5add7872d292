// What the core asks while it works ("has somebody cancelled?"), under a test's control.
#pragma once

#include <cstdint>

namespace journey::test {

// The `polls`-th question from now on is answered by Error(ErrorCode::cancelled), once.
void cancel_after(std::uint64_t polls);
void cancel_never();
// How often the core has asked so far.
std::uint64_t polls_asked();

}  // namespace journey::test
