"""Labelled lines in groups with a heading each, as lists of ratios have them."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from figures.style import MARGIN, WIDTH, Canvas


class Listing:
    """Where each line is, in lines from the top; `length` is that of all."""

    def __init__(self, rows: pd.DataFrame) -> None:
        """Rows have `group` and `label`, and are in the order of lines."""
        self.places: dict[tuple[str, str], float] = {}
        self.headings: dict[str, float] = {}
        lines = list(dict.fromkeys(zip(rows["group"], rows["label"])))
        line = 0.0
        for group in dict.fromkeys(group for group, _ in lines):
            self.headings[group] = line
            for label in (label for other, label in lines if other == group):
                line += 1
                self.places[group, label] = line
            line += 1.15
        self.length = line

    def width(self, canvas: Canvas, heading_share: float = 1) -> float:
        """What labels take at the left, in inches.

        A share of a heading is enough where it stands above what the plots show.
        """
        labels = canvas.width_of([label for _, label in self.places])
        headings = canvas.width_of(list(self.headings), fontweight="bold")
        return MARGIN + 0.15 + max(labels, heading_share * headings)

    def set_scale(self, axes: Axes) -> None:
        axes.set_ylim(self.length - 0.35, -0.75)

    def draw_labels(self, axes: Axes) -> None:
        """Beside the leftmost plot."""
        style = {"va": "center", "annotation_clip": False}
        for group, y in self.headings.items():
            place = {"xy": (MARGIN / WIDTH, y), "xycoords": ("figure fraction", "data")}
            # Where it stands on the plot, nothing goes through it.
            box = {"facecolor": "white", "linewidth": 0, "pad": 0.8}
            axes.annotate(group, **place, fontweight="bold", bbox=box, **style)
        for (_, label), y in self.places.items():
            place = {"xy": (0, y), "xycoords": ("axes fraction", "data")}
            offset = {"xytext": (-6, 0), "textcoords": "offset points"}
            axes.annotate(label, **place, **offset, ha="right", **style)

    def draw_rules(self, axes: Axes) -> None:
        """A thin rule above each group but the first, from edge to edge."""
        across = blended_transform_factory(axes.figure.transFigure, axes.transData)
        for y in list(self.headings.values())[1:]:
            ends = [MARGIN / WIDTH, 1 - MARGIN / WIDTH]
            style = {"color": "#D0D0D0", "linewidth": 0.6, "zorder": 0}
            axes.add_artist(Line2D(ends, [y - 0.62] * 2, transform=across, clip_on=False, **style))
