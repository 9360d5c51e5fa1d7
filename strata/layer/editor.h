// The steps that edits of a layer are made of: each keeps children fields right and notes what changed.
#pragma once

#include <optional>

#include "strata/layer/children.h"
#include "strata/layer/layer.h"

namespace strata::layer {

// Lives for one edit; what it did is announced when it ends, unless an enclosing change block does so later.
// It checks nothing: callers have made sure that an edit is possible before the first step.
class LayerEditor {
 public:
  explicit LayerEditor(Layer& layer);
  ~LayerEditor();
  LayerEditor(const LayerEditor&) = delete;
  LayerEditor& operator=(const LayerEditor&) = delete;

  const SpecStore& GetContent() const { return layer_.content_; }

  // The spec at `path`, made with its parent's children field when it is not there. Its parent is there. Its
  // place is the last one unless `place` names another.
  SpecStore::SpecIndex CreateSpec(Path path, SpecType type, std::optional<uint32_t> place = {});
  // Missing prims (`over`), variant sets and variants up to `path`, itself included.
  void CreatePrimsUpTo(Path path);
  void SetField(Path path, Token field, Value value);
  // The value to be changed in place; null when absent.
  Value* EditField(Path path, Token field);
  void EraseTree(Path path);
  // A spec with fields, children fields too; into the one that is there, if there is one.
  void CreateCopy(Path path, SpecType type, std::vector<SpecStore::Field> fields);
  // Without regard to the parent's children field.
  void EraseSpecs(const std::vector<Path>& paths);
  void ReplaceAll(SpecStore content);
  // The same, noted as the edits that would have led there. Costs a comparison of all fields, where anybody
  // listens.
  void ReplaceByDifferences(SpecStore content);
  void NoteReplaced(Path path);
  // One step of a journal; it fits what is there.
  void Take(const JournalStep& step);

  static void Announce(Layer& layer);

 private:
  void CreateVariantSet(Path owner, Token set);
  void NoteField(Path path, Token field, const Value* before);
  Change* Note(Path path);                                 // null when nobody listens
  JournalStep* Record(JournalStep::Kind kind, Path path);  // null when nobody records
  JournalStep* RecordField(Path path, Token field, const Value* before);
  void RecordChild(JournalStep::Kind kind, Path parent, const Child& child, uint32_t index);
  void InsertChild(Path parent, const Child& child, uint32_t index);
  void RemoveChild(Path parent, const Child& child, uint32_t index);
  static void NoteChangedField(Change& change, Token field, const Value* before);
  void Swap(SpecStore content);
  void NoteMetadataOfBoth(const SpecStore& before, const SpecStore& after);
  static void SendNotices(Layer& layer, const ChangeList& changes);

  Layer& layer_;
  Layer::ChangeBlock block_;
  std::vector<size_t> unsettled_;  // steps of fields that are edited in place
  bool erased_any_ = false;
};

}  // namespace strata::layer
