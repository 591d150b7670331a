/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* cli.c - what the commands share: verbs, a room to talk to, failing, lists, small JSON. */
#include "cli_int.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int dw_cli_fail(const struct dw_command *cmd, const struct dw_err *err)
{
	fflush(stdout);
	fprintf(stderr, "diwan %s: %s\n", cmd->name, dw_err_text(err));
	return DW_EXIT_FAILED;
}

/* Each line of `usage` behind "diwan ". */
static void print_forms(const struct dw_command *cmd, FILE *f)
{
	struct dw_str rest = dw_str_of(cmd->usage), line;
	const char *lead = "usage: ";

	while (dw_str_split(&rest, '\n', &line)) {
		if (line.n == 0)
			continue;
		fprintf(f, "%sdiwan %.*s\n", lead, (int)line.n, line.p);
		lead = "       ";
	}
}

int dw_cli_usage(const struct dw_command *cmd, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "diwan %s: ", cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	print_forms(cmd, stderr);
	fprintf(stderr, "`diwan help %s` says more.\n", cmd->name);
	return DW_EXIT_USAGE;
}

void dw_cli_print_usage(const struct dw_command *cmd, void *file)
{
	FILE *f = file;

	print_forms(cmd, f);
	fprintf(f, "\n%s\n", cmd->help);
}

/* {"items":[…]} of a GET, in *r as it came, which the caller lets go of. */
static json_t *get_list(const struct dw_command *cmd, struct dw_client *c,
			const char *path, struct dw_reply *r)
{
	const struct dw_call call = { .method = "GET", .path = path };
	struct dw_err err;
	json_t *o, *items;

	if (dw_client_call(c, &call, r, &err) < 0) {
		(void)dw_cli_fail(cmd, &err);
		return NULL;
	}
	o = json_loadb(r->body.p != NULL ? r->body.p : "", r->body.len, 0, NULL);
	items = json_object_get(o, "items");
	if (json_is_array(items)) {
		json_incref(items);
	} else {
		(void)dw_fail(&err, DW_EINTERNAL, "the server's answer is not a list");
		(void)dw_cli_fail(cmd, &err);
		items = NULL;
	}
	json_decref(o);
	return items;
}

json_t *dw_cli_list(const struct dw_command *cmd, struct dw_client *c, const char *path)
{
	struct dw_reply r;
	json_t *items;

	dw_reply_init(&r);
	items = get_list(cmd, c, path, &r);
	dw_reply_fini(&r);
	return items;
}

int dw_cli_print_list(const struct dw_command *cmd, struct dw_client *c,
		      const struct dw_table *t, bool is_json)
{
	struct dw_reply r;
	json_t *items, *one;
	size_t i;

	dw_reply_init(&r);
	items = get_list(cmd, c, t->path, &r);
	if (items != NULL && is_json) {
		printf("%.*s\n", (int)r.body.len, r.body.p);
	} else if (items != NULL) {
		printf("%s\n", t->head);
		json_array_foreach(items, i, one)
			t->print_row(one);
	}
	dw_reply_fini(&r);
	json_decref(items);
	return items != NULL ? DW_EXIT_OK : DW_EXIT_FAILED;
}

static json_t *read_answer(const struct dw_command *cmd, const struct dw_reply *r)
{
	json_t *o = json_loadb(r->body.p != NULL ? r->body.p : "", r->body.len, 0, NULL);
	struct dw_err err;

	if (o == NULL) {
		(void)dw_fail(&err, DW_EINTERNAL, "the server's answer is not JSON");
		(void)dw_cli_fail(cmd, &err);
	}
	return o;
}

json_t *dw_cli_send(const struct dw_command *cmd, struct dw_client *c,
		    struct dw_call call, json_t *o)
{
	char *body = json_dumps(o, JSON_COMPACT);
	struct dw_reply r;
	struct dw_err err;
	json_t *answer = NULL;

	DW_INVARIANT(body != NULL);
	json_decref(o);
	call.body = dw_str_of(body);
	dw_reply_init(&r);
	if (dw_client_call(c, &call, &r, &err) < 0)
		(void)dw_cli_fail(cmd, &err);
	else
		answer = read_answer(cmd, &r);
	sodium_memzero(body, strlen(body));
	free(body);
	if (r.body.p != NULL)
		sodium_memzero(r.body.p, r.body.len);
	dw_reply_fini(&r);
	return answer;
}

int dw_cli_verb(const struct dw_command *cmd, const struct dw_args *a,
		const char *const *verbs, const char *what)
{
	const char *verb = a->n_words > 0 ? a->words[0] : "";
	int i = 0;

	while (verbs[i] != NULL && strcmp(verbs[i], verb) != 0)
		i++;
	if (verbs[i] == NULL) {
		(void)dw_cli_usage(cmd, "say what to do: %s", what);
		return -1;
	}
	if (a->n_words != (i == 0 ? 1u : 2u)) {
		if (i == 0)
			(void)dw_cli_usage(cmd, "`%s` takes no name", verb);
		else
			(void)dw_cli_usage(cmd, "give one name");
		return -1;
	}
	return i;
}

int dw_cli_with_room(const struct dw_command *cmd, const struct dw_args *a,
		     int (*act)(const struct dw_command *cmd, struct dw_client *c,
				const struct dw_args *a, const void *opts),
		     const void *opts)
{
	struct dw_client *c = NULL;
	struct dw_err err;
	int rc;

	if (dw_client_local(&c, &a->conf, &err) < 0)
		return dw_cli_fail(cmd, &err);
	rc = act(cmd, c, a, opts);
	dw_client_close(c);
	return rc;
}

const char *dw_cli_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

const char *dw_cli_join(const json_t *array, char *out, size_t size)
{
	size_t n = 0, i;
	json_t *v;

	out[0] = '\0';
	json_array_foreach(array, i, v) {
		int k = snprintf(out + n, size - n, "%s%s", i > 0 ? "," : "",
				 json_is_string(v) ? json_string_value(v) : "?");

		if (k < 0 || (size_t)k >= size - n)
			break;
		n += (size_t)k;
	}
	return out;
}

json_t *dw_cli_split(const char *list)
{
	struct dw_str rest = dw_str_of(list), part;
	json_t *a = json_array();

	while (dw_str_split(&rest, ',', &part)) {
		part = dw_str_trim(part);
		if (part.n > 0)
			json_array_append_new(a, json_stringn(part.p, part.n));
	}
	return a;
}

int dw_cli_check_names(const struct dw_command *cmd, const char *option, const char *list,
		       unsigned (*bit)(struct dw_str name), const char *all)
{
	struct dw_str rest = dw_str_of(list), part;
	bool is_empty = true;

	if (list == NULL)
		return 0;
	while (dw_str_split(&rest, ',', &part)) {
		part = dw_str_trim(part);
		if (part.n > 0 && bit(part) == 0)
			return dw_cli_usage(cmd,
					    "--%s: there is no \"%.*s\"; there are %s",
					    option, (int)part.n, part.p, all);
		is_empty = is_empty && part.n == 0;
	}
	return is_empty ? dw_cli_usage(cmd, "--%s: give one at least: %s", option, all)
			: 0;
}
