#include "strata/compose/index_sharing.h"

#include <algorithm>
#include <cstring>

namespace strata::compose {

namespace {

// More trunks, candidates or reads than this are not worth their cost.
constexpr size_t kMaxTrunks = 256;
constexpr int kMaxCandidates = 16;
constexpr size_t kMaxReads = 256;

std::atomic<uint64_t> next_graph_id{1};

void Append(std::string& key, uint32_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}
void Append(std::string& key, double number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}
void Append(std::string& key, std::string_view text) {
  Append(key, static_cast<uint32_t>(text.size()));
  key.append(text);
}
// False for paths that lead elsewhere from elsewhere.
bool Append(std::string& key, Path path) {
  Append(key, path.GetId());
  return path.IsEmpty() || path.IsAbsolute();
}
// A layer as it is in its stack, wherever it stands there: stacks keep the layers that they had.
void AppendEntry(std::string& key, const LayerStack::Entry& entry) {
  const layer::Layer* const address = entry.layer.get();
  key.append(reinterpret_cast<const char*>(&address), sizeof address);
  const bool is_at_own_times = entry.offset == LayerOffset();
  Append(key, static_cast<uint32_t>(entry.depth) << 2 | uint32_t{entry.is_session} << 1 |
                  uint32_t{is_at_own_times});
  if (is_at_own_times) return;
  Append(key, entry.offset.offset);
  Append(key, entry.offset.scale);
}
template <class Arc>
  requires requires(Arc arc) { arc.prim_path; }
bool Append(std::string& key, const Arc& arc) {
  Append(key, std::string_view(arc.asset_path));
  Append(key, arc.offset.offset);
  Append(key, arc.offset.scale);
  return Append(key, arc.prim_path);
}

template <class Item>
bool AppendListOp(const Value& value, std::string& key) {
  const auto* op = value.GetIf<ListOp<Item>>();
  if (!op) return false;
  Append(key, uint32_t{op->is_explicit});
  bool is_absolute = true;
  for (const std::vector<Item>* items : {&op->explicit_items, &op->deleted_items, &op->added_items,
                                         &op->prepended_items, &op->appended_items, &op->ordered_items}) {
    Append(key, static_cast<uint32_t>(items->size()));
    for (const Item& item : *items) is_absolute &= Append(key, item);
  }
  return is_absolute;
}

// Appends what composition reads of a field. False when it does not follow from these bytes.
bool AppendField(const layer::SpecStore::Field& field, std::string& key) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const Value& value = field.value;
  if (field.name == names.references) return AppendListOp<Reference>(value, key);
  if (field.name == names.payload) return AppendListOp<Payload>(value, key);
  if (field.name == names.inheritPaths || field.name == names.specializes)
    return AppendListOp<Path>(value, key);
  if (field.name == names.instanceable) {
    Append(key, uint32_t{value.GetOr(false)});
    return value.Holds<bool>();
  }
  if (field.name != names.variantSelection) return false;
  const auto* selections = value.GetIf<VariantSelectionMap>();
  if (!selections) return false;
  Append(key, static_cast<uint32_t>(selections->size()));
  for (const auto& [set, selection] : *selections) {
    Append(key, std::string_view(set));
    Append(key, std::string_view(selection));
  }
  return true;
}

// Whether other paths stand for those of trunk `number`.
Path Rename(Path path, Path from, Path to) {
  return from == to ? path : path.ReplacePrefix(from, to, Path::TargetFix::kKeepTargets);
}

Path GetRootPrim(Path path) {
  while (!path.IsEmpty() && !path.IsAbsoluteRoot() && !path.IsRootPrim()) path = path.GetParent();
  return path;
}

}  // namespace

