/* What the files of the desk share: its settings, what lives as long as the process, the visit. */
#pragma once

#include "common/context.h"
#include "common/embedded.h"
#include "common/http.h"
#include "common/i18n.h"
#include "common/service.h"
#include "common/template.h"
#include "services/desk/core/rights.h"
#include "services/desk/desk_group_store.h"
#include "services/desk/desk_look_store.h"
#include "services/desk/desk_store.h"
#include "services/desk/desk_task_store.h"

struct seal_opener;

struct desk_settings {
    int64_t idle_ms, session_ms, forget_every_ms, escalate_every_ms, user_tries, address_tries;
    bool behind_tls, behind_proxy;
    bool clears, speaks, approves; /* of intake and matching: said on every page */
    const char *base_url;          /* of notification: where the public pages are */
    const char *intake_endpoint;   /* of its partners' socket; empty: in our own state folder */
    int64_t send_again_ms;
};

struct desk_house { /* made at the start */
    struct house *house;
    const struct desk_settings *settings;
    struct i18n *i18n;
    struct template_set *templates;
    struct store *case_store;
    struct seal_opener *opener;
    char style[9]; /* of the style sheets: new ones are fetched at once */
};
const struct desk_house *desk_house(void);

bool desk_start(struct house *house, const struct desk_settings *settings, struct error *error);
void desk_end(void);
/* A file of the desk's pages, or of those that all daemons share; NULL when there is none. */
const struct embedded_file *desk_file(const char *name);

/* --- a visit: one request of somebody who has signed in --- */

struct visit {
    struct context *context;
    struct http_request *request;
    struct staff staff;
    const char *actor;      /* for the audit: "staff:" and the account's id */
    const char *form_token; /* in every form of this session */
    unsigned language;
    bool clock_turned;
};

typedef bool desk_page_fn(struct visit *visit, struct error *error);
struct desk_page { /* the `data` of a page's pattern */
    enum right right;
    desk_page_fn *show;
    bool by_itself; /* a script asks for it: no sign that somebody is there, the session goes on
                       ageing */
};
/* The page_fn of every page behind the sign-in: who it is, whether they may, whether a POST comes
 * from our own form; then the desk_page's own function. */
page_fn desk_visit;
/* The same door for a page that takes its request: `*entered` false: it is answered. */
bool desk_enter(struct visit *visit, bool *entered, struct error *error);
/* Whether somebody stands behind a form whose session has been idle for too long but has not ended:
 * what they typed may be kept, and nothing may be shown. Answers nothing. */
bool desk_enter_late(struct visit *visit, bool *entered, struct error *error);

/* --- desk_session.c: cookies and forms --- */

/* The keyed hash of the session's token; false when there is none. */
bool desk_session_hash(const struct http_request *request, uint8_t hash[static TOKEN_HASH]);
void desk_set_cookie(struct arena *arena, struct http_request *request, const char *token);
void desk_clear_cookie(struct arena *arena, struct http_request *request);
const char *desk_form_token(struct arena *arena, const uint8_t session_hash[static TOKEN_HASH]);
/* Whether the browser says that our own page sent it; what is no browser says nothing. */
bool desk_same_origin(const struct http_request *request);
unsigned desk_language(const struct http_request *request);

/* --- desk_page.c: the frame --- */

/* What every page shows, for a visit or (NULL) for somebody who has not signed in. */
struct value *desk_root(struct arena *arena, const struct visit *visit, const char *title);
/* The page is read by this file of pages/ too, an addition: without script all works as well. */
void desk_use_script(struct value *root, const char *file);
void desk_show(struct arena *arena, struct http_request *request, unsigned status,
    const char *template, unsigned language, const struct value *root);
/* A heading and a sentence, both Swedish, marked with T(). */
void desk_show_plain(
    const struct visit *visit, unsigned status, const char *heading, const char *sentence);
bool desk_not_found(const struct visit *visit); /* answers 404, writes it down, returns true */
/* 303 to a page of ours with "?sagt=WORD" (or "&"), which that page says in words. */
void desk_go(const struct visit *visit, const char *path, const char *said);
page_fn desk_static_page;
void desk_unavailable(struct context *context, struct http_request *request);

/* --- desk_words.c: vocabulary in Swedish, marked for translation --- */

const char *word_situation(enum situation situation);
const char *word_state(enum referral_state state);
const char *word_state_name(struct text name); /* as the ledger has it */
const char *word_source(enum source source);
const char *word_safety(enum safety safety);
const char *word_decision(enum clearance_decision decision);
const char *word_task(enum task_kind kind);
const char *word_wait_reason(enum wait_reason reason);
const char *word_outcome(enum contact_outcome outcome);
const char *word_letter_end(enum letter_end end);
const char *word_purpose(enum purpose purpose);
const char *word_group_state(enum group_state state);
const char *word_presence(enum presence presence);
const char *word_stale(enum stale stale);
const char *word_refusal(enum booking_refusal refusal);
const char *word_message(struct text kind);
const char *word_role(enum staff_role role);
const char *word_daemon(struct text name);
const char *word_said(struct text said); /* what a redirect wants said; NULL: nothing */

const char *word_act_reason(enum act_reason reason);

/* --- times in words: in the visit's language, Stockholm's clock --- */

