#include "strata/format/text/reader.h"

#include <algorithm>
#include <charconv>

#include "strata/format/text/keywords.h"
#include "strata/format/text/text.h"

namespace strata::format::text {

using layer::SpecType;

const layer::FieldRegistry& GetBuiltInFields() {
  static const layer::FieldRegistry fields;
  return fields;
}

bool ListEditFromWord(std::string_view word, ListEdit& out) {
  if (word == "prepend")
    out = ListEdit::kPrepend;
  else if (word == "append")
    out = ListEdit::kAppend;
  else if (word == "delete")
    out = ListEdit::kDelete;
  else if (word == "add")
    out = ListEdit::kAdd;
  else if (word == "reorder")
    out = ListEdit::kReorder;
  else
    return false;
  return true;
}

Reader::Reader(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
               layer::SpecStore& out, Diagnostics& diagnostics)
    : options_(options),
      fields_(options.fields ? *options.fields : GetBuiltInFields()),
      names_(layer::GetFieldNames()),
      out_(out),
      lexer_(asset, identifier, options.budgets, diagnostics,
             options.executor && options.executor->GetThreadCount() > 1 ? Lexer::Window::kWide
                                                                        : Lexer::Window::kNarrow),
      values_(lexer_, options.budgets, options.executor),
      accepts_variant_selections_(options.arguments.count(kVariantSelectionsArgument) != 0),
      types_(kCachedTypes),
      shared_lists_(kSharedLists),
      shared_values_(256) {}

// -- header
// --------------------------------------------------------------------------------------------------

bool Reader::CheckVersion(std::string_view line, Mark mark) {
  const std::string_view legacy = "#sdf 1.4.32";
  if (line.substr(0, legacy.size()) == legacy) return true;
  const std::string_view cookie = "#usda ";
  const char* const hint = "Begin the file with '#usda 1.0'.";
  if (line.substr(0, 3) == "\xEF\xBB\xBF")
    return lexer_.Fail(kTextHeader, mark, "The file begins with a byte order mark.",
                       "Save it as UTF-8 without a byte order mark.");
  if (line.substr(0, cookie.size()) != cookie) {
    const bool binary = line.find('\0') != std::string_view::npos || !IsUtf8(line);
    return lexer_.Fail(kTextHeader, mark,
                       binary ? "This is not text; usda text begins with '#usda 1.0'."
                              : "The first line is not '#usda ' and a version.",
                       hint);
  }
  line.remove_prefix(cookie.size());
  const size_t start = line.find_first_not_of(" \t");
  line.remove_prefix(start == std::string_view::npos ? line.size() : start);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const std::string_view version = line.substr(0, line.find_first_of(" \t"));
  uint32_t parts[3] = {0, 0, 0};
  size_t count = 0;
  const char* p = version.data();
  const char* end = p + version.size();
  bool good = p != end;
  while (good && count < 3) {
    const auto parsed = std::from_chars(p, end, parts[count]);
    good = parsed.ec == std::errc() && *p != '-';
    p = parsed.ptr;
    ++count;
    if (p == end || *p != '.') break;
    ++p;
    good = good && p != end;
  }
  if (!good || p != end || count < 2)
    return lexer_.Fail(kTextVersion, mark, "'" + std::string(version.substr(0, 40)) + "' is not a version.",
                       hint);
  if (parts[0] < 1 || parts[0] > 1 || parts[1] > 4)
    return lexer_.Fail(
        kTextVersion, mark,
        "Version " + std::string(version.substr(0, 40)) + " cannot be read; versions 1.0 to 1.4 can.",
        "Write the file as a version between 1.0 and 1.4.");
  return true;
}

bool Reader::ReadHeader() {
  while (lexer_.Peek() == ' ' || lexer_.Peek() == '\t' || lexer_.Peek() == '\n' || lexer_.Peek() == '\r') {
    if (!lexer_.TakeLineEnd()) lexer_.Advance();
  }
  const Mark mark = lexer_.Here();
  if (lexer_.AtEnd()) {
    if (lexer_.IsStopped()) return false;
    return lexer_.Fail(kTextHeader, mark,
                       mark.offset == 0 ? "The file is empty." : "The file holds nothing but white space.",
                       "A layer that says nothing is the line '#usda 1.0'.");
  }
  std::string line;
  while (!lexer_.AtEnd() && lexer_.Peek() != '\n' && line.size() < 4096) {
    line += lexer_.Peek();
    lexer_.Advance();
  }
  if (line.substr(0, 8) == "PXR-USDC")
    return lexer_.Fail(kTextHeader, mark, "This is a binary crate file, not usda text.",
                       "Give the file the extension .usdc or .usd.");
  if (!CheckVersion(line, mark)) return false;
  while (!lexer_.AtEnd() && lexer_.Peek() != '\n') lexer_.Advance();
  return true;
}

bool Reader::ReadFile() {
  if (!ReadStart()) return false;
  if (options_.scope == layer::ReadScope::kAll) {
    ReadBody();
    CloseBlocks();
  }
  return !lexer_.HasFailed();
}

bool Reader::ReadStart() {
  if (lexer_.IsStopped() || !ReadHeader()) return false;
  const SpecIndex root = out_.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
  lexer_.where = Path::AbsoluteRoot();
  Push(Block::kLayer, Path::AbsoluteRoot(), root, lexer_.Here());
  if (options_.source_map) options_.source_map->SetSpec(Path::AbsoluteRoot(), {1, 1});
  lexer_.SkipAll();
  if (lexer_.Peek() == '(') ReadMetadata(Owner::kLayer, root, Path::AbsoluteRoot());
  return true;
}

// -- blocks
// ----------------------------------------------------------------------------------------------------

Reader::Frame& Reader::Push(Block block, Path path, SpecIndex spec, Mark mark) {
  if (depth_ == stack_.size()) stack_.emplace_back();
  Frame& frame = stack_[depth_++];
  frame.block = block;
  frame.path = path;
  frame.spec = spec;
  frame.opened = mark;
  frame.expects_properties = false;
  frame.is_elsewhere = false;
  frame.prims.clear();
  frame.properties.clear();
  frame.variants.clear();
  if (block == Block::kPrim || block == Block::kVariant) std::swap(frame.variants, named_variant_sets_);
  lexer_.where = path;
  return frame;
}

Value Reader::ShareNames(const std::vector<Token>& names) {
  uint64_t hash = names.size();
  for (const Token name : names) hash = MixBits(hash ^ name.GetId());
  Value& shared = shared_lists_[hash % kSharedLists];
  const TokenVector* held = shared.GetIf<TokenVector>();
  if (!held || *held != names) shared = Value(TokenVector(names));
  return shared;
}

// The names of a block's properties, unless what was expected of them came true.
void Reader::SetProperties(const Frame& frame) {
  if (frame.expects_properties) {
    const Value* expected = out_.GetField(frame.spec, names_.properties);
    const TokenVector* names = expected ? expected->GetIf<TokenVector>() : nullptr;
    if (names && *names == frame.properties) return;
  }
  if (!frame.properties.empty())
    out_.SetField(frame.spec, names_.properties, ShareNames(frame.properties));
  else if (frame.expects_properties)
    out_.SetField(frame.spec, names_.properties, Value());
  constexpr size_t kFew = 16;
  if (!frame.properties.empty() && frame.properties.size() <= kFew) last_properties_ = frame.properties;
}

void Reader::Pop() {
  Frame& frame = stack_[--depth_];
  if (frame.is_elsewhere) {
    closed_elsewhere_.push_back(frame.prims);
  } else if (frame.block == Block::kVariantSet) {
    ForgetVariants(frame.spec, frame.variants);
    out_.SetField(frame.spec, names_.variantChildren, Value(TokenVector(frame.variants)));
  } else {
    if (!frame.prims.empty()) out_.SetField(frame.spec, names_.primChildren, ShareNames(frame.prims));
    SetProperties(frame);
    if (!frame.variants.empty())
      out_.SetField(frame.spec, names_.variantSetChildren, ShareNames(frame.variants));
  }
  if (depth_ != 0) lexer_.where = stack_[depth_ - 1].path;
}

// A variant set written twice consists of what the second writing says.
void Reader::ForgetVariants(SpecIndex set, const std::vector<Token>& kept) {
  const Value* value = out_.GetField(set, names_.variantChildren);
  const TokenVector* before = value ? value->GetIf<TokenVector>() : nullptr;
  if (!before) return;
  const Path set_path = out_.GetPath(set);
  std::vector<Path> gone;
  for (const Token name : *before)
    if (std::find(kept.begin(), kept.end(), name) == kept.end())
      gone.push_back(set_path.GetParent().AppendVariantSelection(set_path.GetVariantSet(), name));
  if (gone.empty()) return;
  std::vector<Path> erase;
  out_.VisitSpecs([&](Path path, const layer::SpecStore::SpecView&) {
    for (const Path root : gone)
      if (path.HasPrefix(root)) erase.push_back(path);
  });
  for (const Path path : erase) out_.Erase(path);
}

Path Reader::ScenePathOf(Path path) {
  return path.ContainsPrimVariantSelection() ? path.StripAllVariantSelections() : path;
}

// After a statement: the end of its line or a semicolon; prims and variant sets take no semicolon. A broken
// statement's rest is passed over.
void Reader::EndStatement(bool good, bool may_end_in_semicolon) {
  if (good) {
    lexer_.SkipLineRest();
    if (lexer_.TakeLineEnd()) return;
    if (may_end_in_semicolon && lexer_.Take(';')) return;
    if (lexer_.AtEnd() && (depth_ <= 1 || !lexer_.HasFailed()))
      return;  // a block left open is reported once, as such
    lexer_.FailExpected(may_end_in_semicolon ? "the end of the line or ;" : "the end of the line");
    if (lexer_.Peek() == '}' && depth_ > 1) return;
    lexer_.nesting = lexer_.braces = 0;
  }
  lexer_.Recover('}');
}

// Once a part of a big file is read, makes room for as many specs as the rest will bring at that rate.
void Reader::ReserveSpecs() {
  const size_t count = out_.GetSpecCount();
  const uint64_t offset = lexer_.Here().offset;
  if (count < kFirstEstimate || has_reserved_ || offset == 0) return;
  has_reserved_ = true;
  const double expected =
      static_cast<double>(count) * static_cast<double>(lexer_.GetFileSize()) / static_cast<double>(offset);
  const auto specs = static_cast<size_t>(std::min(expected * 1.02, kMostReserved));
  out_.Reserve(specs);
  if (part_ == Part::kFirst) out_.ReserveIndex(specs * piece_count_);
  Path::Reserve(specs - count);
}

// At the end of the file.
void Reader::CloseBlocks() {
  if (depth_ > 1 && !lexer_.IsStopped()) {
    const size_t around = depth_ - 2;
    std::string message = "The block opened here is not closed";
    if (around == 1)
      message += ", nor is the one around it";
    else if (around > 1)
      message += ", nor are the " + std::to_string(around) + " around it";
    lexer_.Fail(kTextUnterminated, stack_[depth_ - 1].opened, message + ".",
                "Add the missing } at the end of the block.");
  }
  while (depth_ > 0) Pop();
}

void Reader::ReadBody() {
  for (;;) {
    lexer_.Want(4096);
    lexer_.SkipAll();
    lexer_.nesting = lexer_.braces = 0;
    Frame& frame = stack_[depth_ - 1];
    if (lexer_.AtEnd() || (part_ != Part::kWhole && lexer_.HasFailed())) return;
    const char c = lexer_.Peek();
    if (c == '}' && depth_ > 1) {
      lexer_.Advance();
      const Block block = frame.block;
      Pop();
      if (block != Block::kVariant) EndStatement(true, false);
      continue;
    }
    if (frame.block == Block::kVariantSet) {
      if (c == '"' || c == '\'') {
        if (!ReadVariantHead()) lexer_.Recover('}');
        continue;
      }
      lexer_.FailExpected("the quoted name of a variant, or }");
      lexer_.Recover('}');
      continue;
    }
    ReadStatementOf(frame);
  }
}

void Reader::ReadStatementOf(Frame& frame) {
  const Mark mark = lexer_.Here();
  const bool at_root = frame.block == Block::kLayer;
  const std::string_view word = lexer_.ReadName();
  if (word.empty()) {
    lexer_.FailExpected(at_root ? "a prim (def, over or class)" : "a property, a prim, a variantSet, or }");
    if (at_root && lexer_.Peek() == '}') lexer_.Advance();
    lexer_.Recover('}');
    return;
  }
  if (word == "def" || word == "over" || word == "class") {
    if (!ReadPrimHead(lexer_.Intern(word), mark)) lexer_.Recover('}');
    return;
  }
  if (frame.is_elsewhere) {  // what else is in that block is not known here
    lexer_.Fail(kTextSyntax, mark, "This belongs to a block that was opened elsewhere.");
    return;
  }
  if (word == "reorder") {
    EndStatement(ReadReorder(mark), true);
    return;
  }
  if (at_root) {
    const std::string text(word);
    lexer_.Fail(kTextSyntax, mark, "'" + text + "' begins nothing that may stand outside of prims.",
                "Write a prim, as in: def Xform \"World\" { }");
    lexer_.Recover('}');
    return;
  }
  if (word == "variantSet") {
    if (!ReadVariantSetHead(mark)) lexer_.Recover('}');
    return;
  }
  ListEdit edit;
  bool good = false;
  if (!ListEditFromWord(word, edit))
    good = ReadProperty(ListEdit::kExplicit, word, mark);
  else if (lexer_.SkipGap())
    good = ReadProperty(edit, lexer_.ReadName(), mark);
  else
    lexer_.FailExpected("a space and the property whose list is edited");
  lexer_.where = stack_[depth_ - 1].path;
  EndStatement(good, true);
}

// -- prims
// -----------------------------------------------------------------------------------------------------

bool Reader::ReadPrimHead(Token specifier_word, Mark mark) {
  static const Token kDef("def"), kOver("over");
  if (!lexer_.SkipGap()) return lexer_.FailExpected("a space and the prim's name in quotes");
  Token type_name;
  char c = lexer_.Peek();
  if (c != '"' && c != '\'') {
    const Mark type_mark = lexer_.Here();
    std::string_view word = lexer_.ReadName();
    if (word.empty()) return lexer_.FailExpected("a type name or the prim's name in quotes");
    if (word != last_prim_type_.GetText() && IsKeyword(word)) {
      const std::string text(word);
      return lexer_.Fail(kTextSyntax, type_mark, "The keyword '" + text + "' is not a prim type.");
    }
    if (lexer_.GetCursor() < lexer_.GetWindowEnd() && *lexer_.GetCursor() == ' ') {
      type_name = last_prim_type_ = lexer_.Intern(word);
    } else {
      std::string full(word);
      while (lexer_.Peek() == '.' || (lexer_.Peek() == ':' && lexer_.PeekAt(1) == ':')) {
        const bool dot = lexer_.Peek() == '.';
        lexer_.SetCursor(lexer_.GetCursor() + (dot ? 1 : 2));
        full += dot ? "." : "::";
        word = lexer_.ReadName();
        if (word.empty()) return lexer_.FailExpected("the rest of the type name");
        full += word;
      }
      type_name = lexer_.Intern(full);
    }
    if (!lexer_.SkipGap()) return lexer_.FailExpected("a space and the prim's name in quotes");
    c = lexer_.Peek();
    if (c != '"' && c != '\'') return lexer_.FailExpected("the prim's name in quotes");
  }
  const Mark name_mark = lexer_.Here();
  if (!lexer_.ReadQuoted(scratch_)) return false;
  Frame& parent = stack_[depth_ - 1];
  Path path = parent.path.AppendChild(lexer_.Intern(scratch_));
  const bool valid = !path.IsEmpty() && scratch_ != "..";
  if (!valid) {
    lexer_.Fail(kTextName, name_mark, "\"" + scratch_ + "\" is not a prim name.",
                "A name begins with a letter or _ and goes on with letters, digits and _.");
    path = parent.path.AppendChild(Token("_"));
  }
  if (depth_ > options_.budgets.max_namespace_depth)
    return lexer_.FailBudget("max_namespace_depth", options_.budgets.max_namespace_depth);
  const size_t spec_count = out_.GetSpecCount();
  if (spec_count >= options_.budgets.max_specs)
    return lexer_.FailBudget("max_specs", options_.budgets.max_specs);
  const SpecIndex spec = out_.Create(path, SpecType::kPrim);
  if (out_.GetSpecCount() != spec_count) {
    parent.prims.push_back(path.GetNameToken());
  } else if (valid) {
    lexer_.where = path;
    lexer_.Fail(kTextDuplicatePrim, name_mark,
                "The prim <" + path.GetString() + "> is already written in this layer.",
                "Merge the two, or rename one.");
    lexer_.where = parent.path;
  }
  const Specifier specifier = specifier_word == kDef    ? Specifier::kDef
                              : specifier_word == kOver ? Specifier::kOver
                                                        : Specifier::kClass;
  out_.SetField(spec, names_.specifier, Value(specifier));
  if (!type_name.IsEmpty()) out_.SetField(spec, names_.typeName, Value(type_name));
  if (options_.source_map) options_.source_map->SetSpec(path, {mark.line, mark.column});
  lexer_.SkipAll();
  bool metadata_closed = true;
  if (lexer_.Peek() == '(') {
    lexer_.where = path;
    named_variant_sets_.clear();
    metadata_closed = ReadMetadata(Owner::kPrim, spec, path);
    lexer_.SkipAll();
  }
  lexer_.where = path;
  if (!lexer_.Take('{')) {
    if (metadata_closed) lexer_.FailExpected("{ and the content of the prim");
    lexer_.where = stack_[depth_ - 1].path;
    return false;
  }
  Push(Block::kPrim, path, spec, mark);
  ReserveSpecs();
  // Prims that follow each other tend to have the same properties: make their paths quick to find, and put
  // the list of them where it will be, beside the fields that are there.
  if (!last_properties_.empty()) {
    for (const Token name : last_properties_) path.PrefetchProperty(name);
    out_.SetField(spec, names_.properties, ShareNames(last_properties_));
    stack_[depth_ - 1].expects_properties = true;
  }
  return true;
}

bool Reader::ReadNameList(std::vector<Token>& out) {
  const auto read_one = [&] {
    const char c = lexer_.Peek();
    if (c != '"' && c != '\'') return lexer_.FailExpected("a string");
    if (!lexer_.ReadQuoted(scratch_)) return false;
    out.push_back(lexer_.Intern(scratch_));
    return true;
  };
  if (!lexer_.Take('[')) return read_one();
  ++lexer_.nesting;
  lexer_.SkipAll();
  for (;;) {
    if (!read_one()) return false;
    if (!lexer_.EndItem(']')) return false;
    if (lexer_.Take(']')) break;
  }
  --lexer_.nesting;
  return true;
}

// reorder rootPrims, nameChildren, properties; or the reordered list of a property.
bool Reader::ReadReorder(Mark mark) {
  Frame& frame = stack_[depth_ - 1];
  if (!lexer_.SkipGap()) return lexer_.FailExpected("a space and what to reorder");
  const Mark word_mark = lexer_.Here();
  const std::string_view word = lexer_.ReadName();
  const bool at_root = frame.block == Block::kLayer;
  Token field;
  if (at_root ? word == "rootPrims" : word == "nameChildren")
    field = names_.primOrder;
  else if (!at_root && word == "properties")
    field = names_.propertyOrder;
  else if (at_root)
    return lexer_.Fail(kTextSyntax, word_mark, "Expected 'rootPrims' after 'reorder' here.");
  if (field.IsEmpty()) return ReadProperty(ListEdit::kReorder, word, mark);
  std::vector<Token> order;
  if (!ExpectAssignment() || !ReadNameList(order)) return false;
  SetField(frame.spec, field, Value(TokenVector(std::move(order))), mark);
  return true;
}

// -- variants
// --------------------------------------------------------------------------------------------------

bool Reader::ReadVariantSetHead(Mark mark) {
  if (!lexer_.SkipGap()) return lexer_.FailExpected("a space and the variant set's name in quotes");
  const Mark name_mark = lexer_.Here();
  const char c = lexer_.Peek();
  if (c != '"' && c != '\'') return lexer_.FailExpected("the variant set's name in quotes");
  if (!lexer_.ReadQuoted(scratch_)) return false;
  std::string text = scratch_;
  if (!Path::IsValidVariantName(text)) {
    lexer_.Fail(kTextName, name_mark, "\"" + text + "\" is not the name of a variant set.",
                "Use letters, digits, _, | and -.");
    text = "_";
  }
  if (!ExpectAssignment()) return false;
  lexer_.SkipAll();
  const Mark open_mark = lexer_.Here();
  if (!lexer_.Take('{')) return lexer_.FailExpected("{ and the variants");
  if (lexer_.Peek() != '}') {
    lexer_.SkipAll();
    if (lexer_.Peek() == '}')
      lexer_.Fail(kTextSyntax, open_mark,
                  "Space, lines or comments stand where variant set '" + text + "' has no variant.",
                  "Write a variant, or {} with nothing in between, or leave the variant set out.");
  }
  Frame& parent = stack_[depth_ - 1];
  const Token name = lexer_.Intern(text);
  const Path path = parent.path.AppendVariantSelection(name, Token());
  if (path.IsEmpty())
    return lexer_.Fail(kTextName, name_mark, "\"" + text + "\" is not the name of a variant set.",
                       "Use letters, digits, _, | and -.");
  if (depth_ > options_.budgets.max_namespace_depth)
    return lexer_.FailBudget("max_namespace_depth", options_.budgets.max_namespace_depth);
  const SpecIndex spec = out_.Create(path, SpecType::kVariantSet);
  if (std::find(parent.variants.begin(), parent.variants.end(), name) == parent.variants.end())
    parent.variants.push_back(name);
  if (options_.source_map) options_.source_map->SetSpec(path, {mark.line, mark.column});
  Push(Block::kVariantSet, path, spec, mark).variant_set = name;
  return true;
}

bool Reader::ReadVariantHead() {
  const Mark mark = lexer_.Here();
  if (!lexer_.ReadQuoted(scratch_)) return false;
  std::string text = scratch_;
  if (!text.empty() && !Path::IsValidVariantName(text)) {
    lexer_.Fail(kTextName, mark, "\"" + text + "\" is not the name of a variant.",
                "Use letters, digits, _, | and -.");
    text = "_";
  }
  Frame& set = stack_[depth_ - 1];
  const Token name = lexer_.Intern(text);
  const Path path = set.path.GetParent().AppendVariantSelection(set.variant_set, name);
  SpecIndex spec = set.spec;
  if (!name.IsEmpty()) {  // the empty name is that of the set itself
    spec = out_.Create(path, SpecType::kVariant);
    out_.SetField(spec, names_.specifier, Value(Specifier::kOver));
    if (std::find(set.variants.begin(), set.variants.end(), name) == set.variants.end())
      set.variants.push_back(name);
    if (options_.source_map) options_.source_map->SetSpec(path, {mark.line, mark.column});
  }
  lexer_.SkipAll();
  bool metadata_closed = true;
  if (lexer_.Peek() == '(') {
    lexer_.where = path;
    named_variant_sets_.clear();
    metadata_closed = ReadMetadata(Owner::kVariant, spec, path);
    lexer_.SkipAll();
  }
  lexer_.where = path;
  if (!lexer_.Take('{')) {
    if (metadata_closed) lexer_.FailExpected("{ and the content of the variant");
    lexer_.where = set.path;
    return false;
  }
  Push(Block::kVariant, path, spec, mark);
  return true;
}

bool Reader::ExpectAssignment() {
  lexer_.SkipSpaces();
  if (!lexer_.Take('=')) return lexer_.FailExpected("=");
  lexer_.SkipSpaces();
  return true;
}

void Reader::SetField(SpecIndex spec, Token field, Value value, Mark mark) {
  out_.SetField(spec, field, std::move(value));
  if (options_.source_map) options_.source_map->SetField(out_.GetPath(spec), field, {mark.line, mark.column});
}

}  // namespace strata::format::text
