// What each channel gets under each model, summed up: credits as multiples of 2^-60, values
// exactly. So no sum depends on the order of its terms.
//
// A sum is a few doubles, *bins*, each of which takes the digits of a term down to a fixed
// place and leaves the rest to the next, so nothing is ever rounded (J. Demmel, H. D. Nguyen,
// Parallel Reproducible Summation, 2015): no branch, and two models at a time. What is less
// than the last bin takes, and bins that might be full, go to sums of any length.
//
// About 120 bytes for each channel and model; add() takes O(models).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "core/value_sum.hpp"

namespace journey {

// A sum of credits, as a whole number of 128 bits in two words, and a sum of values.
struct CreditTotal {
    explicit CreditTotal(std::pmr::memory_resource& memory) : value(memory) {}
    // credit · 2^60
    void add(std::uint64_t credit, std::uint64_t times) {
        const unsigned __int128 sum = ((static_cast<unsigned __int128>(high) << 64) | low) +
                                      static_cast<unsigned __int128>(credit) * times;
        low = static_cast<std::uint64_t>(sum);
        high = static_cast<std::uint64_t>(sum >> 64);
    }
    void add(const CreditTotal& other) {
        add(other.low, 1);
        high += other.high;
        value.add(other.value);
    }
    double credit() const;

    std::uint64_t low = 0, high = 0;
    ValueSum value;
};

class CreditSums {
    // Two models at a time. Memory of the host is aligned to 8 bytes.
    using Pair [[gnu::vector_size(16), gnu::aligned(8)]] = double;
    using PairMask [[gnu::vector_size(16)]] = std::int64_t;
    // Two of credits and three of values. A bin begins in the middle of the doubles of one
    // exponent, and no sum of what is added to it leaves them.
    struct Bins {
        Pair of[5];
    };
    static constexpr double bin_begins[5] = {0x1.8p22, 0x1.8p-8, 0x1.8p44, 0x1.8p4, 0x1.8p-36};
    static constexpr std::size_t credit_bins = 2, all_bins = 5, most_pairs = 8;
    static constexpr double most_value = 0x1p31;
    static constexpr std::uint32_t most_added = 2048;

  public:
    explicit CreditSums(std::pmr::memory_resource& memory)
        : memory_(&memory), added_(&memory), bins_(&memory), totals_(&memory) {}

    // How many models; once, before anything else.
    void use(std::size_t models) { models_ = models; }
    // The credits of a channel are so many doubles, one for each model; any beyond are 0.
    std::size_t stride() const { return 2 * pairs(); }
    void add_channel();
    std::size_t channels() const { return added_.size(); }

    // A conversion that gives a channel these credits, each from 0 to 1, and that part of its
    // value, if it has one.
    void add(std::uint32_t channel, const double* credits, const std::optional<double>& value) {
        if (value && std::fabs(*value) > most_value) {
            add_at_length(channel, credits, 1, value);
            return;
        }
        if (++added_[channel] == most_added) carry(channel);
        if (value) {
            add_pairs<true>(channel, credits, *value);
        } else {
            add_pairs<false>(channel, credits, 0);
        }
    }
    // The same for many conversions, of this value together.
    void add_at_length(std::uint32_t channel, const double* credits, std::uint64_t times,
                       const std::optional<double>& value);
    void add(std::uint32_t channel, std::size_t model, const CreditTotal& other) {
        total_of(channel, model).add(other);
    }
    CreditTotal total(std::uint32_t channel, std::size_t model) const;

  private:
    template <bool valued>
    void add_pairs(std::uint32_t channel, const double* credits, double value);
    // As whole multiples of 2^-30, and the rest as those of 2^-60.
    template <class Number>
    static void split(Number credit, Number& coarse, Number& fine) {
        coarse = (credit + bin_begins[0]) - bin_begins[0];
        fine = ((credit - coarse) + bin_begins[1]) - bin_begins[1];
    }
    // Adds what a bin can hold and returns the rest.
    static Pair add_to(Pair& bin, Pair term) {
        const Pair before = bin;
        bin += term;
        return term - (bin - before);
    }
    std::size_t pairs() const { return (models_ + 1) / 2; }
    Bins* bins_of(std::uint32_t channel) { return bins_.data() + channel * pairs(); }
    const Bins* bins_of(std::uint32_t channel) const { return bins_.data() + channel * pairs(); }
    CreditTotal& total_of(std::uint32_t channel, std::size_t model) {
        return totals_[channel * models_ + model];
    }
    void add_rests(std::uint32_t channel, const Pair* rests);
    void add_bins(std::uint32_t channel, std::size_t model, CreditTotal& to) const;
    void carry(std::uint32_t channel);
    void clear_bins(std::uint32_t channel);

    std::pmr::memory_resource* memory_;
    std::size_t models_ = 0;
    std::pmr::vector<std::uint32_t> added_;  // by channel: since its bins were carried
    std::pmr::vector<Bins> bins_;            // by channel and pair of models
    std::pmr::vector<CreditTotal> totals_;   // by channel and model
};

template <bool valued>
inline void CreditSums::add_pairs(std::uint32_t channel, const double* credits, double value) {
    Bins* bins = bins_of(channel);
    Pair rests[most_pairs];
    PairMask left{};
    for (std::size_t pair = 0; pair < pairs(); ++pair, ++bins) {
        const Pair credit = {credits[2 * pair], credits[2 * pair + 1]};
        Pair coarse, fine;
        split(credit, coarse, fine);
        bins->of[0] += coarse;
        bins->of[1] += fine;
        if constexpr (valued) {
            Pair rest = credit * value;
            for (std::size_t bin = credit_bins; bin < all_bins; ++bin) rest = add_to(bins->of[bin], rest);
            rests[pair] = rest;
            left |= rest != 0;
        }
    }
    if (valued && (left[0] | left[1]) != 0) add_rests(channel, rests);
}

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
