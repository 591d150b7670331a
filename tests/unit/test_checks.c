/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_checks.c - statements as people write them, in three languages: what is found in them, and as
 * often, that nothing is.
 */
#include "seeded.h"
#include "text/checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static struct dw_checker *checker;

static int make(void **state)
{
	checker = dw_checker_create();
	return 0;
}

static int drop(void **state)
{
	dw_checker_destroy(checker);
	return 0;
}

static void run_as(const char *lang, const char *text, bool is_inside,
		   struct dw_findings *f)
{
	struct dw_check_text t = { .text = dw_str_of(text),
				   .lang = dw_str_of(lang),
				   .is_inside = is_inside };

	dw_check_run(checker, &t, f);
}

static void run(const char *lang, const char *text, struct dw_findings *f)
{
	run_as(lang, text, false, f);
}

/* Names of the findings, each once. */
static const char *codes(const struct dw_findings *f, char out[400])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->n; i++)
		if (i == 0 || f->at[i].check != f->at[i - 1].check)
			n += (size_t)snprintf(out + n, 400 - n, "%s%s", n > 0 ? " " : "",
					      dw_check_name(f->at[i].check));
	return out;
}

struct statement {
	const char *lang, *text, *want;
};

static void expect(const struct statement *s, size_t n, bool is_inside)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct dw_findings f;
		char have[400];

		run_as(s[i].lang, s[i].text, is_inside, &f);
		if (strcmp(codes(&f, have), s[i].want) != 0) {
			print_error("want '%s', have '%s': %s\n", s[i].want, have,
				    s[i].text);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* Inside, nobody is asked for harm and next step. */
#define EXPECT(list, is_inside)                                                          \
	expect((list), sizeof(list) / sizeof((list)[0]), (is_inside))

static void asking_for_a_code(void **state)
{
	static const struct statement list[] = {
		/* the canned reply */
		{ "en",
		  "Sorry! Please send us your order number via DM and we'll look into it.",
		  "asks_for_code" },
		{ "en", "Could you share your booking reference so we can check? Sorry.",
		  "asks_for_code" },
		{ "fa", "سلام، لطفاً کد سفارش خود را دایرکت بفرستید.", "asks_for_code" },
		{ "fa",
		  "همراه گرامی، جهت بررسی شماره‌ تماس خود را اعلام فرمایید.",
		  "asks_for_code" },
		{ "fa", "لطفا شماره سفارشتان را برای ما ارسال كنيد", "asks_for_code" },
		{ "ar", "نعتذر منكم، نرجو تزويدنا برقم الطلب وسنتابع.", "asks_for_code" },
		{ "ar", "أرسل رقم هاتفك عبر الخاص", "asks_for_code" },
		{ "ar", "عزيزي العميل، يرجى إرسال رقم الحجز ورقم الجوال",
		  "asks_for_code" },
		/* an owner without a time, a time without an owner */
		{ "en", "Sorry. Send your order number to our support team.",
		  "asks_for_code" },
		{ "en", "Sorry. Send your order number and you hear back by 18:00.",
		  "asks_for_code" },
		{ "fa",
		  "کد سفارش را ارسال کنید؛ همکارم پیگیری می‌کند.",
		  "asks_for_code" },
		/* both */
		{ "en",
		  "We are sorry. Please send your order number; Sara from our refunds team will call "
		  "you by 18:00 today.",
		  "" },
		{ "fa",
		  "متأسفیم. کد سفارش را بفرستید؛ همکارم سارا تا ساعت ۱۸ با شما تماس می‌گیرد.",
		  "" },
		{ "ar", "نعتذر. أرسلوا رقم الطلب، وسيتصل بكم فريق الدعم خلال ساعتين.",
		  "" },
		/* not asked for */
		{ "en", "Never share your account number with anyone who calls you.",
		  "" },
		{ "en", "You do not need to send your order number again.", "" },
		{ "en", "Your tracking number is 4471.", "" },
		{ "en", "We sent you a message.", "" },
		{ "fa", "نیازی به ارسال کد سفارش نیست.", "" },
		{ "fa",
		  "شماره کارت خود را در اختیار هیچ‌کس قرار ندهید.",
		  "" },
		{ "fa", "کد پیگیری شما ۴۴۷۱ است.", "" },
		{ "ar", "لا حاجة إلى إرسال رقم الطلب.", "" },
		{ "ar", "لن نطلب منكم مشاركة رقم الحساب.", "" },
		{ "ar", "رقم طلبكم هو ٤٤٧١.", "" },
		{ "ar", "تم إرسال رقم الشحنة إليكم.", "" },
	};

	EXPECT(list, true);
}

static void what_happened_and_what_comes_next(void **state)
{
	static const struct statement list[] = {
		{ "en",
		  "Our service was unavailable between 14:00 and 16:30. Payments were not processed.",
		  "no_acknowledgement no_next_step" },
		{ "en",
		  "We are sorry: between 14:00 and 16:30 nobody could pay. We are checking every "
		  "payment and publish the next update at 18:00.",
		  "" },
		{ "en",
		  "We apologise to everybody whose flight was cancelled last night at the airport.",
		  "no_next_step" },
		{ "en",
		  "Stop using the charger and return it to any shop in the country today.",
		  "no_acknowledgement" },
		{ "en", "We fixed it.", "" }, /* too short to be a statement */
		{ "fa",
		  "سرویس ما از ساعت ۱۴ تا ۱۶:۳۰ در دسترس نبود و پرداخت‌ها انجام نشد.",
		  "no_acknowledgement no_next_step" },
		{ "fa",
		  "از ساعت ۱۴ پرداخت ممکن نیست. می‌دانیم که این برای شما سخت است و پوزش می‌خواهیم. "
		  "در حال بررسی هستیم و خبر بعدی را ساعت ۱۸ منتشر می‌کنیم.",
		  "" },
		{ "fa", "از همه کسانی که دیشب پروازشان لغو شد صمیمانه عذرخواهی می کنیم.",
		  "no_next_step" },
		{ "fa", "تیم فنی مشغول رفع قطعی است و تا ساعت ۱۸ اطلاع رسانی خواهد شد.",
		  "no_acknowledgement" },
		{ "ar", "توقفت خدمتنا من الساعة ١٤ حتى ١٦:٣٠ ولم تتم المدفوعات.",
		  "no_acknowledgement no_next_step" },
		{ "ar",
		  "نعتذر لكل من لم يتمكن من الدفع منذ الساعة ١٤. نتحقق من كل عملية، والتحديث "
		  "التالي الساعة ١٨.",
		  "" },
		{ "ar", "ونأسف بشدة لما حدث مساء أمس لركاب الرحلة المتجهة إلى جدة.",
		  "no_next_step" },
		{ "ar",
		  "يعمل مهندسونا على إعادة الخدمة، وسيتم نشر التفاصيل هنا عند الساعة ١٨.",
		  "no_acknowledgement" },
	};

	EXPECT(list, false);
}

static void blame(void **state)
{
	static const struct statement list[] = {
		{ "en", "This was a user error.", "blame" },
		{ "en", "It is not our fault.", "blame" },
		{ "en", "You should have checked the manual.", "blame" },
		{ "en", "Our supplier is to blame.", "blame" },
		{ "en", "The enemies of this company spread it.", "blame" },
		{ "en", "It is our own fault.", "" },
		{ "en", "This is not your fault.", "" },
		{ "en", "We do not blame anybody; we are to blame.", "" },
		{ "en", "You should have received an e-mail by now.", "" },
		{ "en", "If you did not receive a refund, call 1234.", "" },
		{ "en", "A fault of the pump stopped the line.", "" },
		{ "en", "We made a mistake.", "" },
		{ "en", "Who is at fault is being investigated.", "" },
		/* taken on in one sentence, given away in another */
		{ "en", "We take responsibility. The rest was user error.", "blame" },
		{ "fa", "این اتفاق تقصیر ما نیست.", "blame" },
		{ "fa", "علت، اشتباه کاربر بوده است.", "blame" },
		{ "fa",
		  "شایعه‌پراکنان و معاندان این خبر را ساختند.",
		  "blame" },
		{ "fa", "سهل انگاری مشتری باعث آن شد.", "blame" },
		{ "fa",
		  "تقصیر ماست و مسئولیت آن را می‌پذیریم.",
		  "" },
		{ "fa", "مقصریم.", "" },
		{ "fa", "تقصیر شما نیست.", "" },
		{ "fa", "سهل‌انگاری ما بود.", "" },
		{ "fa", "اشتباه کردیم.", "" },
		{ "ar", "ليس خطأنا.", "blame" },
		{ "ar", "حدث ذلك بسبب إهمال العملاء.", "blame" },
		{ "ar", "لا نتحمل المسؤولية.", "blame" },
		{ "ar", "كان عليكم التأكد من العنوان.", "blame" },
		{ "ar", "وراء الخبر حملة مغرضة", "blame" },
		{ "ar", "هذا خطؤنا ونتحمل المسؤولية كاملة.", "" },
		{ "ar", "ليس ذنبكم.", "" },
		{ "ar", "أخطأنا.", "" },
		{ "ar", "بسبب إهمال منا تأخر الإصلاح.", "" },
	};

	EXPECT(list, true);
}

static void assert_place(const struct dw_finding *f, const char *text, uint32_t from,
			 const char *words)
{
	size_t at = 0;
	struct dw_str rest = dw_str_of(text);

	assert_int_equal(f->from, from);
	assert_int_equal(f->to - f->from, dw_utf16_count(dw_str_of(words)));
	while (dw_utf16_count(dw_str_make(text, at)) < from)
		at++;
	assert_true(
		dw_str_starts(dw_str_make(rest.p + at, rest.n - at), dw_str_of(words)));
}

static void a_finding_points_at_its_words(void **state)
{
	static const char *const en =
		"😀 Sorry. Please send us your order number. We're not to blame.";
	static const char *const fa =
		"می‌دانیم 😀 که تقصیر ما نیست؛ کد سفارش را بفرستید";
	struct dw_findings f;

	run("en", en, &f);
	assert_int_equal(f.n, 3);
	assert_int_equal(f.at[0].check, DW_CHECK_ASKS_CODE);
	assert_int_equal(f.at[0].value, DW_MISSES_OWNER | DW_MISSES_TIME);
	assert_int_equal(f.at[0].severity, DW_CHECK_WARN);
	assert_place(&f.at[0], en, 17, "send us your order number");
	assert_int_equal(f.at[1].check, DW_CHECK_NO_NEXT);
	assert_int_equal(f.at[1].from, 0);
	assert_int_equal(f.at[1].to, dw_utf16_count(dw_str_of(en)));
	assert_int_equal(f.at[2].check, DW_CHECK_BLAME);
	assert_place(&f.at[2], en, 50, "not to blame");
	run("fa", fa, &f);
	assert_int_equal(f.at[0].check, DW_CHECK_ASKS_CODE);
	assert_place(&f.at[0], fa, 30, "کد سفارش را بفرستید");
	assert_int_equal(f.at[f.n - 1].check, DW_CHECK_BLAME);
	assert_place(&f.at[f.n - 1], fa, 15, "تقصیر ما نیست");
}

static void who_and_when_are_told_apart(void **state)
{
	struct dw_findings f;

	run("en", "Sorry. Send your order number to our support team.", &f);
	assert_int_equal(f.at[0].value, DW_MISSES_TIME);
	run("ar", "نعتذر. أرسل رقم الطلب وسيصلك الرد خلال ساعتين", &f);
	assert_int_equal(f.at[0].value, DW_MISSES_OWNER);
}

static void characters_that_nobody_sees(void **state)
{
	static const struct {
		const char *text;
		enum dw_check check;
		enum dw_check_severity severity;
		uint32_t from, code;
	} cases[] = {
		{ "a\xe2\x80\xae"
		  "b",
		  DW_CHECK_BIDI, DW_CHECK_REFUSE, 1, 0x202e },
		{ "😀\xe2\x81\xa6سلام", DW_CHECK_BIDI, DW_CHECK_REFUSE, 2, 0x2066 },
		{ "a\x07"
		  "b",
		  DW_CHECK_HIDDEN, DW_CHECK_REFUSE, 1, 7 },
		{ "a\xc2\x85"
		  "b",
		  DW_CHECK_HIDDEN, DW_CHECK_REFUSE, 1, 0x85 },
		{ "ok\xf3\xa0\x81\xa1", DW_CHECK_HIDDEN, DW_CHECK_REFUSE, 2, 0xe0061 },
		{ "\xee\x80\x80", DW_CHECK_HIDDEN, DW_CHECK_REFUSE, 0, 0xe000 },
		{ "\xcd\xb8", DW_CHECK_HIDDEN, DW_CHECK_REFUSE, 0, 0x378 },
		{ "pay\xe2\x80\x8bment", DW_CHECK_HIDDEN, DW_CHECK_WARN, 3, 0x200b },
		{ "pay\xe2\x80\x8cment", DW_CHECK_HIDDEN, DW_CHECK_WARN, 3, 0x200c },
		{ "pay\xe2\x80\x8dment", DW_CHECK_HIDDEN, DW_CHECK_WARN, 3, 0x200d },
		{ "\xef\xbb\xbftext", DW_CHECK_HIDDEN, DW_CHECK_WARN, 0, 0xfeff },
	};
	static const char *const good[] = {
		"می\xe2\x80\x8cدانیم",
		"iPhone\xe2\x80\x8cها",
		"👩🏽\xe2\x80\x8d🚀",
		"ه\xe2\x80\x8d.ش.",
		"\xe2\x80\x8fسلام\xe2\x80\x8e",
		"a\tb\nc",
		"کتاب\xe2\x80\x8c.",
		"🇮🇷❤️",
	};
	struct dw_findings f;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run("und", cases[i].text, &f);
		assert_int_equal(f.n, 1);
		assert_int_equal(f.at[0].check, cases[i].check);
		assert_int_equal(f.at[0].severity, cases[i].severity);
		assert_int_equal(f.at[0].from, cases[i].from);
		assert_int_equal(f.at[0].to,
				 cases[i].from + (cases[i].code > 0xffff ? 2 : 1));
		assert_int_equal(f.at[0].value, cases[i].code);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		run("fa", good[i], &f);
		assert_int_equal(f.n, 0);
	}
}

