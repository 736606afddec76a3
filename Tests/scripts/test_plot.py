"""Behaviour of scripts/plot.py, seen from outside: what it writes and how it exits."""

from __future__ import annotations

import csv
import itertools
import json
import operator
import os
import re
import subprocess
import sys
import tempfile
import unittest
import warnings
from collections.abc import Sequence
from pathlib import Path

import pandas

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "plot.py"
sys.path.insert(0, str(SCRIPT.parent))

import summary  # noqa: E402
from figures.style import COLOURS  # noqa: E402

COLUMNS = (
    "schema_version run_id timestamp commit machine_key label cpu kernel cell operation mode chain"
    " arm role kernels baseline order population page_class mix predictability pattern footprint_bytes"
    " huge_pages level hvo mapping cpu_node memory_node template_node templates peer_node threads"
    " readers iterations rounds processes layouts ns_per_op ns_min ns_iqr ns_net cycles ratio ratio_lo"
    " ratio_hi difference_ns difference_lo difference_hi difference_cycles difference_cycles_lo"
    " difference_cycles_hi margin smallest_effect verdict p_value coverage null_lo null_hi"
    " layouts_agree placement touched_bytes drift ties checksum counted_cycles"
    " counted_instructions counted_branch_misses"
).split()
# Roles of the arms that these tests write; the script reads them from the file.
ROLES = {"fakehead": "old", "pointer": "old", "mask": "new", "mask_branchy": "control"}
ORDERS = [2, 4, 9, 18]
TIMES = "ns-by-order-compound_head-one-folio"
RATIOS = "ratio-by-order-compound_head-one-folio"
DIFFERENCES = "difference-by-order-compound_head-one-folio"
OVERVIEW = "ratio-overview-compound_head-one-folio"
FOOTPRINTS = "ns-by-footprint-compound_head"
RATIO_NODES = "ratio-by-node-compound_head-one-folio"
TIME_NODES = "ns-by-node-compound_head-one-folio"


def row(arm: str, order: int, **fields: object) -> dict[str, object]:
    """An arm's row of an otherwise uniform run."""
    values: dict[str, object] = {
        "schema_version": 2,
        "run_id": "2026-01-31T12-34-56Z-epyc-2c-1a2b3c4d",
        "commit": "0123abcd",
        "machine_key": "epyc-2c-1a2b3c4d",
        "operation": "compound_head",
        "mode": "throughput",
        "arm": arm,
        "role": ROLES.get(arm, "what-if"),
        "cpu": "AMD EPYC (26/2, Zen 5)",
        "kernel": "6.12.1",
        "baseline": "fakehead",
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
        "checksum": "0x0000000000020000",
        "null_lo": 0.98,
        "null_hi": 1.02,
    }
    if arm != "fakehead":
        values.update(ratio=0.7, ratio_lo=0.65, ratio_hi=0.75, verdict="faster")
    return {**values, **fields}


