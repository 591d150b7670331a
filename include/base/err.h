/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_ERR_H
#define DW_BASE_ERR_H
/*
 * Error codes and the text that travels beside them. One X-macro holds the number, the
 * HTTP status it becomes and the sentence a person reads, so that they cannot drift apart.
 */
#include <stdbool.h>
#include <stddef.h>

/* name, number, HTTP status, title of the problem */
#define DW_ERR_MAP(X)                                                                    \
	X(EINVAL, -1001, 400, "The input is not valid")                                  \
	X(EAUTH, -1002, 401, "You are not signed in")                                    \
	X(EFORBIDDEN, -1003, 403, "You may not do this")                                 \
	X(ENOTFOUND, -1004, 404, "There is no such thing")                               \
	X(EMETHOD, -1005, 405, "This address does not take that method")                 \
	X(ETIMEDOUT, -1006, 408, "The request took too long")                            \
	X(ECONFLICT, -1007, 409, "It has changed in the meantime")                       \
	X(EEXISTS, -1008, 409, "It exists already")                                      \
	X(EMOVED, -1009, 412, "It has moved on to another version")                      \
	X(ETOOBIG, -1010, 413, "The input is too large")                                 \
	X(ELONGTARGET, -1011, 414, "The address is too long")                            \
	X(EMEDIA, -1012, 415, "The body is of a type that is not taken here")            \
	X(EEXPECT, -1013, 417, "This expectation cannot be met")                         \
	X(EMISDIRECTED, -1014, 421, "This server does not answer for that host")         \
	X(EUNPROCESSABLE, -1015, 422, "The input cannot be acted on")                    \
	X(ENOVERSION, -1016, 428, "Say which version you saw (If-Match)")                \
	X(EBUSY, -1017, 429, "Too many requests")                                        \
	X(EBIGHEAD, -1018, 431, "The request head is too large")                         \
	X(EINTERNAL, -1019, 500, "Something broke on our side")                          \
	X(EUNKNOWNMETHOD, -1020, 501, "This is not implemented")                         \
	X(EUNAVAILABLE, -1021, 503, "The server cannot do this right now")               \
	X(EHTTPVERSION, -1022, 505, "This version of HTTP is not spoken here")           \
	X(EFULL, -1023, 507, "The disk is full")                                         \
	X(EIO, -1024, 503, "The disk failed")                                            \
	X(ECORRUPT, -1025, 500, "Stored data is damaged")                                \
	X(ECLOSED, -1026, 503, "The server is shutting down")                            \
	X(ELOCKED, -1027, 503, "Another process holds the data")                         \
	X(EAGAIN, -1028, 503, "Not now, try again")

enum dw_errno {
	DW_OK = 0,
#define DW_ERR_ENUM(name, number, status, text) DW_##name = (number),
	DW_ERR_MAP(DW_ERR_ENUM)
#undef DW_ERR_ENUM
};

/** What went wrong: the code, the system's own number if any, and one sentence. */
struct dw_err {
	int code;      /* DW_E… or 0 */
	int sys;       /* errno, uv or sqlite code behind it, or 0 */
	char msg[240]; /* says what, where and what to do; never a secret */
};

#define DW_MUST_USE __attribute__((warn_unused_result))
#define DW_PRINTF(a, b) __attribute__((format(printf, a, b)))

/** Fill `err` (may be NULL) and return `code`, so that a failing line reads as one. */
int dw_fail(struct dw_err *err, int code, const char *fmt, ...) DW_PRINTF(3, 4);

/** Put where-it-happened before the text that a deeper frame wrote; returns `code`. */
int dw_wrap(struct dw_err *err, int code, const char *fmt, ...) DW_PRINTF(3, 4);

/** Name ("ECONFLICT"), HTTP status and title of a code; 0 gives "OK", 200, "OK". */
const char *dw_err_name(int code);
int dw_err_status(int code);
const char *dw_err_title(int code);

/** Text of `err`, or the title of its code when no frame wrote any. Never NULL. */
const char *dw_err_text(const struct dw_err *err);

/* The caller broke the contract / we are broken. Both abort, in release builds too. */
_Noreturn void dw_panic(const char *kind, const char *expr, const char *file, int line);
#define DW_REQUIRE(x) ((x) ? (void)0 : dw_panic("require", #x, __FILE__, __LINE__))
#define DW_INVARIANT(x) ((x) ? (void)0 : dw_panic("invariant", #x, __FILE__, __LINE__))

#define DW_CONTAINER_OF(ptr, type, member)                                               \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
