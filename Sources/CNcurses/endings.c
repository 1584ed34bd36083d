// The end of the process by a signal: the terminal is given back before. Handlers call only what POSIX allows in them.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#ifdef __APPLE__
#define _DARWIN_C_SOURCE 1
#endif
#include "CNcurses.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// MARK: Which signals

// Flaws of the program.
static bool is_fault(int number) {
  switch (number) {
  case SIGSEGV: case SIGBUS: case SIGILL: case SIGTRAP: case SIGABRT: case SIGFPE: case SIGSYS: return true;
  default: return false;
  }
}

// Every signal that ends a process which does nothing about it, but SIGKILL: real-time signals too.
static bool is_ending(int number) {
  switch (number) {
  case SIGKILL: case SIGSTOP: case SIGTSTP: case SIGTTIN: case SIGTTOU: case SIGCONT:
  case SIGCHLD: case SIGURG: case SIGWINCH:
#ifdef __APPLE__
  case SIGIO: case SIGINFO:
#endif
    return false;
  default: return true;
  }
}

static const struct {
  int number;
  const char *name;
} names[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},       {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},
    {SIGFPE, "SIGFPE"},   {SIGSYS, "SIGSYS"},       {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},
    {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"},     {SIGUSR2, "SIGUSR2"}, {SIGALRM, "SIGALRM"}, {SIGPIPE, "SIGPIPE"},
    {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},     {SIGPROF, "SIGPROF"}, {SIGVTALRM, "SIGVTALRM"},
#ifdef __linux__
    {SIGIO, "SIGIO"},     {SIGSTKFLT, "SIGSTKFLT"}, {SIGPWR, "SIGPWR"},
#endif
};

static const char *name_of(int number) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].number == number) return names[i].name;
  return "a signal";
}

// MARK: Giving the terminal back

static struct {
  int input, output;
  struct termios modes;  // those to come back to
  struct termios ours;   // those that it has while it is ours
  char sequences[512];
  char program[64];
  bool wants_backtrace;
} guarded = {.input = -1, .output = -1};
static struct sigaction unguarded[NSIG];
static bool is_caught[NSIG];
static volatile sig_atomic_t holds_terminal = 0;
static atomic_flag is_recovering = ATOMIC_FLAG_INIT;

static void say(const char *text) { (void)!write(STDERR_FILENO, text, strlen(text)); }

// Writes all of it, but waits no longer than two seconds for a terminal that takes nothing.
static void write_soon(int output, const char *bytes, size_t count) {
  for (int patience = 200; count > 0 && patience > 0;) {
    struct pollfd file = {output, POLLOUT, 0};
    ssize_t done = poll(&file, 1, 10) == 0 ? 0 : write(output, bytes, count);
    if (done < 0 && errno != EINTR && errno != EAGAIN) return;
    if (done <= 0) {
      if (done < 0) poll(NULL, 0, 10);
      patience--;
      continue;
    }
    bytes += done;
    count -= (size_t)done;
  }
}

void cn_discard_input(int input) {
  char bytes[512];
  for (int turns = 12; turns > 0; turns--) {
    struct pollfd file = {input, POLLIN, 0};
    if (poll(&file, 1, 25) <= 0 || !(file.revents & POLLIN) || read(input, bytes, sizeof bytes) == 0) break;
  }
  tcflush(input, TCIFLUSH);
}

static int stop_blocking(int file) {
  int flags = fcntl(file, F_GETFL);
  if (flags >= 0) fcntl(file, F_SETFL, flags | O_NONBLOCK);
  return flags;
}

static bool has_our_modes(void) {
  struct termios now;
  return tcgetattr(guarded.output, &now) == 0 && now.c_iflag == guarded.ours.c_iflag &&
         now.c_oflag == guarded.ours.c_oflag && now.c_lflag == guarded.ours.c_lflag;
}

// If we were stopped by what can't be caught (SIGSTOP) while the terminal was ours, it is another's since, with the
// modes that it has set and all that was typed and sent. If that is the shell that waits for us, the line it has read may
// consist of the mouse's reports: once it has taken in what there was, it is told to drop it, as by Ctrl-C.
static void return_input(pid_t owner, bool is_ours) {
  if (is_ours) cn_discard_input(guarded.input);
  else tcflush(guarded.input, TCIFLUSH);
  if (is_ours || has_our_modes()) tcsetattr(guarded.output, TCSANOW, &guarded.modes);
  if (is_ours || owner != getpgid(getppid())) return;
  poll(NULL, 0, 200);
  kill(-owner, SIGINT);
}

