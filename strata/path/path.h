// A scene path: where something is in a layer or a stage, as an interned 32-bit id.   (SdfPath; AOUSD core
// spec section 8)
//
// Threads: everything here is safe from any thread. Owners: interned path nodes live as long as the process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/result.h"
#include "strata/base/token.h"

namespace strata {

inline constexpr DiagnosticCode kPathMalformed{"path.malformed", Severity::kError,
                                               "A text is not a scene path."};

// What the last element of a path is.
enum class PathElement : uint8_t {
  kEmpty,                // no path
  kAbsoluteRoot,         // "/"
  kReflexiveRelative,    // "."
  kParent,               // ".." (only leading, in relative paths)
  kPrim,                 // "name"
  kVariantSelection,     // "{set=selection}", selection may be empty
  kProperty,             // ".name" or ".ns:name"
  kTarget,               // "[/target/path]" after a property
  kRelationalAttribute,  // ".name" after a target
  kMapper,               // ".mapper[/target/path]"
  kMapperArgument,       // ".name" after a mapper
  kExpression,           // ".expression" after an attribute
};

// Equal paths have equal ids. The empty path has id 0, the absolute root id 1, the reflexive relative path
// id 2.
class Path {
 public:
  constexpr Path() = default;
  // Parses; the empty path when `text` is not a path (use Parse to learn why).
  explicit Path(std::string_view text);
  static Result<Path> Parse(std::string_view text);
  static Path AbsoluteRoot() { return FromId(1); }
  static Path ReflexiveRelative() { return FromId(2); }
  static Path FromId(uint32_t id) {
    Path p;
    p.id_ = id;
    return p;
  }
  uint32_t GetId() const { return id_; }

  std::string GetString() const;  // "" for the empty path
  void AppendTo(std::string& out) const;

  // -- what it is ------------------------------------------------------------------------------
  PathElement GetElement() const;
  bool IsEmpty() const { return id_ == 0; }
  bool IsAbsolute() const;
  bool IsAbsoluteRoot() const { return id_ == 1; }
  bool IsAbsoluteRootOrPrim() const;  // "/", ".", "..", prim
  bool IsPrim() const;                // also "." and ".."
  bool IsRootPrim() const;
  bool IsPrimVariantSelection() const;
  bool IsPrimOrPrimVariantSelection() const;
  bool IsProperty() const;  // a prim's property or a relational attribute
  bool IsPrimProperty() const;
  bool IsTarget() const;
  bool IsRelationalAttribute() const;
  bool IsMapper() const;
  bool IsMapperArgument() const;
  bool IsExpression() const;
  bool ContainsPrimVariantSelection() const;
  bool ContainsTarget() const;
  bool ContainsProperty() const;
  uint32_t GetElementCount() const;  // 0 for "/" and ".", else number of elements

  // -- its parts -------------------------------------------------------------------------------
  Path GetParent() const;  // as SdfPath::GetParentPath: of "a" ".", of "." "..", of "/" empty
  // Prim, property or argument name; ".", "..", "/", "expression"; of a variant selection the variant, or the
  // set where that is empty; empty for targets and mappers.
  Token GetNameToken() const;
  std::string GetName() const { return GetNameToken().GetString(); }
  std::string GetElementString() const;  // with its marks: ".x", "{v=a}", "[/t]"
  Token GetVariantSet() const;           // of a variant selection element
  Token GetVariantSelection() const;
  Path GetTarget() const;    // of the nearest target or mapper element, self included
  Path GetPrimPath() const;  // nearest prim ancestor-or-self, variant selections skipped
  Path GetPrimOrPrimVariantSelectionPath() const;
  Path GetAbsoluteRootOrPrimPath() const;
  std::vector<Path> GetPrefixes() const;  // from the first element to this path
  std::vector<Path> GetAllTargetsRecursively() const;

  // -- made from it; the empty path where the result would not be one ------------------------------
  Path AppendChild(Token name) const;
  Path AppendProperty(Token name) const;
  // Where AppendProperty will be asked for soon: makes it faster, and changes nothing.
  void PrefetchProperty(Token name) const;
  // That about `more` new paths are to come: makes them faster, and changes nothing.
  static void Reserve(size_t more);
  Path AppendVariantSelection(Token set,
                              Token selection) const;  // after "." or ".." it has no text that parses
  Path AppendTarget(Path target) const;
  Path AppendRelationalAttribute(Token name) const;
  Path AppendMapper(Path target) const;
  Path AppendMapperArgument(Token name) const;
  Path AppendExpression() const;
  Path AppendPath(Path relative) const;
  Path AppendElementOf(Path other) const;  // appends the last element of `other`, whatever it is
  Path ReplaceName(Token name) const;
  Path ReplaceTarget(Path target) const;

  bool HasPrefix(Path prefix) const;
  Path GetCommonPrefix(Path other) const;
  enum class TargetFix : uint8_t { kFixTargets, kKeepTargets };
  Path ReplacePrefix(Path old_prefix, Path new_prefix, TargetFix fix = TargetFix::kFixTargets) const;
  Path MakeAbsolute(Path anchor) const;
  Path MakeRelative(Path anchor) const;
  Path StripAllVariantSelections() const;
  static void RemoveDescendants(std::vector<Path>& paths);
  static void RemoveAncestors(std::vector<Path>& paths);

  // -- names --------------------------------------------------------------------------------------
  static bool IsValidIdentifier(std::string_view name);  // XID_Start or "_", then XID_Continue (UTF-8)
  static bool IsValidNamespacedIdentifier(std::string_view name);  // identifiers joined by ":"
  static bool IsValidVariantName(std::string_view name);           // "."? then XID_Continue, "|" or "-"
  static std::vector<Token> TokenizeIdentifier(std::string_view name);
  static Token JoinIdentifier(Token left, Token right);
  static Token StripNamespace(Token name);

  friend bool operator==(Path a, Path b) { return a.id_ == b.id_; }
  friend bool operator!=(Path a, Path b) { return a.id_ != b.id_; }
  // OpenUSD's order of paths (SdfPath::operator<): shorter prefix first, then element by element by text.
  friend bool operator<(Path a, Path b) { return Less(a, b); }

 private:
  static bool Less(Path a, Path b);
  uint32_t id_ = 0;
};

// The order of names (TfDictionaryLessThan): letters case-folded, groups of digits as numbers, "_" before
// letters; where only case or leading zeros differ, the first such difference decides, upper case and fewer
// zeros first. The AOUSD specification 8.2 puts "_" before digits too; OpenUSD puts it after them, and its
// files are sorted so.
bool ElementOrderLess(std::string_view a, std::string_view b);

struct PathIdLess {  // fast, arbitrary
  bool operator()(Path a, Path b) const { return a.GetId() < b.GetId(); }
};

}  // namespace strata

template <>
struct std::hash<strata::Path> {
  size_t operator()(strata::Path p) const noexcept { return strata::MixBits(p.GetId()); }
};
