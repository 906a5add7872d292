// What comes next: the counts of what followed each context, and what they say of a
// journey that goes on.
//
// A context is the last events of a session, up to max_order of them, its start
// included. What comes next is told by the longest context that the model has seen at
// least min_count times, by relative frequencies; with less evidence it backs off to
// the context without its earliest event, in the end to the frequencies of all events.
// (A Markov chain of variable length: J. Rissanen, A Universal Data Compression System,
// 1983; P. Bühlmann, A. J. Wyner, Variable Length Markov Chains, 1999.) These states
// are closed: after an event, the state is the longest known context that ends the old
// one with the event. So the probability of ever reaching an event before the session
// ends is that of absorption in a finite Markov chain, found by solving its linear
// equations (J. G. Kemeny, J. L. Snell, Finite Markov Chains, 1960), not by simulation.
//
// StepCounts is the state of the aggregate: mergeable by adding up. seal() makes the
// stored model of it, canonical: equal counts have equal bytes. StepModel reads that.
// Counting takes O(max_order) an event, and 16 to 40 bytes for each context and each
// event that followed it.
//
// Bytes: u8 version, u8 sealed, u16 max_order, u32 min_count, u64 journeys, sessions,
// u32 length of the rules and the rules (see step_rules), names; u32 contexts without
// the empty one, each u32 parent (the context without its earliest event), u32 symbol
// (that event); u32 followers, each u32 context, u32 symbol, u64 count. Symbols: 0 start, 1 end, names
// from 2. Sealed: names in the order of bytes, contexts by length, parent and symbol.
#pragma once

#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dictionary.hpp"
#include "core/memory.hpp"
#include "core/node_pairs.hpp"
#include "core/path.hpp"

namespace journey {

inline constexpr std::uint8_t step_model_version = 1;
inline constexpr std::uint32_t most_order = 8;
inline constexpr std::uint32_t start_symbol = 0, end_symbol = 1, first_name_symbol = 2;
inline constexpr std::string_view start_name = "(start)", end_name = "(end)";

struct StepRules {
    std::uint32_t max_order = 2;
    std::uint32_t min_count = 5;
    PathRules path;
};

class StepCounts {
  public:
    explicit StepCounts(std::pmr::memory_resource& memory)
        : memory_(&memory),
          path_(&memory),
          names_(memory),
          local_(&memory),
          codes_(&memory),
          contexts_(memory),
          followers_(memory) {}

    // The same in each call.
    void set(const StepRules& rules);
    void add(const JourneyView& journey, const PathRules& path);
    void merge(const StepCounts& other);

    Bytes seal(std::pmr::memory_resource& memory, std::size_t prefix) const;
    std::size_t encoded_size() const;
    void encode(std::byte* to) const;
    // Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

  private:
    friend class StepModel;
    struct Context {
        std::uint32_t from, to;  // its parent, its earliest event
    };
    struct Follower {
        std::uint32_t from, to;  // the context, what followed
        std::uint64_t count;
    };
    void set(std::uint32_t max_order, std::uint32_t min_count, std::string_view path);
    void follow(std::uint32_t symbol, std::uint64_t count, std::span<const std::uint32_t> history);
    std::byte* encode_head(std::byte* to, bool sealed) const;

    std::pmr::memory_resource* memory_;
    bool set_ = false;
    std::uint32_t max_order_ = 0, min_count_ = 0;
    std::pmr::string path_;  // how paths are read, as bytes
    std::uint64_t journeys_ = 0, sessions_ = 0;
    Dictionary names_;
    std::pmr::vector<std::string_view> local_;  // scratch: a journey's names
    std::pmr::vector<std::uint32_t> codes_;     // and their symbols
    PairTable<Context> contexts_;               // context i is entry i - 1; 0 is the empty one
    PairTable<Follower> followers_;
};

// A model, read.
class StepModel {
  public:
    explicit StepModel(std::pmr::memory_resource& memory)
        : path_text_(&memory),
          keep_(&memory),
          drop_(&memory),
          starts_(&memory),
          names_(&memory),
          parents_(&memory),
          symbols_(&memory),
          first_child_(&memory),
          first_follower_(&memory),
          followers_(&memory),
          visits_(&memory) {}
    // The bytes must outlive it. Throws ErrorCode::invalid_binary.
    void decode(std::span<const std::byte> bytes);

