/* paidan-media: one file in, the same without what rides along out. Started by the gateway for each file
 * that somebody sends, and ended with it: whatever a picture that was made to break decoders does, it does
 * it here, in a process that has nothing, may use so much memory and time, and no more. It owns the two
 * files that it writes. What must stay true: it says a type and exits 0 only when OUT is whole; nothing of
 * the original but its pixels (of pictures) is in OUT.
 *
 *   paidan-media IN OUT PREVIEW
 *   image/jpeg jpg 4032 3024 1 31.230410 121.473700      type, ending, width, height, preview?, place or - -
 *
 * Exits: 0, 64 usage, 65 damaged, 66 no type that is taken, 67 too many pixels, 68 too large, 73 no space,
 * 75 fault. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vips/vips.h>

#include "media_place.h"
#include "media_type.h"

enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 64,
    EXIT_DAMAGED = 65,
    EXIT_TYPE = 66,
    EXIT_PIXELS = 67,
    EXIT_LARGE = 68,
    EXIT_SPACE = 73,
    EXIT_FAULTY = 75,
    SIDE_MAX = 16384,
    PIXELS_MAX = 52 << 20, /* the largest that telephones make by themselves; 208 MB decoded */
    IN_BYTES_MAX = 10 << 20,
    OUT_BYTES_MAX = 24 << 20, /* a PNG that another program packed better */
    PREVIEW_SIDE = 640,
    MEMORY_BYTES_MAX = 1 << 30,
    SECONDS_MAX = 30,
};

struct file {
    unsigned char *bytes;
    size_t size;
};

static int read_file(const char *path, struct file *file)
{
    struct stat known;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &known) != 0) {
        return EXIT_FAULTY;
    }
    if (known.st_size > IN_BYTES_MAX) {
        return EXIT_LARGE;
    }
    file->size = (size_t)known.st_size;
    file->bytes = malloc(file->size + 1);
    size_t done = 0;
    while (file->bytes != NULL && done < file->size) {
        const ssize_t got = read(fd, file->bytes + done, file->size - done);
        if (got <= 0) {
            break;
        }
        done += (size_t)got;
    }
    (void)close(fd);
    return file->bytes == NULL || done != file->size ? EXIT_FAULTY : EXIT_DONE;
}

static int write_file(const char *path, const unsigned char *bytes, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    size_t done = 0;
    while (fd >= 0 && done < size) {
        const ssize_t put = write(fd, bytes + done, size - done);
        if (put <= 0) {
            break;
        }
        done += (size_t)put;
    }
    const bool whole = fd >= 0 && done == size && fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return whole                                            ? EXIT_DONE
           : why == ENOSPC || why == EDQUOT || why == EFBIG ? EXIT_SPACE
                                                            : EXIT_FAULTY;
}

/* ---- pictures ---------------------------------------------------------------------------------
 */

/* By the decoder that the bytes call for and no other: libvips would try a hundred. */
static VipsImage *load(enum media_type type, struct file *file)
{
    VipsImage *image = NULL;
    int failed = -1;
    switch (type) {
    case MEDIA_JPEG:
        failed = vips_jpegload_buffer(file->bytes, file->size, &image, "fail_on",
                                      VIPS_FAIL_ON_ERROR, NULL);
        break;
    case MEDIA_PNG:
        failed = vips_pngload_buffer(file->bytes, file->size, &image, "fail_on", VIPS_FAIL_ON_ERROR,
                                     NULL);
        break;
    case MEDIA_WEBP:
        failed = vips_webpload_buffer(file->bytes, file->size, &image, "fail_on",
                                      VIPS_FAIL_ON_ERROR, NULL);
        break;
    default:
        failed = vips_gifload_buffer(file->bytes, file->size, &image, "fail_on", VIPS_FAIL_ON_ERROR,
                                     NULL);
        break;
    }
    return failed != 0 ? NULL : image;
}

