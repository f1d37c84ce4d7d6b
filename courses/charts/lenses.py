"""What each lens makes of each case: a table whose cells open the paragraphs that they rest on.

    {cases: [{case: "Why does it last?", realism: {text, lesson, paragraph},
              institutionalism: {...}, constructivism: {...}}, ...]}

Words in columns are a table: drawn as an SVG they could be neither wrapped nor followed as links.
A lens may be left out of a case, where the texts say nothing.
"""

from html import escape
from typing import Any

from courses.charts.drawing import Drawing, check_object, check_text
from courses.charts.facts import Facts
from courses.charts.looking_up import NO_SUCH, is_known
from courses.rendering.faults import Fault

NOT_CASES = "This must be a list of cases, each with its lenses."
NO_LENS = "This case has no lens. Say what at least one makes of it."
LENSES = {
    "realism": "Realism",
    "institutionalism": "Neoliberal institutionalism",
    "constructivism": "Social constructivism",
}


def check(spec: Any, facts: Facts) -> list[Fault]:
    """What an author has to mend before the matrix can be shown."""
    faults = check_object(spec, "", ["cases"])
    if faults:
        return faults
    if not isinstance(spec["cases"], list) or not spec["cases"]:
        return [Fault("cases", NOT_CASES)]
    for at, case in enumerate(spec["cases"]):
        path = f"cases[{at}]"
        wrong = check_object(case, path, ["case"], list(LENSES))
        faults += wrong
        if wrong:
            continue
        faults += check_text(case["case"], f"{path}.case")
        if not any(lens in case for lens in LENSES):
            faults.append(Fault(path, NO_LENS))
        for lens in LENSES:
            if lens in case:
                faults += _check_cell(case[lens], f"{path}.{lens}", facts)
    return faults


def _check_cell(cell: Any, path: str, facts: Facts) -> list[Fault]:
    faults = check_object(cell, path, ["text", "lesson", "paragraph"])
    if faults:
        return faults
    faults = check_text(cell["text"], f"{path}.text")
    faults += check_text(cell["paragraph"], f"{path}.paragraph")
    if not is_known(cell["lesson"], facts.lessons):
        sentence = NO_SUCH.format(what="lesson", key=cell["lesson"])
        faults.append(Fault(f"{path}.lesson", sentence))
    return faults


def cells(spec: Any) -> list[tuple[str, str, str]]:
    """(path, lesson, paragraph) of every cell, for checking that the paragraphs are there."""
    return [
        (f"cases[{at}].{lens}", case[lens]["lesson"], case[lens]["paragraph"])
        for at, case in enumerate(spec["cases"])
        for lens in LENSES
        if lens in case
    ]


def drawing(spec: Any, facts: Facts) -> Drawing:
    """The matrix as a table, for a spec without faults."""
    heads = "".join(
        f'<th scope="col"><span class="lens lens-{lens}">{name}</span></th>'
        for lens, name in LENSES.items()
    )
    rows = ""
    for case in spec["cases"]:
        rows += f'<tr><th scope="row">{escape(case["case"])}</th>'
        for lens in LENSES:
            if lens not in case:
                rows += "<td>–</td>"
                continue
            cell = case[lens]
            address = f"{facts.lessons[cell['lesson']]}#{cell['paragraph']}"
            rows += f'<td><a href="{escape(address)}">{escape(cell["text"])}</a></td>'
        rows += "</tr>"
    table = (
        f'<table class="lens-matrix"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    return Drawing(0, "", table, "table")
