// For LD_PRELOAD: the time of day jumps by an hour, forth and back, every few readings; what measures
// durations must not notice.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

static long jump(void) {
  static atomic_int readings;
  return atomic_fetch_add(&readings, 1) / 3 % 2 ? 3600 : -3600;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += jump();
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
  int result = real(time, zone);
  if (result == 0) time->tv_sec += jump();
  return result;
}

time_t time(time_t *result) {
  time_t (*real)(time_t *) = dlsym(RTLD_NEXT, "time");
  time_t now = real(0) + jump();
  if (result) *result = now;
  return now;
}
