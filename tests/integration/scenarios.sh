#!/usr/bin/env bash
# Five real places played through the real processes: each ends with the numbers of its page.
exec "$(dirname "$0")/../scenarios/run" --processes
