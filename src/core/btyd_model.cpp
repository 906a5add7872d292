#include "core/btyd_model.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "core/encoding.hpp"
#include "core/error.hpp"

namespace journey {

namespace {

using Names = std::string_view[4];
struct KindNames {
    std::string_view name;
    std::size_t count;
    Names parameters;
};
constexpr KindNames kinds[btyd_kinds] = {
    {"bgnbd", 4, {"r", "alpha", "a", "b"}},
    {"mbgnbd", 4, {"r", "alpha", "a", "b"}},
    {"pareto_nbd", 4, {"r", "alpha", "s", "beta"}},
    {"nbd", 2, {"r", "alpha"}},
    {"bgbb", 4, {"alpha", "beta", "gamma", "delta"}},
    {"gamma_gamma", 3, {"p", "q", "gamma"}},
    {"sbg", 2, {"alpha", "beta"}},
};
const KindNames& of(BtydKind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

constexpr std::string_view words[] = {"", "hour", "day", "week", "month", "year"};
constexpr double hour = 3600e6;
constexpr double lengths[] = {0, hour, 24 * hour, 168 * hour, 720 * hour, 0};

constexpr std::string_view reasons[] = {
    "",
    "",
    "the limit of iterations was reached",
    "no step raises the log-likelihood",
    "the point found is not a maximum",
    "the log-likelihood is not finite",
};
constexpr auto first_runaway = static_cast<std::uint8_t>(BtydStatus::to_zero);
constexpr auto first_infinite = static_cast<std::uint8_t>(BtydStatus::to_infinity);

[[noreturn]] void fail_binary(const char* what) {
    throw Error(ErrorCode::invalid_binary, "model", "invalid btyd_model: %s", what)
        .hint("A btyd_model is made by a fit such as bgnbd_fit() or read from its text form.");
}

bool known_status(std::uint8_t status, std::size_t parameters) {
    if (status < std::size(reasons)) return true;
    if (status >= first_infinite) return status < first_infinite + parameters;
    return status >= first_runaway && status < first_runaway + parameters;
}

std::byte* store_number(std::byte* to, double number) {
    return store(to, std::bit_cast<std::uint64_t>(number));
}
double load_number(const std::byte* from) {
    return std::bit_cast<double>(load<std::uint64_t>(from));
}

}  // namespace

std::string_view btyd_name(BtydKind kind) {
    return of(kind).name;
}

std::optional<BtydKind> btyd_kind(std::string_view name) {
    for (std::size_t i = 0; i < btyd_kinds; ++i) {
        if (kinds[i].name == name) return static_cast<BtydKind>(i);
    }
    return std::nullopt;
}

std::span<const std::string_view> btyd_parameter_names(BtydKind kind) {
    return {of(kind).parameters, of(kind).count};
}

double BtydUnit::microseconds() const {
    return lengths[static_cast<std::size_t>(word)] * count;
}

BtydUnit parse_btyd_unit(std::string_view text, const char* argument) {
    BtydUnit unit;
    std::string_view rest = text;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), unit.count);
    if (parsed.ec == std::errc() && unit.count > 0 && unit.count <= 1'000'000) {
        rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
        if (rest.empty() || rest.front() != ' ') rest = {};
        if (!rest.empty()) rest.remove_prefix(1);
    }
    for (std::size_t i = 1; i < std::size(words); ++i) {
        const bool plural = rest.size() == words[i].size() + 1 && rest.back() == 's' &&
                            rest.substr(0, words[i].size()) == words[i];
        if (rest != words[i] && !plural) continue;
        unit.word = static_cast<BtydUnit::Word>(i);
        return unit;
    }
    throw Error(ErrorCode::invalid_argument, argument, "unknown %s: \"%.*s\"", argument,
                static_cast<int>(text.size()), text.data())
        .hint("Write hour, day, week, month or year, or a number of them such as '10 days'.");
}

std::string_view btyd_unit_text(BtydUnit unit, std::span<char, 32> buffer) {
    const std::string_view word = words[static_cast<std::size_t>(unit.word)];
    if (unit.word == BtydUnit::Word::none || unit.count == 1) return word;
    const int size = std::snprintf(buffer.data(), buffer.size(), "%u %.*ss", unit.count,
                                   static_cast<int>(word.size()), word.data());
    return {buffer.data(), static_cast<std::size_t>(size)};
}

