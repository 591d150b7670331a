/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * cli_user.c - diwan user add|list|passwd|roles|disable|enable
 *
 * What a script wants to have (a made password) is alone on standard output; what a person wants
 * to know goes to standard error.
 */
#include "cli_int.h"

#include "domain/policy.h"

#include <sodium.h>
#include <stdio.h>
#include <strings.h>
#include <stdlib.h>

#define ROLES "admin, lead, drafter, approver, observer"

static const char users_path[] = "/api/v1/users";

struct user_opts {
	const char *roles, *groups;
	bool is_json;
};

struct user {
	json_int_t id, version;
};

/* The user of that name among all; false after saying that there is none. */
static bool find_user(const struct dw_command *cmd, struct dw_client *c, const char *name,
		      struct user *out)
{
	json_t *items = dw_cli_list(cmd, c, users_path), *u;
	bool found = false;
	size_t i;

	if (items == NULL)
		return false;
	json_array_foreach(items, i, u) {
		if (strcasecmp(dw_cli_text(u, "name"), name) != 0)
			continue;
		out->id = json_integer_value(json_object_get(u, "id"));
		out->version = json_integer_value(json_object_get(u, "version"));
		found = true;
	}
	json_decref(items);
	if (!found)
		fprintf(stderr,
			"diwan user: there is no user \"%s\"; `diwan user list` shows all\n",
			name);
	return found;
}

/* PATCH with the version that was just seen. Takes `change`. */
static json_t *patch(const struct dw_command *cmd, struct dw_client *c, const char *name,
		     json_t *change)
{
	struct user u;
	char path[64], version[32];
	struct dw_call call = { .method = "PATCH", .path = path, .if_match = version };

	if (!find_user(cmd, c, name, &u)) {
		json_decref(change);
		return NULL;
	}
	snprintf(path, sizeof(path), "/api/v1/users/%lld", (long long)u.id);
	snprintf(version, sizeof(version), "%lld", (long long)u.version);
	return dw_cli_send(cmd, c, call, change);
}

/* A made password comes out alone on its line; `--json` shows the whole answer. */
static int show(json_t *answer, bool is_json, const char *what)
{
	const char *made = json_string_value(json_object_get(answer, "password"));
	char roles[200], groups[400];

	if (answer == NULL)
		return DW_EXIT_FAILED;
	dw_cli_join(json_object_get(answer, "roles"), roles, sizeof(roles));
	dw_cli_join(json_object_get(answer, "groups"), groups, sizeof(groups));
	if (is_json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		fprintf(stderr, "%s %s (id %lld), roles %s%s%s\n",
			dw_cli_text(answer, "name"), what,
			(long long)json_integer_value(json_object_get(answer, "id")),
			roles[0] != '\0' ? roles : "none",
			groups[0] != '\0' ? ", groups " : "", groups);
		if (made != NULL)
			fprintf(stderr, "The password, shown this once:\n");
		fflush(stderr);
		if (made != NULL)
			printf("%s\n", made);
	}
	json_decref(answer);
	return DW_EXIT_OK;
}

static int add(const struct dw_command *cmd, struct dw_client *c, const char *name,
	       const struct user_opts *o)
{
	const struct dw_call call = { .method = "POST", .path = users_path };
	char password[1024];
	struct dw_err err;
	json_t *body;

	if (dw_password_read(password, sizeof(password), &err) < 0)
		return dw_cli_fail(cmd, &err);
	body = json_object();
	json_object_set_new(body, "name", json_string(name));
	json_object_set_new(body, "roles", dw_cli_split(o->roles));
	if (o->groups != NULL)
		json_object_set_new(body, "groups", dw_cli_split(o->groups));
	if (password[0] != '\0')
		json_object_set_new(body, "password", json_string(password));
	sodium_memzero(password, sizeof(password));
	return show(dw_cli_send(cmd, c, call, body), o->is_json, "added");
}

