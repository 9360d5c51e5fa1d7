// What prims inside of instances need of prims outside of them.
#pragma once

#include <mutex>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/compute/network.h"

namespace strata::compute {

// Instances of one prototype share what is in it. That cannot hold where something in it is computed from the
// nearest prim above that has an output, and that prim is above the instance.
class OutsideNeeds {
 public:
  OutsideNeeds(const Network& network, const Registry& registry);
  // Whether some prim in the instance, or in one nested in it, has an input from the instance or above it.
  // Thread-safe.
  bool Has(const stage::Prim& instance) const;
  // Prims, their schemas or what is used have changed.
  void Clear();

 private:
  // The outputs that the prims below a prototype's root look for at the root and above.
  std::vector<Token> FindNeeded(const stage::Prim& prototype) const;
  const std::vector<Token>& FindKnown(const stage::Prim& prototype) const;

  const Network& network_;
  std::vector<const Computation*> looking_;  // with an input of a nearest ancestor
  std::vector<Token> outputs_;               // of those inputs
  mutable std::mutex mutex_;                 // guards needed_
  mutable tsl::robin_map<Path, std::unique_ptr<const std::vector<Token>>> needed_;  // by prototype
};

}  // namespace strata::compute
