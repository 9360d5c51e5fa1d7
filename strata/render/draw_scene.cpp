#include "strata/render/draw_scene.h"

#include <fmt/format.h>

#include <algorithm>

#include "strata/math/transform.h"
#include "strata/scene/names.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::render {

namespace {

const Token& GetSubsetType() {
  static const Token type("geomSubset");
  return type;
}

// Materials of faces that subsets below the prim bind otherwise.
std::map<uint32_t, Path> ReadFaceMaterials(const scene::SceneIndex& scene, Path path, Token purpose) {
  std::map<uint32_t, Path> materials;
  for (Path child : scene.GetChildPrimPaths(path)) {
    const scene::ScenePrim subset = scene.GetPrim(child);
    if (subset.type != GetSubsetType()) continue;
    const auto schema = scene::GeomSubsetSchema::GetFromParent(subset.data);
    if (schema.GetType() != Token("typeFaceSet")) continue;
    const Path material = ReadMaterialBinding(subset, purpose);
    if (material.IsEmpty()) continue;
    for (int32_t face : schema.GetIndices().value_or(Array<int32_t>()))
      if (face >= 0) materials.emplace(static_cast<uint32_t>(face), material);
  }
  return materials;
}

SourceLocation At(Path path) {
  SourceLocation where;
  where.path = path.GetString();
  return where;
}

void Report(Path path, const GeometryRemarks& found, Diagnostics& remarks) {
  std::string what;
  const auto add = [&](std::string part) { what += (what.empty() ? "" : "; ") + std::move(part); };
  if (found.bad_faces)
    add(fmt::format("{} faces or curves have too few points, or points that are not there", found.bad_faces));
  if (found.bad_points) add(fmt::format("{} use points that are no numbers", found.bad_points));
  for (Token name : found.bad_primvars)
    add(fmt::format("the primvar \"{}\" has not as many values as it needs", name.GetText()));
  if (found.too_large) add("it has more than two thousand million elements");
  remarks.Add(Diagnostic(kGeometryBad,
                         fmt::format("Parts of <{}> are not drawn: {}.", path.GetString(), what), At(path),
                         "Mend the prim; `strata check` says more."));
}

bool SetsGeometry(const scene::DataSourceLocatorSet& locators) {
  static const scene::DataSourceLocatorSet places{
      scene::DataSourceLocator(Token("xform")), scene::DataSourceLocator(Token("visibility")),
      scene::DataSourceLocator(Token("purpose")), scene::DataSourceLocator(Token("extent"))};
  for (const scene::DataSourceLocator& locator : locators)
    if (!places.Contains(locator)) return true;
  return false;
}

}  // namespace

// What was read of one prim, before it is kept.
struct DrawScene::Read {
  Path path;
  Stale stale = Stale::kAll;
  bool is_there = false;
  std::optional<Drawable> drawable;
  std::optional<Surface> surface;
  std::optional<Instancer> instancer;
  std::optional<CameraView> camera;
  std::optional<PlacedLight> light;
  GeometryRemarks remarks;
  size_t bad_instances = 0;
};

DrawScene::DrawScene(scene::SceneIndexPtr scene, DrawOptions options)
    : scene_(std::move(scene)), options_(std::move(options)) {
  scene::VisitPrims(*scene_, Path::AbsoluteRoot(), [&](Path path) { Mark(path, Stale::kAll); });
  scene_->AddObserver(*this);
}

DrawScene::~DrawScene() {
  scene_->RemoveObserver(*this);
}

void DrawScene::Mark(Path path, Stale stale) {
  Stale& now = stale_.try_emplace(path, stale).first->second;
  now = std::max(now, stale);
}

void DrawScene::Remove(Path root) {
  const auto erase = [&](auto& table) {
    for (auto at = table.lower_bound(root); at != table.end() && at->first.HasPrefix(root);)
      at = table.erase(at);
  };
  erase(drawables_);
  erase(surfaces_);
  erase(instancers_);
  erase(cameras_);
  erase(lights_);
  erase(stale_);
}

void DrawScene::ApplyChanges(const scene::SceneIndex& sender, const scene::ChangeSet& changes) {
  for (Path path : changes.removed) Remove(path);
  for (const scene::RenamedPrim& renamed : changes.renamed) {
    Remove(renamed.old_path);
    scene::VisitPrims(sender, renamed.new_path, [&](Path path) { Mark(path, Stale::kAll); });
  }
  // What a subset says is said of faces of the prim above.
  const auto mark = [&](Path path, Stale stale) {
    Mark(path, stale);
    if (const Path above = path.GetParent(); drawables_.contains(above)) Mark(above, Stale::kAll);
  };
  for (const scene::AddedPrim& added : changes.added) mark(added.path, Stale::kAll);
  for (const scene::DirtiedPrim& dirtied : changes.dirtied) {
    if (SetsGeometry(dirtied.locators))
      mark(dirtied.path, Stale::kAll);
    else
      Mark(dirtied.path, Stale::kPlace);
  }
}

