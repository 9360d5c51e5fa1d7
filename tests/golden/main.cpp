// The main function of every golden runner: prints the answer to the case named on the command line.
#include <cstdio>
#include <string>

#include "tests/golden/golden.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: golden_<room> CASE_FOLDER\n", stderr);
    return 2;
  }
  const std::string answer = AnswerGoldenCase(argv[1]);
  return std::fwrite(answer.data(), 1, answer.size(), stdout) == answer.size() ? 0 : 1;
}
