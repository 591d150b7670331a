/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_RT_NOTIFY_H
#define DW_RT_NOTIFY_H
/*
 * What a service manager wants to know (sd_notify), said over NOTIFY_SOCKET without libsystemd.
 * Without a manager every call succeeds and does nothing.
 */
#include "base/err.h"

enum dw_notify {
	DW_NOTIFY_READY,    /* serving */
	DW_NOTIFY_STOPPING, /* in ordered shutdown */
	DW_NOTIFY_WATCHDOG, /* still alive */
};

/** Send one state; `status` is a sentence for people and may be NULL. Never blocks. */
DW_MUST_USE int dw_notify(enum dw_notify state, const char *status, struct dw_err *err);

/**
 * How often to send DW_NOTIFY_WATCHDOG: half of what WATCHDOG_USEC allows, at least 1 ms. 0 when
 * nobody watches, or WATCHDOG_PID names another process.
 */
unsigned dw_notify_watchdog_ms(void);

#endif
