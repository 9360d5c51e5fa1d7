// What layers tell of, and edits of their names: strata/_sdf_notices.py and strata/_sdf_edits.py stand on it.
#include <algorithm>
#include <cstring>

#include "python/core/arguments.h"
#include "python/core/core.h"
#include "python/core/reading.h"
#include "python/core/spec.h"
#include "strata/format/crate/compression.h"
#include "strata/layer/fields.h"
#include "strata/layer/layer.h"
#include "strata/layer/move_spec.h"

namespace strata::python {

namespace {

using layer::Layer;
using layer::LayerNotice;
using layer::LayerPtr;

// Called with (kind, layer, text) for each notice of the layers that are listened to.
nb::object& Handler() {
  static auto& handler = *new nb::object;  // outlives the interpreter on purpose
  return handler;
}

void Tell(const Layer& layer, const char* kind, const std::string& text) {
  if (!Py_IsInitialized()) return;
  const CallIntoPython held;
  if (!Handler().is_valid()) return;
  const LayerPtr shown = std::const_pointer_cast<Layer>(layer.shared_from_this());
  try {
    Handler()(kind, nb::cast(shown), text);
  } catch (nb::python_error& error) {
    error.discard_as_unraisable("a listener of a layer");
  }
}

void TellNotice(const Layer& layer, const LayerNotice& notice) {
  using Kind = LayerNotice::Kind;
  switch (notice.kind) {
    case Kind::kDirtinessChanged:
      return Tell(layer, "LayerDirtinessChanged", "");
    case Kind::kInfoDidChange:
      return Tell(layer, "LayerInfoDidChange", notice.field.GetString());
    case Kind::kIdentifierDidChange:
      return Tell(layer, "LayerIdentifierDidChange", notice.old_identifier);
    case Kind::kDidReloadContent:
      return Tell(layer, "LayerDidReloadContent", "");
    case Kind::kDidReplaceContent:
      return Tell(layer, "LayerDidReplaceContent", "");
  }
}

void Listen(const LayerPtr& layer) {
  layer->AddNoticeListener(&TellNotice);
  layer->AddChangeListener(
      [](const Layer& changed, const layer::ChangeList&) { Tell(changed, "LayersDidChange", ""); },
      Layer::Before::kUnlessEditedInPlace);
}

// Puts a prim or property at a place among its siblings; -1 is the last. What gets another parent comes last
// there, so those that are to follow leave and come back, one after the other.
void PlaceChild(const LayerPtr& layer, PathArgument path, int64_t index) {
  const Path parent = path.path.GetParent();
  const bool is_property = path.path.IsProperty();
  const layer::FieldNames& names = layer::GetFieldNames();
  const TokenVector* held =
      layer->GetFieldAs<TokenVector>(parent, is_property ? names.properties : names.primChildren);
  if (!held) return;
  const TokenVector before = *held;
  TokenVector wanted = before;
  const auto found = std::find(wanted.begin(), wanted.end(), path.path.GetName());
  if (found == wanted.end()) return;
  const Token name = *found;
  wanted.erase(found);
  const bool is_last = index < 0 || index > static_cast<int64_t>(wanted.size());
  wanted.insert(wanted.begin() + static_cast<ptrdiff_t>(is_last ? wanted.size() : static_cast<size_t>(index)),
                name);
  size_t first = 0;
  while (first < wanted.size() && wanted[first] == before[first]) ++first;
  Path aside = Path::AbsoluteRoot().AppendChild(Token("__aside"));
  while (layer->HasSpec(aside)) aside = aside.AppendChild(Token("__aside"));
  for (size_t i = first; i < wanted.size(); ++i) {
    const Path here = is_property ? parent.AppendProperty(wanted[i]) : parent.AppendChild(wanted[i]);
    const Path there = is_property ? aside.AppendProperty(wanted[i]) : aside.AppendChild(wanted[i]);
    CheckOrRaise(layer::MoveSpec(*layer, here, there));
    CheckOrRaise(layer::MoveSpec(*layer, there, here));
  }
}

// How many sets of fields the section of a crate file has, its count and length in front.
size_t CountFieldSets(nb::bytes section) {
  const std::string_view bytes(section.c_str(), section.size());
  if (bytes.size() < 16) return 0;
  uint64_t count = 0, size = 0;
  std::memcpy(&count, bytes.data(), 8);
  std::memcpy(&size, bytes.data() + 8, 8);
  if (size > bytes.size() - 16 || count > format::crate::GetMostIntegers(size) || count > (uint64_t{1} << 32))
    return 0;
  std::vector<uint32_t> fields(count);
  format::crate::Scratch scratch;
  if (!format::crate::DecodeIntegers(bytes.substr(16, size), count, fields.data(), scratch)) return 0;
  return static_cast<size_t>(std::count(fields.begin(), fields.end(), UINT32_MAX));
}

}  // namespace

void BindLayerChanges(nb::module_& sdf) {
  sdf.def("_SetLayerHandler", [](nb::object handler) { Handler() = std::move(handler); }, "handler"_a);
  sdf.def("_ListenToLayer", &Listen, "layer"_a);
  sdf.def(
      "_MoveSpec",
      [](const LayerPtr& layer, PathArgument from, PathArgument to) {
        CheckOrRaise(layer::MoveSpec(*layer, from, to));
      },
      "layer"_a, "from"_a, "to"_a);
  sdf.def(
      "_Rename",
      [](Spec& spec, Token name) {
        const Path parent = spec.path.GetParent();
        const Path to = spec.path.IsProperty() ? parent.AppendProperty(name) : parent.AppendChild(name);
        if (to == spec.path) return;
        CheckOrRaise(layer::MoveSpec(*spec.layer, spec.path, to));
        spec.path = to;
      },
      "spec"_a, "name"_a, "Gives a prim or property another name; the object follows.");
  sdf.def("_PlaceChild", &PlaceChild, "layer"_a, "path"_a, "index"_a);
  sdf.def("_CountFieldSets", &CountFieldSets, "section"_a);
}

}  // namespace strata::python
