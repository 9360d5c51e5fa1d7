// strata.Compute: where the parts of a scene differ in units, and the same scene with all of it written down.
#include "python/core/compute.h"
#include "python/core/reading.h"

namespace strata::python {

using compute::MetricsReport;

namespace {

nb::dict Describe(const MetricsReport::Boundary& boundary) {
  const compute::TransformChange& change = boundary.transform;
  nb::dict out;
  out["prim"] = nb::cast(boundary.prim);
  out["domain"] = ToPython(boundary.of_prim);
  out["parent"] = ToPython(boundary.of_parent);
  out["corrective"] = nb::cast(change.corrective.MakeMatrix());
  out["scaledByHand"] = change.has_length_by_hand;
  out["turnedByHand"] = change.has_axis_by_hand;
  out["looksCorrected"] = boundary.looks_corrected;
  return out;
}

nb::dict Describe(const MetricsReport::Divergence& divergence) {
  nb::dict out;
  out["attribute"] = nb::cast(divergence.attribute);
  out["dimension"] = divergence.dimension;
  out["layer"] = divergence.layer;
  out["value"] = ToPython(divergence.of_value);
  out["prim"] = ToPython(divergence.of_prim);
  out["action"] = std::string(GetActionName(divergence.action));
  return out;
}

nb::dict Report(SystemObject& self, TimeArgument time) {
  const MetricsReport report = [&] {
    const Reading reading;
    return CollectMetricsReport(*self.system, time.time, self.metrics);
  }();
  nb::dict out;
  nb::list boundaries, divergences;
  for (const MetricsReport::Boundary& each : report.boundaries) boundaries.append(Describe(each));
  for (const MetricsReport::Divergence& each : report.divergences) divergences.append(Describe(each));
  out["stage"] = ToPython(report.of_stage);
  out["boundaries"] = boundaries;
  out["divergences"] = divergences;
  return out;
}

// Found while others may read; written once they have done.
nb::tuple Bake(SystemObject& self) {
  Diagnostics remarks;
  const compute::MetricsBake bake = [&] {
    const Reading reading;
    return FindMetricsBake(*self.system, remarks, self.metrics);
  }();
  stage::Editor editor = self.stage->Edit();
  CheckOrRaise(WriteMetricsBake(bake, editor));
  return nb::make_tuple(bake.prims.size(), ToPython(remarks));
}

}  // namespace

nb::object ToPython(const compute::MetricDomain& domain) {
  nb::dict out;
  out["metersPerUnit"] = domain.meters_per_unit;
  out["kilogramsPerUnit"] = domain.kilograms_per_unit;
  out["upAxis"] = nb::cast(domain.up_axis);
  return out;
}

void BindMetrics(nb::class_<SystemObject>& system) {
  system.def(
      "CollectMetricsReport", &Report, "time"_a = TimeArgument(),
      "Where the parts of the scene differ in units, as `strata assemble` says it, by the registry's "
      "options.\n\n"
      "stage        units of the stage: metersPerUnit, kilogramsPerUnit, upAxis\n"
      "boundaries   prims in other units than their parent, with their transforms at the time: `prim` "
      "(path), "
      "`domain` and `parent` (units), `corrective` (a Gf.Matrix4d that stands between them), `scaledByHand`, "
      "`turnedByHand`, `looksCorrected` (an op that is not called so scales by just what the units differ "
      "by)\n"
      "divergences  values in other units than their prim, at whatever time: `attribute` (path), `dimension` "
      "(what it measures), `layer` (identifier of what wrote it), `value` and `prim` (units), `action` (what "
      "becomes of it)\n\n"
      "A scene in one unit has neither. Looks at all prims where there are several.");
  system.def(
      "BakeMetrics", &Bake,
      "Writes into the stage's edit target what is computed of units, for programs that compute nothing: ops "
      "named `unitsResolve`, and converted values with their samples. What is written is flagged, and not "
      "corrected again. Gives how many prims were written, and what could not be (as GetDiagnostics). "
      "Tf.ErrorException "
      "where the target cannot be written. Opinions that are stronger than the target win.");
  system.def(
      "_ExportBaked",
      [](SystemObject& self, const FileArgument& file) {
        CheckOrRaise(compute::ExportBaked(*self.stage->stage, file.path, {}));
      },
      "file"_a);
}

}  // namespace strata::python
