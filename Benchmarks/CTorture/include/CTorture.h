// What Swift can't do: watch one call from signal handlers.
//
// A call of a form of page_ref_add_unless(), with the drop after it, is stopped before any one of its
// machine instructions, or any two, by the processor's trap flag, and a store of its to a read-only
// alias is caught and done again. The form itself is the code that everybody else runs, with nothing
// put into it.

#pragma once

#include <stdint.h>

// page_ref_add_unless(page, 1, 0) in one of its forms, and a drop of what it took.
typedef enum ctorture_answer {
  ctorture_refused,
  ctorture_taken,
  // The reference that was taken was the last one when it was dropped.
  ctorture_freed,
} (*ctorture_walk)(uintptr_t page);

// One watched call. The callbacks run on the calling thread, in a signal handler, and the call goes on
// when they return. They must not allocate memory nor take a lock that the form could hold.
struct ctorture_call {
  ctorture_walk walk;
  uintptr_t page;
  // The struct pages in which a fault is expected. Any other one ends the process as it always does.
  uintptr_t begin, end;
  // How many instructions are executed before the call is stopped; negative: it is not.
  long stop;
  // How many more before it is stopped again; negative: it is not.
  long again;
  void (*stopped)(void *context);
  // The instruction that faulted is executed again when this returns.
  void (*faulted)(void *context);
  void *context;
};

// Makes the call; returns what the form answered.
//
// Instructions are counted from a few before the form's first to a few after its last, so that a stop
// can come before and after it, too. The first call of a form on a thread must not be stopped: the
// dynamic linker would be.
enum ctorture_answer ctorture_call(struct ctorture_call *call);

// Takes over SIGSEGV and SIGTRAP for calls on all threads; -1 with errno set on failure.
int ctorture_watch(void);
