"""What the checks of faults have in common: a small run, and what may be left of it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("BENCH", ROOT / ".build" / "release" / "bench"))

# Three cells and the self-test: memory maps under HVO, calls that change it, and threads.
PLAN = [
    *("--order", "9", "--operation", "compound_head,hvo_optimize", "--mode", "throughput", "--threads", "1,2"),
    *("--page-class", "head", "--hvo", "on", "--footprint", "one", "--encoding", "mask", "--layouts", "1", "--seed", "1"),
]

# The statuses that README.md has.
STATUSES = {0, 1, 2, 64, 65, 66, 69, 71, 73, 74, 129, 130, 131, 138, 142, 143, 152}


def prepare(place: Path) -> None:
    """A PATH with an objdump that says at once, and in few writes, what the real one has said once."""
    real = shutil.which("llvm-objdump") or shutil.which("objdump")
    tools = place / "tools"
    tools.mkdir()
    os.environ["PATH"] = f"{tools}:/usr/bin:/bin:/usr/sbin:/sbin"
    if not real:
        return
    tool = tools / "llvm-objdump"
    tool.write_text(
        f'#!/bin/bash\nsaid={tools}/$(printf "%s\\0" "$@" | cksum | tr " " -)\n'
        f'[ -e "$said" ] || {{ {real} "$@" >"$said.$$" && mv "$said.$$" "$said"; }}\nexec cat "$said"\n')
    tool.chmod(0o755)
    subprocess.run(
        [BENCH, "run", *PLAN, "--processes", "1", "--budget", "0.2", "--output", place / "first"],
        check=True, capture_output=True)


def errors(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("Error:")]


def tables(path: Path) -> list[str]:
    """What is wrong with a run's tables: half rows, above all."""
    complaints = []
    for file in sorted(path.glob("*.csv")):
        text = file.read_text()
        if not text:
            continue
        if not text.endswith("\n"):
            complaints.append(f"{file.name} ends within a row")
        rows = list(csv.reader(io.StringIO(text)))
        if any(len(row) != len(rows[0]) for row in rows):
            complaints.append(f"{file.name} has rows of several lengths")
    return complaints


def run_directories(output: Path) -> list[Path]:
    return sorted(path for path in output.glob("2*") if path.is_dir()) if output.is_dir() else []


def meta(path: Path) -> dict:
    return json.loads((path / "meta.json").read_text())


def says_something(path: Path) -> bool:
    """Whether a run directory is one: what is killed as it makes it leaves it without a table or meta.json."""
    return any(not file.name.startswith(".") for file in path.iterdir())


def remains(output: Path, status: int | None, *, lenient: bool = False) -> list[str]:
    """What is wrong with what a run left: what it says of itself must be so.

    status -- the exit status; None where the run was killed
    lenient -- whether the very calls that say how it ended were made to fail
    """
    complaints = []
    for path in run_directories(output):
        if status is None and not says_something(path):
            continue
        try:
            state = meta(path)["status"]
        except (OSError, ValueError, KeyError) as error:
            complaints.append(f"meta.json can't be read: {error}")
            continue
        complaints += tables(path)
        summary = path / "summary.csv"
        rows = len(summary.read_text().splitlines()) - 1 if summary.exists() else 0
        if state == "complete" and (rows <= 0 or status not in (None, 0, 74)):
            complaints.append(f"complete with {rows} rows, and exit status {status}")
        if state == "failed" and rows > 0 and not lenient:
            complaints.append(f"failed, but {rows} rows")
        if state == "running" and status is not None and not lenient:
            complaints.append("still says running")
        if not lenient and status is not None:
            complaints += [f"left {file.name}" for file in path.glob(".*")]
    return complaints


def run(arguments: list[str], output: Path, *, seconds: float = 60, prefix: list[str] = (), **more):
    """A run to its end; raises subprocess.TimeoutExpired where it hangs."""
    return subprocess.run(
        [*prefix, str(BENCH), "run", *arguments, "--output", str(output)],
        capture_output=True, text=True, timeout=seconds, errors="replace", **more)


def scratch() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="bench-faults-")


def processes(variable: str) -> list[int]:
    """Processes with the text in their environment: a run's, and those that it started."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if variable in (entry / "environ").read_bytes().decode(errors="replace"):
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def excerpt(text: str, length: int = 150) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= length else text[: length - 1] + "…"
