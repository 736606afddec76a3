"""scripts/fleet, with commands of Slurm's and a bench that only say what they were asked.

Tests/fleet has a real Slurm.
"""

import contextlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from fleets import srun  # noqa: E402
from fleets.plan import Fleet, Plan, Task  # noqa: E402
from fleets.state import states  # noqa: E402

COMMANDS = {
    "sinfo": "echo 'n1|all*'; echo 'n2|all*'",
    "squeue": "exit 0",
    "scontrol": r"""printf 'n1\nn2\n'""",
}

# As bench ends where an option is unknown, and where this machine lacks something.
BENCH = """
[ "$1" = list ] || exit 70
case "$*" in
*--bogus*) printf "Error: Unknown option '--bogus'\\nUsage: bench list <options>\\n" >&2; exit 64 ;;
*--quiet*) printf "Error: Unknown option '--quiet'\\nUsage: bench list <options>\\n" >&2; exit 64 ;;
*--cpu-node*) printf "Error: there is no node 1\\n  See 'bench list --help'\\n" >&2; exit 64 ;;
esac
"""


def meta(status: str = "complete") -> str:
    return json.dumps({"status": status})


class FleetCase(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        self.directory = self.root / "fleet"
        (self.root / "bin").mkdir()
        for name, text in COMMANDS.items():
            self.program(self.root / "bin" / name, text)
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path}
        self.stage()

    def program(self, path: Path, text: str) -> None:
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def stage(self, bench: str = BENCH) -> None:
        (self.directory / "stage").mkdir(parents=True, exist_ok=True)
        self.program(self.directory / "stage" / "bench", bench)
        with tarfile.open(self.directory / "stage.tar", "w") as tar:
            tar.add(self.directory / "stage", arcname=".")

    def fleet(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        ending = subprocess.run(
            [sys.executable, "-B", SCRIPTS / "fleet.py", *arguments], env=self.environment, check=False,
            capture_output=True, text=True, timeout=60)  # fmt: skip
        self.assertNotIn("Traceback", ending.stderr)
        return ending

    def plan(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.fleet("plan", str(self.directory), *arguments)

    def assert_refused(self, status: int, words: str, *arguments: str) -> None:
        ending = self.fleet(*arguments)
        self.assertEqual(ending.returncode, status, (arguments, ending.stdout, ending.stderr))
        self.assertIn(words, ending.stderr, arguments)
        self.assertEqual(len(ending.stderr.splitlines()), 1, ending.stderr)

    def assert_no_plan(self, words: str, *arguments: str) -> None:
        self.assert_refused(64, words, "plan", str(self.directory), *arguments)
        self.assertFalse((self.directory / "plan.json").exists(), arguments)

    def leave_run(self, name: str, attempt: int = 1) -> Path:
        """What a finished task leaves."""
        place = self.directory / "tasks" / name / str(attempt)
        (place / "results" / "a").mkdir(parents=True)
        (place / "results" / "a" / "meta.json").write_text(meta())
        (place / "results" / "latest").symlink_to("a")
        (place / "status").write_text("0\n")
        return place


class Planning(FleetCase):
    def test_an_empty_variable_is_not_every_node(self) -> None:
        for option in ["--nodes", "--constraint", "--partition", "--time"]:
            for value in ["", " "]:
                self.assert_no_plan(option, option, value)
        self.assert_no_plan("no node to measure on", "--nodes", ",")
        self.assert_refused(64, "DIR", "plan", "", "--nodes", "n1")
        self.assertEqual(self.plan().returncode, 0)

    def test_ranges_of_nodes_need_slurm_and_must_name_some(self) -> None:
        scontrol = self.root / "bin" / "scontrol"
        for does, status, words in [("echo no configuration >&2; exit 1", 69, "one by one"), ("exit 0", 64, "'n[1-x]'")]:
            self.program(scontrol, does)
            ending = self.fleet("plan", str(self.directory), "--nodes", "n[1-x]")
            self.assertEqual(ending.returncode, status, ending.stderr)
            self.assertIn(words, ending.stderr)

    def test_a_task_that_has_no_name_is_refused(self) -> None:
        for option, value in [
            ("--constraint", "&"), ("--nodes", "..,x"), ("--nodes", "x,-"),
            ("--nodes", "a" * 65), ("--constraint", "a&" * 33),
            # No label of bench run.
            ("--nodes", "17"), ("--constraint", "none"),
        ]:  # fmt: skip
            self.assert_no_plan("is no name for a task", option, value)
        self.assertEqual(self.plan("--nodes", "a" * 64).returncode, 0)

    def test_what_the_shell_can_not_have_meant_is_told(self) -> None:
        self.assert_no_plan("--slurm", "--nodes", "n1", "--slurm=--qos='x")
        self.assertEqual(self.plan("--nodes", "n1").returncode, 0)
        for interval in ["-1", "0", "nan", "inf", "1e300"]:
            self.assert_refused(
                64, "--interval", "status", str(self.directory), "--wait", f"--interval={interval}")

    def test_options_that_bench_does_not_know_are_not_planned(self) -> None:
        self.assert_no_plan("Unknown option '--bogus'", "--nodes", "n1", "--", "--bogus")
        # Of run alone, and of a machine that is not this one.
        ending = self.plan("--nodes", "n1", "--", "--quiet", "--all-arms", "--save-baseline", "x")
        self.assertEqual((ending.returncode, ending.stderr), (0, ""))
        ending = self.plan("--nodes", "n1", "--", "--cpu-node", "1")
        self.assertEqual(ending.returncode, 0)
        self.assertIn("here, 'bench list --cpu-node 1' says: there is no node 1", ending.stderr)

    def test_another_program_is_not_staged(self) -> None:
        (self.directory / "stage" / "bench").unlink()
        (self.directory / "stage").rmdir()
        (self.directory / "stage.tar").unlink()
        self.assert_no_plan("--binary /bin/true is not bench", "--nodes", "n1", "--binary", "/bin/true")
        self.assertFalse((self.directory / "stage").exists())

    def test_options_that_can_not_be_checked_here_are_told(self) -> None:
        self.stage("exit 127")
        ending = self.plan("--nodes", "n1", "--", "--bogus")
        self.assertEqual(ending.returncode, 0)
        self.assertIn("options were not checked", ending.stderr)


class Keeping(FleetCase):
    def test_a_plan_that_is_damaged_is_not_taken_for_none(self) -> None:
        self.assertEqual(self.plan("--nodes", "n1").returncode, 0)
        self.leave_run("n1")
        plan = self.directory / "plan.json"
        for text in ["{", "[]", '{"tasks": null}', "\udcff"]:
            plan.write_text(text, errors="surrogateescape")
            self.assert_refused(
                66, "cannot be read", "plan", str(self.directory), "--nodes", "n1", "--", "--order", "9")
            self.assertEqual(plan.read_text(errors="surrogateescape"), text)
            self.assert_refused(66, "cannot be read", "status", str(self.directory))
        # Nothing was begun: nothing is lost.
        (self.directory / "tasks").rename(self.root / "tasks")
        self.assertEqual(self.plan("--nodes", "n1").returncode, 0)

    def test_what_was_begun_does_not_drop_out_of_a_plan(self) -> None:
        self.assertEqual(self.plan("--nodes", "n1,n2,n3").returncode, 0)
        self.leave_run("n2")
        self.assert_refused(64, "n2 was begun", "plan", str(self.directory), "--nodes", "n1,n3")
        self.assert_refused(64, "n2 was begun", "plan", str(self.directory), "--constraint", "n2")
        self.assertEqual(self.plan("--nodes", "n2,n4").returncode, 0)
        names = [task["name"] for task in json.loads((self.directory / "plan.json").read_text())["tasks"]]
        self.assertEqual(names, ["n2", "n4"])


    def test_an_attempt_that_was_removed_leaves_the_next_one_its_number(self) -> None:
        fleet, task = Fleet(self.directory), Task.on("n1")
        first, second = fleet.new_attempt(task), fleet.new_attempt(task)
        first.rmdir()
        third = fleet.new_attempt(task)
        self.assertEqual([path.name for path in (first, second, third)], ["1", "2", "3"])
        self.assertEqual(fleet.attempts(task), [second, third])


class Collecting(FleetCase):
    def test_a_program_that_is_gone_is_told_with_the_way_out(self) -> None:
        self.assertEqual(self.plan("--nodes", "n1,n2").returncode, 0)
        for name in ["n1", "n2"]:
            self.leave_run(name)
        bench = self.directory / "stage" / "bench"
        bench.unlink()
        self.assert_refused(78, "tar -xf", "collect", str(self.directory))
        bench.write_text("")
        self.assert_refused(78, "tar -xf", "collect", str(self.directory))


class ComingBack(FleetCase):
    """What srun brought by standard output."""

    def setUp(self) -> None:
        super().setUp()
        self.here = Fleet(self.directory)
        self.made = Plan([Task.on("n1"), Task.on("n2")], "srun", "stream", [], [], "x")

    def start(self, fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> "subprocess.Popen[bytes]":
        """As a task that ends at once."""
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "results" / "a").mkdir(parents=True)
            (Path(place) / "results" / "latest").symlink_to("a")
            (Path(place) / "results" / "a" / "meta.json").write_text(meta())
            (Path(place) / "status").write_text("0\n")
            with tarfile.open(attempt / "back.tar", "w") as tar:
                tar.add(place, arcname=".")
        return subprocess.Popen(["true"])

    def measure(self) -> "list[tuple[str, str]]":
        told = contextlib.redirect_stderr(io.StringIO())
        with mock.patch.object(srun, "start", self.start), told as self.errors:
            srun.measure(self.here, self.made, self.made.tasks)
        return [(state.word, state.reason) for state in states(self.here, self.made, submits=True)]

    def test_it_is_unpacked(self) -> None:
        self.assertEqual([word for word, _ in self.measure()], ["done", "done"])
        self.assertEqual(list(self.directory.glob("tasks/*/*/back.tar")), [])

    def test_where_one_can_not_be_unpacked_it_stays_and_the_others_are(self) -> None:
        unpack = tarfile.TarFile.extractall

        def full(tar: tarfile.TarFile, path: Path, **named: object) -> None:
            unpack(tar, path)
            if "n1" in Path(path).parts:
                raise OSError(28, "No space left on device")

        with mock.patch.object(tarfile.TarFile, "extractall", full):
            (first, why), (second, _) = self.measure()
        self.assertEqual((first, second), ("lost", "done"))
        self.assertIn("No space left on device", why)
        self.assertIn("back.tar", why)
        kept = [path.parts[-3] for path in self.directory.glob("tasks/*/*/back.tar")]
        self.assertEqual(kept, ["n1"])

    def test_a_second_interrupt_keeps_nothing_from_being_unpacked(self) -> None:
        unpack = tarfile.TarFile.extractall
        ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self.addCleanup(signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM))
        self.take_hang_up()
        # What starts tests in the background may have it ignored.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))

        def interrupt(*_: object) -> None:
            for end in ends:
                os.kill(os.getpid(), end)

        def start(fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> "subprocess.Popen[bytes]":
            self.start(fleet, plan, task, attempt).wait()
            return subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -INT {os.getpid()}"])

        def interrupted(tar: tarfile.TarFile, path: Path, **named: object) -> None:
            interrupt()
            unpack(tar, path)

        with (
            mock.patch.object(srun, "start", start),
            mock.patch.object(srun, "stop", interrupt),
            mock.patch.object(tarfile.TarFile, "extractall", interrupted),
            self.assertRaises(KeyboardInterrupt),
        ):
            srun.measure(self.here, self.made, self.made.tasks)
        words = [state.word for state in states(self.here, self.made, submits=True)]
        self.assertEqual(words, ["done", "done"])
        # Whoever waits for something else may be interrupted again.
        self.assertNotIn(signal.SIG_IGN, map(signal.getsignal, ends))

    def take_hang_up(self, handler: object = lambda *_: None) -> None:
        """Has it end no test, whoever starts this with nohup or without."""
        self.addCleanup(signal.signal, signal.SIGHUP, signal.signal(signal.SIGHUP, handler))

    def hang_up(self, fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> "subprocess.Popen[bytes]":
        """As a task during which the connection is lost."""
        self.start(fleet, plan, task, attempt).wait()
        return subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -HUP {os.getpid()}"])

    def test_a_connection_that_is_lost_stops_what_was_started(self) -> None:
        self.take_hang_up()
        with (
            mock.patch.object(srun, "start", self.hang_up),
            mock.patch.object(srun, "stop") as stop,
            self.assertRaises(KeyboardInterrupt),
        ):
            srun.measure(self.here, self.made, self.made.tasks[:1])
        stop.assert_called_once()
        words = [state.word for state in states(self.here, self.made, submits=True)]
        self.assertEqual(words, ["done", "planned"])

    def test_with_nohup_it_goes_on(self) -> None:
        self.take_hang_up(signal.SIG_IGN)
        with mock.patch.object(srun, "start", self.hang_up):
            srun.measure(self.here, self.made, self.made.tasks[:1])
        self.assertEqual(signal.getsignal(signal.SIGHUP), signal.SIG_IGN)

    def test_what_was_started_goes_on_where_another_can_not_be(self) -> None:
        def start(fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> "subprocess.Popen[bytes]":
            if task.name == "n2":
                raise srun.FleetError(69, "no srun")
            return self.start(fleet, plan, task, attempt)

        with mock.patch.object(srun, "start", start), self.assertRaisesRegex(srun.FleetError, "no srun"):
            srun.measure(self.here, self.made, self.made.tasks)
        words = [state.word for state in states(self.here, self.made, submits=True)]
        self.assertEqual(words, ["done", "lost"])

    def test_a_disk_too_full_to_say_so_keeps_nothing_from_the_others(self) -> None:
        def full(here: object) -> None:
            raise srun.FleetError(73, "cannot write")

        def cut(tar: tarfile.TarFile, path: Path, **named: object) -> None:
            raise tarfile.ReadError("cut short")

        with (
            mock.patch.object(srun, "keep", full),
            mock.patch.object(tarfile.TarFile, "extractall", cut),
        ):
            words = [word for word, _ in self.measure()]
        self.assertEqual(words, ["lost", "lost"])
        self.assertIn("fleet: n2: cannot write", self.errors.getvalue())


if __name__ == "__main__":
    unittest.main()
