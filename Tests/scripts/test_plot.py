"""Behaviour of scripts/plot.py, seen from outside: what it writes and how it exits."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Sequence
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "plot.py"
COLUMNS = (
    "schema_version run_id timestamp commit machine_key cell operation mode encoding baseline order"
    " page_class mix predictability pattern footprint_bytes huge_pages hvo mapping cpu_node"
    " memory_node template_node threads n ns_per_op ns_min ns_iqr ns_net ratio ratio_lo ratio_hi"
    " margin smallest_effect verdict null_lo null_hi layouts_agree placement checksum coverage"
    " p_value rounds processes layouts"
).split()
ORDERS = [2, 4, 9, 18]
TIMES = "ns-by-order-compound_head-one-folio"
RATIOS = "ratio-by-order-compound_head-one-folio"
OVERVIEW = "ratio-overview-compound_head-one-folio"
FOOTPRINTS = "ns-by-footprint-compound_head"
RATIO_NODES = "ratio-by-node-compound_head-one-folio"
TIME_NODES = "ns-by-node-compound_head-one-folio"


def row(encoding: str, order: int, **fields: object) -> dict[str, object]:
    """An arm's row of an otherwise uniform run."""
    values: dict[str, object] = {
        "schema_version": 1,
        "run_id": "2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d",
        "commit": "0123abcd",
        "machine_key": "epyc-2c-1a2b3c4d",
        "operation": "compound_head",
        "mode": "throughput",
        "encoding": encoding,
        "baseline": "fakehead_off",
        "order": order,
        "page_class": "tail",
        "mix": 100,
        "predictability": "uniform",
        "pattern": "random",
        "footprint_bytes": 64 << order,
        "huge_pages": 1,
        "hvo": "off",
        "mapping": "2m",
        "threads": 1,
        "ns_per_op": 0.8,
        "ns_min": 0.7,
        "ns_iqr": 0.1,
        "ns_net": 0.5,
        "null_lo": 0.98,
        "null_hi": 1.02,
    }
    if encoding != "fakehead_off":
        values.update(ratio=0.7, ratio_lo=0.65, ratio_hi=0.75, verdict="faster")
    return {**values, **fields}


def pairs(**fields: object) -> list[dict[str, object]]:
    """The old and the new arm at every order."""
    return [row(arm, order, **fields) for order in ORDERS for arm in ("fakehead_off", "mask")]


def scale(*arms: tuple[str, str, str], counts: Sequence[int] = (1, 64, 512, 4096)) -> list:
    """Arms, each with its state of HVO and its mapping, over several numbers of huge pages."""
    return [
        row(name, 9, hvo=hvo, mapping=mapping, huge_pages=count, footprint_bytes=count << 15)
        for count in counts
        for name, hvo, mapping in arms
    ]


def nodes(*places: tuple[int, int], **fields: object) -> list[dict[str, object]]:
    """The old and the new arm for each pair of CPU node and memory node."""
    return [
        row(arm, 9, cpu_node=cpu, memory_node=memory, **fields)
        for cpu, memory in places
        for arm in ("fakehead_off", "mask")
    ]


