"""A run directory as figures need it: its rows, and what else is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from lzma import LZMAError
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from summary import VERDICTS, RunError, check_words, convert, load, marks, table

SAMPLE_TYPES = dict.fromkeys(["cell", "process", "block", "round", "layout", "iterations"], "int64")
SAMPLE_TYPES |= {"elapsed_ns": "int64", "arm": "str", "part": "str"}
CONTENTION_NUMBERS = ["cell", "mode", "ns_together", "ratio", "ratio_lo", "ratio_hi"]


class Run:
    """The rows of summary.csv are needed; all else is used where it is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frame = load(path)
        written = self.says("rows", "summary")
        if isinstance(written, int) and written != len(self.frame):
            raise RunError(
                65, f"{path}/summary.csv has {len(self.frame)} rows, but {written} were written, as meta.json says")

    @cached_property
    def meta(self) -> dict[str, Any]:
        """What meta.json says; nothing where it is damaged."""
        try:
            meta = json.loads((self.path / "meta.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return meta if isinstance(meta, dict) else {}

    def says(self, *keys: str) -> Any:
        """What meta.json has under keys within each other; None where it has none."""
        value: Any = self.meta
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    @property
    def planted(self) -> list[dict[str, Any]]:
        """What the self-test planted: `planted`, `measured`, `resolved` of each slow-down that has a verdict."""
        steps = self.listed("sensitivity", "steps", planted=Real, measured=Real, resolved=bool)
        return [step for step in steps if step["planted"] > 0]

    @property
    def caches(self) -> list[dict[str, Any]]:
        """`level`, `type` and `bytes` of each cache."""
        return self.listed("machine", "caches", level=int, type=str, bytes=int)

    def listed(self, *under: str, **types: type) -> list[dict[str, Any]]:
        """The items of a list in meta.json that say what is needed."""
        items = self.says(*under)
        return [
            item
            for item in (items if isinstance(items, list) else [])
            if isinstance(item, dict)
            and all(isinstance(item.get(name), kind) for name, kind in types.items())
        ]

    @property
    def machine(self) -> str:
        """CPU, how many of them, and whether it is a virtual machine."""
        cpus = self.says("machine", "logical_cpus")
        parts = [self.frame["label"].iloc[0], self.frame["cpu"].iloc[0]]
        parts += [f"{cpus} CPUs" if cpus else ""]
        parts += ["virtual machine" if self.says("machine", "hypervisor") else ""]
        return ", ".join(filter(None, parts))

    @property
    def origin(self) -> str:
        """Run and commit, and whether the run came to its end."""
        row, status = self.frame.iloc[0], self.says("status") or "complete"
        parts = [row["run_id"], f"commit {row['commit']}" if row["commit"] else ""]
        parts += [f"Linux {row['kernel']}" if row["kernel"] else ""]
        parts += ["" if status == "complete" else f"run {status}"]
        return " · ".join(filter(None, parts))

    @property
    def effort(self) -> str:
        """How often everything was measured: "6 processes, 4 code placements"."""
        counts = [("processes", "process", "processes")]
        counts += [("layouts", "code placement", "code placements")]
        words = []
        for name, one, many in counts:
            least, most = int(self.frame[name].min()), int(self.frame[name].max())
            number = f"{least}" if least == most else f"{least} to {most}"
            words.append(f"{number} {one if most == 1 else many}")
        return ", ".join(words)

    def samples(self) -> Iterator[pd.DataFrame]:
        """The timed blocks, in parts, for they may be many; none where they were not kept.

        Raises RunError 65 where the file is damaged.
        """
        for name in ("samples.csv", "samples.csv.xz"):
            path = self.path / name
            if not path.exists():
                continue
            try:
                yield from pd.read_csv(
                    path, usecols=list(SAMPLE_TYPES), dtype=SAMPLE_TYPES, chunksize=1_000_000
                )
            except (OSError, ValueError, EOFError, LZMAError) as error:
                raise RunError(65, f"{path} cannot be read as samples: {error}") from error
            return

    def contention(self) -> pd.DataFrame | None:
        """What all threads did together, in all rounds; None where a run has no such table.

        Raises RunError 65 where the file is damaged.
        """
        path = self.path / "contention.csv"
        if not path.exists():
            return None
        frame = table(path)
        convert(frame, path, [*CONTENTION_NUMBERS, "arm", "verdict"], CONTENTION_NUMBERS)
        check_words(frame["verdict"], ["", *VERDICTS], path)
        frame = frame[frame["mode"] == 0].drop(columns=["mode", "threads", "readers"])
        margins = self.frame.groupby("cell")["margin"].max()
        frame["margin"] = frame["cell"].map(margins)
        frame["mark"] = marks(frame)
        return frame
