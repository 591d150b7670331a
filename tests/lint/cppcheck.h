/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_LINT_CPPCHECK_H
#define DW_LINT_CPPCHECK_H
/* What cppcheck, which reads no system headers, must know of jansson's loops. */
#define json_array_foreach(array, i, value)                                              \
	for (i = 0; i < json_array_size(array) && (value = json_array_get(array, i)); i++)
#define json_object_foreach(object, key, value)                                          \
	for (key = first_key(object); key && (value = json_object_get(object, key));     \
	     key = next_key(object, key))
#endif
