// Reads the tables of the conformance corpus, where that lies beside the repository.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

// The rows of a table, or null with a line that says why.
inline nlohmann::json ReadConformanceTable(const std::string& name) {
  std::string source = __FILE__;
  std::string root = source.substr(0, source.rfind("/tests/unit/path/"));
  std::string file = root + "/../shared/conformance/tables/" + name + ".json";
  std::ifstream stream(file);
  if (!stream) return nullptr;
  return nlohmann::json::parse(stream);
}
