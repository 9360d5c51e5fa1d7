"""Capabilities that plugins declare, and what each builds on.   (UsdProfiles.ProfileRegistry)"""
import json as _json
import re as _re

from strata import _enums, _notices, Plug

# What the core of OpenUSD declares; "predecessors" are what a capability builds on.
_CORE = {
    "usd": {"name": "USD", "docstring": "What all others build on.", "style": "core", "subgraph": "Foundation"},
    "usd.core": {"name": "usd library", "docstring": "What stages, prims and properties can do.", "predecessors": ["usd"],
                 "style": "core", "subgraph": "Foundation"},
    "usd.core.colorspace": {"name": "Color Space", "docstring": "Color spaces of prims and attributes, named and defined.",
                            "predecessors": ["usd.core"], "style": "core", "subgraph": "Foundation"},
    "usd.core.fileformat": {"name": "File Format", "docstring": "Layers of further file formats.", "predecessors": ["usd.core"],
                            "style": "core", "subgraph": "Foundation"}}
_IMPLIED_BY_SCHEMAS = {"UsdColorSpaceAPI": ["usd.core.colorspace"], "UsdColorSpaceDefinitionAPI": ["usd.core.colorspace"]}
_ROOT = "usd"
_FIELDS = {"name": "", "docstring": "", "style": "", "subgraph": "", "isProfile": False}


class _Graph:
    """Capabilities by name: what each says, and the sorted names that it builds on."""

    def __init__(self):
        self.nodes = {}

    def add(self, declared):
        for name, told in declared.items():
            told = told if isinstance(told, dict) else {}
            node = {field: told.get(field, empty) for field, empty in _FIELDS.items()}
            node["predecessors"] = sorted(set(told.get("predecessors", [])))
            self.nodes[name] = node

    def predecessors(self, name):
        return self.nodes[name]["predecessors"] if name in self.nodes else []

    def all_predecessors(self, name):
        """All that a capability builds on; itself among them where it builds on itself."""
        found, left = set(), list(self.predecessors(name))
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left.extend(self.predecessors(one))
        return sorted(found)

    def paths_to(self, name, goal):
        """(whether a path from a name leads to a goal, whether one comes back to itself on the way)"""
        found = circles = False
        path, seen, stack = [name], set(), [iter(self.predecessors(name))]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                seen.add(path.pop())
            elif following == goal:
                found = True
            elif following in path:
                circles = True
            elif following not in seen:
                path.append(following)
                stack.append(iter(self.predecessors(following)))
        return found, circles

    def problems(self):
        """What is wrong with the graph, in words."""
        found = [f"Capability '{name}' has unknown predecessor '{one}'" for name in self.nodes for one in self.predecessors(name)
                 if one not in self.nodes]
        left = dict(self.nodes)
        while True:  # what builds on nothing that is left is in no circle, nor above one
            free = [name for name in left if not any(one in left for one in self.predecessors(name))]
            if not free:
                break
            for name in free:
                del left[name]
        looped = sorted(left)
        if looped:
            found.append("Graph contains a cycle involving nodes: " + ", ".join(looped))
        roots = sorted(name for name in self.nodes if not self.predecessors(name))
        if roots != [_ROOT]:
            found.append(f"Graph must have exactly one root node named '{_ROOT}', but found {len(roots)} root(s): "
                         + (", ".join(roots) or "(none)"))
        return found


_graph = None
_listener = []


def _read(plugins):
    for plugin in plugins:
        declared = plugin.metadata.get("Profiles", {})
        _graph.add(declared.get("Capabilities", {}) if isinstance(declared, dict) else {})


def graph():
    """The capabilities of all plugins, those that are registered later too."""
    global _graph
    if _graph is None:
        _graph = _Graph()
        _graph.add(_CORE)
        _read(Plug.Registry().GetAllPlugins())
        _listener.append(_notices.Notice.RegisterGlobally(
            Plug.Notice.DidRegisterPlugins, lambda notice, sender: _read(notice.GetNewPlugins())))
    return _graph


