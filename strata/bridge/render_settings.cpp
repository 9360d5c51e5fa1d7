#include "strata/bridge/render_settings.h"

#include <algorithm>

#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::GetValueAs;
using scene::RetainedContainerDataSource;
using Users = RenderSettingsSceneIndex::Users;
using Entries = std::vector<RetainedContainerDataSource::Entry>;

// The size of a film and the shape of a pixel that fit a picture together.
struct Conformed {
  Vec2f aperture;
  float pixel_aspect;
};

Conformed Conform(Vec2f aperture, Vec2i resolution, float pixel_aspect, std::string_view policy) {
  if (aperture[0] <= 0 || aperture[1] <= 0 || resolution[0] <= 0 || resolution[1] <= 0 || pixel_aspect <= 0)
    return {aperture, pixel_aspect};
  const float size = static_cast<float>(resolution[0]) / static_cast<float>(resolution[1]);
  const float picture = size * pixel_aspect, film = aperture[0] / aperture[1];
  if (policy == "adjustPixelAspectRatio") return {aperture, film / size};
  const bool is_wider = picture > film;
  const bool adjusts_width = policy == "adjustApertureWidth" || (policy == "expandAperture" && is_wider) ||
                             (policy == "cropAperture" && !is_wider);
  if (adjusts_width)
    aperture[0] = aperture[1] * picture;
  else
    aperture[1] = aperture[0] / picture;
  return {aperture, pixel_aspect};
}

// What settings show as it was authored.
const std::vector<Token>& GetSettingNames() {
  const RenderNames& names = GetRenderNames();
  static const std::vector<Token> shown = {
      names.namespacedSettings,  names.camera,
      names.includedPurposes,    names.materialBindingPurposes,
      names.renderingColorSpace, names.disableMotionBlur,
      names.disableDepthOfField,
  };
  return shown;
}

// What settings come to, with the prims that they name; reads these when it is asked.
class Settings final : public ContainerDataSource {
 public:
  using Active = RenderSettingsSceneIndex::Active;
  Settings(ContainerDataSourceHandle authored, std::shared_ptr<Users> users, Path path, Active active)
      : authored_(std::move(authored)), users_(std::move(users)), path_(path), active_(active) {}

  std::vector<Token> GetNames() const override {
    const RenderNames& names = GetRenderNames();
    std::vector<Token> all = {names.renderProducts};
    if (active_ == Active::kShown) all.push_back(names.active);
    for (Token name : GetSettingNames())
      if (authored_->Get(name)) all.push_back(name);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    if (name == GetRenderNames().renderProducts) return MakeProducts();
    if (name == GetRenderNames().active) return active_ == Active::kShown ? MakeActive() : nullptr;
    const bool is_shown = std::ranges::find(GetSettingNames(), name) != GetSettingNames().end();
    return is_shown ? authored_->Get(name) : nullptr;
  }

 private:
  ContainerDataSourceHandle Read(const scene::SceneIndex& input, Path path, Token name) const {
    users_->Note(path, path_);
    return ContainerDataSource::Cast(input.GetDataSource(path, DataSourceLocator(name)));
  }

  DataSourceHandle MakeActive() const {
    const auto input = users_->input.lock();
    if (!input) return nullptr;
    const auto globals = Read(*input, Path::AbsoluteRoot(), GetRenderNames().sceneGlobals);
    return scene::RetainBool(GetValueAs<Path>(globals, GetRenderNames().activeRenderSettingsPrim) == path_);
  }

  DataSourceHandle MakeProducts() const {
    const RenderNames& names = GetRenderNames();
    std::vector<DataSourceHandle> products;
    const auto input = users_->input.lock();
    const auto paths = GetValueAs<PathVector>(authored_->Get(names.products));
    for (Path path : input&& paths ? *paths : PathVector())
      if (const auto product = Read(*input, path, names.stage_product))
        products.push_back(MakeProduct(*input, path, product));
    return scene::RetainedVectorDataSource::New(std::move(products));
  }

  ContainerDataSourceHandle MakeProduct(const scene::SceneIndex& input, Path path,
                                        const ContainerDataSourceHandle& own) const {
    const RenderNames& names = GetRenderNames();
    const auto find = [&](Token name) {
      DataSourceHandle found = own->Get(name);
      return found ? found : authored_->Get(name);
    };
    Entries entries = {{names.path, scene::Retain(path)},
                       {names.type, own->Get(names.productType)},
                       {names.name, own->Get(names.productName)},
                       {names.namespacedSettings, own->Get(names.namespacedSettings)},
                       {names.renderVars, MakeVars(input, own)}};
    for (Token name : names.of_products) entries.emplace_back(name, find(name));
    if (DataSourceHandle camera = find(names.camera)) {
      AddAperture(input, *GetValueAs<Path>(camera), find, entries);
      entries.emplace_back(names.cameraPrim, std::move(camera));
    }
    if (!own->Get(names.productType)) entries.emplace_back(names.type, scene::Retain(Token("raster")));
    if (!own->Get(names.productName)) entries.emplace_back(names.name, scene::Retain(Token()));
    return RetainedContainerDataSource::New(std::move(entries));
  }

