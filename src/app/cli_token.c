/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* cli_token.c - diwan token add|list|revoke: how machines sign in. */
#include "cli_int.h"

#include "domain/policy.h"

#include <stdio.h>

#define SCOPES "ingest, read, act"

static int add(const struct dw_command *cmd, struct dw_client *c, const char *name,
	       const char *scopes)
{
	const struct dw_call call = { .method = "POST", .path = "/api/v1/tokens" };
	json_t *body = json_object(), *answer;
	const char *token;

	json_object_set_new(body, "name", json_string(name));
	json_object_set_new(body, "scopes", dw_cli_split(scopes));
	answer = dw_cli_send(cmd, c, call, body);
	token = json_string_value(json_object_get(answer, "token"));
	if (token != NULL)
		printf("%s\n", token);
	json_decref(answer);
	return token != NULL ? DW_EXIT_OK : DW_EXIT_FAILED;
}

static void print_row(json_t *t)
{
	char scopes[200];

	printf("%8lld  %-24s %-8s %-16s %.19s\n",
	       (long long)json_integer_value(json_object_get(t, "id")),
	       dw_cli_text(t, "name"),
	       json_is_true(json_object_get(t, "revoked")) ? "revoked" : "active",
	       dw_cli_join(json_object_get(t, "scopes"), scopes, sizeof(scopes)),
	       dw_cli_text(t, "created_at"));
}

static const struct dw_table table = {
	"/api/v1/tokens",
	"      id  name                     state    scopes           created",
	print_row,
};

/* By id, or by name when exactly one live token has it. 0: said why not. */
static json_int_t find_token(const struct dw_command *cmd, struct dw_client *c,
			     const char *which)
{
	json_t *items = dw_cli_list(cmd, c, table.path), *t;
	json_int_t found = 0;
	unsigned n = 0;
	uint64_t id = 0;
	size_t i;

	if (items == NULL)
		return 0;
	if (dw_str_u64(dw_str_of(which), &id) < 0)
		id = 0;
	json_array_foreach(items, i, t) {
		json_int_t this = json_integer_value(json_object_get(t, "id"));

		if (json_is_true(json_object_get(t, "revoked")))
			continue;
		if ((id != 0 && (uint64_t)this == id) ||
		    strcmp(dw_cli_text(t, "name"), which) == 0) {
			found = this;
			n++;
		}
	}
	json_decref(items);
	if (n == 1)
		return found;
	fprintf(stderr, "diwan token: %s \"%s\"; `diwan token list` shows all\n",
		n == 0 ? "there is no live token" : "more than one live token is called",
		which);
	return 0;
}

static int revoke(const struct dw_command *cmd, struct dw_client *c, const char *which)
{
	json_int_t id = find_token(cmd, c, which);
	char path[64];
	struct dw_call call = { .method = "DELETE", .path = path };
	struct dw_reply r;
	struct dw_err err;
	int rc = DW_EXIT_OK;

	if (id == 0)
		return DW_EXIT_FAILED;
	snprintf(path, sizeof(path), "/api/v1/tokens/%lld", (long long)id);
	dw_reply_init(&r);
	if (dw_client_call(c, &call, &r, &err) < 0)
		rc = dw_cli_fail(cmd, &err);
	else
		fprintf(stderr, "token %s is revoked\n", which);
	dw_reply_fini(&r);
	return rc;
}

struct token_opts {
	const char *scopes;
	bool is_json;
};

enum { LIST, ADD, REVOKE };
static const char *const verbs[] = { "list", "add", "revoke", NULL };

static int act(const struct dw_command *cmd, struct dw_client *c, const struct dw_args *a,
	       const void *opts)
{
	const struct token_opts *o = opts;

	if (strcmp(a->words[0], verbs[LIST]) == 0)
		return dw_cli_print_list(cmd, c, &table, o->is_json);
	if (strcmp(a->words[0], verbs[ADD]) == 0)
		return add(cmd, c, a->words[1], o->scopes);
	return revoke(cmd, c, a->words[1]);
}

static int check(const struct dw_command *cmd, const struct dw_args *a,
		 const char *scopes)
{
	int verb = dw_cli_verb(cmd, a, verbs, "add, list, revoke");

	if (verb < 0)
		return DW_EXIT_USAGE;
	if (verb == ADD && scopes == NULL)
		return dw_cli_usage(cmd, "give --scope: " SCOPES);
	if (verb == ADD &&
	    dw_cli_check_names(cmd, "scope", scopes, dw_scope_bit, SCOPES) != 0)
		return DW_EXIT_USAGE;
	return dw_args_need_data(a, cmd) ? 0 : DW_EXIT_USAGE;
}

static int run(const struct dw_command *cmd, int argc, char **argv)
{
	struct token_opts o = { NULL, false };
	const struct dw_opt opts[] = { { "scope", &o.scopes, NULL },
				       { "json", NULL, &o.is_json },
				       { NULL, NULL, NULL } };
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, opts);

	if (rc == 0)
		rc = check(cmd, &a, o.scopes);
	if (rc == 0)
		rc = dw_cli_with_room(cmd, &a, act, &o);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_token = {
	"token",
	run,
	"token add NAME --scope S[,S…] --data DIR\n"
	"token list [--json] --data DIR\n"
	"token revoke NAME|ID --data DIR\n",
	"make, list and revoke the tokens that machines use",
	"Scopes: ingest (send mentions in), read (mentions and the stream), act (change).\n"
	"`add` prints the token once, alone on its line; only its hash is kept.\n\n"
	"Examples:\n"
	"  diwan token add feeds --scope ingest --data ./room >feeds.token\n"
	"  diwan token revoke feeds --data ./room",
};
