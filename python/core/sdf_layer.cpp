// Sdf.Layer. What reads and writes one field each (defaultPrim, startTimeCode, ...) is made in strata/Sdf.py.
#include <filesystem>

#include "python/core/arguments.h"
#include "python/core/core.h"
#include "python/core/engine.h"
#include "python/core/reading.h"
#include "python/core/resolvers.h"
#include "python/core/sdf_enums.h"
#include "python/core/sdf_muting.h"
#include "python/core/spec.h"
#include "strata/layer/layer.h"
#include "strata/layer/validate.h"
#include "strata/value/time_samples.h"

namespace strata::python {

namespace {

using layer::Layer;
using layer::LayerPtr;
using Arguments = std::map<std::string, std::string>;

std::string WithArguments(const std::string& path, const Arguments& arguments) {
  std::string out = path;
  for (const auto& [name, value] : arguments)
    out +=
        (out.find(":SDF_FORMAT_ARGS:") == std::string::npos ? ":SDF_FORMAT_ARGS:" : "&") + name + "=" + value;
  return out;
}

LayerPtr CreateAnonymous(const std::string& tag, nb::handle, const Arguments&) {
  return GetEngine().GetLayerRegistry()->CreateAnonymous(tag);
}

LayerPtr CreateNew(const FileArgument& path, const Arguments& arguments) {
  const auto& registry = GetEngine().GetLayerRegistry();
  const std::string absolute = std::filesystem::absolute(path.path).lexically_normal().string();
  LayerPtr made = ValueOrRaise(registry->CreateNew(WithArguments(absolute, arguments)));
  layer::SaveOptions options;
  options.external_change = layer::SaveOptions::ExternalChange::kOverwrite;
  CheckOrRaise(made->Save(options));
  return made;
}

// None when there is no such file. A file that is there and cannot be read raises.
nb::object FindOrOpen(const std::string& path, const Layer* anchor, const Arguments& arguments) {
  Diagnostics remarks;
  LayerPtr found;
  {
    const Reading reading;
    found = GetEngine().GetLayerRegistry()->FindOrOpen(WithArguments(path, arguments), anchor, {}, remarks);
  }
  MuteIfAsked(found);
  if (found) return nb::cast(found);
  for (const Diagnostic& remark : remarks.GetAll())
    if (remark.severity == Severity::kError && std::string_view(remark.code->name) != "layer.not-found" &&
        std::string_view(remark.code->name) != "layer.unopened" &&
        std::string_view(remark.code->name) != "asset.not-found")
      Raise(remark);
  return nb::none();
}

LayerPtr OpenAsAnonymous(const FileArgument& path, bool metadata_only, const std::string& tag) {
  layer::OpenOptions options;
  if (metadata_only) options.scope = layer::ReadScope::kMetadataOnly;
  Diagnostics remarks;
  LayerPtr opened = GetEngine().GetLayerRegistry()->FindOrOpen(path.path, nullptr, options, remarks);
  if (!opened) {
    for (const Diagnostic& remark : remarks.GetAll())
      if (remark.severity == Severity::kError) Raise(remark);
    return nullptr;
  }
  LayerPtr copy = GetEngine().GetLayerRegistry()->CreateAnonymous(tag);
  copy->TransferContent(*opened);
  return copy;
}

bool Export(const Layer& layer, const FileArgument& path, const std::string& comment,
            const Arguments& arguments) {
  layer::ExportOptions options;
  options.comment = comment;
  options.arguments = arguments;
  CheckOrRaise([&] {
    const Reading reading;
    return layer.Export(path.path, options);
  }());
  return true;
}

bool Save(Layer& layer, bool force) {
  if (layer.IsAnonymous())
    throw nb::value_error(("an anonymous layer has no file to be saved to: " + layer.GetIdentifier() +
                           " (Export writes a copy)")
                              .c_str());
  layer::SaveOptions options;
  if (force) options.external_change = layer::SaveOptions::ExternalChange::kOverwrite;
  CheckOrRaise([&] {
    const Saving saving;
    return layer.Save(options);
  }());
  return true;
}

bool ImportFromString(Layer& layer, const std::string& text) {
  Diagnostics remarks;
  const LayerPtr read = GetEngine().GetLayerRegistry()->ImportFromString(text, "", remarks);
  if (!read)
    for (const Diagnostic& remark : remarks.GetAll())
      if (remark.severity == Severity::kError) Raise(remark);
  if (!read) return false;
  WaitForReaders();
  layer.TransferContent(*read);
  return true;
}

bool Import(Layer& layer, const FileArgument& path) {
  Diagnostics remarks;
  const LayerPtr read = GetEngine().GetLayerRegistry()->FindOrOpen(path.path, nullptr, {}, remarks);
  if (!read) return false;
  WaitForReaders();
  layer.TransferContent(*read);
  return true;
}

// All specs below `path` and itself, those below first; targets and connections as specs of their own.
void Traverse(const LayerPtr& layer, Path path, const nb::object& visit) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const auto field_items = [&](Token field) {
    std::vector<Path> items;
    if (const PathListOp* op = layer->GetFieldAs<PathListOp>(path, field)) {
      const PathListOp reduced = *op;
      for (const auto* part :
           {&reduced.explicit_items, &reduced.added_items, &reduced.prepended_items, &reduced.appended_items})
        for (Path item : *part) items.push_back(path.AppendTarget(item));
    }
    return items;
  };
  const layer::SpecType type = layer->GetSpecType(path);
  if (type == layer::SpecType::kUnknown) return;
  if (type == layer::SpecType::kAttribute)
    for (Path item : field_items(names.connectionPaths)) visit(item);
  if (type == layer::SpecType::kRelationship)
    for (Path item : field_items(names.targetPaths)) visit(item);
  for (Token name : layer->GetChildNames(path, names.primChildren))
    Traverse(layer, path.AppendChild(name), visit);
  for (Token name : layer->GetChildNames(path, names.properties))
    Traverse(layer, path.AppendProperty(name), visit);
  for (Token set : layer->GetChildNames(path, names.variantSetChildren))
    Traverse(layer, path.AppendVariantSelection(set, Token()), visit);
  if (type == layer::SpecType::kVariantSet)
    for (Token variant : layer->GetChildNames(path, names.variantChildren))
      Traverse(layer, path.GetParent().AppendVariantSelection(path.GetVariantSet(), variant), visit);
  visit(path);
}

std::pair<std::string, Arguments> SplitIdentifier(const std::string& identifier) {
  static constexpr std::string_view kMark = ":SDF_FORMAT_ARGS:";
  const size_t at = identifier.find(kMark);
  if (at == std::string::npos) return {identifier, {}};
  Arguments arguments;
  std::string_view rest = std::string_view(identifier).substr(at + kMark.size());
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    const size_t equals = one.find('=');
    if (equals != std::string_view::npos)
      arguments[std::string(one.substr(0, equals))] = one.substr(equals + 1);
    rest = one.size() == rest.size() ? std::string_view() : rest.substr(one.size() + 1);
  }
  return {identifier.substr(0, at), arguments};
}

