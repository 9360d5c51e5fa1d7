// The numbers that a crate file being written gives to tokens, strings and paths.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "strata/path/path.h"

namespace strata::format::crate {

// A map from ids that lie close together; what was not set is kNone.
class IdMap {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t& operator[](uint32_t id) {
    const size_t page = id >> kPageBits;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (!pages_[page]) AddPage(page);
    return pages_[page][id & (kPageSize - 1)];
  }

 private:
  static constexpr uint32_t kPageBits = 10, kPageSize = 1u << kPageBits;
  void AddPage(size_t page);
  std::vector<std::unique_ptr<uint32_t[]>> pages_;
};

// Tokens are numbered from 1: 0 is a token that nothing names, for element tokens of paths have a sign.
class TokenNumbers {
 public:
  TokenNumbers();
  uint32_t Add(Token token) {
    uint32_t& number = by_id_[token.GetId()];
    if (number == IdMap::kNone) number = AddText(token.GetText());
    return number;
  }
  // The same for text, which is not interned for it.
  uint32_t Add(std::string_view text);
  // The number among strings of a text, which is a token too.
  uint32_t AddString(std::string_view text);

  const std::vector<uint32_t>& GetStrings() const { return strings_; }
  // All texts in order, each ended by a zero; the number of them.
  size_t AppendTexts(std::string& out) const;
  size_t GetCount() const { return texts_.size(); }
  // A text that holds a zero, which no file can tell from its end; null when there is none.
  const std::string_view* GetUnwritable() const { return unwritable_.data() ? &unwritable_ : nullptr; }

 private:
  uint32_t AddText(std::string_view text);

  std::vector<std::string_view> texts_;
  std::deque<std::string> owned_;  // of texts that are not interned
  IdMap by_id_;
  std::unordered_map<std::string_view, uint32_t> by_text_;
  std::vector<uint32_t> strings_;          // token numbers
  std::vector<uint32_t> string_of_token_;  // by token number
  std::string_view unwritable_;
};

// The tree of paths as files have it: three numbers for each node, depth first.
struct PathTree {
  std::vector<uint32_t> paths, elements, jumps;  // elements and jumps are signed, as their bits
};

class PathNumbers {
 public:
  // REQUIRES: the path is absolute or empty.
  uint32_t Add(Path path) {
    uint32_t& number = by_id_[path.GetId()];
    if (number == IdMap::kNone) {
      number = static_cast<uint32_t>(paths_.size());
      paths_.push_back(path);
    }
    return number;
  }
  void Reserve(size_t count) { paths_.reserve(count); }
  // Numbers what ancestors are missing and the names of elements. Numbers given before stay.
  PathTree MakeTree(TokenNumbers& tokens);
  size_t GetCount() const { return paths_.size(); }

 private:
  std::vector<Path> paths_;
  IdMap by_id_;
};

}  // namespace strata::format::crate
