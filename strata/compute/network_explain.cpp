// Answers beside those that are kept: with other values of attributes, and step by step.
#include <algorithm>

#include "strata/compute/network_scratch.h"

namespace strata::compute {

using stage::Time;

Datum Network::EvaluateWith(Node& root, Time time, const Overrides& overrides) const {
  if (RefuseNested(root.GetProvider(), root.GetOutput())) return {};
  const auto asking = Ask();
  Evaluate(root, time);
  Scratch scratch;
  scratch.overrides = &overrides;
  // What the overrides reach, then in the order of inputs.
  std::vector<Node*> waiting;
  {
    const std::shared_lock lock(structure_);
    for (const auto& [path, value] : overrides) {
      const std::vector<Node*> readers = FindReaders(path);
      waiting.insert(waiting.end(), readers.begin(), readers.end());
    }
    while (!waiting.empty()) {
      Node* node = waiting.back();
      waiting.pop_back();
      if (scratch.changed.insert(node).second)
        waiting.insert(waiting.end(), node->dependents.Get().begin(), node->dependents.Get().end());
    }
  }
  if (!scratch.changed.contains(&root)) return GetReady(root, time);
  scratch.stack.push_back({&root, 0});
  while (!scratch.stack.empty()) {
    Scratch::Frame& frame = scratch.stack.back();
    if (frame.next < frame.node->inputs) {
      Node* input = frame.node->GetInputs()[frame.next++];
      if (scratch.changed.contains(input) && !scratch.own.contains(input))
        scratch.stack.push_back({input, 0});
      continue;
    }
    Node* node = frame.node;
    scratch.stack.pop_back();
    scratch.own.insert_or_assign(node, Call(*node, time, scratch));
  }
  return scratch.own.find(&root)->second;
}

std::vector<Network::Step> Network::Explain(Node& top, Time time) const {
  if (RefuseNested(top.GetProvider(), top.GetOutput())) return {};
  const auto asking = Ask();
  Evaluate(top, time);
  std::vector<Step> steps;
  for (Node* node = &top; node; node = node->previous) {
    Evaluate(*node, time);
    Step step;
    step.output = node->GetOutput();
    step.name = node->GetComputation().name;
    step.module = node->GetComputation().module;
    step.answer = GetReady(*node, time);
    step.evaluations = node->evaluations;
    step.nanoseconds = node->nanoseconds;
    for (const Link& link : node->shape->links) {
      Step::Source source;
      source.input = *link.input;
      for (Node* input : node->GetNodes(link)) {
        source.computed.push_back({input->GetProvider(), input->GetOutput()});
        source.answers.push_back(GetReady(*input, time));
      }
      if (link.input->kind == Input::Kind::kAttribute || link.input->kind == Input::Kind::kSamples ||
          link.input->kind == Input::Kind::kSource)
        source.attribute = node->GetProvider().AppendProperty(link.input->name);
      if (link.list == Link::kNone) {
        Datum read = Read(*node, link, time, nullptr);
        if (const Samples* samples = read.GetIf<Samples>(); samples && samples->fraction == 0)
          read = Datum(samples->lower);
        if (!read.IsEmpty()) source.answers.push_back(std::move(read));
      }
      step.sources.push_back(std::move(source));
    }
    steps.push_back(std::move(step));
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

}  // namespace strata::compute
