// How what prims inherit comes about: transforms, visibility, purposes, primvars, and data laid over those
// of the prim above.   (HdFlattenedXformDataSourceProvider and its kin)
#pragma once

#include "strata/scene/flattening.h"

namespace strata::scene {

// `xform`: the product of all transforms from the prim up to the first that resets, the root's included; the
// identity where there is none.
enum class FlattenedXformForm : uint8_t {
  kComposed,    // resetXformStack as the prim says it, and `composed` true
  kResetStack,  // resetXformStack true, as Hydra has it
};
FlatteningProviderPtr MakeXformFlattening(FlattenedXformForm form = FlattenedXformForm::kComposed);

// `visibility`.
enum class VisibilityRule : uint8_t {
  kInvisiblePrunes,  // invisible when the prim or one above it is
  kNearestWins,      // as the nearest prim says that says anything, as Hydra has it
};
FlatteningProviderPtr MakeVisibilityFlattening(VisibilityRule rule = VisibilityRule::kInvisiblePrunes);

// `purpose`: the prim's own, else that of the prim above where it may be inherited, else the prim's fallback,
// else "geometry".
enum class PurposeRule : uint8_t {
  kInheritable,  // what says so may be inherited
  kAlways,       // all, as those that stages author
};
FlatteningProviderPtr MakePurposeFlattening(PurposeRule rule = PurposeRule::kInheritable);

// `primvars`: the prim's own, and constant ones of the prims above under names that it does not have.
FlatteningProviderPtr MakePrimvarsFlattening();

// The prim's own data laid over those of the prim above.
FlatteningProviderPtr MakeOverlayFlattening();

}  // namespace strata::scene
