"""Converts layers between text and binary, or a stage into one layer.

    convert.py INPUT OUTPUT [--flatten]
"""
import argparse
import sys

from pxr import Sdf, Usd


def convert(source: str, target: str, flatten: bool) -> int:
    """How many specs the written layer has."""
    if flatten:
        stage = Usd.Stage.Open(source)
        stage.Export(target, addSourceFileComment=False)
    else:
        layer = Sdf.Layer.FindOrOpen(source)
        if not layer:
            raise SystemExit(f"{source}: cannot be read")
        layer.Export(target)
    written = Sdf.Layer.FindOrOpen(target)
    if not written:
        raise SystemExit(f"{target}: cannot be read back")
    paths: list[str] = []
    written.Traverse(Sdf.Path.absoluteRootPath, lambda path: paths.append(str(path)))
    return len(paths)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--flatten", action="store_true")
    options = parser.parse_args()
    count = convert(options.source, options.target, options.flatten)
    print(f"{options.target}: {count} specs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
