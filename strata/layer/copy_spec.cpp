// Copies spec trees within and between layers, with the paths inside that point into what is copied.
// (SdfCopySpec)
#include <unordered_set>

#include <fmt/format.h>

#include "strata/layer/editor.h"
#include "strata/layer/layer.h"
#include "strata/layer/validate.h"

namespace strata::layer {

namespace {

// From paths at or below one prim to the same below another, variant selections aside.
class PathMapper {
 public:
  PathMapper(Path from, Path to)
      : from_(from.GetPrimPath().StripAllVariantSelections()),
        to_(to.GetPrimPath().StripAllVariantSelections()) {}

  bool IsIdentity() const { return from_ == to_ || from_.IsEmpty() || to_.IsEmpty(); }
  Path Map(Path path) const { return path.ReplacePrefix(from_, to_); }

  // `value` of a field that holds paths, with those mapped.
  Value MapField(Token field, const Value& value) const {
    const FieldNames& names = GetFieldNames();
    if (IsIdentity()) return value;
    if (field == names.targetPaths || field == names.connectionPaths || field == names.inheritPaths ||
        field == names.specializes) {
      if (const auto* list = value.GetIf<PathListOp>())
        return Value(list->Map([this](const Path& path) { return std::optional(Map(path)); }));
    } else if (field == names.references) {
      if (const auto* list = value.GetIf<ReferenceListOp>()) return Value(MapArcs(*list));
    } else if (field == names.payload) {
      if (const auto* list = value.GetIf<PayloadListOp>()) return Value(MapArcs(*list));
    } else if (field == names.relocates) {
      if (const auto* relocates = value.GetIf<Relocates>()) return Value(MapRelocates(*relocates));
    } else if (field == names.targetChildren || field == names.connectionChildren) {
      if (const auto* paths = value.GetIf<PathVector>()) {
        PathVector mapped;
        for (const Path path : *paths) mapped.push_back(Map(path));
        return Value(std::move(mapped));
      }
    }
    return value;
  }

 private:
  template <class Arc>
  ListOp<Arc> MapArcs(const ListOp<Arc>& list) const {
    return list.Map([this](const Arc& arc) {
      Arc mapped = arc;
      // As in OpenUSD an arc to a root prim stays: it names an asset of this layer, not a part of what is
      // copied.
      const bool is_part = arc.asset_path.empty() && !arc.prim_path.IsEmpty() && !arc.prim_path.IsRootPrim();
      if (is_part) mapped.prim_path = Map(arc.prim_path);
      return std::optional(std::move(mapped));
    });
  }
  Relocates MapRelocates(const Relocates& relocates) const {
    Relocates mapped;
    for (const auto& [source, target] : relocates)
      mapped.emplace_back(Map(source), target.IsEmpty() ? target : Map(target));
    return mapped;
  }

