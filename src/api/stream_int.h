/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_STREAM_INT_H
#define DW_API_STREAM_INT_H
/* Who has how many streams (stream_count.c), for stream.c. */
#include "api_int.h"
#include "base/map.h"

/* Streams of one account, session or address; there as long as there are any. */
struct stream_owner {
	struct dw_str key;	/* lies in `text` */
	struct dw_link streams; /* accounts only: the `mate` of each */
	unsigned n;
	char text[];
};

/* What one stream is counted under; session NULL: its caller has none. */
struct stream_owners {
	struct stream_owner *account, *session, *address;
};

/** "session", "account" or "address" when one more stream would break that limit, else NULL. */
const char *stream_limit(const struct dw_api *api, const struct dw_map *owners,
			 const struct dw_http_req *req);
/** Count a stream and put its `mate` on its account's list. */
void stream_join(struct dw_map *owners, const struct dw_principal *who, const char *peer,
		 struct stream_owners *of, struct dw_link *mate);
/** Requires: joined before. */
void stream_leave(struct dw_map *owners, struct stream_owners *of, struct dw_link *mate);
/** The list of an account's or token's streams, or NULL. */
struct dw_link *stream_mates(const struct dw_map *owners, enum dw_principal_kind kind,
			     uint64_t id);

#endif
