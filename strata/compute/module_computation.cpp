#include "strata/compute/module_computation.h"

namespace strata::compute {

Computation MakeModuleComputation(std::string_view module, Token output, std::string_view name,
                                  std::vector<Token> schemas, std::vector<Input> inputs, Function function) {
  Computation computation;
  computation.output = output;
  computation.name = Token(name);
  computation.schemas = std::move(schemas);
  computation.inputs = std::move(inputs);
  computation.function = std::move(function);
  computation.module = module;
  computation.reads = Computation::Reads::kAsWritten;
  return computation;
}

Result<void> AddCutOff(Registry& registry, Computation computation) {
  computation.cutoff = Computation::Cutoff::kEarly;
  return registry.Add(std::move(computation));
}

}  // namespace strata::compute
