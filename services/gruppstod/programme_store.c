/*
 * A version that groups may have been booked with is never changed: a change has a new number. Only
 * a draft gives way to what comes in its place.
 */
#include "services/gruppstod/programme_store.h"

#include "common/check.h"
#include "common/clock.h"

static bool conflict(
    const char **field, const char *which, struct error *error, const char *sentence)
{
    *field = which;
    return error_set(error, ERROR_CONFLICT, "%s", sentence);
}

static bool write_programme(struct tx *tx, struct arena *arena, const struct programme_told *told,
    struct uuid *id, bool *made, const char **field, struct error *error)
{
    static const struct statement write = {"programme_write",
        "insert into scheduling.programme as p (programme_id, name, situation, format, made_up,"
        "  board_needed) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (municipality_id, name) do update set made_up = excluded.made_up,"
        "  board_needed = excluded.board_needed"
        " returning p.programme_id, p.situation = $3, p.format = $4, p.programme_id = $1"};
    struct params *params = params_new(arena);
    struct rows *rows;

    param_uuid(params, uuid_new(clock_now_ms()));
    param_text(params, told->name);
    param_text(params, told->situation);
    param_text(params, told->format);
    param_bool(params, told->made_up);
    param_bool(params, told->board_needed);
    if (!tx_query(tx, &write, params, &rows, error))
        return false;
    *id = row_uuid(rows, 0, 0);
    *made = row_bool(rows, 0, 3);
    if (!row_bool(rows, 0, 1))
        return conflict(field, "situation", error,
            "the programme of that name is for another situation: give this one its own name");
    if (!row_bool(rows, 0, 2))
        return conflict(field, "format", error,
            "the programme of that name has another format: give this one its own name");
    return true;
}

static bool write_decisions(struct tx *tx, struct arena *arena, const struct programme_told *told,
    struct uuid id, struct error *error)
{
    static const struct statement write = {"programme_decisions",
        "insert into scheduling.programme_board (programme_id, number, decided_on)"
        " select $1, n, d from unnest($2::text[], $3::date[]) x (n, d)"
        " on conflict (programme_id, number) do update set decided_on = excluded.decided_on"};
    struct params *params = params_new(arena);

    if (told->decision_count == 0)
        return true;
    param_uuid(params, id);
    param_texts(params, COLUMN(told->decisions, number), told->decision_count);
    param_days(params, COLUMN(told->decisions, decided_on), told->decision_count);
    return tx_run(tx, &write, params, error);
}

/* Bands, windows and themes as programme_version_v writes them. */
static void param_lists(
    struct params *params, struct arena *arena, const struct programme_told *told)
{
    struct text *ages = ARENA_ARRAY(arena, struct text, told->age_count);
    struct text *windows = ARENA_ARRAY(arena, struct text, told->window_count);
    struct text *things = ARENA_ARRAY(arena, struct text, told->meeting_count);

    for (size_t i = 0; i < told->age_count; i++)
        ages[i] =
            text_of(arena_format(arena, "%d–%d", (int)told->ages[i].from, (int)told->ages[i].to));
    for (size_t i = 0; i < told->window_count; i++)
        windows[i] = text_of(arena_format(
            arena, "%d-%d", (int)told->windows[i].opens, (int)told->windows[i].closes));
    for (size_t i = 0; i < told->meeting_count; i++)
        things[i] = told->things[i].data ? told->things[i] : TEXT("");
    param_texts(params, ages, sizeof *ages, told->age_count);
    param_texts(params, windows, sizeof *windows, told->window_count);
    param_texts(params, told->themes, sizeof *told->themes, told->meeting_count);
    param_texts(params, things, sizeof *things, told->meeting_count);
    param_ints(params, told->joint, sizeof *told->joint, told->joint_count);
}

static void param_fields(struct params *params, const struct programme_told *told)
{
    param_day(params, told->valid_from);
    param_text(params, told->approved_by);
    param_day(params, told->approved_on);
    param_int(params, told->minutes);
    param_int(params, told->least);
    param_int(params, told->margin);
    param_int(params, told->most);
    param_text(params, told->parents);
    param_int(params, told->parent_leaders);
    param_text(params, told->entry);
    param_int(params, told->entry_meeting);
    param_text(params, told->level);
    param_text(params, told->intake);
    param_int(params, told->quota);
    param_text(params, told->documentation);
    param_bool(params, told->shared_employers);
    param_bool(params, told->meets_before);
}

