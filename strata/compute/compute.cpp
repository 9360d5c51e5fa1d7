#include "strata/compute/compute.h"

namespace strata::compute {

Result<void> AddStandardComputations(Registry& registry, const MetricsOptions& metrics,
                                     std::shared_ptr<SimulationLibrary> library,
                                     std::shared_ptr<const CrsBackend> crs) {
  STRATA_CHECK(AddGeospatial(registry));
  STRATA_CHECK(AddCrsPlaces(registry, std::move(crs)));
  STRATA_CHECK(AddMetricsAssembly(registry, metrics));
  STRATA_CHECK(AddMetricsReport(registry, metrics));
  if (!library) library = std::make_shared<SimulationLibrary>();
  return AddSimulations(registry, std::move(library));
}

Result<std::shared_ptr<const Registry>> MakeStandardRegistry(const MetricsOptions& metrics,
                                                             std::shared_ptr<SimulationLibrary> library,
                                                             std::shared_ptr<const CrsBackend> crs) {
  auto registry = std::make_shared<Registry>();
  STRATA_CHECK(AddStandardComputations(*registry, metrics, std::move(library), std::move(crs)));
  return std::shared_ptr<const Registry>(std::move(registry));
}

}  // namespace strata::compute
