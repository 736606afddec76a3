"""scripts/gate, with a compiler and a bench that only say what they were asked."""

import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

GATE = Path(__file__).resolve().parents[2] / "scripts/gate"

# Leaves a program that tells what it is asked, and ends as the file `status` in its revision says.
SWIFT = r"""#!/usr/bin/env bash
[[ $1 == --version ]] && { echo "Swift of a test"; exit; }
while [[ $1 != --package-path ]]; do shift; done
echo "build $(cat "$2/Sources/code")" >>"$CALLS"
ls "$2/Sources" | paste -sd ' ' >>"$CALLS.trees"
[[ $(cat "$2/Sources/code") != broken ]] || { echo "error: broken" >&2; exit 1; }
mkdir -p "$2/.build/release"
{ echo '#!/usr/bin/env bash'; echo "code=$(cat "$2/Sources/code")"; cat "$BENCH"; } >"$2/.build/release/bench"
chmod +x "$2/.build/release/bench"
"""

BENCH = r"""
echo "$code: $*" >>"$CALLS"
# What a run says of itself.
if [[ $1 == run ]]; then
  folder=$(dirname "$0")
  echo "$code is $(cat "$0.commit"), of git $(git -C "$folder" rev-parse HEAD 2>&1)" >>"$CALLS.commits"
  [[ -x $folder/bench && $folder == */repository/.build-gate/* ]] || exit 3
fi
[[ $code == waits ]] && while [[ ! -e $CALLS.go ]]; do sleep 0.05; done
[[ $code == slow ]] && exec sleep 60
[[ $1 == compare && $code == worse ]] && exit 1
[[ $1 == run && $code == ends-* ]] && exit "${code#ends-}"
exit 0
"""


