// The readable form of a model: one JSON object of numbers, texts, booleans and
// lists of numbers, no deeper. What does not exist as a number is null.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace journey {

class ModelWriter {
  public:
    explicit ModelWriter(std::pmr::memory_resource& memory) : text_("{", &memory) {}
    void number(std::string_view key, double value);
    void integer(std::string_view key, long long value);
    void text(std::string_view key, std::string_view value);  // no characters that need escapes
    void boolean(std::string_view key, bool value);
    void numbers(std::string_view key, const std::pmr::vector<double>& values);
    std::string_view finish();

  private:
    void key(std::string_view name);
    void write(double value);
    std::pmr::string text_;
};

// Reads keys in any order: while (next()) look at key() and call one reader.
// Throws ErrorCode::invalid_text.
class ModelReader {
  public:
    // `type` is the SQL type, for errors.
    ModelReader(std::string_view text, const char* type);
    bool next();
    std::string_view key() const { return key_; }
    double number();  // null is NaN
    long long integer(long long low, long long high);
    std::string_view text();
    bool boolean();
    // null is `absent`.
    void numbers(std::pmr::vector<double>& into, double absent);
    [[noreturn]] void fail(const char* what) const;

  private:
    void blanks();
    bool take(char c);
    void expect(char c);
    double number_or(double absent);

    std::string_view rest_;
    std::string_view key_;
    const char* type_;
    bool first_ = true;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
