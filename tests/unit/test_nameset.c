/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_nameset.c - names in three languages: where they stand, and which of them was swapped. */
#include "text/delta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static struct dw_checker *checker;

static int setup(void **state)
{
	checker = dw_checker_create();
	return 0;
}

static int teardown(void **state)
{
	dw_checker_destroy(checker);
	return 0;
}

static struct dw_nameset *set_of(const char *const *lines)
{
	static struct dw_str l[60];
	size_t n = 0;

	for (; lines[n] != NULL; n++)
		l[n] = dw_str_of(lines[n]);
	return dw_nameset_create(l, n);
}

/* The part of a text between two places counted in UTF-16 units. */
static struct dw_str part(const char *text, uint32_t from, uint32_t to)
{
	size_t at[2] = { 0, 0 };

	for (int i = 0; i < 2; i++)
		while (dw_utf16_count(dw_str_make(text, at[i])) < (i == 0 ? from : to) ||
		       ((unsigned char)text[at[i]] & 0xc0) == 0x80)
			at[i]++;
	return dw_str_make(text + at[0], at[1] - at[0]);
}

/* "-a(A) +b(B)": what is gone and what is new as it is written, and whose name that is. */
static void is_told(const struct dw_nameset *s, const struct dw_deltas *d,
		    const char *old, const char *new, const char *want)
{
	char got[2000] = "";

	for (size_t i = 0; i < d->n; i++) {
		const struct dw_delta *x = &d->at[i];
		struct dw_str said = part(x->is_gone ? old : new, x->from, x->to);
		struct dw_str name = dw_nameset_name(s, x->name);
		size_t n = strlen(got);

		if (x->kind == DW_DELTA_NAME)
			snprintf(got + n, sizeof(got) - n, "%s%c%.*s(%.*s)",
				 n > 0 ? " " : "", x->is_gone ? '-' : '+', (int)said.n,
				 said.p, (int)name.n, name.p);
	}
	assert_string_equal(got, want);
}

static void is_delta(const char *const *lines, const char *old, const char *new,
		     const char *want)
{
	struct dw_nameset *s = set_of(lines);
	struct dw_deltas d;

	dw_text_delta(checker, s, dw_str_of(old), dw_str_of(new), DW_STR("en"), &d);
	is_told(s, &d, old, new, want);
	dw_nameset_destroy(s);
}

/* All the names in a text are gone when nothing is left of it. */
static void has(const char *const *lines, const char *text, const char *want)
{
	is_delta(lines, text, "", want);
}

static const char *const room[] = { "Dana Dairy = دانا للألبان = لبنیات دانا",
				    "Dana = دانا",
				    "Nada = ندى = ندا",
				    "Cairo = القاهرة = قاهره",
				    "Latakia = اللاذقية",
				    "Qom = قم",
				    "St. Mary's Hospital",
				    NULL };

static void a_name_is_one_in_all_its_spellings(void **state)
{
	is_delta(room, "Dana Dairy says", "دانا للألبان تقول", "");
	is_delta(room, "دانا للألبان", "لبنیات دانا", "");
	is_delta(room, "DANA  dairy", "Dana-Dairy", "");
	is_delta(room, "لبنیات دانا", "لبنيات‌دانا", "");
	is_delta(room, "Dana Dairy", "Nada Dairy", "-Dana Dairy(Dana Dairy) +Nada(Nada)");
	is_delta(room, "شرکت ندا اعلام کرد", "شرکت دانا اعلام کرد",
		 "-ندا(Nada) +دانا(Dana)");
	has(room, "Nothing of the kind", "");
	has(room, "", "");
}

static void names_are_counted(void **state)
{
	is_delta(room, "Dana and Nada", "Nada, then Dana", "");
	is_delta(room, "Dana and Dana", "Dana and Nada", "-Dana(Dana) +Nada(Nada)");
	is_delta(room, "😀 Nada", "😀 Nada 😀 Nada", "+Nada(Nada)");
}

static void a_name_ends_where_words_do(void **state)
{
	has(room, "Danae, Danas, ADana, Dana2", "");
	has(room, "(Dana), \"Dana\"; Dana's x@dana.example",
	    "-Dana(Dana) -Dana(Dana) -Dana(Dana) -dana(Dana)");
	has(room, "دانایی و دانایان", "");
	has(room, "#Dana #DanaDairy #dana_dairy @dana",
	    "-Dana(Dana) -DanaDairy(Dana Dairy) -dana_dairy(Dana Dairy) -dana(Dana)");
	has(room, "#لبنیات_دانا دانا‌ها دانا ها",
	    "-لبنیات_دانا(Dana Dairy) -دانا(Dana) -دانا(Dana)");
	has(room, "Dana\nDairy", "-Dana(Dana)");
	has(room, "at St Mary’s hospital.", "-St Mary’s hospital(St. Mary's Hospital)");
}