class Gate(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = Path(self.directory.name)
        self.repository = self.root / "repository"
        (self.root / "bin").mkdir()
        (self.root / "tmp").mkdir()
        self.write("bin/swift", SWIFT, executable=True)
        self.write("bench", BENCH)
        self.write("repository/scripts/gate", GATE.read_text(), executable=True)
        self.write("repository/scripts/child", GATE.with_name("child").read_text())
        self.write("repository/.gitignore", ".build*/\nresults/\n")
        self.environment = os.environ | {
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(self.root / "calls"),
            "BENCH": str(self.root / "bench"),
            "TMPDIR": str(self.root / "tmp"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("old")
        self.git("tag", "base")

    def write(self, name, text, executable=False):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if executable:
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def git(self, *arguments, where=None):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=where or self.repository, check=True, env=self.environment, capture_output=True)

    def commit(self, code):
        self.write("repository/Sources/code", code)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", code)

    def gate(self, *arguments, where=None):
        return subprocess.run(
            [(where or self.repository) / "scripts/gate", *arguments],
            env=self.environment, capture_output=True, text=True)

    def calls(self):
        calls = self.root / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def assert_clean(self):
        self.assertEqual(list((self.root / "tmp").iterdir()), [])
        trees = subprocess.run(
            ["git", "worktree", "list"], cwd=self.repository, capture_output=True, text=True)
        self.assertEqual(len(trees.stdout.splitlines()), 1, trees.stdout)

    def test_both_are_built_measured_and_compared(self):
        self.commit("new")
        ending = self.gate("base", "--threshold=5%", "--", "--preset", "smoke")
        self.assertEqual((ending.returncode, ending.stdout), (0, ""), ending.stderr)
        results, = (self.repository / "results/gate").iterdir()
        self.assertEqual(self.calls(), [
            "build old", "build new",
            f"old: run --preset smoke --output {results}/base",
            f"new: run --preset smoke --output {results}/head",
            f"new: compare --output {results} --threshold=5% {results}/base/latest {results}/head/latest",
        ])
        self.assert_clean()

    def revision(self, name):
        return subprocess.run(
            ["git", "rev-parse", name], cwd=self.repository, check=True, capture_output=True, text=True
        ).stdout.strip()

    def test_programs_stay_where_runs_name_them_and_know_their_commits(self):
        self.commit("new")
        self.gate("base")
        said = (self.root / "calls.commits").read_text().splitlines()
        for line, code, commit in zip(said, ["old", "new"], ["base", "HEAD"], strict=True):
            self.assertTrue(line.startswith(f"{code} is {self.revision(commit)[:12]}, "), line)
            # A program that does not read the file says nothing rather than another commit.
            self.assertIn("not a git repository", line)
        kept = [path.name for path in (self.repository / ".build-gate").iterdir()]
        self.assertEqual(sorted(name[:40] for name in kept), sorted(map(self.revision, ["base", "HEAD"])))
        self.assert_clean()

    def test_one_tree_has_the_files_of_either_revision_and_no_others(self):
        self.write("repository/Sources/gone", "")
        self.commit("older")
        (self.repository / "Sources/gone").unlink()
        self.write("repository/Sources/added", "")
        self.commit("newer")
        self.assertEqual(self.gate("HEAD~1").returncode, 0)
        self.assertEqual((self.root / "calls.trees").read_text(), "code gone\nadded code\n")

    def test_two_at_once_have_programs_and_runs_of_their_own(self):
        self.commit("waits")
        both = [
            subprocess.Popen(
                [self.repository / "scripts/gate", "base"], env=self.environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for _ in range(2)]
        for process in both:
            self.addCleanup(process.wait)
            self.addCleanup(process.terminate)
        deadline = time.monotonic() + 60
        while sum(call.startswith("waits: run") for call in self.calls()) < 2:
            ended = [process.stderr.read() for process in both if process.poll() is not None]
            self.assertEqual(ended, [])
            self.assertLess(time.monotonic(), deadline, self.calls())
            time.sleep(0.05)
        (self.root / "calls.go").touch()
        for process in both:
            errors = process.communicate(timeout=60)[1]
            self.assertEqual(process.returncode, 0, errors)
        outputs = [call.split("--output ")[1].split()[0] for call in self.calls() if ": run" in call]
        self.assertEqual(len(set(outputs)), 4, outputs)
        self.assertEqual(len(list((self.repository / ".build-gate").iterdir())), 2)
        self.assert_clean()

    def test_what_was_built_before_is_not_built_again(self):
        self.commit("new")
        self.gate("base")
        self.commit("newer")
        self.gate("base")
        self.assertEqual(
            [call for call in self.calls() if call.startswith("build")],
            ["build old", "build new", "build newer"])

    def test_code_only_measures_nothing(self):
        self.commit("worse")
        ending = self.gate("base", "--code-only")
        self.assertEqual(ending.returncode, 1, ending.stderr)
        calls = [call for call in self.calls() if not call.startswith("build")]
        self.assertEqual(len(calls), 1)
        self.assertRegex(
            calls[0],
            rf"^worse: compare --only=code --strict-code \S+/\.build-gate/{self.revision('base')}-\d+/bench "
            rf"\S+/\.build-gate/{self.revision('HEAD')}-\d+/bench$")
        self.assert_clean()

    def test_the_status_is_that_of_the_comparison(self):
        self.commit("worse")
        self.assertEqual(self.gate("base", "main").returncode, 1)
        self.assertEqual(self.gate("main", "base").returncode, 0)

    def test_a_change_of_nothing_that_is_built_is_fine_at_once(self):
        self.write("repository/README.md", "more")
        self.commit("old")
        ending = self.gate("base")
        self.assertEqual(ending.returncode, 0)
        self.assertTrue(ending.stdout.startswith("ok: nothing that is built differs"))
        self.assertEqual(self.calls(), [])

    def test_a_run_that_fails_is_not_taken_for_a_verdict(self):
        for status, expected in [(1, 69), (2, 69), (64, 69), (137, 69), (129, 129), (130, 130), (143, 143)]:
            self.commit(f"ends-{status}")
            ending = self.gate("base")
            self.assertEqual(ending.returncode, expected, ending.stderr)
            self.assertIn(f"could not be measured (status {status})", ending.stderr)
        self.assert_clean()

    def test_what_was_not_built_looked_at_no_option_and_prints_nothing_for_programs(self):
        self.write("repository/README.md", "more")
        self.commit("old")
        for style in ["json", "ktap", "github", "markdown"]:
            ending = self.gate("base", f"--style={style}")
            self.assertEqual((ending.returncode, ending.stdout), (0, ""), style)
            self.assertIn("ok: nothing that is built differs", ending.stderr)
        for arguments in [("--bogus",), ("--accept=nowhere",), ("--", "--bogus")]:
            ending = self.gate("base", *arguments)
            self.assertEqual(ending.returncode, 0)
            self.assertIn("options were not looked at", ending.stdout, arguments)
        self.assertNotIn("options", self.gate("base").stdout)

    def test_changes_that_are_not_committed_are_not_taken_for_none(self):
        self.commit("new")
        self.write("repository/README.md", "more")
        self.assertEqual(self.gate("HEAD").returncode, 0)
        self.write("repository/Sources/another", "new")
        ending = self.gate("HEAD")
        self.assertEqual((ending.returncode, ending.stdout), (64, ""))
        self.assertIn("commit them first", ending.stderr)
        self.git("add", "Sources/another")
        self.assertEqual(self.gate("HEAD").returncode, 64)
        # Revisions that were named say what is meant.
        self.assertEqual(self.gate("HEAD", "HEAD").returncode, 0)
        ending = self.gate("base")
        self.assertEqual(ending.returncode, 0)
        self.assertIn("not committed", ending.stderr)

    def test_a_machine_without_a_compiler_is_told_with_the_way_out(self):
        self.commit("new")
        self.write("bin/swift", "#!/bin/sh\necho no toolchain is selected >&2\nexit 1\n", executable=True)
        ending = self.gate("base")
        self.assertEqual(ending.returncode, 2)
        self.assertIn("no toolchain is selected", ending.stderr)
        self.assertIn("scripts/setup", ending.stderr)
        (self.root / "bin/swift").unlink()
        names = ["bash", "git", "sed", "dirname", "cksum", "cut", "mktemp", "rm", "cat", "date"]
        for name in names:
            (self.root / "bin" / name).symlink_to(shutil.which(name))
        self.environment["PATH"] = str(self.root / "bin")
        ending = self.gate("base")
        self.assertEqual(ending.returncode, 2, ending.stderr)
        self.assertIn("no swift on the PATH", ending.stderr)
        self.assert_clean()

    def test_a_build_that_fails_is_told_with_the_revision(self):
        self.commit("broken")
        ending = self.gate("base")
        self.assertEqual(ending.returncode, 2)
        self.assertIn("error: broken", ending.stderr)
        self.assertIn("can't be built", ending.stderr)
        self.assert_clean()

    def test_no_failure_of_its_own_is_taken_for_a_verdict(self):
        self.commit("new")
        for place in ["tmp", "repository/.build-gate", "repository/results"]:
            path = self.root / place
            if path.exists():
                path.rmdir()
            path.write_text("a file in place of a directory")
            ending = self.gate("base")
            self.assertEqual(ending.returncode, 73, (place, ending.stderr))
            self.assertIn("gate: can't ", ending.stderr)
            path.unlink()
            (self.root / "tmp").mkdir(exist_ok=True)
        self.assert_clean()
        self.write("bin/date", "#!/bin/sh\nexit 1\n", executable=True)
        ending = self.gate("base")
        self.assertEqual(ending.returncode, 71, ending.stderr)
        self.assertRegex(ending.stderr, r"gate: status 1 of line \d+: results=.*date")
        self.assertEqual(ending.stderr.count("status 1"), 1, ending.stderr)
        with open("/dev/full", "w") as full:
            ending = subprocess.run([self.repository / "scripts/gate", "nowhere"], env=self.environment, stderr=full)
        self.assertEqual(ending.returncode, 66)
        self.assert_clean()

    def test_a_missing_revision_is_told(self):
        for arguments in [("nowhere",), ("base", "nowhere"), ("--code-only", "nowhere")]:
            ending = self.gate(*arguments)
            self.assertEqual(ending.returncode, 66)
            self.assertIn("no revision 'nowhere'", ending.stderr)

    def test_a_value_behind_a_blank_is_told_from_a_revision(self):
        for arguments in [("base", "--threshold", "5%"), ("--threshold", "5%"), ("--threshold", "5%", "base")]:
            ending = self.gate(*arguments)
            self.assertEqual(ending.returncode, 66)
            self.assertIn("no revision '5%'", ending.stderr)
            self.assertIn("--threshold=5%", ending.stderr)
        for arguments in [("nowhere", "--threshold=5%"), ("--threshold=5%", "nowhere"), ("--code-only", "nowhere")]:
            self.assertNotIn("=nowhere", self.gate(*arguments).stderr)

    def test_a_shallow_clone_is_told_with_the_way_out(self):
        self.commit("new")
        shallow = self.root / "shallow"
        self.git("clone", "--quiet", "--depth=1", f"file://{self.repository}", str(shallow), where=self.root)
        ending = self.gate("HEAD~1", where=shallow)
        self.assertEqual(ending.returncode, 66)
        self.assertIn("git fetch --unshallow", ending.stderr)
        self.assertIn("fetch-depth: 0", ending.stderr)

    def test_the_base_that_ci_takes_is_in_a_clone_as_deep_as_its_own(self):
        text = (GATE.parents[1] / ".github/workflows/ci.yml").read_text()
        bases = re.findall(r"scripts/gate (\S+) ", text)
        depths = re.findall(r"fetch-depth: (\d+)", text)
        self.assertEqual(len(bases), 2)
        self.assertEqual(len(depths), 2)
        # A pull request that changes nothing which is built, merged into a branch that did, which has gone on.
        self.git("checkout", "--quiet", "-b", "change")
        self.write("repository/README.md", "more")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        self.git("checkout", "--quiet", "main")
        self.commit("new")
        self.git("checkout", "--quiet", "-b", "merge")
        self.git("merge", "--quiet", "--no-edit", "change")
        self.git("checkout", "--quiet", "main")
        self.commit("newer")
        for base, depth in zip(bases, depths):
            clone = self.root / f"clone{len(list(self.root.iterdir()))}"
            self.git(
                "clone", "--quiet", f"--depth={depth}", "--no-single-branch", "--branch=merge",
                f"file://{self.repository}", str(clone), where=self.root)
            ending = self.gate(base, where=clone)
            self.assertEqual(ending.returncode, 0, ending.stderr)
            self.assertTrue(ending.stdout.startswith("ok: nothing that is built differs"), ending.stderr)

    def test_usage(self):
        for arguments in [(), ("a", "b", "c"), ("base", "--code-only", "--", "--preset", "smoke")]:
            ending = self.gate(*arguments)
            self.assertEqual(ending.returncode, 64, arguments)
            self.assertIn("usage: scripts/gate BASE", ending.stderr)
        self.assertEqual(self.gate("--help").returncode, 0)
        self.assertIn("--code-only", self.gate("--help").stdout)

    def test_a_signal_ends_it_and_nothing_is_left(self):
        self.commit("slow")
        for number, status in [(signal.SIGTERM, 143), (signal.SIGINT, 130)]:
            (self.root / "calls").unlink(missing_ok=True)
            process = subprocess.Popen(
                [self.repository / "scripts/gate", "base"], env=self.environment,
                stderr=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            deadline = time.monotonic() + 60
            while not any(call.startswith("slow: run") for call in self.calls()):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=30), status)
            self.assert_clean()


if __name__ == "__main__":
    unittest.main()
