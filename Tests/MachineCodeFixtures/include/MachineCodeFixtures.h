#ifndef MACHINE_CODE_FIXTURES_H
#define MACHINE_CODE_FIXTURES_H

#include <stddef.h>
#include <stdint.h>

// Loops whose machine code is known by construction, built with -O2 and read back by the tests.
// Those over words take eight at a time; count is a multiple of eight.

/// Bit 0 decides by a jump: its arm holds an empty asm, which no conditional move can replace.
uint64_t fixture_branch_on_bit0(uint64_t *const *words, size_t count);

/// Bit 0 becomes a mask: nothing decides.
uint64_t fixture_mask_of_bit0(uint64_t *const *words, size_t count);

/// Bit 0 chooses between two values by a conditional move.
uint64_t fixture_select_on_bit0(uint64_t *const *words, size_t count);

/// Adds one to each counter that is not zero, by compare and exchange, trying again when it fails.
uint64_t fixture_add_unless_zero(int *const *counters, size_t count);

/// Calls once for each word.
void fixture_call_each(uint64_t *const *words, size_t count, void (*body)(uint64_t *));

/// Holds a static key: an arm that nothing enters until a nop is patched to a jump.
uint64_t fixture_static_key(uint64_t *const *words, size_t count);

/// Has no loop and ends in a jump to another function.
void fixture_tail_call(uint64_t *const *words, size_t count, void (*body)(uint64_t *));

/// A count where struct page has it on x86-64.
struct fixture_page {
  char other[0x34];
  int count;
};

/// Takes a reference where there is one: loads the count first, as forms A to D do.
int fixture_get_loaded(struct fixture_page *page);

/// The same, assuming a count of 1: form E.
int fixture_get_assumed(struct fixture_page *page);

/// Adds, and looks at the sign of the sum: form F, with xadd and as the compiler likes.
int fixture_get_by_sign(struct fixture_page *page, int amount);
int fixture_get_one_by_sign(struct fixture_page *page);

/// A count that is as expected becomes 0: page_ref_freeze().
int fixture_freeze(struct fixture_page *page, int expected);
int fixture_freeze_one(struct fixture_page *page);

/// 0 becomes the frozen bit, as when form F drops the last reference.
int fixture_drop_to_frozen(struct fixture_page *page);

/// A refcount_t: whether it was 0 decides first, then the sign.
int fixture_refcount_inc(struct fixture_page *page);

/// The same where 0 is in a register that a call keeps.
int fixture_freeze_behind_call(struct fixture_page *page, int (*body)(void));

/// Counts, and then looks at the sign of something else.
int fixture_count_beside_sign(struct fixture_page *page, int *other);

/// Takes away, and looks at the sign.
int fixture_drop_by_sign(struct fixture_page *page);

#endif
