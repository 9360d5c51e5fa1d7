// What went wrong or deserves a remark, as data: code, severity, place, message, notes and a remedy.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class Severity : uint8_t { kRemark, kWarning, kError };

// Names one kind of diagnostic. Declared once, constexpr, in the room that reports it:
//   inline constexpr DiagnosticCode kLayerNotFound{"layer.not-found", Severity::kError, "A layer file does
//   not exist."};
// docs/diagnostics holds a page per name.
struct DiagnosticCode {
  const char* name;  // room.kebab-case
  Severity severity;
  const char* summary;  // one sentence
};

// A place: any part may be absent (empty, zero). Lines and columns count from 1, columns in bytes.
struct SourceLocation {
  std::string file;  // layer identifier or file path
  std::string path;  // scene path, e.g. "/World/Cube.size"
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t length = 0;  // bytes to underline in a code frame; 0 means one

  bool IsEmpty() const { return file.empty() && path.empty() && line == 0; }
};

struct DiagnosticNote {
  std::string message;
  SourceLocation location;
};

struct Diagnostic {
  const DiagnosticCode* code = nullptr;
  Severity severity = Severity::kError;
  std::string message;
  SourceLocation location;
  std::vector<DiagnosticNote> notes;
  std::string hint;  // the remedy, an imperative sentence

  Diagnostic() = default;
  Diagnostic(const DiagnosticCode& kind, std::string text, SourceLocation where = {}, std::string remedy = {})
      : code(&kind),
        severity(kind.severity),
        message(std::move(text)),
        location(std::move(where)),
        hint(std::move(remedy)) {}
};

// Collects remarks while an answer is made. Not thread-safe: parallel work gives each task its own and
// appends in a fixed order. Past `limit` further ones are counted, not kept, so hostile input cannot fill
// memory.
class Diagnostics {
 public:
  explicit Diagnostics(size_t limit = 1000) : limit_(limit) {}

  void Add(Diagnostic diagnostic);
  void Append(const Diagnostics& other);
  // Lets `edit` complete each one kept: places, notes, hints. REQUIRES: severities stay.
  template <class Function>
  void Edit(const Function& edit) {
    for (Diagnostic& diagnostic : all_) edit(diagnostic);
  }

  const std::vector<Diagnostic>& GetAll() const { return all_; }
  bool IsEmpty() const { return all_.empty(); }
  bool HasErrors() const { return error_count_ != 0; }
  size_t GetErrorCount() const { return error_count_; }
  size_t GetSuppressedCount() const { return suppressed_count_; }
  void Clear();

 private:
  std::vector<Diagnostic> all_;
  size_t limit_;
  size_t error_count_ = 0;
  size_t suppressed_count_ = 0;
};

enum class ColorMode : uint8_t { kPlain, kAnsi };

// Renders as people read it: severity, code, message, place, a code frame (the source line, underlined, read
// from `location.file` when that is a readable local file), notes, hint. Never fails; ends with a newline.
std::string RenderDiagnostic(const Diagnostic& diagnostic, ColorMode color);
std::string RenderDiagnostics(const Diagnostics& diagnostics, ColorMode color);

class JsonWriter;
void WriteDiagnostic(JsonWriter& writer, const Diagnostic& diagnostic);
void WriteDiagnostics(JsonWriter& writer, const Diagnostics& diagnostics);  // an array

std::string_view GetSeverityName(Severity severity);  // "remark", "warning", "error"

}  // namespace strata
