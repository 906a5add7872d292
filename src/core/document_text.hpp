// Text on its way into a document: numbers, and names as each format escapes them.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

namespace journey {

// UTF-8, as the server keeps it.
inline bool is_control(char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
}

inline void append_number(std::pmr::string& to, std::int64_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    to.append(digits, static_cast<std::size_t>(end - digits));
}
// With so many digits after the point.
inline void append_real(std::pmr::string& to, double number, int digits) {
    if (!std::isfinite(number)) {
        to.append("0");
        return;
    }
    char text[400];
    const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed, digits).ptr;
    to.append(text, static_cast<std::size_t>(end - text));
}
// A share of 0..1 in percent.
inline void append_percent(std::pmr::string& to, double share) {
    append_real(to, 100 * share, 0);
    to.append("%");
}

// XML and HTML.
inline void append_xml(std::pmr::string& to, std::string_view text) {
    for (char letter : text) {
        switch (letter) {
            case '&':
                to.append("&amp;");
                break;
            case '<':
                to.append("&lt;");
                break;
            case '>':
                to.append("&gt;");
                break;
            case '"':
                to.append("&quot;");
                break;
            case '\'':
                to.append("&#39;");
                break;
            default:
                to.push_back(is_control(letter) ? ' ' : letter);
        }
    }
}

// Mermaid reads punctuation as syntax, so all of it is written as entities.
inline void append_mermaid(std::pmr::string& to, std::string_view text) {
    for (char letter : text) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || letter == ' ' || letter == '_' ||
                           static_cast<unsigned char>(letter) >= 0x80;
        if (plain) {
            to.push_back(letter);
        } else if (is_control(letter)) {
            to.push_back(' ');
        } else {
            to.append("#");
            append_number(to, letter);
            to.append(";");
        }
    }
}

// A field of CSV, always quoted.
inline void append_csv(std::pmr::string& to, std::string_view text) {
    to.push_back('"');
    for (char letter : text) {
        if (letter == '"') to.push_back('"');
        to.push_back(is_control(letter) ? ' ' : letter);
    }
    to.push_back('"');
}

// At most so many letters, the last one … if some are missing.
inline std::string_view first_letters(std::string_view text, std::size_t most, bool& cut) {
    std::size_t letters = 0, at = 0;
    for (; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) continue;
        if (letters++ == most) break;
    }
    cut = at < text.size();
    return text.substr(0, at);
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
