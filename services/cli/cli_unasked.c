/* cli_unasked: what a service that does not run would answer.
 *
 * Only the service knows its tables, so its program answers, in a mode that opens the store read-only
 * and ends (paidan-SERVICE --ask). Request and answer travel as hexadecimal digits: an argument holds
 * no zero bytes, and what a program prints stays readable where it fails. */

#include "cli_unasked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_apart.h"
#include "common/base/check.h"
#include "common/say/code.h"
#include "common/wire/wire.h"

enum { PROTOCOL = 1, REQUEST_BYTES_MAX = 4096 };
#define PRINTED_BYTES (2u * FRAME_BYTES_MAX + 2u) /* a frame in digits, its end of line, NUL */

static int fail_memory(struct cli *cli)
{
    return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
}

static int digits_of(struct cli *cli, ProtobufCMessage *wish,
                     char digits[2 * REQUEST_BYTES_MAX + 1])
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    unsigned char *bytes = NULL;
    size_t size = 0;
    request.protocol = PROTOCOL;
    cli_fill_request(&request, wish);
    if (cli_arena(cli) != CLI_EXIT_OK ||
        wire_pack(&cli->arena, &request.base, &bytes, &size) != RC_OK) {
        return fail_memory(cli);
    }
    CHECK(size <= REQUEST_BYTES_MAX); /* wishes of ours are short */
    for (size_t index = 0; index < size; index++) {
        (void)snprintf(digits + 2 * index, 3, "%02x", bytes[index]);
    }
    return CLI_EXIT_OK;
}

/* In place: two digits are longer than a byte. False: something else was printed. */
static bool read_digits(char *text, size_t *size)
{
    const size_t count = strspn(text, "0123456789abcdef");
    if (count == 0 || count % 2 != 0) {
        return false;
    }
    for (size_t index = 0; index < count / 2; index++) {
        const char pair[3] = {text[2 * index], text[2 * index + 1], '\0'};
        text[index] = (char)strtoul(pair, NULL, 16);
    }
    *size = count / 2;
    return true;
}

static int take_answer(struct cli *cli, const char *service, char *printed, Paidan__Answer **answer)
{
    size_t size = 0;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (!read_digits(printed, &size) || wire_unpack(&cli->arena, &paidan__answer__descriptor,
                                                    printed, size, &message, &error) != RC_OK) {
        return cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, service);
    }
    *answer = (Paidan__Answer *)(void *)message;
    cli->now_ms = (*answer)->has_now_ms ? (*answer)->now_ms : cli->now_ms;
    return (*answer)->code == PAIDAN__CODE__OK
               ? CLI_EXIT_OK
               : cli_refuse(cli, (*answer)->code, (*answer)->detail);
}

int cli_unasked(struct cli *cli, const char *service, const char *site, ProtobufCMessage *wish,
                Paidan__Answer **answer)
{
    char program[PATH_MAX + 64], digits[2 * REQUEST_BYTES_MAX + 1] = "";
    pid_t child = 0;
    int status = cli_apart_find(cli, service, program);
    if (status == CLI_EXIT_OK) {
        status = digits_of(cli, wish, digits);
    }
    char *printed = status == CLI_EXIT_OK ? malloc(PRINTED_BYTES) : NULL;
    if (printed == NULL) {
        return status != CLI_EXIT_OK ? status : fail_memory(cli);
    }
    char *const arguments[] = {program,      (char[]){"--data"}, cli->data_dir, (char[]){"--site"},
                               (char *)site, (char[]){"--ask"},  digits,        NULL};
    (void)setenv("LC_ALL", cli->say.language == SAY_CHINESE ? "zh_CN.UTF-8" : "C.UTF-8", 1);
    status = cli_apart_program(cli, service, code_exit(PAIDAN__CODE__STORE_CORRUPT), arguments,
                               printed, PRINTED_BYTES, &child);
    if (status == CLI_EXIT_OK) {
        status = take_answer(cli, service, printed, answer);
    }
    free(printed);
    return status;
}
