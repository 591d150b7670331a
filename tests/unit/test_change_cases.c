/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_change_cases.c - the same edits here and in CodeMirror: what it makes of 100,000 of them
 * (tests/browser/change_cases.mjs) is made of them here, and what no page may see is refused.
 * Skipped, with a notice, where node or the packages of tests/browser are missing. DIWAN_SEED
 * tries others.
 */
#include "base/arena.h"
#include "domain/draft.h"
#include "domain/update.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CASES 100000
#define LIBRARY "tests/browser/node_modules/@codemirror/state/package.json"

struct replay {
	struct dw_draft draft;
	struct dw_arena *arena; /* of one case */
	unsigned applied, refused, texts;
	const char *line; /* being replayed */
};

static void differs(const struct replay *r, const char *what)
{
	fail_msg("%s differs: %s\nnow: %.*s", what, r->line, (int)r->draft.text.len,
		 r->draft.text.len > 0 ? r->draft.text.p : "");
}

static struct dw_str string_at(const json_t *a, size_t i)
{
	const json_t *v = json_array_get(a, i);

	return dw_str_make(json_string_value(v), json_string_length(v));
}

static uint64_t number_at(const json_t *a, size_t i)
{
	return (uint64_t)json_integer_value(json_array_get(a, i));
}

/* Members 3 and 4 of a line. */
static void compare_text(const struct replay *r, const json_t *line)
{
	if (!dw_str_eq(dw_buf_str(&r->draft.text), string_at(line, 3)))
		differs(r, "the text");
	if (dw_draft_hash(&r->draft) != number_at(line, 4))
		differs(r, "the hash");
}

static void compare_runs(const struct replay *r, const json_t *runs)
{
	if (r->draft.n_runs != json_array_size(runs))
		differs(r, "the number of runs");
	for (size_t i = 0; i < r->draft.n_runs; i++) {
		const json_t *run = json_array_get(runs, i);

		if (r->draft.run[i].author != number_at(run, 0) ||
		    r->draft.run[i].units != number_at(run, 1))
			differs(r, "who wrote what");
	}
}

static void compare_moves(const struct replay *r, const struct dw_change *c,
			  const json_t *moved)
{
	for (size_t i = 0; i < json_array_size(moved); i++) {
		const json_t *m = json_array_get(moved, i);
		uint64_t pos = number_at(m, 0);

		if (dw_change_map(c, pos, DW_SIDE_BEFORE) != number_at(m, 1) ||
		    dw_change_map(c, pos, DW_SIDE_BEHIND) != number_at(m, 2))
			differs(r, "a position");
	}
}

/* Written again it says the same; [n, ""] is [n]. */
static void compare_written(const struct replay *r, const struct dw_change *c,
			    struct dw_str json)
{
	json_t *was = json_loadb(json.p, json.n, 0, NULL), *now;
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, 1u << 20);
	dw_jsonw_init(&w, &b);
	dw_change_write(&w, c);
	assert_int_equal(dw_jsonw_end(&w), 0);
	now = json_loadb(b.p, b.len, 0, NULL);
	for (size_t i = 0; i < json_array_size(was); i++) {
		json_t *p = json_array_get(was, i);

		if (json_array_size(p) == 2 &&
		    json_string_length(json_array_get(p, 1)) == 0)
			json_array_remove(p, 1);
	}
	if (!json_equal(was, now))
		differs(r, "what is written");
	json_decref(was);
	json_decref(now);
	dw_buf_fini(&b);
}

static void replay_change(struct replay *r, const json_t *line)
{
	struct dw_change c;
	struct dw_fault f = { "", "" };

	if (dw_change_parse(&c, string_at(line, 1), r->arena, &f) < 0 ||
	    dw_draft_apply(&r->draft, &c, number_at(line, 2), &f) < 0)
		fail_msg("refused: %s %s: %s", f.pointer, f.detail, r->line);
	compare_text(r, line);
	compare_runs(r, json_array_get(line, 5));
	compare_moves(r, &c, json_array_get(line, 6));
	compare_written(r, &c, string_at(line, 1));
	r->applied++;
}

static void replay_refusal(struct replay *r, const json_t *line)
{
	uint32_t hash = dw_draft_hash(&r->draft), units = r->draft.units;
	struct dw_fault f = { "", "" };
	struct dw_change c;
	int rc = dw_change_parse(&c, string_at(line, 1), r->arena, &f);

	if (rc == 0)
		rc = dw_draft_apply(&r->draft, &c, 9, &f);
	if (rc == 0 || f.detail[0] == '\0')
		fail_msg("not refused: %s", r->line);
	assert_true(rc == DW_EINVAL || rc == DW_EUNPROCESSABLE || rc == DW_ETOOBIG);
	assert_int_equal(units, r->draft.units);
	assert_int_equal(hash, dw_draft_hash(&r->draft));
	r->refused++;
}

static void replay_line(struct replay *r, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	char kind;

	assert_non_null(line);
	r->line = text;
	r->arena = dw_arena_create();
	kind = string_at(line, 0).p[0];
	if (kind == 'c') {
		replay_change(r, line);
	} else if (kind == 'x') {
		replay_refusal(r, line);
	} else {
		struct dw_fault f;

		dw_draft_fini(&r->draft);
		dw_draft_init(&r->draft);
		assert_int_equal(dw_draft_start(&r->draft, string_at(line, 1),
						number_at(line, 2), &f),
				 0);
		compare_text(r, line);
		r->texts++;
	}
	dw_arena_destroy(r->arena);
	json_decref(line);
}

static void the_library_makes_the_same_of_it(void **state)
{
	const char *seed = getenv("DIWAN_SEED");
	struct replay r = { .applied = 0 };
	char command[160], *line = NULL;
	size_t cap = 0;
	FILE *cases;

	if (access(LIBRARY, R_OK) != 0 || system("node --version >/dev/null 2>&1") != 0) {
		print_message("NOTICE: skipped, no node or no " LIBRARY "\n");
		skip();
	}
	snprintf(command, sizeof(command), "node tests/browser/change_cases.mjs %lu %d",
		 seed != NULL ? strtoul(seed, NULL, 10) : 20261125ul, CASES);
	cases = popen(command, "r");
	assert_non_null(cases);
	dw_draft_init(&r.draft);
	while (getline(&line, &cap, cases) > 0)
		replay_line(&r, line);
	assert_int_equal(pclose(cases), 0);
	dw_draft_fini(&r.draft);
	free(line);
	print_message("%u changes, %u refusals, %u texts\n", r.applied, r.refused,
		      r.texts);
	assert_true(r.applied >= CASES);
	assert_true(r.refused >= CASES / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_makes_the_same_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
