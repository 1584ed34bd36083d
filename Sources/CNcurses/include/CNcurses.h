// The part of ncurses that the Terminal target uses, in a form that Swift 6 accepts: no mutable globals, no macros, no
// variable argument lists. And, in recovery.c and endings.c, what has to work inside a signal handler.
//
// None of this is safe to call from two threads, except where it says so.
#ifndef CNCURSES_H
#define CNCURSES_H

#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#define NCURSES_OPAQUE 1
#include <curses.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <wchar.h>

// MARK: screen.c — the screen

// True if there is a terminfo entry of this name.
bool cn_has_entry(const char *name, int output);

// Starts ncurses on an open terminal; null if there is no entry of this name. Keyboard input stays ours.
SCREEN *cn_start(const char *name, FILE *output, FILE *input);

// Leaves the screen as it was before and forgets it.
void cn_stop(SCREEN *screen);

// The cell at (y, x) shows `text` (one base, then marks; ends with 0) in `attributes` and the colours of `pair`.
void cn_put(int y, int x, const wchar_t *text, attr_t attributes, int pair);

// What was put becomes visible, with the cursor at (y, x), or without a cursor if y is negative.
void cn_show(int y, int x);

// The whole screen is drawn anew the next time.
void cn_repaint(void);

// The screen has another size now.
void cn_resize(int height, int width);

// Hands the terminal back for a while, and takes it again.
void cn_leave(void);
void cn_return(void);

// How many colours and pairs of colours there are; 0 for none.
int cn_colors(void);
int cn_pairs(void);

// Pair `pair` stands for these two colours from now on; -1 is the terminal's own.
bool cn_set_pair(int pair, int foreground, int background);

// Pair 0, in which the terminal is left between updates, stands for these two colours from now on.
void cn_set_ground(int foreground, int background);

// The columns that the C library, and so ncurses, gives a character.
int cn_columns(wchar_t character);

attr_t cn_bold(void);
attr_t cn_dim(void);
attr_t cn_italic(void);
attr_t cn_underline(void);
attr_t cn_reverse(void);

// A string of the current terminal's entry; null if it has none.
const char *cn_capability(const char *name);

// Chooses a locale with UTF-8 for characters, and for nothing else; false if there is none.
bool cn_use_utf8(void);

// MARK: recovery.c — waiting, signals that are events, and standard error

enum { cn_wait_input = 1, cn_wait_wake = 2, cn_wait_hangup = 4 };

// Waits until one of the two can be read, or for so many milliseconds (-1: forever). Returns what can, as bits.
int cn_wait(int input, int wake, int milliseconds);

// Reads what is there; -1 if the terminal is gone.
ptrdiff_t cn_read(int input, void *bytes, size_t count);

// Writes all of it, or what can be written.
void cn_write(int output, const char *bytes, size_t count);
// Writes some of it and returns how much, or a negative error number. Safe to call from any thread.
ptrdiff_t cn_write_some(int output, const void *bytes, size_t count);
// From now on nothing may be drawn, and `cn_write` writes nothing: the process is dying and gives the terminal back.
void cn_stop_drawing(void);
bool cn_may_draw(void);
// To be called before what stops a process in the background (SIGTTIN, SIGTTOU). Waits up to 300 milliseconds there: a
// signal that came with the one that let us go on may end the process, and goes first.
void cn_yield(int terminal);

// A pipe for waking the loop: both ends don't block and aren't inherited. False if there is none.
bool cn_make_pipe(int *reading, int *writing);

// From now on SIGWINCH, SIGCONT, SIGTSTP, SIGTERM, SIGHUP and SIGINT are written to `wake`, one byte each; and back.
void cn_watch_signals(int wake);
void cn_unwatch_signals(void);
// From now on, and after `cn_unwatch_signals` too, hang-ups are ignored: a terminal that goes often sends several.
void cn_ignore_hangups(void);

// Stops the process as Ctrl-Z would have done; returns when it goes on.
void cn_stop_process(void);

// Ends the process by this signal, as if nobody had caught it.
_Noreturn void cn_end_by(int number);

// The terminal's columns and rows; false if it doesn't say.
bool cn_window_size(int terminal, int *columns, int *rows);

// From now on, what is written to standard error is kept; and back, with all that was kept written to it.
void cn_capture_errors(void);
void cn_release_errors(void);

// MARK: endings.c — giving the terminal back when a signal ends the process

// The terminal's modes as they are now are those to come back to.
bool cn_remember_modes(int terminal);

// From now on, every signal that would end the process, or stop it by a flaw, first has `sequences` written to the
// terminal, its modes brought back, what it has sent thrown away, and the errors released with a line about the cause;
// then the process ends by that signal. And back. `sequences` is copied.
void cn_guard_endings(int input, int output, const char *sequences, const char *program);
void cn_unguard_endings(void);

// Whether the terminal is ours, and so is to be given back: not while the process is stopped.
void cn_hold_terminal(bool holds);

// Throws away what the terminal has sent and is sending right now: reports that were under way when they were switched
// off. Waits until nothing has come for 25 milliseconds, and no longer than 300.
void cn_discard_input(int input);

// Makes the calling thread, of which there can be one, take signals (threads begin with those of their maker blocked), on
// a stack of its own, so that running out of stack can be reported too.
void cn_prepare_thread(void);

#endif