// Appends what composition finds at a site. False when it cannot be told by bytes.
bool IndexSharing::AppendSite(uint32_t layer_stack, Path path, std::string& key) const {
  constexpr uint32_t kTold = kSiteReferences | kSitePayload | kSiteInherits | kSiteSpecializes |
                             kSiteVariantSelection | kSiteInstanceable;
  const LayerStack& stack = *pool_->GetStack(layer_stack);
  const LayerStack::Site site = stack.FindSite(path);
  Append(key, static_cast<uint32_t>(site.layers.size()));
  for (uint32_t layer : site.layers) AppendEntry(key, stack.GetEntries()[layer]);
  Append(key, site.fields);
  if (site.fields == 0) return true;
  if (site.fields & ~kTold) return false;
  for (uint32_t layer : site.layers) {
    const layer::SpecStore::SpecView spec = stack.GetEntries()[layer].layer->GetContent().Find(path);
    for (const layer::SpecStore::Field& field : spec) {
      if (!(GetSiteField(field.name) & kTold)) continue;
      Append(key, layer);
      Append(key, field.name.GetId());
      if (!AppendField(field, key)) return false;
    }
  }
  return true;
}

// Appends the relocates that concern what is at or below `path`, seen from there.
bool IndexSharing::AppendRelocates(uint32_t layer_stack, Path path, std::string& key) const {
  const LayerStack& stack = *pool_->GetStack(layer_stack);
  if (!stack.HasRelocates()) return true;
  const Path plain = path.StripAllVariantSelections();
  if (!stack.TouchesRelocates(plain)) {
    Append(key, uint32_t{0});
    return true;
  }
  const size_t length = plain.GetString().size();
  auto append = [&](Path end) {
    const bool is_within = end.HasPrefix(plain);
    Append(key, uint32_t{is_within});
    const std::string text = end.GetString();
    Append(key, is_within ? std::string_view(text).substr(length) : std::string_view(text));
  };
  auto append_from = [&](const std::map<Path, Path>& relocates) {
    for (auto it = relocates.lower_bound(plain); it != relocates.end() && it->first.HasPrefix(plain); ++it) {
      append(it->first);
      append(it->second);
    }
    Append(key, uint32_t{0});
  };
  append_from(stack.GetRelocatesSourceToTarget());
  append_from(stack.GetIncrementalRelocatesSourceToTarget());
  append_from(stack.GetRelocatesTargetToSource());
  return true;
}

// For a prim whose parent has one node, the root's, or that has no parent: its own site is its place.
void IndexSharing::AskAlone(Path path, Question& question) const {
  question.place = {path, nullptr};
  question.begins_place = question.tells_trunks = true;
  const uint32_t stack = environment_.GetRootStackNumber();
  question.has_key = AppendSite(stack, path, question.key) && AppendRelocates(stack, path, question.key);
}

// The place is that of the parent. False when the prim begins one of its own.
bool IndexSharing::AskAtTrunks(Path path, const PrimIndex& parent, Question& question) const {
  const IndexGraph& graph = *parent.GetGraph();
  if (graph.is_private || !graph.has_fixed_nodes) return false;
  Append(question.key, path.GetNameToken().GetId());
  if (!graph.is_quiet) {
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
      const PrimIndexNode& node = graph.nodes[i];
      if (node.trunk == 0 || !node.Has(kNodeHasSpecs)) continue;
      const Path site = parent.GetNode(i).GetPath().AppendChild(path.GetNameToken());
      if (pool_->GetStack(node.layer_stack)->FindSite(site).fields & kSiteArcs) return false;
      if (!AppendSite(node.layer_stack, site, question.key)) question.has_key = false;
    }
  }
  question.place = {parent.GetPlace(), parent.GetTrunks()};
  return true;
}

