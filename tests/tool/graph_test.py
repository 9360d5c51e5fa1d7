#!/usr/bin/env python3
"""Graphs of prims whose layers and variants have names that XML and graphviz do not take as they stand.

Usage: graph_test.py STRATA
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

TOOL = os.path.realpath(sys.argv[1])
NAMES = [b'quote"s\'.usda', b"back\\n\\.usda", b"less<more>&amp;.usda", b"line\nbreak.usda", b"control\x01\x1b[2J.usda", "ünï-😀.usda".encode(),
         b"not\xffutf\xfe8.usda", b"{record|field}.usda", b"%s;#.usda"]
ASSET = b"""#usda 1.0
def "P" (
    variants = {
        string "v" = "x-1|y"
    }
    add variantSets = "v"
    inherits = </_K>
    references = [</Absent>, </Other>]
    instanceable = true
)
{
    variantSet "v" = {
        "x-1|y" {
        }
    }
}
def "Other"
{
}
class "_K"
{
    def "In"
    {
    }
}
"""


def ask(folder, layer, path, *more):
    done = subprocess.run([TOOL.encode(), b"graph", layer, path.encode(), *(word.encode() for word in more)], cwd=folder,
                          capture_output=True, timeout=60)
    return done.returncode, done.stdout


def texts_of(picture):
    return ["".join(node.data for node in text.childNodes) for text in picture.getElementsByTagName("text")]


class Graphs(unittest.TestCase):
    def test_any_name_gives_pictures_that_open(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in NAMES:
                with open(os.path.join(folder.encode(), name), "wb") as out:
                    out.write(ASSET)
                for path in ("/", "/P", "/P/In", "/__Prototype_1/In", "/Other"):
                    for more in ((), ("--expanded",)):
                        with self.subTest(name=name, path=path, more=more):
                            self.check(folder, name, path, more)

    def check(self, folder, name, path, more):
        nodes = json.loads(ask(folder, name, path, "--format", "json", *more)[1])["nodes"]
        status, svg = ask(folder, name, path, "--format", "svg", *more)
        self.assertEqual(0, status)
        titles = [text for text in texts_of(xml.dom.minidom.parseString(svg)) if text.partition("  ")[0].isdigit()]
        self.assertEqual([f"{node['i']}  {node['path']}" for node in nodes], titles)
        status, dot = ask(folder, name, path, "--maps", *more)
        self.assertEqual(0, status)
        for line in dot.decode().split("\n"):  # fails where it is not UTF-8
            self.assertTrue(line.isprintable(), line)
        if not shutil.which("dot"):
            return
        drawn = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, timeout=60)
        self.assertEqual((0, b""), (drawn.returncode, drawn.stderr))
        boxes = [node for node in xml.dom.minidom.parseString(drawn.stdout).getElementsByTagName("g") if node.getAttribute("class") == "node"]
        self.assertEqual(len(nodes), len(boxes))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
