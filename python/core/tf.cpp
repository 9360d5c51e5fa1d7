// Tf: the exception that carries diagnostics, and helpers over names.
#include "python/core/core.h"
#include "strata/base/diagnostic.h"

namespace strata::python {

namespace {
PyObject* error_exception = nullptr;
struct AnyEnum {};

nb::dict ToDictionary(const SourceLocation& where) {
  nb::dict out;
  out["file"] = where.file;
  out["path"] = where.path;
  out["line"] = where.line;
  out["column"] = where.column;
  return out;
}

std::string MakeValidIdentifier(const std::string& text) {
  if (text.empty()) return "_";
  std::string out;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool is_digit = c >= '0' && c <= '9';
    out += is_letter || (is_digit && !out.empty()) ? c : '_';
  }
  return out;
}

bool IsAsciiIdentifier(const std::string& text) {
  return !text.empty() && MakeValidIdentifier(text) == text;
}
}  // namespace

void Raise(const Diagnostic& diagnostic) {
  nb::object raised = nb::borrow(error_exception)(RenderDiagnostic(diagnostic, ColorMode::kPlain));
  raised.attr("code") = diagnostic.code ? diagnostic.code->name : "";
  raised.attr("message") = diagnostic.message;
  raised.attr("hint") = diagnostic.hint;
  raised.attr("location") = ToDictionary(diagnostic.location);
  nb::list notes;
  for (const DiagnosticNote& note : diagnostic.notes)
    notes.append(nb::make_tuple(note.message, ToDictionary(note.location)));
  raised.attr("notes") = notes;
  PyErr_SetObject(error_exception, raised.ptr());
  throw nb::python_error();
}

nb::object EnumBase() {
  return nb::borrow(nb::type<AnyEnum>());
}

void BindTf(nb::module_& core) {
  nb::module_ tf = MakeModule(core, "Tf", "Errors and names.");
  nb::class_<AnyEnum>(tf, "Enum", "The base of enumerations.").def(nb::init<>());
  error_exception = PyErr_NewExceptionWithDoc(
      "strata.Tf.ErrorException",
      "What went wrong: code (a page of docs/diagnostics), message, hint, location and notes.",
      PyExc_RuntimeError, nullptr);
  tf.attr("ErrorException") = nb::borrow(error_exception);
  tf.def("IsValidIdentifier", &IsAsciiIdentifier, "identifier"_a,
         "Whether it is a letter or _ of ASCII, followed by more of these or digits.");
  tf.def("MakeValidIdentifier", &MakeValidIdentifier, "text"_a,
         "The text with _ for whatever an identifier cannot hold.");
  tf.def(
      "DictionaryStrcmp",
      [](const std::string& a, const std::string& b) {
        return ElementOrderLess(a, b) ? -1 : ElementOrderLess(b, a) ? 1 : 0;
      },
      "a"_a, "b"_a, "-1, 0 or 1: the order of names, with numbers in them by value.");
}

}  // namespace strata::python
