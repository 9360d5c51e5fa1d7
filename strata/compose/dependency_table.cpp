#include "strata/compose/dependency_table.h"

#include <algorithm>

#include "strata/compose/index_graph.h"

namespace strata::compose {

namespace {

constexpr uint32_t kAnyStack = UINT32_MAX;

// Those of `sites` that are in layer stacks that `wants` says, as they are for the index.
template <class Wants, class Visitor>
void VisitSitesOf(const PrimIndex& index, const std::vector<IndexDependencies::Site>& sites, Wants&& wants,
                  Visitor&& visit) {
  for (const IndexDependencies::Site& site : sites)
    if (wants(site.layer_stack)) visit(site.layer_stack, index.GetPathHere(site.layer_stack, site.path));
}

// Sites at which arcs of the index itself end.
template <class Wants, class Visitor>
void VisitArcs(const PrimIndex& index, Wants&& wants, Visitor&& visit) {
  const std::vector<PrimIndexNode>& nodes = index.GetGraph()->nodes;
  for (uint32_t i = 1; i < nodes.size(); ++i)
    if (nodes[i].Has(kNodeNew) && wants(nodes[i].layer_stack))
      visit(nodes[i].layer_stack, index.GetNode(i).GetPath());
  if (const IndexDependencies* more = index.GetDependenciesAtHome())
    VisitSitesOf(index, more->culled, wants, visit);
}
template <class Wants, class Visitor>
void VisitSelections(const PrimIndex& index, Wants&& wants, Visitor&& visit) {
  if (const IndexDependencies* more = index.GetDependenciesAtHome())
    VisitSitesOf(index, more->selections, wants, visit);
}

}  // namespace

bool DependencyTable::DependsOn(const PrimIndex& index, uint32_t stack, Path site) {
  bool found = false;
  auto wants = [stack](uint32_t number) { return number == stack; };
  auto compare = [&](uint32_t, Path path) { found |= path == site; };
  VisitArcs(index, wants, compare);
  if (!found) VisitSelections(index, wants, compare);
  return found;
}

bool DependencyTable::Reaches(const PrimIndex& index, uint32_t stack) {
  bool found = false;
  VisitArcs(
      index, [stack](uint32_t number) { return number == stack; }, [&](uint32_t, Path) { found = true; });
  const IndexDependencies* more = index.GetDependenciesAtHome();
  return found || (more && std::find(more->opened.begin(), more->opened.end(), stack) != more->opened.end());
}

void DependencyTable::Update() {
  const uint32_t count = pool_.GetStackCount();
  if (stacks_.empty() && !knows_all_layers_) seen_stacks_ = count;  // nobody has asked yet
  for (; seen_stacks_ < count; ++seen_stacks_) AddStack(seen_stacks_);
  if (rows_.empty()) return;  // whoever makes the first sees all that there is
  for (size_t part = 0; part < IndexTable::kParts; ++part) {
    const auto& introductions = indices_.GetIntroductions(part);
    size_t& seen = seen_[part];
    for (; seen < introductions.size(); ++seen)
      if (PrimIndexPtr index = indices_.Find(introductions[seen].path)) AddIndex(*index, kAnyStack);
  }
}

void DependencyTable::Restart() {
  rows_.clear();
  seen_.fill(0);
}

// The list to which stacks that have the layer are to be added; null when nobody has asked for it.
std::vector<uint32_t>* DependencyTable::FindNumbers(const layer::Layer* layer) {
  if (knows_all_layers_) return &stacks_[layer];
  const auto found = stacks_.find(layer);
  return found == stacks_.end() ? nullptr : &found.value();
}

void DependencyTable::AddStack(uint32_t stack) {
  const LayerStackPtr& made = pool_.GetStack(stack);
  if (!made) return;
  for (const LayerStack::Entry& entry : made->GetEntries()) {
    std::vector<uint32_t>* numbers = FindNumbers(entry.layer.get());
    if (numbers && (numbers->empty() || numbers->back() != stack)) numbers->push_back(stack);
  }
}

void DependencyTable::MoveStack(uint32_t stack, const std::vector<LayerStack::Entry>& before) {
  for (const LayerStack::Entry& entry : before)
    if (std::vector<uint32_t>* numbers = FindNumbers(entry.layer.get())) std::erase(*numbers, stack);
  const LayerStackPtr& now = pool_.GetStack(stack);
  if (!now) return;
  for (const LayerStack::Entry& entry : now->GetEntries()) {
    std::vector<uint32_t>* numbers = FindNumbers(entry.layer.get());
    if (!numbers) continue;
    auto place = std::lower_bound(numbers->begin(), numbers->end(), stack);
    if (place == numbers->end() || *place != stack) numbers->insert(place, stack);
  }
}

const std::vector<uint32_t>& DependencyTable::FindStacks(const layer::Layer* layer) {
  constexpr size_t kFewLayers = 8;  // for each of which all uses are looked through
  static const std::vector<uint32_t> none;
  const auto found = stacks_.find(layer);
  if (found != stacks_.end()) return found->second;
  if (knows_all_layers_) return none;
  if (stacks_.size() < kFewLayers) {
    std::vector<uint32_t> numbers = pool_.FindStacksOf(layer);
    std::erase_if(numbers, [this](uint32_t stack) { return stack >= seen_stacks_; });
    return stacks_[layer] = std::move(numbers);
  }
  knows_all_layers_ = true;
  stacks_.clear();
  stacks_.reserve(seen_stacks_);
  for (uint32_t stack = 0; stack < seen_stacks_; ++stack) AddStack(stack);
  const auto made = stacks_.find(layer);
  return made == stacks_.end() ? none : made->second;
}

std::vector<uint32_t> DependencyTable::FindStacksWithRoot(const layer::Layer* layer) const {
  std::vector<uint32_t> numbers;
  for (uint32_t stack = 0; stack < seen_stacks_; ++stack)
    if (const LayerStackPtr& known = pool_.GetStack(stack); known && known->GetRootLayer().get() == layer)
      numbers.push_back(stack);
  return numbers;
}

bool DependencyTable::MayHaveRows(SiteFilter::Role role, uint32_t stack, Path path) const {
  const ArcSites& arcs = pool_.GetArcSites();
  return arcs.MayLeadWithinPlaces(stack) || arcs.MayHold(role, stack, path);
}

DependencyTable::Rows& DependencyTable::GetRows(uint32_t stack) {
  Rows& rows = rows_[stack];
  if (rows.is_made) return rows;
  rows.is_made = rows.is_being_made = true;
  const uint64_t bit = uint64_t{1} << (stack % 64);
  for (size_t part = 0; part < IndexTable::kParts; ++part) {
    // Later ones come with the next update, into all rows that are made by then.
    if (rows_.size() == 1) seen_[part] = indices_.GetIntroductions(part).size();
    indices_.VisitIntroductions(part, seen_[part], bit, [&](const IndexTable::Introduction& introduction) {
      if (PrimIndexPtr index = indices_.Find(introduction.path)) AddIndex(*index, stack);
    });
  }
  Rows& made = rows_[stack];
  made.is_being_made = false;
  return made;
}

void DependencyTable::AddIndex(const PrimIndex& index, uint32_t only_stack) {
  auto wants = [&](uint32_t stack) {
    if (only_stack != kAnyStack) return stack == only_stack;
    auto found = rows_.find(stack);
    return found != rows_.end() && found->second.is_made;
  };
  VisitArcs(index, wants,
            [&](uint32_t stack, Path path) { AddRow(stack, path, index.GetPath(), Which::kArcs); });
  VisitSelections(index, wants, [&](uint32_t stack, Path path) {
    AddRow(stack, path, index.GetPath(), Which::kSelections);
  });
}

void DependencyTable::AddRow(uint32_t stack, Path site, Path index, Which which) {
  Rows& rows = rows_[stack];
  auto& by_site = rows.by_site;
  auto [it, is_new] = by_site.try_emplace(site);
  Row& row = it.value();
  std::vector<Path>& dependents = which == Which::kArcs ? row.arcs : row.selections;
  // The same index may be added again after every edit; what is said twice goes when it is half of all.
  if (dependents.empty() || dependents.back() != index) dependents.push_back(index);
  if (rows.is_being_made) {
    row.compact_at = std::max(row.compact_at, 2 * dependents.size() + 16);
  } else if (dependents.size() >= row.compact_at) {
    std::sort(dependents.begin(), dependents.end(), PathIdLess());
    dependents.erase(std::unique(dependents.begin(), dependents.end()), dependents.end());
    std::erase_if(dependents, [&](Path path) {
      PrimIndexPtr known = indices_.Find(path);
      return !known || !DependsOn(*known, stack, site);
    });
    row.compact_at = 2 * dependents.size() + 16;
  }
  for (Path below = site; is_new && !below.IsAbsoluteRoot();) {
    const Path above = below.GetParent();
    if (above.IsEmpty()) break;
    auto [holder, is_new_holder] = by_site.try_emplace(above);
    holder.value().below.push_back(below);
    is_new = is_new_holder;
    below = above;
  }
}

size_t DependencyTable::GetRowCount() const {
  size_t count = 0;
  for (const auto& [stack, rows] : rows_) count += rows.by_site.size();
  return count;
}

}  // namespace strata::compose
