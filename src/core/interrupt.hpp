// How long loops stay cancellable.
//
// The host (the server bridge, a test) defines poll_interrupt(); it throws an
// Error with ErrorCode::cancelled when the work should stop. Loops that can run
// long call a Poll, which asks the host once in a few thousand steps.
#pragma once

#include <cstdint>

namespace journey {

void poll_interrupt();

class Poll {
  public:
    void operator()() {
        if ((++steps_ & (interval - 1)) == 0) poll_interrupt();
    }

  private:
    static constexpr std::uint32_t interval = 8192;
    std::uint32_t steps_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
