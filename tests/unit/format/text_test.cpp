#include "strata/format/text/text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "strata/asset/asset.h"
#include "strata/layer/source_map.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

namespace {

using namespace strata;
using layer::SpecStore;

const std::shared_ptr<const layer::FileFormat> kUsda = format::text::MakeUsdaFormat();

struct Read {
  SpecStore content;
  Diagnostics diagnostics;
  bool good = false;
};

Read ReadText(std::string text, const layer::ReadOptions& options = {}) {
  Read read;
  read.good = kUsda->Read(*asset::MakeMemoryAsset(std::move(text)), "test.usda", options, read.content,
                          read.diagnostics);
  return read;
}

std::string Write(const SpecStore& content) {
  return kUsda->WriteToString(content, {}).ValueOr("<unwritten>");
}

bool HasCode(const Read& read, std::string_view code) {
  const auto& all = read.diagnostics.GetAll();
  return std::any_of(all.begin(), all.end(),
                     [&](const Diagnostic& d) { return d.code && d.code->name == code; });
}

const Value& FieldOf(const Read& read, const char* path, const char* field) {
  static const Value kNothing;
  const Value* value = read.content.GetField(Path(path), Token(field));
  return value ? *value : kNothing;
}

std::string Repeat(std::string_view piece, size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (size_t i = 0; i < count; ++i) out += piece;
  return out;
}

// An asset that says it is longer than what can be read of it.
class ShrunkAsset final : public asset::Asset {
 public:
  explicit ShrunkAsset(std::string bytes) : bytes_(std::move(bytes)) {}
  uint64_t GetSize() const override { return bytes_.size() * 2; }
  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const override {
    if (offset >= bytes_.size()) return size_t{0};
    const size_t n = std::min(count, bytes_.size() - static_cast<size_t>(offset));
    std::copy_n(bytes_.data() + offset, n, static_cast<char*>(buffer));
    return n;
  }

 private:
  std::string bytes_;
};

}  // namespace

TEST_CASE("What is written reads back and writes the same text again") {
  const std::string text = R"(#usda 1.4
(
    doc = "a layer"
    subLayers = [
        @a.usda@ (offset = 1; scale = 2)
    ]
)

def Xform "World" (
    prepend references = @b.usda@</B>
    variants = {
        string set = "one"
    }
)
{
    double d.timeSamples = {
        1: 0.30000000000000004,
        2: None,
    }
    int[] edited = edit [append 1; erase [-2]; minsize 3 fill 9]
    double s.spline = {
        1: 2; pre (0, 0); post linear,
        2: 3; post held,
    }
    timecode t = 0.1
    duration u = 123456789.125
    foo unknown = ("kept", 1)

    over "Child"
    {
    }
    variantSet "set" = {
        "one" {
            int x = 1

        }
    }
}

)";
  const Read first = ReadText(text);
  REQUIRE(first.good);
  CHECK(Write(first.content) == text);
}

TEST_CASE("Values have the type of their attribute") {
  const Read read = ReadText(R"(#usda 1.0
def "A"
{
    half h = 0.1
    point3f[] p = [(1, 2, 3), (4, 5, 6)]
    quatd q = (1, 2, 3, 4)
    uchar c = 255.9
    int64 big = -9223372036854775808
    bool b = yes
    asset a = "plain string"
}
)");
  REQUIRE(read.good);
  CHECK(FieldOf(read, "/A.h", "default").GetType() == ValueType::kHalf);
  const auto* points = FieldOf(read, "/A.p", "default").GetIf<Array<Vec3f>>();
  REQUIRE(points);
  REQUIRE(points->size() == 2);
  CHECK((*points)[1] == Vec3f{{4, 5, 6}});
  const Quatd* q = FieldOf(read, "/A.q", "default").GetIf<Quatd>();
  REQUIRE(q);
  CHECK(q->real == 1);
  CHECK(q->imaginary == Vec3d{{2, 3, 4}});
  CHECK(FieldOf(read, "/A.c", "default").GetOr(uint8_t{0}) == 255);
  CHECK(FieldOf(read, "/A.big", "default").GetOr(int64_t{0}) == std::numeric_limits<int64_t>::min());
  CHECK(FieldOf(read, "/A.b", "default").GetOr(false));
  CHECK(FieldOf(read, "/A.a", "default").GetOr(AssetPath()).authored == "plain string");
}

