// strata.Compute: what Python registers, and how its functions are called.
#include <fmt/format.h>

#include <algorithm>

#include "python/core/compute.h"
#include "python/core/reading.h"

namespace strata::python {

using compute::Arguments;
using compute::Computation;
using compute::Datum;
using compute::Input;

namespace {

constexpr const char* kRemedy = "Mend the function; what would be there without it holds meanwhile.";

bool GivesMany(const Input& input) {
  return input.kind == Input::Kind::kTargets || input.kind == Input::Kind::kConnections ||
         input.kind == Input::Kind::kChildren;
}

compute::AttributeSource FindSource(const stage::Attribute& attribute, stage::Time time) {
  const stage::ResolveInfo info = attribute.GetResolveInfo(time);
  return {info.source, info.value_is_blocked, info.layer ? info.layer->GetIdentifier() : std::string(),
          info.layer_to_stage};
}

// By name, what there is of the attributes whose names begin so: their values, or where those come from.
nb::object MakeNamed(const Input& input, const Arguments& arguments) {
  nb::dict named;
  const stage::Prim& prim = arguments.GetPrim();
  for (const Token name : prim.GetAuthoredPropertyNames()) {
    if (!name.GetText().starts_with(input.name.GetText())) continue;
    const stage::Attribute attribute = prim.GetAttribute(name);
    if (!attribute.IsDefined()) continue;
    if (input.kind == Input::Kind::kSourcesNamed) {
      named[nb::cast(name)] = ToPython(Datum::Of(FindSource(attribute, arguments.GetTime())));
    } else if (const Value value = attribute.Get(arguments.GetTime()); !value.IsEmpty()) {
      named[nb::cast(name)] = ToPython(value);
    }
  }
  return named;
}

// What the class in Python gets: one object for each input, a list where there may be many.
nb::object MakeInputs(const std::vector<Input>& inputs, const Arguments& arguments) {
  nb::list all;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].kind == Input::Kind::kAttributesNamed || inputs[i].kind == Input::Kind::kSourcesNamed) {
      all.append(MakeNamed(inputs[i], arguments));
      continue;
    }
    if (!GivesMany(inputs[i])) {
      all.append(ToPython(arguments.Get(i)));
      continue;
    }
    nb::list each;
    for (const Datum& datum : arguments.GetAll(i)) each.append(ToPython(datum));
    all.append(each);
  }
  return nb::tuple(all);
}

Datum MakeTransform(nb::handle given, const std::vector<Input>& inputs, const Arguments& arguments) {
  stage::ComputedTransform transform;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].kind == Input::Kind::kPrevious)
      if (const auto* previous = arguments.GetIf<stage::ComputedTransform>(i))
        transform.resets_stack = previous->resets_stack;
  nb::object matrix = nb::borrow(given);
  if (PyTuple_Check(given.ptr()) && PyTuple_Size(given.ptr()) == 2 &&
      PyBool_Check(nb::object(given[1]).ptr())) {
    transform.resets_stack = nb::cast<bool>(given[1]);
    matrix = given[0];
  }
  const Value value = FromPython(matrix, ValueType::kMatrix4d);
  const auto* read = value.GetIf<Matrix4d>();
  if (!read) RaiseTypeError("a transform is a Gf.Matrix4d, or one with whether it resets: " + Repr(given));
  transform.matrix = *read;
  return Datum::Of(transform);
}

// What a function in Python answered. Objects that are no values of scene description are kept as they are.
Datum FromAnswer(nb::handle given, ValueType type) {
  if (given.is_none()) return Datum();
  if (type != ValueType::kEmpty) {
    Value value = FromPython(given, type);
    if (value.GetType() != type) RaiseTypeError("the answer has another type than was said: " + Repr(given));
    return value;
  }
  try {
    return FromPython(given);
  } catch (nb::python_error&) {
    return Datum::Of(PythonDatum{Keep(nb::borrow(given))});
  }
}

// One of a computation's functions. Called from any thread; the interpreter runs one at a time.
struct PythonFunction {
  KeptPtr callable;
  std::vector<Input> inputs;
  std::string name;
  std::shared_ptr<const AllowedSeconds> allowed;
  ValueType type = ValueType::kEmpty;
  enum class Gives : uint8_t { kAnswer, kTransform, kState } gives = Gives::kAnswer;

