#!/usr/bin/env python3
"""Draws a run's summary.csv as PNG and SVG: ns, ratio and difference by order, ratio-overview.

Each operation and footprint has figures of its own. A run over many footprints has ns-by-footprint
instead, one over several NUMA nodes ratio-by-node and ns-by-node besides; one that had a single
node to measure on has ratio-by-node of latencies, with a gap. What was not measured makes no point.
Exit status: 64 usage, 65 unreadable or foreign data, 66 no such run, 73 cannot write.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NoReturn

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from figures import by_footprint, by_node, by_order, overview
from figures.style import (
    DIFFERENCE_CYCLES,
    DIFFERENCE_NS,
    NANOSECONDS,
    RATIO,
    Measure,
    grouped,
)
from summary import FIGURE, RunError, arms_by_role, levels, load, spans_footprints

# What a run says it lacks on a machine with one node, and how its column is named.
REMOTE_CELLS = "struct pages and templates on another node"
ANOTHER_NODE = "another"


def footer(run: Path, row: pd.Series) -> str:
    """Machine, commit and run; meta.json, if there, knows of an early end."""
    try:
        status = json.loads((run / "meta.json").read_text())["status"]
    except (OSError, ValueError, KeyError, TypeError):
        status = "complete"
    parts = [row["label"], row["cpu"], f"Linux {row['kernel']}" if row["kernel"] else ""]
    parts += [row["machine_key"], f"commit {row['commit'] or 'unknown'}", row["run_id"]]
    parts.append("" if status == "complete" else f"run {status}")
    return "  ·  ".join(part for part in parts if part)


def figures_of(run: Path) -> Iterator[tuple[str, Figure]]:
    """The figures of a run, each with the name of its file."""
    frame = load(run)
    foot = footer(run, frame.iloc[0])
    wide = spans_footprints(frame)
    place = [name for name in FIGURE if name != "footprint"]
    for key, rows in grouped(frame[wide], place):
        rows = by_footprint.essential(rows.dropna(subset=["ns_per_op", "huge_pages"]))
        title, suffix = names(frame, rows, key, place)
        if not rows.empty:
            yield f"ns-by-footprint-{suffix}", by_footprint.draw(rows, title, foot)
    for key, rows in grouped(frame[~wide], FIGURE):
        title, suffix = names(frame, rows, key, FIGURE)
        if rows["level"].nunique() == 1:
            rows = rows.assign(level="")  # the title names it
        timed = rows.dropna(subset=["ns_per_op", "order"])
        compared = rows.dropna(subset=["ratio", "order"])
        differing = rows.dropna(subset=["difference_ns", "order"])
        in_cycles = rows.dropna(subset=["difference_cycles", "order"])
        if not timed.empty:
            # A time stands for itself, so a baseline makes no line of its own.
            timed = timed.assign(baseline="")
            yield f"ns-by-order-{suffix}", by_order.draw(timed, NANOSECONDS, title, foot)
        if not compared.empty:
            yield f"ratio-by-order-{suffix}", by_order.draw(compared, RATIO, title, foot)
            yield from numbered(f"ratio-overview-{suffix}", overview.draw(compared, title, foot))
        if not in_cycles.empty:
            drawn = by_order.draw(in_cycles, DIFFERENCE_CYCLES, title, foot)
            yield f"difference-by-order-{suffix}", drawn
        elif not differing.empty:
            drawn = by_order.draw(differing, DIFFERENCE_NS, title, foot)
            yield f"difference-by-order-{suffix}", drawn
    if any(frame[name].nunique() > 1 for name in by_node.NODES):
        yield from node_figures(frame, foot, [RATIO, NANOSECONDS], [])
    elif lacks_remote_cells(run):
        # One number beside each gap: one figure is enough to say so.
        chains = frame[(frame["operation"] == "compound_head") & (frame["mode"] == "latency")]
        yield from islice(node_figures(chains, foot, [RATIO], [ANOTHER_NODE]), 1)


def lacks_remote_cells(run: Path) -> bool:
    try:
        with (run / "unmeasured.csv").open(encoding="utf-8", newline="") as file:
            return any(row.get("what") == REMOTE_CELLS for row in csv.DictReader(file))
    except (OSError, ValueError, csv.Error):
        return False


def node_figures(
    frame: pd.DataFrame, foot: str, measures: list[Measure], lacking: list[str]
) -> Iterator[tuple[str, Figure]]:
    placed = frame[(frame["cpu_node"] != "") & (frame["memory_node"] != "")]
    local = placed["template_node"] == placed["memory_node"]
    named = "template on node " + placed["template_node"]
    placed = placed.assign(template=named.mask(local, "template local"))
    placed.loc[placed["template_node"] == "", "template"] = ""
    place = [name for name in FIGURE if name not in by_node.NODES]
    for key, rows in grouped(placed, place):
        title, suffix = names(frame, rows, key, place)
        for measure in measures:
            cells = rows.dropna(subset=[measure.value, "order"])
            if measure is NANOSECONDS:
                cells = cells.assign(baseline="")
            if not cells.empty:
                heading = f"{title}\n{measure.title.split(',')[0]}, by node"
                heading += " (ns)" if measure is NANOSECONDS else ""
                parts = by_node.draw(cells, measure, heading, foot, lacking)
                kind = "ratio" if measure is RATIO else "ns"
                yield from numbered(f"{kind}-by-node-{suffix}", parts)


def numbered(name: str, parts: Iterator[Figure]) -> Iterator[tuple[str, Figure]]:
    for part, figure in enumerate(parts, start=1):
        yield name + (f"-{part}" if part > 1 else ""), figure


def names(
    frame: pd.DataFrame, rows: pd.DataFrame, key: tuple, axes: list[str]
) -> tuple[str, str]:
    """The title of a figure, and the end of its file's name: the axes that tell figures apart."""
    place = dict(zip(axes, key))
    several = [name for name in FIGURE[2:] if name in place and frame[name].nunique() > 1]
    words = [place["footprint"]] if "footprint" in place else []
    words += [f"{name.replace('_', ' ')} {place[name]}" for name in several if place[name]]
    suffix = re.sub(r"[^A-Za-z0-9_.]+", "-", " ".join([place["operation"], *words]))
    if "footprint" in place and rows["level"].nunique() == 1 and levels(rows):
        words[0] += f" ({levels(rows)})"
    arms = textwrap.fill(arms_by_role(rows), width=120)
    return ", ".join([f"{place['operation']}()", *words]) + f"\n{arms}", suffix


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(64, f"{self.prog}: {message}; see --help\n")


def main() -> None:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN", help="a run directory")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: RUN/figures")
    arguments = parser.parse_args()
    output = arguments.output or arguments.run / "figures"
    # With a salt and without a date, the same numbers make the same file.
    matplotlib.rcParams.update({"font.size": 8, "axes.titlesize": 9, "svg.hashsalt": "bench"})
    try:
        for name, figure in figures_of(arguments.run):
            for path, metadata in ((f"{name}.png", None), (f"{name}.svg", {"Date": None})):
                try:
                    output.mkdir(parents=True, exist_ok=True)
                    figure.savefig(output / path, dpi=160, metadata=metadata)
                except OSError as error:
                    reason = error.strerror or error
                    raise RunError(73, f"cannot write {output / path}: {reason}") from error
                print(output / path)
    except RunError as error:
        print(f"plot.py: {error}", file=sys.stderr)
        sys.exit(error.status)


if __name__ == "__main__":
    main()
