/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * args.c - options of a command, and the settings with them.
 *
 * Every setting is an option too. The line is read twice: first for --config, because what the
 * file says must be there before the flags go over it.
 */
#include "cli_int.h"

#include <stdio.h>
#include <stdlib.h>

static void on_config_error(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "diwan: %s\n", text);
}

struct option {
	struct dw_str name, value;
	bool has_value;
};

/* "--name" or "--name=value"; false: it is a word. */
static bool split_option(const char *arg, struct option *o)
{
	const char *eq;

	if (arg[0] != '-' || arg[1] != '-' || arg[2] == '\0')
		return false;
	eq = strchr(arg, '=');
	o->name = dw_str_make(arg + 2,
			      eq != NULL ? (size_t)(eq - arg - 2) : strlen(arg + 2));
	o->has_value = eq != NULL;
	o->value = dw_str_of(eq != NULL ? eq + 1 : NULL);
	return true;
}

static const struct dw_opt *find_opt(const struct dw_opt *opts, struct dw_str name)
{
	for (; opts->name != NULL; opts++) {
		if (dw_str_eq(name, dw_str_of(opts->name)))
			return opts;
	}
	return NULL;
}

static const char *find_config(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			return argv[i + 1];
		if (strncmp(argv[i], "--config=", 9) == 0)
			return argv[i] + 9;
	}
	return getenv("DIWAN_CONFIG");
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

/* "a" and again "b": "a,b". */
static void set_value(struct dw_args *a, const struct dw_opt *opt, const char *value)
{
	size_t size;
	char *both;

	DW_REQUIRE(value != NULL);
	if (*opt->value == NULL) {
		*opt->value = value;
		return;
	}
	size = strlen(*opt->value) + 1 + strlen(value) + 1;
	both = malloc(size);
	a->joined = realloc(a->joined, (a->n_joined + 1) * sizeof(*a->joined));
	DW_INVARIANT(both != NULL && a->joined != NULL);
	snprintf(both, size, "%s,%s", *opt->value, value);
	a->joined[a->n_joined++] = both;
	*opt->value = both;
}

/* One option with its value; moves *i over a value in the next word. */
static int take_option(struct dw_args *a, const struct dw_command *cmd,
		       const struct dw_opt *opts, struct option *o, int argc, char **argv,
		       int *i)
{
	const struct dw_opt *opt = find_opt(opts, o->name);
	struct dw_err err;

	if (opt != NULL && opt->is_set != NULL) {
		if (o->has_value)
			return dw_cli_usage(cmd, "--%s takes no value", opt->name);
		*opt->is_set = true;
		return 0;
	}
	if (!o->has_value && opt == NULL && dw_config_is_switch(o->name)) {
		o->value = DW_STR("yes");
	} else if (!o->has_value) {
		if (*i + 1 >= argc) {
			return dw_cli_usage(cmd,
					    "--%.*s: unknown, or its value is missing",
					    (int)o->name.n, o->name.p);
		}
		o->value = dw_str_of(argv[++*i]);
	}
	if (opt != NULL) {
		set_value(a, opt, o->value.p);
		return 0;
	}
	if (dw_str_eq(o->name, DW_STR("config")))
		return 0;
	switch (dw_config_set(&a->conf, o->name, o->value, DW_FROM_FLAG, &err)) {
	case 0:
		return 0;
	case DW_ENOTFOUND:
		return dw_cli_usage(cmd, "there is no option --%.*s", (int)o->name.n,
				    o->name.p);
	default:
		return dw_cli_usage(cmd, "%s", dw_err_text(&err));
	}
}

static int take_all(struct dw_args *a, const struct dw_command *cmd, int argc,
		    char **argv, const struct dw_opt *opts)
{
	bool only_words = false;

	for (int i = 0; i < argc && argv[i] != NULL; i++) {
		struct option o;
		int rc;

		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (only_words || !split_option(argv[i], &o)) {
			if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0')
				return dw_cli_usage(cmd, "there is no option %s",
						    argv[i]);
			a->words[a->n_words++] = argv[i];
		} else {
			rc = take_option(a, cmd, opts, &o, argc, argv, &i);
			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

int dw_args_parse(struct dw_args *a, const struct dw_command *cmd, int argc, char **argv,
		  const struct dw_opt *opts)
{
	static const struct dw_opt none[] = { { NULL, NULL, NULL } };

	memset(a, 0, sizeof(*a));
	dw_config_init(&a->conf);
	if (wants_help(argc, argv)) {
		dw_cli_print_usage(cmd, stdout);
		exit(DW_EXIT_OK);
	}
	a->words = calloc((size_t)argc + 1, sizeof(*a->words));
	DW_INVARIANT(a->words != NULL);
	a->config_file = find_config(argc, argv);
	if (a->config_file != NULL &&
	    dw_config_file(&a->conf, a->config_file, on_config_error, NULL) > 0)
		return DW_EXIT_FAILED;
	if (dw_config_environment(&a->conf, on_config_error, NULL) > 0)
		return DW_EXIT_FAILED;
	return take_all(a, cmd, argc, argv, opts != NULL ? opts : none);
}

void dw_args_fini(struct dw_args *a)
{
	dw_config_fini(&a->conf);
	for (size_t i = 0; i < a->n_joined; i++)
		free(a->joined[i]);
	free(a->joined);
	free(a->words);
	a->joined = NULL;
	a->words = NULL;
}

bool dw_args_need_data(const struct dw_args *a, const struct dw_command *cmd)
{
	if (a->conf.data[0] != '\0')
		return true;
	(void)dw_cli_usage(cmd, "say which data folder: --data DIR (or DIWAN_DATA)");
	return false;
}
