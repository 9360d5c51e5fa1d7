// The prims of a stage with what each is and what brought it: a table in traversal order.
#pragma once

#include <string>
#include <vector>

#include "strata/base/json_writer.h"
#include "strata/stage/stage.h"

namespace strata::inspect {

inline constexpr DiagnosticCode kTreeRootUnknown{
    "inspect.tree-root-unknown", Severity::kError,
    "A tree is asked for below a prim that the stage does not have."};

struct TreeRow {
  Path path;
  uint32_t depth = 0;  // below the first row
  std::string name;
  std::string specifier;  // "def", "over", "class"
  std::string type_name;
  std::string kind;
  std::vector<std::string> arcs;  // kinds of direct arcs with opinions, each once, strongest first
  std::vector<std::pair<std::string, std::string>> variants;
  Path prototype;  // of instances
  bool is_active = true, is_loaded = true, is_defined = true, is_abstract = false;
  bool is_instance = false, is_instance_proxy = false;
  bool is_last_sibling = false;
  size_t hidden_children = 0;           // not shown because of TreeOptions::max_depth
  std::vector<std::string> properties;  // names, when asked for
};

struct TreeOptions {
  Path root = Path::AbsoluteRoot();
  uint32_t max_depth = UINT32_MAX;
  enum class Prims : uint8_t {
    kDefault,
    kAll
  } prims = Prims::kDefault;  // kAll: inactive, abstract, undefined too
  stage::InstanceProxies proxies = stage::InstanceProxies::kSkip;
  enum class Properties : uint8_t { kOmit, kList } properties = Properties::kOmit;
};
// In depth-first order; prototypes follow with InstanceProxies::kSkip. Empty when there is no prim at the
// root.
std::vector<TreeRow> ListTree(const stage::Stage& stage, const TreeOptions& options);
void WriteTree(JsonWriter& writer, const std::vector<TreeRow>& rows);  // an array

}  // namespace strata::inspect
