// What a dynamic file format made of a prim: the layer that it opened for a payload, and why that one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "strata/base/json_writer.h"
#include "strata/compose/prim_index.h"

namespace strata::inspect {

// Of one payload.
struct FormatArguments {
  struct Source {
    std::string name;  // of a field, or ".name" of an attribute
    std::string layer;
    Path path;  // of the prim spec
  };
  std::string asset_path;                                      // with all its arguments
  std::vector<std::pair<std::string, std::string>> arguments;  // those composed of the prim
  std::vector<std::string> asked;                              // as Source::name, said or not
  std::vector<Source> sources;                                 // the opinions found
};

std::vector<FormatArguments> DescribeFormatArguments(const compose::PrimIndex& index);
// "oak.tree:... : depth=2 from customData at root.usda</A>; ..." in one line.
std::string SummarizeFormatArguments(const FormatArguments& arguments);
// The key "formatArguments" of an object that the caller has begun; nothing when there are none.
void WriteFormatArguments(JsonWriter& writer, const std::vector<FormatArguments>& all);

}  // namespace strata::inspect
