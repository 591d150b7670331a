/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * demo_steps.c - what the team of the demo does about the story, when. Everybody writes in the
 * language that comes to hand, as teams do. Nothing and nobody in it exists.
 */
#include "demo_int.h"

#define API "/api/v1"
#define ROOM API "/incidents/$room"
#define AR "%D8%AE%D8%B5%D9%85"
#define FA "%D9%BE%D9%88%D9%84"

/* What has come in since goes into the room: the newest 40 of a language. */
#define GATHER(at, who, q, name)                                                         \
	{ at, who, "GET " API "/mentions?limit=40&q=" q, NULL, name },                   \
	{                                                                                \
		at, who, "POST " ROOM "/mentions", "{\"ids\":[$" name "]}", NULL         \
	}

/* A statement's way out. */
#define SUBMIT(at, name)                                                                 \
	{                                                                                \
		at, "drafter", "POST " API "/statements/$" name "/submit",               \
			"{\"revision\":$" name ".revision}", name                        \
	}
#define APPROVE(at, name)                                                                \
	{                                                                                \
		at, "approver", "POST " API "/statements/$" name "/verdicts",            \
			"{\"digest\":\"$" name ".digest\",\"verdict\":\"approve\","      \
			"\"password\":\"$approver.password\"}",                          \
			NULL                                                             \
	}
#define PUBLISH(at, name)                                                                \
	{                                                                                \
		at, "lead", "POST " API "/statements/$" name "/publish",                 \
			"{\"digest\":\"$" name ".digest\"}", NULL                        \
	}

/* As they stand in the ledger, and so in a draft that begins with a template. */
#define TITLE "Payments taken, orders lost"
#define CHARGED "يُخصم المبلغ من البطاقة ولا يُسجَّل الطلب."
#define STOLEN                                                                           \
	"اطلاعات کارت بانکی مشتری‌ها دزدیده شده است."

