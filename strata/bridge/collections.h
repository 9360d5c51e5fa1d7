// Collections of a stage as path expressions.
#pragma once

#include "strata/domain/collection.h"

namespace strata::bridge {

// Who is in a collection, as one expression: what its rules come to, or its own expression with the
// collections that it refers to put in.   (UsdComputePathExpressionFromCollectionMembershipQueryRuleMap,
// UsdCollectionAPI::ResolveCompleteMembershipExpression)
PathExpression MakeMembershipExpression(const domain::Collection& collection);

// For paths and what each says of itself and of what is below it.
PathExpression MakeMembershipExpression(const tsl::robin_map<Path, domain::ExpansionRule>& rules);

}  // namespace strata::bridge
