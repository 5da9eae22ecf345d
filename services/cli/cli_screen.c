/* cli_screen: the terminal while the board is on it. It is changed in one place and given back in
 * one place, by exit as well (atexit): a terminal without echo is worse than no board. Signals only
 * set a flag; whoever draws looks at it between two frames. */

#include "cli_screen.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const char enter_sequence[] = "\033[?1049h\033[?25l\033[2J";
static const char leave_sequence[] = "\033[0m\033[?25h\033[?1049l";

static struct termios saved_terminal;
static volatile sig_atomic_t entered, ended, resized;

/* Unbuffered: stdio may hold half a frame when the process ends. */
static void write_all(const char *text, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t done = write(STDOUT_FILENO, text, bytes);
        if (done <= 0) {
            return; /* the terminal is gone */
        }
        text += done;
        bytes -= (size_t)done;
    }
}

/* Nothing but flags: the handler runs between any two instructions. */
static void on_signal(int signal)
{
    if (signal == SIGWINCH) {
        resized = 1;
    } else {
        ended = 1;
    }
}

void cli_screen_leave(void)
{
    if (entered) {
        entered = 0;
        write_all(leave_sequence, sizeof leave_sequence - 1);
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &saved_terminal);
    }
}

bool cli_screen_enter(void)
{
    static bool registered;
    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1 ||
        tcgetattr(STDIN_FILENO, &saved_terminal) != 0) {
        return false;
    }
    struct sigaction action = {.sa_handler = on_signal};
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
    for (size_t index = 0; index < sizeof signals / sizeof signals[0]; index++) {
        (void)sigaction(signals[index], &action, NULL);
    }
    if (!registered) {
        registered = atexit(cli_screen_leave) == 0;
    }
    struct termios raw = saved_terminal;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fflush(stdout);
    entered = 1;
    write_all(enter_sequence, sizeof enter_sequence - 1);
    return true;
}

void cli_screen_size(unsigned *columns, unsigned *rows)
{
    struct winsize size;
    *columns = 80;
    *rows = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        *columns = size.ws_col;
        *rows = size.ws_row;
    }
}

void cli_screen_show(const char *drawn)
{
    /* Each line is overwritten and its rest cleared; what stood below is cleared at the end. */
    char *frame = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&frame, &bytes);
    if (memory == NULL) {
        return;
    }
    /* Clearing everything each time would flicker; after a resize old lines lie anywhere. */
    fputs(resized ? "\033[2J\033[H" : "\033[H", memory);
    resized = 0;
    for (const char *at = drawn; *at != '\0';) {
        const size_t line = strcspn(at, "\n");
        fprintf(memory, "%.*s\033[K", (int)line, at);
        at += line;
        if (*at == '\n') {
            fputs("\r\n", memory);
            at++;
        }
    }
    fputs("\033[J", memory);
    if (fclose(memory) == 0) {
        write_all(frame, bytes);
    }
    free(frame);
}

int cli_screen_wait(uint64_t wait_ms)
{
    struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};
    /* Waits are cut to a minute: a time that was computed wrongly must not freeze the keys. */
    if (!ended && poll(&item, 1, wait_ms > 60000 ? 60000 : (int)wait_ms) > 0) {
        unsigned char key = 0;
        const ssize_t got = read(STDIN_FILENO, &key, 1);
        if (got == 1) {
            return key;
        }
        /* The terminal was closed. */
        if (got == 0 && (item.revents & (POLLHUP | POLLERR)) != 0) {
            return -1;
        }
    }
    return ended ? -1 : 0;
}

int cli_screen_key(void)
{
    struct termios usual, raw;
    struct sigaction action = {.sa_handler = on_signal}, before[2];
    static const int signals[2] = {SIGINT, SIGTERM};
    unsigned char key = 0;
    if (ended || tcgetattr(STDIN_FILENO, &usual) != 0) {
        return -1;
    }
    raw = usual;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    /* Without restarting: a signal must end the wait, for the terminal is given back after it. */
    for (size_t index = 0; index < 2; index++) {
        (void)sigaction(signals[index], &action, &before[index]);
    }
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    const ssize_t got = read(STDIN_FILENO, &key, 1);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &usual);
    for (size_t index = 0; index < 2; index++) {
        (void)sigaction(signals[index], &before[index], NULL);
    }
    return got == 1 && !ended ? key : -1;
}
