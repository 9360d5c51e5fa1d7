// Hd: scene indices and observers, of the engine and in Python.
#include <nanobind/trampoline.h>

#include "python/core/hd.h"
#include "python/core/reading.h"
#include "strata/scene/debugging.h"
#include "strata/scene/filtering.h"
#include "strata/scene/merging.h"
#include "strata/scene/observers.h"
#include "strata/scene/print.h"
#include "strata/scene/rerooting.h"
#include "strata/scene/retained_scene_index.h"

namespace strata::python {

namespace {

using scene::AddedPrim;
using scene::ChangeSet;
using scene::DirtiedPrim;
using scene::RenamedPrim;
using scene::SceneIndex;
using scene::SceneIndexPtr;
using scene::ScenePrim;
struct RemovedPrim {
  Path path;
};

ChangeSet Removed(std::vector<Path> paths) {
  ChangeSet changes;
  changes.removed = std::move(paths);
  return changes;
}
ChangeSet Added(std::vector<AddedPrim> prims) {
  ChangeSet changes;
  changes.added = std::move(prims);
  return changes;
}
ChangeSet Dirtied(std::vector<DirtiedPrim> prims) {
  ChangeSet changes;
  changes.dirtied = std::move(prims);
  return changes;
}

ScenePrim ToPrim(nb::handle object) {
  if (object.is_none()) return {};
  return ReadAs<ScenePrim>(object, "an Hd.SceneIndexPrim");
}

void BindEntries(nb::module_& hd) {
  nb::class_<ScenePrim> prim(hd, "SceneIndexPrim",
                             "A type and a container of data; false where there is no prim.");
  prim.def(
      "__init__",
      [](ScenePrim* made, Token type, nb::handle source) { new (made) ScenePrim{type, ToContainer(source)}; },
      "primType"_a = "", "dataSource"_a.none() = nb::none());
  prim.def_prop_rw(
      "primType", [](const ScenePrim& p) { return p.type; }, [](ScenePrim& p, Token type) { p.type = type; });
  prim.def_prop_rw(
      "dataSource", [](const ScenePrim& p) { return ToPython(p.data); },
      [](ScenePrim& p, nb::handle source) { p.data = ToContainer(source); },
      nb::for_setter(nb::arg().none()));
  prim.def("__bool__", [](const ScenePrim& p) { return static_cast<bool>(p); });
  prim.def("__repr__", [](const ScenePrim& p) {
    return "Hd.SceneIndexPrim('" + p.type.GetString() + "', " + (p.data ? "<container>" : "None") + ")";
  });
  nb::class_<AddedPrim>(hd, "_AddedPrimEntry", "A prim that was added, or looks entirely different.")
      .def(
          "__init__", [](AddedPrim* e, PathArgument path, Token type) { new (e) AddedPrim{path, type}; },
          "primPath"_a, "primType"_a = "")
      .def_prop_ro("primPath", [](const AddedPrim& e) { return e.path; })
      .def_prop_ro("primType", [](const AddedPrim& e) { return e.type; });
  nb::class_<RemovedPrim>(hd, "_RemovedPrimEntry", "A prim that was removed, with all below it.")
      .def(
          "__init__", [](RemovedPrim* e, PathArgument path) { new (e) RemovedPrim{path}; }, "primPath"_a)
      .def_prop_ro("primPath", [](const RemovedPrim& e) { return e.path; });
  nb::class_<DirtiedPrim>(hd, "_DirtiedPrimEntry", "A prim of which some data differ.")
      .def(
          "__init__",
          [](DirtiedPrim* e, PathArgument path, nb::handle locators) {
            scene::DataSourceLocatorSet set;
            if (!nb::try_cast(locators, set)) set = ToLocator(locators);
            new (e) DirtiedPrim{path, std::move(set)};
          },
          "primPath"_a, "dirtyLocators"_a)
      .def_prop_ro("primPath", [](const DirtiedPrim& e) { return e.path; })
      .def_prop_ro("dirtyLocators", [](const DirtiedPrim& e) { return e.locators; });
  nb::class_<RenamedPrim>(hd, "_RenamedPrimEntry", "A prim that moved, with all below it.")
      .def(
          "__init__",
          [](RenamedPrim* e, PathArgument from, PathArgument to) { new (e) RenamedPrim{from, to}; },
          "oldPrimPath"_a, "newPrimPath"_a)
      .def_prop_ro("oldPrimPath", [](const RenamedPrim& e) { return e.old_path; })
      .def_prop_ro("newPrimPath", [](const RenamedPrim& e) { return e.new_path; });
}

// Python's forms of entries: objects of the classes above, tuples, or a path alone.
template <class Entry>
std::vector<Entry> ReadEntries(nb::handle list) {
  std::vector<Entry> out;
  for (nb::handle one : list) {
    if (nb::isinstance<Entry>(one)) {
      out.push_back(nb::cast<Entry>(one));
    } else {
      const nb::tuple parts =
          nb::isinstance<nb::tuple>(one) ? nb::borrow<nb::tuple>(one) : nb::make_tuple(one);
      out.push_back(nb::cast<Entry>(nb::type<Entry>()(*parts)));
    }
  }
  return out;
}
std::vector<Path> ReadPaths(nb::handle list) {
  std::vector<Path> out;
  for (const RemovedPrim& entry : ReadEntries<RemovedPrim>(list)) out.push_back(entry.path);
  return out;
}
nb::list ShowRemoved(const std::vector<Path>& paths) {
  nb::list out;
  for (Path path : paths) out.append(RemovedPrim{path});
  return out;
}
nb::object Show(const SceneIndex& sender) {
  return nb::cast(const_cast<SceneIndex*>(&sender), nb::rv_policy::reference);
}

// An observer that holds what it watches, and leaves it when it ends.
template <class Base>
class Watching : public Base {
 public:
  ~Watching() override {
    for (const SceneIndexPtr& scene : watched_) scene->RemoveObserver(*this);
  }
  void Watch(SceneIndexPtr scene) {
    scene->AddObserver(*this);
    watched_.push_back(std::move(scene));
  }
  void Leave(const SceneIndex& scene) {
    const_cast<SceneIndex&>(scene).RemoveObserver(*this);
    std::erase_if(watched_, [&](const SceneIndexPtr& one) { return one.get() == &scene; });
  }

