/* cli_group: which rows of a table tell of the same event.
 *
 * Rows join in the order of their time (cli_stream.c) and are written in the table's own order. */

#include <unistd.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "cli_stream.h"

struct grouping {
    struct cli *cli;
    struct cli_stream stream;
    bool explain;
};

/* ---- telling ---- */

static json_t *text_or_null(const char *bytes, size_t size)
{
    json_t *text = json_stringn(bytes, size); /* NULL: no UTF-8 */
    return text == NULL ? json_null() : text;
}

static int write_json(const struct grouping *grouping, const struct cli_stream_line *line)
{
    const struct cli_stream_line *first = &grouping->stream.lines[line->first];
    json_t *best = json_null();
    if (line->proposed) {
        const struct group_evidence *evidence = &line->best.evidence;
        const struct cli_stream_line *like = &grouping->stream.lines[line->best.id];
        best = json_pack("{s:o, s:f, s:f, s:f, s:f, s:f, s:s, s:s, s:b, s:b}", "row",
                         text_or_null(like->bytes, like->id_bytes), "probability",
                         (double)line->best.probability, "words", (double)evidence->words, "title",
                         (double)evidence->title, "matter", (double)evidence->matter, "days",
                         (double)evidence->days, "names", group_names_name(evidence->names), "name",
                         evidence->name, "districts_differ", (int)evidence->districts_differ,
                         "years_differ", (int)evidence->years_differ);
    }
    json_t *object = json_pack("{s:o, s:o, s:o}", "id", text_or_null(line->bytes, line->id_bytes),
                               "group", text_or_null(first->bytes, first->id_bytes), "best", best);
    return cli_json_line(grouping->cli, object);
}

static void write_row(const struct grouping *grouping, const struct cli_stream_line *line)
{
    const struct cli_stream_line *first = &grouping->stream.lines[line->first];
    (void)fwrite(line->bytes, 1, line->id_bytes, stdout);
    (void)fputc('\t', stdout);
    (void)fwrite(first->bytes, 1, first->id_bytes, stdout);
    if (grouping->explain && line->proposed) {
        const struct group_evidence *evidence = &line->best.evidence;
        const struct cli_stream_line *like = &grouping->stream.lines[line->best.id];
        printf("\t%.4f\t", (double)line->best.probability);
        (void)fwrite(like->bytes, 1, like->id_bytes, stdout);
        printf("\twords %.2f; title %.2f; matter %.2f; days %.0f; names %s%s%s%s%s",
               (double)evidence->words, (double)evidence->title, (double)evidence->matter,
               (double)evidence->days, group_names_name(evidence->names),
               evidence->name[0] == '\0' ? "" : " ", evidence->name,
               evidence->districts_differ ? "; districts differ" : "",
               evidence->years_differ ? "; years differ" : "");
    } else if (grouping->explain) {
        printf("\t\t\t");
    }
    (void)fputc('\n', stdout);
}

static int write_lines(const struct grouping *grouping)
{
    int status = CLI_EXIT_OK;
    if (!grouping->cli->json) {
        printf("id\tgroup%s\n", grouping->explain ? "\tprobability\tlike\tevidence" : "");
    }
    for (size_t at = 0; at < grouping->stream.count && status == CLI_EXIT_OK && ferror(stdout) == 0;
         at++) {
        if (grouping->cli->json) {
            status = write_json(grouping, &grouping->stream.lines[at]);
        } else {
            write_row(grouping, &grouping->stream.lines[at]);
        }
    }
    /* main says it when standard output failed. */
    return status == CLI_EXIT_OK && ferror(stdout) != 0 ? CLI_EXIT_IO : status;
}

/* On standard error, for standard output is the rows'. judged: NULL where nobody said what is right. */
static void tell(const struct grouping *grouping, const struct cli_stream_judged *judged)
{
    const struct cli *cli = grouping->cli;
    const struct cli_stream *stream = &grouping->stream;
    if (judged != NULL || (isatty(STDERR_FILENO) == 1 && !cli->json)) {
        fprintf(stderr,
                cli_say(cli, "%zu 条：并入已有的 %llu 条，共 %llu 组\n",
                        "%zu rows: %llu joined an earlier one, %llu groups\n"),
                stream->count, (unsigned long long)stream->joined,
                (unsigned long long)(stream->count - stream->joined));
    }
    if (judged != NULL) {
        cli_stream_say(cli, judged, stderr);
    }
}

int cli_group(struct cli *cli)
{
    struct grouping grouping = {.cli = cli,
                                .stream = {.cli = cli, .threshold = GROUP_PROBABILITY_USUAL},
                                .explain = cli_given(cli, CLI_EXPLAIN)};
    struct cli_stream_judged judged;
    struct cli_progress progress;
    const bool judging = cli_given(cli, CLI_JUDGE);
    cli_progress_begin(&progress, cli, "归并", "grouping");
    int status = cli_stream_read(&grouping.stream, cli->operands[0], cli_value(cli, CLI_JUDGE));
    if (status == CLI_EXIT_OK) {
        status = cli_stream_group(&grouping.stream, &progress);
    }
    if (status == CLI_EXIT_OK) {
        status = write_lines(&grouping);
    }
    if (status == CLI_EXIT_OK) {
        if (judging) {
            cli_stream_judge(&grouping.stream, &judged);
        }
        tell(&grouping, judging ? &judged : NULL);
    }
    cli_stream_free(&grouping.stream);
    return status;
}
