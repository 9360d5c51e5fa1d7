// Reads usda text into a SpecStore in one pass.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/format/text/lexer.h"
#include "strata/format/text/value_reader.h"
#include "strata/layer/file_format.h"
#include "strata/layer/source_map.h"

namespace strata::format::text {

// The list of a list op that a statement writes.
enum class ListEdit : uint8_t { kExplicit, kAdd, kDelete, kAppend, kPrepend, kReorder };
// The kinds of block that metadata in parentheses belongs to.
enum class Owner : uint8_t { kLayer, kPrim, kVariant, kAttribute, kRelationship };

// Prims, variant sets and variants nest on an explicit stack, so depth in the file costs no depth here.
class Reader {
 public:
  Reader(const asset::Asset& asset, const std::string& identifier, const layer::ReadOptions& options,
         layer::SpecStore& out, Diagnostics& diagnostics);
  // False when anything is wrong; every error is then in the diagnostics.
  bool ReadFile();

  // -- in pieces (reader_pieces.cpp): a big file read by several readers at the same time, each over a part
  // of it that begins with the line of a prim (pieces.h). Each stops at the first thing that is wrong:
  // whoever reads in pieces then reads the whole to report it.
  bool ReadFirstPiece(size_t piece_count);
  // `open_prims`: those whose blocks are taken to be open where the piece begins, outermost first. Only
  // prims may be written into them in this piece.
  bool ReadNextPiece(const std::vector<Path>& open_prims);
  // Takes over what `next` has read of the piece after this one. False when that piece was read as the
  // content of other prims than those open here, or a prim is in both.
  bool Append(Reader& next);
  bool FinishPieces();  // after the last one; false when a block is still open

 private:
  using SpecIndex = layer::SpecStore::SpecIndex;
  enum class Block : uint8_t { kLayer, kPrim, kVariantSet, kVariant };
  struct Frame {
    Block block = Block::kLayer;
    Path path;
    SpecIndex spec = 0;
    Token variant_set;
    Mark opened;
    bool expects_properties = false;  // the spec has a list of properties that is still a guess
    bool is_elsewhere = false;        // opened in an earlier piece; spec means nothing
    std::vector<Token> prims, properties,
        variants;  // names of children; `variants`: of sets in a prim, of variants in a set
  };

  // -- blocks (reader.cpp)
  bool ReadHeader();
  bool CheckVersion(std::string_view line, Mark mark);
  void ReadBody();
  void ReserveSpecs();
  bool ReadStart();
  void CloseBlocks();
  void ReadStatementOf(Frame& frame);
  bool ReadPrimHead(Token specifier_word, Mark mark);
  bool ReadVariantSetHead(Mark mark);
  bool ReadVariantHead();
  bool ReadReorder(Mark mark);
  bool ReadNameList(std::vector<Token>& out);
  Frame& Push(Block block, Path path, SpecIndex spec, Mark mark);
  void Pop();
  void SetProperties(const Frame& frame);
  void EndStatement(bool good, bool may_end_in_semicolon);
  void ForgetVariants(SpecIndex set, const std::vector<Token>& kept);
  Value ShareNames(const std::vector<Token>& names);
  static Path ScenePathOf(Path path);  // of the prim there, variant selections left out

  // -- properties (read_properties.cpp)
  bool ReadProperty(ListEdit edit, std::string_view word, Mark mark);
  bool ReadRelationship(ListEdit edit, bool custom, Variability variability, Mark mark);
  bool ReadAttribute(ListEdit edit, bool custom, Variability variability, std::string_view type_word,
                     Mark mark);
  bool ReadTypeName(std::string_view word, Mark mark);
  bool MakeAttribute(Token name, bool custom, Variability variability, Mark name_mark, Mark mark);
  bool ReadSharedTokens(Value& out);
  bool ReadAttributeValue(Value& out);
  bool ReadTimeSamples();
  bool ReadTargets(ListEdit edit, Token field, Mark mark);
  bool CheckTarget(Path path, Mark mark, bool is_connection);
  SpecIndex MakeProperty(Token name, layer::SpecType type, bool& is_new);

