"""The program with the libraries that it needs, in a directory that works on every node."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from fleets.errors import CANNOT_BUILD, FleetError
from fleets.plan import Fleet, writing

ROOT = Path(__file__).resolve().parents[2]
# Of the node, because they belong to its kernel or to each other.
SYSTEM = r"linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|util|nsl|nss_\w+|anl)\.so"


def build() -> Path:
    """The release build of this work tree."""
    command = ["swift", "build", "-c", "release", "--product", "bench", "--package-path", str(ROOT)]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        advice = "run scripts/setup, or give a built program with --binary"
        raise FleetError(CANNOT_BUILD, f"'{' '.join(command)}' failed: {error}; {advice}") from error
    return ROOT / ".build" / "release" / "bench"


def libraries(binary: Path) -> list[Path]:
    """The shared libraries that the program needs beside the system's own."""
    try:
        text = subprocess.run(
            ["ldd", str(binary)], check=True, capture_output=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"'ldd {binary}' failed: {error}; give the program with --binary"
        raise FleetError(CANNOT_BUILD, message) from error
    missing = re.findall(r"(\S+) => not found", text)
    if missing:
        message = f"{binary} needs {', '.join(missing)}, not found here; set LD_LIBRARY_PATH"
        raise FleetError(CANNOT_BUILD, message)
    found = re.findall(r"=> (/\S+) \(", text)
    return [Path(path) for path in found if not re.match(SYSTEM, Path(path).name)]


def revision(folder: Path) -> str:
    """The commit of the work tree there, and "dirty" where files differ from it; nothing without one."""

    def git(*arguments: str) -> str | None:
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        return f"{commit} dirty" if commit and git("status", "--porcelain") else commit or ""
    except OSError:
        return ""


def stage(fleet: Fleet, binary: Path | None) -> None:
    """Stages the program, unless that was done: all nodes run the same one."""
    if fleet.archive.exists() and fleet.stage.exists():
        return
    program = (binary or build()).resolve()
    needed = libraries(program)
    commit = revision(program.parent)
    making = fleet.directory / ".stage"
    with writing(fleet.stage):
        shutil.rmtree(making, ignore_errors=True)
        shutil.rmtree(fleet.stage, ignore_errors=True)
        (making / "lib").mkdir(parents=True)
        shutil.copy2(program, making / "bench")
        shutil.copy2(Path(__file__).with_name("run-on-node"), making)
        for library in needed:
            shutil.copy2(library, making / "lib" / library.name)
        if commit:
            (making / "bench.commit").write_text(f"{commit}\n")
        archive = fleet.archive.with_name(".stage.tar")
        with tarfile.open(archive, "w") as tar:
            tar.add(making, arcname=".")
        making.replace(fleet.stage)
        archive.replace(fleet.archive)
