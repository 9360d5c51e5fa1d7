// Edits of lists that several layers have a say in: arcs, variant sets, targets, connections.
#include <fmt/format.h>

#include <algorithm>

#include "strata/layer/fields.h"
#include "strata/stage/editor.h"

namespace strata::stage {

namespace {

template <class Item>
ListOp<Item> ReadList(const layer::Layer& layer, Path spec, Token field) {
  const auto* known = layer.GetFieldAs<ListOp<Item>>(spec, field);
  return known ? *known : ListOp<Item>();
}

bool IsFront(ListPosition position) {
  return position == ListPosition::kFrontOfPrependList || position == ListPosition::kFrontOfAppendList;
}

bool IsPrepend(ListPosition position) {
  return position == ListPosition::kFrontOfPrependList || position == ListPosition::kBackOfPrependList;
}

template <class Item>
void Insert(ListOp<Item>& op, ListPosition position, const Item& item) {
  std::vector<Item>& list = op.is_explicit        ? op.explicit_items
                            : IsPrepend(position) ? op.prepended_items
                                                  : op.appended_items;
  std::erase(list, item);
  list.insert(IsFront(position) ? list.begin() : list.end(), item);
}

template <class Item>
void Remove(ListOp<Item>& op, const Item& item) {
  if (op.is_explicit) {
    std::erase(op.explicit_items, item);
    return;
  }
  for (std::vector<Item>* list : {&op.added_items, &op.prepended_items, &op.appended_items})
    std::erase(*list, item);
  if (std::find(op.deleted_items.begin(), op.deleted_items.end(), item) == op.deleted_items.end())
    op.deleted_items.push_back(item);
}

}  // namespace

Result<Path> Editor::MapItem(Path path) {
  Path mapped = target_.GetMapFunction().MapTargetToSource(path);
  if (path.IsEmpty() || !path.IsAbsolute() || mapped.IsEmpty()) {
    return Refuse(path, fmt::format("The edit target cannot name <{}>.", path.GetString()),
                  "Name an absolute path that the target's arc brings to the stage, or use another target.");
  }
  return mapped;
}

// The prim of another file has the name it has there.
Result<Reference> Editor::MapItem(Reference reference) {
  if (!reference.asset_path.empty() || reference.prim_path.IsEmpty()) return reference;
  STRATA_TRY(reference.prim_path, MapItem(reference.prim_path));
  return reference;
}
Result<Payload> Editor::MapItem(Payload payload) {
  if (!payload.asset_path.empty() || payload.prim_path.IsEmpty()) return payload;
  STRATA_TRY(payload.prim_path, MapItem(payload.prim_path));
  return payload;
}

Result<Path> Editor::PrepareRelationship(Path path) {
  if (path.IsPrimProperty() && !stage_.GetPropertyAtPath(path)) {
    STRATA_TRY(Relationship made, CreateRelationship(path));
    (void)made;
  }
  return PrepareProperty(path);
}

template <class Item>
Result<void> Editor::EditList(Path path, Token field, ListPosition position, Item item) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Item mapped, MapItem(std::move(item)));
  Step step(*this);
  STRATA_TRY(Path spec,
             field == layer::GetFieldNames().targetPaths ? PrepareRelationship(path) : Prepare(path));
  ListOp<Item> op = ReadList<Item>(*target_.GetLayer(), spec, field);
  Insert(op, position, mapped);
  return WriteField(spec, field, Value(std::move(op)));
}

template <class Item>
Result<void> Editor::RemoveFromList(Path path, Token field, Item item) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Item mapped, MapItem(std::move(item)));
  Step step(*this);
  STRATA_TRY(Path spec,
             field == layer::GetFieldNames().targetPaths ? PrepareRelationship(path) : Prepare(path));
  ListOp<Item> op = ReadList<Item>(*target_.GetLayer(), spec, field);
  Remove(op, mapped);
  return WriteField(spec, field, Value(std::move(op)));
}

template <class Item>
Result<void> Editor::SetList(Path path, Token field, std::vector<Item> items) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  std::vector<Item> mapped;
  for (Item& item : items) {
    STRATA_TRY(Item one, MapItem(std::move(item)));
    mapped.push_back(std::move(one));
  }
  Step step(*this);
  STRATA_TRY(Path spec,
             field == layer::GetFieldNames().targetPaths ? PrepareRelationship(path) : Prepare(path));
  return WriteField(spec, field, Value(ListOp<Item>::CreateExplicit(std::move(mapped))));
}

