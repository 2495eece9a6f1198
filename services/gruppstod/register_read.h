/* Leaders and rooms from tables that people keep: what each row says, and each fault of it. */
#pragma once

#include "common/domain/date.h"
#include "services/gruppstod/sheet.h"

struct register_district {
    struct text code, name;
};

struct register_slot {
    int64_t slot, weekday, starts_min;
};

struct register_known { /* what the cells may name */
    const struct register_district *districts;
    size_t district_count;
    const struct register_slot *slots;
    size_t slot_count;
};

/* An empty cell says nothing: what is there stays, and who is new gets what is usual. */

struct leader_told {
    size_t row;
    struct text name, email, employer, unit, home;
    const char *kind;             /* a word of employment */
    const char *parents, *active; /* "true", "false" */
    int64_t max_groups, release, led;
    int64_t slots; /* mask; INT_ABSENT: not said */
    int32_t contract_from, contract_to;
    struct sheet_list districts, languages;
    struct sheet_list trainings; /* "situation:level:from:until", the last empty when it is open */
};

struct room_told {
    size_t row;
    struct text site, name, district;
    const char *withheld, *discretion;
    int64_t capacity, cost;
    struct sheet_list access, equipment;
    struct sheet_list hours; /* "weekday 15:00 20:00", from Monday = 0 on */
};

/* The columns of each, for --help and for reading. */
enum leader_column {
    LEADER_NAME,
    LEADER_KIND,
    LEADER_EMAIL,
    LEADER_EMPLOYER,
    LEADER_UNIT,
    LEADER_DISTRICT,
    LEADER_DISTRICTS,
    LEADER_LANGUAGES,
    LEADER_TRAININGS,
    LEADER_CONTRACT_FROM,
    LEADER_CONTRACT_TO,
    LEADER_RELEASE,
    LEADER_SLOTS,
    LEADER_LED,
    LEADER_PARENTS,
    LEADER_MAX_GROUPS,
    LEADER_ACTIVE,
    LEADER_COLUMNS,
};
enum room_column {
    ROOM_SITE,
    ROOM_NAME,
    ROOM_DISTRICT,
    ROOM_WITHHELD,
    ROOM_DISCRETION,
    ROOM_CAPACITY,
    ROOM_ACCESS,
    ROOM_EQUIPMENT,
    ROOM_HOURS,
    ROOM_COST,
    ROOM_COLUMNS,
};
const struct sheet_column *leader_columns(void);
const struct sheet_column *room_columns(void);

/* Every row, and in sheet->faults what is wrong with each. False: no table at all. */
bool leader_read(struct arena *arena, const char *name, struct text bytes,
    const struct register_known *known, struct sheet *sheet, struct leader_told **leaders,
    struct error *error);
bool room_read(struct arena *arena, const char *name, struct text bytes,
    const struct register_known *known, struct sheet *sheet, struct room_told **rooms,
    struct error *error);

/* The code of a district that is named by code or name; a fault, and absent, for any other. */
struct text register_read_district(struct sheet *sheet, size_t row, size_t column,
    const struct register_known *known, struct text said);
