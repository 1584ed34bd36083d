// Signals, standard error, and crashes. Handlers call only what POSIX allows in them.
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
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

// MARK: Waiting

int cn_wait(int input, int wake, int milliseconds) {
  int bits = 0;
#ifdef __APPLE__  // poll(2) doesn't know terminals there
  fd_set set;
  FD_ZERO(&set);
  FD_SET(input, &set);
  FD_SET(wake, &set);
  struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
  if (select((input > wake ? input : wake) + 1, &set, NULL, NULL, milliseconds < 0 ? NULL : &time) <= 0) return 0;
  if (FD_ISSET(input, &set)) bits |= cn_wait_input;
  if (FD_ISSET(wake, &set)) bits |= cn_wait_wake;
#else
  struct pollfd files[] = {{input, POLLIN, 0}, {wake, POLLIN, 0}};
  if (poll(files, 2, milliseconds) <= 0) return 0;
  if (files[0].revents & POLLIN) bits |= cn_wait_input;
  if (!(files[0].revents & POLLIN) && files[0].revents & (POLLHUP | POLLERR | POLLNVAL)) bits |= cn_wait_hangup;
  if (files[1].revents) bits |= cn_wait_wake;
#endif
  return bits;
}

ptrdiff_t cn_read(int input, void *bytes, size_t count) {
  ssize_t got = read(input, bytes, count);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  return got > 0 ? got : -1;
}

void cn_write(int output, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t done = write(output, bytes, count);
    if (done < 0 && errno != EINTR && errno != EAGAIN) return;
    if (done < 0) usleep(1000);
    if (done < 0) continue;
    bytes += done;
    count -= (size_t)done;
  }
}

bool cn_make_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  for (int i = 0; i < 2; i++) {
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
    fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  }
  *reading = ends[0];
  *writing = ends[1];
  return true;
}

bool cn_window_size(int terminal, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return false;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return true;
}

// MARK: Signals that are events

static const int watched[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT};
static struct sigaction unwatched[COUNT(watched)];
static volatile sig_atomic_t wake_pipe = -1;

static void tell(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  if (wake_pipe >= 0) (void)!write(wake_pipe, &byte, 1);
  errno = saved;
}

void cn_watch_signals(int wake) {
  struct sigaction action = {0};
  action.sa_handler = tell;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  wake_pipe = wake;
  for (size_t i = 0; i < COUNT(watched); i++) sigaction(watched[i], &action, &unwatched[i]);
}

void cn_unwatch_signals(void) {
  if (wake_pipe < 0) return;
  for (size_t i = 0; i < COUNT(watched); i++) sigaction(watched[i], &unwatched[i], NULL);
  wake_pipe = -1;
}

void cn_ignore_hangups(void) {
  struct sigaction ignored = {0};
  ignored.sa_handler = SIG_IGN;
  sigemptyset(&ignored.sa_mask);
  for (size_t i = 0; i < COUNT(watched); i++) {
    if (watched[i] == SIGHUP) unwatched[i] = ignored;
  }
  sigaction(SIGHUP, &ignored, NULL);
}

void cn_stop_process(void) {
  struct sigaction standard = {0}, saved;
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  sigaction(SIGTSTP, &standard, &saved);
  // Not kill(getpid(), …): another thread might take that, and this one would go on drawing for a moment.
  raise(SIGTSTP);
  sigaction(SIGTSTP, &saved, NULL);
}

// MARK: Standard error

static volatile sig_atomic_t real_errors = -1;  // a copy of the real standard error
static volatile sig_atomic_t kept_errors = -1;  // the file that stands in for it

void cn_capture_errors(void) {
  if (real_errors >= 0 || !isatty(STDERR_FILENO)) return;
  const char *folder = getenv("TMPDIR");
  char name[1024];
  snprintf(name, sizeof name, "%s/assay-errors-XXXXXX", folder && *folder ? folder : "/tmp");
  int file = mkstemp(name);
  if (file < 0) file = open("/dev/null", O_RDWR);
  else unlink(name);
  if (file < 0) return;
  fcntl(file, F_SETFD, FD_CLOEXEC);
  int copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (copy < 0 || dup2(file, STDERR_FILENO) < 0) {
    close(file);
    if (copy >= 0) close(copy);
    return;
  }
  kept_errors = file;
  real_errors = copy;
}

// Also called while crashing: only what a signal handler may call.
void cn_release_errors(void) {
  if (real_errors < 0) return;
  char bytes[4096];
  ssize_t count;
  dup2(real_errors, STDERR_FILENO);
  lseek(kept_errors, 0, SEEK_SET);
  while ((count = read(kept_errors, bytes, sizeof bytes)) > 0)
    if (write(STDERR_FILENO, bytes, (size_t)count) < 0) break;
  close(kept_errors);
  close(real_errors);
  kept_errors = real_errors = -1;
}

// MARK: Crashes

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
static const char *fatal_names[] = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP", "SIGABRT", "SIGFPE"};
static struct sigaction unguarded[COUNT(fatal)];
static volatile sig_atomic_t guarded = -1;  // the terminal to restore
static struct termios modes;
static char restoring[512];
static char program_name[64];
static bool wants_backtrace;

static void say(const char *text) { (void)!write(STDERR_FILENO, text, strlen(text)); }

static void recover(int number) {
  if (guarded >= 0) {
    int terminal = guarded;
    guarded = -1;
    (void)!write(terminal, restoring, strlen(restoring));
    tcsetattr(terminal, TCSANOW, &modes);
    cn_release_errors();
    for (size_t i = 0; i < COUNT(fatal); i++)
      if (fatal[i] == number) {
        say(program_name);
        say(": stopped by ");
        say(fatal_names[i]);
        say(" (a flaw in the program); the terminal has been restored.\n");
      }
  }
  // The Swift runtime's own handler would wait for a debugger's commands at a terminal, so it has to be asked for.
  for (size_t i = 0; i < COUNT(fatal); i++) {
    struct sigaction standard = {0};
    standard.sa_handler = SIG_DFL;
    sigemptyset(&standard.sa_mask);
    if (fatal[i] == number) sigaction(number, wants_backtrace ? &unguarded[i] : &standard, NULL);
  }
  raise(number);
}

bool cn_remember_modes(int terminal) { return tcgetattr(terminal, &modes) == 0; }

void cn_guard_crashes(int terminal, const char *restore, const char *program) {
  if (guarded >= 0) return;
  snprintf(restoring, sizeof restoring, "%s", restore);
  snprintf(program_name, sizeof program_name, "%s", program);
  wants_backtrace = getenv("SWIFT_BACKTRACE") != NULL;
  struct sigaction action = {0};
  action.sa_handler = recover;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  guarded = terminal;
  for (size_t i = 0; i < COUNT(fatal); i++) sigaction(fatal[i], &action, &unguarded[i]);
}

void cn_unguard_crashes(void) {
  if (guarded < 0) return;
  guarded = -1;
  for (size_t i = 0; i < COUNT(fatal); i++) sigaction(fatal[i], &unguarded[i], NULL);
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
