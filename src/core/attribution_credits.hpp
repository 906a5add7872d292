// The credits of one journey, touch by touch: what attribute() returns.
//
// Credits and values are decimals of 15 digits: those of a conversion under a model sum to
// exactly 1 and exactly its value (see apportion); participation does not sum.
// A conversion without a touch gives one row without a touch. Touches that get nothing
// have no row.
//
// O(models · touches) time for each conversion, as many rows at most; some 50 bytes a touch.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "core/apportion.hpp"
#include "core/attribution_touches.hpp"

namespace journey {

struct CreditRow {
    AttributionModel model{};
    std::uint32_t conversion_no = 0;  // from 1
    std::uint32_t conversion_row = 0;
    std::uint32_t touch_no = 0;        // from 1 in the path; 0: unattributed
    std::uint32_t touch_row = no_row;  // no_row: unattributed
    std::uint32_t channel = 0;         // code into AttributionReader::channel_names()
    Decimal credit;
    std::optional<Decimal> value;  // none if the conversion has none
};

class CreditReader {
  public:
    // The rules and the journey's bytes must outlive it.
    CreditReader(const AttributionRules& rules, const JourneyView& journey,
                 std::pmr::memory_resource& memory);

    // By conversion, model and touch.
    bool next(CreditRow& row);
    const AttributionReader& reader() const { return reader_; }

  private:
    bool next_model();
    void find_path();
    void divide();
    void divide_by_places();
    void divide_by_age();
    void divide_by_channel(bool each_all);

    std::pmr::memory_resource* memory_;
    JourneyView journey_;
    AttributionReader reader_;  // of it
    AttributedConversion conversion_;
    std::uint32_t conversion_no_ = 0;
    std::size_t model_ = 0;                    // the next one
    std::size_t at_ = 0;                       // the next credit of the model
    std::pmr::vector<std::uint32_t> path_;     // the rows of its touches
    std::pmr::vector<std::uint32_t> touches_;  // that get credits: numbers in path_
    std::pmr::vector<double> parts_;           // of 1, then of the value
    std::pmr::vector<Decimal> credits_, values_;
    std::pmr::vector<std::uint8_t> met_;  // by channel
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
