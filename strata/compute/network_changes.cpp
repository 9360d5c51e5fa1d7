// What changes of a stage mean for the answers of the network.
#include <algorithm>
#include <cmath>

#include "strata/compute/network_node.h"
#include "strata/layer/fields.h"

namespace strata::compute {

namespace {

void SortAndThin(std::vector<ValueKey>& keys) {
  const auto less = [](const ValueKey& a, const ValueKey& b) {
    return a.provider != b.provider ? a.provider < b.provider : a.output.GetText() < b.output.GetText();
  };
  std::sort(keys.begin(), keys.end(), less);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

// Calls it with what the table holds at and below a path.
template <class T, class Take>
void ForSubtree(const scene::PathTable<T>& table, Path root, const Take& take) {
  const auto* entry = table.Find(root);
  if (!entry) return;
  std::vector<const typename scene::PathTable<T>::Entry*> waiting = {entry};
  while (!waiting.empty()) {
    const auto* at = waiting.back();
    waiting.pop_back();
    take(at->value);
    for (const auto* child = at->GetFirstChild(); child; child = child->GetNextSibling())
      waiting.push_back(child);
  }
}

bool IsInPrototype(Path path) {
  const std::vector<Path> prefixes = path.GetPrefixes();
  return !prefixes.empty() && prefixes.front().GetNameToken().GetText().starts_with("__Prototype_");
}

}  // namespace

NetworkChanges NetworkChanges::FromNotice(const stage::ObjectsChanged& objects,
                                          std::span<const stage::Redefinition> redefinitions) {
  NetworkChanges changes;
  for (const stage::Redefinition& each : redefinitions) {
    changes.redefined.push_back(each.path);
    changes.properties.insert(changes.properties.end(), each.properties.begin(), each.properties.end());
  }
  const layer::FieldNames& fields = layer::GetFieldNames();
  for (const Path path : objects.GetResyncedPaths())
    if (!std::binary_search(changes.redefined.begin(), changes.redefined.end(), path))
      (path.IsPrimProperty() ? changes.properties : changes.resynced).push_back(path);
  for (const Path path : objects.GetChangedInfoOnlyPaths()) {
    if (path.IsPrimProperty()) {
      changes.properties.push_back(path);
    } else if (path.IsAbsoluteRoot()) {
      changes.has_stage_metadata = true;
    } else {
      const std::vector<Token> changed = objects.GetChangedFields(path);
      const bool is_resync = std::any_of(changed.begin(), changed.end(), [&](Token field) {
        return field == fields.active || field == fields.specifier || field == fields.typeName ||
               field == fields.apiSchemas || field == fields.kind || field == fields.instanceable;
      });
      (is_resync ? changes.resynced : changes.metadata).push_back(path);
    }
  }
  return changes;
}

void NetworkChanges::Add(const NetworkChanges& more) {
  const auto add = [](auto& all, const auto& others) { all.insert(all.end(), others.begin(), others.end()); };
  add(resynced, more.resynced);
  add(redefined, more.redefined);
  add(properties, more.properties);
  add(metadata, more.metadata);
  add(outputs, more.outputs);
  has_stage_metadata |= more.has_stage_metadata;
}

bool NetworkChanges::ResyncsAll() const {
  return std::any_of(resynced.begin(), resynced.end(),
                     [](Path path) { return path.IsAbsoluteRoot() || IsInPrototype(path); });
}

struct Network::Former {
  ValueKey key;
  bool varies;
  std::vector<Node::Slot> answers;
};

std::vector<ValueKey> Network::Apply(const NetworkChanges& changes) {
  if (changes.ResyncsAll()) return Clear();
  std::vector<ValueKey> out;
  std::vector<Node*> dropped;
  FindDropped(changes, dropped);
  // Prims that had no output may have it now, whether others are dropped or not.
  if (!dropped.empty() || !changes.resynced.empty() || !changes.redefined.empty()) ++generation_;
  const std::vector<Former> former =
      changes.resynced.empty() && !changes.redefined.empty() ? KeepFormer(dropped) : std::vector<Former>();
  Drop(dropped, out);
  Spread(FindSeeds(changes), out);
  SpareSame(former, out);
  SortAndThin(out);
  return out;
}

bool Network::IsUsedOtherwise() const {
  return std::any_of(used_.begin(), used_.end(),
                     [&](const auto& each) { return each.first->is_used(stage_) != each.second; });
}

std::vector<ValueKey> Network::Clear() {
  std::vector<ValueKey> out;
  for (const auto& [key, node] : nodes_)
    if (node->is_top && !node->slots.empty()) out.push_back({key.provider, key.output});
  ++generation_;
  nodes_.clear();
  by_prim_ = std::make_unique<scene::PathTable<std::vector<Node*>>>();
  by_leaf_.clear();
  by_names_.clear();
  by_children_.clear();
  by_looked_at_ = std::make_unique<scene::PathTable<std::vector<Node*>>>();
  looked_at_.clear();
  by_stage_.clear();
  varying_.clear();
  chains_.clear();
  used_.clear();
  diagnostics_.clear();
  SortAndThin(out);
  return out;
}

// Nodes whose links may lead elsewhere now, and all that depend on them.
void Network::FindDropped(const NetworkChanges& changes, std::vector<Node*>& dropped) const {
  std::vector<Node*> waiting;
  const auto take = [&](const std::vector<Node*>& nodes) {
    waiting.insert(waiting.end(), nodes.begin(), nodes.end());
  };
  for (Path root : changes.resynced) {
    if (const auto above = by_children_.find(root.GetParent()); above != by_children_.end())
      take(above->second);
    for (const auto* table : {by_prim_.get(), by_looked_at_.get()}) ForSubtree(*table, root, take);
  }
  for (Path prim : changes.redefined) FindRelinked(prim, waiting);
  for (Path property : changes.properties)
    for (Node* node : FindReaders(property))
      if (std::any_of(
              node->computation->inputs.begin(), node->computation->inputs.end(), [&](const Input& input) {
                return (input.kind == Input::Kind::kTargets || input.kind == Input::Kind::kConnections) &&
                       input.name == property.GetNameToken();
              }))
        waiting.push_back(node);
  for (Path property : changes.properties)
    if (const auto* lead_on = by_looked_at_->Find(property)) take(lead_on->value);
  NodeSet seen;
  while (!waiting.empty()) {
    Node* node = waiting.back();
    waiting.pop_back();
    if (!seen.insert(node).second) continue;
    dropped.push_back(node);
    waiting.insert(waiting.end(), node->dependents.begin(), node->dependents.end());
    // A chain goes as a whole: which steps it has may differ.
    if (node->previous) waiting.push_back(node->previous);
    if (node->cycle) waiting.insert(waiting.end(), node->cycle->begin(), node->cycle->end());
  }
}

void Network::FindRelinked(Path redefined, std::vector<Node*>& relinked) const {
  const auto take = [&](const std::vector<Node*>& nodes) {
    relinked.insert(relinked.end(), nodes.begin(), nodes.end());
  };
  if (const auto above = by_children_.find(redefined.GetParent()); above != by_children_.end())
    take(above->second);
  if (const auto* looking = by_looked_at_->Find(redefined)) take(looking->value);
  ForSubtree(*by_prim_, redefined, [&](const std::vector<Node*>& nodes) {
    for (Node* node : nodes)
      if (node->provider == redefined || IsLinkedOtherwise(*node, redefined)) relinked.push_back(node);
  });
}

// Whether the redefined prim, which is above, is the nearest one now or has ceased to be, or is the parent
// that had nothing for it.
bool Network::IsLinkedOtherwise(const Node& node, Path redefined) const {
  return std::any_of(node.links.begin(), node.links.end(), [&](const Node::LinkTo& link) {
    if (link.input->kind == Input::Kind::kParent && link.count == 0)
      return node.provider.GetParent() == redefined;
    if (link.input->kind != Input::Kind::kNearestAncestor) return false;
    const stage::Prim above = FindNearest(node.prim, link.input->output);
    const auto nodes = node.GetNodes(link);
    return nodes.empty() ? bool(above) : !above || nodes.front()->provider != above.GetPath();
  });
}

// States are not made again to see whether they are the same.
std::vector<Network::Former> Network::KeepFormer(const std::vector<Node*>& dropped) {
  NodeSet stateful;
  std::vector<const Node*> waiting;
  for (const Node* node : dropped)
    if (node->states) waiting.push_back(node);
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    if (stateful.insert(node).second)
      waiting.insert(waiting.end(), node->dependents.begin(), node->dependents.end());
  }
  std::vector<Former> former;
  for (const Node* node : dropped)
    if (node->is_top && !node->slots.empty() && !stateful.contains(node))
      former.push_back({{node->provider, node->output}, node->varies, node->slots});
  return former;
}

void Network::SpareSame(const std::vector<Former>& former, std::vector<ValueKey>& out) const {
  tsl::robin_set<Key, KeyHash> same;
  for (const auto& [key, varies, answers] : former) {
    Node* node = Find(stage_.GetPrimAtPath(key.provider), key.output);
    const bool is_same = node && node->varies == varies &&
                         std::all_of(answers.begin(), answers.end(), [&](const Node::Slot& slot) {
                           return Evaluate(*node, slot.time) == slot.answer;
                         });
    if (is_same) same.insert({key.provider, key.output, 0});
  }
  if (same.empty()) return;
  std::erase_if(out, [&](const ValueKey& key) { return same.contains({key.provider, key.output, 0}); });
}

void Network::Unlink(Node& node) {
  const auto remove = [&](auto& table, Path key) {
    const auto found = table.find(key);
    if (found == table.end()) return;
    std::erase(found.value(), &node);
    if (found->second.empty()) table.erase(key);
  };
  for (Node* input : node.inputs) std::erase(input->dependents, &node);
  remove(by_children_, node.provider);
  if (const auto looked_at = looked_at_.find(&node); looked_at != looked_at_.end()) {
    for (const Path path : looked_at->second) std::erase(by_looked_at_->Find(path)->value, &node);
    looked_at_.erase(looked_at);
  }
  remove(by_names_, node.leaf);
  if (node.leaf != node.provider) remove(by_leaf_, node.leaf);
  std::erase(by_stage_, &node);
  if (auto* entry = by_prim_->Find(node.provider)) std::erase(entry->value, &node);
  varying_.erase(&node);
}

bool Network::MayDiffer(const Node& node) {
  return !node.computation->may_differ || node.computation->may_differ(node.prim);
}

void Network::Drop(const std::vector<Node*>& dropped, std::vector<ValueKey>& out) {
  for (Node* node : dropped)
    if (node->is_top && !node->slots.empty() && MayDiffer(*node))
      out.push_back({node->provider, node->output});
  for (Node* node : dropped) Unlink(*node);
  for (Node* node : dropped) {
    diagnostics_.erase({node->provider.GetString(), node->computation->name.GetString()});
    nodes_.erase(Key{node->provider, node->output, node->step});
  }
}

void Network::Node::States::Clear() {
  kept.clear();
  former.clear();
  lasting.clear();
}

void Network::Node::States::Change(size_t max_changes) {
  const int64_t from = last_asked;
  if (kept.empty() || from <= 0 || former.size() >= max_changes) return Clear();
  const std::vector<Datum>* before = FindFormer(from - 1);
  std::vector<Datum> values = before ? *before : lasting;
  former.erase(former.lower_bound(from), former.end());
  former.emplace(from, std::move(values));
  kept.erase(kept.lower_bound(from), kept.end());
}

std::vector<Network::Node*> Network::FindReaders(Path property) const {
  std::vector<Node*> readers;
  const Path prim = property.GetPrimPath();
  const Token name = property.GetNameToken();
  const auto take = [&](const std::vector<Node*>& nodes) {
    for (Node* node : nodes)
      if (node->leaf == prim && std::ranges::any_of(node->computation->inputs, [name](const Input& input) {
            return input.name == name && Node::ReadsProperty(input);
          }))
        readers.push_back(node);
  };
  if (const auto* entry = by_prim_->Find(prim)) take(entry->value);
  if (const auto proxies = by_leaf_.find(prim); proxies != by_leaf_.end()) take(proxies->second);
  return readers;
}

std::vector<Network::Node*> Network::FindSeeds(const NetworkChanges& changes) const {
  std::vector<Node*> seeds;
  for (Path property : changes.properties) {
    const std::vector<Node*> readers = FindReaders(property);
    seeds.insert(seeds.end(), readers.begin(), readers.end());
    const auto named = by_names_.find(property.GetPrimPath());
    if (named == by_names_.end()) continue;
    for (Node* node : named->second)
      if (std::any_of(node->links.begin(), node->links.end(), [&](const Node::LinkTo& link) {
            return (link.input->kind == Input::Kind::kAttributesNamed ||
                    link.input->kind == Input::Kind::kSourcesNamed) &&
                   property.GetNameToken().GetText().starts_with(link.input->name.GetText());
          }))
        seeds.push_back(node);
  }
  for (Path prim : changes.metadata) {
    const auto take = [&](const std::vector<Node*>& nodes) {
      for (Node* node : nodes)
        if (node->leaf == prim && std::ranges::any_of(node->computation->inputs, [](const Input& input) {
              return input.kind == Input::Kind::kMetadata;
            }))
          seeds.push_back(node);
    };
    if (const auto* entry = by_prim_->Find(prim)) take(entry->value);
    if (const auto proxies = by_leaf_.find(prim); proxies != by_leaf_.end()) take(proxies->second);
  }
  for (const ValueKey& key : changes.outputs)
    if (const auto* entry = by_prim_->Find(key.provider))
      std::copy_if(entry->value.begin(), entry->value.end(), std::back_inserter(seeds),
                   [&](const Node* node) { return node->output == key.output; });
  if (changes.has_stage_metadata) seeds.insert(seeds.end(), by_stage_.begin(), by_stage_.end());
  return seeds;
}

// Forgets the answers of the seeds and of what depends on them, in the order of inputs, and ends where an
// answer that is made anew at once is the same as before.
void Network::Spread(const std::vector<Node*>& seeds, std::vector<ValueKey>& out) {
  NodeSet reached;
  std::vector<Node*> order;  // dependents before what they need
  struct Frame {
    Node* node;
    size_t next;
  };
  std::vector<Frame> stack;
  for (Node* seed : seeds) {
    if (!reached.insert(seed).second) continue;
    stack.push_back({seed, 0});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next < frame.node->dependents.size()) {
        Node* dependent = frame.node->dependents[frame.next++];
        if (reached.insert(dependent).second) stack.push_back({dependent, 0});
        continue;
      }
      order.push_back(frame.node);
      stack.pop_back();
    }
  }
  NodeSet changed(seeds.begin(), seeds.end());
  NodeSet differs;  // whose answers are others
  const auto is_lasting = [&](const Node& node) {
    if (std::find(seeds.begin(), seeds.end(), &node) != seeds.end()) return false;
    return std::none_of(node.links.begin(), node.links.end(),
                        [&](const Node::LinkTo& link) {
                          const auto nodes = node.GetNodes(link);
                          return std::any_of(nodes.begin(), nodes.end(), [&](const Node* input) {
                            return differs.contains(input) && (!link.input->is_lasting || input->varies);
                          });
                        }) &&
           !(node.previous && differs.contains(node.previous));
  };
  for (Node* seed : seeds) {
    for (Node::LinkTo& link : seed->links) link.is_known = false;
    seed->varies_itself = FindOwnVariation(*seed);
  }
  for (size_t i = order.size(); i-- > 0;) {
    Node& node = *order[i];
    if (!changed.contains(&node)) continue;
    const bool varied = node.varies;
    node.varies = node.varies_itself ||
                  std::any_of(node.inputs.begin(), node.inputs.end(), [](Node* in) { return in->varies; });
    const bool varies_otherwise = node.varies != varied;
    if (node.is_top && node.varies) varying_.insert(&node);
    if (!node.varies) varying_.erase(&node);
    const bool cuts_off = node.computation->cutoff == Computation::Cutoff::kEarly && !varies_otherwise;
    const bool was_asked_for = !node.slots.empty();
    std::vector<Node::Slot> former;
    if (cuts_off) former = std::exchange(node.slots, {});
    node.slots.clear();
    node.is_still_ready = false;
    node.still_answer = {};
    node.is_stopped = node.is_stopped && node.cycle;  // of what it needs now it may be quicker
    if (node.states && is_lasting(node))
      node.states->Change(node.computation->stepping->max_checkpoints);
    else if (node.states)
      node.states->Clear();
    bool is_same = cuts_off && was_asked_for;
    for (size_t s = 0; s < former.size() && is_same; ++s)
      is_same = Evaluate(node, former[s].time) == former[s].answer;
    if (is_same) continue;
    if (node.is_top && was_asked_for && (MayDiffer(node) || differs.contains(node.previous)))
      out.push_back({node.provider, node.output});
    differs.insert(&node);
    changed.insert(node.dependents.begin(), node.dependents.end());
  }
}

std::vector<ValueKey> Network::ChangeTime(stage::Time from, stage::Time to) const {
  std::vector<ValueKey> out;
  for (Node* node : varying_) {
    const Node::Slot* slot = node->FindSlot(node->KeyOf(from));
    if (!slot || !slot->is_ready) continue;
    const Datum before = slot->answer;
    bool is_same = Evaluate(*node, to) == before;
    if (is_same && !from.IsDefault() && !to.IsDefault()) {
      // The same at both frames, but what lies around them in the shutter may not be.
      const std::vector<double> times = GetTimeSamples(*node);
      const auto is_near = [&](double time) {
        return std::abs(time - from.GetValue()) < 1 || std::abs(time - to.GetValue()) < 1;
      };
      is_same = std::none_of(times.begin(), times.end(), is_near);
    }
    if (!is_same) out.push_back({node->provider, node->output});
  }
  SortAndThin(out);
  return out;
}

}  // namespace strata::compute
