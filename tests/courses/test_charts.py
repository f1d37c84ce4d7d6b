"""Figures drawn from data: right, legible, and the same for those who cannot see them."""

import re
import xml.etree.ElementTree as ET
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.charts import CHARTS, check, draw
from courses.charts.drawing import WIDTH, width_of, wrap
from courses.charts.facts import Amount, Facts, Happening, Organ, Organisation, Spell
from courses.rendering import Fault

GAME: dict[str, Any] = {
    "row_player": "Northland",
    "column_player": "Southland",
    "row_moves": ["Keep", "Cheat"],
    "column_moves": ["Stay", "Leave"],
    "cells": [[[3, 3], [-1, 5]], [[5, 0.5], [1, 1]]],
    "note": "Higher is better.",
}
TREE: dict[str, Any] = {
    "root": {
        "text": "Can it hurt me?",
        "edge": "",
        "children": [
            {"text": "Nothing to fear", "edge": "No", "children": []},
            {"text": "Sure it never will?", "edge": "Yes", "children": [{"text": "Mistrust"}]},
        ],
    }
}
FACTS = Facts(
    organisations={
        "cis": Organisation("cis", "Commonwealth of Independent States", "CIS", "1991-12", ""),
        "cst": Organisation("cst", "Collective Security Treaty", "CST", "1992-05-15", "2002"),
        "csto": Organisation("csto", "Collective Security Treaty Organization", "CSTO", "2002", ""),
    },
    states={"georgia": "Georgia", "uzbekistan": "Uzbekistan"},
    spells=(
        Spell("cst", "uzbekistan", "signatory", "1992-05-15", "1999", "not-renewed", outside=False),
        Spell("cis", "georgia", "member", "1993-12", "2009-08", "withdrew", outside=False),
        Spell("csto", "uzbekistan", "member", "2006", "2012-12-19", "suspended", outside=True),
    ),
    events={
        "tashkent": Happening("tashkent", "1992-05-15", "", "Treaty signed", ("cst",), (), False),
        "war": Happening("war", "2008-08", "", "War in Georgia", (), ("realism",), False),
        "csto-six": Happening("csto-six", "2012", "", "One leaves", ("csto",), (), True),
    },
    organs=(
        Organ("council", "csto", "Collective Security Council", "CCS", "", "leads", "heads", 1),
        Organ("ministers", "csto", "Ministers", "Ministers", "council", "meet", "ministers", 1),
        Organ("centre", "csto", "Anti-Terror Center", "ATC", "", "informs", "external", 1),
    ),
    amounts=(
        Amount("spending", 1, "United States", Decimal("5.40"), "per cent of GDP", "2011"),
        Amount("spending", 2, "Albania", Decimal("2.00"), "per cent of GDP", "2011"),
        Amount("target", 1, "Target", Decimal("2.00"), "per cent of GDP", ""),
    ),
    lessons={"realism-picture": "/courses/parallax/lessons/realism-picture/"},
)
SPECS: dict[str, Any] = {
    "payoff": GAME,
    "tree": TREE,
    "timeline": {"organisations": ["cst", "csto"], "from": "1991", "to": "2012"},
    "membership": {"organisations": ["cis", "cst", "csto"], "from": "1991", "to": "2012"},
    "organs": {"organisation": "csto"},
    "bars": {"series": "spending", "line": "target"},
    "lens-matrix": {
        "cases": [
            {
                "case": "Why does it last?",
                "realism": {
                    "text": "It serves the strong",
                    "lesson": "realism-picture",
                    "paragraph": "tools",
                },
            }
        ]
    },
}
DRAWN = [kind for kind in CHARTS if kind != "lens-matrix"]  # its table is the figure


def figure(kind: str, spec: Any, title: str = "A title", description: str = "What it shows") -> str:
    return draw(kind, spec, key="some-key", title=title, description=description, facts=FACTS)


def parsed(html: str) -> ET.Element:
    """The figure as XML, which it happens to be: a stray sign or an open tag would fail here."""
    return ET.fromstring(html)


def changed(spec: Any, path: list[Any], value: Any) -> Any:
    copy = deepcopy(spec)
    place = copy
    for step in path[:-1]:
        place = place[step]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def test_every_kind_has_a_spec_to_test():
    assert set(SPECS) == set(CHARTS)


