// What can be wrong in composition: OpenUSD's 32 kinds, each as data with a trail and a remedy.
// (PcpErrorType)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/path/path.h"

namespace strata::compose {

// In the order of OpenUSD 26.11's enumeration. Name, code, and what the code says in one
// sentence. GetErrorName gives the name without prefix ("ArcCycle").
// clang-format off
#define STRATA_COMPOSITION_ERRORS(X)                                            \
  X(ArcCycle, "arc-cycle",                                                      \
    "Arcs lead back to where they began.")                                      \
  X(ArcPermissionDenied, "arc-permission-denied",                               \
    "An arc reaches a private prim.")                                           \
  X(ArcToProhibitedChild, "arc-to-prohibited-child",                            \
    "An arc reaches a prim whose name a relocate has taken away.")              \
  X(IndexCapacityExceeded, "index-capacity-exceeded",                           \
    "A prim has more opinions to gather than the budget allows.")               \
  X(ArcCapacityExceeded, "arc-capacity-exceeded",                               \
    "A prim is reached over more arcs than the budget allows.")                 \
  X(ArcNamespaceDepthCapacityExceeded, "arc-namespace-depth-capacity-exceeded", \
    "An arc is introduced deeper in namespace than the budget allows.")         \
  X(InconsistentPropertyType, "inconsistent-property-type",                     \
    "A property is an attribute in one layer and a relationship in another.")   \
  X(InconsistentAttributeType, "inconsistent-attribute-type",                   \
    "Layers disagree about the type of an attribute.")                          \
  X(InconsistentAttributeVariability, "inconsistent-attribute-variability",     \
    "Layers disagree about the variability of an attribute.")                   \
  X(InternalAssetPath, "internal-asset-path",                                   \
    "An asset path leads to the layer it is written in.")                       \
  X(InvalidPrimPath, "invalid-prim-path",                                       \
    "An arc names something that is not an absolute prim path.")                \
  X(InvalidAssetPath, "invalid-asset-path",                                     \
    "An asset of a reference or payload cannot be opened.")                     \
  X(InvalidInstanceTargetPath, "invalid-instance-target-path",                  \
    "A class points at one of its own instances.")                              \
  X(InvalidExternalTargetPath, "invalid-external-target-path",                  \
    "A target lies outside what the arc brings in.")                            \
  X(InvalidTargetPath, "invalid-target-path",                                   \
    "A target is not a valid path where it is used.")                           \
  X(InvalidReferenceOffset, "invalid-reference-offset",                         \
    "The time offset of a reference or payload cannot be inverted.")            \
  X(InvalidSublayerOffset, "invalid-sublayer-offset",                           \
    "The time offset of a sublayer cannot be inverted.")                        \
  X(InvalidSublayerOwnership, "invalid-sublayer-ownership",                     \
    "Several sublayers of a layer claim the same owner.")                       \
  X(InvalidSublayerPath, "invalid-sublayer-path",                               \
    "A sublayer cannot be opened.")                                             \
  X(InvalidVariantSelection, "invalid-variant-selection",                       \
    "A variant selection names no valid variant.")                              \
  X(MutedAssetPath, "muted-asset-path",                                         \
    "The asset of a reference or payload is muted.")                            \
  X(InvalidAuthoredRelocation, "invalid-authored-relocation",                   \
    "A relocate is not valid by itself.")                                       \
  X(InvalidConflictingRelocation, "invalid-conflicting-relocation",             \
    "Relocates of one layer stack contradict each other.")                      \
  X(InvalidSameTargetRelocations, "invalid-same-target-relocations",            \
    "Several relocates of one layer stack lead to the same path.")              \
  X(OpinionAtRelocationSource, "opinion-at-relocation-source",                  \
    "A layer speaks about the source of one of its relocates.")                 \
  X(PrimPermissionDenied, "prim-permission-denied",                             \
    "A layer speaks about a prim that is private to it.")                       \
  X(PropertyPermissionDenied, "property-permission-denied",                     \
    "A layer speaks about a property that is private to it.")                   \
  X(SublayerCycle, "sublayer-cycle",                                            \
    "A layer is its own sublayer, directly or over others.")                    \
  X(TargetPermissionDenied, "target-permission-denied",                         \
    "A target is private on the far side of an arc.")                           \
  X(UnresolvedPrimPath, "unresolved-prim-path",                                 \
    "A reference or payload names a prim that does not exist.")                 \
  X(VariableExpressionError, "variable-expression-error",                       \
    "A variable expression has no value.")                                      \
  X(InvalidSublayerAndOffsetCount, "invalid-sublayer-and-offset-count",         \
    "A layer has a different number of sublayers and of their offsets.")
// clang-format on

enum class ErrorType : uint8_t {
#define X(name, code, summary) k##name,
  STRATA_COMPOSITION_ERRORS(X)
#undef X
};
std::string_view GetErrorName(ErrorType type);
const DiagnosticCode& GetErrorCode(ErrorType type);  // "compose.arc-cycle", ...

struct CompositionError {
  ErrorType type;
  Path root_site;         // the prim (or "/") whose composition met it
  Diagnostic diagnostic;  // message, arc trail as notes, remedy
  // What is wrong, in words that are the same wherever it is met: errors of one type that share it come from
  // one mistake. Empty: the message and its place tell.
  std::string cause = {};
};
using CompositionErrors = std::vector<CompositionError>;

}  // namespace strata::compose
