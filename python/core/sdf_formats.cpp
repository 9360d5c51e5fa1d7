// File formats written in Python: python/strata/_sdf_formats.py has the other half, HostFileFormat.
#include "python/core/callbacks.h"
#include "python/core/engine.h"
#include "python/core/pcp.h"
#include "python/core/reading.h"
#include "strata/compose/format_arguments.h"
#include "strata/format/text/text.h"

namespace strata::python {

namespace {

using compose::ArgumentContext;
using layer::FileFormat;

constexpr const char* kWho = "a file format";

// What a format in Python may ask while its arguments are composed; afterwards it answers nothing.
struct ArgumentContextObject {
  ArgumentContext* context = nullptr;
  nb::object data = nb::none();

  static nb::object Give(const std::optional<Value>& value) { return value ? ToPython(*value) : nb::none(); }
  nb::object ComposeValue(const std::string& field) const {
    return context ? Give(context->ComposeValue(Token(field))) : nb::none();
  }
  nb::list ComposeValueStack(const std::string& field) const {
    nb::list out;
    if (context)
      for (const Value& value : context->ComposeValueStack(Token(field))) out.append(ToPython(value));
    return out;
  }
  nb::object ComposeAttributeDefaultValue(const std::string& name) const {
    return context ? Give(context->ComposeAttributeDefaultValue(Token(name))) : nb::none();
  }
};

// The object is kept for as long as the program runs: layers that the interpreter leaves behind still name
// its format.
class PythonFormat : public FileFormat {
 public:
  explicit PythonFormat(nb::object object)
      : object_(*new nb::object(std::move(object))),
        id_(nb::cast<std::string>(object_.attr("formatId"))),
        target_(nb::cast<std::string>(object_.attr("target"))),
        extensions_(nb::cast<std::vector<std::string>>(object_.attr("GetFileExtensions")())) {}

  Token GetId() const override { return id_; }
  Token GetTarget() const override { return target_; }
  std::vector<std::string> GetExtensions() const override { return extensions_; }
  bool CanRead(std::string_view) const override { return true; }
  bool CanWrite() const override { return false; }

  bool Read(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
            layer::SpecStore& out, Diagnostics& diagnostics) const override {
    auto bytes = asset.ReadAll(options.budgets.max_file_bytes);
    if (!bytes) return diagnostics.Add(bytes.TakeError()), false;
    std::string text;
    Diagnostic failure;
    Ask("read '" + identifier + "'", failure, [&] {
      const nb::object made =
          object_.attr("Read")(nb::bytes(bytes->data(), bytes->size()), identifier, options.arguments);
      text =
          nb::cast<std::string>(nb::hasattr(made, "ExportToString") ? made.attr("ExportToString")() : made);
    });
    if (failure.code) return diagnostics.Add(std::move(failure)), false;
    return format::text::MakeUsdaFormat()->Read(*asset::MakeMemoryAsset(std::move(text)), identifier, options,
                                                out, diagnostics);
  }
  Result<std::string> WriteToString(const layer::SpecStore&, const layer::WriteOptions&) const override {
    return CannotWrite();
  }
  Result<void> WriteToFile(const layer::SpecStore&, const std::string&,
                           const layer::WriteOptions&) const override {
    return CannotWrite();
  }

 protected:
  // Calls `ask` with the interpreter's lock; an exception becomes `failure`.
  template <class Function>
  void Ask(const std::string& what, Diagnostic& failure, const Function& ask) const {
    std::string why = "the interpreter has ended";
    if (Py_IsInitialized()) {
      const nb::gil_scoped_acquire held;
      try {
        return ask();
      } catch (nb::python_error& error) {
        why = DescribeException(error);
      } catch (const nb::cast_error&) {
        why = "the answer is of no type that can be used";
      }
    }
    failure = Diagnostic(layer::kLayerUnopened,
                         "The file format '" + id_.GetString() + "' failed to " + what + ": " + why, {},
                         "Correct the format; until then its layers cannot be opened.");
  }
  void Warn(Diagnostic failure) const {
    if (!failure.code || !Py_IsInitialized()) return;
    const nb::gil_scoped_acquire held;
    WarnInCallback(std::move(failure), kWho);
  }

