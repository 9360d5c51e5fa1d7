// UsdValidation: what strata/UsdValidation.py asks of the engine.
#include "python/core/reading.h"
#include "python/core/usd.h"
#include "strata/validate/validate.h"

namespace strata::python {

namespace {

using validate::Validator;

const Validator* Find(Token name) {
  const Validator* found = validate::ValidatorRegistry::GetBuiltIn()->Find(name);
  if (!found) throw nb::key_error(name.GetString().c_str());
  return found;
}

// (validator, error, 1 error 2 warning 3 info, message, [(layer's identifier, path)])
nb::list Show(const std::vector<validate::Finding>& findings) {
  nb::list out;
  for (const validate::Finding& one : findings) {
    nb::list sites;
    for (const validate::Site& site : one.sites) sites.append(nb::make_tuple(site.layer, site.path));
    const int type = one.type == validate::FindingType::kError     ? 1
                     : one.type == validate::FindingType::kWarning ? 2
                                                                   : 3;
    out.append(nb::make_tuple(one.validator, one.error, type, one.message, sites));
  }
  return out;
}

validate::TimeRange ReadTimes(const std::optional<std::pair<double, double>>& interval, bool has_default) {
  validate::TimeRange times;
  times.interval = interval;
  if (!has_default) times.default_time = validate::TimeRange::DefaultTime::kExclude;
  return times;
}

}  // namespace

void BindValidation(nb::module_& core) {
  nb::module_ module = MakeModule(core, "UsdValidation", "Checks of layers, stages and prims.");
  module.def("_All", [] {
    nb::list out;
    for (const Validator* one : validate::ValidatorRegistry::GetBuiltIn()->GetAll()) {
      std::vector<std::tuple<Token, std::string, std::vector<Token>, std::vector<Token>>> fixers;
      for (const validate::Fixer& fixer : one->fixers)
        fixers.emplace_back(fixer.name, fixer.description, fixer.errors, fixer.keywords);
      const char* kind = one->check_layer ? "layer" : one->check_stage ? "stage" : "prim";
      out.append(nb::make_tuple(one->name, one->documentation, one->keywords, one->schema_types,
                                one->is_time_dependent, one->contains, kind, fixers));
    }
    return out;
  });
  module.def(
      "_CheckStage",
      [](Token name, const StageObjectPtr& s, std::optional<std::pair<double, double>> interval,
         bool has_default) {
        const validate::StageScope scope(*s->stage, ReadTimes(interval, has_default));
        validate::Findings found;
        found.SetValidator(name);
        if (const Validator* one = Find(name); one->check_stage) {
          const Reading reading;
          one->check_stage(scope, found);
        }
        return Show(found.GetAll());
      },
      "name"_a, "stage"_a, "interval"_a.none(), "hasDefault"_a);
  module.def(
      "_CheckPrim",
      [](Token name, const PrimObject& p, std::optional<std::pair<double, double>> interval,
         bool has_default) {
        const validate::StageScope scope(*Check(p).GetStage(), ReadTimes(interval, has_default));
        validate::Findings found;
        found.SetValidator(name);
        if (const Validator* one = Find(name); one->check_prim) one->check_prim(p.prim, scope, found);
        return Show(found.GetAll());
      },
      "name"_a, "prim"_a, "interval"_a.none(), "hasDefault"_a);
  module.def("_CheckLayer", [](Token name, const layer::LayerPtr& layer) {
    validate::Findings found;
    found.SetValidator(name);
    if (const Validator* one = Find(name); one->check_layer) one->check_layer(*layer, found);
    return Show(found.GetAll());
  });
}

}  // namespace strata::python
