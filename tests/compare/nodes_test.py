#!/usr/bin/env python3
"""The shader nodes of the library are those of usd-core's Sdr registry: each node, its inputs and outputs, types, defaults and options.

The file of nodes is made anew and compared; then the program that answers is asked what it made of it.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

from pxr import Sdf, Sdr

ROOT = Path(__file__).resolve().parent.parent.parent


def plain(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Sdf.AssetPath):
        return {"$asset": value.path}
    return [plain(one) for one in value]


def describe(prop, is_input):
    default = prop.GetDefaultValueAsSdfType() if is_input else None
    return {"type": str(prop.GetTypeAsSdfType().GetSdfType()), "fallback": plain(default),
            "isConnectable": prop.IsConnectable() if is_input else True, "options": [name for name, _ in prop.GetOptions()]}


def expect(registry):
    expected = {}
    for identifier in registry.GetShaderNodeIdentifiers():
        node = registry.GetShaderNodeByIdentifier(identifier)
        expected[identifier] = {
            "sourceType": str(node.GetSourceType()), "context": str(node.GetContext()), "family": str(node.GetFamily()),
            "role": str(node.GetRole()),
            "inputs": {name: describe(node.GetShaderInput(name), True) for name in node.GetShaderInputNames()},
            "outputs": {name: describe(node.GetShaderOutput(name), False) for name in node.GetShaderOutputNames()}}
    return expected


def close(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return isinstance(a, (int, float)) and isinstance(b, (int, float)) and abs(a - b) <= 1e-6 * max(1, abs(a))
    return a == b


def tell(title, one, other):
    if isinstance(one, dict) and isinstance(other, dict) and "$asset" not in one:
        return sum(tell(f"{title} {key}", one.get(key), other.get(key)) for key in sorted(set(one) | set(other)))
    if close(one, other):
        return 0
    print(f"{title}: expected {one}, answered {other}")
    return 1


def main():
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "make_nodes.py"), "--check"], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr, end="")
        return 1
    answer = subprocess.run([os.environ["STRATA_ANSWER"]], input='{"kind": "nodes"}\n', capture_output=True, text=True, timeout=60).stdout
    expected, found = expect(Sdr.Registry()), json.loads(answer)["answer"]
    wrong = tell("", expected, found)
    print(f"{len(expected)} nodes with {sum(len(node['inputs']) + len(node['outputs']) for node in expected.values())} properties: "
          f"{wrong} differences from usd-core")
    return 1 if wrong or not expected else 0


if __name__ == "__main__":
    sys.exit(main())
