"""Which figures a run gets, and what they show, read from their parts."""

from __future__ import annotations

import unittest
from collections import Counter

from drawn import beside, collisions, panel, points, words
from runs import ORDERS, Row, RunTests, nodes, pair, pairs, row, scale

from figures.footprint import spread

CONTENTION = (
    "cell arm mode threads readers share ns_together ns_slowest fairness ns_read failed_swaps"
    " ratio ratio_lo ratio_hi verdict"
).split()
SAMPLES = "cell arm part process block round layout iterations elapsed_ns".split()


class ChoiceTests(RunTests):
    """A figure that would show nothing is not drawn."""

    def names(self, rows: list[Row]) -> list[str]:
        self.write(rows)
        return list(self.figures())

    def test_one_order_has_no_figure_by_order(self) -> None:
        classes = ("head", "tail")
        rows = [one for page_class in classes for one in pair(page_class=page_class)]
        self.assertEqual(self.names(rows), ["overview"])
        self.assertEqual(self.names(rows + pair(2, page_class="tail")), ["overview", "orders"])

    def test_heads_beside_order_0_are_no_orders(self) -> None:
        rows = pair(page_class="head") + pair(0, page_class="order-0")
        self.assertEqual(self.names(rows), ["overview"])

    def test_one_ratio_has_no_overview(self) -> None:
        self.assertEqual(self.names(pair()), [])

    def test_many_footprints_are_an_axis_and_two_are_not(self) -> None:
        self.assertEqual(self.names(scale()), ["footprint"])
        self.assertEqual(self.names(scale((1, 64))), ["overview"])

    def test_footprints_that_depend_on_hvo_are_no_axis(self) -> None:
        states = [("off", 1), ("off", 4096), ("on", 1), ("on", 1024), ("elsewhere", 512)]
        rows = [one for hvo, count in states for one in pair(hvo=hvo, huge_pages=count)]
        self.assertEqual(self.names(rows), ["overview"])

    def test_nodes_are_drawn_where_there_are_two(self) -> None:
        self.assertEqual(self.names(nodes((0, 0))), ["overview"])
        self.assertEqual(self.names(nodes((0, 0), (0, 1))), ["overview", "nodes"])

    def test_tails_on_another_node_are_a_column(self) -> None:
        rows = nodes((0, 0)) + nodes((0, 0), templates="node 1")
        self.assertEqual(self.names(rows), ["overview", "nodes"])

    def test_callers_are_drawn_where_one_has_several_lines(self) -> None:
        one = pair(operation="zap_pages") + pair(operation="gup_fast")
        self.assertEqual(self.names(one), [])
        self.assertEqual(self.names(one + pair(operation="gup_fast", hvo="on")), ["callers"])

    def test_nothing_is_compared_where_the_baseline_is_not_old(self) -> None:
        for role in ("new", "what-if", "control"):
            rows = pairs(page_class="head") + pairs()
            for one in rows[::2]:
                one["role"] = role
            self.assertEqual(self.names(rows), [], role)

    def test_several_threads_are_no_part_of_the_overview(self) -> None:
        self.assertEqual(self.names(pairs(threads=2)), [])


