/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * config.c - settings from four places by one table.
 *
 * A setting is a text or a number with bounds. What a text must look like is checked when it is
 * set, so that the mistake is reported with the place where it was made, and a server that
 * started has a configuration that holds.
 *
 * Rejected: sections, includes, units ("10s", "4M"). The name carries the unit, and one flat
 * file with twenty lines needs no grammar.
 */
#include "app/config.h"

#include "base/buf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX (256u * 1024)
#define VALUE_MAX 4096

enum kind { KIND_TEXT, KIND_NUMBER, KIND_SWITCH };

static const struct row {
	const char *name, *help;
	enum kind kind;
	size_t offset;
	const char *text; /* default of a text */
	uint64_t number, min, max;
} table[] = {
#define X(name, text, help)                                                              \
	{ #name, help, KIND_TEXT, offsetof(struct dw_config, name), text, 0, 0, 0 },
	DW_SETTING_TEXT_MAP(X)
#undef X
#define X(name, number, min, max, help)                                                  \
	{ #name, help,	 KIND_NUMBER, offsetof(struct dw_config, name),                  \
	  NULL,	 number, min,	      max },
		DW_SETTING_NUMBER_MAP(X)
#undef X
#define X(name, is_on, help)                                                             \
	{ #name, help, KIND_SWITCH, offsetof(struct dw_config, name), NULL, is_on, 0, 1 },
			DW_SETTING_SWITCH_MAP(X)
#undef X
};

static char **text_of(struct dw_config *c, const struct row *r)
{
	return (char **)(void *)((char *)c + r->offset);
}

static uint64_t *number_of(struct dw_config *c, const struct row *r)
{
	return (uint64_t *)(void *)((char *)c + r->offset);
}

static bool *switch_of(struct dw_config *c, const struct row *r)
{
	return (bool *)(void *)((char *)c + r->offset);
}

void dw_config_init(struct dw_config *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < DW_SETTING_COUNT; i++) {
		const struct row *r = &table[i];

		if (r->kind == KIND_TEXT) {
			*text_of(c, r) = strdup(r->text);
			DW_INVARIANT(*text_of(c, r) != NULL);
		} else if (r->kind == KIND_NUMBER) {
			*number_of(c, r) = r->number;
		} else {
			*switch_of(c, r) = r->number != 0;
		}
	}
}

void dw_config_fini(struct dw_config *c)
{
	for (size_t i = 0; i < DW_SETTING_COUNT; i++) {
		if (table[i].kind == KIND_TEXT) {
			free(*text_of(c, &table[i]));
			*text_of(c, &table[i]) = NULL;
		}
	}
}

/* ---- one value ---- */

static bool is_name(struct dw_str name, const char *setting)
{
	if (name.n != strlen(setting))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i] == '-' ? '_' : name.p[i];

		if (c != setting[i])
			return false;
	}
	return true;
}

static const struct row *find(struct dw_str name)
{
	for (size_t i = 0; i < DW_SETTING_COUNT; i++) {
		if (is_name(name, table[i].name))
			return &table[i];
	}
	return NULL;
}

static bool is_one_of(struct dw_str value, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (dw_str_eq(value, dw_str_of(*list)))
			return true;
	}
	return false;
}

/* https://name[:port], nothing behind it: links are made by putting a path there. */
static bool is_origin(struct dw_str v, const char *plain, const char *secure)
{
	size_t at = dw_str_starts(v, dw_str_of(secure))	 ? strlen(secure)
		    : dw_str_starts(v, dw_str_of(plain)) ? strlen(plain)
							 : 0;

	if (at == 0 || v.n == at)
		return false;
	for (size_t i = at; i < v.n; i++) {
		char c = v.p[i];

		if (!isalnum((unsigned char)c) && strchr(".-:[]", c) == NULL)
			return false;
	}
	return true;
}