static void spelling_is_folded(void **state)
{
	has(room, "ندى ندي ندی نَدَى ن‍دى نـــدى",
	    "-ندى(Nada) -ندي(Nada) -ندی(Nada) -نَدَى(Nada) -ن‍دى(Nada) -نـــدى(Nada)");
	has(room, "Dána dÄna ＤＡＮＡ", "-Dána(Dana) -dÄna(Dana) -ＤＡＮＡ(Dana)");
}

static void arabic_writes_small_words_to_a_name(void **state)
{
	static const char *const before[] = { "و",   "ف",   "ب",   "ل",	  "ك",	  "ال",
					      "وال", "بال", "كال", "فال", "وبال", "لل",
					      "ولل", "فلل", "وب",  "فل",  NULL };

	for (size_t i = 0; before[i] != NULL; i++) {
		char text[80], want[120];

		snprintf(text, sizeof(text), "قال %sدانا ذلك", before[i]);
		snprintf(want, sizeof(want), "-%sدانا(Dana)", before[i]);
		has(room, text, want);
		snprintf(text, sizeof(text), "قال %sدانا للألبان", before[i]);
		snprintf(want, sizeof(want), "-%sدانا للألبان(Dana Dairy)", before[i]);
		has(room, text, want);
	}
	has(room, "للقاهرة وبالقاهرة فللقاهرة لقاهره",
	    "-للقاهرة(Cairo) -وبالقاهرة(Cairo) -فللقاهرة(Cairo) -لقاهره(Cairo)");
	has(room, "إلى للاذقية وللاذقية واللاذقية",
	    "-للاذقية(Latakia) -وللاذقية(Latakia) -واللاذقية(Latakia)");
	has(room, "لـDana وDana Dairy", "-لـDana(Dana) -وDana Dairy(Dana Dairy)");
	has(room, "سدانا يدانا وودانا بودانا", "");
	has(room, "في قم والقم بقم", "-قم(Qom) -والقم(Qom)");
}

/* None is lost to one that is lost itself. */
static void in_a_chain_every_other_name_stands(void **state)
{
	static const char *const even[] = { "Aa Bb",	"Bb Cc",    "Cc Dd",   "دانا سیب",
					    "سیب لیمو", "لیمو هلو", "بيت نور", "نور شمس",
					    "شمس بحر",	NULL };
	static const char *const growing[] = { "A B", "B Cd", "Cd Efg", "Efg Hijk",
					       NULL };

	has(even, "Aa Bb Cc Dd", "-Aa Bb(Aa Bb) -Cc Dd(Cc Dd)");
	has(even, "Aa Bb Cc", "-Aa Bb(Aa Bb)");
	has(even, "Bb Cc Dd", "-Bb Cc(Bb Cc)");
	has(even, "دانا سیب لیمو هلو", "-دانا سیب(دانا سیب) -لیمو هلو(لیمو هلو)");
	has(even, "بيت نور شمس بحر", "-بيت نور(بيت نور) -شمس بحر(شمس بحر)");
	has(growing, "A B Cd Efg", "-A B(A B) -Cd Efg(Cd Efg)");
	has(growing, "A B Cd Efg Hijk", "-B Cd(B Cd) -Efg Hijk(Efg Hijk)");
}

static void the_longest_name_stands_there(void **state)
{
	static const char *const lines[] = {
		"Bank",	      "Bank Dana", "Dana Dairy Company", "Dana", "Dairy",
		"Dana Dairy", "The Dana",  "بندر عباس",		 "ندر",	 NULL
	};

	has(lines, "Dana Dairy", "-Dana Dairy(Dana Dairy)");
	has(lines, "Dana Dairy Company", "-Dana Dairy Company(Dana Dairy Company)");
	has(lines, "Bank Dana Dairy", "-Dana Dairy(Dana Dairy)");
	has(lines, "Bank Dana Dana Dairy",
	    "-Bank Dana(Bank Dana) -Dana Dairy(Dana Dairy)");
	has(lines, "The Dana Dairy Company", "-Dana Dairy Company(Dana Dairy Company)");
	has(lines, "Dana Dairy Comp", "-Dana Dairy(Dana Dairy)");
	has(lines, "Dairy Dana", "-Dairy(Dairy) -Dana(Dana)");
	has(lines, "بندر عباس", "-بندر عباس(بندر عباس)");
}

static void the_first_of_two_has_a_spelling(void **state)
{
	static const char *const lines[] = { "Dana Group = Dana", "Dana Dairy = dâna",
					     NULL };

	has(lines, "Dana", "-Dana(Dana Group)");
}

static void a_translation_is_asked_whether_it_has_a_name(void **state)
{
	const char *en = "Dana Dairy of Cairo. Dana Dairy says: not Nada.";
	const char *fa = "لبنیات دانا از قم. لبنیات دانا، لبنیات دانا.";
	struct dw_nameset *s = set_of(room);
	struct dw_told *x, *y;
	struct dw_deltas d;

	x = dw_told_create(s, dw_str_of(en));
	y = dw_told_create(s, dw_str_of(fa));
	dw_told_delta(x, y, &d);
	is_told(s, &d, en, fa, "-Cairo(Cairo) -Nada(Nada) +قم(Qom)");
	dw_told_delta(y, y, &d);
	assert_int_equal(d.n, 0);
	dw_told_destroy(x);
	dw_told_destroy(y);
	dw_nameset_destroy(s);
}

