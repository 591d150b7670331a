/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_STATEMENT_INT_H
#define DW_API_STATEMENT_INT_H
/* What the handlers of statements share: statements.c has it. */
#include "account_int.h"
#include "engine/statement.h"
#include "once_int.h"

/* One command; in the request's arena. */
struct statement_req {
	struct dw_statement_op op;
	struct dw_http_req *req;
	struct dw_api *api;
	struct dw_names *names;
	struct dw_buf out;
	/* what it made, from the plan alone: also on the writer. NULL: 204 */
	void (*write)(struct dw_jsonw *w, const struct statement_req *r);
	json_t *body;		      /* what op.cmd's texts lie in */
	struct dw_account_op account; /* a verdict's fresh check */
};

/** Start one about the {id} of the path: op is ready but for what the body says. NULL: refused. */
struct statement_req *statement_begin(struct dw_http_req *req, struct dw_api *api,
				      enum dw_command_type type);
/** The body as an object with only these members; false: refused, and r is gone. */
bool statement_body(struct statement_req *r, const char *const *known);
/** Refuse with the place and the reason; r is gone. False. */
bool statement_refuse_at(struct statement_req *r, int code, const char *pointer,
			 const char *why);
/** Refuse with what op came to; r is gone. */
void statement_refuse(struct statement_req *r);
/** Let go of what it holds; the request is to be answered after that. */
void statement_fini(struct statement_req *r);
/** Do it, and answer with what `write` writes: 201, or 200 when nothing changed. */
void statement_do(struct statement_req *r,
		  void (*write)(struct dw_jsonw *w, const struct statement_req *r));

/** The statement if the caller may see it, which is on record; else refused, and NULL. */
const struct dw_statement *statement_see(struct dw_http_req *req, struct dw_api *api,
					 uint64_t id);

/* Members of the body. Absent: *out stays, unless `must`. False: refused, and r is gone. */
bool statement_text(struct statement_req *r, const char *key, bool must, size_t most,
		    struct dw_str *out);
bool statement_number(struct statement_req *r, const char *key, bool must, uint64_t *out);
bool statement_word(struct statement_req *r, const char *key, bool must,
		    enum dw_statement_word_kind kind, const char *all, unsigned *out);
bool statement_time(struct statement_req *r, const json_t *in, const char *key,
		    const char *pointer, int64_t *out);

#endif
