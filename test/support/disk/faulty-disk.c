/*
 * A disk that fails on demand, for LD_PRELOAD. The folder FAULTY_DISK holds its switches:
 *
 *   full       while it exists, no file can grow: ENOSPC
 *   hang       while it exists, syncs do not return; the file `hanging` says that one has begun
 *   slow       milliseconds that every sync takes longer
 *   fail-sync  n: of the syncs from then on the n-th fails with EIO, and only that one; `failed` says it has
 *
 * Only what SQLite calls is intercepted. It is asked at every call, so the switches work while the process runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_of(const char *name, char *path) {
  const char *folder = getenv("FAULTY_DISK");
  snprintf(path, PATH_MAX, "%s/%s", folder ? folder : "/nonexistent", name);
  return path;
}

static int is_on(const char *name) {
  char path[PATH_MAX];
  return access(path_of(name, path), F_OK) == 0;
}

/* The number in a switch; 0 when it is off. */
static long value_of(const char *name) {
  char path[PATH_MAX];
  long value = 0;
  FILE *file = fopen(path_of(name, path), "r");
  if (!file) return 0;
  if (fscanf(file, "%ld", &value) != 1) value = 0;
  fclose(file);
  return value;
}

static void say(const char *name) {
  char path[PATH_MAX];
  int fd = open(path_of(name, path), O_CREAT | O_WRONLY, 0600);
  if (fd >= 0) close(fd);
}

/* Pipes are synced in vain by who writes logs to them; SQLite passes over the failed sync of a folder. */
static int is_file(int fd) {
  struct stat64 file;
  return fstat64(fd, &file) == 0 && S_ISREG(file.st_mode);
}

/* Whether this is the sync that fails. Threads sync at the same time, and each counts once. */
static int fails_now(void) {
  static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
  static long counted;
  int fails = 0;
  pthread_mutex_lock(&turn);
  long n = value_of("fail-sync");
  if (n == 0) counted = 0;
  else if (++counted == n) fails = 1;
  pthread_mutex_unlock(&turn);
  return fails;
}

static int sync_with_faults(int fd, const char *name) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (!is_file(fd)) return real(fd);
  usleep((useconds_t)value_of("slow") * 1000);
  if (is_on("hang")) {
    say("hanging");
    while (is_on("hang")) usleep(2000);
  }
  if (fails_now()) {
    say("failed");
    errno = EIO;
    return -1;
  }
  return real(fd);
}

int fsync(int fd) { return sync_with_faults(fd, "fsync"); }
int fdatasync(int fd) { return sync_with_faults(fd, "fdatasync"); }

/* As on a real disk, what has its place already can still be overwritten. */
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  struct stat64 file;
  if (is_on("full") && fstat64(fd, &file) == 0 && offset + (off64_t)count > file.st_size) {
    errno = ENOSPC;
    return -1;
  }
  ssize_t (*real)(int, const void *, size_t, off64_t) =
      (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  return real(fd, bytes, count, offset);
}
