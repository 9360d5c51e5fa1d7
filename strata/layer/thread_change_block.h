// Change blocks of a thread: over whatever it edits, layers that it opens meanwhile among them.
// (SdfChangeBlock)
#pragma once

#include <memory>
#include <vector>

#include "strata/layer/layer.h"

namespace strata::layer {

// While one lives, what its thread does to layers is gathered and announced layer by layer, in the order in
// which they were first edited, when the thread's last one ends. Other threads go on as ever: what one does
// to a layer that is held so is announced at once, with all that the layer has gathered. Layers are kept
// alive.
class ThreadChangeBlock {
 public:
  ThreadChangeBlock();
  ~ThreadChangeBlock();  // announces, if it is the last; any thread may do so
  ThreadChangeBlock(const ThreadChangeBlock&) = delete;
  ThreadChangeBlock& operator=(const ThreadChangeBlock&) = delete;

  // For the steps of edits: holds the layer if the calling thread has a block open. Little more than a look
  // at an atomic where no thread has one.
  static void Hold(Layer& layer);
  // Whether `blocks` open blocks of a layer are all held so, by other threads than the calling one.
  static bool IsHeldByOthersAlone(const Layer& layer, int blocks);

 private:
  struct Held;
  static std::shared_ptr<Held>& GetOfThread();
  static std::vector<Held*>& GetAll();
  std::shared_ptr<Held> held_;
};

}  // namespace strata::layer
