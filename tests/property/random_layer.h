// Random values and layers from a seed: what the laws of reading and writing are tried on.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "strata/layer/layer.h"

namespace strata::property {

// How many cases each law is tried on, and the first seed.
uint32_t GetCaseCount();
uint32_t GetFirstSeed();

class RandomLayer {
 public:
  explicit RandomLayer(uint32_t seed) : random_(seed) {}
  std::shared_ptr<layer::Layer> Make();
  Value MakeValue(ValueType type);  // of an element type or an array of one
  Path MakePath();                  // any absolute path of prims, variants, properties or targets

 private:
  uint32_t Below(uint32_t end) { return end ? static_cast<uint32_t>(random_() % end) : 0; }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  template <class T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(static_cast<uint32_t>(from.size()))];
  }
  template <class T>
  std::vector<T> PickSome(const std::vector<T>& from, size_t at_most);
  template <class T>
  ListOp<T> MakeListOp(const std::vector<T>& items);

  double MakeNumber();
  std::string MakeText();
  LayerOffset MakeOffset();
  Dictionary MakeDictionary(int depth);
  Value MakeArrayEdit(ValueType element);
  Spline MakeSpline(ValueType type);

  void FillLayer();
  void FillPrims(Path parent, int depth);
  void FillPrim(Path prim, int depth);
  void FillVariants(Path prim, int depth);
  void FillAttribute(Path attribute, const ValueTypeName& type);
  void FillRelationship(Path relationship);
  void FillMetadata(Path spec);
  void Set(Path spec, Token field, Value value);

  std::mt19937 random_;
  std::shared_ptr<layer::Layer> layer_;
};

}  // namespace strata::property