  // -- metadata (read_metadata.cpp)
  bool ReadMetadata(Owner owner, SpecIndex spec, Path path);
  bool ReadMetadataItem(Owner owner, SpecIndex spec);
  // `known`: whether `word` has a rule of its own for this owner.
  bool ReadKnownMetadata(Owner owner, SpecIndex spec, ListEdit edit, std::string_view word, Mark mark,
                         bool& known);
  bool ReadField(Owner owner, SpecIndex spec, ListEdit edit, std::string_view word, Mark mark);
  bool ReadRegisteredField(const layer::FieldDefinition& definition, SpecIndex spec, ListEdit edit,
                           Mark mark);
  bool ReadPlainField(Token field, ValueType type, SpecIndex spec, ListEdit edit, Mark mark);
  bool ReadUnregisteredField(Token name, SpecIndex spec, ListEdit edit, Mark mark);
  bool ReadUnregisteredItems(std::vector<UnregisteredValue>& out);
  template <class T>
  bool ReadListOpField(Token field, SpecIndex spec, ListEdit edit, ValueType element, Mark mark);
  bool ReadStringField(Token field, SpecIndex spec, Mark mark, bool as_token);
  bool ReadIdentifierField(std::string_view word, SpecIndex spec, Mark mark);
  bool ReadDictionaryField(Token field, SpecIndex spec, Mark mark);
  bool ReadSubstitutions(Token field, SpecIndex spec, Mark mark);

  // -- composition arcs and what else layers and prims list (read_arcs.cpp)
  bool ReadSubLayers(SpecIndex spec, Mark mark);
  bool ReadRelocates(SpecIndex spec, Mark mark);
  bool ReadVariantSelections(SpecIndex spec, Mark mark);
  bool ReadVariantSetNames(SpecIndex spec, ListEdit edit, Mark mark);
  bool ReadPathList(Token field, SpecIndex spec, ListEdit edit, Mark mark);
  template <class Arc>
  bool ReadArcs(Token field, SpecIndex spec, ListEdit edit, Mark mark);
  template <class Arc>
  bool ReadArc(Arc& out);
  bool ReadLayerOffset(LayerOffset& out, std::shared_ptr<const Dictionary>* custom_data);
  bool MayHold(Path path) const;
  bool CheckPrimPath(Path path, Mark mark);
  // Puts items in their list of the op that `field` holds; an explicit list replaces the others and the other
  // way round.
  template <class T>
  void SetItems(SpecIndex spec, Token field, ListEdit edit, std::vector<T> items, Mark mark);
  template <class T>
  bool FailOnDuplicates(const std::vector<T>& items, Token field, Mark mark);
  bool FailOnEmptyEdit(size_t count, ListEdit edit, Mark mark);

  bool ExpectAssignment();  // "=" and the spaces around it
  void SetField(SpecIndex spec, Token field, Value value, Mark mark);

  const layer::ReadOptions& options_;
  const layer::FieldRegistry& fields_;
  const layer::FieldNames& names_;
  layer::SpecStore& out_;
  Lexer lexer_;
  ValueReader values_;

  const bool accepts_variant_selections_;  // in the paths of arcs and relocates, as files of old have them
  std::vector<Frame> stack_;
  size_t depth_ = 0;  // frames in use

  enum class Part : uint8_t { kWhole, kFirst, kNext } part_ = Part::kWhole;
  size_t piece_count_ = 1;
  std::vector<Path> open_prims_;                      // where this piece begins
  std::vector<std::vector<Token>> closed_elsewhere_;  // the prims of blocks opened elsewhere, innermost first

  // The property being read.
  Token property_name_;
  Path property_path_;
  SpecIndex property_ = 0;
  Token type_name_;
  const ValueTypeName* type_ = nullptr;  // null: unknown
  bool type_is_array_ = false;

  // What a type word means, by its token and whether [] follows.
  struct CachedType {
    uint64_t key = 0;
    Token name;
    const ValueTypeName* type = nullptr;
  };
  static constexpr size_t kCachedTypes = 256;
  std::vector<CachedType> types_;
  std::vector<Token> named_variant_sets_;  // by the metadata of the prim or variant about to be entered
  std::vector<Token> last_properties_;     // of the prim that ended last
  Token last_prim_type_;                   // known to be no keyword
  static constexpr size_t kSharedLists = 64;
  std::vector<Value> shared_lists_;  // lists of names met lately
  struct SharedValue {
    std::string text;
    Value value;
  };
  std::vector<SharedValue> shared_values_;          // short lists of tokens met lately, by their text
  static constexpr size_t kFirstEstimate = 8192;    // specs
  static constexpr double kMostReserved = 1 << 24;  // specs; the file may not keep what it promises
  bool has_reserved_ = false;
  std::string scratch_;
};

// The registry to use where none is given.
const layer::FieldRegistry& GetBuiltInFields();

// "prepend" and the others; false when `word` is none of them.
bool ListEditFromWord(std::string_view word, ListEdit& out);

}  // namespace strata::format::text