class CapabilityResult:
    """A capability, and what was found of it."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    @classmethod
    def _new(cls, name, status):
        made = cls.__new__(cls)
        made._capability, made._status = name, status
        return made

    capability = property(lambda self: self._capability)
    status = property(lambda self: self._status)


class ProfileRegistry:
    """Which capabilities there are, and whether one builds on others."""

    CapabilityResult = CapabilityResult

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    @staticmethod
    def HasCapability(capability):
        return capability in graph().nodes

    @staticmethod
    def IsProfile(capability):
        return bool(graph().nodes.get(capability, _FIELDS)["isProfile"])

    @staticmethod
    def GetCapabilityMetadata(capability):
        node = graph().nodes.get(capability)
        return {} if node is None else {field: node[field] for field in sorted(_FIELDS)}

    @staticmethod
    def GetAllCapabilities():
        return set(graph().nodes)

    @staticmethod
    def GetAllProfiles():
        return {name for name, node in graph().nodes.items() if node["isProfile"]}

    @staticmethod
    def GetPredecessors(capability):
        """What a capability names, sorted."""
        return [_valid(one) for one in graph().predecessors(capability)]

    @staticmethod
    def GetTransitivePredecessors(capability):
        """All that it builds on, sorted."""
        return [_valid(one) for one in graph().all_predecessors(capability)]

    @staticmethod
    def ParseCapabilityVersion(capability):
        """(the name, its version): usd.core_v2 is version 2 of usd.core; 0 where none is said."""
        found = _re.fullmatch(r"(.*)_v(\d+)", capability)
        return (found[1], int(found[2])) if found else (capability, 0)

    @staticmethod
    def ResolveCapability(capability):
        """The highest version that there is of a capability; empty where there is none."""
        base, _ = ProfileRegistry.ParseCapabilityVersion(capability)
        versions = {version: name for name in graph().nodes
                    for start, version in [ProfileRegistry.ParseCapabilityVersion(name)] if start == base}
        return versions[max(versions)] if versions else ""

    @staticmethod
    def HasPredecessor(capability, predecessor):
        """Whether one builds on the other."""
        status = ProfileRegistry.QueryStatus
        known = graph()
        if capability == predecessor or capability not in known.nodes or predecessor not in known.nodes:
            return status.NoPath
        found, circles = known.paths_to(capability, predecessor)
        if found:
            return status.DeprecationConflict if circles else status.ValidPath
        return status.CycleFound if circles else status.NoPath

    @staticmethod
    def CoversCapabilities(perspective, required, excepted=()):
        """(ValidPath where a capability builds on all that are required, what was found of each): sorted by name."""
        status = ProfileRegistry.QueryStatus
        seen_from = ProfileRegistry.ResolveCapability(perspective)
        if not seen_from:
            return status.NoPath, []
        left_out = {ProfileRegistry.ResolveCapability(one) or one for one in excepted}
        names = sorted({ProfileRegistry.ResolveCapability(one) or one for one in required})
        found = [CapabilityResult._new(name, status.Excepted if name in left_out else ProfileRegistry.HasPredecessor(seen_from, name))
                 for name in names]
        covered = found and all(one.status == status.ValidPath for one in found)
        return (status.ValidPath if covered else status.NoPath), found

    @staticmethod
    def GetStyleForCapability(capability):
        return graph().nodes.get(capability, _FIELDS)["style"]

    @staticmethod
    def GetSubgraphForCapability(capability):
        return graph().nodes.get(capability, _FIELDS)["subgraph"]

    @staticmethod
    def GetDocString(capability):
        return graph().nodes.get(capability, _FIELDS)["docstring"]

    @staticmethod
    def GetDisplayName(capability):
        return _label(capability) if capability in graph().nodes else ""

    @staticmethod
    def GetCapabilityStyles():
        """Styles that plugins define: none of those here does."""
        return []

    @staticmethod
    def GetSchemaImpliedCapabilities(schemaType):
        """What a prim with a schema makes use of."""
        return implied_by(schemaType.typeName)

    @staticmethod
    def GetFileFormatImpliedCapabilities(formatType):
        """What a layer of a file format makes use of."""
        return implied_by(formatType.typeName)

    @staticmethod
    def _TestClear():
        graph().nodes.clear()

    @staticmethod
    def _TestLoadFromFile(filePath):
        """(whether the capabilities of a plugInfo file alone make a sound graph, what is wrong): they replace all others."""
        graph().nodes.clear()
        try:
            with open(filePath) as file:
                told = _json.loads(Plug._without_comments(file.read()))
        except (OSError, ValueError) as error:
            return False, [str(error)]
        if not isinstance(told, dict) or not isinstance(told.get("Plugins"), list):
            return False, [f"Expected 'Plugins' array at root of '{filePath}'"]
        for plugin in told["Plugins"]:
            graph().add(plugin.get("Info", {}).get("Profiles", {}).get("Capabilities", {}))
        problems = graph().problems()
        return not problems, problems


def _valid(name):
    return CapabilityResult._new(name, ProfileRegistry.QueryStatus.ValidPath)


def implied_by(type_name):
    """What plugins say that a type implies."""
    found = set(_IMPLIED_BY_SCHEMAS.get(type_name, ()))
    for plugin in Plug.Registry().GetAllPlugins():
        if plugin.isResource or plugin.isPythonModule:
            found.update(plugin.GetMetadataForType(type_name).get("impliesCapabilities", ()))
    return found


for _class in (ProfileRegistry, CapabilityResult):
    _class.__module__ = "strata.UsdProfiles"
CapabilityResult.__qualname__ = "ProfileRegistry.CapabilityResult"
_enums.make_int(ProfileRegistry, "QueryStatus", ("NoPath", "ValidPath", "Deprecated", "DeprecationConflict", "Excepted", "CycleFound"))


# -- pictures of the graph -----------------------------------------------------------------------------------------------


def _label(name):
    return graph().nodes[name]["name"] or name


def _groups(names):
    """[(the title of a group or "", its names)]: titles sorted, those without one last; names by their labels."""
    by_title = {}
    for name in names:
        by_title.setdefault(graph().nodes[name]["subgraph"], []).append(name)
    ordered = sorted(by_title.items(), key=lambda one: (not one[0], one[0]))
    return [(title, sorted(members, key=lambda name: (_label(name), name))) for title, members in ordered]


def _identifier(name):
    return _re.sub(r"\W", "_", name)



def _ordered_edges(arrow, end):
    by_label = sorted(graph().nodes, key=lambda name: (_label(name), name))
    return [f"    {_identifier(name)} {arrow} {_identifier(one)}{end}" for name in by_label for one in graph().predecessors(name)]


def ProfilesDot():
    """The graph in the language of Graphviz."""
    lines = ["digraph profiles {", "    rankdir=LR;", "    node [shape=box];"]
    for number, (title, names) in enumerate(_groups(graph().nodes)):
        inset = "        " if title else "    "
        if title:
            lines += [f"    subgraph cluster_{number} {{", f'        label="{title}";']
        for name in names:
            more = ", peripheries=2" if graph().nodes[name]["isProfile"] else ""
            lines.append(f'{inset}{_identifier(name)} [label="{_label(name)}\\n{name}"{more}];')
        if title:
            lines.append("    }")
    return "\n".join(lines + _ordered_edges("->", ";") + ["}", ""])


def ProfilesMermaid(styles):
    """The graph in the language of Mermaid; `styles` define the look of capabilities' styles."""
    if not isinstance(styles, dict) or not all(isinstance(one, str) for pair in styles.items() for one in pair):
        raise TypeError("styles are a dictionary of text by name")
    lines = ["graph LR"]
    for title, names in _groups(graph().nodes):
        inset = "        " if title else "    "
        if title:
            lines.append(f'    subgraph sg_{_identifier(title)}["{title}"]')
        for name in names:
            style = graph().nodes[name]["style"]
            lines.append(f'{inset}{_identifier(name)}["{_label(name)}"]' + (f":::{style}" if style else ""))
        if title:
            lines.append("    end")
    lines += _ordered_edges("-->", "")
    return "\n".join(lines + [f"    classDef {name} {look}" for name, look in sorted(styles.items())] + [""])


def _described(name):
    node = graph().nodes[name]
    text = f"#### {_label(name)}\n`{name}`\n\n"
    if node["docstring"]:
        text += node["docstring"] + "\n\n"
    if node["predecessors"]:
        text += "**Predecessors:** " + ", ".join(f"`{one}`" for one in node["predecessors"]) + "\n\n"
    return text


def ProfilesMarkdown(styles=None):
    """All profiles and capabilities as Markdown, with the graph in it where styles are given."""
    text = "# Profile Registry\n\n"
    if styles is not None:
        text += f"```mermaid\n{ProfilesMermaid(styles)}```\n\n"
    for title, is_profile in (("Profiles", True), ("Capabilities", False)):
        groups = _groups(name for name, node in graph().nodes.items() if bool(node["isProfile"]) == is_profile)
        if groups:
            text += f"## {title}\n\n"
        for group, names in groups:
            text += f"### {group or '(ungrouped)'}\n\n" + "".join(map(_described, names))
    return text
