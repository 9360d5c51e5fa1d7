#include "strata/scene/light_linking.h"

#include <algorithm>
#include <set>

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/prim_types.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

struct LinkNames {
  Token light{"light"}, lightLink{"lightLink"}, shadowLink{"shadowLink"}, filterLink{"filterLink"},
      categories{"categories"}, instanceCategories{"instanceCategories"},
      categoriesValues{"categoriesValues"}, collections{"collections"},
      membershipExpression{"membershipExpression"};
};
const LinkNames& GetLinkNames() {
  static const LinkNames names;
  return names;
}

// Paths at which one prim in nested instances may be looked at; beyond them it has no categories of its own.
constexpr size_t kMaxPlaces = 10000;

const std::vector<Token>& GetLinkCollections() {
  static const std::vector<Token> collections = {GetLinkNames().lightLink, GetLinkNames().shadowLink,
                                                 GetLinkNames().filterLink};
  return collections;
}

bool HoldsEverything(const PathExpression& expression) {
  const std::string text = expression.GetText();
  return text == "//" || text == "~//*.*";
}

// A collection of a light that leaves something out.
struct Link {
  Token category;
  PathExpression members;
  bool Holds(Path path) const { return members.Matches(path) == PathExpression::Match::kYes; }
};
// By the light, then by the collection's name.
using Links = std::map<std::pair<Path, Token>, Link>;

ContainerDataSourceHandle MakeCategories(const std::set<Token, TokenTextLess>& categories) {
  static const DataSourceHandle yes = Retain(true);
  std::vector<RetainedContainerDataSource::Entry> entries;
  for (Token category : categories) entries.emplace_back(category, yes);
  return RetainedContainerDataSource::New(std::move(entries));
}

}  // namespace

// Knows the links of the scene, and which paths are in them.
class LightLinkingSceneIndex::Linker {
 public:
  explicit Linker(const SceneIndexPtr& input) : input_(input) {}

  // From the first question on.
  bool IsAsked() const { return is_asked_; }

  const Links& GetLinks() {
    const std::lock_guard lock(mutex_);
    if (!is_asked_.load()) {
      if (const auto input = input_.lock())
        VisitPrims(*input, Path::AbsoluteRoot(), [&](Path path) { Look(*input, path, links_); });
      is_asked_ = true;
    }
    return links_;
  }

  // The prim's links in place of those it had; nobody reads meanwhile.
  void Refresh(Path light) {
    const auto input = input_.lock();
    for (Token name : GetLinkCollections()) links_.erase({light, name});
    if (input) Look(*input, light, links_);
  }
  void Remove(const PathPrefixes& gone) {
    std::erase_if(links_, [&](const auto& link) { return gone.Cover(link.first.first); });
  }
  Links CopyLinks() const { return links_; }

  ContainerDataSourceHandle FindCategories(Path prim) {
    std::set<Token, TokenTextLess> categories;
    const Links& links = GetLinks();
    if (links.empty()) return nullptr;
    const std::vector<Path> places = FindPlaces(prim);
    for (const auto& [place, link] : links) {
      const auto holds = [&link](Path path) { return link.Holds(path); };
      if (!places.empty() && std::ranges::all_of(places, holds)) categories.insert(link.category);
    }
    return MakeCategories(categories);
  }

  // Of each instance; null where the instances of an instancer have no paths.
  ContainerDataSourceHandle FindInstanceCategories(Path instancer) {
    const LinkNames& names = GetLinkNames();
    const auto input = input_.lock();
    if (!input || GetLinks().empty()) return nullptr;
    const auto locations = GetLocations(*input, instancer);
    if (!locations) return nullptr;
    std::vector<DataSourceHandle> values;
    for (Path location : *locations) values.push_back(FindCategories(location));
    return RetainedContainerDataSource::New(
        {{names.categoriesValues, RetainedVectorDataSource::New(std::move(values))}});
  }

  // The name of a light's category, empty where it shines on everything.
  Token FindCategory(Path light, Token collection) {
    const Links& links = GetLinks();
    const auto found = links.find({light, collection});
    return found == links.end() ? Token() : found->second.category;
  }

