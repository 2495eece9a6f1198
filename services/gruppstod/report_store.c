#include "services/gruppstod/report_store.h"

/* Rows and columns come in the order in which they are first named, with counts of 0 too. */
#define SITUATIONS                                                                                 \
    "(values (1, 'substance'), (2, 'mental'), (3, 'violence'), (4, 'separation')) s(o, situation)"

static const struct report_table tables[REPORT_COUNT] = {
    [REPORT_WAIT] = {"wait", "First offer, days since the referral came", "situation",
        {"report_wait",
            "select s.situation, b.word, count(w.referral_id) filter (where"
            " case b.o when 1 then w.days_to_offer <= 42 when 2 then w.days_to_offer > 42"
            " else w.days_to_offer is null end)"
            " from " SITUATIONS
            " cross join (values (1, 'within 42'), (2, 'later'), (3, 'none yet')) b(o, word)"
            " left join evaluation.wait_v w on w.situation = s.situation"
            " group by s.o, s.situation, b.o, b.word order by s.o, b.o"},
        false},
    [REPORT_DISTRICT] = {"unmet_district", "Children who wait, by district", "district",
        {"report_district",
            "select d.name, s.situation, coalesce((select sum(u.children) from evaluation.unmet_v u"
            " where u.district = d.code and u.situation = s.situation), 0)::bigint"
            " from scheduling.district_v d cross join " SITUATIONS " order by d.name, s.o"},
        false},
    [REPORT_REASON] = {"unmet_reason", "The same children, by what stands in the way", "reason",
        {"report_reason",
            "select r.reason, s.situation, coalesce((select sum(u.children)"
            " from evaluation.unmet_v u where coalesce(u.wait_reason, 'talk_first') = r.reason"
            " and u.situation = s.situation"
            " and u.district in (select code from scheduling.district_v)), 0)::bigint"
            " from (select distinct coalesce(wait_reason, 'talk_first') as reason"
            " from evaluation.unmet_v) r cross join " SITUATIONS " order by r.reason, s.o"},
        false},
    [REPORT_GROUPS] = {"groups", "Groups that are planned or run", "district",
        {"report_groups",
            "select c.name, c.situation, c.groups_here::bigint from evaluation.coverage_v c"
            " join " SITUATIONS " using (situation) order by c.name, s.o"},
        true},
    [REPORT_PLACED] = {"placed", "Children with a place, by where they live", "district",
        {"report_placed",
            "select c.name, c.situation, c.placed::bigint from evaluation.coverage_v c"
            " join " SITUATIONS " using (situation) order by c.name, s.o"},
        false},
    [REPORT_ATTENDANCE] = {"attendance", "Attendance, evenings of children", "situation",
        {"report_attendance",
            "select s.situation, b.word, coalesce((select sum(case b.o when 1 then a.present"
            " when 2 then a.absent_told else a.absent_untold end) from evaluation.attendance_v a"
            " join scheduling.group_v g using (group_id) where g.situation = s.situation), 0)"
            "::bigint from " SITUATIONS
            " cross join (values (1, 'present'), (2, 'absent, told'), (3, 'absent')) b(o, word)"
            " order by s.o, b.o"},
        false},
};

const struct report_table *report_table_of(enum report_kind kind)
{
    return &tables[kind];
}

bool report_read_days(struct tx *tx, struct rows **rows, struct error *error)
{
    static const struct statement statement = {"report_days",
        "select s.situation, count(w.days_to_offer),"
        " (percentile_cont(0.5) within group (order by w.days_to_offer))::float8,"
        " (percentile_cont(0.9) within group (order by w.days_to_offer))::float8,"
        " count(w.days_to_placement),"
        " (percentile_cont(0.5) within group (order by w.days_to_placement))::float8,"
        " (percentile_cont(0.9) within group (order by w.days_to_placement))::float8"
        " from " SITUATIONS " left join evaluation.wait_v w on w.situation = s.situation"
        " group by s.o, s.situation order by s.o"};

    return tx_query(tx, &statement, NULL, rows, error);
}
