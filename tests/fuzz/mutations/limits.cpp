#include "tests/fuzz/mutations/limits.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRATA_UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRATA_UNDER_SANITIZER 1
#endif
#endif

#ifdef STRATA_UNDER_SANITIZER
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#endif

namespace {

std::atomic<int64_t> live = 0, peak = 0, at_begin = 0;

// Told to handlers of signals, which may touch nothing else.
const char* running_bytes = nullptr;
size_t running_size = 0;
char running_path[512];
char keep_folder[256];

void Keep() {
  if (!running_bytes) return;
  const int file = open(running_path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (file >= 0) {
    for (size_t done = 0; done < running_size;) {
      const ssize_t written = write(file, running_bytes + done, running_size - done);
      if (written <= 0) break;
      done += static_cast<size_t>(written);
    }
    close(file);
  }
  running_bytes = nullptr;
}

void Say(const char* text) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, std::strlen(text));
}

// Of the processor's time, so that a busy machine is not taken for a slow program.
void SetTimer(unsigned seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = seconds;
  setitimer(ITIMER_PROF, &timer, nullptr);
}

void HandleSignal(int signal) {
  Say(signal == SIGPROF ? "a mutation took too long: " : "a mutation ended the program: ");
  Say(running_path);
  Say("\n");
  Keep();
  _exit(1);
}

}  // namespace

#ifndef STRATA_UNDER_SANITIZER
void* operator new(size_t size) {
  void* made = std::malloc(size);
  if (!made) throw std::bad_alloc();
  const int64_t now = live.fetch_add(static_cast<int64_t>(malloc_usable_size(made))) +
                      static_cast<int64_t>(malloc_usable_size(made));
  int64_t most = peak.load();
  while (now > most && !peak.compare_exchange_weak(most, now)) {
  }
  return made;
}
void operator delete(void* given) noexcept {
  if (given) live.fetch_sub(static_cast<int64_t>(malloc_usable_size(given)));
  std::free(given);
}
void operator delete(void* given, size_t) noexcept {
  operator delete(given);
}
#endif

namespace limits {

void SetKeepFolder(const std::string& folder) {
  std::snprintf(keep_folder, sizeof keep_folder, "%s", folder.c_str());
  std::signal(SIGPROF, HandleSignal);
#ifdef STRATA_UNDER_SANITIZER
  __sanitizer_set_death_callback(Keep);
#else
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, HandleSignal);
#endif
}

void Begin(const std::string& bytes, const std::string& name, unsigned seconds) {
  std::snprintf(running_path, sizeof running_path, "%s/%s", keep_folder, name.c_str());
  running_size = bytes.size();
  running_bytes = bytes.data();
  at_begin = live.load();
  peak = live.load();
  SetTimer(seconds);
}

void End() {
  SetTimer(0);
  running_bytes = nullptr;
}

void Stop(const char* why) {
  std::fprintf(stderr, "%s: %s\n", running_path, why);
  Keep();
  std::exit(1);
}

uint64_t GetPeakBytes() {
  return static_cast<uint64_t>(peak.load() - at_begin.load());
}

}  // namespace limits
