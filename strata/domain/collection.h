// Collections under the names of this room.   (UsdCollectionAPI, UsdCollectionMembershipQuery)
#pragma once

#include "strata/stage/collection.h"

namespace strata::domain {

using stage::Collection;
using stage::CollectionMembership;
using stage::ExpansionRule;

}  // namespace strata::domain
