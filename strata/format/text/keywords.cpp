#include "strata/format/text/keywords.h"

#include <algorithm>
#include <iterator>

namespace strata::format::text {

namespace {

constexpr std::string_view kKeywords[] = {"AnimationBlock",
                                          "None",
                                          "add",
                                          "append",
                                          "bezier",
                                          "class",
                                          "config",
                                          "connect",
                                          "curve",
                                          "custom",
                                          "customData",
                                          "def",
                                          "default",
                                          "delete",
                                          "dictionary",
                                          "displayUnit",
                                          "doc",
                                          "held",
                                          "hermite",
                                          "inherits",
                                          "kind",
                                          "linear",
                                          "loop",
                                          "nameChildren",
                                          "none",
                                          "offset",
                                          "oscillate",
                                          "over",
                                          "payload",
                                          "permission",
                                          "post",
                                          "pre",
                                          "prefixSubstitutions",
                                          "prepend",
                                          "properties",
                                          "references",
                                          "rel",
                                          "relocates",
                                          "reorder",
                                          "repeat",
                                          "reset",
                                          "rootPrims",
                                          "scale",
                                          "sloped",
                                          "specializes",
                                          "spline",
                                          "subLayers",
                                          "suffixSubstitutions",
                                          "symmetryArguments",
                                          "symmetryFunction",
                                          "timeSamples",
                                          "uniform",
                                          "variantSet",
                                          "variantSets",
                                          "variants",
                                          "varying"};
static_assert(std::is_sorted(std::begin(kKeywords), std::end(kKeywords)));

}  // namespace

bool IsKeyword(std::string_view word) {
  return std::binary_search(std::begin(kKeywords), std::end(kKeywords), word);
}

}  // namespace strata::format::text
