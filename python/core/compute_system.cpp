// strata.Compute: the computations of one stage.
#include "python/core/compute.h"
#include "python/core/reading.h"
#include "strata/domain/bounds.h"
#include "strata/domain/xformable.h"

namespace strata::python {

using compute::Datum;
using compute::System;
using compute::ValueKey;

namespace {

struct RequestObject {
  std::shared_ptr<System> system;
  StageObjectPtr stage;
  std::shared_ptr<compute::Request> request;
};

nb::list ToList(const std::vector<Datum>& answers) {
  nb::list all;
  for (const Datum& answer : answers) all.append(ToPython(answer));
  return all;
}

nb::object Explain(SystemObject& self, const PrimObject& prim, Token output, TimeArgument time) {
  const compute::Network& network = self.system->GetNetwork();
  const stage::Prim& asked = Check(prim);
  const std::vector<compute::Network::Step> all = [&] {
    const Reading reading;
    const auto asking = network.Ask();
    compute::Network::Node* node = network.Find(asked, output);
    return node ? network.Explain(*node, time.time) : std::vector<compute::Network::Step>();
  }();
  nb::list steps;
  for (const compute::Network::Step& each : all) {
    nb::dict step;
    step["name"] = nb::cast(each.name);
    step["module"] = each.module;
    step["answer"] = ToPython(each.answer);
    step["evaluations"] = each.evaluations;
    step["seconds"] = static_cast<double>(each.nanoseconds) / 1e9;
    nb::list sources;
    for (const compute::Network::Step::Source& source : each.sources) {
      if (!source.attribute.IsEmpty()) sources.append(nb::cast(source.attribute));
      for (const ValueKey& key : source.computed)
        sources.append(nb::make_tuple(nb::cast(key.provider), nb::cast(key.output)));
    }
    step["inputs"] = sources;
    steps.append(step);
  }
  return steps;
}

nb::object GetWorldBound(SystemObject& self, const PrimObject& prim, TimeArgument time,
                         const std::vector<Token>& purposes) {
  domain::BoundsOptions options;
  options.time = time.time;
  options.computed = self.system.get();
  if (!purposes.empty()) options.purposes = purposes;
  const stage::Prim& asked = Check(prim);
  const Range3d range = [&] {
    const Reading reading;
    return domain::BoundsCache(*self.stage->stage, options).ComputeWorldBound(asked).ComputeAlignedRange();
  }();
  nb::object made = nb::module_::import_("strata.Gf").attr("Range3d")();
  if (range.IsEmpty()) return made;
  return nb::module_::import_("strata.Gf").attr("Range3d")(range.min, range.max);
}

System::Invalidation MakeInvalidation(const nb::object& callback) {
  if (callback.is_none()) return {};
  return [kept = Keep(callback)](const std::vector<size_t>& keys) {
    const nb::gil_scoped_acquire held;
    try {
      kept->Get()(nb::cast(keys));
    } catch (nb::python_error& error) {
      error.discard_as_unraisable("a request of computed values");
    }
  };
}

void BindQuestions(nb::class_<SystemObject>& cls) {
  cls.def(
      "Compute",
      [](SystemObject& self, const PrimObject& prim, Token output, TimeArgument time) {
        const stage::Prim& asked = Check(prim);
        Datum answer;
        {
          const Reading reading;
          answer = self.system->Compute(asked, output, time.time);
        }
        return ToPython(answer);
      },
      "prim"_a, "output"_a, "time"_a = TimeArgument(), "None where the prim has no such output.");
  cls.def(
      "GetValue",
      [](SystemObject& self, const AttributeObject& attribute, TimeArgument time) {
        const stage::Attribute asked = GetAttribute(attribute);
        Value value;
        {
          const Reading reading;
          if (std::optional<Value> made = self.system->GetValue(asked, time.time)) value = *std::move(made);
          if (value.IsEmpty()) value = asked.Get(time.time);
        }
        return ToPython(value);
      },
      "attribute"_a, "time"_a = TimeArgument(), "What is computed, else what is authored.");
  cls.def(
      "GetLocalToWorldTransform",
      [](SystemObject& self, const PrimObject& prim, TimeArgument time) {
        const stage::Prim& asked = Check(prim);
        const Reading reading;
        return domain::XformCache(time.time, self.system.get()).GetLocalToWorldTransform(asked);
      },
      "prim"_a, "time"_a = TimeArgument());
  cls.def("ComputeWorldBound", &GetWorldBound, "prim"_a, "time"_a = TimeArgument(),
          "includedPurposes"_a = std::vector<Token>(), "A Gf.Range3d around what is computed.");
  cls.def("Explain", &Explain, "prim"_a, "output"_a, "time"_a = TimeArgument(),
          "Each step in its order: name, module, answer, inputs, evaluations, seconds.");
  cls.def(
      "GetDiagnostics", [](SystemObject& self) { return ToPython(self.system->GetDiagnostics()); },
      "What is wrong now, by prim: dictionaries of code, path, message, hint, and notes of text, file and "
      "line.");
}

}  // namespace

compute::SystemOptions ShareRegistry(RegistryObject& registry, double max_seconds_per_call) {
  registry.is_shared = true;
  registry.allowed->Allow(max_seconds_per_call);
  compute::SystemOptions options;
  options.network.max_seconds_per_call = max_seconds_per_call;
  options.network.wait_for_readers = [] { WaitForReaders(); };
  options.while_asked = &ReadForWhoHoldsTheLock;
  return options;
}

void BindSystems(nb::module_& compute) {
  nb::class_<SystemObject> cls(compute, "System",
                               "The computations of a stage: answers are made when they are asked for, kept, "
                               "and made anew when something they need changed.");
  cls.def(
      "__init__",
      [](SystemObject* self, StageObject& stage, RegistryObject& registry, double seconds) {
        compute::SystemOptions options = ShareRegistry(registry, seconds);
        new (self) SystemObject{stage.shared_from_this(), registry.library,
                                std::make_shared<System>(stage.stage.Own(), registry.registry, options),
                                registry.metrics};
      },
      "stage"_a, "registry"_a, "maxSecondsPerCall"_a = 60.0);
  BindQuestions(cls);
  BindMetrics(cls);
  cls.def("GetStage", [](SystemObject& self) { return self.stage; });
  cls.def("GetEvaluationCount",
          [](SystemObject& self) { return self.system->GetNetwork().GetEvaluationCount(); });
  cls.def(
      "Reload",
      [](SystemObject& self) {
        const Reading reading;
        const bool has_outdated = self.library->ForgetOutdated();
        compute::RestartSimulations(*self.system);
        return has_outdated;
      },
      "Loads modules of simulations anew whose files have changed. True where there were any.");
  cls.def(
      "Invalidate",
      [](SystemObject& self, const std::vector<std::pair<PathArgument, Token>>& keys) {
        std::vector<ValueKey> outputs;
        for (const auto& [path, output] : keys) outputs.push_back({path, output});
        const Reading reading;
        self.system->Invalidate(std::move(outputs));
      },
      "keys"_a, "Outputs, by path and name, that their functions make otherwise now.");
  cls.def(
      "ChangeTime",
      [](SystemObject& self, TimeArgument from, TimeArgument to) {
        const Reading reading;
        self.system->ChangeTime(from.time, to.time);
      },
      "before"_a, "after"_a, "Tells requests of values that differ between two times.");
  cls.def(
      "MakeRequest",
      [](SystemObject& self, const std::vector<std::pair<PathArgument, Token>>& keys,
         const nb::object& on_values, const nb::object& on_time) {
        std::vector<ValueKey> asked;
        for (const auto& [path, output] : keys) asked.push_back({path, output});
        return RequestObject{self.system, self.stage,
                             self.system->MakeRequest(std::move(asked), MakeInvalidation(on_values),
                                                      MakeInvalidation(on_time))};
      },
      "keys"_a, "onValues"_a.none() = nb::none(), "onTime"_a.none() = nb::none(),
      "Values that are asked for together, by path and output. The callbacks get the numbers of keys.");

  nb::class_<RequestObject> request(compute, "Request",
                                    "Values that are asked for together, again and again.");
  request.def(
      "Compute",
      [](RequestObject& self, TimeArgument time) {
        std::vector<Datum> answers;
        {
          const Reading reading;
          answers = self.request->Compute(time.time);
        }
        return ToList(answers);
      },
      "time"_a = TimeArgument());
  request.def(
      "ComputeWithOverrides",
      [](RequestObject& self, const std::map<std::string, nb::object>& overrides, TimeArgument time) {
        compute::Overrides values;
        for (const auto& [text, object] : overrides) {
          const Path path = ReadPath(text);
          const stage::Attribute attribute = self.stage->stage->GetAttributeAtPath(path);
          const ValueTypeName* type = attribute.IsDefined() ? attribute.GetValueTypeName() : nullptr;
          values[path] = FromPython(object, type ? type->type : ValueType::kEmpty);
        }
        std::vector<Datum> answers;
        Diagnostics remarks;
        {
          const Reading reading;
          answers = self.request->ComputeWithOverrides(time.time, values, remarks);
        }
        for (const Diagnostic& each : remarks.GetAll()) Raise(each);
        return ToList(answers);
      },
      "overrides"_a, "time"_a = TimeArgument(),
      "As if attributes, by path, had these values, each in the units of the layer that gives the attribute "
      "its value. Tf.ErrorException where one casts to no value of its attribute, or names none.");
}

}  // namespace strata::python
