// Printing metadata: fields in parentheses, in the order of their names.
#include <algorithm>

#include "strata/format/text/value_reader.h"
#include "strata/format/text/writer.h"
#include "strata/path/path.h"

namespace strata::format::text {

using layer::SpecStore;
using layer::SpecType;

namespace {

template <class T>
std::string FormatItems(const std::vector<T>& items) {
  if (items.empty()) return "None";
  std::string text = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0) text += ", ";
    AppendValue(text, Value(items[i]));
  }
  return text + "]";
}

// Calls write(keyword, items) for each list that `op` has, in the order that usd-core prints them.
template <class T, class Write>
void VisitLists(const ListOp<T>& op, Write&& write) {
  if (op.is_explicit) return write("", op.explicit_items);
  if (!op.deleted_items.empty()) write("delete ", op.deleted_items);
  if (!op.added_items.empty()) write("add ", op.added_items);
  if (!op.prepended_items.empty()) write("prepend ", op.prepended_items);
  if (!op.appended_items.empty()) write("append ", op.appended_items);
  if (!op.ordered_items.empty()) write("reorder ", op.ordered_items);
}

}  // namespace

// Whether a field is printed by a statement of its own, not as metadata.
bool Writer::IsStatement(Token field, SpecType owner) const {
  const layer::FieldNames& n = names_;
  if (field == n.comment || field == n.customData || field == n.documentation) return false;
  if (field == n.primChildren || field == n.properties || field == n.variantSetChildren ||
      field == n.variantChildren || field == n.primOrder || field == n.propertyOrder ||
      field == n.connectionChildren || field == n.targetChildren)
    return true;
  if (field == n.specifier || field == n.typeName)
    return owner == SpecType::kPrim || owner == SpecType::kVariant || owner == SpecType::kAttribute;
  if (field == n.subLayerOffsets || field == n.layerRelocates) return owner == SpecType::kPseudoRoot;
  const bool is_property = owner == SpecType::kAttribute || owner == SpecType::kRelationship;
  return is_property &&
         (field == n.custom || field == n.variability || field == n.default_ || field == n.timeSamples ||
          field == n.spline || field == n.connectionPaths || field == n.targetPaths);
}

std::vector<Writer::Metadatum> Writer::CollectMetadata(const SpecView& spec, SpecType owner) const {
  std::vector<Metadatum> fields;
  for (size_t i = 0, count = spec.GetFieldCount(); i < count; ++i) {
    const Token name = spec.GetFieldName(i);
    const bool is_statement = IsStatement(name, owner);
    if (name == names_.comment || (is_statement && name == names_.default_)) continue;
    const Value* value = spec.GetFieldValue(i);
    if (value && (value->Holds<UnregisteredValue>() ? name != names_.default_ : !is_statement))
      fields.push_back({name, value});
  }
  std::sort(fields.begin(), fields.end(), [](const Metadatum& a, const Metadatum& b) {
    return ElementOrderLess(a.name.GetText(), b.name.GetText());
  });
  return fields;
}

void Writer::WriteComment(const SpecView& spec, size_t indent) {
  const Value* value = spec.Find(names_.comment);
  const std::string* text = value ? value->GetIf<std::string>() : nullptr;
  if (!text || text->empty()) return;
  AppendIndent(out_, indent);
  AppendQuoted(out_, *text);
  out_ += '\n';
}

bool Writer::WriteMetadata(const SpecView& spec, size_t indent, SpecType owner) {
  const Value* comment = spec.Find(names_.comment);
  const std::string* text = comment ? comment->GetIf<std::string>() : nullptr;
  const auto fields = CollectMetadata(spec, owner);
  if (fields.empty() && (!text || text->empty())) return false;
  out_ += " (\n";
  WriteComment(spec, indent + 1);
  for (const auto& [name, value] : fields) WriteField(name, *value, indent + 1);
  AppendIndent(out_, indent);
  out_ += ')';
  return true;
}

void Writer::WriteLayerMetadata(const SpecView& root, const std::string& comment) {
  auto fields = CollectMetadata(root, SpecType::kPseudoRoot);
  // An empty list of sublayers says nothing.
  fields.erase(std::remove_if(fields.begin(), fields.end(),
                              [&](const Metadatum& field) {
                                const StringVector* paths = field.value->GetIf<StringVector>();
                                return field.name == names_.subLayers && paths && paths->empty();
                              }),
               fields.end());
  const Value* own_comment = root.Find(names_.comment);
  std::string text = comment;
  if (text.empty() && own_comment) text = own_comment->GetOr(std::string());
  const Value* relocates = root.Find(names_.layerRelocates);
  if (fields.empty() && text.empty() && !relocates) return;
  out_ += "(\n";
  if (!text.empty()) {
    AppendIndent(out_, 1);
    AppendQuoted(out_, text);
    out_ += '\n';
  }
  for (const auto& [name, value] : fields) {
    if (name == names_.subLayers && value->Holds<StringVector>())
      WriteSubLayers(root);
    else
      WriteField(name, *value, 1);
  }
  if (const Relocates* pairs = relocates ? relocates->GetIf<Relocates>() : nullptr) {
    out_ += "    relocates = {\n";
    for (size_t i = 0; i < pairs->size(); ++i) {
      out_ += "        <" + (*pairs)[i].first.GetString() + ">: <" + (*pairs)[i].second.GetString() + ">";
      out_ += i + 1 < pairs->size() ? ", \n" : "\n";
    }
    out_ += "    }\n";
  }
  out_ += ")\n";
}

