#!/usr/bin/env python3
"""Reads scenes from HTTP servers on this machine: Python's with faults, and nginx where it is installed.

Usage: network_test.py STRATA
"""
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from http_server import Server  # noqa: E402

TOOL = str(Path(sys.argv[1]).resolve())
SECONDS = float(os.environ.get("STRATA_TEST_SECONDS", "60"))
MEGABYTE = 1 << 20


def run_tool(*words, **options):
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, timeout=SECONDS,
                          env=dict(os.environ, NO_COLOR="1", no_proxy="127.0.0.1"), **options)
    assert done.returncode >= 0, f"{words} ended by signal {-done.returncode}"
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def has_network():
    return "this build has no network" not in run_tool("cat", "http://127.0.0.1:9/x.usda")[2]


def write_large_package(folder):
    """A package of a little over 100 MB, nearly all of it textures that nobody asks for."""
    scene = folder / "scene"
    scene.mkdir()
    prims = "".join(f'    def Sphere "S{i}"\n    {{\n        asset t = @./t{i % 10}.png@\n    }}\n' for i in range(500))
    (scene / "root.usda").write_text(
        f'#usda 1.0\n(\n    subLayers = [@./sub.usda@]\n)\ndef "World"\n{{\n{prims}}}\n')
    (scene / "sub.usda").write_text('#usda 1.0\ndef "FromSublayer"\n{\n}\n')
    noise = random.Random(1).randbytes(MEGABYTE)
    for i in range(10):
        (scene / f"t{i}.png").write_bytes(noise * 10)
    code, _, errors = run_tool("pack", scene / "root.usda", "-o", folder / "large.usdz")
    assert code == 0, errors
    shutil.rmtree(scene)
    return (folder / "large.usdz").stat().st_size


