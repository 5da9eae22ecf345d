/* replay: runs a fuzz target over a corpus without libFuzzer.
 *
 * Arguments are files, or folders whose files are taken. Every build replays the corpora in this
 * way, so that an input that once broke something stays tested with any compiler. */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum {
    /* Inputs larger than the largest frame plus some are not useful in a corpus. */
    REPLAY_BYTES_MAX = 16 << 20,
    REPLAY_PATH_BYTES = 4096,
};

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
        return 1;
    }
    uint8_t *data = malloc(REPLAY_BYTES_MAX);
    if (data == NULL) {
        fclose(file);
        return 1;
    }
    const size_t bytes = fread(data, 1, REPLAY_BYTES_MAX, file);
    fclose(file);
    /* An exact copy, so that a sanitizer sees the first byte read past the end. */
    uint8_t *copy = malloc(bytes == 0 ? 1 : bytes);
    if (copy != NULL) {
        memcpy(copy, data, bytes);
        (void)LLVMFuzzerTestOneInput(copy, bytes);
    }
    free(copy);
    free(data);
    return 0;
}

static int replay_folder(const char *path, size_t *count)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
        return 1;
    }
    int failed = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char name[REPLAY_PATH_BYTES];
        const int length = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof name) {
            failed = 1;
            continue;
        }
        failed |= replay_file(name);
        *count += 1;
    }
    closedir(folder);
    return failed;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    int failed = 0;
    for (int index = 1; index < argc; index++) {
        struct stat info;
        if (stat(argv[index], &info) != 0) {
            fprintf(stderr, "replay: %s: %s\n", argv[index], strerror(errno));
            failed = 1;
        } else if (S_ISDIR(info.st_mode)) {
            failed |= replay_folder(argv[index], &count);
        } else {
            failed |= replay_file(argv[index]);
            count++;
        }
    }
    printf("replayed %zu inputs\n", count);
    return failed != 0 || count == 0 ? 1 : 0;
}