void IndexSharing::AskAnew(Path path, const PrimIndex& parent, Question& question) const {
  const IndexGraph& graph = *parent.GetGraph();
  // Maps of nodes that come with the parent lead to paths of its place, which lie above this one.
  const bool leads_above = std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const PrimIndexNode& node) {
    return node.map_to_parent != IndexPool::kIdentity || node.map_to_root != IndexPool::kIdentity;
  });
  if (leads_above) {
    Append(question.key, parent.GetPlace());
    if (parent.GetTrunks())
      for (const Trunk& trunk : *parent.GetTrunks()) Append(question.key, trunk.path);
  }
  auto trunks = std::make_shared<Trunks>();
  for (uint32_t i = 0; i < graph.nodes.size() && question.has_key; ++i) {
    const PrimIndexNode& node = graph.nodes[i];
    const Path site = parent.GetNode(i).GetPath().AppendChild(path.GetNameToken());
    if (node.Has(kNodeHasSpecs)) question.has_key = AppendSite(node.layer_stack, site, question.key);
    const Trunk trunk{node.layer_stack, site};
    bool is_new = true;
    for (const Trunk& known : *trunks) {
      if (known == trunk) is_new = false;
      if (is_new && known.layer_stack == trunk.layer_stack &&
          (known.path.HasPrefix(site) || site.HasPrefix(known.path)))
        question.has_key = false;  // which of the two a path belongs to is not clear
    }
    if (!is_new) continue;
    question.has_key = question.has_key && AppendRelocates(node.layer_stack, site, question.key);
    trunks->push_back(trunk);
    if (trunks->size() > kMaxTrunks) question.has_key = false;
  }
  question.place = {path, std::move(trunks)};
  question.begins_place = question.tells_trunks = true;
}

IndexSharing::Question IndexSharing::Ask(Path path, const PrimIndex* parent) const {
  Question question;
  question.key.reserve(96);
  if (!parent) {
    Append(question.key, uint32_t{0});
    AskAlone(path, question);
    return question;
  }
  const IndexGraph& graph = *parent->GetGraph();
  question.key.append(reinterpret_cast<const char*>(&graph.id), sizeof graph.id);
  const size_t size = question.key.size();
  if (AskAtTrunks(path, *parent, question)) return question;
  question.key.resize(size);
  question.has_key = true;
  Append(question.key, uint32_t{0});  // no name has this number
  if (graph.nodes.size() == 1)
    AskAlone(path, question);
  else
    AskAnew(path, *parent, question);
  return question;
}

Trunks IndexSharing::GetTrunks(const Place& place) const {
  if (place.trunks) return *place.trunks;
  return {{environment_.GetRootStackNumber(), place.first}};
}

// Appends what is at the trunks themselves. False when it cannot be told by bytes.
bool IndexSharing::AppendTrunks(Question& question) const {
  for (const Trunk& trunk : GetTrunks(question.place))
    if (!AppendSite(trunk.layer_stack, trunk.path, question.key)) return false;
  return true;
}

std::shared_ptr<IndexGraph> IndexSharing::Make(const Indexer::Request& request, const Place& place) const {
  const size_t bytes_before = IndexPool::GetBytesOfNewMaps();
  std::shared_ptr<IndexGraph> graph = Indexer::Compute(environment_, pool_, request);
  CountMoreBytes(*graph, IndexPool::GetBytesOfNewMaps() - bytes_before);
  if (graph->is_full) pool_->AddFullGraph();
  graph->id = next_graph_id.fetch_add(1, std::memory_order_relaxed);
  graph->home = place.trunks ? place.trunks : std::make_shared<const Trunks>(GetTrunks(place));
  graph->is_quiet = true;
  for (PrimIndexNode& node : graph->nodes) {
    node.trunk = FindTrunk(*graph->home, node.layer_stack, node.path);
    if (node.trunk == 0) graph->has_fixed_nodes = true;
    if (node.trunk != 0 && node.Has(kNodeHasSpecs)) graph->is_quiet = false;
  }
  NoteArcs(*graph);
  CountBytes(*graph);
  return graph;
}

namespace {

void NoteStack(IndexGraph& graph, uint32_t number) {
  graph.introduced_stacks |= uint64_t{1} << (number % 64);
}

}  // namespace

void IndexSharing::NoteArc(IndexGraph& graph, uint32_t stack, Path path, uint16_t trunk) const {
  NoteStack(graph, stack);
  ArcSites& sites = pool_->GetArcSites();
  trunk != 0 ? sites.AddWithinPlaces(stack) : sites.Add(stack, path);
}

