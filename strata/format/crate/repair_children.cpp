// Lists of children that agree with the specs that are there.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "strata/format/crate/spec_table.h"
#include "strata/layer/children.h"
#include "strata/layer/fields.h"

namespace strata::format::crate {

namespace {

using layer::SpecStore;

struct Lists {
  std::unordered_map<Token, std::vector<Token>> by_field;  // names that are there, in the order of the file
};

// What is listed as far as it is there, then what is there besides.
std::vector<Token> Correct(const TokenVector* listed, const std::vector<Token>& there) {
  std::unordered_set<Token> left(there.begin(), there.end());
  std::vector<Token> names;
  names.reserve(there.size());
  const auto take = [&](Token name) {
    if (left.erase(name) != 0) names.push_back(name);
  };
  if (listed) std::for_each(listed->begin(), listed->end(), take);
  std::for_each(there.begin(), there.end(), take);
  return names;
}

}  // namespace

size_t RepairChildren(layer::SpecStore& content, const std::function<void(Path)>& report) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const Token fields[] = {names.primChildren, names.properties, names.variantSetChildren,
                          names.variantChildren};
  std::vector<Path> order;
  content.VisitSpecs([&](Path path, const SpecStore::SpecView&) { order.push_back(path); });
  // What stands below nothing goes, and with it what stands below that. Parents come first, but for variants
  // and their sets, so few rounds are enough.
  for (bool is_done = false; !is_done;) {
    const size_t before = order.size();
    std::erase_if(order, [&](Path path) {
      const Path owner = layer::GetSpecParent(path, nullptr);
      if (path.IsAbsoluteRoot() || content.Has(owner)) return false;
      content.Erase(path);
      return true;
    });
    is_done = order.size() == before;
  }
  std::unordered_map<Path, Lists> owners;
  for (const Path path : order) {
    layer::Child child;
    const Path owner = layer::GetSpecParent(path, &child);
    if (!owner.IsEmpty()) owners[owner].by_field[child.field].push_back(child.name);
  }
  size_t repaired = 0;
  const std::vector<Token> none;
  for (const Path path : order) {
    const SpecStore::SpecIndex spec = content.FindIndex(path);
    if (spec == SpecStore::kNoSpec) continue;
    const auto lists = owners.find(path);
    bool is_changed = false;
    for (const Token field : fields) {
      const Value* value = content.GetField(spec, field);
      const bool has_any = lists != owners.end() && lists->second.by_field.count(field) != 0;
      if (!has_any && !value) continue;
      const std::vector<Token>& there = has_any ? lists->second.by_field[field] : none;
      const TokenVector* listed = value ? value->GetIf<TokenVector>() : nullptr;
      std::vector<Token> correct = Correct(listed, there);
      if (listed && *listed == correct) continue;
      content.SetField(spec, field, correct.empty() ? Value() : Value(std::move(correct)));
      is_changed = true;
    }
    if (!is_changed) continue;
    ++repaired;
    report(path);
  }
  return repaired;
}

}  // namespace strata::format::crate
