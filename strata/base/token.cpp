// The table of interned strings.
#include "strata/base/token.h"

#include <cstring>

#include "strata/base/chunked_array.h"
#include "strata/base/intern_index.h"

namespace strata {
namespace {

// Interned bytes lie behind their length and before a NUL.
using Text = const char*;

uint32_t ReadLength(Text text) {
  uint32_t length;
  std::memcpy(&length, text - sizeof(length), sizeof(length));
  return length;
}

uint64_t Fold(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <class Word>
uint64_t Load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// The last words overlap those before, so that no length needs a loop over bytes.
uint64_t HashText(const char* bytes, size_t count) {
  uint64_t hash = 0x9E3779B97F4A7C15ull ^ count;
  uint64_t last;
  if (count >= 8) {
    const char* end = bytes + count;
    for (; end - bytes > 8; bytes += 8) hash = Fold(hash ^ Load<uint64_t>(bytes), 0xD6E8FEB86659FD93ull);
    last = Load<uint64_t>(end - 8);
  } else if (count >= 4) {
    last = Load<uint32_t>(bytes) << 32 | Load<uint32_t>(bytes + count - 4);
  } else {
    last =
        Load<uint8_t>(bytes) << 16 | Load<uint8_t>(bytes + count / 2) << 8 | Load<uint8_t>(bytes + count - 1);
  }
  return Fold(Fold(hash ^ last, 0xA0761D6478BD642Full), 0xE7037ED1A0B428DBull);
}

// Hands out memory for texts; one per shard, used under the shard's lock.
class TextArena {
 public:
  Text Copy(std::string_view text) {
    constexpr size_t kBlockBytes = 1 << 15;
    uint32_t length = static_cast<uint32_t>(text.size());
    size_t bytes = (sizeof(length) + text.size() + 1 + 3) & ~size_t{3};
    char* place;
    if (bytes > kBlockBytes / 8) {
      place = Allocate(bytes);
    } else {
      if (bytes > left_) {
        next_ = Allocate(kBlockBytes);
        left_ = kBlockBytes;
      }
      place = next_;
      next_ += bytes;
      left_ -= bytes;
    }
    std::memcpy(place, &length, sizeof(length));
    std::memcpy(place + sizeof(length), text.data(), text.size());
    place[sizeof(length) + text.size()] = 0;
    return place + sizeof(length);
  }

 private:
  static char* Allocate(size_t bytes) {
    char* block = static_cast<char*>(std::malloc(bytes));
    if (!block) throw std::bad_alloc();
    return block;
  }
  char* next_ = nullptr;
  size_t left_ = 0;
};

struct TokenTable {
  InternIndex index;
  ChunkedArray<Text> texts;
  std::atomic<uint32_t> next_id{1};
  TextArena arenas[InternIndex::kShardCount];
};

constinit TokenTable table;

}  // namespace

Token::Token(std::string_view text) {
  if (text.empty() || text.size() > UINT32_MAX) return;
  uint64_t hash = HashText(text.data(), text.size());
  id_ = table.index.FindOrAdd(
      hash, [&](uint32_t id) { return FromId(id).GetText() == text; },
      [&] {
        Text copy = table.arenas[InternIndex::GetShardIndex(hash)].Copy(text);
        uint32_t id = table.next_id.fetch_add(1, std::memory_order_relaxed);
        if (id >= UINT32_MAX - 1) throw std::bad_alloc();
        table.texts.Reserve(id) = copy;
        return id;
      });
}

Token Token::Find(std::string_view text, bool* found) {
  uint32_t id = 0;
  if (!text.empty()) {  // HashText needs a byte
    id = table.index.Find(HashText(text.data(), text.size()),
                          [&](uint32_t candidate) { return FromId(candidate).GetText() == text; });
  }
  if (found) *found = id != 0 || text.empty();
  return FromId(id);
}

std::string_view Token::GetText() const {
  if (id_ == 0) return std::string_view("", 0);
  Text text = table.texts[id_];
  return {text, ReadLength(text)};
}

}  // namespace strata
