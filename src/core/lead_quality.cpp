#include "core/lead_quality.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/exact_sum.hpp"
#include "core/interrupt.hpp"
#include "core/state_bytes.hpp"

namespace journey {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::int32_t max_bins = 1000;

}  // namespace

void ScoredOutcomes::add(double score, bool converted) {
    if (!std::isfinite(score)) {
        throw Error(ErrorCode::invalid_argument, "probability", "probability must be a finite number")
            .hint("NULL leaves a row out.");
    }
    scores_.push_back({score + 0.0, converted});
}

void ScoredOutcomes::merge(const ScoredOutcomes& other) {
    if (other.bins_ != 0) set_bins(other.bins_);
    scores_.insert(scores_.end(), other.scores_.begin(), other.scores_.end());
}

void ScoredOutcomes::set_bins(std::int32_t bins) {
    if (bins < 1 || bins > max_bins) {
        throw Error(ErrorCode::invalid_argument, "bins", "bins must be between 1 and %d, not %d", max_bins,
                    bins)
            .hint("Ten is usual.");
    }
    if (bins_ != 0 && bins_ != bins) {
        throw Error(ErrorCode::invalid_argument, "bins", "bins differs between rows")
            .hint("Write a constant.");
    }
    bins_ = bins;
}

void ScoredOutcomes::sort() {
    std::sort(scores_.begin(), scores_.end());
    poll_interrupt();
}

void ScoredOutcomes::check_probabilities() const {
    if (scores_.empty() || (scores_.front().score >= 0 && scores_.back().score <= 1)) return;
    const double bad = scores_.front().score < 0 ? scores_.front().score : scores_.back().score;
    throw Error(ErrorCode::invalid_argument, "probability", "probability must be between 0 and 1, not %g",
                bad)
        .hint("Use logistic_probability(model, features).");
}

std::optional<double> ScoredOutcomes::auc() {
    sort();
    __int128 twice = 0;  // pairs in the right order count 2, ties 1
    std::int64_t lower = 0, conversions = 0;
    for (std::size_t i = 0; i < scores_.size();) {
        std::int64_t yes = 0, no = 0;
        for (const double score = scores_[i].score; i < scores_.size() && scores_[i].score == score; ++i) {
            ++(scores_[i].converted ? yes : no);
        }
        twice += static_cast<__int128>(yes) * (2 * lower + no);
        lower += no;
        conversions += yes;
    }
    if (lower == 0 || conversions == 0) return std::nullopt;
    return static_cast<double>(twice) / (2 * static_cast<double>(lower) * static_cast<double>(conversions));
}

std::optional<double> ScoredOutcomes::log_loss() {
    sort();
    check_probabilities();
    if (scores_.empty()) return std::nullopt;
    ExactSum sum(*scores_.get_allocator().resource());
    Poll poll;
    for (const Scored& each : scores_) {
        poll();
        const double its = each.converted ? -std::log(each.score) : -std::log1p(-each.score);
        if (std::isinf(its)) return its;
        sum.add(its);
    }
    return sum.value() / static_cast<double>(scores_.size());
}

std::pmr::vector<CalibrationRow> ScoredOutcomes::calibration(std::int32_t bins) {
    sort();
    check_probabilities();
    std::pmr::memory_resource& memory = *scores_.get_allocator().resource();
    std::pmr::vector<CalibrationRow> rows(&memory);
    const std::size_t n = scores_.size();
    ExactSum sum(memory);
    const auto close = [&] {
        if (rows.empty()) return;
        const auto customers = static_cast<double>(rows.back().customers);
        rows.back().predicted = sum.value() / customers;
        rows.back().observed = static_cast<double>(rows.back().conversions) / customers;
    };
    Poll poll;
    for (std::size_t i = 0; i < n;) {
        std::size_t end = i + 1;
        while (end < n && scores_[end].score == scores_[i].score) ++end;
        const auto bin = static_cast<std::int32_t>(static_cast<std::size_t>(bins) * (i + end) / (2 * n)) + 1;
        if (rows.empty() || rows.back().bin != bin) {
            close();
            sum = ExactSum(memory);
            rows.push_back({bin, 0, 0, scores_[i].score, 0, 0, 0});
        }
        CalibrationRow& row = rows.back();
        row.highest = scores_[i].score;
        row.customers += static_cast<std::int64_t>(end - i);
        for (; i < end; ++i) {
            poll();
            sum.add(scores_[i].score);
            row.conversions += scores_[i].converted ? 1 : 0;
        }
    }
    close();
    return rows;
}

void ScoredOutcomes::encode(std::byte* to) const {
    to = store(to, std::uint32_t{version});
    to = store(to, bins_);
    to = store(to, std::uint64_t{scores_.size()});
    for (const Scored& each : scores_) {
        to = store_real(to, each.score);
        *to++ = static_cast<std::byte>(each.converted ? 1 : 0);
    }
}

void ScoredOutcomes::decode(std::span<const std::byte> bytes) {
    StateReader reader(bytes, "scored_outcomes", "an aggregate such as roc_auc");
    if (reader.number<std::uint32_t>() != version) reader.fail("unknown version");
    const auto bins = reader.number<std::int32_t>();
    if (bins != 0) {
        if (bins < 0 || bins > max_bins) reader.fail("bins out of range");
        bins_ = bins;
    }
    const std::size_t count = reader.count<std::uint64_t>(9);
    for (std::size_t i = 0; i < count; ++i) {
        const double score = reader.real();
        const auto outcome = reader.number<std::uint8_t>();
        if (!std::isfinite(score) || outcome > 1) reader.fail("a row out of range");
        add(score, outcome != 0);
    }
    reader.end();
}

}  // namespace journey