std::string_view BtydModel::reason(std::span<char, 96> buffer) const {
    if (status < std::size(reasons)) return reasons[status];
    const bool infinite = status >= first_infinite;
    const std::string_view name =
        btyd_parameter_names(kind)[status - (infinite ? first_infinite : first_runaway)];
    const int size =
        std::snprintf(buffer.data(), buffer.size(), "%.*s runs to %s: these data do not bound it",
                      static_cast<int>(name.size()), name.data(), infinite ? "infinity" : "zero");
    return {buffer.data(), static_cast<std::size_t>(size)};
}

std::optional<std::uint8_t> BtydModel::status_of(std::string_view reason, BtydKind kind) {
    BtydModel model;
    model.kind = kind;
    char buffer[96];
    const auto end = static_cast<std::uint8_t>(first_infinite + model.parameter_count());
    for (std::uint8_t status = 2; status < end; ++status) {
        if (!known_status(status, model.parameter_count())) continue;
        model.status = status;
        if (model.reason(buffer) == reason) return status;
    }
    return std::nullopt;
}

void BtydModel::encode(std::byte* to) const {
    *to++ = std::byte{btyd_model_version};
    *to++ = static_cast<std::byte>(kind);
    *to++ = static_cast<std::byte>(unit.word);
    *to++ = static_cast<std::byte>(status);
    to = store(to, unit.count);
    to = store(to, iterations);
    to = store(to, customers);
    to = store(to, excluded);
    to = store_number(to, log_likelihood);
    to = store_number(to, gradient);
    for (std::size_t i = 0; i < parameter_count(); ++i) to = store_number(to, parameters[i]);
    for (std::size_t i = 0; i < parameter_count(); ++i) to = store_number(to, errors[i]);
}

BtydModel BtydModel::decode(std::span<const std::byte> bytes) {
    if (bytes.size() < 2) fail_binary("it ends too early");
    if (bytes[0] != std::byte{btyd_model_version}) fail_binary("unknown version");
    BtydModel model;
    if (static_cast<std::size_t>(bytes[1]) >= btyd_kinds) fail_binary("unknown model");
    model.kind = static_cast<BtydKind>(bytes[1]);
    if (bytes.size() != model.encoded_size()) fail_binary("wrong length");
    if (static_cast<std::size_t>(bytes[2]) >= std::size(words)) fail_binary("unknown unit");
    model.unit.word = static_cast<BtydUnit::Word>(bytes[2]);
    model.status = static_cast<std::uint8_t>(bytes[3]);
    const std::size_t count = model.parameter_count();
    if (!known_status(model.status, count)) fail_binary("unknown status");
    const std::byte* from = bytes.data() + 4;
    model.unit.count = load<std::uint32_t>(from);
    if (model.unit.count == 0 || model.unit.count > 1'000'000) fail_binary("unit out of range");
    model.iterations = load<std::int32_t>(from + 4);
    model.customers = load<std::int64_t>(from + 8);
    model.excluded = load<std::int64_t>(from + 16);
    if (model.iterations < 0 || model.customers < 0 || model.excluded < 0) fail_binary("a count is negative");
    model.log_likelihood = load_number(from + 24);
    model.gradient = load_number(from + 32);
    from += 40;
    for (std::size_t i = 0; i < count; ++i) {
        model.parameters[i] = load_number(from + 8 * i);
        model.errors[i] = load_number(from + 8 * (count + i));
        if (!(model.parameters[i] > 0) || !std::isfinite(model.parameters[i])) {
            fail_binary("a parameter is not positive and finite");
        }
    }
    return model;
}

void BtydModel::check() const {
    for (std::size_t i = 0; i < parameter_count(); ++i) {
        if (parameters[i] > 0 && std::isfinite(parameters[i])) continue;
        const std::string_view name = btyd_parameter_names(kind)[i];
        throw Error(ErrorCode::invalid_argument, "model",
                    "parameter %.*s of the model must be positive and finite", static_cast<int>(name.size()),
                    name.data())
            .hint("Use the parameters of a fit that converged.");
    }
}

}  // namespace journey
