#include "strata/pipeline/time_code_range.h"

#include "doctest/doctest.h"

namespace strata::pipeline {

namespace {
std::vector<double> Frames(std::string_view text) {
  Result<TimeCodeRange> range = TimeCodeRange::FromFrameSpec(text);
  REQUIRE(range.HasValue());
  return range->List();
}
}  // namespace

TEST_CASE("a frame spec names one time, or a range with its ends and a stride") {
  CHECK(Frames("1") == std::vector<double>{1});
  CHECK(Frames("1:4") == std::vector<double>{1, 2, 3, 4});
  CHECK(Frames("4:1") == std::vector<double>{4, 3, 2, 1});
  CHECK(Frames("1:4x2") == std::vector<double>{1, 3});
  CHECK(Frames("5:1x-1.5") == std::vector<double>{5, 3.5, 2});
  CHECK(Frames("1e1:12") == std::vector<double>{10, 11, 12});
  CHECK(Frames("0:1x0.1").size() == 11);
  CHECK(Frames("0:0.9x0.3").size() == 4);
}

TEST_CASE("a frame spec that names no frames says what should stand there") {
  for (const char* text : {"", "a", "1:", "1:2x", "1x2", "1:2:3", "1:2x0", "1:4x-1", "4:1x1", "nan", "inf",
                           "0:inf", "1 : 2", "1:2x0.0000001"}) {
    CAPTURE(text);
    Result<TimeCodeRange> range = TimeCodeRange::FromFrameSpec(text);
    REQUIRE(!range.HasValue());
    CHECK(range.GetError().code == &kFrameSpecMalformed);
  }
}

}  // namespace strata::pipeline