DrawScene::Read DrawScene::ReadPrim(Path path, Stale stale) const {
  static const Token kMaterial("material"), kInstancer("instancer"), kCamera("camera");
  Read read;
  read.path = path;
  read.stale = stale;
  const scene::ScenePrim prim = scene_->GetPrim(path);
  read.is_there = bool(prim);
  const auto is_visible = [&] {
    return scene::VisibilitySchema::GetFromParent(prim.data).GetVisibility().value_or(true);
  };
  if (IsDrawnType(prim.type)) {
    Drawable& drawable = read.drawable.emplace();
    drawable.path = path;
    drawable.transform =
        scene::XformSchema::GetFromParent(prim.data).GetMatrix().value_or(Matrix4d::Identity());
    const Token purpose =
        scene::PurposeSchema::GetFromParent(prim.data).GetPurpose().value_or(options_.purposes.front());
    drawable.is_drawn = is_visible() && std::find(options_.purposes.begin(), options_.purposes.end(),
                                                  purpose) != options_.purposes.end();
    drawable.by = ReadInstancedBy(prim);
    if (stale == Stale::kAll) {
      drawable.material = ReadMaterialBinding(prim, options_.material_purpose);
      drawable.face_materials = ReadFaceMaterials(*scene_, path, options_.material_purpose);
      drawable.geometry = ReadGeometry(prim, read.remarks);
    }
  } else if (prim.type == kMaterial) {
    read.surface = ReadSurface(prim, path.GetName(), options_.render_contexts);
  } else if (prim.type == kInstancer) {
    read.instancer = ReadInstancer(prim, read.bad_instances);
  } else if (prim.type == kCamera) {
    read.camera = ReadCamera(prim);
  } else if (IsLightType(prim.type) && is_visible()) {
    if (std::optional<Light> light = ReadLight(path, prim))
      read.light = PlacedLight{std::move(*light), ReadInstancedBy(prim)};
  }
  return read;
}

void DrawScene::Keep(Read read, Diagnostics& remarks) {
  const auto keep = [&](auto& table, auto& value) {
    if (value)
      table.insert_or_assign(read.path, std::move(*value));
    else
      table.erase(read.path);
  };
  if (read.drawable && read.stale == Stale::kPlace) {
    const auto known = drawables_.find(read.path);
    if (known != drawables_.end()) {
      read.drawable->material = known->second.material;
      read.drawable->face_materials = known->second.face_materials;
      read.drawable->geometry = known->second.geometry;
    }
  } else if (read.drawable) {
    ++geometry_read_count_;
  }
  if (!read.remarks.IsEmpty()) Report(read.path, read.remarks, remarks);
  if (read.bad_instances)
    remarks.Add(Diagnostic(kInstancesBad,
                           fmt::format("{} instances of <{}> are not drawn: nothing says where they are.",
                                       read.bad_instances, read.path.GetString()),
                           At(read.path), "Give positions for every instance."));
  keep(drawables_, read.drawable);
  keep(surfaces_, read.surface);
  keep(instancers_, read.instancer);
  keep(cameras_, read.camera);
  keep(lights_, read.light);
}

void DrawScene::Update(Diagnostics& remarks) {
  const std::vector<std::pair<Path, Stale>> stale(stale_.begin(), stale_.end());
  stale_.clear();
  // So many at a time that what was read does not wait in memory twice.
  constexpr size_t kBatch = 4096;
  for (size_t first = 0; first < stale.size(); first += kBatch) {
    const size_t count = std::min(kBatch, stale.size() - first);
    std::vector<Read> reads(count);
    const auto read = [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i)
        reads[i] = ReadPrim(stale[first + i].first, stale[first + i].second);
    };
    if (options_.executor)
      options_.executor->ParallelFor(count, 16, read);
    else
      read(0, count);
    for (Read& each : reads) Keep(std::move(each), remarks);
  }
}

void DrawScene::ReportTooManyPlaces(Diagnostics& remarks) const {
  remarks.Add(Diagnostic(kInstancesBad,
                         fmt::format("There are more than {} places of shapes; what is beyond is not drawn.",
                                     options_.max_placements),
                         {}, "Draw a part of the scene, with --scope."));
}

std::vector<Light> DrawScene::PlaceLights() const {
  InstancePlaces places(instancers_, options_.max_placements);
  std::vector<Light> all;
  for (const auto& [path, placed] : lights_)
    for (const Matrix4d& place : places.Find(placed.by)) {
      Light light = placed.light;
      light.transform = light.transform * place;
      all.push_back(std::move(light));
    }
  return all;
}

DrawScene::Box DrawScene::ComputeBox() const {
  std::map<const Geometry*, std::pair<Vec3d, Vec3d>> own;
  Box box;
  Diagnostics ignored;
  VisitPlacements(ignored, [&](const Drawable& drawable, const Matrix4d& transform) {
    const Geometry& geometry = *drawable.geometry;
    const auto [at, is_new] = own.try_emplace(&geometry, Box().min, Box().max);
    if (is_new) {
      const auto take = [&](uint32_t point, double radius) {
        for (size_t k = 0; k < 3; ++k) {
          at->second.first[k] = std::min(at->second.first[k], geometry.points[point][k] - radius);
          at->second.second[k] = std::max(at->second.second[k], geometry.points[point][k] + radius);
        }
      };
      for (const Triangle& triangle : geometry.triangles)
        for (uint32_t point : triangle.points) take(point, 0);
      for (uint32_t point : geometry.segments)
        for (uint32_t end : {point, point + 1}) take(end, geometry.radii[end]);
      for (uint32_t point : geometry.balls) take(point, geometry.radii[point]);
    }
    const auto& [low, high] = at->second;
    for (int corner = 0; corner < 8; ++corner) {
      const Vec3d point = TransformPoint(
          {corner & 1 ? high[0] : low[0], corner & 2 ? high[1] : low[1], corner & 4 ? high[2] : low[2]},
          transform);
      for (size_t k = 0; k < 3; ++k) {
        box.min[k] = std::min(box.min[k], point[k]);
        box.max[k] = std::max(box.max[k], point[k]);
      }
    }
  });
  return box;
}

}  // namespace strata::render
