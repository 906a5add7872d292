#include "core/map_export.hpp"

#include <algorithm>

#include "core/document_text.hpp"
#include "core/interrupt.hpp"
#include "core/stage_map.hpp"

namespace journey {

namespace {

// How the customers like it, 1 to 5.
int score_of(const MapCell& cell) {
    double share = 0.5;
    if (cell.csat) {
        share = *cell.csat;
    } else if (cell.ces) {
        share = *cell.ces;
    } else if (cell.nps) {
        share = (*cell.nps + 100) / 200;
    } else if (cell.conversion) {
        share = *cell.conversion;
    }
    return 1 + static_cast<int>(std::lround(4 * std::clamp(share, 0.0, 1.0)));
}

bool on_the_map(const MapCell& cell) {
    return cell.stage_no.has_value();
}

std::string_view words(const std::optional<std::string_view>& text) {
    return text.value_or("");
}

void append_id(Document& to, const char* letter, std::size_t number) {
    to.append(letter);
    append_number(to, static_cast<std::int64_t>(number));
}

}  // namespace

std::size_t MapGraph::node(const MapDrawing& drawing, std::string_view name, std::optional<int> stage_no) {
    poll_interrupt();
    const bool edge = !stage_no && (name == start_of_journey || name == end_of_journey);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].name == name && nodes[i].edge == edge) return i;
    }
    MapNode node;
    node.name = name;
    node.stage_no = stage_no;
    node.edge = edge;
    for (const MapCell& cell : drawing.cells) {
        if (stage_no && cell.stage_no == stage_no) node.stage = cell.stage;
    }
    nodes.push_back(node);
    return nodes.size() - 1;
}

MapGraph::MapGraph(const MapDrawing& drawing, std::pmr::memory_resource& memory)
    : nodes(&memory), edges(&memory) {
    for (const MapCell& cell : drawing.cells) {
        if (!on_the_map(cell) || !cell.touchpoint) continue;
        MapNode& made = nodes[node(drawing, *cell.touchpoint, cell.stage_no)];
        made.owner = words(cell.owner);
        made.missed = made.missed || cell.met == false;
    }
    for (const MapStep& step : drawing.steps) {
        // The start is drawn before the end, whichever comes first among the steps.
        if (step.from == start_of_journey && !step.from_stage) node(drawing, step.from, step.from_stage);
    }
    for (const MapStep& step : drawing.steps) {
        const std::size_t from = node(drawing, step.from, step.from_stage);
        nodes[from].visits += step.count;
        if (step.share < drawing.min_share) continue;
        const std::size_t to = node(drawing, step.to, step.to_stage);
        edges.push_back({from, to, step.count, step.share});
    }
    // Touchpoints that only steps name come after those of the map; start and end last.
    std::pmr::vector<std::size_t> order(&memory), place(nodes.size(), 0, &memory);
    for (std::size_t i = 0; i < nodes.size(); ++i) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const auto key = [&](const MapNode& each) {
            return each.edge ? INT32_MAX : each.stage_no.value_or(INT32_MAX - 1);
        };
        return key(nodes[a]) < key(nodes[b]);
    });
    std::pmr::vector<MapNode> sorted(&memory);
    for (std::size_t i = 0; i < order.size(); ++i) {
        sorted.push_back(nodes[order[i]]);
        place[order[i]] = i;
    }
    nodes.swap(sorted);
    for (MapEdge& edge : edges) {
        edge.from = place[edge.from];
        edge.to = place[edge.to];
    }
}

Document mermaid_journey(const MapDrawing& drawing, std::pmr::memory_resource& memory) {
    Document out("journey\n    title ", &memory);
    append_mermaid(out, drawing.title);
    out.append("\n");
    std::optional<int> section;
    for (const MapCell& cell : drawing.cells) {
        if (!on_the_map(cell)) continue;
        if (section != cell.stage_no) {
            section = cell.stage_no;
            out.append("    section ");
            append_mermaid(out, cell.stage);
            out.append("\n");
        }
        out.append("      ");
        append_mermaid(out, cell.touchpoint.value_or(cell.stage));
        if (cell.channel) {
            out.append(" · ");
            append_mermaid(out, *cell.channel);
        }
        out.append(": ");
        append_number(out, score_of(cell));
        if (cell.owner && !cell.owner->empty()) {
            out.append(": ");
            append_mermaid(out, *cell.owner);
        }
        out.append("\n");
    }
    return out;
}

