#!/usr/bin/env python3
"""Draws the figures of a run as PNG and SVG; docs/figures.md says how to read them.

A run has those that show something of it: overview (new against old by page class and state of
HVO), orders, footprint (of many), nodes (of two or more), contention, callers, quality.
Exit status: 64 usage, 65 unreadable or foreign data, 66 no such run, 73 and 74 cannot write.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import matplotlib
from matplotlib.figure import Figure

from figures import callers, contention, footprint, nodes, orders, overview, quality
from figures.saving import save, tell
from figures.style import SETTINGS
from run_directory import Run
from summary import RunError

FIGURES = {
    "overview": overview.draw,
    "orders": orders.draw,
    "footprint": footprint.draw,
    "nodes": nodes.draw,
    "contention": contention.draw,
    "callers": callers.draw,
    "quality": quality.draw,
}


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(64, f"{self.prog}: {message}; see --help\n")


def figures_of(run: Run) -> Iterator[tuple[str, Figure]]:
    """Those that show something, by name. Raises RunError."""
    matplotlib.rcdefaults()  # whatever a matplotlibrc says
    matplotlib.rcParams.update(SETTINGS)
    for name, draw in FIGURES.items():
        figure = draw(run)
        if figure is not None:
            yield name, figure


def main() -> None:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN", help="a run directory")
    parser.add_argument("--output", type=Path, metavar="DIR", help="default: RUN/figures")
    arguments = parser.parse_args()
    output = arguments.output or arguments.run / "figures"
    drawn = 0
    try:
        for name, figure in figures_of(Run(arguments.run)):
            for path in save(figure, output, name):
                tell(path)
            drawn += 1
    except RunError as error:
        print(f"plot.py: {error}", file=sys.stderr)
        sys.exit(error.status)
    if not drawn:
        advice = "it needs old and new code in two cells or more, or samples"
        print(f"plot.py: nothing to draw in {arguments.run}: {advice}", file=sys.stderr)


if __name__ == "__main__":
    main()
