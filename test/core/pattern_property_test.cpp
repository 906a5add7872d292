// Journey patterns on random texts and journeys: matches by their definition, and rows
// and journeys of the same events.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/sequence.hpp"
#include "pattern_case.hpp"

namespace journey::test {

namespace {

// One pattern in both languages.
struct Twin {
    std::string sequence, journey;
};

class RandomTwin {
  public:
    explicit RandomTwin(Random& random) : random_(random) {}
    Twin make() {
        Twin twin = sequence(2);
        if (random_.percent(20)) {
            const std::string limit = std::to_string(random_.below(12));
            twin.sequence = "(?within<=" + limit + ")" + twin.sequence;
            twin.journey += " within " + limit + " seconds";
        }
        return twin;
    }
    Twin piece() { return sequence(1); }

  private:
    Twin part(std::uint32_t depth) {
        const std::uint32_t what = random_.below(10);
        Twin twin;
        if (depth == 0 || what < 6) {
            const std::uint32_t name = random_.below(4);
            twin = {"(?" + std::to_string(name + 1) + ")", std::string(1, static_cast<char>('a' + name))};
            if (random_.percent(10)) twin = {".", "."};
        } else if (what < 8) {
            const Twin one = sequence(depth - 1), two = sequence(depth - 1);
            twin = {"(" + one.sequence + "|" + two.sequence + ")",
                    "(" + one.journey + "|" + two.journey + ")"};
        } else {
            const Twin one = sequence(depth - 1);
            twin = {"(" + one.sequence + ")", "(" + one.journey + ")"};
        }
        static constexpr const char* quantifiers[] = {"+", "+?", "{2}", "{1,2}", "{1,3}?"};
        if (random_.percent(20) && twin.sequence != ".") {
            const char* quantifier = quantifiers[random_.below(5)];
            twin.sequence += quantifier;
            twin.journey += quantifier;
        }
        return twin;
    }
    Twin sequence(std::uint32_t depth) {
        Twin twin = part(depth);
        for (std::uint32_t count = random_.below(3); count > 0; --count) {
            const std::string limit = std::to_string(random_.below(6));
            switch (random_.below(5)) {
                case 0:
                    twin.sequence += ".*";
                    twin.journey += " ... ";
                    break;
                case 1:
                    twin.sequence += "(?t<=" + limit + ")";
                    twin.journey += " ... within " + limit + " seconds ";
                    break;
                case 2:
                    twin.sequence += "(?t>=" + limit + ")";
                    twin.journey += " ... after " + limit + " seconds ";
                    break;
                default:
                    twin.journey += " ";
            }
            const Twin next = part(depth);
            twin.sequence += next.sequence;
            twin.journey += next.journey;
        }
        return twin;
    }

