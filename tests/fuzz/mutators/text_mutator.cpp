#include <algorithm>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

#include "tests/fuzz/mutators/mutators.h"

namespace {

// What the language has, and what is hard to take.
constexpr std::string_view kWords[] = {"def",
                                       "over",
                                       "class",
                                       "\"A\"",
                                       "\"B\"",
                                       "\"\"",
                                       "</A>",
                                       "</A.x>",
                                       "</A/B>",
                                       "<../B.y>",
                                       "@a.usda@",
                                       "@a.usda@</A>",
                                       "@@",
                                       "@@@x@@@",
                                       "(",
                                       ")",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       "=",
                                       ",",
                                       ";",
                                       ":",
                                       "add",
                                       "delete",
                                       "append",
                                       "prepend",
                                       "reorder",
                                       "references",
                                       "payload",
                                       "inherits",
                                       "specializes",
                                       "relocates",
                                       "variantSets",
                                       "variants",
                                       "variantSet",
                                       "subLayers",
                                       "apiSchemas",
                                       "custom",
                                       "uniform",
                                       "varying",
                                       "config",
                                       "rel",
                                       "double",
                                       "float[]",
                                       "float3[]",
                                       "int",
                                       "string",
                                       "token",
                                       "asset",
                                       "matrix4d",
                                       "timecode",
                                       "duration",
                                       "pathExpression",
                                       "opaque",
                                       "group",
                                       "dictionary",
                                       "x",
                                       "x.timeSamples",
                                       "x.connect",
                                       "x.spline",
                                       "x.default",
                                       "None",
                                       "AnimationBlock",
                                       "true",
                                       "false",
                                       "nan",
                                       "inf",
                                       "-inf",
                                       "0",
                                       "-0",
                                       "1e999",
                                       "-1e-999",
                                       "4294967296",
                                       "-9223372036854775809",
                                       "18446744073709551616",
                                       "0.1",
                                       "1e308",
                                       "'''",
                                       "\"\"\"",
                                       "#",
                                       "/*",
                                       "//",
                                       "doc",
                                       "kind",
                                       "active",
                                       "instanceable",
                                       "hidden",
                                       "permission",
                                       "private",
                                       "symmetryFunction",
                                       "displayUnit",
                                       "customData",
                                       "customLayerData",
                                       "assetInfo",
                                       "clips",
                                       "clipSets",
                                       "offset",
                                       "scale",
                                       "primChildren",
                                       "properties",
                                       "nameChildren",
                                       "edit",
                                       "append 9",
                                       "write 7 to [1]",
                                       "insert 3 at [0]",
                                       "erase [-1]",
                                       "minsize 100000",
                                       "resize 1000000",
                                       "bezier",
                                       "hermite",
                                       "pre",
                                       "post",
                                       "curve",
                                       "held",
                                       "linear",
                                       "sloped(1)",
                                       "loop",
                                       "\"`${X}`\"",
                                       "`if(eq(${A}, 1), 'a', 'b')`",
                                       "\xF0\x9F\x98\x80",
                                       "\xFF",
                                       "\r\n",
                                       "\t"};

struct Word {
  size_t begin, end;
};

bool IsOfName(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == ':' || c == '-' ||
         c == '+';
}

std::vector<Word> SplitWords(std::string_view text) {
  std::vector<Word> words;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char c = text[at++];
    if (c == ' ' || c == '\n' || c == '\t') continue;
    if (IsOfName(c)) {
      while (at < text.size() && IsOfName(text[at])) ++at;
    } else if (c == '"' || c == '@' || c == '<') {
      const char end = c == '<' ? '>' : c;
      while (at < text.size() && text[at] != end && text[at] != '\n') ++at;
      at = std::min(at + 1, text.size());
    }
    words.push_back({begin, at});
  }
  return words;
}

std::string MakeNest(Random& random) {
  constexpr std::string_view kOpenings[] = {"(", "[", "{", "def \"n\" {\n", "dictionary d = {\n", "((", "[("};
  const std::string_view opening = kOpenings[random.Below(std::size(kOpenings))];
  std::string nest;
  for (uint64_t times = 1 + random.Below(random.Below(8) ? 8 : 2000); times != 0; --times) nest += opening;
  return nest;
}

void ChangeOneWord(std::string& text, Random& random) {
  const std::vector<Word> words = SplitWords(text);
  if (words.empty()) return;
  const size_t first = random.Below(words.size());
  const size_t last = std::min<size_t>(words.size() - 1, first + random.Below(random.Below(4) ? 3 : 40));
  const size_t begin = words[first].begin, size = words[last].end - begin;
  const Word other = words[random.Below(words.size())];
  switch (random.Below(8)) {
    case 0:
      text.erase(begin, size);
      break;
    case 1: {
      const std::string copy = text.substr(begin, size);
      for (uint64_t times = random.Below(16) ? 1 : 50; times != 0; --times) text.insert(begin, copy + ' ');
      break;
    }
    case 2:
      text.insert(other.begin, text.substr(begin, size) + ' ');
      break;
    case 3:
      text.replace(begin, words[first].end - begin, text.substr(other.begin, other.end - other.begin));
      break;
    case 4:
      text.insert(begin, MakeNest(random));
      break;
    case 5:
      text.insert(begin, std::string(kWords[random.Below(std::size(kWords))]) + ' ');
      break;
    default:
      text.replace(begin, words[first].end - begin, kWords[random.Below(std::size(kWords))]);
  }
}

}  // namespace

void ChangeText(std::string& text, Random& random) {
  if (random.Below(6) == 0) {
    ChangeBytes(text, random, 0);
    return;
  }
  for (uint64_t times = random.Below(3) ? 1 : 1 + random.Below(4); times != 0; --times)
    ChangeOneWord(text, random);
}
