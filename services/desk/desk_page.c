/* The frame of every page, who may see it, and the pages that need no database. */
#include <sodium.h>
#include <stdio.h>

#include "common/check.h"
#include "common/log.h"
#include "common/seal.h"
#include "common/secrets.h"
#include "common_pages.h"
#include "desk_pages.h"
#include "services/desk/desk_nav.h"

static struct desk_house self;

const struct desk_house *desk_house(void)
{
    return &self;
}

const struct embedded_file *desk_file(const char *name)
{
    size_t own_count, common_count;
    const struct embedded_file *own = desk_pages(&own_count);
    const struct embedded_file *shared = common_pages(&common_count);
    const struct embedded_file *found = embedded_find(own, own_count, name);

    return found ? found : embedded_find(shared, common_count, name);
}

/* --- the start and the end --- */

static const char *type_of(const char *name)
{
    static const struct {
        const char *end, *type;
    } types[] = {{".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"}};
    const char *dot = name ? strrchr(name, '.') : NULL;

    for (size_t i = 0; dot && i < COUNT(types); i++)
        if (strcmp(dot, types[i].end) == 0)
            return types[i].type;
    return NULL;
}

/* One hash for all that a page fetches beside itself. */
static void read_style(const struct embedded_file *own, size_t own_count)
{
    size_t count[2] = {own_count};
    const struct embedded_file *files[] = {own, common_pages(&count[1])};
    crypto_generichash_state state;
    uint8_t hash[16];

    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t from = 0; from < COUNT(files); from++)
        for (size_t i = 0; i < count[from]; i++)
            if (type_of(files[from][i].name))
                crypto_generichash_update(&state, (const uint8_t *)files[from][i].content.data,
                    files[from][i].content.length);
    crypto_generichash_final(&state, hash, sizeof hash);
    hex_encode(hash, 4, self.style);
}

bool desk_start(struct house *house, const struct desk_settings *settings, struct error *error)
{
    const struct store_options options = {house->conninfo, "gruppstod_desk_case"};
    size_t count;
    const struct embedded_file *files = desk_pages(&count);

    self = (struct desk_house){.house = house, .settings = settings};
    self.i18n = i18n_open(files, count, error);
    if (!self.i18n)
        return error_while(error, "reading the translations");
    self.templates = template_set_open(files, count, self.i18n, error);
    if (!self.templates)
        return error_while(error, "reading the pages");
    read_style(files, count);
    self.opener = seal_opener_new(secrets_key(house->secrets, SECRET_SEAL));
    self.case_store = store_open(&options, error);
    return self.case_store || error_while(error, "opening the connection for identities");
}

void desk_end(void)
{
    store_close(self.case_store);
    seal_opener_free(self.opener);
    template_set_close(self.templates);
    i18n_close(self.i18n);
    self = (struct desk_house){.house = NULL};
}

/* --- the frame --- */

void desk_use_script(struct value *root, const char *file)
{
    value_set_string(root, "script", file);
}

static void set_rights(struct value *root, enum staff_role role)
{
    static const struct {
        const char *name;
        enum right right;
    } shown[] = {{"may_list", RIGHT_LIST}, {"may_decide", RIGHT_DECIDE},
        {"may_identity", RIGHT_IDENTITY}, {"may_groups", RIGHT_GROUPS},
        {"may_all_groups", RIGHT_ALL_GROUPS}, {"may_attendance", RIGHT_ATTENDANCE},
        {"may_queues", RIGHT_QUEUES}, {"may_control", RIGHT_CONTROL}};

    for (size_t i = 0; i < COUNT(shown); i++)
        value_set_bool(root, shown[i].name, staff_may(role, shown[i].right));
}

/* Nothing is decided by a setting, and no clock is turned, without every page saying so. */
static void set_banner(struct value *root, bool clock_turned)
{
    const struct desk_settings *settings = self.settings;

    value_set_bool(root, "clears", settings->clears);
    value_set_bool(root, "speaks", settings->clears && settings->speaks);
    value_set_bool(root, "approves", settings->approves);
    value_set_bool(root, "turned", clock_turned);
    value_set_bool(root, "banner", settings->clears || settings->approves || clock_turned);
}

struct value *desk_root(struct arena *arena, const struct visit *visit, const char *title)
{
    struct value *root = value_object(arena);

    value_set_message(root, "title", title);
    value_set_string(root, "style", self.style);
    value_set_bool(root, "signed_in", visit != NULL);
    set_banner(root, visit && visit->clock_turned);
    if (!visit)
        return root;
    value_set_text(root, "me", visit->staff.display_name);
    value_set_message(root, "my_role", word_role(visit->staff.role));
    value_set_string(root, "token", visit->form_token);
    const char *said = word_said(http_query(visit->request, "sagt"));
    if (said)
        value_set_message(root, "said", said);
    set_rights(root, visit->staff.role);
    desk_add_nav(root, visit);
    return root;
}

/* No referrer for others (with none at all a browser would hide a form's origin from us), no cache,
 * no script, no style and no answer but ours, in no frame. */
