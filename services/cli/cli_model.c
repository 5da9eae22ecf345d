/* cli_model: reading a model whole before it is believed. What is wrong with it is said here, in the
 * same words for each command that takes one. */

#include "cli_model.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_disk.h"
#include "common/base/clock.h"

static int refuse_model(const struct cli *cli, enum rc rc, const char *path)
{
    if (rc == RC_FORMAT) {
        return cli_refuse_as(
            cli, PAIDAN__CODE__STORE_FORMAT, "模型由别的版本写成；请用本版本重新训练。",
            "The model is of another version; train it again with this one.", path);
    }
    if (rc == RC_CORRUPT) {
        return cli_refuse_as(cli, PAIDAN__CODE__STORE_CORRUPT,
                             "这不是模型，或已损坏、不完整；请重新训练或复制。",
                             "This is no model, or it is damaged or cut off; train or copy it "
                             "again.",
                             path);
    }
    return cli_no_memory(cli);
}

/* The bytes, in a copy of our own: somebody who cuts the file off while we read must not end us. */
static enum rc read_bytes(int file, struct cli_model *model, int *error)
{
    struct stat info;
    if (fstat(file, &info) != 0) {
        *error = errno;
        return RC_IO;
    }
    if (!S_ISREG(info.st_mode) || info.st_size <= 0 || info.st_size > LEARN_MODEL_BYTES_MAX) {
        return RC_CORRUPT;
    }
    const size_t size = (size_t)info.st_size;
    model->bytes = malloc(size);
    if (model->bytes == NULL) {
        return RC_LIMIT;
    }
    ssize_t got = 1;
    while (got > 0 && model->size < size) {
        got = read(file, (char *)model->bytes + model->size, size - model->size);
        model->size += got > 0 ? (size_t)got : 0;
    }
    *error = errno;
    return got < 0 ? RC_IO : RC_OK;
}

enum rc cli_model_read(struct cli_model *model, const char *path, int *error)
{
    const uint64_t start_us = clock_monotonic_us();
    *model = (struct cli_model){.model = NULL};
    /* NONBLOCK: a pipe in place of a file must not hang us. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        *error = errno;
        return RC_IO;
    }
    enum rc rc = read_bytes(file, model, error);
    (void)close(file);
    if (rc == RC_OK) {
        rc = learn_open(&model->model, model->bytes, model->size);
    }
    model->ready_us = clock_monotonic_us() - start_us;
    return rc;
}

int cli_model_open(const struct cli *cli, struct cli_model *model, const char *path)
{
    static const struct cli_deed reading = {"无法读取模型", "cannot read the model"};
    int error = 0;
    const enum rc rc = cli_model_read(model, path, &error);
    if (rc == RC_IO) {
        return cli_disk_unread(cli, error, &reading, path);
    }
    return rc == RC_OK ? CLI_EXIT_OK : refuse_model(cli, rc, path);
}

void cli_model_close(struct cli_model *model)
{
    learn_close(model->model);
    free(model->bytes);
    *model = (struct cli_model){.model = NULL};
}

/* 0.98 or 98%: between 0 and 1. Without strtod, for which a point may be a comma. */
int cli_model_precision(const struct cli *cli, float *precision)
{
    const char *text = cli_value(cli, CLI_PRECISION);
    *precision = CLI_MODEL_PRECISION_USUAL;
    if (text == NULL) {
        return CLI_EXIT_OK;
    }
    const char *at = text;
    float value = 0;
    float unit = 1;
    for (bool point = false; (*at >= '0' && *at <= '9') || (*at == '.' && !point); at++) {
        point = point || *at == '.';
        if (*at != '.') {
            value = value * 10 + (float)(*at - '0');
            unit *= point ? 10 : 1;
        }
    }
    value /= unit;
    if (*at == '%') {
        value /= 100;
        at++;
    }
    if (at == text || *at != '\0' || !(value > 0 && value < 1)) {
        return cli_usage(cli, "--precision 要在 0 和 1 之间，如 0.98",
                         "--precision is between 0 and 1, such as 0.98", text);
    }
    *precision = value;
    return CLI_EXIT_OK;
}
