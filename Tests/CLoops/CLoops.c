#include "CLoops.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "CVmemmap.h"
#if __has_include(<urcu/urcu-memb.h>)
#include <time.h>
// What wakes a waiting grace period, out of line as Swift's compiler leaves it: inlined, it takes
// registers that the loop needs.
static inline __attribute__((noinline)) int futex_async(int32_t *, int, int32_t,
                                                        const struct timespec *, int32_t *,
                                                        int32_t);
#include "CURCU.h"
#endif

#define INLINE static inline __attribute__((always_inline))

// `value`, computed here and in a register, and of which the compiler knows nothing more.
INLINE uintptr_t in_register(uintptr_t value) {
  __asm__ volatile("" : "+r"(value));
  return value;
}

INLINE uintptr_t word(uintptr_t page) { return *(const volatile uintptr_t *)(page + 8); }
INLINE uint64_t flags(uintptr_t page) { return *(const volatile uint64_t *)page; }
INLINE _Atomic(int32_t) *refcount(uintptr_t page) { return (_Atomic(int32_t) *)(page + 52); }

// MARK: compound_head()

INLINE uintptr_t head_pointer(uintptr_t page) {
  uintptr_t head = word(page);
  if (__builtin_expect(head & 1, 0)) {
    __asm__ volatile("");
    return head - 1;
  }
  return page;
}

INLINE uintptr_t head_pointer_cmov(uintptr_t page) {
  uintptr_t head = word(page);
  return head & 1 ? head - 1 : page;
}

// hugetlb_optimize_vmemmap_key: patched code (cvm_static_branch_optimize_vmemmap) or a constant.
typedef bool static_key(void);
INLINE bool key_off(void) { return false; }
INLINE bool key_on(void) { return true; }

INLINE uintptr_t unless_fake(static_key *is_enabled, uintptr_t page) {
  if (!is_enabled()) return page;
  if ((page & 4095) == 0 && flags(page) & 1 << 6) {
    __asm__ volatile("");
    uintptr_t head = word(page + 64);
    if (__builtin_expect(head & 1, 1)) {
      __asm__ volatile("");
      return head - 1;
    }
  }
  return page;
}

INLINE uintptr_t past_fake(static_key *is_enabled, uintptr_t page) {
  uintptr_t head = word(page);
  if (__builtin_expect(head & 1, 0)) {
    __asm__ volatile("");
    return head - 1;
  }
  return unless_fake(is_enabled, page);
}

INLINE uintptr_t head_fakehead(uintptr_t page) {
  return past_fake(cvm_static_branch_optimize_vmemmap, page);
}
INLINE uintptr_t head_fakehead_off(uintptr_t page) { return past_fake(key_off, page); }
INLINE uintptr_t head_fakehead_on(uintptr_t page) { return past_fake(key_on, page); }

INLINE uintptr_t head_fakehead_cmov(uintptr_t page) {
  uintptr_t head = word(page);
  if (__builtin_expect(head & 1, 0)) {
    __asm__ volatile("");
    return head - 1;
  }
  if (!cvm_static_branch_optimize_vmemmap()) return page;
  if ((page & 4095) != 0 || !(flags(page) & 1 << 6)) return page;
  __asm__ volatile("");
  head = word(page + 64);
  return head & 1 ? head - 1 : page;
}

INLINE uintptr_t head_mask(uintptr_t page) {
  uintptr_t info = word(page);
  return page & (info | ((info & 1) - 1));
}

INLINE uintptr_t head_mask_branchy(uintptr_t page) {
  uintptr_t info = word(page);
  if (__builtin_expect(info & 1, 0)) {
    __asm__ volatile("");
    return page & info;
  }
  return page;
}

// MARK: page_ref_add_unless()

INLINE bool add_unless(uintptr_t page, int32_t addend, int32_t unless) {
  page = in_register(page);
  int32_t count = atomic_load_explicit(refcount(page), memory_order_relaxed);
  while (count != unless) {
    if (atomic_compare_exchange_strong_explicit(
            refcount(page), &count, count + addend, memory_order_seq_cst, memory_order_relaxed))
      return true;
  }
  return false;
}