    struct Follower {
        std::uint32_t symbol;
        std::uint64_t count;
    };
    std::uint32_t max_order() const { return max_order_; }
    std::uint32_t min_count() const { return min_count_; }
    std::uint64_t journeys() const { return journeys_; }
    std::uint64_t sessions() const { return sessions_; }
    std::uint32_t names() const { return static_cast<std::uint32_t>(names_.size()); }
    std::uint32_t contexts() const { return static_cast<std::uint32_t>(symbols_.size()); }
    std::string_view name(std::uint32_t symbol) const {
        return symbol == start_symbol ? start_name
               : symbol == end_symbol ? end_name
                                      : names_[symbol - first_name_symbol];
    }
    // A symbol for the name; none if the model has never seen it.
    std::optional<std::uint32_t> symbol(std::string_view name) const;

    // Contexts are numbered; 0 is the empty one.
    std::uint64_t visits(std::uint32_t context) const { return visits_[context]; }
    std::span<const Follower> followers(std::uint32_t context) const {
        return {followers_.data() + first_follower_[context],
                first_follower_[context + 1] - first_follower_[context]};
    }
    // Is there enough evidence to tell from it?
    bool usable(std::uint32_t context) const { return context == 0 || visits_[context] >= min_count_; }
    // Its symbols, the latest first.
    SmallVector<std::uint32_t, most_order> events(std::uint32_t context,
                                                  std::pmr::memory_resource& memory) const;

    // The state a journey is in: the longest usable context at its end. O(events), or
    // O(max_order) if the rules leave the journey as it is.
    std::uint32_t state(const JourneyView& journey, std::pmr::memory_resource& memory) const;
    // The state after one more event.
    std::uint32_t after(std::uint32_t context, std::uint32_t symbol) const;

  private:
    std::uint32_t child(std::uint32_t context, std::uint32_t symbol) const;
    std::uint32_t longest(std::span<const std::uint32_t> latest_first) const;
    void read_contexts(class StateReader& reader);
    void read_followers(class StateReader& reader);
    PathRules path() const;

    std::uint32_t max_order_ = 0, min_count_ = 0;
    std::uint64_t journeys_ = 0, sessions_ = 0;
    std::pmr::string path_text_;
    Span gap_ = no_limit;
    Collapse collapse_ = Collapse::none;
    bool has_keep_ = false;
    std::pmr::vector<std::string_view> keep_, drop_, starts_, names_;
    std::pmr::vector<std::uint32_t> parents_, symbols_;  // by context
    std::pmr::vector<std::uint32_t> first_child_, first_follower_;
    std::pmr::vector<Follower> followers_;
    std::pmr::vector<std::uint64_t> visits_;
};

// The probability to reach one of the goals before the session ends, from each usable
// context (0 of others). `goals` has a flag for each symbol. By sparse LU decomposition
// for up to most_decomposed contexts; for more, whose decomposition could fill up, by
// BiCGSTAB to a residual of 1e-14, or, where that does not converge, by iteration from
// below and above until both are within 1e-13. Both can be cancelled.
inline constexpr std::uint32_t most_decomposed = 1000;
enum class Solver { automatic, decomposition, iteration, approach };
std::pmr::vector<double> reaching(const StepModel& model, std::span<const std::uint8_t> goals,
                                  std::pmr::memory_resource& memory, Solver solver = Solver::automatic);

// Flags of the symbols that a goal names: a name or alternatives, 'buy|order'. Throws
// if the model knows none of them.
std::pmr::vector<std::uint8_t> goal_symbols(const StepModel& model, std::string_view goal,
                                            std::pmr::memory_resource& memory);

struct NextStep {
    std::uint32_t symbol = 0;
    std::uint64_t count = 0;
    double probability = 0;
};
// What follows in a state, the most probable first, then in the order of names; the
// end of the session is the last of its equals.
std::pmr::vector<NextStep> next_steps(const StepModel& model, std::uint32_t state,
                                      std::pmr::memory_resource& memory);

struct BestStep {
    std::uint32_t symbol = 0;
    double conversion = 0;     // once the step is taken
    double probability = 0;    // that it is taken by itself
    std::uint64_t visits = 0;  // of the state after it: the evidence
};
// What somebody in this state can do next, neither a goal nor to leave, the best for
// reaching the goals first, then in the order of names.
std::pmr::vector<BestStep> best_steps(const StepModel& model, std::uint32_t state,
                                      std::span<const double> reach, std::span<const std::uint8_t> goals,
                                      std::pmr::memory_resource& memory);

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
