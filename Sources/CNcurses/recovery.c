// Waiting, signals that are events, and standard error. Handlers call only what POSIX allows in them.
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
  cn_yield(input);
  ssize_t got = read(input, bytes, count);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  return got > 0 ? got : -1;
}

static volatile sig_atomic_t is_given_back = 0;

void cn_stop_drawing(void) { is_given_back = 1; }

bool cn_may_draw(void) { return !is_given_back; }

void cn_yield(int terminal) {
  for (int turns = 30; turns > 0; turns--) {
    pid_t owner = tcgetpgrp(terminal);
    if (owner < 0 || owner == getpgrp()) break;
    poll(NULL, 0, 10);
  }
  while (!cn_may_draw()) pause();
}

void cn_write(int output, const char *bytes, size_t count) {
  while (count > 0 && cn_may_draw()) {
    ssize_t done = write(output, bytes, count);
    if (done < 0 && errno != EINTR && errno != EAGAIN) return;
    if (done < 0) usleep(1000);
    if (done < 0) continue;
    bytes += done;
    count -= (size_t)done;
  }
}

ptrdiff_t cn_write_some(int output, const void *bytes, size_t count) {
  for (;;) {
    ssize_t done = write(output, bytes, count);
    if (done >= 0) return done;
    if (errno == EAGAIN) poll(&(struct pollfd){output, POLLOUT, 0}, 1, 100);
    else if (errno != EINTR) return -errno;
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

static const int watched[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGTERM, SIGHUP, SIGINT};
static struct sigaction unwatched[COUNT(watched)];
static bool is_watched[COUNT(watched)];
static volatile sig_atomic_t wake_pipe = -1;

static void tell(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  if (wake_pipe >= 0) (void)!write(wake_pipe, &byte, 1);
  errno = saved;
}

static bool is_ignored(int number) {
  struct sigaction present;
  return sigaction(number, NULL, &present) == 0 && !(present.sa_flags & SA_SIGINFO) && present.sa_handler == SIG_IGN;
}

void cn_watch_signals(int wake) {
  struct sigaction action = {0};
  action.sa_handler = tell;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  wake_pipe = wake;
  for (size_t i = 0; i < COUNT(watched); i++) {
    // What whoever started us has taken from us stays so: nohup does that with hang-ups.
    is_watched[i] = !is_ignored(watched[i]) && sigaction(watched[i], &action, &unwatched[i]) == 0;
  }
}

void cn_unwatch_signals(void) {
  if (wake_pipe < 0) return;
  for (size_t i = 0; i < COUNT(watched); i++)
    if (is_watched[i]) sigaction(watched[i], &unwatched[i], NULL);
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
  // A signal that ends the process does so at once while it is stopped: its loop couldn't, without the terminal.
  int wake = wake_pipe;
  cn_unwatch_signals();
  struct sigaction standard = {0}, saved;
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  sigaction(SIGTSTP, &standard, &saved);
  // Not kill(getpid(), …): another thread might take that, and this one would go on drawing for a moment.
  raise(SIGTSTP);
  sigaction(SIGTSTP, &saved, NULL);
  if (wake >= 0) cn_watch_signals(wake);
}

void cn_end_by(int number) {
  struct sigaction standard = {0};
  standard.sa_handler = SIG_DFL;
  sigemptyset(&standard.sa_mask);
  sigaction(number, &standard, NULL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  pthread_sigmask(SIG_UNBLOCK, &one, NULL);
  raise(number);
  _exit(128 + number);
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

// Makes a stretch of UTF-8 harmless for a terminal: question marks take the place of controls and of what changes the
// direction of writing. `before` are the two bytes before it, for characters that lie on a border.
static void disarm(unsigned char *bytes, size_t count, unsigned char before[2]) {
  for (size_t i = 0; i < count; i++) {
    unsigned char byte = bytes[i];
    bool is_control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
    bool is_c1 = before[1] == 0xC2 && byte >= 0x80 && byte < 0xA0;
    bool is_direction = before[0] == 0xE2 && ((before[1] == 0x80 && byte >= 0xA8 && byte <= 0xAE) ||
                                              (before[1] == 0x81 && byte >= 0xA6 && byte <= 0xA9));
    before[0] = before[1];
    before[1] = byte;
    if (is_control || is_c1 || is_direction) bytes[i] = '?';
  }
}

// Also called while crashing: only what a signal handler may call.
void cn_release_errors(void) {
  if (real_errors < 0) return;
  unsigned char bytes[4096], before[2] = {0, 0};
  ssize_t count;
  dup2(real_errors, STDERR_FILENO);
  lseek(kept_errors, 0, SEEK_SET);
  while ((count = read(kept_errors, bytes, sizeof bytes)) > 0) {
    disarm(bytes, (size_t)count, before);
    if (write(STDERR_FILENO, bytes, (size_t)count) < 0) break;
  }
  close(kept_errors);
  close(real_errors);
  kept_errors = real_errors = -1;
}
