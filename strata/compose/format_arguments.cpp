#include "strata/compose/format_arguments.h"

#include <algorithm>

#include "strata/asset/asset_path.h"

namespace strata::compose {

DynamicFileFormatPtr FindDynamicFormat(const layer::LayerRegistry& registry, const std::string& asset_path) {
  std::map<std::string, std::string> arguments;
  const std::string path = asset::SplitIdentifier(asset_path, &arguments);
  const auto target = arguments.find(layer::kTargetArgument);
  return std::dynamic_pointer_cast<const DynamicFileFormat>(registry.FindFormatByExtension(
      asset::GetExtension(path), target == arguments.end() ? std::string_view() : target->second));
}

bool ComposedArguments::DependsOn(const Site& where) const {
  return std::find(asked.begin(), asked.end(), where) != asked.end();
}

}  // namespace strata::compose
