#include "core/error.hpp"

#include <cstdio>

namespace journey {

Error::Error(ErrorCode code, const char* argument, const char* message, ...)
    : code_(code), argument_{}, message_{}, detail_{}, hint_{} {
    std::snprintf(argument_, sizeof argument_, "%s", argument);
    va_list args;
    va_start(args, message);
    std::vsnprintf(message_, sizeof message_, message, args);
    va_end(args);
}

Error& Error::detail(const char* format, ...) {
    va_list args;
    va_start(args, format);
    std::vsnprintf(detail_, sizeof detail_, format, args);
    va_end(args);
    return *this;
}

Error& Error::hint(const char* format, ...) {
    va_list args;
    va_start(args, format);
    std::vsnprintf(hint_, sizeof hint_, format, args);
    va_end(args);
    return *this;
}

}  // namespace journey
