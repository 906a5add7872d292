#include "pg/guard.hpp"

extern "C" {
PG_MODULE_MAGIC;
}

namespace journey {

void poll_interrupt() {
    if (!QueryCancelPending && !ProcDiePending) return;
    if (InterruptHoldoffCount != 0 || CritSectionCount != 0) return;
    throw Error(ErrorCode::cancelled, "", "canceling statement due to user request");
}

namespace pg {

namespace {

int sqlstate(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return ERRCODE_INVALID_PARAMETER_VALUE;
        case ErrorCode::null_argument:
            return ERRCODE_NULL_VALUE_NOT_ALLOWED;
        case ErrorCode::invalid_text:
            return ERRCODE_INVALID_TEXT_REPRESENTATION;
        case ErrorCode::invalid_binary:
            return ERRCODE_INVALID_BINARY_REPRESENTATION;
        case ErrorCode::overflow:
            return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
        case ErrorCode::limit:
            return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
        case ErrorCode::corrupted:
            return ERRCODE_DATA_CORRUPTED;
        case ErrorCode::unsupported:
            return ERRCODE_FEATURE_NOT_SUPPORTED;
        case ErrorCode::out_of_memory:
            return ERRCODE_OUT_OF_MEMORY;
        case ErrorCode::cancelled:
            return ERRCODE_QUERY_CANCELED;
    }
    return ERRCODE_INTERNAL_ERROR;
}

// Texts were cut to their buffers by bytes: not in the middle of a character.
const char* whole_characters(const char* text) {
    const int length = static_cast<int>(strlen(text));
    return pnstrdup(text, static_cast<Size>(pg_mbcliplen(text, length, length)));
}

}  // namespace

void raise(const Failure& failure) {
    const Error& error = failure.error();
    // The server says itself why it cancels; should it not, we do.
    if (error.code() == ErrorCode::cancelled) CHECK_FOR_INTERRUPTS();
    const char* message = whole_characters(error.message());
    const char* detail = whole_characters(error.detail());
    const char* hint = whole_characters(error.hint());
    ereport(ERROR, (errcode(sqlstate(error.code())), errmsg("%s", message),
                    *detail ? errdetail("%s", detail) : 0, *hint ? errhint("%s", hint) : 0));
    pg_unreachable();
}

}  // namespace pg
}  // namespace journey
