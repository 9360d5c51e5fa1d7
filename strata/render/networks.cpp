#include "strata/render/networks.h"

#include <cmath>

namespace strata::render {

NetworkNode::NetworkNode(scene::MaterialNodesSchema nodes, Token name)
    : nodes_(std::move(nodes)), node_(nodes_.Get(name)) {}

Token NetworkNode::GetIdentifier() const {
  return node_.GetNodeIdentifier().value_or(Token());
}

Value NetworkNode::Get(Token parameter) const {
  const auto source = scene::SampledDataSource::Cast(node_.GetParameters().Get(parameter).GetValue());
  return source ? source->GetValue(0) : Value();
}

float NetworkNode::GetFloat(Token parameter, float fallback) const {
  const Value value = CastValue(Get(parameter), ValueType::kFloat);
  const float* held = value.GetIf<float>();
  return held && std::isfinite(*held) ? *held : fallback;
}

Vec3f NetworkNode::GetColor(Token parameter, Vec3f fallback) const {
  const Value value = CastValue(Get(parameter), ValueTypeOf<Vec3f>::kType);
  const Vec3f* held = value.GetIf<Vec3f>();
  if (!held) return fallback;
  for (size_t i = 0; i < 3; ++i)
    if (!std::isfinite((*held)[i])) return fallback;
  return *held;
}

Token NetworkNode::GetToken(Token parameter, Token fallback) const {
  const Value value = Get(parameter);
  if (const Token* token = value.GetIf<Token>()) return *token;
  if (const std::string* text = value.GetIf<std::string>()) return Token(*text);
  return fallback;
}

NetworkNode NetworkNode::GetUpstream(Token input, Token* output) const {
  const scene::MaterialConnectionSchema connection = node_.GetInputConnections().Get(input).GetElement(0);
  const std::optional<Token> name = connection.GetUpstreamNodePath();
  if (!name) return {};
  if (output) *output = connection.GetUpstreamNodeOutputName().value_or(Token());
  return {nodes_, *name};
}

NetworkNode FindTerminal(const scene::MaterialNetworkSchema& network, Token terminal) {
  const std::optional<Token> name = network.GetTerminals().Get(terminal).GetUpstreamNodePath();
  return name ? NetworkNode(network.GetNodes(), *name) : NetworkNode();
}

}  // namespace strata::render
