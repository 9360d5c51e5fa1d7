#include "strata/format/crate/spec_table.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <fmt/format.h>

#include "strata/format/crate/codes.h"
#include "strata/layer/children.h"
#include "strata/layer/fields.h"

namespace strata::format::crate {

namespace {

using layer::SpecStore;
using layer::SpecType;

constexpr uint32_t kGrain = 1 << 14;  // places for one thread to do at once

// Fields that list children or otherwise hold the layer together: composing relies on their types.
ValueKind GetStructuralKind(ValueType type) {
  switch (type) {
    case ValueType::kSpecifier:
      return ValueKind::kSpecifier;
    case ValueType::kVariability:
      return ValueKind::kVariability;
    case ValueType::kPermission:
      return ValueKind::kPermission;
    case ValueType::kTokenVector:
      return ValueKind::kTokenVector;
    case ValueType::kPathVector:
      return ValueKind::kPathVector;
    case ValueType::kStringVector:
      return ValueKind::kStringVector;
    case ValueType::kLayerOffsetVector:
      return ValueKind::kLayerOffsetVector;
    case ValueType::kTokenListOp:
      return ValueKind::kTokenListOp;
    case ValueType::kStringListOp:
      return ValueKind::kStringListOp;
    case ValueType::kPathListOp:
      return ValueKind::kPathListOp;
    case ValueType::kReferenceListOp:
      return ValueKind::kReferenceListOp;
    case ValueType::kPayloadListOp:
      return ValueKind::kPayloadListOp;
    case ValueType::kTimeSamples:
      return ValueKind::kTimeSamples;
    case ValueType::kSpline:
      return ValueKind::kSpline;
    case ValueType::kRelocates:
      return ValueKind::kRelocates;
    case ValueType::kVariantSelectionMap:
      return ValueKind::kVariantSelectionMap;
    case ValueType::kDictionary:
      return ValueKind::kDictionary;
    default:
      return ValueKind::kInvalid;
  }
}

SpecType ToSpecType(uint32_t form) {
  switch (static_cast<SpecForm>(form)) {
    case SpecForm::kAttribute:
      return SpecType::kAttribute;
    case SpecForm::kPrim:
      return SpecType::kPrim;
    case SpecForm::kPseudoRoot:
      return SpecType::kPseudoRoot;
    case SpecForm::kRelationship:
      return SpecType::kRelationship;
    case SpecForm::kVariant:
      return SpecType::kVariant;
    case SpecForm::kVariantSet:
      return SpecType::kVariantSet;
    default:
      return SpecType::kUnknown;
  }
}

// Targets and what hangs on them follow from the lists of targets; old files have specs for them all the
// same.
bool IsImplied(uint32_t form) {
  switch (static_cast<SpecForm>(form)) {
    case SpecForm::kConnection:
    case SpecForm::kExpression:
    case SpecForm::kMapper:
    case SpecForm::kMapperArgument:
    case SpecForm::kRelationshipTarget:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool SpecBuilder::Build(layer::SpecStore& out) {
  if (!DropFields() || !MeasureFieldSets() || !PlaceSpecs()) return false;
  FindNamedProperties();
  CheckChildren();
  MakePaths();
  NumberSpecs();
  out.BeginDeferred(MakeContent(), slots_);
  SetSpecs(out);
  if (const size_t repeated = out.FinishDeferred()) {
    needs_repair_ = true;
    Remark(kCrateSpec, fmt::format("{} specs have paths that others have too; they are left out.", repeated),
           {}, "Write the file again from its source.");
  }
  if (!out.Has(Path::AbsoluteRoot())) out.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
  if (needs_repair_ || has_variants_) {
    RepairChildren(out, [this](Path owner) {
      Remark(kCrateChildren,
             "The children that are listed are not those that are there; the list is put right.",
             owner.GetString(), "Look at the prim, and write the file again.");
    });
  }
  return true;
}

bool SpecBuilder::BuildMetadata(layer::SpecStore& out) {
  if (!DropFields() || !MeasureFieldSets() || !PlaceSpecs()) return false;
  SpecStore::DeferredSpec root;
  root.type = SpecType::kPseudoRoot;
  root.path = Path::AbsoluteRoot();
  if (tree_.GetPlaceCount() != 0 && spec_at_[0] != kNone) {
    root.first_field = structure_.spec_field_sets[spec_at_[0]];
    root.field_count = set_sizes_[root.first_field];
  }
  out.BeginDeferred(MakeContent(), 1);
  out.SetDeferredSpec(0, root);
  out.FinishDeferred();
  return true;
}

void SpecBuilder::Remark(const DiagnosticCode& code, std::string message, std::string path,
                         std::string hint) {
  SourceLocation where;
  where.file = identifier_;
  where.path = std::move(path);
  if (diagnostics_.GetAll().size() < options_.budgets.max_errors_reported)
    diagnostics_.Add(Diagnostic(code, std::move(message), std::move(where), std::move(hint)));
}

bool SpecBuilder::Refuse(const DiagnosticCode& code, std::string message) {
  SourceLocation where;
  where.file = identifier_;
  diagnostics_.Add(Diagnostic(code, std::move(message), std::move(where),
                              "Write the file again from its source, or restore it from a copy."));
  return false;
}

bool SpecBuilder::IsDamaged(std::string_view section, const std::string& what, uint64_t offset) {
  return !Refuse(kCrateSection, fmt::format("Section {} is damaged at byte {}: {}.", section, offset, what));
}

// By field: whether its value cannot be what composing takes it for, or it is a list of targets' specs, which
// no store has. Empty where none is.
std::vector<bool> SpecBuilder::FindMistypedFields() {
  const layer::FieldRegistry& fields =
      options_.fields ? *options_.fields : layer::FieldRegistry::GetBuiltIn();
  const layer::FieldNames& names = layer::GetFieldNames();
  const auto tokens = static_cast<uint32_t>(structure_.tokens.size());
  constexpr uint8_t kAny = 0, kUnlooked = 255, kDropped = 254;
  std::vector<uint8_t> wanted(tokens, kUnlooked);
  std::vector<bool> is_dropped;
  for (uint32_t i = 0; i < structure_.field_names.size; ++i) {
    const uint32_t token = structure_.field_names[i];
    const Token name = structure_.tokens[token];
    if (wanted[token] == kUnlooked) {
      const layer::FieldDefinition* definition = fields.Find(name);
      wanted[token] = definition ? static_cast<uint8_t>(GetStructuralKind(definition->type)) : kAny;
      if (name == names.targetChildren || name == names.connectionChildren) wanted[token] = kDropped;
    }
    if (wanted[token] == kAny) continue;
    const ValueRep rep{structure_.field_values[i]};
    const ValueKind kind = rep.GetKind();
    const bool is_right = static_cast<uint8_t>(kind) == wanted[token] && !rep.IsArray() && !rep.IsArrayEdit();
    const bool is_one_payload = name == names.payload && kind == ValueKind::kPayload;
    if (is_right || is_one_payload) continue;
    is_dropped.resize(structure_.field_names.size);
    is_dropped[i] = true;
    if (wanted[token] == kDropped) continue;
    Remark(
        kCrateField,
        fmt::format("Field '{}', item {} of section FIELDS at byte {}, holds a value of kind {}; it is left "
                    "out.",
                    name.GetText(), i, structure_.fields_section.start, static_cast<int>(kind)),
        {}, "Write the file again from its source.");
  }
  return is_dropped;
}

// Takes mistyped fields out of their sets, and those whose name came before in the set.
bool SpecBuilder::DropFields() {
  const std::vector<bool> is_mistyped = FindMistypedFields();
  Table<uint32_t>& sets = structure_.field_sets;
  std::vector<uint32_t> seen_in(structure_.tokens.size());
  uint32_t set = 1, to = 0, repeated = 0;
  bool is_changed = false;
  for (uint32_t i = 0; i < sets.size; ++i) {
    const uint32_t field = sets[i];
    if (field == kEndOfFieldSet) {
      while (to <= i) sets[to++] = kEndOfFieldSet;  // sets stay where they begin
      ++set;
      continue;
    }
    uint32_t& seen = seen_in[structure_.field_names[field]];
    const bool is_wrong = !is_mistyped.empty() && is_mistyped[field];
    if (is_wrong || seen == set) {
      repeated += !is_wrong;
      if (!is_changed && !DoSetsBeginWhole()) return false;
      is_changed = true;
      continue;
    }
    seen = set;
    sets[to++] = field;
  }
  if (repeated == 0) return true;
  Remark(kCrateField,
         fmt::format("{} fields of section FIELDSETS, byte {}, have the name of another of their set; they "
                     "are left out.",
                     repeated, structure_.field_sets_section.start),
         {}, "Write the file again from its source.");
  return true;
}

// Whether no spec has a part of a set: those from which fields are taken cannot serve two.
bool SpecBuilder::DoSetsBeginWhole() {
  const Table<uint32_t>& sets = structure_.field_sets;
  for (uint32_t i = 0; i < structure_.spec_field_sets.size; ++i) {
    const uint32_t set = structure_.spec_field_sets[i];
    if (set != 0 && set < sets.size && sets[set - 1] != kEndOfFieldSet)
      return !IsDamaged(kSpecsSection, fmt::format("the fields of spec {} begin within a set", i),
                        structure_.specs_section.start);
  }
  return true;
}

bool SpecBuilder::MeasureFieldSets() {
  const uint32_t size = structure_.field_sets.size;
  set_sizes_.reset(new uint32_t[size]);
  for (uint32_t i = size; i-- > 0;)
    set_sizes_[i] = structure_.field_sets[i] == kEndOfFieldSet ? 0 : set_sizes_[i + 1] + 1;
  return true;
}

SpecType SpecBuilder::GetSpecType(uint32_t spec) const {
  return ToSpecType(structure_.spec_forms[spec]);
}

void SpecBuilder::Drop(uint32_t place, const char* why) {
  spec_at_[place] = kNone;
  needs_repair_ = true;
  Remark(kCrateSpec,
         fmt::format("The spec at place {} of section PATHS, byte {}, is left out: {}.", place,
                     structure_.paths_section.start, why),
         tree_.GetPath(place).GetString(), "Write the file again from its source.");
}

bool SpecBuilder::PlaceSpecs() {
  const uint32_t specs = structure_.spec_paths.size;
  if (structure_.spec_field_sets.size != specs || structure_.spec_forms.size != specs)
    return !IsDamaged(kSpecsSection, "its three arrays have different sizes", structure_.specs_section.start);
  const uint32_t places = tree_.GetPlaceCount();
  spec_at_.reset(new uint32_t[places]);
  std::fill_n(spec_at_.get(), places, kNone);
  // Specs share sets of fields; what all of them have together is bounded by what the file can hold.
  constexpr uint64_t kFieldsPerByte = 256, kFieldsOfAnyFile = 1 << 20;
  const uint64_t most_fields = kFieldsOfAnyFile + source_->GetBytes().GetSize() * kFieldsPerByte;
  uint64_t fields = 0;
  uint32_t nowhere = 0, repeated = 0;
  for (uint32_t i = 0; i < specs; ++i) {
    const uint32_t place = tree_.GetPlaceOf(structure_.spec_paths[i]);
    const uint32_t set = structure_.spec_field_sets[i];
    if (set >= structure_.field_sets.size)
      return !IsDamaged(kSpecsSection,
                        fmt::format("spec {} has field set {} of {}", i, set, structure_.field_sets.size),
                        structure_.specs_section.start);
    fields += set_sizes_[set];
    if (IsImplied(structure_.spec_forms[i])) continue;
    if (place == PathTree::kNoPlace)
      ++nowhere;
    else if (spec_at_[place] != kNone)
      ++repeated;
    else
      spec_at_[place] = i;
  }
  if (fields > most_fields)
    return !IsDamaged(kSpecsSection, fmt::format("its specs have {} fields in all", fields),
                      structure_.specs_section.start);
  if (nowhere + repeated != 0) {
    needs_repair_ = true;
    Remark(
        kCrateSpec,
        fmt::format("{} specs of section SPECS, byte {}, have no path, and {} have the path of another; they "
                    "are left out.",
                    nowhere, structure_.specs_section.start, repeated),
        {}, "Write the file again from its source.");
  }
  for (uint32_t place = 0; place < places; ++place) {
    if (spec_at_[place] == kNone) continue;
    if (place != 0 && spec_at_[tree_.GetParent(place)] == kNone)
      Drop(place, "there is no spec above it");
    else if (!IsInPlace(place))
      Drop(place, "its type is not that of its path");
    else if (tree_.GetKind(place) == Kind::kVariant)
      has_variants_ = true;
  }
  return true;
}

bool SpecBuilder::IsInPlace(uint32_t place) const {
  const SpecType type = GetSpecType(spec_at_[place]);
  if (place == 0) return type == SpecType::kPseudoRoot;
  const Kind above = tree_.GetKind(tree_.GetParent(place));
  switch (tree_.GetKind(place)) {
    case Kind::kPrim:
      return type == SpecType::kPrim &&
             (above == Kind::kPrim || above == Kind::kRoot || above == Kind::kVariant);
    case Kind::kProperty:
      return (type == SpecType::kAttribute || type == SpecType::kRelationship) &&
             (above == Kind::kPrim || above == Kind::kVariant);
    case Kind::kVariant: {
      const std::string_view text = structure_.tokens[tree_.GetToken(place)].GetText();
      const bool is_set = text[text.size() - 2] == '=';
      return type == (is_set ? SpecType::kVariantSet : SpecType::kVariant) &&
             (above == Kind::kPrim || above == Kind::kVariant);
    }
    default:
      return false;
  }
}

void SpecBuilder::ForEachPlace(uint32_t grain, const std::function<void(uint32_t, uint32_t)>& body) const {
  const uint32_t count = tree_.GetPlaceCount();
  if (options_.executor && count > grain)
    options_.executor->ParallelFor(count, grain, [&](size_t begin, size_t end) {
      body(static_cast<uint32_t>(begin), static_cast<uint32_t>(end));
    });
  else
    body(0, count);
}

// Properties that stand right after their owner, and are not too many, need no paths.
void SpecBuilder::FindNamedProperties() {
  const uint32_t places = tree_.GetPlaceCount();
  is_named_.assign(places, false);
  for (uint32_t owner = 0; owner < places; ++owner) {
    if (spec_at_[owner] == kNone || tree_.GetKind(owner) == Kind::kProperty) continue;
    uint32_t end = owner + 1;
    while (end < places && tree_.GetParent(end) == owner && tree_.GetKind(end) == Kind::kProperty &&
           tree_.IsLeaf(end))
      ++end;
    if (end - owner - 1 > SpecStore::kMostNamedProperties) continue;
    for (uint32_t i = owner + 1; i < end; ++i) is_named_[i] = true;
  }
}

// Whether the list of `field_name` among the fields of `spec` names exactly the children that are stamped.
bool SpecBuilder::CheckList(uint32_t spec, uint32_t field_name, uint32_t stamp, uint32_t expected,
                            std::vector<uint32_t>& stamps) const {
  for (uint32_t at = structure_.spec_field_sets[spec]; structure_.field_sets[at] != kEndOfFieldSet; ++at) {
    const uint32_t field = structure_.field_sets[at];
    if (structure_.field_names[field] != field_name) continue;
    const ValueRep rep{structure_.field_values[field]};
    Scratch scratch;
    const FileBytes& bytes = source_->GetBytes();
    const std::string_view head = bytes.View(rep.GetPayload(), sizeof(uint64_t), scratch);
    uint64_t count = 0;
    if (!head.data() || rep.IsInlined()) return false;
    std::memcpy(&count, head.data(), sizeof count);
    if (count != expected) return false;
    const std::string_view list =
        bytes.View(rep.GetPayload() + sizeof count, count * sizeof(uint32_t), scratch);
    if (count != 0 && !list.data()) return false;
    for (uint64_t i = 0; i < count; ++i) {
      uint32_t token;
      std::memcpy(&token, list.data() + i * sizeof token, sizeof token);
      if (token >= stamps.size()) return false;
      token = structure_.GetFirstAlike(token);
      if (stamps[token] != stamp) return false;
      stamps[token] = 0;  // a name that comes twice does not count twice
    }
    return true;
  }
  return expected == 0;
}

bool SpecBuilder::CheckListedChildren(uint32_t place, std::vector<uint32_t>& prim_stamps,
                                      std::vector<uint32_t>& property_stamps,
                                      std::vector<uint32_t>& repeated) const {
  const uint32_t places = tree_.GetPlaceCount();
  const uint32_t stamp = place + 1;
  uint32_t prims = 0, properties = 0;
  for (uint32_t child = place + 1; child < places && tree_.GetParent(child) == place;) {
    const Kind kind = tree_.GetKind(child);
    if (spec_at_[child] != kNone && (kind == Kind::kPrim || kind == Kind::kProperty)) {
      uint32_t& mark = (kind == Kind::kPrim ? prim_stamps : property_stamps)[tree_.GetToken(child)];
      if (mark == stamp) {
        repeated.push_back(child);
      } else {
        mark = stamp;
        ++(kind == Kind::kPrim ? prims : properties);
      }
    }
    const auto jump = static_cast<int32_t>(structure_.path_jumps[child]);
    if (jump < 0) break;
    child += jump == kJumpSiblingNext ? 1 : static_cast<uint32_t>(jump);
  }
  const uint32_t spec = spec_at_[place];
  return CheckList(spec, structure_.prim_children_name, stamp, prims, prim_stamps) &&
         CheckList(spec, structure_.properties_name, stamp, properties, property_stamps);
}

void SpecBuilder::CheckChildren() {
  std::mutex mutex;
  std::vector<uint32_t> all_repeated;
  bool is_right = true;
  ForEachPlace(kGrain, [&](uint32_t begin, uint32_t end) {
    std::vector<uint32_t> prim_stamps(structure_.tokens.size()), property_stamps(structure_.tokens.size());
    std::vector<uint32_t> repeated;
    bool is_right_here = true;
    for (uint32_t place = begin; place < end; ++place) {
      const Kind kind = tree_.GetKind(place);
      if (spec_at_[place] == kNone || kind == Kind::kProperty) continue;
      if (!CheckListedChildren(place, prim_stamps, property_stamps, repeated)) is_right_here = false;
    }
    const std::lock_guard lock(mutex);
    is_right = is_right && is_right_here;
    all_repeated.insert(all_repeated.end(), repeated.begin(), repeated.end());
  });
  std::sort(all_repeated.begin(), all_repeated.end());
  for (const uint32_t place : all_repeated) Drop(place, "another has the same path");
  if (!is_right) needs_repair_ = true;
}

void SpecBuilder::MakePaths() {
  ForEachPlace(kGrain, [&](uint32_t begin, uint32_t end) {
    for (uint32_t place = begin; place < end; ++place)
      if (spec_at_[place] != kNone && !is_named_[place]) tree_.GetPath(place);
  });
}

void SpecBuilder::NumberSpecs() {
  const uint32_t places = tree_.GetPlaceCount();
  slot_at_.reset(new uint32_t[places]);
  for (uint32_t place = 0; place < places; ++place) {
    slot_at_[place] = kNone;
    if (spec_at_[place] == kNone) continue;
    if (place != 0 && slot_at_[tree_.GetParent(place)] == kNone)
      Drop(place, "there is no spec above it");
    else if (!is_named_[place] && tree_.GetPath(place).IsEmpty())
      Drop(place, "its path is none");
    else
      slot_at_[place] = slots_++;
  }
}

void SpecBuilder::SetSpecs(layer::SpecStore& out) const {
  ForEachPlace(kGrain, [&](uint32_t begin, uint32_t end) {
    for (uint32_t place = begin; place < end; ++place) {
      const uint32_t slot = slot_at_[place];
      if (slot == kNone) continue;
      SpecStore::DeferredSpec spec;
      spec.type = GetSpecType(spec_at_[place]);
      if (is_named_[place]) {
        spec.name = structure_.tokens[tree_.GetToken(place)];
        spec.owner = slot_at_[tree_.GetParent(place)];
      } else {
        spec.path = tree_.GetPath(place);
      }
      spec.first_field = structure_.spec_field_sets[spec_at_[place]];
      spec.field_count = set_sizes_[spec.first_field];
      out.SetDeferredSpec(slot, spec);
    }
  });
}

// The store takes the sets of fields; the names of fields it has as tokens of the process.
layer::DeferredContent SpecBuilder::MakeContent() {
  layer::DeferredContent content;
  content.field_count = structure_.field_names.size;
  content.field_names.reset(new uint32_t[content.field_count]);
  for (uint32_t i = 0; i < content.field_count; ++i)
    content.field_names[i] = structure_.tokens[structure_.field_names[i]].GetId();
  content.field_set_size = structure_.field_sets.size;
  content.field_sets = std::move(structure_.field_sets.data);
  structure_.field_sets.size = 0;
  content.source = source_;
  return content;
}

}  // namespace strata::format::crate
