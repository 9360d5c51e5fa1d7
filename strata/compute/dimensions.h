// What the numbers of attributes measure, and how they change with units and axes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/base/diagnostic.h"
#include "strata/math/matrix.h"
#include "strata/schema/registry.h"
#include "strata/value/value.h"

namespace strata::compute {

inline constexpr DiagnosticCode kDimensionUnusable{"compute.dimension-unusable", Severity::kWarning,
                                                   "A line about dimensions of attributes cannot be used."};

// How numbers turn with the axes of a scene; data/dimensions.txt says what each means.
enum class DimensionKind : uint8_t {
  kScalar,
  kPoint,
  kVector,
  kDirection,
  kScale,
  kRotation,
  kFrame,
  kMatrix,
  kPlane,
  kExtent,
  kAxis,
  kArrow,
  kCoefficients,
};

struct Dimension {
  int length = 0, mass = 0;  // powers
  DimensionKind kind = DimensionKind::kScalar;
  Token condition;  // counts only where this attribute of the prim is true; empty: always
  // Powers, too. Angles are degrees and times are time codes or seconds everywhere: they never change
  // numbers.
  int time = 0, angle = 0;
  friend bool operator==(const Dimension&, const Dimension&) = default;
  std::string GetText() const;  // "mass length^-3", "length time^-1 vector"
};

// From units and axes of one kind to those of another: the same place, length and mass in other numbers.
struct UnitChange {
  double length = 1, mass = 1;  // what a number of 1 becomes
  enum class Turn : uint8_t { kNone, kYToZ, kZToY } turn = Turn::kNone;
  bool IsIdentity() const { return length == 1 && mass == 1 && turn == Turn::kNone; }
  friend bool operator==(const UnitChange&, const UnitChange&) = default;
  // Of coordinates: turned and scaled.
  Matrix4d MakeMatrix() const;
  Matrix4d MakeInverse() const;  // exact but for rounding of 1 / length
};

// Whether any number of the dimension is another after the change.
bool Changes(const Dimension& dimension, const UnitChange& change);
// Nothing where the value cannot be changed so (its type is another, an axis has no opposite name).
std::optional<Value> Convert(const Value& value, const Dimension& dimension, const UnitChange& change);

// Filled once, then shared and read by many threads.
class DimensionRegistry {
 public:
  DimensionRegistry();  // with the built-in ones
  static const DimensionRegistry& GetBuiltIn();
  // Lines as in data/dimensions.txt; later ones win. Those that cannot be read are remarks and left out.
  void AddText(std::string_view text, const std::string& file, Diagnostics& remarks);
  // `attribute` of a multiple-apply schema has "__INSTANCE_NAME__" for any name, or the one that it is for,
  // which wins.
  void Add(Token schema, std::string attribute, Dimension dimension);

  // Null where the attribute measures nothing.
  const Dimension* Find(const schema::PrimDefinition* definition, Token attribute) const;
  struct Entry {
    Token schema;
    std::string attribute;
    Dimension dimension;
  };
  std::vector<Entry> GetAll() const;  // sorted by schema and attribute

 private:
  struct Pattern {
    std::string before, after;  // of "__INSTANCE_NAME__"
    Token attribute;
  };
  tsl::robin_map<Token, std::vector<std::pair<Token, Dimension>>> by_attribute_;  // with their schemas
  std::vector<Pattern> patterns_;
};

std::string_view GetEmbeddedDimensions();

}  // namespace strata::compute
