#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#ifdef __APPLE__
#define _DARWIN_C_SOURCE 1
#endif
#include "CNcurses.h"

#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>

#if defined(NCURSES_EXT_COLORS) && NCURSES_EXT_COLORS && NCURSES_VERSION_PATCH >= 20170401
#define HAS_EXTENDED_PAIRS 1
#else
#define HAS_EXTENDED_PAIRS 0
#endif

bool cn_has_entry(const char *name, int output) {
  int error = 0;
  TERMINAL *current = set_curterm(NULL);
  bool found = setupterm((char *)name, output, &error) == OK;
  if (found) del_curterm(cur_term);
  set_curterm(current);
  return found;
}

// ncurses writes each stretch of changes by itself. A frame is gathered in a file in memory, which takes the place of the
// terminal meanwhile, and goes out in one write: one packet over SSH, and never half a picture.
static struct {
  int ncurses;   // the descriptor that ncurses writes to
  int terminal;  // the terminal
  int memory;    // the file; -1 if there is none, and ncurses writes straight to the terminal
  char *bytes;
  size_t room;
} frame = {-1, -1, -1, NULL, 0};

static int make_memory(void) {
#ifdef MFD_CLOEXEC
  return memfd_create("frame", MFD_CLOEXEC);
#else
  FILE *file = tmpfile();
  if (!file) return -1;
  int descriptor = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
  fclose(file);
  return descriptor;
#endif
}

static void close_frame(void) {
  if (frame.terminal >= 0) close(frame.terminal);
  if (frame.memory >= 0) close(frame.memory);
  free(frame.bytes);
  frame.ncurses = frame.terminal = frame.memory = -1;
  frame.bytes = NULL;
  frame.room = 0;
}

static void open_frame(int output) {
  close_frame();
  frame.ncurses = output;
  frame.terminal = fcntl(output, F_DUPFD_CLOEXEC, 0);
  if (frame.terminal >= 0) frame.memory = make_memory();
}

static bool begin_frame(void) {
  return frame.memory >= 0 && lseek(frame.memory, 0, SEEK_SET) == 0 && dup2(frame.memory, frame.ncurses) >= 0;
}

static void end_frame(void) {
  off_t count = lseek(frame.memory, 0, SEEK_CUR);
  dup2(frame.terminal, frame.ncurses);
  if (count <= 0) return;
  if ((size_t)count > frame.room) {
    char *bytes = realloc(frame.bytes, (size_t)count);
    if (!bytes) return;
    frame.bytes = bytes;
    frame.room = (size_t)count;
  }
  ssize_t got = pread(frame.memory, frame.bytes, (size_t)count, 0);
  if (got > 0) cn_write(frame.terminal, frame.bytes, (size_t)got);
}

SCREEN *cn_start(const char *name, FILE *output, FILE *input) {
  // ncurses answers these itself, SIGINT and SIGTERM by leaving with status 1: they are ours.
  static const int taken[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
  struct sigaction before[sizeof taken / sizeof *taken];
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) sigaction(taken[i], NULL, &before[i]);
  use_env(FALSE);  // `cn_resize` tells the size: what the terminal or COLUMNS claims may be more than ncurses can count
  SCREEN *screen = newterm((char *)name, output, input);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) sigaction(taken[i], &before[i], NULL);
  if (!screen) return NULL;
  set_term(screen);
  open_frame(fileno(output));
  raw();
  noecho();
  nonl();
  leaveok(stdscr, FALSE);
  typeahead(-1);  // keys are read elsewhere
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  return screen;
}

void cn_stop(SCREEN *screen) {
  curs_set(1);
  endwin();
  delscreen(screen);
  close_frame();
}

void cn_put(int y, int x, const wchar_t *text, attr_t attributes, int pair) {
  cchar_t cell;
#if HAS_EXTENDED_PAIRS
  int extended = pair;
  if (setcchar(&cell, text, attributes, (short)(pair & 0x7fff), &extended) == ERR) return;
#else
  if (setcchar(&cell, text, attributes, (short)pair, NULL) == ERR) return;
#endif
  mvwadd_wch(stdscr, y, x, &cell);
}

void cn_show(int y, int x) {
  bool gathers = begin_frame();
  curs_set(y >= 0 ? 1 : 0);
  if (y >= 0) wmove(stdscr, y, x);
  wrefresh(stdscr);
  if (gathers) end_frame();
}

void cn_repaint(void) { clearok(curscr, TRUE); }

void cn_resize(int height, int width) {
  resizeterm(height, width);
  werase(stdscr);
  clearok(curscr, TRUE);
}

void cn_leave(void) {
  def_prog_mode();
  curs_set(1);
  endwin();
}

void cn_return(void) {
  cn_yield(frame.terminal);
  reset_prog_mode();
  clearok(curscr, TRUE);
}

int cn_colors(void) { return has_colors() ? COLORS : 0; }

int cn_pairs(void) { return has_colors() ? COLOR_PAIRS : 0; }

bool cn_set_pair(int pair, int foreground, int background) {
#if HAS_EXTENDED_PAIRS
  return init_extended_pair(pair, foreground, background) == OK;
#else
  return init_pair((short)pair, (short)foreground, (short)background) == OK;
#endif
}

void cn_set_ground(int foreground, int background) {
  if (has_colors()) assume_default_colors(foreground, background);
}

int cn_columns(wchar_t character) { return wcwidth(character); }

attr_t cn_bold(void) { return A_BOLD; }
attr_t cn_dim(void) { return A_DIM; }
attr_t cn_underline(void) { return A_UNDERLINE; }
attr_t cn_reverse(void) { return A_REVERSE; }

attr_t cn_italic(void) {
#ifdef A_ITALIC
  return A_ITALIC;
#else
  return A_NORMAL;
#endif
}

const char *cn_capability(const char *name) {
  const char *value = tigetstr((char *)name);
  return value == (const char *)-1 ? NULL : value;
}

bool cn_use_utf8(void) {
  static const char *names[] = {"", "C.UTF-8", "en_US.UTF-8", "UTF-8"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (setlocale(LC_CTYPE, names[i]) && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
  return false;
}
