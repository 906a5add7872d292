// Journey patterns and sequence patterns: what texts mean and what is refused.
#include "core/pattern.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/sequence.hpp"
#include "pattern_case.hpp"

namespace journey::test {

namespace {

std::string all(const std::string& journey, const std::string& pattern, Span within = no_limit) {
    return Asked(journey, pattern, within).all();
}

// "22023 message | hint", as the user sees it.
template <class Work>
std::string refusal_of(Work work) {
    try {
        work();
    } catch (const Error& error) {
        const std::string code = error.code() == ErrorCode::invalid_argument ? "22023"
                                 : error.code() == ErrorCode::limit          ? "54000"
                                                                             : "other";
        return code + " " + error.message() + " | " + error.hint();
    }
    return "";
}
std::string refusal(const std::string& text) {
    return refusal_of([&] { JourneyPattern(text, no_limit, heap()); });
}

std::vector<std::vector<std::string>> required(const std::string& text) {
    const JourneyPattern pattern(text, no_limit, heap());
    std::vector<std::vector<std::string>> lists;
    for (const auto& names : pattern.required_names()) lists.emplace_back(names.begin(), names.end());
    return lists;
}

}  // namespace

TEST(Pattern, PartsThatFollowEachOtherAreEventsThatFollowEachOther) {
    EXPECT_EQ(all("view cart view help cart", "view cart"), "1-2");
    EXPECT_EQ(all("view cart view help cart", "view ... cart"), "1-2 3-5");
    EXPECT_EQ(all("view cart view help cart", "view . cart"), "3-5");
    EXPECT_EQ(all("a b", "b a"), "");
}

TEST(Pattern, SetsChoicesAndQuantifiers) {
    EXPECT_EQ(all("a b c d", "[b|c]+"), "2-3");
    EXPECT_EQ(all("a b c d", "[^b|c]"), "1-1 4-4");
    EXPECT_EQ(all("a b c d", "a (c|b)"), "1-2");
    EXPECT_EQ(all("a a a a a", "a{2}"), "1-2 3-4");
    EXPECT_EQ(all("a a a a a", "a{2,}"), "1-5");
    EXPECT_EQ(all("a a a a a", "a{2,}?"), "1-2 3-4");
    EXPECT_EQ(all("a a a b", "a+? b"), "1-4");
    EXPECT_EQ(all("b a b", "a? b"), "1-1 2-3");
    EXPECT_EQ(all("a b a b c", "(a b)+ c"), "1-5");
    EXPECT_EQ(all("a x a y a", "a (... a){2}"), "1-5");
    EXPECT_EQ(all("a x a y b", "(a ...)+ b"), "1-5");
    EXPECT_EQ(all("a@0 a@5 a@20 b@21", "a (... within 10 seconds a)* b"), "3-4");
}

TEST(Pattern, AnchorsAreTheEndsOfTheJourney) {
    EXPECT_EQ(all("a b a", "^ a"), "1-1");
    EXPECT_EQ(all("a b a", "a $"), "3-3");
    EXPECT_EQ(all("a b a", "^ [^c]* $"), "1-3");
    EXPECT_EQ(all("a b c", "^ [^c]* $"), "");
    EXPECT_EQ(all("a b a", "^ b"), "");
}

TEST(Pattern, LimitsAreInclusive) {
    EXPECT_EQ(all("a@0 x b@10", "a ... within 10 seconds b"), "1-3");
    EXPECT_EQ(all("a@0 x b@11", "a ... within 10 seconds b"), "");
    EXPECT_EQ(all("a@0 b@10 b@20", "a ... after 11 seconds b"), "1-3");
    EXPECT_EQ(all("a@0 b@10 b@20", "a ... after 11 seconds within 15 seconds b"), "");
    EXPECT_EQ(all("a@0 b@10", "a within 10 sec b"), "1-2");
    EXPECT_EQ(all("a@0 x b@10", "a within 10 sec b"), "");
    EXPECT_EQ(all("a@0 a@50 b@60 b@111", "a ... b within 1 minute"), "1-3");
    EXPECT_EQ(all("a@0 a@50 b@60 b@111", "a ... b", 10 * second), "2-3");
    EXPECT_EQ(all("a@0 b@5400", "a within 1 hour 30 minutes b"), "1-2");
    EXPECT_EQ(all("a@0 b@5400", "a within 1.5 hours b"), "1-2");
    EXPECT_EQ(all("a@0 b@5401", "a within 1.5 hours b"), "");
}

TEST(Pattern, ALaterChoiceIsTakenWhenTheFirstCannotEndInTime) {
    // Greedy, but not beyond the limit of the whole.
    EXPECT_EQ(all("a@0 a@1 a@2 a@9 b@10", "a ... a ... b within 9 seconds"), "2-5");
    EXPECT_EQ(all("a@0 a@1 a@9 b@10", "a+ ... within 2 seconds b"), "1-4");
}

TEST(Pattern, ConditionsLookAtChannelAndValue) {
    EXPECT_EQ(all("a/web a/app a", "a where channel = app"), "2-2");
    EXPECT_EQ(all("a/web a/app a", "a where channel != app"), "1-1");
    EXPECT_EQ(all("a/web a/app a/ads", "a where channel = [web|ads]"), "1-1 3-3");
    EXPECT_EQ(all("a/web a/app a/ads", "a where channel = [^web|ads]"), "2-2");
    EXPECT_EQ(all("a=1 a=2.5 a b=3", "a where value >= 2.5"), "2-2");
    EXPECT_EQ(all("a/web=1 a/web=9 a/app=9", "a where value > 5 and channel = web"), "2-2");
    EXPECT_EQ(all("a=1 b=2 c=9", ". where value < 5 ... c"), "1-3");
    EXPECT_EQ(all("a=1 a=2 a=3 a=0", "a+ where value > 1"), "2-3");
}

TEST(Pattern, NamesCanBeQuoted) {
    EXPECT_EQ(all("Checkout a", "\"Checkout\" a"), "1-2");
    EXPECT_EQ(all("within as", "\"within\" \"as\""), "1-2");
    EXPECT_EQ(all("/pricing add-to-cart ü_1", "/pricing add-to-cart ü_1"), "1-3");
    EXPECT_EQ(all("a\"b", "\"a\"\"b\""), "1-1");
}

TEST(Pattern, SkipsAsAfterMatchSays) {
    EXPECT_EQ(Asked("a a a b", "a+ as x ... b as y").all("skip to next row"), "1-4 2-4 3-4");
    EXPECT_EQ(Asked("a b a b", "a as x b a as y b?").all("SKIP TO LAST y"), "1-4");
    EXPECT_EQ(Asked("a b a b a", "a as x b a as y").all("skip to last y"), "1-3 3-5");
    EXPECT_EQ(Asked("a a a", "a{2} as x").all("skip to first x"), "1-2 2-3");
}

TEST(Pattern, NamedPartsSpanAllTheirEvents) {
    Asked asked("a b b c", "a as first (b as again)+ (x as never)? c");
    JourneyMatches matches(asked.view, asked.pattern, {}, heap());
    ASSERT_TRUE(matches.next());
    ASSERT_EQ(asked.pattern.parts().size(), 3u);
    EXPECT_EQ(matches.part(0)->events, 1u);
    EXPECT_EQ(matches.part(1)->first_row, 1u);
    EXPECT_EQ(matches.part(1)->last_row, 2u);
    EXPECT_EQ(matches.part(1)->events, 2u);
    EXPECT_FALSE(matches.part(2));
    EXPECT_EQ(matches.whole().events, 4u);
}

TEST(Pattern, SimultaneousEventsStandAsThePatternNamesThem) {
    EXPECT_EQ(all("a@5 b@5", "b a"), "2-1");
    EXPECT_EQ(all("a@5 b@5 c@5", "c ... b"), "3-2");
    EXPECT_EQ(all("a@5 b@5 c@5", "c b"), "3-2");
    // What the pattern does not name stands after what it names.
    EXPECT_EQ(all("a@5 b@5 c@5 d@6", "c . d"), "");
    EXPECT_EQ(all("a@5 b@5 c@5 d@6", "c . . d"), "3-4");
    // A tie-breaker is an order that is given.
    Events given = events("a@5 b@5");
    given[0].tiebreak = 1;
    given[1].tiebreak = 2;
    const Value value = encode(given);
    EXPECT_FALSE(journey_match(value.view(), JourneyPattern("b ... a", no_limit, heap()), heap()));
    EXPECT_TRUE(journey_match(value.view(), JourneyPattern("a ... b", no_limit, heap()), heap()));
}

TEST(Pattern, SaysWhatEveryMatchMustContain) {
    using Lists = std::vector<std::vector<std::string>>;
    EXPECT_EQ(required("view ... cart"), (Lists{{"view"}, {"cart"}}));
    EXPECT_EQ(required("(view|search)+ [cart|wishlist] help?"),
              (Lists{{"search", "view"}, {"cart", "wishlist"}}));
    EXPECT_EQ(required("a (b c | c d)"), (Lists{{"a"}, {"c"}, {"b", "d"}}));
    EXPECT_EQ(required(". [^a]"), Lists{});
    // What is asked of value and channel adds no name.
    EXPECT_EQ(required("[a|b] where value < 2 ... a where value > 1 ... a where channel = web"),
              Lists{{"a"}});
    EXPECT_EQ(required("a where value > 1 ... [a|b] where value < 2"), Lists{{"a"}});
    EXPECT_EQ(required("a* | b"), Lists{});
    EXPECT_EQ(required("a{2,3} where value > 1"), (Lists{{"a"}}));
}

TEST(Pattern, ErrorsPointAtTheCharacter) {
    EXPECT_EQ(refusal(""),
              "22023 syntax error at the end of pattern (character 1) | Expected an event name, \".\", \"[\" "
              "or \"(\".");
    EXPECT_EQ(refusal("a | "),
              "22023 syntax error at the end of pattern (character 5) | Expected an event name, \".\", \"[\" "
              "or \"(\".");
    EXPECT_EQ(refusal("a () b"),
              "22023 syntax error in pattern at character 4: \") b\" | Expected an event name, \".\", \"[\" "
              "or \"(\".");
    EXPECT_EQ(refusal("a (b"), "22023 syntax error at the end of pattern (character 5) | Expected \")\".");
    EXPECT_EQ(refusal("ä ü)"),
              "22023 syntax error in pattern at character 4: \")\" | Expected an event, \"...\", \"|\", a "
              "quantifier or the end.");
    EXPECT_EQ(refusal("a ... "),
              "22023 syntax error at the end of pattern (character 7) | Expected an event after \"...\" or "
              "\"after\".");
    EXPECT_EQ(refusal("... a"),
              "22023 syntax error in pattern at character 1: \"... a\" | Expected an event name, \".\", "
              "\"[\" or \"(\".");
    EXPECT_EQ(refusal("a within b"),
              "22023 syntax error in pattern at character 10: \"b\" | Expected a number.");
    EXPECT_EQ(refusal("a within -5 minutes b"),
              "22023 pattern: the time limit at character 10 is negative | Write a number of at least 0.");
    EXPECT_EQ(refusal("a within 5 b"),
              "22023 syntax error in pattern at character 12: \"b\" | Expected a unit: seconds, minutes, "
              "hours, days, weeks, months or years.");
    EXPECT_EQ(refusal("a{3,2}"),
              "22023 syntax error in pattern at character 2: \"{3,2}\" | Expected counts in rising order.");
    EXPECT_EQ(refusal("a{0}"),
              "22023 syntax error in pattern at character 2: \"{0}\" | Expected a count of at least 1.");
    EXPECT_EQ(refusal("[a|]"), "22023 syntax error in pattern at character 4: \"]\" | Expected a name.");
    EXPECT_EQ(
        refusal("a where color = b"),
        "22023 syntax error in pattern at character 9: \"color = b\" | Expected \"channel\" or \"value\".");
    EXPECT_EQ(refusal("\"a"),
              "22023 syntax error at the end of pattern (character 3) | Expected a closing double quote.");
    EXPECT_NE(refusal("a AS within").find("reserved words"), std::string::npos);
    EXPECT_EQ(refusal("a (...) b").substr(0, 5), "22023");
    EXPECT_EQ(refusal("a | ... b").substr(0, 5), "22023");
    EXPECT_EQ(refusal("(a ... within 1 day)").substr(0, 5), "22023");
    EXPECT_NE(refusal("(a b within 1 hour)").find("Expected an event after the time limit"),
              std::string::npos);
    EXPECT_NE(refusal("(a ... within 1 day b)? within 2 days c").find("no event before it"),
              std::string::npos);
    EXPECT_EQ(refusal("a{5000}").substr(0, 5), "54000");
    EXPECT_EQ(refusal("(a{100}){100}").substr(0, 5), "54000");
    EXPECT_EQ(refusal(std::string(200, '(') + "a" + std::string(200, ')')).substr(0, 5), "54000");
    EXPECT_EQ(refusal(std::string(100000, '(')).substr(0, 5), "54000");
}

TEST(Sequence, ErrorsPointAtTheCharacter) {
    const auto refused = [](const std::string& text) {
        return refusal_of([&] { SequencePattern(text, 2, heap()); });
    };
    EXPECT_EQ(refused("(?1)(?3)"),
              "22023 pattern: there is no condition 3 (character 7) | Give the condition after ts, or "
              "correct the number.");
    EXPECT_EQ(refused("(?0)").substr(0, 5), "22023");
    EXPECT_EQ(refused("(?99999999999)").substr(0, 5), "54000");
    EXPECT_EQ(refused("(?1)(?t<=-1)(?2)"),
              "22023 pattern: the time limit at character 10 is negative | Write a number of at least 0.");
    EXPECT_EQ(refused("(?1)(?t5)(?2)"),
              "22023 syntax error in pattern at character 8: \"5)(?2)\" | Expected <=, <, >=, >, == or !=.");
    EXPECT_EQ(refused("(?1)(?t<=+)(?2)"),
              "22023 syntax error in pattern at character 11: \")(?2)\" | Expected a number.");
    EXPECT_EQ(refused("(?t<=5)(?1)"),
              "22023 pattern: a time limit has no event before it | A time limit stands between two events.");
    EXPECT_EQ(refused("(?1)(?t<=5)"),
              "22023 pattern: a time limit has no event after it | A time limit stands between two events.");
    EXPECT_EQ(
        refused("(?1)()"),
        "22023 syntax error in pattern at character 6: \")\" | Expected (?N), (?t<=n), \".\" or \"(\".");
    EXPECT_EQ(
        refused("(?1)x"),
        "22023 syntax error in pattern at character 5: \"x\" | Expected (?N), (?t<=n), \".\" or \"(\".");
    EXPECT_EQ(refused("(?1)(?within<=5)"),
              "22023 syntax error in pattern at character 5: \"(?within<=5)\" | Expected (?within<=n) at the "
              "beginning of the pattern.");
    EXPECT_EQ(refused("(?1)(?t<=5)*(?2)").substr(0, 5), "22023");
    EXPECT_EQ(refused("(?1"), "22023 syntax error at the end of pattern (character 4) | Expected \")\".");
    EXPECT_EQ(refused(""), "");
    EXPECT_EQ(refused("(?1)(?t<=+5)(?2)"), "");
}

}  // namespace journey::test
