/*
 * Records what a process does to its database, for LD_PRELOAD: what it wrote, and what it asked to be on disk, in order.
 *
 *   RECORDED_FILE  the database; it and its `-wal` are recorded, the shared memory beside them is not: a power cut takes
 *                  that anyway
 *   RECORD         where to; others may append to it as well
 *
 * A record is one byte of kind, the name's length, the data's length (32 bits each), a 64-bit number, name, data:
 *
 *   W  name, offset, data   written
 *   T  name, length         cut or lengthened
 *   B  name, ticket         a sync began: what was recorded before it will be on disk…
 *   S  name, ticket         …when it has ended well
 *   U  name                 removed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES 4096

/* The record is in the order of what happened: both are done in one turn. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
/* What is open under each descriptor, when it is recorded. */
static char *names[FILES];

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, #name))

static int is_recorded(const char *path) {
  const char *file = getenv("RECORDED_FILE");
  size_t length = file ? strlen(file) : 0;
  if (length == 0 || strncmp(path, file, length) != 0) return 0;
  return path[length] == '\0' || strcmp(path + length, "-wal") == 0;
}

static const char *name_of(int fd) { return fd >= 0 && fd < FILES ? names[fd] : NULL; }

/* In one write, so that records of several processes do not mix. Called in turn. */
static void record(char kind, const char *name, uint64_t number, const void *data, uint32_t length) {
  static int out = -1;
  if (out < 0) out = REAL(int (*)(const char *, int, ...), open64)(getenv("RECORD"), O_CREAT | O_WRONLY | O_APPEND, 0600);
  uint32_t name_length = (uint32_t)strlen(name);
  size_t size = 17 + name_length + length;
  char *bytes = malloc(size);
  bytes[0] = kind;
  memcpy(bytes + 1, &name_length, 4);
  memcpy(bytes + 5, &length, 4);
  memcpy(bytes + 9, &number, 8);
  memcpy(bytes + 17, name, name_length);
  if (length > 0) memcpy(bytes + 17 + name_length, data, length);
  /* A record with a hole would prove nothing. */
  if (REAL(ssize_t(*)(int, const void *, size_t), write)(out, bytes, size) != (ssize_t)size) abort();
  free(bytes);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = va_arg(more, mode_t);
  va_end(more);
  int fd = REAL(int (*)(const char *, int, ...), open64)(path, flags, mode);
  if (fd >= 0 && fd < FILES) names[fd] = is_recorded(path) ? strdup(path) : NULL;
  return fd;
}

int close(int fd) {
  if (name_of(fd)) names[fd] = NULL;
  return REAL(int (*)(int), close)(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  ssize_t (*real)(int, const void *, size_t, off64_t) = REAL(ssize_t(*)(int, const void *, size_t, off64_t), pwrite64);
  const char *name = name_of(fd);
  if (!name) return real(fd, bytes, count, offset);
  pthread_mutex_lock(&turn);
  ssize_t written = real(fd, bytes, count, offset);
  if (written > 0) record('W', name, (uint64_t)offset, bytes, (uint32_t)written);
  pthread_mutex_unlock(&turn);
  return written;
}

int ftruncate64(int fd, off64_t length) {
  int (*real)(int, off64_t) = REAL(int (*)(int, off64_t), ftruncate64);
  const char *name = name_of(fd);
  if (!name) return real(fd, length);
  pthread_mutex_lock(&turn);
  int result = real(fd, length);
  if (result == 0) record('T', name, (uint64_t)length, NULL, 0);
  pthread_mutex_unlock(&turn);
  return result;
}

/* Others go on writing while a sync runs, and what they write then it need not cover. */
static int recorded_sync(int fd, int (*real)(int)) {
  static uint64_t tickets;
  const char *name = name_of(fd);
  if (!name) return real(fd);
  pthread_mutex_lock(&turn);
  uint64_t ticket = ++tickets;
  record('B', name, ticket, NULL, 0);
  pthread_mutex_unlock(&turn);
  int result = real(fd);
  pthread_mutex_lock(&turn);
  if (result == 0) record('S', name, ticket, NULL, 0);
  pthread_mutex_unlock(&turn);
  return result;
}

int fsync(int fd) { return recorded_sync(fd, REAL(int (*)(int), fsync)); }
int fdatasync(int fd) { return recorded_sync(fd, REAL(int (*)(int), fdatasync)); }

int unlink(const char *path) {
  pthread_mutex_lock(&turn);
  int result = REAL(int (*)(const char *), unlink)(path);
  if (result == 0 && is_recorded(path)) record('U', path, 0, NULL, 0);
  pthread_mutex_unlock(&turn);
  return result;
}
