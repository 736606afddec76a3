"""What a figure shows, read from its parts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def panel(figure: Figure, words: str) -> Axes:
    """The only plot whose name has these words in it."""
    found = [axes for axes in figure.axes if words in (axes.get_gid() or "")]
    assert len(found) == 1, [axes.get_gid() for axes in figure.axes]
    return found[0]


def points(axes: Axes, name: str) -> list[tuple[float, float]]:
    """The points of a name, from left to right; empty where there are none."""
    lines = [line for line in axes.lines if line.get_gid() == name]
    return sorted(
        (float(x), float(y)) for line in lines for x, y in zip(line.get_xdata(), line.get_ydata())
    )


def texts(figure: Figure) -> list[Text]:
    """All that can be read, tick labels that lie outside the plot left out."""
    found = list(figure.texts)
    for axes in figure.axes:
        titles = [axes.title, axes._left_title, axes._right_title]
        found += [*axes.texts, *titles, axes.xaxis.label, axes.yaxis.label, *tick_labels(axes)]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def tick_labels(axes: Axes) -> Iterator[Text]:
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high and tick.label1.get_visible():
                yield tick.label1


def words(figure: Figure) -> list[str]:
    figure.canvas.draw()
    return [text.get_text() for text in texts(figure)]


def beside(axes: Axes, label: str, group: str = "") -> float:
    """Where the line is that has a label, below a heading if one is named."""
    start = min((text.xy[1] for text in axes.texts if text.get_text() == group), default=-1)
    found = [text.xy[1] for text in axes.texts if text.get_text() == label and text.xy[1] > start]
    return min(found)


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Texts that touch each other, lie on points, or are cut off at an edge of the figure."""
    found = []
    drawn = boxes(figure)
    for (some, first), (other, second) in itertools.combinations(drawn, 2):
        if Bbox.intersection(first.padded(-1), second.padded(-1)) is not None:
            found.append((some, other))
    whole = figure.bbox.padded(1)
    for text, box in drawn:
        if not (
            whole.x0 <= box.x0 and whole.y0 <= box.y0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
        ):
            found.append((text, "the edge"))
        for name, x, y in markers(figure):
            if box.padded(-1).contains(x, y):
                found.append((text, f"{name} at {x:.0f}, {y:.0f}"))
    return found


def markers(figure: Figure) -> Iterator[tuple[str, float, float]]:
    """The points of all plots and of keys, in pixels."""
    lines: list[Line2D] = [line for line in figure.findobj(Line2D) if line.get_marker() != "None"]
    for line in lines:
        if not (line.get_gid() or "").startswith(("points", "planted", "key")):
            continue
        for x, y in line.get_transform().transform(line.get_xydata()):
            yield line.get_gid(), x, y
