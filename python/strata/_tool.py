"""The command `strata`, which comes with the package."""
import os
import pathlib
import sys


def main():
    tool = pathlib.Path(__file__).resolve().parent / "bin" / "strata"
    os.execv(tool, [str(tool), *sys.argv[1:]])
