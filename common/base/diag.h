/* diag: log lines on stderr, one write(2) each: `level part key=value key="two words"`.
 * Never complaint text, names, phone numbers or addresses. */
#pragma once

/* DIAG_NONE: for programs that say everything themselves; nobody logs at it. */
enum diag_level { DIAG_NONE = -1, DIAG_ERROR, DIAG_WARN, DIAG_INFO, DIAG_DEBUG };

void diag_init(const char *service, enum diag_level level);
/* part: module name; format: printf of key=value pairs. */
void diag_log(enum diag_level level, const char *part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As diag_log, at most one line of the same part and format every 10 s; counts what it dropped. */
void diag_log_limited(enum diag_level level, const char *part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