static void longer_than_its_channel(void **state)
{
	struct dw_check_text t = { .lang = DW_STR("und"),
				   .is_post = true,
				   .length_max = 10,
				   .text = DW_STR("漢字漢字漢") };
	struct dw_findings f;

	dw_check_run(checker, &t, &f);
	assert_int_equal(f.n, 0);
	t.text = DW_STR("漢字漢字漢字字");
	dw_check_run(checker, &t, &f);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.at[0].check, DW_CHECK_TOO_LONG);
	assert_int_equal(f.at[0].severity, DW_CHECK_REFUSE);
	assert_int_equal(f.at[0].value, 14);
	assert_int_equal(f.at[0].from, 5);
	assert_int_equal(f.at[0].to, 7);
	t.is_post = false;
	dw_check_run(checker, &t, &f);
	assert_int_equal(f.n, 0);
}

static void a_note_inside_is_no_statement(void **state)
{
	struct dw_check_text t = {
		.lang = DW_STR("en-GB"),
		.is_inside = true,
		.text = DW_STR(
			"The pumps of line two stopped at nine and started at ten."),
	};
	struct dw_findings f;

	dw_check_run(checker, &t, &f);
	assert_int_equal(f.n, 0);
	t.is_inside = false;
	dw_check_run(checker, &t, &f);
	assert_int_equal(f.n, 2);
	t.lang = DW_STR("de"); /* no words of that */
	dw_check_run(checker, &t, &f);
	assert_int_equal(f.n, 0);
}

