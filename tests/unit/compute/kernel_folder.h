// Kernels compiled ahead of time for tests: a folder with the library of tests/unit/kernels, and prims that
// name what is in it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "strata/compute/kernels.h"
#include "tests/unit/compute/running.h"

namespace strata::compute {

// A folder with the library of tests/unit/kernels and a text beside it.
class KernelFolder {
 public:
  KernelFolder()
      : path_(std::filesystem::temp_directory_path() / ("strata_kernels_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
    if (const char* built = std::getenv("STRATA_TEST_KERNELS")) {
      std::filesystem::copy_file(built, path_ / "lift.so");
      is_there_ = true;
    }
  }
  ~KernelFolder() { std::filesystem::remove_all(path_); }
  bool IsThere() const { return is_there_; }
  void Write(const std::string& text) { std::ofstream(path_ / "lift.kernels") << text; }
  std::shared_ptr<const Registry> MakeRegistry() {
    auto library = std::make_shared<SimulationLibrary>();
    AddKernelFolder(*library, path_.string(), "mine");
    return *MakeStandardRegistry({}, library);
  }

 private:
  std::filesystem::path path_;
  bool is_there_ = false;
};

inline constexpr const char* kLiftText =
    "warp 1.19\nlibrary lift.so\nstate places = points  # as they are\nstate speeds = zeros\n"
    "launch lift: state places, state speeds, balls, float by = 1.5, int times = 2, dt, next places, next "
    "speeds\n";

inline std::string PointsScene(const std::string& module = "mine.lift", const std::string& more = "") {
  return "#usda 1.0\n(timeCodesPerSecond = 10)\ndef Points \"P\" (apiSchemas = "
         "[\"OmniWarpComputationAPI\"])\n{\n"
         "    string warp:sourceFile = \"" +
         module + "\"\n    point3f[] points = [(0, 0, 0), (7, 1, 0)]\n" + more +
         "}\ndef Sphere \"Ball\"\n{\n    double radius = 3\n}\n";
}

}  // namespace strata::compute
