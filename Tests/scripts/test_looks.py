"""How figures look: nothing overlaps, all can be read, in grey too, and an SVG fits into a page."""

from __future__ import annotations

import itertools
import re
import unittest
import xml.etree.ElementTree as ElementTree

from drawn import collisions, texts
from matplotlib.colors import to_rgb
from runs import Row, RunTests, like_the_default, nodes, pair, pairs, plot, published, scale

from figures import saving, style
from run_directory import Run

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def grey(color: str) -> float:
    return sum(weight * part for weight, part in zip((0.299, 0.587, 0.114), to_rgb(color)))


class PublishedTests(unittest.TestCase):
    """The runs in the repository."""

    def test_nothing_overlaps_and_files_are_what_is_drawn_now(self) -> None:
        for run in published():
            figures = dict(plot.figures_of(Run(run)))
            self.assertTrue(figures)
            for name, figure in figures.items():
                with self.subTest(run=run.name, figure=name):
                    self.assertEqual(collisions(figure), [])
                    self.assertGreaterEqual(min(text.get_fontsize() for text in texts(figure)), 6.5)
            with self.subTest(run=run.name):
                files = {f"{name}.{suffix}" for name in figures for suffix in ("png", "svg")}
                self.assertEqual({path.name for path in run.glob("figures/*")}, files)


class LayoutTests(RunTests):
    def check(self, rows: list[Row], *names: str) -> None:
        self.write(rows)
        figures = self.figures()
        self.assertLessEqual(set(names), set(figures))
        for name, figure in figures.items():
            with self.subTest(name):
                self.assertEqual(collisions(figure), [])

    def test_a_test_of_overlaps_finds_one(self) -> None:
        self.write(pairs())
        figure = self.figure("orders")
        figure.texts[1].set_position(figure.texts[0].get_position())
        self.assertTrue(collisions(figure))
        figure = self.figure("orders")
        figure.texts[0].set_position((0.9, 0.9))
        self.assertIn("the edge", [other for _, other in collisions(figure)])

    def test_a_run_like_the_default_one(self) -> None:
        self.check(like_the_default(), "overview", "orders")

    def test_long_words_and_far_ratios(self) -> None:
        about = {"operation": "page_ref_add_unless", "label": "a label as long as one may be " * 4}
        rows = [{**one, **about} for one in like_the_default()]
        rows += pair(page_class="mix", mix=90, predictability="sorted", ratio=40, **about)
        self.check(rows, "overview", "orders")

    def test_all_orders(self) -> None:
        rows = [one for order in range(19) for one in pair(order)]
        self.check(rows + pairs(page_class="head") + pairs(page_class="fakehead"), "orders")

    def test_lines_over_footprints_that_end_together(self) -> None:
        caches = [{"type": "Data", "level": 1, "bytes": 48 << 10}]
        caches += [{"type": "Unified", "level": 2, "bytes": 256 << 10}]
        caches += [{"type": "Unified", "level": 3, "bytes": 16 << 20}]
        self.write_meta(machine={"caches": caches})
        rows = scale((1, 8, 64, 128, 512, 1024, 2048, 4000, 32768))
        self.check([{**one, "ns_per_op": 100} for one in rows], "footprint")

    def test_several_nodes(self) -> None:
        places = list(itertools.product(range(4), range(4)))
        self.check(nodes(*places), "nodes")
        self.check(nodes((0, 0), (0, 1), (1, 0), (1, 1), mode="latency"), "nodes")

    def test_roles_and_marks_differ_without_colour(self) -> None:
        roles = style.ROLE_STYLES.values()
        self.assertEqual(len({one["marker"] for one in roles}), 2)
        greys = [grey(one["color"]) for one in roles]
        self.assertGreater(greys[0] - greys[1], 0.15)
        marks = {(one["marker"], one.get("markerfacecolor")) for one in style.MARKS.values()}
        self.assertEqual(len(marks), len(style.MARKS))


class SVGTests(RunTests):
    def setUp(self) -> None:
        super().setUp()
        self.write(pairs() + pairs(page_class="head") + nodes((0, 0), (0, 1)))
        self.svgs = {name: saving.as_svg(figure, name) for name, figure in self.figures().items()}

    def test_it_is_one_element_whose_text_is_text(self) -> None:
        for name, text in self.svgs.items():
            with self.subTest(name):
                self.assertTrue(text.startswith("<svg "))
                root = ElementTree.fromstring(text)
                self.assertEqual(root.tag, f"{SVG}svg")
                words = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
                self.assertTrue([one for one in words if "compound_head()" in one])
                self.assertIn("tails", words)
                self.assertTrue("'DejaVu Sans', 'Verdana', sans-serif" in text)

    def test_several_fit_into_one_page(self) -> None:
        """No two have an id in common, each finds its own, and none has a style for the others."""
        seen: set[str] = set()
        for text in self.svgs.values():
            root = ElementTree.fromstring(text)
            ids = [one.get("id") for one in root.iter() if one.get("id")]
            self.assertEqual(len(ids), len(set(ids)))
            self.assertFalse(seen & set(ids))
            seen |= set(ids)
            used = {one.get(LINK, "#")[1:] for one in root.iter()} - {""}
            used |= set(re.findall(r"url\(#([^)]+)\)", text))
            self.assertTrue(used)
            self.assertLessEqual(used, set(ids))
            self.assertFalse(list(root.iter(f"{SVG}style")))

    def test_it_stays_small(self) -> None:
        for name, text in self.svgs.items():
            self.assertLess(len(text), 150_000, name)

    def test_it_names_neither_a_date_nor_a_version(self) -> None:
        for name, text in self.svgs.items():
            self.assertFalse("metadata" in text, name)
            self.assertFalse("Matplotlib" in text, name)


if __name__ == "__main__":
    unittest.main()
