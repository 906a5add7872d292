// Reading a pattern's text: what sequence patterns and journey patterns share. An
// error points at the character and says what was expected there.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/automaton.hpp"

namespace journey {

class PatternText {
  public:
    explicit PatternText(std::string_view text) : text_(text) {}

    // Blanks never matter.
    void skip_blanks();
    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }
    // Takes `what` if it comes next.
    bool take(std::string_view what);
    void expect(std::string_view what);

    std::size_t position() const { return at_; }
    void go_to(std::size_t position) { at_ = position; }
    std::string_view rest() const { return text_.substr(at_); }
    std::string_view between(std::size_t from, std::size_t to) const { return text_.substr(from, to - from); }

    bool at_digit() const { return peek() >= '0' && peek() <= '9'; }
    // A whole number below 2^32 - 1.
    std::uint32_t number();
    // Of a unit of `unit` microseconds, up to six decimal places; at most no_limit / 4.
    Span decimal(Span unit);

    // "syntax error in pattern at character 5: ...", "expected ...".
    [[noreturn]] void fail(const char* expected) const { fail_at(at_, expected); }
    [[noreturn]] void fail_at(std::size_t position, const char* expected) const;
    // From 1, as people count.
    std::uint32_t character(std::size_t position) const;

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

// One more level of brackets, as long as this lives.
class NestingGuard {
  public:
    NestingGuard(std::uint32_t& depth, const PatternText& text);
    NestingGuard(const NestingGuard&) = delete;
    NestingGuard& operator=(const NestingGuard&) = delete;
    ~NestingGuard() { --depth_; }

  private:
    std::uint32_t& depth_;
};

// * + ? {n} {n,} {n,m} and their reluctant forms with a ? after it.
struct Quantifier {
    bool given = false;
    std::uint32_t least = 1, most = 1;
    bool greedy = true;
};
Quantifier read_quantifier(PatternText& text);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
