/* cli_disk: one place that says why a file could not be written or read. A bare "cannot write" sends
 * an operator looking through the wrong disk at night, so each failure names the path, the cause and
 * what to do, and a full disk the file system that is full: the one of the path, which need not be
 * that of the data. What must stay true: errno is read by whoever failed, before anything else is
 * called, and handed in; and no sentence here names an operation that is not the one that failed. */

#include "cli_disk.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/base/check.h"

enum { SENTENCE_BYTES = 1024 };

/* The causes that an operator can do something about. */
static const struct cause {
    int error;
    const char *zh, *en;
} causes[] = {
    {EACCES, "没有权限；请换一个有权限的用户，或修改目录的权限",
     "no permission: run it as another user, or change the folder's rights"},
    {EPERM, "系统不允许；请换一个有权限的用户，或换一个位置",
     "not permitted: run it as another user, or choose another place"},
    {EROFS, "文件系统是只读的；请换一个位置，或重新挂载为可写",
     "the file system is read-only: choose another place, or mount it writable"},
    {ENOENT, "目录不存在；请先建立它，或核对路径",
     "there is no such folder: make it first, or check the path"},
    {ENOTDIR, "路径中有一段不是目录；请核对路径",
     "a part of the path is no folder: check the path"},
    {EISDIR, "这是目录，不是文件；请核对路径", "this is a folder, not a file: check the path"},
    {EEXIST, "已经存在；请换一个名称", "it exists already: choose another name"},
    {ENOTEMPTY, "目录不为空；请换一个空目录", "the folder is not empty: choose an empty one"},
    {ENAMETOOLONG, "路径太长；请换一个短些的", "the path is too long: choose a shorter one"},
    {EXDEV, "跨了两个文件系统；请放在同一个文件系统里",
     "it crosses two file systems: use one and the same"},
    {EIO, "磁盘读写出错；请用 dmesg 查看磁盘，并换一块磁盘再试",
     "the disk failed: look at it with dmesg, and try another disk"},
    {ENODEV, "磁盘或文件系统不支持；请换一个位置",
     "the disk or file system does not support it: choose another place"},
    {EMFILE, "打开的文件太多；请提高 ulimit -n 再试",
     "too many open files: raise ulimit -n and try again"},
    {ENOMEM, "内存不足；请腾出内存再试", "out of memory: free some and try again"},
};

/* The nearest folder above that exists: what is to be written may not be there yet. */
static bool nearest_folder(const char *path, char folder[PATH_MAX])
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
        return false;
    }
    while (realpath(part, folder) == NULL) {
        char *slash = strrchr(part, '/');
        if (slash == NULL) {
            return realpath(".", folder) != NULL;
        }
        if (slash == part) {
            return realpath("/", folder) != NULL;
        }
        *slash = '\0';
    }
    return true;
}

void cli_disk_mount(const char *path, char *mount, size_t size)
{
    char folder[PATH_MAX], above[PATH_MAX];
    struct stat here, there;
    CHECK(size > 0);
    (void)snprintf(mount, size, "%s", path);
    if (!nearest_folder(path, folder) || stat(folder, &here) != 0) {
        return;
    }
    /* Up as long as it is the same device: where that changes, something is mounted. */
    while (strcmp(folder, "/") != 0) {
        (void)snprintf(above, sizeof above, "%s", folder);
        char *slash = strrchr(above, '/');
        CHECK(slash != NULL);
        slash[slash == above ? 1 : 0] = '\0';
        if (stat(above, &there) != 0 || there.st_dev != here.st_dev) {
            break;
        }
        memcpy(folder, above, sizeof folder);
    }
    (void)snprintf(mount, size, "%s", folder);
}

static int say_full(const struct cli *cli, const struct cli_deed *deed, const char *path)
{
    char mount[PATH_MAX], zh[SENTENCE_BYTES], en[SENTENCE_BYTES];
    struct statvfs disk;
    cli_disk_mount(path, mount, sizeof mount);
    const double free_mib = statvfs(mount, &disk) == 0
                                ? (double)disk.f_bavail * (double)disk.f_frsize / (1 << 20)
                                : 0.0;
    (void)snprintf(
        zh, sizeof zh,
        "%s：磁盘已满，文件系统 %.600s 只剩 %.1f MiB；请腾出空间或换一个位置，再执行一次", deed->zh,
        mount, free_mib);
    (void)snprintf(en, sizeof en,
                   "%s: the disk is full, the file system %.600s has %.1f MiB left; make room or "
                   "choose another place, then run it again",
                   deed->en, mount, free_mib);
    return cli_refuse_as(cli, PAIDAN__CODE__STORAGE_FULL, zh, en, path);
}

int cli_disk_fail(const struct cli *cli, int error, const struct cli_deed *deed, const char *path)
{
    char zh[SENTENCE_BYTES], en[SENTENCE_BYTES];
    CHECK(deed->zh != NULL);
    CHECK(deed->en != NULL);
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        return say_full(cli, deed, path);
    }
    for (size_t index = 0; index < sizeof causes / sizeof causes[0]; index++) {
        if (causes[index].error == error) {
            (void)snprintf(zh, sizeof zh, "%s：%s", deed->zh, causes[index].zh);
            (void)snprintf(en, sizeof en, "%s: %s", deed->en, causes[index].en);
            return cli_fail(cli, CLI_EXIT_IO, zh, en, path);
        }
    }
    (void)snprintf(zh, sizeof zh, "%s：%s", deed->zh, error == 0 ? "原因不明" : strerror(error));
    (void)snprintf(en, sizeof en, "%s: %s", deed->en, error == 0 ? "unknown" : strerror(error));
    return cli_fail(cli, CLI_EXIT_IO, zh, en, path);
}

int cli_disk_unread(const struct cli *cli, int error, const struct cli_deed *deed, const char *path)
{
    char zh[SENTENCE_BYTES], en[SENTENCE_BYTES];
    CHECK(deed->zh != NULL);
    CHECK(deed->en != NULL);
    if (error != ENOENT) {
        return cli_disk_fail(cli, error, deed, path);
    }
    (void)snprintf(zh, sizeof zh, "%s：文件不存在；请核对路径", deed->zh);
    (void)snprintf(en, sizeof en, "%s: there is no such file: check the path", deed->en);
    return cli_fail(cli, CLI_EXIT_IO, zh, en, path);
}
