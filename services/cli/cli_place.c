/* cli_place: which area of a site each text of a table speaks of, how sure that is, and by which words.
 *
 * A row in, a row out, in order and at once: what cannot be placed has an empty area, the reason and
 * the candidates, and never stops the others. What names say is judged as triage judges it
 * (site_place_named). Reasons are words for scripts and are the same in every language. */

#include <unistd.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "cli_placer.h"
#include "cli_progress.h"

struct placing {
    struct cli *cli;
    struct cli_placer placer;
    struct cli_cells cells;
    uint64_t rows, found;
    struct cli_progress progress;
};

/* ---- telling ---- */

static int row_json(const struct placing *placing, const struct cli_cell *id,
                    const struct site_place_found *found)
{
    json_t *candidates = json_array();
    json_t *evidence = json_array();
    for (uint32_t index = 0; index < found->candidate_count; index++) {
        const struct site_place_candidate *candidate = &found->candidates[index];
        json_array_append_new(
            candidates, json_pack("{s:s, s:s, s:f, s:b}", "area",
                                  cli_placer_code(&placing->placer, candidate->area), "name",
                                  placing->placer.site->areas[candidate->area].name, "confidence",
                                  candidate->permille / 1000.0, "described", candidate->described));
    }
    for (uint32_t index = 0; index < found->evidence_count; index++) {
        const struct site_place_evidence *each = &found->evidence[index];
        json_array_append_new(evidence, json_pack("{s:s, s:i, s:s}", "field",
                                                  site_place_field_name(each->field), "at",
                                                  (int)each->at, "word", each->word));
    }
    json_t *object = json_pack(
        "{s:s, s:f, s:s, s:s, s:o, s:o}", "area", cli_placer_code(&placing->placer, found->area),
        "confidence", found->permille / 1000.0, "house", found->house, "reason",
        site_place_reason_name(found->reason), "candidates", candidates, "evidence", evidence);
    json_t *name = json_stringn(id->bytes, id->size); /* NULL: no UTF-8 */
    json_object_set_new(object, "id", name == NULL ? json_null() : name);
    return cli_json_line(placing->cli, object);
}

static void print_row(const struct placing *placing, const struct cli_cell *id,
                      const struct site_place_found *found)
{
    (void)fwrite(id->bytes, 1, id->size, stdout);
    printf("\t%s\t%u.%03u\t", cli_placer_code(&placing->placer, found->area),
           found->permille / 1000, found->permille % 1000);
    for (uint32_t index = 0; index < found->evidence_count; index++) {
        const struct site_place_evidence *each = &found->evidence[index];
        printf("%s%s", index == 0 ? "" : "; ", site_place_field_name(each->field));
        if (each->at > 0) {
            printf("@%u", each->at);
        }
        printf(" %s", each->word);
    }
    printf("\t%s\t%s\t", found->house, site_place_reason_name(found->reason));
    for (uint32_t index = 0; index < found->candidate_count; index++) {
        const struct site_place_candidate *candidate = &found->candidates[index];
        if (found->candidate_count > 1 || found->area == SITE_NONE) {
            printf("%s%s:%u.%03u", index == 0 ? "" : " ",
                   cli_placer_code(&placing->placer, candidate->area), candidate->permille / 1000,
                   candidate->permille % 1000);
        }
    }
    (void)fputc('\n', stdout);
}

static int place_row(struct placing *placing, const struct cli_cell *row)
{
    struct site_place_found found;
    char number[24];
    struct cli_cell id = row[CLI_PLACER_ID];
    placing->rows++;
    if (!cli_cells_has(&placing->cells, CLI_PLACER_ID)) {
        const int length =
            snprintf(number, sizeof number, "%llu", (unsigned long long)placing->rows);
        id = (struct cli_cell){number, (size_t)length};
    }
    cli_placer_find(&placing->placer, row, &found);
    placing->found += found.area == SITE_NONE ? 0 : 1;
    if (placing->rows % 256 == 0) {
        cli_progress_show(&placing->progress, placing->rows, 0);
    }
    if (placing->cli->json) {
        return row_json(placing, &id, &found);
    }
    print_row(placing, &id, &found);
    return CLI_EXIT_OK;
}

static int place_all(struct placing *placing)
{
    const struct cli *cli = placing->cli;
    struct cli_cell row[CLI_PLACER_COLUMNS];
    int status = cli_cells_open(cli, &placing->cells, cli->operands[0], cli_placer_columns,
                                CLI_PLACER_COLUMNS, 1);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (!cli->json) {
        printf("id\tarea\tconfidence\tevidence\thouse\treason\tcandidates\n");
    }
    while (status == CLI_EXIT_OK && ferror(stdout) == 0 && cli_cells_next(&placing->cells, row)) {
        status = place_row(placing, row);
    }
    const int closed = cli_cells_close(cli, &placing->cells);
    status = status == CLI_EXIT_OK ? closed : status;
    /* main says it when standard output failed. */
    return status == CLI_EXIT_OK && ferror(stdout) != 0 ? CLI_EXIT_IO : status;
}

/* How much was found, for whoever watches; scripts have the rows. */
static void tell(struct placing *placing)
{
    const struct cli *cli = placing->cli;
    cli_progress_end(&placing->progress);
    if (isatty(STDERR_FILENO) == 1 && !cli->json) {
        fprintf(stderr,
                cli_say(cli, "%llu 条：认出区域 %llu，没有 %llu\n",
                        "%llu rows: %llu with an area, %llu without\n"),
                (unsigned long long)placing->rows, (unsigned long long)placing->found,
                (unsigned long long)(placing->rows - placing->found));
    }
    cli_placer_note(cli, &placing->placer);
}

int cli_place(struct cli *cli)
{
    struct placing placing = {.cli = cli};
    int status = cli_placer_open(cli, &placing.placer);
    cli_progress_begin(&placing.progress, cli, "找地点", "placing");
    placing.progress.on = placing.progress.on && !cli->terminal; /* rows are written there */
    if (status == CLI_EXIT_OK) {
        status = place_all(&placing);
        tell(&placing);
    }
    cli_placer_close(&placing.placer);
    return status;
}
