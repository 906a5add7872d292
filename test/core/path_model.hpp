// Paths read from plain lists of events in the plainest way, to hold the compact
// ones against.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/path.hpp"
#include "core/sankey.hpp"
#include "core/transition_report.hpp"
#include "journey_model.hpp"

namespace journey::test {

// PathRules that own their names.
struct ModelRules {
    std::optional<Span> gap;
    std::vector<std::string> starts, drop;
    std::optional<std::vector<std::string>> keep;
    Collapse collapse = Collapse::none;

    // Views into this object.
    PathRules rules();

  private:
    std::vector<std::string_view> starts_, drop_, keep_;
};
ModelRules random_rules(Random& random, const Columns& columns);

struct ModelNode {
    std::size_t row;
    std::string name;
    std::int64_t session;
};
// Of events in the order of a journey.
std::vector<ModelNode> model_nodes(const Events& events, const ModelRules& rules);
// The same, one list a session that has nodes.
std::vector<std::vector<ModelNode>> model_sessions(const Events& events, const ModelRules& rules);

// The part between the bounds, and what is left of it; none if a bound is missing.
std::optional<std::vector<std::string>> model_path(const std::vector<ModelNode>& session,
                                                   const PathBounds& bounds);

// Rows as texts, in any order: what the reports must say of these customers.
std::multiset<std::string> model_transitions(const std::vector<Events>& customers, const ModelRules& rules,
                                             const EdgeNames& edges);
std::multiset<std::string> model_sankey(const std::vector<std::vector<std::vector<std::string>>>& paths,
                                        const SankeyOptions& options);

std::multiset<std::string> describe(const std::pmr::vector<TransitionRow>& rows);
std::multiset<std::string> describe(const std::pmr::vector<SankeyRow>& rows);

}  // namespace journey::test
