// The timed loops written in C, to see what Swift adds: nothing. Built with COMPARE_WITH_C only.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define C_LOOP(symbol)                                                                     \
  uintptr_t symbol(uintptr_t base, uintptr_t start, const uintptr_t *_Nonnull stream,      \
                   ptrdiff_t count);

#define C_LAYOUTS(prefix) \
  C_LOOP(prefix##__0) C_LOOP(prefix##__1) C_LOOP(prefix##__2) C_LOOP(prefix##__3)

#define C_COMPOUND_HEAD(name)                               \
  C_LAYOUTS(compound_head__throughput__c_##name##__arm)            \
  C_LAYOUTS(compound_head__latency__c_##name##__arm)               \
  C_LAYOUTS(compound_head__consumer_flags__c_##name##__arm)        \
  C_LAYOUTS(compound_head__consumer_ref__c_##name##__arm)

#define C_PAGE_REF(name)                                    \
  C_LAYOUTS(page_ref_add_unless__throughput__c_##name##__arm)      \
  C_LAYOUTS(page_ref_add_unless__latency__c_##name##__arm)

C_COMPOUND_HEAD(pointer)
C_COMPOUND_HEAD(fakehead_off)
C_COMPOUND_HEAD(fakehead_on)
C_COMPOUND_HEAD(mask)
C_COMPOUND_HEAD(mask_branchy)

C_PAGE_REF(pointer)
C_PAGE_REF(fakehead_off)
C_PAGE_REF(fakehead_off_preempt)
C_PAGE_REF(fakehead_on)
C_PAGE_REF(fakehead_on_preempt)
C_PAGE_REF(mask)