void IndexSharing::NoteArcs(IndexGraph& graph) const {
  ArcSites& sites = pool_->GetArcSites();
  auto note_stack = [&](uint32_t number) { NoteStack(graph, number); };
  for (uint32_t i = 1; i < graph.nodes.size(); ++i) {
    const PrimIndexNode& node = graph.nodes[i];
    if (node.Has(kNodeNew)) NoteArc(graph, node.layer_stack, node.path, node.trunk);
  }
  const IndexDependencies* more = graph.dependencies.get();
  if (!more) return;
  for (const IndexDependencies::Site& site : more->culled)
    NoteArc(graph, site.layer_stack, site.path, FindTrunk(*graph.home, site.layer_stack, site.path));
  for (const IndexDependencies::Site& site : more->selections) {
    note_stack(site.layer_stack);
    FindTrunk(*graph.home, site.layer_stack, site.path) != 0
        ? sites.AddWithinPlaces(site.layer_stack)
        : sites.AddSelection(site.layer_stack, site.path);
  }
  for (const auto& [stack, name] : more->variables) note_stack(stack);
  for (uint32_t stack : more->opened) note_stack(stack);
}

void IndexSharing::CountMoreBytes(IndexGraph& graph, size_t bytes) const {
  pool_->AddGraphBytes(bytes);
  graph.bytes += bytes;
}

void IndexSharing::CountBytes(IndexGraph& graph) const {
  size_t bytes = sizeof graph + graph.nodes.capacity() * sizeof(PrimIndexNode) +
                 graph.specs.capacity() * sizeof(IndexGraph::Spec);
  for (const CompositionError& error : graph.errors) {
    bytes += sizeof error + error.diagnostic.message.size() + error.cause.size();
    for (const DiagnosticNote& note : error.diagnostic.notes)
      bytes += sizeof note + note.message.size() + note.location.file.size() + note.location.path.size();
  }
  if (graph.dependencies)
    bytes += (graph.dependencies->culled.capacity() + graph.dependencies->selections.capacity()) *
             sizeof(IndexDependencies::Site);
  CountMoreBytes(graph, bytes);
}

// Whether the index may have more than the prim's own site.
bool IndexSharing::BringsNodes(Path path, const PrimIndex* parent) const {
  if (parent && parent->GetNodeCount() > 1) return true;
  const LayerStack& stack = *pool_->GetStack(environment_.GetRootStackNumber());
  return stack.HasRelocates() || (stack.FindSite(path).fields & kSiteArcs) != 0;
}

PrimIndexPtr IndexSharing::MakePrivate(const Indexer::Request& request) const {
  const Place place{request.path, nullptr};
  std::shared_ptr<IndexGraph> graph = Make(request, place);
  graph->is_private = true;
  return MakeIndex(request.path, std::move(graph), place);
}

// Where there is no more room: what the root layer stack says of the prim.
PrimIndexPtr IndexSharing::MakeAlone(Path path) const {
  Indexer::Request request;
  request.path = path;
  request.arcs = Indexer::Arcs::kNone;
  return MakePrivate(request);
}

// False when there are too many.
bool IndexSharing::Candidate::AddRead(Read read) {
  const bool is_known = std::any_of(reads.begin(), reads.end(), [&](const Read& known) {
    return known.path == read.path && known.trunk == read.trunk && known.where == read.where;
  });
  if (is_known) return true;
  if (reads.size() == kMaxReads) return false;
  reads.push_back(std::move(read));
  return true;
}

// Of a path of another layer stack, which must not be one of the place. False when it is, or there are too
// many.
bool IndexSharing::Candidate::AddReadElsewhere(const Trunks& trunks, uint16_t trunk, Path path) {
  if (path.HasPrefix(trunks[trunk].path) || trunks[trunk].path.HasPrefix(path)) return false;
  return AddRead({Read::Where::kElsewhere, static_cast<uint16_t>(trunk + 1), path, {}});
}

