// What can be wrong in composition: OpenUSD's 32 kinds, each as data with a trail and a remedy.
// (PcpErrorType)
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/path/path.h"

namespace strata::compose {

// In the order of OpenUSD 26.11's enumeration. GetErrorName gives the name without prefix ("ArcCycle").
#define STRATA_COMPOSITION_ERRORS(X)                                                                         \
  X(ArcCycle, "arc-cycle")                                                                                   \
  X(ArcPermissionDenied, "arc-permission-denied") X(ArcToProhibitedChild, "arc-to-prohibited-child")         \
      X(IndexCapacityExceeded, "index-capacity-exceeded") X(ArcCapacityExceeded, "arc-capacity-exceeded")    \
          X(ArcNamespaceDepthCapacityExceeded, "arc-namespace-depth-capacity-exceeded") X(                   \
              InconsistentPropertyType, "inconsistent-property-type")                                        \
              X(InconsistentAttributeType, "inconsistent-attribute-type") X(                                 \
                  InconsistentAttributeVariability, "inconsistent-attribute-variability")                    \
                  X(InternalAssetPath, "internal-asset-path") X(InvalidPrimPath, "invalid-prim-path") X(     \
                      InvalidAssetPath, "invalid-asset-path") X(InvalidInstanceTargetPath,                   \
                                                                "invalid-instance-target-path")              \
                      X(InvalidExternalTargetPath, "invalid-external-target-path") X(InvalidTargetPath,      \
                                                                                     "invalid-target-path")  \
                          X(InvalidReferenceOffset, "invalid-reference-offset") X(InvalidSublayerOffset,     \
                                                                                  "invalid-sublayer-offset") \
                              X(InvalidSublayerOwnership, "invalid-sublayer-ownership") X(                   \
                                  InvalidSublayerPath, "invalid-sublayer-path")                              \
                                  X(InvalidVariantSelection, "invalid-variant-selection") X(                 \
                                      MutedAssetPath, "muted-asset-path") X(InvalidAuthoredRelocation,       \
                                                                            "invalid-authored-relocation")   \
                                      X(InvalidConflictingRelocation, "invalid-conflicting-relocation") X(   \
                                          InvalidSameTargetRelocations, "invalid-same-target-relocations")   \
                                          X(OpinionAtRelocationSource, "opinion-at-relocation-source")       \
                                              X(PrimPermissionDenied, "prim-permission-denied") X(           \
                                                  PropertyPermissionDenied, "property-permission-denied")    \
                                                  X(SublayerCycle, "sublayer-cycle")                         \
                                                      X(TargetPermissionDenied, "target-permission-denied")  \
                                                          X(UnresolvedPrimPath, "unresolved-prim-path")      \
                                                              X(VariableExpressionError,                     \
                                                                "variable-expression-error")                 \
                                                                  X(InvalidSublayerAndOffsetCount,           \
                                                                    "invalid-sublayer-and-offset-count")

enum class ErrorType : uint8_t {
#define X(name, code) k##name,
  STRATA_COMPOSITION_ERRORS(X)
#undef X
};
std::string_view GetErrorName(ErrorType type);
const DiagnosticCode& GetErrorCode(ErrorType type);  // "compose.arc-cycle", ...

struct CompositionError {
  ErrorType type;
  Path root_site;         // the prim (or "/") whose composition met it
  Diagnostic diagnostic;  // message, arc trail as notes, remedy
};
using CompositionErrors = std::vector<CompositionError>;

}  // namespace strata::compose
