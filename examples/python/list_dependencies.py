"""Lists every file that a scene needs: layers, other assets, and what is missing.

    list_dependencies.py ROOT
"""
import os
import sys

from pxr import Sdf, UsdUtils


def relative(path: str, root: str) -> str:
    return os.path.relpath(path, os.path.dirname(os.path.abspath(root)))


def main() -> int:
    root = sys.argv[1]
    layers, assets, unresolved = UsdUtils.ComputeAllDependencies(Sdf.AssetPath(root))
    for layer in sorted(layers, key=lambda layer: layer.identifier):
        print("layer  ", relative(layer.realPath, root))
        for asset_path in layer.GetCompositionAssetDependencies():
            print("          ", asset_path)
    for asset in sorted(assets):
        print("asset  ", relative(asset, root))
    for path in sorted(unresolved):
        print("missing", relative(path, root))
    sublayers, references, payloads = UsdUtils.ExtractExternalReferences(root)
    print("of the root:", sorted(sublayers), sorted(references), sorted(payloads))
    return 1 if unresolved else 0


if __name__ == "__main__":
    sys.exit(main())
