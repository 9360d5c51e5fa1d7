#include "strata/domain/material_binding.h"

#include <algorithm>

#include "strata/domain/names.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::Relationship;

bool IsStrong(const Relationship& relationship) {
  const Names& names = GetNames();
  return relationship.GetMetadata(names.bindMaterialAs).GetOr(Token()) == names.strongerThanDescendants;
}

// "material:binding:collection:[purpose:]name": whether it is one, for this purpose.
bool IsCollectionBinding(Token property, Token purpose) {
  std::string_view name = property.GetText();
  const std::string_view prefix = GetNames().material_binding_collection.GetText();
  if (!name.starts_with(prefix) || name.size() <= prefix.size() || name[prefix.size()] != ':') return false;
  name.remove_prefix(prefix.size() + 1);
  const size_t colon = name.find(':');
  if (purpose.IsEmpty()) return colon == std::string_view::npos;
  return colon != std::string_view::npos && name.substr(0, colon) == purpose.GetText();
}

Token MakeDirectName(Token purpose) {
  const Token all = GetNames().material_binding;
  return purpose.IsEmpty() ? all : Token(all.GetString() + ':' + purpose.GetString());
}

}  // namespace

std::shared_ptr<const stage::CollectionMembership> MaterialBindings::FindMembers(const stage::Stage& stage,
                                                                                 Path collection) {
  auto& known = members_[collection];
  if (!known)
    known = std::make_shared<const stage::CollectionMembership>(
        stage::Collection::FromPath(stage, collection).ComputeMembership());
  return known;
}

const MaterialBindings::AtPrim& MaterialBindings::FindAt(const Prim& prim, Token purpose) {
  const auto [place, is_new] = at_prims_.try_emplace({prim.GetPath(), purpose});
  AtPrim& at = place->second;
  if (!is_new) return at;
  const Token direct_name = MakeDirectName(purpose);
  for (Token name : prim.GetAuthoredPropertyNames()) {
    const bool is_direct = name == direct_name;
    if (!is_direct && !IsCollectionBinding(name, purpose)) continue;
    const Relationship relationship = prim.GetRelationship(name);
    const std::vector<Path> targets = relationship.GetForwardedTargets();
    if (is_direct) {
      if (targets.size() == 1 && targets[0].IsPrim())
        at.direct.push_back({relationship.GetPath(), targets[0], IsStrong(relationship), nullptr});
      continue;
    }
    // A collection and a material, in any order.
    if (targets.size() != 2) continue;
    const size_t of_collection = stage::Collection::IsCollectionPath(targets[0]) ? 0 : 1;
    const Path collection = targets[of_collection], material = targets[1 - of_collection];
    if (!stage::Collection::IsCollectionPath(collection) || !material.IsPrim()) continue;
    at.collections.push_back({relationship.GetPath(), material, IsStrong(relationship),
                              FindMembers(*prim.GetStage(), collection)});
  }
  return at;
}

BoundMaterial MaterialBindings::ComputeBoundMaterial(const Prim& prim, Token purpose) {
  BoundMaterial bound;
  if (!prim) return bound;
  for (Token asked : {purpose, Token()}) {
    const Binding* winner = nullptr;
    for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent()) {
      const AtPrim& bindings = FindAt(at, asked);
      bool is_from_here = false;
      for (const Binding& direct : bindings.direct) {
        if (winner && !direct.is_strong) continue;
        winner = &direct;
        is_from_here = true;
      }
      for (const Binding& binding : bindings.collections) {
        if (winner && !is_from_here && !binding.is_strong) continue;
        if (!binding.members->IsPathIncluded(prim.GetPath())) continue;
        winner = &binding;
        break;
      }
    }
    if (winner) {
      const Prim material = prim.GetStage()->GetPrimAtPath(winner->material);
      if (material.IsA(GetNames().Material)) bound.material = material;
      bound.relationship = winner->relationship;
      return bound;
    }
    if (purpose.IsEmpty()) break;
  }
  return bound;
}

}  // namespace strata::domain
