// Runs a program, tells which system calls it and its measuring process make, and lets some fail.
//
//   inject [-o DIRECTORY] [-t SECONDS] [-r ROLE -c CALL -e ERRNO [-n COUNT]] LOG PROGRAM [ARGUMENT...]
//
// The kernel asks this program before each call (seccomp user notification, Linux 5.5): calls within
// the C library and the Swift runtime are seen, too, and the program under test is the one that people
// use. A call is told by its name and by what it is about: "openat OUT/RUN/.meta.json.tmp". Numbers in
// it are written as #, DIRECTORY as OUT, a run directory in it as RUN.
//
// LOG gets lines: "call ROLE COUNT CALL" for each kind, "injected COUNT", "end exit STATUS", "end signal
// NUMBER" or "end hang", and "left PROCESS" for each process that is still there 3 s after the program.
// Roles are run (the program), measure (itself as a measuring process) and spawn (a child before exec).
// Calls before main(), of other programs, and those that can't fail are neither told nor made to fail.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct {
  int number;
  const char *name;
} names[] = {
#include "calls.h"
};

// Those that can't fail, end a thread, or are how a thread waits: the C library aborts where futex fails.
static const int passed[] = {
    SYS_futex,    SYS_sched_yield,     SYS_clock_gettime,  SYS_exit,         SYS_exit_group,
    SYS_getpid,   SYS_rt_sigreturn,    SYS_rt_sigprocmask, SYS_gettid,       SYS_getppid,
    SYS_getuid,   SYS_geteuid,         SYS_getgid,         SYS_getegid,      SYS_restart_syscall,
    SYS_rseq,     SYS_set_robust_list, SYS_set_tid_address};

enum { kinds_max = 4096, tasks_max = 4096, text_max = 512 };

static char *const *program;
static const char *directory = "";
static char *role_wanted, *call_wanted;
static long count_wanted = LONG_MAX, injected;
static int errno_wanted;
static atomic_int listener = -1, ended;
static int status;

static void fail(const char *what) {
  perror(what);
  exit(125);
}

// MARK: - The program under test

// A thread has the filter, and the program from it; the main thread, which answers, has none.
static void *start(void *unused) {
  (void)unused;
  struct sock_filter filter[8 + sizeof passed / sizeof *passed];
  int length = 0, count = sizeof passed / sizeof *passed;
  filter[length++] =
      (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < count; i++)
    filter[length++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)passed[i], (unsigned char)(count - i), 0);
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog code = {.len = (unsigned short)length, .filter = filter};
  // Only root may do without.
  if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("no_new_privs");
  long descriptor = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                            SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &code);
  if (descriptor < 0) fail("seccomp");
  atomic_store(&listener, (int)descriptor);
  pid_t child = fork();
  if (child == 0) {
    execvp(program[0], program);
    _exit(127);
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  atomic_store(&ended, 1);
  for (;;) pause();
}

// MARK: - Who calls

enum role { unknown, run, measure, spawn, other };
static const char *role_names[] = {"", "run", "measure", "spawn", "other"};

static struct task {
  pid_t id, process;
  enum role role;
  bool in_main;
  long long heap_end;
} tasks[tasks_max];
static int task_count;

static ssize_t read_file(char *text, size_t size, const char *format, ...) {
  char path[64];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(path, sizeof path, format, arguments);
  va_end(arguments);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? -1 : read(file, text, size - 1);
  if (file >= 0) close(file);
  text[count < 0 ? 0 : count] = 0;
  return count;
}

static enum role role_of(pid_t process) {
  char text[4096];
  read_file(text, sizeof text, "/proc/%d/stat", process);
  char *after_name = strrchr(text, ')');
  unsigned flags = 0;
  pid_t parent = 0;
  if (after_name) sscanf(after_name + 1, " %*c %d %*d %*d %*d %*d %u", &parent, &flags);
  if (flags & 0x40) // PF_FORKNOEXEC
    return parent != getpid() && role_of(parent) == run ? spawn : other;
  ssize_t count = read_file(text, sizeof text, "/proc/%d/cmdline", process);
  size_t first = strlen(text);
  if (count > (ssize_t)first + 1 && strcmp(text + first + 1, "measure") == 0) return measure;
  const char *wanted = strrchr(program[0], '/'), *found = strrchr(text, '/');
  return strcmp(found ? found : text, wanted ? wanted : program[0]) == 0 ? run : other;
}