/* What is there under that number: nothing, a draft, or (same) what was told, word for word. */
static bool look(struct tx *tx, struct arena *arena, const struct programme_told *told,
    struct uuid id, bool *there, bool *draft, bool *same, struct error *error)
{
    static const struct statement find = {"programme_look",
        "select v.draft, (v.ages, v.windows, v.themes, v.things, v.joint::bigint[], v.valid_from,"
        "  v.approved_by, v.approved_on, v.minutes::bigint, v.least::bigint, v.margin::bigint,"
        "  v.most::bigint, v.parents, v.parent_leaders::bigint, v.entry, v.entry_meeting::bigint,"
        "  v.level, v.intake, v.quota::bigint, v.documentation, v.shared_employers, v.meets_before)"
        " is not distinct from ((select coalesce(array_agg(a order by split_part(a, '–', 1)::int),"
        "   '{}') from unnest($3::text[]) a),"
        "  (select coalesce(array_agg(w order by split_part(w, '-', 1)::int), '{}')"
        "   from unnest($4::text[]) w), $5::text[], $6::text[], $7::bigint[], $8::date, $9::text,"
        "  $10::date, $11::bigint, $12::bigint, $13::bigint, $14::bigint, $15::text, $16::bigint,"
        "  $17::text, $18::bigint, $19::text, $20::text, $21::bigint, $22::text, $23::boolean, "
        "$24::boolean)"
        " from scheduling.programme_version_v v where v.programme_id = $1 and v.version = $2"};
    struct params *params = params_new(arena);
    struct rows *rows;

    param_uuid(params, id);
    param_int(params, told->version);
    param_lists(params, arena, told);
    param_fields(params, told);
    if (!tx_query(tx, &find, params, &rows, error))
        return false;
    *there = rows_count(rows) > 0;
    *draft = *there && row_bool(rows, 0, 0);
    *same = *there && row_bool(rows, 0, 1);
    return true;
}

static bool remove_draft(struct tx *tx, struct arena *arena, const struct programme_told *told,
    struct uuid id, struct error *error)
{
    static const struct statement removals[] = {
        {"programme_drop_bands",
            "delete from scheduling.programme_band where programme_id = $1 and version = $2"},
        {"programme_drop_windows",
            "delete from scheduling.programme_window where programme_id = $1 and version = $2"},
        {"programme_drop_material",
            "delete from scheduling.programme_material where programme_id = $1 and version = $2"},
        {"programme_drop_version",
            "delete from scheduling.programme_version where programme_id = $1 and version = $2"},
    };
    struct params *params = params_new(arena);

    param_uuid(params, id);
    param_int(params, told->version);
    for (size_t i = 0; i < COUNT(removals); i++)
        if (!tx_run(tx, &removals[i], params, error))
            return false;
    return true;
}

static bool write_version(struct tx *tx, struct arena *arena, const struct programme_told *told,
    struct uuid id, struct error *error)
{
    static const struct statement write = {"programme_version",
        "with version as (insert into scheduling.programme_version (programme_id, version, themes,"
        "  joint, valid_from, approved_by, approved_on, draft, minutes, least, margin, most,"
        "  parents, parent_leaders, entry, entry_meeting, level, intake, quota, documentation,"
        "  shared_employers, meets_before)"
        "  values ($1, $2, $5, $7::bigint[]::smallint[], $8, $9, $10, $9 is null, $11, $12, $13,"
        "   $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) returning programme_id, "
        "version),"
        " bands as (insert into scheduling.programme_band (programme_id, version, age_from, age_to)"
        "  select v.programme_id, v.version, split_part(a, '–', 1)::smallint,"
        "   split_part(a, '–', 2)::smallint from version v, unnest($3::text[]) a),"
        " windows as (insert into scheduling.programme_window (programme_id, version, opens,"
        "   closes)"
        "  select v.programme_id, v.version, split_part(w, '-', 1)::smallint,"
        "   split_part(w, '-', 2)::smallint from version v, unnest($4::text[]) w)"
        " insert into scheduling.programme_material (programme_id, version, meeting_no, things)"
        " select v.programme_id, v.version, n, t"
        " from version v, unnest($6::text[]) with ordinality u (t, n) where t <> ''"};
    struct params *params = params_new(arena);

    param_uuid(params, id);
    param_int(params, told->version);
    param_lists(params, arena, told);
    param_fields(params, told);
    return tx_run(tx, &write, params, error);
}

bool programme_write(struct tx *tx, struct arena *arena, const struct programme_told *told,
    enum programme_end *end, struct uuid *programme_id, const char **field, struct error *error)
{
    bool made, there, draft, same;

    *field = "";
    if (!write_programme(tx, arena, told, programme_id, &made, field, error) ||
        !write_decisions(tx, arena, told, *programme_id, error) ||
        !look(tx, arena, told, *programme_id, &there, &draft, &same, error))
        return false;
    if (same && draft == !told->approved_by.data) {
        *end = PROGRAMME_SAME;
        return true;
    }
    if (there && !draft)
        return conflict(field, "version.number", error,
            "this version is there already, and approved: give what has changed the next number");
    *end = made ? PROGRAMME_NEW : draft ? PROGRAMME_REPLACED : PROGRAMME_VERSION;
    return (!draft || remove_draft(tx, arena, told, *programme_id, error)) &&
           write_version(tx, arena, told, *programme_id, error);
}
