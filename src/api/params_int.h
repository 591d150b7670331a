/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_PARAMS_INT_H
#define DW_API_PARAMS_INT_H
/* Parameters of a query. Who returns false, or DW_EINVAL, has refused the request. */
#include "api_int.h"

/** 1 it is there, 0 it is not, DW_EINVAL: it is there twice or badly encoded. */
DW_MUST_USE int api_param(struct dw_http_req *req, const char *name, struct dw_str *out);
/** Refuse it: "NAME why". False. */
bool api_bad_param(struct dw_http_req *req, const char *name, const char *why);
/** A whole number from `min`; *out stays as it was when there is none. */
bool api_number(struct dw_http_req *req, const char *name, uint64_t min, uint64_t *out);
/** as_of, a seq or a time: *at stays 0 for a seq, and *upto is the head without any. */
bool api_as_of(struct dw_http_req *req, const struct dw_api *api, uint64_t *upto,
	       int64_t *at);
/** There are no others than those in the NULL-ended list. */
bool api_only(struct dw_http_req *req, const char *const *known);

#endif
