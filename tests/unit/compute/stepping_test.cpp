#include <atomic>
#include <cmath>

#include "tests/unit/compute/running.h"

// Computations with a state: what rows W1, W3 and W4 ask of them.
namespace strata::compute {

namespace {

// A ball on a spring whose rest length is the size of the cube; told apart to the last bit.
struct Ball {
  double place = 0, speed = 0;
  friend bool operator==(const Ball&, const Ball&) = default;
};

struct Counts {
  std::atomic<int> inits = 0, steps = 0, answers = 0;
};

std::shared_ptr<Registry> MakeSpring(Counts& counts, const std::function<void(Stepping&)>& change = {}) {
  auto registry = std::make_shared<Registry>();
  Stepping stepping;
  stepping.init = [&](const Arguments& a) -> Result<Datum> {
    ++counts.inits;
    return Datum::Of(Ball{a.GetOr(0, 0.0) + 1, 0});
  };
  stepping.step = [&](const Arguments& a) -> Result<Datum> {
    ++counts.steps;
    Ball ball = *a.GetState().GetIf<Ball>();
    ball.speed += (a.GetOr(0, 0.0) - ball.place) * std::sin(ball.place) * a.GetStepSeconds();
    ball.place += ball.speed * a.GetStepSeconds();
    return Datum::Of(ball);
  };
  if (change) change(stepping);
  Computation computation;
  computation.output = computation.name = Token("spring");
  computation.schemas = {Token("Cube")};
  computation.inputs = {in::Attribute(Token("size"))};
  computation.stepping = std::make_shared<const Stepping>(std::move(stepping));
  computation.function = [&](const Arguments& a) -> Result<Datum> {
    ++counts.answers;
    return Datum(Value(a.GetState().GetIf<Ball>()->place));
  };
  REQUIRE(registry->Add(std::move(computation)));
  registry->Publish(Token("spring"), scene::DataSourceLocator::Parse("spring/place"));
  return registry;
}

constexpr const char* kScene =
    "(\n    startTimeCode = 0\n    endTimeCode = 200\n)\ndef Cube \"A\" {\n    double size.timeSamples = {\n"
    "        0: 2,\n        50: 5,\n        100: 1,\n    }\n}\ndef Cube \"Still\" {\n    double size = "
    "3\n}\n";

double Spring(Running& running, double time, const char* path = "/A") {
  return running.GetSystem().Compute(running.At(path), Token("spring"), time).GetValue().GetOr(-1.0);
}

}  // namespace

TEST_CASE("W1: playing, jumping and going back and forth give the same to the last bit") {
  Counts counts;
  Running played(std::string(kScene), MakeSpring(counts));
  std::vector<double> all;
  for (int time = 0; time <= 100; ++time) all.push_back(Spring(played, time));
  CHECK(counts.inits == 1);
  CHECK(counts.steps == 100);
  Running jumped(std::string(kScene), MakeSpring(counts));
  CHECK(Spring(jumped, 100) == all[100]);
  Running scrubbed(std::string(kScene), MakeSpring(counts));
  for (int time : {100, 50, 100, 3, 99, 0, 57})
    CHECK(Spring(scrubbed, time) == all[static_cast<size_t>(time)]);
  // Between ticks the last one holds, before the first the first.
  CHECK(Spring(played, 57.9) == all[57]);
  CHECK(Spring(played, -10) == all[0]);
}

TEST_CASE("W1: checkpoints bound how far back a seek goes, and how many are kept") {
  Counts counts;
  Running running(std::string(kScene), MakeSpring(counts));
  const double end = Spring(running, 200);
  CHECK(counts.steps == 200);
  Spring(running, 155);
  CHECK(counts.steps == 205);
  Counts few;
  Running thin(std::string(kScene), MakeSpring(few, [](Stepping& stepping) {
                 stepping.ticks_per_checkpoint = 1;
                 stepping.max_checkpoints = 8;
               }));
  CHECK(Spring(thin, 200) == end);
  Spring(thin, 155);
  CHECK(few.steps <= 200 + 32);
}

TEST_CASE("W3: ten pulls at one time are one evaluation") {
  Counts counts;
  Running running(std::string(kScene), MakeSpring(counts));
  for (int i = 0; i < 10; ++i)
    scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path("/A")).data,
                              scene::DataSourceLocator::Parse("spring/place"));
  CHECK(counts.answers == 1);
}

TEST_CASE("W4: a state moves with the time though nothing it reads has samples") {
  Counts counts;
  Running running(std::string(kScene), MakeSpring(counts));
  const auto pull = [&] {
    return scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path("/Still")).data,
                                     scene::DataSourceLocator::Parse("spring/place"))
        .value_or(-1);
  };
  running.GetChain().stage->SetTime(1);
  const double before = pull();
  running.TakeNotices();
  running.GetChain().stage->SetTime(2);
  CHECK(running.TakeNotices() == "dirtied /Still {spring/place}");
  CHECK(pull() != before);
}

TEST_CASE("edits of what a state reads begin it anew") {
  Counts counts;
  Running running(std::string(kScene), MakeSpring(counts));
  const double before = Spring(running, 30, "/Still");
  REQUIRE(running.Edit().Set(Path("/Still.size"), 4.0));
  CHECK(Spring(running, 30, "/Still") != before);
  CHECK(counts.inits == 2);
  REQUIRE(running.Edit().Set(Path("/Still.size"), 3.0));
  CHECK(Spring(running, 30, "/Still") == before);
}

TEST_CASE("states that cannot be stepped are told of, and steps without end are refused") {
  Counts counts;
  auto registry = std::make_shared<Registry>();
  Computation broken;
  broken.output = broken.name = Token("x");
  broken.function = [](const Arguments&) -> Result<Datum> { return Datum(); };
  broken.stepping = std::make_shared<const Stepping>();
  CHECK(!registry->Add(std::move(broken)));
  Running running(std::string(kScene),
                  MakeSpring(counts, [](Stepping& stepping) { stepping.max_steps = 1000; }));
  CHECK(Spring(running, 1e12) == -1);
  CHECK(Spring(running, std::nan("")) == -1);
  CHECK(counts.steps == 0);
  CHECK(running.GetSystem().GetDiagnostics().GetAll().size() == 1);
  CHECK(Spring(running, 10) != -1);
  CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
  Running throwing(std::string(kScene), MakeSpring(counts, [](Stepping& stepping) {
                     stepping.step = [](const Arguments&) -> Result<Datum> {
                       throw std::runtime_error("no");
                     };
                   }));
  CHECK(Spring(throwing, 5) == -1);
  CHECK(Spring(throwing, 0) == 3);
}

TEST_CASE("W6: eight threads asking for many times see what one thread sees") {
  Counts counts;
  Running alone(std::string(kScene), MakeSpring(counts)), together(std::string(kScene), MakeSpring(counts));
  Executor executor(8);
  std::vector<double> found(400);
  executor.ParallelFor(found.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) found[i] = Spring(together, static_cast<double>(i * 37 % 101));
  });
  for (size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Spring(alone, static_cast<double>(i * 37 % 101)));
}

}  // namespace strata::compute
