// Sends each asset path to the resolver of its URI scheme.   (ArResolver's dispatch to URI resolvers)
#pragma once

#include <map>
#include <memory>
#include <string>

#include "strata/asset/resolver.h"

namespace strata::asset {

// `by_scheme`: "http", "asset", ...; schemes are compared without regard to case. What has none of these
// schemes goes to `primary`; a name without a scheme goes to the resolver of the asset that mentions it.
std::shared_ptr<Resolver> MakeSchemeResolver(std::shared_ptr<Resolver> primary,
                                             std::map<std::string, std::shared_ptr<Resolver>> by_scheme);

}  // namespace strata::asset
