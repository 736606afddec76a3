// What a program does with other processes, signals and its standard streams, where Swift's Glibc has
// no name for it. Calls return -1, or what they say, with errno set when they fail.

#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// A pipe whose ends, [0] to read and [1] to write, are closed by exec.
int cpr_pipe(int ends[2]);

// Starts `program`, looked for in PATH if it has no slash, with standard input from the descriptor
// `input`, output to `output` and errors to `errors`; -1 stands for /dev/null, and a stream's own number
// for the stream of this process. No other descriptor is open there, no signal is blocked, and those
// that this program ignores on its own account end it again. The result is 0 or an errno.
int cpr_spawn(pid_t *id, const char *program, char *const arguments[], char *const environment[],
              int input, int output, int errors);

// A file without a name in memory, closed by exec.
int cpr_memory_file(const char *name);

// What main() was given, the program's name first.
char **cpr_arguments(int *count);

// The variables of this process, as `environment` above takes them.
char **cpr_environment(void);

// Descriptor that can be read once the process has ended (Linux 5.3).
int cpr_pidfd_open(pid_t id);

// Descriptor that can be read once one of the signals has come; it never blocks.
int cpr_signalfd(const sigset_t *signals);

// Takes a signal that has come from such a descriptor: its number, or -1.
int cpr_take_signal(int descriptor);

// The first of the signals that comes from now on is noted and does nothing else; those after it end the
// process as they do by themselves.
void cpr_note_first(const sigset_t *signals);

// Has them act as before; the one that was noted, or 0.
int cpr_end_noting(void);

// Lets the kernel kill this process when the thread that started it ends.
int cpr_die_with_parent(void);

// Whether the process ignores the signal.
bool cpr_is_ignored(int signal);

// The columns of the terminal that the descriptor leads to, or 0.
int cpr_columns(int descriptor);

// Writes what is printed with stdio through a function that keeps the first errno, waits where the
// descriptor does not, and drops what follows an error. Without it, stdio forgets the errno.
void cpr_prepare_standard_output(void);

// Writes out what was printed; the first errno of all that could not be written, or 0.
int cpr_finish_standard_output(void);
