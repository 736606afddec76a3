#include "CURCU.h"

static __thread unsigned registrations;

void curcu_memb_register_thread(void) {
  if (registrations++ == 0) urcu_memb_register_thread();
}

void curcu_memb_unregister_thread(void) {
  if (--registrations == 0) urcu_memb_unregister_thread();
}
