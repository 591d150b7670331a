/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_CHANGE_INT_H
#define DW_CHANGE_INT_H
#include "domain/change.h"

/** Says which part is wrong, and returns the code. */
int change_refuse(struct dw_fault *f, int code, size_t part, const char *what);

#endif