static bool place_of(VipsImage *image, double *latitude, double *longitude)
{
    const char *value[2] = {NULL, NULL}, *ref[2] = {NULL, NULL};
    static const char *const names[2][2] = {
        {"exif-ifd3-GPSLatitude", "exif-ifd3-GPSLatitudeRef"},
        {"exif-ifd3-GPSLongitude", "exif-ifd3-GPSLongitudeRef"}};
    for (unsigned index = 0; index < 2; index++) {
        if (vips_image_get_typeof(image, names[index][0]) == 0 ||
            vips_image_get_typeof(image, names[index][1]) == 0 ||
            vips_image_get_string(image, names[index][0], &value[index]) != 0 ||
            vips_image_get_string(image, names[index][1], &ref[index]) != 0) {
            return false;
        }
    }
    return media_place_read(value[0], ref[0], 90, latitude) &&
           media_place_read(value[1], ref[1], 180, longitude) &&
           (*latitude != 0 || *longitude != 0); /* what a telephone without reception writes */
}

/* Takes image; returns what came of it, or image itself where it need not, or cannot, be done. */
static VipsImage *or_as_it_was(VipsImage *image, VipsImage *made, int failed)
{
    if (failed != 0 || made == NULL) {
        vips_error_clear();
        return image;
    }
    g_object_unref(image);
    return made;
}

/* Upright, and in the colours that are meant where no profile says which. Both would be lost with what is
 * stripped. Decoded whole here, so that a picture which breaks off is found before anything is written. */
static VipsImage *plain(VipsImage *image)
{
    VipsImage *whole = vips_image_copy_memory(image);
    g_object_unref(image);
    if (whole == NULL) {
        return NULL;
    }
    VipsImage *made = NULL;
    int failed = vips_autorot(whole, &made, NULL);
    whole = or_as_it_was(whole, made, failed);
    if (vips_image_get_typeof(whole, VIPS_META_ICC_NAME) != 0) {
        made = NULL;
        failed = vips_icc_transform(whole, &made, "srgb", "embedded", TRUE, NULL);
        whole = or_as_it_was(whole, made, failed);
    }
    const VipsInterpretation is = vips_image_guess_interpretation(whole);
    if (is != VIPS_INTERPRETATION_sRGB && is != VIPS_INTERPRETATION_B_W) {
        made = NULL;
        failed = vips_colourspace(whole, &made, VIPS_INTERPRETATION_sRGB, NULL);
        whole = or_as_it_was(whole, made, failed);
    }
    return whole;
}

static int save(enum media_type type, VipsImage *image, void **bytes, size_t *size)
{
    switch (type) {
    case MEDIA_JPEG:
        return vips_jpegsave_buffer(image, bytes, size, "Q", 88, "strip", TRUE, "optimize_coding",
                                    TRUE, NULL);
    case MEDIA_WEBP:
        return vips_webpsave_buffer(image, bytes, size, "Q", 85, "strip", TRUE, NULL);
    default:
        return vips_pngsave_buffer(image, bytes, size, "strip", TRUE, "compression", 6, NULL);
    }
}

/* On white, for a JPEG has no holes. A picture without its preview is still a picture. */
static bool preview(VipsImage *image, const char *path)
{
    VipsImage *small = NULL, *flat = NULL;
    void *bytes = NULL;
    size_t size = 0;
    VipsArrayDouble *white = vips_array_double_newv(3, 255.0, 255.0, 255.0);
    bool made = vips_thumbnail_image(image, &small, PREVIEW_SIDE, "height", PREVIEW_SIDE, "size",
                                     VIPS_SIZE_DOWN, NULL) == 0;
    if (made && vips_image_hasalpha(small) &&
        vips_flatten(small, &flat, "background", white, NULL) == 0) {
        g_object_unref(small);
        small = flat;
    }
    made = made && vips_jpegsave_buffer(small, &bytes, &size, "Q", 78, "strip", TRUE, NULL) == 0 &&
           write_file(path, bytes, size) == EXIT_DONE;
    vips_area_unref(VIPS_AREA(white));
    g_free(bytes);
    if (small != NULL) {
        g_object_unref(small);
    }
    return made;
}

