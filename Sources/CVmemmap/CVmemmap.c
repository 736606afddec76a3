#define _GNU_SOURCE
#include "CVmemmap.h"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int cvm_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int cvm_punch_hole(int file, long offset, long length) {
  return fallocate(file, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length);
}

const char *cvm_compiler_version(void) { return __VERSION__; }

// The linker's names for the bounds of a section. Weak, because a binary without a branch has none.
#define SECTION_BOUND __attribute__((weak, visibility("hidden")))
extern const struct cvm_jump_entry __start___jump_table[] SECTION_BOUND;
extern const struct cvm_jump_entry __stop___jump_table[] SECTION_BOUND;

const struct cvm_jump_entry *cvm_jump_table(size_t *count) {
  *count = __stop___jump_table - __start___jump_table;
  return __start___jump_table;
}

int cvm_register_instruction_fetch(void) {
  return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
}

int cvm_serialize_instruction_fetch(void) {
  return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
}

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
