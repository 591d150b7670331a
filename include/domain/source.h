/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_SOURCE_H
#define DW_DOMAIN_SOURCE_H
/*
 * What a source that we ask by ourselves may be called, and where it may lie. (What any source
 * may be called: dw_source_is_valid in domain/mention.h.)
 */
#include "domain/mention.h"

#define DW_URL_MAX 2048		    /* bytes of an address that we ask */
#define DW_INTERVAL_DEFAULT 300	    /* seconds between two askings */
#define DW_INTERVAL_MAX (7 * 86400) /* the least is a setting */

/**
 * A name that people are shown: the rule of all sources, and nothing in it that hides or turns
 * text around. 0, or DW_EINVAL with the reason in *f.
 */
DW_MUST_USE int dw_source_slug_check(struct dw_str slug, struct dw_fault *f);
/**
 * An address that can be asked: http or https, a host, perhaps a port, ASCII only, no user name
 * and no fragment. Says nothing about where the name leads. 0, or DW_EINVAL with the reason.
 */
DW_MUST_USE int dw_source_url_check(struct dw_str url, struct dw_fault *f);

#endif
