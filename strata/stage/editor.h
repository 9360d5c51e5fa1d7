// Edits of a stage: opinions authored where an edit target says, in the stage's names and times.
// (what UsdStage, UsdPrim, UsdAttribute, UsdRelationship, UsdReferences, UsdVariantSet author)
//
// Threads: a writer; nobody reads the stage meanwhile.
#pragma once

#include <string>
#include <vector>

#include "strata/base/result.h"
#include "strata/stage/edit_target.h"
#include "strata/stage/stage.h"

namespace strata::stage {

// Where a new item goes in a list that other layers have a say in.   (UsdListPosition)
enum class ListPosition : uint8_t {
  kFrontOfPrependList,
  kBackOfPrependList,
  kFrontOfAppendList,
  kBackOfAppendList
};

// Refused edits change nothing and say why and what to do instead. After each edit, or at the end of the
// outermost ChangeBlock, the stage is as its layers say, and has told its listeners. Paths are those of
// the stage. What is said of an attribute or relationship needs one: an object without a spec in the layer
// gets one like its composed self.
class Editor {
 public:
  // Into the stage's edit target, as it is now. The stage follows its layers from now on.
  explicit Editor(Stage& stage);
  Editor(Stage& stage, EditTarget target);
  ~Editor();
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  Stage& GetStage() const { return stage_; }
  const EditTarget& GetEditTarget() const { return target_; }
  void SetEditTarget(EditTarget target) { target_ = std::move(target); }

  // While one lives, edits gather: the stage is composed anew once, when the last one ends, and tells of all
  // in one notice.
  class ChangeBlock {
   public:
    explicit ChangeBlock(Editor& editor) : block_(editor.stage_) {}

   private:
    Stage::ChangeBlock block_;
  };

  // Prims. DefinePrim and CreateClassPrim define the ancestors, too; below an inactive prim they are refused.
  Result<Prim> DefinePrim(Path path, Token type_name = Token());
  Result<Prim> OverridePrim(Path path);  // what is there already is left as it is
  Result<Prim> CreateClassPrim(Path path);
  Result<void> RemovePrim(Path path);  // what the target says of it; the prim may go on living elsewhere

  // Properties. One that the prim has already gets a spec like its composed self.
  enum class Custom : uint8_t { kNo, kYes };
  Result<Attribute> CreateAttribute(Path path, Token type_name, Custom custom = Custom::kYes,
                                    Variability variability = Variability::kVarying);
  Result<Relationship> CreateRelationship(Path path, Custom custom = Custom::kYes);
  Result<void> RemoveProperty(Path path);

  // Values
  Result<void> Set(Path attribute, Value value, Time time = Time::Default());
  Result<void> Clear(Path attribute);  // default, samples and spline
  Result<void> ClearAtTime(Path attribute, Time time);
  Result<void> Block(Path attribute);  // says that there is no value, at any time
  Result<void> BlockAnimation(Path attribute);

  // Metadata of prims, properties and "/". An empty value erases.
  Result<void> SetMetadata(Path path, Token field, Value value);
  Result<void> ClearMetadata(Path path, Token field) { return SetMetadata(path, field, Value()); }
  Result<void> SetMetadataByDictKey(Path path, Token field, std::string_view key_path, Value value);

  // Arcs
  Result<void> AddReference(Path prim, Reference reference,
                            ListPosition position = ListPosition::kBackOfPrependList);
  Result<void> RemoveReference(Path prim, Reference reference);
  Result<void> SetReferences(Path prim, std::vector<Reference> references);
  Result<void> AddPayload(Path prim, Payload payload,
                          ListPosition position = ListPosition::kBackOfPrependList);
  Result<void> RemovePayload(Path prim, Payload payload);
  Result<void> SetPayloads(Path prim, std::vector<Payload> payloads);
  Result<void> AddInherit(Path prim, Path base, ListPosition position = ListPosition::kBackOfPrependList);
  Result<void> RemoveInherit(Path prim, Path base);
  Result<void> SetInherits(Path prim, std::vector<Path> bases);
  Result<void> AddSpecialize(Path prim, Path base, ListPosition position = ListPosition::kBackOfPrependList);
  Result<void> RemoveSpecialize(Path prim, Path base);
  Result<void> SetSpecializes(Path prim, std::vector<Path> bases);

  // Variants
  Result<void> AddVariantSet(Path prim, Token variant_set,
                             ListPosition position = ListPosition::kBackOfPrependList);
  Result<void> AddVariant(Path prim, Token variant_set, Token variant);
  Result<void> SetVariantSelection(Path prim, Token variant_set, Token selection);  // empty: none

  // Targets and connections. A relationship that is not there is made, a custom one.
  Result<void> AddTarget(Path relationship, Path target,
                         ListPosition position = ListPosition::kBackOfPrependList);
  Result<void> RemoveTarget(Path relationship, Path target);
  Result<void> SetTargets(Path relationship, std::vector<Path> targets);
  Result<void> AddConnection(Path attribute, Path source,
                             ListPosition position = ListPosition::kBackOfPrependList);
  Result<void> RemoveConnection(Path attribute, Path source);
  Result<void> SetConnections(Path attribute, std::vector<Path> sources);

 private:
  template <class Item>
  Result<void> EditList(Path path, Token field, ListPosition position, Item item);
  template <class Item>
  Result<void> RemoveFromList(Path path, Token field, Item item);
  template <class Item>
  Result<void> SetList(Path path, Token field, std::vector<Item> items);
  Result<Path> MapItem(Path path);
  Result<Reference> MapItem(Reference reference);
  Result<Payload> MapItem(Payload payload);

  Diagnostic Refuse(Path path, std::string message, std::string hint) const;
  // Where the target speaks of `path`, after all that must hold for any edit there.
  Result<Path> FindSpecPath(Path path) const;
  Result<Path> FindPrimSpecPath(Path path) const;  // refuses other paths than those of prims
  Result<void> CheckExists(Path path) const;
  Result<void> CheckPopulated(Path path) const;
  Result<void> CheckField(Path path, Token field, const Value& value) const;
  Result<Path> PrepareRelationship(Path path);  // made when there is none
  Result<Path> PreparePrim(Path path);          // with an `over` where the layer has none
  Result<Path> PrepareProperty(Path path);      // with a spec like the composed property
  Result<Path> Prepare(Path path);
  Result<void> DefineAncestors(Path path);
  Result<Path> CreatePrim(Path path, Specifier specifier, Token type_name);
  Result<Prim> GetPrim(Path path);
  Result<void> WriteField(Path spec, Token field, Value value);
  // While one lives, the edits of one call gather.
  class Step {
   public:
    explicit Step(Editor& editor) : editor_(editor), block_(editor.stage_) { ++editor_.open_steps_; }
    ~Step() { --editor_.open_steps_; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Editor& editor_;
    Stage::ChangeBlock block_;
  };
  bool IsGathering() const;  // whether a change block is open, beside steps

  Stage& stage_;
  StageRef alive_;  // a listener may end the stage
  EditTarget target_;
  int open_steps_ = 0;
};

}  // namespace strata::stage
