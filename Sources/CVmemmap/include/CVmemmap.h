// What Swift can't say: volatile and atomic accesses to memory that is mapped more than once, values
// hidden from the optimiser, code placement, and system calls that Glibc's module leaves out.
//
// Addresses are passed as integers: a struct page is known by its address in the memory map, and the
// compiler must not reason about objects behind it, because aliases of one physical page look like
// distinct memory.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CVMEMMAP_INLINE static inline __attribute__((always_inline))

#include "arch.h"

// MARK: Loads and stores that happen exactly once (READ_ONCE, WRITE_ONCE)

CVMEMMAP_INLINE uint64_t cvm_read_once_u64(uintptr_t address) {
  return *(const volatile uint64_t *)address;
}

CVMEMMAP_INLINE uint32_t cvm_read_once_u32(uintptr_t address) {
  return *(const volatile uint32_t *)address;
}

CVMEMMAP_INLINE void cvm_write_once_u64(uintptr_t address, uint64_t value) {
  *(volatile uint64_t *)address = value;
}

CVMEMMAP_INLINE void cvm_write_once_u32(uintptr_t address, uint32_t value) {
  *(volatile uint32_t *)address = value;
}

// MARK: Reference counts (atomic_t)

CVMEMMAP_INLINE int32_t cvm_atomic_load_relaxed(uintptr_t address) {
  return __atomic_load_n((int32_t *)address, __ATOMIC_RELAXED);
}

CVMEMMAP_INLINE int32_t cvm_atomic_load_acquire(uintptr_t address) {
  return __atomic_load_n((int32_t *)address, __ATOMIC_ACQUIRE);
}

CVMEMMAP_INLINE void cvm_atomic_store_release(uintptr_t address, int32_t value) {
  __atomic_store_n((int32_t *)address, value, __ATOMIC_RELEASE);
}

CVMEMMAP_INLINE int32_t cvm_atomic_add_return(uintptr_t address, int32_t addend) {
  return __atomic_add_fetch((int32_t *)address, addend, __ATOMIC_SEQ_CST);
}

struct cvm_exchange {
  int32_t seen;
  bool exchanged;
};

