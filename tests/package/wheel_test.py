"""Makes the wheel as users do, installs it into an empty environment, and uses it there.

    wheel_test.py --source DIR --scratch DIR --compiler PATH

The sdist is written, unpacked, and `pip wheel .` runs in it without isolation: scikit-build-core and nanobind come from the
Python that runs this. The copy has the depth of a build in the repository and what it includes at the same places in it, so that
ccache, where it is there, finds the objects again. Exit code 77: scikit-build-core is missing.
"""
import argparse
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

MAX_WHEEL_BYTES = 20 * 1000 * 1000
# What every Linux has: the C library in its parts, the C++ library, and the kernel's own.
SYSTEM_LIBRARIES = ("libc.so", "libm.so", "libpthread.so", "libdl.so", "librt.so", "libstdc++.so", "libgcc_s.so", "ld-linux",
                    "linux-vdso")
HERE = pathlib.Path(__file__).resolve().parent


def run(*command, **named):
    print("+", *command, flush=True)
    return subprocess.run([str(word) for word in command], check=True, **named)


def make_sdist(source, scratch):
    """The unpacked folder of the sdist."""
    run(sys.executable, "-c", "import sys; from scikit_build_core import build; build.build_sdist(sys.argv[1])", scratch, cwd=source)
    archive, = scratch.glob("strata-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(scratch, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(scratch)
    return scratch / archive.name.removesuffix(".tar.gz")


def mirror_environment(venv, copy):
    """The Python environment `venv` as `copy`: links to what it has, but nanobind itself, whose files are compiled and included."""
    if venv.is_symlink():
        copy.symlink_to(venv.resolve())
        return
    packages = pathlib.Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    (copy / packages).mkdir(parents=True)
    (copy / "bin").symlink_to(venv / "bin")
    shutil.copy(venv / "pyvenv.cfg", copy)
    for entry in (venv / packages).iterdir():
        if entry.name == "nanobind":
            shutil.copytree(entry, copy / packages / entry.name)
        else:
            (copy / packages / entry.name).symlink_to(entry)


def make_wheel(folder, scratch, compiler, venv):
    # The same Python under the same relative path as in the repository: build/venv.
    python = sys.executable
    if venv.exists():
        (folder / "build").mkdir()
        mirror_environment(venv, folder / "build" / "venv")
        python = folder / "build" / "venv" / "bin" / "python"
    environment = dict(os.environ, CXX=compiler)
    run(python, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-q", "-w", scratch, ".", cwd=folder,
        env=environment)
    wheel, = scratch.glob("strata-*.whl")
    return wheel


def check_contents(wheel, scratch):
    size = wheel.stat().st_size
    print(f"{wheel.name}: {size / 1e6:.1f} MB")
    assert size < MAX_WHEEL_BYTES, f"the wheel has {size} bytes, more than {MAX_WHEEL_BYTES}"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(scratch / "contents")
        names = archive.namelist()
    for wanted in ("strata/__init__.py", "strata/as_pxr.py", "strata/bin/strata", "strata/py.typed", "strata/Usd.pyi"):
        assert wanted in names, f"the wheel has no {wanted}"
    for name in names:
        path = scratch / "contents" / name
        if path.suffix == ".so" or path.parent.name == "bin":
            needed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
            for line in needed.splitlines():
                library = pathlib.PurePath(line.split()[0]).name
                assert library.startswith(SYSTEM_LIBRARIES), f"{name} needs {line.strip()}"


def use(wheel, scratch, source):
    run(sys.executable, "-m", "venv", scratch / "venv")
    python = scratch / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--disable-pip-version-check", wheel)
    work = scratch / "work"
    work.mkdir()
    shutil.copytree(source / "examples" / "shot", work / "shot")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment["PATH"] = f"{scratch / 'venv' / 'bin'}:{environment['PATH']}"
    run(python, HERE / "use_wheel.py", cwd=work, env=environment)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", required=True)
    options = parser.parse_args()
    if importlib.util.find_spec("scikit_build_core") is None:
        print("skipped: this Python has no scikit-build-core (./dev setup test installs it)")
        return 77
    shutil.rmtree(options.scratch, ignore_errors=True)
    options.scratch.mkdir(parents=True)
    folder = make_sdist(options.source, options.scratch)
    wheel = make_wheel(folder, options.scratch, options.compiler, options.source / "build" / "venv")
    check_contents(wheel, options.scratch)
    use(wheel, options.scratch, options.source)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