class PlotTests(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.run_path = Path(scratch.name) / "run"
        self.run_path.mkdir()

    def write(self, rows: list[dict[str, object]], columns: list[str] = COLUMNS) -> None:
        with (self.run_path / "summary.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    def plot(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-B", SCRIPT, *(arguments or [self.run_path])]
        # Without a writable home, matplotlib warns on stderr, where we count lines.
        environment = {**os.environ, "MPLCONFIGDIR": tempfile.gettempdir()}
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, env=environment
        )

    def drawn(self, *arguments: object) -> set[str]:
        result = self.plot(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return {Path(line).name for line in result.stdout.splitlines()}

    def points(self, figure: str, series: str) -> int:
        """How many points of a series an SVG shows, over all its panels."""
        text = (self.run_path / "figures" / f"{figure}.svg").read_text()
        parts = re.findall(rf'<g id="points: {re.escape(series)}">(.*?)\n   </g>', text, re.S)
        self.assertTrue(parts, f"{figure} has no series {series}")
        return sum(part.count("<use ") for part in parts)

    def count(self, figure: str, name: str) -> int:
        """How many things of a name an SVG shows."""
        text = (self.run_path / "figures" / f"{figure}.svg").read_text()
        return len(re.findall(rf'<g id="{name}[^"]*">', text))

    def refused(self, status: int, reason: str, *arguments: object) -> None:
        result = self.plot(*arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertIn(reason, result.stderr)

    def test_each_kind_of_figure_is_written_as_png_and_svg(self) -> None:
        self.write(pairs())
        kinds = (TIMES, RATIOS, OVERVIEW)
        names = {f"{kind}.{suffix}" for kind in kinds for suffix in ("png", "svg")}
        self.assertEqual(self.drawn(), names)
        figures = self.run_path / "figures"
        self.assertEqual({path.name for path in figures.iterdir()}, names)
        self.assertTrue(all(path.stat().st_size > 1000 for path in figures.iterdir()))

    def test_every_measured_row_makes_one_point(self) -> None:
        self.write(pairs())
        self.drawn()
        self.assertEqual(self.points(RATIOS, "mask / fakehead_off, HVO off"), 4)
        self.assertEqual(self.points(OVERVIEW, "faster"), 4)
        self.assertEqual(self.points(TIMES, "mask, HVO off"), 4)
        self.assertEqual(self.points(TIMES, "fakehead_off, HVO off"), 4)

    def test_what_was_not_measured_makes_no_point(self) -> None:
        rows = pairs()
        rows[-1].update(ratio="", ratio_lo="", ratio_hi="", verdict="")
        rows[-3].update(ns_per_op="")
        self.write(rows)
        self.drawn()
        self.assertEqual(self.points(RATIOS, "mask / fakehead_off, HVO off"), 3)
        self.assertEqual(self.points(OVERVIEW, "faster"), 3)
        self.assertEqual(self.points(TIMES, "mask, HVO off"), 3)

    def test_a_ratio_without_interval_noise_floor_or_verdict_is_still_drawn(self) -> None:
        empty = dict.fromkeys(["ratio_lo", "ratio_hi", "null_lo", "null_hi", "verdict"], "")
        self.write(pairs() + [row("mask_branchy", 9, **empty)])
        self.drawn()
        self.assertEqual(self.points(OVERVIEW, "unresolved"), 1)

    def test_a_run_of_baselines_alone_has_times_and_no_ratios(self) -> None:
        self.write([row("fakehead_off", order) for order in ORDERS])
        self.assertEqual(self.drawn(), {f"{TIMES}.png", f"{TIMES}.svg"})

    def test_one_folio_and_many_are_different_figures(self) -> None:
        many = [row(arm, 9, huge_pages=1024, footprint_bytes=2**25) for arm in ("mask", "pointer")]
        self.write(pairs() + many)
        self.assertIn("ratio-by-order-compound_head-1024-folios.svg", self.drawn())
        self.assertEqual(self.points(RATIOS, "mask / fakehead_off, HVO off"), 4)

    def test_an_encoding_unknown_to_the_script_is_drawn_too(self) -> None:
        self.write(pairs() + [row("memdesc", 9), row("form_c_rcu", 9)])
        self.drawn()
        self.assertEqual(self.points(TIMES, "memdesc, HVO off"), 1)
        self.assertEqual(self.points(TIMES, "form_c_rcu, HVO off"), 1)

    def test_the_overview_of_a_long_run_continues_in_a_second_figure(self) -> None:
        self.write([row("mask", 9, page_class="mix", mix=percent) for percent in range(1, 71)])
        self.assertIn(f"{OVERVIEW}-2.svg", self.drawn())
        self.assertEqual(self.points(OVERVIEW, "faster"), 60)
        self.assertEqual(self.points(f"{OVERVIEW}-2", "faster"), 10)

    def test_template_nodes_of_one_encoding_are_lines_of_their_own(self) -> None:
        remote = {"hvo": "on", "mapping": "mixed"}
        rows = [row("mask", 9, template_node=node, **remote) for node in (0, 1)]
        self.write(pairs() + rows)
        self.drawn()
        second = "mask / fakehead_off, HVO on, mapped mixed, template node 1"
        self.assertEqual(self.points(RATIOS, second), 1)

    def test_many_footprints_of_one_order_are_one_figure_over_their_number(self) -> None:
        off = [("fakehead_off", "off", mapping) for mapping in ("4k", "2m")]
        on = [(arm, "on", "4k") for arm in ("fakehead_off", "mask", "memdesc", "memdesc_32")]
        self.write(scale(*off, *on))
        self.assertEqual(self.drawn(), {f"{FOOTPRINTS}.png", f"{FOOTPRINTS}.svg"})
        lines = ["fakehead_off, no HVO, 4 KiB mappings", "fakehead_off, no HVO, 2 MiB mappings"]
        lines += [f"{arm}, HVO" for arm in ("fakehead_off", "mask", "memdesc", "memdesc_32")]
        self.assertEqual([self.points(FOOTPRINTS, line) for line in lines], [4] * len(lines))

    def test_the_figure_over_footprints_goes_without_controls(self) -> None:
        controls = [("pointer", "off", "4k"), ("mask_branchy", "on", "4k"), ("mask", "off", "4k")]
        self.write(scale(("fakehead_off", "off", "4k"), ("mask", "on", "4k"), *controls))
        self.drawn()
        self.assertEqual(self.count(FOOTPRINTS, "points: "), 2)

    def test_an_encoding_that_hvo_leaves_alone_has_lines_for_its_mappings(self) -> None:
        small, large = (("memdesc", "off", mapping) for mapping in ("4k", "2m"))
        rows = scale(("fakehead_off", "off", "4k"), small)
        rows += scale(large, counts=(64, 512, 4096))
        # Beside optimised folios: one folio is too little for a large mapping.
        rows += scale(("memdesc", "on", "4k"), counts=(1,))
        rows += scale(("memdesc", "on", "2m"), counts=(64, 512, 4096))
        self.write(rows)
        self.drawn()
        self.assertEqual(self.points(FOOTPRINTS, "memdesc, no HVO, 4 KiB mappings"), 4)
        self.assertEqual(self.points(FOOTPRINTS, "memdesc, no HVO, 2 MiB mappings"), 3)
        self.assertEqual(self.count(FOOTPRINTS, "points: "), 3)

    def test_what_was_not_measured_ends_a_line_over_footprints(self) -> None:
        rows = scale(("fakehead_off", "off", "4k"))
        rows[-1].update(ns_per_op="")
        self.write(rows + scale(("mask", "on", "4k"), counts=(1, 64)))
        self.drawn()
        self.assertEqual(self.points(FOOTPRINTS, "fakehead_off, no HVO, 4 KiB mappings"), 3)
        self.assertEqual(self.points(FOOTPRINTS, "mask, HVO"), 2)

    def test_two_footprints_are_no_axis(self) -> None:
        self.write(scale(("fakehead_off", "off", "4k"), ("mask", "off", "4k"), counts=(1, 64)))
        self.assertIn("ns-by-order-compound_head-64-folios.svg", self.drawn())

    def test_several_nodes_make_a_map_with_the_gaps_marked(self) -> None:
        self.write(nodes((0, 0), (0, 1), (1, 1)))
        self.assertLessEqual({f"{RATIO_NODES}.svg", f"{TIME_NODES}.png"}, self.drawn())
        for figure, maps in ((RATIO_NODES, 1), (TIME_NODES, 2)):
            self.assertEqual(self.count(figure, "measured: "), 3 * maps)
            self.assertEqual(self.count(figure, "not measured"), maps)

    def test_one_node_makes_no_map(self) -> None:
        self.write(nodes((0, 0)))
        self.assertFalse([name for name in self.drawn() if "node" in name])

    def test_one_node_that_lacks_another_makes_a_map_with_a_gap(self) -> None:
        self.write(nodes((0, 0)) + nodes((0, 0), mode="latency"))
        lacking = 'what,why\n"struct pages and templates on another node",one node\n'
        (self.run_path / "unmeasured.csv").write_text(lacking)
        figures = [name for name in self.drawn() if "node" in name]
        self.assertEqual(sorted(figures), [f"{RATIO_NODES}.png", f"{RATIO_NODES}.svg"])
        self.assertEqual(self.count(RATIO_NODES, "measured: "), 1)
        self.assertEqual(self.count(RATIO_NODES, "not measured"), 1)

    def test_a_template_that_follows_the_memory_is_one_map(self) -> None:
        # Memory node and template node.
        places = [(0, 0), (1, 1), (1, 0)]
        axes = [dict(cpu_node=0, memory_node=m, template_node=t) for m, t in places]
        self.write([row("mask", 9, hvo="on", **place) for place in axes])
        self.drawn()
        self.assertEqual(self.count(RATIO_NODES, "measured: "), 3)
        self.assertEqual(self.count(RATIO_NODES, "not measured"), 1)

    def test_a_ratio_that_was_not_measured_is_a_gap_in_the_map(self) -> None:
        rows = nodes((0, 0), (0, 1))
        rows[-1].update(ratio="", verdict="")
        self.write(rows)
        self.drawn()
        self.assertEqual(self.count(RATIO_NODES, "measured: "), 1)
        self.assertEqual(self.count(TIME_NODES, "measured: "), 4)

    def test_the_same_numbers_make_the_same_svg(self) -> None:
        self.write(pairs())
        self.drawn()
        path = self.run_path / "figures" / f"{RATIOS}.svg"
        first = path.read_bytes()
        self.drawn()
        self.assertEqual(path.read_bytes(), first)

    def test_columns_added_within_the_schema_version_are_ignored(self) -> None:
        self.write(pairs(weather="fair"), [*COLUMNS, "weather"])
        self.drawn()

    def test_meta_json_is_used_where_it_helps_and_never_needed(self) -> None:
        self.write(pairs())
        path = self.run_path / "figures" / f"{RATIOS}.svg"
        self.drawn()
        plain = path.read_bytes()
        meta = {"machine": {"cpuModel": "AMD EPYC"}, "status": "interrupted"}
        for text, changes in ((json.dumps(meta), True), ("{", False), ("[]", False)):
            (self.run_path / "meta.json").write_text(text)
            self.drawn()
            self.assertEqual(path.read_bytes() != plain, changes, text)

    def test_output_goes_where_it_is_told(self) -> None:
        self.write(pairs())
        output = self.run_path.parent / "elsewhere" / "figures"
        self.drawn(self.run_path, "--output", output)
        self.assertTrue((output / f"{RATIOS}.svg").exists())
        self.assertFalse((self.run_path / "figures").exists())

    def test_a_run_that_is_not_there_exits_66(self) -> None:
        self.refused(66, "is not a run", self.run_path / "nothing")
        self.refused(66, "is not a run", self.run_path)

    def test_a_foreign_schema_exits_65_and_names_both_versions(self) -> None:
        self.write(pairs(schema_version=2))
        self.refused(65, "schema version '2'; this script reads version 1")

    def test_a_missing_column_exits_65_and_is_named(self) -> None:
        self.write(pairs(), [name for name in COLUMNS if name not in ("hvo", "order")])
        self.refused(65, "hvo")

    def test_a_word_in_a_number_column_exits_65_with_its_line(self) -> None:
        for word in ("n/a", "nan", "inf"):
            with self.subTest(word):
                rows = pairs()
                rows[2]["ratio"] = word
                self.write(rows)
                self.refused(65, f"line 4: ratio is '{word}', not a number")

    def test_an_unknown_verdict_exits_65(self) -> None:
        self.write(pairs(verdict="better"))
        self.refused(65, "unknown verdict 'better'")

    def test_a_file_cut_short_exits_65_with_its_line(self) -> None:
        self.write(pairs())
        path = self.run_path / "summary.csv"
        *whole, last = path.read_text().splitlines()
        path.write_text("\n".join([*whole, ",".join(last.split(",")[:20])]))
        self.refused(65, "line 9: 20 fields where the header has 44")

    def test_a_file_without_rows_or_of_another_kind_exits_65(self) -> None:
        header = ",".join(COLUMNS).encode() + b"\n"
        cases = {b"": "no summary", b"a,b\n": "no summary", header: "no rows", b"\xff": "as CSV"}
        for content, reason in cases.items():
            with self.subTest(content):
                (self.run_path / "summary.csv").write_bytes(content)
                self.refused(65, reason)

    def test_output_that_cannot_be_written_exits_73(self) -> None:
        self.write(pairs())
        for output in (self.run_path / "summary.csv", "/proc/figures"):
            with self.subTest(output):
                self.refused(73, "cannot write", self.run_path, "--output", output)

    def test_wrong_usage_exits_64(self) -> None:
        self.refused(64, "--help", "--unknown")


if __name__ == "__main__":
    unittest.main()
