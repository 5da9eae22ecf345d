/* args_fuzz: command lines: of `paidan` (first byte even) and of a service (odd). The rest is the
 * words, apart by line ends. What is taken keeps the promises of the table of commands and of the
 * settings; what is not is refused with the status for it. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_parse.h"
#include "common/base/check.h"
#include "common/bus/bus.h"
#include "common/run/shell_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { WORDS_MAX = 64, LINE_BYTES_MAX = 4096 };

/* Refusals are told to people: not here. What a broken promise says is seen, so only parsing is quiet. */
static int quiet_begin(void)
{
    static int nowhere = -1;
    nowhere = nowhere < 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : nowhere;
    (void)fflush(stderr);
    const int saved = dup(STDERR_FILENO);
    CHECK(saved >= 0);
    CHECK(dup2(nowhere, STDERR_FILENO) == STDERR_FILENO);
    return saved;
}

static void quiet_end(int saved)
{
    (void)fflush(stderr);
    CHECK(dup2(saved, STDERR_FILENO) == STDERR_FILENO);
    (void)close(saved);
}

static void read_cli(int argc, char **argv)
{
    struct cli cli = {.commands = &cli_commands};
    uint64_t number = 0;
    const int quiet = quiet_begin();
    const int status = cli_parse(&cli, argc, argv);
    quiet_end(quiet);
    CHECK(status == CLI_EXIT_OK || status == CLI_EXIT_USAGE);
    /* Help and the version are given for a command that still lacks its operands. */
    const bool told = cli_given(&cli, CLI_HELP) || cli_given(&cli, CLI_VERSION);
    if (status == CLI_EXIT_OK && cli.command != NULL && !told) {
        CHECK(cli.operand_count >= cli.command->operands_min);
        CHECK(cli.operand_count <= cli.command->operands_max);
        for (unsigned index = 0; index < cli.command->required; index++) {
            CHECK(cli_given(&cli, cli.command->options[index]));
        }
    }
    for (int option = 0; status == CLI_EXIT_OK && option < CLI_OPTION_COUNT; option++) {
        if (cli_options[option].argument != CLI_COUNT) {
            continue;
        }
        const int again = quiet_begin();
        const int read = cli_number(&cli, (enum cli_option)option, 1, 1000, 7, &number);
        quiet_end(again);
        CHECK(read != CLI_EXIT_OK || (number >= 1 && number <= 1000));
    }
    free((void *)cli.operands);
}

static void read_service(int argc, char **argv)
{
    static const struct step_service step = {.name = "fuzz"};
    static const struct shell_service service = {.step = &step, .summary = "for a test"};
    struct shell_settings settings;
    const int quiet = quiet_begin();
    const enum rc rc = shell_args_parse(&service, argc, argv, &settings);
    quiet_end(quiet);
    CHECK(rc == RC_OK || rc == RC_SETTINGS);
    if (rc != RC_OK || settings.mode == SHELL_HELP) {
        return;
    }
    CHECK(settings.data_dir[0] != '\0');
    CHECK(settings.mode != SHELL_RUN || settings.site_dir[0] != '\0');
    CHECK(settings.endpoint == NULL || bus_endpoint_valid(settings.endpoint));
    CHECK(settings.step_inputs >= 1 && settings.step_inputs <= STEP_INPUTS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char line[LINE_BYTES_MAX], *words[WORDS_MAX + 2] = {(char[]){"paidan"}}, *rest = NULL;
    int count = 1;
    if (bytes == 0 || bytes > sizeof line) {
        return 0;
    }
    memcpy(line, data + 1, bytes - 1);
    line[bytes - 1] = '\0';
    for (char *word = strtok_r(line, "\n", &rest); word != NULL && count <= WORDS_MAX;
         word = strtok_r(NULL, "\n", &rest)) {
        words[count++] = word;
    }
    if (data[0] % 2 == 0) {
        read_cli(count, words);
    } else {
        read_service(count, words);
    }
    return 0;
}
