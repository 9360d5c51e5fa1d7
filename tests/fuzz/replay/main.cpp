// Runs one fuzz target without a fuzzer: over the inputs that once broke it, and over mutations of its own
// where it makes them. Usage: replay_<name> MUTATIONS FOLDER...
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count);
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t* bytes, size_t count, size_t most,
                                                                unsigned seed);

int main(int argc, char** argv) {
  size_t inputs = 0;
  for (int i = 2; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
      ++inputs;
    }
  }
  const long mutations = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 0;
  constexpr size_t kMost = 1 << 16;
  std::vector<uint8_t> buffer(kMost);
  size_t size = 0;
  for (long i = 0; i < mutations && &LLVMFuzzerCustomMutator; ++i) {
    if (i % 8 == 0) size = 0;  // from a fresh seed
    size = LLVMFuzzerCustomMutator(buffer.data(), size, kMost, static_cast<unsigned>(i));
    LLVMFuzzerTestOneInput(buffer.data(), size);
  }
  std::printf("%zu inputs and %ld mutations held\n", inputs, mutations);
  return 0;
}
