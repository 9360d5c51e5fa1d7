#!/usr/bin/env python3
"""Draws the pictures of docs: what the built tool prints about scenes of the repository, as a terminal shows it.

    scripts/make_picture.py build/bin/strata
"""
import html
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {
    "picture.svg": ("examples/shot", [
        ["why", "shot.usda", "/Harbour/Lighthouse/Lamp.inputs:intensity", "--time", "12"],
        ["why", "shot.usda", "/Harbour/Materials/WeatheredPaint/Surface.inputs:roughness"],
    ]),
    "computations.svg": ("tests/golden/tool", [
        ["compute", "compute/rails.usda", "/Root/World/Curve", "--explain"],
        ["compute", "simulation/cloth.usda", "/Cloth", "--output", "points", "--time", "12"],
    ]),
    "runtime.svg": ("tests/golden/tool", [
        ["compute", "compute/rails.usda", "/Root/World/Curve"],
        ["compute", "compute/rails.usda", "/Root/World/Curve/Box", "--output", "world.bound"],
        ["assemble", "assemble/room.usda"],
        ["compute", "assemble/room.usda", "/Lawn/Tree", "--output", "height"],
    ]),
}
FONT, LINE, WIDTH, MARGIN = 13, 18, 7.82, 18
COLOURS = {30: "#5c6370", 31: "#e06c75", 32: "#98c379", 33: "#e5c07b", 34: "#61afef", 35: "#c678dd", 36: "#56b6c2", 37: "#dcdfe4",
           90: "#7f848e", 91: "#e06c75", 92: "#98c379", 93: "#e5c07b", 94: "#61afef", 95: "#c678dd", 96: "#56b6c2", 97: "#ffffff"}


def on_a_terminal(command, folder):
    """What the command writes when its output is a terminal."""
    leader, follower = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": "120"}
    process = subprocess.Popen(command, cwd=folder, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    said = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    if process.wait():
        sys.exit(f"{' '.join(command)} failed:\n{said.decode()}")
    return said.decode().replace("\r\n", "\n").rstrip("\n").split("\n")


def spans(line):
    """The line's text as tspan elements, escape sequences turned into fill and weight."""
    style, out = {}, []
    for piece in re.split(r"(\x1b\[[\d;]*m)", line):
        codes = re.fullmatch(r"\x1b\[([\d;]*)m", piece)
        if not codes:
            if piece:
                attributes = "".join(f' {k}="{v}"' for k, v in style.items())
                out.append(f"<tspan{attributes}>{html.escape(piece)}</tspan>")
            continue
        for code in (int(c or 0) for c in codes.group(1).split(";")):
            if code == 0:
                style.clear()
            elif code == 1:
                style["font-weight"] = "bold"
            elif code == 2:
                style["fill"] = "#7f848e"
            elif code in COLOURS:
                style["fill"] = COLOURS[code]
    return "".join(out)


def draw(tool, name, folder, commands):
    lines = []
    for words in commands:
        lines += [f"\x1b[2m$\x1b[0m \x1b[1mstrata {' '.join(words)}\x1b[0m"]
        lines += on_a_terminal([tool, *words], ROOT / folder) + [""]
    lines.pop()
    columns = max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines)
    width, height = round(columns * WIDTH + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN
    rows = "\n".join(f'<text x="{MARGIN}" y="{MARGIN + LINE * (i + 0.75):.0f}" xml:space="preserve">{spans(line)}</text>'
                     for i, line in enumerate(lines) if line)
    picture = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
               f'font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="{FONT}" fill="#dcdfe4">\n'
               f'<rect width="100%" height="100%" rx="8" fill="#21252b"/>\n{rows}\n</svg>\n')
    (ROOT / "docs" / name).write_text(picture, encoding="utf-8")


def main():
    tool = str(Path(sys.argv[1] if len(sys.argv) > 1 else "build/bin/strata").resolve())
    for name, (folder, commands) in PICTURES.items():
        draw(tool, name, folder, commands)


if __name__ == "__main__":
    main()
