#include "strata/stage/namespace_fixes.h"

#include <algorithm>
#include <optional>

#include "strata/layer/children.h"
#include "strata/layer/fields.h"
#include "strata/value/time_samples.h"

namespace strata::stage {

namespace {

using Step = NamespacePlan::Step;

class PathMap {
 public:
  explicit PathMap(const std::vector<PathMove>& moves) : moves_(moves) {}

  // Nothing for what is deleted.
  std::optional<Path> operator()(Path path) const {
    for (const PathMove& move : moves_) {
      if (!path.HasPrefix(move.from)) continue;
      if (move.to.IsEmpty()) return std::nullopt;
      return path.ReplacePrefix(move.from, move.to);
    }
    return path;
  }

 private:
  const std::vector<PathMove>& moves_;
};

// A list of targets that says nothing any more is no list. Those of arcs stay, as in OpenUSD.
template <class Op>
Value ToField(Op list) {
  return list.HasKeys() ? Value(std::move(list)) : Value();
}

template <class Arc>
Value MendInternalArcs(const ListOp<Arc>& list, const PathMap& map) {
  return Value(list.Map([&map](const Arc& arc) -> std::optional<Arc> {
    if (!arc.asset_path.empty() || arc.prim_path.IsEmpty()) return arc;
    const std::optional<Path> path = map(arc.prim_path);
    if (!path) return std::nullopt;
    Arc mended = arc;
    mended.prim_path = *path;
    return mended;
  }));
}

Value MendExpression(const PathExpression& expression, const PathMap& map) {
  return Value(expression.MapPaths([&map](Path path) { return map(path).value_or(Path()); }));
}

bool HoldsExpressions(const TimeSamples& samples) {
  for (size_t i = 0; i < samples.GetSize(); ++i)
    if (samples.GetValueType(i) == ValueType::kPathExpression) return true;
  return false;
}

// The value as it is to be; nothing when it holds no paths.
std::optional<Value> MendValue(const Value& value, Token field, const PathMap& map) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (const auto* paths = value.GetIf<PathListOp>()) {
    if (field == names.targetPaths || field == names.connectionPaths) return ToField(paths->Map(map));
    if (field == names.inheritPaths || field == names.specializes) return Value(paths->Map(map));
  } else if (const auto* references = value.GetIf<ReferenceListOp>()) {
    return MendInternalArcs(*references, map);
  } else if (const auto* payloads = value.GetIf<PayloadListOp>()) {
    return MendInternalArcs(*payloads, map);
  } else if (const auto* expression = value.GetIf<PathExpression>()) {
    return MendExpression(*expression, map);
  } else if (const auto* samples = value.GetIf<TimeSamples>(); samples && HoldsExpressions(*samples)) {
    TimeSamples mended;
    for (size_t i = 0; i < samples->GetSize(); ++i) {
      const Value sample = samples->GetValue(i);
      const auto* held = sample.GetIf<PathExpression>();
      mended.Set(samples->GetTime(i), held ? MendExpression(*held, map) : sample);
    }
    return Value(std::move(mended));
  }
  return std::nullopt;
}

void AddField(const layer::LayerPtr& layer, Path path, Token field, const Value& before, Value after,
              std::vector<Step>& steps) {
  if (before == after) return;
  Step& step = steps.emplace_back();
  step.kind = Step::Kind::kSetField;
  step.layer = layer;
  step.path = path;
  step.field = field;
  step.before = before;
  step.after = std::move(after);
}

void MendDefaultPrim(const layer::LayerPtr& layer, const PathMap& map, std::vector<Step>& steps) {
  const Path known = layer->GetDefaultPrimAsPath();
  if (known.IsEmpty()) return;
  const std::optional<Path> mended = map(known);
  if (mended == known) return;
  const Token field = layer::GetFieldNames().defaultPrim;
  // A root prim is named by its name alone, as it is written by hand.
  Value name;
  if (mended) name = Value(mended->IsRootPrim() ? mended->GetNameToken() : Token(mended->GetString()));
  AddField(layer, Path::AbsoluteRoot(), field, *layer->GetField(Path::AbsoluteRoot(), field), std::move(name),
           steps);
}

}  // namespace

Relocates MoveRelocates(const Relocates& relocates, const std::vector<PathMove>& moves) {
  Relocates moved;
  const PathMap map(moves);
  for (const auto& [source, target] : relocates) {
    const std::optional<Path> from = map(source.MakeAbsolute(Path::AbsoluteRoot()));
    if (!from) continue;
    Path to = target.IsEmpty() ? target : target.MakeAbsolute(Path::AbsoluteRoot());
    if (!to.IsEmpty()) to = map(to).value_or(Path());
    // What is back where it came from is relocated no more.
    if (*from != to) moved.emplace_back(*from, to);
  }
  return moved;
}

void MendPaths(const layer::LayerPtr& layer, const std::vector<PathMove>& moves, DefaultPrim default_prim,
               std::vector<Step>& steps) {
  const PathMap map(moves);
  if (default_prim == DefaultPrim::kMend) MendDefaultPrim(layer, map, steps);
  for (const Path path : layer::ListSpecTree(layer->GetContent(), Path::AbsoluteRoot())) {
    const layer::SpecStore::SpecView spec = layer->GetContent().Find(path);
    if (!spec) continue;
    for (const layer::SpecStore::Field& field : spec)
      if (std::optional<Value> mended = MendValue(field.value, field.name, map))
        AddField(layer, path, field.name, field.value, *std::move(mended), steps);
  }
}

namespace {

template <class Op>
void MendArcField(const layer::LayerPtr& layer, Path site, Token field, const PathMove& move,
                  const std::function<bool(const std::string&)>& leads_there, std::vector<Step>& steps) {
  const auto known = std::find_if(steps.begin(), steps.end(), [&](const Step& step) {
    return step.layer == layer && step.path == site && step.field == field;
  });
  const Value* value = known != steps.end() ? &known->after : layer->GetField(site, field);
  const Op* list = value ? value->GetIf<Op>() : nullptr;
  if (!list) return;
  using Item = typename Op::Item;
  Value mended = Value(list->Map([&](const Item& item) -> std::optional<Item> {
    if (item.asset_path.empty() || !item.prim_path.HasPrefix(move.from) || !leads_there(item.asset_path))
      return item;
    if (move.to.IsEmpty()) return std::nullopt;
    Item moved = item;
    moved.prim_path = item.prim_path.ReplacePrefix(move.from, move.to);
    return moved;
  }));
  if (known != steps.end())
    known->after = std::move(mended);
  else
    AddField(layer, site, field, *value, std::move(mended), steps);
}

}  // namespace

void MendArcs(const layer::LayerPtr& layer, Path site, const PathMove& move,
              const std::function<bool(const std::string&)>& leads_there, std::vector<Step>& steps) {
  const layer::FieldNames& names = layer::GetFieldNames();
  MendArcField<ReferenceListOp>(layer, site, names.references, move, leads_there, steps);
  MendArcField<PayloadListOp>(layer, site, names.payload, move, leads_there, steps);
}

}  // namespace strata::stage
