/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_QUORUM_INT_H
#define DW_QUORUM_INT_H
/* A quorum and a signature as JSON: for the files that read and write payloads with one in it. */
#include "base/jsonw.h"
#include "domain/statement_fact.h"

#include <jansson.h>

/**
 * From {"groups":{"legal":1},"any":1,"may_approve_own":true,"blocks":["blame"]}; other members are the caller's
 * affair. Group names are copied into `a`. 0, or DW_EINVAL with the place behind `at` and the reason.
 */
DW_MUST_USE int quorum_read(struct dw_quorum *q, const json_t *v, const char *at,
			    struct dw_arena *a, struct dw_fault *f);

/** An object. */
void signature_write(struct dw_jsonw *w, const struct dw_signature *s);
/** Total; texts are copied into `a`. */
void signature_read(struct dw_signature *s, const json_t *v, struct dw_arena *a);

#endif
