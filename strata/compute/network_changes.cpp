// What changes of a stage mean for the answers of the network.
#include <algorithm>
#include <cmath>

#include "strata/compute/network_node.h"
#include "strata/layer/fields.h"

namespace strata::compute {

namespace {

void SortAndThin(std::vector<ValueKey>& keys) {
  if (!std::is_sorted(keys.begin(), keys.end(), KeyOrder())) std::sort(keys.begin(), keys.end(), KeyOrder());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
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
  const Kept kept = changes.redefined.empty() ? Kept::kCutOff : Kept::kAll;
  const std::vector<Former> former =
      changes.resynced.empty() ? KeepFormer(dropped, kept) : std::vector<Former>();
  Drop(dropped, out);
  Spread(FindSeeds(changes), out);
  SpareSame(former, out);
  TakeFromVain(changes, out);
  SortAndThin(out);
  return out;
}

bool Network::IsUsedOtherwise() const {
  return std::any_of(used_.begin(), used_.end(),
                     [&](const auto& each) { return each.first->is_used(stage_) != each.second; });
}

std::vector<ValueKey> Network::Clear() {
  std::vector<ValueKey> out;
  ForSubtree(*by_prim_, Path::AbsoluteRoot(), [&](const NodesHere& here) {
    here.ForEach([&](const Node* node) {
      if (node->is_top && node->WasAskedFor()) out.push_back({node->GetProvider(), node->GetOutput()});
    });
  });
  ++generation_;
  by_prim_ = std::make_unique<scene::PathTable<NodesHere>>();
  node_count_ = 0;
  by_leaf_.clear();
  by_children_.clear();
  by_looked_at_ = std::make_unique<scene::PathTable<std::vector<Node*>>>();
  looked_at_.clear();
  in_vain_ = std::make_unique<scene::PathTable<std::vector<ValueKey>>>();
  by_stage_.clear();
  varying_.clear();
  cycles_.clear();
  shapes_.clear();
  cut_shapes_.clear();
  chains_.clear();
  used_.clear();
  diagnostics_.clear();
  SortAndThin(out);
  return out;
}

void Network::TakeFromVain(const NetworkChanges& changes, std::vector<ValueKey>& out) const {
  std::vector<ValueKey> keys;
  const auto take = [&](const std::vector<ValueKey>& noted) {
    keys.insert(keys.end(), noted.begin(), noted.end());
  };
  for (const auto* roots : {&changes.resynced, &changes.redefined})
    for (const Path root : *roots) ForSubtree(*in_vain_, root, take);
  for (const Path property : changes.properties)
    if (const auto* entry = in_vain_->Find(property)) take(entry->value);
  for (const ValueKey& key : keys)
    if (const stage::Prim prim = stage_.GetPrimAtPath(key.provider);
        prim && !FindSteps(prim, key.output).empty())
      out.push_back(key);
}

// Nodes whose links may lead elsewhere now, and all that depend on them: these are stale. And what is in a
// chain with one, which is as it was.
void Network::FindDropped(const NetworkChanges& changes, std::vector<Node*>& dropped) const {
  std::vector<Node*> waiting;
  const auto take = [&](const std::vector<Node*>& nodes) {
    waiting.insert(waiting.end(), nodes.begin(), nodes.end());
  };
  for (Path root : changes.resynced) {
    if (const auto above = by_children_.find(root.GetParent()); above != by_children_.end())
      take(above->second);
    ForSubtree(*by_prim_, root,
               [&](const NodesHere& here) { here.ForEach([&](Node* node) { waiting.push_back(node); }); });
    ForSubtree(*by_looked_at_, root, take);
  }
  for (Path prim : changes.redefined) FindRelinked(prim, waiting);
  for (Path property : changes.properties)
    for (Node* node : FindReaders(property))
      if (std::any_of(node->GetComputation().inputs.begin(), node->GetComputation().inputs.end(),
                      [&](const Input& input) {
                        return (input.kind == Input::Kind::kTargets ||
                                input.kind == Input::Kind::kConnections) &&
                               input.name == property.GetNameToken();
                      }))
        waiting.push_back(node);
  for (Path property : changes.properties)
    if (const auto* lead_on = by_looked_at_->Find(property)) take(lead_on->value);
  while (!waiting.empty()) {
    Node* stale = waiting.back();
    waiting.pop_back();
    if (stale->is_stale) continue;
    stale->is_stale = true;
    // A chain goes as a whole: which steps it has may differ.
    for (Node* node = stale; node && !node->is_reached; node = node->previous) {
      node->is_reached = true;
      dropped.push_back(node);
      waiting.insert(waiting.end(), node->dependents.Get().begin(), node->dependents.Get().end());
      if (const auto cycle = cycles_.find(node); cycle != cycles_.end()) take(*cycle->second);
    }
  }
}

void Network::FindRelinked(Path redefined, std::vector<Node*>& relinked) const {
  const auto take = [&](const std::vector<Node*>& nodes) {
    relinked.insert(relinked.end(), nodes.begin(), nodes.end());
  };
  if (const auto above = by_children_.find(redefined.GetParent()); above != by_children_.end())
    take(above->second);
  if (const auto* looking = by_looked_at_->Find(redefined)) take(looking->value);
  ForSubtree(*by_prim_, redefined, [&](const NodesHere& here) {
    here.ForEach([&](Node* node) {
      if (node->GetProvider() == redefined || IsLinkedOtherwise(*node, redefined)) relinked.push_back(node);
    });
  });
}

// Whether the redefined prim, which is above, is the nearest one now or has ceased to be, or is the parent
// that had nothing for it.
bool Network::IsLinkedOtherwise(const Node& node, Path redefined) const {
  return std::ranges::any_of(node.shape->links, [&](const Link& link) {
    if (link.input->kind == Input::Kind::kParent && node.GetNodes(link).empty())
      return node.GetProvider().GetParent() == redefined;
    if (link.input->kind != Input::Kind::kNearestAncestor) return false;
    const stage::Prim above = FindNearest(node.prim, link.input->output);
    const auto nodes = node.GetNodes(link);
    return nodes.empty() ? bool(above) : !above || nodes.front()->GetProvider() != above.GetPath();
  });
}

// States are not made again to see whether they are the same.
std::vector<Network::Former> Network::KeepFormer(const std::vector<Node*>& dropped, Kept kept) {
  NodeSet stateful;
  std::vector<const Node*> waiting;
  for (const Node* node : dropped)
    if (node->GetStates()) waiting.push_back(node);
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    if (stateful.insert(node).second)
      waiting.insert(waiting.end(), node->dependents.Get().begin(), node->dependents.Get().end());
  }
  std::vector<Former> former;
  for (const Node* node : dropped)
    if (node->is_top && node->WasAskedFor() && !stateful.contains(node) &&
        (kept == Kept::kAll || node->GetComputation().cutoff == Computation::Cutoff::kEarly))
      former.push_back({{node->GetProvider(), node->GetOutput()}, node->varies, node->CopyAnswers()});
  return former;
}

void Network::SpareSame(const std::vector<Former>& former, std::vector<ValueKey>& out) const {
  tsl::robin_set<ValueKey, KeyHash> same;
  for (const auto& [key, varies, answers] : former) {
    Node* node = Find(stage_.GetPrimAtPath(key.provider), key.output);
    const bool is_same = node && node->varies == varies &&
                         std::all_of(answers.begin(), answers.end(), [&](const Node::Slot& slot) {
                           return Evaluate(*node, slot.time) == slot.answer;
                         });
    if (is_same) same.insert(key);
  }
  if (same.empty()) return;
  std::erase_if(out, [&](const ValueKey& key) { return same.contains(key); });
}

void Network::Unlink(const std::vector<Node*>& dropped) {
  const NodeSet gone(dropped.begin(), dropped.end());
  const auto remove = [&](std::vector<Node*>& nodes) {
    std::erase_if(nodes, [&](const Node* node) { return gone.contains(node); });
  };
  const auto remove_at = [&](auto& table, const tsl::robin_set<Path>& keys) {
    for (const Path key : keys) {
      const auto found = table.find(key);
      if (found == table.end()) continue;
      remove(found.value());
      if (found->second.empty()) table.erase(found);
    }
  };
  tsl::robin_set<Node*, PointerHash> needed;  // each list is gone over once, however many leave it
  tsl::robin_set<Path> providers, leaves, looked_at;
  for (Node* node : dropped) {
    for (Node* input : node->GetInputs())
      if (!gone.contains(input)) needed.insert(input);
    providers.insert(node->GetProvider());
    if (node->leaf != node->GetProvider()) leaves.insert(node->leaf);
    if (const auto paths = looked_at_.find(node); paths != looked_at_.end()) {
      looked_at.insert(paths->second.begin(), paths->second.end());
      looked_at_.erase(paths);
    }
    varying_.erase(node);
    cycles_.erase(node);
  }
  for (Node* input : needed) input->dependents.Remove(gone);
  for (const Path path : looked_at) remove(by_looked_at_->Find(path)->value);
  remove_at(by_children_, providers);
  remove_at(by_leaf_, leaves);
  remove(by_stage_);
}

bool Network::MayDifferAsDropped(const Node& top) {
  for (const Node* step = &top; step; step = step->previous)
    if (step->is_stale && MayDiffer(*step)) return true;
  return false;
}

bool Network::MayDiffer(const Node& node) {
  return !node.GetComputation().may_differ || node.GetComputation().may_differ(node.prim);
}

void Network::Drop(const std::vector<Node*>& dropped, std::vector<ValueKey>& out) {
  if (dropped.empty()) return;
  for (Node* node : dropped)
    if (node->is_top && node->WasAskedFor() && MayDifferAsDropped(*node))
      out.push_back({node->GetProvider(), node->GetOutput()});
  Unlink(dropped);
  for (Node* node : dropped) {
    diagnostics_.erase({node->GetProvider().GetString(), node->GetComputation().name.GetString()});
    std::unique_ptr<Node>* at = &by_prim_->Find(node->GetProvider())->value.first;
    while (at->get() != node) at = &(*at)->next_here;
    const std::unique_ptr<Node> gone = std::exchange(*at, std::move((*at)->next_here));
    --node_count_;
  }
}

template <class Take>
void Network::ForLeaf(Path leaf, const Take& take) const {
  if (const auto* entry = by_prim_->Find(leaf))
    entry->value.ForEach([&](Node* node) {
      if (node->leaf == leaf) take(node);
    });
  if (const auto proxies = by_leaf_.find(leaf); proxies != by_leaf_.end())
    for (Node* node : proxies->second) take(node);
}

std::vector<Network::Node*> Network::FindReaders(Path property) const {
  std::vector<Node*> readers;
  const Path prim = property.GetPrimPath();
  const Token name = property.GetNameToken();
  const auto reads = [name](const Input& input) { return input.name == name && Shape::ReadsProperty(input); };
  ForLeaf(prim, [&](Node* node) {
    if (std::ranges::any_of(node->GetComputation().inputs, reads)) readers.push_back(node);
  });
  return readers;
}

std::vector<Network::Node*> Network::FindSeeds(const NetworkChanges& changes) const {
  std::vector<Node*> seeds;
  for (Path property : changes.properties) {
    const Token name = property.GetNameToken();
    const auto reads = [name](const Input& input) {
      if (input.kind == Input::Kind::kAttributesNamed || input.kind == Input::Kind::kSourcesNamed)
        return name.GetText().starts_with(input.name.GetText());
      return input.name == name && Shape::ReadsProperty(input);
    };
    ForLeaf(property.GetPrimPath(), [&](Node* node) {
      if (std::ranges::any_of(node->GetComputation().inputs, reads)) seeds.push_back(node);
    });
  }
  const auto reads_metadata = [](const Input& input) { return input.kind == Input::Kind::kMetadata; };
  for (Path prim : changes.metadata)
    ForLeaf(prim, [&](Node* node) {
      if (std::ranges::any_of(node->GetComputation().inputs, reads_metadata)) seeds.push_back(node);
    });
  for (const ValueKey& key : changes.outputs)
    if (const auto* entry = by_prim_->Find(key.provider))
      entry->value.ForEach([&](Node* node) {
        if (node->GetOutput() == key.output) seeds.push_back(node);
      });
  if (changes.has_stage_metadata) seeds.insert(seeds.end(), by_stage_.begin(), by_stage_.end());
  return seeds;
}

// Forgets the answers of the seeds and of what depends on them, in the order of inputs, and ends where an
// answer that is made anew at once is the same as before.
void Network::Spread(const std::vector<Node*>& seeds, std::vector<ValueKey>& out) {
  std::vector<Node*> order;  // dependents before what they need
  order.reserve(seeds.size());
  struct Frame {
    Node* node;
    size_t next;
  };
  std::vector<Frame> stack;
  for (Node* seed : seeds) {
    if (seed->is_reached) continue;
    seed->is_reached = true;
    stack.push_back({seed, 0});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const std::span<Node* const> dependents = frame.node->dependents.Get();
      if (frame.next < dependents.size()) {
        // Backwards, since the order is gone through from its end: then keys come sorted, mostly.
        Node* dependent = dependents[dependents.size() - ++frame.next];
        if (dependent->is_reached) continue;
        dependent->is_reached = true;
        // Most are needed by nobody.
        if (dependent->dependents.Get().empty())
          order.push_back(dependent);
        else
          stack.push_back({dependent, 0});
        continue;
      }
      order.push_back(frame.node);
      stack.pop_back();
    }
  }
  const auto is_lasting = [](const Node& node) {
    if (node.is_seed) return false;
    return std::ranges::none_of(node.shape->links,
                                [&](const Link& link) {
                                  return std::ranges::any_of(node.GetNodes(link), [&](const Node* input) {
                                    return input->differs && (!link.input->is_lasting || input->varies);
                                  });
                                }) &&
           !(node.previous && node.previous->differs);
  };
  for (Node* seed : seeds) {
    seed->is_seed = seed->is_stale = true;
    seed->ForgetKnown();
    seed->varies_itself = FindOwnVariation(*seed);
  }
  for (size_t i = order.size(); i-- > 0;) {
    Node& node = *order[i];
    if (!node.is_stale) continue;
    const bool varied = node.varies;
    node.varies =
        node.varies_itself || std::ranges::any_of(node.GetInputs(), [](Node* in) { return in->varies; });
    const bool varies_otherwise = node.varies != varied;
    if (node.is_top && node.varies)
      varying_.insert(&node);
    else if (varied)
      varying_.erase(&node);
    const bool cuts_off = node.GetComputation().cutoff == Computation::Cutoff::kEarly && !varies_otherwise;
    const bool was_asked_for = node.WasAskedFor();
    const std::vector<Node::Slot> former = cuts_off ? node.CopyAnswers() : std::vector<Node::Slot>();
    node.ForgetAnswers();
    // Of what it needs now it may be quicker.
    node.is_stopped = node.is_stopped && cycles_.contains(&node);
    if (Node::States* states = node.GetStates()) {
      if (is_lasting(node))
        states->Change(node.GetComputation().stepping->max_checkpoints);
      else
        states->Clear();
    }
    bool is_same = cuts_off && was_asked_for;
    for (size_t s = 0; s < former.size() && is_same; ++s)
      is_same = Evaluate(node, former[s].time) == former[s].answer;
    // While functions were called, the host may have let others compute.
    if (is_same) continue;
    if (node.is_top && was_asked_for && (MayDiffer(node) || (node.previous && node.previous->differs)))
      out.push_back({node.GetProvider(), node.GetOutput()});
    node.differs = true;
    for (Node* dependent : node.dependents.Get()) dependent->is_stale = true;
  }
  for (Node* node : order) node->is_seed = node->is_reached = node->is_stale = node->differs = false;
}

std::vector<ValueKey> Network::ChangeTime(stage::Time from, stage::Time to) const {
  std::vector<ValueKey> out;
  for (Node* node : varying_) {
    const Node::Slot* slot = node->FindSlot(from);
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
    if (!is_same) out.push_back({node->GetProvider(), node->GetOutput()});
  }
  SortAndThin(out);
  return out;
}

}  // namespace strata::compute
