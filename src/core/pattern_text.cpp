#include "core/pattern_text.hpp"

#include <algorithm>
#include <cstdio>

#include "core/error.hpp"

namespace journey {

void PatternText::skip_blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
}

bool PatternText::take(std::string_view what) {
    if (!starts_with(what)) return false;
    at_ += what.size();
    return true;
}

void PatternText::expect(std::string_view what) {
    if (take(what)) return;
    char expected[64];
    std::snprintf(expected, sizeof expected, "\"%.*s\"", static_cast<int>(what.size()), what.data());
    fail(expected);
}

std::uint32_t PatternText::number() {
    if (!at_digit()) fail("a number");
    const std::size_t start = at_;
    std::uint64_t value = 0;
    while (at_digit()) {
        value = std::min<std::uint64_t>(value * 10 + static_cast<std::uint64_t>(peek() - '0'), unbounded);
        ++at_;
    }
    if (value == unbounded) {
        throw Error(ErrorCode::limit, "pattern", "pattern: the number at character %u is too large",
                    character(start))
            .hint("Numbers go up to %u.", unbounded - 1);
    }
    return static_cast<std::uint32_t>(value);
}

Span PatternText::decimal(Span unit) {
    const std::size_t start = at_;
    if (!at_digit()) {
        if (peek() == '-') {
            throw Error(ErrorCode::invalid_argument, "pattern",
                        "pattern: the time limit at character %u is negative", character(start))
                .hint("Write a number of at least 0.");
        }
        fail("a number");
    }
    constexpr unsigned __int128 most = no_limit / 4;
    unsigned __int128 value = 0;
    while (at_digit()) {
        value = std::min(value * 10 + static_cast<unsigned>(peek() - '0'), most);
        ++at_;
    }
    value = value * unit;
    if (take(".")) {
        if (!at_digit()) fail("a digit");
        unsigned __int128 scaled = unit;
        for (int places = 0; at_digit(); ++places, ++at_) {
            if (places == 6) fail("at most six decimal places");
            scaled *= static_cast<unsigned>(peek() - '0');
            unsigned __int128 power = 1;
            for (int i = 0; i <= places; ++i) power *= 10;
            value += scaled / power;
            scaled = unit;
        }
    }
    if (value >= most) {
        throw Error(ErrorCode::overflow, "pattern", "pattern: the time limit at character %u is out of range",
                    character(start))
            .hint("Timestamps span less than 300000 years.");
    }
    return static_cast<Span>(value);
}

std::uint32_t PatternText::character(std::size_t position) const {
    std::uint32_t characters = 1;
    for (std::size_t i = 0; i < std::min(position, text_.size()); ++i) {
        if ((static_cast<unsigned char>(text_[i]) & 0xc0) != 0x80) ++characters;
    }
    return characters;
}

void PatternText::fail_at(std::size_t position, const char* expected) const {
    // A few characters of what is there, cut between characters.
    const std::string_view there = text_.substr(std::min(position, text_.size()));
    std::size_t length = std::min<std::size_t>(there.size(), 20);
    while (length < there.size() && length > 0 && (static_cast<unsigned char>(there[length]) & 0xc0) == 0x80)
        --length;
    if (there.empty()) {
        throw Error(ErrorCode::invalid_argument, "pattern",
                    "syntax error at the end of pattern (character %u)", character(position))
            .hint("Expected %s.", expected);
    }
    throw Error(ErrorCode::invalid_argument, "pattern", "syntax error in pattern at character %u: \"%.*s%s\"",
                character(position), static_cast<int>(length), there.data(),
                length < there.size() ? "..." : "")
        .hint("Expected %s.", expected);
}

NestingGuard::NestingGuard(std::uint32_t& depth, const PatternText& text) : depth_(depth) {
    if (++depth_ <= max_nesting) return;
    --depth_;
    throw Error(ErrorCode::limit, "pattern", "pattern: brackets are nested too deeply at character %u",
                text.character(text.position()))
        .hint("Brackets may be nested %u deep.", max_nesting);
}

Quantifier read_quantifier(PatternText& text) {
    Quantifier quantifier;
    const std::size_t start = text.position();
    quantifier.given = true;
    if (text.take("*")) {
        quantifier.least = 0, quantifier.most = unbounded;
    } else if (text.take("+")) {
        quantifier.most = unbounded;
    } else if (text.take("?")) {
        quantifier.least = 0;
    } else if (text.take("{")) {
        text.skip_blanks();
        quantifier.least = quantifier.most = text.number();
        text.skip_blanks();
        if (text.take(",")) {
            text.skip_blanks();
            quantifier.most = text.at_digit() ? text.number() : unbounded;
            text.skip_blanks();
        }
        if (text.peek() != '}') text.fail("\",\", a number or \"}\"");
        text.take("}");
        if (quantifier.least > quantifier.most) text.fail_at(start, "counts in rising order");
        if (quantifier.most == 0) text.fail_at(start, "a count of at least 1");
        if (std::max(quantifier.least, quantifier.most == unbounded ? 0 : quantifier.most) > max_positions) {
            throw Error(ErrorCode::limit, "pattern", "pattern: the count at character %u is too large",
                        text.character(start))
                .detail("Counted repetitions are written out.")
                .hint("A pattern has at most %u places for events.", max_positions);
        }
    } else {
        quantifier.given = false;
        return quantifier;
    }
    quantifier.greedy = !text.take("?");
    return quantifier;
}

}  // namespace journey
