#!/usr/bin/env python3
"""Measures on many machines by Slurm, one exclusive task for each node, and sets them side by side.

Four commands over a directory, each of which may be repeated at any time:

    plan DIR [-- OPTION...]   decides where, builds the program once and stages it; options of bench run
    submit DIR                submits what was not yet, and what failed or was lost
    status DIR                what became of each
    collect DIR               the runs in DIR/results, and bench machines of them in DIR/machines.*

Exit status: 0 fine; 2 some nodes failed or were lost; 64 usage; 66 no plan; 69 no Slurm here, or it refuses;
73 cannot write; 75 not finished yet, or Slurm does not answer: try again; 78 no program:
cannot build, or it is gone.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from fleets import slurm, srun
from fleets.errors import NOT_YET, USAGE, FleetError
from fleets.plan import ENGINES, STAGES, Fleet, Plan, Task, replace, writing
from fleets.stage import ask, check, stage
from fleets.state import AGAIN, ENDED, WORDS, State, line, states

SOME_FAILED = 2
# In seconds.
DAY = 86400


def plan(arguments: argparse.Namespace) -> int:
    fleet = Fleet(arguments.directory)
    tasks = [Task.on(node) for node in slurm.hosts(arguments.nodes or "")]
    tasks += [Task.meeting(constraint) for constraint in arguments.constraint]
    if arguments.nodes is None and not arguments.constraint:
        tasks = [Task.on(node) for node in slurm.nodes(arguments.partition)]
    given = [f"--partition={arguments.partition}"] if arguments.partition else []
    given += [f"--time={arguments.time}"] if arguments.time else []
    given += arguments.slurm
    made = Plan(tasks, arguments.engine, arguments.stage, given, arguments.options).check()
    with fleet.locked():
        stage(fleet, arguments.binary)
        beware = check(fleet, made.options)
        made = fleet.keep(made)
    if beware:
        print(f"fleet: {beware}", file=sys.stderr)
    first = made.tasks[0]
    attempt = fleet.directory / "tasks" / first.name / "1"
    if made.engine == "sbatch":
        example = slurm.batch(made, first, attempt)
    else:
        example = slurm.step(fleet, made, first, attempt)
    print(f"{len(made.tasks)} tasks: {', '.join(task.name for task in made.tasks)}")
    print(f"each: bench run {shlex.join(made.options)}".rstrip())
    print(f"the first by: {' '.join(shlex.join(example).split())}")
    print(f"then: scripts/fleet submit {fleet.directory}")
    return 0


def submit(arguments: argparse.Namespace) -> int:
    fleet = Fleet(arguments.directory)
    made = fleet.plan()
    with fleet.locked():
        stage(fleet, None)
        here = states(fleet, made, submits=True)
        again = [state.task for state in here if state.word in AGAIN]
        for word in WORDS:
            names = [state.task.name for state in here if state.word == word]
            if names:
                print(f"{word}: {', '.join(names)}")
        if made.engine == "srun":
            srun.measure(fleet, made, again)
            return told(states(fleet, made, submits=True))
        for task in again:
            with writing(fleet.directory):
                attempt = fleet.new_attempt(task)
                number = slurm.submit(fleet, made, task, attempt)
                replace(attempt / "job", f"{number}\n")
            print(f"submitted {task.name}: job {number}")
    return 0


def status(arguments: argparse.Namespace) -> int:
    fleet = Fleet(arguments.directory)
    made = fleet.plan()
    while True:
        here = states(fleet, made)
        if not arguments.wait or all(state.word not in ("queued", "running") for state in here):
            return told(here)
        time.sleep(arguments.interval)


def told(here: Sequence[State]) -> int:
    """Prints a line for each task, the worst last, and returns the exit status that they deserve."""
    lines = [line(state) for state in sorted(here, key=lambda state: WORDS.index(state.word))]
    widths = [max(len(fields[column]) for fields in lines) for column in range(3)]
    for fields in lines:
        padded = [field.ljust(width) for field, width in zip(fields, widths)]
        print("  ".join([*padded, *fields[3:]]).rstrip())
    words = [state.word for state in here]
    print(", ".join(f"{words.count(word)} {word}" for word in WORDS if word in words))
    if any(word not in ENDED for word in words):
        return NOT_YET
    return 0 if set(words) == {"done"} else SOME_FAILED


def collect(arguments: argparse.Namespace) -> int:
    fleet = Fleet(arguments.directory)
    made = fleet.plan()
    here = states(fleet, made)
    done = [state for state in here if state.word == "done"]
    with writing(fleet.results):
        fleet.results.mkdir(exist_ok=True)
        for state in done:
            link(fleet.results / state.task.name, state.run)
    ending = told(here)
    runs = [str(fleet.results / state.task.name) for state in done]
    if len(runs) < 2:
        print(f"{len(runs)} of {len(here)} runs are there; bench machines needs two")
        return ending
    # The whole tables for programs, what stands out for people.
    replace(fleet.directory / "machines.csv", machines(fleet, "--format", "csv", *runs))
    text = machines(fleet, "--by", arguments.by, *runs)
    replace(fleet.directory / "machines.txt", text)
    print("\n" + text, end="")
    print(f"all of it: {fleet.directory / 'machines.csv'}")
    return ending


def link(place: Path, target: Path | None) -> None:
    """Lets `place` lead to a run within the directory, which may be moved as a whole."""
    assert target
    temporary = place.with_name(f".{place.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, place.parent.resolve()))
    temporary.replace(place)


def machines(fleet: Fleet, *arguments: str) -> str:
    done = ask(fleet, "machines", *arguments)
    if done.returncode:
        raise FleetError(done.returncode, done.stderr.strip().removeprefix("Error: "))
    return done.stdout


def filled(text: str) -> str:
    """An empty variable is no wish for the default."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the value is empty; leave it out, or say what is meant")
    return text


