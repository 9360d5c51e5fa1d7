// Usd.References, Payloads, Inherits, Specializes, VariantSets, VariantSet.
#include "python/core/usd.h"

namespace strata::python {

namespace {

using stage::Editor;
using stage::ListPosition;

// What each of the four edits: the arcs of one kind that one prim has.
struct ReferencesObject {
  PrimObject prim;
};
struct PayloadsObject {
  PrimObject prim;
};
struct InheritsObject {
  PrimObject prim;
};
struct SpecializesObject {
  PrimObject prim;
};
struct VariantSetsObject {
  PrimObject prim;
};
struct VariantSetObject {
  PrimObject prim;
  Token name;
};

template <class Owner>
Editor Edit(const Owner& owner) {
  return GetStage(owner.prim).Edit();
}

bool Clear(const PrimObject& prim, Token field) {
  CheckOrRaise(GetStage(prim).Edit().ClearMetadata((Check(prim), prim.GetPath()), field));
  return true;
}

void BindReferences(nb::module_& usd) {
  nb::class_<ReferencesObject> cls(usd, "References",
                                   "The references that a prim has in the edit target's layer.");
  using R = ReferencesObject;
  const auto add = [](const R& r, Reference reference, ListPosition position) {
    CheckOrRaise(Edit(r).AddReference(r.prim.GetPath(), std::move(reference), position));
    return true;
  };
  constexpr ListPosition kPosition = ListPosition::kBackOfPrependList;
  cls.def(
      "AddReference",
      [add](const R& r, const Reference& reference, ListPosition position) {
        return add(r, reference, position);
      },
      "reference"_a, "position"_a = kPosition);
  cls.def(
      "AddReference",
      [add](const R& r, const FileArgument& asset, PathArgument prim, LayerOffset offset,
            ListPosition position) {
        return add(r, Reference{asset.path, prim.path, offset, nullptr}, position);
      },
      "assetPath"_a, "primPath"_a, "layerOffset"_a = LayerOffset(), "position"_a = kPosition);
  cls.def(
      "AddReference",
      [add](const R& r, const FileArgument& asset, LayerOffset offset, ListPosition position) {
        return add(r, Reference{asset.path, Path(), offset, nullptr}, position);
      },
      "assetPath"_a, "layerOffset"_a = LayerOffset(), "position"_a = kPosition);
  cls.def(
      "AddInternalReference",
      [add](const R& r, PathArgument prim, LayerOffset offset, ListPosition position) {
        return add(r, Reference{"", prim.path, offset, nullptr}, position);
      },
      "primPath"_a, "layerOffset"_a = LayerOffset(), "position"_a = kPosition);
  cls.def(
      "RemoveReference",
      [](const R& r, const Reference& reference) {
        CheckOrRaise(Edit(r).RemoveReference(r.prim.GetPath(), reference));
        return true;
      },
      "ref"_a);
  cls.def(
      "SetReferences",
      [](const R& r, const std::vector<Reference>& references) {
        CheckOrRaise(Edit(r).SetReferences(r.prim.GetPath(), references));
        return true;
      },
      "items"_a);
  cls.def("ClearReferences", [](const R& r) { return Clear(r.prim, layer::GetFieldNames().references); });
  cls.def("GetPrim", [](const R& r) { return r.prim; });
  cls.def("__bool__", [](const R& r) { return r.prim.prim.IsValid(); });
}

void BindPayloads(nb::module_& usd) {
  nb::class_<PayloadsObject> cls(usd, "Payloads", "The payloads that a prim has in the edit target's layer.");
  using P = PayloadsObject;
  constexpr ListPosition kPosition = ListPosition::kBackOfPrependList;
  const auto add = [](const P& p, Payload payload, ListPosition position) {
    CheckOrRaise(Edit(p).AddPayload(p.prim.GetPath(), std::move(payload), position));
    return true;
  };
  cls.def(
      "AddPayload",
      [add](const P& p, const Payload& payload, ListPosition position) { return add(p, payload, position); },
      "payload"_a, "position"_a = kPosition);
  cls.def(
      "AddPayload",
      [add](const P& p, const FileArgument& asset, PathArgument prim, LayerOffset offset,
            ListPosition position) { return add(p, Payload{asset.path, prim.path, offset}, position); },
      "assetPath"_a, "primPath"_a, "layerOffset"_a = LayerOffset(), "position"_a = kPosition);
  cls.def(
      "AddPayload",
      [add](const P& p, const FileArgument& asset, LayerOffset offset, ListPosition position) {
        return add(p, Payload{asset.path, Path(), offset}, position);
      },
      "assetPath"_a, "layerOffset"_a = LayerOffset(), "position"_a = kPosition);
  cls.def(
      "AddInternalPayload",
      [add](const P& p, PathArgument prim, LayerOffset offset, ListPosition position) {
        return add(p, Payload{"", prim.path, offset}, position);
      },
      "primPath"_a, "layerOffset"_a = LayerOffset(), "position"_a = kPosition);
  cls.def(
      "RemovePayload",
      [](const P& p, const Payload& payload) {
        CheckOrRaise(Edit(p).RemovePayload(p.prim.GetPath(), payload));
        return true;
      },
      "payload"_a);
  cls.def(
      "SetPayloads",
      [](const P& p, const std::vector<Payload>& payloads) {
        CheckOrRaise(Edit(p).SetPayloads(p.prim.GetPath(), payloads));
        return true;
      },
      "items"_a);
  cls.def("ClearPayloads", [](const P& p) { return Clear(p.prim, layer::GetFieldNames().payload); });
  cls.def("GetPrim", [](const P& p) { return p.prim; });
  cls.def("__bool__", [](const P& p) { return p.prim.prim.IsValid(); });
}

// Inherits and Specializes differ in their names and in what the editor calls.
template <class Owner, auto kAdd, auto kRemove, auto kSet>
void BindClassArc(nb::module_& usd, const char* name, const char* one, Token field) {
  nb::class_<Owner> cls(usd, name, "The classes that a prim has in the edit target's layer.");
  cls.def((std::string("Add") + one).c_str(),
          [](const Owner& o, PathArgument path, ListPosition position) {
            stage::Editor editor = Edit(o);
            CheckOrRaise((editor.*kAdd)(o.prim.GetPath(), path, position));
            return true;
          },
          "primPath"_a, "position"_a = ListPosition::kBackOfPrependList);
  cls.def((std::string("Remove") + one).c_str(),
          [](const Owner& o, PathArgument path) {
            stage::Editor editor = Edit(o);
            CheckOrRaise((editor.*kRemove)(o.prim.GetPath(), path));
            return true;
          },
          "primPath"_a);
  cls.def((std::string("Set") + name).c_str(),
          [](const Owner& o, const std::vector<PathArgument>& paths) {
            stage::Editor editor = Edit(o);
            CheckOrRaise((editor.*kSet)(o.prim.GetPath(), std::vector<Path>(paths.begin(), paths.end())));
            return true;
          },
          "items"_a);
  cls.def((std::string("Clear") + name).c_str(), [field](const Owner& o) { return Clear(o.prim, field); });
  cls.def("GetPrim", [](const Owner& o) { return o.prim; });
  cls.def("__bool__", [](const Owner& o) { return o.prim.prim.IsValid(); });
  if constexpr (std::is_same_v<Owner, InheritsObject>)
    cls.def("GetAllDirectInherits", [](const Owner& o) {
      std::vector<Path> paths;
      const compose::PrimIndexPtr index = Check(o.prim).GetPrimIndex();
      if (!index) return paths;
      for (uint32_t i = 0; i < index->GetNodeCount(); ++i) {
        const compose::NodeRef node = index->GetNode(i);
        if (node.GetArcType() == compose::ArcType::kInherit && !node.IsDueToAncestor() &&
            std::find(paths.begin(), paths.end(), node.GetPath()) == paths.end() &&
            node.GetLayerStack() == index->GetRootNode().GetLayerStack())
          paths.push_back(node.GetPath());
      }
      return paths;
    });
}

void BindVariantSets(nb::module_& usd) {
  using Sets = VariantSetsObject;
  nb::class_<Sets> sets(usd, "VariantSets", "The variant sets of a prim.");
  sets.def("GetNames", [](const Sets& s) { return Check(s.prim).GetVariantSetNames(); });
  sets.def(
      "HasVariantSet",
      [](const Sets& s, Token name) {
        const std::vector<Token> names = Check(s.prim).GetVariantSetNames();
        return std::find(names.begin(), names.end(), name) != names.end();
      },
      "variantSetName"_a);
  sets.def(
      "GetVariantSet", [](const Sets& s, Token name) { return VariantSetObject{s.prim, name}; },
      "variantSetName"_a);
  sets.def(
      "AddVariantSet",
      [](const Sets& s, Token name, ListPosition position) {
        CheckOrRaise(Edit(s).AddVariantSet(s.prim.GetPath(), name, position));
        return VariantSetObject{s.prim, name};
      },
      "variantSetName"_a, "position"_a = ListPosition::kBackOfPrependList);
  sets.def(
      "GetVariantSelection",
      [](const Sets& s, Token name) { return Check(s.prim).GetVariantSelection(name); }, "variantSetName"_a);
  sets.def(
      "SetSelection",
      [](const Sets& s, Token name, Token variant) {
        CheckOrRaise(Edit(s).SetVariantSelection(s.prim.GetPath(), name, variant));
        return true;
      },
      "variantSetName"_a, "variantName"_a);
  sets.def("GetAllVariantSelections", [](const Sets& s) {
    std::map<Token, Token> none;
    nb::dict out;
    for (const stage::VariantSet& set : Check(s.prim).GetVariantSets())
      if (!set.selection.IsEmpty()) out[nb::cast(set.name)] = set.selection;
    return out;
  });

  using Set = VariantSetObject;
  nb::class_<Set> set(usd, "VariantSet", "One variant set of a prim.");
  const auto write = [](const Set& s, nb::handle value) {
    // A selection is one entry of a dictionary of text that the engine keeps as a type of its own.
    StageObject& owner = GetStage(s.prim);
    const Token field = layer::GetFieldNames().variantSelection;
    const Path spec = owner.target.MapToSpecPath(s.prim.GetPath());
    const VariantSelectionMap* held = owner.target.GetLayer()->GetFieldAs<VariantSelectionMap>(spec, field);
    VariantSelectionMap map = held ? *held : VariantSelectionMap();
    if (value.is_none())
      map.erase(s.name.GetString());
    else
      map[s.name.GetString()] = nb::cast<std::string>(value);
    CheckOrRaise(owner.Edit().SetMetadata(s.prim.GetPath(), field, map.empty() ? Value() : Value(map)));
    return true;
  };
  set.def("GetName", [](const Set& s) { return s.name; });
  set.def("GetPrim", [](const Set& s) { return s.prim; });
  set.def("IsValid", [](const Set& s) { return s.prim.prim.IsValid(); });
  set.def("__bool__", [](const Set& s) { return s.prim.prim.IsValid(); });
  set.def("GetVariantNames", [](const Set& s) { return Check(s.prim).GetVariantNames(s.name); });
  set.def(
      "HasAuthoredVariant",
      [](const Set& s, Token variant) {
        const std::vector<Token> names = Check(s.prim).GetVariantNames(s.name);
        return std::find(names.begin(), names.end(), variant) != names.end();
      },
      "variantName"_a);
  set.def(
      "AddVariant",
      [](const Set& s, Token variant, ListPosition position) {
        Editor editor = Edit(s);
        Editor::ChangeBlock block(editor);
        CheckOrRaise(editor.AddVariantSet(s.prim.GetPath(), s.name, position));
        CheckOrRaise(editor.AddVariant(s.prim.GetPath(), s.name, variant));
        return true;
      },
      "variantName"_a, "position"_a = ListPosition::kBackOfPrependList);
  set.def("GetVariantSelection", [](const Set& s) { return Check(s.prim).GetVariantSelection(s.name); });
  set.def(
      "SetVariantSelection",
      [](const Set& s, Token variant) {
        CheckOrRaise(Edit(s).SetVariantSelection(s.prim.GetPath(), s.name, variant));
        return true;
      },
      "variantName"_a);
  set.def("ClearVariantSelection", [write](const Set& s) { return write(s, nb::none()); });
  set.def("BlockVariantSelection", [write](const Set& s) { return write(s, nb::str("")); });
  set.def(
      "HasAuthoredVariantSelection",
      [](const Set& s) -> nb::object {
        const Token selection = Check(s.prim).GetVariantSelection(s.name);
        return selection.IsEmpty() ? nb::none() : nb::cast(selection);
      },
      "The variant that some layer selects; None when none does.");
  set.def(
      "GetVariantEditTarget",
      [](const Set& s, const nb::object& layer) {
        StageObject& owner = GetStage(s.prim);
        const Path variant =
            s.prim.GetPath().AppendVariantSelection(s.name, Check(s.prim).GetVariantSelection(s.name));
        const layer::LayerPtr where =
            layer.is_none() ? owner.target.GetLayer() : nb::cast<layer::LayerPtr>(layer);
        return stage::EditTarget::ForLocalDirectVariant(where, variant);
      },
      "layer"_a = nb::none(), "Where edits go into the selected variant.");
}

}  // namespace

void BindArcs(nb::module_& usd) {
  const layer::FieldNames& names = layer::GetFieldNames();
  BindReferences(usd);
  BindPayloads(usd);
  BindClassArc<InheritsObject, &Editor::AddInherit, &Editor::RemoveInherit, &Editor::SetInherits>(
      usd, "Inherits", "Inherit", names.inheritPaths);
  BindClassArc<SpecializesObject, &Editor::AddSpecialize, &Editor::RemoveSpecialize, &Editor::SetSpecializes>(
      usd, "Specializes", "Specialize", names.specializes);
  BindVariantSets(usd);
  auto prim = nb::borrow<nb::class_<PrimObject, Object>>(usd.attr("Prim"));
  prim.def("GetReferences", [](const PrimObject& p) { return ReferencesObject{(Check(p), p)}; });
  prim.def("GetPayloads", [](const PrimObject& p) { return PayloadsObject{(Check(p), p)}; });
  prim.def("GetInherits", [](const PrimObject& p) { return InheritsObject{(Check(p), p)}; });
  prim.def("GetSpecializes", [](const PrimObject& p) { return SpecializesObject{(Check(p), p)}; });
  prim.def("GetVariantSets", [](const PrimObject& p) { return VariantSetsObject{(Check(p), p)}; });
  prim.def(
      "GetVariantSet", [](const PrimObject& p, Token name) { return VariantSetObject{(Check(p), p), name}; },
      "variantSetName"_a);
  prim.def("HasVariantSets", [](const PrimObject& p) { return !Check(p).GetVariantSetNames().empty(); });
  prim.def("ClearPayload", [field = names.payload](const PrimObject& p) { return Clear(p, field); });
  prim.def(
      "SetPayload",
      [](const PrimObject& p, const Payload& payload) {
        CheckOrRaise(GetStage(p).Edit().SetPayloads(p.GetPath(), {payload}));
        return true;
      },
      "payload"_a);
  prim.def(
      "SetPayload",
      [](const PrimObject& p, const nb::handle& layer, PathArgument target) {
        const std::string asset = nb::isinstance<layer::LayerPtr>(layer) || nb::hasattr(layer, "identifier")
                                      ? nb::cast<std::string>(layer.attr("identifier"))
                                      : nb::cast<std::string>(layer);
        CheckOrRaise(GetStage(p).Edit().SetPayloads(p.GetPath(), {Payload{asset, target.path, {}}}));
        return true;
      },
      "assetPath"_a, "primPath"_a);
}

}  // namespace strata::python
