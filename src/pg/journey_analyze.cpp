// What ANALYZE keeps of a column of journeys: the usual, but not how many differ.
//
// Nobody groups by whole journeys, but by what functions say of them, and of those the planner
// would expect as many groups as there are journeys: it would not divide such work among
// processes, and would plan memory for all of them. Where the number is unknown it expects 200.

#include "pg/guard.hpp"

namespace {

struct UsualAnalysis {
    AnalyzeAttrComputeStatsFunc compute;
    void* data;
};

void compute_stats(VacAttrStatsP stats, AnalyzeAttrFetchFunc fetch, int rows, double total) {
    auto* usual = static_cast<UsualAnalysis*>(stats->extra_data);
    stats->extra_data = usual->data;
    usual->compute(stats, fetch, rows, total);
    stats->extra_data = usual;
    stats->stadistinct = 0;
}

}  // namespace

// typanalyze
JOURNEY_FUNCTION(analyze) {
    auto* stats = reinterpret_cast<VacAttrStats*>(PG_GETARG_POINTER(0));
    if (!std_typanalyze(stats)) PG_RETURN_BOOL(false);
    auto* usual = static_cast<UsualAnalysis*>(palloc(sizeof(UsualAnalysis)));
    *usual = {stats->compute_stats, stats->extra_data};
    stats->compute_stats = compute_stats;
    stats->extra_data = usual;
    PG_RETURN_BOOL(true);
}
