// Where a big usda file can be cut so that its pieces are read at the same time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/asset/asset.h"
#include "strata/layer/file_format.h"

namespace strata::format::text {

// A place to begin reading: the start of a line that looks like that of a prim, and the prims whose blocks
// are open there, outermost first, to judge by indentation. A guess: the line may stand inside a string, or
// the text be indented by other rules.
struct Cut {
  uint64_t offset = 0;
  std::vector<Path> open_prims;
};

// The first such place at or after `from`, looking no further than `most_ahead` bytes. None when there is no
// such line, or it lies in other blocks than prims.
std::optional<Cut> FindCut(const asset::Asset& asset, uint64_t from, uint64_t most_ahead);

// At most `most - 1` places that cut the file into pieces of about equal size, none below `least_bytes`.
std::vector<Cut> FindCuts(const asset::Asset& asset, size_t most, uint64_t least_bytes);

// Reads the pieces between cuts, in threads of the executor of `options`, which must be there. False, with
// nothing in `out`, when a guess was wrong or anything is wrong in the file: then it is to be read as a
// whole, which says what.
bool ReadInPieces(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
                  const std::vector<Cut>& cuts, layer::SpecStore& out);

}  // namespace strata::format::text