Result<void> Editor::AddReference(Path prim, Reference reference, ListPosition position) {
  return EditList(prim, layer::GetFieldNames().references, position, std::move(reference));
}
Result<void> Editor::RemoveReference(Path prim, Reference reference) {
  return RemoveFromList(prim, layer::GetFieldNames().references, std::move(reference));
}
Result<void> Editor::SetReferences(Path prim, std::vector<Reference> references) {
  return SetList(prim, layer::GetFieldNames().references, std::move(references));
}
Result<void> Editor::AddPayload(Path prim, Payload payload, ListPosition position) {
  return EditList(prim, layer::GetFieldNames().payload, position, std::move(payload));
}
Result<void> Editor::RemovePayload(Path prim, Payload payload) {
  return RemoveFromList(prim, layer::GetFieldNames().payload, std::move(payload));
}
Result<void> Editor::SetPayloads(Path prim, std::vector<Payload> payloads) {
  return SetList(prim, layer::GetFieldNames().payload, std::move(payloads));
}
Result<void> Editor::AddInherit(Path prim, Path base, ListPosition position) {
  return EditList(prim, layer::GetFieldNames().inheritPaths, position, base);
}
Result<void> Editor::RemoveInherit(Path prim, Path base) {
  return RemoveFromList(prim, layer::GetFieldNames().inheritPaths, base);
}
Result<void> Editor::SetInherits(Path prim, std::vector<Path> bases) {
  return SetList(prim, layer::GetFieldNames().inheritPaths, std::move(bases));
}
Result<void> Editor::AddSpecialize(Path prim, Path base, ListPosition position) {
  return EditList(prim, layer::GetFieldNames().specializes, position, base);
}
Result<void> Editor::RemoveSpecialize(Path prim, Path base) {
  return RemoveFromList(prim, layer::GetFieldNames().specializes, base);
}
Result<void> Editor::SetSpecializes(Path prim, std::vector<Path> bases) {
  return SetList(prim, layer::GetFieldNames().specializes, std::move(bases));
}

Result<void> Editor::AddTarget(Path relationship, Path target, ListPosition position) {
  return EditList(relationship, layer::GetFieldNames().targetPaths, position, target);
}
Result<void> Editor::RemoveTarget(Path relationship, Path target) {
  return RemoveFromList(relationship, layer::GetFieldNames().targetPaths, target);
}
Result<void> Editor::SetTargets(Path relationship, std::vector<Path> targets) {
  return SetList(relationship, layer::GetFieldNames().targetPaths, std::move(targets));
}
Result<void> Editor::AddConnection(Path attribute, Path source, ListPosition position) {
  return EditList(attribute, layer::GetFieldNames().connectionPaths, position, source);
}
Result<void> Editor::RemoveConnection(Path attribute, Path source) {
  return RemoveFromList(attribute, layer::GetFieldNames().connectionPaths, source);
}
Result<void> Editor::SetConnections(Path attribute, std::vector<Path> sources) {
  return SetList(attribute, layer::GetFieldNames().connectionPaths, std::move(sources));
}

Result<void> Editor::AddVariantSet(Path prim, Token variant_set, ListPosition position) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, PreparePrim(prim));
  if (!Path::IsValidIdentifier(variant_set.GetText())) {
    return Refuse(prim, fmt::format("'{}' is not a name of a variant set.", variant_set.GetText()),
                  "Use letters, digits and underscores, not beginning with a digit.");
  }
  const Token field = layer::GetFieldNames().variantSetNames;
  auto op = ReadList<std::string>(*target_.GetLayer(), spec, field);
  Insert(op, position, variant_set.GetString());
  return WriteField(spec, field, Value(std::move(op)));
}

Result<void> Editor::AddVariant(Path prim, Token variant_set, Token variant) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, PreparePrim(prim));
  return target_.GetLayer()->CreateVariantSpec(spec.AppendVariantSelection(variant_set, variant));
}

Result<void> Editor::SetVariantSelection(Path prim, Token variant_set, Token selection) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, PreparePrim(prim));
  const Token field = layer::GetFieldNames().variantSelection;
  const auto* known = target_.GetLayer()->GetFieldAs<VariantSelectionMap>(spec, field);
  VariantSelectionMap selections = known ? *known : VariantSelectionMap();
  selections[variant_set.GetString()] = selection.GetString();
  return WriteField(spec, field, Value(std::move(selections)));
}

}  // namespace strata::stage
