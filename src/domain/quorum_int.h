/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_QUORUM_INT_H
#define DW_QUORUM_INT_H
/* A quorum from JSON: for the files that read payloads and bodies with one in it. */
#include "domain/quorum.h"

#include <jansson.h>

/**
 * From {"groups":{"legal":1},"any":1,"may_approve_own":true,"blocks":["blame"]}; other members are the caller's
 * affair. Group names are copied into `a`. 0, or DW_EINVAL with the place behind `at` and the reason.
 */
DW_MUST_USE int quorum_read(struct dw_quorum *q, const json_t *v, const char *at,
			    struct dw_arena *a, struct dw_fault *f);

#endif
