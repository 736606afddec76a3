#define _GNU_SOURCE
#include "CProcesses.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int cpr_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

// Gives the child its stream `target`: /dev/null, or a copy of `source`. One that is its own copy is
// kept open, too.
static int add_stream(posix_spawn_file_actions_t *actions, int source, int target) {
  return source < 0
             ? posix_spawn_file_actions_addopen(actions, target, "/dev/null", O_RDWR, 0)
             : posix_spawn_file_actions_adddup2(actions, source, target);
}

static int spawn(pid_t *id, const char *program, char *const arguments[], char *const environment[],
                 int input, int output, int errors, posix_spawn_file_actions_t *actions,
                 posix_spawnattr_t *attributes) {
  // Copies first: where a standard stream of ours was closed, a pipe may have its number.
  int error = add_stream(actions, output, STDOUT_FILENO);
  if (!error) error = add_stream(actions, errors, STDERR_FILENO);
  if (!error) error = add_stream(actions, input, STDIN_FILENO);
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);

  // exec keeps what is ignored. What our parent ignores, such as SIGHUP under nohup, stays so.
  sigset_t defaults, none;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGXFSZ);
  sigaddset(&defaults, SIGCHLD);
  if (!error) error = posix_spawnattr_setsigdefault(attributes, &defaults);
  if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error)
    error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  if (!error) error = posix_spawnp(id, program, actions, attributes, arguments, environment);
  return error;
}

int cpr_spawn(pid_t *id, const char *program, char *const arguments[], char *const environment[],
              int input, int output, int errors) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  error = posix_spawnattr_init(&attributes);
  if (!error) {
    // Where children are ignored, the kernel does not keep how they ended.
    if (cpr_is_ignored(SIGCHLD)) signal(SIGCHLD, SIG_DFL);
    error = spawn(id, program, arguments, environment, input, output, errors, &actions, &attributes);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int cpr_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

static char **program_arguments;
static int program_argument_count;

// The C library hands them over here as to main().
__attribute__((constructor)) static void keep_arguments(int count, char **arguments) {
  program_argument_count = count;
  program_arguments = arguments;
}

char **cpr_arguments(int *count) {
  *count = program_argument_count;
  return program_arguments;
}

char **cpr_environment(void) { return environ; }

int cpr_pidfd_open(pid_t id) {
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
  return (int)syscall(SYS_pidfd_open, id, 0);
}

int cpr_signalfd(const sigset_t *signals) {
  return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cpr_take_signal(int descriptor) {
  struct signalfd_siginfo info;
  return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : -1;
}

static sigset_t noting;
static struct sigaction before_noting[NSIG];
static volatile sig_atomic_t noted;

static void restore_noting(void) {
  for (int each = 1; each < NSIG; each++) {
    if (sigismember(&noting, each) == 1) sigaction(each, &before_noting[each], NULL);
  }
}

static void note(int number) {
  noted = number;
  restore_noting();
}

void cpr_note_first(const sigset_t *signals) {
  struct sigaction action = {.sa_handler = note, .sa_mask = *signals, .sa_flags = SA_RESTART};
  noting = *signals;
  noted = 0;
  for (int each = 1; each < NSIG; each++) {
    if (sigismember(signals, each) == 1) sigaction(each, NULL, &before_noting[each]);
  }
  for (int each = 1; each < NSIG; each++) {
    if (sigismember(signals, each) == 1) sigaction(each, &action, NULL);
  }
}

int cpr_end_noting(void) {
  restore_noting();
  return noted;
}

int cpr_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }

bool cpr_is_ignored(int signal) {
  struct sigaction action;
  return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int cpr_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int output_error;

static ssize_t write_output(void *cookie, const char *bytes, size_t size) {
  (void)cookie;
  for (size_t written = 0; written < size && !output_error;) {
    ssize_t count = write(STDOUT_FILENO, bytes + written, size - written);
    if (count >= 0) {
      written += (size_t)count;
    } else if (errno == EAGAIN) {
      struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
      poll(&output, 1, -1);
    } else if (errno != EINTR) {
      output_error = errno;
    }
  }
  return (ssize_t)size;
}

void cpr_prepare_standard_output(void) {
  FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_output});
  if (!stream) return;
  setvbuf(stream, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
  stdout = stream;
}

int cpr_finish_standard_output(void) {
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return output_error;
  return errno ? errno : EIO;
}