 private:
  std::vector<SceneIndexPtr> watched_;
};

class SilentObserver : public scene::NoticeObserver {
 public:
  void PrimsAdded(const SceneIndex&, const std::vector<AddedPrim>&) override {}
  void PrimsRemoved(const SceneIndex&, const std::vector<Path>&) override {}
  void PrimsDirtied(const SceneIndex&, const std::vector<DirtiedPrim>&) override {}
};
using ObserverBase = Watching<SilentObserver>;
using Recorder = Watching<scene::RecordingObserver>;

struct PythonObserver : ObserverBase {
  NB_TRAMPOLINE(ObserverBase);
  template <class Entries>
  void Tell(const char* method, const SceneIndex& sender, const Entries& entries) {
    AskPython(nb_trampoline.base(), method, [&](const nb::object& ask) { ask(Show(sender), entries()); });
  }
  void PrimsAdded(const SceneIndex& sender, const std::vector<AddedPrim>& entries) override {
    Tell("PrimsAdded", sender, [&] { return nb::cast(entries); });
  }
  void PrimsRemoved(const SceneIndex& sender, const std::vector<Path>& entries) override {
    Tell("PrimsRemoved", sender, [&] { return ShowRemoved(entries); });
  }
  void PrimsDirtied(const SceneIndex& sender, const std::vector<DirtiedPrim>& entries) override {
    Tell("PrimsDirtied", sender, [&] { return nb::cast(entries); });
  }
};

void BindObservers(nb::module_& hd, nb::class_<SceneIndex>& index) {
  nb::class_<ObserverBase, PythonObserver> observer(
      hd, "SceneIndexObserver",
      "Derive from it and override what you want to be told of: methods get (sender, entries).",
      nb::dynamic_attr(), nb::is_weak_referenceable());
  observer.def("__init__", [](nb::pointer_and_handle<ObserverBase> self) {
    KeepEditsToTheirThread();
    new (self.p) PythonObserver();
  });
  for (const char* name : {"PrimsAdded", "PrimsRemoved", "PrimsDirtied"})
    observer.def(name, [](ObserverBase&, const SceneIndex&, const nb::list&) {}, "sender"_a, "entries"_a);
  nb::class_<Recorder> recorder(
      hd, "RecordingSceneIndexObserver",
      "Keeps notices as lines: 'added /A mesh', 'removed /A', 'dirtied /A {xform}'.");
  recorder.def(nb::init<>());
  recorder.def("GetLines", [](const Recorder& r) { return r.GetLines(); });
  recorder.def("Take", [](Recorder& r) { return r.Take(); }, "The lines; none are kept.");
  index.def(
      "AddObserver", [](SceneIndexPtr scene, ObserverBase& o) { o.Watch(std::move(scene)); }, "observer"_a,
      "Tells an observer of changes from now on, for as long as the observer lives.");
  index.def("AddObserver", [](SceneIndexPtr scene, Recorder& r) { r.Watch(std::move(scene)); }, "observer"_a);
  index.def("RemoveObserver", [](const SceneIndex& scene, ObserverBase& o) { o.Leave(scene); }, "observer"_a);
  index.def("RemoveObserver", [](const SceneIndex& scene, Recorder& r) { r.Leave(scene); }, "observer"_a);
  index.def("IsObserved", &SceneIndex::IsObserved);
}

// What Python derives its filters from.
class FilterBase : public scene::SingleInputFilteringSceneIndex {
 public:
  explicit FilterBase(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  std::string GetDisplayName() const override { return "Filtering"; }
  // Of changes that are being processed, one change set is sent.
  void Tell(ChangeSet changes) {
    if (processing_ == 0) {
      changes.Normalize();
      Send(std::move(changes));
      return;
    }
    const auto move = [](auto& from, auto& to) { to.insert(to.end(), from.begin(), from.end()); };
    move(changes.removed, gathered_.removed);
    move(changes.added, gathered_.added);
    move(changes.dirtied, gathered_.dirtied);
  }

 protected:
  template <class Process>
  void Gather(const Process& process) {
    ++processing_;
    process();
    if (--processing_ > 0) return;
    ChangeSet changes = std::exchange(gathered_, {});
    changes.Normalize();
    Send(std::move(changes));
  }

 private:
  int processing_ = 0;
  ChangeSet gathered_;
};

struct PythonFilter : FilterBase {
  NB_TRAMPOLINE(FilterBase);
  ScenePrim GetPrim(Path path) const override {
    ScenePrim prim;
    const bool answered =
        AskPython(nb_trampoline.base(), "GetPrim", [&](const nb::object& ask) { prim = ToPrim(ask(path)); });
    return answered ? prim : FilterBase::GetPrim(path);
  }
  std::vector<Path> GetChildPrimPaths(Path path) const override {
    std::vector<Path> paths;
    const bool answered = AskPython(nb_trampoline.base(), "GetChildPrimPaths", [&](const nb::object& ask) {
      for (nb::handle one : ask(path)) paths.push_back(ReadAs<PathArgument>(one, "a path"));
    });
    return answered ? paths : FilterBase::GetChildPrimPaths(path);
  }
  std::string GetDisplayName() const override {
    std::string name = FilterBase::GetDisplayName();
    AskPython(nb_trampoline.base(), "GetDisplayName",
              [&](const nb::object& ask) { name = nb::cast<std::string>(ask()); });
    return name;
  }
  // A method that fails tells nothing of its own: what it was told goes on as it is.
  void ProcessChanges(const ChangeSet& changes) override {
    Gather([&] {
      const auto process = [&](const char* method, const auto& entries, ChangeSet as_told) {
        if (as_told.IsEmpty()) return;
        const bool done = AskPython(nb_trampoline.base(), method,
                                    [&](const nb::object& ask) { ask(Show(GetInput()), entries()); });
        if (!done) Tell(std::move(as_told));
      };
      process("_PrimsRemoved", [&] { return ShowRemoved(changes.removed); }, Removed(changes.removed));
      process("_PrimsAdded", [&] { return nb::cast(changes.added); }, Added(changes.added));
      process("_PrimsDirtied", [&] { return nb::cast(changes.dirtied); }, Dirtied(changes.dirtied));
    });
  }
};

void BindFilters(nb::module_& hd) {
  nb::class_<FilterBase, SceneIndex, PythonFilter> cls(
      hd, "SingleInputFilteringSceneIndexBase",
      "Shows its input differently: derive from it and override GetPrim(path), GetChildPrimPaths(path), and "
      "_PrimsAdded, _PrimsRemoved and _PrimsDirtied(sender, entries), which send on what they want others to "
      "be told. "
      "What is not overridden passes through.",
      nb::dynamic_attr(), nb::is_weak_referenceable());
  cls.def(
      "__init__",
      [](nb::pointer_and_handle<FilterBase> self, SceneIndexPtr input) {
        KeepEditsToTheirThread();
        new (self.p) PythonFilter(input ? std::move(input) : scene::GetEmptySceneIndex());
      },
      "inputSceneIndex"_a);
  cls.def(
      "GetPrim",
      [](const FilterBase& f, PathArgument path) {
        const Alone alone;
        return f.FilterBase::GetPrim(path);
      },
      "primPath"_a);
  cls.def(
      "GetChildPrimPaths",
      [](const FilterBase& f, PathArgument path) {
        const Alone alone;
        return f.FilterBase::GetChildPrimPaths(path);
      },
      "primPath"_a);
  cls.def("GetDisplayName",
          [](nb::handle self) { return nb::cast<std::string>(self.type().attr("__name__")); });
  cls.def("_GetInputSceneIndex", [](const FilterBase& f) { return f.GetInputScenes().front(); });
  const auto send_added = [](FilterBase& f, nb::handle entries) {
    f.Tell(Added(ReadEntries<AddedPrim>(entries)));
  };
  const auto send_removed = [](FilterBase& f, nb::handle entries) { f.Tell(Removed(ReadPaths(entries))); };
  const auto send_dirtied = [](FilterBase& f, nb::handle entries) {
    f.Tell(Dirtied(ReadEntries<DirtiedPrim>(entries)));
  };
  cls.def("_SendPrimsAdded", send_added, "entries"_a);
  cls.def("_SendPrimsRemoved", send_removed, "entries"_a);
  cls.def("_SendPrimsDirtied", send_dirtied, "entries"_a);
  cls.def(
      "_PrimsAdded", [=](FilterBase& f, const SceneIndex&, const nb::list& e) { send_added(f, e); },
      "sender"_a, "entries"_a);
  cls.def(
      "_PrimsRemoved", [=](FilterBase& f, const SceneIndex&, const nb::list& e) { send_removed(f, e); },
      "sender"_a, "entries"_a);
  cls.def(
      "_PrimsDirtied", [=](FilterBase& f, const SceneIndex&, const nb::list& e) { send_dirtied(f, e); },
      "sender"_a, "entries"_a);
}

void BindStandard(nb::module_& hd) {
  using Retained = scene::RetainedSceneIndex;
  nb::class_<Retained, SceneIndex> retained(hd, "RetainedSceneIndex", "Holds the prims that it is given.");
  retained.def(nb::init<>());
  retained.def(
      "AddPrims",
      [](Retained& r, nb::handle entries) {
        std::vector<Retained::Entry> all;
        for (nb::handle one : entries) {
          const auto parts = ReadAs<nb::tuple>(one, "an entry (path, type, container)");
          if (parts.size() < 2 || parts.size() > 3) RaiseTypeError("an entry is (path, type, container)");
          all.push_back({ReadAs<PathArgument>(parts[0], "a path"), ReadAs<Token>(parts[1], "a type"),
                         parts.size() == 3 ? ToContainer(parts[2]) : nullptr});
        }
        const Alone alone;
        r.AddPrims(std::move(all));
      },
      "entries"_a, "Entries are (path, type, container); a prim that is there is replaced.");
  retained.def(
      "RemovePrims",
      [](Retained& r, nb::handle entries) {
        const Alone alone;
        r.RemovePrims(ReadPaths(entries));
      },
      "entries"_a);
  retained.def(
      "DirtyPrims",
      [](Retained& r, nb::handle entries) {
        const Alone alone;
        r.DirtyPrims(ReadEntries<DirtiedPrim>(entries));
      },
      "entries"_a, "Entries are (path, locators).");
  using Merging = scene::MergingSceneIndex;
  nb::class_<Merging, SceneIndex> merging(hd, "MergingSceneIndex",
                                          "Several scenes as one, the strongest first.");
  merging.def(nb::init<>());
  merging.def(
      "AddInputScene",
      [](Merging& m, SceneIndexPtr input, PathArgument root) {
        const Alone alone;
        CheckOrRaise(m.AddInputScenes({{std::move(input), root}}));
      },
      "inputScene"_a, "activeInputSceneRoot"_a = PathArgument{Path::AbsoluteRoot()});
  merging.def(
      "RemoveInputScene",
      [](Merging& m, const SceneIndex& input) {
        const Alone alone;
        m.RemoveInputScenes({&input});
      },
      "inputScene"_a);
  using Rerooting = scene::RerootingSceneIndex;
  nb::class_<Rerooting, SceneIndex>(hd, "RerootingSceneIndex",
                                    "The subtree at one path of another scene, at another path.")
      .def(
          "__init__",
          [](Rerooting* made, SceneIndexPtr input, PathArgument from, PathArgument to) {
            new (made) Rerooting(std::move(input), from, to);
          },
          "inputScene"_a, "srcPrefix"_a, "dstPrefix"_a);
  hd.def(
      "PrefixingSceneIndex",
      [](SceneIndexPtr input, PathArgument prefix) {
        return scene::MakePrefixingSceneIndex(std::move(input), prefix);
      },
      "inputScene"_a, "prefix"_a, "A whole scene below a prefix.");
  using Debugging = scene::DebuggingSceneIndex;
  nb::class_<Debugging, SceneIndex>(hd, "DebuggingSceneIndex",
                                    "Passes everything on, and notes what breaks a promise.")
      .def(
          "__init__",
          [](Debugging* made, SceneIndexPtr input) {
            const Alone alone;
            new (made) Debugging(std::move(input));
          },
          "inputScene"_a)
      .def("GetViolations", &Debugging::GetViolations);
}

}  // namespace

void BindSceneIndices(nb::module_& hd) {
  BindEntries(hd);
  nb::class_<SceneIndex> cls(hd, "SceneIndexBase",
                             "Prims of a running scene, and those who watch them change.");
  cls.def(
      "GetPrim",
      [](const SceneIndex& s, PathArgument path) {
        const Alone alone;
        return s.GetPrim(path);
      },
      "primPath"_a);
  cls.def(
      "GetChildPrimPaths",
      [](const SceneIndex& s, PathArgument path) {
        const Alone alone;
        return s.GetChildPrimPaths(path);
      },
      "primPath"_a);
  cls.def(
      "GetDataSource",
      [](const SceneIndex& s, PathArgument path, nb::handle locator) {
        const Alone alone;
        return ToPython(s.GetDataSource(path, ToLocator(locator)));
      },
      "primPath"_a, "locator"_a);
  cls.def("GetInputScenes", &SceneIndex::GetInputScenes);
  cls.def("GetDisplayName", &SceneIndex::GetDisplayName);
  cls.def(
      "CollectPrimPaths",
      [](const SceneIndex& s, PathArgument root) {
        const Alone alone;
        return scene::CollectPrimPaths(s, root);
      },
      "root"_a = PathArgument{Path::AbsoluteRoot()}, "A prim and all below it, parents first.");
  cls.def(
      "Print",
      [](const SceneIndex& s, PathArgument root) {
        const Alone alone;
        return scene::PrintScene(s, root, {.max_elements = 8, .shutter = {-0.5, 0.5}});
      },
      "root"_a = PathArgument{Path::AbsoluteRoot()}, "Prims and data as `strata scene dump` prints them.");
  cls.def(
      "_Json",
      [](const SceneIndex& s, PathArgument root) {
        const Alone alone;
        JsonWriter writer;
        scene::WriteScene(s, writer, root, {.max_elements = 8, .shutter = {-0.5, 0.5}});
        return writer.GetText();
      },
      "root"_a);
  BindObservers(hd, cls);
  BindFilters(hd);
  BindStandard(hd);
}

}  // namespace strata::python