  // The paths on the stage at which a prim of the scene is to be seen.
  std::vector<Path> FindPlaces(Path prim) const {
    std::vector<Path> places, waiting = {prim};
    const auto input = input_.lock();
    while (input && !waiting.empty()) {
      const Path path = waiting.back();
      waiting.pop_back();
      const std::optional<Around> around = FindAround(*input, path);
      const auto locations = around ? GetLocations(*input, around->instancer) : std::nullopt;
      if (!around) {
        places.push_back(path);
      } else if (!locations) {
        places.push_back(around->origin);
      } else {
        for (Path location : *locations) waiting.push_back(path.ReplacePrefix(around->root, location));
      }
      if (places.size() + waiting.size() > kMaxPlaces) return {};
    }
    return places;
  }

 private:
  // What a prim in a copy of a prototype is in.
  struct Around {
    Path instancer, root;
    Path origin;  // without the copy
  };

  static std::optional<PathVector> GetLocations(const SceneIndex& input, Path instancer) {
    const Names& names = scene::GetNames();
    return GetValueAs<PathVector>(
        input.GetDataSource(instancer, {names.instancerTopology, names.instanceLocations}));
  }

  static std::optional<Around> FindAround(const SceneIndex& input, Path path) {
    const Names& names = scene::GetNames();
    // Instances in copies say what they are, and not what is around them: the prims above do.
    for (Path up = path; !up.IsEmpty(); up = up.GetParent()) {
      const auto instanced_by =
          ContainerDataSource::Cast(input.GetDataSource(up, DataSourceLocator(names.instancedBy)));
      if (!instanced_by) continue;
      const auto instancers = GetValueAs<PathVector>(instanced_by, names.paths);
      const auto roots = GetValueAs<PathVector>(instanced_by, names.prototypeRoots);
      if (!instancers || !roots || instancers->empty() || roots->empty()) continue;
      return Around{instancers->front(), roots->front(),
                    path.ReplacePrefix(roots->front(), roots->front().GetParent())};
    }
    return std::nullopt;
  }

  static void Look(const SceneIndex& input, Path path, Links& links) {
    const LinkNames& names = GetLinkNames();
    const ScenePrim prim = input.GetPrim(path);
    if (!prim.data) return;
    const bool is_filter = prim.type.GetText() == "lightFilter";
    if (!is_filter && !prim.data->Get(names.light)) return;
    for (Token name : GetLinkCollections()) {
      auto members = GetValueAs<PathExpression>(
          prim.data, DataSourceLocator{names.collections, name, names.membershipExpression});
      if (!members || HoldsEverything(*members)) continue;
      const Token category(path.AppendProperty(Token("collection:" + name.GetString())).GetString());
      links[{path, name}] = {category, *std::move(members)};
    }
  }

  std::weak_ptr<const SceneIndex> input_;  // data sources do not keep indices alive
  std::mutex mutex_;
  std::atomic<bool> is_asked_{false};
  Links links_;  // guarded by mutex_ until they are asked for; after that changes are for one thread
};

namespace {

// The categories of a light in its `light` data.
class LinkedLight final : public ContainerDataSource {
 public:
  LinkedLight(ContainerDataSourceHandle light, std::shared_ptr<LightLinkingSceneIndex::Linker> linker,
              Path path)
      : light_(std::move(light)), linker_(std::move(linker)), path_(path) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names = light_->GetNames();
    for (Token name : GetLinkCollections())
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    if (std::ranges::find(GetLinkCollections(), name) == GetLinkCollections().end()) return light_->Get(name);
    return scene::Retain(linker_->FindCategory(path_, name));
  }

 private:
  ContainerDataSourceHandle light_;
  std::shared_ptr<LightLinkingSceneIndex::Linker> linker_;
  Path path_;
};