// Fully ordered on success, like the kernel's atomic_try_cmpxchg().
CVMEMMAP_INLINE struct cvm_exchange cvm_atomic_try_cmpxchg(uintptr_t address, int32_t expected,
                                                           int32_t desired) {
  struct cvm_exchange result = {expected, false};
  result.exchanged =
      __atomic_compare_exchange_n((int32_t *)address, &result.seen, desired, false,
                                  __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
  return result;
}

// MARK: Hints and barriers for the optimiser; none of them is an instruction

// The kernel's barrier().
CVMEMMAP_INLINE void cvm_barrier(void) { __asm__ volatile("" ::: "memory"); }

// In the taken arm of a branch: keeps the branch from being turned into a conditional move.
CVMEMMAP_INLINE void cvm_keep_branch(void) { __asm__ volatile(""); }

// `value`, computed here and in a general register, and of which the optimiser knows nothing more.
CVMEMMAP_INLINE uint64_t cvm_opaque_u64(uint64_t value) {
  __asm__ volatile("" : "+r"(value));
  return value;
}

// MARK: hugetlb_optimize_vmemmap_key, the kernel's static key
//
// A branch that costs a nop while the key is off. Each place that it is compiled into has an entry in
// a table, so that the key can be turned by writing the jump over the nop, and the nop over the jump.

// One branch; both offsets count from their own field, so that the table is the same at any address.
struct cvm_jump_entry {
  int32_t code;
  int32_t target;
};

// The branches that were compiled into this binary; NULL where there is none.
const struct cvm_jump_entry *cvm_jump_table(size_t *count);

// Makes every thread of the process fetch code anew before it goes on: membarrier(2), -1 with errno
// set on failure. The process must have been registered, once or more often; a kernel that can't do
// it refuses the registration.
int cvm_register_instruction_fetch(void);
int cvm_serialize_instruction_fetch(void);

// MARK: Code layouts
//
// cvm_layout_<copy>_<layout>(): the code that follows starts 16 * layout bytes after a 64-byte
// boundary. The copy's number stands in the text as a comment, because the compiler merges functions
// whose text is equal: arms that are the same code would else be one function and a jump to it.

#define CVMEMMAP_LAYOUT(copy, layout, nops)                                         \
  CVMEMMAP_INLINE void cvm_layout_##copy##_##layout(void) {                         \
    __asm__ volatile(CVM_ALIGN_CODE "\n\t" nops "\n\t" CVM_ASM_COMMENT " copy " #copy); \
  }

#define CVMEMMAP_LAYOUTS(copy)                  \
  CVMEMMAP_LAYOUT(copy, 0, "")                  \
  CVMEMMAP_LAYOUT(copy, 1, CVM_SKIP_CODE(16))          \
  CVMEMMAP_LAYOUT(copy, 2, CVM_SKIP_CODE(32))          \
  CVMEMMAP_LAYOUT(copy, 3, CVM_SKIP_CODE(48))

#define CVMEMMAP_LAYOUTS_8(tens)                                                    \
  CVMEMMAP_LAYOUTS(tens##0) CVMEMMAP_LAYOUTS(tens##1) CVMEMMAP_LAYOUTS(tens##2)     \
  CVMEMMAP_LAYOUTS(tens##3) CVMEMMAP_LAYOUTS(tens##4) CVMEMMAP_LAYOUTS(tens##5)     \
  CVMEMMAP_LAYOUTS(tens##6) CVMEMMAP_LAYOUTS(tens##7)

#define CVMEMMAP_LAYOUTS_64(digit)                                                  \
  CVMEMMAP_LAYOUTS_8(digit##0) CVMEMMAP_LAYOUTS_8(digit##1)                         \
  CVMEMMAP_LAYOUTS_8(digit##2) CVMEMMAP_LAYOUTS_8(digit##3)                         \
  CVMEMMAP_LAYOUTS_8(digit##4) CVMEMMAP_LAYOUTS_8(digit##5)                         \
  CVMEMMAP_LAYOUTS_8(digit##6) CVMEMMAP_LAYOUTS_8(digit##7)

// Copies are counted in octal: 000 to 777.
CVMEMMAP_LAYOUTS_64(0)
CVMEMMAP_LAYOUTS_64(1)
CVMEMMAP_LAYOUTS_64(2)
CVMEMMAP_LAYOUTS_64(3)
CVMEMMAP_LAYOUTS_64(4)
CVMEMMAP_LAYOUTS_64(5)
CVMEMMAP_LAYOUTS_64(6)
CVMEMMAP_LAYOUTS_64(7)

#undef CVMEMMAP_LAYOUTS_64
#undef CVMEMMAP_LAYOUTS_8
#undef CVMEMMAP_LAYOUTS
#undef CVMEMMAP_LAYOUT
#undef CVM_ALIGN_CODE
#undef CVM_SKIP_CODE
#undef CVM_ASM_COMMENT

// MARK: The read side of preemptible RCU
//
// Out of line like the kernel's __rcu_read_lock() and __rcu_read_unlock(): a per-thread nesting
// counter, compiler barriers, and on the last unlock a test for work left by the grace period.

void cvm_preempt_rcu_read_lock(void);
void cvm_preempt_rcu_read_unlock(void);

// MARK: System calls that Glibc's Swift module leaves out
//
// Each returns -1 with errno set on failure.

// memfd_create(2), closed on exec.
int cvm_memfd_create(const char *name);

// fallocate(2): gives back the backing of a range of a file whose size stays.
int cvm_punch_hole(int file, long offset, long length);

// MARK: Facts of the build

// The version of the C compiler, and so of the toolchain.
const char *cvm_compiler_version(void);

#undef CVMEMMAP_INLINE