static void a_copy_of_an_earlier_answer(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_copy;
	} cases[] = {
		{ "Hi Dana, we are sorry about the delay of your order. Please bear with us, we are "
		  "working on it.",
		  "Hi @omar! We are sorry about the delay of your order!! Please bear with us; we "
		  "are working on it 🙏 https://example.org/x",
		  true },
		{ "Hi Dana, we are sorry about the delay of your order. Please bear with us, we are "
		  "working on it.",
		  "We are sorry that the charger became hot. Stop using it; any shop takes it back "
		  "from tomorrow.",
		  false },
		{ "همراه گرامی، از بابت تأخیر پیش آمده پوزش می‌خواهیم. موضوع در دست بررسی است.",
		  "همراه گرامی از بابت تاخير پيش آمده پوزش می خواهیم، موضوع در دست بررسی است 🙏",
		  true },
		{ "همراه گرامی، از بابت تأخیر پیش آمده پوزش می‌خواهیم. موضوع در دست بررسی است.",
		  "شارژر را استفاده نکنید. از فردا همه فروشگاه‌ها آن را پس می‌گیرند و پول شما برمی‌گردد.",
		  false },
		{ "عزيزي العميل، نعتذر عن التأخير الحاصل في طلبكم، وسيتم متابعة الموضوع.",
		  "عزيزتي العميلة نعتذر عن التاخير الحاصل في طلبكم وسيتم متابعة الموضوع",
		  true },
		{ "Thank you!", "Thank you!", false }, /* too short to be a copy */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dw_shingles earlier[2];
		struct dw_check_text t = { .text = dw_str_of(cases[i].b),
					   .lang = DW_STR("und"),
					   .earlier = earlier,
					   .n_earlier = 2 };
		struct dw_findings f;

		dw_shingles_init(&earlier[0], DW_STR("Entirely different, this one."));
		dw_shingles_init(&earlier[1], dw_str_of(cases[i].a));
		dw_check_run(checker, &t, &f);
		assert_int_equal(f.n, cases[i].is_copy);
		if (cases[i].is_copy) {
			assert_int_equal(f.at[0].check, DW_CHECK_COPY);
			assert_int_equal(f.at[0].copy_of, 1);
			assert_in_range(f.at[0].value, 50, 100);
		}
		assert_int_equal(dw_shingles_likeness(&earlier[1], &earlier[1]), 100);
		dw_shingles_fini(&earlier[0]);
		dw_shingles_fini(&earlier[1]);
	}
}