namespace {

// Whether one end of a map from `node` to `target` lies at the trunk of another node, as where a relocate
// leads by chance: the path stays where it is when that trunk is another one.
bool HasPathOfOtherTrunk(const MapFunction& map, const PrimIndexNode& node, const PrimIndexNode& target,
                         const Trunks& trunks) {
  auto is_of_other = [&](Path path, const PrimIndexNode& end) {
    const uint16_t trunk = path.IsEmpty() ? uint16_t{0} : FindTrunk(trunks, end.layer_stack, path);
    return trunk != 0 && trunk != end.trunk;
  };
  if (map.GetPairCount() <= 1)
    return false;  // from where the arc leads to where it is written, and no relocates
  const std::vector<MapFunction::Pair> pairs = map.GetPairs();
  return std::any_of(pairs.begin(), pairs.end(), [&](const MapFunction::Pair& pair) {
    return is_of_other(pair.first, node) || is_of_other(pair.second, target);
  });
}

// Where a map leads besides what is at, above or below the site of the target: a relocate may lead anywhere
// in its layer stack. Implied in a stronger stack, such a path stands for itself, unless the place is there.
std::vector<Path> FindPathsElsewhere(const MapFunction& map, Path site) {
  std::vector<Path> paths;
  if (map.GetPairCount() <= 1) return paths;
  const Path target = site.StripAllVariantSelections();
  for (const auto& [from, to] : map.GetPairs())
    if (!to.IsEmpty() && !to.HasPrefix(target) && !target.HasPrefix(to)) paths.push_back(to);
  return paths;
}

}  // namespace

// What else was read on the way to `graph`, and whether it may serve elsewhere at all (else null).
std::unique_ptr<IndexSharing::Candidate> IndexSharing::MakeCandidate(
    IndexGraphPtr graph, const PrimIndex* parent, const std::vector<Indexer::Visit>& visits,
    const Question& question) const {
  auto candidate = std::make_unique<Candidate>();
  if (!graph->errors.empty()) return nullptr;
  // Arguments follow from fields that are in no key.
  if (graph->dependencies && !graph->dependencies->arguments.empty()) return nullptr;
  const Trunks& trunks = *graph->home;
  // What is below such a node may lie at a trunk without being led there by it, and then not go by another
  // path in another place.
  for (const PrimIndexNode& node : graph->nodes)
    for (const Trunk& trunk : trunks)
      if (node.trunk == 0 && trunk.layer_stack == node.layer_stack && trunk.path.HasPrefix(node.path))
        return nullptr;
  // Maps of nodes that come from the parent have been looked at with its graph where that was made here.
  const bool is_parent_here =
      parent && !question.begins_place && !parent->GetGraph()->is_private && parent->IsAtHome();
  for (const PrimIndexNode& node : graph->nodes) {
    if (is_parent_here && !node.Has(kNodeNew)) continue;
    if (HasStepAtTrunk(pool_->GetMap(node.map_to_parent), trunks) ||
        HasStepAtTrunk(pool_->GetMap(node.map_to_root), trunks))
      return nullptr;
    if (node.parent == kNoNode) continue;
    const PrimIndexNode& target = graph->nodes[node.parent];
    if (HasPathOfOtherTrunk(pool_->GetMap(node.map_to_parent), node, target, trunks) ||
        HasPathOfOtherTrunk(pool_->GetMap(node.map_to_root), node, graph->nodes[0], trunks))
      return nullptr;
    for (Path path : FindPathsElsewhere(pool_->GetMap(node.map_to_parent), target.path))
      for (uint16_t i = 0; i < trunks.size(); ++i)
        if (trunks[i].layer_stack != target.layer_stack && !candidate->AddReadElsewhere(trunks, i, path))
          return nullptr;
  }
  for (const Indexer::Visit& visit : visits) {
    for (uint16_t i = 0; i < trunks.size(); ++i) {
      if (trunks[i].layer_stack != visit.layer_stack) {
        // Classes are looked for by the same path in stronger layer stacks, but not where an arc leads.
        if (IsClassBased(visit.arc) && !candidate->AddReadElsewhere(trunks, i, visit.path)) return nullptr;
        continue;
      }
      if (question.tells_trunks && trunks[i].path == visit.path) continue;
      Read read{Read::Where::kElsewhere, static_cast<uint16_t>(i + 1), visit.path, {}};
      if (visit.path.HasPrefix(trunks[i].path)) {
        read.where = Read::Where::kAtTrunk;
        if (!AppendSite(visit.layer_stack, visit.path, read.content)) return nullptr;
        if (visit.arc != ArcType::kRelocate && visit.arc != ArcType::kVariant)
          candidate->trust = Candidate::Trust::kToBeShown;
      } else if (trunks[i].path.HasPrefix(visit.path)) {
        read.where = Read::Where::kAbove;
      }
      if (!candidate->AddRead(std::move(read))) return nullptr;
    }
  }
  candidate->reads.shrink_to_fit();
  candidate->home = graph->home;
  candidate->graph = std::move(graph);
  return candidate;
}

