// Random small survival data, and fits of them, for the tests of the family.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/survival.hpp"
#include "core/survival_fit.hpp"
#include "core/survival_rows.hpp"
#include "support.hpp"

namespace journey::test {

struct SurvivalCase {
    struct Row {
        double duration = 1;
        bool event = false;
        double entry = from_the_start;
        std::vector<double> covariates;
        std::string group, stratum;
    };
    std::vector<Row> rows;
    std::vector<std::string> names;
    std::string word;
    double first = 0, second = 0;
    bool has_entry = false, has_labels = false;
};

inline std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

inline void fill(SurvivalRows& state, const SurvivalCase& given) {
    std::vector<std::string_view> names(given.names.begin(), given.names.end());
    state.set({names, given.word, given.first, given.second}, given.has_entry, given.has_labels);
    for (const SurvivalCase::Row& row : given.rows) {
        state.add({row.duration, row.event, row.entry, row.covariates, row.group, row.stratum});
    }
}

struct Shape {
    std::size_t most_rows = 30, covariates = 2;
    bool entries = false;
    std::uint32_t strata = 1, groups = 1, times = 8;
};

inline double unit_draw(Random& random) {
    return static_cast<double>(random.bits() >> 11) / 9007199254740992.0;
}

// Few distinct times, so that ties are common; at least one event.
inline SurvivalCase random_survival(Random& random, const Shape& shape) {
    SurvivalCase made;
    made.has_entry = shape.entries;
    made.has_labels = shape.strata > 1 || shape.groups > 1;
    const std::size_t n = 4 + random.below(shape.most_rows - 3);
    for (std::size_t i = 0; i < n; ++i) {
        SurvivalCase::Row row;
        row.duration = 1 + random.below(shape.times);
        row.event = i == 0 || random.percent(60);
        if (shape.entries && random.percent(60))
            row.entry = random.below(static_cast<std::uint64_t>(row.duration));
        for (std::size_t k = 0; k < shape.covariates; ++k) {
            row.covariates.push_back(k % 2 == 0 ? random.below(2) : 4 * unit_draw(random) - 2);
        }
        if (made.has_labels) {
            row.group = std::string(1, static_cast<char>('a' + random.below(shape.groups)));
            row.stratum = std::string(1, static_cast<char>('A' + random.below(shape.strata)));
        }
        made.rows.push_back(row);
    }
    return made;
}

inline void shuffle(SurvivalCase& given, Random& random) {
    for (std::size_t i = given.rows.size(); i > 1; --i)
        std::swap(given.rows[i - 1], given.rows[random.below(i)]);
}

inline std::vector<std::byte> bytes_of(const SurvivalModel& model) {
    std::vector<std::byte> bytes(model.encoded_size());
    model.encode(bytes.data());
    return bytes;
}

using Fit = SurvivalModel (*)(OrderedRows&, const SurvivalRows&, std::pmr::memory_resource&);
inline SurvivalModel fit(const SurvivalCase& given, Fit fit_model) {
    SurvivalRows state(heap());
    fill(state, given);
    OrderedRows rows = state.ordered(heap());
    return fit_model(rows, state, heap());
}

}  // namespace journey::test
