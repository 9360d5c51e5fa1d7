#include "strata/compute/network_node.h"

#include <algorithm>
#include <new>
#include <utility>

namespace strata::compute {

namespace {

// Attributes of instance proxies are told of where their prototypes are.
Path GetLeafPath(const stage::Prim& prim) {
  return prim.IsInstanceProxy() ? prim.GetPrimInPrototype().GetPath() : prim.GetPath();
}

bool LeadsToNodes(const Input& input) {
  switch (input.kind) {
    case Input::Kind::kComputation:
    case Input::Kind::kParent:
    case Input::Kind::kNearestAncestor:
    case Input::Kind::kChildren:
    case Input::Kind::kTargets:
    case Input::Kind::kConnections:
    case Input::Kind::kOfPrim:
      return true;
    default:
      return false;
  }
}

}  // namespace

Network::Shape::Shape(const Computation& of, Links which) : computation(&of) {
  if (which == Links::kNone) return;
  for (const Input& input : of.inputs) {
    if (input.kind == Input::Kind::kPrevious) continue;
    Link& link = links.emplace_back();
    link.input = &input;
    if (LeadsToNodes(input)) link.list = lists++;
    if (IsAttribute(input)) link.read = reads++;
  }
}

void Network::Node::List::Add(Node* node) {
  if (!more_ && !one_) {
    one_ = node;
    return;
  }
  if (!more_) more_ = std::make_unique<std::vector<Node*>>(1, std::exchange(one_, nullptr));
  // Where many need one, room for twice as many would be most of what a link takes.
  if (more_->size() == more_->capacity()) more_->reserve(more_->size() + more_->size() / 8 + 4);
  more_->push_back(node);
}

void Network::Node::List::Remove(const Node* node) {
  if (more_)
    std::erase(*more_, node);
  else if (one_ == node)
    one_ = nullptr;
}

void Network::Node::List::Remove(const NodeSet& nodes) {
  if (more_)
    std::erase_if(*more_, [&](const Node* each) { return nodes.contains(each); });
  else if (one_ && nodes.contains(one_))
    one_ = nullptr;
}

Network::Node::Node(const Shape& of, const stage::Prim& provider, Node* before, uint32_t number)
    : shape(&of), prim(provider), previous(before), leaf(GetLeafPath(provider)), step(number) {
  if (!of.computation->stepping) return;
  varying = std::make_unique<Varying>();
  varying->states = std::make_unique<States>();
}

Network::Node::~Node() {
  ForgetLinks();
}

void Network::Node::SetLinks(std::span<Node* const> nodes, std::span<const uint32_t> ends) {
  const size_t kept_ends = ends.empty() ? 0 : ends.size() - 1;
  const size_t bytes = shape->reads * (sizeof(Datum) + sizeof(std::atomic<uint8_t>)) +
                       nodes.size() * sizeof(Node*) + kept_ends * sizeof(uint32_t);
  if (bytes == 0) return;
  linked_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
  inputs = static_cast<uint32_t>(nodes.size());
  std::uninitialized_default_construct_n(GetKnownAt(), shape->reads);
  std::uninitialized_copy(nodes.begin(), nodes.end(), GetInputsAt());
  std::uninitialized_copy_n(ends.begin(), kept_ends, GetEndsAt());
  std::uninitialized_value_construct_n(GetFlagsAt(), shape->reads);
}

void Network::Node::Cut(const Shape& cut) {
  ForgetLinks();
  shape = &cut;
  if (previous) SetLinks({&previous, 1}, {});
}

void Network::Node::ForgetLinks() {
  if (linked_) std::destroy_n(GetKnownAt(), shape->reads);
  linked_.reset();
  inputs = 0;
}

void Network::Node::SetVaries(const Link& link, bool does) {
  GetFlagsAt()[link.read].store(does ? kVaries : 0, std::memory_order_relaxed);
}

void Network::Node::Know(const Link& link, Datum read) const {
  GetKnownAt()[link.read] = std::move(read);
  GetFlagsAt()[link.read].fetch_or(kKnown, std::memory_order_release);
}

void Network::Node::ForgetKnown() {
  for (uint32_t i = 0; linked_ && i < shape->reads; ++i) {
    GetFlagsAt()[i].fetch_and(static_cast<uint8_t>(~kKnown), std::memory_order_relaxed);
    GetKnownAt()[i] = {};
  }
}

std::vector<Network::Node::Slot> Network::Node::CopyAnswers() const {
  std::vector<Slot> answers;
  if (still.load() == Still::kReady) answers.push_back({stage::Time(0), true, still_answer});
  if (varying) answers.insert(answers.end(), varying->slots.begin(), varying->slots.end());
  return answers;
}

void Network::Node::ForgetAnswers() {
  still = Still::kNone;
  still_answer = {};
  if (varying) varying->slots.clear();
  if (!shape->computation->stepping) varying.reset();
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

}  // namespace strata::compute
