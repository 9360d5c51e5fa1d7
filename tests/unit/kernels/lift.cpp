// A kernel with the calling convention of those that Warp 1.19 compiles for CPUs, for tests/unit/compute.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace {

struct Bounds {
  uint32_t count;
  size_t size;
  size_t threads_per_coordinate;
};

struct Numbers {
  float* data;
  float* gradient;
  int32_t shape[4];
  int32_t strides[4];
  uint16_t dimensions;
  uint16_t flags;
  float* At(size_t i) const {
    return reinterpret_cast<float*>(reinterpret_cast<char*>(data) + i * static_cast<size_t>(strides[0]));
  }
};

struct Arguments {
  Numbers places, speeds, balls;
  float by;
  int32_t times;
  float dt;
  Numbers next_places, next_speeds;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) void lift_cpu_forward(Bounds* bounds, Arguments* with) {
  for (size_t i = 0; i < bounds->size; ++i) {
    const float* place = with->places.At(i);
    float* moved = with->next_places.At(i);
    float* faster = with->next_speeds.At(i);
    float lifted = 0;
    for (int32_t b = 0; b < with->balls.shape[0]; ++b) lifted += with->balls.At(static_cast<size_t>(b))[3];
    faster[0] = faster[2] = 0;
    faster[1] = with->speeds.At(i)[1] + with->by * static_cast<float>(with->times) * with->dt;
    moved[0] = place[0];
    moved[1] = place[1] + faster[1] * with->dt + lifted;
    moved[2] = place[2];
  }
}

// Takes its time.
extern "C" __attribute__((visibility("default"))) void stall_cpu_forward(Bounds* bounds, Arguments* with) {
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  lift_cpu_forward(bounds, with);
}
