#include "core/model_text.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace journey {

void ModelWriter::key(std::string_view name) {
    if (text_.size() > 1) text_ += ", ";
    text_ += '"';
    text_ += name;
    text_ += "\": ";
}

void ModelWriter::write(double value) {
    if (!std::isfinite(value)) {
        text_ += "null";
        return;
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text_.append(digits, static_cast<std::size_t>(end - digits));
}

void ModelWriter::number(std::string_view name, double value) {
    key(name);
    write(value);
}

void ModelWriter::integer(std::string_view name, long long value) {
    key(name);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text_.append(digits, static_cast<std::size_t>(end - digits));
}

void ModelWriter::text(std::string_view name, std::string_view value) {
    key(name);
    text_ += '"';
    text_ += value;
    text_ += '"';
}

void ModelWriter::boolean(std::string_view name, bool value) {
    key(name);
    text_ += value ? "true" : "false";
}

void ModelWriter::numbers(std::string_view name, const std::pmr::vector<double>& values) {
    key(name);
    text_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) text_ += ", ";
        write(values[i]);
    }
    text_ += ']';
}

std::string_view ModelWriter::finish() {
    text_ += '}';
    return text_;
}

ModelReader::ModelReader(std::string_view text, const char* type) : rest_(text), type_(type) {
    blanks();
    expect('{');
}

void ModelReader::fail(const char* what) const {
    throw Error(ErrorCode::invalid_text, "", "invalid %s: %s", type_, what)
        .detail("At \"%.*s\".", static_cast<int>(rest_.size() < 40 ? rest_.size() : 40), rest_.data())
        .hint("Values of type %s are JSON objects as the extension prints them.", type_);
}

void ModelReader::blanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\t' || rest_[0] == '\r')) {
        rest_.remove_prefix(1);
    }
}

bool ModelReader::take(char c) {
    blanks();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
}

void ModelReader::expect(char c) {
    if (take(c)) return;
    const char what[] = {'n', 'o', ' ', c, '\0'};
    fail(what);
}

bool ModelReader::next() {
    if (take('}')) {
        blanks();
        if (!rest_.empty()) fail("text after the object");
        return false;
    }
    if (!first_) expect(',');
    first_ = false;
    key_ = text();
    expect(':');
    return true;
}

std::string_view ModelReader::text() {
    expect('"');
    const std::size_t end = rest_.find_first_of("\"\\");
    if (end == std::string_view::npos || rest_[end] == '\\') fail("a text that does not end or has escapes");
    const std::string_view value = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return value;
}

bool ModelReader::boolean() {
    blanks();
    for (const bool value : {true, false}) {
        const std::string_view word = value ? "true" : "false";
        if (!rest_.starts_with(word)) continue;
        rest_.remove_prefix(word.size());
        return value;
    }
    fail("no boolean");
}

double ModelReader::number_or(double absent) {
    blanks();
    if (rest_.starts_with("null")) {
        rest_.remove_prefix(4);
        return absent;
    }
    double value = 0;
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (code != std::errc{} || !std::isfinite(value)) fail("no number");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
}

double ModelReader::number() {
    return number_or(std::numeric_limits<double>::quiet_NaN());
}

long long ModelReader::integer(long long low, long long high) {
    blanks();
    long long value = 0;
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (code != std::errc{} || value < low || value > high) fail("no whole number in range");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
}

void ModelReader::numbers(std::pmr::vector<double>& into, double absent) {
    into.clear();
    expect('[');
    if (take(']')) return;
    do {
        into.push_back(number_or(absent));
    } while (take(','));
    expect(']');
}

}  // namespace journey
