// Which of some files have changed on disk: by the system's notices where it has them, else by looking.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace strata::context {

// Thread-safe. It only tells that files may have changed, its owner's own saves included; what to do about it
// is for whoever is told.
class FileWatcher {
 public:
  enum class Means : uint8_t { kBest, kPolling };  // kBest: inotify on Linux
  struct Options {
    Means means = Means::kBest;
    std::chrono::milliseconds poll_interval{1000};
  };

  // `changed` is called by the watcher's own thread, with no lock held, and with each file once for a burst
  // of writes.
  using Listener = std::function<void(const std::vector<std::string>& files)>;
  FileWatcher(Listener changed, Options options);
  explicit FileWatcher(Listener changed) : FileWatcher(std::move(changed), Options()) {}
  ~FileWatcher();  // waits for a call that has begun, unless it is made by that call
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

  // Absolute paths, instead of those watched so far. Files need not be there yet; their folders must, or they
  // are looked after by polling.
  void Watch(std::vector<std::string> files);
  Means GetMeans() const;  // those in use

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace strata::context
