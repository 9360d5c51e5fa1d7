#include "strata/base/diagnostic.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "strata/base/debug.h"
#include "strata/base/files.h"
#include "strata/base/json_writer.h"
#include "strata/base/result.h"
#include "strata/base/trace.h"
#include "strata/base/utf8.h"

using namespace strata;

namespace {

constexpr DiagnosticCode kTestError{"test.error", Severity::kError, "An error made by a test."};
constexpr DiagnosticCode kTestWarning{"test.warning", Severity::kWarning, "A warning made by a test."};

struct TextFile {
  std::string path;
  explicit TextFile(std::string_view text)
      : path(
            (std::filesystem::temp_directory_path() / ("strata_diag_" + std::to_string(getpid()))).string()) {
    REQUIRE(ReplaceFile(path, text));
  }
  ~TextFile() { std::filesystem::remove(path); }
};

std::string Render(std::string_view text, uint32_t line, uint32_t column, uint32_t length) {
  TextFile file(text);
  std::string shown =
      RenderDiagnostic({kTestError, "wrong", {file.path, "/A.x", line, column, length}}, ColorMode::kPlain);
  size_t at = shown.find(file.path);
  return at == std::string::npos ? shown : shown.replace(at, file.path.size(), "FILE");
}

Result<int> Half(int n) {
  if (n % 2) return Diagnostic{kTestError, "odd"};
  return n / 2;
}
Result<int> Quarter(int n) {
  STRATA_TRY(int half, Half(n));
  return Half(half);
}

}  // namespace

TEST_CASE("A diagnostic shows its place and the source line underlined") {
  CHECK(Render("first\ndef Xform Xyz\n", 2, 5, 5) ==
        "error[test.error]: wrong\n --> FILE:2:5 (</A.x>)\n  |\n2 | def Xform Xyz\n  |     ^^^^^\n");
}

TEST_CASE("Tabs and wide characters before the place keep the caret under it") {
  CHECK(Render("\tab", 1, 3, 1) ==
        "error[test.error]: wrong\n --> FILE:1:3 (</A.x>)\n  |\n1 |     ab\n  |      ^\n");
  CHECK(Render("好x", 1, 4, 1) ==
        "error[test.error]: wrong\n --> FILE:1:4 (</A.x>)\n  |\n1 | 好x\n  |   ^\n");
}

TEST_CASE("A place past the end of its line gets its caret behind the last character") {
  CHECK(Render("ab\n", 1, 3, 1).ends_with("1 | ab\n  |   ^\n"));
  CHECK(Render("ab\n", 1, 2, 100).ends_with("1 | ab\n  |  ^\n"));
}