const char *desk_when(const struct visit *visit, int64_t ms);           /* "tis 7 okt 14.05" */
const char *desk_day(const struct visit *visit, int32_t day);           /* "tis 7 okt" */
const char *desk_weekly(const struct visit *visit, struct weekly when); /* "tisdagar 16.30" */
/* Whole days from then to now; never below 0. */
int64_t desk_days_since(const struct visit *visit, int64_t ms);
/* Sets NAME to an object with one of min, hours, days, and `late` when it has passed. */
void desk_set_clock(
    const struct visit *visit, struct value *object, const char *name, int64_t due_ms);
const char *desk_id(struct arena *arena, struct uuid id);
bool desk_captured(const struct visit *visit, size_t index, struct uuid *id);
bool desk_form_id(const struct visit *visit, const char *name, struct uuid *id);
int64_t desk_form_int(const struct visit *visit, const char *name); /* INT_ABSENT: none, or wrong */
/* "15:30" or "15.30" as minutes since midnight; INT_ABSENT: none, or wrong. */
int64_t desk_form_hour(const struct visit *visit, const char *name);
bool desk_is_word(struct text text); /* a key of the city's lists */
/* Whose groups: all of them (absent), a leader's own, or (a leader without any) nobody's. */
struct uuid desk_whose(const struct visit *visit);
/* A language in words; a code that nobody knows stands as it is. */
void desk_set_tongue(struct value *object, const char *name, struct text code);
/* Sets "reason": why a child waits, in words; `district` is the name of the detail's, or absent. */
void desk_set_reason(const struct visit *visit, struct value *object, enum wait_reason reason,
    struct text detail, struct text district);

/* --- desk_identity.c --- */

struct identity_way { /* from where the contacts are asked for */
    const char *back, *action;
    bool family_only; /* nothing but the family is shown */
    int64_t version;  /* of the referral, for noting the call at once; 0: not from here */
    bool may_leave;   /* a message, says the family */
};
bool desk_identity_ask(const struct visit *visit, struct text code, const struct identity_way *way,
    const char *trouble);
/* The POST of it. */
bool desk_identity_answer(struct visit *visit, struct uuid referral, struct text code,
    const struct identity_way *way, struct error *error);

/* --- desk_talks.c: for the card --- */

bool desk_add_talks(struct visit *visit, struct uuid referral, const struct card *card,
    struct value *root, struct error *error);

/* --- desk_evening.c: for the pages of groups --- */

/* Who is missing: of the group, or (absent) of all groups of the leader who has signed in. */
bool desk_add_missing(
    struct visit *visit, struct uuid group, struct value *root, struct error *error);
/* Sets what to bring, and whether the parents are there, in the objects of these meetings. */
bool desk_set_evenings(struct visit *visit, struct uuid group, const struct uuid *meetings,
    struct value *const *objects, size_t count, struct error *error);
/* The parents' group, when it has one. */
bool desk_add_parents(
    struct visit *visit, struct uuid group, struct value *root, struct error *error);

/* --- pages --- */

desk_page_fn desk_start_page, desk_list_page, desk_list_file, desk_search_page;
desk_page_fn desk_card_page, desk_decide_post, desk_call_post, desk_note_post, desk_move_post;
desk_page_fn desk_identity_page, desk_identity_post;
desk_page_fn desk_task_take_post, desk_task_back_post, desk_task_end_post, desk_letter_seen_post;
desk_page_fn desk_tasks_page, desk_to_clear_page;
desk_page_fn desk_groups_page, desk_group_page, desk_proposal_post, desk_plan_post;
desk_page_fn desk_meeting_page, desk_meeting_post;
desk_page_fn desk_parents_post, desk_worry_page, desk_worry_post;
desk_page_fn desk_missing_contact_page, desk_missing_contact_post, desk_missing_done_post;
desk_page_fn desk_talks_post, desk_apart_post;
desk_page_fn desk_programmes_page, desk_programme_page, desk_board_post, desk_approve_post;
desk_page_fn desk_series_page, desk_series_post;
desk_page_fn desk_year_page, desk_year_post, desk_rooms_page, desk_room_page, desk_room_post;
desk_page_fn desk_queues_page, desk_queues_stream, desk_control_post, desk_shape_page;
desk_page_fn desk_dead_page, desk_dead_one_page, desk_dead_retry_post, desk_dead_show_post;
desk_page_fn desk_dead_edit_post, desk_dead_hand_over_post, desk_keys_page;
desk_page_fn desk_leaders_page, desk_leader_page, desk_own_leader_page;
desk_page_fn desk_leader_post, desk_training_post, desk_release_post, desk_absence_post;
desk_page_fn desk_conflict_post, desk_substitute_post;
desk_page_fn desk_board_now_page, desk_board_page, desk_board_group_page, desk_board_plan_post;
desk_page_fn desk_map_page, desk_timetable_page;
desk_page_fn desk_sign_out_post, desk_missing_page;

/* --- desk_plans.c --- */

/* What is proposed, by plan, and what came to nothing lately. */
bool desk_add_plans(struct visit *visit, struct value *root, struct error *error);

/* --- desk_sign_in.c --- */

page_fn desk_sign_in_page, desk_sign_in_post, desk_language_page;
bool desk_sign_in_open(struct house *house, struct error *error);
void desk_sign_in_settle(struct house *house); /* answers who still waits */
void desk_sign_in_close(void);