  // The prim, the time, the state, the seconds of a step, the inputs.
  nb::tuple MakeCall(const Arguments& arguments) const {
    nb::object time = nb::none();
    if (!arguments.GetTime().IsDefault()) time = nb::float_(arguments.GetTime().GetValue());
    return nb::make_tuple(nb::cast(MakePrim(arguments.GetPrim())), time, ToPython(arguments.GetState()),
                          arguments.GetStepSeconds(), MakeInputs(inputs, arguments));
  }
  Datum Read(const nb::object& given, const Arguments& arguments) const {
    if (gives == Gives::kState) return Datum::Of(PythonDatum{Keep(given)});
    if (gives == Gives::kTransform && !given.is_none()) return MakeTransform(given, inputs, arguments);
    return FromAnswer(given, type);
  }
  Result<Datum> operator()(const Arguments& arguments) const {
    const nb::gil_scoped_acquire held;
    try {
      const CallLimit limit(allowed->Get());
      return Read(callable->Get()(*MakeCall(arguments)), arguments);
    } catch (nb::python_error& error) {
      return ToDiagnostic(error, compute::kComputationFailed, arguments.GetPrim().GetPath(), name);
    }
  }
};

// One call for many prims: it gets a list of what a single call gets, and gives a list of answers.
struct PythonBatch {
  PythonFunction one;

  std::vector<Result<Datum>> operator()(std::span<const Arguments> all) const {
    const nb::gil_scoped_acquire held;
    std::vector<Result<Datum>> made;
    try {
      const CallLimit limit(one.allowed->Get() * static_cast<double>(all.size()));
      nb::list calls;
      for (const Arguments& arguments : all) calls.append(one.MakeCall(arguments));
      const nb::list answers = nb::list(one.callable->Get()(calls));
      for (size_t i = 0; i < answers.size() && i < all.size(); ++i) {
        try {
          made.push_back(one.Read(answers[i], all[i]));
        } catch (nb::python_error& error) {
          made.push_back(Tell(error, all[i]));
        }
      }
      if (answers.size() > all.size()) made.pop_back();  // as many as asked for, or it counts as failed
    } catch (nb::python_error& error) {
      made.clear();
      for (const Arguments& arguments : all) made.push_back(Tell(error, arguments));
    }
    return made;
  }
  Diagnostic Tell(nb::python_error& error, const Arguments& arguments) const {
    return ToDiagnostic(error, compute::kComputationFailed, arguments.GetPrim().GetPath(), one.name);
  }
};

