// Pcp.DynamicFileFormatDependencyData: what arguments of file formats were composed from.
#include <algorithm>

#include "python/core/pcp.h"
#include "strata/compose/format_arguments.h"

namespace strata::python {

namespace {

using compose::ComposedArguments;

// Keeps what it tells of alive.
struct ArgumentData {
  compose::PrimIndexPtr index;  // null for an index that is not there

  const std::vector<ComposedArguments>& Get() const {
    static const std::vector<ComposedArguments> none;
    return index ? index->GetComposedArguments() : none;
  }
  std::vector<std::string> ListNames(std::set<Token> ComposedArguments::* names) const {
    std::set<std::string> all;
    for (const ComposedArguments& composed : Get())
      for (const Token name : composed.*names) all.insert(name.GetString());
    return {all.begin(), all.end()};
  }
  bool CanFieldChange(const std::string& name, nb::handle before, nb::handle after) const {
    const Token field(name);
    const Value was = FromPython(before), is = FromPython(after);
    return std::any_of(Get().begin(), Get().end(), [&](const ComposedArguments& composed) {
      return composed.fields.count(field) &&
             composed.format->CanFieldChangeAffectFileFormatArguments(field, was, is, composed.data);
    });
  }
  bool CanAttributeChange(const std::string& name, nb::handle before, nb::handle after) const {
    const Token attribute(name);
    const Value was = FromPython(before), is = FromPython(after);
    return std::any_of(Get().begin(), Get().end(), [&](const ComposedArguments& composed) {
      return composed.attributes.count(attribute) &&
             composed.format->CanAttributeDefaultValueChangeAffectFileFormatArguments(attribute, was, is,
                                                                                      composed.data);
    });
  }
  // [(asset path, arguments, [(name, layer, prim path)])]
  nb::list Describe() const {
    nb::list out;
    for (const ComposedArguments& composed : Get()) {
      nb::list opinions;
      for (const ComposedArguments::Opinion& opinion : composed.opinions)
        opinions.append(nb::make_tuple(opinion.name.GetString(), opinion.layer, opinion.path));
      out.append(nb::make_tuple(composed.asset_path, composed.arguments, opinions));
    }
    return out;
  }
};

}  // namespace

void BindArgumentData(nb::module_& pcp) {
  nb::class_<ArgumentData> cls(pcp, "DynamicFileFormatDependencyData",
                               "What the arguments of file formats at a prim were composed from.");
  cls.def_static(
      "_Of",
      [](const nb::object& index) {
        return ArgumentData{index.is_none() ? nullptr : nb::cast<PrimIndexObject&>(index).index};
      },
      nb::arg().none());
  cls.def("IsEmpty", [](const ArgumentData& d) { return d.Get().empty(); });
  cls.def(
      "GetRelevantFieldNames", [](const ArgumentData& d) { return d.ListNames(&ComposedArguments::fields); },
      "Fields that were asked for, said or not.");
  cls.def(
      "GetRelevantAttributeNames",
      [](const ArgumentData& d) { return d.ListNames(&ComposedArguments::attributes); },
      "Attributes whose default values were asked for.");
  cls.def("CanFieldChangeAffectFileFormatArguments", &ArgumentData::CanFieldChange, "fieldName"_a,
          "oldValue"_a.none(), "newValue"_a.none());
  cls.def("CanAttributeDefaultValueChangeAffectFileFormatArguments", &ArgumentData::CanAttributeChange,
          "attributeName"_a, "oldValue"_a.none(), "newValue"_a.none());
  cls.def("GetComposedArguments", &ArgumentData::Describe,
          "Of each payload: the asset path that was opened, the arguments that were composed, and the "
          "opinions they came from, each as a name, a layer and the path of a prim in it.");
}

}  // namespace strata::python
