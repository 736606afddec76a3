"""The program with the libraries that it needs, in a directory that works on every node."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path

from fleets.errors import CANNOT_BUILD, USAGE, FleetError
from fleets.plan import Fleet, writing

ROOT = Path(__file__).resolve().parents[2]
# Of the node, because they belong to its kernel or to each other.
SYSTEM = r"linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|util|nsl|nss_\w+|anl)\.so"

# Options of bench run that bench list has not, besides those that the fleet says.
PRINTING = {"--quiet", "--all-arms", "--allow-debug-build"}
NAMING = "--save-baseline"


def build() -> Path:
    """The release build of this work tree."""
    command = ["swift", "build", "-c", "release", "--product", "bench", "--package-path", str(ROOT)]
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        advice = "run scripts/setup, or give a built program with --binary"
        raise FleetError(CANNOT_BUILD, f"'{' '.join(command)}' failed: {error}; {advice}") from error
    return ROOT / ".build" / "release" / "bench"


def recognise(binary: Path) -> None:
    """Refuses what runs here and is not bench. What does not run here may be for the nodes alone."""
    try:
        done = subprocess.run(
            [binary.resolve(), "--version"],
            check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return
    if done.returncode == 0 and not done.stdout.startswith("compound-head-bench "):
        raise FleetError(USAGE, f"--binary {binary} is not bench, by what its --version says")


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


def gone(fleet: Fleet, why: object) -> FleetError:
    advice = f"tar -xf {fleet.archive} -C {fleet.stage} brings the same one back"
    return FleetError(CANNOT_BUILD, f"no program {fleet.stage / 'bench'}: {why}; {advice}")


def ask(fleet: Fleet, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the staged program says on this machine."""
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{fleet.stage / 'lib'}"}
    command = [str(fleet.stage / "bench"), *arguments]
    try:
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=environment
        )
    except OSError as error:
        raise gone(fleet, error.strerror or error) from error


def check(fleet: Fleet, options: list[str]) -> str:
    """Refuses options that no node will take; returns what else is to be known of them, if anything.

    bench list has the options that say what is measured, and measures nothing.
    """
    asked: list[str] = []
    given = iter(options)
    for option in given:
        if option == NAMING:
            next(given, None)
        elif option not in PRINTING and not option.startswith(f"{NAMING}="):
            asked.append(option)
    done = ask(fleet, "list", *asked)
    said = done.stderr.strip()
    lines = said.splitlines() or [f"status {done.returncode}"]
    if done.returncode == USAGE and "\nUsage: " in said:
        until = next(at for at, line in enumerate(lines) if re.match("(Help|Usage): ", line))
        raise FleetError(USAGE, f"bench run: {' '.join(lines[:until]).removeprefix('Error: ')}")
    if done.returncode == USAGE:
        # Of a plan for this machine: nodes may have what it lacks.
        typed = shlex.join(["bench", "list", *asked])
        return f"here, '{typed}' says: {lines[0].removeprefix('Error: ')}"
    if done.returncode:
        return f"options were not checked, the program does not run here: {lines[0]}"
    return ""


def stage(fleet: Fleet, binary: Path | None) -> None:
    """Stages the program, unless that was done: all nodes run the same one."""
    if fleet.archive.exists() and fleet.stage.exists():
        if not (fleet.stage / "bench").exists():
            raise gone(fleet, "it was staged, and is gone")
        return
    program = (binary or build()).resolve()
    if binary:
        recognise(binary)
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
