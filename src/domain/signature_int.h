/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_SIGNATURE_INT_H
#define DW_SIGNATURE_INT_H
/* A signature as JSON: for the files that read and write payloads with one in it. */
#include "base/jsonw.h"
#include "domain/statement_fact.h"

#include <jansson.h>

/** An object. */
void signature_write(struct dw_jsonw *w, const struct dw_signature *s);
/** Total; texts are copied into `a`. */
void signature_read(struct dw_signature *s, const json_t *v, struct dw_arena *a);

#endif