INLINE bool refuses(static_key *is_enabled, uintptr_t page, int32_t unless) {
  if (!is_enabled()) return false;
  if (atomic_load_explicit(refcount(page), memory_order_acquire) == unless) return true;
  return unless_fake(is_enabled, page) != page;
}

INLINE bool add_unless_fake(static_key *is_enabled, uintptr_t page, int32_t addend,
                            int32_t unless) {
  if (refuses(is_enabled, page, unless)) return false;
  return add_unless(page, addend, unless);
}

// A branch on the result, as in every Swift form.
INLINE uintptr_t branch(bool added) {
  if (!added) return 0;
  __asm__ volatile("");
  return 1;
}

INLINE bool form_pointer(uintptr_t page) { return add_unless(page, 1, 0); }
INLINE bool form_mask(uintptr_t page) { return add_unless(page, 1, 0); }

// Unlocked on either way out, as by Swift's defer, and kept apart, or clang joins them again.
#define FAKEHEAD_FORM(name, key, lock, unlock)        \
  INLINE bool form_##name(uintptr_t page) {           \
    lock();                                           \
    if (!add_unless_fake(key, page, 1, 0)) {          \
      __asm__ volatile("");                           \
      unlock();                                       \
      return false;                                   \
    }                                                 \
    unlock();                                         \
    return true;                                      \
  }

#if __has_include(<urcu/urcu-memb.h>)
// Three ways out, of which clang joins two otherwise: this unlock is long.
#define FAKEHEAD_FORM_MEMB(name, key)                 \
  INLINE bool form_##name##_memb(uintptr_t page) {    \
    curcu_memb_read_lock();                           \
    if (refuses(key, page, 0)) {                      \
      curcu_memb_read_unlock();                       \
      return false;                                   \
    }                                                 \
    if (!add_unless(page, 1, 0)) {                    \
      __asm__ volatile("");                           \
      curcu_memb_read_unlock();                       \
      return false;                                   \
    }                                                 \
    curcu_memb_read_unlock();                         \
    return true;                                      \
  }
#else
#define FAKEHEAD_FORM_MEMB(name, key)
#endif

#define FAKEHEAD_FORMS(name, key)                                                             \
  FAKEHEAD_FORM(name, key, cvm_barrier, cvm_barrier)                                          \
  FAKEHEAD_FORM(name##_preempt, key, cvm_preempt_rcu_read_lock, cvm_preempt_rcu_read_unlock)  \
  FAKEHEAD_FORM_MEMB(name, key)

FAKEHEAD_FORMS(fakehead, cvm_static_branch_optimize_vmemmap)
FAKEHEAD_FORMS(fakehead_off, key_off)
FAKEHEAD_FORMS(fakehead_on, key_on)

// MARK: What is timed: the answer for a page

typedef uintptr_t answer_of(uintptr_t page);

#define COMPOUND_HEAD_ANSWERS(name)                                              \
  INLINE uintptr_t flags_##name(uintptr_t page) {                                \
    uintptr_t head = head_##name(page);                                          \
    return head + flags(head);                                                   \
  }

// MARK: Loops

// Adds an answer at once, as the Swift loops do.
INLINE uintptr_t accumulate(uintptr_t answer, uintptr_t sum) {
  return in_register(sum + in_register(answer));
}

// Variables stand in an order in which registers are given out as in Swift.
INLINE uintptr_t throughput(answer_of *operation, uintptr_t base, const uintptr_t *stream,
                            ptrdiff_t count) {
  ptrdiff_t index = 0;
  uintptr_t even = 0;
  uintptr_t odd = 0;
  while (index < count) {
#pragma clang loop unroll(full)
    for (int step = 0; step < 8; step += 2) {
      uintptr_t first = in_register(base + stream[index + step]);
      even = accumulate(operation(first), even);
      uintptr_t second = in_register(base + stream[index + step + 1]);
      odd = accumulate(operation(second), odd);
    }
    index += 8;
  }
  return even + odd;
}