static struct task *task_of(pid_t id) {
  struct task *task = NULL;
  for (int i = 0; i < task_count && !task; i++)
    if (tasks[i].id == id) task = &tasks[i];
  if (!task) {
    if (task_count == tasks_max) task_count = 0;
    task = &tasks[task_count++];
    *task = (struct task){.id = id};
  }
  if (task->role == unknown) {
    char text[4096];
    read_file(text, sizeof text, "/proc/%d/status", id);
    char *line = strstr(text, "\nTgid:");
    task->process = line ? atoi(line + 6) : id;
    task->role = role_of(task->process);
    task->in_main = task->role == spawn;
  }
  return task;
}

static bool is_in_main(const struct task *task) {
  for (int i = 0; i < task_count; i++)
    if (tasks[i].process == task->process && tasks[i].in_main) return true;
  return false;
}

// MARK: - What is called

static void memory_text(pid_t id, unsigned long address, char *text, size_t size) {
  size_t length = 0;
  text[0] = 0;
  while (length < size - 1) {
    size_t part = 4096 - (address + length) % 4096;
    if (part > size - 1 - length) part = size - 1 - length;
    struct iovec here = {text + length, part}, there = {(void *)(address + length), part};
    ssize_t count = process_vm_readv(id, &here, 1, &there, 1, 0);
    if (count <= 0) break;
    size_t found = strnlen(text + length, (size_t)count);
    length += found;
    text[length] = 0;
    if (found < (size_t)count) return;
  }
}

// Writes numbers as #, and names the output directory and the run's.
static void normalize(const char *text, char *out, size_t size) {
  size_t length = 0, prefix = strlen(directory);
  // One of many files that are read alike.
  const char *alike = strstr(text, "/vulnerabilities/");
  if (alike) {
    snprintf(out, size, "%.*s*", (int)(alike + 17 - text), text);
    return;
  }
  if (prefix && strncmp(text, directory, strlen(text)) == 0 && strlen(text) < prefix && *text == '/') {
    snprintf(out, size, "above OUT");
    return;
  }
  if (prefix && strncmp(text, directory, prefix) == 0) {
    length = (size_t)snprintf(out, size, "OUT");
    text += prefix;
    const char *run = strstr(text, "20"), *slash = run ? strchr(run, '/') : NULL, *latest = run ? strstr(run, "-latest") : NULL;
    if (run && run - text <= 2) {
      length += (size_t)snprintf(out + length, size - length, "%.*sRUN", (int)(run - text), text);
      text = slash ? slash : latest ? latest : "";
    }
  }
  for (; *text && length < size - 1; text++) {
    if (*text >= '0' && *text <= '9') {
      if (length && out[length - 1] == '#') continue;
      out[length++] = '#';
    } else
      out[length++] = *text == '\n' || *text == '\t' ? '?' : *text;
  }
  out[length] = 0;
}

static const char *name_of(int number) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].number == number) return names[i].name;
  return "unknown";
}