TEST_CASE("Long arrays read the same with and without threads, across windows, comments and line ends") {
  std::string text = "#usda 1.0\ndef \"A\"\n{\n    float3[] v = [";
  constexpr int kCount = 90'000;
  for (int i = 0; i < kCount; ++i) {
    if (i) text += i % 1000 == 0 ? ", # a comment, with ), commas\n" : i % 7 == 0 ? ",\n" : ", ";
    text += "(" + std::to_string(i) + ", " + std::to_string(i) + ".25, " + (i % 5000 == 0 ? "inf" : "-1e-3") +
            ")";
  }
  text += "]\n    int after = 7\n}\n";
  Executor one(1), four(4);
  layer::ReadOptions serial, parallel;
  serial.executor = &one;
  parallel.executor = &four;
  const Read a = ReadText(text, serial);
  const Read b = ReadText(text, parallel);
  REQUIRE(a.good);
  REQUIRE(b.good);
  const auto* v = FieldOf(a, "/A.v", "default").GetIf<Array<Vec3f>>();
  REQUIRE(v);
  REQUIRE(v->size() == kCount);
  CHECK((*v)[89'999] == Vec3f{{89'999, 89'999.25f, -1e-3f}});
  CHECK(std::isinf((*v)[5000][2]));
  CHECK(FieldOf(a, "/A.v", "default") == FieldOf(b, "/A.v", "default"));
  CHECK(FieldOf(b, "/A.after", "default").GetOr(0) == 7);
}

TEST_CASE("Places count lines and columns across comments, strings and arrays") {
  layer::SourceMap places;
  layer::ReadOptions options;
  options.source_map = &places;
  const Read read = ReadText(
      "#usda 1.0\n/* two\nlines */\ndef \"A\"\n{\n    string s = \"\"\"x\ny\"\"\"\n    int[] i = [1,\n 2,\n "
      "3]\n    float f = 1\n}\n",
      options);
  REQUIRE(read.good);
  const auto prim = places.FindSpec(Path("/A"));
  REQUIRE(prim);
  CHECK(prim->line == 4);
  CHECK(prim->column == 1);
  const auto value = places.FindField(Path("/A.f"), Token("default"));
  REQUIRE(value);
  CHECK(value->line == 11);
  CHECK(value->column == 15);
}

TEST_CASE("All errors of a file are reported, each where it is, and the file does not open") {
  const Read read = ReadText(
      "#usda 1.0\ndef \"A\"\n{\n    int a = \"x\"\n    int b = 1\n    int c = [1]\n    def \"B\"\n    {\n    "
      "    double d = @\n    }\n}\n");
  CHECK_FALSE(read.good);
  REQUIRE(read.diagnostics.GetAll().size() == 3);
  CHECK(read.diagnostics.GetAll()[0].location.line == 4);
  CHECK(read.diagnostics.GetAll()[0].location.column == 13);
  CHECK(read.diagnostics.GetAll()[0].location.path == "/A.a");
  CHECK(read.diagnostics.GetAll()[1].location.line == 6);
  CHECK(read.diagnostics.GetAll()[2].location.path == "/A/B.d");
}

TEST_CASE("Hostile nesting is refused or read, and never recursed into") {
  const size_t many = 100'000;
  CHECK(HasCode(ReadText("#usda 1.0\n" + Repeat("def \"a\"\n{\n", many)), "base.budget-exceeded"));
  CHECK(HasCode(ReadText("#usda 1.0\ndef \"a\" {\n int[] x = " + Repeat("[", many)), "base.budget-exceeded"));
  CHECK(HasCode(ReadText("#usda 1.0\ndef \"a\" {\n foo x = " + Repeat("(", many)), "base.budget-exceeded"));
  CHECK(HasCode(ReadText("#usda 1.0\n( customLayerData = " + Repeat("{ dictionary d = ", many)),
                "base.budget-exceeded"));
  CHECK_FALSE(ReadText("#usda 1.0\n" + Repeat("(", many)).good);
  CHECK_FALSE(ReadText("#usda 1.0\n" + Repeat("}", many)).good);
  CHECK_FALSE(ReadText("#usda 1.0\ndef \"a\" {\n float3 x = " + Repeat("(", many)).good);
}

TEST_CASE("Hostile files give at most as many diagnostics as the budget keeps, and one that says so") {
  const Read read = ReadText("#usda 1.0\n" + Repeat("nonsense here\n", 10'000));
  CHECK_FALSE(read.good);
  CHECK(read.diagnostics.GetAll().size() <= Budgets().max_errors_reported + 1);
}

TEST_CASE(
    "A comment with more bytes that are not UTF-8 than the budget reports ends there, with nothing read past "
    "it") {
  for (const char* opening : {"/*", "#"}) {
    const Read read =
        ReadText(std::string("#usda 1.0\n") + opening + Repeat("\xFF", 150) + std::string(1, '\0') + "\"");
    CHECK_FALSE(read.good);
    CHECK(read.diagnostics.GetErrorCount() == Budgets().max_errors_reported + 1);
  }
}

TEST_CASE("A file that became shorter while it was read is refused") {
  SpecStore content;
  Diagnostics diagnostics;
  CHECK_FALSE(
      kUsda->Read(ShrunkAsset("#usda 1.0\ndef \"A\"\n{\n}\n"), "test.usda", {}, content, diagnostics));
  REQUIRE(diagnostics.HasErrors());
  CHECK(std::string(diagnostics.GetAll().back().code->name) == "text.truncated");
}

TEST_CASE("Reading metadata only passes over the prims") {
  layer::ReadOptions options;
  options.scope = layer::ReadScope::kMetadataOnly;
  const Read read = ReadText("#usda 1.0\n(\n    defaultPrim = \"A\"\n)\nthis is not looked at", options);
  CHECK(read.good);
  CHECK(FieldOf(read, "/", "defaultPrim").GetOr(Token()) == Token("A"));
  CHECK(read.content.GetSpecCount() == 1);
}

TEST_CASE("List edits of one field gather, and an explicit list replaces them") {
  const Read gathered =
      ReadText("#usda 1.0\ndef \"A\" (\n prepend references = @a@\n append references = @b@\n)\n{\n}\n");
  REQUIRE(gathered.good);
  const auto* op = FieldOf(gathered, "/A", "references").GetIf<ReferenceListOp>();
  REQUIRE(op);
  CHECK(op->prepended_items.size() == 1);
  CHECK(op->appended_items.size() == 1);
  const Read replaced =
      ReadText("#usda 1.0\ndef \"A\" (\n prepend references = @a@\n references = None\n)\n{\n}\n");
  op = FieldOf(replaced, "/A", "references").GetIf<ReferenceListOp>();
  REQUIRE(op);
  CHECK(op->is_explicit);
  CHECK(op->prepended_items.empty());
}

TEST_CASE("Numbers print as the shortest text that reads back") {
  using format::text::FormatValue;
  CHECK(FormatValue(Value(0.1)) == "0.1");
  CHECK(FormatValue(Value(0.1f)) == "0.1");
  CHECK(FormatValue(Value(1e15)) == "1e15");
  CHECK(FormatValue(Value(999999999999999.0)) == "999999999999999");
  CHECK(FormatValue(Value(0.000001)) == "0.000001");
  CHECK(FormatValue(Value(1.5e-7)) == "1.5e-7");
  CHECK(FormatValue(Value(-0.0)) == "-0");
  CHECK(FormatValue(Value(std::numeric_limits<double>::quiet_NaN())) == "nan");
  CHECK(FormatValue(Value(-std::numeric_limits<float>::infinity())) == "-inf");
  CHECK(FormatValue(Value(std::numeric_limits<double>::denorm_min())) == "5e-324");
  CHECK(FormatValue(Value(Half(0.1f))) == "0.0999756");
  CHECK(FormatValue(Value(TimeCode{1e20})) == "1e+20");
  CHECK(FormatValue(Value(TimeCode{0.123456789})) == "0.123456789");
}

TEST_CASE("Strings take the quotes that need the fewest escapes") {
  using format::text::FormatValue;
  CHECK(FormatValue(Value(std::string("plain"))) == "\"plain\"");
  CHECK(FormatValue(Value(std::string("say \"hi\""))) == "'say \"hi\"'");
  CHECK(FormatValue(Value(std::string("it's \"both\""))) == "\"it's \\\"both\\\"\"");
  CHECK(FormatValue(Value(std::string("two\nlines"))) == "\"\"\"two\nlines\"\"\"");
  CHECK(FormatValue(Value(std::string("\t\x01\xff"))) == "\"\\t\\x01\\xff\"");
  CHECK(FormatValue(Value(AssetPath("a@b"))) == "@@@a@b@@@");
}

TEST_CASE("A lone value parses by its type and says what is wrong with it") {
  using format::text::ParseValue;
  const auto good = ParseValue("float3[]", "[(1, 2, 3)]");
  REQUIRE(good);
  CHECK(good->GetArraySize() == 1);
  CHECK(ParseValue("double", "1.5")->GetOr(0.0) == 1.5);
  CHECK(ParseValue("token", "None")->IsBlock());
  CHECK(ParseValue("dictionary", "{ int a = 1 }")->Holds<Dictionary>());
  CHECK(ParseValue("int[]", "edit [append 1]")->Holds<ArrayEdit>());
  CHECK_FALSE(ParseValue("int", "\"text\""));
  CHECK_FALSE(ParseValue("int", "1 2"));
  CHECK_FALSE(ParseValue("nothing", "1"));
}

TEST_CASE("The header written is the lowest version that holds the content") {
  const auto header = [](const char* statement) {
    const Read read = ReadText("#usda 1.4\ndef \"A\"\n{\n    " + std::string(statement) + "\n}\n");
    REQUIRE(read.good);
    return Write(read.content).substr(0, 9);
  };
  CHECK(header("int x = 1") == "#usda 1.0");
  CHECK(header("double x.spline = { 1: 2; pre (1, 2, autoEase) }") == "#usda 1.1");
  CHECK(header("int[] x = edit [append 1]") == "#usda 1.2");
  CHECK(header("duration x.timeSamples = { 1: 2 }") == "#usda 1.4");
}