  const nb::object& object_;

 private:
  Diagnostic CannotWrite() const {
    return Diagnostic(layer::kLayerFormatUnknown, "The file format '" + id_.GetString() + "' does not write.",
                      {}, "Export the layer to a .usda or .usdc file.");
  }

  const Token id_, target_;
  const std::vector<std::string> extensions_;
};

// One that composes its arguments.
class DynamicPythonFormat final : public PythonFormat, public compose::DynamicFileFormat {
 public:
  using PythonFormat::PythonFormat;

  void ComposeFieldsForFileFormatArguments(const std::string& asset_path, ArgumentContext& context,
                                           Arguments& arguments, Value& data) const override {
    Diagnostic failure;
    Ask("compose arguments of '" + asset_path + "'", failure, [&] {
      const nb::object asked = nb::cast(ArgumentContextObject{&context, nb::none()});
      auto& handed = nb::cast<ArgumentContextObject&>(asked);
      struct End {  // Python may keep the object
        ArgumentContextObject& handed;
        ~End() { handed.context = nullptr; }
      } const end{handed};
      const nb::object made = object_.attr("ComposeFieldsForFileFormatArguments")(asset_path, asked);
      if (!made.is_none()) arguments = nb::cast<Arguments>(made);
      if (!handed.data.is_none()) data = FromPython(handed.data);
    });
    Warn(std::move(failure));
  }
  bool CanFieldChangeAffectFileFormatArguments(Token field, const Value& before, const Value& after,
                                               const Value& data) const override {
    return CanAffect("CanFieldChangeAffectFileFormatArguments", field, before, after, data);
  }
  bool CanAttributeDefaultValueChangeAffectFileFormatArguments(Token attribute, const Value& before,
                                                               const Value& after,
                                                               const Value& data) const override {
    return CanAffect("CanAttributeDefaultValueChangeAffectFileFormatArguments", attribute, before, after,
                     data);
  }

 private:
  bool CanAffect(const char* method, Token name, const Value& before, const Value& after,
                 const Value& data) const {
    bool answer = true;
    Diagnostic failure;
    Ask("weigh an edit of '" + name.GetString() + "'", failure, [&] {
      answer = nb::cast<bool>(
          object_.attr(method)(name.GetString(), ToPython(before), ToPython(after), ToPython(data)));
    });
    Warn(std::move(failure));
    return answer;
  }
};

void AddFormat(nb::object object, bool is_dynamic) {
  KeepEditsToTheirThread();
  std::shared_ptr<const FileFormat> format;
  if (is_dynamic)
    format = std::make_shared<DynamicPythonFormat>(std::move(object));
  else
    format = std::make_shared<PythonFormat>(std::move(object));
  GetEngine().GetLayerRegistry()->AddFormat(std::move(format));
}

}  // namespace

void BindFormats(nb::module_& sdf) {
  nb::class_<ArgumentContextObject>(sdf, "_ArgumentContext",
                                    "What a file format may ask of the prim that has its file as a payload.")
      .def("ComposeValue", &ArgumentContextObject::ComposeValue, "field"_a,
           "A field of the prim as composed so far: the strongest opinion, dictionaries composed; None where "
           "nobody speaks.")
      .def("ComposeValueStack", &ArgumentContextObject::ComposeValueStack, "field"_a,
           "All opinions about a field, strongest first.")
      .def("ComposeAttributeDefaultValue", &ArgumentContextObject::ComposeAttributeDefaultValue,
           "attributeName"_a, "The strongest default value of an attribute of the prim, or None.")
      .def_rw("dependencyContextData", &ArgumentContextObject::data, nb::arg().none(),
              "A value that comes back when edits are weighed.");
  sdf.def("_AddFormat", &AddFormat, "format"_a, "isDynamic"_a);
}

}  // namespace strata::python