std::vector<Token> ToTokens(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void CheckOpen(const RegistryObject& registry) {
  if (!registry.is_shared) return;
  PyErr_SetString(PyExc_RuntimeError,
                  "the registry is in use by a System: register everything before the first one is made");
  throw nb::python_error();
}

ValueType FindType(const std::string& name) {
  if (name.empty()) return ValueType::kEmpty;
  const ValueTypeName* type = FindValueTypeName(Token(name));
  if (!type) RaiseTypeError("no type of values is called \"" + name + "\"");
  return type->type;
}

void Add(RegistryObject& self, const std::string& output, const std::string& name,
         const std::vector<std::string>& schemas, const std::vector<Input>& inputs,
         const nb::callable& function, const nb::object& batch, const nb::object& init,
         const nb::object& step, bool modifies, bool cuts_off, const std::vector<std::string>& after,
         const std::vector<std::string>& before, const std::string& type, std::optional<double> first,
         double time_codes_per_step, uint32_t ticks_per_checkpoint) {
  CheckOpen(self);
  const ValueType value_type = FindType(type);
  const auto make = [&](nb::object callable, PythonFunction::Gives gives) {
    return PythonFunction{Keep(std::move(callable)), inputs, name, self.allowed, value_type, gives};
  };
  Computation computation;
  computation.output = Token(output);
  computation.name = Token(name);
  computation.schemas = ToTokens(schemas);
  computation.inputs = inputs;
  const auto gives = computation.output == compute::GetOutputs().xform ? PythonFunction::Gives::kTransform
                                                                       : PythonFunction::Gives::kAnswer;
  computation.function = make(function, gives);
  if (!batch.is_none()) computation.batch = PythonBatch{make(batch, gives)};
  computation.module = "Python";
  computation.executor = GetPythonExecutor();
  if (modifies) computation.role = Computation::Role::kModifies;
  if (cuts_off) computation.cutoff = Computation::Cutoff::kEarly;
  computation.after = ToTokens(after);
  computation.before = ToTokens(before);
  if (!init.is_none()) {
    compute::Stepping stepping;
    stepping.init = make(init, PythonFunction::Gives::kState);
    stepping.step = make(step, PythonFunction::Gives::kState);
    stepping.first = first;
    stepping.time_codes_per_step = time_codes_per_step;
    stepping.ticks_per_checkpoint = ticks_per_checkpoint;
    computation.stepping = std::make_shared<const compute::Stepping>(std::move(stepping));
  }
  CheckOrRaise(self.registry->Add(std::move(computation)));
}

void BindInputs(nb::module_& compute) {
  nb::class_<Input>(compute, "Input", "Something that a computation needs.");
  compute.def(
      "Attribute", [](Token name) { return compute::in::Attribute(name); }, "name"_a,
      "The value of an attribute of the prim.");
  compute.def(
      "AttributeSamples", [](Token name) { return compute::in::AttributeSamples(name); }, "name"_a,
      "A tuple of the attribute's values around the time, for who interpolates in another way: the one "
      "before, "
      "the one after, and how far the time is from the first to the second, 0 to 1. On a sample, outside of "
      "all "
      "and where values are held both are the value and the fraction is 0.");
  compute.def(
      "AttributesNamed", [](Token beginning) { return compute::in::AttributesNamed(beginning); },
      "beginning"_a,
      "A dictionary by name: the values, as layers wrote them, of the prim's authored attributes whose names "
      "begin so. An empty beginning: of all.");
  compute.def(
      "SourcesNamed", [](Token beginning) { return compute::in::SourcesNamed(beginning); }, "beginning"_a,
      "A dictionary by name: as SourceOf, of the prim's authored attributes whose names begin so.");
  compute.def(
      "Metadata", [](Token field) { return compute::in::Metadata(field); }, "field"_a,
      "A field of the prim.");
  compute.def(
      "Computation", [](Token output) { return compute::in::Computation(output); }, "output"_a,
      "Another output of the prim.");
  compute.def(
      "Before", [](Token output, Token modifier) { return compute::in::Before(output, modifier); },
      "output"_a, "modifier"_a, "Another output of the prim as it is before the modifier of this name.");
  compute.def(
      "Lasting",
      [](const Input& input) {
        if (input.output.IsEmpty())
          throw nb::value_error("an output may be lasting: Computation, Parent, Targets and the like");
        return compute::in::Lasting(input);
      },
      "input"_a,
      "Of stepped computations: an output whose change begins no state anew. Ticks before the one that was "
      "asked for last keep what it was. One answer at most.");
  compute.def(
      "Parent", [](Token output) { return compute::in::Parent(output); }, "output"_a,
      "An output of the prim's parent.");
  compute.def(
      "NearestAncestor", [](Token output) { return compute::in::NearestAncestor(output); }, "output"_a,
      "An output of the nearest prim above that has it by its schemas.");
  compute.def(
      "Children", [](Token output) { return compute::in::Children(output); }, "output"_a,
      "A list: an output of each child that has it.");
  compute.def(
      "Targets", [](Token relationship, Token output) { return compute::in::Targets(relationship, output); },
      "relationship"_a, "output"_a, "A list: an output of each prim that a relationship names.");
  compute.def(
      "Connections",
      [](Token attribute, Token output) { return compute::in::Connections(attribute, output); },
      "attribute"_a, "output"_a,
      "A list: an output of each prim whose property an attribute is connected to.");
  compute.def(
      "SourceOf", [](Token attribute) { return compute::in::SourceOf(attribute); }, "attribute"_a,
      "A dictionary of where the attribute's value comes from: source, layer, blocked, offset.");
  compute.def(
      "Constant", [](const nb::object& value) { return compute::in::Constant(FromPython(value)); }, "value"_a,
      "A value of the program's own.");
  compute.def(
      "OfPrim", [](PathArgument prim, Token output) { return compute::in::OfPrim(prim, output); }, "prim"_a,
      "output"_a, "An output of the prim at a path.");
  compute.def(
      "StageMetadata", [](Token field) { return compute::in::StageMetadata(field); }, "field"_a,
      "A field of the stage.");
  compute.def("Time", [] { return compute::in::Time(); }, "The time code; None for the default time.");
  compute.def(
      "Previous", [] { return compute::in::Previous(); }, "Of modifiers: the output as it was before.");
}

// One of a few names, as a number.
size_t FindName(const char* what, const std::string& name, std::initializer_list<const char*> names) {
  std::string known;
  for (const char* each : names) {
    if (name == each) return static_cast<size_t>(std::find(names.begin(), names.end(), each) - names.begin());
    known += (known.empty() ? "" : ", ") + std::string(each);
  }
  throw nb::value_error(fmt::format("{} is one of {}, and not '{}'", what, known, name).c_str());
}

compute::MetricsOptions MakeMetricsOptions(const std::string& unauthored, const std::string& fallbacks,
                                           const std::string& mode, double tolerance,
                                           const std::string& dimensions) {
  compute::MetricsOptions options;
  options.unauthored = static_cast<compute::UnauthoredMetrics>(
      FindName("unauthored", unauthored, {"inherit", "fallback", "error"}));
  options.fallbacks =
      static_cast<compute::FallbackDomain>(FindName("fallbacks", fallbacks, {"prim", "stage"}));
  options.mode = static_cast<compute::MetricsMode>(FindName("mode", mode, {"values", "transforms"}));
  if (!(tolerance >= 0 && tolerance < 1)) throw nb::value_error("tolerance is between 0 and 1");
  options.tolerance = tolerance;
  if (dimensions.empty()) return options;
  auto added = std::make_shared<compute::DimensionRegistry>();
  Diagnostics remarks;
  added->AddText(dimensions, "dimensions", remarks);
  for (const Diagnostic& each : remarks.GetAll())
    throw nb::value_error(fmt::format("line {}: {} {}", each.location.line, each.message, each.hint).c_str());
  options.dimensions = std::move(added);
  return options;
}

}  // namespace