void Writer::WriteSubLayers(const SpecView& root) {
  const StringVector& paths = root.Find(names_.subLayers)->Get<StringVector>();
  const Value* value = root.Find(names_.subLayerOffsets);
  const LayerOffsetVector* offsets = value ? value->GetIf<LayerOffsetVector>() : nullptr;
  out_ += "    subLayers = [\n";
  for (size_t i = 0; i < paths.size(); ++i) {
    AppendIndent(out_, 2);
    AppendAssetPath(out_, paths[i]);
    if (offsets && i < offsets->size()) AppendLayerOffset(out_, (*offsets)[i]);
    out_ += i + 1 < paths.size() ? ",\n" : "\n";
  }
  out_ += "    ]\n";
}

// Items that take a line each where there are several: references, payloads, paths.
template <class T>
void Writer::WriteArcList(const std::string& name, const ListOp<T>& op, size_t indent) {
  VisitLists(op, [&](const char* keyword, const std::vector<T>& items) {
    AppendIndent(out_, indent);
    out_ += keyword;
    out_ += name;
    out_ += " = ";
    if (items.empty()) {
      out_ += "None";
    } else if (items.size() == 1 && !HasCustomData(items[0])) {
      AppendArc(out_, items[0], indent);
    } else {
      out_ += "[\n";
      for (size_t i = 0; i < items.size(); ++i) {
        AppendIndent(out_, indent + 1);
        AppendArc(out_, items[i], indent + 1);
        out_ += i + 1 < items.size() ? ",\n" : "\n";
      }
      AppendIndent(out_, indent);
      out_ += ']';
    }
    out_ += '\n';
  });
}

template <class T>
void Writer::WriteItemList(const std::string& name, const ListOp<T>& op, size_t indent) {
  const bool may_stand_alone = name == "variantSets";
  VisitLists(op, [&](const char* keyword, const std::vector<T>& items) {
    AppendIndent(out_, indent);
    out_ += keyword;
    out_ += name;
    out_ += " = ";
    if (may_stand_alone && items.size() == 1)
      AppendValue(out_, Value(items[0]));
    else
      out_ += FormatItems(items);
    out_ += '\n';
  });
}

void Writer::WriteField(Token field, const Value& value, size_t indent) {
  const layer::FieldDefinition* definition = fields_.Find(field);
  const std::string name =
      definition && !definition->text_name.empty() ? definition->text_name : field.GetString();
  switch (value.GetType()) {
    case ValueType::kReferenceListOp:
      return WriteArcList(name, value.Get<ReferenceListOp>(), indent);
    case ValueType::kPayloadListOp:
      return WriteArcList(name, value.Get<PayloadListOp>(), indent);
    case ValueType::kPathListOp:
      return WriteArcList(name, value.Get<PathListOp>(), indent);
#define STRATA_CASE(type)          \
  case ValueType::k##type##ListOp: \
    return WriteItemList(name, value.Get<type##ListOp>(), indent);
      STRATA_CASE(Int)
      STRATA_CASE(UInt)
      STRATA_CASE(Int64)
      STRATA_CASE(UInt64)
      STRATA_CASE(String)
      STRATA_CASE(Token)
#undef STRATA_CASE
    case ValueType::kUnregisteredValue: {
      const auto& held = value.Get<UnregisteredValue>().value;
      const UnregisteredListOp* op = held ? held->GetIf<UnregisteredListOp>() : nullptr;
      if (op) return WriteItemList(name, *op, indent);
      break;
    }
    case ValueType::kVariantSelectionMap: {
      const VariantSelectionMap& selections = value.Get<VariantSelectionMap>();
      if (selections.empty()) return;
      Dictionary dictionary;
      for (const auto& [set, selection] : selections) dictionary.entries.emplace(set, Value(selection));
      AppendIndent(out_, indent);
      out_ += name + " = ";
      AppendDictionary(out_, dictionary, indent);
      out_ += '\n';
      return;
    }
    default:
      break;
  }
  AppendIndent(out_, indent);
  out_ += name;
  out_ += " = ";
  const Dictionary* dictionary = value.GetIf<Dictionary>();
  if (const bool* flag = value.GetIf<bool>()) {
    out_ += *flag ? "true" : "false";
  } else if (field == names_.symmetryFunction || field == names_.displayUnit) {
    out_ += value.GetOr(Token()).GetText();
  } else if (dictionary && (field == names_.prefixSubstitutions || field == names_.suffixSubstitutions)) {
    out_ += "{\n";
    size_t left = dictionary->entries.size();
    for (const auto& [from, to] : dictionary->entries) {
      AppendIndent(out_, indent + 1);
      AppendQuoted(out_, from);
      out_ += ": ";
      AppendValue(out_, to);
      out_ += --left != 0 ? ", \n" : "\n";
    }
    AppendIndent(out_, indent);
    out_ += '}';
  } else {
    AppendValue(out_, value, indent);
  }
  out_ += '\n';
}

}  // namespace strata::format::text
