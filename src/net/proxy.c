/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * proxy.c - whose address counts when a reverse proxy stands before us.
 *
 * X-Forwarded-For is read from its right end, where our own proxies write: as long as the one
 * that speaks is trusted, what it says about its peer is believed. The first address that no
 * trusted proxy has is the client; everything left of it is the client's own claim and worth
 * nothing. From a peer that is not a trusted proxy the field is not even looked at.
 *
 * IPv4 addresses are kept in their IPv6-mapped form, so that there is one comparison and
 * "::ffff:10.0.0.1" can be nobody else than 10.0.0.1.
 */
#include "net_int.h"

#include <arpa/inet.h>
#include <stdlib.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

int dw_addr_parse(struct dw_str s, struct dw_addr *out)
{
	char text[48];

	if (s.n == 0 || s.n >= sizeof(text))
		return DW_EINVAL;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET6, text, out->b) == 1)
		return 0;
	memcpy(out->b, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, out->b + 12) == 1 ? 0 : DW_EINVAL;
}

static bool is_mapped(const struct dw_addr *a)
{
	return memcmp(a->b, mapped, sizeof(mapped)) == 0;
}

void dw_addr_format(const struct dw_addr *a, char *out)
{
	if (is_mapped(a))
		(void)inet_ntop(AF_INET, a->b + 12, out, 48);
	else
		(void)inet_ntop(AF_INET6, a->b, out, 48);
}

void dw_addr_of_sockaddr(const struct sockaddr *sa, struct dw_addr *out)
{
	memset(out, 0, sizeof(*out));
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const void *)sa;

		memcpy(out->b, mapped, sizeof(mapped));
		memcpy(out->b + 12, &v4->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const void *)sa;

		memcpy(out->b, &v6->sin6_addr, 16);
	}
}

static int parse_cidr(const char *text, struct dw_cidr *out, struct dw_err *err)
{
	struct dw_str rest = dw_str_of(text), addr;
	uint64_t bits = 128;
	bool is_v4;

	if (!dw_str_split(&rest, '/', &addr) || dw_addr_parse(addr, &out->addr) < 0)
		return dw_fail(err, DW_EINVAL,
			       "\"%s\" is not an address or a block like 10.0.0.0/8",
			       text);
	is_v4 = memchr(addr.p, ':', addr.n) == NULL;
	if (rest.n > 0) {
		if (dw_str_u64(rest, &bits) < 0 || bits > (is_v4 ? 32u : 128u))
			return dw_fail(err, DW_EINVAL,
				       "\"%s\" has no valid prefix length", text);
		bits += is_v4 ? 96 : 0;
	}
	out->bits = (unsigned)bits;
	return 0;
}

int dw_proxies_parse(const char *const *list, struct dw_cidr **out, size_t *n,
		     struct dw_err *err)
{
	size_t count = 0;

	*out = NULL;
	*n = 0;
	while (list != NULL && list[count] != NULL)
		count++;
	if (count == 0)
		return 0;
	*out = calloc(count, sizeof(**out));
	DW_INVARIANT(*out != NULL);
	for (; *n < count; (*n)++) {
		int rc = parse_cidr(list[*n], &(*out)[*n], err);

		if (rc < 0)
			return dw_wrap(err, rc, "trusted_proxies");
	}
	return 0;
}

static bool is_within(const struct dw_cidr *c, const struct dw_addr *a)
{
	size_t whole = c->bits / 8;
	unsigned left = c->bits % 8;

	if (memcmp(c->addr.b, a->b, whole) != 0)
		return false;
	return left == 0 ||
	       ((c->addr.b[whole] ^ a->b[whole]) & (0xff00u >> left) & 0xffu) == 0;
}

bool dw_proxies_have(const struct dw_net *n, const struct dw_addr *a)
{
	for (size_t i = 0; i < n->n_proxies; i++) {
		if (is_within(&n->proxies[i], a))
			return true;
	}
	return false;
}

/* Cut the last item off a comma-separated list. False when nothing is left. */
static bool pop_item(struct dw_str *list, struct dw_str *item)
{
	size_t at = list->n;

	if (list->n == 0)
		return false;
	while (at > 0 && list->p[at - 1] != ',')
		at--;
	*item = dw_str_trim(dw_str_make(list->p + at, list->n - at));
	list->n = at > 0 ? at - 1 : 0;
	return true;
}

/* "1.2.3.4", "1.2.3.4:567", "::1", "[::1]:567" */
static int parse_item(struct dw_str item, struct dw_addr *out)
{
	const char *end;

	if (item.n > 0 && item.p[0] == '[') {
		end = memchr(item.p, ']', item.n);
		if (end == NULL)
			return DW_EINVAL;
		return dw_addr_parse(dw_str_make(item.p + 1, (size_t)(end - item.p) - 1),
				     out);
	}
	end = item.n > 0 ? memchr(item.p, ':', item.n) : NULL;
	if (end != NULL && memchr(item.p, '.', item.n) != NULL &&
	    memchr(end + 1, ':', item.n - (size_t)(end - item.p) - 1) == NULL)
		item.n = (size_t)(end - item.p);
	return dw_addr_parse(item, out);
}

/* True while the one that wrote the items right of here is trusted. */
static bool walk_field(const struct dw_net *n, struct dw_str list, struct dw_addr *last)
{
	struct dw_str item;
	struct dw_addr addr;

	while (pop_item(&list, &item)) {
		if (parse_item(item, &addr) < 0)
			return false;
		*last = addr;
		if (!dw_proxies_have(n, &addr))
			return false;
	}
	return true;
}

void dw_proxy_apply(const struct dw_conn *c, struct dw_http_req *req)
{
	struct dw_addr last;
	struct dw_str proto = { NULL, 0 }, item;

	if (!c->is_proxy || dw_addr_parse(dw_str_of(req->peer), &last) < 0)
		return;
	for (size_t i = req->n_headers; i > 0; i--) {
		const struct dw_http_header *h = &req->headers[i - 1];

		if (dw_str_eq(h->name, DW_STR("x-forwarded-for")) &&
		    !walk_field(c->net, h->value, &last))
			break;
	}
	dw_addr_format(&last, req->peer);
	for (size_t i = 0; i < req->n_headers; i++) {
		if (dw_str_eq(req->headers[i].name, DW_STR("x-forwarded-proto")))
			proto = req->headers[i].value;
	}
	req->is_tls = pop_item(&proto, &item) && dw_str_eq_nocase(item, DW_STR("https"));
}
