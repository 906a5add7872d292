// The one exception type of the core.
//
// An Error says what went wrong in words a user can act on: the kind (which the
// bridge maps to an SQLSTATE), the argument's SQL name, a message, a detail and
// a hint. All text lives inside the object: making one allocates nothing.
#pragma once

#include <cstdarg>

namespace journey {

enum class ErrorCode {
    invalid_argument,  // 22023
    null_argument,     // 22004
    invalid_text,      // 22P02
    invalid_binary,    // 22P03
    overflow,          // 22003
    limit,             // 54000
    corrupted,         // XX001
    unsupported,       // 0A000
    out_of_memory,     // 53200
    cancelled,         // 57014
};

class Error {
  public:
    // `argument` is the SQL name of the argument at fault, or "".
    [[gnu::format(printf, 4, 5)]] Error(ErrorCode code, const char* argument, const char* message, ...);

    [[gnu::format(printf, 2, 3)]] Error& detail(const char* format, ...);
    [[gnu::format(printf, 2, 3)]] Error& hint(const char* format, ...);

    ErrorCode code() const { return code_; }
    const char* argument() const { return argument_; }
    const char* message() const { return message_; }
    const char* detail() const { return detail_; }
    const char* hint() const { return hint_; }

  private:
    ErrorCode code_;
    char argument_[64];
    char message_[256];
    char detail_[256];
    char hint_[256];
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
