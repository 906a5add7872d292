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
struct PathColumns {
    Datum text, events;
};

PathColumns path_columns(const PathSummary& summary, std::span<const std::uint32_t> codes) {
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
    return {text_datum({text.data, static_cast<std::size_t>(text.len)}),
            PointerGetDatum(
                construct_array(elements, static_cast<int>(codes.size()), TEXTOID, -1, false, TYPALIGN_INT))};
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
    const auto rows = summary.rows();
    ReportRows report(fcinfo, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const PathRow& row = rows[i];
        const PathColumns path =
            row.rest ? PathColumns{text_datum("(other)"), 0} : path_columns(summary, row.codes);
        Datum values[5] = {Int64GetDatum(static_cast<std::int64_t>(i) + 1), path.text, path.events,
                           Int64GetDatum(row.customers), Float8GetDatum(row.share)};
        bool nulls[5] = {};
        nulls[2] = row.rest;
        report.add(values, nulls);
    }
    return report.datum();
}

JOURNEY_STATE_TYPE(path_summary, PathSummary);
