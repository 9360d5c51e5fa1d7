#include "strata/format/crate/writer.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "strata/base/files.h"
#include "strata/base/trace.h"
#include "strata/format/crate/tables.h"
#include "strata/format/crate/value_packer.h"

namespace strata::format::crate {
namespace {

using layer::SpecStore;
using layer::SpecType;

constexpr size_t kMostProblems = 20;  // told in full

std::string GetText(Version version) {
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

Result<Version> ParseVersion(const layer::WriteOptions& options) {
  const auto asked = options.arguments.find(kVersionArgument);
  if (asked == options.arguments.end()) return kDefaultWritten;
  uint8_t parts[3] = {};
  const char *at = asked->second.data(), *end = at + asked->second.size();
  bool is_good = false;
  for (uint8_t& part : parts) {
    const auto [after, error] = std::from_chars(at, end, part);
    is_good = error == std::errc() && (after == end || *after == '.');
    if (!is_good || after == end) {
      at = after;
      break;
    }
    at = after + 1;
    is_good = false;
  }
  const Version version{parts[0], parts[1], parts[2]};
  if (is_good && at == end && version >= kDefaultWritten && version <= kNewestRead && version.patch == 0)
    return version;
  return Diagnostic(kCrateVersionUnknown,
                    fmt::format("'{}' is no version of usdc that is written.", asked->second), {},
                    fmt::format("Ask for {} to {}, or leave {} away.", GetText(kDefaultWritten),
                                GetText(kNewestRead), kVersionArgument));
}

// The specs of targets and connections, which follow from the lists of paths and are not in files.
bool IsImplied(SpecType type) {
  return type == SpecType::kRelationshipTarget || type == SpecType::kConnection;
}

class CrateWriter {
 public:
  CrateWriter(const SpecStore& content, const layer::WriteOptions& options, Output& out)
      : content_(content), options_(options), out_(out), values_(tokens_, paths_, out, options.executor) {}

  Result<void> Write() {
    STRATA_TRY(const Version asked, ParseVersion(options_));
    out_.Append(std::string(kBootstrapBytes, '\0'));
    OrderSpecs();
    PackSpecs();
    values_.Finish();
    if (!values_.GetProblem().empty()) Report(Path(), Token());
    const PathTree tree = paths_.MakeTree(tokens_);
    if (const std::string_view* text = tokens_.GetUnwritable()) {
      Report(fmt::format("The text '{}' holds a zero byte, which ends texts in usdc files.",
                         text->substr(0, text->find('\0'))),
             {});
    }
    if (!problems_.IsEmpty()) return FoldProblems();
    const uint64_t contents = WriteSections(tree);
    Remark(asked);
    return out_.Finish(0, MakeBootstrap(std::max(asked, values_.GetNeededVersion()), contents));
  }

 private:
  // Numbers the paths of all specs, and brings specs that are alike together: properties of one name follow
  // each other, after all else. Their fields then differ little from one to the next, and compress well.
  void OrderSpecs() {
    const auto slots = static_cast<SpecStore::SpecIndex>(content_.GetSlotCount());
    paths_.Reserve(content_.GetSpecCount() + 1);
    order_.reserve(content_.GetSpecCount());
    struct Property {
      SpecStore::SpecIndex spec;
      Path path;
      uint32_t group;
    };
    std::vector<Property> properties;
    std::vector<uint32_t> sizes;  // of the groups, by the order of their first
    IdMap groups;                 // by the token of the name
    for (SpecStore::SpecIndex spec = 0; spec < slots; ++spec) {
      const SpecType type = content_.GetType(spec);
      if (type == SpecType::kUnknown || IsImplied(type)) continue;
      const Path path = content_.GetPath(spec);
      paths_.Add(path);
      if (type != SpecType::kAttribute && type != SpecType::kRelationship) {
        order_.push_back({spec, path});
        continue;
      }
      uint32_t& group = groups[path.GetNameToken().GetId()];
      if (group == IdMap::kNone) {
        group = static_cast<uint32_t>(sizes.size());
        sizes.push_back(0);
      }
      ++sizes[group];
      properties.push_back({spec, path, group});
    }
    auto start = static_cast<uint32_t>(order_.size());
    for (uint32_t& size : sizes) start += std::exchange(size, start);
    order_.resize(start);
    for (const auto& property : properties) order_[sizes[property.group]++] = {property.spec, property.path};
  }

  void PackSpecs() {
    const layer::FieldNames& names = layer::GetFieldNames();
    specs_.Reserve(order_.size());
    std::vector<uint32_t> fields;
    for (const auto& [spec, path] : order_) {
      if (out_.HasFailed()) return;
      const SpecStore::SpecView view = content_.ViewOf(spec);
      fields.clear();
      for (const SpecStore::Field& field : view) {
        if (field.name == names.targetChildren || field.name == names.connectionChildren) continue;
        const ValueRep rep = values_.Pack(field.value);
        if (!values_.GetProblem().empty()) Report(path, field.name);
        fields.push_back(fields_.Add(tokens_.Add(field.name), rep, ValuePacker::IsOpen(rep)));
      }
      if (!path.IsAbsolute())
        Report(fmt::format("The path <{}> of a spec is relative.", path.GetString()), path);
      specs_.Add(paths_.Add(path), sets_.Add(fields), static_cast<uint32_t>(view.GetType()));
    }
  }

  uint64_t WriteSections(const PathTree& tree) {
    fields_.Settle([this](ValueRep rep) { return values_.Settle(rep); }, sets_);
    return strata::format::crate::WriteSections({tokens_, fields_, sets_, specs_, tree, paths_.GetCount()},
                                                out_, options_.executor);
  }

  static std::string MakeBootstrap(Version version, uint64_t contents) {
    std::string bytes(kMagic);
    bytes.resize(kBootstrapBytes);
    bytes[kVersionOffset] = static_cast<char>(version.major);
    bytes[kVersionOffset + 1] = static_cast<char>(version.minor);
    bytes[kVersionOffset + 2] = static_cast<char>(version.patch);
    std::memcpy(bytes.data() + kContentsOffset, &contents, sizeof contents);
    return bytes;
  }

  void Remark(Version asked) const {
    if (!options_.remarks || values_.GetNeededVersion() <= asked) return;
    options_.remarks->Add(
        Diagnostic(kCrateUpgraded,
                   fmt::format("The file is written as usdc {} rather than {}, for {}.",
                               GetText(values_.GetNeededVersion()), GetText(asked), values_.GetNeededFor()),
                   {}, "Programs that read only older versions cannot open it."));
  }

  // What could not be packed, of a field.
  void Report(Path path, Token field) {
    Report(field.IsEmpty() ? fmt::format("A value cannot be written as usdc: {}.", values_.GetProblem())
                           : fmt::format("The field '{}' cannot be written as usdc: {}.", field.GetText(),
                                         values_.GetProblem()),
           path);
    values_.ClearProblem();
  }
  void Report(std::string message, Path path) {
    SourceLocation where;
    where.path = path.GetString();
    problems_.Add(Diagnostic(kCrateUnwritable, std::move(message), std::move(where),
                             "Remove it or change it, or write the layer as usda."));
  }
  Diagnostic FoldProblems() const {
    const std::vector<Diagnostic>& all = problems_.GetAll();
    Diagnostic folded = all.front();
    for (size_t i = 1; i < all.size(); ++i) folded.notes.push_back({all[i].message, all[i].location});
    return folded;
  }

  struct OrderedSpec {
    SpecStore::SpecIndex spec = 0;
    Path path;
  };

  const SpecStore& content_;
  const layer::WriteOptions& options_;
  Output& out_;
  TokenNumbers tokens_;
  PathNumbers paths_;
  ValuePacker values_;
  FieldTable fields_;
  FieldSets sets_;
  SpecTable specs_;
  std::vector<OrderedSpec> order_;
  Diagnostics problems_{kMostProblems};
};

}  // namespace

Result<std::string> WriteCrateToString(const layer::SpecStore& content, const layer::WriteOptions& options) {
  std::string bytes;
  Output out(bytes);
  STRATA_CHECK(CrateWriter(content, options, out).Write());
  return bytes;
}

Result<void> WriteCrateToFile(const layer::SpecStore& content, const std::string& path,
                              const layer::WriteOptions& options) {
  const TraceScope trace("crate.write", path);
  STRATA_TRY(std::unique_ptr<AtomicFileWriter> file, AtomicFileWriter::Open(path, options.flush));
  if (!file->CanPatch()) {  // a pipe: the beginning, known last, cannot wait
    STRATA_TRY(const std::string bytes, WriteCrateToString(content, options));
    STRATA_CHECK(file->Write(bytes));
    return file->Commit();
  }
  Output out(*file);
  Result<void> written = CrateWriter(content, options, out).Write();
  if (!written) {
    Diagnostic why = written.TakeError();
    if (why.location.file.empty()) why.location.file = path;
    return why;
  }
  return file->Commit();
}

}  // namespace strata::format::crate