@pytest.mark.parametrize("kind", DRAWN)
def test_a_figure_is_named_described_and_can_be_linked_to(kind: str):
    root = parsed(figure(kind, SPECS[kind]))
    svg = root.find("svg")
    assert svg is not None
    assert (root.tag, root.get("id"), root.get("class")) == (
        "figure",
        "figure-some-key",
        f"figure figure-{kind}",
    )
    assert (svg.get("role"), svg.get("aria-labelledby"), svg.get("aria-describedby")) == (
        "img",
        "figure-some-key-title",
        "figure-some-key-desc",
    )
    assert [(child.tag, child.get("id"), child.text) for child in svg[:2]] == [
        ("title", "figure-some-key-title", "A title"),
        ("desc", "figure-some-key-desc", "What it shows"),
    ]
    assert root.findtext("figcaption/span") == "A title"
    assert root.findtext("details/summary") in ("The same as a table", "The same as a list")


@pytest.mark.parametrize("kind", DRAWN)
def test_a_figure_has_no_style_script_or_colour_of_its_own(kind: str):
    html = figure(kind, SPECS[kind])
    assert not re.search(r"style|<script|\son\w+=|#[0-9a-fA-F]{3,6}\b|rgb|https?:", html)
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', html)) <= {"none", "currentColor"}


@pytest.mark.parametrize("kind", DRAWN)
def test_everything_drawn_stays_inside_the_box_of_360_units(kind: str):
    svg = parsed(figure(kind, SPECS[kind])).find("svg")
    assert svg is not None
    width, height = (float(side) for side in (svg.get("viewBox") or "").split()[2:])
    assert width == WIDTH
    for element in svg.iter():
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        assert 0 <= x + float(element.get("width", 0)) <= width
        assert 0 <= y + float(element.get("height", 0)) <= height


def test_the_table_of_a_game_says_who_gets_what():
    root = parsed(figure("payoff", GAME))
    rows = [
        ["".join(cell.itertext()) for cell in row] for row in root.iterfind("details/div/table//tr")
    ]
    assert rows == [
        ["", "Southland: Stay", "Southland: Leave"],
        ["Northland: Keep", "Northland 3, Southland 3", "Northland −1, Southland 5"],
        ["Northland: Cheat", "Northland 5, Southland 0.5", "Northland 1, Southland 1"],
    ]


def test_the_drawing_of_a_game_has_the_same_numbers_and_names():
    svg = parsed(figure("payoff", GAME)).find("svg")
    assert svg is not None
    texts = ["".join(text.itertext()) for text in svg.iterfind("text")]
    assert texts == [
        *("Southland", "Northland", "Stay", "Leave"),
        *("Keep", "3, 3", "−1, 5", "Cheat", "5, 0.5", "1, 1"),
        "In each cell: Northland, then Southland",
    ]


def test_a_note_stands_under_the_game():
    caption = parsed(figure("payoff", GAME)).find("figcaption")
    assert caption is not None
    assert "".join(caption.itertext()) == "A title. Higher is better."


def test_the_list_of_a_tree_is_nested_like_the_tree():
    listed = parsed(figure("tree", TREE)).find("details/ul")
    assert listed is not None
    assert ET.tostring(listed, encoding="unicode") == (
        "<ul><li>Can it hurt me?<ul><li><em>No:</em> Nothing to fear</li>"
        "<li><em>Yes:</em> Sure it never will?<ul><li>Mistrust</li></ul></li></ul></li></ul>"
    )


def test_a_tree_is_drawn_downwards_and_inwards():
    svg = parsed(figure("tree", TREE)).find("svg")
    assert svg is not None
    boxes = [(float(box.get("x", 0)), float(box.get("y", 0))) for box in svg.iter("rect")]
    assert [x for x, _ in boxes] == [1, 23, 23, 45]
    assert [y for _, y in boxes] == sorted({y for _, y in boxes})
    # One path: a branch to each child, a trunk for each parent.
    assert [path.get("d", "").count("M") for path in svg.iter("path")] == [3 + 2]


def cells(html: str, rows: str) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in parsed(html).iterfind(rows)]


def test_the_table_of_a_timeline_says_when_what_who_and_where_it_is_reported():
    assert cells(figure("timeline", SPECS["timeline"]), "details/div/table/tbody/tr") == [
        ["15 May 1992", "Treaty signed", "CST", "texts of the course"],
        ["2012", "One leaves", "CSTO", "public reference"],
    ]


def test_an_event_from_outside_the_texts_has_a_hollow_mark_and_the_legend_says_so():
    html = figure("timeline", SPECS["timeline"])
    assert re.findall(r'class="(chart-mark[^"]*)"', html) == [
        "chart-mark",
        "chart-mark chart-outside",
    ]
    assert "Filled: in the texts. Hollow: from a" in html
    assert "Hollow" not in figure("timeline", {"events": ["tashkent", "war"]})


