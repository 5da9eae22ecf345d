/* cli_desk_work: the dispatcher's desk one ticket at a time, by single keys.
 *
 * The desk is asked again before each ticket: others work at it too, and what is most urgent now comes
 * first. Nothing is decided here: each key is a wish as `desk dispatch`, `desk recall` and merging send it, and
 * what was refused is said and shown again. What may be taken with one key is only what leads to one
 * unit by the site's own matrix, or by the model of units; all else wants its words. Without a terminal
 * each line of standard input is one answer, so that a script, a pipe or a braille line can work here
 * too; the end of the input is the end of the work. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_desk.h"
#include "cli_judged.h"
#include "cli_merge.h"
#include "cli_names.h"
#include "cli_screen.h"
#include "cli_words.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/site/site_judge.h"
#include "common/text/text.h"

enum { OFFERS_MAX = 3, PAGE = 50, ANSWER_BYTES = 2048, LABEL = 8, EVIDENCE_BYTES = 1024 };

/* What one key would do. Codes live in the arena or the site. */
struct offer {
    const char *category, *area, *unit;
    uint32_t permille; /* how sure; 0: nobody says */
    bool by_history;   /* of the model of units: who handled such matters */
};

/* What may be taken back. */
struct deed {
    uint64_t ticket;
    bool merged;
};

struct work {
    struct cli *cli;
    bool keys; /* a terminal on both sides: one key is an answer */
    bool ended;
    char *line; /* of getline */
    size_t room;
    uint64_t *passed; /* not to be shown again: skipped */
    size_t passed_count, passed_room;
    struct deed *done; /* the newest last */
    size_t done_count, done_room;
    uint64_t shown; /* the ticket before, so that a refused one is not printed whole again */
    struct offer offers[OFFERS_MAX];
    uint32_t offer_count;
};

/* Room for one more of a list; NULL: no memory, which was said. */
static void *more_room(const struct work *work, void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return list;
    }
    const size_t more = *room * 2 + 16;
    void *larger = realloc(list, more * size);
    if (larger == NULL) {
        (void)!cli_no_memory(work->cli);
        return NULL;
    }
    *room = more;
    return larger;
}

static int keep_passed(struct work *work, uint64_t ticket)
{
    uint64_t *list =
        more_room(work, work->passed, work->passed_count, &work->passed_room, sizeof *list);
    if (list == NULL) {
        return CLI_EXIT_IO;
    }
    work->passed = list;
    work->passed[work->passed_count++] = ticket;
    return CLI_EXIT_OK;
}

static int keep_done(struct work *work, struct deed deed)
{
    struct deed *list =
        more_room(work, work->done, work->done_count, &work->done_room, sizeof *list);
    if (list == NULL) {
        return CLI_EXIT_IO;
    }
    work->done = list;
    work->done[work->done_count++] = deed;
    return CLI_EXIT_OK;
}

static bool is_passed(const struct work *work, uint64_t ticket)
{
    for (size_t at = 0; at < work->passed_count; at++) {
        if (work->passed[at] == ticket) {
            return true;
        }
    }
    return false;
}

/* ---- answers ---- */

/* A line of the user's, without blanks around it; NULL: there are no more. Kept until the next. */
static char *read_answer(struct work *work)
{
    fflush(stdout);
    const ssize_t size = getline(&work->line, &work->room, stdin);
    if (size < 0) {
        work->ended = true;
        return NULL;
    }
    if (!text_valid(work->line, (size_t)size, NULL)) {
        work->line[0] = '\0'; /* a key that the terminal garbled is no answer */
    }
    return text_trim(work->line);
}