Kept::~Kept() {
  if (!Py_IsInitialized()) return;
  const nb::gil_scoped_acquire held;
  Py_DECREF(pointer_);
}

bool operator==(const PythonDatum& a, const PythonDatum& b) {
  if (a.object == b.object) return true;
  const nb::gil_scoped_acquire held;
  const int is_same = PyObject_RichCompareBool(a.object->Get().ptr(), b.object->Get().ptr(), Py_EQ);
  if (is_same < 0) PyErr_Clear();
  return is_same == 1;
}

nb::object ToPython(const Datum& datum) {
  if (datum.IsEmpty()) return nb::none();
  if (const auto* transform = datum.GetIf<stage::ComputedTransform>()) return nb::cast(transform->matrix);
  if (const auto* held = datum.GetIf<PythonDatum>()) return held->object->Get();
  nb::dict out;
  if (const auto* frame = datum.GetIf<compute::GeoFrame>()) {
    const compute::Geodetic& origin = frame->tangent.GetOrigin();
    out["origin"] = nb::cast(Vec3d{origin.latitude, origin.longitude, origin.height});
    out["unitsPerMeter"] = frame->units_per_meter;
    out["world"] = nb::cast(frame->world);
    return out;
  }
  if (const auto* source = datum.GetIf<compute::AttributeSource>()) {
    out["source"] = std::string(stage::GetResolveSourceName(source->source));
    out["layer"] = source->layer;
    out["blocked"] = source->is_blocked;
    out["offset"] = nb::cast(source->layer_to_stage);
    return out;
  }
  if (const auto* samples = datum.GetIf<compute::Samples>())
    return nb::make_tuple(ToPython(samples->lower), ToPython(samples->upper), samples->fraction);
  if (const auto* domain = datum.GetIf<compute::MetricDomain>()) return ToPython(*domain);
  if (const auto* answer = datum.GetIf<compute::SimulationAnswer>()) {
    for (const auto& [name, value] : answer->values) out[nb::cast(name)] = ToPython(value);
    return out;
  }
  if (const auto* settings = datum.GetIf<compute::SimulationSettings>())
    return ToPython(Value(settings->parameters));
  return ToPython(datum.GetValue());
}

