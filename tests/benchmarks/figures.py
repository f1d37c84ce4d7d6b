"""What drawing costs: every figure of the course, and the whole timeline and matrix."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

from courses import charts
from courses.charts import scale
from courses.charts.facts import Facts
from courses.content_io import checking, reading
from courses.content_io.catalogue import Catalogue
from courses.reference import COMPARED
from quizzes.content import PARTS
from tests.benchmarks.servers import ROOT
from tests.benchmarks.tables import table

MOST = 30.0  # milliseconds of processor time for any figure
TIMES = 15


def read() -> Catalogue:
    """The course from its files, unchecked: drawing needs no more."""
    entries, _ = reading.read([ROOT / "fixtures"])
    catalogue = Catalogue(PARTS)
    for complaint in checking.shelve(entries, catalogue):
        raise RuntimeError(str(complaint))
    return catalogue


def milliseconds(draw: Callable[[], object]) -> float:
    """The median processor time of drawing something once."""
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        draw()
        taken.append(1000 * (time.process_time() - start))
    return median(taken)


def report() -> str:
    """A row for each kind of figure: how many there are, and the dearest of them."""
    catalogue = read()
    facts = catalogue.facts
    costs: dict[str, list[tuple[float, str]]] = {}
    for (key,), values in catalogue.rows("courses.figure"):
        kind, spec = values["kind"], values["spec"]
        cost = milliseconds(partial(_draw, kind, spec, facts))
        costs.setdefault(kind, []).append((cost, key))
    whole = {"organisations": list(COMPARED[2:]), "from": "1949", "to": "2026"}
    costs["membership, all"] = [(milliseconds(lambda: _draw("membership", whole, facts)), "-")]
    events = list(facts.events.values())
    costs["scale of all events"] = [
        (milliseconds(lambda: scale.draw(events, 1904, 2026)), f"{len(events)} events")
    ]
    rows = []
    for kind, found in sorted(costs.items()):
        most, key = max(found)
        mark = "" if most <= MOST else "  MORE THAN ALLOWED"
        rows.append([kind, len(found), f"{most:.1f}{mark}", key])
    head = ["figure", "drawn", f"dearest, ms CPU (at most {MOST:.0f})", "which"]
    return table(head, rows)


def _draw(kind: str, spec: object, facts: Facts) -> str:
    return charts.draw(kind, spec, key="bench", title="Title", description="Text", facts=facts)
