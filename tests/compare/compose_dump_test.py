"""Dumps of prim indices, field for field: every composition scene of the corpus, and random ones, in usd-core and in the engine.

    compose_dump_test.py [--count 120] [--first 1]

Space and layer identifiers are not compared, of random scenes neither whose variables came to a layer stack: here it is the same
stack when the variables are. Nodes that are culled, or inert without specs, may be there or not. Seeds that compose_known.txt names
are left out.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import compose_generate  # noqa: E402
import compose_oracle  # noqa: E402
import compose_scene  # noqa: E402
import engine  # noqa: E402

CORPUS = pathlib.Path(os.environ.get("STRATA_CONFORMANCE", HERE.parents[2] / "shared" / "conformance"))
NUMBERS = ("Parent node", "Origin node")

# Seeds that are left out: usd-core composes these without end.
LEFT_OUT = {103, 111, 151}


def parse_node(paragraph):
    """The fields of one node; those of several lines as one text."""
    fields, name = {}, None
    for line in paragraph.splitlines()[1:]:
        head = re.match(r"\s+([A-Z][\w# ]*?):\s*(.*)$", line)
        if head and "->" not in line:
            name = head.group(1)
            fields[name] = head.group(2).strip()
        elif line.strip() and name:
            fields[name] += "\n" + line.strip()
    if "Prim stack" in fields:  # the path and the name of the layer, without its folder
        fields["Prim stack"] = re.sub(r" - @.*@$", "", fields["Prim stack"], flags=re.M)
    return fields


def strip_layers(text):
    """Layer stacks by the names of their files alone."""
    return re.sub(r"@(?:[^@]*/)?([^@/]*)@", r"@\1@", text)


def parse_dump(text):
    return [parse_node(one) for one in re.split(r"(?m)^Node (?=\d+:)", strip_layers(text))[1:]]


def keep(nodes, are_culled):
    """The nodes to compare, with other nodes told by their place among these; "-" where that one may be left out."""
    numbers = [i for i, node in enumerate(nodes)
               if i == 0 or not (are_culled[i] or (node["Is inert"] == "TRUE" and node["Has specs"] == "FALSE"))]
    place = {str(number): str(i) for i, number in enumerate(numbers)}
    kept = []
    for number in numbers:
        node = dict(nodes[number])
        for field in NUMBERS:
            if field in node and node[field] != "NONE":
                node[field] = place.get(node[field], "-")
        if node["Parent node"] == "-":
            del node["Target path"]
        kept.append(node)
    return kept


def compare_prim(path, expected, got):
    """The first differences, as lines. Each side: the dump, and whether each node is culled."""
    ours, theirs = keep(parse_dump(got[0]), got[1]), keep(parse_dump(expected[0]), expected[1])
    if len(ours) != len(theirs):
        return [f"{path}: usd-core has {len(theirs)} nodes, strata {len(ours)}"]
    differences = []
    for i, (their, our) in enumerate(zip(theirs, ours)):
        for field in sorted(their.keys() | our.keys()):
            a, b = their.get(field), our.get(field)
            if a != b and not (field in NUMBERS and "-" in (a, b)):
                differences.append(f"{path} node {i} <{their.get('Source path')}> {field}: usd-core {a!r}, strata {b!r}")
    return differences


class Comparison:
    def __init__(self, program, usd):
        self.usd = usd
        self.program = engine.Program(program, 20, 4096)
        self.prims = self.nodes = 0

    def compare(self, folder, root, session, fallbacks, has_sources):
        cache = compose_oracle.open_cache(folder, session, fallbacks, self.usd, root)
        reply = self.program.ask({"kind": "pcp", "data": str(folder), "root": root, "session": session, "payloads": ".*",
                                  "variantFallbacks": fallbacks, "dump": True, "usd": self.usd})
        if cache is None or "answer" not in reply:
            return None
        prims = reply["answer"]["prims"]
        cache.RequestPayloads([prim["path"] for prim in prims], [])
        differences = []
        for prim in prims:
            index, _ = cache.ComputePrimIndex(prim["path"])
            culled = [node.isCulled for node in compose_oracle.collect_nodes(index.rootNode)]
            expected, got = (text if has_sources else re.sub(r",exprVarOverrideSource=@[^@]*@(,@[^@]*@)?", "", text)
                             for text in (index.DumpToString(), prim["dump"]))
            self.prims += 1
            self.nodes += len(culled)
            differences += compare_prim(prim["path"], (expected, culled),
                                        (got, [node["culled"] for node in prim["nodes"]]))
        return differences


def find_corpus_scenes():
    for case in sorted(CORPUS.glob("*/*/case.json")):
        for run in json.loads(case.read_text(encoding="utf-8"))["runs"]:
            if run["kind"] == "pcp":
                yield f"{case.parent.name}/{run['root']}", case.parent / "data", run["root"], run.get("session")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answer", default=os.environ.get("STRATA_ANSWER"), help="the built strata_answer")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--full", action="store_true", help="as Pcp.Cache(usd=False): permissions, symmetry")
    args = parser.parse_args()
    if not args.answer or not os.path.exists(args.answer):
        print("skipped: strata_answer is not built (-DSTRATA_BUILD_TESTS=ON builds it)")
        return 77
    from pxr import Tf
    comparison = Comparison(args.answer, not args.full)
    scenes, different, unanswered, shown = 0, [], [], 0

    def take(name, folder, root, session, fallbacks):
        nonlocal scenes, shown
        try:
            differences = comparison.compare(folder, root, session, fallbacks, not name.startswith("seed"))
        except Tf.ErrorException:
            return  # usd-core does not open it
        except engine.Trouble as trouble:
            print(f"{name}: {trouble}")
            unanswered.append(name)
            return
        if differences is None:
            return
        scenes += 1
        if differences:
            different.append(name)
            for line in differences[:4] if shown < args.show else ():
                print(f"{name}: {line}")
                shown += 1

    for name, folder, root, session in find_corpus_scenes():
        take(name, folder, root, session, {"standin": ["render"]})
    corpus_scenes = scenes
    home = pathlib.Path(tempfile.mkdtemp(prefix="compose-dump-"))
    try:
        known = {int(line.split()[0]) for line in (HERE / "compose_known.txt").read_text().splitlines() if line[:1].isdigit()}
        for seed in sorted(set(range(args.first, args.first + args.count)) - known - LEFT_OUT):
            folder = home / str(seed)
            folder.mkdir()
            scene = compose_generate.make_scene(seed)
            compose_scene.write_scene(scene, folder)
            session = "session.usda" if (folder / "session.usda").exists() else None
            take(f"seed {seed}", folder, "root.usda", session, scene["fallbacks"])
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{corpus_scenes} scenes of the corpus and {scenes - corpus_scenes} random ones, {comparison.prims} prims, "
          f"{comparison.nodes} nodes compared: {len(different)} scenes different, {len(unanswered)} not answered")
    return 1 if different or unanswered else 0


if __name__ == "__main__":
    sys.exit(main())
