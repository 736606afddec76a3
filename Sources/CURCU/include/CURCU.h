// liburcu's memb flavour: the read side inlined as its users compile it, and grace periods.
#pragma once

#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>

static inline __attribute__((always_inline)) void curcu_memb_read_lock(void) {
  urcu_memb_read_lock();
}

static inline __attribute__((always_inline)) void curcu_memb_read_unlock(void) {
  urcu_memb_read_unlock();
}

static inline void curcu_memb_register_thread(void) { urcu_memb_register_thread(); }
static inline void curcu_memb_unregister_thread(void) { urcu_memb_unregister_thread(); }
static inline void curcu_memb_synchronize(void) { urcu_memb_synchronize_rcu(); }
