/* cli_model: a model of `paidan train` as commands take it. */
#pragma once

#include "cli.h"
#include "common/learn/learn.h"

struct cli_model {
    struct learn_model *model;
    void *bytes;
    size_t size;
    uint64_t ready_us; /* how long reading and opening took */
};

/* 0, or a status after saying what is wrong: no such file, no model, damaged, of another version.
 * Either way for cli_model_close. */
MUST_CHECK int cli_model_open(const struct cli *cli, struct cli_model *model, const char *path);
/* The same for whoever says it otherwise. RC_IO: *error is errno; RC_CORRUPT (also of what is no file),
 * RC_FORMAT: of another version, RC_LIMIT: memory. Either way for cli_model_close. */
MUST_CHECK enum rc cli_model_read(struct cli_model *model, const char *path, int *error);
void cli_model_close(struct cli_model *model);

#define CLI_MODEL_PRECISION_USUAL 0.98f
/* --precision, between 0 and 1: 0.98 or 98%. 0 or a status. */
MUST_CHECK int cli_model_precision(const struct cli *cli, float *precision);