const struct dw_demo_step dw_demo_steps[] = {
	{ 2, "lead", "PATCH " API "/contacts",
	  "{\"contacts\":{\"ar\":\"هاتف 0800 555 0100 أو press@zoodaq.example\","
	  "\"fa\":\"تلفن ۰۸۰۰ ۵۵۵ ۰۱۰۰ یا press@zoodaq.example\","
	  "\"en\":\"0800 555 0100 or press@zoodaq.example\"}}",
	  "contacts" },
	/* What is over, but for one approval: there is something to read and to do from the start. */
	{ 2, "lead", "POST " API "/incidents",
	  "{\"title\":\"Late deliveries in Tuesday's storm\",\"severity\":4,\"type\":\"delay\","
	  "\"summary\":\"The coast road was closed. Hundreds of orders came late or not at all.\"}",
	  "storm" },
	{ 2, "lead", "POST " API "/incidents/$storm/participants",
	  "{\"user\":$lead,\"role\":\"lead\"}", NULL },
	{ 2, "lead", "PATCH " API "/incidents/$storm",
	  "{\"status\":\"active\",\"reason\":\"The road stays closed until morning.\"}",
	  "storm" },
	{ 3, "drafter", "POST " API "/incidents/$storm/statements",
	  "{\"lang\":\"ar\",\"channel\":\"press\",\"audience\":\"public\",\"title\":\"تأخر الطلبات في عاصفة الثلاثاء\","
	  "\"text\":\"أغلقت العاصفة يوم الثلاثاء الطريق الساحلي، فتأخرت مئات الطلبات أو أُلغيت. نأسف لكل من انتظر.\\n\\n"
	  "أعدنا المبلغ كاملًا إلى كل من أُلغي طلبه، ودفعنا للمندوبين أجر ما انتظروه.\\n\\n"
	  "عادت الطلبات إلى مواعيدها منذ ظهر الأربعاء. للتواصل معنا: هاتف 0800 555 0100 أو press@zoodaq.example.\\n\"}",
	  "storm_ar" },
	SUBMIT(3, "storm_ar"),
	APPROVE(3, "storm_ar"),
	PUBLISH(3, "storm_ar"),
	{ 4, "drafter", "POST " API "/incidents/$storm/statements",
	  "{\"lang\":\"en\",\"channel\":\"press\",\"audience\":\"public\",\"title\":\"Late orders in Tuesday's storm\",\"translation_of\":$storm_ar,"
	  "\"text\":\"On Tuesday the storm closed the coast road. Hundreds of orders came late or were cancelled. We are sorry for everyone who waited.\\n\\n"
	  "Whoever's order was cancelled has the whole amount back, and couriers were paid for the time they waited.\\n\\n"
	  "Since noon on Wednesday orders arrive on time again. Reach us on 0800 555 0100 or press@zoodaq.example.\\n\"}",
	  "storm_en" },
	SUBMIT(4, "storm_en"),
	APPROVE(4, "storm_en"),
	PUBLISH(4, "storm_en"),
	{ 4, "drafter", "POST " API "/incidents/$storm/statements",
	  "{\"lang\":\"fa\",\"channel\":\"press\",\"audience\":\"public\",\"title\":\"دیر رسیدن سفارش‌ها در توفان سه‌شنبه\",\"translation_of\":$storm_ar,"
	  "\"text\":\"روز سه‌شنبه توفان راه ساحلی را بست و صدها سفارش دیر رسید یا لغو شد. از همهٔ کسانی که منتظر ماندند پوزش می‌خواهیم.\\n\\n"
	  "همهٔ مبلغ را به هر کس که سفارشش لغو شد برگرداندیم و دستمزد زمان انتظار پیک‌ها را پرداختیم.\\n\\n"
	  "از ظهر چهارشنبه سفارش‌ها دوباره به‌موقع می‌رسد. راه تماس با ما: تلفن ۰۸۰۰ ۵۵۵ ۰۱۰۰ یا press@zoodaq.example.\\n\"}",
	  "storm_fa" },
	SUBMIT(4, "storm_fa"),
	{ 5, "lead", "PATCH " API "/incidents/$storm",
	  "{\"status\":\"monitoring\",\"reason\":\"Orders arrive on time again.\"}",
	  "storm" },

	/* A rehearsal of last week, so that the list is not empty. */
	{ 4, "lead", "POST " API "/incidents",
	  "{\"title\":\"Delivery addresses published by mistake\",\"severity\":3,"
	  "\"type\":\"data leak\",\"summary\":\"Half-yearly exercise. Nothing in it is real.\","
	  "\"drill\":true}",
	  "drill" },
	{ 4, "lead", "POST " API "/incidents/$drill/participants",
	  "{\"user\":$lead,\"role\":\"lead\"}", NULL },
	{ 5, "drafter", "POST " API "/incidents/$drill/notes",
	  "{\"text\":\"استغرق إيجاد رقم الجهة الرقابية إحدى عشرة دقيقة. نضعه في قائمة الاتصال.\"}",
	  NULL },
	{ 6, "lead", "PATCH " API "/incidents/$drill",
	  "{\"status\":\"resolved\",\"reason\":\"Played to its end: first word after 24 minutes, goal 30.\"}",
	  "drill" },

	/* The evening. */
	{ 44, "lead", "GET " API "/mentions?limit=5&q=charged", NULL, "seen_en" },
	{ 44, "lead", "GET " API "/mentions?limit=5&q=" AR, NULL, "seen_ar" },
	{ 44, "lead", "GET " API "/mentions?limit=5&q=" FA, NULL, "seen_fa" },
	{ 45, "lead", "POST " API "/incidents",
	  "{\"title\":\"" TITLE "\",\"severity\":3,\"type\":\"service outage\","
	  "\"summary\":\"Since this evening's update customers are charged and get no order. Reported in three languages.\"}",
	  "room" },
	{ 45, "lead", "POST " ROOM "/mentions", "{\"ids\":[$seen_en]}", NULL },
	{ 46, "drafter", "POST " ROOM "/mentions", "{\"ids\":[$seen_ar]}", NULL },
	{ 46, "drafter", "POST " ROOM "/mentions", "{\"ids\":[$seen_fa]}", NULL },
	{ 48, "lead", "POST " ROOM "/participants", "{\"user\":$lead,\"role\":\"lead\"}",
	  NULL },
	{ 50, "lead", "PATCH " ROOM,
	  "{\"names\":[\"Zoodaq = زوداق\",\"Station Square = ساحة المحطة = میدان ایستگاه\"]}",
	  "room" },
	{ 50, "lead", "POST " ROOM "/participants",
	  "{\"user\":$drafter,\"role\":\"communications\"}", NULL },
	{ 51, "lead", "POST " ROOM "/participants",
	  "{\"user\":$approver,\"role\":\"legal\"}", NULL },
	{ 52, "lead", "POST " ROOM "/playbooks",
	  "{\"slug\":\"service-outage\",\"lang\":\"en\"}", NULL },
	{ 54, "drafter", "POST " ROOM "/claims",
	  "{\"text\":\"" CHARGED "\",\"owner\":$drafter}", "charged" },
	{ 58, "lead", "POST " ROOM "/tasks",
	  "{\"title\":\"Payment team: how many were charged without an order?\",\"owner\":$lead,\"due_at\":\"$+900\"}",
	  "count" },
	{ 60, "drafter", "POST " ROOM "/tasks",
	  "{\"title\":\"بيان أوّلي باللغات الثلاث: ما نعرفه، وما نتحقق منه، ومتى نتحدث مجددًا\",\"owner\":$drafter,\"due_at\":\"$+1800\"}",
	  "holding" },
	{ 62, "lead", "POST " ROOM "/tasks",
	  "{\"title\":\"نظر حقوقی دربارهٔ بازگشت وجه و مهلت قانونی آن\",\"owner\":$approver,\"due_at\":\"$+2700\"}",
	  "law" },
	{ 70, "lead", "PATCH " ROOM,
	  "{\"status\":\"active\",\"reason\":\"The payment provider confirms it: its callbacks have failed since the update.\"}",
	  "room" },
	{ 78, "drafter", "POST " ROOM "/claims",
	  "{\"text\":\"The health inspectors closed one of our kitchens this morning.\",\"owner\":$lead}",
	  "closed" },
	{ 80, "drafter", "POST " ROOM "/claims",
	  "{\"text\":\"" STOLEN "\",\"owner\":$lead,\"recheck_at\":\"$+3600\"}",
	  "stolen" },
	{ 88, "drafter", "PATCH " ROOM "/claims/$charged",
	  "{\"verdict\":\"true\",\"reason\":\"سجلّ مزوّد الدفع يثبت ذلك: خُصم المبلغ ولم يصلنا تأكيد.\"}",
	  "charged" },
	GATHER(90, "drafter", "charged", "more_en"),
	GATHER(91, "drafter", AR, "more_ar"),
	GATHER(92, "drafter", FA, "more_fa"),
	{ 96, "lead", "POST " ROOM "/notes",
	  "{\"text\":\"Two newsrooms called. Told both: our first word comes within the hour, here.\"}",
	  NULL },
	{ 101, "drafter", "POST " ROOM "/words",
	  "{\"audience\":\"internal\",\"text\":\"لا تجيبوا الصحافة بأنفسكم: حوّلوا كل سؤال إلى فريق التواصل. كل جديد تجدونه هنا أولًا.\"}",
	  NULL },
	{ 104, "drafter", "GET " API "/mentions?limit=1&triage=new&incident=$room", NULL,
	  "asked" },
	{ 105, "drafter", "POST " API "/mentions/$asked/triage",
	  "{\"state\":\"answered\",\"owner\":$drafter,\"asks\":true,"
	  "\"note\":\"The canned reply: send us your order code.\"}",
	  NULL },
	{ 112, "lead", "PATCH " ROOM,
	  "{\"severity\":1,\"reason\":\"A rumour about a closed kitchen mixes in, and it travels faster than the payments.\"}",
	  "room" },
	{ 124, "lead", "POST " ROOM "/decisions",
	  "{\"question\":\"Do we speak before the cause is known?\","
	  "\"options\":[\"Wait until the cause is known\",\"Say now what we know and what we are checking\"],"
	  "\"choice\":\"Say now what we know and what we are checking\","
	  "\"reasons\":\"Silence is being read as guilt. We know who was charged, and can promise the money back today.\","
	  "\"deciders\":[$lead,$approver],\"consulted\":[$drafter]}",
	  "speak" },
	{ 126, "lead", "POST " ROOM "/milestones",
	  "{\"target\":$speak,\"label\":\"We speak before the cause is known\"}", NULL },
	{ 130, "lead", "POST " ROOM "/words",
	  "{\"audience\":\"public\",\"text\":\"Since this evening's update some of you were charged and got no order. "
	  "Whoever was charged gets the money back without asking. We are checking how many, and tell you here next.\","
	  "\"url\":\"https://example.org/status\",\"next_at\":\"$+110\"}",
	  NULL },
	{ 138, "lead", "PATCH " ROOM "/claims/$closed",
	  "{\"verdict\":\"false\",\"reason\":\"The kitchen is open. The photo is three years old and shows somebody else's door.\","
	  "\"evidence\":[{\"url\":\"https://example.org/inspections\",\"note\":\"The register of inspections, as of this evening\"}]}",
	  "closed" },
	/* Our own words, in Arabic first: the template is filled from the ledger, the rest is typed. */
	{ 139, "drafter", "POST " ROOM "/statements",
	  "{\"lang\":\"ar\",\"template\":\"holding\",\"title\":\"مبالغ خُصمت بلا طلبات\"}",
	  "first" },
	GATHER(140, "drafter", "charged", "more_en"),
	GATHER(141, "drafter", AR, "more_ar"),
	GATHER(142, "drafter", FA, "more_fa"),
	{ 144, "drafter", "GET " API "/mentions?limit=1&triage=new&incident=$room", NULL,
	  "held" },
	{ 145, "drafter", "POST " API "/mentions/$held/triage",
	  "{\"state\":\"owned\",\"owner\":$drafter,\"note\":\"يتصل بها مدير الفرع الآن.\"}",
	  NULL },
	{ 146, "drafter", "EDIT " API "/statements/$first",
	  "[[\"" TITLE "\",\"خصم مبالغ دون تسجيل الطلبات\"],"
	  "[\"" STOLEN "\",\"ما يُقال عن سرقة بيانات البطاقات.\"]]",
	  "first" },
	SUBMIT(147, "first"),
	{ 150, "lead", "PATCH " ROOM "/tasks/$count",
	  "{\"done\":true,\"reason\":\"1,912 charges without an order\"}", "count" },
	APPROVE(152, "first"),
	PUBLISH(154, "first"),
	{ 156, "lead", "POST " ROOM "/words",
	  "{\"audience\":\"executive\",\"text\":\"1,912 charges without an order. All of them go back tonight, unasked. A kitchen rumour is proved false.\","
	  "\"next_at\":\"$+900\"}",
	  NULL },
	/* Its translations wait for whoever sits down as the approver. */
	{ 158, "drafter", "POST " ROOM "/statements",
	  "{\"lang\":\"en\",\"template\":\"holding\",\"title\":\"Charges without an order\",\"translation_of\":$first}",
	  "first_en" },
	{ 162, "drafter", "EDIT " API "/statements/$first_en",
	  "[[\"" TITLE "\",\"charges for orders that never came through\"],"
	  "[\"" CHARGED "\",\"Cards are charged and the order is not recorded.\"],"
	  "[\"" STOLEN "\",\"What is being said about stolen card details.\"]]",
	  "first_en" },
	SUBMIT(163, "first_en"),
	{ 165, "drafter", "POST " ROOM "/statements",
	  "{\"lang\":\"fa\",\"template\":\"holding\",\"title\":\"کم شدن پول بدون ثبت سفارش\",\"translation_of\":$first}",
	  "first_fa" },
	{ 168, "drafter", "EDIT " API "/statements/$first_fa",
	  "[[\"" TITLE "\",\"کم شدن پول از کارت بدون ثبت سفارش\"],"
	  "[\"" CHARGED
	  "\",\"پول از کارت کم می‌شود و سفارش ثبت نمی‌شود.\"],"
	  "[\"" STOLEN
	  "\",\"آنچه دربارهٔ دزدیده شدن اطلاعات کارت‌ها گفته می‌شود.\"]]",
	  "first_fa" },
	SUBMIT(169, "first_fa"),
	{ 172, "drafter", "POST " ROOM "/notes",
	  "{\"text\":\"الردّ الجاهز «أرسل لنا رقم الطلب» يزيد الغضب: من خُصم منه المال ليس لديه رقم طلب.\"}",
	  NULL },
	{ 178, "lead", "POST " ROOM "/tasks",
	  "{\"title\":\"Stop the canned reply. Nobody is asked for an order code that was never made\",\"owner\":$drafter,\"due_at\":\"$+600\"}",
	  NULL },
	GATHER(200, "drafter", "charged", "more_en"),
	GATHER(201, "drafter", AR, "more_ar"),
	GATHER(202, "drafter", FA, "more_fa"),
	{ 210, "lead", "POST " API "/mentions/$held/triage",
	  "{\"state\":\"closed\",\"outcome\":\"solved\",\"note\":\"Money back and a call; she thanked us in public.\"}",
	  NULL },
	{ 226, "drafter", "PATCH " ROOM "/tasks/$holding", "{\"done\":true}", "holding" },
	/* The next word was promised too soon: nobody comes to it. */
	{ 228, "drafter", "POST " ROOM "/words",
	  "{\"audience\":\"public\",\"text\":\"نعيد الليلة المبالغ إلى كل من خُصم منه، دون أن يطلبها أحد. ونخبركم هنا حالما يعود الدفع إلى عمله.\","
	  "\"url\":\"https://example.org/status\",\"next_at\":\"$+60\"}",
	  NULL },
	{ 238, "lead", "POST " ROOM "/decisions",
	  "{\"question\":\"به چه کسی و چگونه پول برمی‌گردد؟\","
	  "\"options\":[\"هر که کد سفارش بفرستد\",\"همهٔ کسانی که پول‌شان کم شده، بی‌درخواست و همین امشب\"],"
	  "\"choice\":\"همهٔ کسانی که پول‌شان کم شده، بی‌درخواست و همین امشب\","
	  "\"reasons\":\"فهرست را از درگاه پرداخت داریم؛ کد خواستن از کسی که کدی نگرفته، او را دوباره می‌رنجاند.\","
	  "\"deciders\":[$lead],\"consulted\":[$approver]}",
	  NULL },
	{ 262, "lead", "PATCH " ROOM "/claims/$stolen",
	  "{\"verdict\":\"false\",\"reason\":\"Card numbers never reach our systems; the provider checked its own.\"}",
	  "stolen" },
	{ 300, "lead", "PATCH " ROOM "/tasks/$law", "{\"done\":true}", "law" },
	{ 322, "lead", "PATCH " ROOM,
	  "{\"status\":\"monitoring\",\"reason\":\"Payments work again, all refunds are on their way.\"}",
	  "room" },
};

const size_t dw_demo_n_steps = sizeof(dw_demo_steps) / sizeof(dw_demo_steps[0]);