static int picture(enum media_type type, struct file *file, const char *out, const char *small)
{
    double latitude = 0, longitude = 0;
    VipsImage *image = load(type, file);
    if (image == NULL) {
        return EXIT_DAMAGED;
    }
    const int width = vips_image_get_width(image), height = vips_image_get_height(image);
    if (width > SIDE_MAX || height > SIDE_MAX || (long long)width * height > PIXELS_MAX) {
        g_object_unref(image);
        return EXIT_PIXELS;
    }
    const bool placed = place_of(image, &latitude, &longitude);
    image = plain(image);
    void *bytes = NULL;
    size_t size = 0;
    if (image == NULL || save(type, image, &bytes, &size) != 0) {
        if (image != NULL) {
            g_object_unref(image);
        }
        return EXIT_DAMAGED;
    }
    int done = size > OUT_BYTES_MAX ? EXIT_LARGE : write_file(out, bytes, size);
    g_free(bytes);
    if (done == EXIT_DONE) {
        const int previewed = preview(image, small) ? 1 : 0;
        (void)printf("%s %s %d %d %d ", media_type_name(type), media_type_ending(type),
                     vips_image_get_width(image), vips_image_get_height(image), previewed);
        done = (placed ? printf("%.6f %.6f\n", latitude, longitude) : printf("- -\n")) > 0
                   ? EXIT_DONE
                   : EXIT_FAULTY;
    }
    g_object_unref(image);
    return done;
}

/* ---- all --------------------------------------------------------------------------------------
 */

static int document(enum media_type type, struct file *file, const char *out)
{
    if (!media_type_whole(type, file->bytes, file->size)) {
        return EXIT_DAMAGED;
    }
    if (type == MEDIA_MP4) {
        media_type_clean(file->bytes, file->size);
    }
    const int done = write_file(out, file->bytes, file->size);
    if (done == EXIT_DONE) {
        (void)printf("%s %s 0 0 0 - -\n", media_type_name(type), media_type_ending(type));
    }
    return done;
}

static void hush(const char *domain, GLogLevelFlags level, const char *message, gpointer context)
{
    (void)domain;
    (void)level;
    (void)message; /* may hold what was in the file */
    (void)context;
}

static void confine(void)
{
    const struct rlimit memory = {MEMORY_BYTES_MAX, MEMORY_BYTES_MAX};
    const struct rlimit seconds = {SECONDS_MAX, SECONDS_MAX};
    const struct rlimit size = {2 * OUT_BYTES_MAX, 2 * OUT_BYTES_MAX};
    const struct rlimit none = {0, 0};
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they map terabytes */
    (void)setrlimit(RLIMIT_AS, &memory);
#else
    (void)memory;
#endif
    (void)setrlimit(RLIMIT_CPU, &seconds);
    (void)setrlimit(RLIMIT_FSIZE, &size);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int main(int argc, char **argv)
{
    static struct file file; /* for the life of the process */
    if (argc != 4) {
        (void)fputs("paidan-media IN OUT PREVIEW (started by paidan-gateway and adapters)\n",
                    stderr);
        return EXIT_USAGE;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0,
                0); /* our files are cleared by who starts after it */
    const int read = read_file(argv[1], &file);
    if (read != EXIT_DONE) {
        return read;
    }
    const enum media_type type = media_type_of(file.bytes, file.size);
    if (type == MEDIA_NONE) {
        return EXIT_TYPE;
    }
    if (type == MEDIA_PDF || type == MEDIA_MP4 || type == MEDIA_AMR) {
        confine();
        return document(type, &file, argv[2]);
    }
    if (VIPS_INIT(argv[0]) != 0) {
        return EXIT_FAULTY;
    }
    (void)g_log_set_default_handler(hush, NULL);
    vips_block_untrusted_set(TRUE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    confine();
    return picture(type, &file, argv[2], argv[3]);
}
