"""Random small layered scenes with every arc: one seed, one scene."""
import random

from compose_scene import part

ROOTS = ("A", "B", "C", "_k", "_l")
CHILDREN = ("x", "y", "z", "_c")
SETS = {"v": ("a", "b"), "w": ("a", "b"), "u": ("p", "q")}
EDITS = ("prepend",) * 8 + ("append",) * 3 + ("explicit",) * 2 + ("add", "delete", "reorder")
OFFSETS = ((0, 1),) * 6 + ((10, 1), (0, 2), (-3, 0.5), (5, 0), (1, -1))


class Generator:
    """Makes the scene of one seed. What kinds of parts come up, and how often, is itself drawn for each scene."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        chance = self.random
        kinds = ["reference", "payload", "inherit", "specialize", "variant", "relocate", "expression", "targets", "instance",
                 "permission", "offset", "order", "edit", "session", "fallback", "oddity"]
        # A scene of few kinds makes them meet; one of all kinds makes them meet everything.
        wanted = chance.choice((2, 3, 4, 6, len(kinds)))
        self.kinds = set(chance.sample(kinds, min(wanted, len(kinds)))) | {chance.choice(kinds[:4])}
        if chance.random() < 0.5:
            self.kinds -= {"oddity"}
        self.arcs = [kind for kind in kinds[:4] if kind in self.kinds]
        names = ["root.usda", "s.usda", "r.usda", "q.usda"]
        self.layers = names[:chance.choice((1, 2, 3, 3, 4, 4))]
        if "session" in self.kinds:
            self.layers.append("session.usda")
        self.density = chance.choice((0.15, 0.3, 0.3, 0.5, 0.8))
        self.depth = chance.choice((1, 2, 2, 3))

    def maybe(self, likelihood):
        return self.random.random() < likelihood

    def scene(self):
        # Paths first, so that arcs have somewhere to lead.
        self.paths = {}
        prims = {}
        for layer in self.layers:
            roots = self.random.sample(ROOTS, self.random.choice((1, 2, 2, 3, 4)))
            self.paths[layer] = []
            prims[layer] = [self.skeleton(layer, "/" + name, 1) for name in roots]
        scene = part("scene")
        sites = []
        for layer in self.layers:
            for prim in prims[layer]:
                self.furnish(layer, prim, 0, sites)
        # Few arcs: usd-core's work grows exponentially with arcs that lead to one another.
        for _ in range(self.random.choice((1, 2, 3, 4, 6, 8, 12)) if self.arcs else 0):
            layer, site = self.random.choice(sites)
            site["parts"].append(self.arc(layer, self.random.choice(self.arcs)))
        scene["parts"] += [part("layer", self.layer_parts(layer) + prims[layer], name=layer) for layer in self.layers]
        scene["fallbacks"] = {}
        if "fallback" in self.kinds:
            scene["fallbacks"] = {"v": [self.random.choice(("a", "b", "none"))], "w": ["none", "b"]}
        return scene

    def skeleton(self, layer, path, depth):
        self.paths[layer].append(path)
        name = path.rsplit("/", 1)[1]
        specifier = "class" if name.startswith("_") and self.maybe(0.8) else self.random.choice(("def", "def", "over"))
        prim = part("prim", name=name, specifier=specifier, path=path)
        if depth < self.depth + 1:
            for child in self.random.sample(CHILDREN, self.random.choice((0, 1, 1, 2, 2))):
                prim["parts"].append(self.skeleton(layer, f"{path}/{child}", depth + 1))
        return prim

    def layer_parts(self, layer):
        parts = []
        others = [name for name in self.layers if name != layer]
        if layer == "root.usda" and "s.usda" in self.layers:
            parts.append(part("sublayer", asset=self.asset("s.usda"), offset=self.offset()))
        elif others and layer != "s.usda" and self.maybe(0.12):
            parts.append(part("sublayer", asset=self.asset(self.random.choice(others)), offset=self.offset()))
        if self.maybe(0.5):
            root = self.random.choice(self.paths[layer]) if "oddity" in self.kinds else "/" + self.paths[layer][0].split("/")[1]
            parts.append(part("meta", name="defaultPrim", text=f'"{root[1:] if root.count("/") == 1 else root}"'))
        if "offset" in self.kinds and self.maybe(0.3):
            parts.append(part("meta", name="timeCodesPerSecond", text=self.random.choice(("24", "48", "12"))))
        if "expression" in self.kinds:
            for name in ("V", "W", "L"):
                if self.maybe(0.6):
                    text = {"V": ('"a"', '"b"', "\"`${W}`\""), "W": ('"b"', '"a"', '"`${V}`"'),
                            "L": ('"r.usda"', '"q.usda"')}[name]
                    parts.append(part("variable", name=name, type="string", text=self.random.choice(text)))
        if "relocate" in self.kinds:
            for _ in range(self.random.choice((0, 1, 1, 2, 3))):
                source, target = self.any_path(layer), self.any_path(layer)
                if source.count("/") == 1 and not self.maybe(0.1):
                    source = source + "/" + self.random.choice(CHILDREN)
                if not self.maybe(0.3):
                    target = self.random.choice((source, target)).rsplit("/", 1)[0] or "/A"
                    target += "/" + self.random.choice(CHILDREN + ("m", "n", "m"))
                if self.maybe(0.1):
                    target = ""
                parts.append(part("relocate", source=source, target=target))
        return parts

    def offset(self):
        return self.random.choice(OFFSETS) if "offset" in self.kinds else (0, 1)

    def asset(self, name):
        if "expression" in self.kinds and self.maybe(0.3):
            return self.random.choice((f"`'{name}'`", "`${L}`", f"`if(eq(${{V}}, 'a'), '{name}', 'q.usda')`", "`'${L}'`",
                                       "`${NONE}`"))
        if "oddity" in self.kinds and self.maybe(0.1):
            return "missing.usda"
        return "./" + name

    def any_path(self, layer):
        """A path that is likely to be there once arcs are followed."""
        path = self.random.choice(self.paths[layer])
        if self.maybe(0.3):
            path += "/" + self.random.choice(CHILDREN)
        return path

    def sites(self, holder):
        """The prim and its variants, at each of which things can be written."""
        yield holder
        for one in holder["parts"]:
            if one["kind"] == "set":
                for variant in one["parts"]:
                    yield from self.sites(variant)

    def add_sets(self, layer, holder, depth):
        for name in self.random.sample(sorted(SETS), self.random.choice((1, 1, 2))):
            variants = []
            for variant in SETS[name]:
                if not self.maybe(0.8):
                    continue
                content = part("variant", name=variant, path=holder["path"])
                if self.maybe(0.5):
                    content["parts"].append(self.skeleton(layer, f"{holder['path']}/{self.random.choice(CHILDREN)}", 3))
                if depth < 2 and self.maybe(0.2):
                    self.add_sets(layer, content, depth + 1)
                variants.append(content)
            holder["parts"].append(part("set", variants, name=name, listed=self.maybe(0.95)))

    def furnish(self, layer, prim, depth, sites):
        if "variant" in self.kinds and depth < 3 and self.maybe(self.density):
            self.add_sets(layer, prim, 0)
        for site in list(self.sites(prim)):
            sites.append((layer, site))
            self.furnish_site(layer, site)
            for child in [one for one in site["parts"] if one["kind"] == "prim"]:
                self.furnish(layer, child, depth + 1, sites)

    def furnish_site(self, layer, site):
        parts = site["parts"]
        if "variant" in self.kinds:
            for name in SETS:
                if self.maybe(0.3):
                    variant = self.random.choice(SETS[name])
                    if "expression" in self.kinds and self.maybe(0.5):
                        variant = self.random.choice(("`${V}`", "`${W}`", "`if(eq(${V}, 'a'), 'b', 'a')`", "`${NONE}`",
                                                      "`bad(`"))
                    elif "oddity" in self.kinds and self.maybe(0.1):
                        variant = self.random.choice(("none", "", "p"))
                    parts.append(part("selection", set=name, variant=variant))
        if "instance" in self.kinds and self.maybe(0.3):
            parts.append(part("meta", name="instanceable", text=self.random.choice(("true", "true", "false"))))
        if "permission" in self.kinds and site["kind"] == "prim" and self.maybe(0.15):
            parts.append(part("meta", name="permission", text="private"))
        if "order" in self.kinds and self.maybe(0.3):
            parts.append(part("order", names=self.random.sample(CHILDREN, self.random.choice((1, 2, 3)))))
        self.add_properties(layer, site)

    def add_properties(self, layer, site):
        parts = site["parts"]
        if self.maybe(0.3):
            name = self.random.choice(("p", "q"))
            prop = part("attribute", name=name, type="int", value=str(self.random.randrange(9)))
            if "oddity" in self.kinds and self.maybe(0.3):
                prop.update(type="string", value='"text"')
            if "permission" in self.kinds and self.maybe(0.3):
                prop["permission"] = "private"
            if "targets" in self.kinds and self.maybe(0.6):
                prop["parts"] = self.targets(layer, site)
            parts.append(prop)
        if "targets" in self.kinds and self.maybe(0.5):
            name = self.random.choice(("t", "s", "q") if "oddity" in self.kinds else ("t", "s"))
            parts.append(part("relationship", self.targets(layer, site), name=name))

    def targets(self, layer, site):
        targets = []
        for _ in range(self.random.choice((1, 1, 2))):
            path = self.random.choice((site["path"], self.any_path(layer), self.any_path(layer)))
            path += self.random.choice(("", "", ".p", ".t", "/x", "/y.q"))
            targets.append(part("target", op=self.edit(), path=path))
        return targets

    def edit(self):
        return self.random.choice(EDITS) if "edit" in self.kinds else "prepend"

    def arc(self, layer, arc):
        if arc in ("inherit", "specialize"):
            return part("arc", arc=arc, op=self.edit(), path=self.class_path(layer), asset="")
        target = self.random.choice(self.layers + ["", ""])
        if target in ("root.usda", "session.usda") and not self.maybe(0.15):
            target = ""
        if target in ("", layer):
            target = "" if self.maybe(0.8) else layer
        asset = self.asset(target) if target else ""
        path = self.any_path(target or layer)
        if target and self.maybe(0.2):
            path = ""
        return part("arc", arc=arc, op=self.edit(), asset=asset, path=path, offset=self.offset())

    def class_path(self, layer):
        if self.maybe(0.6):
            path = "/" + self.random.choice(("_k", "_l"))
            if self.maybe(0.3):
                path += "/" + self.random.choice(CHILDREN)
            return path
        return self.any_path(layer)


class SteeredGenerator(Generator):
    """Ordinary scenes to which things are added that seldom come about by chance: arcs inside what is relocated, relocates inside
    arcs, every list edit of one field in two layers, errors that need two places to agree."""

    def __init__(self, seed):
        super().__init__(seed)
        self.kinds |= {"relocate"} if self.maybe(0.6) else {"edit", "targets"}
        self.layers += [name for name in ("root.usda", "s.usda", "r.usda") if name not in self.layers]

    def scene(self):
        scene = super().scene()
        self.prims = {}
        for layer in scene["parts"]:
            for prim in layer["parts"]:
                if prim["kind"] == "prim":
                    self.list_prims(layer["name"], prim)
        for _ in range(self.random.choice((1, 2, 3))):
            add = self.random.choice((self.add_relocated_arc,) * 4 + (self.add_edits,) * 2
                                     + (self.add_instance_target, self.add_stack_errors))
            add({layer["name"]: layer for layer in scene["parts"]})
        return scene

    def list_prims(self, layer, prim):
        self.prims[layer, prim["path"]] = prim
        for site in self.sites(prim):
            for child in site["parts"]:
                if child["kind"] == "prim":
                    self.list_prims(layer, child)

    def pick(self, layer):
        """A root prim of the layer, and a child of it that is made where there is none."""
        path = self.random.choice([path for name, path in self.prims if name == layer and path.count("/") == 1])
        prim = self.prims[layer, path]
        name = self.random.choice(CHILDREN)
        if (layer, f"{path}/{name}") not in self.prims:
            child = part("prim", name=name, specifier="def", path=f"{path}/{name}")
            prim["parts"].append(child)
            self.prims[layer, child["path"]] = child
        return path, f"{path}/{name}"

    def lead(self, layer, target_layer, path, arc, site):
        """Writes an arc of this kind to a path."""
        asset = "" if target_layer == layer or arc in ("inherit", "specialize") else "./" + target_layer
        site["parts"].append(part("arc", arc=arc, op="prepend", asset=asset, path=path, offset=(0, 1)))

    def any_arc(self, site, layer):
        arc = self.random.choice(("reference", "payload", "inherit", "specialize"))
        target_layer = layer if arc in ("inherit", "specialize") or self.maybe(0.4) else self.random.choice(("r.usda", layer))
        return arc, target_layer

    def add_relocated_arc(self, layers):
        """A prim that an arc brings is relocated; below it, and where the relocate leads, there are arcs of their own."""
        layer = self.random.choice(("root.usda", "root.usda", "s.usda", "r.usda"))
        holder, _ = self.pick(layer)
        arc, target_layer = self.any_arc(None, layer)
        target, child = self.pick(target_layer)
        if target == holder and target_layer == layer:
            return
        name = child.rsplit("/", 1)[1]
        self.lead(layer, target_layer, target, arc, self.prims[layer, holder])
        moved = self.prims[target_layer, child]
        if self.maybe(0.4):
            self.add_sets(target_layer, moved, 2)
            if self.maybe(0.6):
                moved["parts"].append(part("selection", set="v", variant="a"))
        for site in self.random.sample(list(self.sites(moved)), 1) + [moved]:
            inner, inner_layer = self.any_arc(None, target_layer)
            inner_target = self.random.choice(self.pick(inner_layer))
            if self.maybe(0.7) and not (inner_layer == target_layer and child.startswith(inner_target)):
                self.lead(target_layer, inner_layer, inner_target, inner, site)
        place = holder if self.maybe(0.6) else self.pick(layer)[0]
        moved_to = f"{place}/{self.random.choice(('m', 'n'))}"
        layers[layer]["parts"].append(part("relocate", source=f"{holder}/{name}", target=moved_to))
        if self.maybe(0.3):  # and what is in it further
            layers[layer]["parts"].append(part("relocate", source=f"{moved_to}/{self.random.choice(CHILDREN)}",
                                               target=f"{holder}/{self.random.choice('mn')}{self.random.choice(('', '/y'))}"))
        if self.maybe(0.4):  # an arc to where it was, or is
            other, _ = self.pick(layer)
            self.lead(layer, layer, self.random.choice((f"{holder}/{name}", moved_to)), self.any_arc(None, layer)[0],
                      self.prims[layer, other])

    def add_edits(self, layers):
        """Every list edit of one field, at one prim in two layers."""
        arc = self.random.choice(("reference", "payload", "inherit", "specialize"))
        places = [self.random.choice(self.pick("r.usda" if arc in ("reference", "payload") else "root.usda")) for _ in range(3)]
        path = self.pick("root.usda")[0]
        for layer in ("root.usda", "s.usda"):
            prim = self.prims.get((layer, path))
            if prim is None:
                prim = part("prim", name=path[1:], specifier="over", path=path)
                layers[layer]["parts"].append(prim)
                self.prims[layer, path] = prim
            for _ in range(self.random.choice((1, 2, 3))):
                operation = self.random.choice(("prepend", "append", "add", "delete", "reorder", "explicit"))
                target = self.random.choice(places)
                if target.startswith(path) and arc in ("inherit", "specialize"):
                    continue
                asset = "./r.usda" if arc in ("reference", "payload") else ""
                prim["parts"].append(part("arc", arc=arc, op=operation, asset=asset, path=target, offset=(0, 1)))

    def add_instance_target(self, layers):
        """A class whose relationship or connection leads to one of its instances."""
        instance, child = self.pick("root.usda")
        other, inside = self.pick("root.usda")
        if instance == other:
            return
        self.lead("root.usda", "root.usda", other, self.random.choice(("inherit", "specialize")), self.prims["root.usda", instance])
        target = part("target", op="prepend", path=self.random.choice((instance, child, instance + ".t")))
        site = self.prims["root.usda", self.random.choice((other, inside))]
        site["parts"].insert(0, part("relationship", [target], name="t"))

    def add_stack_errors(self, layers):
        """Two layers of a stack that contradict each other."""
        path, child = self.pick("root.usda")
        kind = self.random.choice(("cycle", "target", "conflict"))
        if kind == "cycle":
            layers["s.usda"]["parts"].append(part("sublayer", asset=self.random.choice(("./root.usda", "./s.usda")), offset=(0, 1)))
            return
        other = path + "/" + self.random.choice(CHILDREN)
        for layer, source in (("root.usda", child), ("s.usda", other)):
            target = path + "/m" if kind == "target" else self.random.choice((child, other, other + "/m"))
            layers[layer]["parts"].append(part("relocate", source=source, target=target))


class StackGenerator(Generator):
    """Ordinary scenes some of whose layers are muted, or are owned by whom the session names."""

    def __init__(self, seed):
        super().__init__(seed)
        self.layers += [name for name in ("s.usda", "r.usda", "session.usda") if name not in self.layers]

    def scene(self):
        scene = super().scene()
        layers = {layer["name"]: layer["parts"] for layer in scene["parts"]}
        root = layers.pop("root.usda")
        if self.maybe(0.5):
            scene["parts"] += [part("mute", name=name) for name in layers if self.maybe(0.4)]
            return scene
        session = layers.pop("session.usda")
        holder = self.random.choice((root, root, layers["s.usda"]))
        holder.append(part("meta", name="hasOwnedSubLayers", text=self.random.choice(("true", "true", "true", "false"))))
        session.append(part("meta", name="sessionOwner", text='"me"'))
        for name, parts in layers.items():
            if self.maybe(0.8) and parts is not holder:
                parts.append(part("meta", name="owner", text=self.random.choice(('"me"', '"me"', '"me"', '"you"'))))
                holder.append(part("sublayer", asset="./" + name, offset=(0, 1)))
            elif self.maybe(0.3):
                session.append(part("sublayer", asset="./" + name, offset=(0, 1)))
        root.append(part("prim", name="O", specifier="def", path="/O", parts=[
            part("attribute", name=name, type="int", value="0") for name in ("p", "q")]))
        for parts in layers.values():
            parts.append(part("prim", name="O", specifier="over", path="/O", parts=[
                part("attribute", name=name, type="int", variability="uniform", value="0") for name in ("p", "q") if self.maybe(0.5)]))
        return scene


# Every fifth seed is steered to what chance seldom brings about, every fortieth has layers that are muted or owned.
def make_scene(seed):
    if seed % 40 == 7:
        return StackGenerator(seed).scene()
    return (Generator if seed % 5 else SteeredGenerator)(seed).scene()
