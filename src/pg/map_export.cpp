// Maps and flows as documents.

#include "core/map_export.hpp"

#include "pg/cells.hpp"
#include "pg/row_arrays.hpp"
#include "pg/values.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

template <class T>
std::span<T> room_for(int rows) {
    return {static_cast<T*>(MemoryContextAllocHuge(CurrentMemoryContext,
                                                   sizeof(T) * (static_cast<std::size_t>(rows) + 1))),
            static_cast<std::size_t>(rows)};
}

// The columns of journey_map_row that are drawn; their order is the type's.
std::span<const MapCell> cells_argument(FunctionCallInfo fcinfo, int n) {
    RowArray rows(fcinfo, n);
    const auto cells = room_for<MapCell>(rows.size());
    std::size_t used = 0;
    for (int i = 0; i < rows.size(); ++i) {
        if (!rows.read(i)) continue;
        MapCell& cell = *new (&cells[used++]) MapCell;
        cell.stage_no = rows.integer(0);
        cell.stage = rows.text(1).value_or("");
        cell.touchpoint = rows.text(2);
        cell.channel = rows.text(3);
        cell.importance = rows.text(4);
        cell.owner = rows.text(5);
        cell.customers = rows.count(6);
        cell.events = rows.count(7);
        cell.problem_customers = rows.count(9);
        cell.conversion = rows.real(12);
        cell.exit_rate = rows.real(15);
        cell.nps = rows.real(19);
        cell.csat = rows.real(20);
        cell.ces = rows.real(21);
        cell.kpi = rows.text(22);
        cell.target = rows.real(23);
        cell.actual = rows.real(24);
        cell.met = rows.boolean(25);
        // Rows may be written by hand; stages are counted from 1.
        if (cell.stage_no && *cell.stage_no < 1) {
            throw Error(ErrorCode::invalid_argument, "map", "map has a row with stage_no %d", *cell.stage_no)
                .hint("Stages are numbered from 1; NULL stands for what is on no map.");
        }
    }
    return cells.first(used);
}

// Of journey_step_row.
std::span<const MapStep> steps_argument(FunctionCallInfo fcinfo, int n) {
    RowArray rows(fcinfo, n);
    const auto steps = room_for<MapStep>(rows.size());
    std::size_t used = 0;
    for (int i = 0; i < rows.size(); ++i) {
        if (!rows.read(i)) continue;
        MapStep& step = *new (&steps[used++]) MapStep;
        step.from_stage = rows.integer(0);
        step.from = rows.text(1).value_or("");
        step.to_stage = rows.integer(2);
        step.to = rows.text(3).value_or("");
        step.count = rows.count(4);
        step.share = rows.real(6).value_or(0);
        if ((step.from_stage && *step.from_stage < 1) || (step.to_stage && *step.to_stage < 1)) {
            throw Error(ErrorCode::invalid_argument, "steps", "steps has a row with a stage number below 1")
                .hint("Stages are numbered from 1; NULL stands for the start and the end.");
        }
    }
    return steps.first(used);
}

double share_argument(FunctionCallInfo fcinfo, int n) {
    if (n >= PG_NARGS()) return 0;
    if (PG_ARGISNULL(n)) fail_null("min_share");
    const double share = PG_GETARG_FLOAT8(n);
    if (!(share >= 0 && share <= 1)) {
        throw Error(ErrorCode::invalid_argument, "min_share", "min_share must be between 0 and 1, not %g",
                    share)
            .hint("Write 0.05 to leave out steps that fewer than 5 percent take.");
    }
    return share;
}

// (map, steps, min_share, title)
MapDrawing graph_argument(FunctionCallInfo fcinfo) {
    MapDrawing drawing;
    drawing.cells = cells_argument(fcinfo, 0);
    drawing.steps = steps_argument(fcinfo, 1);
    drawing.min_share = share_argument(fcinfo, 2);
    if (PG_NARGS() > 3 && !PG_ARGISNULL(3)) drawing.title = text_argument(fcinfo, 3);
    return drawing;
}
// (map, title)
MapDrawing map_argument(FunctionCallInfo fcinfo) {
    MapDrawing drawing;
    drawing.cells = cells_argument(fcinfo, 0);
    if (!PG_ARGISNULL(1)) drawing.title = text_argument(fcinfo, 1);
    return drawing;
}

template <class Write>
Datum document(const MapDrawing& drawing, Write write) {
    ContextMemory memory;
    return text_datum(write(drawing, memory));
}

struct VisioStream {
    explicit VisioStream(std::pmr::vector<VisioRow>&& its_rows) : rows(std::move(its_rows)) {}
    std::pmr::vector<VisioRow> rows;
    std::size_t next = 0;
};

}  // namespace

JOURNEY_FUNCTION(mermaid_journey) {
    return document(map_argument(fcinfo), mermaid_journey);
}
JOURNEY_FUNCTION(svg_journey_map) {
    return document(map_argument(fcinfo), svg_journey_map);
}
JOURNEY_FUNCTION(mermaid_flowchart) {
    return document(graph_argument(fcinfo), mermaid_flowchart);
}
JOURNEY_FUNCTION(drawio_csv) {
    return document(graph_argument(fcinfo), drawio_csv);
}
JOURNEY_FUNCTION(lucidchart_csv) {
    return document(graph_argument(fcinfo), lucidchart_csv);
}

// (links): rows of sankey_row
JOURNEY_FUNCTION(mermaid_sankey) {
    RowArray rows(fcinfo, 0);
    const auto links = room_for<MapLink>(rows.size());
    std::size_t used = 0;
    for (int i = 0; i < rows.size(); ++i) {
        if (!rows.read(i)) continue;
        MapLink& link = *new (&links[used++]) MapLink;
        link.source = rows.text(1).value_or("");
        link.target = rows.text(2).value_or("");
        link.value = static_cast<double>(rows.count(3));
    }
    ContextMemory memory;
    return text_datum(mermaid_sankey(links.first(used), memory));
}

// (map, steps, min_share)
JOURNEY_FUNCTION(visio_rows) {
    const auto stream = row_stream<VisioStream>(fcinfo, [&](ContextMemory& memory) {
        return make_in<VisioStream>(memory, visio_rows(graph_argument(fcinfo), memory));
    });
    VisioStream& state = *stream.state;
    if (state.next == state.rows.size()) SRF_RETURN_DONE(stream.calls);
    const VisioRow& row = state.rows[state.next++];
    Cells cells;
    for (const Document* field :
         {&row.id, &row.description, &row.next, &row.labels, &row.shape, &row.function, &row.phase})
        cells.text(*field);
    SRF_RETURN_NEXT(stream.calls, row_datum(stream.calls, cells));
}