Diagnostic ToDiagnostic(nb::python_error& error, const DiagnosticCode& code, Path prim,
                        const std::string& who) {
  std::string kind = nb::cast<std::string>(error.type().attr("__name__"));
  Diagnostic diagnostic(code, fmt::format("`{}` raised {}: {}", who, kind, Text(error.value())),
                        {{}, prim.GetString(), 0, 0, 0}, kRemedy);
  nb::object trace = nb::borrow(error.traceback());
  while (trace.is_valid() && !trace.is_none() && !trace.attr("tb_next").is_none())
    trace = trace.attr("tb_next");
  if (trace.is_valid() && !trace.is_none()) {
    SourceLocation place;
    place.file = nb::cast<std::string>(trace.attr("tb_frame").attr("f_code").attr("co_filename"));
    place.line = nb::cast<uint32_t>(trace.attr("tb_lineno"));
    diagnostic.notes.push_back({"raised here", std::move(place)});
  }
  return diagnostic;
}

nb::object ToPython(const Diagnostic& diagnostic) {
  nb::dict out;
  out["code"] = diagnostic.code ? diagnostic.code->name : "";
  out["path"] = diagnostic.location.path;
  out["message"] = diagnostic.message;
  out["hint"] = diagnostic.hint;
  nb::list notes;
  for (const DiagnosticNote& note : diagnostic.notes)
    notes.append(nb::make_tuple(note.message, note.location.file, note.location.line));
  out["notes"] = notes;
  return out;
}

nb::list ToPython(const Diagnostics& diagnostics) {
  nb::list all;
  for (const Diagnostic& each : diagnostics.GetAll()) all.append(ToPython(each));
  return all;
}

void BindRegistry(nb::module_& compute) {
  BindInputs(compute);
  nb::class_<RegistryObject> cls(compute, "_Registry", "The computations that systems have.");
  cls.def(
      "__init__",
      [](RegistryObject* self, const std::string& unauthored, const std::string& fallbacks,
         const std::string& mode, double tolerance, const std::string& dimensions, const nb::object& crs) {
        const compute::MetricsOptions metrics =
            MakeMetricsOptions(unauthored, fallbacks, mode, tolerance, dimensions);
        new (self) RegistryObject{std::make_shared<compute::Registry>(),
                                  std::make_shared<compute::SimulationLibrary>()};
        self->metrics = metrics;
        CheckOrRaise(compute::AddStandardComputations(*self->registry, metrics, self->library,
                                                      MakeCrsBackend(crs, self->allowed)));
      },
      "unauthored"_a = "inherit", "fallbacks"_a = "prim", "mode"_a = "values", "tolerance"_a = 1e-9,
      "dimensions"_a = "", "crs"_a.none() = nb::none());
  cls.def("_Add", &Add, "output"_a, "name"_a, "schemas"_a, "inputs"_a, "function"_a, "batch"_a.none(),
          "init"_a.none(), "step"_a.none(), "modifies"_a, "cutsOff"_a, "after"_a, "before"_a, "type"_a,
          "first"_a.none(), "timeCodesPerStep"_a, "ticksPerCheckpoint"_a);
  cls.def(
      "AddValue",
      [](RegistryObject& self, Token output, Token attribute, const std::vector<std::string>& schemas) {
        CheckOpen(self);
        self.registry->Add(compute::MakeValueOf(output, attribute, ToTokens(schemas)));
      },
      "output"_a, "attribute"_a, "schemas"_a = std::vector<std::string>(),
      "Lets an output stand in place of an attribute's value, for prims of the schemas.");
  cls.def(
      "Order",
      [](RegistryObject& self, Token first, Token then) {
        CheckOpen(self);
        self.registry->Order(first, then);
      },
      "first"_a, "then"_a, "The program's own word on which of two modifiers comes first.");
  cls.def(
      "LoadOrders",
      [](RegistryObject& self, const std::vector<std::string>& paths) {
        CheckOpen(self);
        Diagnostics remarks;
        compute::LoadComputationOrders(paths, *self.registry, remarks);
        return ToPython(remarks);
      },
      "paths"_a,
      "Takes the orders of modifiers that plugInfo files declare, and gives what is wrong with them.");
  cls.def(
      "Publish",
      [](RegistryObject& self, Token output, const std::string& locator) {
        CheckOpen(self);
        self.registry->Publish(output, scene::DataSourceLocator::Parse(locator));
      },
      "output"_a, "locator"_a, "Where an output stands in the data of scenes.");
}

}  // namespace strata::python
