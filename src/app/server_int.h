/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_SERVER_INT_H
#define DW_APP_SERVER_INT_H
/* One server in this process, from the lock on the folder to the last checkpoint. */
#include "app/config.h"

struct dw_server;

struct dw_server_hooks {
	bool is_local_only; /* only the control socket, no signals: a command's own server */
	/* On the loop, when requests are answered. `url` is "http://HOST:PORT", NULL when only
	 * local. May be NULL. */
	void (*on_ready)(void *ctx, struct dw_server *s, const char *url);
	/* On the loop, when the end begins. May be NULL. */
	void (*on_stopping)(void *ctx);
	void *ctx;
};

/**
 * Lock the data folder, serve until a signal or dw_server_stop, end in order. Blocks. 0 when it
 * served and ended well. DW_ELOCKED: another process has the folder.
 */
DW_MUST_USE int dw_server_run(const struct dw_config *conf,
			      const struct dw_server_hooks *hooks, struct dw_err *err);
/** Begin the ordered end. From any thread, between on_ready and on_stopping. */
void dw_server_stop(struct dw_server *s);
/** DIR/control.sock into out. DW_EINVAL when that is too long for a socket. */
DW_MUST_USE int dw_server_socket(const char *dir, char *out, size_t size,
				 struct dw_err *err);

#endif
