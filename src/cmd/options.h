/* options.h - the numbers of the options in options.def.
 * Uses: base/option. Used by: cmd. A value is read by option_bool(app->options, OPT_JSON) etc. */
#ifndef NOROSHI_CMD_OPTIONS_H
#define NOROSHI_CMD_OPTIONS_H

#include "base/option.h"

/* The contract's limits (section 7): built-in values and upper bounds. */
#define LIMIT_DOCUMENT_BYTES_MAX ((int64_t)4 << 30)
#define LIMIT_OBJECT_BYTES_MAX ((int64_t)16 << 20)
#define LIMIT_LINE_BYTES_MAX ((int64_t)16 << 20)
#define LIMIT_OBSERVABLE_BYTES_MAX ((int64_t)8 << 10)
#define LIMIT_JSON_DEPTH_MAX 64
#define LIMIT_ARCHIVE_BYTES_MAX ((int64_t)8 << 30)
#define LIMIT_ARCHIVE_RATIO_MAX 100
#define LIMIT_ARCHIVE_LEVELS_MAX 5
#define LIMIT_ASK_VALUES_MAX 10000
#define LIMIT_WORKER_BYTES_MAX ((int64_t)2 << 30)
#define LIMIT_WORKER_SECONDS_MAX 120
#define LIMIT_FEED_SECONDS_MAX 900
#define LIMIT_FEED_SLOW_SECONDS_MAX 20

#define OPTION(name, ...) OPT_##name,
enum opt {
#include "cmd/options.def"
    OPT_COUNT_
};
#undef OPTION

/* All options and all commands. */
extern const option_table app_options;

#endif
