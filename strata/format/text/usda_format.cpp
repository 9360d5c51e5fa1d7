#include <algorithm>
#include <utility>

#include "strata/asset/asset.h"
#include "strata/base/files.h"
#include "strata/format/text/pieces.h"
#include "strata/format/text/reader.h"
#include "strata/format/text/text.h"
#include "strata/format/text/writer.h"

namespace strata::format::text {

namespace {

class UsdaFormat final : public layer::FileFormat {
 public:
  Token GetId() const override { return Token("usda"); }
  std::vector<std::string> GetExtensions() const override { return {"usda"}; }
  bool CanRead(std::string_view first_bytes) const override {
    const size_t start = first_bytes.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return false;
    first_bytes.remove_prefix(start);
    return first_bytes.substr(0, 6) == "#usda " || first_bytes.substr(0, 11) == "#sdf 1.4.32";
  }
  bool CanWrite() const override { return true; }

  bool Read(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
            layer::SpecStore& out, Diagnostics& diagnostics) const override {
    if (options.executor && !options.source_map && options.scope == layer::ReadScope::kAll) {
      constexpr size_t kMostPieces = 16;
      constexpr uint64_t kLeastBytes = uint64_t{1} << 20;
      const std::vector<Cut> cuts =
          FindCuts(asset, std::min<size_t>(options.executor->GetThreadCount(), kMostPieces), kLeastBytes);
      if (!cuts.empty() && ReadInPieces(asset, identifier, options, cuts, out)) return true;
    }
    Reader reader(asset, identifier, options, out, diagnostics);
    return reader.ReadFile();
  }

  Result<std::string> WriteToString(const layer::SpecStore& content,
                                    const layer::WriteOptions& options) const override {
    std::string text;
    Writer writer(content, FieldsOf(options), [&](std::string_view piece) {
      text += piece;
      return Result<void>();
    });
    STRATA_CHECK(writer.WriteLayer(options.comment));
    return text;
  }

  Result<void> WriteToFile(const layer::SpecStore& content, const std::string& path,
                           const layer::WriteOptions& options) const override {
    STRATA_TRY(std::unique_ptr<AtomicFileWriter> file, AtomicFileWriter::Open(path, options.flush));
    Writer writer(content, FieldsOf(options), [&](std::string_view piece) { return file->Write(piece); });
    STRATA_CHECK(writer.WriteLayer(options.comment));
    return file->Commit();
  }

 private:
  static const layer::FieldRegistry& FieldsOf(const layer::WriteOptions& options) {
    return options.fields ? *options.fields : GetBuiltInFields();
  }
};

}  // namespace

std::shared_ptr<const layer::FileFormat> MakeUsdaFormat() {
  return std::make_shared<UsdaFormat>();
}

std::string FormatValue(const Value& value) {
  std::string text;
  AppendValue(text, value);
  return text;
}

Result<Value> ParseValue(std::string_view type_name, std::string_view text) {
  const std::string identifier = "<value>";
  const auto asset = asset::MakeMemoryAsset(std::string(text));
  Diagnostics diagnostics;
  const Budgets budgets;
  Lexer lexer(*asset, identifier, budgets, diagnostics);
  ValueReader values(lexer, budgets, nullptr);
  lexer.SkipAll();
  Value value;
  bool good = false;
  const bool is_array = type_name.size() > 2 && type_name.substr(type_name.size() - 2) == "[]";
  const std::string_view base = is_array ? type_name.substr(0, type_name.size() - 2) : type_name;
  if (type_name == "dictionary") {
    Dictionary dictionary;
    good = values.ReadDictionary(dictionary);
    value = Value(std::move(dictionary));
  } else if (const ValueTypeName* type = FindValueTypeName(Token(base))) {
    if (text == "None") {
      return Value(ValueBlock());
    } else if (text == "AnimationBlock") {
      return Value(AnimationBlock());
    } else if (is_array && lexer.Peek() == 'e') {
      good = lexer.ReadName() == "edit" ? values.ReadArrayEdit(type->type, type_name, value)
                                        : lexer.FailExpected("a list or an edit");
    } else {
      good = values.ReadTyped(type->type, is_array, value);
    }
  } else {
    return Diagnostic(kTextType, "'" + std::string(type_name) + "' is not a type of values.", {},
                      "Use a type such as int, float3[], token or dictionary.");
  }
  if (good) {
    lexer.SkipAll();
    good = lexer.AtEnd() || lexer.FailExpected("nothing more");
  }
  if (!good) return diagnostics.GetAll().front();
  return value;
}

}  // namespace strata::format::text