Document mermaid_flowchart(const MapDrawing& drawing, std::pmr::memory_resource& memory) {
    const MapGraph graph(drawing, memory);
    Document out("flowchart LR\n", &memory);
    std::optional<int> stage;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const MapNode& node = graph.nodes[i];
        if (stage && stage != node.stage_no) out.append("    end\n");
        if (node.stage_no && stage != node.stage_no) {
            append_id(out, "    subgraph s", static_cast<std::size_t>(*node.stage_no));
            out.append("[\"");
            append_mermaid(out, node.stage.empty() ? "stage" : node.stage);
            out.append("\"]\n");
        }
        stage = node.stage_no;
        append_id(out, "        t", i + 1);
        out.append(node.edge ? "([\"" : "[\"");
        append_mermaid(out, node.name);
        if (node.visits > 0) {
            out.append("<br/>");
            append_number(out, node.visits);
        }
        out.append(node.edge ? "\"])" : "\"]");
        if (node.missed) out.append(":::missed");
        out.append("\n");
    }
    if (stage) out.append("    end\n");
    for (const MapEdge& edge : graph.edges) {
        append_id(out, "    t", edge.from + 1);
        out.append(" -->|\"");
        append_percent(out, edge.share);
        append_id(out, "\"| t", edge.to + 1);
        out.append("\n");
    }
    out.append("    classDef missed stroke:#c62828,stroke-width:3px\n");
    return out;
}

Document mermaid_sankey(std::span<const MapLink> links, std::pmr::memory_resource& memory) {
    Document out("sankey-beta\n\n", &memory);
    std::size_t drawn = 0;
    for (const MapLink& link : links) {
        if (!(link.value > 0)) continue;
        append_csv(out, link.source);
        out.append(",");
        append_csv(out, link.target);
        out.append(",");
        const bool whole = link.value == std::floor(link.value) && link.value < 1e15;
        append_real(out, link.value, whole ? 0 : 6);
        out.append("\n");
        ++drawn;
    }
    // Mermaid takes no diagram without a link.
    if (drawn == 0) out.append("\"(start)\",\"(nothing yet)\",0\n");
    return out;
}

Document drawio_csv(const MapDrawing& drawing, std::pmr::memory_resource& memory) {
    constexpr std::size_t most_next = 8;
    const MapGraph graph(drawing, memory);
    Document out("## ", &memory);
    for (char letter : drawing.title) out.push_back(is_control(letter) ? ' ' : letter);
    out.append(
        "\n# label: %label%\n"
        "# style: rounded=1;whiteSpace=wrap;html=1;fillColor=%fill%;strokeColor=%stroke%;\n"
        "# identity: id\n# namespace: journey-\n# width: 160\n# height: 60\n# padding: 12\n"
        "# ignore: id,label,fill,stroke");
    for (std::size_t i = 1; i <= most_next; ++i) {
        append_id(out, ",next", i);
        append_id(out, ",share", i);
    }
    out.append("\n");
    for (std::size_t i = 1; i <= most_next; ++i) {
        append_id(out, "# connect: {\"from\":\"next", i);
        append_id(out, "\",\"to\":\"id\",\"label\":\"share", i);
        out.append("\",\"style\":\"curved=1;endArrow=block;endFill=1;fontSize=11;\"}\n");
    }
    out.append(
        "# layout: horizontalflow\n# nodespacing: 40\n# levelspacing: 80\n# edgespacing: "
        "20\nid,label,stage,touchpoint,owner,visits,fill,stroke");
    for (std::size_t i = 1; i <= most_next; ++i) {
        append_id(out, ",next", i);
        append_id(out, ",share", i);
    }
    out.append("\n");
    constexpr const char* fills[] = {"#e3f2fd", "#e8f5e9", "#fffde7", "#fff3e0", "#f3e5f5", "#e0f7fa"};
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const MapNode& node = graph.nodes[i];
        append_id(out, "t", i + 1);
        out.append(",");
        // draw.io reads labels as HTML.
        Document label(&memory);
        append_xml(label, node.name);
        if (node.stage_no) {
            label.append("<br>");
            append_xml(label, node.stage);
        }
        append_csv(out, label);
        for (std::string_view field : {node.stage, node.name, node.owner}) {
            out.append(",");
            append_csv(out, field);
        }
        out.append(",");
        append_number(out, node.visits);
        out.append(",");
        out.append(node.stage_no ? fills[static_cast<std::size_t>(*node.stage_no - 1) % std::size(fills)]
                                 : "#f5f5f5");
        out.append(node.missed ? ",#c62828" : ",#607d8b");
        std::pmr::vector<const MapEdge*> next(&memory);
        for (const MapEdge& edge : graph.edges) {
            if (edge.from == i) next.push_back(&edge);
        }
        std::stable_sort(next.begin(), next.end(),
                         [](const MapEdge* a, const MapEdge* b) { return a->count > b->count; });
        for (std::size_t k = 0; k < most_next; ++k) {
            out.append(",");
            if (k < next.size()) append_id(out, "t", next[k]->to + 1);
            out.append(",");
            if (k < next.size()) append_percent(out, next[k]->share);
        }
        out.append("\n");
    }
    return out;
}

