// The timed loops written in C, to see what Swift adds: nothing. Built with COMPARE_WITH_C only.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define C_LOOP(symbol)                                                                     \
  uintptr_t symbol(uintptr_t base, uintptr_t start, const uintptr_t *_Nonnull stream,      \
                   ptrdiff_t count);

#define C_LAYOUTS(prefix) \
  C_LOOP(prefix##__0) C_LOOP(prefix##__1) C_LOOP(prefix##__2) C_LOOP(prefix##__3)

// What there is in C: the encodings and forms by the names that they have in Swift, forms with the name
// of their encoding.
#define C_COMPOUND_HEADS(DO)                                                        \
  DO(pointer) DO(pointer_cmov) DO(fakehead) DO(fakehead_off) DO(fakehead_on)        \
  DO(fakehead_cmov) DO(mask) DO(mask_branchy)

#if __has_include(<urcu/urcu-memb.h>)
#define C_PAGE_REFS_MEMB(DO)                                                        \
  DO(fakehead_memb, fakehead) DO(fakehead_off_memb, fakehead_off)                   \
  DO(fakehead_on_memb, fakehead_on)
#else
#define C_PAGE_REFS_MEMB(DO)
#endif

#define C_PAGE_REFS_OF_KERNELS(DO)                                                  \
  DO(pointer, pointer) DO(mask, mask)                                               \
  DO(fakehead, fakehead) DO(fakehead_preempt, fakehead)                             \
  DO(fakehead_off, fakehead_off) DO(fakehead_off_preempt, fakehead_off)             \
  DO(fakehead_on, fakehead_on) DO(fakehead_on_preempt, fakehead_on)

#define C_PAGE_REFS(DO) C_PAGE_REFS_OF_KERNELS(DO) C_PAGE_REFS_MEMB(DO)

#define C_COMPOUND_HEAD_LOOPS(name)                         \
  C_LAYOUTS(compound_head__throughput__c_##name##__arm)     \
  C_LAYOUTS(compound_head__latency__c_##name##__arm)        \
  C_LAYOUTS(compound_head__address_chain__c_##name##__arm)  \
  C_LAYOUTS(compound_head__consumer_flags__c_##name##__arm)

#define C_PAGE_REF_LOOPS(name, encoding)                      \
  C_LAYOUTS(page_ref_add_unless__throughput__c_##name##__arm) \
  C_LAYOUTS(compound_head__consumer_ref__c_##name##__arm)

// Not of liburcu's forms: with a register less for the distance each compiler keeps others in memory.
#define C_PAGE_REF_SPACED_LOOPS(name, encoding) \
  C_LAYOUTS(page_ref_add_unless__spaced__c_##name##__arm)

C_COMPOUND_HEADS(C_COMPOUND_HEAD_LOOPS)
C_PAGE_REFS(C_PAGE_REF_LOOPS)
C_PAGE_REFS_OF_KERNELS(C_PAGE_REF_SPACED_LOOPS)
