// perf_event_open(2), for which Glibc has no function, and the kernel's names for what it counts.

#pragma once

#include <linux/perf_event.h>
#include <stdint.h>

// Opens a counter of the calling thread in user space, which counts at once, in the group that the
// descriptor `group` leads, or leading a group of its own with -1. Reading the leader gives the whole
// group and the times for which it was enabled and counting. -1 with errno set when it fails.
int cms_open_counter(uint32_t type, uint64_t config, int group);
