#include "strata/domain/geom_subset.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/domain/names.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::Time;

Array<int32_t> GetInts(const Prim& prim, const char* name, Time time) {
  return prim.GetAttribute(Token(name)).Get(time).GetOr(Array<int32_t>());
}
Token GetWord(const Prim& prim, const char* name) {
  return prim.GetAttribute(Token(name)).Get().GetOr(Token());
}

std::vector<std::pair<int, int>> FindMeshEdges(const Prim& mesh, Time time) {
  const Array<int32_t> counts = GetInts(mesh, "faceVertexCounts", time);
  const Array<int32_t> indices = GetInts(mesh, "faceVertexIndices", time);
  std::vector<std::pair<int, int>> edges;
  size_t at = 0;
  for (int32_t count : counts) {
    if (count < 0 || at + static_cast<size_t>(count) > indices.size()) break;
    for (int32_t i = 0; i < count; ++i) {
      const int a = indices[at + i], b = indices[at + (i + 1) % count];
      edges.emplace_back(std::min(a, b), std::max(a, b));
    }
    at += count;
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

int CountSegments(const Prim& curves, int vertices, size_t curve, Time time) {
  if (curves.IsA(Token("NurbsCurves"))) {
    const Array<int32_t> orders = GetInts(curves, "order", time);
    return curve < orders.size() ? std::max(0, vertices - orders[curve] + 1) : 0;
  }
  if (!curves.IsA(Token("BasisCurves"))) return std::max(0, vertices - 1);
  const Token type = GetWord(curves, "type"), basis = GetWord(curves, "basis"),
              wrap = GetWord(curves, "wrap");
  const bool is_periodic = wrap == "periodic";
  if (type == "linear") return is_periodic ? vertices : std::max(0, vertices - 1);
  if (basis == "bezier") return std::max(0, is_periodic ? vertices / 3 : (vertices - 1) / 3);
  if (is_periodic) return vertices;
  return std::max(0, wrap == "pinned" ? vertices - 1 : vertices - 3);
}

std::set<double> FindTimes(const std::vector<Prim>& subsets, const std::function<bool(double)>& includes) {
  std::set<double> times;
  for (const Prim& subset : subsets)
    for (double time : subset.GetAttribute(Token("indices")).GetTimeSamples())
      if (!includes || includes(time)) times.insert(time);
  return times;
}

std::string NameTime(Time time) {
  return time.IsDefault() ? "the default time" : fmt::format("time {}", time.GetValue());
}

// What one subset names at one time, as pairs; plain elements have the second 0.
class FamilyCheck {
 public:
  FamilyCheck(const Prim& geometry, Token element_type, Token family_type, Time time)
      : elements_(FindSubsetElements(geometry, element_type, time)),
        element_type_(element_type),
        is_overlap_allowed_(family_type == "unrestricted"),
        is_complete_needed_(family_type == "partition"),
        time_(time) {}

  bool IsKnown() const { return elements_.is_known; }
  size_t GetIndexCount() const { return index_count_; }

  std::string Add(const Prim& subset) {
    const Array<int32_t> indices = GetInts(subset, "indices", time_);
    index_count_ += indices.size();
    const bool is_paired = element_type_ == "edge" || element_type_ == "segment";
    if (is_paired && indices.size() % 2 != 0) {
      return fmt::format("<{}> has an odd number of indices at {}, but names {}s by two each.",
                         subset.GetPath().GetString(), NameTime(time_), element_type_.GetText());
    }
    for (size_t i = 0; i < indices.size(); i += is_paired ? 2 : 1) {
      std::pair<int, int> element{indices[i], is_paired ? indices[i + 1] : 0};
      if (element_type_ == "edge" && element.first > element.second) std::swap(element.first, element.second);
      if (!Has(element)) {
        return fmt::format("<{}> names {}, which is no {} of the geometry at {}.",
                           subset.GetPath().GetString(),
                           is_paired ? fmt::format("({}, {})", element.first, element.second)
                                     : std::to_string(element.first),
                           element_type_.GetText(), NameTime(time_));
      }
      if (!named_.insert(element).second && !is_overlap_allowed_) {
        return fmt::format("<{}> names {} {} again at {}.", subset.GetPath().GetString(),
                           element_type_.GetText(), element.first, NameTime(time_));
      }
    }
    return {};
  }

  std::string Finish() const {
    if (!is_complete_needed_ || named_.size() == elements_.count) return {};
    return fmt::format("{} of {} elements are named at {}.", named_.size(), elements_.count, NameTime(time_));
  }

 private:
  bool Has(std::pair<int, int> element) const {
    if (element_type_ == "edge")
      return std::binary_search(elements_.edges.begin(), elements_.edges.end(), element);
    if (element_type_ == "segment") {
      return element.first >= 0 && static_cast<size_t>(element.first) < elements_.segments.size() &&
             element.second >= 0 && element.second < elements_.segments[element.first];
    }
    return element.first >= 0 && static_cast<size_t>(element.first) < elements_.count;
  }

  SubsetElements elements_;
  Token element_type_;
  bool is_overlap_allowed_, is_complete_needed_;
  Time time_;
  std::set<std::pair<int, int>> named_;
  size_t index_count_ = 0;
};

}  // namespace

std::vector<Prim> GetGeomSubsets(const Prim& geometry) {
  std::vector<Prim> subsets;
  const auto predicate = stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse);
  for (const Prim& child : geometry.GetFilteredChildren(predicate))
    if (child.IsA(Token("GeomSubset"))) subsets.push_back(child);
  return subsets;
}

