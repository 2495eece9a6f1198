/* What the files of intake share: its settings, what lives as long as the process, and the one way
 * by which a referral comes in, whichever door it used. */
#pragma once

#include "common/context.h"
#include "common/embedded.h"
#include "common/http.h"
#include "common/i18n.h"
#include "common/service.h"
#include "common/template.h"
#include "common/token.h"
#include "intake_port.h"
#include "services/intake/core/register.h"

struct intake_settings {
    bool clear_green_automatically, spoken_automatically, no_assessment;
    int64_t clearance_ms, form_least_ms, slots_every_ms, draft_ms, drafts_every_ms, drafts_most;
    const char *partner_endpoint, *partner_server_key, *partner_client_keys;
    const char *phone, *phone_hours, *social_day, *social_night, *leave_to;
    const char *po_folder;
    const char *base_url; /* notification's: where these pages are reached */
};

struct list_entry { /* a line of districts.csv or languages.csv */
    const char *key, *name, *name_en;
};

struct intake_lists {
    const struct list_entry *districts, *languages;
    struct register_lists keys;
};

enum { INTAKE_SLOTS_MOST = 63 };
struct intake_slot {
    int64_t slot, weekday, starts_min;
};

struct intake_house { /* made at the start; only the slots and the clock change */
    const struct house *house;
    const struct intake_settings *settings;
    struct i18n *i18n;
    struct template_set *templates;
    struct intake_lists lists;
    struct intake_slot slots[INTAKE_SLOTS_MOST]; /* the weekly times, read again now and then */
    size_t slot_count;
    bool turned;   /* the civil clock stands ahead: a demo, and pages say so */
    char style[9]; /* of the stylesheet: a new one is fetched at once */
};
const struct intake_house *intake_house(void);

/* A file of intake's pages, or of those that all daemons share; NULL when there is none. */
const struct embedded_file *intake_file(const char *name);

/* --- intake_receive.c: one way in --- */

enum arrival_end {
    ARRIVAL_OPEN, /* not decided yet */
    ARRIVAL_WRONG,
    ARRIVAL_NEW,
    ARRIVAL_SAME,  /* it came before: the same receipt */
    ARRIVAL_OTHER, /* the same key with another body */
};

struct arrival {
    const struct referral_form *form;
    struct text key;       /* TOKEN_HASH bytes; data NULL: none was given */
    struct text body_hash; /* the same length; with a key only */
    bool trapped;          /* a trap of the form was touched: a person looks first */
    struct register_verdict *verdict;
    enum arrival_end end;
    struct uuid referral_id;
    struct text code, receipt;
    size_t same_as; /* in the slice, when `end` is SAME for one of it; SIZE_MAX */
};

/* Judges, seals, stores and says all that are new. Fills `end`, `code` and `receipt` of each; what
 * it tells holds after the commit only. */
bool intake_receive(
    struct context *context, struct arrival *arrivals, size_t count, struct error *error);

/* The key under which something sent once is remembered: `scope` keeps the doors apart. */
struct text intake_key(struct arena *arena, const char *scope, struct text key);

/* --- pages --- */

/* What every page shows: title, languages, telephone numbers. */
struct value *intake_page(struct context *context, const struct http_request *request,
    const char *title, unsigned language);
void intake_show(struct context *context, struct http_request *request, unsigned status,
    const char *template, unsigned language, const struct value *root);
/* A page for everybody, that search engines may keep. */
void intake_show_open(struct context *context, struct http_request *request, const char *template,
    unsigned language, const struct value *root);
/* A heading and a sentence, both Swedish, marked with T(). */
void intake_show_plain(struct context *context, struct http_request *request, unsigned status,
    unsigned language, const char *heading, const char *body);
/* False: answered with 404 because the path's language is not ours. */
bool intake_language(struct context *context, struct http_request *request, unsigned *language);
/* Whether a POST comes from our own page (SameSite is not enough without a session). False:
 * answered with 403. */
bool intake_same_origin(struct context *context, struct http_request *request, unsigned language);
/* What a token of that purpose is looked up by; what is no token finds nothing, at the same cost.
 */
struct text intake_token_hash(struct arena *arena, const char *purpose, struct text token);

/* "tisdag 7 oktober" in the language. */
const char *intake_day(struct arena *arena, unsigned language, int32_t day);
const char *intake_weekday(unsigned language, int weekday);
const char *intake_month(unsigned language, int month);
const char *intake_clock(struct arena *arena, int64_t minutes); /* "16.30" */
const char *intake_word(unsigned language, const char *swedish);
const char *intake_situation(enum situation situation); /* in plain Swedish */
const char *intake_list_name(
    const struct list_entry *list, size_t count, unsigned language, struct text key);

typedef bool intake_page_fn(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error);
intake_page_fn intake_start_page, intake_urgent_page, intake_leave_page, intake_static_page;
intake_page_fn intake_missing_page;
intake_page_fn intake_form_page, intake_form_post, intake_child_page;
intake_page_fn intake_begin_page, intake_begin_post, intake_draft_page, intake_draft_post;
intake_page_fn intake_resume_page, intake_resume_post, intake_receipt_text;
intake_page_fn intake_receipt_page, intake_receipt_ask_page;
intake_page_fn intake_groups_page, intake_group_page, intake_group_calendar;
intake_page_fn intake_groups_api, intake_group_api;
intake_page_fn intake_info_page, intake_material_page, intake_robots_page, intake_sitemap_page;
intake_page_fn intake_offer_page, intake_offer_post;
intake_page_fn intake_feed_page, intake_dates_page, intake_dates_post;
intake_page_fn intake_before_start_page, intake_before_start_post, intake_before_start_calendar;
intake_page_fn intake_evening_page, intake_evening_post;
intake_page_fn intake_substitute_page, intake_substitute_post;
intake_page_fn intake_referrals_api, intake_status_api, intake_openapi_api;

/* A rhythm: deletes drafts that nobody has changed for so long. */
bool intake_sweep_drafts(struct context *context, struct error *error);
/* A page that is not there. */
void intake_show_missing(struct context *context, struct http_request *request);
/* The answer of the quick exit, which needs no database. */
void intake_leave(struct context *context, struct http_request *request);

/* Shows the form again, with what was typed, when the database is away. */
void intake_unavailable(struct context *context, struct http_request *request);

/* --- intake_partner.c: forms over ZeroMQ --- */
bool intake_partner_open(struct house *house, struct error *error);
void intake_partner_close(struct house *house);
