#include "strata/context/file_watcher.h"

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#ifdef __linux__
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>
#endif

namespace strata::context {

namespace {

namespace fs = std::filesystem;

// What tells one state of a file from another; two of a file that is not there are equal.
struct Stamp {
  fs::file_time_type time{};
  uintmax_t size = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

Stamp ReadStamp(const std::string& file) {
  std::error_code error;
  Stamp stamp;
  stamp.time = fs::last_write_time(file, error);
  if (error) return {};
  stamp.size = fs::file_size(file, error);
  return error ? Stamp() : stamp;
}

// How long a burst of notices may last before it is told of.
constexpr int kSettleMilliseconds = 50, kMostSettling = 20;

#ifdef __linux__

// The system's notices about folders: files that are replaced are new ones.
class FolderNotices {
 public:
  FolderNotices()
      : notices_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~FolderNotices() {
    if (notices_ >= 0) close(notices_);
    if (wake_ >= 0) close(wake_);
  }
  FolderNotices(const FolderNotices&) = delete;
  FolderNotices& operator=(const FolderNotices&) = delete;

  bool IsUsable() const { return notices_ >= 0 && wake_ >= 0; }
  // Whether all folders can be watched.
  bool Watch(const std::set<std::string>& folders) {
    bool all = true;
    for (auto known = folders_.begin(); known != folders_.end();) {
      if (folders.count(known->first)) {
        ++known;
        continue;
      }
      inotify_rm_watch(notices_, known->second);
      known = folders_.erase(known);
    }
    for (const std::string& folder : folders) {
      if (folders_.count(folder)) continue;
      const int watch =
          inotify_add_watch(notices_, folder.c_str(),
                            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB);
      if (watch >= 0)
        folders_[folder] = watch;
      else
        all = false;
    }
    return all;
  }
  void Wake() {
    const uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
  }
  // Waits for a notice, a call of Wake, or the time; whether there was a notice.
  bool Wait(int milliseconds) {
    pollfd waited[] = {{notices_, POLLIN, 0}, {wake_, POLLIN, 0}};
    (void)poll(waited, 2, milliseconds);
    char buffer[4096];
    while (read(wake_, buffer, sizeof(uint64_t)) > 0) {
    }
    bool any = false;
    while (read(notices_, buffer, sizeof buffer) > 0) any = true;
    return any;
  }

 private:
  int notices_, wake_;
  std::map<std::string, int> folders_;
};

#else

// Systems without notices: a clock that can be woken.
class FolderNotices {
 public:
  bool IsUsable() const { return false; }
  bool Watch(const std::set<std::string>&) { return false; }
  void Wake() {
    std::lock_guard lock(mutex_);
    is_woken_ = true;
    woken_.notify_all();
  }
  bool Wait(int milliseconds) {
    std::unique_lock lock(mutex_);
    const auto is_woken = [this] { return is_woken_; };
    if (milliseconds < 0)
      woken_.wait(lock, is_woken);
    else
      woken_.wait_for(lock, std::chrono::milliseconds(milliseconds), is_woken);
    is_woken_ = false;
    return false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
};

#endif

}  // namespace

struct FileWatcher::Impl {
  Listener changed;
  Options options;
  FolderNotices notices;
  std::mutex mutex;
  std::map<std::string, Stamp> files;  // guarded by mutex
  bool is_polling = true;              // guarded by mutex
  bool is_ending = false;              // guarded by mutex
  std::thread thread;

  void Run();
  std::vector<std::string> TakeChanged();
};

std::vector<std::string> FileWatcher::Impl::TakeChanged() {
  std::lock_guard lock(mutex);
  std::vector<std::string> found;
  for (auto& [file, stamp] : files) {
    const Stamp now = ReadStamp(file);
    if (now == stamp) continue;
    stamp = now;
    found.push_back(file);
  }
  return found;
}

void FileWatcher::Impl::Run() {
  for (;;) {
    int wait = -1;
    {
      std::lock_guard lock(mutex);
      if (is_ending) return;
      if (is_polling && !files.empty()) wait = static_cast<int>(options.poll_interval.count());
    }
    const bool is_told = notices.Wait(wait);
    if (is_told) {
      // More may follow at once: a file is often written in several steps.
      for (int i = 0; i < kMostSettling && notices.Wait(kSettleMilliseconds); ++i) {
      }
    }
    const std::vector<std::string> found = TakeChanged();
    {
      std::lock_guard lock(mutex);
      if (is_ending) return;
    }
    if (!found.empty()) changed(found);
  }
}

FileWatcher::FileWatcher(Listener changed, Options options) : impl_(std::make_shared<Impl>()) {
  impl_->changed = std::move(changed);
  impl_->options = options;
  impl_->thread = std::thread([impl = impl_] { impl->Run(); });
}

FileWatcher::~FileWatcher() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->is_ending = true;
  }
  impl_->notices.Wake();
  if (impl_->thread.get_id() == std::this_thread::get_id())
    impl_->thread.detach();  // the thread holds what it still needs
  else
    impl_->thread.join();
}

void FileWatcher::Watch(std::vector<std::string> files) {
  {
    std::lock_guard lock(impl_->mutex);
    std::map<std::string, Stamp> watched;
    std::set<std::string> folders;
    for (std::string& file : files) {
      const auto known = impl_->files.find(file);
      const Stamp stamp = known == impl_->files.end() ? ReadStamp(file) : known->second;
      folders.insert(fs::path(file).parent_path().string());
      watched.emplace(std::move(file), stamp);
    }
    impl_->files = std::move(watched);
    impl_->is_polling = impl_->options.means == Means::kPolling || !impl_->notices.IsUsable() ||
                        !impl_->notices.Watch(folders);
  }
  impl_->notices.Wake();
}

FileWatcher::Means FileWatcher::GetMeans() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->is_polling ? Means::kPolling : Means::kBest;
}

}  // namespace strata::context
