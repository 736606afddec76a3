"""Writes a figure as PNG and as SVG: the same numbers make the same bytes."""

from __future__ import annotations

import io
import re
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

DPI = 200


def save(figure: Figure, directory: Path, name: str) -> list[Path]:
    """The paths that were written. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    png, svg = directory / f"{name}.png", directory / f"{name}.svg"
    figure.savefig(png, dpi=DPI, metadata={"Software": None})
    svg.write_text(as_svg(figure, name), encoding="utf-8")
    return [png, svg]


def as_svg(figure: Figure, name: str) -> str:
    """One element, to be put into a page as it is, beside others.

    Text stays text. Ids begin with the figure's name, and style is none but the elements' own.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", text, count=1, flags=re.S)
    text = re.sub(r"<!--.*?-->\n?\s*", "", text, flags=re.S)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\1{name}-", text)
    root = 'role="img" style="stroke-linejoin: round; stroke-linecap: butt"'
    return text.replace("<svg ", f"<svg {root} ", 1)
