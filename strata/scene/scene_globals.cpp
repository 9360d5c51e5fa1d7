#include "strata/scene/scene_globals.h"

#include "strata/scene/compare.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"
#include "strata/scene/schemas_scene.h"

namespace strata::scene {

namespace {

using Schema = SceneGlobalsSchema;

ContainerDataSourceHandle MakeData(const SceneGlobals& globals) {
  SchemaBuilder builder;
  bool is_any = false;
  const auto set = [&](auto member, const auto& value) {
    if (value) builder.SetValue(member, *value);
    is_any |= value.has_value();
  };
  set(Schema::kPrimaryCameraPrim, globals.primary_camera);
  set(Schema::kActiveRenderPassPrim, globals.active_render_pass);
  set(Schema::kActiveRenderSettingsPrim, globals.active_render_settings);
  set(Schema::kStartTimeCode, globals.start_time_code);
  set(Schema::kEndTimeCode, globals.end_time_code);
  set(Schema::kTimeCodesPerSecond, globals.time_codes_per_second);
  set(Schema::kCurrentFrame, globals.current_frame);
  set(Schema::kSceneStateId, globals.scene_state_id);
  if (!is_any) return nullptr;
  return RetainedContainerDataSource::New({{Schema::GetSchemaToken(), builder.Build()}});
}

}  // namespace

ScenePrim SceneGlobalsSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (data_ && prim && path.IsAbsoluteRoot())
    prim.data = OverlayContainerDataSource::New(data_, std::move(prim.data));
  return prim;
}

void SceneGlobalsSceneIndex::SetGlobals(SceneGlobals globals) {
  if (globals == globals_) return;
  const Path root = Path::AbsoluteRoot();
  const auto read = [&] {
    return OverlayContainerDataSource::New(Schema::GetFromParent(GetPrim(root).data).GetContainer(), nullptr);
  };
  const ContainerDataSourceHandle before = read();
  globals_ = std::move(globals);
  data_ = MakeData(globals_);
  const ContainerDataSourceHandle after = read();
  DataSourceLocatorSet different;
  for (const auto& container : {before, after})
    for (Token name : container ? container->GetNames() : std::vector<Token>())
      if (!DeepEquals(before ? before->Get(name) : nullptr, after ? after->Get(name) : nullptr))
        different.Insert(Schema::GetDefaultLocator().Append(name));
  if (different.IsEmpty()) return;
  // Who holds the containers holds those of before.
  different.Insert(Schema::GetDefaultLocator().Append(GetContainerSentinel()));
  different.Insert(DataSourceLocator(GetContainerSentinel()));
  ChangeSet changes;
  changes.dirtied.push_back({root, std::move(different)});
  Send(std::move(changes), Form::kNormal);
}

}  // namespace strata::scene