INLINE uintptr_t at_distance(uintptr_t address, uint64_t zero) {
#pragma clang loop unroll(full)
  for (int added = 0; added < 16; added++) address = cvm_dependent_addition(address, zero);
  return address;
}

INLINE uintptr_t spaced(answer_of *operation, uintptr_t base, const uintptr_t *stream,
                        ptrdiff_t count) {
  ptrdiff_t index = 0;
  uintptr_t even = 0;
  uintptr_t odd = 0;
  uint64_t zero = in_register(0);
  while (index < count) {
#pragma clang loop unroll(full)
    for (int step = 0; step < 8; step += 2) {
      uintptr_t first = at_distance(base + stream[index + step], zero);
      even = accumulate(operation(first), even);
      uintptr_t second = at_distance(base + stream[index + step + 1], zero);
      odd = accumulate(operation(second), odd);
    }
    index += 8;
  }
  return even + odd;
}

INLINE uintptr_t latency(answer_of *operation, uintptr_t base, uintptr_t start,
                         const uintptr_t *stream, ptrdiff_t count) {
  ptrdiff_t index = 0;
  uintptr_t sum = 0;
  uintptr_t page = base + start;
  while (index < count) {
#pragma clang loop unroll(full)
    for (int step = 0; step < 8; step++) {
      // Loaded before the operation, as Swift evaluates the arguments of a call.
      uintptr_t distance = stream[index + step];
      uintptr_t answer = in_register(operation(page));
      sum = accumulate(answer, sum);
      page = in_register(answer + distance);
    }
    index += 8;
  }
  return sum;
}

// MARK: One symbol for each operation, mode, arm and layout

#define SYMBOL(symbol, nops, call)                                                        \
  uintptr_t symbol(uintptr_t base, uintptr_t start, const uintptr_t *stream,              \
                   ptrdiff_t count) {                                                     \
    __asm__ volatile(".p2align 6\n\t" nops "\n\t# " #symbol);                             \
    return call;                                                                          \
  }

#define SYMBOLS(prefix, call)                                                             \
  SYMBOL(prefix##__0, "", call)                                                           \
  SYMBOL(prefix##__1, ".nops 16", call)                                                   \
  SYMBOL(prefix##__2, ".nops 32", call)                                                   \
  SYMBOL(prefix##__3, ".nops 48", call)

#define COMPOUND_HEAD(name)                                                               \
  COMPOUND_HEAD_ANSWERS(name)                                                             \
  SYMBOLS(compound_head__throughput__c_##name##__arm,                                     \
          throughput(head_##name, base, stream, count))                                   \
  SYMBOLS(compound_head__latency__c_##name##__arm,                                        \
          latency(flags_##name, base, start, stream, count))                              \
  SYMBOLS(compound_head__address_chain__c_##name##__arm,                                  \
          latency(head_##name, base, start, stream, count))                               \
  SYMBOLS(compound_head__consumer_flags__c_##name##__arm,                                 \
          throughput(flags_##name, base, stream, count))

#define PAGE_REF(name, encoding)                                                          \
  INLINE uintptr_t ref_##name(uintptr_t page) { return branch(form_##name(page)); }       \
  INLINE uintptr_t reference_##name(uintptr_t page) {                                     \
    uintptr_t head = head_##encoding(page);                                               \
    if (!form_##name(head)) return page;                                                  \
    atomic_fetch_sub_explicit(refcount(head), 1, memory_order_seq_cst);                   \
    return head + 1;                                                                      \
  }                                                                                       \
  SYMBOLS(page_ref_add_unless__throughput__c_##name##__arm,                               \
          throughput(ref_##name, base, stream, count))                                    \
  SYMBOLS(compound_head__consumer_ref__c_##name##__arm,                                   \
          throughput(reference_##name, base, stream, count))

#define PAGE_REF_SPACED(name, encoding)                                                   \
  SYMBOLS(page_ref_add_unless__spaced__c_##name##__arm,                                   \
          spaced(ref_##name, base, stream, count))

C_COMPOUND_HEADS(COMPOUND_HEAD)
C_PAGE_REFS(PAGE_REF)
C_PAGE_REFS_OF_KERNELS(PAGE_REF_SPACED)
