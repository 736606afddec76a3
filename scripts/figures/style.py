"""What figures share: sizes, colours, marks, and what stands above and below the plots.

All positions are in inches from the top left corner, so that nothing moves when a figure gets
longer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

WIDTH = 9.0  # inches: 8 pt are 11 pixels high where a figure is shown 900 wide
DPI = 200  # of a PNG
MARGIN = 0.12
TITLE, SMALL = 8.5, 7.5

INK, DIM = "#1A1A1A", "#555555"
# After Okabe and Ito, whose colours colour-blind readers can tell apart, darkened so that words in
# them can be read; old is lighter than new in grey, too. The marker tells the same.
OLD: dict[str, Any] = {"color": "#C8640A", "marker": "o"}
NEW: dict[str, Any] = {"color": "#004E8A", "marker": "s"}
ROLE_STYLES = {"old": OLD, "new": NEW}
# A marker points to the side that wins; what is not resolved is hollow.
MARKS: dict[str, dict[str, Any]] = {
    "faster": {"marker": "<", "color": "#0072B2", "markersize": 6},
    "slower": {"marker": ">", "color": "#C8500A", "markersize": 6},
    "same": {"marker": "o", "color": "#1A1A1A", "markersize": 4.5},
    "unresolved": {"marker": "o", "color": "#777777", "markerfacecolor": "white", "markersize": 5},
}
SETTINGS: dict[str, Any] = {
    "font.family": "sans-serif",
    # Letters of Verdana are as wide as those of the first, where an SVG's reader lacks that.
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    "font.size": 8,
    "axes.titlesize": TITLE,
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.edgecolor": DIM,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "grid.color": "#E8E8E8",
    "grid.linewidth": 0.7,
}


class Words(NamedTuple):
    """What stands around the plots of a figure."""

    title: str
    # Sentences: what is shown, and where it was measured.
    subtitle: list[str]
    footer: str


class Canvas:
    """A figure `height` inches high below its words, with axes placed in inches."""

    FOOTER = 0.32

    def __init__(self, words: Words, height: float) -> None:
        # Text is measured as it is drawn: its width depends on the resolution a little.
        self.figure = Figure(dpi=DPI)
        FigureCanvasAgg(self.figure)
        lines = [line for part in words.subtitle if part for line in self.wrapped(part)]
        self.top = 0.46 + 0.15 * len(lines)
        self.height = self.top + height + self.FOOTER
        self.figure.set_size_inches(WIDTH, self.height)
        self.text(MARGIN, 0.25, words.title, fontsize=11, fontweight="bold", va="center")
        for index, line in enumerate(lines):
            self.text(MARGIN, 0.5 + 0.15 * index, line, fontsize=SMALL, color=DIM, va="center")
        low = self.height - 0.12
        self.text(MARGIN, low, words.footer, fontsize=6.5, color="#777777", va="center")

    def axes(self, left: float, top: float, width: float, height: float, **more: Any) -> Axes:
        """Axes whose top is `top` inches below the words."""
        bottom = self.height - self.top - top - height
        box = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(box, **more)

    def text(self, left: float, top: float, words: str, **style: Any) -> Text:
        """Text `top` inches below the figure's upper edge."""
        return self.figure.text(left / WIDTH, 1 - top / self.height, words, **style)

    def wrapped(self, words: str) -> list[str]:
        """Lines as wide as the figure, which end between the parts of what is said."""
        lines: list[str] = []
        for part in words.split(" · "):
            longer = f"{lines[-1]} · {part}" if lines else part
            if lines and self.width_of([longer], fontsize=SMALL) > WIDTH - 2 * MARGIN:
                lines.append(part)
            else:
                lines[-1:] = [longer]
        return lines

    def in_lines(self, words: str, width: float, **style: Any) -> str:
        """Words in lines of `width` inches."""
        lines: list[str] = []
        for word in words.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width_of([longer], **style) > width:
                lines.append(word)
            else:
                lines[-1:] = [longer]
        return "\n".join(lines)

    def width_of(self, words: list[str], **style: Any) -> float:
        """How wide the widest of some texts is, in inches."""
        renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        widths = [0.0]
        for word in dict.fromkeys(words):
            text = self.figure.text(0, 0, word, **style)
            widths.append(text.get_window_extent(renderer).width / self.figure.dpi)
            text.remove()
        return max(widths)


def key(
    canvas: Canvas, top: float, entries: list[tuple[dict[str, Any], str]], right: float
) -> None:
    """A line of markers with a word each, which ends at `right`, `top` inches from the top."""
    for style, words in reversed(entries):
        canvas.text(right, top, words, ha="right", va="center", fontsize=SMALL)
        right -= canvas.width_of([words], fontsize=SMALL) + 0.11
        spot = ([right / WIDTH], [1 - top / canvas.height])
        line = Line2D(*spot, linestyle="", transform=canvas.figure.transFigure, **style)
        line.set_gid(f"key: {words}")
        canvas.figure.add_artist(line)
        right -= 0.25


def bare(axes: Axes, *sides: str) -> None:
    """No line and no ticks at some sides."""
    for side in sides:
        axes.spines[side].set_visible(False)
        axes.tick_params(**{side: False})
