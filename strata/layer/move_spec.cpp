#include "strata/layer/move_spec.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/layer/editor.h"
#include "strata/layer/validate.h"

namespace strata::layer {

namespace {

struct Moved {
  Path to;
  SpecType type;
  std::vector<SpecStore::Field> fields;
};

std::vector<Moved> Gather(const SpecStore& content, Path from, Path to) {
  std::vector<Moved> tree;
  for (const Path path : ListSpecTree(content, from)) {
    const SpecStore::SpecView spec = content.Find(path);
    Moved& moved =
        tree.emplace_back(path.ReplacePrefix(from, to, Path::TargetFix::kKeepTargets), spec.GetType());
    for (const SpecStore::Field& field : spec) moved.fields.push_back(field);
  }
  return tree;
}

// The place of a spec among the children of its parent.
std::optional<uint32_t> FindPlace(const SpecStore& content, Path path) {
  Child child;
  const Path parent = GetSpecParent(path, &child);
  const Value* listed = content.GetField(parent, child.field);
  const TokenVector* names = listed ? listed->GetIf<TokenVector>() : nullptr;
  if (!names) return std::nullopt;
  const auto found = std::find(names->begin(), names->end(), child.name);
  if (found == names->end()) return std::nullopt;
  return static_cast<uint32_t>(found - names->begin());
}

bool SaysNothing(const SpecStore& content, Path path) {
  if (!path.IsPrim()) return false;
  for (const SpecStore::Field& field : content.Find(path)) {
    const bool is_over = field.name == GetFieldNames().specifier && field.value.Holds<Specifier>() &&
                         field.value.Get<Specifier>() == Specifier::kOver;
    if (!is_over) return false;
  }
  return true;
}

Result<void> Check(const Layer& layer, Path from, Path to) {
  const auto refuse = [&](std::string message, std::string hint) {
    return MakeRefusal(layer, from, std::move(message), std::move(hint));
  };
  if (!(from.IsPrim() && to.IsPrim()) && !(from.IsPrimProperty() && to.IsPrimProperty())) {
    return refuse(fmt::format("<{}> cannot be moved to <{}>.", from.GetString(), to.GetString()),
                  "Move prims to prims, properties to properties.");
  }
  if (!layer.HasSpec(from))
    return refuse(fmt::format("There is no spec at <{}> to move.", from.GetString()),
                  "Give the path of a spec of the layer.");
  if (layer.HasSpec(to))
    return refuse(fmt::format("There is a spec at <{}> already.", to.GetString()), "Choose another name.");
  if (to.HasPrefix(from))
    return refuse(fmt::format("<{}> lies below what is to be moved there.", to.GetString()),
                  "Choose a parent outside of it.");
  return CheckSpecPath(layer, to);
}

}  // namespace

Result<void> MoveSpec(Layer& layer, Path from, Path to) {
  STRATA_CHECK(CheckEditable(layer, from));
  STRATA_CHECK(Check(layer, from, to));
  std::vector<Moved> tree = Gather(layer.GetContent(), from, to);
  const Path parent = GetSpecParent(to, nullptr);
  std::optional<uint32_t> place;
  if (GetSpecParent(from, nullptr) == parent) place = FindPlace(layer.GetContent(), from);

  LayerEditor editor(layer);
  if (parent.IsPrim()) editor.CreatePrimsUpTo(parent);
  editor.EraseTree(from);
  editor.CreateSpec(to, tree.front().type, place);
  for (Moved& moved : tree) editor.CreateCopy(moved.to, moved.type, std::move(moved.fields));
  editor.NoteReplaced(to);
  if (GetSpecParent(from, nullptr) == parent) return {};
  for (Path above = GetSpecParent(from, nullptr); SaysNothing(layer.GetContent(), above);) {
    const Path empty = above;
    above = above.GetParent();
    editor.EraseTree(empty);
  }
  return {};
}

}  // namespace strata::layer