class OverviewTests(RunTests):
    def test_ratios_are_where_their_line_and_their_verdict_say(self) -> None:
        rows = pair(0, old=1, page_class="order-0", mix=0, ratio=2, ratio_hi=2.5, verdict="slower")
        rows += pair(page_class="head", mix=0, ratio=1.001, ratio_lo=0.99, verdict="same")
        rows += pair(page_class="tail", ratio=0.25, ratio_lo=0.2, ratio_hi=0.3)
        rows += pair(page_class="fakehead", ratio=1.1, verdict="unresolved")
        self.write(rows)
        axes = panel(self.figure("overview"), "throughput")
        for mark, label, ratio in (
            ("slower", "order-0 pages", 2),
            ("same", "heads", 1.001),
            ("faster", "tails", 0.25),
            ("unresolved", "fake heads", 1.1),
        ):
            self.assertEqual(points(axes, f"points: {mark}"), [(ratio, beside(axes, label))])

    def test_bars_reach_from_end_to_end_of_the_interval(self) -> None:
        self.write(pairs() + pair(page_class="head", ratio=0.25, ratio_lo=0.2, ratio_hi=0.3))
        axes = panel(self.figure("overview"), "throughput")
        ends = {
            (round(float(x), 9), float(y))
            for bars in axes.collections
            for segment in bars.get_segments()
            for x, y in segment
        }
        self.assertLessEqual({(x, beside(axes, "heads")) for x in (0.2, 0.3)}, ends)

    def test_a_proven_difference_within_the_margin_is_the_same(self) -> None:
        for ratio, mark in ((0.99, "same"), (1 / 1.021, "faster")):
            self.write(pair(ratio=ratio) + pair(page_class="head", verdict="slower", ratio=2))
            axes = panel(self.figure("overview"), "throughput")
            self.assertEqual([x for x, _ in points(axes, f"points: {mark}")], [ratio])

    def test_a_ratio_without_interval_or_verdict_is_drawn_as_unresolved(self) -> None:
        empty = dict.fromkeys(["ratio_lo", "ratio_hi", "verdict"], "")
        self.write(pairs() + pair(page_class="head", **empty))
        axes = panel(self.figure("overview"), "throughput")
        self.assertEqual(points(axes, "points: unresolved"), [(0.7, beside(axes, "heads"))])

    def test_times_stand_beside_ratios(self) -> None:
        self.write(
            pair(old=3.8612, ns_per_op=0.4) + pair(page_class="head", old=157.4, ns_per_op=99.96)
        )
        said = words(self.figure("overview"))
        self.assertIn("3.86 → 0.40", said)
        self.assertIn("157 → 100", said)

    def test_the_states_of_hvo_and_footprints_are_groups(self) -> None:
        many = {"huge_pages": 4096, "footprint_bytes": 2**27}
        rows = (
            pair(hvo="on", **many)
            + pair(hvo="elsewhere", **many)
            + pair(hvo="on")
            + pair(hvo="off")
        )
        self.write(rows + pair(page_class="head", hvo="off"))
        axes = panel(self.figure("overview"), "throughput")
        headings = ["HVO off, one folio", "HVO on, other folios, 128 MiB of struct pages"]
        headings += ["HVO on, these folios, one folio"]
        headings += ["HVO on, these folios, 128 MiB of struct pages"]
        places = [beside(axes, heading) for heading in headings]
        self.assertEqual(places, sorted(places))
        self.assertEqual(len(points(axes, "points: faster")), len(rows) // 2 + 1)
        order = [beside(axes, label, "HVO off, one folio") for label in ("heads", "tails")]
        self.assertEqual(order, sorted(order))

    def test_throughput_and_latency_are_panels_and_other_modes_are_not(self) -> None:
        modes = ["consumer_ref", "latency", "spaced", "throughput"]
        rows = [one for mode in modes for one in pair(mode=mode)]
        self.write(rows + pair(page_class="head"))
        names = [axes.get_gid() for axes in self.figure("overview").axes]
        self.assertEqual(len(names), 2)
        self.assertIn("(throughput)", names[0])
        self.assertIn("(latency)", names[1])

    def test_a_run_of_another_operation_has_its_own_modes(self) -> None:
        about = {"operation": "page_ref_add_unless"}
        rows = pair(mode="spaced", **about) + pair(mode="throughput", **about)
        self.write(rows + pair(mode="spaced", page_class="head", **about))
        figure = self.figure("overview")
        self.assertIn("page_ref_add_unless(): new against old", words(figure))
        self.assertEqual(len(points(panel(figure, "spaced"), "points: faster")), 2)

    def test_roles_come_from_the_data(self) -> None:
        about = {"baseline": "xyz", "kernels": "6.1"}
        rows = [row("xyz", role="old", ns_per_op=3, **about), row("abc", role="new", **about)]
        rows += [row("mask", role="control", ratio=5, **about)]
        rows += [
            row("xyz", page_class="head", role="old", **about),
            row("abc", page_class="head", role="new", **about),
        ]
        self.write(rows)
        figure = self.figure("overview")
        axes = panel(figure, "throughput")
        self.assertEqual([x for x, _ in points(axes, "points: faster")], [0.7, 0.7])
        self.assertIn("new: Linux 6.1 (abc) · old: Linux 6.1 (xyz)", words(figure))

    def test_orders_9_and_0_are_shown_and_others_are_counted(self) -> None:
        zero = pair(0, page_class="order-0", ratio=0.5)
        self.write(pairs() + zero + pair(page_class="head", ratio=0.6))
        figure = self.figure("overview")
        shown = [x for x, _ in points(panel(figure, "throughput"), "points: faster")]
        self.assertEqual(shown, [0.5, 0.6, 0.7])
        self.assertTrue([said for said in words(figure) if "3 of 6 comparisons" in said])

    def test_of_several_mixes_and_mappings_one_stands_for_all(self) -> None:
        about = {"page_class": "mix"}
        rows = [
            one
            for mix, predictability, mapping, ratio in (
                (10, "random", "2m", 0.1),
                (50, "sorted", "2m", 0.2),
                (50, "random", "4k", 0.3),
                (50, "random", "2m", 0.4),
            )
            for one in pair(
                mix=mix, predictability=predictability, mapping=mapping, ratio=ratio, **about
            )
        ]
        self.write(rows + pair(ratio=0.9))
        axes = panel(self.figure("overview"), "throughput")
        self.assertEqual([x for x, _ in points(axes, "points: faster")], [0.4, 0.9])

    def test_of_several_nodes_the_overview_has_the_local_ones(self) -> None:
        rows = [one for near, far in ((0.5, 0.6), (0.7, 0.8)) for one in (near, far)]
        self.write(
            [
                one
                for index, ratio in enumerate(rows)
                for one in pair(
                    memory_node=index % 2, page_class=["head", "tail"][index // 2], ratio=ratio
                )
            ]
        )
        axes = panel(self.figure("overview"), "throughput")
        self.assertEqual([x for x, _ in points(axes, "points: faster")], [0.5, 0.7])


class OrdersTests(RunTests):
    def test_old_and_new_are_drawn_at_each_order_by_state_of_hvo(self) -> None:
        rows = [one for order in (2, 9) for one in pair(order, old=order, ns_per_op=order + 0.5)]
        rows += pair(9, old=20, ns_per_op=10, hvo="on") + pair(18, old=40, ns_per_op=30, hvo="on")
        self.write(rows + pair(9, hvo="elsewhere", old=99) + [row("mask_branchy", 9)])
        axes = panel(self.figure("orders"), "tails")
        # Orders are equally far apart.
        self.assertEqual(points(axes, "points: old, HVO off"), [(0, 2), (1, 9)])
        self.assertEqual(points(axes, "points: new, HVO off"), [(0, 2.5), (1, 9.5)])
        self.assertEqual(points(axes, "points: old, HVO on"), [(1, 20), (2, 40)])
        self.assertEqual(points(axes, "points: new, HVO on"), [(1, 10), (2, 30)])
        self.assertEqual(len([line for line in axes.lines if line.get_gid()]), 4)

    def test_hvo_on_is_hollow_and_dashed_and_markers_tell_old_from_new(self) -> None:
        self.write(pairs() + pairs(hvo="on"))
        axes = panel(self.figure("orders"), "tails")
        lines = {line.get_gid(): line for line in axes.lines}
        for side in ("old", "new"):
            off, on = lines[f"points: {side}, HVO off"], lines[f"points: {side}, HVO on"]
            self.assertEqual((off.get_linestyle(), on.get_linestyle()), ("-", "--"))
            self.assertEqual(on.get_markerfacecolor(), "white")
            self.assertNotEqual(off.get_markerfacecolor(), "white")
        markers = [lines[f"points: {side}, HVO off"].get_marker() for side in ("old", "new")]
        self.assertEqual(len(set(markers)), 2)

    def test_order_0_is_where_heads_begin(self) -> None:
        rows = pair(0, old=7, page_class="order-0", mix=0) + pairs(page_class="head", mix=0)
        self.write(rows)
        axes = panel(self.figure("orders"), "heads")
        self.assertEqual(points(axes, "points: old, HVO off")[0], (0, 7))

    def test_a_class_of_one_order_has_no_panel(self) -> None:
        self.write(pairs() + pair(page_class="fakehead"))
        self.assertEqual(len(self.figure("orders").axes), 1)

    def test_what_was_not_measured_makes_no_point(self) -> None:
        rows = pairs()
        rows[-1]["ns_per_op"] = ""
        self.write(rows)
        axes = panel(self.figure("orders"), "tails")
        self.assertEqual(len(points(axes, "points: new, HVO off")), len(ORDERS) - 1)


class FootprintTests(RunTests):
    def test_old_new_and_the_old_without_hvo_are_lines_with_their_last_time(self) -> None:
        self.write(scale() + [row("memdesc", huge_pages=count) for count in (1, 64, 512)])
        figure = self.figure("footprint")
        axes = panel(figure, "latency")
        counts = (1, 64, 512, 4096)
        self.assertEqual(points(axes, "points: old, HVO on"), [(n, 2.0 * n) for n in counts])
        self.assertEqual(points(axes, "points: new, HVO on"), [(n, 1.0 * n) for n in counts])
        for mapping in ("4 KiB", "2 MiB"):
            line = points(axes, f"points: old, no HVO, {mapping} mapping")
            self.assertEqual(line, [(n, 2.0 * n) for n in counts])
        self.assertEqual(len([line for line in axes.lines if line.get_gid()]), 4)
        self.assertIn("old, HVO on: 8192 ns", words(figure))
        self.assertIn("new, HVO on: 4096 ns", words(figure))
        self.assertIsNone(axes.get_legend())

    def test_bands_are_interquartile_ranges(self) -> None:
        rows = scale()
        for one in rows:
            one["ns_iqr"] = float(one["ns_per_op"]) / 2
        self.write(rows)
        axes = panel(self.figure("footprint"), "latency")
        bands = [band.get_paths()[0].get_extents() for band in axes.collections]
        tops = sorted(round(band.y1) for band in bands)
        self.assertEqual(tops, [5120, 10240, 10240, 10240])

    def test_lines_stand_where_what_old_tails_touch_fills_a_cache(self) -> None:
        kinds = [("Data", 1, 48 << 10), ("Instruction", 1, 32 << 10), ("Unified", 2, 1 << 20)]
        caches = [{"type": kind, "level": level, "bytes": size} for kind, level, size in kinds]
        caches.append({"type": "Unified", "level": 3, "bytes": 1 << 40})  # beyond what is walked
        self.write(scale())
        self.assertFalse(self.cache_lines())
        self.write_meta(machine={"caches": caches})
        self.assertEqual(self.cache_lines(), {"cache: L1d, 48 KiB": 12, "cache: L2, 1 MiB": 256})

    def cache_lines(self) -> dict[str, float]:
        axes = panel(self.figure("footprint"), "latency")
        return {
            line.get_gid(): line.get_xdata()[0]
            for line in axes.lines
            if (line.get_gid() or "").startswith("cache")
        }

    def test_labels_move_apart_no_further_than_they_must(self) -> None:
        self.assertEqual(spread([0.1, 0.5, 0.9], 0.2), [0.1, 0.5, 0.9])
        moved = spread([0.5, 0.5, 0.6, 0.95], 0.1)
        self.assertEqual([round(place, 6) for place in moved], [0.433333, 0.533333, 0.633333, 0.95])
        for crowd in ([0.5] * 5, [0.1, 0.12, 0.2, 0.21, 0.9, 0.91]):
            places = spread(crowd, 0.1)
            gaps = [after - before for before, after in zip(places, places[1:])]
            self.assertGreater(min(gaps), 0.1 - 1e-9)
            self.assertAlmostEqual(sum(places), sum(crowd))


class NodesTests(RunTests):
    def fields(self, axes) -> Counter:
        return Counter(patch.get_gid() for patch in axes.patches)

    def test_each_pair_of_nodes_is_a_column_and_gaps_are_hatched(self) -> None:
        rows = nodes((0, 0), (0, 1), (1, 1))
        rows[-1].update(ratio="", verdict="")
        self.write(rows)
        axes = panel(self.figure("nodes"), "throughput")
        self.assertEqual(self.fields(axes), {"measured": 5, "not measured": 1})
        hatches = {patch.get_gid(): patch.get_hatch() for patch in axes.patches}
        self.assertIsNone(hatches["measured"])
        self.assertTrue(hatches["not measured"])

    def test_the_sign_says_what_the_colour_says(self) -> None:
        verdicts = ["faster", "slower", "same", "unresolved"]
        places = [(0, 0), (0, 1), (1, 1), (1, 0)]
        rows = []
        for index, ((cpu, memory), verdict) in enumerate(zip(places, verdicts)):
            ratio = [0.5, 2, 1, 1.2][index]
            rows += pair(cpu_node=cpu, memory_node=memory, verdict=verdict, ratio=ratio)
        self.write(rows)
        figure = self.figure("nodes")
        said = [text.get_text() for text in panel(figure, "throughput").texts]
        for field in ("0.50 <", "2.00 >", "1.00 =", "1.20 ?"):
            self.assertIn(field, said)
        colours = [patch.get_facecolor() for patch in panel(figure, "throughput").patches]
        self.assertEqual(Counter(colours).most_common(1)[0][1], 2)  # white is for the last two


class CallersTests(RunTests):
    def test_a_caller_is_a_group_with_a_line_for_each_place(self) -> None:
        rows = pair(operation="zap_pages", ratio=1, verdict="same")
        rows += pair(operation="gup_fast", ratio=1.04, verdict="slower")
        rows += pair(operation="gup_fast", hvo="on", ratio=0.85)
        rows += pair(operation="put_page", population="4k:40,2m:60", ratio=0.5)
        self.write(rows + pairs())
        axes = panel(self.figure("callers"), "")
        heading = "gup_fast: the references of a huge page at once"
        slower = [(1.04, beside(axes, "HVO off, one folio", heading))]
        self.assertEqual(points(axes, "points: slower"), slower)
        faster = dict(points(axes, "points: faster"))
        self.assertEqual(faster[0.85], beside(axes, "HVO on, these folios, one folio", heading))
        population = "put_page: the release of pages in no order, 4k 40 %, 2m 60 % of memory"
        self.assertEqual(faster[0.5], beside(axes, "HVO off, 32 KiB of struct pages", population))


class ContentionTests(RunTests):
    def contention(self, *cells: dict[str, object]) -> None:
        """Cells of a baseline and one form, with the form's row of contention.csv."""
        rows, together = [], []
        for cell, about in enumerate(cells):
            place = {name: about[name] for name in about.keys() - {"ratio", "verdict"}}
            common = {"cell": cell, "baseline": "mask", "pattern": "random_pfn", **place}
            rows += [row("mask", **common), row("mask_frozen", **common)]
            for mode, factor in ((0, 1), (1, 3), (2, 5)):
                here = {"cell": cell, "mode": mode}
                together.append({**here, "arm": "mask", "ns_together": 10 * factor})
                form = {**here, "arm": "mask_frozen", "ns_together": 5 * factor}
                ratio = about["ratio"] * factor
                form |= {"ratio": ratio, "ratio_lo": ratio, "ratio_hi": ratio}
                together.append(form | {"verdict": about["verdict"]})
        self.write(rows)
        self.write_table("contention.csv", together, CONTENTION)

    def test_what_all_threads_do_in_all_rounds_is_drawn(self) -> None:
        self.contention(
            {"threads": 2, "ratio": 0.5, "verdict": "faster"},
            {"threads": 2, "readers": 1, "ratio": 1.5, "verdict": "unresolved"},
        )
        figure = self.figure("contention")
        axes = panel(figure, "compound_head")
        alone = beside(axes, "mask_frozen", "2 threads on the same heads")
        shared = "2 threads on the same heads, 1 of them only reads"
        self.assertEqual(points(axes, "points: faster"), [(0.5, alone)])
        self.assertEqual(
            points(axes, "points: unresolved"), [(1.5, beside(axes, "mask_frozen", shared))]
        )
        self.assertIn("10.0 → 5.00", words(figure))

    def test_of_many_numbers_of_threads_the_ends_are_drawn(self) -> None:
        self.contention(*({"threads": n, "ratio": n / 10, "verdict": "faster"} for n in (2, 4, 8)))
        axes = panel(self.figure("contention"), "compound_head")
        self.assertEqual([x for x, _ in points(axes, "points: faster")], [0.2, 0.8])

    def test_two_operations_that_are_contended_in_most_ways_are_drawn(self) -> None:
        about = {"threads": 2, "ratio": 0.5, "verdict": "faster"}
        ways = [{"pattern": pattern, **about} for pattern in ("random_pfn", "neighbours")]
        operations = ["compound_head", "page_ref_add_unless", "folio_try_get"]
        everything = [{"operation": name, **way} for name in operations for way in ways]
        self.contention(*everything[1:])  # compound_head in one way
        figure = self.figure("contention")
        names = [axes.get_gid().split(",")[0] for axes in figure.axes]
        self.assertEqual(names, ["panel: page_ref_add_unless", "panel: folio_try_get"])
        self.assertTrue([said for said in words(figure) if "4 of 5 comparisons" in said])

    def test_without_ratios_there_is_nothing_to_draw(self) -> None:
        self.write([row("mask", baseline="mask")])
        self.write_table("contention.csv", [{"cell": 0, "arm": "mask", "mode": 0}], CONTENTION)
        self.assertEqual(self.figures(), {})


class QualityTests(RunTests):
    def samples(self, twins: list[float], rounds: int = 6, **about: object) -> None:
        """A cell for each ratio of a twin; new takes half of the old's time."""
        rows, blocks = [], []
        for cell, ratio in enumerate(twins):
            rows += pair(cell=cell, drift=0.01 * cell, **about)
            for process in range(2):
                for number in range(rounds):
                    place = {"cell": cell, "process": process, "block": 0, "round": number}
                    place |= {"layout": number % 2, "iterations": 1000}
                    old = 100_000 + 1000 * number
                    for arm, part, time in (
                        ("fakehead", "baseline", old),
                        ("fakehead", "twin", round(old * ratio)),
                        ("mask", "arm", old // 2),
                    ):
                        blocks.append({**place, "arm": arm, "part": part, "elapsed_ns": time})
        # The self-test's, which no row is about.
        blocks += [{**one, "cell": 99, "elapsed_ns": 10**9} for one in blocks[:3]]
        self.write(rows)
        self.write_table("samples.csv", blocks, SAMPLES)

    def test_a_histogram_counts_the_twins(self) -> None:
        self.samples([0.99, 1, 1, 1, 1.01, 1.02])
        figure = self.figure("quality")
        axes = panel(figure, "twins")
        heights = {
            round(bar.get_x() + bar.get_width() / 2): bar.get_height()
            for bar in axes.patches
            if bar.get_height()
        }
        self.assertEqual(heights, {-1: 1, 0: 3, 1: 1, 2: 1})
        self.assertIn("95 % of 6 cells\nwithin ±1.8 %", words(figure))

    def test_twins_that_lie_far_out_are_told(self) -> None:
        self.samples([1.001] * 60 + [1.2, 0.5])
        said = words(self.figure("quality"))
        self.assertIn("2 not shown,\nto −50 %", said)

    def test_what_was_planted_stands_against_what_was_measured(self) -> None:
        self.write(pairs())
        step = {"planted": 0.002, "measured": 0.001, "resolved": False}
        steps = [step, {"planted": 0.01, "measured": 0.012, "resolved": True}]
        steps += [{"planted": 0.05, "measured": 0.05}]  # too few processes for a verdict
        self.write_meta(sensitivity={"steps": steps})
        figure = self.figure("quality")
        axes = panel(figure, "planted")
        self.assertEqual(points(axes, "planted: found"), [(1, 1.2)])
        self.assertEqual(points(axes, "planted: not found"), [(0.2, 0.1)])
        self.assertIn("least that was found: 1 %\nhollow: not found", words(figure))

    def test_the_cell_that_drifts_most_is_traced(self) -> None:
        self.samples([1] * 5, rounds=3)
        figure = self.figure("quality")
        axes = panel(figure, "drift")
        new = [50, 50.5, 51]
        old = [100, 101, 102]
        self.assertEqual([y for _, y in points(axes, "points: old")], old * 2)
        self.assertEqual([y for _, y in points(axes, "points: new")], new * 2)
        self.assertEqual([x for x, _ in points(axes, "points: old")], list(range(6)))
        self.assertIn("most drift: +4 %", words(figure))

    def test_a_long_name_of_that_cell_is_not_cut_off(self) -> None:
        about = {"page_class": "mix", "mix": 90, "predictability": "random", "hvo": "on"}
        self.samples([1] * 5, **about, huge_pages=1024, footprint_bytes=32 << 20)
        self.assertEqual(collisions(self.figure("quality")), [])

    def test_without_samples_and_self_test_there_is_none(self) -> None:
        self.write(pairs(drift=0.5))
        self.assertNotIn("quality", self.figures())


if __name__ == "__main__":
    unittest.main()