std::vector<Prim> GetGeomSubsets(const Prim& geometry, Token family) {
  std::vector<Prim> subsets = GetGeomSubsets(geometry);
  std::erase_if(subsets, [&](const Prim& subset) { return GetWord(subset, "familyName") != family; });
  return subsets;
}

std::vector<Token> GetSubsetFamilyNames(const Prim& geometry) {
  std::set<Token, TokenTextLess> names;
  for (const Prim& subset : GetGeomSubsets(geometry))
    if (const Token name = GetWord(subset, "familyName"); !name.IsEmpty()) names.insert(name);
  return {names.begin(), names.end()};
}

Token GetSubsetFamilyType(const Prim& geometry, Token family) {
  const Token type = GetWord(geometry, fmt::format("subsetFamily:{}:familyType", family.GetText()).c_str());
  return type.IsEmpty() ? Token("unrestricted") : type;
}

SubsetElements FindSubsetElements(const Prim& geometry, Token element_type, Time time) {
  SubsetElements elements;
  const bool is_mesh = geometry.IsA(Token("Mesh")), is_tet = geometry.IsA(Token("TetMesh"));
  const auto count = [&](const char* name) {
    return geometry.GetAttribute(Token(name)).Get(time).GetArraySize();
  };
  elements.is_known = true;
  if (element_type == "face" && is_mesh) {
    elements.count = count("faceVertexCounts");
  } else if (element_type == "face" && is_tet) {
    elements.count = count("surfaceFaceVertexIndices");
  } else if (element_type == "tetrahedron" && is_tet) {
    elements.count = count("tetVertexIndices");
  } else if (element_type == "point" && geometry.IsA(Token("PointBased"))) {
    elements.count = count("points");
  } else if (element_type == "edge" && is_mesh) {
    elements.edges = FindMeshEdges(geometry, time);
    elements.count = elements.edges.size();
  } else if (element_type == "segment" && geometry.IsA(Token("Curves"))) {
    const Array<int32_t> curves = GetInts(geometry, "curveVertexCounts", time);
    for (size_t i = 0; i < curves.size(); ++i) {
      elements.segments.push_back(CountSegments(geometry, curves[i], i, time));
      elements.count += elements.segments.back();
    }
  } else {
    elements.is_known = false;
  }
  return elements;
}

bool ValidateSubsetFamily(const Prim& geometry, Token family, std::string& why,
                          const std::function<bool(double)>& includes) {
  const std::vector<Prim> subsets = GetGeomSubsets(geometry, family);
  if (subsets.empty()) return true;
  const Token element_type = GetWord(subsets.front(), "elementType");
  for (const Prim& subset : subsets) {
    if (GetWord(subset, "elementType") == element_type) continue;
    why = fmt::format("<{}> names elements of type '{}', others of type '{}'.", subset.GetPath().GetString(),
                      GetWord(subset, "elementType").GetText(), element_type.GetText());
    return false;
  }
  std::vector<Time> times = {Time::Default()};
  for (double time : FindTimes(subsets, includes)) times.emplace_back(time);
  size_t index_count = 0;
  for (Time time : times) {
    FamilyCheck check(geometry, element_type, GetSubsetFamilyType(geometry, family), time);
    if (!check.IsKnown()) {
      why = fmt::format("a {} has no elements of type '{}'.", geometry.GetSchemaType().GetText(),
                        element_type.GetText());
      return false;
    }
    for (const Prim& subset : subsets) {
      why = check.Add(subset);
      if (!why.empty()) return false;
    }
    why = check.Finish();
    if (!why.empty()) return false;
    index_count += check.GetIndexCount();
  }
  if (index_count == 0) why = "its subsets name no elements at any time.";
  return index_count != 0;
}

std::vector<int> GetUnassignedIndices(const Prim& geometry, Token element_type, Token family, Time time) {
  const SubsetElements elements = FindSubsetElements(geometry, element_type, time);
  std::vector<bool> is_named(elements.count, false);
  for (const Prim& subset : GetGeomSubsets(geometry, family)) {
    if (GetWord(subset, "elementType") != element_type) continue;
    for (int32_t index : GetInts(subset, "indices", time))
      if (index >= 0 && static_cast<size_t>(index) < elements.count) is_named[index] = true;
  }
  std::vector<int> left;
  for (size_t i = 0; i < is_named.size(); ++i)
    if (!is_named[i]) left.push_back(static_cast<int>(i));
  return left;
}

}  // namespace strata::domain
