/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_incident_events.c - events of incidents as they were written once still fold to the same
 * room, and the fold takes whatever may have become of them.
 *
 * fixtures/incident_v1.txt has one event a line (seq, actor, type, payload) and is never edited;
 * incident_v1.json beside it is what they came to. A new version of a payload adds a fixture.
 */
#include "domain/statement.h"
#include "engine/room.h"
#include "store/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FIXTURE "tests/replay/fixtures/incident_v1"
#define LINES_MAX 64
#define START INT64_C(1767322800000000)

struct line {
	unsigned long long seq, actor;
	char type[64], payload[1024];
};

static struct line line[LINES_MAX];
static size_t n_lines;

static void read_lines(void)
{
	FILE *f = fopen(FIXTURE ".txt", "r");

	if (f == NULL)
		fail_msg("%s.txt is not there (the tests run in the source tree)",
			 FIXTURE);
	for (n_lines = 0; n_lines < LINES_MAX; n_lines++) {
		struct line *l = &line[n_lines];

		if (fscanf(f, "%llu %llu %63s %1023[^\n]", &l->seq, &l->actor, l->type,
			   l->payload) != 4)
			break;
	}
	fclose(f);
}

static void apply(struct dw_incident *s, const struct line *l, struct dw_str payload)
{
	struct dw_fact f = { .type = dw_event_by_name(dw_str_of(l->type)),
			     .seq = l->seq,
			     .room = 10,
			     .actor = l->actor,
			     .recorded_at = START + (int64_t)l->seq * 1000000,
			     .occurred_at = START + (int64_t)l->seq * 1000000 };

	dw_fact_read(&f, payload, s->arena);
	dw_incident_apply(s, &f);
}

static char *render(const struct dw_incident *s)
{
	static const struct dw_name people[] = {
		{ 1, DW_NAME_USER, { "layla", 5 } },
		{ 2, DW_NAME_USER, { "omid", 4 } },
		{ 3, DW_NAME_USER, { "sam", 3 } },
	};
	struct dw_names *names = dw_names_new(people, 3);
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, DW_ROOM_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_room_write(&w, s, NULL, names,
		      &(struct dw_statement_now){ .at = START + 3600000000 });
	assert_int_equal(dw_jsonw_end(&w), 0);
	dw_names_unref(names);
	return b.p;
}

static void they_fold_to_the_same_room(void **state)
{
	struct dw_incident *s = dw_incident_create();
	char want[16384] = "";
	FILE *f = fopen(FIXTURE ".json", "r");
	char *got;

	assert_non_null(f);
	assert_true(fread(want, 1, sizeof(want) - 1, f) > 0);
	fclose(f);
	want[strcspn(want, "\n")] = '\0';
	for (size_t i = 0; i < n_lines; i++)
		apply(s, &line[i], dw_str_of(line[i].payload));
	got = render(s);
	assert_string_equal(got, want);
	free(got);
	dw_incident_destroy(s);
}

static void every_type_has_a_sample_that_is_written_the_same(void **state)
{
	struct dw_arena *a = dw_arena_create();
	bool has[DW_EV_COUNT + 1] = { false };

	for (size_t i = 0; i < n_lines; i++) {
		struct dw_fact f = { .type = dw_event_by_name(dw_str_of(line[i].type)) };
		struct dw_jsonw w;
		struct dw_buf b;

		has[f.type] = true;
		dw_fact_read(&f, dw_str_of(line[i].payload), a);
		dw_buf_init(&b, 65536);
		dw_jsonw_init(&w, &b);
		dw_jsonw_obj(&w);
		dw_fact_write(&w, &f);
		dw_jsonw_obj_end(&w);
		assert_string_equal(b.p, line[i].payload);
		dw_buf_fini(&b);
	}
	for (unsigned t = 0; t < DW_EV_COUNT; t++)
		if (dw_event_info((enum dw_event_type)t)->class == DW_CLASS_ROOM &&
		    dw_fact_fields((enum dw_event_type)t) != 0)
			assert_true(has[t]);
	dw_arena_destroy(a);
}

/* Each event in turn: erased, damaged, cut off, or with members and words of a later version. */
static void the_fold_is_total(void **state)
{
	static const char *const odd[] = {
		NULL,
		"",
		"[]",
		"null",
		"{\"later\":{\"a\":[1]}}",
		"{\"status\":\"frozen\",\"verdict\":9,\"role\":null,\"user\":-1,\"title\":5}",
		"{\"mentions\":[{\"id\":0}],\"evidence\":[1,{}],\"options\":\"x\"}",
	};

	for (size_t i = 0; i < n_lines; i++) {
		for (size_t k = 0; k < sizeof(odd) / sizeof(odd[0]) + 20; k++) {
			struct dw_incident *s = dw_incident_create();
			size_t n = strlen(line[i].payload);
			struct dw_str p = dw_str_make(line[i].payload, n * k / 27);

			if (k < sizeof(odd) / sizeof(odd[0]))
				p = dw_str_of(odd[k]);
			for (size_t j = 0; j < n_lines; j++)
				apply(s, &line[j],
				      j == i ? p : dw_str_of(line[j].payload));
			assert_int_equal(s->id, 10);
			assert_int_equal(s->entries.n, n_lines);
			free(render(s));
			dw_incident_destroy(s);
		}
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_fold_to_the_same_room),
		cmocka_unit_test(every_type_has_a_sample_that_is_written_the_same),
		cmocka_unit_test(the_fold_is_total),
	};

	read_lines();
	if (argc == 2 && strcmp(argv[1], "--make") == 0) {
		struct dw_incident *s = dw_incident_create();
		char *text;

		for (size_t i = 0; i < n_lines; i++)
			apply(s, &line[i], dw_str_of(line[i].payload));
		text = render(s);
		puts(text);
		free(text);
		dw_incident_destroy(s);
		return 0;
	}
	return cmocka_run_group_tests_name("incident events", tests, NULL, NULL);
}