bool IndexSharing::IsIncluded(Path path) const {
  const auto& include = environment_.GetOptions().include_payload;
  return !include || include(path);
}

// One prim may have its payload loaded and another one not.
bool IndexSharing::HasPayloadsAs(const Candidate& candidate, Path path) const {
  return !candidate.graph->asks_for_payload || candidate.has_payload == IsIncluded(path);
}

bool IndexSharing::Holds(const Candidate& candidate, const Place& place) const {
  if (candidate.reads.empty()) return true;
  const Trunks& home = *candidate.home;
  for (const Read& read : candidate.reads) {
    const Trunk& from = home[read.trunk - 1];
    const Path to = read.trunk == 1 ? place.first : (*place.trunks)[read.trunk - 1].path;
    switch (read.where) {
      case Read::Where::kAtTrunk: {
        std::string content;  // also at home: it may have been edited since
        if (!AppendSite(from.layer_stack, Rename(read.path, from.path, to), content) ||
            content != read.content)
          return false;
        break;
      }
      case Read::Where::kAbove:
        if (!to.HasPrefix(read.path)) return false;
        break;
      case Read::Where::kElsewhere:
        if (to.HasPrefix(read.path) || read.path.HasPrefix(to)) return false;
        // Whether a class lies within the same model counts when nodes are culled.
        if (!read.path.IsRootPrim() && GetRootPrim(to) != GetRootPrim(from.path) &&
            (GetRootPrim(read.path) == GetRootPrim(to) || GetRootPrim(read.path) == GetRootPrim(from.path)))
          return false;
        break;
    }
  }
  return true;
}

PrimIndexPtr IndexSharing::MakeIndex(Path path, IndexGraphPtr graph, const Place& place) const {
  return std::make_shared<const PrimIndex>(path, std::move(graph), place.first, place.trunks);
}

uint64_t IndexSharing::MakeId() {
  return next_graph_id.fetch_add(1, std::memory_order_relaxed);
}

std::atomic<const void*>* IndexSharing::FindChild(Path path, const PrimIndex* parent) const {
  if (!parent || parent->GetGraph()->owner != id_ || !parent->GetGraph()->children) return nullptr;
  const IndexGraph& graph = *parent->GetGraph();
  const Token name = path.GetNameToken();
  const IndexGraph::Child* const end = graph.children.get() + graph.child_names.size();
  const IndexGraph::Child* found = std::lower_bound<const IndexGraph::Child*>(
      graph.children.get(), end, name,
      [](const IndexGraph::Child& child, Token wanted) { return child.name < wanted; });
  return found != end && found->name == name ? &found->candidate : nullptr;
}

