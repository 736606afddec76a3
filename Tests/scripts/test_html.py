"""The page that `bench report --style html` writes, in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from browser import CHROMIUM, Browser

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / ".build" / "release" / "bench"
RUN = ROOT / "results/published/2026-11-25-epyc-zen5-2c"


@unittest.skipUnless(CHROMIUM, "no chromium here; scripts/browser installs it")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(directory.cleanup)
        cls.page = Path(directory.name) / "report.html"
        command = [BENCH, "report", RUN, "--style", "html"]
        cls.page.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        cls.browser = Browser(Path(directory.name) / "profile")
        cls.addClassCleanup(cls.browser.close)

    def setUp(self) -> None:
        self.browser.requests.clear()
        self.browser.screen(1280)
        self.browser.open(self.page)

    def tearDown(self) -> None:
        self.assertEqual(self.browser.faults, [])
        self.assertEqual(set(self.browser.requests), {self.page.resolve().as_uri()})

    def column(self, title: str) -> list[str]:
        return self.browser.evaluate(
            f"""(() => {{
              const table = document.getElementById("cells");
              const index = [...table.tHead.rows[0].cells].findIndex(head => head.textContent === "{title}");
              return [...table.tBodies[0].rows].filter(row => !row.hidden)
                .map(row => row.cells[index].dataset.value ?? row.cells[index].textContent);
            }})()"""
        )

    def sort(self, title: str) -> str:
        """Clicks on the header; returns what it tells of the order then."""
        return self.browser.evaluate(
            f"""(() => {{
              const head = [...document.querySelectorAll("#cells th")].find(head => head.textContent === "{title}");
              head.querySelector("button").click();
              return head.ariaSort;
            }})()"""
        )

    def test_only_our_script_may_run(self) -> None:
        text = self.page.read_text()
        script = re.search(r"<script>(.*?)</script>", text, re.S).group(1)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        self.assertIn(f"script-src 'sha256-{digest}'", text)

    def test_it_renders(self) -> None:
        headings = self.browser.evaluate(
            "[...document.querySelectorAll('h2')].map(heading => heading.textContent)"
        )
        self.assertEqual(len(headings), 8)
        figures = len(list((RUN / "figures").glob("*.svg")))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('svg').length"), figures)
        self.assertEqual(self.browser.evaluate("document.compatMode"), "CSS1Compat")
        self.assertGreater(len(self.browser.picture()), 10_000)

    def test_no_page_is_wider_than_its_screen(self) -> None:
        for width in (1280, 400):
            self.browser.screen(width)
            self.assertLessEqual(
                self.browser.evaluate("document.documentElement.scrollWidth"), width
            )

    def test_numbers_sort_as_numbers_and_nothing_stays_last(self) -> None:
        for direction, reverse in (("ascending", False), ("descending", True)):
            self.assertEqual(self.sort("new/old"), direction)
            values = self.column("new/old")
            numbers = [float(value) for value in values if value]
            self.assertGreater(len(numbers), 100)
            self.assertEqual(numbers, sorted(numbers, reverse=reverse))
            self.assertIn("", values)
            self.assertEqual(values[: len(numbers)], [value for value in values if value])

    def test_sizes_and_words_sort(self) -> None:
        self.sort("footprint")
        sizes = [int(value) for value in self.column("footprint")]
        self.assertEqual(sizes, sorted(sizes))
        self.sort("operation")
        words = self.column("operation")
        self.assertEqual(words, sorted(words))
        sorted_heads = "document.querySelectorAll('#cells [aria-sort]').length"
        self.assertEqual(self.browser.evaluate(sorted_heads), 1)

    def test_the_filter_shows_rows_that_have_all_words(self) -> None:
        everything = len(self.column("mode"))
        self.browser.evaluate(
            "filter.value = 'LATENCY slower'; filter.dispatchEvent(new Event('input'))"
        )
        modes, verdicts = self.column("mode"), self.column("verdict")
        self.assertTrue(0 < len(modes) < everything)
        self.assertEqual(set(modes), {"latency"})
        self.assertTrue(all("slower" in verdict for verdict in verdicts))
        count = self.browser.evaluate("document.getElementById('count').textContent")
        self.assertEqual(count, f"{len(modes)} of {everything}")

    def test_a_count_in_the_answer_leads_to_its_rows(self) -> None:
        words = self.browser.evaluate(
            "(() => { const link = document.querySelector('[data-filter=\">\"]');"
            " link.click(); return link.textContent })()"
        )
        self.assertEqual(words, f"slower in {len(self.column('verdict'))}")

    def test_it_can_be_read_without_a_script(self) -> None:
        self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
        self.browser.open(self.page)
        self.browser.call("Emulation.setScriptExecutionDisabled", value=False)
        self.assertGreater(len(self.column("verdict")), 100)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('button').length"), 0)
        self.assertTrue(self.browser.evaluate("document.getElementById('tools').hidden"))

    def test_it_prints(self) -> None:
        pdf = self.browser.printed()
        self.assertTrue(pdf.startswith(b"%PDF-"))
        pages = len(re.findall(rb"/Type */Page\b", pdf))
        self.assertTrue(3 <= pages <= 20, pages)
        # The CSV, a link of some hundred kilobytes, is for screens.
        self.assertNotIn(b"data:text/csv", pdf)


if __name__ == "__main__":
    unittest.main()
