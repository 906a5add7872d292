#include "core/credit_sums.hpp"

namespace journey {

namespace {

constexpr double credit_unit = 0x1p60;

}  // namespace

double CreditTotal::credit() const {
    return std::ldexp(static_cast<double>(high), 4) + std::ldexp(static_cast<double>(low), -60);
}

void CreditSums::add_channel() {
    added_.push_back(0);
    bins_.resize(bins_.size() + pairs());
    for (std::size_t model = 0; model < models_; ++model) totals_.emplace_back(*memory_);
    clear_bins(static_cast<std::uint32_t>(channels() - 1));
}

void CreditSums::clear_bins(std::uint32_t channel) {
    for (std::size_t pair = 0; pair < pairs(); ++pair) {
        for (std::size_t bin = 0; bin < all_bins; ++bin)
            bins_of(channel)[pair].of[bin] = Pair{bin_begins[bin], bin_begins[bin]};
    }
}

void CreditSums::add_at_length(std::uint32_t channel, const double* credits, std::uint64_t times,
                               const std::optional<double>& value) {
    for (std::size_t model = 0; model < models_; ++model) {
        double coarse = 0, fine = 0;
        split(credits[model], coarse, fine);
        CreditTotal& to = total_of(channel, model);
        to.add(static_cast<std::uint64_t>(static_cast<std::int64_t>((coarse + fine) * credit_unit)), times);
        if (value) to.value.add(*value * credits[model]);
    }
}

void CreditSums::add_rests(std::uint32_t channel, const Pair* rests) {
    for (std::size_t model = 0; model < models_; ++model) {
        const double rest = rests[model / 2][model % 2];
        if (rest != 0) total_of(channel, model).value.add(rest);
    }
}

// What the bins hold.
void CreditSums::add_bins(std::uint32_t channel, std::size_t model, CreditTotal& to) const {
    const Bins& bins = bins_of(channel)[model / 2];
    for (std::size_t bin = 0; bin < all_bins; ++bin) {
        const double held = bins.of[bin][model % 2] - bin_begins[bin];
        if (bin >= credit_bins) {
            to.value.add_part(held);
            continue;
        }
        // Fine parts may be negative, and so may their sum.
        const auto units = static_cast<unsigned __int128>(static_cast<__int128>(held * credit_unit));
        to.add(static_cast<std::uint64_t>(units), 1);
        to.high += static_cast<std::uint64_t>(units >> 64);
    }
}

void CreditSums::carry(std::uint32_t channel) {
    for (std::size_t model = 0; model < models_; ++model) add_bins(channel, model, total_of(channel, model));
    clear_bins(channel);
    added_[channel] = 0;
}

CreditTotal CreditSums::total(std::uint32_t channel, std::size_t model) const {
    CreditTotal total(*memory_);
    total.add(totals_[channel * models_ + model]);
    add_bins(channel, model, total);
    return total;
}

}  // namespace journey
