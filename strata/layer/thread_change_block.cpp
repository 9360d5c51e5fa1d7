#include "strata/layer/thread_change_block.h"

#include <atomic>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

namespace strata::layer {

struct ThreadChangeBlock::Held {
  struct Hold {
    std::shared_ptr<Layer> layer;
    std::unique_ptr<Layer::ChangeBlock> block;
  };
  int depth = 0;
  std::vector<Hold> holds;
  std::unordered_set<const Layer*> layers;  // of the holds
};

namespace {

// Never destroyed: layers are edited until the very end of a program.
std::mutex& GetMutex() {
  static std::mutex& mutex = *new std::mutex;
  return mutex;
}

std::atomic<int> g_open = 0;  // threads with a block

}  // namespace

// Guarded by the mutex, as all that is held is: a block may end on another thread than it began on.
std::shared_ptr<ThreadChangeBlock::Held>& ThreadChangeBlock::GetOfThread() {
  thread_local std::shared_ptr<Held> held;
  return held;
}
std::vector<ThreadChangeBlock::Held*>& ThreadChangeBlock::GetAll() {
  static std::vector<Held*>& all = *new std::vector<Held*>;
  return all;
}

ThreadChangeBlock::ThreadChangeBlock() {
  std::lock_guard lock(GetMutex());
  std::shared_ptr<Held>& mine = GetOfThread();
  if (!mine || mine->depth == 0) {
    mine = std::make_shared<Held>();
    GetAll().push_back(mine.get());
    ++g_open;
  }
  ++mine->depth;
  held_ = mine;
}

ThreadChangeBlock::~ThreadChangeBlock() {
  std::vector<Held::Hold> ended;
  {
    std::lock_guard lock(GetMutex());
    if (--held_->depth > 0) return;
    std::erase(GetAll(), held_.get());
    --g_open;
    ended = std::exchange(held_->holds, {});
  }
  for (Held::Hold& one : ended) one.block.reset();
}

void ThreadChangeBlock::Hold(Layer& layer) {
  if (g_open.load(std::memory_order_acquire) == 0) return;
  std::lock_guard lock(GetMutex());
  const std::shared_ptr<Held>& mine = GetOfThread();
  if (!mine || mine->depth == 0 || mine->layers.contains(&layer)) return;
  // A layer that nobody owns yet is being made: there is nobody to tell.
  std::shared_ptr<Layer> owned = layer.weak_from_this().lock();
  if (!owned) return;
  mine->layers.insert(&layer);
  mine->holds.push_back({std::move(owned), std::make_unique<Layer::ChangeBlock>(layer)});
}

bool ThreadChangeBlock::IsHeldByOthersAlone(const Layer& layer, int blocks) {
  if (g_open.load(std::memory_order_acquire) == 0) return false;
  std::lock_guard lock(GetMutex());
  const std::shared_ptr<Held>& mine = GetOfThread();
  int held = 0;
  for (const Held* one : GetAll()) {
    if (!one->layers.contains(&layer)) continue;
    if (one == mine.get()) return false;
    ++held;
  }
  return held == blocks;
}

}  // namespace strata::layer