static void describe(const struct seccomp_notif *call, char *out, size_t size) {
  const __u64 *a = call->data.args;
  char path[text_max] = "", more[text_max] = "", file[text_max] = "";
  int fd = -1;
  switch (call->data.nr) {
  case SYS_open: case SYS_access: case SYS_mkdir: case SYS_rmdir: case SYS_unlink: case SYS_stat:
  case SYS_lstat: case SYS_readlink: case SYS_execve: case SYS_chdir: case SYS_statfs:
  case SYS_memfd_create: case SYS_truncate:
    memory_text((pid_t)call->pid, a[0], path, sizeof path);
    break;
  case SYS_rename: {
    char target[text_max], normal[text_max];
    memory_text((pid_t)call->pid, a[0], path, sizeof path);
    memory_text((pid_t)call->pid, a[1], target, sizeof target);
    normalize(target, normal, sizeof normal);
    snprintf(more, sizeof more, " to %.400s", normal);
    break;
  }
  case SYS_openat: case SYS_faccessat: case SYS_faccessat2: case SYS_mkdirat: case SYS_unlinkat:
  case SYS_readlinkat: case SYS_renameat: case SYS_renameat2: case SYS_statx:
    memory_text((pid_t)call->pid, a[1], path, sizeof path);
    if (call->data.nr == SYS_openat && a[2] & (O_WRONLY | O_RDWR | O_CREAT)) snprintf(more, sizeof more, " to write");
    break;
  case SYS_newfstatat:
    memory_text((pid_t)call->pid, a[1], path, sizeof path);
    if (!*path) fd = (int)a[0];
    break;
  case SYS_symlink: memory_text((pid_t)call->pid, a[1], path, sizeof path); break;
  case SYS_symlinkat: memory_text((pid_t)call->pid, a[2], path, sizeof path); break;
  case SYS_read: case SYS_write: case SYS_pread64: case SYS_pwrite64: case SYS_readv: case SYS_writev:
  case SYS_close: case SYS_fstat: case SYS_lseek: case SYS_fsync: case SYS_fdatasync: case SYS_ftruncate:
  case SYS_fallocate: case SYS_getdents64: case SYS_fcntl: case SYS_ioctl:
    fd = (int)a[0];
    if (call->data.nr == SYS_fcntl) snprintf(more, sizeof more, " cmd %d", (int)a[1]);
    if (call->data.nr == SYS_ioctl) snprintf(more, sizeof more, " 0x%x", (unsigned)a[1]);
    break;
  case SYS_mmap:
    snprintf(more, sizeof more, " %s%s%s%s%s%s%s", a[2] & PROT_READ ? "r" : "", a[2] & PROT_WRITE ? "w" : "",
             a[2] & PROT_EXEC ? "x" : "", a[2] ? "" : "none", a[3] & MAP_SHARED ? " shared" : " private",
             a[3] & MAP_FIXED ? " fixed" : "", a[3] & MAP_NORESERVE ? " noreserve" : "");
    if (!(a[3] & MAP_ANONYMOUS)) fd = (int)a[4];
    else snprintf(file, sizeof file, "memory");
    break;
  case SYS_mprotect: snprintf(more, sizeof more, " prot %d", (int)a[2]); break;
  case SYS_madvise: snprintf(more, sizeof more, " advice %d", (int)a[2]); break;
  case SYS_prctl: snprintf(more, sizeof more, " option %d", (int)a[0]); break;
  case SYS_membarrier: snprintf(more, sizeof more, " cmd %d", (int)a[0]); break;
  case SYS_rt_sigaction: snprintf(more, sizeof more, " signal %d", (int)a[0]); break;
  case SYS_kill: snprintf(more, sizeof more, " signal %d", (int)a[1]); break;
  case SYS_prlimit64: snprintf(more, sizeof more, " resource %d%s", (int)a[1], a[2] ? " set" : ""); break;
  case SYS_poll: {
    struct pollfd set[4];
    size_t count = a[1] < 4 ? a[1] : 4;
    struct iovec here = {set, count * sizeof *set}, there = {(void *)a[0], count * sizeof *set};
    if (process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0) > 0)
      for (size_t i = 0; i < count; i++) {
        char link[64], target[128] = "none", normal[128];
        snprintf(link, sizeof link, "/proc/%u/fd/%d", call->pid, set[i].fd);
        ssize_t length = set[i].fd < 0 ? 0 : readlink(link, target, sizeof target - 1);
        if (length > 0) target[length] = 0;
        normalize(target, normal, sizeof normal);
        snprintf(more + strlen(more), sizeof more - strlen(more), " %s", normal);
      }
    break;
  }
  default: break;
  }
  if (fd >= 0) {
    char link[64];
    snprintf(link, sizeof link, "/proc/%u/fd/%d", call->pid, fd);
    ssize_t length = readlink(link, file, sizeof file - 1);
    file[length < 0 ? 0 : length] = 0;
    if (length < 0) snprintf(file, sizeof file, "closed");
    // Standard streams lead to wherever the driver sends them.
    else if (fd <= 2 && call->data.nr != SYS_mmap)
      snprintf(file, sizeof file, "%s", (const char *[]){"stdin", "stdout", "stderr"}[fd]);
  }
  char normal[text_max];
  normalize(*path ? path : file, normal, sizeof normal);
  snprintf(out, size, "%s%s%s%s", name_of(call->data.nr), *normal ? " " : "", normal, more);
}

// MARK: - Answers

static struct kind {
  enum role role;
  long count;
  char call[text_max];
} kinds[kinds_max];
static int kind_count;

static void count(enum role role, const char *call) {
  for (int i = 0; i < kind_count; i++)
    if (kinds[i].role == role && strcmp(kinds[i].call, call) == 0) {
      kinds[i].count++;
      return;
    }
  if (kind_count == kinds_max) return;
  kinds[kind_count] = (struct kind){.role = role, .count = 1};
  strncpy(kinds[kind_count++].call, call, text_max - 1);
}

