// Workloads that edit an open city.
#include <algorithm>
#include <utility>

#include "strata/layer/fields.h"
#include "tests/bench/bench.h"

namespace strata::bench {
namespace {

// A stage that is told of every edit of its layers.
struct EditedStage {
  stage::StagePtr stage;
  compose::CacheEdits edits;

  void Listen() {
    for (const LayerPtr& layer : stage->GetUsedLayers())
      layer->AddChangeListener([this, layer](const auto&, const layer::ChangeList& changes) {
        edits.layers.push_back({layer, changes});
      });
  }
  void Recompose() { stage->Recompose(std::exchange(edits, {})); }
  // /City/<group>/<placement>
  std::vector<stage::Prim> GetPlacements() const {
    std::vector<stage::Prim> prims;
    for (const stage::Prim& group : stage->GetPrimAtPath(Path("/City")).GetChildren())
      for (const stage::Prim& placement : group.GetChildren()) prims.push_back(placement);
    return prims;
  }
};

// `prepare` gets the open stage ready and returns the edit; `bench.repeats` is how often it edits.
Workload EditCity(std::function<std::function<Check()>(Bench&, std::shared_ptr<EditedStage>)> prepare) {
  return [prepare](Bench& bench) -> std::function<Check()> {
    bench.engine = MakeEngine(bench);
    auto edited = std::make_shared<EditedStage>();
    stage::OpenOptions options;
    options.follow = stage::OpenOptions::Follow::kNothing;  // it is told
    edited->stage = OpenStageAt(bench, FindScene(bench, "city/city.usda"), options);
    if (!edited->stage) return []() -> Check { return nullptr; };
    edited->Listen();
    return prepare(bench, edited);
  };
}

std::function<Check()> EditVariant(Bench& bench, std::shared_ptr<EditedStage> edited) {
  std::vector<Path> paths;
  const auto placements = edited->GetPlacements();
  for (size_t i = 5; i < placements.size() && paths.size() < 20; i += 50)
    paths.push_back(placements[i].GetPath());
  bench.repeats = paths.size();
  return [edited, paths]() -> Check {
    const LayerPtr& root = edited->stage->GetRootLayer();
    for (Path path : paths) {
      if (!root->HasSpec(path) && !root->CreatePrimSpec(path, Specifier::kOver)) return nullptr;
      const Token field = layer::GetFieldNames().variantSelection;
      auto* known = root->GetFieldAs<VariantSelectionMap>(path, field);
      VariantSelectionMap selections = known ? *known : VariantSelectionMap();
      selections["lod"] = "proxy";
      if (!root->SetField(path, field, Value(selections))) return nullptr;
      edited->Recompose();
    }
    return [edited, paths] {
      size_t gone = 0;
      for (Path path : paths) {
        const Path module = path.AppendChild(Token("Geom")).AppendChild(Token("Module_3"));
        const stage::Prim prim = edited->stage->GetPrimAtPath(module);
        gone += !prim || !prim.IsActive() ? 1 : 0;
      }
      return std::to_string(gone);
    };
  };
}

std::vector<Path> FindTranslates(const EditedStage& edited) {
  std::vector<Path> paths;
  for (const stage::Prim& placement : edited.GetPlacements()) {
    if (paths.size() == 1000) break;
    paths.push_back(placement.GetPath()
                        .AppendChild(Token("Geom"))
                        .AppendChild(Token("Module_0"))
                        .AppendProperty(Token("xformOp:translate")));
  }
  return paths;
}

bool SetValues(EditedStage& edited, const std::vector<Path>& paths, Vec3d value) {
  const LayerPtr& root = edited.stage->GetRootLayer();
  for (Path path : paths) {
    if (!root->HasSpec(path)) {
      const Token type = edited.stage->GetAttributeAtPath(path).GetTypeName();
      if (!root->CreateAttributeSpec(path, type)) return false;
    }
    if (!root->SetField(path, layer::GetFieldNames().default_, Value(value))) return false;
    edited.Recompose();
  }
  return true;
}

std::function<Check()> EditOverride(Bench& bench, std::shared_ptr<EditedStage> edited) {
  const std::vector<Path> paths = FindTranslates(*edited);
  bench.repeats = paths.size();
  return [edited, paths]() -> Check {
    if (!SetValues(*edited, paths, {1, 2, 3})) return nullptr;
    return [count = paths.size()] { return std::to_string(count); };
  };
}

std::function<Check()> EditValue(Bench& bench, std::shared_ptr<EditedStage> edited) {
  const std::vector<Path> paths = FindTranslates(*edited);
  bench.repeats = paths.size();
  if (!SetValues(*edited, paths, {1, 2, 3})) return []() -> Check { return nullptr; };
  return [edited, paths]() -> Check {
    if (!SetValues(*edited, paths, {4, 5, 6})) return nullptr;
    return [count = paths.size()] { return std::to_string(count); };
  };
}

std::function<Check()> EditAsset(Bench& bench, std::shared_ptr<EditedStage> edited) {
  LayerPtr layer;
  for (const LayerPtr& used : edited->stage->GetUsedLayers())
    if (used->GetResolvedPath() == FindScene(bench, "city/modules/module_3.usda")) layer = used;
  return [edited, layer]() -> Check {
    if (!layer || !layer->CreatePrimSpec(Path("/Module/Added"), Specifier::kDef)) return nullptr;
    edited->Recompose();
    return [edited] {
      size_t count = 0;
      for (const stage::Prim& placement : edited->GetPlacements())
        for (int k = 0; k < 5; ++k)
          count += edited->stage->GetPrimAtPath(
                       Path(placement.GetPath().GetString() + "/Geom/Module_" + std::to_string(k) + "/Added"))
                       ? 1
                       : 0;
      return std::to_string(count);
    };
  };
}

std::function<Check()> AddSublayer(Bench&, std::shared_ptr<EditedStage> edited) {
  return [edited]() -> Check {
    const LayerPtr& root = edited->stage->GetRootLayer();
    const Token field = layer::GetFieldNames().subLayers;
    StringVector layers;
    if (auto* known = root->GetFieldAs<StringVector>(Path::AbsoluteRoot(), field)) layers = *known;
    layers.insert(layers.begin(), "./late_edit.usda");
    if (!root->SetField(Path::AbsoluteRoot(), field, Value(layers))) return nullptr;
    edited->Recompose();
    return [edited] {
      double sum = 0;
      for (const stage::Prim& placement : edited->GetPlacements()) {
        const auto late =
            edited->stage->GetAttributeAtPath(placement.GetPath().AppendProperty(Token("late")));
        const Value value = late ? late.Get() : Value();
        if (auto* number = value.GetIf<double>())
          sum += *number;
        else if (auto* single = value.GetIf<float>())
          sum += *single;
        else
          sum += value.GetOr(int32_t{0});
      }
      return std::to_string(sum);
    };
  };
}

std::function<Check()> MuteLayer(Bench& bench, std::shared_ptr<EditedStage> edited) {
  return [edited, path = FindScene(bench, "city/dressing.usda")]() -> Check {
    edited->edits.mute.push_back(path);
    edited->Recompose();
    return [edited] {
      size_t red = 0;
      for (const stage::Prim& placement : edited->GetPlacements())
        red += placement.GetVariantSelection(Token("color")) == Token("red") ? 1 : 0;
      return std::to_string(red);
    };
  };
}

// The first thousand prims whose payloads could be loaded, in path order.
std::vector<Path> FindLoadable(const stage::Stage& stage) {
  std::vector<Path> paths;
  for (const stage::Prim& prim : stage.TraverseAll())
    if (prim.HasPayload()) paths.push_back(prim.GetPath());
  std::sort(paths.begin(), paths.end());
  if (paths.size() > 1000) paths.resize(1000);
  return paths;
}

enum class Payloads : uint8_t { kLoad, kUnload };

Workload LoadCity(Payloads how) {
  return [how](Bench& bench) -> std::function<Check()> {
    bench.engine = MakeEngine(bench);
    stage::OpenOptions options;
    if (how == Payloads::kLoad) options.load = stage::LoadPolicy::kLoadNone;
    const stage::StagePtr stage = OpenStageAt(bench, FindScene(bench, "city/city.usda"), options);
    if (!stage) return []() -> Check { return nullptr; };
    return [stage, how, paths = FindLoadable(*stage)]() -> Check {
      if (how == Payloads::kLoad)
        stage->LoadAndUnload(paths, {});
      else
        stage->LoadAndUnload({}, paths);
      return [stage] { return DescribeStage(*stage); };
    };
  };
}

}  // namespace

void AddEditWorkloads(Workloads& workloads) {
  workloads.insert({
      {"city_edit_variant", EditCity(EditVariant)},
      {"city_edit_override", EditCity(EditOverride)},
      {"city_edit_value", EditCity(EditValue)},
      {"city_edit_asset", EditCity(EditAsset)},
      {"city_add_sublayer", EditCity(AddSublayer)},
      {"city_mute_layer", EditCity(MuteLayer)},
      {"city_load_1000", LoadCity(Payloads::kLoad)},
      {"city_unload_1000", LoadCity(Payloads::kUnload)},
  });
}

}  // namespace strata::bench
