// A map and its flow as documents that other tools draw: Mermaid text, CSV for
// draw.io and Lucidchart, rows for Visio's data visualizer, and SVG.
//
// Whatever names contain is escaped as each format wants it, and control characters
// become blanks. An empty map gives an empty document that is still valid.
// O(size of the document).
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace journey {

// A row of the measured map as far as it is drawn.
struct MapCell {
    std::optional<int> stage_no;  // from 1; none: on no map
    std::string_view stage;
    std::optional<std::string_view> touchpoint, channel, importance, owner;
    std::int64_t customers = 0, events = 0, problem_customers = 0;
    std::optional<double> conversion, exit_rate, nps, csat, ces;
    std::optional<std::string_view> kpi;
    std::optional<double> target, actual;
    std::optional<bool> met;
};
// A step from touchpoint to touchpoint; no stage: the start or the end.
struct MapStep {
    std::optional<int> from_stage, to_stage;
    std::string_view from, to;
    std::int64_t count = 0;
    double share = 0;
};
struct MapLink {
    std::string_view source, target;
    double value = 0;
};

struct MapDrawing {
    std::span<const MapCell> cells;
    std::span<const MapStep> steps;
    double min_share = 0;  // steps that fewer take are not drawn
    std::string_view title;
};

using Document = std::pmr::string;

// A task for each touchpoint and channel, with a score from 1 to 5: satisfaction if
// customers were asked (csat, ces, nps), else conversion; 3 if neither is known.
Document mermaid_journey(const MapDrawing& drawing, std::pmr::memory_resource& memory);
// Touchpoints by stage, and the steps between them.
Document mermaid_flowchart(const MapDrawing& drawing, std::pmr::memory_resource& memory);
Document mermaid_sankey(std::span<const MapLink> links, std::pmr::memory_resource& memory);
// For Arrange, Insert, Advanced, CSV.
Document drawio_csv(const MapDrawing& drawing, std::pmr::memory_resource& memory);
// For Import data, Process diagrams.
Document lucidchart_csv(const MapDrawing& drawing, std::pmr::memory_resource& memory);
// Self-contained: no script, no font or style from elsewhere.
Document svg_journey_map(const MapDrawing& drawing, std::pmr::memory_resource& memory);

// One process step of Visio's data visualizer.
struct VisioRow {
    explicit VisioRow(std::pmr::memory_resource& memory)
        : id(&memory),
          description(&memory),
          next(&memory),
          labels(&memory),
          shape(&memory),
          function(&memory),
          phase(&memory) {}
    Document id, description, next, labels, shape, function, phase;
};
std::pmr::vector<VisioRow> visio_rows(const MapDrawing& drawing, std::pmr::memory_resource& memory);

// Touchpoints as nodes of a graph, which all but two of the documents draw.
struct MapNode {
    std::string_view name;
    std::optional<int> stage_no;
    std::string_view stage, owner;
    std::int64_t visits = 0;  // steps that leave it
    bool missed = false;      // its figure missed the target
    bool edge = false;        // the start or the end
};
struct MapEdge {
    std::size_t from = 0, to = 0;  // nodes
    std::int64_t count = 0;
    double share = 0;
};
struct MapGraph {
    MapGraph(const MapDrawing& drawing, std::pmr::memory_resource& memory);
    std::pmr::vector<MapNode> nodes;  // in the order of the map, start and end last
    std::pmr::vector<MapEdge> edges;

  private:
    std::size_t node(const MapDrawing& drawing, std::string_view name, std::optional<int> stage_no);
};

}  // namespace journey

#ifdef POSTGRES_H
#error "the core does not see the server"
#endif
