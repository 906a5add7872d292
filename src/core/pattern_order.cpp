#include "core/pattern_order.hpp"

namespace journey {

namespace {

template <class T>
bool compares(T value, EventTest::Comparison comparison, T with) {
    using enum EventTest::Comparison;
    switch (comparison) {
        case equal:
            return value == with;
        case different:
            return value != with;
        case less:
            return value < with;
        case at_most:
            return value <= with;
        case greater:
            return value > with;
        default:
            return value >= with;
    }
}

}  // namespace

std::uint32_t EventClassifier::tested_kind(std::uint32_t row, std::uint32_t name) {
    const std::uint32_t channel = journey_.channel(row);
    if (channel > channels_.size()) fail_corrupted("channel code");
    const bool has_value = values_.has(row);
    const double value = has_value ? values_.number(value_rank_++) : 0;
    const auto predicates = pattern_.predicates();
    std::fill(words_->begin(), words_->end(), 0);
    for (std::uint32_t p = 0; p < predicates.size(); ++p) {
        if (!predicates[p].takes_name(name)) continue;
        const bool passes =
            std::all_of(predicates[p].tests.begin(), predicates[p].tests.end(), [&](const EventTest& test) {
                if (test.subject == EventTest::Subject::value)
                    return has_value && compares(value, test.comparison, test.number);
                if (channel == 0) return false;
                const bool listed = std::find(test.channels.begin(), test.channels.end(),
                                              channels_[channel - 1]) != test.channels.end();
                return listed == (test.comparison == EventTest::Comparison::equal);
            });
        if (passes) (*words_)[p / 64] |= std::uint64_t{1} << (p % 64);
    }
    return own_kinds_->add(*words_);
}

bool has_required_names(const JourneyView& journey, const JourneyPattern& pattern) {
    for (const auto& names : pattern.required_names()) {
        bool found = false;
        for (const std::string_view name : journey.event_names()) {
            if (std::binary_search(names.begin(), names.end(), name)) {
                found = true;
                break;
            }
        }
        if (!found) return false;
    }
    return true;
}

}  // namespace journey