static int check_mail(const struct row *r, struct dw_str v, struct dw_err *err)
{
	if (strcmp(r->name, "smtp_url") == 0 && v.n > 0 &&
	    !is_origin(v, "smtp://", "smtps://"))
		return dw_fail(
			err, DW_EINVAL,
			"smtp_url must be smtp:// or smtps:// with a host and perhaps "
			"a port: smtps://mail.example.org:465");
	if (strcmp(r->name, "smtp_from") == 0 && v.n > 0 &&
	    (memchr(v.p, '@', v.n) == NULL || !dw_utf8_valid(v)))
		return dw_fail(err, DW_EINVAL,
			       "smtp_from must be a mail address, perhaps as Name "
			       "<press@example.org>");
	return 0;
}

static int check_text(const struct row *r, struct dw_str v, struct dw_err *err)
{
	static const char *const levels[] = { "debug", "info", "warn", "error", NULL };

	if (v.n > VALUE_MAX || (v.n > 0 && memchr(v.p, '\0', v.n) != NULL))
		return dw_fail(err, DW_EINVAL, "%s is too long, or holds a zero byte",
			       r->name);
	if (strcmp(r->name, "log_level") == 0 && !is_one_of(v, levels))
		return dw_fail(err, DW_EINVAL,
			       "log_level must be debug, info, warn or error");
	if (strcmp(r->name, "public_url") == 0 && v.n > 0 &&
	    !is_origin(v, "http://", "https://"))
		return dw_fail(
			err, DW_EINVAL,
			"public_url must be http:// or https:// with a host and perhaps "
			"a port, and no path: https://room.example.org");
	if (strcmp(r->name, "listen") == 0 && (v.n == 0 || memchr(v.p, ':', v.n) == NULL))
		return dw_fail(err, DW_EINVAL,
			       "listen must be HOST:PORT, such as 0.0.0.0:8080");
	return check_mail(r, v, err);
}

static int set_text(struct dw_config *c, const struct row *r, struct dw_str v,
		    struct dw_err *err)
{
	char *copy;
	int rc = check_text(r, v, err);

	if (rc < 0)
		return rc;
	copy = strndup(v.p != NULL ? v.p : "", v.n);
	DW_INVARIANT(copy != NULL);
	free(*text_of(c, r));
	*text_of(c, r) = copy;
	return 0;
}

static int set_number(struct dw_config *c, const struct row *r, struct dw_str v,
		      struct dw_err *err)
{
	uint64_t n;

	if (dw_str_u64(v, &n) < 0 || n < r->min || n > r->max)
		return dw_fail(err, DW_EINVAL,
			       "%s must be a whole number from %llu to %llu", r->name,
			       (unsigned long long)r->min, (unsigned long long)r->max);
	*number_of(c, r) = n;
	return 0;
}

static int set_switch(struct dw_config *c, const struct row *r, struct dw_str v,
		      struct dw_err *err)
{
	static const char *const on[] = { "yes", "true", "on", "1", NULL };
	static const char *const off[] = { "no", "false", "off", "0", NULL };
	bool is_on = is_one_of(v, on);

	if (!is_on && !is_one_of(v, off))
		return dw_fail(err, DW_EINVAL, "%s must be yes or no", r->name);
	*switch_of(c, r) = is_on;
	return 0;
}

bool dw_config_is_switch(struct dw_str name)
{
	const struct row *r = find(name);

	return r != NULL && r->kind == KIND_SWITCH;
}

int dw_config_set(struct dw_config *c, struct dw_str name, struct dw_str value,
		  enum dw_setting_origin origin, struct dw_err *err)
{
	const struct row *r = find(name);
	int rc;

	if (r == NULL)
		return dw_fail(
			err, DW_ENOTFOUND,
			"there is no setting \"%.*s\"; `diwan check-config` lists all",
			(int)(name.n < 60 ? name.n : 60), name.p != NULL ? name.p : "");
	rc = r->kind == KIND_TEXT     ? set_text(c, r, value, err)
	     : r->kind == KIND_NUMBER ? set_number(c, r, value, err)
				      : set_switch(c, r, value, err);
	if (rc == 0)
		c->origin[r - table] = (unsigned char)origin;
	return rc;
}

/* ---- a file ---- */

static struct dw_str unquote(struct dw_str v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return dw_str_make(v.p + 1, v.n - 2);
	return v;
}

/* A comment starts at a '#' at the head of the line or behind a blank. */
static struct dw_str without_comment(struct dw_str line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '#' &&
		    (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return dw_str_make(line.p, i);
	}
	return line;
}

