// The timed loops written in C, to see what Swift adds: nothing. Built with COMPARE_WITH_C only.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define C_LOOP(symbol)                                                                     \
  uintptr_t symbol(uintptr_t base, uintptr_t start, const uintptr_t *_Nonnull stream,      \
                   ptrdiff_t count);

#define C_LAYOUTS(prefix) \
  C_LOOP(prefix##__0) C_LOOP(prefix##__1) C_LOOP(prefix##__2) C_LOOP(prefix##__3)

// What there is in C: the encodings and forms by the names that they have in Swift.
#define C_COMPOUND_HEADS(DO) \
  DO(pointer) DO(fakehead) DO(fakehead_off) DO(fakehead_on) DO(mask) DO(mask_branchy)

#if __has_include(<urcu/urcu-memb.h>)
#define C_PAGE_REFS_MEMB(DO) DO(fakehead_memb) DO(fakehead_off_memb) DO(fakehead_on_memb)
#else
#define C_PAGE_REFS_MEMB(DO)
#endif

#define C_PAGE_REFS(DO)                                                          \
  DO(pointer) DO(fakehead) DO(fakehead_preempt) DO(fakehead_off)                 \
  DO(fakehead_off_preempt) DO(fakehead_on) DO(fakehead_on_preempt) DO(mask)      \
  C_PAGE_REFS_MEMB(DO)

#define C_COMPOUND_HEAD_LOOPS(name)                         \
  C_LAYOUTS(compound_head__throughput__c_##name##__arm)     \
  C_LAYOUTS(compound_head__latency__c_##name##__arm)        \
  C_LAYOUTS(compound_head__consumer_flags__c_##name##__arm) \
  C_LAYOUTS(compound_head__consumer_ref__c_##name##__arm)

#define C_PAGE_REF_LOOPS(name)                                \
  C_LAYOUTS(page_ref_add_unless__throughput__c_##name##__arm) \
  C_LAYOUTS(page_ref_add_unless__latency__c_##name##__arm)

C_COMPOUND_HEADS(C_COMPOUND_HEAD_LOOPS)
C_PAGE_REFS(C_PAGE_REF_LOOPS)
