#!/usr/bin/env python3
"""Write what side_by_side.py printed into the tables of docs/performance.md.

    python ../shared/bench/side_by_side.py --scenes scenes --runs 3 --threads 2 \\
        --mine build/release/bin/strata_bench > figures.txt
    python scripts/performance_tables.py figures.txt --note 'AMD EPYC, two of four idle cores, 3 runs'

Each table stands between `<!-- table NAME -->` and `<!-- end -->`. Workloads without figures are left out, and told.
"""
import argparse
import pathlib
import re
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/performance.md"

# workload: (what it is, times faster that is the goal, times less memory or None)
TABLES = {
    "start": {
        "import_usd": ("", 5, None),
        "first_stage": ("an empty stage, one prim, its property names", 5, None),
    },
    "files": {
        "mesh_usda_open": ("63 MB, 16 meshes", 3, 2),
        "prims_usda_open": ("72 MB, 200,000 prims", 5, 2),
        "mesh_usdc_open": ("", 3, None),
        "prims_usdc_open": ("", 8, 2),
        "anim_usdc_open": ("", 3, 2),
        "mesh_usdc_read_all": ("every array decoded", 3, 2),
        "library_scan": ("five fields of 2000 files", 8, 2),
        "library_open_all": ("2000 files", 5, 2),
        "mesh_usda_to_usdc": ("", 1, 2),
        "prims_usda_to_usdc": ("", 15, 2),
        "mesh_usdc_to_usda": ("", 3, 2),
        "prims_usdc_to_usda": ("", 10, 2),
    },
    "stages": {
        "prims_open": ("200,000 prims, usdc", 8, 2),
        "anim_open": ("", 3, 2),
        "city_open": ("1750 placements, 100,000 prims", 6, 2),
        "sublayers_open": ("500 layers", 5, 2),
        "instances_open": ("200,000 instances", 10, 2),
        "point_instancer_open": ("", 2, None),
        "clips_open": ("200 clips", 2, None),
        "deep_open": ("60 references in a chain", 2, None),
        "rig_open": ("200 characters, 400 relocates", 10, 2),
        "city_compose": ("all layers in memory", 6, 2),
        "sublayers_compose": ("", 5, 2),
        "instances_compose": ("", 10, 2),
        "deep_compose": ("", 2, None),
        "rig_compose": ("", 10, 2),
    },
    "edits": {
        "city_edit_variant": ("a switch on one placement", 10, None),
        "city_edit_override": ("a first override", 1.5, None),
        "city_edit_value": ("", 1.5, None),
        "city_edit_asset": ("a prim added to a shared asset", 10, None),
        "city_add_sublayer": ("", 50, None),
        "city_mute_layer": ("", 20, None),
        "city_load_1000": ("1000 payloads", 8, None),
        "city_unload_1000": ("", 8, None),
    },
    "questions": {
        "prims_stats": ("every prim counted", 4, None),
        "city_stats": ("", 4, None),
        "city_flatten": ("", 8, 2),
        "sublayers_flatten": ("", 50, None),
        "rig_flatten": ("", 8, 2),
        "instances_flatten": ("", 8, 2),
        "deep_flatten": ("", 2, None),
        "city_export_string": ("flattened, as text", 8, 2),
        "city_bbox": ("", 8, 2),
        "instances_bbox": ("", 15, 2),
        "point_instancer_bbox": ("1,000,000 instances", 2, 2),
        "point_instancer_transforms": ("", 1, None),
        "mesh_bbox": ("", 1, None),
        "anim_bbox_240": ("240 times", 8, 2),
    },
    "calls": {
        "prims_traverse": ("", 3, None),
        "city_traverse": ("", 3, None),
        "city_attr_get": ("", 3, None),
        "anim_attr_get": ("6000 attributes, 240 times", 5, None),
        "clips_resolve": ("200 attributes, 1000 times", 5, None),
    },
}
ROW = re.compile(r"^(\w+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)x\s+([\d.]+)x\s+([\d.]+)x\s+(\w+)\s*$")


def read_figures(text):
    """Figures by workload; an answer that differs counts as none."""
    figures = {}
    for line in text.splitlines():
        match = ROW.match(line)
        if match and match[7] == "ok":
            figures[match[1]] = [float(match[i]) for i in range(2, 7)]
    return figures


def show_time(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale or unit == "us":
            return f"{seconds / scale:.3g} {unit}"


def make_table(rows, figures):
    lines = ["| workload | usd-core | Strata | wall | CPU | memory | goal | |", "|---|---|---|---|---|---|---|---|"]
    for name, (what, goal, memory_goal) in rows.items():
        if name not in figures:
            continue
        peer, mine, wall, cpu, memory = figures[name]
        mine = max(mine, peer / wall) if mine < 1e-4 else mine  # printed to 10 us
        wanted = f"{goal:g}x" + (f", memory {memory_goal}x" if memory_goal else "")
        missed = [part for part, is_missed in (("wall", wall < goal), ("memory", memory_goal and memory < memory_goal)) if is_missed]
        verdict = f"**missed: {' and '.join(missed)}**" if missed else "met"
        label = f"{name}: {what}" if what else name
        lines.append(
            f"| {label} | {show_time(peer)} | {show_time(mine)} | {wall:.1f}x | {cpu:.1f}x "
            f"| {f'{memory:.1f}x' if memory_goal else ''} | {wanted} | {verdict} |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=argparse.FileType("r"), help="what side_by_side.py printed; - for stdin")
    parser.add_argument("--note", required=True, help="the machine, how busy it was, and how many runs")
    args = parser.parse_args()
    figures = read_figures(args.figures.read())
    page = PAGE.read_text()
    for name, rows in TABLES.items():
        pattern = re.compile(rf"(<!-- table {name} -->\n).*?(<!-- end -->)", re.S)
        if not pattern.search(page):
            sys.exit(f"docs/performance.md has no table '{name}'")
        table = make_table(rows, figures)
        page = pattern.sub(lambda match: f"{match[1]}{table}\n{match[2]}", page)
    page = re.sub(r"(<!-- note -->\n).*?(<!-- end -->)", lambda match: f"{match[1]}{args.note}.\n{match[2]}", page, flags=re.S)
    PAGE.write_text(page)
    known = [name for rows in TABLES.values() for name in rows]
    for name in known:
        if name not in figures:
            print(f"no figures: {name}")
    for name in figures:
        if name not in known:
            print(f"in no table: {name}")


if __name__ == "__main__":
    main()
