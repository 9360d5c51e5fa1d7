// Collecting diagnostics and writing them as JSON.
#include "strata/base/diagnostic.h"

#include "strata/base/json_writer.h"

namespace strata {
namespace {

void WriteLocation(JsonWriter& json, const SourceLocation& where) {
  json.BeginObject();
  if (!where.file.empty()) json.Key("file").String(where.file);
  if (!where.path.empty()) json.Key("path").String(where.path);
  if (where.line) json.Key("line").Unsigned(where.line);
  if (where.column) json.Key("column").Unsigned(where.column);
  if (where.length) json.Key("length").Unsigned(where.length);
  json.EndObject();
}

}  // namespace

void Diagnostics::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++error_count_;
  if (all_.size() >= limit_)
    ++suppressed_count_;
  else
    all_.push_back(std::move(diagnostic));
}

void Diagnostics::Append(const Diagnostics& other) {
  size_t errors_counted = error_count_ + other.error_count_;
  for (const Diagnostic& diagnostic : other.all_) Add(diagnostic);
  error_count_ = errors_counted;  // also those that `other` counted without keeping
  suppressed_count_ += other.suppressed_count_;
}

void Diagnostics::Clear() {
  all_.clear();
  error_count_ = 0;
  suppressed_count_ = 0;
}

std::string_view GetSeverityName(Severity severity) {
  switch (severity) {
    case Severity::kRemark:
      return "remark";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

void WriteDiagnostic(JsonWriter& json, const Diagnostic& diagnostic) {
  json.BeginObject().Key("severity").String(GetSeverityName(diagnostic.severity));
  json.Key("code").String(diagnostic.code ? diagnostic.code->name : "");
  json.Key("message").String(diagnostic.message);
  if (!diagnostic.location.IsEmpty()) {
    json.Key("location");
    WriteLocation(json, diagnostic.location);
  }
  if (!diagnostic.notes.empty()) {
    json.Key("notes").BeginArray();
    for (const DiagnosticNote& note : diagnostic.notes) {
      json.BeginObject().Key("message").String(note.message);
      if (!note.location.IsEmpty()) {
        json.Key("location");
        WriteLocation(json, note.location);
      }
      json.EndObject();
    }
    json.EndArray();
  }
  if (!diagnostic.hint.empty()) json.Key("hint").String(diagnostic.hint);
  json.EndObject();
}

void WriteDiagnostics(JsonWriter& json, const Diagnostics& diagnostics) {
  json.BeginArray();
  for (const Diagnostic& diagnostic : diagnostics.GetAll()) WriteDiagnostic(json, diagnostic);
  json.EndArray();
}

}  // namespace strata