TEST_CASE("Of a very long line only a window around the place is shown") {
  std::string line(1'000'000, 'a');
  line[700'000] = 'X';
  std::string shown = Render(line + "\n", 1, 700'001, 1);
  CHECK(shown.size() < 600);
  size_t frame = shown.find("1 | "), under = shown.find("\n  |", frame);
  REQUIRE(frame != std::string::npos);
  CHECK(shown.substr(frame + 4).starts_with("...a"));
  CHECK(shown.find('X', frame) - frame == shown.find('^', under) - under - 1);
}

TEST_CASE("A file that cannot be read costs only the frame") {
  Diagnostic diagnostic(kTestWarning, "odd\nthing", {"/no/such/file", "", 3, 1, 1}, "Mend it.");
  diagnostic.notes.push_back({"seen here", {"", "/B", 0, 0, 0}});
  CHECK(RenderDiagnostic(diagnostic, ColorMode::kPlain) ==
        "warning[test.warning]: odd\n  thing\n --> /no/such/file:3:1\nnote: seen here\n --> </B>\nhint: Mend "
        "it.\n");
}

TEST_CASE("Messages and scene paths without end are cut in the middle") {
  std::string path = "/first";
  for (int i = 0; i < 5000; ++i) path += "/é";
  path += "/last";
  std::string shown = RenderDiagnostic(
      {kTestError, "begin" + std::string(1'000'000, 'x') + "end", {"f", path, 0, 0, 0}}, ColorMode::kPlain);
  CHECK(shown.size() < 5000);
  for (const char* part : {"beginxx", "xxend\n", "/first/é", "/é/last>", "..."})
    CHECK(shown.find(part) != std::string::npos);
  CHECK(IsValidUtf8(shown));
}

TEST_CASE("Colour appears only when asked for, and control characters of the input never") {
  Diagnostic diagnostic(kTestError, "bad \033[2J name");
  CHECK(RenderDiagnostic(diagnostic, ColorMode::kPlain).find('\033') == std::string::npos);
  CHECK(RenderDiagnostic(diagnostic, ColorMode::kAnsi).starts_with("\033[1;31merror[test.error]\033[0m"));
  CHECK(RenderDiagnostic(diagnostic, ColorMode::kAnsi).find("\033[2J") == std::string::npos);
}

TEST_CASE("Past the limit diagnostics are counted and not kept") {
  Diagnostics some(3), more(2);
  for (int i = 0; i < 5; ++i) some.Add({kTestError, std::to_string(i)});
  CHECK(some.GetAll().size() == 3);
  CHECK(some.GetErrorCount() == 5);
  CHECK(some.GetSuppressedCount() == 2);
  more.Add({kTestWarning, "w"});
  CHECK_FALSE(more.HasErrors());
  more.Append(some);
  CHECK(more.GetAll().size() == 2);
  CHECK(more.GetErrorCount() == 5);
  CHECK(more.GetSuppressedCount() == 4);
  CHECK(RenderDiagnostics(some, ColorMode::kPlain).ends_with("... and 2 more\n"));
  more.Clear();
  CHECK(more.IsEmpty());
}

TEST_CASE("STRATA_TRY binds an answer or passes the diagnostic on") {
  CHECK(*Quarter(12) == 3);
  CHECK(Quarter(6).GetError().message == "odd");
  CHECK(Quarter(5).GetError().message == "odd");
}

TEST_CASE("JSON is balanced, escaped and valid UTF-8 whatever goes in") {
  JsonWriter json;
  json.BeginObject().Key("a\"\n\x01").String("\xFF\xC3(\xE2\x82\xAC").Key("n").BeginArray();
  json.Number(0.1)
      .Number(1)
      .Number(-1.0 / 0.0)
      .Integer(-3)
      .Unsigned(UINT64_MAX)
      .Bool(true)
      .Null()
      .EndArray()
      .EndObject();
  CHECK(json.GetText() ==
        "{\"a\\\"\\n\\u0001\":\"\xEF\xBF\xBD\xEF\xBF\xBD(\xE2\x82\xAC\",\"n\":"
        "[0.1,1,{\"$f\":\"-inf\"},-3,18446744073709551615,true,null]}");
  JsonWriter indented(JsonLayout::kIndented);
  indented.BeginObject()
      .Key("a")
      .BeginArray()
      .Integer(1)
      .Integer(2)
      .EndArray()
      .Key("b")
      .BeginObject()
      .EndObject()
      .EndObject();
  CHECK(indented.GetText() == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST_CASE("A diagnostic as JSON has its parts and leaves out what is absent") {
  JsonWriter json;
  WriteDiagnostic(json, {kTestError, "m", {"f", "", 2, 3, 0}, "h"});
  CHECK(
      json.GetText() ==
      R"({"severity":"error","code":"test.error","message":"m","location":{"file":"f","line":2,"column":3},"hint":"h"})");
}

TEST_CASE("UTF-8 decoding refuses overlong forms, surrogates and what is cut off") {
  for (const char* bad :
       {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xF8"}) {
    CHECK_FALSE(IsValidUtf8(bad));
  }
  CHECK(IsValidUtf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x1000 ? 1 : 97) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(text, c);
    Utf8CodePoint point = DecodeUtf8(text, 0);
    REQUIRE(point.is_valid);
    REQUIRE(point.value == c);
    REQUIRE(point.length == text.size());
  }
}

TEST_CASE("A debug topic that is off says nothing, also with a sink") {
  static const DebugTopic topic{"test.never-on", "A topic no one switches on."};
  int said = 0;
  SetDebugSink([&](std::string_view, std::string_view) { ++said; });
  topic.Say("x");
  CHECK(said == 0);
  setenv("STRATA_DEBUG", "other,test.now*", 1);
  static const DebugTopic wanted{"test.now-on", "A topic switched on by a pattern."};
  wanted.Say("x");
  unsetenv("STRATA_DEBUG");
  CHECK(said == 1);
  SetDebugSink(nullptr);
  wanted.Say("x");
  CHECK(said == 1);
}

TEST_CASE("A trace holds what ended while it recorded") {
  {
    TraceScope before("before");
  }
  StartTrace();
  {
    TraceScope plain("plain");
  }
  std::thread([] { TraceScope detailed("detailed", "of \"it\""); }).join();
  std::string trace = StopTraceAsJson();
  {
    TraceScope after("after");
  }
  CHECK(trace.find("\"before\"") == std::string::npos);
  CHECK(trace.find("\"name\":\"plain\",\"ph\":\"X\"") != std::string::npos);
  CHECK(trace.find("{\"detail\":\"of \\\"it\\\"\"}") != std::string::npos);
  CHECK(StopTraceAsJson().find("after") == std::string::npos);
}