/* The key, in small letters; '\n' for an empty line; 0: no key of ours; -1: the end. */
static int read_key(struct work *work)
{
    int key = -1;
    if (work->keys) {
        fflush(stdout);
        key = cli_screen_key();
        printf("%c\n", key > ' ' && key <= '~' ? key : ' ');
    } else {
        const char *answer = read_answer(work);
        printf("%s\n", answer == NULL ? "" : answer);
        key = answer == NULL ? -1 : answer[0] == '\0' ? '\n' : answer[1] != '\0' ? 0 : answer[0];
    }
    if (key < 0 || key == 4) { /* ^D */
        work->ended = true;
        return -1;
    }
    return key == '\r' ? '\n' : key >= 'A' && key <= 'Z' ? key - 'A' + 'a' : key;
}

/* Asks for a line; into answer, of ANSWER_BYTES. False: the input ended. */
static bool ask(struct work *work, const char *zh, const char *en, char *answer)
{
    printf("  %s", cli_say(work->cli, zh, en));
    const char *typed = read_answer(work);
    if (!work->keys) { /* nobody echoed it */
        printf("%s\n", typed == NULL ? "" : typed);
    }
    if (typed == NULL) {
        return false;
    }
    (void)snprintf(answer, ANSWER_BYTES, "%s", typed);
    answer[text_clip(answer, ANSWER_BYTES - 1)] = '\0';
    return true;
}

/* ---- what one key would do ---- */

/* The unit that the site's matrix gives; NULL: the site does not know them. */
static const char *unit_by_matrix(const struct site *site, const char *category, const char *area)
{
    const uint32_t category_at = site_category_find(site, category);
    const uint32_t area_at = site_area_find(site, area);
    struct site_owner owner;
    if (category_at == SITE_NONE || area_at == SITE_NONE) {
        return NULL;
    }
    site_owner(site, category_at, area_at, site_judge_level(site, category_at, area_at), &owner);
    return site->units[owner.lead].code;
}

