#include "strata/compose/site_arcs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <tsl/robin_set.h>

#include "strata/compose/expression.h"

namespace strata::compose {

namespace {

// List edits of items that differ in what is written around them: edits work on small numbers that stand for
// items equal by key, and the strongest mention of an item decides the rest.
template <class Key, class Info>
class Editor {
 public:
  int32_t Intern(Key key, Info info) {
    auto [it, is_new] = numbers_.emplace(std::move(key), static_cast<int32_t>(infos_.size()));
    if (is_new)
      infos_.push_back(std::move(info));
    else
      infos_[static_cast<size_t>(it->second)] = std::move(info);
    return it->second;
  }
  template <class Item, class Convert>
  void Apply(const ListOp<Item>& op, Convert&& convert) {
    ListOp<int32_t> numbers;
    numbers.is_explicit = op.is_explicit;
    auto convert_all = [&](const std::vector<Item>& items, std::vector<int32_t>& out) {
      for (const Item& item : items) {
        const int32_t number = convert(item);
        if (number >= 0) out.push_back(number);
      }
    };
    convert_all(op.explicit_items, numbers.explicit_items);
    convert_all(op.deleted_items, numbers.deleted_items);
    convert_all(op.added_items, numbers.added_items);
    convert_all(op.prepended_items, numbers.prepended_items);
    convert_all(op.appended_items, numbers.appended_items);
    convert_all(op.ordered_items, numbers.ordered_items);
    numbers.ApplyTo(items_);
  }
  std::vector<Info> Finish() {
    std::vector<Info> result;
    result.reserve(items_.size());
    for (int32_t number : items_) result.push_back(infos_[static_cast<size_t>(number)]);
    return result;
  }