/* A megabyte of one thing: one pass over each list, or this would take hours. */
static void hostile_texts_cost_one_pass(void **state)
{
	static const char *const pieces[] = { "send order number ",
					      "order number ",
					      "send. order number. ",
					      "user error ",
					      "we take responsibility user error ",
					      "blame the not ",
					      "we know ",
					      "\xe2\x80\xae",
					      "let a a a a ",
					      "لا نتحمل " };
	const size_t size = 1 << 18;
	char *text = malloc(size + 100);

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct dw_check_text t = { .lang = dw_str_of(i == 9 ? "ar" : "en") };
		struct dw_findings f;

		while (t.text.n < size) {
			memcpy(text + t.text.n, pieces[i], strlen(pieces[i]));
			t.text.n += strlen(pieces[i]);
		}
		t.text.p = text;
		dw_check_run(checker, &t, &f);
		assert_in_range(f.n, 1, DW_FINDINGS_MAX);
	}
	free(text);
}

/* Words of the lists and other things in any order: places lie inside, and are whole characters. */
static void whatever_comes_places_are_right(void **state)
{
	static const char *const parts[] = {
		"send ",	"order ", "number ", "not ",   "our ",	 "fault",
		". ",		"😀",	  "کد ",     "سفارش",  "را ",	 "بفرستید ",
		"\n",		"مقصر",	  "رقم ",    "الطلب ", "إرسال ", "\xe2\x80\x8c",
		"\xe2\x80\xae", "؟ ",	  "18:00 "
	};
	static const char *const langs[] = { "ar", "fa", "en-US", "de", "" };
	struct seeded s = { 4 };

	for (int round = 0; round < 5000; round++) {
		struct dw_check_text t = { .lang = dw_str_of(langs[seeded_below(&s, 5)]),
					   .length_max = seeded_below(&s, 40),
					   .is_post = seeded_below(&s, 2) == 0 };
		struct dw_findings f;
		char text[1024];
		size_t n = 0;

		for (uint64_t k = seeded_below(&s, 30); k > 0; k--) {
			const char *p = parts[seeded_below(&s, 21)];

			memcpy(text + n, p, strlen(p));
			n += strlen(p);
		}
		t.text = dw_str_make(text, n);
		dw_check_run(checker, &t, &f);
		for (size_t i = 0; i < f.n; i++) {
			assert_true(f.at[i].from <= f.at[i].to);
			assert_true(f.at[i].to <= dw_utf16_count(t.text));
			assert_true(i == 0 || f.at[i].check > f.at[i - 1].check ||
				    (f.at[i].check == f.at[i - 1].check &&
				     f.at[i].from >= f.at[i - 1].from));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asking_for_a_code),
		cmocka_unit_test(what_happened_and_what_comes_next),
		cmocka_unit_test(blame),
		cmocka_unit_test(a_finding_points_at_its_words),
		cmocka_unit_test(who_and_when_are_told_apart),
		cmocka_unit_test(characters_that_nobody_sees),
		cmocka_unit_test(longer_than_its_channel),
		cmocka_unit_test(a_note_inside_is_no_statement),
		cmocka_unit_test(a_copy_of_an_earlier_answer),
		cmocka_unit_test(hostile_texts_cost_one_pass),
		cmocka_unit_test(whatever_comes_places_are_right),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
