#include "MachineCodeFixtures.h"

// Nothing calls them: the tests only read them, also in a build that drops what is unused.
#define FIXTURE __attribute__((noinline, used, retain))

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