// Whether a call is meant: by its whole description, or by a beginning that ends with *.
static bool is_wanted(enum role role, const char *call) {
  if (!call_wanted || strcmp(role_names[role], role_wanted) != 0) return false;
  size_t length = strlen(call_wanted);
  return length && call_wanted[length - 1] == '*' ? strncmp(call, call_wanted, length - 1) == 0
                                                  : strcmp(call, call_wanted) == 0;
}

static void answer(int descriptor) {
  struct seccomp_notif call = {0};
  if (ioctl(descriptor, SECCOMP_IOCTL_NOTIF_RECV, &call)) return;
  struct seccomp_notif_resp reply = {.id = call.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  if ((pid_t)call.pid != 0) {
    struct task *task = task_of((pid_t)call.pid);
    bool watched = task->role == run || task->role == measure || task->role == spawn;
    if (watched && is_in_main(task)) {
      char text[text_max * 3];
      describe(&call, text, sizeof text);
      text[text_max - 1] = 0; // a kind has no more
      count(task->role, text);
      // Where it fails, the kernel answers with the end of the heap as it was, and no errno.
      bool is_brk = call.data.nr == SYS_brk;
      if (is_wanted(task->role, text) && (!is_brk || task->heap_end) && injected < count_wanted) {
        injected++;
        reply.flags = 0;
        if (is_brk) reply.val = task->heap_end;
        else reply.error = -errno_wanted;
      }
    }
    if (call.data.nr == SYS_brk && reply.flags && call.data.args[0]) task->heap_end = (long long)call.data.args[0];
    // The first that main() does.
    if (call.data.nr == SYS_rt_sigaction && call.data.args[0] == SIGPIPE && call.data.args[1]) task->in_main = true;
    if (call.data.nr == SYS_execve) *task = (struct task){.id = task->id};
  }
  ioctl(descriptor, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// The processes seen that are still there, and no zombies.
static int survivors(FILE *log, bool kills) {
  int found = 0;
  for (int i = 0; i < task_count; i++) {
    char text[256];
    if (tasks[i].id != tasks[i].process || read_file(text, sizeof text, "/proc/%d/stat", tasks[i].id) <= 0) continue;
    char *after_name = strrchr(text, ')');
    if (!after_name || after_name[2] == 'Z' || after_name[2] == 'X') continue;
    found++;
    if (log) fprintf(log, "left %d %s\n", tasks[i].id, role_names[tasks[i].role]);
    if (kills) kill(tasks[i].id, SIGKILL);
  }
  return found;
}

int main(int argc, char **argv) {
  double seconds = 60;
  int option;
  while ((option = getopt(argc, argv, "+o:r:c:e:n:t:")) != -1) switch (option) {
    case 'o': directory = optarg; break;
    case 'r': role_wanted = optarg; break;
    case 'c': call_wanted = optarg; break;
    case 'e': errno_wanted = atoi(optarg); break;
    case 'n': count_wanted = atol(optarg); break;
    case 't': seconds = atof(optarg); break;
    default: return 64;
    }
  if (argc - optind < 2 || (call_wanted && (!role_wanted || errno_wanted <= 0))) return 64;
  FILE *log = fopen(argv[optind], "we");
  if (!log) fail(argv[optind]);
  program = argv + optind + 1;
  prctl(PR_SET_CHILD_SUBREAPER, 1);

  pthread_t thread;
  if (pthread_create(&thread, NULL, start, NULL)) fail("pthread_create");
  while (atomic_load(&listener) < 0) sched_yield();
  struct pollfd events = {.fd = atomic_load(&listener), .events = POLLIN};
  double deadline = now() + seconds, patience = 0;
  bool hangs = false;
  while (true) {
    if (poll(&events, 1, 10) > 0 && events.revents & POLLIN) answer(events.fd);
    if (!atomic_load(&ended)) {
      if (now() < deadline) continue;
      // Whatever is left ends now; their calls must still be answered.
      hangs = true;
      survivors(NULL, true);
      deadline = now() + 1;
      continue;
    }
    if (!patience) patience = now() + 3;
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
    if (survivors(NULL, false) == 0 || now() > patience) break;
  }
  for (int i = 0; i < kind_count; i++)
    fprintf(log, "call %s %ld %s\n", role_names[kinds[i].role], kinds[i].count, kinds[i].call);
  fprintf(log, "injected %ld\n", injected);
  if (!hangs) survivors(log, true);
  if (hangs) fprintf(log, "end hang\n");
  else if (WIFSIGNALED(status)) fprintf(log, "end signal %d\n", WTERMSIG(status));
  else fprintf(log, "end exit %d\n", WEXITSTATUS(status));
  fclose(log);
  _exit(0);
}
