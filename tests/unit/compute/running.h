// Stages written as text, with computations, seen as scenes and by caches at once.
#pragma once

#include <algorithm>
#include <cmath>

#include "strata/bridge/bridge.h"
#include "strata/compute/compute.h"
#include "strata/domain/bounds.h"
#include "strata/domain/xformable.h"
#include "strata/math/transform.h"
#include "strata/scene/scene.h"
#include "strata/stage/editor.h"
#include "tests/unit/stage/scene.h"

namespace strata::compute {

inline stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

class Running {
 public:
  using Layers = std::initializer_list<std::pair<std::string, std::string>>;
  explicit Running(const std::string& text, std::shared_ptr<const Registry> registry)
      : Running({{"root.usda", text}}, std::move(registry)) {}
  Running(Layers layers, std::shared_ptr<const Registry> registry)
      : scene_(layers, WithSchemas()), system_(scene_.GetOwner(), registry), chain_([&] {
          bridge::ChainOptions options;
          options.stage.computations = registry;
          return bridge::MakeChain(options);
        }()) {
    chain_.stage->SetStage(scene_.GetOwner());
    chain_.GetFinal()->AddObserver(observer_);
  }
  ~Running() { chain_.GetFinal()->RemoveObserver(observer_); }

  stage::Stage& GetStage() { return *scene_; }
  const stage::StagePtr& GetOwner() { return scene_.GetOwner(); }
  System& GetSystem() { return system_; }
  bridge::Chain& GetChain() { return chain_; }
  stage::Prim At(const char* path) const { return scene_.At(path); }
  // Of both ways to ask, which must agree.
  Matrix4d World(const char* path, stage::Time time = stage::Time(0)) {
    if (!time.IsDefault()) chain_.stage->SetTime(time.GetValue());
    const Matrix4d of_scene = OfScene(path);
    const Matrix4d of_cache = domain::XformCache(time, &system_).GetLocalToWorldTransform(At(path));
    CHECK(of_scene == of_cache);
    return of_cache;
  }
  Matrix4d OfScene(const char* path) {
    return scene::GetValueAs<Matrix4d>(chain_.GetFinal()->GetPrim(Path(path)).data,
                                       scene::DataSourceLocator::Parse("xform/matrix"))
        .value_or(Matrix4d::Identity());
  }
  Range3d Bound(const char* path, stage::Time time = stage::Time(0)) {
    domain::BoundsOptions options;
    options.time = time;
    options.computed = &system_;
    return domain::BoundsCache(*scene_, options).ComputeWorldBound(At(path)).ComputeAlignedRange();
  }
  std::string TakeNotices() { return observer_.TakeSorted(); }
  // What is told of those prims alone.
  void PullAll() {
    for (Path path : scene::CollectPrimPaths(*chain_.GetFinal())) OfScene(path.GetString().c_str());
    observer_.Take();
  }
  stage::Editor Edit() { return stage::Editor(*scene_); }

 private:
  stage::Scene scene_;
  System system_;
  bridge::Chain chain_;
  scene::RecordingObserver observer_;
};

inline Computation MakeComputation(std::string_view name, std::vector<Token> schemas,
                                   std::vector<Input> inputs, Function function) {
  Computation made;
  made.output = made.name = Token(name);
  made.schemas = std::move(schemas);
  made.inputs = std::move(inputs);
  made.function = std::move(function);
  return made;
}

inline Vec3d Translation(const Matrix4d& m) {
  return {m[3][0], m[3][1], m[3][2]};
}
inline double Distance(const Vec3d& a, const Vec3d& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
inline double Difference(const Matrix4d& a, const Matrix4d& b) {
  double most = 0;
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j) most = std::max(most, std::abs(a[i][j] - b[i][j]));
  return most;
}

}  // namespace strata::compute
