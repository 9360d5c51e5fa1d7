// What calls of functions are made of; for the files of the network.
#pragma once

#include <array>
#include <deque>
#include <memory_resource>
#include <mutex>
#include <optional>

#include "strata/compute/network_node.h"

namespace strata::compute {

// Kept from call to call. Of few inputs it takes no memory but its own.
struct Network::Scratch {
 private:
  std::array<std::byte, 512> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};

 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::pmr::vector<const Datum*> data{&memory_};
  std::pmr::vector<uint32_t> starts{&memory_};
  struct Frame {
    Node* node;
    size_t next;
  };
  std::vector<Frame> stack;
  // Of evaluations with overrides: what they change, and the answers that holds for.
  const Overrides* overrides = nullptr;
  const std::vector<Datum>* lasting = nullptr;  // in place of the answers of lasting inputs
  tsl::robin_map<const Node*, Datum, PointerHash> own;
  NodeSet changed;

  // Keeps, among the data, what no node does. Null where it is empty.
  const Datum* Keep(Datum datum) {
    if (datum.IsEmpty()) return nullptr;
    if (!unkept_) unkept_.emplace();
    return &unkept_->emplace_back(std::move(datum));
  }
  void Clear() {
    data.clear();
    starts.clear();
    unkept_.reset();
  }

 private:
  std::optional<std::deque<Datum>> unkept_;
};

// Held while the function of a computation is called that shares its executor with others.
inline std::unique_lock<std::mutex> LockExecutor(const Computation& computation) {
  return computation.executor ? std::unique_lock(computation.executor->mutex)
                              : std::unique_lock<std::mutex>();
}

}  // namespace strata::compute
