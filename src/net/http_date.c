/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* http_date.c - a moment as HTTP writes it, in any locale (RFC 9110, 5.6.7). */
#include "net/http.h"

#include <stdio.h>
#include <time.h>

void dw_http_date(char out[DW_HTTP_DATE_MAX], int64_t seconds)
{
	static const char days[7][4] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
	};
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t at = (time_t)seconds;
	struct tm tm;

	out[0] = '\0';
	if (gmtime_r(&at, &tm) != NULL)
		snprintf(out, DW_HTTP_DATE_MAX, "%s, %02d %s %04d %02d:%02d:%02d GMT",
			 days[tm.tm_wday % 7], tm.tm_mday % 100, months[tm.tm_mon % 12],
			 (tm.tm_year + 1900) % 10000, tm.tm_hour % 100, tm.tm_min % 100,
			 tm.tm_sec % 100);
}
