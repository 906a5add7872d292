// How good scores are, against what happened: area under the ROC curve, log loss,
// calibration. Exact: the state keeps each score with its outcome, 16 bytes; equal
// scores share ranks; sums are exact.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

namespace journey {

struct CalibrationRow {
    std::int32_t bin = 0;
    std::int64_t customers = 0, conversions = 0;
    double lowest = 0, highest = 0, predicted = 0, observed = 0;
};

class ScoredOutcomes {
  public:
    explicit ScoredOutcomes(std::pmr::memory_resource& memory) : scores_(&memory) {}
    // Throws for a score that is no number.
    void add(double score, bool converted);
    void merge(const ScoredOutcomes& other);
    std::pmr::memory_resource* memory() const { return scores_.get_allocator().resource(); }

    // The chance that one who converted has the higher score, ties half. Nothing if
    // there is one class only.
    std::optional<double> auc();
    // Mean of -log of the probability given to what happened; infinite if that was 0.
    // Throws unless all scores are probabilities. Nothing without rows.
    std::optional<double> log_loss();
    // Bins of about equal size by rank; equal scores share one: floor(bins * share) + 1,
    // share = (scores below + half of those equal) / n. Bins without scores are left out.
    std::pmr::vector<CalibrationRow> calibration(std::int32_t bins);
    void set_bins(std::int32_t bins);
    std::int32_t bins() const { return bins_; }

    // Bytes: u8 version, 0, 0, 0; i32 bins (0: not said); u64 count; each score and outcome (u8).
    std::size_t encoded_size() const { return 16 + 9 * scores_.size(); }
    void encode(std::byte* to) const;
    void decode(std::span<const std::byte> bytes);

  private:
    struct Scored {
        double score;
        bool converted;
        auto operator<=>(const Scored&) const = default;
    };
    void sort();
    void check_probabilities() const;
    std::pmr::vector<Scored> scores_;
    std::int32_t bins_ = 0;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
