// Who uses a network: many threads that ask, or one that changes it, and never both.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace strata::compute {

// What is found while one asks stays where it is: who changes the network waits until nobody asks, and who
// begins to ask waits until the change is done. Who waits lets go of the host's lock (HostWait), since the
// other one may need it; so it may be waited with that lock held.
class Access {
 public:
  // Lives while its thread asks. Nests, and costs next to nothing inside of another one, or of a change, of
  // the same thread. Other threads may ask on behalf of one that does: they wait for no change, since none
  // begins.
  class Asking {
   public:
    explicit Asking(Access& access);
    ~Asking();
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

   private:
    const Access* outer_;
    std::atomic<int>* count_ = nullptr;  // null: its thread asks or changes already
  };
  // Lives while its thread changes. REQUIRES: the thread does not ask.
  class Changing {
   public:
    explicit Changing(Access& access);
    ~Changing();
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;

   private:
    Access& access_;
    const Access* outer_;
  };
  // Whether this thread asks, or changes.
  bool IsMine() const;

 private:
  // Each thread counts in one place, so that those that ask seldom wait for each other's caches.
  static constexpr size_t kPlaces = 16;
  struct alignas(64) Count {
    std::atomic<int> value = 0;
  };
  std::array<Count, kPlaces> counts_;
  std::atomic<bool> is_changing_ = false;
};

}  // namespace strata::compute
