#include <algorithm>

#include <fmt/format.h>

#include "strata/compose/compose.h"

namespace strata::compose {

namespace {

using layer::SpecType;

const char* DescribeType(SpecType type) {
  return type == SpecType::kAttribute ? "an attribute" : "a relationship";
}

// Takes the specs of one property one by one; the first defines what the others must agree with.
class PropertyIndexer {
 public:
  PropertyIndexer(const PrimIndex& index, Token name, CompositionErrors* errors)
      : path_(index.GetPath().AppendProperty(name)), index_path_(index.GetPath()), errors_(errors) {}

  std::vector<PropertySite> sites;  // in the order they came

  // Whether the spec is of the same kind as the first one.
  bool CheckType(const PropertySite& site) {
    if (sites.empty() || sites.front().type == site.type) return true;
    const PropertySite& first = sites.front();
    AddError(
        ErrorType::kInconsistentPropertyType, site,
        fmt::format("The property <{}> has inconsistent spec types.  The defining spec is @{}@<{}> and is {} "
                    "spec.  The conflicting spec is @{}@<{}> and is {} spec.  The conflicting spec will be "
                    "ignored.",
                    path_.GetString(), first.entry->layer->GetIdentifier(), first.path.GetString(),
                    DescribeType(first.type), site.entry->layer->GetIdentifier(), site.path.GetString(),
                    DescribeType(site.type)),
        "Rename one of the two, or make them the same kind.");
    return false;
  }

  // Whether no weaker node has made the property private.
  bool CheckPermission(const PropertySite& site) {
    if (!private_node_ || private_node_ == site.node) return true;
    AddError(ErrorType::kPropertyPermissionDenied, site,
             fmt::format("The layer at @{}@ has an illegal opinion about {} <{}> which is private across a "
                         "reference, inherit, or variant.  Ignoring.",
                         site.entry->layer->GetIdentifier(), DescribeType(site.type), path_.GetString()),
             "Take the opinion away, or `permission = private` from the property.");
    return false;
  }

  // Whether an attribute has the value type of the first spec. Another variability is told and does not
  // matter.
  bool CheckAttribute(const PropertySite& site) {
    if (sites.empty() || site.type != SpecType::kAttribute) return true;
    const PropertySite& first = sites.front();
    const layer::FieldNames& names = layer::GetFieldNames();
    const Token type = Get<Token>(site, names.typeName), first_type = Get<Token>(first, names.typeName);
    if (type != first_type) {
      AddError(ErrorType::kInconsistentAttributeType, site,
               fmt::format(
                   "The attribute <{}> has specs with inconsistent value types.  The defining spec is "
                   "@{}@<{}> with value type '{}'.  The conflicting spec is @{}@<{}> with value type '{}'.  "
                   "The conflicting spec will be ignored.",
                   path_.GetString(), first.entry->layer->GetIdentifier(), first.path.GetString(),
                   first_type.GetText(), site.entry->layer->GetIdentifier(), site.path.GetString(),
                   type.GetText()),
               "Rename one of the two, or give both the same type.");
      return false;
    }
    const Variability variability = Get<Variability>(site, names.variability),
                      first_variability = Get<Variability>(first, names.variability);
    if (variability != first_variability) {
      auto describe = [](Variability v) {
        return v == Variability::kUniform ? "SdfVariabilityUniform" : "SdfVariabilityVarying";
      };
      AddError(
          ErrorType::kInconsistentAttributeVariability, site,
          fmt::format("The attribute <{}> has specs with inconsistent variability.  The defining spec is "
                      "@{}@<{}> with variability '{}'.  The conflicting spec is @{}@<{}> with variability "
                      "'{}'.  The conflicting variability will be ignored.",
                      path_.GetString(), first.entry->layer->GetIdentifier(), first.path.GetString(),
                      describe(first_variability), site.entry->layer->GetIdentifier(), site.path.GetString(),
                      describe(variability)),
          "Say `uniform` in both layers, or in neither.");
    }
    return true;
  }

  void Add(const PropertySite& site) { sites.push_back(site); }

  void NotePermission(const PropertySite& site) {
    if (Get<Permission>(site, layer::GetFieldNames().permission) == Permission::kPrivate)
      private_node_ = site.node;
  }

 private:
  template <class T>
  static T Get(const PropertySite& site, Token field) {
    const T* value = site.entry->layer->GetFieldAs<T>(site.path, field);
    return value ? *value : T{};
  }

  void AddError(ErrorType type, const PropertySite& site, std::string message, std::string hint) {
    if (!errors_) return;
    SourceLocation location;
    location.file = site.entry->layer->GetIdentifier();
    location.path = site.path.GetString();
    errors_->push_back(
        {type, index_path_,
         Diagnostic(GetErrorCode(type), std::move(message), std::move(location), std::move(hint))});
  }

  Path path_, index_path_;
  CompositionErrors* errors_;
  NodeRef private_node_;
};

std::vector<PropertySite> FindSites(const PrimIndex& index, Token name) {
  std::vector<PropertySite> sites;
  Path site_path, property_path;
  for (const SpecSite& spec : index.GetSpecStack()) {
    if (spec.path != site_path) {
      site_path = spec.path;
      property_path = site_path.AppendProperty(name);
    }
    const SpecType type = spec.entry->layer->GetSpecType(property_path);
    if (type != SpecType::kUnknown) sites.push_back({spec.node, spec.entry, property_path, type});
  }
  return sites;
}

}  // namespace

std::vector<PropertySite> Cache::ComputePropertyStack(const PrimIndex& index, Token property_name,
                                                      CompositionErrors* errors) {
  std::vector<PropertySite> all = FindSites(index, property_name);
  PropertyIndexer indexer(index, property_name, errors);
  if (GetOptions().mode == CompositionMode::kUsd) {
    for (const PropertySite& site : all)
      if (indexer.CheckType(site)) indexer.Add(site);
    return std::move(indexer.sites);
  }
  // The weakest spec defines the property.
  for (auto site = all.rbegin(); site != all.rend(); ++site) {
    if (!indexer.CheckType(*site) || !indexer.CheckAttribute(*site) || !indexer.CheckPermission(*site))
      continue;
    indexer.Add(*site);
    indexer.NotePermission(*site);
  }
  std::reverse(indexer.sites.begin(), indexer.sites.end());
  return std::move(indexer.sites);
}

}  // namespace strata::compose
