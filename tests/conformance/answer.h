// The program that answers conformance questions: what its parts share.
//
// A question is one line of JSON on standard input, the answer one line on standard output: {"answer": ...}
// in the oracle's own form, or {"notAnswered": why}. Every question starts from a fresh set of layers,
// formats and fields.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "strata/compose/compose.h"
#include "strata/layer/registry.h"
#include "strata/schema/registry.h"
#include "strata/stage/stage.h"
#include "strata/value/value.h"

namespace strata::conformance {

using Json = nlohmann::json;

// Thrown by the parts for a question that the engine does not answer yet; caught by the main loop.
struct NotAnswered : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// -- values (answer_values.cpp) ------------------------------------------------------------------------

// How asset paths are shown: as authored, or with what they evaluate and resolve to.
enum class AssetForm : uint8_t { kAuthored, kResolved };
Json ToJson(const Value& value, AssetForm assets = AssetForm::kAuthored);
Json ToJson(const Reference& reference);
Json ToJson(const Payload& payload);
Json NumberToJson(double number);
Json ToJson(const LayerOffset& offset);  // [offset, scale]
std::string HashText(std::string_view text);

// -- what a question stands on (answer.cpp) --------------------------------------------------------------

// Layers, formats and fields of one question; fields of its `plugInfo` are registered.
std::shared_ptr<layer::LayerRegistry> MakeRegistry(const Json& question);
// The stage of the root layer that a question names, with the built-in schemas. NotAnswered when it does not
// open.
stage::StagePtr OpenWithSchemas(const Json& question);
// The built-in schemas, and those of its `plugInfo`.
std::shared_ptr<const schema::Registry> MakeSchemas(const Json& question, const layer::FieldRegistry& fields);
// A file of the question's data folder as an absolute path.
std::string GetDataPath(const Json& question, const std::string& file);
// The layer's path below the folder; the whole identifier when it lies elsewhere.
std::string NameLayer(const layer::Layer& layer, const std::string& folder);
std::string GetFolder(const std::string& path);
bool GetSwitch(const Json& question, const char* name, bool by_default);

// -- the kinds ----------------------------------------------------------------------------------------------

Json AnswerLayer(const Json& question);
Json AnswerTable(const Json& question);
Json AnswerComposition(const Json& question);
Json AnswerMuseum(const Json& question);
Json AnswerStage(const Json& question);
Json AnswerScene(const Json& question);
Json AnswerSchema(const Json& question);
Json AnswerDefinition(const Json& question);
Json AnswerSkeleton(const Json& question);
Json AnswerViews(const Json& question);
Json AnswerUdim(const Json& question);
Json AnswerNodes(const Json& question);
Json AnswerDomain(const Json& question);  // answer_domain.cpp
Json AnswerColor(const Json& question);   // answer_domain.cpp
// The `geom` part of an answer about a stage.
Json DescribeGeometry(const stage::Stage& stage);

}  // namespace strata::conformance
