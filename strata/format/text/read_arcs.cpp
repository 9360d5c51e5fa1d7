// Reading what layers and prims list: sublayers, relocates, references, payloads, inherits, specializes,
// variants.
#include <algorithm>

#include "strata/format/text/keywords.h"
#include "strata/format/text/list_items.h"
#include "strata/format/text/reader.h"

namespace strata::format::text {

bool Reader::FailOnEmptyEdit(size_t count, ListEdit edit, Mark mark) {
  if (count != 0 || edit == ListEdit::kExplicit) return true;
  return lexer_.Fail(kTextSyntax, mark, "Only a list that replaces others can be empty.",
                     "Take the list editing keyword away, or name an item.");
}

// Whether variant selections in a path, if any, are put up with.
bool Reader::MayHold(Path path) const {
  return accepts_variant_selections_ || !path.ContainsPrimVariantSelection();
}

bool Reader::CheckPrimPath(Path path, Mark mark) {
  if (path.IsAbsolute() && path.IsPrim() && MayHold(path)) return true;
  return lexer_.Fail(kTextPath, mark, "<" + path.GetString() + "> is not the absolute path of a prim.",
                     path.ContainsPrimVariantSelection() ? "Write the path without { }."
                                                         : "Write a path such as </World/Prim>.");
}

// "(offset = 1; scale = 2)", and customData where it is allowed.
bool Reader::ReadLayerOffset(LayerOffset& out, std::shared_ptr<const Dictionary>* custom_data) {
  lexer_.Advance();
  ++lexer_.nesting;
  lexer_.SkipAll();
  while (!lexer_.Take(')')) {
    const Mark mark = lexer_.Here();
    const std::string word(lexer_.ReadName());
    if (word == "offset" || word == "scale") {
      if (!ExpectAssignment() || !values_.ReadDouble(word == "offset" ? out.offset : out.scale)) return false;
    } else if (word == "customData" && custom_data) {
      auto data = std::make_shared<Dictionary>();
      if (!ExpectAssignment() || !values_.ReadDictionary(*data)) return false;
      *custom_data = data->IsEmpty() ? nullptr : std::move(data);
    } else {
      return lexer_.Fail(kTextSyntax, mark,
                         custom_data ? "Expected 'offset', 'scale', 'customData' or )."
                                     : "Expected 'offset', 'scale' or ).");
    }
    lexer_.SkipLineRest();
    if (lexer_.Take(';') || lexer_.TakeLineEnd())
      lexer_.SkipAll();
    else if (lexer_.Peek() != ')')
      return lexer_.FailExpected("a new line, ; or )");
  }
  --lexer_.nesting;
  return true;
}

bool Reader::ReadSubLayers(SpecIndex spec, Mark mark) {
  StringVector paths;
  LayerOffsetVector offsets;
  if (!lexer_.Take('[')) return lexer_.FailExpected("a list of asset paths in square brackets");
  ++lexer_.nesting;
  lexer_.SkipAll();
  while (!lexer_.Take(']')) {
    if (lexer_.Peek() != '@') return lexer_.FailExpected("an asset path such as @layer.usda@, or ]");
    std::string path;
    LayerOffset offset;
    if (!values_.ReadAsset(path)) return false;
    lexer_.SkipSpaces();
    if (lexer_.Peek() == '(' && !ReadLayerOffset(offset, nullptr)) return false;
    paths.push_back(std::move(path));
    offsets.push_back(offset);
    if (!lexer_.EndItem(']')) return false;
  }
  --lexer_.nesting;
  SetField(spec, names_.subLayers, Value(std::move(paths)), mark);
  SetField(spec, names_.subLayerOffsets, Value(std::move(offsets)), mark);
  return true;
}

bool Reader::ReadRelocates(SpecIndex spec, Mark mark) {
  Relocates relocates;
  if (!lexer_.Take('{')) return lexer_.FailExpected("{ and pairs of paths");
  ++lexer_.nesting;
  ++lexer_.braces;
  const auto read_path = [&](Path& path, const char* what) {
    const Mark path_mark = lexer_.Here();
    if (lexer_.Peek() != '<') return lexer_.FailExpected("a path in angle brackets");
    if (!values_.ReadPath(path)) return false;
    if (!path.IsEmpty() && !path.IsAbsolute()) path = path.MakeAbsolute(Path::AbsoluteRoot());
    if (path.IsEmpty() || (path.IsPrim() && MayHold(path))) return true;
    return lexer_.Fail(kTextPath, path_mark,
                       "<" + path.GetString() + "> cannot be the " + what + " of a relocate.",
                       "Write the path of a prim, without variant selections.");
  };
  lexer_.SkipAll();
  while (!lexer_.Take('}')) {
    Relocate relocate;
    if (!read_path(relocate.first, "source")) return false;
    lexer_.SkipSpaces();
    if (!lexer_.Take(':')) return lexer_.FailExpected(":");
    lexer_.SkipSpaces();
    if (!read_path(relocate.second, "target")) return false;
    relocates.push_back(relocate);
    if (!lexer_.EndItem('}')) return false;
  }
  --lexer_.nesting;
  --lexer_.braces;
  SetField(spec, names_.layerRelocates, Value(std::move(relocates)), mark);
  return true;
}

bool Reader::ReadVariantSelections(SpecIndex spec, Mark mark) {
  Dictionary dictionary;
  if (!values_.ReadDictionary(dictionary)) return false;
  VariantSelectionMap selections;
  if (const Value* before = out_.GetField(spec, names_.variantSelection))
    selections = before->GetOr(VariantSelectionMap());
  for (const auto& [set, value] : dictionary.entries) {
    const std::string* name = value.GetIf<std::string>();
    if (!name)
      return lexer_.Fail(kTextValue, mark, "The selection of variant set '" + set + "' is not a string.",
                         "Write: string " + set + " = \"name\"");
    const bool is_expression = name->size() > 1 && name->front() == '`' && name->back() == '`';
    if (!name->empty() && !is_expression && !Path::IsValidVariantName(*name))
      return lexer_.Fail(kTextName, mark, "\"" + *name + "\" is not the name of a variant.",
                         "Use letters, digits, _, | and -.");
    selections[set] = *name;
  }
  SetField(spec, names_.variantSelection, Value(std::move(selections)), mark);
  return true;
}

bool Reader::ReadVariantSetNames(SpecIndex spec, ListEdit edit, Mark mark) {
  const Mark list_mark = lexer_.Here();
  const char c = lexer_.Peek();
  if (c != '"' && c != '\'' && c != '[')
    return lexer_.FailExpected("a string or a list of strings in square brackets");
  std::vector<Token> tokens;
  if (!ReadNameList(tokens)) return false;
  std::vector<std::string> names;
  for (const Token token : tokens) {
    names.push_back(token.GetString());
    if (!Path::IsValidVariantName(names.back()))
      return lexer_.Fail(kTextName, list_mark, "\"" + names.back() + "\" is not the name of a variant set.",
                         "Use letters, digits, _, | and -.");
  }
  if (!FailOnDuplicates(names, names_.variantSetNames, list_mark)) return false;
  SetItems(spec, names_.variantSetNames, edit, std::move(names), mark);
  // Explicit and added names make the sets that they name, also where no block says more of them.
  if (edit != ListEdit::kExplicit && edit != ListEdit::kAdd) return true;
  const Path owner = out_.GetPath(spec);
  for (const Token token : tokens) {
    const Path set = owner.AppendVariantSelection(token, Token());
    if (set.IsEmpty() || out_.GetSpecCount() >= options_.budgets.max_specs) continue;
    out_.Create(set, layer::SpecType::kVariantSet);
    named_variant_sets_.push_back(token);
  }
  return true;
}

// Inherits and specializes.
bool Reader::ReadPathList(Token field, SpecIndex spec, ListEdit edit, Mark mark) {
  const Mark list_mark = lexer_.Here();
  const Path anchor = ScenePathOf(out_.GetPath(spec));
  std::vector<Path> paths;
  const auto read_one = [&] {
    const Mark path_mark = lexer_.Here();
    Path path;
    if (lexer_.Peek() != '<') return lexer_.FailExpected("a path in angle brackets");
    if (!values_.ReadPath(path)) return false;
    if (!path.IsEmpty() && !path.IsAbsolute()) path = path.MakeAbsolute(anchor);
    if (!CheckPrimPath(path, path_mark)) return false;
    paths.push_back(path);
    return true;
  };
  if (lexer_.Take('[')) {
    ++lexer_.nesting;
    lexer_.SkipAll();
    while (!lexer_.Take(']')) {
      if (!read_one()) return false;
      if (!lexer_.EndItem(']')) return false;
    }
    --lexer_.nesting;
  } else if (lexer_.Peek() == '<') {
    if (!read_one()) return false;
  } else if (lexer_.ReadName() != "None") {
    return lexer_.Fail(kTextSyntax, list_mark, "Expected None, a path in angle brackets, or a list of them.");
  }
  if (!FailOnEmptyEdit(paths.size(), edit, list_mark) || !FailOnDuplicates(paths, field, list_mark))
    return false;
  SetItems(spec, field, edit, std::move(paths), mark);
  return true;
}

template <class Arc>
bool Reader::ReadArc(Arc& out) {
  const Mark mark = lexer_.Here();
  if (lexer_.Peek() == '@') {
    if (!values_.ReadAsset(out.asset_path)) return false;
    if (out.asset_path.empty())
      return lexer_.Fail(kTextAssetPath, mark, "The asset path of a reference or payload is empty.",
                         "Remove the @@ to mean a prim of this layer stack.");
    lexer_.SkipSpaces();
  } else if (lexer_.Peek() != '<') {
    return lexer_.FailExpected("an asset path such as @asset.usda@, or a path in angle brackets");
  }
  if (lexer_.Peek() == '<') {
    const Mark path_mark = lexer_.Here();
    if (!values_.ReadPath(out.prim_path)) return false;
    if (!out.prim_path.IsEmpty() && !CheckPrimPath(out.prim_path, path_mark)) return false;
    lexer_.SkipSpaces();
  }
  if (lexer_.Peek() != '(') return true;
  if constexpr (std::is_same_v<Arc, Reference>)
    return ReadLayerOffset(out.offset, &out.custom_data);
  else
    return ReadLayerOffset(out.offset, nullptr);
}

template <class Arc>
bool Reader::ReadArcs(Token field, SpecIndex spec, ListEdit edit, Mark mark) {
  const Mark list_mark = lexer_.Here();
  std::vector<Arc> arcs;
  if (lexer_.Take('[')) {
    ++lexer_.nesting;
    lexer_.SkipAll();
    while (!lexer_.Take(']')) {
      if (!ReadArc(arcs.emplace_back())) return false;
      if (!lexer_.EndItem(']')) return false;
    }
    --lexer_.nesting;
  } else if (lexer_.Peek() == '@' || lexer_.Peek() == '<') {
    if (!ReadArc(arcs.emplace_back())) return false;
  } else if (lexer_.ReadName() != "None") {
    return lexer_.Fail(kTextSyntax, list_mark, "Expected None, @asset@, <path>, or a list of them.");
  }
  if (!FailOnEmptyEdit(arcs.size(), edit, list_mark) || !FailOnDuplicates(arcs, field, list_mark))
    return false;
  SetItems(spec, field, edit, std::move(arcs), mark);
  return true;
}

template bool Reader::ReadArcs<Reference>(Token, SpecIndex, ListEdit, Mark);
template bool Reader::ReadArcs<Payload>(Token, SpecIndex, ListEdit, Mark);

}  // namespace strata::format::text
