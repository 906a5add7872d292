// Chance with a seed that can be repeated, and memory that can fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory_resource>
#include <new>
#include <random>

namespace journey::test {

// JOURNEY_SEED, or a fresh one each run: printed, so that a failure can be repeated.
inline std::uint64_t seed() {
    static const std::uint64_t value = [] {
        const char* given = std::getenv("JOURNEY_SEED");
        const std::uint64_t chosen =
            given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
        std::printf("JOURNEY_SEED=%llu\n", static_cast<unsigned long long>(chosen));
        return chosen;
    }();
    return value;
}

// How many random cases: the usual number times JOURNEY_CASES (default 1, fractions allowed).
inline std::uint32_t cases(std::uint32_t usual) {
    static const double factor = [] {
        const char* given = std::getenv("JOURNEY_CASES");
        return given != nullptr ? std::strtod(given, nullptr) : 1.0;
    }();
    return static_cast<std::uint32_t>(usual * factor);
}

// Not the standard distributions: those give other numbers in another library.
class Random {
  public:
    explicit Random(std::uint64_t salt) : engine_(seed() * 0x9e3779b97f4a7c15u + salt) {}

    std::uint64_t bits() { return engine_(); }
    // 0 <= result < n.
    std::uint32_t below(std::uint64_t n) { return static_cast<std::uint32_t>(engine_() % n); }
    // low <= result <= high.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(engine_() % (static_cast<std::uint64_t>(high - low) + 1));
    }
    bool percent(std::uint32_t chance) { return below(100) < chance; }

  private:
    std::mt19937_64 engine_;
};

// Counts what is alive, checks that it is given back as it was taken, and throws
// bad_alloc at the `fail_at`-th allocation (0: never).
class WatchedMemory : public std::pmr::memory_resource {
  public:
    explicit WatchedMemory(std::uint64_t fail_at = 0) : fail_at_(fail_at) {}
    ~WatchedMemory() override {
        for (const auto& [block, size] : alive_) ::operator delete(block);
    }
    std::size_t alive() const { return alive_.size(); }
    std::uint64_t allocations() const { return allocations_; }
    bool failed() const { return failed_; }
    bool misused() const { return misused_; }

  private:
    void* do_allocate(std::size_t size, std::size_t) override {
        if (++allocations_ == fail_at_) {
            failed_ = true;
            throw std::bad_alloc();
        }
        void* block = ::operator new(size);
        alive_[block] = size;
        return block;
    }
    void do_deallocate(void* block, std::size_t size, std::size_t) override {
        const auto found = alive_.find(block);
        if (found == alive_.end() || found->second != size) {
            misused_ = true;
            return;
        }
        alive_.erase(found);
        ::operator delete(block);
    }
    bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
        return this == &other;
    }

    std::uint64_t fail_at_;
    std::uint64_t allocations_ = 0;
    bool failed_ = false;
    bool misused_ = false;
    std::map<void*, std::size_t> alive_;
};

}  // namespace journey::test