static bool same_code(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* The first of those that would do the same stays. */
static void add_offer(struct work *work, const struct offer *offer)
{
    for (uint32_t at = 0; at < work->offer_count; at++) {
        const struct offer *other = &work->offers[at];
        if (same_code(other->area, offer->area) && same_code(other->category, offer->category) &&
            same_code(other->unit, offer->unit)) {
            return;
        }
    }
    if (work->offer_count < OFFERS_MAX) {
        work->offers[work->offer_count++] = *offer;
    }
}

/* What triage thought of, the best first, as codes with how sure it was; 0: nobody says. */
struct likely {
    const char *codes[OFFERS_MAX];
    uint32_t permille[OFFERS_MAX], count;
};

static struct likely likely_of(const char *sure, char *const *proposed, size_t proposed_count,
                               Paidan__Guess *const *guesses, size_t guess_count)
{
    struct likely likely = {.count = 0};
    for (size_t at = 0; at < guess_count && at < OFFERS_MAX; at++) {
        likely.codes[likely.count] = guesses[at]->code;
        likely.permille[likely.count++] =
            guesses[at]->permille > 1000 ? 1000 : guesses[at]->permille;
    }
    if (likely.count == 0) {
        for (; likely.count < proposed_count && likely.count < OFFERS_MAX; likely.count++) {
            likely.codes[likely.count] = proposed[likely.count];
        }
    }
    /* What was decided stands before what was guessed. */
    if (sure != NULL) {
        const bool same = likely.count > 0 && strcmp(likely.codes[0], sure) == 0;
        likely.permille[0] = same ? likely.permille[0] : 0;
        likely.codes[0] = sure;
        likely.count = 1;
    }
    return likely;
}

/* By the matrix, the likely categories before the less likely places; beside the first what the model of
 * units says, where that is somebody else, and it alone where no place is known. */
static void make_offers(struct work *work, const Paidan__DeskItem *item)
{
    static const Paidan__Judged nothing = PAIDAN__JUDGED__INIT;
    const struct site *site = cli_site(work->cli);
    const Paidan__Judged *judged = item->judged == NULL ? &nothing : item->judged;
    const struct likely categories = likely_of(item->category, item->categories, item->n_categories,
                                               judged->guesses, judged->n_guesses);
    const struct likely areas =
        likely_of(item->area, item->areas, item->n_areas, judged->areas, judged->n_areas);
    work->offer_count = 0;
    for (uint32_t sum = 0; site != NULL && sum < categories.count + areas.count; sum++) {
        for (uint32_t at = 0; at <= sum && at < categories.count; at++) {
            const uint32_t place = sum - at;
            const char *unit = place < areas.count
                                   ? unit_by_matrix(site, categories.codes[at], areas.codes[place])
                                   : NULL;
            if (unit != NULL) {
                add_offer(work, &(struct offer){categories.codes[at], areas.codes[place], unit,
                                                categories.permille[at], false});
            }
            if (sum == 0 && judged->n_units > 0) {
                const Paidan__Guess *by = judged->units[0];
                add_offer(work, &(struct offer){categories.codes[0],
                                                areas.count > 0 ? areas.codes[0] : NULL, by->code,
                                                by->permille > 1000 ? 1000 : by->permille, true});
            }
        }
    }
}

/* ---- showing ---- */

static void label(const struct cli *cli, const char *zh, const char *en)
{
    const char *word = cli_say(cli, zh, en);
    const size_t columns = text_columns(word);
    printf("  %s%s%s%*s  ", cli_colour_on(cli->colour, SAY_FAINT), word,
           cli_colour_off(cli->colour, SAY_FAINT), columns < LABEL ? (int)(LABEL - columns) : 0,
           "");
}

static void show_deadline(struct cli *cli, const Paidan__DeskItem *item)
{
    const Paidan__ClockSet *clock = item->clock;
    char text[96], since[SAY_TIME_BYTES];
    say_time_span(&cli->say, (int64_t)cli->now_ms - (int64_t)item->since_ms, since);
    if (clock != NULL) {
        const enum say_tone tone =
            say_time_deadline(&cli->say, clock->due_ms, clock->has_warn_ms ? clock->warn_ms : 0,
                              cli->now_ms, text, sizeof text);
        label(cli, "时限", "deadline");
        printf("%s%s%s  ", cli_colour_on(cli->colour, tone), text,
               cli_colour_off(cli->colour, tone));
    } else {
        label(cli, "已等", "waiting");
    }
    printf(clock == NULL ? "%s\n" : cli_say(cli, "已等 %s\n", "waiting %s\n"), since);
}

/* Why it lies here; of a return also who returned it and why, for that is what the ruling is about. */
static void show_reasons(struct cli *cli, const Paidan__DeskItem *item)
{
    char text[256];
    say_words_bits(&cli->say, &paidan__desk_reason__descriptor, item->reasons,
                   cli_say(cli, "，", ", "), text, sizeof text);
    label(cli, "原因", "reason");
    printf("%s%s%s\n", cli_colour_on(cli->colour, SAY_WARN), text,
           cli_colour_off(cli->colour, SAY_WARN));
    if (item->unit != NULL) {
        const bool recalled = (item->reasons >> PAIDAN__DESK_REASON__DESK_RECALLED & 1u) != 0;
        label(cli, recalled ? "撤自" : "退自", recalled ? "taken from" : "returned");
        printf("%s%s%s\n", say_unit(cli_speak(cli), item->unit), item->note == NULL ? "" : "  ",
               item->note == NULL ? "" : item->note);
    }
    if (item->has_chases && item->chases > 0) {
        label(cli, "催单", "chased");
        printf("%s%u%s\n", cli_colour_on(cli->colour, SAY_BAD), item->chases,
               cli_colour_off(cli->colour, SAY_BAD));
    }
}

static void show_offers(struct work *work)
{
    struct cli *cli = work->cli;
    const struct say *say = cli_speak(cli);
    for (uint32_t at = 0; at < work->offer_count; at++) {
        const struct offer *offer = &work->offers[at];
        printf("  %s%u%s  %s", cli_colour_on(cli->colour, SAY_STRONG), at + 1,
               cli_colour_off(cli->colour, SAY_STRONG), say_category(say, offer->category));
        if (offer->permille > 0) {
            printf(" %u.%u%%", offer->permille / 10, offer->permille % 10);
        }
        if (offer->area != NULL) {
            printf("  %s", say_area(say, offer->area));
        }
        printf(" → %s%s%s%s", cli_colour_on(cli->colour, SAY_STRONG), say_unit(say, offer->unit),
               cli_colour_off(cli->colour, SAY_STRONG),
               offer->by_history ? cli_say(cli, "  （以往多由它办）", "  (handled such before)")
                                 : "");
        printf("%s\n", at == 0 ? cli_say(cli, "  （回车）", "  (Enter)") : "");
    }
    if (work->offer_count == 0) {
        printf("  %s%s%s\n", cli_colour_on(cli->colour, SAY_FAINT),
               cli_say(cli, "没有可以直接采纳的建议；按 c 写明单位",
                       "nothing that one key could take; c names the unit"),
               cli_colour_off(cli->colour, SAY_FAINT));
    }
}

static void show_keys(const struct work *work)
{
    const struct cli *cli = work->cli;
    printf("  %s%s%s%s%s%s", cli_colour_on(cli->colour, SAY_FAINT),
           work->offer_count == 0 ? "" : cli_say(cli, "1–3 采纳  ", "1-3 accept  "),
           cli_say(cli, "c 纠正  m 并单  s 跳过  ", "c correct  m merge  s skip  "),
           work->done_count == 0 ? "" : cli_say(cli, "u 撤回上一件  ", "u take the last back  "),
           cli_say(cli, "q 退出", "q quit"), cli_colour_off(cli->colour, SAY_FAINT));
    printf(" > ");
}

static void show_ticket(struct work *work, const Paidan__DeskItem *item,
                        const Paidan__TicketText *text, const Paidan__DeskListed *page)
{
    struct cli *cli = work->cli;
    char number[NUMBER_BYTES], at[SAY_TIME_BYTES];
    number_format(item->ticket, number);
    printf("\n%s%s%s  %s", cli_colour_on(cli->colour, SAY_STRONG), number,
           cli_colour_off(cli->colour, SAY_STRONG), item->title == NULL ? "" : item->title);
    if (item->has_urgency && item->urgency != PAIDAN__URGENCY__URGENCY_NORMAL) {
        printf("  %s%s%s", cli_colour_on(cli->colour, SAY_BAD),
               say_words_get(&cli->say, &paidan__urgency__descriptor, (int)item->urgency),
               cli_colour_off(cli->colour, SAY_BAD));
    }
    printf("  %s", cli_colour_on(cli->colour, SAY_FAINT));
    printf(cli_say(cli, "（待分拨 %llu 件，超时 %llu）", "(%llu at the desk, %llu overdue)"),
           (unsigned long long)page->waiting, (unsigned long long)page->overdue);
    printf("%s\n", cli_colour_off(cli->colour, SAY_FAINT));
    show_deadline(cli, item);
    show_reasons(cli, item);
    if (text != NULL && text->place != NULL) {
        label(cli, "地点", "place");
        printf("%s\n", text->place);
    }
    if (text != NULL && text->has_occurred_ms) {
        say_time_exact(&cli->say, text->occurred_ms, at);
        label(cli, "发生时间", "happened");
        printf("%s\n", at);
    }
    if (text != NULL) {
        cli_words_print(cli, text);
    }
    cli_judged_print(cli, item->judged);
}

/* ---- deeds ---- */

/* The unit of a confidential ticket reads what the dispatcher writes, never the resident's words. */
static bool ask_summary(struct work *work, const Paidan__TicketText *text,
                        Paidan__DeskDispatch *wish, char *answer)
{
    if (text == NULL || !text->confidential || text->summary != NULL) {
        return true;
    }
    if (!ask(work, "保密件，给单位看的摘要：", "confidential; summary for the unit: ", answer)) {
        return false;
    }
    wish->summary = answer[0] == '\0' ? NULL : answer;
    return true;
}

static int send(struct work *work, Paidan__DeskDispatch *wish)
{
    fflush(stdout);
    /* What was refused was said; the ticket is shown again, or is gone with its next asking. */
    if (cli_desk_send(work->cli, wish) != CLI_EXIT_OK) {
        return CLI_EXIT_OK;
    }
    return keep_done(work, (struct deed){.ticket = wish->ticket});
}

static int accept_offer(struct work *work, uint64_t ticket, const Paidan__TicketText *text,
                        uint32_t which)
{
    char summary[ANSWER_BYTES];
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    CHECK(which < work->offer_count);
    const struct offer *offer = &work->offers[which];
    wish.ticket = ticket;
    wish.category = (char *)(uintptr_t)offer->category; /* only packed */
    wish.area = (char *)(uintptr_t)offer->area;
    wish.unit = (char *)(uintptr_t)offer->unit;
    return ask_summary(work, text, &wish, summary) ? send(work, &wish) : CLI_EXIT_OK;
}

/* One of the codes that a correction needs: a name or a code; an empty line keeps what is likely. False:
 * the input ended, or what was typed is none, which was said. */
static bool ask_code(struct work *work, enum cli_option option, const char *likely, char *code)
{
    struct cli *cli = work->cli;
    const struct say *say = cli_speak(cli);
    char prompt[256];
    const char *word = option == CLI_CATEGORY ? cli_say(cli, "类别", "category")
                       : option == CLI_AREA   ? cli_say(cli, "区域", "area")
                                              : cli_say(cli, "单位", "unit");
    const char *name = likely == NULL           ? NULL
                       : option == CLI_CATEGORY ? say_category(say, likely)
                       : option == CLI_AREA     ? say_area(say, likely)
                                                : say_unit(say, likely);
    const char *colon = cli_say(cli, "：", ": ");
    if (likely == NULL) {
        (void)snprintf(prompt, sizeof prompt, "%s%s", word, colon);
    } else {
        (void)snprintf(prompt, sizeof prompt, "%s [%s %s]%s", word, name, likely, colon);
    }
    if (!ask(work, prompt, prompt, code)) {
        return false;
    }
    if (code[0] == '\0') {
        (void)snprintf(code, ANSWER_BYTES, "%s", likely == NULL ? "" : likely);
        return true;
    }
    cli->values[option] = code;
    fflush(stdout);
    const bool known = cli_names_resolve(cli) == CLI_EXIT_OK;
    if (known && cli->values[option] != code) {
        (void)snprintf(code, ANSWER_BYTES, "%s", cli->values[option]);
    }
    cli->values[option] = NULL;
    return known;
}

/* Category, place, unit, note: what is left empty stays as triage has it; the unit then follows from the
 * matrix. */
static int correct(struct work *work, const Paidan__DeskItem *item, const Paidan__TicketText *text)
{
    static char category[ANSWER_BYTES], area[ANSWER_BYTES], unit[ANSWER_BYTES], note[ANSWER_BYTES],
        summary[ANSWER_BYTES];
    const struct site *site = cli_site(work->cli);
    const struct offer *first = work->offer_count == 0 ? NULL : &work->offers[0];
    const char *likely = first != NULL            ? first->category
                         : item->category != NULL ? item->category
                         : item->n_categories > 0 ? item->categories[0]
                                                  : NULL;
    const char *where = first != NULL        ? first->area
                        : item->area != NULL ? item->area
                        : item->n_areas > 0  ? item->areas[0]
                                             : NULL;
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    if (!ask_code(work, CLI_CATEGORY, likely, category) || !ask_code(work, CLI_AREA, where, area)) {
        return CLI_EXIT_OK;
    }
    const char *owner = site == NULL ? NULL : unit_by_matrix(site, category, area);
    if (!ask_code(work, CLI_UNIT, owner, unit)) {
        return CLI_EXIT_OK;
    }
    if (unit[0] == '\0') {
        printf("  %s\n",
               cli_say(work->cli, "要有单位；没有分拨", "it needs a unit; not dispatched"));
        return CLI_EXIT_OK;
    }
    if (!ask(work, "说明（可空）：", "note (may be empty): ", note)) {
        return CLI_EXIT_OK;
    }
    wish.ticket = item->ticket;
    wish.category = category[0] == '\0' ? NULL : category;
    wish.area = area[0] == '\0' ? NULL : area;
    wish.unit = unit;
    wish.note = note[0] == '\0' ? NULL : note;
    return ask_summary(work, text, &wish, summary) ? send(work, &wish) : CLI_EXIT_OK;
}

/* Into one of the tickets that may be the same event, or into any that is named. */
static int merge(struct work *work, const Paidan__DeskItem *item)
{
    char typed[ANSWER_BYTES];
    const size_t count = item->judged == NULL ? 0 : item->judged->n_same;
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    if (!ask(work, count == 0 ? "并入哪一件（工单号）：" : "并入哪一件（序号或工单号）：",
             count == 0 ? "into which (number of a ticket): "
                        : "into which (its place in the list, or its number): ",
             typed)) {
        return CLI_EXIT_OK;
    }
    if (typed[0] == '\0') {
        printf("  %s\n", cli_say(work->cli, "没有并单", "not merged"));
        return CLI_EXIT_OK;
    }
    fflush(stdout);
    wish.ticket = item->ticket;
    if (typed[0] >= '1' && typed[0] <= '9' && typed[1] == '\0' &&
        (size_t)(typed[0] - '1') < count) {
        wish.into = item->judged->same[typed[0] - '1']->ticket;
    } else if (cli_ticket(work->cli, typed, &wish.into) != CLI_EXIT_OK) {
        return CLI_EXIT_OK;
    }
    if (cli_merge_send(work->cli, &wish) != CLI_EXIT_OK) {
        return CLI_EXIT_OK;
    }
    return keep_done(work, (struct deed){.ticket = item->ticket, .merged = true});
}

/* The newest deed of this sitting; its ticket is at the desk again, first in the list. */
static int take_back(struct work *work)
{
    Paidan__Recall wish = PAIDAN__RECALL__INIT;
    if (work->done_count == 0) {
        printf("  %s\n", cli_say(work->cli, "这一次还没有分拨过", "nothing was done yet"));
        return CLI_EXIT_OK;
    }
    const struct deed *deed = &work->done[work->done_count - 1];
    fflush(stdout);
    /* Too late is too late: the one before it is next. */
    if (deed->merged) {
        Paidan__Unmerge unmerge = PAIDAN__UNMERGE__INIT;
        unmerge.ticket = deed->ticket;
        (void)!cli_merge_undo(work->cli, &unmerge);
    } else {
        wish.ticket = deed->ticket;
        (void)!cli_desk_take_back(work->cli, &wish);
    }
    work->done_count--;
    return CLI_EXIT_OK;
}

static int act(struct work *work, int key, const Paidan__DeskItem *item,
               const Paidan__TicketText *text)
{
    switch (key) {
    case '\n':
    case '1':
    case '2':
    case '3': {
        const uint32_t which = key == '\n' ? 0 : (uint32_t)(key - '1');
        if (which < work->offer_count) {
            return accept_offer(work, item->ticket, text, which);
        }
        printf("  %s\n", cli_say(work->cli, "没有这一条建议", "there is no such offer"));
        return CLI_EXIT_OK;
    }
    case 'c':
        return correct(work, item, text);
    case 'm':
        return merge(work, item);
    case 's':
        printf("  %s\n", cli_say(work->cli, "已跳过", "skipped"));
        return keep_passed(work, item->ticket);
    case 'u':
        return take_back(work);
    case 'q':
        work->ended = true;
        return CLI_EXIT_OK;
    default:
        printf("  %s\n",
               cli_say(work->cli, "按 1、2、3、c、m、s、u 或 q", "one of 1, 2, 3, c, m, s, u, q"));
        return CLI_EXIT_OK;
    }
}

/* ---- one after the other ---- */

/* The most urgent ticket that was not skipped; *item NULL: none is left. */
static int next_ticket(struct work *work, const Paidan__DeskItem **item,
                       const Paidan__DeskListed **page)
{
    uint8_t cursor[64];
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    wish.has_by_due = wish.by_due = 1;
    wish.has_limit = 1;
    wish.limit = PAGE;
    *item = NULL;
    for (;;) {
        Paidan__Answer *answer = NULL;
        const int status = cli_ask(work->cli, "triage", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        *page = answer->desk_listed;
        for (size_t at = 0; at < (*page)->n_items && *item == NULL; at++) {
            *item = is_passed(work, (*page)->items[at]->ticket) ? NULL : (*page)->items[at];
        }
        if (*item != NULL || !(*page)->has_cursor || (*page)->cursor.len > sizeof cursor) {
            return CLI_EXIT_OK;
        }
        memcpy(cursor, (*page)->cursor.data, (*page)->cursor.len);
        wish.has_cursor = 1;
        wish.cursor = (ProtobufCBinaryData){(*page)->cursor.len, cursor};
        arena_reset(&work->cli->arena);
    }
}

/* The last key may have been the wrong one. */
static int nothing_left(struct work *work)
{
    const struct cli *cli = work->cli;
    printf("\n%s\n", work->passed_count == 0
                         ? cli_say(cli, "分拨台没有工单了。", "The desk is empty.")
                         : cli_say(cli, "其余的都跳过了。", "All that is left was skipped."));
    if (work->done_count > 0) {
        printf("  %s%s%s > ", cli_colour_on(cli->colour, SAY_FAINT),
               cli_say(cli, "u 撤回上一件  q 退出", "u take the last back  q quit"),
               cli_colour_off(cli->colour, SAY_FAINT));
        if (read_key(work) == 'u') {
            work->shown = 0;
            return take_back(work);
        }
    }
    work->ended = true;
    return CLI_EXIT_OK;
}

static int one_ticket(struct work *work)
{
    struct cli *cli = work->cli;
    const Paidan__DeskItem *item = NULL;
    const Paidan__DeskListed *page = NULL;
    arena_reset(&cli->arena);
    const int status = next_ticket(work, &item, &page);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (item == NULL) {
        return nothing_left(work);
    }
    const Paidan__TicketText **texts = cli_words_ask(cli, &item->ticket, 1);
    const Paidan__TicketText *text = texts == NULL ? NULL : texts[0];
    make_offers(work, item);
    if (work->shown != item->ticket) {
        show_ticket(work, item, text, page);
        show_offers(work);
    }
    work->shown = item->ticket;
    show_keys(work);
    const int key = read_key(work);
    const size_t before = work->done_count;
    const int acted = key < 0 ? CLI_EXIT_OK : act(work, key, item, text);
    /* Taken back: it comes again, whole. */
    work->shown = work->done_count < before ? 0 : work->shown;
    return acted;
}

int cli_desk_work(struct cli *cli)
{
    struct work work = {.cli = cli, .keys = isatty(STDIN_FILENO) == 1 && cli->terminal};
    if (cli->json) {
        return cli_usage(cli, "逐件处理没有 JSON；脚本请用 desk list 和 desk dispatch",
                         "working through the desk has no JSON; scripts use desk list and desk "
                         "dispatch",
                         "--json");
    }
    int status = cli_connect(cli);
    while (status == CLI_EXIT_OK && !work.ended) {
        status = one_ticket(&work);
    }
    if (status == CLI_EXIT_OK) {
        printf(cli_say(cli, "这一次分拨和并单 %zu 件，跳过 %zu 件\n",
                       "dispatched or merged %zu, skipped %zu\n"),
               work.done_count, work.passed_count);
    }
    free(work.passed);
    free(work.done);
    free(work.line);
    return status;
}
