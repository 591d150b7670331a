/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_CONFIG_H
#define DW_APP_CONFIG_H
/*
 * The settings: one table, from which flags (--max-connections), environment
 * (DIWAN_MAX_CONNECTIONS), file (max_connections = …) and `diwan check-config` all follow.
 * Later ones win: default, file, environment, flag.
 */
#include "base/str.h"

/* name, default, what it is */
#define DW_SETTING_TEXT_MAP(X)                                                           \
	X(listen, "127.0.0.1:8080", "HOST:PORT to serve on; port 0 picks a free one")    \
	X(data, "", "data folder; everything that is kept lies in it")                   \
	X(public_url, "", "address that browsers use, such as https://room.example.org") \
	X(organisation, "", "name of the organisation that speaks, for the newsroom")    \
	X(trusted_proxies, "",                                                           \
	  "proxies whose X-Forwarded-For counts: addresses, blocks")                     \
	X(static_dir, "", "read the page from this folder instead of from the program")  \
	X(log_level, "info", "debug, info, warn or error")                               \
	X(smtp_url, "", "mail server for outlets, smtp://HOST:PORT or smtps://…")        \
	X(smtp_from, "", "whom that mail is from: an address, or Name <address>")        \
	X(smtp_user, "", "who we are to the mail server; none: it asks nobody")          \
	X(smtp_password_file, "", "file with the password of smtp_user, on one line")

/* name, default, least, most, what it is */
#define DW_SETTING_NUMBER_MAP(X)                                                         \
	X(max_connections, 20000, 1, 1000000, "open connections in all")                 \
	X(max_connections_per_peer, 512, 1, 1000000, "open connections of one address")  \
	X(streams_per_session, 8, 1, 1000000, "open streams of one session")             \
	X(streams_per_account, 32, 1, 1000000, "open streams of one user or token")      \
	X(streams_per_address, 256, 1, 1000000, "open streams of one address")           \
	X(heartbeat_s, 15, 1, 300, "seconds between the heartbeats of a stream")         \
	X(presence_s, 30, 1, 300, "seconds until who says nothing is not in a room")     \
	X(changes_per_s, 200, 1, 1000000, "times a second that one may send typing")     \
	X(session_idle_s, 28800, 1, 2592000, "seconds until an unused session ends")     \
	X(session_absolute_s, 604800, 60, 31536000, "seconds until any session ends")    \
	X(sign_in_per_minute, 10, 1, 10000, "failed sign-ins of an account or address")  \
	X(ring_mb, 32, 1, 4096, "MiB of recent events kept ready in memory")             \
	X(max_body_kb, 1024, 16, 65536, "KiB that the body of a command may have")       \
	X(head_ms, 5000, 100, 600000, "time that a request head may take")               \
	X(idle_ms, 15000, 100, 3600000, "time that a connection may stay unused")        \
	X(write_stall_ms, 10000, 100, 600000, "time that a reader may take nothing")     \
	X(body_min_rate, 500, 1, 1000000000, "bytes a second that a body must keep up")  \
	X(reply_min_rate, 500, 1, 1000000000, "bytes a second to be taken of a reply")   \
	X(verify_per_s, 200, 0, 1000000, "events of its record checked a second")        \
	X(source_timeout_s, 60, 1, 600, "seconds that asking a feed may take")           \
	X(source_interval_min_s, 30, 1, 86400, "seconds between askings, at the least")  \
	X(source_blind_s, 300, 1, 86400, "seconds of failing until a feed is blind")     \
	X(outlet_timeout_s, 30, 1, 600, "seconds that a try of a delivery may take")     \
	X(outlet_retry_s, 5, 1, 3600, "seconds behind the first try that failed")        \
	X(outlet_give_up_s, 86400, 1, 604800, "seconds until a delivery is given up")

/* name, default, what it is; on the command line its name alone turns it on */
#define DW_SETTING_SWITCH_MAP(X)                                                         \
	X(allow_private_sources, false, "yes or no: may feeds be at private addresses")  \
	X(allow_private_outlets, false, "yes or no: may webhooks be at private ones")

enum dw_setting_origin {
	DW_FROM_DEFAULT,
	DW_FROM_FILE,
	DW_FROM_ENVIRONMENT,
	DW_FROM_FLAG,
};

#define DW_SETTING_COUNT_ONE(...) +1
enum {
	DW_SETTING_COUNT = 0 DW_SETTING_TEXT_MAP(DW_SETTING_COUNT_ONE)
		DW_SETTING_NUMBER_MAP(DW_SETTING_COUNT_ONE)
			DW_SETTING_SWITCH_MAP(DW_SETTING_COUNT_ONE)
};

struct dw_config {
#define DW_SETTING_TEXT(name, ...) char *name; /* owned; "" = not set */
	DW_SETTING_TEXT_MAP(DW_SETTING_TEXT)
#undef DW_SETTING_TEXT
#define DW_SETTING_NUMBER(name, ...) uint64_t name;
	DW_SETTING_NUMBER_MAP(DW_SETTING_NUMBER)
#undef DW_SETTING_NUMBER
#define DW_SETTING_SWITCH(name, ...) bool name;
	DW_SETTING_SWITCH_MAP(DW_SETTING_SWITCH)
#undef DW_SETTING_SWITCH
	unsigned char
		origin[DW_SETTING_COUNT]; /* enum dw_setting_origin, by table order */
};

/* One setting as `check-config` shows it. */
struct dw_setting {
	const char *name, *help;
	char value[512]; /* as text, cut when longer */
	enum dw_setting_origin origin;
};

/** All defaults. */
void dw_config_init(struct dw_config *c);
void dw_config_fini(struct dw_config *c);
/**
 * Set one by its name ('-' counts as '_'). DW_ENOTFOUND: no such setting; DW_EINVAL: the text says
 * what would be valid.
 */
DW_MUST_USE int dw_config_set(struct dw_config *c, struct dw_str name,
			      struct dw_str value, enum dw_setting_origin origin,
			      struct dw_err *err);
/** Is it one that is on when it is merely named? */
bool dw_config_is_switch(struct dw_str name);
/**
 * `name = value` lines; '#' starts a comment, quotes around a value are dropped. Each mistake is
 * given to `on_error` as "FILE:LINE: what to do" and counted; returns their number. A file that
 * cannot be read is one mistake.
 */
DW_MUST_USE int dw_config_file(struct dw_config *c, const char *path,
			       void (*on_error)(void *ctx, const char *text), void *ctx);
/** The same for the text of a file, for tests. */
DW_MUST_USE int dw_config_text(struct dw_config *c, const char *path, struct dw_str text,
			       void (*on_error)(void *ctx, const char *text_of_error),
			       void *ctx);
/** DIWAN_NAME for every setting. Mistakes as above, named by the variable. */
DW_MUST_USE int dw_config_environment(struct dw_config *c,
				      void (*on_error)(void *ctx, const char *text),
				      void *ctx);
/** The i-th setting in table order; i < DW_SETTING_COUNT. */
void dw_config_at(const struct dw_config *c, size_t i, struct dw_setting *out);

#endif
