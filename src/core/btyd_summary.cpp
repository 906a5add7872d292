#include "core/btyd_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/interrupt.hpp"

namespace journey {

namespace {

constexpr std::int64_t hour = 3'600'000'000, day = 24 * hour, week = 7 * day;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// Months since 2000-01 of a day since 2000-01-01 (Hinnant's civil_from_days).
std::int64_t month_of_day(std::int64_t since_2000) {
    const std::int64_t z = since_2000 + 10957 + 719468;
    const std::int64_t era = floor_divide(z, 146097), of_era = z - era * 146097;
    const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t from_march = (5 * of_year + 2) / 153;
    const std::int64_t month = from_march < 10 ? from_march + 2 : from_march - 10;
    const std::int64_t year = year_of_era + era * 400 + (month <= 1 ? 1 : 0);
    return (year - 2000) * 12 + month;
}

}  // namespace

PurchasePeriods::PurchasePeriods(BtydUnit unit, BtydUnit::Word merge) : merge_(merge), per_unit_(1) {
    const BtydUnit one{merge, 1};
    if (one.is_calendar() && unit.is_calendar()) {
        per_unit_ = unit.months() / one.months();
    } else if (!one.is_calendar() && unit.microseconds() > 0) {
        per_unit_ = unit.microseconds() / one.microseconds();
    } else {
        throw Error(ErrorCode::invalid_argument, "merge", "merge and unit do not fit each other")
            .detail("Years have no fixed number of days, and calendar months and years no fixed length.")
            .hint(
                "Merge by hour, day or week with a unit of hours to months (of 30 days), or by month or year "
                "with a unit of months or years.");
    }
}

std::int64_t PurchasePeriods::period(Time local) const {
    switch (merge_) {
        case BtydUnit::Word::hour:
            return floor_divide(local, hour);
        case BtydUnit::Word::week:
            return floor_divide(local - 2 * day, week);  // 2000-01-03 was a Monday
        case BtydUnit::Word::month:
            return month_of_day(floor_divide(local, day));
        case BtydUnit::Word::year:
            return floor_divide(month_of_day(floor_divide(local, day)), 12);
        default:
            return floor_divide(local, day);
    }
}

double PurchasePeriods::units(std::int64_t from, std::int64_t to) const {
    return static_cast<double>(to - from) / per_unit_;
}

void Purchases::add(std::int64_t period, bool holdout, std::optional<double> amount) {
    if (amount && !std::isfinite(*amount)) {
        throw Error(ErrorCode::invalid_argument, "amount", "amount must be a finite number")
            .hint("Leave such rows out with a WHERE clause.");
    }
    rows_.push_back(
        {2 * period + (holdout ? 1 : 0), amount.value_or(std::numeric_limits<double>::quiet_NaN())});
}

std::optional<BtydCustomer> Purchases::summary(const PurchasePeriods& periods, std::int64_t as_of,
                                               std::optional<std::int64_t> holdout_until) {
    Poll poll;
    std::sort(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) {
        poll();
        if (a.period != b.period) return a.period < b.period;
        // None first.
        if (std::isnan(a.amount) || std::isnan(b.amount))
            return std::isnan(a.amount) && !std::isnan(b.amount);
        return a.amount < b.amount;
    });
    BtydCustomer customer;
    BtydCustomer::Holdout holdout;
    std::optional<std::int64_t> first;
    std::int64_t last = 0, period = 0;
    double amount = 0;
    bool any_amount = false, started = false;
    for (const Row& row : rows_) {
        const bool later = (row.period & 1) != 0;
        const bool opens = !started || row.period != period;
        started = true;
        period = row.period;
        if (!later && !first) first = floor_divide(row.period, 2);
        if (later) {
            holdout.frequency += opens ? 1 : 0;
            if (!std::isnan(row.amount)) holdout.amount += row.amount;
        } else if (floor_divide(row.period, 2) != *first) {
            customer.frequency += opens ? 1 : 0;
            last = floor_divide(row.period, 2);
            if (!std::isnan(row.amount)) {
                amount += row.amount;
                any_amount = true;
            }
        }
    }
    if (!first) return std::nullopt;
    customer.recency = customer.frequency > 0 ? periods.units(*first, last) : 0;
    customer.age = periods.units(*first, as_of);
    if (any_amount) customer.monetary = amount / static_cast<double>(customer.frequency);
    if (holdout_until) {
        holdout.length = periods.units(as_of, *holdout_until);
        customer.holdout = holdout;
    }
    return customer;
}

}  // namespace journey
