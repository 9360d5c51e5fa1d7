#include <utility>

#include "strata/value/value.h"

namespace strata {

namespace {

// The keys of "a:b:c" one after the other; as in OpenUSD, nothing between two colons is the empty key.
class KeyPath {
 public:
  explicit KeyPath(std::string_view text) : rest_(text) {}
  std::string_view Take() {
    const size_t colon = rest_.find(':');
    std::string_view key = rest_.substr(0, colon);
    has_more_ = colon != std::string_view::npos;
    if (has_more_) rest_.remove_prefix(colon + 1);
    return key;
  }
  bool HasMore() const { return has_more_; }

 private:
  std::string_view rest_;
  bool has_more_ = true;
};

}  // namespace

const Value* Dictionary::Find(std::string_view key) const {
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : &found->second;
}

const Value* Dictionary::FindByKeyPath(std::string_view key_path) const {
  KeyPath keys(key_path);
  const Dictionary* here = this;
  while (true) {
    const Value* value = here->Find(keys.Take());
    if (!value || !keys.HasMore()) return value;
    here = value->GetIf<Dictionary>();
    if (!here) return nullptr;
  }
}

void Dictionary::SetByKeyPath(std::string_view key_path, Value value) {
  KeyPath keys(key_path);
  Dictionary* here = this;
  while (true) {
    const std::string key(keys.Take());
    if (!keys.HasMore()) {
      here->entries[key] = std::move(value);
      return;
    }
    Value& inner = here->entries[key];
    if (!inner.Holds<Dictionary>()) inner = Dictionary();
    here = inner.GetMutable<Dictionary>();
  }
}

bool Dictionary::EraseByKeyPath(std::string_view key_path) {
  if (!FindByKeyPath(key_path)) return false;
  std::vector<std::pair<Dictionary*, std::string>> trail;
  KeyPath keys(key_path);
  Dictionary* here = this;
  while (true) {
    std::string key(keys.Take());
    trail.emplace_back(here, key);
    if (!keys.HasMore()) break;
    here = here->entries.find(key)->second.GetMutable<Dictionary>();
  }
  trail.back().first->entries.erase(trail.back().second);
  // A dictionary left empty says nothing, and goes too.
  for (size_t i = trail.size() - 1; i > 0 && trail[i].first->IsEmpty(); --i)
    trail[i - 1].first->entries.erase(trail[i - 1].second);
  return true;
}

Dictionary Dictionary::ComposeOver(const Dictionary& weaker) const {
  Dictionary out = weaker;
  for (const auto& [key, value] : entries) {
    Value& slot = out.entries[key];
    const Dictionary* mine = value.GetIf<Dictionary>();
    const Dictionary* theirs = slot.GetIf<Dictionary>();
    if (mine && theirs)
      slot = mine->ComposeOver(*theirs);
    else
      slot = value;
  }
  return out;
}

}  // namespace strata
