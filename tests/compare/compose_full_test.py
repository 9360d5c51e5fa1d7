"""Random layered scenes composed as by Pcp.Cache(usd=False): compose_test.py in its other mode, with the same options."""
import pathlib
import sys

import compose_test

KNOWN = pathlib.Path(__file__).resolve().parent / "compose_full_known.txt"

if __name__ == "__main__":
    sys.exit(compose_test.main(["--full", "--known", str(KNOWN), "--count", "180"] + sys.argv[1:]))