def write_large_crate(path):
    """A usdc file of a little over 100 MB: 26 arrays of a million numbers among prims."""
    noise = random.Random(2)
    numbers = ", ".join(f"{noise.randrange(10000) / 1000:.3f}" for _ in range(MEGABYTE))
    text = path.with_suffix(".usda")
    with open(text, "w") as out:
        out.write('#usda 1.0\n(\n    defaultPrim = "World"\n)\ndef "World"\n{\n')
        for i in range(26):
            out.write(f'    def Points "P{i}"\n    {{\n        float[] widths = [{i}.5, {numbers}]\n    }}\n')
        out.write("".join(f'    def Sphere "S{i}"\n    {{\n        double radius = {i}.5\n    }}\n' for i in range(2000)) + "}\n")
    code, _, errors = run_tool("cat", text, "-o", path)
    assert code == 0, errors
    text.unlink()
    return path.stat().st_size


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not has_network():
            raise unittest.SkipTest("this build has no libcurl")
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.holder.name)
        cls.package_bytes = write_large_package(cls.folder)
        cls.crate_bytes = write_large_crate(cls.folder / "large.usdc")
        (cls.folder / "sub").mkdir()
        (cls.folder / "shot.usda").write_text(
            '#usda 1.0\ndef "A" (references = [@./sub/part.usda@</B>, @./large.usdz@</World>])\n{\n}\n')
        (cls.folder / "sub" / "part.usda").write_text('#usda 1.0\ndef "B"\n{\n    asset t = @../t.png@\n    int n = 7\n}\n')
        (cls.folder / "t.png").write_text("t")

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def test_listing_the_prims_of_a_large_package_fetches_little(self):
        self.assertGreater(self.package_bytes, 100 * MEGABYTE)
        with Server(self.folder) as server:
            code, out, errors = run_tool("tree", f"{server.url}/large.usdz")
        self.assertEqual(0, code, errors)
        self.assertIn("S499", out)
        self.assertIn("FromSublayer", out)
        print(f"\nlarge.usdz: {self.package_bytes} bytes, fetched {server.bytes_sent} in {server.requests} requests")
        self.assertLess(server.bytes_sent, 2 * MEGABYTE)

    def test_listing_the_prims_of_a_large_crate_file_fetches_little(self):
        self.assertGreater(self.crate_bytes, 100 * MEGABYTE)
        with Server(self.folder) as server:
            server.faults.failures = 1
            server.faults.cut_bodies = 1
            server.faults.seconds_to_stall = 0.05
            code, out, errors = run_tool("tree", f"{server.url}/large.usdc")
        self.assertEqual(0, code, errors)
        self.assertIn("P25", out)
        self.assertIn("S1999", out)
        print(f"\nlarge.usdc: {self.crate_bytes} bytes, fetched {server.bytes_sent} in {server.requests} requests")
        self.assertLess(server.bytes_sent, 2 * MEGABYTE)

    def test_a_crate_file_that_changes_under_the_reader_is_an_error(self):
        path = self.folder / "changing.usdc"
        for gives_etag in (True, False):
            shutil.copyfile(self.folder / "large.usdc", path)
            with Server(self.folder) as server:
                server.faults.gives_etag = gives_etag
                plain = server.answer

                def answer(request, folder):
                    plain(request, folder)
                    with open(path, "ab") as file:
                        file.write(b"more")

                server.answer = answer
                code, out, errors = run_tool("tree", f"{server.url}/changing.usdc")
            self.assertEqual((1, ""), (code, out))
            self.assertIn("error[asset.network-changed]", errors)
            self.assertNotIn("damaged", errors)
        path.unlink()

    def test_nginx_serves_it_as_well(self):
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not nginx:
            self.skipTest("nginx is not installed")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        run = self.folder / "nginx"
        run.mkdir()
        (run / "nginx.conf").write_text(
            f"daemon off;\npid {run}/pid;\nerror_log {run}/error.log;\n"
            f"events {{ }}\nhttp {{\n  access_log {run}/access.log;\n"
            + "".join(f"  {kind}_temp_path {run}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"  server {{ listen 127.0.0.1:{port}; root {self.folder}; }}\n}}\n")
        if os.geteuid() == 0:  # its worker is another user, who must be let in
            os.chmod(self.folder, 0o755)
        server = subprocess.Popen([nginx, "-p", str(run), "-c", str(run / "nginx.conf")], stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            code, out, errors = run_tool("tree", f"http://127.0.0.1:{port}/large.usdz")
            self.assertEqual(0, code, errors)
            self.assertIn("S499", out)
        finally:
            server.terminate()
            server.wait(10)
        log = (run / "access.log").read_text().splitlines()
        sent = sum(int(line.split('"')[2].split()[1]) for line in log)
        self.assertLess(sent, 2 * MEGABYTE)

    def test_names_are_followed_from_url_to_url_and_into_packages(self):
        with Server(self.folder) as server:
            code, out, errors = run_tool("--json", "deps", f"{server.url}/shot.usda?signature=a/b")
        self.assertEqual(0, code, errors)
        answer = json.loads(out)["answer"]
        self.assertEqual([], answer["unresolved"])
        self.assertIn(f"{server.url}/sub/part.usda", answer["layers"])
        self.assertIn(f"{server.url}/large.usdz[sub.usda]", answer["layers"])
        self.assertIn(f"{server.url}/t.png", answer["assets"])

    def test_a_scene_of_a_server_can_be_packed(self):
        package = self.folder / "fetched.usdz"
        with Server(self.folder) as server:
            code, out, errors = run_tool("pack", f"{server.url}/sub/part.usda", "-o", package)
        self.assertEqual(0, code, errors)
        code, out, errors = run_tool("pack", "--list", package)
        self.assertIn("part.usda", out)
        self.assertIn("0/t.png", out)
        self.assertEqual(0, run_tool("tree", package)[0])

    def test_failures_that_pass_do_no_harm(self):
        with Server(self.folder) as server:
            server.faults.failures = 2
            server.faults.cut_bodies = 1
            code, out, errors = run_tool("cat", f"{server.url}/shot.usda")
        self.assertEqual(0, code, errors)
        self.assertEqual(4, server.requests)

    def test_failures_that_stay_are_told(self):
        with Server(self.folder) as server:
            for status, word in ((500, "answers 500"), (403, "answers 403"), (404, "no layer")):
                server.faults.status = status
                code, _, errors = run_tool("cat", f"{server.url}/shot.usda?{status}")
                self.assertNotEqual(0, code)
                self.assertIn(word, errors)
            server.faults.status = 0
            server.faults.cut_bodies = 100
            code, _, errors = run_tool("cat", f"{server.url}/shot.usda")
            self.assertEqual(1, code)
            self.assertIn("asset.network-failed", errors)
        code, _, errors = run_tool("cat", f"{server.url}/shot.usda")  # nobody listens any more
        self.assertEqual(1, code)
        self.assertIn("asset.network-failed", errors)

    def test_a_slow_server_is_waited_for(self):
        with Server(self.folder) as server:
            server.faults.seconds_to_wait = 0.3
            server.faults.seconds_to_stall = 0.3
            code, _, errors = run_tool("cat", f"{server.url}/shot.usda")
        self.assertEqual(0, code, errors)

    def test_a_server_without_ranges_gives_small_files_whole(self):
        with Server(self.folder) as server:
            server.faults.gives_ranges = False
            code, out, errors = run_tool("cat", f"{server.url}/sub/part.usda")
            self.assertEqual(0, code, errors)
            self.assertIn("int n = 7", out)

    def test_a_file_that_changes_under_the_reader_is_an_error(self):
        # A text of many blocks; the server changes it as soon as its first block is gone.
        path = self.folder / "changing.usda"
        body = "".join(f'def "P{i}"\n{{\n    string s = "{i:060d}"\n}}\n' for i in range(100_000))
        for gives_etag in (True, False):
            path.write_text("#usda 1.0\n" + body)
            with Server(self.folder) as server:
                server.faults.gives_etag = gives_etag
                plain = server.answer

                def answer(request, folder):
                    plain(request, folder)
                    path.write_text("#usda 1.0\n# changed\n" + body)

                server.answer = answer
                code, out, errors = run_tool("cat", f"{server.url}/changing.usda")
            self.assertEqual((1, ""), (code, out))
            self.assertIn("error[asset.network-changed]", errors)
            self.assertIn("changed on the server while it was read", errors)

    def test_remote_layers_name_no_local_files(self):
        (self.folder / "sly.usda").write_text('#usda 1.0\n(\n    subLayers = [@/etc/hostname@, @file:///etc/hostname@]\n)\n')
        with Server(self.folder) as server:
            _, out, _ = run_tool("--json", "deps", f"{server.url}/sly.usda")
        answer = json.loads(out)["answer"]
        self.assertEqual([], answer["assets"])
        self.assertIn(f"{server.url}/etc/hostname", answer["unresolved"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
