// What bounding boxes are made of, prim by prim: who is shown, where it stands, how far it reaches.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "strata/domain/bounds.h"
#include "strata/domain/record_reader.h"

namespace strata::domain {

struct PrimFacts {
  enum class Bounds : uint8_t { kChildren, kExtent, kHints };
  Token purpose;  // authored; empty: inherited
  Bounds bounds = Bounds::kChildren;
  bool is_known = false;
  bool is_shown = false;  // counts among its parent's children
  bool has_transform = false;
  bool resets_stack = false;
  bool has_extent = false;
  bool varies = false;  // another time may give other facts
};

inline Range3d MakeRange(const Vec3f& min, const Vec3f& max) {
  return {{min[0], min[1], min[2]}, {max[0], max[1], max[2]}};
}

// Elements that are made when written: those that never are cost no memory.
template <class T>
class SparseArray {
 public:
  void Resize(size_t count) { bytes_ = std::make_unique_for_overwrite<std::byte[]>(count * sizeof(T)); }
  void Set(size_t i, const T& value) { new (bytes_.get() + i * sizeof(T)) T(value); }
  const T& operator[](size_t i) const { return *reinterpret_cast<const T*>(bytes_.get() + i * sizeof(T)); }

 private:
  std::unique_ptr<std::byte[]> bytes_;
};

// Gathers facts of whole subtrees at once, in parallel; each prim's once for a time.
class BoundsFacts {
 public:
  BoundsFacts(const stage::Stage::Impl& stage, const BoundsOptions& options, const InstancerNest* nest)
      : stage_(stage), options_(options), nest_(nest) {}

  void Clear();
  // Makes known the facts of the subtree at `root`, and of those of all prototypes that it leads to.
  void Gather(uint32_t root);
  // After options.time changed: reads anew what may vary.
  void UpdateVarying();
  // What is asked anew of a prim that varies.
  struct Varying {
    uint32_t record = 0;
    bool has_visibility = false, has_extent = false;  // authored
    Xformable::Ops ops;
    SourceMemo memo;
  };
  const std::vector<Varying>& GetVarying() const { return varying_; }

  const PrimFacts& Get(uint32_t record) const { return facts_[record]; }
  const PrimFacts& GetOrRead(uint32_t record) const {
    if (!facts_[record].is_known) Read(record);
    return facts_[record];
  }
  const Matrix4d& GetTransform(uint32_t record) const { return transforms_[record]; }
  const Range3d& GetExtent(uint32_t record) const { return extents_[record]; }
  Array<Vec3f> GetHints(uint32_t record) const;

 private:
  void ReadAll(const std::vector<uint32_t>& records);
  void Read(uint32_t record) const;
  void Fetch(size_t begin, size_t end) const;  // of varying_
  void ReadAgain(Varying& varying) const;
  Varying MakeVarying(uint32_t record) const;
  void ReadComputedTransform(const RecordReader& reader, PrimFacts& facts) const;
  void ReadExtent(const RecordReader& reader, bool is_authored, PrimFacts& facts) const;
  void ListSubtree(uint32_t root, std::vector<uint32_t>& records) const;
  bool IsAskedFor(Token purpose) const;

  const stage::Stage::Impl& stage_;
  const BoundsOptions& options_;
  const InstancerNest* nest_;
  mutable std::vector<PrimFacts> facts_;  // by record; each is written by one thread
  mutable SparseArray<Matrix4d> transforms_;
  mutable SparseArray<Range3d> extents_;
  std::vector<Varying> varying_;
};

}  // namespace strata::domain
