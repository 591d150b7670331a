/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom_words.c - what the pages of the newsroom say themselves, in three languages.
 *
 * A list is in the reader's language, a statement's page in the statement's own: whoever can read
 * the one can read the other.
 */
#include "newsroom_int.h"

static const struct {
	const char *en, *ar, *fa;
} words[WORD_COUNT] = {
	[WORD_NEWSROOM] = { "Newsroom", "غرفة الأخبار", "اتاق خبر" },
	[WORD_EMPTY] = { "Nothing has been published yet.", "لم يُنشر شيء بعد.",
			 "هنوز چیزی منتشر نشده است." },
	[WORD_OLDER] = { "Older statements", "بيانات أقدم",
			 "بیانیه‌های قدیمی‌تر" },
	[WORD_NEWEST] = { "Newest statements", "أحدث البيانات",
			  "تازه‌ترین بیانیه‌ها" },
	[WORD_PUBLISHED] = { "Published", "نُشر", "منتشر شد" },
	[WORD_CORRECTED] = { "Corrected", "صُحّح", "اصلاح شد" },
	[WORD_WITHDRAWN] = { "Withdrawn", "سُحب", "پس گرفته شد" },
	[WORD_WAS_CORRECTED] = { "This statement was corrected. What you read here replaces "
				 "what was published before.",
				 "صُحّح هذا البيان. النص أدناه يحل محل ما نُشر قبله.",
				 "این بیانیه اصلاح شده است. متن زیر جای متن پیشین را می‌گیرد." },
	[WORD_WAS_WITHDRAWN] = { "This statement was withdrawn. It does not stand any more.",
				 "سُحب هذا البيان ولم يعد قائمًا.",
				 "این بیانیه پس گرفته شده است و دیگر اعتبار ندارد." },
	[WORD_IS_OLD] = { "This is an earlier version.", "هذه نسخة سابقة.",
			  "این نسخه‌ای پیشین است." },
	[WORD_READ_NEWEST] = { "Read what stands now", "اقرأ النسخة الحالية",
			       "نسخهٔ کنونی را بخوانید" },
	[WORD_READ_WITHDRAWN] = { "Read the withdrawn text", "اقرأ النص المسحوب",
				  "متن پس‌گرفته‌شده را بخوانید" },
	[WORD_CORRECTS] = { "This statement corrects an earlier one:",
			    "يصحّح هذا البيان بيانًا سابقًا:",
			    "این بیانیه، بیانیه‌ای پیشین را اصلاح می‌کند:" },
	[WORD_CORRECTED_BY] = { "A later statement corrects this one:",
				"صُحّح هذا البيان ببيان لاحق:",
				"بیانیه‌ای تازه‌تر این بیانیه را اصلاح می‌کند:" },
	[WORD_REASON] = { "Reason", "السبب", "دلیل" },
	[WORD_VERSIONS] = { "Versions", "النسخ", "نسخه‌ها" },
	[WORD_THIS_VERSION] = { "shown here", "معروضة هنا", "همین نسخه" },
	[WORD_LANGUAGES] = { "In other languages", "بلغات أخرى",
			     "به زبان‌های دیگر" },
	[WORD_DIGEST] = { "Approved text, SHA-256", "النص المعتمد، SHA-256",
			  "متن تأییدشده، SHA-256" },
	[WORD_FEED] = { "Follow as a feed", "تابع عبر موجز", "دنبال کردن با خوراک" },
	[WORD_NOT_FOUND] = { "There is no such statement here.", "لا يوجد بيان كهذا هنا.",
			     "چنین بیانیه‌ای اینجا نیست." },
};

/* The primary subtag. */
static struct dw_str primary(struct dw_str lang)
{
	size_t n = 0;

	while (n < lang.n && lang.p[n] != '-')
		n++;
	return dw_str_make(lang.p, n);
}

struct dw_str newsroom_ui(struct dw_str lang)
{
	struct dw_str first = primary(lang);

	if (dw_str_eq_nocase(first, DW_STR("ar")))
		return DW_STR("ar");
	return dw_str_eq_nocase(first, DW_STR("fa")) ? DW_STR("fa") : DW_STR("en");
}

struct dw_str newsroom_say(struct dw_str lang, enum newsroom_word word)
{
	if (dw_str_eq(lang, DW_STR("ar")))
		return dw_str_of(words[word].ar);
	return dw_str_of(dw_str_eq(lang, DW_STR("fa")) ? words[word].fa : words[word].en);
}

struct dw_str newsroom_dir(struct dw_str lang)
{
	static const char *const rtl[] = { "ar", "fa", "ur", "ps",  "he", "ckb",
					   "sd", "ug", "yi", "prs", "dv", "azb" };
	struct dw_str first = primary(lang);

	if (lang.n > first.n + 4 &&
	    dw_str_eq_nocase(dw_str_make(lang.p + first.n, 5), DW_STR("-Latn")))
		return DW_STR("ltr");
	for (size_t i = 0; i < sizeof(rtl) / sizeof(rtl[0]); i++)
		if (dw_str_eq_nocase(first, dw_str_of(rtl[i])))
			return DW_STR("rtl");
	return DW_STR("ltr");
}