static int passwd(const struct dw_command *cmd, struct dw_client *c, const char *name,
		  const struct user_opts *o)
{
	char password[1024];
	struct dw_err err;
	json_t *body, *answer;
	bool is_made = false;

	if (dw_password_read(password, sizeof(password), &err) < 0)
		return dw_cli_fail(cmd, &err);
	if (password[0] == '\0') {
		unsigned char random[15];

		randombytes_buf(random, sizeof(random));
		sodium_bin2base64(password, sizeof(password), random, sizeof(random),
				  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
		is_made = true;
	}
	body = json_object();
	json_object_set_new(body, "password", json_string(password));
	answer = patch(cmd, c, name, body);
	if (answer != NULL && is_made)
		json_object_set_new(answer, "password", json_string(password));
	sodium_memzero(password, sizeof(password));
	return show(answer, o->is_json, "has a new password");
}

static int roles(const struct dw_command *cmd, struct dw_client *c, const char *name,
		 const struct user_opts *o)
{
	json_t *body = json_object();

	if (o->roles != NULL)
		json_object_set_new(body, "roles", dw_cli_split(o->roles));
	if (o->groups != NULL)
		json_object_set_new(body, "groups", dw_cli_split(o->groups));
	return show(patch(cmd, c, name, body), o->is_json, "changed");
}

static int set_disabled(const struct dw_command *cmd, struct dw_client *c,
			const char *name, bool is_disabled, bool is_json)
{
	json_t *body = json_object();

	json_object_set_new(body, "disabled", json_boolean(is_disabled));
	return show(patch(cmd, c, name, body), is_json,
		    is_disabled ? "disabled" : "enabled");
}

static void print_row(json_t *u)
{
	char roles[400], groups[400];

	printf("%8lld  %-24s %-9s %-28s %s\n",
	       (long long)json_integer_value(json_object_get(u, "id")),
	       dw_cli_text(u, "name"),
	       json_is_true(json_object_get(u, "disabled")) ? "disabled" : "active",
	       dw_cli_join(json_object_get(u, "roles"), roles, sizeof(roles)),
	       dw_cli_join(json_object_get(u, "groups"), groups, sizeof(groups)));
}

static const struct dw_table table = {
	users_path,
	"      id  name                     state     roles                        groups",
	print_row,
};

static int act(const struct dw_command *cmd, struct dw_client *c, const struct dw_args *a,
	       const void *opts)
{
	const struct user_opts *o = opts;
	const char *verb = a->words[0], *name = a->words[1];

	if (strcmp(verb, "list") == 0)
		return dw_cli_print_list(cmd, c, &table, o->is_json);
	if (strcmp(verb, "add") == 0)
		return add(cmd, c, name, o);
	if (strcmp(verb, "passwd") == 0)
		return passwd(cmd, c, name, o);
	if (strcmp(verb, "roles") == 0)
		return roles(cmd, c, name, o);
	return set_disabled(cmd, c, name, strcmp(verb, "disable") == 0, o->is_json);
}

/* Is the line complete? Says what is missing. */
static int check(const struct dw_command *cmd, const struct dw_args *a,
		 const struct user_opts *o)
{
	static const char *const verbs[] = { "list",	"add",	  "passwd", "roles",
					     "disable", "enable", NULL };
	int i = dw_cli_verb(cmd, a, verbs, "list, add, passwd, roles, disable, enable");

	if (i < 0)
		return DW_EXIT_USAGE;
	if (i == 1 && o->roles == NULL)
		return dw_cli_usage(cmd, "give --roles: " ROLES);
	if (i == 3 && o->roles == NULL && o->groups == NULL)
		return dw_cli_usage(cmd, "give --roles or --groups");
	if (dw_cli_check_names(cmd, "roles", o->roles, dw_role_bit, ROLES) != 0)
		return DW_EXIT_USAGE;
	return dw_args_need_data(a, cmd) ? 0 : DW_EXIT_USAGE;
}

static int run(const struct dw_command *cmd, int argc, char **argv)
{
	struct user_opts o = { NULL, NULL, false };
	const struct dw_opt opts[] = { { "roles", &o.roles, NULL },
				       { "groups", &o.groups, NULL },
				       { "json", NULL, &o.is_json },
				       { NULL, NULL, NULL } };
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, opts);

	if (rc == 0)
		rc = check(cmd, &a, &o);
	if (rc == 0)
		rc = dw_cli_with_room(cmd, &a, act, &o);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_user = {
	"user",
	run,
	"user add NAME --roles R[,R…] [--groups G[,G…]] --data DIR\n"
	"user list [--json] --data DIR\n"
	"user passwd NAME --data DIR\n"
	"user roles NAME [--roles R[,R…]] [--groups G[,G…]] --data DIR\n"
	"user disable|enable NAME --data DIR\n",
	"add, list and change the people who may sign in",
	"Roles: admin (accounts and settings), lead (commands incidents), drafter (writes),\n"
	"approver (gives verdicts), observer (reads). Groups are free names, such as legal.\n\n"
	"The password is asked for on a terminal, else it is the first line of standard\n"
	"input; when that is empty one is made and printed alone on standard output.\n"
	"Works with the server running or not.\n\n"
	"Examples:\n"
	"  diwan user add sara --roles admin,lead --data ./room\n"
	"  diwan user add omid --roles approver --groups legal --data ./room </dev/null\n"
	"  diwan user disable omid --data ./room",
};