static void secure(struct http_request *request)
{
    http_answer_header(request, "Cache-Control", "no-store");
    http_answer_header(request, "Referrer-Policy", "same-origin");
    http_answer_header(request, "Cross-Origin-Opener-Policy", "same-origin");
    http_answer_header(request, "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

void desk_show(struct arena *arena, struct http_request *request, unsigned status,
    const char *template, unsigned language, const struct value *root)
{
    struct error error = {ERROR_NONE, ""};
    struct text page;

    if (!template_render(self.templates, template, language, root, arena, &page, &error)) {
        log_event(LOG_LEVEL_ERROR, "page_broken", "page=%s reason=%s", template, error.text);
        http_answer(request, 500, "text/plain; charset=utf-8",
            TEXT("Something went wrong here. It has been noted.\n"));
        return;
    }
    http_answer(request, status, "text/html; charset=utf-8", page);
    secure(request);
}

void desk_show_plain(
    const struct visit *visit, unsigned status, const char *heading, const char *sentence)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, heading);

    value_set_message(root, "heading", heading);
    value_set_message(root, "sentence", sentence);
    desk_show(arena, visit->request, status, "plain.html", visit->language, root);
}

/* Whoever asks for what is not there may be looking for somebody: it is written down. */
bool desk_not_found(const struct visit *visit)
{
    struct uuid subject = {{0}};

    desk_captured(visit, 0, &subject);
    context_audit(visit->context, visit->actor, "asked_for_nothing", subject, NULL);
    desk_show_plain(visit, 404, T("Sidan finns inte"),
        T("Det finns inget här, eller så hör det inte till dig."));
    return true;
}

bool desk_missing_page(struct visit *visit, struct error *error)
{
    (void)error;
    return desk_not_found(visit);
}

void desk_go(const struct visit *visit, const char *path, const char *said)
{
    if (!said)
        http_redirect(visit->request, path);
    else
        http_redirect(visit->request, arena_format(visit->context->arena, "%s%csagt=%s", path,
                                          strchr(path, '?') ? '&' : '?', said));
}

/* --- a visit --- */

static bool form_is_ours(const struct visit *visit)
{
    const struct text token = http_form(visit->request, "t");

    return desk_same_origin(visit->request) && token.data &&
           token_equal(token, text_of(visit->form_token));
}

static bool refuse(const struct visit *visit, const char *what, const char *sentence)
{
    struct uuid subject = {{0}};

    desk_captured(visit, 0, &subject);
    context_audit(visit->context, visit->actor, what, subject, NULL);
    desk_show_plain(visit, 403, T("Det går inte"), sentence);
    return true;
}

static bool load_visit(struct visit *visit, int64_t late_ms, bool *signed_in, struct error *error)
{
    const struct desk_page *page = page_data(visit->request);
    struct context *context = visit->context;
    uint8_t hash[TOKEN_HASH];
    struct session session = {.found = false};
    char id[UUID_TEXT + 1];

    visit->language = desk_language(visit->request);
    *signed_in = false;
    if (!desk_session_hash(visit->request, hash))
        return true;
    /* What a script asks for is no sign that somebody is there. */
    const int64_t idle_ms = page->by_itself ? 0 : self.settings->idle_ms;
    if (!desk_load_session(context, hash, idle_ms, late_ms, &session, error))
        return error_while(error, "reading the session");
    if (!session.found)
        return true;
    uuid_format(session.staff.staff_id, id);
    visit->staff = session.staff;
    visit->clock_turned = session.clock_turned;
    visit->actor = arena_format(context->arena, "staff:%s", id);
    visit->form_token = desk_form_token(context->arena, hash);
    *signed_in = true;
    return true;
}

bool desk_enter(struct visit *visit, bool *entered, struct error *error)
{
    const struct desk_page *page = page_data(visit->request);
    bool signed_in;

    *entered = false;
    if (!load_visit(visit, self.settings->idle_ms, &signed_in, error))
        return false;
    if (!signed_in) {
        http_redirect(visit->request, "/in");
        http_answer_header(visit->request, "Cache-Control", "no-store");
        return true;
    }
    if (!staff_may(visit->staff.role, page->right))
        return refuse(visit, "not_allowed", T("Ditt konto har inte rätt till den här sidan."));
    if (http_method(visit->request) == HTTP_POST && !form_is_ours(visit))
        return refuse(visit, "form_refused",
            T("Formuläret kom inte från en sida som du nyss hade öppen. Gå tillbaka, ladda om "
              "sidan och försök igen."));
    *entered = true;
    return true;
}

bool desk_enter_late(struct visit *visit, bool *entered, struct error *error)
{
    const struct desk_page *page = page_data(visit->request);
    bool signed_in;

    *entered = false;
    if (!load_visit(visit, self.settings->session_ms, &signed_in, error))
        return false;
    *entered = signed_in && staff_may(visit->staff.role, page->right) && form_is_ours(visit);
    return true;
}

bool desk_visit(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct desk_page *page = page_data(requests[0]);
    struct visit visit = {.context = context, .request = requests[0]};
    bool entered;

    CHECK(count == 1);
    return desk_enter(&visit, &entered, error) && (!entered || page->show(&visit, error));
}

/* --- without a database --- */

void desk_unavailable(struct context *context, struct http_request *request)
{
    struct value *root = desk_root(context->arena, NULL, T("Vänta lite"));

    value_set_message(root, "heading", T("Vänta lite"));
    value_set_message(root, "sentence",
        T("Databasen svarar inte just nu. Inget har sparats. Försök igen om en liten stund."));
    desk_show(context->arena, request, 503, "plain.html", desk_language(request), root);
}

bool desk_static_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)context;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const char *name = http_capture(requests[i], 0).data;
        const struct embedded_file *file = type_of(name) ? desk_file(name) : NULL;
        if (!file) {
            http_answer(requests[i], 404, "text/plain; charset=utf-8", TEXT("Not here.\n"));
            continue;
        }
        http_answer(requests[i], 200, type_of(name), file->content);
        http_answer_header(requests[i], "Cache-Control", "public, max-age=86400");
    }
    return true;
}