  Path from_, to_;
};

enum class Kind { kNone, kPseudoRoot, kPrimLike, kVariantSet, kProperty };

Kind KindOf(Path path) {
  if (path.IsAbsoluteRoot()) return Kind::kPseudoRoot;
  if (path.IsPrimVariantSelection())
    return path.GetVariantSelection().IsEmpty() ? Kind::kVariantSet : Kind::kPrimLike;
  if (path.IsPrim()) return Kind::kPrimLike;
  return path.IsPrimProperty() ? Kind::kProperty : Kind::kNone;
}

struct Copied {
  Path to;
  SpecType type;
  std::vector<SpecStore::Field> fields;  // children fields too, mapped
};

// The tree at `from`, as it is to be at `to`.
std::vector<Copied> Gather(const SpecStore& source, Path from, Path to) {
  const PathMapper mapper(from, to);
  std::vector<Copied> copied;
  std::vector<std::pair<Path, Path>> open{{from, to}};
  while (!open.empty()) {
    const auto [old_path, new_path] = open.back();
    open.pop_back();
    const SpecStore::SpecView spec = source.Find(old_path);
    if (!spec) continue;
    Copied entry{new_path, spec.GetType(), {}};
    for (const SpecStore::Field& field : spec)
      entry.fields.emplace_back(field.name, mapper.MapField(field.name, field.value));
    copied.push_back(std::move(entry));
    for (Child child : ListChildren(source, old_path)) {
      const Path old_child = GetChildPath(old_path, child);
      if (!child.target.IsEmpty() && !mapper.IsIdentity()) child.target = mapper.Map(child.target);
      open.emplace_back(old_child, GetChildPath(new_path, child));
    }
  }
  return copied;
}

// A variant holds the opinions of its prim, whose specifier and type name are spoken outside it; a prim made
// from a variant gets those of the prim that the variant was of.
void FitRoot(const SpecStore& source, Path from, Path to, Copied& root) {
  const FieldNames& names = GetFieldNames();
  if (from.IsPrimVariantSelection() == to.IsPrimVariantSelection() || KindOf(to) != Kind::kPrimLike) return;
  std::erase_if(root.fields, [&names](const auto& field) {
    return field.name == names.specifier || field.name == names.typeName;
  });
  if (to.IsPrimVariantSelection()) {
    root.type = SpecType::kVariant;
    root.fields.emplace_back(names.specifier, Value(Specifier::kOver));
    return;
  }
  root.type = SpecType::kPrim;
  const Path owner = from.GetPrimPath();
  Path spoken = from.GetParent();
  while (spoken.IsPrimVariantSelection()) spoken = spoken.GetParent();
  for (const Token field : {names.specifier, names.typeName}) {
    const Value* value = source.GetField(spoken, field);
    if (!value) value = source.GetField(owner, field);
    if (value) root.fields.emplace_back(field, *value);
  }
  if (!source.GetField(spoken, names.specifier))
    root.fields.emplace_back(names.specifier, Value(Specifier::kOver));
}

// `listed` in the order of `known`, then what `known` lacks.
template <class Names>
Names KeepOrder(const Names& known, const Names& listed) {
  using Name = typename Names::value_type;
  std::unordered_set<Name> wanted(listed.begin(), listed.end());
  Names ordered;
  for (const Name name : known)
    if (wanted.erase(name) != 0) ordered.push_back(name);
  for (const Name name : listed)
    if (wanted.erase(name) != 0) ordered.push_back(name);
  return ordered;
}

// As in OpenUSD children that the copy replaces keep their order, and new ones follow.
void KeepOrderOfChildren(const SpecStore& content, Copied& entry) {
  for (SpecStore::Field& field : entry.fields) {
    const Value* known = IsChildrenField(field.name) ? content.GetField(entry.to, field.name) : nullptr;
    if (!known || known->GetType() != field.value.GetType()) continue;
    if (const auto* names = known->GetIf<TokenVector>())
      field.value = Value(KeepOrder(*names, field.value.Get<TokenVector>()));
    else if (const auto* paths = known->GetIf<PathVector>())
      field.value = Value(KeepOrder(*paths, field.value.Get<PathVector>()));
  }
}

}  // namespace

Result<void> Layer::CopySpec(const Layer& source, Path from, Path to) {
  const Kind kind = KindOf(to);
  if (!source.HasSpec(from)) {
    return MakeRefusal(source, from, fmt::format("There is no spec at <{}> to copy.", from.GetString()),
                       "Give the path of a spec of the source layer.");
  }
  if (kind == Kind::kNone || kind != KindOf(from)) {
    return MakeRefusal(*this, to,
                       fmt::format("<{}> cannot be copied to <{}>.", from.GetString(), to.GetString()),
                       "Copy prims and variants to prims and variants, properties to properties, variant "
                       "sets to variant sets.");
  }
  STRATA_CHECK(CheckEditable(*this, to));
  STRATA_CHECK(CheckSpecPath(*this, to));
  const bool is_new_variant = to.IsPrimVariantSelection() && kind == Kind::kPrimLike;
  const Path holder = kind == Kind::kPseudoRoot ? to
                      : is_new_variant          ? to.GetParent()
                                                : GetSpecParent(to, nullptr);
  const SpecType holder_type = GetSpecType(holder);
  if (holder_type != SpecType::kPrim && holder_type != SpecType::kVariant &&
      holder_type != SpecType::kPseudoRoot) {
    return MakeRefusal(*this, to,
                       fmt::format("There is no prim at <{}> to hold the copy.", holder.GetString()),
                       "Create it first.");
  }
  if (source.content_.Find(from).GetType() == SpecType::kPseudoRoot && this == &source) return {};
  std::vector<Copied> copied =
      Gather(source.content_, from, to);  // before anything changes: both may be one layer
  FitRoot(source.content_, from, to, copied.front());
  for (Copied& entry : copied) KeepOrderOfChildren(content_, entry);

  LayerEditor editor(*this);
  if (is_new_variant) editor.CreatePrimsUpTo(to);
  editor.EraseSpecs(ListSpecTree(content_, to));
  editor.CreateSpec(to, copied.front().type);  // keeps its place among the parent's children if it was there
  for (Copied& entry : copied) {
    editor.CreateCopy(entry.to, entry.type, std::move(entry.fields));
  }
  editor.NoteReplaced(to);
  return {};
}

}  // namespace strata::layer
