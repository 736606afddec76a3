#define _GNU_SOURCE
#include "CMeasurement.h"

#include <sys/syscall.h>
#include <unistd.h>

int cms_open_counter(uint32_t type, uint64_t config, int group) {
  struct perf_event_attr attributes = {
      .type = type,
      .size = sizeof attributes,
      .config = config,
      .read_format =
          PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
      .exclude_kernel = 1,
      .exclude_hv = 1,
  };
  const pid_t this_thread = 0;
  const int any_cpu = -1;
  return (int)syscall(SYS_perf_event_open, &attributes, this_thread, any_cpu, group,
                      PERF_FLAG_FD_CLOEXEC);
}
