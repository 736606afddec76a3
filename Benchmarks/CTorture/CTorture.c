#define _GNU_SOURCE
#include "CTorture.h"

#include <signal.h>
#include <stddef.h>
#include <ucontext.h>
#include <x86intrin.h>

// RFLAGS.TF: a debug trap after each instruction.
#define TRAP_FLAG 0x100ULL

// Of this thread; volatile because handlers read it.
static __thread struct ctorture_call *volatile watched;
static __thread long instructions_left;
static __thread long until_again;

enum ctorture_answer ctorture_call(struct ctorture_call *call) {
  instructions_left = call->stop;
  until_again = call->again;
  watched = call;
  if (call->stop >= 0) __writeeflags(__readeflags() | TRAP_FLAG);
  enum ctorture_answer answer = call->walk(call->page);
  if (call->stop >= 0) __writeeflags(__readeflags() & ~TRAP_FLAG);
  watched = NULL;
  return answer;
}

static void end_as_always(int signal_number) {
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void on_trap(int signal_number, siginfo_t *info, void *context) {
  struct ctorture_call *call = watched;
  if (call == NULL || info->si_code != TRAP_TRACE) return end_as_always(signal_number);
  if (instructions_left-- > 0) return;
  if (until_again < 0) ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
  instructions_left = until_again;
  until_again = -1;
  call->stopped(call->context);
}

static void on_fault(int signal_number, siginfo_t *info, void *context) {
  struct ctorture_call *call = watched;
  uintptr_t address = (uintptr_t)info->si_addr;
  // SEGV_ACCERR: the page is mapped, but not for what was tried.
  if (call == NULL || info->si_code != SEGV_ACCERR || address < call->begin || address >= call->end)
    return end_as_always(signal_number);
  call->faulted(call->context);
}

int ctorture_watch(void) {
  struct sigaction trap = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
  struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  if (sigaction(SIGTRAP, &trap, NULL) != 0) return -1;
  return sigaction(SIGSEGV, &fault, NULL);
}