static void kinds_come_in_order_and_have_room_each(void **state)
{
	static const char *const lines[] = { "Dana", NULL };
	struct dw_nameset *s = set_of(lines);
	char text[8000] = "";
	struct dw_deltas d;

	for (int i = 0; i < 250; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "not %d Dana ",
			 1000 + i);
	dw_text_delta(checker, s, dw_str_of(text), DW_STR(""), DW_STR("en"), &d);
	assert_true(d.is_more);
	assert_int_equal(d.n, 3 * DW_DELTAS_MAX);
	assert_int_equal(d.at[0].kind, DW_DELTA_NUMBER);
	assert_int_equal(d.at[DW_DELTAS_MAX].kind, DW_DELTA_NAME);
	assert_int_equal(d.at[2 * DW_DELTAS_MAX].kind, DW_DELTA_NEGATION);
	dw_nameset_destroy(s);
}

static void lines_are_names_or_refused(void **state)
{
	assert_null(dw_name_refused(DW_STR("a")));
	assert_null(dw_name_refused(DW_STR("  a=b  ")));
	assert_null(
		dw_name_refused(DW_STR("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 = b")));
	assert_non_null(dw_name_refused(DW_STR("")));
	assert_non_null(dw_name_refused(DW_STR("a==b")));
	assert_non_null(dw_name_refused(DW_STR("a=")));
	assert_non_null(dw_name_refused(DW_STR("=a")));
	assert_non_null(dw_name_refused(DW_STR("a = -- = b")));
	assert_non_null(dw_name_refused(DW_STR("a\tb")));
	assert_non_null(dw_name_refused(DW_STR("🔥")));
	assert_non_null(dw_name_refused(DW_STR("🔥 👨‍👩‍👧")));
	assert_non_null(dw_name_refused(DW_STR("Dana = 🇮🇷")));
	assert_non_null(dw_name_refused(DW_STR("…")));
	assert_non_null(dw_name_refused(DW_STR("#!?،؛")));
	assert_null(dw_name_refused(DW_STR("Dana 🔥")));
	assert_null(dw_name_refused(DW_STR("#دانا = 7")));
}

/* A set is made of whatever there is: by a later version, or none of it a name. */
static void what_is_no_name_is_left_out(void **state)
{
	static const char *const lines[] = { "= Dana", "!! = ??", "a=b=c=d=e=f=g=h=i",
					     "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
					     NULL };

	has(lines, "Dana c i 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "-Dana() -c(a)");
}

/* The worst that somebody could write: each word begins hundreds of names and ends none. */
static void hostile_names_are_looked_for_in_time(void **state)
{
	static char lines[DW_NAMES_MAX][500], text[2 * 65536 + 1];
	const char *list[DW_NAMES_MAX + 1] = { NULL };
	struct dw_nameset *s;
	struct dw_deltas d;
	clock_t begin;

	for (size_t i = 0; i < DW_NAMES_MAX; i++) {
		for (int k = 0; k < 8; k++) {
			for (int n = 0; n < 15; n++)
				strcat(lines[i], "ا ");
			snprintf(lines[i] + strlen(lines[i]), 20, "%zu%c",
				 i * 8 + (size_t)k, k < 7 ? '=' : '\0');
		}
		list[i] = lines[i];
	}
	for (size_t i = 0; i < 65536 / 2; i++)
		strcpy(text + i * 3, "ا ");
	s = set_of(list);
	begin = clock();
	dw_text_delta(checker, s, dw_str_of(text), DW_STR(""), DW_STR("ar"), &d);
	print_message("%.0f ms\n",
		      (double)(clock() - begin) * 1000 / (double)CLOCKS_PER_SEC);
	assert_true(clock() - begin < 5 * CLOCKS_PER_SEC);
	dw_nameset_destroy(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_one_in_all_its_spellings),
		cmocka_unit_test(names_are_counted),
		cmocka_unit_test(a_name_ends_where_words_do),
		cmocka_unit_test(spelling_is_folded),
		cmocka_unit_test(arabic_writes_small_words_to_a_name),
		cmocka_unit_test(the_longest_name_stands_there),
		cmocka_unit_test(in_a_chain_every_other_name_stands),
		cmocka_unit_test(the_first_of_two_has_a_spelling),
		cmocka_unit_test(a_translation_is_asked_whether_it_has_a_name),
		cmocka_unit_test(kinds_come_in_order_and_have_room_each),
		cmocka_unit_test(lines_are_names_or_refused),
		cmocka_unit_test(what_is_no_name_is_left_out),
		cmocka_unit_test(hostile_names_are_looked_for_in_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
