// A fitted "buy till you die" model: a small value that is stored, printed and
// scored with. One type for all models.
//
// Bytes, little-endian: u8 version, u8 model, u8 unit word, u8 status, u32 unit
// count, i32 iterations, i64 customers, i64 excluded, f64 log-likelihood, f64
// gradient, then for each parameter its estimate, then for each its standard
// error (f64; NaN: unknown).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace journey {

inline constexpr std::uint8_t btyd_model_version = 1;

enum class BtydKind : std::uint8_t { bgnbd, mbgnbd, pareto_nbd, nbd, bgbb, gamma_gamma, sbg };
inline constexpr std::size_t btyd_kinds = 7;

std::string_view btyd_name(BtydKind kind);
std::optional<BtydKind> btyd_kind(std::string_view name);
std::span<const std::string_view> btyd_parameter_names(BtydKind kind);

// The length of time that frequency, recency, age and horizons are counted in.
struct BtydUnit {
    enum class Word : std::uint8_t { none, hour, day, week, month, year };
    Word word = Word::none;
    std::uint32_t count = 1;

    bool operator==(const BtydUnit&) const = default;
    bool is_calendar() const { return word == Word::month || word == Word::year; }
    // Microseconds; a month is 30 days, as PostgreSQL compares intervals. 0 for a year and for none.
    double microseconds() const;
    double months() const { return word == Word::year ? 12.0 * count : 1.0 * count; }
};
// "day", "week", "10 days" …; throws for anything else, naming `argument`.
BtydUnit parse_btyd_unit(std::string_view text, const char* argument);
// At most 32 bytes; empty for no unit.
std::string_view btyd_unit_text(BtydUnit unit, std::span<char, 32> buffer);

enum class BtydStatus : std::uint8_t {
    given,  // written by hand, not fitted
    converged,
    iterations,
    stuck,
    curvature,
    not_finite,
    to_zero = 16,      // + index of the parameter that runs there
    to_infinity = 32,  // + index
};

struct BtydModel {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    BtydKind kind = BtydKind::bgnbd;
    BtydUnit unit;
    std::uint8_t status = 0;  // BtydStatus
    std::int32_t iterations = 0;
    std::int64_t customers = 0;
    std::int64_t excluded = 0;
    double log_likelihood = unknown;
    double gradient = unknown;
    std::array<double, 4> parameters = {1, 1, 1, 1};
    std::array<double, 4> errors = {unknown, unknown, unknown, unknown};

    std::size_t parameter_count() const { return btyd_parameter_names(kind).size(); }
    bool given() const { return status == static_cast<std::uint8_t>(BtydStatus::given); }
    bool converged() const { return status == static_cast<std::uint8_t>(BtydStatus::converged); }
    // Why it did not converge, as a sentence of at most 95 bytes; empty if it did or was not fitted.
    std::string_view reason(std::span<char, 96> buffer) const;
    // The status that a reason stands for.
    static std::optional<std::uint8_t> status_of(std::string_view reason, BtydKind kind);

    static constexpr std::size_t max_bytes = 44 + 8 * 8;
    std::size_t encoded_size() const { return 44 + 16 * parameter_count(); }
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    static BtydModel decode(std::span<const std::byte> bytes);
    // Throws ErrorCode::invalid_argument if a parameter is not positive and finite.
    void check() const;
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