 private:
  std::map<Key, int32_t> numbers_;
  std::vector<Info> infos_;
  std::vector<int32_t> items_;
};

using ArcKey = std::tuple<std::string, uint32_t, double, double>;

// What an item written in a layer stands for; nothing when its asset path has no value: then it is no arc.
template <class Item>
std::optional<ArcItem> MakeArc(const LayerStack& stack, const LayerStack::Entry& entry, Path path,
                               const Item& item, ExpressionRemarks& remarks) {
  ArcItem info{item.asset_path, item.asset_path, item.prim_path, item.offset, &entry};
  if (!info.prim_path.IsEmpty() && !info.prim_path.IsAbsolute())
    info.prim_path = info.prim_path.MakeAbsolute(path.GetPrimPath());
  EvaluatedText evaluated = EvaluateText(item.asset_path, stack.GetExpressionVariables());
  if (!evaluated.is_expression) return info;
  remarks.used_variables.insert(evaluated.used_variables.begin(), evaluated.used_variables.end());
  info.asset_path = evaluated.text;
  for (const std::string& why : evaluated.errors)
    remarks.problems.push_back({item.asset_path, why, entry.layer.get()});
  if (info.asset_path.empty()) return std::nullopt;
  return info;
}

// The only item that the edits of a site name, where they do nothing but add it; null when there is more.
template <class Item>
const Item* FindOnlyItem(const ListOp<Item>& op) {
  if (!op.deleted_items.empty() || !op.ordered_items.empty()) return nullptr;
  const Item* only = nullptr;
  for (const std::vector<Item>* items :
       {&op.explicit_items, &op.added_items, &op.prepended_items, &op.appended_items}) {
    if (items->empty()) continue;
    if (only || items->size() > 1 || (items == &op.explicit_items) != op.is_explicit) return nullptr;
    only = &items->front();
  }
  return only;
}

template <class Item>
std::vector<ArcItem> ComposeArcs(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                 Token field, LayerProvider& provider, ExpressionRemarks& remarks) {
  using Op = ListOp<Item>;
  auto find_op = [&](uint32_t layer_number) {
    return stack.GetEntries()[layer_number].layer->template GetFieldAs<Op>(path, field);
  };
  // Mostly one layer writes one arc: then it need not be told from others.
  const Op* only_op = nullptr;
  uint32_t op_count = 0, only_layer = 0;
  for (uint32_t layer_number : site.layers) {
    const Op* op = find_op(layer_number);
    if (!op) continue;
    only_op = op;
    only_layer = layer_number;
    ++op_count;
  }
  if (op_count == 0) return {};
  if (const Item* item = op_count == 1 ? FindOnlyItem(*only_op) : nullptr) {
    std::vector<ArcItem> arcs;
    if (std::optional<ArcItem> arc = MakeArc(stack, stack.GetEntries()[only_layer], path, *item, remarks))
      arcs.push_back(std::move(*arc));
    return arcs;
  }
  Editor<ArcKey, ArcItem> editor;
  for (auto layer_number = site.layers.rbegin(); layer_number != site.layers.rend(); ++layer_number) {
    const LayerStack::Entry& entry = stack.GetEntries()[*layer_number];
    const Op* op = find_op(*layer_number);
    if (!op) continue;
    editor.Apply(*op, [&](const Item& item) {
      std::optional<ArcItem> info = MakeArc(stack, entry, path, item, remarks);
      if (!info) return int32_t{-1};
      std::string identifier = info->asset_path.empty()
                                   ? std::string()
                                   : provider.CreateIdentifier(info->asset_path, *entry.layer);
      ArcKey key(std::move(identifier), info->prim_path.GetId(), item.offset.offset, item.offset.scale);
      return editor.Intern(std::move(key), std::move(*info));
    });
  }
  return editor.Finish();
}

}  // namespace

std::vector<ArcItem> ComposeReferences(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                       LayerProvider& provider, ExpressionRemarks& remarks) {
  return ComposeArcs<Reference>(stack, site, path, layer::GetFieldNames().references, provider, remarks);
}

std::vector<ArcItem> ComposePayloads(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                     LayerProvider& provider, ExpressionRemarks& remarks) {
  return ComposeArcs<Payload>(stack, site, path, layer::GetFieldNames().payload, provider, remarks);
}

std::vector<PathArcItem> ComposePaths(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                      Token field) {
  Editor<uint32_t, PathArcItem> editor;
  const Path anchor = path.GetPrimPath();
  for (auto layer_number = site.layers.rbegin(); layer_number != site.layers.rend(); ++layer_number) {
    const LayerStack::Entry& entry = stack.GetEntries()[*layer_number];
    auto* op = entry.layer->GetFieldAs<PathListOp>(path, field);
    if (!op) continue;
    editor.Apply(*op, [&](const Path& item) {
      const Path absolute = item.MakeAbsolute(anchor.StripAllVariantSelections());
      return editor.Intern(absolute.GetId(), {absolute, &entry});
    });
  }
  return editor.Finish();
}

std::vector<Token> ComposeVariantSetNames(const LayerStack& stack, const LayerStack::Site& site, Path path) {
  std::vector<std::string> names;
  for (auto layer_number = site.layers.rbegin(); layer_number != site.layers.rend(); ++layer_number) {
    const layer::Layer& layer = *stack.GetEntries()[*layer_number].layer;
    if (auto* op = layer.GetFieldAs<StringListOp>(path, layer::GetFieldNames().variantSetNames))
      op->ApplyTo(names);
  }
  std::vector<Token> tokens;
  tokens.reserve(names.size());
  for (const std::string& name : names) tokens.emplace_back(name);
  return tokens;
}

std::vector<Token> ComposeVariantNames(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                       Token variant_set) {
  std::vector<Token> names;
  const Path set_path = path.AppendVariantSelection(variant_set, Token());
  for (uint32_t layer_number : site.layers) {
    const layer::Layer& layer = *stack.GetEntries()[layer_number].layer;
    if (auto* children = layer.GetFieldAs<TokenVector>(set_path, layer::GetFieldNames().variantChildren)) {
      for (Token name : *children)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::vector<Path> FindSitesWith(const LayerStack& stack, uint32_t fields) {
  std::vector<Path> sites;
  tsl::robin_set<Path> known;
  for (const LayerStack::Entry& entry : stack.GetEntries()) {
    entry.layer->GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
      const bool is_site =
          spec.GetType() == layer::SpecType::kPrim || spec.GetType() == layer::SpecType::kVariant;
      if (is_site && (ReadSiteFields(spec) & fields) && known.insert(path).second) sites.push_back(path);
    });
  }
  return sites;
}

}  // namespace strata::compose
