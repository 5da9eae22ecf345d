/* adapter: the adapters that there are, each said once: the service's name, which is its program's
 * (paidan-<name>) and its store's, and what people call it. Which of them an instance has, its site
 * says by its files. */
#pragma once

#include <stddef.h>

enum { ADAPTERS = 4 };

struct adapter {
    const char *name;
    const char *zh, *en;
};
extern const struct adapter adapters[ADAPTERS];

/* NULL: none of that name. */
const struct adapter *adapter_find(const char *name);
