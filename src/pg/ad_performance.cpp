// ad_performance: views, clicks, conversions and value of each ad.

#include "core/ad_performance.hpp"

#include "pg/attribution_arguments.hpp"
#include "pg/journey_argument.hpp"
#include "pg/report.hpp"

using namespace journey;
using namespace journey::pg;

namespace {

using Summary = Expanded<AdSummary>;

// The fields of ad_options, by position.
enum AdOption {
    option_ad_views,
    option_ad_clicks,
    option_ad_conversion,
    option_ad_model,
    option_ad_lookback,
    option_ad_credit,
    option_ad_reuse_touches,
    option_ad_unattributed
};

constexpr std::string_view credited[] = {"views_and_clicks", "clicks"};

struct AdCall {
    AdCall(HeapTupleHeader row, ContextMemory& memory)
        : options(*make_in<OptionRow>(memory, row)),
          events(read_events()),
          rules(read_rules(memory)),
          reader(events, rules, memory) {}

    AdEvents read_events() const {
        AdEvents read;
        if (options.is_null(option_ad_views) && options.is_null(option_ad_clicks)) fail_null("views");
        if (!options.is_null(option_ad_views)) read.views = names(option_ad_views, "views");
        if (!options.is_null(option_ad_clicks)) read.clicks = names(option_ad_clicks, "clicks");
        for (std::string_view view : read.views) {
            if (std::find(read.clicks.begin(), read.clicks.end(), view) == read.clicks.end()) continue;
            throw Error(ErrorCode::invalid_argument, "clicks", "\"%.*s\" is in views and in clicks",
                        static_cast<int>(view.size()), view.data())
                .hint("An event is a view or a click.");
        }
        return read;
    }
    AttributionRules& read_rules(ContextMemory& memory) const {
        AttributionArguments given = {};
        std::fill(std::begin(given.nulls), std::end(given.nulls), true);
        const auto pass = [&](AdOption from, AttributionOption to) {
            given.nulls[to] = options.is_null(from);
            given.values[to] = options.value(from);
        };
        pass(option_ad_conversion, option_conversion);
        pass(option_ad_lookback, option_lookback);
        pass(option_ad_reuse_touches, option_reuse_touches);
        pass(option_ad_unattributed, option_unattributed);
        AttributionRules& read = attribution_rules(given, true, memory);
        if (!options.is_null(option_ad_model)) {
            const std::string_view model = options.text(option_ad_model);
            read.models.clear();
            parse_models({&model, 1}, read.models);
            if (read.has(AttributionModel::w)) {
                throw Error(ErrorCode::invalid_argument, "model", "model \"w\" is not for ads")
                    .hint("Use attribution_report for models with milestones.");
            }
        }
        const bool clicks = !options.is_null(option_ad_credit) &&
                            word_of(options.text(option_ad_credit), "credit", credited) == 1;
        auto* touches = static_cast<std::string_view*>(
            palloc(sizeof(std::string_view) * (events.views.size() + events.clicks.size() + 1)));
        std::size_t count = 0;
        for (std::string_view name : events.clicks) new (&touches[count++]) std::string_view(name);
        if (!clicks) {
            for (std::string_view name : events.views) new (&touches[count++]) std::string_view(name);
        }
        read.touches = NameList(touches, count);
        return read;
    }
    NameList names(AdOption n, const char* name) const { return names_of(options.value(n), false, name); }

    const OptionRow& options;
    AdEvents events;
    const AttributionRules& rules;
    AdReader reader;
};

}  // namespace

// (state, journey, options)
JOURNEY_FUNCTION(ad_performance_add) {
    MemoryContext context = aggregate_context(fcinfo);
    check_options(fcinfo, 2, "ad_options");
    auto& call = OptionCache<AdCall>::get(fcinfo, 2);
    Summary& state = Summary::state(fcinfo, context);
    state->use(call.rules);
    if (!PG_ARGISNULL(1)) state->add(call.reader, journey_argument(fcinfo, 1));
    return state.datum();
}

JOURNEY_FUNCTION(ad_performance_combine) {
    return state_combine<AdSummary>(fcinfo);
}

JOURNEY_FUNCTION(ad_performance_finish) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const auto rows = Summary::read_only(PG_GETARG_DATUM(0))->rows();
    return report_array(fcinfo, rows, [](Cells& cells, const AdRow& row) {
        cells.text(row.ad);
        cells.count(row.views);
        cells.count(row.viewers);
        cells.count(row.clicks);
        cells.count(row.clickers);
        cells.real(row.click_rate);
        cells.datum(decimal_datum(row.conversions));
        cells.optional(row.value, decimal_datum);
        cells.real(row.conversion_rate);
    });
}

JOURNEY_STATE_TYPE(ad_summary, AdSummary);