class LinkedPrim final : public ContainerDataSource {
 public:
  LinkedPrim(ContainerDataSourceHandle data, std::shared_ptr<LightLinkingSceneIndex::Linker> linker,
             Path path, Token type)
      : data_(std::move(data)), linker_(std::move(linker)), path_(path), type_(type) {}
  std::vector<Token> GetNames() const override {
    const LinkNames& names = GetLinkNames();
    std::vector<Token> all = data_->GetNames();
    for (Token name : {names.categories, names.instanceCategories})
      if (std::ranges::find(all, name) == all.end() && Make(name)) all.push_back(name);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    if (auto made = Make(name)) return made;
    DataSourceHandle found = data_->Get(name);
    if (name != GetLinkNames().light) return found;
    auto light = ContainerDataSource::Cast(found);
    return light ? scene::Make<const LinkedLight>(std::move(light), linker_, path_) : found;
  }

 private:
  ContainerDataSourceHandle Make(Token name) const {
    const LinkNames& names = GetLinkNames();
    const bool is_instancer = type_ == scene::GetNames().instancer;
    if (name == names.categories && (is_instancer || IsGeometryType(type_)))
      return linker_->FindCategories(path_);
    if (name == names.instanceCategories && is_instancer) return linker_->FindInstanceCategories(path_);
    return nullptr;
  }
  ContainerDataSourceHandle data_;
  std::shared_ptr<LightLinkingSceneIndex::Linker> linker_;
  Path path_;
  Token type_;
};

}  // namespace

LightLinkingSceneIndex::LightLinkingSceneIndex(SceneIndexPtr input)
    : SingleInputFilteringSceneIndex(input), linker_(std::make_shared<Linker>(input)) {}

ScenePrim LightLinkingSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (prim.data && !prim.type.IsEmpty())
    prim.data = Make<const LinkedPrim>(std::move(prim.data), linker_, path, prim.type);
  return prim;
}

void LightLinkingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  if (!linker_->IsAsked()) return Forward(changes);
  const LinkNames& names = GetLinkNames();
  const Links before = linker_->CopyLinks();
  linker_->Remove(PathPrefixes(changes.removed));
  for (const AddedPrim& added : changes.added) linker_->Refresh(added.path);
  ChangeSet out = changes;
  std::vector<Path> regrouped;
  for (size_t i = 0; i < changes.dirtied.size(); ++i) {
    const DirtiedPrim& dirtied = changes.dirtied[i];
    if (dirtied.locators.Intersects(names.collections)) {
      linker_->Refresh(dirtied.path);
      out.dirtied[i].locators.Insert(DataSourceLocator{names.light});
    }
    if (dirtied.locators.Intersects(
            DataSourceLocator{scene::GetNames().instancerTopology, scene::GetNames().instanceLocations}))
      regrouped.push_back(dirtied.path);
  }
  const Links after = linker_->CopyLinks();
  std::vector<const Link*> different;
  const auto compare = [&](const Links& some, const Links& others) {
    for (const auto& [key, link] : some) {
      const auto other = others.find(key);
      if (other == others.end() || other->second.members.GetText() != link.members.GetText())
        different.push_back(&link);
    }
  };
  compare(before, after);
  compare(after, before);
  const DataSourceLocatorSet both{DataSourceLocator(names.categories),
                                  DataSourceLocator(names.instanceCategories)};
  if (!different.empty()) {
    const bool appears = before.empty() != after.empty();
    VisitPrims(GetInput(), Path::AbsoluteRoot(), [&](Path path) {
      const Token type = GetInput().GetPrim(path).type;
      const bool is_instancer = type == scene::GetNames().instancer;
      if (!is_instancer && !IsGeometryType(type)) return;
      const std::vector<Path> places = linker_->FindPlaces(path);
      if (appears || is_instancer || std::ranges::any_of(different, [&](const Link* link) {
            return std::ranges::any_of(places, [&](Path place) { return link->Holds(place); });
          }))
        out.dirtied.push_back({path, both});
    });
  } else if (!after.empty()) {
    // What instances a prototype is seen through says which categories all of them have.
    for (Path instancer : regrouped)
      VisitPrims(GetInput(), instancer, [&](Path path) { out.dirtied.push_back({path, both}); });
  }
  Send(std::move(out));
}

}  // namespace strata::scene
