// Traffic lights whose colors come from a feed: what the program tells is dirtied, and nothing else.
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

#include "strata/compute/compute.h"
#include "strata/context/engine.h"

using namespace strata;

int main(int, char** arguments) {
  const context::Engine engine;
  Diagnostics remarks;
  const auto stage = engine.OpenStage(arguments[1], {}, remarks);
  if (!stage) return 1;
  std::map<std::string, Vec3f> feed;  // what the last message said of each light
  std::mutex mutex;                   // guards it: computations may be called from any thread
  const Token light("light:color"), color("primvars:displayColor");
  compute::Computation shine;
  shine.output = shine.name = light;
  shine.schemas = {Token("Sphere")};
  shine.function = [&](const compute::Arguments& a) -> Result<compute::Datum> {
    const std::lock_guard lock(mutex);
    const auto told = feed.find(a.GetPrim().GetName().GetString());
    if (told == feed.end()) return compute::Datum();  // as authored
    return compute::Datum(Value(Array<Vec3f>{told->second}));
  };
  auto registry = std::make_shared<compute::Registry>();
  if (!registry->Add(std::move(shine))) return 1;
  registry->Add(compute::MakeValueOf(light, color, {Token("Sphere")}));

  compute::System system(*stage, registry);
  system.SetListener([](const compute::ComputedChanges& changes) {
    for (const Path path : changes.properties) std::printf("dirty: %s\n", path.GetString().c_str());
  });
  const auto print = [&](const char* name) {
    const stage::Attribute attribute = (*stage)->GetPrimAtPath(Path(name)).GetAttribute(color);
    const Value value = system.GetValue(attribute, 0).value_or(attribute.Get(0));
    const Vec3f& shown = value.GetOr(Array<Vec3f>{{}})[0];
    std::printf("%s: (%g, %g, %g)\n", name, shown[0], shown[1], shown[2]);
  };
  print("/North");
  print("/East");
  {
    const std::lock_guard lock(mutex);
    feed["North"] = {0, 1, 0};
  }
  system.Invalidate({{Path("/North"), light}});
  print("/North");
  print("/East");
  return 0;
}