def words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error


def seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= DAY:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds, up to {DAY}")
    return number


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}; see --help\n")


def parsed(typed: list[str]) -> argparse.Namespace:
    options = typed[typed.index("--") + 1 :] if "--" in typed else []
    own = typed[: typed.index("--")] if "--" in typed else typed
    raw = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog="scripts/fleet", description=__doc__, formatter_class=raw)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)

    def command(name: str, does: object, summary: str) -> Parser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.add_argument("directory", type=directory, metavar="DIR", help="the fleet's directory")
        added.set_defaults(does=does)
        return added

    def directory(text: str) -> Path:
        return Path(filled(text))

    planning = command("plan", plan, "decides where to measure what, builds and stages; then [-- OPTION...]")
    planning.add_argument("--nodes", type=filled, metavar="LIST", help="such as web-[1-3,7]; a task on each")
    planning.add_argument(
        "--constraint", type=filled, action="append", default=[], metavar="FEATURES",
        help="a task on any node that has them; may be given several times",
    )  # fmt: skip
    planning.add_argument("--partition", type=filled, metavar="NAME", help="all of its nodes, if none are named")
    planning.add_argument("--time", type=filled, metavar="MINUTES", help="Slurm's time limit of each task")
    planning.add_argument(
        "--slurm", type=words, default=[], metavar="OPTIONS", help="more, as in --slurm='--qos=x'"
    )
    planning.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="default: sbatch")
    planning.add_argument(
        "--stage", choices=STAGES, default=STAGES[0],
        help="how nodes get the program: DIR is shared by all (default); sbcast to each one's own disk; "
        "stream, with srun: nothing is shared, all goes by its standard streams",
    )  # fmt: skip
    planning.add_argument("--binary", type=Path, help="a built program in place of this work tree's")
    command("submit", submit, "submits what was not yet, and what failed or was lost")
    waiting = command("status", status, "tells what became of each task")
    waiting.add_argument("--wait", action="store_true", help="until none is queued or running")
    waiting.add_argument("--interval", type=seconds, default=10, metavar="SECONDS", help="default: 10")
    collecting = command("collect", collect, "gathers the runs and compares the machines")
    collecting.add_argument("--by", choices=["machine", "kind"], default="machine", help="a column each")
    arguments = parser.parse_args(own)
    if options and arguments.does is not plan:
        parser.error("only plan takes options of bench run")
    arguments.options = options
    return arguments


def main() -> None:
    arguments = parsed(sys.argv[1:])
    try:
        sys.exit(arguments.does(arguments))
    except FleetError as error:
        print(f"fleet: {error}", file=sys.stderr)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
