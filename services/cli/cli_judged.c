/* cli_judged: evidence as lines, the strongest first. It holds no words of the resident but those that
 * the site's lists or the model know, so whoever sees the ticket may see it. Figures are per cent where
 * they are probabilities; the weights of letters are left out, for their order says enough. */

#include "cli_judged.h"

#include <stdio.h>

#include "cli_colour.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_words.h"
#include "common/text/text.h"

enum { LABEL_COLUMNS = 8 };

static void label(const struct cli *cli, const char *zh, const char *en)
{
    const char *word = cli_say(cli, zh, en);
    const size_t columns = text_columns(word);
    printf("  %s%s%s%*s  ", cli_colour_on(cli->colour, SAY_FAINT), word,
           cli_colour_off(cli->colour, SAY_FAINT),
           columns < LABEL_COLUMNS ? (int)(LABEL_COLUMNS - columns) : 0, "");
}

static void print_list(const struct cli *cli, char *const *words, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        printf("%s%s", at == 0 ? "" : cli_say(cli, "、", ", "), words[at]);
    }
}

static void print_percent(uint32_t permille)
{
    CHECK(permille <= 1000);
    printf("%u.%u%%", permille / 10, permille % 10);
}

static void print_calls(struct cli *cli, const Paidan__Judged *judged)
{
    if (judged->n_call > 0) {
        label(cli, "紧急", "emergency");
        printf("%s%s ", cli_colour_on(cli->colour, SAY_BAD),
               cli_say(cli, "请先拨打", "call first"));
        print_list(cli, judged->call, judged->n_call);
        printf("%s\n", cli_colour_off(cli->colour, SAY_BAD));
    }
}

/* What decided, and what it went by. */
static void print_grounds(struct cli *cli, const Paidan__Judged *judged)
{
    if (!judged->has_by && judged->n_words == 0 && judged->n_grams == 0 &&
        judged->n_place_words == 0) {
        return;
    }
    label(cli, "依据", "grounds");
    const char *gap = "";
    if (judged->has_by) {
        printf("%s", say_words_get(&cli->say, &paidan__judged_by__descriptor, (int)judged->by));
        gap = cli_say(cli, "；", "; ");
    }
    if (judged->rule != NULL) {
        printf("%s%s %s", gap, cli_say(cli, "规则", "rule"), judged->rule);
        gap = cli_say(cli, "；", "; ");
    }
    if (judged->n_words > 0) {
        printf("%s%s ", gap, cli_say(cli, "关键词", "keywords"));
        print_list(cli, judged->words, judged->n_words);
        gap = cli_say(cli, "；", "; ");
    }
    if (judged->n_grams > 0) {
        printf("%s%s ", gap, cli_say(cli, "字词", "letters"));
        for (size_t at = 0; at < judged->n_grams; at++) {
            printf("%s%s", at == 0 ? "" : cli_say(cli, "、", ", "), judged->grams[at]->gram);
        }
        gap = cli_say(cli, "；", "; ");
    }
    if (judged->n_place_words > 0) {
        printf("%s%s ", gap, cli_say(cli, "地名", "places"));
        print_list(cli, judged->place_words, judged->n_place_words);
    }
    putchar('\n');
    if (judged->has_threshold && judged->n_guesses > 0) {
        label(cli, "把握", "certainty");
        print_percent(judged->guesses[0]->permille > 1000 ? 1000 : judged->guesses[0]->permille);
        if (judged->threshold > 1000) {
            printf("%s\n",
                   cli_say(cli, "，模型还不能自动分拨", "; the model dispatches nothing yet"));
        } else {
            printf("%s", cli_say(cli, "，自动分拨须 ", "; by itself from "));
            print_percent(judged->threshold);
            putchar('\n');
        }
    }
}

/* Found by the places that both name, or by one of them. */
static void print_same(struct cli *cli, const Paidan__Judged *judged)
{
    for (size_t at = 0; at < judged->n_same; at++) {
        const Paidan__SameEvent *same = judged->same[at];
        char number[NUMBER_BYTES];
        number_format(same->ticket, number);
        label(cli, at == 0 ? "同一件事" : "", at == 0 ? "same?" : "");
        printf("%zu  %s  ", at + 1, number);
        print_percent(same->permille > 1000 ? 1000 : same->permille);
        printf("%s%s\n", same->name == NULL ? "" : "  ", same->name == NULL ? "" : same->name);
    }
}

static void print_parts(struct cli *cli, const Paidan__Judged *judged)
{
    if (judged->n_parts > 0) {
        label(cli, "几件事", "matters");
        for (size_t at = 0; at < judged->n_parts; at++) {
            printf("%s%s", at == 0 ? "" : cli_say(cli, "、", ", "),
                   say_category(cli_speak(cli), judged->parts[at]->category));
        }
        putchar('\n');
    }
}

void cli_judged_print(struct cli *cli, const Paidan__Judged *judged)
{
    if (judged != NULL) {
        print_calls(cli, judged);
        print_grounds(cli, judged);
        print_parts(cli, judged);
        print_same(cli, judged);
    }
}
