"""What columns and their values are called in figures."""

from __future__ import annotations

import math

import pandas as pd

# In the order of rows.
PAGE_CLASSES = {
    "order-0": "order-0 pages",
    "head": "heads",
    "head_aligned": "aligned heads",
    "head_unaligned": "unaligned heads",
    "tail": "tails",
    "fakehead": "fake heads",
    "mix": "heads and tails",
}
HVO_STATES = {
    "off": "HVO off",
    "elsewhere": "HVO on, other folios",
    "on": "HVO on, these folios",
    "": "",
}
# In the order of panels.
MODES = {
    "throughput": "independent calls",
    "latency": "each call needs the one before",
    "spaced": "with other work between calls",
    "consumer_flags": "then the head's flags are read",
    "consumer_ref": "then a reference is taken and dropped",
}
# What looks at ranges of pages, as callers in the kernel do.
CALLERS = {
    "zap_pages": "512 pages of a THP, mapped one by one",
    "zap_batch": "512 pages of a THP, folio by folio",
    "gup_fast": "the references of a huge page at once",
    "unpin_pages": "512 pages of a huge page, each looked at",
    "scan_pfns": "the isolation scanner over a page block",
    "put_page": "the release of pages in no order",
}
PATTERNS = {
    "random_pfn": "on the same heads",
    "neighbours": "on neighbouring struct pages",
    "apart": "on struct pages far apart",
}


def pages(row: pd.Series) -> str:
    """ "tails", "heads and tails, random", "heads and tails, 90 % tails, sorted" """
    words = [PAGE_CLASSES.get(row["page_class"], row["page_class"])]
    if 0 < row["mix"] < 100:
        words += [f"{row['mix']:g} % tails"] if row["mix"] != 50 else []
        words += [row["predictability"]] if row["predictability"] else []
    return ", ".join(words)


def footprint(row: pd.Series) -> str:
    if row["huge_pages"] == 1 and not row["population"]:
        return "one folio"
    size = row["footprint_bytes"]
    return f"{size_words(size)} of struct pages" if size >= 0 else "unknown footprint"


def size_words(size: float) -> str:
    """ "48 KiB" """
    power = min(int(math.log2(max(size, 1)) // 10), 3)
    return f"{size / 1024**power:.4g} {['B', 'KiB', 'MiB', 'GiB'][power]}"


def place(row: pd.Series) -> str:
    """ "HVO off, one folio" """
    return ", ".join(filter(None, [HVO_STATES.get(row["hvo"], row["hvo"]), footprint(row)]))


def calls(row: pd.Series) -> str:
    """ "independent calls (throughput)" """
    mode = row["mode"]
    words = "each call needs the branch before" if row["chain"] == "control" else MODES.get(mode)
    return f"{words} ({mode})" if words else mode


def population(shares: str) -> str:
    """ "4k 40 %, 64k 20 %, 2m 40 % of memory" for "4k:40,64k:20,2m:40" """
    return ", ".join(f"{share} %".replace(":", " ") for share in shares.split(",")) + " of memory"


def nanoseconds(value: float) -> str:
    """Three digits that say something."""
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"


def percent(share: float) -> str:
    """ "0.17 %" """
    return f"{100 * share:.2g} %"


def signed_percent(share: float) -> str:
    """ "+0.17 %" """
    return f"{100 * share:+.2g} %".replace("-", "−")


def listed(items: list[str]) -> str:
    """ "0", "0 and 9", "0, 2 and 9" """
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