def pairs(**fields: object) -> list[dict[str, object]]:
    """The old and the new arm at every order."""
    return [row(arm, order, **fields) for order in ORDERS for arm in ("fakehead", "mask")]


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
        for arm in ("fakehead", "mask")
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

    def points(self, figure: str, series: str, kind: str = "points") -> int:
        """How many points of a series an SVG shows, over all its panels."""
        text = (self.run_path / "figures" / f"{figure}.svg").read_text()
        parts = re.findall(rf'<g id="{kind}: {re.escape(series)}">(.*?)\n   </g>', text, re.S)
        self.assertTrue(parts, f"{figure} has no series {series}")
        return sum(part.count("<use ") for part in parts)

    def count(self, figure: str, name: str) -> int:
        """How many things of a name an SVG shows."""
        text = (self.run_path / "figures" / f"{figure}.svg").read_text()
        return len(re.findall(rf'<g id="{name}[^"]*">', text))

    def colour(self, figure: str, series: str) -> str:
        """The colour of a series' first marker in an SVG."""
        text = (self.run_path / "figures" / f"{figure}.svg").read_text()
        part = text[text.index(f'<g id="points: {series}">') :]
        found = re.search(r'<use [^>]*style="fill: (#\w+)', part)
        assert found, series
        return found[1].upper()

    def count_text(self, figure: str, words: str) -> int:
        """How many texts of an SVG are these words; glyphs have them as a comment."""
        text = (self.run_path / "figures" / f"{figure}.svg").read_text()
        return text.count(f"<!-- {words} -->")

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
        self.assertEqual(self.points(RATIOS, "mask / fakehead, HVO off"), 4)
        self.assertEqual(self.points(OVERVIEW, "faster"), 4)
        self.assertEqual(self.points(TIMES, "mask, HVO off"), 4)
        self.assertEqual(self.points(TIMES, "fakehead, HVO off"), 4)

    def test_what_was_not_measured_makes_no_point(self) -> None:
        rows = pairs()
        rows[-1].update(ratio="", ratio_lo="", ratio_hi="", verdict="")
        rows[-3].update(ns_per_op="")
        self.write(rows)
        self.drawn()
        self.assertEqual(self.points(RATIOS, "mask / fakehead, HVO off"), 3)
        self.assertEqual(self.points(OVERVIEW, "faster"), 3)
        self.assertEqual(self.points(TIMES, "mask, HVO off"), 3)

    def test_a_ratio_without_interval_noise_floor_or_verdict_is_still_drawn(self) -> None:
        empty = dict.fromkeys(["ratio_lo", "ratio_hi", "null_lo", "null_hi", "verdict"], "")
        self.write(pairs() + [row("mask_branchy", 9, **empty)])
        self.drawn()
        self.assertEqual(self.points(OVERVIEW, "unresolved"), 1)

    def test_a_run_of_baselines_alone_has_times_and_no_ratios(self) -> None:
        self.write([row("fakehead", order) for order in ORDERS])
        self.assertEqual(self.drawn(), {f"{TIMES}.png", f"{TIMES}.svg"})

    def test_one_folio_and_many_are_different_figures(self) -> None:
        many = [row(arm, 9, huge_pages=1024, footprint_bytes=2**25) for arm in ("mask", "pointer")]
        self.write(pairs() + many)
        self.assertIn("ratio-by-order-compound_head-1024-folios.svg", self.drawn())
        self.assertEqual(self.points(RATIOS, "mask / fakehead, HVO off"), 4)

    def test_an_arm_unknown_to_the_script_is_drawn_too(self) -> None:
        self.write(pairs() + [row("memdesc", 9), row("form_c_rcu", 9)])
        self.drawn()
        self.assertEqual(self.points(TIMES, "memdesc, HVO off"), 1)
        self.assertEqual(self.points(TIMES, "form_c_rcu, HVO off"), 1)

    def test_the_role_that_the_file_names_tells_the_colour(self) -> None:
        roles = {"xyz": "new", "mask": "old", "fakehead": "new", "abc": "what-if", "def": "control"}
        self.write([row(arm, order, role=roles[arm]) for arm in roles for order in ORDERS])
        self.drawn()
        for arm, role in roles.items():
            self.assertIn(self.colour(TIMES, f"{arm}, HVO off"), COLOURS[role], arm)

    def test_arms_of_one_role_have_shades_and_the_baseline_the_first(self) -> None:
        self.write([row(arm, 9) for arm in ("pointer", "fakehead", "mask")])
        self.drawn()
        colours = [self.colour(TIMES, f"{arm}, HVO off") for arm in ("fakehead", "pointer")]
        self.assertEqual(colours, COLOURS["old"][:2])

    def test_the_first_shades_of_roles_differ_in_grey(self) -> None:
        weights = (0.299, 0.587, 0.114)
        firsts = [bytes.fromhex(shades[0][1:]) for shades in COLOURS.values()]
        greys = sorted(sum(map(operator.mul, weights, colour)) for colour in firsts)
        self.assertTrue(all(b - a > 25 for a, b in itertools.pairwise([*greys, 221])), greys)

    def test_the_title_names_the_arms_of_each_role(self) -> None:
        self.write([*pairs(), row("xyz", 9, role="new"), row("abc", 9, role="control")])
        self.drawn()
        for figure in (TIMES, RATIOS, OVERVIEW):
            words = "old: fakehead  ·  new: mask, xyz  ·  control: abc"
            self.assertEqual(self.count_text(figure, words), 1)

    def test_an_empty_loop_that_is_not_below_all_points_of_an_order_makes_no_bar(self) -> None:
        bars = []
        for net in (0.5, 0.06, 0.04, -0.2, ""):  # half of the interquartile range is 0.05
            self.write([row("fakehead", 9), row("mask", 9, ns_net=net)])
            self.drawn()
            bars.append(self.count(TIMES, "the empty loop"))
        self.assertEqual(bars, [2, 2, 0, 0, 1])

    def test_differences_make_points_where_they_were_measured(self) -> None:
        rows = pairs(difference_ns=-0.3, difference_lo=-0.4, difference_hi=-0.2)
        rows[-1]["difference_ns"] = ""
        self.write(rows[1::2])
        self.assertIn(f"{DIFFERENCES}.png", self.drawn())
        self.assertEqual(self.points(DIFFERENCES, "mask − fakehead, HVO off"), 3)
        self.assertEqual(self.count_text(DIFFERENCES, "ns per operation"), 1)
        cycles = {"difference_cycles": 8.1, "difference_cycles_lo": 8, "difference_cycles_hi": 9}
        self.write([{**one, **cycles} for one in rows[1::2]])
        self.drawn()
        self.assertEqual(self.points(DIFFERENCES, "mask − fakehead, HVO off"), 4)
        self.assertEqual(self.count_text(DIFFERENCES, "cycles per operation"), 1)

    def test_a_chain_of_addresses_alone_is_drawn_as_a_difference_only(self) -> None:
        chain = {"mode": "address_chain", "difference_ns": 2.1, "verdict": ""}
        chain.update(difference_lo=2.0, difference_hi=2.2)
        self.write(pairs() + pairs(**chain))
        self.drawn()
        self.assertEqual(self.points(RATIOS, "mask / fakehead, HVO off"), 4)
        self.assertEqual(self.points(TIMES, "mask, HVO off"), 4)
        self.assertEqual(self.points(OVERVIEW, "faster"), 4)
        self.assertEqual(self.points(DIFFERENCES, "mask − fakehead, HVO off"), 4)
        self.assertEqual(self.points(DIFFERENCES, "mask − fakehead, HVO off", "resolved"), 4)

    def test_modes_are_named_with_their_chain(self) -> None:
        self.write([*pairs(mode="latency", chain="data"), *pairs(mode="latency", chain="control")])
        self.drawn()
        for chain in ("data", "control"):
            self.assertEqual(self.count_text(TIMES, f"latency ({chain} chain)"), 1)

    def test_one_level_is_named_with_the_footprint_and_several_with_the_orders(self) -> None:
        self.write(pairs(level="beyond"))
        self.drawn()
        for figure in (TIMES, RATIOS, OVERVIEW):
            self.assertEqual(self.count_text(figure, "compound_head(), one folio (beyond)"), 1)
            self.assertEqual(self.count_text(figure, "beyond"), 0)
        self.write(pairs(level="L1d")[:-2] + pairs(level="L3")[-2:] + pairs(level="L2")[-2:])
        self.drawn()
        for figure in (TIMES, RATIOS):
            self.assertEqual(self.count_text(figure, "compound_head(), one folio"), 1)
            self.assertEqual(self.count_text(figure, "L1d"), 3)
            self.assertEqual(self.count_text(figure, "L2/L3"), 1)

    def test_nodes_of_other_threads_are_figures_of_their_own(self) -> None:
        self.write(pairs(threads=2, peer_node=0) + pairs(threads=2, peer_node=1))
        self.assertLessEqual({f"{TIMES}-peer-node-{node}.svg" for node in (0, 1)}, self.drawn())

    def test_pandas_reads_a_run_without_options(self) -> None:
        self.write(pairs())
        frame = pandas.read_csv(self.run_path / "summary.csv")
        self.assertEqual(set(frame["checksum"]), {"0x0000000000020000"})
        self.assertEqual(set(frame["arm"]), {"fakehead", "mask"})
        self.assertEqual(frame["ratio"].count(), len(ORDERS))

    def test_several_runs_are_read_as_one_table(self) -> None:
        self.write([row("fakehead", 9, commit="012345678901", label="42", kernels="")])
        other = self.run_path.with_name("other")
        self.run_path.rename(other)
        self.run_path.mkdir()
        placed = {"template_node": 0, "layouts_agree": "true", "cycles": 2.5, "label": "web"}
        self.write([row("mask", 9, **placed), row("mask", 9, layouts_agree="false")])
        with warnings.catch_warnings(action="error"):
            frame = summary.read(other, self.run_path)
        self.assertEqual(list(frame["arm"]), ["fakehead", "mask", "mask"])
        self.assertEqual(frame["commit"][0], "012345678901")
        self.assertEqual(frame["label"][0], "42")
        types = {"template_node": "Int64", "layouts_agree": "boolean", "cycles": "Float64"}
        types.update(checksum="string", arm="string", order="Int64")
        self.assertEqual({name: str(frame[name].dtype) for name in types}, types)

    def test_the_overview_of_a_long_run_continues_in_a_second_figure(self) -> None:
        self.write([row("mask", 9, page_class="mix", mix=percent) for percent in range(1, 71)])
        self.assertIn(f"{OVERVIEW}-2.svg", self.drawn())
        self.assertEqual(self.points(OVERVIEW, "faster"), 60)
        self.assertEqual(self.points(f"{OVERVIEW}-2", "faster"), 10)

    def test_template_nodes_of_one_arm_are_lines_of_their_own(self) -> None:
        remote = {"hvo": "on", "mapping": "mixed"}
        rows = [row("mask", 9, template_node=node, **remote) for node in (0, 1)]
        self.write(pairs() + rows)
        self.drawn()
        second = "mask / fakehead, HVO on, template node 1"
        self.assertEqual(self.points(RATIOS, second), 1)

    def test_many_footprints_of_one_order_are_one_figure_over_their_number(self) -> None:
        off = [("fakehead", "off", mapping) for mapping in ("4k", "2m")]
        on = [(arm, "on", "4k") for arm in ("fakehead", "mask", "memdesc", "memdesc_32")]
        self.write(scale(*off, *on))
        self.assertEqual(self.drawn(), {f"{FOOTPRINTS}.png", f"{FOOTPRINTS}.svg"})
        lines = ["fakehead, no HVO, 4 KiB mappings", "fakehead, no HVO, 2 MiB mappings"]
        lines += [f"{arm}, HVO" for arm in ("fakehead", "mask", "memdesc", "memdesc_32")]
        self.assertEqual([self.points(FOOTPRINTS, line) for line in lines], [4] * len(lines))

    def test_the_figure_over_footprints_goes_without_controls(self) -> None:
        controls = [("mask_branchy", "on", "4k"), ("mask", "off", "4k")]
        self.write(scale(("fakehead", "off", "4k"), ("mask", "on", "4k"), *controls))
        self.drawn()
        self.assertEqual(self.count(FOOTPRINTS, "points: "), 2)

    def test_an_arm_that_hvo_leaves_alone_has_lines_for_its_mappings(self) -> None:
        small, large = (("memdesc", "off", mapping) for mapping in ("4k", "2m"))
        rows = scale(("fakehead", "off", "4k"), small)
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
        rows = scale(("fakehead", "off", "4k"))
        rows[-1].update(ns_per_op="")
        self.write(rows + scale(("mask", "on", "4k"), counts=(1, 64)))
        self.drawn()
        self.assertEqual(self.points(FOOTPRINTS, "fakehead, no HVO, 4 KiB mappings"), 3)
        self.assertEqual(self.points(FOOTPRINTS, "mask, HVO"), 2)

    def test_two_footprints_are_no_axis(self) -> None:
        self.write(scale(("fakehead", "off", "4k"), ("mask", "off", "4k"), counts=(1, 64)))
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
        meta = {"status": "interrupted"}
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

    def test_a_foreign_schema_exits_65_and_says_the_way_out(self) -> None:
        for version in (1, 3):
            self.write(pairs(schema_version=version))
            self.refused(65, f"schema version '{version}'; this script reads version 2")
            self.refused(65, "the commit that wrote it, which its meta.json names")

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

    def test_an_unknown_role_exits_65(self) -> None:
        self.write(pairs(role="older"))
        self.refused(65, "unknown role 'older'")

    def test_a_file_cut_short_exits_65_with_its_line(self) -> None:
        self.write(pairs())
        path = self.run_path / "summary.csv"
        *whole, last = path.read_text().splitlines()
        path.write_text("\n".join([*whole, ",".join(last.split(",")[:20])]))
        self.refused(65, f"line 9: 19 fields where the header has {len(COLUMNS)}")

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
