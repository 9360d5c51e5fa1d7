// Parameters of the nodes of material networks, of lights as of materials.
#pragma once

#include <optional>

#include "strata/scene/schemas_material.h"

namespace strata::render {

// The node and what is said of it at the frame; the network may end first.
class NetworkNode {
 public:
  NetworkNode() = default;
  NetworkNode(scene::MaterialNodesSchema nodes, Token name);
  explicit operator bool() const { return node_.IsDefined(); }
  Token GetIdentifier() const;
  Value Get(Token parameter) const;  // empty where it is not said
  float GetFloat(Token parameter, float fallback) const;
  Vec3f GetColor(Token parameter, Vec3f fallback) const;
  Token GetToken(Token parameter, Token fallback) const;  // also of strings
  // The node that an input is connected to, and its output.
  NetworkNode GetUpstream(Token input, Token* output = nullptr) const;

 private:
  scene::MaterialNodesSchema nodes_;
  scene::MaterialNodeSchema node_;
};

// The node at a terminal ("surface", "light") of a network.
NetworkNode FindTerminal(const scene::MaterialNetworkSchema& network, Token terminal);

}  // namespace strata::render
