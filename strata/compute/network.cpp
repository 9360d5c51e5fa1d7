#include "strata/compute/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/compute/calling.h"
#include "strata/compute/network_node.h"

namespace strata::compute {

namespace {

using stage::Prim;

bool HasMaker(const Registry::Chain& chain) {
  return chain.maker && !chain.maker->schemas.empty();
}

}  // namespace

Network::Network(const stage::Stage& stage, std::shared_ptr<const Registry> registry, NetworkOptions options)
    : stage_(stage),
      registry_(std::move(registry)),
      options_(std::move(options)),
      by_prim_(std::make_unique<scene::PathTable<NodesHere>>()),
      by_looked_at_(std::make_unique<scene::PathTable<std::vector<Node*>>>()),
      in_vain_(std::make_unique<scene::PathTable<std::vector<ValueKey>>>()) {}

Network::~Network() = default;

bool Network::IsUsed(const Computation& computation) const {
  if (!computation.is_used) return true;
  const auto found = used_.find(&computation);
  if (found != used_.end()) return found->second;
  const bool is_used = computation.is_used(stage_);
  used_.emplace(&computation, is_used);
  return is_used;
}

const Registry::Chain& Network::FindChain(const schema::PrimDefinition* definition, Token output) const {
  const ChainKey key{definition, output};
  const std::lock_guard lock(chains_mutex_);
  if (const auto found = chains_.find(key); found != chains_.end()) return *found->second;
  auto chain = std::make_unique<Registry::Chain>(registry_->FindChain(
      output, definition, [this](const Computation& computation) { return IsUsed(computation); }));
  return *chains_.emplace(key, std::move(chain)).first->second;
}

std::vector<Token> Network::FindAuthoredNames(const schema::PrimDefinition* definition, Token output) const {
  const auto asking = Ask();
  std::vector<Token> names;
  for (const Computation* modifier : FindChain(definition, output).modifiers)
    if (const Token name = modifier->keeps_authored_as;
        !name.IsEmpty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

bool Network::IsComputed(const schema::PrimDefinition* definition, Token output) const {
  const auto asking = Ask();
  const Registry::Chain& chain = FindChain(definition, output);
  return !chain.modifiers.empty() || HasMaker(chain);
}

bool Network::IsMade(const schema::PrimDefinition* definition, Token output) const {
  const auto asking = Ask();
  return HasMaker(FindChain(definition, output));
}

Network::Node* Network::Find(const Prim& prim, Token output) const {
  if (!prim || RefuseNested(prim.GetPath(), output)) return nullptr;
  const auto asking = Ask();
  const Registry::Chain& chain = FindChain(prim.GetPrimDefinition(), output);
  if (chain.IsEmpty()) return nullptr;
  auto steps = static_cast<uint32_t>(chain.modifiers.size() + (chain.maker ? 1 : 0));
  if (chain.asks_prims) steps = static_cast<uint32_t>(FindSteps(prim, output).size());
  if (steps == 0) {
    NoteInVain(prim, output);
    return nullptr;
  }
  {
    const std::shared_lock lock(structure_);
    if (Node* found = FindMade(prim.GetPath(), output, steps - 1)) return found;
  }
  const std::unique_lock lock(structure_);
  if (node_count_ >= options_.max_nodes) {
    Diagnostic full(kComputationFailed, "There are more computations than may be kept at a time.",
                    {{}, prim.GetPath().GetString(), 0, 0, 0}, "Raise NetworkOptions::max_nodes.");
    Note({}, "max_nodes", std::move(full));
    return nullptr;
  }
  std::vector<Node*> fresh;
  Node* top = FindOrMake(prim, output, fresh);
  for (size_t i = 0; i < fresh.size(); ++i) LinkNode(*fresh[i], fresh);
  Finish(fresh);
  return top;
}

bool Network::RefuseNested(Path provider, Token output) const {
  Calling* calling = Calling::Find();
  if (!calling) return false;
  calling->Refuse(Diagnostic(
      kNeedUndeclared,
      fmt::format("`{}` asked for \"{}\" of {}, which is none of its inputs.",
                  calling->GetComputation().name.GetText(), output.GetText(), provider.GetString()),
      {{}, calling->GetProvider().GetString(), 0, 0, 0},
      "Say what the function needs as inputs: it is called when they are there."));
  return true;
}

std::unique_ptr<Access::Changing> Network::BeginChanges() {
  Calling* calling = Calling::Find();
  if (!calling) {
    if (access_.IsMine()) return nullptr;
    if (options_.wait_for_readers) options_.wait_for_readers();
    return std::make_unique<Access::Changing>(access_);
  }
  calling->Refuse(Diagnostic(
      kEditedByComputation,
      fmt::format("`{}` edits the stage while it is called: answers that follow from the "
                  "edit stay as they are until the stage is edited next.",
                  calling->GetComputation().name.GetText()),
      {{}, calling->GetProvider().GetString(), 0, 0, 0}, "Let it answer, and edit the stage outside of it."));
  return nullptr;
}

void Network::EndChanges() const {
  if (options_.wait_for_readers) options_.wait_for_readers();
}

std::vector<const Computation*> Network::FindSteps(const Prim& prim, Token output) const {
  const Registry::Chain& chain = FindChain(prim.GetPrimDefinition(), output);
  std::vector<const Computation*> steps;
  if (chain.maker) steps.push_back(chain.maker);
  steps.insert(steps.end(), chain.modifiers.begin(), chain.modifiers.end());
  if (chain.asks_prims)
    std::erase_if(steps, [&](const Computation* each) {
      const Calling calling(*each, prim);
      return each->is_for && !each->is_for(prim);
    });
  return steps;
}

// The relationships themselves, too: they may come to name others.
void Network::NoteInVain(const Prim& prim, Token output) const {
  const Registry::Chain& chain = FindChain(prim.GetPrimDefinition(), output);
  std::vector<Path> from;
  const auto take = [&](const Computation& computation) {
    if (!computation.is_for) return;
    for (const Input& input : computation.inputs) {
      if (input.kind != Input::Kind::kTargets) continue;
      const std::vector<Path> targets = prim.GetRelationship(input.name).GetForwardedTargets();
      if (targets.empty()) continue;
      from.insert(from.end(), targets.begin(), targets.end());
      from.push_back(prim.GetPath().AppendProperty(input.name));
    }
  };
  if (chain.maker) take(*chain.maker);
  for (const Computation* modifier : chain.modifiers) take(*modifier);
  if (from.empty()) return;
  const ValueKey key{prim.GetPath(), output};
  const auto is_noted = [&](Path path) {
    const auto* entry = in_vain_->Find(path);
    return entry && std::find(entry->value.begin(), entry->value.end(), key) != entry->value.end();
  };
  {
    const std::shared_lock lock(structure_);
    if (std::all_of(from.begin(), from.end(), is_noted)) return;
  }
  const std::unique_lock lock(structure_);
  for (const Path path : from)
    if (!is_noted(path)) in_vain_->FindOrAdd(path).value.push_back(key);
}

Network::Node* Network::FindMade(Path provider, Token output, uint32_t step) const {
  const auto* entry = by_prim_->Find(provider);
  if (!entry) return nullptr;
  for (Node* node = entry->value.first.get(); node; node = node->next_here.get())
    if (node->step == step && node->GetOutput() == output) return node;
  return nullptr;
}

const Network::Shape& Network::FindShape(const Computation& computation) const {
  std::unique_ptr<Shape>& shape = shapes_[&computation];
  if (!shape) shape = std::make_unique<Shape>(computation, Shape::Links::kAll);
  return *shape;
}

// The last step of the output's chain, with those before it.
Network::Node* Network::FindOrMake(const Prim& prim, Token output, std::vector<Node*>& fresh) const {
  const Path provider = prim.GetPath();
  Node* previous = nullptr;
  uint32_t step = 0;
  for (const Computation* each : FindSteps(prim, output)) {
    Node* node = FindMade(provider, output, step);
    if (!node) {
      auto made = std::make_unique<Node>(FindShape(*each), prim, previous, step);
      node = made.get();
      fresh.push_back(node);
      ++node_count_;
      if (node->leaf != provider) by_leaf_[node->leaf].push_back(node);
      NodesHere& here = by_prim_->FindOrAdd(provider).value;
      made->next_here = std::move(here.first);
      here.first = std::move(made);
    }
    previous = node;
    ++step;
  }
  if (previous) previous->is_top = true;
  return previous;
}

void Network::LinkNode(Node& node, std::vector<Node*>& fresh) const {
  std::vector<Node*> inputs;
  std::vector<uint32_t> ends;
  if (node.previous) inputs.push_back(node.previous);
  for (const Link& link : node.shape->links) {
    LinkInput(node, *link.input, inputs, fresh);
    if (link.list != Link::kNone) ends.push_back(static_cast<uint32_t>(inputs.size()));
  }
  node.SetLinks(inputs, ends);
  for (Node* input : inputs) input->dependents.Add(&node);
}

void Network::LinkInput(Node& node, const Input& input, std::vector<Node*>& inputs,
                        std::vector<Node*>& fresh) const {
  const auto take = [&](const Prim& prim) {
    if (!prim || prim.IsPseudoRoot()) return;
    if (Node* found = FindOrMake(prim, input.output, fresh)) inputs.push_back(found);
  };
  switch (input.kind) {
    case Input::Kind::kComputation: {
      Node* found = FindOrMake(node.prim, input.output, fresh);
      if (!input.before.IsEmpty())
        for (Node* step = found; step; step = step->previous)
          if (step->GetComputation().name == input.before) {
            found = step->previous;
            break;
          }
      if (found) inputs.push_back(found);
      break;
    }
    case Input::Kind::kParent:
      take(node.prim.GetParent());
      break;
    case Input::Kind::kNearestAncestor:
      take(FindNearest(node.prim, input.output));
      break;
    case Input::Kind::kChildren:
      by_children_[node.GetProvider()].push_back(&node);
      for (const Prim& child : node.prim.GetChildren()) take(child);
      break;
    case Input::Kind::kTargets:
      LookAtTargets(node, input.name);
      for (const Path target : node.prim.GetRelationship(input.name).GetForwardedTargets())
        if (target.IsPrim()) take(stage_.GetPrimAtPath(target));
      break;
    case Input::Kind::kConnections:
      for (const Path source : node.prim.GetAttribute(input.name).GetConnections()) {
        LookAt(node, source.GetPrimPath());
        take(stage_.GetPrimAtPath(source.GetPrimPath()));
      }
      break;
    case Input::Kind::kOfPrim:
      LookAt(node, input.prim);
      take(stage_.GetPrimAtPath(input.prim));
      break;
    case Input::Kind::kStageMetadata:
      by_stage_.push_back(&node);
      break;
    case Input::Kind::kAttribute:
    case Input::Kind::kSource:
    case Input::Kind::kSamples:
    case Input::Kind::kAttributesNamed:
    case Input::Kind::kSourcesNamed:
    case Input::Kind::kMetadata:
    case Input::Kind::kTime:
    case Input::Kind::kPrevious:
    case Input::Kind::kConstant:
      break;
  }
}

Prim Network::FindNearest(const Prim& prim, Token output) const {
  Prim above = prim.GetParent();
  while (above && !above.IsPseudoRoot() && !IsMade(above.GetPrimDefinition(), output))
    above = above.GetParent();
  return above.IsPseudoRoot() ? Prim() : above;
}

void Network::LookAt(Node& node, Path path) const {
  std::vector<Path>& paths = looked_at_[&node];
  if (std::find(paths.begin(), paths.end(), path) != paths.end()) return;
  paths.push_back(path);
  by_looked_at_->FindOrAdd(path).value.push_back(&node);
}

// The targets, and those of relationships among them.
void Network::LookAtTargets(Node& node, Token relationship) const {
  std::vector<Path> all = node.prim.GetRelationship(relationship).GetTargets();
  for (size_t i = 0; i < all.size(); ++i) {
    LookAt(node, all[i]);
    if (!all[i].IsPrimProperty()) continue;
    for (const Path target : stage_.GetRelationshipAtPath(all[i]).GetTargets())
      if (std::find(all.begin(), all.end(), target) == all.end()) all.push_back(target);
  }
}

bool Network::FindOwnVariation(Node& node) const {
  bool varies = bool(node.GetComputation().stepping);
  for (const Link& link : node.shape->links) {
    if (link.input->kind == Input::Kind::kTime) varies = true;
    if (link.read != Link::kNone) {
      const stage::Attribute attribute = node.GetAttribute(link);
      const bool does = attribute.IsDefined() && attribute.ValueMightBeTimeVarying();
      node.SetVaries(link, does);
      varies = varies || does;
    }
    if (link.input->kind == Input::Kind::kAttributesNamed)
      for (const Token name : node.prim.GetAuthoredPropertyNames())
        if (name.GetText().starts_with(link.input->name.GetText()))
          varies = varies || node.prim.GetAttribute(name).ValueMightBeTimeVarying();
  }
  return varies;
}

// Inputs first: whether an answer varies follows from them. What leads back to itself is cut.
void Network::Finish(const std::vector<Node*>& fresh) const {
  struct Frame {
    Node* node;
    size_t next;
  };
  std::vector<Frame> stack;
  NodeSet open;
  for (Node* root : fresh) {
    if (root->is_finished) continue;
    stack.push_back({root, 0});
    open.insert(root);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      Node& node = *frame.node;
      if (frame.next < node.inputs) {
        Node* input = node.GetInputs()[frame.next++];
        if (input->is_finished) continue;
        if (open.contains(input)) {
          std::vector<Node*> cycle;
          for (size_t i = stack.size(); i-- > 0;) {
            cycle.push_back(stack[i].node);
            if (stack[i].node == input) break;
          }
          BreakCycle(cycle);
          for (Frame& each : stack) each.next = 0;
        } else {
          open.insert(input);
          stack.push_back({input, 0});
        }
        continue;
      }
      node.varies_itself = FindOwnVariation(node);
      node.varies =
          node.varies_itself || std::ranges::any_of(node.GetInputs(), [](Node* in) { return in->varies; });
      node.is_finished = true;
      if (node.is_top && node.varies) varying_.insert(&node);
      open.erase(&node);
      stack.pop_back();
    }
  }
}

// None of them can be called. What each would change stays as it was before.
void Network::BreakCycle(const std::vector<Node*>& cycle) const {
  const auto is_in = [&](const Node* node) {
    return std::find(cycle.begin(), cycle.end(), node) != cycle.end();
  };
  std::string around;
  for (const Node* node : cycle)
    around += fmt::format("{}\"{}\" of {}", around.empty() ? "" : ", then ", node->GetOutput().GetText(),
                          node->GetProvider().GetString());
  const auto shared = std::make_shared<const std::vector<Node*>>(cycle);
  for (Node* node : cycle) {
    node->is_stopped = true;
    cycles_[node] = shared;
    for (Node* input : node->GetInputs()) input->dependents.Remove(node);
    if (node->previous && is_in(node->previous)) node->previous = nullptr;
    std::unique_ptr<Shape>& cut = cut_shapes_[&node->GetComputation()];
    if (!cut) cut = std::make_unique<Shape>(node->GetComputation(), Shape::Links::kNone);
    node->Cut(*cut);
    if (node->previous) node->previous->dependents.Add(node);
    Note(*node, Diagnostic(kComputationCycle,
                           fmt::format("`{}` needs its own answer: {}.",
                                       node->GetComputation().name.GetText(), around),
                           {{}, node->GetProvider().GetString(), 0, 0, 0},
                           "Take away one of the inputs that lead around."));
  }
}

void Network::Note(const std::string& prim, const std::string& what, Diagnostic diagnostic) const {
  const std::lock_guard lock(diagnostics_mutex_);
  diagnostics_.insert_or_assign({prim, what}, std::move(diagnostic));
  has_diagnostics_ = true;
}

void Network::Note(const Node& node, Diagnostic diagnostic) const {
  const std::string prim = node.GetProvider().GetString();
  if (diagnostic.location.path.empty()) diagnostic.location.path = prim;
  Note(prim, node.GetComputation().name.GetString(), std::move(diagnostic));
}

Diagnostics Network::GetDiagnostics() const {
  Diagnostics all;
  const auto asking = Ask();
  const std::lock_guard lock(diagnostics_mutex_);
  for (const auto& [key, diagnostic] : diagnostics_) all.Add(diagnostic);
  return all;
}

size_t Network::GetNodeCount() const {
  const auto asking = Ask();
  const std::shared_lock lock(structure_);
  return node_count_;
}

std::vector<Path> Network::FindProviders(Token output) const {
  const auto asking = Ask();
  const std::shared_lock lock(structure_);
  std::vector<Path> found;
  ForSubtree(*by_prim_, Path::AbsoluteRoot(), [&](const NodesHere& here) {
    here.ForEach([&](const Node* node) {
      if (node->is_top && node->GetOutput() == output) found.push_back(node->GetProvider());
    });
  });
  std::sort(found.begin(), found.end());
  return found;
}

uint64_t Network::GetEvaluationCount() const {
  const auto asking = Ask();
  const std::shared_lock lock(structure_);
  uint64_t count = 0;
  ForSubtree(*by_prim_, Path::AbsoluteRoot(), [&](const NodesHere& here) {
    here.ForEach([&](const Node* node) { count += node->evaluations; });
  });
  return count;
}

bool Network::MightVary(const Node& node) const {
  return node.varies;
}

bool Network::VariesAsKnown(const Node& node) const {
  const Node* step = &node;
  while (step && !MayDiffer(*step)) step = step->previous;
  return step && step->varies;
}

std::vector<double> Network::GetTimeSamples(const Node& node) const {
  const auto asking = Ask();
  std::vector<stage::Attribute> attributes;
  std::vector<const Node*> waiting = {&node};
  NodeSet seen = {&node};
  while (!waiting.empty()) {
    const Node& at = *waiting.back();
    waiting.pop_back();
    if (!at.varies) continue;
    for (const Link& link : at.shape->links) {
      if (at.Varies(link)) attributes.push_back(at.GetAttribute(link));
      if (link.input->kind == Input::Kind::kAttributesNamed)
        for (const Token name : at.prim.GetAuthoredPropertyNames())
          if (name.GetText().starts_with(link.input->name.GetText())) {
            stage::Attribute attribute = at.prim.GetAttribute(name);
            if (attribute.ValueMightBeTimeVarying()) attributes.push_back(std::move(attribute));
          }
    }
    for (const Node* input : at.GetInputs())
      if (seen.insert(input).second) waiting.push_back(input);
  }
  return stage::Attribute::GetUnionedTimeSamples(attributes);
}

std::vector<double> Network::GetTimes(const Node& node, double begin, double end) const {
  const auto asking = Ask();
  constexpr size_t kMaxTicks = 1000;
  std::vector<double> times = GetTimeSamples(node);
  std::erase_if(times, [&](double time) { return !(time > begin && time < end); });
  std::vector<const Node*> waiting = {&node};
  NodeSet seen = {&node};
  while (!waiting.empty()) {
    const Node& at = *waiting.back();
    waiting.pop_back();
    if (const Stepping* stepping = at.GetComputation().stepping.get()) {
      const double first = stepping->first.value_or(stage_.GetStartTimeCode());
      const double length = stepping->time_codes_per_step;
      double tick = std::floor((begin - first) / length) + 1;
      for (size_t i = 0; i < kMaxTicks && first + tick * length < end; ++i, ++tick)
        if (tick >= 0 && first + tick * length > begin) times.push_back(first + tick * length);
    }
    for (const Node* input : at.GetInputs())
      if (input->varies && seen.insert(input).second) waiting.push_back(input);
  }
  times.push_back(begin);
  times.push_back(end);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

}  // namespace strata::compute
