// The server's headers, for C++: included once, after every C++ header, with what
// differs between versions of the server in one place.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory_resource>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/btyd_calibration.hpp"
#include "core/btyd_fit.hpp"
#include "core/btyd_model.hpp"
#include "core/btyd_sample.hpp"
#include "core/btyd_score.hpp"
#include "core/btyd_summary.hpp"
#include "core/edit.hpp"
#include "core/error.hpp"
#include "core/events.hpp"
#include "core/funnel.hpp"
#include "core/funnel_policy.hpp"
#include "core/funnel_report.hpp"
#include "core/funnel_scan.hpp"
#include "core/funnel_why.hpp"
#include "core/gin.hpp"
#include "core/interrupt.hpp"
#include "core/journey.hpp"
#include "core/lead_logistic.hpp"
#include "core/lead_points.hpp"
#include "core/lead_quality.hpp"
#include "core/lifecycle.hpp"
#include "core/logrank.hpp"
#include "core/model_text.hpp"
#include "core/normal.hpp"
#include "core/path.hpp"
#include "core/path_report.hpp"
#include "core/pattern.hpp"
#include "core/periods.hpp"
#include "core/retention.hpp"
#include "core/retention_report.hpp"
#include "core/rfm.hpp"
#include "core/rfm_report.hpp"
#include "core/sankey.hpp"
#include "core/sequence.hpp"
#include "core/sequence_next_node.hpp"
#include "core/session.hpp"
#include "core/survey.hpp"
#include "core/survival.hpp"
#include "core/survival_fit.hpp"
#include "core/survival_model.hpp"
#include "core/survival_rows.hpp"
#include "core/survival_score.hpp"
#include "core/transition_report.hpp"
#include "core/window_funnel.hpp"

extern "C" {
#include "postgres.h"

#include "access/gin.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/primnodes.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/expandeddatum.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/jsonfuncs.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/selfuncs.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/varlena.h"
#include "windowapi.h"
}

#if PG_VERSION_NUM >= 160000
extern "C" {
#include "varatt.h"
}
#endif

#if PG_VERSION_NUM < 150000
#error "journey needs PostgreSQL 15 or later"
#endif

// The server's headers define these as macros; the C++ library uses the words.
#undef gettext
#undef dgettext
#undef ngettext
#undef dngettext
#undef Min
#undef Max
#undef Abs

// Below PostgreSQL 16 the server's own PGDLLEXPORT is empty outside Windows.
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