def test_a_spell_is_drawn_from_its_first_to_its_last_year():
    svg = parsed(figure("membership", SPECS["membership"])).find("svg")
    assert svg is not None
    days = (date(2012, 12, 31) - date(1991, 1, 1)).days

    def across(day: date) -> float:
        return round(104 + (356 - 104) * (day - date(1991, 1, 1)).days / days, 1)

    drawn = [
        [round(float(x), 1) for x in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", path.get("d", ""))[0]]
        for path in svg.iter("path")
        if "chart-spell" in (path.get("class") or "")
    ]
    assert drawn == [
        [across(date(1993, 12, 1)), across(date(2009, 8, 1))],
        [across(date(1992, 5, 15)), across(date(1999, 1, 1))],
        [across(date(2006, 1, 1)), across(date(2012, 12, 19))],
    ]


def test_the_table_of_members_says_how_each_spell_ended():
    assert cells(figure("membership", SPECS["membership"]), "details/div/table/tbody/tr") == [
        ["Georgia", "CIS", "member", "December 1993", "August 2009", "withdrew"],
        ["Uzbekistan", "CST", "signatory", "15 May 1992", "1999", "not renewed"],
        ["Uzbekistan", "CSTO", "member", "2006", "19 December 2012", "suspended"],
    ]


def test_what_stands_outside_an_organisation_has_a_dashed_edge():
    svg = parsed(figure("organs", SPECS["organs"])).find("svg")
    assert svg is not None
    assert [bool(box.get("stroke-dasharray")) for box in svg.iter("rect")] == [False, False, True]


def test_bars_are_as_long_as_their_numbers_and_the_target_lies_where_two_per_cent_end():
    svg = parsed(figure("bars", SPECS["bars"])).find("svg")
    assert svg is not None
    long, short = (box for box in svg.iter("rect"))
    ratio = float(long.get("width", 0)) / float(short.get("width", 0))
    assert round(ratio, 2) == 2.7
    end = float(short.get("x", 0)) + float(short.get("width", 0))
    line = next(path for path in svg.iter("path") if path.get("class") == "chart-line")
    assert (line.get("d") or "").startswith(f"M{end:.2f}".rstrip("0").rstrip("."))


def test_a_cell_of_the_lens_matrix_opens_its_paragraph_and_a_lens_without_a_view_is_a_dash():
    html = figure("lens-matrix", SPECS["lens-matrix"])
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', html) == [
        ("/courses/parallax/lessons/realism-picture/#tools", "It serves the strong")
    ]
    assert cells(html, "div/table/tbody/tr") == [
        ["Why does it last?", "It serves the strong", "–", "–"]
    ]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
@settings(max_examples=200)
def test_wrapping_loses_no_sign_and_leaves_no_line_too_wide(text: str):
    lines = wrap(text, 120)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(width_of(line) <= 120 for line in lines)


@given(st.text(min_size=1, max_size=60).filter(str.strip))
@settings(max_examples=200)
def test_no_text_breaks_out_of_its_place(text: str):
    clean = re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text) + "."
    game = changed(changed(GAME, ["row_player"], clean), ["note"], clean)
    parsed(figure("payoff", game, clean, clean))
    parsed(figure("tree", changed(TREE, ["root", "children", 0, "text"], clean), clean, clean))


def test_markup_in_a_text_is_text():
    nasty = '</title><script>alert(1)</script>"onload="'
    for kind, path in (("payoff", ["row_moves", 0]), ("tree", ["root", "text"])):
        html = figure(kind, changed(SPECS[kind], path, nasty), nasty, nasty)
        assert "<script" not in html
        assert '"onload="' not in html
        parsed(html)


@pytest.mark.parametrize("kind", CHARTS)
def test_a_good_spec_has_no_faults(kind: str):
    assert check(kind, SPECS[kind], FACTS) == []


