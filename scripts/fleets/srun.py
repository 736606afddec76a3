"""srun alone: a process here for each task, all at once, until the last has ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from fleets import slurm
from fleets.errors import NO_SLURM, FleetError
from fleets.plan import Fleet, Plan, Task, writing
from fleets.state import State, keep, last_words


# An interrupt, a signal to end, and a terminal or connection that is gone.
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# In seconds; a run that is stopped has its cell to leave.
PATIENCE = 15.0


def measure(fleet: Fleet, plan: Plan, tasks: list[Task]) -> None:
    """Measures the tasks and waits; what becomes of each stands in its attempt.

    A signal to end goes on to all, and a stopped run keeps its finished cells. A second one keeps nothing
    from being stopped and unpacked.
    """
    failed: FleetError | None = None
    running: list[tuple[Task, Path, subprocess.Popen[bytes]]] = []
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Under nohup, it goes on.
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        try:
            for task in tasks:
                with writing(fleet.directory):
                    attempt = fleet.new_attempt(task)
                running.append((task, attempt, start(fleet, plan, task, attempt)))
        except FleetError as error:
            # What was started goes on.
            failed = error
        for _, _, process in running:
            process.wait()
    except KeyboardInterrupt:
        with undisturbed():
            stop(plan, [process for _, _, process in running])
        raise
    finally:
        with undisturbed():
            for task, attempt, process in running:
                try:
                    finish(State(task, "lost", attempt=attempt), process.wait())
                except FleetError as error:
                    # What came back of the others is unpacked all the same.
                    print(f"fleet: {task.name}: {error}", file=sys.stderr)
    if failed:
        raise failed


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignores signals to end meanwhile."""
    before = [signal.signal(end, signal.SIG_IGN) for end in ENDS]
    try:
        yield
    finally:
        for end, handler in zip(ENDS, before):
            signal.signal(end, handler)


def stop(plan: Plan, processes: list[subprocess.Popen[bytes]]) -> None:
    """Asks the tasks to end, and after some seconds no more: srun itself, told to end, kills them."""
    ask = ["scancel", "--signal=TERM", f"--name=bench-{plan.identity}"]
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(ask, check=False, capture_output=True, timeout=PATIENCE)
    for end in (subprocess.Popen.terminate, subprocess.Popen.kill):
        deadline = time.monotonic() + PATIENCE
        for process in processes:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                end(process)


def start(fleet: Fleet, plan: Plan, task: Task, attempt: Path) -> subprocess.Popen[bytes]:
    streams = plan.stage == "stream"
    with ExitStack() as files:
        with writing(attempt):
            log = files.enter_context((attempt / "log").open("wb"))
            source = files.enter_context(fleet.archive.open("rb")) if streams else subprocess.DEVNULL
            back = files.enter_context((attempt / "back.tar").open("wb")) if streams else log
        command = slurm.step(fleet, plan, task, attempt)
        try:
            # Its own group: an interrupt is passed on once, by us.
            return subprocess.Popen(
                command, stdin=source, stdout=back, stderr=log, start_new_session=True
            )
        except FileNotFoundError as error:
            advice = "run where Slurm's commands are; without Slurm: docs/fleet.md"
            raise FleetError(NO_SLURM, f"no srun on this machine; {advice}") from error


def finish(here: State, status: int) -> None:
    """Unpacks what came back, and says so of a task that left no status."""
    assert here.attempt
    back = here.attempt / "back.tar"
    if back.exists():
        try:
            with tarfile.open(back) as tar:
                tar.extractall(here.attempt)
            back.unlink()
        except (tarfile.TarError, EOFError):
            pass  # cut short: no status, then
        except OSError as error:
            # What is there of it is not taken for all.
            (here.attempt / "status").unlink(missing_ok=True)
            advice = f"make room and unpack it there: tar -xf {back} -C {here.attempt}"
            here.reason = f"its files came back, but: {error.strerror or error}; {advice}"
            return keep(here)
    if not (here.attempt / "status").exists():
        here.reason = f"srun ended with {status}: {last_words(here)}"
        keep(here)
