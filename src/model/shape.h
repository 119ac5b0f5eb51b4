/* shape.h - what looks like a file name, a path, a registry key or a pipe, so that nobody has to
 * say what it is.
 *
 * Uses: base. Used by: observable (which kind is it?), extract. Thread-safe, no allocation. */
#ifndef NOROSHI_SHAPE_H
#define NOROSHI_SHAPE_H

#include "base/base.h"

/* Ends in an extension that people attack with or write reports about, and that is no top-level
 * domain: "x.exe", "x.pdf". */
bool shape_is_filename(slice s);
/* The label (lower case) is a top-level domain and the extension of files, too: "zip", "py". */
bool shape_tld_is_extension(slice tld);

/* "C:\...", "\\server\...", "%VAR%\...", "/etc/...", "~/..." */
bool shape_is_path(slice s);
bool shape_is_windows_path(slice s);
bool shape_is_unix_path(slice s);
bool shape_has_drive(slice s);
/* "\\.\pipe\x" and what it is called inside the kernel. */
bool shape_is_pipe(slice s);

/* A registry hive in front, in one of its spellings: how many bytes of `s` it takes, and its full
 * name. 0 when there is none. */
size_t shape_hive(slice s, slice *ret_full);
/* A hive and something behind it. */
bool shape_is_registry(slice s);

#endif
