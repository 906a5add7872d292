// Paths by example: each test is a sentence about what a customer did.
#include "core/path.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "core/error.hpp"
#include "core/sankey.hpp"
#include "core/transition_report.hpp"
#include "journey_model.hpp"

namespace journey::test {
namespace {

std::pmr::memory_resource& heap() {
    return *std::pmr::new_delete_resource();
}

// "view 0 cart 5 buy 9" is three events.
Value customer(const std::string& text) {
    std::istringstream words(text);
    Events events;
    for (Event event; words >> event.name >> event.time;) {
        event.tiebreak = static_cast<std::int64_t>(events.size());
        events.push_back(event);
    }
    return encode(events);
}

std::string text_of(const JourneyView& journey, const NodePath& path) {
    std::string text;
    for (std::size_t i = 0; i < path.nodes.size(); ++i) {
        if (path.cut_at == i) text += "... ";
        text += std::string(journey.event_names()[path.nodes[i].event]) + " ";
    }
    return text;
}

std::string paths(const std::string& text, const PathBounds& bounds, const PathRules& rules = {}) {
    const Value value = customer(text);
    PathReader reader(value.view(), rules, bounds, heap());
    std::string result;
    for (NodePath path(heap()); reader.next(path);)
        result += std::to_string(path.session) + ": " + text_of(value.view(), path);
    return result;
}

TEST(PathExample, APathBeginsAndEndsWhereItIsToldTo) {
    const std::string visit = "view 0 cart 1 view 2 cart 3 buy 4 view 5";
    EXPECT_EQ(paths(visit, {}), "1: view cart view cart buy view ");
    EXPECT_EQ(paths(visit, {.from = "cart", .to = {}}), "1: cart view cart buy view ");
    EXPECT_EQ(paths(visit, {.from = "cart", .to = {}, .from_which = Occurrence::last}), "1: cart buy view ");
    EXPECT_EQ(paths(visit, {.from = {}, .to = "cart"}), "1: view cart ");
    EXPECT_EQ(paths(visit, {.from = {}, .to = "cart", .to_which = Occurrence::last}),
              "1: view cart view cart ");
    EXPECT_EQ(paths(visit, {.from = "view", .to = "buy", .from_which = Occurrence::last}),
              "1: view cart buy ");
    EXPECT_EQ(paths(visit, {.from = "buy", .to = "cart"}), "");
    EXPECT_EQ(paths(visit, {.from = "nowhere", .to = {}}), "");
    EXPECT_EQ(paths(visit, {.from = "view", .to = "view"}), "1: view cart view ");
    EXPECT_EQ(paths("", {}), "");
}

TEST(PathExample, WhatIsTooLongIsCutAndMarkedBetweenTwoBounds) {
    const std::string visit = "a 0 b 1 c 2 d 3 e 4 f 5";
    EXPECT_EQ(paths(visit, {.from = "a", .to = "f", .max_length = 3}), "1: a ... f ");
    EXPECT_EQ(paths(visit, {.from = "a", .to = "f", .max_length = 4}), "1: a b ... f ");
    EXPECT_EQ(paths(visit, {.from = "a", .to = "f", .max_length = 5}), "1: a b ... e f ");
    EXPECT_EQ(paths(visit, {.from = "a", .to = "f", .max_length = 6}), "1: a b c d e f ");
    EXPECT_EQ(paths(visit, {.from = "b", .to = {}, .max_length = 2}), "1: b c ");
    EXPECT_EQ(paths(visit, {.from = {}, .to = "f", .max_length = 2}), "1: e f ");
    EXPECT_EQ(paths(visit, {.from = {}, .to = {}, .max_length = 2}), "1: a b ");
}

TEST(PathExample, AHiddenEventKeepsItsSessionOpen) {
    PathRules rules;
    rules.gap = 10;
    const std::vector<std::string_view> hidden = {"ping"};
    EXPECT_EQ(paths("a 0 ping 10 b 20 c 31", {}, rules), "1: a ping b 2: c ");
    rules.drop = hidden;
    EXPECT_EQ(paths("a 0 ping 10 b 20 c 31", {}, rules), "1: a b 2: c ");
    EXPECT_EQ(paths("a 0 ping 20 b 40", {}, rules), "1: a 3: b ");
}

TEST(PathExample, ARunEndsWithItsSession) {
    PathRules rules;
    rules.gap = 10;
    rules.collapse = Collapse::first;
    EXPECT_EQ(paths("a 0 a 1 a 20 b 21 b 22", {}, rules), "1: a 2: a b ");
}

TEST(PathExample, AnEventNamedAsANodeOfTheReportIsRefused) {
    const Value start = customer("(start) 0 a 1"), other = customer("(other) 0");
    EXPECT_THROW(TransitionSummary(heap()).add(start.view(), {}, {}), Error);
    EXPECT_NO_THROW(TransitionSummary(heap()).add(start.view(), {}, {"<", ">"}));
    EXPECT_THROW(SankeySummary(heap()).add(other.view(), {}, {}), Error);
}

TEST(PathExample, OptionsThatDifferWithinAReportAreRefused) {
    const Value value = customer("a 0 b 1");
    TransitionSummary transitions(heap());
    transitions.add(value.view(), {}, {"(start)", "(end)"});
    EXPECT_THROW(transitions.add(value.view(), {}, {"(start)", "(stop)"}), Error);
    SankeySummary sankey(heap());
    sankey.add(value.view(), {}, {3, 0, false});
    EXPECT_THROW(sankey.add(value.view(), {}, {4, 0, false}), Error);
}

// Between the steps of a funnel: "c: path" if converted, "-: path" if not.
std::string between(const std::string& text, const std::vector<std::string>& steps, Span within,
                    std::uint32_t from = 1, std::uint32_t to = 0, std::uint32_t max_length = no_row) {
    const Value value = customer(text);
    Funnel funnel(static_cast<std::uint32_t>(steps.size()), heap());
    for (std::uint32_t s = 0; s < steps.size(); ++s) funnel.names.add_step(s + 1, steps[s], "steps");
    funnel.options.within = within;
    const Chain chain = funnel_chain(value.view(), funnel, heap());
    const auto found =
        funnel_path(value.view(), chain, funnel.options, from,
                    to == 0 ? static_cast<std::uint32_t>(steps.size()) : to, {}, max_length, heap());
    if (!found) return "none";
    return (found->converted ? "c: " : "-: ") + text_of(value.view(), found->path);
}

TEST(PathExample, BetweenTwoStepsLiesWhatTheChainPassed) {
    EXPECT_EQ(between("view 0 help 1 cart 2 help 3 buy 4 view 9", {"view", "cart", "buy"}, no_limit),
              "c: view help cart help buy ");
    EXPECT_EQ(between("view 0 help 1 cart 2 help 3 buy 4", {"view", "cart", "buy"}, no_limit, 2, 3),
              "c: cart help buy ");
    EXPECT_EQ(between("view 0 help 1 cart 2 help 3 buy 4", {"view", "cart", "buy"}, no_limit, 1, 2),
              "c: view help cart ");
    EXPECT_EQ(between("a 0 view 1 b 2 c 3 d 4 buy 5", {"view", "buy"}, no_limit, 1, 2, 4),
              "c: view b ... buy ");
    EXPECT_EQ(between("help 0", {"view", "buy"}, no_limit), "none");
}

TEST(PathExample, WhoDidNotConvertIsFollowedToTheEndOfTheWindow) {
    EXPECT_EQ(between("view 0 help 5 search 10 exit 11", {"view", "buy"}, 10), "-: view help search ");
    EXPECT_EQ(between("view 0 help 5 search 10 exit 11", {"view", "buy"}, no_limit),
              "-: view help search exit ");
    EXPECT_EQ(between("view 0 help 5 buy 11", {"view", "buy"}, 10), "-: view help ");
    EXPECT_EQ(between("view 0", {"view", "buy"}, 0), "-: view ");
}

TEST(PathExample, StepsOfOneTimeMayBeAgainstTheOrder) {
    EXPECT_EQ(between("buy 0 view 0 help 1", {"view", "buy"}, 10), "c: view buy ");
}

}  // namespace
}  // namespace journey::test
