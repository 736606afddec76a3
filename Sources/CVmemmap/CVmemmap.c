#define _GNU_SOURCE
#include "CVmemmap.h"

#include <fcntl.h>
#include <sys/mman.h>

int cvm_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int cvm_punch_hole(int file, long offset, long length) {
  return fallocate(file, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length);
}

const char *cvm_compiler_version(void) { return __VERSION__; }

// The part of a task that preemptible RCU's read side touches.
static __thread struct {
  int read_lock_nesting;
  int read_unlock_special;
} rcu_task;

void cvm_preempt_rcu_read_lock(void) {
  // A plain increment in memory: only this thread writes it, interrupts would restore it.
  *(volatile int *)&rcu_task.read_lock_nesting += 1;
  cvm_barrier();
}

// What a preempted reader leaves for its last unlock. No reader is preempted in this model, so it
// is never called; it is there because the test for it is part of the cost.
static __attribute__((noinline)) void read_unlock_special(void) {
  rcu_task.read_unlock_special = 0;
  cvm_barrier();
}

void cvm_preempt_rcu_read_unlock(void) {
  cvm_barrier();
  int nesting = *(volatile int *)&rcu_task.read_lock_nesting - 1;
  *(volatile int *)&rcu_task.read_lock_nesting = nesting;
  if (nesting == 0) {
    cvm_barrier();
    if (__builtin_expect(*(volatile int *)&rcu_task.read_unlock_special, 0)) read_unlock_special();
  }
}
