// x86-64, behind the names that arch.h lists. Included by CVmemmap.h only.

#pragma once

// MARK: Caches and waiting

enum { cvm_cache_line_size = 64 };

// Drives the cache line that an address lies in out of all caches; memory keeps its contents.
CVMEMMAP_INLINE void cvm_flush_cache_line(uintptr_t address) {
  __asm__ volatile("clflush (%0)" : : "r"(address) : "memory");
}

// Tells the processor that a loop waits for another thread. The kernel's cpu_relax().
CVMEMMAP_INLINE void cvm_spin_hint(void) { __asm__ volatile("pause" : : : "memory"); }

// MARK: Time that is known

// One addition that the processor must wait for.
//
// Of a register: Intel's cores since Golden Cove (2021) add small immediates while they rename
// registers, and take no time for it.
//
// zero: 0, of which the compiler must not know that it is: cvm_opaque_u64(0).
CVMEMMAP_INLINE uint64_t cvm_dependent_addition(uint64_t value, uint64_t zero) {
  __asm__ volatile("add %1, %0" : "+r"(value) : "r"(zero) : "cc");
  return value;
}

// MARK: The static branch

// A nop of 5 bytes, the one that Intel's and AMD's manuals recommend, or a jmp rel32.
enum { cvm_static_branch_size = 5 };

#define CVM_NOP 0x0f, 0x1f, 0x44, 0x00, 0x00
#define CVM_TEXT(...) #__VA_ARGS__
#define CVM_BYTES(...) ".byte " CVM_TEXT(__VA_ARGS__)

// static_branch_unlikely(&hugetlb_optimize_vmemmap_key): falls through while the key is off.
CVMEMMAP_INLINE bool cvm_static_branch_optimize_vmemmap(void) {
  // Section flags: R keeps the entry, which nothing refers to, and ? drops it with its function where
  // the linker finds another copy of that.
  __asm__ goto("1: " CVM_BYTES(CVM_NOP) "\n\t"
               ".pushsection __jump_table, \"aR?\", @progbits\n\t"
               ".balign 4\n\t"
               ".long 1b - ., %l[enabled] - .\n\t"
               ".popsection"
               : : : : enabled);
  return false;
enabled:
  return true;
}

// The instruction of a branch: a jump from `code` to `target` for a key that is on, else the nop.
//
// instruction: room for cvm_static_branch_size bytes; need not be at `code`.
CVMEMMAP_INLINE void cvm_static_branch_encode(uint8_t *instruction, uintptr_t code,
                                              uintptr_t target, bool enabled) {
  const uint8_t nop[cvm_static_branch_size] = {CVM_NOP};
  // The distance counts from the next instruction.
  uint32_t distance = (uint32_t)(target - (code + cvm_static_branch_size));
  const uint8_t jump[cvm_static_branch_size] = {
      0xe9, (uint8_t)distance, (uint8_t)(distance >> 8), (uint8_t)(distance >> 16),
      (uint8_t)(distance >> 24)};
  for (int byte = 0; byte < cvm_static_branch_size; byte++)
    instruction[byte] = enabled ? jump[byte] : nop[byte];
}

#undef CVM_BYTES
#undef CVM_TEXT
#undef CVM_NOP

// MARK: Code placement

#define CVM_ALIGN_CODE ".p2align 6"
#define CVM_SKIP_CODE(bytes) ".nops " #bytes
#define CVM_ASM_COMMENT "#"
