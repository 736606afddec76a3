"""Writes a figure as PNG and as SVG: the same numbers make the same bytes."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from PIL import Image

from figures.style import DPI
from summary import RunError


def save(figure: Figure, directory: Path, name: str) -> list[Path]:
    """The paths that were written. Raises RunError 73."""
    paths = [directory / f"{name}.png", directory / f"{name}.svg"]
    for path, content in zip(paths, [as_png(figure), as_svg(figure, name).encode()]):
        try:
            directory.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            reason = error.strerror or error
            raise RunError(73, f"cannot write {path}: {reason}") from error
    return paths


def tell(path: Path) -> None:
    """Prints a path that was written. Raises RunError 74; a reader that has seen enough is no failure."""
    try:
        print(path, flush=True)
    except BrokenPipeError:
        # What is left in the buffer has nowhere to go.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    except OSError as error:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
        raise RunError(74, f"cannot write standard output: {error.strerror or error}") from error


def as_png(figure: Figure) -> bytes:
    """With 256 colours, a third of the size."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    Image.open(drawn).convert("RGB").quantize(256).save(small, format="png", optimize=True)
    return small.getvalue()


def as_svg(figure: Figure, name: str) -> str:
    """One element, to be put into a page as it is, beside others.

    Text stays text. There are no ids but those that something refers to, which begin with the
    figure's name, and no style but the elements' own.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", text, count=1, flags=re.S)
    text = re.sub(r"<!--.*?-->\n?\s*", "", text, flags=re.S)
    text = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", text)
    used = set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', text))
    text = re.sub(
        r'\s+id="([^"]+)"', lambda id: f' id="{name}-{id[1]}"' if id[1] in used else "", text
    )
    text = re.sub(r'(xlink:href="#|url\(#)', rf"\1{name}-", text)
    root = 'role="img" style="stroke-linejoin: round; stroke-linecap: butt"'
    return text.replace("<svg ", f"<svg {root} ", 1)