  template <class Find>
  void AddAperture(const scene::SceneIndex& input, Path camera, const Find& find, Entries& entries) const {
    const RenderNames& names = GetRenderNames();
    const auto film = Read(input, camera, names.camera);
    const auto width = GetValueAs<float>(film, names.horizontalAperture),
               height = GetValueAs<float>(film, names.verticalAperture);
    const auto resolution = GetValueAs<Vec2i>(find(names.resolution));
    if (!width || !height || !resolution) return;
    const Conformed conformed = Conform(
        {*width, *height}, *resolution, GetValueAs<float>(find(names.pixelAspectRatio)).value_or(1.0f),
        GetValueAs<Token>(find(names.aspectRatioConformPolicy)).value_or(Token()).GetText());
    entries.emplace_back(names.apertureSize, scene::Retain(conformed.aperture));
    entries.emplace_back(names.pixelAspectRatio, scene::Retain(conformed.pixel_aspect));
  }

  DataSourceHandle MakeVars(const scene::SceneIndex& input, const ContainerDataSourceHandle& product) const {
    const RenderNames& names = GetRenderNames();
    std::vector<DataSourceHandle> vars;
    const auto paths = GetValueAs<PathVector>(product->Get(names.orderedVars));
    for (Path path : paths ? *paths : PathVector())
      if (auto var = Read(input, path, names.stage_var))
        vars.push_back(scene::OverlayContainerDataSource::New(
            RetainedContainerDataSource::New({{names.path, scene::Retain(path)}}), std::move(var)));
    return scene::RetainedVectorDataSource::New(std::move(vars));
  }

  ContainerDataSourceHandle authored_;
  std::shared_ptr<Users> users_;
  Path path_;
  Active active_;
};

}  // namespace

const RenderNames& GetRenderNames() {
  static const RenderNames names;
  return names;
}

scene::ScenePrim RenderSettingsSceneIndex::GetPrim(Path path) const {
  const RenderNames& names = GetRenderNames();
  scene::ScenePrim prim = GetInput().GetPrim(path);
  if (prim.type != names.renderSettings || !prim.data) return prim;
  if (auto authored = ContainerDataSource::Cast(prim.data->Get(names.stage_settings)))
    prim.data = scene::OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{names.renderSettings,
              scene::Make<const Settings>(std::move(authored), users_, path, active_)}}),
        prim.data);
  return prim;
}

void RenderSettingsSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  const RenderNames& names = GetRenderNames();
  const auto is_concerned = [&](const scene::DirtiedPrim& dirtied) {
    return dirtied.locators.Intersects(names.stage_settings);
  };
  if (users_->settings.empty() && std::ranges::none_of(changes.dirtied, is_concerned))
    return Forward(changes);
  scene::ChangeSet out = changes;
  for (scene::DirtiedPrim& dirtied : out.dirtied) {
    if (!dirtied.locators.Intersects(names.stage_settings)) continue;
    for (const DataSourceLocator& locator : dirtied.locators.Intersection(names.stage_settings)) {
      // The products show what the settings say for them, too.
      const Token name = locator.GetElementCount() > 1 ? locator.GetElement(1) : Token();
      const auto is_shown = std::ranges::find(GetSettingNames(), name) != GetSettingNames().end();
      if (is_shown)
        dirtied.locators.Insert(locator.ReplacePrefix(names.stage_settings, names.renderSettings));
      if (name == names.products || name == names.camera ||
          std::ranges::find(names.of_products, name) != names.of_products.end())
        dirtied.locators.Insert(DataSourceLocator{names.renderSettings, names.renderProducts});
      if (locator.GetElementCount() == 1) dirtied.locators.Insert(names.renderSettings);
    }
  }
  if (users_->settings.empty()) return Send(std::move(out), Form::kNormal);
  const auto tell = [&](Path read) {
    if (const auto found = users_->settings.find(read); found != users_->settings.end())
      for (Path settings : found->second)
        out.dirtied.push_back(
            {settings, DataSourceLocator{names.renderSettings,
                                         read.IsAbsoluteRoot() ? names.active : names.renderProducts}});
  };
  for (const scene::DirtiedPrim& dirtied : changes.dirtied) {
    const bool is_root = dirtied.path.IsAbsoluteRoot();
    bool matters = is_root && dirtied.locators.Intersects(
                                  DataSourceLocator{names.sceneGlobals, names.activeRenderSettingsPrim});
    for (Token name : {names.stage_product, names.stage_var, names.camera})
      matters |= !is_root && dirtied.locators.Intersects(name);
    if (matters) tell(dirtied.path);
  }
  for (const scene::AddedPrim& added : changes.added) tell(added.path);
  if (!changes.removed.empty()) {
    const scene::PathPrefixes gone(changes.removed);
    std::vector<Path> read;
    for (const auto& [path, settings] : users_->settings)
      if (gone.Cover(path)) read.push_back(path);
    for (Path path : read) tell(path);
  }
  // Settings that were read and are gone hear of nothing.
  std::erase_if(out.dirtied,
                [&](const scene::DirtiedPrim& dirtied) { return !GetInput().GetPrim(dirtied.path); });
  Send(std::move(out));
}

}  // namespace strata::bridge
