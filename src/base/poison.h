/* poison.h - functions that nobody may call; included in front of every file by the build.
 * A use is a compile error ("attempt to use poisoned ..."). The headers that declare them come
 * first, because a poisoned word may not appear even in a declaration.
 *
 * Used by: the compiler's command line (meson.build), so everything. */
#ifndef NOROSHI_POISON_H
#define NOROSHI_POISON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* No bound on what they write, or hidden state, or the locale, or a shell. */
#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok strncpy strncat
#pragma GCC poison atoi atol atoll atof sscanf vsscanf
#pragma GCC poison localtime gmtime asctime ctime localtime_r mktime srand srandom
#pragma GCC poison popen execlp execvp tmpnam tempnam mktemp setlocale

/* Words that libraries use as names of parameters: only the call is an error. clang takes the
 * attribute on a first declaration only, so this one is gcc's to catch. */
#ifndef __clang__
extern int rand(void) __attribute__((error("rand: take a random_source")));
extern long random(void) __attribute__((error("random: take a random_source")));
extern int system(const char *) __attribute__((error("no shell is ever started")));
/* Libraries' headers declare them, so they cannot be poisoned. */
struct addrinfo;
struct hostent;
extern int getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **)
    __attribute__((error("names are looked up by base/outbound alone")));
extern struct hostent *gethostbyname(const char *)
    __attribute__((error("names are looked up by base/outbound alone")));
#endif

#endif
