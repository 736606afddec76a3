"""Pages are made of published runs, and lead to files that are there."""

import re
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

try:
    import update_docs
except ImportError as error:  # Jinja2 is for those who write pages
    raise unittest.SkipTest(f"update_docs: {error}") from error

RUN = "2026-11-25-epyc-zen5-2c"
HEADS = "compound_head throughput head 9 one off"


class RunTests(unittest.TestCase):
    def setUp(self):
        self.run = update_docs.Run(RUN)

    def test_numbers_are_those_of_the_csv(self):
        frame = self.run.frame
        row = frame[
            (frame["operation"] == "compound_head") & (frame["mode"] == "throughput")
            & (frame["order"] == 9) & (frame["page_class"] == "head")
            & (frame["huge_pages"] == 1) & (frame["hvo"] == "off") & (frame["arm"] == "mask")
        ].iloc[0]
        self.assertEqual(self.run.ns(HEADS, "mask"), f"{row['ns_per_op']:.2f}")
        self.assertEqual(self.run.ratio(HEADS), f"{row['ratio']:.2f}")
        self.assertEqual(self.run.cycles(HEADS), f"{row['difference_cycles']:.0f}")

    def test_sizes_and_findings_are_those_of_the_run(self):
        beyond = "compound_head throughput head 9 many off"
        self.assertEqual(self.run.size(beyond, "footprint_bytes"), "128 MiB")
        self.assertEqual(self.run.size(beyond, "touched_bytes"), "256 KiB")
        self.assertEqual(self.run.size(HEADS, "touched_bytes"), "64 bytes")
        self.assertEqual(self.run.folios(beyond), 4096)
        self.assertEqual(self.run.number(HEADS), 38)
        self.assertRegex(self.run.placements(HEADS), r"^2\.\d\d, 2\.\d\d, 2\.\d\d and 2\.\d\d$")
        self.assertEqual(self.run.finding("virtual"), "virtual machine (present)")
        with self.assertRaisesRegex(update_docs.DocsError, "0 findings 'load'"):
            self.run.finding("load")

    def test_words_follow_the_verdict(self):
        for ratio, verdict, words in [
            (0.1, "faster", "10.0 times faster"),
            (0.79, "faster", "21 % faster"),
            (0.99, "faster", "same"),
            (1.28, "slower", "28 % slower"),
            (2.36, "slower", "2.4 times slower"),
            (1.0, "same", "same"),
            (1.3, "unresolved", "not resolved"),
        ]:
            row = {"ratio": ratio, "verdict": verdict, "margin": 0.02}
            with mock.patch.object(self.run, "judged", return_value=row):
                self.assertEqual(self.run.words(HEADS), words)

    def test_what_no_run_has_is_refused(self):
        for cell, arm, said in [
            ("compound_head throughput head 7 one off", "mask", "0 cells"),
            (HEADS, "hash", "no arm 'hash'"),
            (HEADS, "fakehead", "no ratio"),
            ("compound_head throughput", "mask", "'compound_head throughput' is no cell"),
            ("compound_head throughput head nine one off", "mask", "0 cells"),
            (HEADS.replace("one", "two"), "mask", "'two' in"),
            (HEADS.replace("one", "1.5MiB"), "mask", "'1.5MiB' in"),
            (f"{HEADS} colour=red", "mask", "no column 'colour'"),
        ]:
            with self.assertRaisesRegex(update_docs.DocsError, re.escape(said)):
                self.run.ratio(cell, arm)
        with self.assertRaisesRegex(update_docs.DocsError, "no published run 'yesterday'"):
            update_docs.Run("yesterday")
        with self.assertRaisesRegex(update_docs.DocsError, "no colour of mask"):
            self.run.size(HEADS, "colour")
        without = update_docs.Run(RUN)
        without.path = without.path.parent / "emptied"
        with self.assertRaisesRegex(update_docs.DocsError, "emptied has no layouts.csv"):
            without.placements(HEADS)
        for ask in (lambda: self.run.together(HEADS, "mask"), self.run.least_fairness):
            with self.assertRaisesRegex(update_docs.DocsError, f"{RUN} has no contention.csv"):
                ask()


class PageTests(unittest.TestCase):
    def test_a_page_that_is_too_long_or_too_wide_is_refused(self):
        readme = Path("README.md")
        update_docs.check(readme, "x" * 120 + "\n" + "y\n" * 109)
        update_docs.check(Path("docs/a.md"), "|" + "x" * 200)
        for text, said in [("x" * 121, "line 1 has 121"), ("y\n" * 111, "111 lines")]:
            with self.assertRaisesRegex(update_docs.DocsError, said):
                update_docs.check(readme, text)

    def test_a_stale_page_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "README.md"
            page.write_text("old\n")
            with mock.patch.object(update_docs, "ROOT", Path(folder)), mock.patch.object(
                update_docs, "pages", return_value={page: "new\n"}
            ), mock.patch("builtins.print"):
                with mock.patch.object(sys, "argv", ["update-docs", "--check"]):
                    self.assertEqual(self.exit_status(), 1)
                self.assertEqual(page.read_text(), "old\n")
                with mock.patch.object(sys, "argv", ["update-docs"]):
                    self.assertEqual(self.exit_status(), 0)
                self.assertEqual(page.read_text(), "new\n")

    def exit_status(self):
        with self.assertRaises(SystemExit) as ended:
            update_docs.main()
        return ended.exception.code

    def test_links_lead_somewhere(self):
        pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
        self.assertGreater(len(pages), 5)
        for page in pages:
            for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
                if "://" not in link:
                    self.assertTrue((page.parent / link).exists(), f"{page.name} leads to {link}")


if __name__ == "__main__":
    unittest.main()
