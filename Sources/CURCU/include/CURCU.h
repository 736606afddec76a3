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

// A thread may be registered more than once, and must then be unregistered as often.
void curcu_memb_register_thread(void);
void curcu_memb_unregister_thread(void);

static inline void curcu_memb_synchronize(void) { urcu_memb_synchronize_rcu(); }
