// Runs a command that may not choose NUMA nodes, as containers forbid it: the calls fail with EPERM.
//
// usage: forbid-nodes bind|all COMMAND [ARGUMENT...]
//   bind   memory can't be put on a node
//   all    nor can the kernel be asked where it is, or what the policy is

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Leads to the refusal if the call is `number`; `left` checks come after this one.
#define REFUSE(number, left) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, (left) + 1, 0)

int main(int count, char **arguments) {
  if (count < 3 || (strcmp(arguments[1], "bind") && strcmp(arguments[1], "all"))) {
    fputs("usage: forbid-nodes bind|all COMMAND [ARGUMENT...]\n", stderr);
    return 64;
  }
  int all = !strcmp(arguments[1], "all");
  // Calls have the number -1 that are to be let through here and not elsewhere.
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      REFUSE(SYS_mbind, 3),
      REFUSE(SYS_set_mempolicy, 2),
      REFUSE(all ? SYS_get_mempolicy : -1, 1),
      REFUSE(all ? SYS_move_pages : -1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
    perror("forbid-nodes: seccomp");
    return 1;
  }
  execvp(arguments[2], arguments + 2);
  perror(arguments[2]);
  return 127;
}
