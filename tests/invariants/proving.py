"""What `manage.py prove` adds to pytest: the tests of the invariants asked for, and a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from tests.invariants.ids import INVARIANTS

TITLES = ("id", "tests", "runs", "passed", "failed", "skipped", "seconds")


@dataclass
class Line:
    """What became of the tests of one invariant."""

    runs: int = 0
    seconds: float = 0.0
    outcomes: dict[str, str] = field(default_factory=dict)  # by test: passed, failed or skipped

    def count(self, outcome: str) -> int:
        return list(self.outcomes.values()).count(outcome)


LINES: dict[str, Line] = {name: Line() for name in INVARIANTS}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--invariants", default="", help="names with commas between them; all of them")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = set(filter(None, config.getoption("invariants").split(","))) or set(INVARIANTS)
    kept = []
    for item in items:
        marks = list(item.iter_markers("invariant"))
        if wanted & {name for mark in marks for name in mark.args}:
            kept.append(item)
            # As properties they reach the process that writes the table, however many there are.
            for mark in marks:
                times = mark.kwargs.get("runs") or _examples(item)
                item.user_properties.append(("invariant", [*mark.args, times]))
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _examples(item: pytest.Item) -> int:
    """How often a test repeats itself that does not say: Hypothesis knows of its own."""
    told = getattr(getattr(item, "obj", None), "_hypothesis_internal_use_settings", None)
    return 1 if told is None else told.max_examples


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for kind, value in report.user_properties:
        if kind != "invariant":
            continue
        *names, runs = value
        for name in names:
            line = LINES[name]
            line.seconds += report.duration
            if report.when == "call":
                line.runs += runs
            if report.when == "call" or not report.passed:
                line.outcomes[report.nodeid] = report.outcome


def table(lines: Iterable[tuple[str, Line]]) -> list[str]:
    """The table's lines; an invariant without a test has a line too, and says so."""
    rows = ["{:<4}{:>7}{:>9}{:>8}{:>8}{:>9}{:>9}".format(*TITLES)]
    for name, line in lines:
        counts = [line.count(outcome) for outcome in ("passed", "failed", "skipped")]
        rows.append(
            f"{name:<4}{len(line.outcomes):>7}{line.runs:>9}{counts[0]:>8}{counts[1]:>8}"
            f"{counts[2]:>9}{line.seconds:>9.1f}" + ("" if line.outcomes else "  no test ran")
        )
    return rows


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    wanted = set(filter(None, config.getoption("invariants").split(","))) or set(INVARIANTS)
    terminalreporter.section("what was proved")
    for row in table((name, line) for name, line in LINES.items() if name in wanted):
        terminalreporter.write_line(row)
