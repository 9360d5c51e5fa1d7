// Writes a SpecStore as usda text, as usd-core 26.11 prints equal content.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strata/base/result.h"
#include "strata/layer/fields.h"
#include "strata/layer/spec_store.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"

namespace strata::format::text {

// A value as it stands after "=". `indent` is the depth of the statement, for values of several lines.
void AppendValue(std::string& out, const Value& value, size_t indent = 0);
void AppendDictionary(std::string& out, const Dictionary& dictionary, size_t indent);
void AppendSpline(std::string& out, const Spline& spline, size_t indent);
void AppendArrayEdit(std::string& out, const ArrayEdit& edit);
void AppendIndent(std::string& out, size_t indent);
void AppendLayerOffset(std::string& out, const LayerOffset& offset);  // nothing for the identity
void AppendArc(std::string& out, const Reference& reference, size_t indent);
void AppendArc(std::string& out, const Payload& payload, size_t indent);
void AppendArc(std::string& out, Path path, size_t indent);
inline bool HasCustomData(const Reference& reference) {
  return reference.custom_data != nullptr;
}
inline bool HasCustomData(const Payload&) {
  return false;
}
inline bool HasCustomData(Path) {
  return false;
}

// Gathers text and hands it on in large pieces.
class Writer {
 public:
  using Sink = std::function<Result<void>(std::string_view)>;
  Writer(const layer::SpecStore& content, const layer::FieldRegistry& fields, Sink sink);
  Result<void> WriteLayer(const std::string& comment);

 private:
  using SpecView = layer::SpecStore::SpecView;
  // A block, or the end of one, still to be written.
  struct Step {
    enum class Kind : uint8_t { kPrim, kVariantSet, kVariant, kEnd };
    Kind kind;
    Path path;
    size_t indent;
    bool space_before;
  };

  const char* FindVersion() const;
  void WriteBlocks();
  void PushChildren(Path path, const SpecView& spec, size_t indent);
  void WriteOrder(const SpecView& spec, Token field, const char* statement, size_t indent);
  void WritePrimHead(Path path, const SpecView& spec, size_t indent);
  void WriteProperties(layer::SpecStore::SpecIndex owner, const SpecView& spec, size_t indent);
  void WriteAttribute(Token name, const SpecView& spec, size_t indent);
  void WriteRelationship(Token name, const SpecView& spec, size_t indent);
  void WriteTargets(const Value& value, const std::string& head, const std::string& tail, size_t indent);
  void Flush(size_t keep_below);

  // -- metadata (write_metadata.cpp)
  void WriteLayerMetadata(const SpecView& root, const std::string& comment);
  void WriteSubLayers(const SpecView& root);
  // The metadata of a spec in parentheses; false and nothing written when it has none.
  bool WriteMetadata(const SpecView& spec, size_t indent, layer::SpecType owner);
  void WriteComment(const SpecView& spec, size_t indent);
  bool IsStatement(Token field, layer::SpecType owner) const;
  struct Metadatum {
    Token name;
    const Value* value;
  };
  std::vector<Metadatum> CollectMetadata(const SpecView& spec, layer::SpecType owner) const;
  void WriteField(Token field, const Value& value, size_t indent);
  template <class T>
  void WriteArcList(const std::string& name, const ListOp<T>& op, size_t indent);
  template <class T>
  void WriteItemList(const std::string& name, const ListOp<T>& op, size_t indent);

  const layer::SpecStore& content_;
  const layer::FieldRegistry& fields_;
  const layer::FieldNames& names_;
  Sink sink_;
  Result<void> status_;
  std::string out_;
  std::vector<Step> steps_;
  TokenVector sorted_;  // the properties of one spec; kept for its memory
};

}  // namespace strata::format::text
