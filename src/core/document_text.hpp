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

// About how wide a letter is, in units of the font's size: wide enough for the usual
// fonts without serifs. 0 for the bytes of a letter after its first.
inline double letter_width(char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    if ((byte & 0xc0) == 0x80) return 0;
    if (byte >= 0xe0) return 1.05;  // Asian scripts, pictures
    if (byte >= 0x80) return 0.75;
    if (std::string_view("MW@%mw").find(letter) != std::string_view::npos) return 1.1;
    if (std::string_view(" .,:;'|!iljtfI()[]").find(letter) != std::string_view::npos) return 0.42;
    if ((letter >= 'A' && letter <= 'Z') || letter == '&' || letter == '#') return 0.8;
    return 0.65;
}

// As much of a text as fits into so many units; `cut`: there is more of it, and room
// is left for an ellipsis.
inline std::string_view fitting(std::string_view text, double room, bool& cut) {
    double width = 0;
    std::size_t fits = 0;  // with the ellipsis
    cut = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const double letter = letter_width(text[at]);
        if (letter > 0 && width <= room - 1) fits = at;
        width += letter;
        if (width > room) {
            cut = true;
            return text.substr(0, fits);
        }
    }
    return text;
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