@pytest.mark.parametrize(
    ("kind", "spec", "field", "sentence"),
    [
        (
            "pie",
            {},
            "kind",
            "“pie” is not a kind of figure. Use one of: " + ", ".join(CHARTS) + ".",
        ),
        (
            "tree",
            [],
            "spec",
            "This must be an object with the keys root.",
        ),
        ("tree", {}, "spec", "“root” is missing. Add it."),
        (
            "tree",
            {**TREE, "rot": 1},
            "rot",
            "“rot” means nothing here. The keys are root.",
        ),
        (
            "tree",
            changed(TREE, ["root", "children", 1, "children", 0, "text"], 5),
            "root.children[1].children[0].text",
            "This must be text. Put it in quotation marks.",
        ),
        (
            "tree",
            changed(TREE, ["root", "text"], " "),
            "root.text",
            "This is empty. Write a few words.",
        ),
        (
            "tree",
            changed(TREE, ["root", "text"], "a" * 301),
            "root.text",
            "This text has 301 characters of at most 300. Shorten it.",
        ),
        (
            "tree",
            changed(TREE, ["root", "children"], {"a": 1}),
            "root.children",
            "This must be a list of branches; an empty one is written [].",
        ),
        (
            "tree",
            changed(TREE, ["root", "children"], [{"text": "a"}] * 60),
            "root",
            "The tree has 61 boxes of at most 60. Split it into two figures.",
        ),
        ("payoff", changed(GAME, ["cells"], KeyError), "spec", "“cells” is missing. Add it."),
        (
            "payoff",
            changed(GAME, ["row_moves"], ["Keep"]),
            "row_moves",
            "This must be a list of 2.",
        ),
        (
            "payoff",
            changed(GAME, ["column_moves", 1], True),
            "column_moves[1]",
            "This must be text. Put it in quotation marks.",
        ),
        ("payoff", changed(GAME, ["cells", 0], 3), "cells[0]", "This must be a list of 2."),
        (
            "payoff",
            changed(GAME, ["cells", 1, 0], [1, 2, 3]),
            "cells[1][0]",
            "This must be a list of 2.",
        ),
        *(
            (
                "payoff",
                changed(GAME, ["cells", 1, 0, 1], bad),
                "cells[1][0][1]",
                "This must be a number of at most 8 signs.",
            )
            for bad in ("3", None, True, float("nan"), float("inf"), 10**9, 0.123456789)
        ),
        (
            "timeline",
            {"events": ["war", "peace"]},
            "events[1]",
            "No event has the key “peace”. Mend the key, or add the event first.",
        ),
        ("timeline", {"events": ["war", "war"]}, "events[1]", "“war” is named twice. Keep one."),
        (
            "timeline",
            {"events": ["war"], "from": "1990"},
            "spec",
            "Name either events, or organisations and a time; not both.",
        ),
        (
            "timeline",
            {"from": "2001", "to": "1999"},
            "to",
            "This ends before it begins. Exchange the two, or mend one.",
        ),
        (
            "timeline",
            {"from": "1995", "to": "1996"},
            "spec",
            "No event fits. Name other organisations, or a longer time.",
        ),
        (
            "membership",
            changed(SPECS["membership"], ["from"], "in May"),
            "from",
            "“in May” is not a date. Write the day, the month or the year that is known, such as "
            "1992-05-15, 1992-05 or 1992, with ~ at the end if it is only about right.",
        ),
        (
            "membership",
            changed(SPECS["membership"], ["organisations"], "cis"),
            "organisations",
            "This must be a list of keys, such as [nato, csto].",
        ),
        (
            "organs",
            {"organisation": "nato"},
            "organisation",
            "No organisation has the key “nato”. Mend the key, or add the organisation first.",
        ),
        (
            "organs",
            {"organisation": "cis"},
            "organisation",
            "This organisation has no bodies yet. Add them first.",
        ),
        (
            "bars",
            {"series": "opium"},
            "series",
            "No series has the key “opium”. Mend the key, or add the series first.",
        ),
        (
            "lens-matrix",
            changed(SPECS["lens-matrix"], ["cases", 0, "realism", "lesson"], "nowhere"),
            "cases[0].realism.lesson",
            "No lesson has the key “nowhere”. Mend the key, or add the lesson first.",
        ),
        (
            "lens-matrix",
            {"cases": [{"case": "Empty"}]},
            "cases[0]",
            "This case has no lens. Say what at least one makes of it.",
        ),
    ],
)
def test_a_fault_names_its_place_and_its_cure(kind: str, spec: Any, field: str, sentence: str):
    assert check(kind, spec, FACTS) == [Fault(field, sentence)]
    with pytest.raises(ValueError, match=re.escape(sentence)):
        figure(kind, spec)


def test_a_tree_of_too_many_levels_is_a_fault_not_a_crash():
    node: dict[str, Any] = {"text": "leaf"}
    for _ in range(5000):
        node = {"text": "step", "children": [node]}
    assert [fault.message for fault in check("tree", {"root": node})] == [
        "The tree has more than 7 levels. Split it into two figures."
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.sampled_from(sorted(CHARTS)), JSON, st.data())
@settings(max_examples=300)
def test_any_spec_is_drawn_or_told_what_is_wrong(kind: str, junk: Any, data: st.DataObject):
    spec = changed(SPECS[kind], [data.draw(st.sampled_from(sorted(SPECS[kind])))], junk)
    for candidate in (junk, spec):
        if not check(kind, candidate, FACTS):
            assert figure(kind, candidate).startswith("<figure")
