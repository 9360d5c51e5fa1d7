#!/usr/bin/env python3
"""Runs one comparison with a Python that has usd-core; says so and returns 77, which is a skip, where there is none."""
import argparse
import os
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="a Python that can import pxr")
    parser.add_argument("--tool", required=True, help="the built tool")
    parser.add_argument("--steps", default="", help="the built program that takes steps")
    parser.add_argument("test")
    args = parser.parse_args()
    if not os.path.exists(args.python) or subprocess.run([args.python, "-c", "import pxr"], capture_output=True).returncode:
        print("skipped: usd-core is not installed here (./dev setup test installs it where the package index is reachable)")
        return 77
    environment = dict(os.environ, STRATA_TOOL=args.tool, STRATA_STEPS=args.steps, PXR_WORK_THREAD_LIMIT="1",
                       USD_ASSIGN_PROTOTYPES_DETERMINISTICALLY="1")
    return subprocess.run([args.python, args.test], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
