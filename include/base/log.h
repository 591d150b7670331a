/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_LOG_H
#define DW_BASE_LOG_H
/*
 * One line per fact on standard error: time, level, event name, then key=value pairs.
 * Only app and api call it; lower floors return their errors. No secret is ever a value.
 */
#include "base/err.h"

enum dw_log_level { DW_LOG_DEBUG, DW_LOG_INFO, DW_LOG_WARN, DW_LOG_ERROR };

void dw_log_set_level(enum dw_log_level least);
/** `fmt` gives "key=value key=value"; control bytes in the result are escaped. */
void dw_log(enum dw_log_level level, const char *event, const char *fmt, ...)
	DW_PRINTF(3, 4);

#endif
