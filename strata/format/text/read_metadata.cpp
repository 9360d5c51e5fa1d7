// Reading metadata: what stands in parentheses after a layer's header, a prim, a variant or a property.
#include <algorithm>

#include "strata/format/text/keywords.h"
#include "strata/format/text/list_items.h"
#include "strata/format/text/reader.h"

namespace strata::format::text {

namespace {

bool Owns(const layer::FieldDefinition& definition, Owner owner) {
  switch (owner) {
    case Owner::kLayer:
      return definition.on_layer;
    case Owner::kPrim:
      return definition.on_prim;
    case Owner::kVariant:
      return definition.on_prim || definition.on_variant;
    case Owner::kAttribute:
      return definition.on_attribute;
    case Owner::kRelationship:
      return definition.on_relationship;
  }
  return false;
}

// The element type of a list op whose items are simple values; kEmpty for other types.
ValueType GetItemType(ValueType list_op) {
  switch (list_op) {
    case ValueType::kIntListOp:
      return ValueType::kInt;
    case ValueType::kUIntListOp:
      return ValueType::kUInt;
    case ValueType::kInt64ListOp:
      return ValueType::kInt64;
    case ValueType::kUInt64ListOp:
      return ValueType::kUInt64;
    case ValueType::kStringListOp:
      return ValueType::kString;
    case ValueType::kTokenListOp:
      return ValueType::kToken;
    default:
      return ValueType::kEmpty;
  }
}

bool IsDisplayUnit(std::string_view word) {
  for (const std::string_view unit :
       {"mm", "cm", "dm", "m", "km", "in", "ft", "yd", "mi", "deg", "rad", "percent"})
    if (word == unit) return true;
  return false;
}

UnregisteredValue MakeUnregistered(Value value) {
  return UnregisteredValue{std::make_shared<const Value>(std::move(value))};
}

}  // namespace

// REQUIRES: at "(". False when the block does not end; broken items in it are reported and passed over.
bool Reader::ReadMetadata(Owner owner, SpecIndex spec, Path) {
  const uint32_t outer_nesting = lexer_.nesting;
  const Mark opened = lexer_.Here();
  lexer_.Advance();
  lexer_.SkipAll();
  while (!lexer_.Take(')')) {
    if (lexer_.AtEnd()) {
      lexer_.Fail(kTextUnterminated, opened, "The metadata opened here is not closed.", "Add the missing ).");
      lexer_.nesting = outer_nesting;
      return false;
    }
    lexer_.nesting = lexer_.braces = 0;
    if (ReadMetadataItem(owner, spec)) {
      lexer_.SkipLineRest();
      if (lexer_.Take(';') || lexer_.TakeLineEnd()) {
        lexer_.SkipAll();
        continue;
      }
      if (lexer_.Peek() == ')') continue;
      lexer_.FailExpected("a new line, ; or )");
    }
    lexer_.Recover(')');
    lexer_.SkipAll();
  }
  lexer_.nesting = outer_nesting;
  return true;
}

bool Reader::ReadMetadataItem(Owner owner, SpecIndex spec) {
  const Mark mark = lexer_.Here();
  const char c = lexer_.Peek();
  if (c == '"' || c == '\'') {
    std::string text;
    if (!lexer_.ReadQuoted(text)) return false;
    SetField(spec, names_.comment, Value(std::move(text)), mark);
    return true;
  }
  std::string word(lexer_.ReadName());
  if (word.empty()) return lexer_.FailExpected("a metadata field, a quoted comment, or )");
  ListEdit edit = ListEdit::kExplicit;
  if (ListEditFromWord(word, edit)) {
    if (!lexer_.SkipGap()) return lexer_.FailExpected("a space and the field whose list is edited");
    word = lexer_.ReadName();
    if (word.empty()) return lexer_.FailExpected("the field whose list is edited");
  }
  bool known = false;
  const bool good = ReadKnownMetadata(owner, spec, edit, word, mark, known);
  if (known) return good;
  while (lexer_.Peek() == ':' && lexer_.PeekAt(1) == ':') {
    lexer_.SetCursor(lexer_.GetCursor() + 2);
    word += "::";
    const std::string_view part = lexer_.ReadName();
    if (part.empty()) return lexer_.FailExpected("the rest of the field's name");
    word += part;
  }
  if (IsKeyword(word))
    return lexer_.Fail(kTextSyntax, mark,
                       "'" + word + "' cannot be written " +
                           (edit == ListEdit::kExplicit ? "here." : "as a list edit here."),
                       "Remove it, or write it where it belongs.");
  return ReadField(owner, spec, edit, word, mark);
}

bool Reader::ReadKnownMetadata(Owner owner, SpecIndex spec, ListEdit edit, std::string_view word, Mark mark,
                               bool& known) {
  known = true;
  const bool is_prim = owner == Owner::kPrim || owner == Owner::kVariant;
  if (is_prim) {
    if (word == "references")
      return ExpectAssignment() && ReadArcs<Reference>(names_.references, spec, edit, mark);
    if (word == "payload") return ExpectAssignment() && ReadArcs<Payload>(names_.payload, spec, edit, mark);
    if (word == "inherits") return ExpectAssignment() && ReadPathList(names_.inheritPaths, spec, edit, mark);
    if (word == "specializes")
      return ExpectAssignment() && ReadPathList(names_.specializes, spec, edit, mark);
    if (word == "variantSets") return ExpectAssignment() && ReadVariantSetNames(spec, edit, mark);
  }
  if (edit == ListEdit::kExplicit) {
    if (word == "doc") return ReadStringField(names_.documentation, spec, mark, false);
    if (owner == Owner::kLayer) {
      if (word == "subLayers") return ExpectAssignment() && ReadSubLayers(spec, mark);
      if (word == "relocates") return ExpectAssignment() && ReadRelocates(spec, mark);
    } else {
      if (word == "customData") return ReadDictionaryField(names_.customData, spec, mark);
      if (word == "symmetryArguments") return ReadDictionaryField(names_.symmetryArguments, spec, mark);
      if (word == "permission" || word == "symmetryFunction" ||
          (word == "displayUnit" && owner == Owner::kAttribute))
        return ReadIdentifierField(word, spec, mark);
    }
    if (is_prim) {
      if (word == "kind") return ReadStringField(names_.kind, spec, mark, true);
      if (word == "variants") return ExpectAssignment() && ReadVariantSelections(spec, mark);
      if (word == "prefixSubstitutions") return ReadSubstitutions(names_.prefixSubstitutions, spec, mark);
      if (word == "suffixSubstitutions") return ReadSubstitutions(names_.suffixSubstitutions, spec, mark);
    }
  }
  known = false;
  return false;
}

// -- fields with rules of their own
// --------------------------------------------------------------------------------

bool Reader::ReadStringField(Token field, SpecIndex spec, Mark mark, bool as_token) {
  if (!ExpectAssignment()) return false;
  const char c = lexer_.Peek();
  if (c != '"' && c != '\'') return lexer_.FailExpected("a string");
  std::string text;
  if (!lexer_.ReadQuoted(text)) return false;
  SetField(spec, field, as_token ? Value(lexer_.Intern(text)) : Value(std::move(text)), mark);
  return true;
}

bool Reader::ReadIdentifierField(std::string_view word, SpecIndex spec, Mark mark) {
  const std::string field_word(word);
  if (!ExpectAssignment()) return false;
  const Mark value_mark = lexer_.Here();
  const std::string value(lexer_.ReadName());
  if (field_word == "symmetryFunction") {
    SetField(spec, names_.symmetryFunction, Value(Token(value)), mark);
    return true;
  }
  if (value.empty()) return lexer_.FailExpected("a bare word");
  if (field_word == "displayUnit") {
    if (!IsDisplayUnit(value))
      return lexer_.Fail(kTextValue, value_mark, "'" + value + "' is not a unit.",
                         "Use one such as mm, cm, m, km, in, ft, deg or rad.");
    SetField(spec, names_.displayUnit, Value(Token(value)), mark);
    return true;
  }
  if (value != "public" && value != "private")
    return lexer_.Fail(kTextValue, value_mark, "'" + value + "' is not a permission.",
                       "Write public or private.");
  SetField(spec, names_.permission, Value(value == "public" ? Permission::kPublic : Permission::kPrivate),
           mark);
  return true;
}

bool Reader::ReadDictionaryField(Token field, SpecIndex spec, Mark mark) {
  Dictionary dictionary;
  if (!ExpectAssignment() || !values_.ReadDictionary(dictionary)) return false;
  SetField(spec, field, Value(std::move(dictionary)), mark);
  return true;
}

// { "from": "to", ... }
bool Reader::ReadSubstitutions(Token field, SpecIndex spec, Mark mark) {
  if (!ExpectAssignment()) return false;
  if (!lexer_.Take('{')) return lexer_.FailExpected("{ and pairs of strings");
  ++lexer_.nesting;
  ++lexer_.braces;
  Dictionary dictionary;
  const auto read_string = [&](std::string& out) {
    if (lexer_.Peek() != '"' && lexer_.Peek() != '\'') return lexer_.FailExpected("a string");
    return lexer_.ReadQuoted(out);
  };
  lexer_.SkipAll();
  while (!lexer_.Take('}')) {
    std::string from, to;
    if (!read_string(from)) return false;
    lexer_.SkipSpaces();
    if (!lexer_.Take(':')) return lexer_.FailExpected(":");
    lexer_.SkipSpaces();
    if (!read_string(to)) return false;
    dictionary.entries.insert_or_assign(std::move(from), Value(std::move(to)));
    if (!lexer_.EndItem('}')) return false;
  }
  --lexer_.nesting;
  --lexer_.braces;
  SetField(spec, field, Value(std::move(dictionary)), mark);
  return true;
}

// -- fields by the registry
// ------------------------------------------------------------------------------------------

bool Reader::ReadField(Owner owner, SpecIndex spec, ListEdit edit, std::string_view word, Mark mark) {
  const Token name = lexer_.Intern(word);
  const layer::FieldDefinition* definition = fields_.Find(name);
  if (definition && !Owns(*definition, owner)) definition = nullptr;
  // The type of an attribute stands before its name; that of a prim is metadata by registration.
  const bool is_attribute_type = owner == Owner::kAttribute && name == names_.typeName;
  if (is_attribute_type || (definition && !definition->is_metadata))
    return lexer_.Fail(
        kTextField, mark,
        "'" + name.GetString() + "' is part of the structure of scene description, not metadata.",
        name == names_.comment ? "Write the comment as a bare string." : "Use the statement that writes it.");
  if (!ExpectAssignment()) return false;
  return definition ? ReadRegisteredField(*definition, spec, edit, mark)
                    : ReadUnregisteredField(name, spec, edit, mark);
}

template <class T>
bool Reader::ReadListOpField(Token field, SpecIndex spec, ListEdit edit, ValueType element, Mark mark) {
  if (edit != ListEdit::kExplicit && lexer_.Peek() != '[') return lexer_.FailExpected("None or [");
  Value value;
  const Mark list_mark = lexer_.Here();
  if (!values_.ReadTyped(element, true, value)) return false;
  const Array<T>* array = value.GetIf<Array<T>>();
  if (!array) return lexer_.Fail(kTextValue, list_mark, "A path is not a list of this type.");
  if (array->IsEmpty() && edit != ListEdit::kExplicit)
    return lexer_.Fail(kTextSyntax, list_mark, "Only a list that replaces others can be empty.",
                       "Take the list editing keyword away, or write None.");
  SetItems(spec, field, edit, list_op_detail::KeepFirst(std::vector<T>(array->begin(), array->end())), mark);
  return true;
}

bool Reader::ReadRegisteredField(const layer::FieldDefinition& definition, SpecIndex spec, ListEdit edit,
                                 Mark mark) {
  const Token field = definition.name;
  const ValueType type = definition.type;
  const ValueType item = GetItemType(type);
  const bool is_none = lexer_.Peek() == 'N' && lexer_.PeekAt(1) == 'o' && lexer_.PeekAt(2) == 'n' &&
                       lexer_.PeekAt(3) == 'e' && !IsNameByte(lexer_.PeekAt(4));
  if (is_none) lexer_.ReadName();
  if (item == ValueType::kEmpty) {
    if (is_none)
      return lexer_.Fail(
          kTextField, mark, "The field '" + field.GetString() + "' cannot be None.",
          "Write a value of type " + std::string(GetTypeText(type)) + ", or leave the field out.");
    return ReadPlainField(field, type, spec, edit, mark);
  }
  switch (type) {
#define STRATA_CASE(name, item_type)                                                \
  case ValueType::k##name##ListOp:                                                  \
    if (!is_none) return ReadListOpField<item_type>(field, spec, edit, item, mark); \
    SetItems(spec, field, edit, std::vector<item_type>(), mark);                    \
    return true;
    STRATA_CASE(Int, int32_t)
    STRATA_CASE(UInt, uint32_t)
    STRATA_CASE(Int64, int64_t)
    STRATA_CASE(UInt64, uint64_t)
    STRATA_CASE(String, std::string)
    STRATA_CASE(Token, Token)
#undef STRATA_CASE
    default:
      return false;  // GetItemType names no other
  }
}

bool Reader::ReadPlainField(Token field, ValueType type, SpecIndex spec, ListEdit edit, Mark mark) {
  const bool is_vector = type == ValueType::kTokenVector || type == ValueType::kStringVector;
  const bool is_array = is_vector || IsArrayType(type);
  if (edit != ListEdit::kExplicit && !(is_array && lexer_.Peek() == '['))
    return lexer_.FailExpected("None or [");
  Value value;
  if (type == ValueType::kDictionary || (lexer_.Peek() == '{' && !is_array)) {
    Dictionary dictionary;
    if (!values_.ReadDictionary(dictionary)) return false;
    value = Value(std::move(dictionary));
  } else if (is_vector) {
    if (!values_.ReadTyped(type == ValueType::kTokenVector ? ValueType::kToken : ValueType::kString, true,
                           value))
      return false;
    if (const auto* tokens = value.GetIf<Array<Token>>())
      value = Value(TokenVector(tokens->begin(), tokens->end()));
    else if (const auto* strings = value.GetIf<Array<std::string>>())
      value = Value(StringVector(strings->begin(), strings->end()));
  } else if (!values_.ReadTyped(GetElementType(type), is_array, value)) {
    return false;
  }
  SetField(spec, field, std::move(value), mark);
  return true;
}

bool Reader::ReadUnregisteredItems(std::vector<UnregisteredValue>& out) {
  lexer_.Advance();
  ++lexer_.nesting;
  lexer_.SkipAll();
  for (;;) {
    std::string text;
    if (!values_.ReadAsText(text, 1)) return false;
    out.push_back(MakeUnregistered(Value(std::move(text))));
    if (!lexer_.EndItem(']')) return false;
    if (lexer_.Take(']')) break;
  }
  --lexer_.nesting;
  return true;
}

bool Reader::ReadUnregisteredField(Token name, SpecIndex spec, ListEdit edit, Mark mark) {
  const char c = lexer_.Peek();
  if (edit == ListEdit::kExplicit) {
    if (c == '{') {
      Dictionary dictionary;
      if (!values_.ReadDictionary(dictionary)) return false;
      SetField(spec, name, Value(MakeUnregistered(Value(std::move(dictionary)))), mark);
      return true;
    }
    std::string text;
    if (c == 'N' && lexer_.PeekAt(1) == 'o' && lexer_.PeekAt(2) == 'n' && lexer_.PeekAt(3) == 'e' &&
        !IsNameByte(lexer_.PeekAt(4))) {
      text = lexer_.ReadName();
    } else {
      if (!values_.ReadAsText(text)) return false;
      if (text == "AnimationBlock")
        return lexer_.Fail(kTextSyntax, mark, "AnimationBlock is a value of attributes only.");
    }
    SetField(spec, name, Value(MakeUnregistered(Value(std::move(text)))), mark);
    return true;
  }
  std::vector<UnregisteredValue> items;
  if (c == '[') {
    if (!ReadUnregisteredItems(items)) return false;
  } else {
    const Mark value_mark = lexer_.Here();
    if (lexer_.ReadName() != "None")
      return lexer_.Fail(kTextSyntax, value_mark, "Expected None or [ after a list edit.");
  }
  UnregisteredListOp op;
  if (const Value* before = out_.GetField(spec, name)) {
    const UnregisteredValue* held = before->GetIf<UnregisteredValue>();
    const UnregisteredListOp* list = held && held->value ? held->value->GetIf<UnregisteredListOp>() : nullptr;
    if (!list) return true;  // a plain value stays
    op = *list;
  }
  PutItems(op, edit, std::move(items));
  SetField(spec, name, Value(MakeUnregistered(Value(std::move(op)))), mark);
  return true;
}

}  // namespace strata::format::text
