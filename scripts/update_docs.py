"""Makes README.md and pages of docs/ from docs/templates and the published runs.

A template is the page in Jinja2's syntax; each number, verdict and table of a run in it is asked of
the run's CSV, so that no page can tell what no run has. Exit status: 0 written, or nothing to do;
1 a page is not what its template makes of it (--check); 65 a template asks for what no run has, or
a page is too long.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from functools import cache
from pathlib import Path

import jinja2

from published_run import ROOT, DocsError, Run, machines, significant

TEMPLATES = ROOT / "docs" / "templates"
# A page that people read first fits some screens; every line of it fits one.
LONGEST_LINE = 120
LONGEST = {"README.md": 110}


def pages() -> dict[Path, str]:
    """Each page that has a template, and what it must hold."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["run"] = cache(Run)
    environment.globals["significant"] = significant
    environment.globals["machines"] = machines
    made = {}
    for template in sorted(TEMPLATES.glob("*.md")):
        page = ROOT / template.name if template.name == "README.md" else ROOT / "docs" / template.name
        try:
            text = f"<!-- made by scripts/update-docs from docs/templates/{template.name} -->\n"
            text += environment.get_template(template.name).render()
        except (DocsError, jinja2.TemplateError) as error:
            raise DocsError(f"docs/templates/{template.name}: {error}") from error
        check(page.relative_to(ROOT), text)
        made[page] = text
    return made


def check(page: Path, text: str) -> None:
    """Refuses a page that is too long, or too wide; only tables of docs/ may be wider."""
    lines = text.splitlines()
    wrong = [
        f"line {number} has {len(line)} characters, not {LONGEST_LINE} ({line[:40]}…)"
        for number, line in enumerate(lines, start=1)
        if len(line) > LONGEST_LINE and not (line.startswith("|") and str(page) not in LONGEST)
    ]
    if len(lines) > LONGEST.get(str(page), len(lines)):
        wrong.append(f"it has {len(lines)} lines, not {LONGEST[str(page)]}")
    if wrong:
        raise DocsError(f"{page}: {'; '.join(wrong)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/update-docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where a page differs")
    arguments = parser.parse_args()
    try:
        made = pages()
    except DocsError as error:
        print(f"update-docs: {error}", file=sys.stderr)
        sys.exit(65)
    stale = False
    for page, text in made.items():
        name = page.relative_to(ROOT)
        present = page.read_text(encoding="utf-8") if page.exists() else ""
        if present == text:
            continue
        if arguments.check:
            stale = True
            lines = present.splitlines(), text.splitlines()
            print(*difflib.unified_diff(*lines, f"{name}", f"{name}, as made", "", "", 0, ""), sep="\n")
            print(f"{name} is not what docs/templates/{page.name} makes: scripts/update-docs")
        else:
            page.write_text(text, encoding="utf-8")
            print(name)
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
