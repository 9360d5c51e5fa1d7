// What requests make of values that stand in for those of attributes: their types and their units.
#include <string>

#include "tests/unit/compute/running.h"

namespace strata::compute {

namespace {

// Answers with what a computation of a prim is given for one attribute.
std::shared_ptr<const Registry> MakeReader(std::string_view attribute, Computation::Reads reads) {
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddStandardComputations(*registry));
  Computation read;
  read.output = read.name = Token("read");
  read.inputs = {in::Attribute(Token(attribute))};
  read.reads = reads;
  read.function = [](const Arguments& arguments) -> Result<Datum> { return arguments.Get(0); };
  REQUIRE(registry->Add(std::move(read)));
  return registry;
}

Value With(Running& running, const char* prim, const char* attribute, Value value) {
  const auto request = running.GetSystem().MakeRequest({{Path(prim), Token("read")}});
  Overrides overrides;
  overrides[Path(prim).AppendProperty(Token(attribute))] = std::move(value);
  Diagnostics remarks;
  const Value made = request->ComputeWithOverrides(0.0, overrides, remarks)[0].GetValue();
  CHECK(remarks.IsEmpty());
  return made;
}

}  // namespace

TEST_CASE("an override is cast to the type of its attribute, and without a cast nothing has an answer") {
  const auto registry = MakeReader("size", Computation::Reads::kInUnits);
  Running running("def Cube \"A\" {\n    double size = 2\n}\n", registry);
  CHECK(With(running, "/A", "size", Value(3.5)) == Value(3.5));
  CHECK(With(running, "/A", "size", Value(7)) == Value(7.0));
  CHECK(With(running, "/A", "size", Value(0.5f)) == Value(0.5));
  CHECK(running.GetSystem().Compute(running.At("/A"), Token("read"), 0.0).GetValue() == Value(2.0));
  const auto names = MakeReader("name", Computation::Reads::kInUnits);
  Running named("def \"A\" {\n    token name = \"x\"\n}\n", names);
  CHECK(With(named, "/A", "name", Value(std::string("y"))) == Value(Token("y")));
}

TEST_CASE(
    "overrides that cannot be are told of, each with its place and a remedy, and nothing has an answer") {
  Running running("def Cube \"A\" {\n    double size = 2\n}\n",
                  MakeReader("size", Computation::Reads::kInUnits));
  const auto request = running.GetSystem().MakeRequest({{Path("/A"), Token("read")}});
  const auto tell = [&](const Overrides& overrides) {
    Diagnostics remarks;
    CHECK(request->ComputeWithOverrides(0.0, overrides, remarks)[0].IsEmpty());
    std::string told;
    for (const Diagnostic& each : remarks.GetAll()) {
      CHECK(each.code == &kOverrideUnusable);
      CHECK_FALSE(each.hint.empty());
      told += each.location.path + ": " + each.message + "\n";
    }
    return told;
  };
  const std::string far = "/A.size: A value of type string cannot be one of </A.size>, which is a double.\n";
  CHECK(tell({{Path("/A.size"), Value(std::string("far"))}}) == far);
  CHECK(tell({{Path("/B.size"), Value(1.0)},
              {Path("/A"), Value(1.0)},
              {Path("/A.size"), Value(std::string())}}) ==
        "/A: </A> is no attribute of a prim of the stage.\n" + far +
            "/B.size: </B.size> is no attribute of a prim of the stage.\n");
  // The others do not count either, and nothing is left behind.
  CHECK(tell({{Path("/A.size"), Value(3.0)}, {Path("/B.size"), Value(1.0)}}) != "");
  CHECK(running.GetSystem().Compute(running.At("/A"), Token("read"), 0.0).GetValue() == Value(2.0));
  // What nobody declares may be of any type, and none and blocks are of all.
  CHECK(With(running, "/A", "size", Value()).IsEmpty());
}

TEST_CASE("an override is in the units of the layer that gives the value, and is turned into the prim's") {
  const std::initializer_list<std::pair<std::string, std::string>> layers = {
      {"root.usda",
       "(\n    metersPerUnit = 1\n    subLayers = [\n        @cm.usda@\n    ]\n)\ndef Sphere \"Here\" {\n    "
       "double radius = 2\n}\n"},
      {"cm.usda", "(\n    metersPerUnit = 0.01\n)\ndef Sphere \"There\" {\n    double radius = 200\n}\n"}};
  Running running(layers, MakeReader("radius", Computation::Reads::kInUnits));
  CHECK(With(running, "/Here", "radius", Value(5.0)) == Value(5.0));
  // As its layer would write it: 500 centimetres; and of another type, too.
  CHECK(With(running, "/There", "radius", Value(500.0)).GetOr(0.0) == doctest::Approx(5));
  CHECK(With(running, "/There", "radius", Value(500)).GetOr(0.0) == doctest::Approx(5));
  // Who reads what is written gets it so.
  Running written(layers, MakeReader("radius", Computation::Reads::kAsWritten));
  CHECK(With(written, "/There", "radius", Value(500.0)) == Value(500.0));
}

TEST_CASE("an override stands for all samples of its attribute") {
  auto registry = std::make_shared<Registry>();
  Computation read;
  read.output = read.name = Token("read");
  read.inputs = {in::AttributeSamples(Token("size"))};
  read.function = [](const Arguments& arguments) -> Result<Datum> {
    const auto* samples = arguments.GetIf<Samples>(0);
    return samples ? Datum(Value(samples->lower.GetOr(0.0) + samples->upper.GetOr(0.0) + samples->fraction))
                   : Datum();
  };
  REQUIRE(registry->Add(std::move(read)));
  Running running("def Cube \"A\" {\n    double size.timeSamples = { -1: 2, 1: 4 }\n}\n", registry);
  CHECK(running.GetSystem().Compute(running.At("/A"), Token("read"), 0.0).GetValue() == Value(6.5));
  CHECK(With(running, "/A", "size", Value(10)) == Value(20.0));
}

}  // namespace strata::compute
