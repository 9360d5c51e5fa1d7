#include "strata/asset/asset_path.h"

#include <algorithm>
#include <vector>

namespace strata::asset {

namespace {

constexpr std::string_view kArgumentsMark = ":SDF_FORMAT_ARGS:";

// Where the bracket that closes the whole path opens first (outer) or the deepest one opens (inner); npos
// when the path is not package-relative.
enum class Side { kOuter, kInner };
size_t FindBracket(std::string_view path, Side side) {
  if (path.size() < 3 || path.back() != ']' || path[path.size() - 2] == '\\') return std::string_view::npos;
  size_t found = std::string_view::npos;
  for (size_t i = 1; i < path.size(); ++i) {
    if (path[i] != '[' || path[i - 1] == '\\') continue;
    found = i;
    if (side == Side::kOuter) break;
  }
  return found;
}

size_t CountClosing(std::string_view path) {
  size_t count = 0;
  while (count < path.size() && path[path.size() - 1 - count] == ']') ++count;
  return count;
}

std::string Escape(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if ((name[i] == '[' || name[i] == ']') && (i == 0 || name[i - 1] != '\\')) out += '\\';
    out += name[i];
  }
  return out;
}

std::string Unescape(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size() && (name[i + 1] == '[' || name[i + 1] == ']')) continue;
    out += name[i];
  }
  return out;
}

}  // namespace

bool HasScheme(std::string_view path) {
  const size_t colon = path.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(path.begin(), path.begin() + colon, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
}

bool IsAbsolutePath(std::string_view path) {
  return path.starts_with('/') || HasScheme(path);
}
bool IsFileRelativePath(std::string_view path) {
  return path.starts_with("./") || path.starts_with("../");
}

std::string NormalizePath(std::string_view path) {
  if (path.empty() || HasScheme(path)) return std::string(path);
  const bool is_absolute = path.front() == '/';
  std::vector<std::string_view> kept;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view element = path.substr(begin, end - begin);
    begin = end + 1;
    if (element.empty() || element == ".") continue;
    if (element != "..") {
      kept.push_back(element);
    } else if (!kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!is_absolute) {
      kept.push_back(element);
    }
  }
  std::string out;
  for (const std::string_view element : kept) {
    if (is_absolute || !out.empty()) out += '/';
    out += element;
  }
  if (out.empty()) return is_absolute ? "/" : ".";
  return out;
}

std::string_view GetFolder(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string_view GetFileName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string GetExtension(std::string_view path) {
  std::string innermost;
  if (IsPackageRelativePath(path)) {
    innermost = SplitPackageInner(path).second;
    path = innermost;
  }
  if (HasScheme(path)) path = path.substr(0, path.find_first_of("?#"));
  const std::string_view name = GetFileName(path);
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string out(name.substr(dot + 1));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

namespace {

// By the rules of URLs: the anchor's query is dropped, nothing climbs above the server's root.
std::string AnchorToUrl(std::string_view path, std::string_view anchor) {
  anchor = anchor.substr(0, anchor.find_first_of("?#"));
  const size_t root = std::min(anchor.find('/', anchor.find("://") + 3), anchor.size());
  const std::string_view query = path.substr(std::min(path.find_first_of("?#"), path.size()));
  path.remove_suffix(query.size());
  std::string joined(path.starts_with('/') ? std::string_view() : GetFolder(anchor.substr(root)));
  joined.append("/").append(path);
  return std::string(anchor.substr(0, root)) + NormalizePath(joined) + std::string(query);
}

}  // namespace

std::string AnchorToFile(std::string_view path, std::string_view anchor) {
  if (HasScheme(anchor)) return AnchorToUrl(path, anchor);
  const std::string_view folder = GetFolder(anchor);
  if (folder.empty()) return NormalizePath(path);
  std::string joined(folder);
  if (joined.back() != '/') joined += '/';
  joined += path;
  return NormalizePath(joined);
}

bool IsPackageRelativePath(std::string_view path) {
  return FindBracket(path, Side::kOuter) != std::string_view::npos;
}

std::pair<std::string, std::string> SplitPackageOuter(std::string_view path) {
  const size_t open = FindBracket(path, Side::kOuter);
  if (open == std::string_view::npos) return {std::string(path), {}};
  const std::string_view inner = path.substr(open + 1, path.size() - open - 2);
  return {std::string(path.substr(0, open)),
          IsPackageRelativePath(inner) ? std::string(inner) : Unescape(inner)};
}

std::pair<std::string, std::string> SplitPackageInner(std::string_view path) {
  const size_t open = FindBracket(path, Side::kInner);
  if (open == std::string_view::npos) return {std::string(path), {}};
  const size_t closing = CountClosing(path);
  std::string package(path.substr(0, open));
  package.append(closing - 1, ']');
  return {package, Unescape(path.substr(open + 1, path.size() - closing - open - 1))};
}

std::string JoinPackage(std::string_view package, std::string_view packaged) {
  if (packaged.empty()) return std::string(package);
  if (package.empty()) return std::string(packaged);
  const std::string inner = IsPackageRelativePath(packaged) ? std::string(packaged) : Escape(packaged);
  const size_t closing = IsPackageRelativePath(package) ? CountClosing(package) : 0;
  std::string out(package.substr(0, package.size() - closing));
  out += '[' + inner;
  out.append(closing + 1, ']');
  return out;
}

std::string SplitIdentifier(const std::string& identifier, std::map<std::string, std::string>* arguments) {
  const size_t mark = identifier.find(kArgumentsMark);
  if (mark == std::string::npos) return identifier;
  if (arguments) {
    std::string_view rest = std::string_view(identifier).substr(mark + kArgumentsMark.size());
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('&'), rest.size());
      const std::string_view pair = rest.substr(0, end);
      const size_t equals = pair.find('=');
      if (equals != std::string_view::npos && equals != 0)
        (*arguments)[std::string(pair.substr(0, equals))] = std::string(pair.substr(equals + 1));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return identifier.substr(0, mark);
}

std::string JoinIdentifier(const std::string& path, const std::map<std::string, std::string>& arguments) {
  if (arguments.empty()) return path;
  std::string out = path;
  std::string_view separator = kArgumentsMark;
  for (const auto& [key, value] : arguments) {
    out.append(separator).append(key).append("=").append(value);
    separator = "&";
  }
  return out;
}

}  // namespace strata::asset
