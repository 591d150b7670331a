/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * http_parse.c - llhttp, as the second of two readers that must agree.
 *
 * The gate has accepted a head; now llhttp reads the same bytes, and method, target, number of
 * fields, length or chunking, and keep-alive are compared. If they differ one of the two is
 * wrong, nobody can say which, and the request is refused. Chunked bodies go the same way: the
 * gate's framing cuts the input into runs, llhttp decodes each, and both must mean the same bytes.
 *
 * llhttp is never lenient (no llhttp_set_lenient_* anywhere) and on Debian 12 compiled strict.
 * Nothing of what it finds is used beyond this comparison, so its callbacks only take notes.
 */
#include "net/parse.h"

static struct dw_parser *parser_of(llhttp_t *ll)
{
	return ll->data;
}

/* Spans may come in pieces, but of one buffer: they only grow. */
static void extend(struct dw_str *s, const char *at, size_t n)
{
	if (s->p == NULL)
		*s = dw_str_make(at, n);
	else
		s->n += n;
}

static int on_url(llhttp_t *ll, const char *at, size_t n)
{
	extend(&parser_of(ll)->url, at, n);
	return 0;
}

static int on_field(llhttp_t *ll, const char *at, size_t n)
{
	struct dw_parser *p = parser_of(ll);

	(void)at;
	(void)n;
	if (!p->has_head)
		return 0;
	p->is_odd = true; /* a trailer */
	return HPE_USER;
}

static int on_value_complete(llhttp_t *ll)
{
	parser_of(ll)->n_fields++;
	return 0;
}

static int on_head(llhttp_t *ll)
{
	struct dw_parser *p = parser_of(ll);

	p->has_head = true;
	p->has_length = (ll->flags & F_CONTENT_LENGTH) != 0;
	p->is_chunked = (ll->flags & F_CHUNKED) != 0;
	p->length = ll->content_length;
	p->keep_alive = llhttp_should_keep_alive(ll) != 0;
	p->is_odd = ll->upgrade != 0;
	return 0;
}

static int on_body(llhttp_t *ll, const char *at, size_t n)
{
	extend(&parser_of(ll)->piece, at, n);
	return 0;
}

static int on_extension(llhttp_t *ll, const char *at, size_t n)
{
	(void)at;
	(void)n;
	parser_of(ll)->is_odd = true;
	return HPE_USER;
}

static int on_complete(llhttp_t *ll)
{
	parser_of(ll)->is_complete = true;
	return HPE_PAUSED;
}

void dw_parser_init(struct dw_parser *p)
{
	static llhttp_settings_t settings;

	if (settings.on_url == NULL) {
		llhttp_settings_init(&settings);
		settings.on_header_field = on_field;
		settings.on_header_value_complete = on_value_complete;
		settings.on_headers_complete = on_head;
		settings.on_body = on_body;
		settings.on_chunk_extension_name = on_extension;
		settings.on_message_complete = on_complete;
		settings.on_url = on_url;
	}
	memset(p, 0, sizeof(*p));
	llhttp_init(&p->ll, HTTP_REQUEST, &settings);
	p->ll.data = p;
}

/* All of `run` read, without complaint? */
static bool execute(struct dw_parser *p, struct dw_str run)
{
	llhttp_errno_t rc = llhttp_execute(&p->ll, run.p, run.n);

	if (rc == HPE_PAUSED && p->is_complete)
		return llhttp_get_error_pos(&p->ll) == run.p + run.n;
	return rc == HPE_OK;
}

/* What says where the request ends and what comes after it. */
static bool is_framed_alike(const struct dw_parser *p, const struct dw_gate_head *g)
{
	bool has_body = g->is_chunked || g->length > 0;

	return g->is_chunked == p->is_chunked && g->has_length == p->has_length &&
	       (!g->has_length || g->length == p->length) &&
	       p->is_complete == !has_body && g->keep_alive == p->keep_alive;
}

int dw_parser_head(struct dw_parser *p, struct dw_str head, const struct dw_gate_head *g,
		   struct dw_err *err)
{
	const char *method;

	if (!execute(p, head) || !p->has_head || p->is_odd)
		return dw_fail(err, DW_EINVAL, "the request head is not well-formed");
	method = llhttp_method_name((llhttp_method_t)llhttp_get_method(&p->ll));
	if (!dw_str_eq(g->method, dw_str_of(method)) || !dw_str_eq(g->target, p->url) ||
	    g->n_fields != p->n_fields || !is_framed_alike(p, g) ||
	    llhttp_get_http_major(&p->ll) != 1 ||
	    llhttp_get_http_minor(&p->ll) != g->minor)
		return dw_fail(err, DW_EINVAL,
			       "the request head can be read in two ways");
	return 0;
}

int dw_parser_chunk(struct dw_parser *p, struct dw_str run, enum dw_chunk_kind kind,
		    struct dw_err *err)
{
	bool is_same;

	p->piece = dw_str_make(NULL, 0);
	if (!execute(p, run) || p->is_odd)
		return dw_fail(err, DW_EINVAL, "the chunked body is not well-formed");
	is_same = p->is_complete == (kind == DW_CHUNK_END);
	if (kind == DW_CHUNK_DATA)
		is_same = is_same && p->piece.p == run.p && p->piece.n == run.n;
	else
		is_same = is_same && p->piece.n == 0;
	if (!is_same)
		return dw_fail(err, DW_EINVAL,
			       "the chunked body can be read in two ways");
	return 0;
}
