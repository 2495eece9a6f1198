/* Times of Europe/Stockholm by rule: the European Union's summer time, without the host's zone
 * files. Pure. */
#pragma once

#include <stdint.h>

/* Minutes that the local clock is ahead of UTC at that moment: 60 or 120. By the rule of 1996 on;
 * earlier moments are given the same rule, which nothing here needs to be right. */
int32_t local_offset_min(int64_t utc_ms);

/* The local civil day, and the minutes since its midnight (0..1439). */
int32_t local_day(int64_t utc_ms);
int32_t local_minute(int64_t utc_ms);

/* The moment of a local time; minutes may pass 1439 into the following days. A time that the
 * spring's change leaves out means an hour later; one that the autumn has twice means the first. */
int64_t local_to_utc_ms(int32_t day, int32_t minute);

/* The end of a local day, that is the next midnight: what "to and with Thursday" means. */
int64_t local_end_of_day_ms(int32_t day);
