#!/usr/bin/env python3
"""Writes strata/path/xid_table.inc: the code points that begin and continue identifiers in Unicode 15.1.

Needs `pip install unicodedata2==15.1.0` (the Unicode database of that version). The sets are derived as UAX #31 defines
them: from general categories and Other_ID_Start/Other_ID_Continue, less what normalisation to NFKC would break.
With --check IDENTIFIERS, a file that holds one `start continue` pair of 0/1 digits per code point as another program
sees it, prints the differences instead.
"""
import argparse
import sys
from pathlib import Path

import unicodedata2 as ucd

VERSION = "15.1.0"
OTHER_START = {0x1885, 0x1886, 0x2118, 0x212E, 0x309B, 0x309C}
OTHER_CONTINUE = {0x00B7, 0x0387, *range(0x1369, 0x1372), 0x19DA, 0x200C, 0x200D, 0x30FB, 0xFF65}
PATTERN_SYNTAX_LETTERS = {0x2E2F}  # the only letter with Pattern_Syntax
START_CATEGORIES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"}
CONTINUE_CATEGORIES = START_CATEGORIES | {"Mn", "Mc", "Nd", "Pc"}


def is_id_start(code):
    if code in PATTERN_SYNTAX_LETTERS:
        return False
    return code in OTHER_START or ucd.category(chr(code)) in START_CATEGORIES


def is_id_continue(code):
    if code in PATTERN_SYNTAX_LETTERS:
        return False
    return is_id_start(code) or code in OTHER_CONTINUE or ucd.category(chr(code)) in CONTINUE_CATEGORIES


def nfkc(code):
    return [ord(c) for c in ucd.normalize("NFKC", chr(code))]


def is_xid_continue(code):
    return is_id_continue(code) and all(is_id_continue(c) for c in nfkc(code))


def is_xid_start(code):
    if not is_id_start(code):
        return False
    folded = nfkc(code)
    return is_id_start(folded[0]) and all(is_id_continue(c) for c in folded[1:])


def ranges(predicate):
    found, begin = [], None
    for code in range(0x110000):
        if predicate(code):
            begin = code if begin is None else begin
        elif begin is not None:
            found.append((begin, code - 1))
            begin = None
    return found


def render(name, found):
    lines = [f"constexpr CodeRange {name}[] = {{"]
    row = ""
    for first, last in found:
        item = f"{{0x{first:04X}, 0x{last:04X}}},"
        if len(row) + len(item) + 3 > 110:
            lines.append("  " + row.rstrip())
            row = ""
        row += item + " "
    lines += ["  " + row.rstrip(), "};"]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", type=Path)
    args = parser.parse_args()
    if ucd.unidata_version != VERSION:
        sys.exit(f"unicodedata2 has Unicode {ucd.unidata_version}, not {VERSION}")
    if args.check:
        rows = args.check.read_text().splitlines()
        different = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF
                     and rows[c] != f"{int(is_xid_start(c) or c == 0x5F)} {int(is_xid_continue(c))}"]
        print(f"{len(different)} differences: {[f'U+{c:04X}' for c in different[:40]]}")
        return 1 if different else 0
    out = Path(__file__).resolve().parent.parent / "strata" / "path" / "xid_table.inc"
    out.write_text(f"// Made by scripts/make_xid_table.py from Unicode {VERSION}; ranges include both ends.\n"
                   + render("kXidStart", ranges(is_xid_start)) + "\n\n"
                   + render("kXidContinue", ranges(is_xid_continue)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
