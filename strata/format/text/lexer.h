// Reads a usda file through one moving window: characters, white space, names, strings, numbers and paths.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "strata/asset/asset.h"
#include "strata/base/budget.h"
#include "strata/base/diagnostic.h"
#include "strata/base/token.h"
#include "strata/format/text/codes.h"
#include "strata/format/text/number.h"
#include "strata/path/path.h"

namespace strata::format::text {

// A position in the file; lines and columns count from 1, columns in bytes.
struct Mark {
  uint64_t offset = 0;
  uint32_t line = 1;
  uint32_t column = 1;
};

inline bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}
inline bool IsNameStartByte(char c) {
  return IsNameByte(c) && !(c >= '0' && c <= '9');
}

// Only what lies between the cursor (or an earlier byte that a token still needs) and the end of the window
// is in memory. Functions that read something return false after reporting why not. Once `IsStopped`, the
// file counts as ended and nothing more is reported.
class Lexer {
 public:
  enum class Window : uint8_t { kNarrow, kWide };  // wide where several threads read from it
  static constexpr size_t kPadding = 32;           // zero bytes after the window, for loops that read words

  Lexer(const asset::Asset& asset, const std::string& identifier, const Budgets& budgets,
        Diagnostics& diagnostics, Window window = Window::kNarrow);
  Lexer(const Lexer&) = delete;
  Lexer& operator=(const Lexer&) = delete;

  // -- characters ------------------------------------------------------------------------------------------
  // The byte at the cursor; 0 at the end of the file, and for a NUL byte in it.
  char Peek() {
    if (*cursor_ == 0 && cursor_ == end_) [[unlikely]]
      Fill();
    return *cursor_;
  }
  char PeekAt(size_t ahead) {
    while (static_cast<size_t>(end_ - cursor_) <= ahead && Fill()) {
    }
    return static_cast<size_t>(end_ - cursor_) > ahead ? cursor_[ahead] : 0;
  }
  bool AtEnd() { return Peek() == 0 && cursor_ == end_; }
  void Advance() { ++cursor_; }  // REQUIRES: the byte at the cursor is not a line end
  bool Take(char c) {
    if (Peek() != c || AtEnd()) return false;
    ++cursor_;
    return true;
  }
  // Reads more of the file into the window where there is more; true when something came.
  bool Fill();
  // Makes the window reach `count` bytes past the cursor where the file does.
  void Want(size_t count) {
    while (static_cast<size_t>(end_ - cursor_) < count && Fill()) {
    }
  }

  // For loops that read the window themselves: they leave the cursor where they stop, on the same line.
  const char* GetCursor() const { return cursor_; }
  const char* GetWindowEnd() const { return end_; }
  bool WindowReachesEnd() const { return at_end_; }
  void SetCursor(const char* cursor) { cursor_ = cursor; }
  void NoteLines(uint32_t count, const char* after_last) {
    line_ += count;
    line_start_ = base_ + static_cast<uint64_t>(after_last - buffer_.get());
  }

  // -- white space; each returns whether it passed anything
  // ----------------------------------------------------
  bool SkipSpaces();    // spaces, tabs and /* comments */
  bool SkipLineRest();  // these and # or // comments, up to the line end
  bool SkipAll();       // these and line ends
  // White space after a keyword: at least a space, then what SkipSpaces passes.
  bool SkipGap();
  bool TakeLineEnd();
  // After an item in brackets: a comma and white space. Without a comma, `closer` must come next.
  bool EndItem(char closer);

  // -- tokens
  // -------------------------------------------------------------------------------------------------- A name
  // or an empty view; valid until the next call that may move the window. Namespaced ones with ':' between
  // names; type names with "::" or "." between.
  std::string_view ReadName();
  bool ReadNamespacedName(Token& out);
  bool ReadQuoted(std::string& out);     // REQUIRES: at a quote
  bool ReadAssetPath(std::string& out);  // REQUIRES: at '@'
  bool ReadPathText(std::string& out);   // REQUIRES: at '<'; what stands between < and >
  bool AtNumber();
  bool ReadNumber(Number& out);         // REQUIRES: AtNumber()
  Token Intern(std::string_view text);  // as Token(text), faster for names seen lately

  // -- reports
  // -------------------------------------------------------------------------------------------------
  Mark Here() const {
    const uint64_t offset = base_ + static_cast<uint64_t>(cursor_ - buffer_.get());
    return {offset, line_, static_cast<uint32_t>(offset - line_start_ + 1)};
  }
  // Reports an error at `mark` and returns false. Its length is what lies between `mark` and the cursor on
  // that line.
  bool Fail(const DiagnosticCode& code, Mark mark, std::string message, std::string hint = {});
  bool Fail(const DiagnosticCode& code, std::string message, std::string hint = {}) {
    return Fail(code, Here(), std::move(message), std::move(hint));
  }
  // Reports that `what` was expected here.
  bool FailExpected(std::string_view what);
  bool FailBudget(const char* name, uint64_t limit);
  // A few characters from the cursor on, for a message.
  std::string Describe();
  // Passes the rest of a broken statement: to the line end outside brackets, to an unmatched `closer`, or,
  // where a bracket is never closed, to a line that can only begin a new statement.
  void Recover(char closer);
  void Stop() {
    stopped_ = true;
    at_end_ = true;
    cursor_ = end_;
  }
  uint64_t GetFileSize() const { return file_size_; }
  bool IsStopped() const { return stopped_; }
  bool HasFailed() const { return failed_; }

  Path where;            // the scene path that reports name
  uint32_t nesting = 0;  // brackets the present statement has opened, for Recover
  uint32_t braces = 0;   // those of them that are {

 private:
  void SkipCharacter();
  bool SkipBlockComment();
  bool SkipLineComment();
  bool ReadQuotedBody(char quote, bool triple, Mark begin, std::string& out);
  bool FailEncoding(Mark mark);
  void SkipQuotedLoosely();
  bool LooksLikeStatement();
  SourceLocation LocationOf(Mark mark, uint32_t length) const;

  const asset::Asset& asset_;
  const std::string& identifier_;
  const Budgets& budgets_;
  Diagnostics& diagnostics_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  const char* cursor_ = nullptr;
  const char* end_ = nullptr;   // *end_ is 0
  const char* keep_ = nullptr;  // bytes from here on must survive Fill; null: from the cursor on
  uint64_t base_ = 0;           // offset in the file of buffer_[0]
  uint64_t file_size_ = 0;
  uint64_t line_start_ = 0;
  uint32_t line_ = 1;
  size_t error_count_ = 0;
  bool at_end_ = false;
  bool stopped_ = false;
  bool failed_ = false;

  struct CachedName {
    uint8_t length = 0;
    char text[27];
    Token token;
  };
  std::unique_ptr<CachedName[]> names_;  // as many as name_mask_ + 1, a power of two
  size_t name_mask_ = 0;
};

// Whether `text` is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);
// Replaces the escapes of usda's strings; the text ends at the first NUL, as in OpenUSD.
void Unescape(std::string_view raw, std::string& out);

}  // namespace strata::format::text
