// path_report: the most frequent paths of all customers.

#include "core/path_report.hpp"
#include "core/path.hpp"
#include "core/transition_report.hpp"

#include "pg/path_arguments.hpp"
#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

// The path as one text for people, 'view > cart > buy', and as a list.
void add_path(Cells& cells, const PathSummary& summary, std::span<const std::uint32_t> codes) {
    StringInfoData text;
    initStringInfo(&text);
    auto* elements =
        static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (codes.size() + 1)));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::string_view name = summary.name(codes[i]);
        if (i > 0) appendStringInfoString(&text, " > ");
        appendBinaryStringInfo(&text, name.data(), static_cast<int>(name.size()));
        elements[i] = text_datum(name);
    }
    cells.text(std::string_view(text.data, static_cast<std::size_t>(text.len)));
    cells.datum(PointerGetDatum(
        construct_array(elements, static_cast<int>(codes.size()), TEXTOID, -1, false, TYPALIGN_INT)));
}

}  // namespace

// (state, path [, top])
JOURNEY_FUNCTION(path_report_add) {
    MemoryContext context = aggregate_context(fcinfo);
    const std::uint32_t top = count_argument(fcinfo, 2, "top", 1, 0);
    auto& state = Expanded<PathSummary>::state(fcinfo, context);
    if (!PG_ARGISNULL(1)) state->add(texts_argument(fcinfo, 1, "path"), top);
    return state.datum();
}

JOURNEY_FUNCTION(path_report_combine) {
    return state_combine<PathSummary>(fcinfo);
}

JOURNEY_FUNCTION(path_report_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const PathSummary& summary = *Expanded<PathSummary>::read_only(PG_GETARG_DATUM(0));
    std::int64_t number = 0;
    return report_array(fcinfo, summary.rows(), [&](Cells& cells, const PathRow& row) {
        cells.count(++number);
        if (row.rest) {
            cells.text("(other)");
            cells.null();
        } else {
            add_path(cells, summary, row.codes);
        }
        cells.count(row.customers);
        cells.real(row.share);
    });
}

JOURNEY_STATE_TYPE(path_summary, PathSummary);
