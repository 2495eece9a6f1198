/*
 * gruppstod import leaders, rooms: every fault of the file is named, also what is booked on what
 * the file would take away; a file without faults goes in as one transaction, with an audit line
 * for each that it changes.
 */
#include <stdio.h>

#include "common/check.h"
#include "services/gruppstod/import.h"
#include "services/gruppstod/operator_pen.h"
#include "services/gruppstod/register_store.h"

struct counts {
    size_t made, changed;
};

/* Says what becomes of one, and writes it into the audit chain. */
static bool tell(const struct import *import, struct tx *tx, struct operator_pen *pen,
    const char *action, const char *name, const struct register_found *found, bool made,
    struct counts *counts, struct error *error)
{
    const char *what = made ? "new" : found->changed.data;

    printf("%s: %s\n", name, what);
    counts->made += made;
    counts->changed += !made;
    return operator_pen_write(pen, tx, import->shell->arena, action, found->id, what, error);
}

static void sum_up(const char *what, size_t all, const struct counts *counts)
{
    printf("%zu %s: %zu new, %zu changed, %zu as they were\n", all, what, counts->made,
        counts->changed, all - counts->made - counts->changed);
}

static bool refuse(const struct sheet *sheet, struct error *error)
{
    return import_refuse(sheet->faults, sheet->fault_count, error);
}

/* --- leaders --- */

static bool look_at_leaders(struct tx *tx, struct sheet *sheet, const struct leader_told *leaders,
    struct register_found *found, struct error *error)
{
    for (size_t i = 0; i < sheet->csv.rows; i++) {
        if (!leader_import_look(tx, sheet->arena, &leaders[i], &found[i], error))
            return error_while(error, "line %d", sheet->csv.lines[i]);
        if (found[i].matches > 1)
            sheet_wrong(sheet, i, LEADER_NAME,
                "%zu leaders have this name in this unit: say the address at work",
                found[i].matches);
        else if (found[i].changed.data &&
                 !leader_import_guard(tx, &leaders[i], found[i].id, sheet, error))
            return error_while(error, "line %d", sheet->csv.lines[i]);
        for (size_t before = 0; before < i && found[i].matches == 1; before++)
            if (uuid_equal(found[before].id, found[i].id))
                sheet_wrong(sheet, i, LEADER_NAME, "line %d is about the same leader",
                    sheet->csv.lines[before]);
    }
    return true;
}

static bool bring_leaders(const struct import *import, struct tx *tx, struct operator_pen *pen,
    struct text bytes, struct error *error)
{
    struct arena *arena = import->shell->arena;
    struct register_known known;
    struct leader_told *leaders;
    struct counts counts = {0, 0};
    struct sheet sheet;

    if (!register_load_known(tx, arena, &known, error) ||
        !leader_read(arena, import->path, bytes, &known, &sheet, &leaders, error) ||
        !refuse(&sheet, error))
        return false;
    struct register_found *found = ARENA_ARRAY(arena, struct register_found, sheet.csv.rows + 1);
    if (!look_at_leaders(tx, &sheet, leaders, found, error) || !refuse(&sheet, error))
        return false;
    for (size_t i = 0; i < sheet.csv.rows; i++) {
        const bool made = found[i].matches == 0;
        if (!made && !found[i].changed.data)
            continue;
        if (!leader_import_write(tx, arena, &leaders[i], &found[i], error) ||
            !tell(import, tx, pen, "leader_imported", leaders[i].name.data, &found[i], made,
                &counts, error))
            return error_while(error, "line %d", sheet.csv.lines[i]);
    }
    sum_up("leaders", sheet.csv.rows, &counts);
    return true;
}

int import_leaders(const struct import *import)
{
    return import_whole(import, bring_leaders);
}

/* --- rooms --- */

static bool look_at_rooms(struct tx *tx, struct sheet *sheet, const struct room_told *rooms,
    struct register_found *found, struct error *error)
{
    for (size_t i = 0; i < sheet->csv.rows; i++) {
        if (!room_import_look(tx, sheet->arena, &rooms[i], &found[i], error) ||
            !room_import_guard(tx, &rooms[i], &found[i], sheet, error))
            return error_while(error, "line %d", sheet->csv.lines[i]);
        if (found[i].matches > 1)
            sheet_wrong(sheet, i, ROOM_SITE, "%zu houses have this name", found[i].matches);
        if (uuid_absent(found[i].id) && !rooms[i].hours.said)
            sheet_wrong(sheet, i, ROOM_HOURS, "a new room says when it is open");
    }
    return true;
}

/* A house that an earlier line has made is no new one. */
static bool write_room(struct tx *tx, struct arena *arena, const struct room_told *told,
    struct register_found *found, struct error *error)
{
    struct register_found now;

    if (!uuid_absent(found->house))
        return room_import_write(tx, arena, told, found, error);
    if (!room_import_look(tx, arena, told, &now, error))
        return false;
    found->house = now.house;
    return room_import_write(tx, arena, told, found, error);
}

static bool bring_rooms(const struct import *import, struct tx *tx, struct operator_pen *pen,
    struct text bytes, struct error *error)
{
    struct arena *arena = import->shell->arena;
    struct register_known known;
    struct room_told *rooms;
    struct counts counts = {0, 0};
    struct sheet sheet;

    if (!register_load_known(tx, arena, &known, error) ||
        !room_read(arena, import->path, bytes, &known, &sheet, &rooms, error) ||
        !refuse(&sheet, error))
        return false;
    struct register_found *found = ARENA_ARRAY(arena, struct register_found, sheet.csv.rows + 1);
    if (!look_at_rooms(tx, &sheet, rooms, found, error) || !refuse(&sheet, error))
        return false;
    for (size_t i = 0; i < sheet.csv.rows; i++) {
        const bool made = uuid_absent(found[i].id);
        const char *name = arena_format(arena, "%s, %s", rooms[i].site.data, rooms[i].name.data);
        if (!made && !found[i].changed.data)
            continue;
        if (!write_room(tx, arena, &rooms[i], &found[i], error) ||
            !tell(import, tx, pen, "room_imported", name, &found[i], made, &counts, error))
            return error_while(error, "line %d", sheet.csv.lines[i]);
    }
    sum_up("rooms", sheet.csv.rows, &counts);
    return true;
}

int import_rooms(const struct import *import)
{
    return import_whole(import, bring_rooms);
}