    Random& random_;
};

// A match and its two parts, as rows of the whole journey; no part: {0, 0}.
struct FoundMatch {
    std::uint32_t first = 0, end = 0;
    std::pair<std::uint32_t, std::uint32_t> parts[2] = {};
    bool operator==(const FoundMatch&) const = default;
};
FoundMatch found_match(const JourneyMatches& matches, std::uint32_t cut) {
    FoundMatch found{matches.whole().first_row + cut, matches.whole().last_row + cut + 1, {}};
    for (std::uint32_t i = 0; i < 2; ++i) {
        if (const auto part = matches.part(i))
            found.parts[i] = {part->first_row + cut, part->last_row + cut + 1};
    }
    return found;
}

// The matches by their definition: from each row in turn the match of what is left of the
// journey, held to its beginning; then on from where `after` says.
std::vector<FoundMatch> matches_by_definition(const Events& events, const std::string& choice,
                                              const std::string& after) {
    const JourneyPattern anchored("^ (" + choice + ")", no_limit, heap());
    std::vector<FoundMatch> all;
    for (std::uint32_t start = 0; start < events.size();) {
        const Value rest = encode(Events(events.begin() + start, events.end()));
        JourneyMatches matches(rest.view(), anchored, {}, heap());
        const std::uint32_t next_row = start + 1;
        if (!matches.next()) {
            start = next_row;
            continue;
        }
        const FoundMatch found = found_match(matches, start);
        all.push_back(found);
        start = next_row;
        if (after == "skip past last row") start = found.end;
        const auto [first, end] = found.parts[after.back() == 'y'];
        if (after.starts_with("skip to first") && end > 0) start = std::max(start, first);
        if (after.starts_with("skip to last") && end > 0) start = std::max(start, end - 1);
    }
    return all;
}

}  // namespace

TEST(Pattern, SearchesGoOnWhereTheirDefinitionSays) {
    Random random(604);
    RandomTwin twins(random);
    std::uint32_t several = 0;
    for (std::uint32_t i = 0; i < cases(1000); ++i) {
        std::string text;
        Time now = 0;
        for (std::uint32_t n = random.below(13); n > 0; --n) {
            now += 1 + random.below(4);
            text += (text.empty() ? "" : " ") + std::string(1, static_cast<char>('a' + random.below(4))) +
                    "@" + std::to_string(now);
        }
        const std::string optional = random.percent(20) ? "?" : "",
                          gap = optional.empty() && random.percent(50) ? " ... " : " ";
        const std::string choice = "(" + twins.piece().journey + ")" + optional + " as x" + gap + "(" +
                                   twins.piece().journey + ") as y";
        for (const std::string after : {"skip past last row", "skip to next row", "skip to first x",
                                        "skip to last x", "skip to first y", "skip to last y"}) {
            Asked asked(text, choice);
            JourneyMatches matches(asked.view, asked.pattern, parse_after_match(after, asked.pattern),
                                   heap());
            std::vector<FoundMatch> found;
            while (matches.next()) found.push_back(found_match(matches, 0));
            ASSERT_TRUE(found == matches_by_definition(events(text), choice, after))
                << text << ", " << choice << ", " << after;
            several += found.size() > 1;
        }
    }
    EXPECT_GT(several, cases(1000) / 10);
}

TEST(Pattern, RowsAndJourneysOfTheSameEventsGiveTheSameAnswers) {
    Random random(81);
    for (std::uint32_t i = 0; i < cases(6000); ++i) {
        const Twin twin = RandomTwin(random).make();
        // Four conditions as arguments, or among more than eight: the other layout of rows.
        const std::uint32_t conditions = random.percent(70) ? 4 : 70;
        std::pmr::monotonic_buffer_resource arena;
        const SequencePattern sequence(twin.sequence, conditions, arena);
        const SequenceRules rules{.steps = conditions, .text = twin.sequence, .pattern = &sequence};
        const JourneyPattern pattern(twin.journey, no_limit, arena);

        Events rows;
        const std::uint32_t count = random.below(12);
        Time now = 0;
        for (std::uint32_t row = 0; row < count; ++row) {
            if (random.percent(70)) now += random.below(3) * second;
            rows.push_back({now, std::string(1, static_cast<char>('a' + random.below(4)))});
        }
        const Value value = encode(rows);
        SequenceState* state = nullptr;
        while (!rows.empty()) {
            const std::size_t at = random.below(rows.size());
            const std::uint64_t words[2] = {std::uint64_t{1} << (rows[at].name[0] - 'a'), 0};
            state = SequenceState::add(state, rules, rows[at].time, {words, (conditions + 63) / 64}, arena);
            rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at));
        }
        const std::string what = twin.sequence + " = " + twin.journey + ": " + describe(decode(value.view()));
        const bool found = journey_match(value.view(), pattern, arena);
        const std::int64_t matches = JourneyMatches(value.view(), pattern, {}, arena).count_rest();
        ASSERT_EQ(found, matches > 0) << what;
        ASSERT_EQ(state != nullptr && sequence_match(*state, arena), found) << what;
        ASSERT_EQ(state == nullptr ? 0 : sequence_count(*state, arena), matches) << what;
        if (state == nullptr) continue;
        if (!found) {
            ASSERT_TRUE(sequence_match_events(*state, arena).empty()) << what;
        }
        const Bytes bytes = encode(*state, arena, 0);
        SequenceRules again = sequence_rules({bytes.data, bytes.size});
        EXPECT_EQ(again, rules);
        again.pattern = &sequence;
        ASSERT_EQ(sequence_count(*decode_sequence({bytes.data, bytes.size}, again, arena), arena), matches)
            << what;
    }
}

TEST(Pattern, ChainsAreScannedAsTheyAreMatched) {
    Random random(82);
    for (std::uint32_t i = 0; i < cases(6000); ++i) {
        std::string text(1, static_cast<char>('a' + random.below(4)));
        const bool whole = random.percent(30);
        for (std::uint32_t part = random.below(4); part > 0; --part) {
            text += " ... ";
            if (!whole && random.percent(60))
                text += "within " + std::to_string(random.below(8)) + " seconds ";
            text += random.percent(10) ? "[a|b]" : std::string(1, static_cast<char>('a' + random.below(5)));
        }
        if (whole) text += " within " + std::to_string(random.below(15)) + " seconds";
        Columns columns = random_columns(random);
        columns.max_events = random.percent(10) ? 600 : 20;
        columns.unit = second;
        columns.names = 6;
        const Value value = encode(random_events(random, columns));
        const JourneyPattern pattern(text, no_limit, heap());
        ASSERT_TRUE(pattern.chain());
        ASSERT_EQ(journey_match(value.view(), pattern, heap()),
                  JourneyMatches(value.view(), pattern, {}, heap()).next())
            << text << ": " << describe(decode(value.view()));
    }
}

TEST(Pattern, AMachineWithTooManyStatesGivesWay) {
    // "an a, and eleven events later a b" needs a state for each set of places of the a's.
    const JourneyPattern pattern("a .{11} b", no_limit, heap());
    ASSERT_NE(pattern.machine(), nullptr);
    Random random(83);
    for (std::uint32_t i = 0; i < cases(30); ++i) {
        Events rows;
        for (Time row = 0; row < 400; ++row)
            rows.push_back({row * second, row < 380 && random.percent(50) ? "a" : "c"});
        if (random.percent(50)) rows[390 + random.below(10)].name = "b";
        const Value value = encode(rows);
        ASSERT_EQ(journey_match(value.view(), pattern, heap()),
                  JourneyMatches(value.view(), pattern, {}, heap()).next());
    }
    std::uint32_t state = StateMachine::start_state;
    for (std::uint32_t i = 0; i < 100000 && state != StateMachine::no_state; ++i)
        state = pattern.machine()->next(state, pattern.kind(pattern.name(random.percent(50) ? "a" : "c")));
    EXPECT_EQ(state, StateMachine::no_state);
}

}  // namespace journey::test