// Nothing here waits for long: the terminal may take nothing, and another thread may read what has just been there. It
// may be done in the background, too: SIGTTOU would stop us.
static void give_back(void) {
  struct sigaction ignored = {0};
  ignored.sa_handler = SIG_IGN;
  sigemptyset(&ignored.sa_mask);
  sigaction(SIGTTOU, &ignored, NULL);
  pid_t owner = tcgetpgrp(guarded.output);
  bool is_ours = owner < 0 || owner == getpgrp();
  // Another that is reading from the terminal would notice.
  int input = is_ours ? stop_blocking(guarded.input) : -1, output = is_ours ? stop_blocking(guarded.output) : -1;
  write_soon(guarded.output, guarded.sequences, strlen(guarded.sequences));
  return_input(owner, is_ours);
  if (output >= 0) fcntl(guarded.output, F_SETFL, output & ~O_NONBLOCK);
  if (input >= 0) fcntl(guarded.input, F_SETFL, input);
}

static void recover(int number) {
  if (holds_terminal) {
    if (atomic_flag_test_and_set(&is_recovering)) {
      // Another thread is at it, and ends the process when it is done.
      for (int turns = 500; turns > 0; turns--) poll(NULL, 0, 10);
    } else {
      cn_stop_drawing();
      give_back();
      holds_terminal = 0;
      cn_release_errors();
      say(guarded.program);
      say(is_fault(number) ? ": stopped by " : ": ended by ");
      say(name_of(number));
      say(is_fault(number) ? " (a flaw in the program); the terminal has been restored.\n"
                           : "; the terminal has been restored.\n");
    }
  }
  // The Swift runtime's own handler would wait for a debugger's commands at a terminal, so it has to be asked for.
  struct sigaction standard = {0};
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  sigaction(number, is_fault(number) && guarded.wants_backtrace ? &unguarded[number] : &standard, NULL);
  raise(number);
}

// MARK: Guarding

bool cn_remember_modes(int terminal) { return tcgetattr(terminal, &guarded.modes) == 0; }

void cn_guard_endings(int input, int output, const char *sequences, const char *program) {
  if (guarded.output >= 0) return;
  guarded.input = input;
  guarded.output = output;
  strncpy(guarded.sequences, sequences, sizeof guarded.sequences - 1);
  strncpy(guarded.program, program, sizeof guarded.program - 1);
  tcgetattr(output, &guarded.ours);
  guarded.wants_backtrace = getenv("SWIFT_BACKTRACE") != NULL;
  struct sigaction action = {0}, present;
  action.sa_handler = recover;
  action.sa_flags = SA_ONSTACK;
  sigfillset(&action.sa_mask);
  holds_terminal = 1;
  for (int number = 1; number < NSIG; number++) {
    is_caught[number] = false;
    if (!is_ending(number) || sigaction(number, NULL, &present) != 0) continue;
    bool is_plain = !(present.sa_flags & SA_SIGINFO);
    bool is_left_alone = is_plain && present.sa_handler == SIG_IGN;
    // The Swift runtime answers flaws, and SIGQUIT, with a backtrace. Other handlers are events: they end nothing.
    bool is_runtimes = is_fault(number) || (number == SIGQUIT && !is_left_alone);
    if (!is_runtimes && (!is_plain || present.sa_handler != SIG_DFL)) continue;
    is_caught[number] = sigaction(number, &action, &unguarded[number]) == 0;
  }
}

void cn_hold_terminal(bool holds) { holds_terminal = holds && guarded.output >= 0; }

void cn_unguard_endings(void) {
  if (guarded.output < 0) return;
  holds_terminal = 0;
  guarded.output = -1;
  for (int number = 1; number < NSIG; number++)
    if (is_caught[number]) sigaction(number, &unguarded[number], NULL);
}

void cn_prepare_thread(void) {
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, NULL);
  static char memory[64 * 1024];
  stack_t stack = {0};
  stack.ss_sp = memory;
  stack.ss_size = sizeof memory;
  sigaltstack(&stack, NULL);
}
