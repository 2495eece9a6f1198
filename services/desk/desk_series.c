/* Moving, cancelling and adding meetings of a group, asked for by a coordinator. */
#include "common/check.h"
#include "common/domain/date.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"

int64_t desk_form_hour(const struct visit *visit, const char *name)
{
    const struct text text = http_form(visit->request, name);
    int64_t parts[2] = {0, 0};
    size_t part = 0;

    if (!text.data || text.length < 4 || text.length > 5)
        return INT_ABSENT;
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.data[i];
        if ((c == ':' || c == '.') && part == 0 && i > 0)
            part = 1;
        else if (c >= '0' && c <= '9')
            parts[part] = parts[part] * 10 + (c - '0');
        else
            return INT_ABSENT;
    }
    return part == 1 && parts[0] < 24 && parts[1] < 60 ? parts[0] * 60 + parts[1] : INT_ABSENT;
}

bool desk_series_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct series_change_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .change = series_change_of(http_form(visit->request, "andring")),
        .starts_min = desk_form_hour(visit, "tid"),
        .day = DAY_ABSENT,
        .theme = http_form(visit->request, "tema"),
        .on_free_day = text_is(http_form(visit->request, "anda"), "ja"),
        .leaders_agreed = text_is(http_form(visit->request, "ledarna"), "ja"),
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.group_id))
        return desk_not_found(visit);
    const char *page = arena_format(arena, "/grupper/%s", desk_id(arena, message.group_id));
    desk_form_id(visit, "traff", &message.meeting_id);
    desk_form_id(visit, "lokal", &message.room_id);
    desk_form_id(visit, "foraldrar", &message.parent_room_id);
    date_parse(http_form(visit->request, "dag"), &message.day);
    if (!message.theme.length)
        message.theme.data = NULL;
    if (!message.change || message.theme.length > 120) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_series_change_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "series_change_wanted", message.group_id,
        series_change_names[message.change]);
    desk_go_act(visit, page, message.act_id);
    return true;
}