static int set_line(struct dw_config *c, struct dw_str line, struct dw_err *err)
{
	const char *eq = line.n > 0 ? memchr(line.p, '=', line.n) : NULL;
	struct dw_str name, value;

	if (eq == NULL)
		return dw_fail(err, DW_EINVAL, "write it as: name = value");
	name = dw_str_trim(dw_str_make(line.p, (size_t)(eq - line.p)));
	value = dw_str_trim(dw_str_make(eq + 1, line.n - (size_t)(eq + 1 - line.p)));
	return dw_config_set(c, name, unquote(value), DW_FROM_FILE, err);
}

int dw_config_text(struct dw_config *c, const char *path, struct dw_str text,
		   void (*on_error)(void *ctx, const char *text_of_error), void *ctx)
{
	struct dw_str line;
	struct dw_err err;
	char say[600];
	unsigned number = 0;
	int errors = 0;

	while (dw_str_split(&text, '\n', &line)) {
		number++;
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		line = dw_str_trim(without_comment(line));
		if (line.n == 0 || set_line(c, line, &err) == 0)
			continue;
		snprintf(say, sizeof(say), "%.300s:%u: %s", path, number,
			 dw_err_text(&err));
		on_error(ctx, say);
		errors++;
	}
	return errors;
}

int dw_config_file(struct dw_config *c, const char *path,
		   void (*on_error)(void *ctx, const char *text), void *ctx)
{
	FILE *in = fopen(path, "re");
	struct dw_buf b;
	char say[600], piece[4096];
	size_t n;
	int errors;

	if (in == NULL) {
		snprintf(say, sizeof(say), "%.300s: cannot be read: %s", path,
			 strerror(errno));
		on_error(ctx, say);
		return 1;
	}
	dw_buf_init(&b, FILE_MAX);
	do {
		n = fread(piece, 1, sizeof(piece), in);
	} while (n > 0 && dw_buf_add(&b, piece, n) == 0);
	if (n > 0 || ferror(in)) {
		snprintf(say, sizeof(say),
			 "%.300s: cannot be read whole, or is too large", path);
		on_error(ctx, say);
		errors = 1;
	} else {
		errors = dw_config_text(c, path, dw_buf_str(&b), on_error, ctx);
	}
	fclose(in);
	dw_buf_fini(&b);
	return errors;
}

int dw_config_environment(struct dw_config *c,
			  void (*on_error)(void *ctx, const char *text), void *ctx)
{
	int errors = 0;

	for (size_t i = 0; i < DW_SETTING_COUNT; i++) {
		char name[80] = "DIWAN_", say[400];
		const char *value;
		struct dw_err err;
		size_t n = strlen(name);

		for (const char *p = table[i].name; *p != '\0' && n + 1 < sizeof(name);
		     p++)
			name[n++] = (char)toupper((unsigned char)*p);
		name[n] = '\0';
		value = getenv(name);
		if (value == NULL ||
		    dw_config_set(c, dw_str_of(table[i].name), dw_str_of(value),
				  DW_FROM_ENVIRONMENT, &err) == 0)
			continue;
		snprintf(say, sizeof(say), "environment variable %s: %s", name,
			 dw_err_text(&err));
		on_error(ctx, say);
		errors++;
	}
	return errors;
}

void dw_config_at(const struct dw_config *c, size_t i, struct dw_setting *out)
{
	const struct row *r = &table[i];
	struct dw_config *open = (struct dw_config *)(uintptr_t)c;

	DW_REQUIRE(i < DW_SETTING_COUNT);
	out->name = r->name;
	out->help = r->help;
	out->origin = (enum dw_setting_origin)c->origin[i];
	if (r->kind == KIND_TEXT)
		snprintf(out->value, sizeof(out->value), "%s", *text_of(open, r));
	else if (r->kind == KIND_SWITCH)
		snprintf(out->value, sizeof(out->value), "%s",
			 *switch_of(open, r) ? "yes" : "no");
	else
		snprintf(out->value, sizeof(out->value), "%llu",
			 (unsigned long long)*number_of(open, r));
}
