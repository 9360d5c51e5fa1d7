#include "strata/compute/compute.h"

namespace strata::compute {

Result<std::shared_ptr<const Registry>> MakeStandardRegistry(const MetricsOptions& metrics) {
  auto registry = std::make_shared<Registry>();
  STRATA_CHECK(AddGeospatial(*registry));
  STRATA_CHECK(AddMetricsAssembly(*registry, metrics));
  return std::shared_ptr<const Registry>(std::move(registry));
}

}  // namespace strata::compute
