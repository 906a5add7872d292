#include <charconv>

#include "core/error.hpp"
#include "core/rfm.hpp"

namespace journey {

namespace {

constexpr std::string_view others = "Others";

// The grid of recency (down) and frequency (across) that is used everywhere.
constexpr std::string_view grid_names[] = {
    "Champions",      "Loyal",   "Potential Loyalist", "New",        "Promising", "Need Attention",
    "About To Sleep", "At Risk", "Can't Lose Them",    "Hibernating"};
constexpr std::size_t grid[5][5] = {{9, 9, 7, 7, 8},   // r = 1
                                    {9, 9, 7, 7, 8},   // r = 2
                                    {6, 6, 5, 1, 1},   // r = 3
                                    {4, 2, 2, 1, 1},   // r = 4
                                    {3, 2, 2, 0, 0}};  // r = 5

int on_grid(int score, int bins) {
    return (5 * score + bins - 1) / bins - 1;
}

[[noreturn]] void fail_rule(std::string_view rule, const char* what) {
    throw Error(ErrorCode::invalid_argument, "segments", "segments has a rule that cannot be read: \"%.*s\"",
                static_cast<int>(rule.size()), rule.data())
        .detail("%s.", what)
        .hint(
            "Write 'Name: R F M' with scores or ranges, such as 'Champions: 4-5 4-5 4-5'; M may be left "
            "out.");
}

// Takes a score or a range such as 4-5 from the front of `text`.
bool take_range(std::string_view& text, int& from, int& to) {
    while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
    const char* end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, from);
    if (read.ec != std::errc{}) return false;
    to = from;
    if (read.ptr != end && *read.ptr == '-') {
        read = std::from_chars(read.ptr + 1, end, to);
        if (read.ec != std::errc{}) return false;
    }
    if (read.ptr != end && *read.ptr != ' ') return false;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return true;
}

}  // namespace

void RfmSegments::parse(std::span<const std::string_view> rules, int bins) {
    rules_.clear();
    if (rules.empty()) {
        throw Error(ErrorCode::invalid_argument, "segments", "segments is empty")
            .hint("NULL stands for the usual grid of recency and frequency.");
    }
    for (std::string_view text : rules) {
        Rule rule;
        const std::size_t colon = text.rfind(':');
        if (colon == std::string_view::npos) fail_rule(text, "There is no colon after the name");
        rule.name = text.substr(0, colon);
        if (rule.name.empty()) fail_rule(text, "The name is empty");
        std::string_view ranges = text.substr(colon + 1);
        std::size_t count = 0;
        for (; count < 3 && take_range(ranges, rule.from[count], rule.to[count]); ++count) {
            if (rule.from[count] < 1 || rule.to[count] > bins || rule.from[count] > rule.to[count]) {
                throw Error(ErrorCode::invalid_argument, "segments",
                            "segments has a range outside the scores: \"%.*s\"",
                            static_cast<int>(text.size()), text.data())
                    .hint("Scores go from 1 to %d, and a range from the lower to the higher.", bins);
            }
        }
        while (!ranges.empty() && ranges[0] == ' ') ranges.remove_prefix(1);
        if (count < 2 || !ranges.empty()) fail_rule(text, "After the name come two or three ranges");
        if (count == 2) rule.from[2] = 1, rule.to[2] = bins;
        rules_.push_back(rule);
    }
}

// Rules may share a name, and so may the rest.
std::size_t RfmSegments::first_of(std::size_t i) const {
    std::size_t first = 0;
    while (first < i && name(first) != name(i)) ++first;
    return first;
}

std::size_t RfmSegments::size() const {
    return rules_.empty() ? std::size(grid_names) : rules_.size() + 1;
}

std::string_view RfmSegments::name(std::size_t i) const {
    if (rules_.empty()) return grid_names[i];
    return i < rules_.size() ? rules_[i].name : others;
}

std::size_t RfmSegments::find(const RfmScores& scores, int bins) const {
    if (rules_.empty()) return grid[on_grid(scores.r, bins)][on_grid(scores.f, bins)];
    std::size_t i = 0;
    while (i < rules_.size() && !rules_[i].fits(scores)) ++i;
    return first_of(i);
}

}  // namespace journey