// Finds the children of a quiet graph, once for all its places.
void IndexSharing::PrepareChildren(IndexGraph& graph, const PrimIndex& index) const {
  if (!graph.is_quiet || graph.is_private || !graph.has_fixed_nodes) return;
  index.ComputeChildNames(graph.child_names, graph.prohibited_names);
  std::vector<Token>& names = graph.child_names;
  if (names.capacity() != names.size()) names.shrink_to_fit();
  if (!names.empty()) graph.children = std::make_unique<IndexGraph::Child[]>(names.size());
  const bool are_sorted = std::is_sorted(names.begin(), names.end());
  std::vector<Token> sorted;
  if (!are_sorted) {
    sorted = names;
    std::sort(sorted.begin(), sorted.end());
  }
  for (size_t i = 0; i < names.size(); ++i) graph.children[i].name = (are_sorted ? names : sorted)[i];
  graph.owner = id_;
}

// What is at trunks is asked for anew in each place; all other sites are the same for all.
void IndexSharing::NoteSite(const PrimIndexNode& node) {
  if (node.trunk == 0) sites_.Add(SiteFilter::Role::kNode, node.layer_stack, node.path);
}

void IndexSharing::NoteSites(const IndexGraph& graph, const std::vector<Indexer::Visit>& visits,
                             const PrimIndex* parent) {
  using Role = SiteFilter::Role;
  // A parent from before this sharing was made: what its nodes have below themselves is not noted, and left
  // no node here where nothing is said.
  if (parent && parent->GetGraph()->id < id_)
    for (const PrimIndexNode& node : parent->GetGraph()->nodes) NoteSite(node);
  for (const PrimIndexNode& node : graph.nodes) NoteSite(node);
  for (const Indexer::Visit& visit : visits)
    if (!sites_.MayHold(Role::kNode, visit.layer_stack, visit.path) &&
        FindTrunk(*graph.home, visit.layer_stack, visit.path) == 0)
      sites_.Add(Role::kRead, visit.layer_stack, visit.path);
}

bool IndexSharing::MayDependOn(uint32_t layer_stack, Path path) const {
  using Role = SiteFilter::Role;
  return sites_.MayHold(Role::kRead, layer_stack, path) || sites_.MayHold(Role::kNode, layer_stack, path) ||
         sites_.MayHold(Role::kNode, layer_stack, path.GetParent());
}

// Whether relocates lead from or to what lies in the place. Whoever begins a place there tells of them, and
// no graph does.
bool IndexSharing::TouchesRelocates(const Trunks& trunks) const {
  return std::any_of(trunks.begin(), trunks.end(), [&](const Trunk& trunk) {
    const LayerStack& stack = *pool_->GetStack(trunk.layer_stack);
    return stack.HasRelocates() && stack.TouchesRelocates(trunk.path.StripAllVariantSelections());
  });
}

// The graph that the candidate gives from now on: one made from another parent where that says the same.
IndexGraphPtr IndexSharing::Keep(Candidate& candidate, std::shared_ptr<IndexGraph> graph, Path path,
                                 const Place& place) {
  graph->stands_for_others = candidate.trust.load(std::memory_order_relaxed) == Candidate::Trust::kFull &&
                             !TouchesRelocates(*graph->home);
  IndexGraphPtr kept = Unify(graph, path, place);
  if (kept != graph) candidate.graph = kept;
  return kept;
}

IndexGraphPtr IndexSharing::Unify(std::shared_ptr<IndexGraph> graph, Path path, const Place& place) {
  const uint64_t hash = graph->stands_for_others ? GraphContents::Hash(*graph) : 0;
  if (graph->stands_for_others)
    if (IndexGraphPtr known = contents_.Find(hash, *graph)) return known;
  if (graph->is_quiet) PrepareChildren(*graph, *MakeIndex(path, graph, place));
  if (graph->stands_for_others) contents_.Add(hash, graph);
  return graph;
}