const TimeSamples* GetSamples(const Layer& layer, Path path) {
  return layer.GetFieldAs<TimeSamples>(path, layer::GetFieldNames().timeSamples);
}

std::tuple<bool, double, double> GetBracketing(const std::vector<double>& times, double time) {
  if (times.empty()) return {false, 0.0, 0.0};
  if (time <= times.front()) return {true, times.front(), times.front()};
  if (time >= times.back()) return {true, times.back(), times.back()};
  const auto after = std::lower_bound(times.begin(), times.end(), time);
  return {true, *after == time ? *after : after[-1], *after};
}

// Of all attributes of a layer together, sorted.
std::vector<double> ListAllTimeSamples(const LayerPtr& layer) {
  std::vector<double> all;
  layer->GetContent().VisitSpecs([&](Path path, const auto& spec) {
    if (spec.GetType() != layer::SpecType::kAttribute) return;
    if (const TimeSamples* samples = GetSamples(*layer, path))
      all.insert(all.end(), samples->GetTimes().begin(), samples->GetTimes().end());
  });
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

nb::object QueryTimeSample(const Layer& layer, Path path, double time) {
  const TimeSamples* samples = GetSamples(layer, path);
  const std::optional<Value> value = samples ? samples->Find(time) : std::nullopt;
  return value ? ToPython(*value) : nb::none();
}

void SetTimeSample(Layer& layer, Path path, double time, nb::handle value) {
  const Token* type_name = layer.GetFieldAs<Token>(path, layer::GetFieldNames().typeName);
  const ValueTypeName* type = type_name ? FindValueTypeName(*type_name) : nullptr;
  WaitForReaders();
  CheckOrRaise(layer.SetTimeSample(path, time, FromPython(value, type ? type->type : ValueType::kEmpty)));
}

void BindIdentity(nb::class_<Layer>& cls) {
  cls.def_prop_rw("identifier", &Layer::GetIdentifier, [](Layer& l, const std::string& identifier) {
    // A relative name is one of a new file: below the working directory, and not searched for.
    const bool is_new = !identifier.empty() && identifier.compare(0, 5, "anon:") != 0 &&
                        identifier.find("://") == std::string::npos;
    CheckOrRaise(l.SetIdentifier(is_new ? std::filesystem::absolute(identifier).lexically_normal().string()
                                        : identifier));
  });
  cls.def_prop_ro("realPath", [](const Layer& l) { return l.GetResolvedPath(); });
  cls.def_prop_ro("resolvedPath", [](const Layer& l) { return l.GetResolvedPath(); });
  cls.def_prop_ro("repositoryPath", [](const Layer&) { return ""; });
  cls.def_prop_ro("version", [](const Layer&) { return ""; });
  cls.def_prop_ro("anonymous", &Layer::IsAnonymous);
  cls.def_prop_ro("dirty", &Layer::IsDirty);
  cls.def_prop_ro("expired", [](const Layer&) { return false; });
  cls.def_prop_ro("fileExtension", [](const Layer& l) {
    const std::string name = l.IsAnonymous() ? std::string() : SplitIdentifier(l.GetIdentifier()).first;
    const size_t dot = name.rfind('.');
    return dot == std::string::npos ? std::string("usda") : name.substr(dot + 1);
  });
  using Permission = Layer::Permission;
  cls.def_prop_ro("permissionToEdit",
                  [](const Layer& l) { return l.GetPermissionToEdit() == Permission::kAllowed; });
  cls.def_prop_ro("permissionToSave", [](const Layer& l) {
    return !l.IsAnonymous() && l.GetPermissionToSave() == Permission::kAllowed;
  });
  cls.def(
      "SetPermissionToEdit",
      [](Layer& l, bool allow) { l.SetPermissionToEdit(allow ? Permission::kAllowed : Permission::kDenied); },
      "allow"_a, "Whether edits are taken; where not, each raises.");
  cls.def(
      "SetPermissionToSave",
      [](Layer& l, bool allow) { l.SetPermissionToSave(allow ? Permission::kAllowed : Permission::kDenied); },
      "allow"_a, "Whether Save writes; where not, it raises.");
  cls.def("GetDisplayName", &Layer::GetDisplayName);
  cls.def("GetFileFormatArguments", &Layer::GetFileFormatArguments);
  cls.def("GetAssetName", [](const Layer&) { return ""; });
  cls.def("__bool__", [](const Layer&) { return true; });
  cls.def("__eq__", [](const Layer& a, const Layer& b) { return &a == &b; }, nb::is_operator());
  cls.def("__ne__", [](const Layer& a, const Layer& b) { return &a != &b; }, nb::is_operator());
  cls.def("__hash__", [](const Layer& l) { return std::hash<const void*>()(&l) >> 1; });
  cls.def("__repr__",
          [](const Layer& l) { return "Sdf.Find(" + Repr(nb::str(l.GetIdentifier().c_str())) + ")"; });
}

void BindOpening(nb::class_<Layer>& cls) {
  cls.def_static("CreateAnonymous", &CreateAnonymous, "tag"_a = "", "format"_a = nb::none(),
                 "args"_a = Arguments());
  cls.def_static("CreateNew", &CreateNew, "identifier"_a, "args"_a = Arguments(),
                 "A new empty file and its layer. Raises when a layer of that name is open, or the file "
                 "cannot be written.");
  cls.def_static(
      "New",
      [](nb::handle, const FileArgument& path, const Arguments& arguments) {
        return ValueOrRaise(GetEngine().GetLayerRegistry()->CreateNew(WithArguments(path.path, arguments)));
      },
      "fileFormat"_a, "identifier"_a, "args"_a = Arguments(),
      "As CreateNew; nothing is written before Save.");
  cls.def_static(
      "FindOrOpen",
      [](const FileArgument& path, const Arguments& arguments) {
        return FindOrOpen(path.path, nullptr, arguments);
      },
      "identifier"_a, "args"_a = Arguments(), "The layer of a file; None when there is no such file.");
  cls.def_static(
      "FindOrOpenRelativeToLayer",
      [](const Layer& anchor, const std::string& path, const Arguments& arguments) {
        return FindOrOpen(path, &anchor, arguments);
      },
      "anchor"_a, "identifier"_a, "args"_a = Arguments());
  cls.def_static(
      "Find",
      [](const FileArgument& path, const Arguments& arguments) {
        const auto& registry = GetEngine().GetLayerRegistry();
        const std::string name = WithArguments(path.path, arguments);
        const LayerPtr found = registry->Find(name);
        return found ? found : registry->Find(registry->CreateIdentifier(name, nullptr));
      },
      "identifier"_a, "args"_a = Arguments(), "A layer that is open already; None when it is not.");
  cls.def_static(
      "FindRelativeToLayer",
      [](const Layer& anchor, const std::string& path, const Arguments& arguments) {
        const auto& registry = GetEngine().GetLayerRegistry();
        return registry->Find(registry->CreateIdentifier(WithArguments(path, arguments), &anchor));
      },
      "anchor"_a, "identifier"_a, "args"_a = Arguments());
  cls.def_static("OpenAsAnonymous", &OpenAsAnonymous, "layerPath"_a, "metadataOnly"_a = false, "tag"_a = "");
  cls.def_static("GetLoadedLayers", [] { return GetEngine().GetLayerRegistry()->GetLoadedLayers(); });
  cls.def_static("IsAnonymousLayerIdentifier",
                 [](const std::string& text) { return text.compare(0, 5, "anon:") == 0; });
  cls.def_static("SplitIdentifier", &SplitIdentifier, "identifier"_a,
                 "The path and the file format arguments.");
  cls.def_static("CreateIdentifier", &WithArguments, "layerPath"_a, "arguments"_a);
  cls.def_static("GetDisplayNameFromIdentifier", [](const std::string& identifier) {
    const std::string path = SplitIdentifier(identifier).first;
    if (path.compare(0, 5, "anon:") == 0) {
      const size_t colon = path.find(':', 5);
      return colon == std::string::npos ? std::string() : path.substr(colon + 1);
    }
    return path.substr(path.find_last_of('/') + 1);
  });
  cls.def_static(
      "ReloadLayers",
      [](const std::vector<LayerPtr>& layers, bool force) {
        bool all = true;
        WaitForReaders();
        for (const LayerPtr& layer : layers)
          all &= bool(layer->Reload(force ? Layer::ReloadMode::kAlways : Layer::ReloadMode::kIfChanged));
        return all;
      },
      "layers"_a, "force"_a = false);
}

void BindContent(nb::class_<Layer>& cls) {
  cls.def("Export", &Export, "filename"_a, "comment"_a = "", "args"_a = Arguments(),
          "Writes a copy in the format that the extension names.");
  cls.def(
      "ExportToString",
      [](const Layer& l) {
        return ValueOrRaise([&] {
          const Reading reading;
          return l.ExportToString();
        }());
      },
      "The layer as usda.");
  cls.def("ImportFromString", &ImportFromString, "string"_a,
          "Replaces the content by that of a text of usda.");
  cls.def("Import", &Import, "layerPath"_a);
  cls.def("Save", &Save, "force"_a = false,
          "Writes the file, as a whole or not at all. Raises when someone else changed it meanwhile, unless "
          "forced.");
  cls.def(
      "Reload",
      [](Layer& l, bool force) {
        const uint64_t before = l.GetRevision();
        WaitForReaders();
        CheckOrRaise(l.Reload(force ? Layer::ReloadMode::kAlways : Layer::ReloadMode::kIfChanged));
        return force || l.GetRevision() != before;
      },
      "force"_a = false);
  const auto replace = [](Layer& l, const Layer& source) {
    CheckOrRaise(layer::CheckEditable(l, Path::AbsoluteRoot()));
    WaitForReaders();
    l.TransferContent(source);
  };
  cls.def("Clear", [replace](Layer& l) { replace(l, *Layer::CreateAnonymous()); });
  cls.def("TransferContent", replace, "layer"_a);
  cls.def(
      "Traverse",
      [](const LayerPtr& l, PathArgument path, const nb::object& visit) { Traverse(l, path, visit); },
      "path"_a, "func"_a, "Calls func with the path of each spec, those below first.");
  cls.def("GetDefaultPrimAsPath", &Layer::GetDefaultPrimAsPath);
  cls.def(
      "ComputeAbsolutePath",
      [](const Layer& l, const std::string& path) {
        return GetEngine().GetLayerRegistry()->CreateIdentifier(path, &l);
      },
      "assetPath"_a);
  cls.def("_HasSpec", [](const Layer& l, PathArgument path) { return l.HasSpec(path); });
  cls.def("_MakeSpec", [](const LayerPtr& l, PathArgument path) { return MakeSpec(l, path); });
  cls.def("_MakeStackSpec", [](const LayerPtr& l, PathArgument path) { return MakeStackSpec(l, path); });
}

void BindTimeSamples(nb::class_<Layer>& cls) {
  cls.def("ListAllTimeSamples", &ListAllTimeSamples);
  cls.def(
      "ListTimeSamplesForPath",
      [](const Layer& l, PathArgument path) {
        const TimeSamples* samples = GetSamples(l, path);
        return samples ? samples->GetTimes() : std::vector<double>();
      },
      "path"_a);
  cls.def(
      "GetNumTimeSamplesForPath",
      [](const Layer& l, PathArgument path) {
        const TimeSamples* samples = GetSamples(l, path);
        return samples ? samples->GetSize() : 0;
      },
      "path"_a);
  cls.def(
      "GetBracketingTimeSamples",
      [](const LayerPtr& l, double time) { return GetBracketing(ListAllTimeSamples(l), time); }, "time"_a);
  cls.def(
      "GetBracketingTimeSamplesForPath",
      [](const Layer& l, PathArgument path, double time) {
        const TimeSamples* samples = GetSamples(l, path);
        return GetBracketing(samples ? samples->GetTimes() : std::vector<double>(), time);
      },
      "path"_a, "time"_a);
  cls.def(
      "QueryTimeSample",
      [](const Layer& l, PathArgument path, double time) { return QueryTimeSample(l, path, time); }, "path"_a,
      "time"_a);
  cls.def(
      "SetTimeSample",
      [](Layer& l, PathArgument path, double time, nb::handle value) { SetTimeSample(l, path, time, value); },
      "path"_a, "time"_a, "value"_a.none());
  cls.def(
      "EraseTimeSample",
      [](Layer& l, PathArgument path, double time) {
        WaitForReaders();
        CheckOrRaise(l.EraseTimeSample(path, time));
      },
      "path"_a, "time"_a);
}

}  // namespace

context::Engine& GetEngine() {
  AddDeclaredResolvers();
  static context::Engine& engine = []() -> context::Engine& {
    context::EngineOptions options;
    options.resolver = GetHostResolvers();
    return *new context::Engine(std::move(options));  // outlives stages that the interpreter never frees
  }();
  return engine;
}

void Warn(const Diagnostics& diagnostics) {
  for (const Diagnostic& remark : diagnostics.GetAll()) {
    if (remark.severity == Severity::kRemark) continue;
    if (PyErr_WarnEx(PyExc_UserWarning, RenderDiagnostic(remark, ColorMode::kPlain).c_str(), 1) < 0)
      nb::raise_python_error();
  }
}

void BindLayers(nb::module_& sdf) {
  nb::class_<Layer> cls(sdf, "Layer", "What one file, or an anonymous buffer, says about a scene.",
                        nb::is_weak_referenceable(), nb::dynamic_attr());
  BindIdentity(cls);
  BindOpening(cls);
  BindContent(cls);
  BindTimeSamples(cls);
}

}  // namespace strata::python
