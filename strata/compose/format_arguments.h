// File formats whose arguments follow from what is said of the prim that has a file of theirs as a payload.
//   (PcpDynamicFileFormatInterface, PcpDynamicFileFormatContext)
//
// Such a format asks for fields and attributes of the prim, as composed of all that is stronger than the
// payload. Its answer becomes arguments of the layer: each set of arguments is a layer of its own. What was
// asked for is kept with the prim index; an edit of that, there or not, composes the index anew.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "strata/layer/registry.h"
#include "strata/path/path.h"
#include "strata/value/value.h"

namespace strata::compose {

// What a format may ask of the prim. Valid for the call that it is handed to.
class ArgumentContext {
 public:
  // A field of the prim: the strongest opinion; dictionaries are composed. Nothing when no one speaks, and
  // for fields that steer composition.
  virtual std::optional<Value> ComposeValue(Token field) = 0;
  // All opinions, strongest first.
  virtual std::vector<Value> ComposeValueStack(Token field) = 0;
  // The strongest default value of an attribute of the prim.
  virtual std::optional<Value> ComposeAttributeDefaultValue(Token attribute) = 0;

 protected:
  ~ArgumentContext() = default;
};

// A second base of a layer::FileFormat. Thread-safe, as formats are.
class DynamicFileFormat {
 public:
  using Arguments = std::map<std::string, std::string>;

  virtual ~DynamicFileFormat() = default;
  // Adds to `arguments` of the file `asset_path`; they count over those that the path has itself. What is put
  // into `data` comes back with the questions below.
  virtual void ComposeFieldsForFileFormatArguments(const std::string& asset_path, ArgumentContext& context,
                                                   Arguments& arguments, Value& data) const = 0;
  // Whether an edit of a field that was asked for can change the arguments. Values are empty where nothing
  // was or is said; both are where they are not known.
  virtual bool CanFieldChangeAffectFileFormatArguments(Token field, const Value& before, const Value& after,
                                                       const Value& data) const {
    (void)field, (void)before, (void)after, (void)data;
    return true;
  }
  virtual bool CanAttributeDefaultValueChangeAffectFileFormatArguments(Token attribute, const Value& before,
                                                                       const Value& after,
                                                                       const Value& data) const {
    (void)attribute, (void)before, (void)after, (void)data;
    return true;
  }
};
using DynamicFileFormatPtr = std::shared_ptr<const DynamicFileFormat>;

// The format of a file by its extension and target; null unless it is a dynamic one.
DynamicFileFormatPtr FindDynamicFormat(const layer::LayerRegistry& registry, const std::string& asset_path);

// What one payload's arguments were composed of.
struct ComposedArguments {
  struct Opinion {
    Token name;  // of a field or an attribute
    bool is_attribute = false;
    layer::LayerPtr layer;
    Path path;  // of the prim spec
  };
  struct Site {
    uint32_t layer_stack = 0;  // number in the cache
    Path path;
    friend bool operator==(const Site& a, const Site& b) {
      return a.layer_stack == b.layer_stack && a.path == b.path;
    }
  };
  DynamicFileFormatPtr format;
  Site site;                               // that has the payload
  layer::LayerPtr layer;                   // that writes it
  uint32_t number = 0;                     // of the payload among those of the site
  std::string asset_path;                  // with all its arguments, as it was opened
  DynamicFileFormat::Arguments arguments;  // the composed ones
  Value data;
  std::set<Token> fields, attributes;  // asked for, said or not
  std::vector<Opinion> opinions;       // those that were found, in the order of asking
  std::vector<Site> asked;             // where they were looked for

  bool DependsOn(const Site& where) const;
};

}  // namespace strata::compose
