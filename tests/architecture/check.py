#!/usr/bin/env python3
"""Compares the sources with the rules of ARCHITECTURE.md and prints the sentence of each rule that is broken.

The list of rooms is the block of ARCHITECTURE.md whose lines read `name/   what it is for`. What a room uses is the USES of the
strata_room(...) call in its CMakeLists.txt.
"""
import argparse
import re
import sys
from pathlib import Path

RULE_ORDER = "a room uses only rooms above it in the list of ARCHITECTURE.md"
MAX_LINES = 800
LARGE_SHARE = 0.15
THIRD_PARTY = {"fmt", "tsl", "fast_float", "lz4"}
IN_SOURCES_ONLY = {"nlohmann", "curl"}  # where JSON and servers are read, and in no header
SPEAKS = re.compile(r"\b(?:std::cout|std::cerr|std::clog|std::exit|std::quick_exit|std::terminate|abort\s*\(|[^nsf:]printf\s*\(|"
                    r"fprintf\s*\(|puts\s*\()")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def read_room_list(root):
    """The rooms in architecture order."""
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    block = re.search(r"^```\nstrata/\n(.*?)^```", text, re.S | re.M)
    if not block:
        sys.exit("ARCHITECTURE.md: the list of rooms, a block that begins with `strata/`, is missing")
    return re.findall(r"^  ([a-z_]+)/", block.group(1), re.M)


def read_uses(root):
    """What each room declares that it uses."""
    uses = {}
    for listing in sorted((root / "strata").glob("*/CMakeLists.txt")):
        text = re.sub(r"#.*", "", listing.read_text(encoding="utf-8"))
        call = re.search(r"strata_room\(\s*(\w+)\s*([^)]*)\)", text)
        if not call:
            continue
        words, group, used = call.group(2).split(), None, []
        for word in words:
            if word in ("USES", "LIBS"):
                group = word
            elif group == "USES":
                used.append(word)
        uses[call.group(1)] = used
    return uses


def first_sentence(lines):
    """The opening comment of a header up to its first full stop, or None."""
    comment = []
    for line in lines:
        if line.startswith("//"):
            comment.append(line[2:].strip())
        elif comment or (line.strip() and line.strip() != "#pragma once"):
            break
    text = " ".join(comment)
    sentence = re.match(r"[A-Z`\"(].*?\.(?=\s|$|\))", text)
    return sentence.group(0) if sentence else None


class Check:
    def __init__(self, root):
        self.root = root
        self.order = read_room_list(root)
        self.uses = read_uses(root)
        self.broken = []
        self.remarks = []

    def fail(self, sentence):
        self.broken.append(sentence)

    def is_above(self, used, room):
        return used in self.order and room in self.order and self.order.index(used) < self.order.index(room)

    def declarations(self):
        for room, used_rooms in self.uses.items():
            if room not in self.order:
                self.fail(f"{room} is not in the list of ARCHITECTURE.md: each room is listed there, in order")
            for used in used_rooms:
                if not self.is_above(used, room):
                    self.fail(f"{room} declares that it uses {used}: {RULE_ORDER}")

    def room_sources(self, room):
        folder = self.root / "strata" / room
        return sorted(p for p in folder.rglob("*") if p.suffix in (".h", ".cpp"))

    def include(self, room, mark, included, where):
        if not included.startswith("strata/"):
            if mark == '"':
                self.fail(f'{where} includes "{included}": a header of ours is included by its full path, strata/<room>/<file>.h')
            elif where.split(":")[0].endswith(".cpp") and included.split("/")[0] in IN_SOURCES_ONLY:
                return
            elif "/" in included and included.split("/")[0] not in THIRD_PARTY | {"sys"}:
                self.fail(f"{where} includes <{included}>: the core links fmt, robin-map and fast_float and nothing else")
            return
        used = included.split("/")[1]
        if used == room:
            return
        if not self.is_above(used, room):
            self.fail(f"{room} includes {included}: {RULE_ORDER} ({where})")
        elif used not in self.uses[room]:
            self.fail(f"{room} includes {included} without declaring it: add {used} to USES in "
                      f"strata/{room}/CMakeLists.txt ({where})")

    def source(self, room, path):
        where = path.relative_to(self.root)
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                self.include(room, match.group(1), match.group(2), f"{where}:{number}")
            elif SPEAKS.search(re.sub(r'"(?:\\.|[^"\\])*"|//.*', "", line)):
                self.fail(f"{where}:{number}: the library never prints, exits or aborts: {line.strip()}")
        if path.suffix == ".h":
            if "#pragma once" not in lines[:12]:
                self.fail(f"{where}: a header has #pragma once")
            if not first_sentence(lines):
                self.fail(f"{where}: every header opens with one sentence that says what it is for")
        return len(lines)

    def rooms(self):
        sizes = {}
        for room in self.uses:
            sources = self.room_sources(room)
            if not sources:
                continue
            sizes[room] = sum(self.source(room, path) for path in sources)
            folder = self.root / "strata" / room
            doors = [folder / f"{room}.h", *(folder / part.name / f"{part.name}.h" for part in folder.iterdir() if part.is_dir())]
            if not any(door.exists() for door in doors):
                self.fail(f"strata/{room}/{room}.h is missing: each room has its door")
        total = sum(sizes.values())
        for room, size in sizes.items():
            if size > LARGE_SHARE * total:
                self.remarks.append(f"{room} holds {size} of {total} lines, {size / total:.0%} of the library")

    def lengths(self):
        for folder in ("strata", "consumers", "tools", "python", "tests", "scripts"):
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in (".h", ".cpp", ".py", ".sh") and path.is_file():
                    count = path.read_text(encoding="utf-8").count("\n")
                    if count > MAX_LINES:
                        self.fail(f"{path.relative_to(self.root)} has {count} lines: no file has more than {MAX_LINES}")

    def run(self):
        self.declarations()
        self.rooms()
        self.lengths()
        return not self.broken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="the tree to check")
    check = Check(parser.parse_args().root.resolve())
    good = check.run()
    for sentence in check.broken:
        print(sentence)
    for remark in check.remarks:
        print(f"remark: {remark}")
    print(f"{len(check.uses)} rooms checked, {len(check.broken)} rules broken")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
