#include "MachineCodeFixtures.h"

// Nothing calls them: the tests only read them, also in a build that drops what is unused.
#define FIXTURE __attribute__((noinline, used, retain))

// A sanitizer's checks would be other code, too.
#pragma clang attribute push(__attribute__((disable_sanitizer_instrumentation)), apply_to = function)

#define KEEP_ROLLED _Pragma("clang loop unroll(disable)")

// The empty asm keeps the sum in one register: vectors of two words would be other code.
#define ADD(value) (sum += (value), ({ __asm__ volatile("" : "+r"(sum)); }))
#define ADD_EIGHT(of)                                            \
  ADD(of(words[at + 0])), ADD(of(words[at + 1])),                \
  ADD(of(words[at + 2])), ADD(of(words[at + 3])),                \
  ADD(of(words[at + 4])), ADD(of(words[at + 5])),                \
  ADD(of(words[at + 6])), ADD(of(words[at + 7]))

static inline uint64_t read_once(const uint64_t *word) {
  return *(const volatile uint64_t *)word;
}

static inline uint64_t branch(uint64_t *word) {
  uint64_t value = read_once(word);
  if (__builtin_expect(value & 1, 0)) {
    value -= 1;
    __asm__ volatile("" : "+r"(value));
    return value;
  }
  return (uint64_t)word;
}

FIXTURE uint64_t fixture_branch_on_bit0(uint64_t *const *words, size_t count) {
  uint64_t sum = 0;
  KEEP_ROLLED
  for (size_t at = 0; at < count; at += 8) ADD_EIGHT(branch);
  return sum;
}

static inline uint64_t mask(uint64_t *word) {
  uint64_t value = read_once(word);
  return (uint64_t)word & (((value & 1) - 1) | value);
}

FIXTURE uint64_t fixture_mask_of_bit0(uint64_t *const *words, size_t count) {
  uint64_t sum = 0;
  KEEP_ROLLED
  for (size_t at = 0; at < count; at += 8) ADD_EIGHT(mask);
  return sum;
}

static inline uint64_t select(uint64_t *word) {
  uint64_t value = read_once(word);
  return value & 1 ? value - 1 : (uint64_t)word;
}

FIXTURE uint64_t fixture_select_on_bit0(uint64_t *const *words, size_t count) {
  uint64_t sum = 0;
  KEEP_ROLLED
  for (size_t at = 0; at < count; at += 8) ADD_EIGHT(select);
  return sum;
}

FIXTURE uint64_t fixture_add_unless_zero(int *const *counters, size_t count) {
  uint64_t added = 0;
  KEEP_ROLLED
  for (size_t at = 0; at < count; at++) {
    int old = __atomic_load_n(counters[at], __ATOMIC_RELAXED);
    do {
      if (old == 0) break;
    } while (!__atomic_compare_exchange_n(counters[at], &old, old + 1, 0, __ATOMIC_SEQ_CST,
                                          __ATOMIC_RELAXED));
    added += old != 0;
  }
  return added;
}

FIXTURE void fixture_call_each(uint64_t *const *words, size_t count, void (*body)(uint64_t *)) {
  KEEP_ROLLED
  for (size_t at = 0; at < count; at++) body(words[at]);
}

FIXTURE uint64_t fixture_static_key(uint64_t *const *words, size_t count) {
  uint64_t sum = 0;
  KEEP_ROLLED
  for (size_t at = 0; at < count; at++) {
    // The nop that the kernel patches, without the table that finds it.
    __asm__ goto(".byte 0x0f, 0x1f, 0x44, 0x00, 0x00" : : : : enabled);
    sum += (uint64_t)words[at];
    continue;
  enabled:
    sum += read_once(words[at]) & ~(uint64_t)1;
  }
  return sum;
}

FIXTURE void fixture_tail_call(uint64_t *const *words, size_t count, void (*body)(uint64_t *)) {
  fixture_call_each(words + 1, count - 1, body);
}

#define COUNT(page) (&(page)->count)

FIXTURE int fixture_get_loaded(struct fixture_page *page) {
  int old = __atomic_load_n(COUNT(page), __ATOMIC_RELAXED);
  do {
    if (old == 0) return 0;
  } while (!__atomic_compare_exchange_n(COUNT(page), &old, old + 1, 0, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED));
  return 1;
}

FIXTURE int fixture_get_assumed(struct fixture_page *page) {
  int old = 1;
  do {
    if (__atomic_compare_exchange_n(COUNT(page), &old, old + 1, 0, __ATOMIC_SEQ_CST,
                                    __ATOMIC_RELAXED))
      return 1;
  } while (old != 0);
  return 0;
}

// As the kernel has it: the compiler knows nothing of the instruction.
static inline int add_return(int *count, int amount) {
  int old = amount;
  __asm__ volatile("lock xaddl %0, %1" : "+r"(old), "+m"(*count) : : "memory", "cc");
  return (int)((unsigned)old + (unsigned)amount);
}

FIXTURE int fixture_get_by_sign(struct fixture_page *page, int amount) {
  if (add_return(COUNT(page), amount) >= 0) return 1;
  __asm__ volatile("" : : : "memory");
  return 0;
}

FIXTURE int fixture_get_one_by_sign(struct fixture_page *page) {
  return __atomic_add_fetch(COUNT(page), 1, __ATOMIC_SEQ_CST) >= 0;
}

FIXTURE int fixture_freeze(struct fixture_page *page, int expected) {
  return __atomic_compare_exchange_n(COUNT(page), &expected, 0, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_RELAXED);
}

FIXTURE int fixture_freeze_one(struct fixture_page *page) {
  int expected = 1;
  return __atomic_compare_exchange_n(COUNT(page), &expected, 0, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_RELAXED);
}

FIXTURE int fixture_drop_to_frozen(struct fixture_page *page) {
  int expected = 0;
  return __atomic_compare_exchange_n(COUNT(page), &expected, (int)0x80000000, 0,
                                     __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

FIXTURE int fixture_refcount_inc(struct fixture_page *page) {
  int sum = add_return(COUNT(page), 1);
  if (sum == 1) return 1;
  __asm__ volatile("" : : : "memory");
  return sum < 0 ? 2 : 0;
}

FIXTURE int fixture_drop_by_sign(struct fixture_page *page) {
  return add_return(COUNT(page), -1) < 0;
}

FIXTURE int fixture_freeze_behind_call(struct fixture_page *page, int (*body)(void)) {
  int zero = 0;
  __asm__ volatile("xorl %0, %0" : "=r"(zero) : : "cc");
  int sum = body();
  int expected = 1;
  __asm__ volatile("lock cmpxchgl %2, %1"
                   : "+a"(expected), "+m"(page->count) : "r"(zero) : "memory", "cc");
  return sum + expected;
}

FIXTURE int fixture_count_beside_sign(struct fixture_page *page, int *other) {
  __asm__ volatile goto("lock addl $1, %0\n\tlock xorl $1, %1\n\tjs %l[negative]"
                        : : "m"(page->count), "m"(*other) : "memory", "cc" : negative);
  return 0;
negative:
  return 1;
}

#pragma clang attribute pop
