/* table_fuzz: the tables that people give: `paidan submit --from` (first byte even) and
 * the files of the demo (odd).
 *
 * The code that reads tables is compiled in here with an intake of ours behind it, so that its reader,
 * its batches and what it tells about each row are run as they are.
 *
 * Laws: every row and every mistake that the sheet finds after the header becomes one row that is
 * accepted or refused, never both; whatever is sent passes the validator, so that one bad row never
 * takes others with it; what was read of a phone is read the same again. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define cli_connect fuzz_connect
#define cli_try fuzz_try
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_row.c"
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_table.c"
#undef cli_connect
#undef cli_try

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "demo_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static struct arena arena;
static uint64_t sent;

int fuzz_connect(struct cli *cli)
{
    cli->arena = arena;
    return CLI_EXIT_OK;
}

/* Accepts every second ticket, knows every third. */
Paidan__Code fuzz_try(struct cli *cli, const char *service, ProtobufCMessage *wish,
                      uint64_t timeout_ms, Paidan__Answer **answer)
{
    static Paidan__Answer whole;
    static Paidan__Submitted submitted;
    static Paidan__SubmitResult results[CLI_ROWS_MAX], *list[CLI_ROWS_MAX];
    struct wire_error error;
    (void)cli;
    (void)timeout_ms;
    CHECK(strcmp(service, "intake") == 0);
    if (wish->descriptor == &paidan__ping__descriptor) {
        return PAIDAN__CODE__UNREACHABLE; /* so that no time is known, and a span is left out */
    }
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = (Paidan__Submit *)(void *)wish;
    CHECK(wish->descriptor == &paidan__submit__descriptor);
    const enum rc rc = wire_check(&request.base, &error);
    CHECK(rc == RC_OK);
    CHECK(paidan__request__get_packed_size(&request) <= FRAME_BYTES_MAX);
    const size_t count = request.submit->n_tickets;
    CHECK(count >= 1 && count <= CLI_ROWS_MAX);
    for (size_t index = 0; index < count; index++) {
        const char *phone = request.submit->tickets[index]->phone;
        char again[PHONE_BYTES_MAX + 1];
        CHECK(phone == NULL || text_phone_read(phone, again) == TEXT_PHONE_WHOLE);
        CHECK(phone == NULL || strcmp(phone, again) == 0);
        paidan__submit_result__init(&results[index]);
        results[index].code = sent % 2 == 0 ? PAIDAN__CODE__OK : PAIDAN__CODE__EXTERNAL_ID_CONFLICT;
        results[index].ticket = 2026112200000001ull + sent;
        results[index].has_duplicate = sent % 3 == 0;
        results[index].duplicate = 1;
        list[index] = &results[index];
        sent++;
    }
    paidan__submitted__init(&submitted);
    paidan__answer__init(&whole);
    submitted.n_results = count;
    submitted.results = list;
    whole.submitted = &submitted;
    *answer = &whole;
    return PAIDAN__CODE__OK;
}

/* Rows and mistakes after the header, as the sheet finds them when the file lies in memory. */
static uint64_t rows_with_something(const char *bytes, size_t size)
{
    struct sheet *sheet = NULL;
    struct sheet_row row;
    const char *end = memchr(bytes, '\n', size);
    const struct sheet_format format = {
        .separator = sheet_separator(bytes, end == NULL ? size : (size_t)(end - bytes)),
        .row_bytes_max = ROW_BYTES_MAX};
    enum rc rc = sheet_open_bytes(&sheet, &format, bytes, size);
    CHECK(rc == RC_OK);
    uint64_t count = 0;
    rc = sheet_next(sheet, &row); /* the header */
    while (rc != RC_NOT_FOUND) {
        CHECK(rc == RC_OK || rc == RC_INVALID);
        rc = sheet_next(sheet, &row);
        count += rc != RC_NOT_FOUND ? 1 : 0;
    }
    sheet_close(sheet);
    return count;
}

/* What is told goes nowhere while a table is read. */
static void silence(int saved[2])
{
    static int nowhere = -1;
    (void)fflush(stdout);
    (void)fflush(stderr);
    nowhere = nowhere < 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : nowhere;
    for (int fd = 0; fd < 2; fd++) {
        saved[fd] = dup(fd + 1);
        CHECK(saved[fd] >= 0);
        CHECK(dup2(nowhere, fd + 1) == fd + 1);
    }
}

static void speak(const int saved[2])
{
    (void)fflush(stdout);
    (void)fflush(stderr);
    for (int fd = 0; fd < 2; fd++) {
        CHECK(dup2(saved[fd], fd + 1) == fd + 1);
        (void)close(saved[fd]);
    }
}

static void submit_read(const char *bytes, size_t size, bool json)
{
    int saved[2];
    struct cli cli = {.json = json, .site_tried = true};
    struct import import = {.cli = &cli};
    cli.values[CLI_CHANNEL] = "hotline";
    cli.values[CLI_FROM] = "table";
    import.source.file = fmemopen((void *)(uintptr_t)bytes, size, "r");
    CHECK(import.source.file != NULL);
    sent = 0;
    silence(saved);
    const int status = run_import(&import, NULL);
    speak(saved);
    (void)fclose(import.source.file);
    CHECK(status == CLI_EXIT_OK || status == CLI_EXIT_DATA || status == CLI_EXIT_USAGE);
    if (status == CLI_EXIT_USAGE) {
        CHECK(sent == 0);
        return;
    }
    CHECK(import.accepted + import.duplicate + import.refused == rows_with_something(bytes, size));
    CHECK((status == CLI_EXIT_DATA) == (import.refused > 0));
    CHECK(import.accepted + import.duplicate <= sent);
}

static void demo_read(const char *bytes, size_t size)
{
    static const char *const names[] = {"at", "text"};
    struct demo_table table;
    enum rc rc = demo_table_open_bytes(&table, &arena, bytes, size, names, 2);
    CHECK(rc == RC_OK || rc == RC_INVALID);
    CHECK(rc == RC_OK || table.mistake.en != NULL);
    for (uint32_t line = table.line; rc == RC_OK; line = table.line) {
        rc = demo_table_next(&table);
        CHECK(rc == RC_OK || rc == RC_INVALID || rc == RC_NOT_FOUND);
        CHECK(rc == RC_NOT_FOUND || table.line > line);
        for (unsigned field = 0; rc == RC_OK && field < 2; field++) {
            size_t at = 0;
            CHECK(text_valid(table.fields[field], strlen(table.fields[field]), &at));
        }
    }
    demo_table_close(&table);
    arena_reset(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, 1u << 20);
        CHECK(rc == RC_OK);
    }
    if (bytes < 2) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        submit_read((const char *)data + 1, bytes - 1, data[0] % 4 == 0);
    } else {
        demo_read((const char *)data + 1, bytes - 1);
    }
    return 0;
}