Document lucidchart_csv(const MapDrawing& drawing, std::pmr::memory_resource& memory) {
    const MapGraph graph(drawing, memory);
    Document out(
        "Id,Name,Shape Library,Page ID,Contained By,Group,Line Source,Line Destination,Source "
        "Arrow,Destination "
        "Arrow,Status,Text Area 1,Text Area 2\n1,Document,,,,,,,,,Draft,",
        &memory);
    append_csv(out, drawing.title);
    out.append(",\n2,Page,,,,,,,,,,");
    append_csv(out, "Map");
    out.append(",\n");
    std::size_t id = 3;
    // A container for each stage, then what it contains.
    std::pmr::vector<std::size_t> ids(&memory);
    std::optional<int> stage;
    std::size_t container = 0;
    for (const MapNode& node : graph.nodes) {
        if (node.stage_no && stage != node.stage_no) {
            container = id++;
            append_number(out, static_cast<std::int64_t>(container));
            out.append(",Rectangle Container,Containers,2,,,,,,,,");
            append_csv(out, node.stage);
            out.append(",\n");
        }
        stage = node.stage_no;
        ids.push_back(id);
        append_number(out, static_cast<std::int64_t>(id++));
        out.append(node.edge ? ",Terminator,Flowchart Shapes,2," : ",Process,Flowchart Shapes,2,");
        if (node.stage_no) append_number(out, static_cast<std::int64_t>(container));
        out.append(",,,,,,,");
        append_csv(out, node.name);
        out.append(",");
        append_csv(out, node.owner);
        out.append("\n");
    }
    for (const MapEdge& edge : graph.edges) {
        append_number(out, static_cast<std::int64_t>(id++));
        out.append(",Line,,2,,,");
        append_number(out, static_cast<std::int64_t>(ids[edge.from]));
        out.append(",");
        append_number(out, static_cast<std::int64_t>(ids[edge.to]));
        out.append(",None,Arrow,,");
        Document label(&memory);
        append_percent(label, edge.share);
        append_csv(out, label);
        out.append(",\n");
    }
    return out;
}

std::pmr::vector<VisioRow> visio_rows(const MapDrawing& drawing, std::pmr::memory_resource& memory) {
    const MapGraph graph(drawing, memory);
    std::pmr::vector<VisioRow> rows(&memory);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const MapNode& node = graph.nodes[i];
        VisioRow row(memory);
        append_id(row.id, "P", i + 1);
        row.description.assign(node.name);
        std::size_t branches = 0;
        for (const MapEdge& edge : graph.edges) {
            if (edge.from != i) continue;
            if (branches++ > 0) {
                row.next.append(",");
                row.labels.append(",");
            }
            append_id(row.next, "P", edge.to + 1);
            append_percent(row.labels, edge.share);
        }
        const bool start = node.edge && node.name == start_of_journey;
        row.shape.assign(start ? "Start" : node.edge ? "End" : branches > 1 ? "Decision" : "Process");
        row.function.assign(node.owner.empty() ? "(no owner)" : node.owner);
        row.phase.assign(node.stage);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace journey
