// The server's headers, for C++: included once, after every C++ header, with what
// differs between versions of the server in one place. From the core only what the
// bridge itself is built of: each file includes its own family's headers before this.
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

#include "core/error.hpp"
#include "core/events.hpp"
#include "core/funnel.hpp"
#include "core/interrupt.hpp"
#include "core/journey.hpp"
#include "core/session.hpp"

extern "C" {
#include "postgres.h"

#include "access/gin.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"
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