// What was found out for the question; null when nothing was. Where too many places differ in what is read of
// them, the question is asked anew for those alike at their trunks.
IndexSharing::Candidate* IndexSharing::FindCandidate(Path path, Question& question) {
  while (question.has_key) {
    Candidate* candidate = nullptr;
    {
      const std::string_view key = question.key;
      const size_t hash = KeyHash()(key);
      Shard& shard = GetShard(hash);
      std::lock_guard lock(shard.mutex);
      auto found = shard.candidates.find(key, hash);
      if (found != shard.candidates.end()) candidate = found->second;
    }
    int count = 0;
    for (; candidate; candidate = candidate->next.load(std::memory_order_acquire), ++count)
      if (Holds(*candidate, question.place) && HasPayloadsAs(*candidate, path)) return candidate;
    if (count < kMaxCandidates) return nullptr;
    question.has_key = !question.tells_trunks && AppendTrunks(question);
    question.tells_trunks = question.is_crowded = true;
  }
  return nullptr;
}

PrimIndexPtr IndexSharing::Compute(Path path, const PrimIndex* parent) {
  std::atomic<const void*>* const child = FindChild(path, parent);
  if (child) {
    const auto* known = static_cast<const Candidate*>(child->load(std::memory_order_acquire));
    const Place place{parent->GetPlace(), parent->GetTrunks()};
    if (known && Holds(*known, place) && HasPayloadsAs(*known, path))
      return MakeIndex(path, known->graph, place);
  }
  Question question = Ask(path, parent);
  Indexer::Request request;
  request.path = path;
  request.parent = parent;
  auto make_private = [&](std::shared_ptr<IndexGraph> graph) {
    graph->is_private = true;
    return MakeIndex(path, std::move(graph), question.place);
  };
  Candidate* const candidate = FindCandidate(path, question);
  const bool is_known =
      candidate && candidate->trust.load(std::memory_order_acquire) == Candidate::Trust::kFull;
  if (!is_known && BringsNodes(path, parent) && !environment_.TakeRoomForIndex(path)) return MakeAlone(path);
  if (!question.has_key) return make_private(Make(request, question.place));
  if (candidate) {
    switch (candidate->trust.load(std::memory_order_acquire)) {
      case Candidate::Trust::kFull:
        if (child && !question.is_crowded) child->store(candidate, std::memory_order_release);
        return MakeIndex(path, candidate->graph, question.place);
      case Candidate::Trust::kNone:
        return make_private(Make(request, question.place));
      case Candidate::Trust::kToBeShown: {
        std::shared_ptr<IndexGraph> graph = Make(request, question.place);
        const bool are_alike = AreAlike(*candidate->graph, *graph);
        candidate->trust.store(are_alike ? Candidate::Trust::kFull : Candidate::Trust::kNone,
                               std::memory_order_release);
        if (are_alike) return MakeIndex(path, candidate->graph, question.place);
        return make_private(std::move(graph));
      }
    }
  }

  std::vector<Indexer::Visit> visits;
  request.visits = &visits;
  std::shared_ptr<IndexGraph> graph = Make(request, question.place);
  std::unique_ptr<Candidate> made = MakeCandidate(graph, parent, visits, question);
  if (!made) return make_private(std::move(graph));
  made->has_payload = graph->asks_for_payload && IsIncluded(path);
  CountMoreBytes(*graph, sizeof *made + question.key.size() + made->reads.capacity() * sizeof(Read));
  NoteSites(*graph, visits, parent);
  const IndexGraphPtr kept = Keep(*made, std::move(graph), path, question.place);
  Shard& shard = GetShard(KeyHash()(question.key));
  std::lock_guard lock(shard.mutex);
  Candidate*& first = shard.candidates[question.key];
  // Somebody else may have been faster: then both keep what they have.
  made->next.store(first, std::memory_order_release);
  first = made.get();
  shard.owned.push_back(std::move(made));
  size_.fetch_add(1, std::memory_order_relaxed);
  return MakeIndex(path, kept, question.place);
}

PrimIndexPtr IndexSharing::ComputeExpanded(Path path, const PrimIndex* parent) const {
  Indexer::Request request;
  request.path = path;
  request.parent = parent;
  request.culling = Indexer::Culling::kKeep;
  return MakePrivate(request);
}

}  // namespace strata::compose
