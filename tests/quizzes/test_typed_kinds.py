"""Words, numbers and dates that are typed: what is read, what is accepted, what is asked back."""

import time
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content import spec_words
from quizzes.questions import KINDS, eventdate, forms, numeric
from quizzes.questions.forms import MOST, find, fold, spelt_out
from quizzes.seeing.visibility import EVERYTHING

# --- forms


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ("CIS", ["CIS"]),
        (
            "(the )?Commonwealth [of] Independent States",
            [
                "the Commonwealth of Independent States",
                "the Commonwealth Independent States",
                "Commonwealth of Independent States",
                "Commonwealth Independent States",
            ],
        ),
        ("(NATO|the Alliance) expands", ["NATO expands", "the Alliance expands"]),
        ("either|or", ["either", "or"]),
        ("a(b(c|d)?|e)", ["abc", "abd", "ab", "ae"]),
        ("why?", ["why?"]),
        ("(a)(b)?", ["ab", "a"]),
    ],
)
def test_a_form_stands_for_the_answers_that_it_spells_out(form, answers):
    assert spelt_out(form) == answers


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("the [new", "“the [new” opens a part with “[” that it does not close. Close it."),
        (
            "new)",
            "“new)” closes a part with “)” that it did not open. Delete it, or open the part.",
        ),
        (
            "(a]",
            "“(a]” closes a part with “]” that it did not open. Delete it, or open the part.",
        ),
        (
            "[a]" * 8,
            f"“{'[a]' * 8}” stands for more than {MOST} answers. Divide it into several forms.",
        ),
    ],
)
def test_a_form_that_cannot_be_read_says_why(form, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the whole sentence is compared
        spelt_out(form)
    assert str(refusal.value) == message


@given(st.text("ab ()[]|?", max_size=200))
def test_any_form_is_spelt_out_or_refused_and_never_into_many(form):
    try:
        answers = spelt_out(form)
    except ValueError as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017
    else:
        assert 1 <= len(answers) <= MOST


def test_hostile_forms_and_answers_take_no_time():
    began = time.perf_counter()
    for form in ("(" * 200, "[" * 100 + "]" * 100, "[a]" * 66, "(a|" * 66, "(a|b)" * 40):
        try:
            spelt_out(form)
        except ValueError:
            continue
    rows = [{"accept": ["a" * 200, "(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)"], "correct": True}]
    for answer in ("a" * 199 + "b", "́" * 200, "ﷺ" * 200):
        find(rows, answer, edits=2)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Self-help\u00a0", "self help"),
        ("SELF–HELP!", "self help"),
        ("U.S.", "us"),
        ("the state’s", "the states"),
        ("Ingimarsdóttir", "ingimarsdottir"),
        ("Møller & Søn", "moller son"),
        ("Straße", "strasse"),
        ("ＮＡＴＯ", "nato"),
        ("«…»", ""),
        ("Ташкент", "ташкент"),
        ("NA\u00adTO", "nato"),
        ("\u2060NA\u200bTO\u200e", "nato"),
        ("Article ٥١", "article 51"),
    ],
)
def test_case_accents_spaces_and_punctuation_are_folded(text, folded):
    assert fold(text) == folded


def test_what_the_author_calls_exact_is_not_folded():
    assert fold("Reset é", ["case"]) == "Reset e"
    assert fold("Reset É", ["accents"]) == "reset é"
    assert fold("Reset e\u0301", ["case", "accents"]) == "Reset é"


def row(*accept: str, correct: bool = True) -> dict:
    return {"accept": accept, "correct": correct}


def test_slips_are_forgiven_only_where_the_author_says_and_only_in_longer_words():
    right = row("Tashkent")
    assert find([right], "Tashkend") is None
    assert find([right], "Tashkend", edits=1) is right
    assert find([right], "Tahskent", edits=1) is right  # two that changed places are one slip
    assert find([right], "Tahskend", edits=1) is None
    assert find([right], "Tahskend", edits=2) is right
    assert find([row("CST")], "CSTO", edits=2) is None


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("1992", "1991"),
        ("Article 51", "Article 5"),
        ("Resolution 1325", "Resolution 1323"),
        ("Resolution 1325", "Resolution 1352"),
    ],
)
def test_no_slip_makes_another_number_of_a_number(form, given):
    assert find([row(form)], given, edits=2) is None
    assert find([row(form)], form.replace("solu", "sulo"), edits=2) == row(form)


def test_a_listed_wrong_form_beats_a_right_one_with_a_slip_in_it():
    right, wrong = row("bandwagoning"), row("bandwagonning", correct=False)
    assert find([right, wrong], "Bandwagonning", edits=2) is wrong
    assert find([right, wrong], "bandwagonig", edits=2) is right


def told(**spec) -> str:
    return forms.told(spec)


def test_the_student_is_told_how_words_are_compared():
    assert told() == "Capital letters, accents and punctuation do not matter."
    assert told(exact=["accents"], edits=1) == (
        "Capital letters and punctuation do not matter; accents do."
        " Up to one slip of spelling is forgiven in a longer word or phrase, none in a number."
    )


# --- numbers


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1.5", "1.5", ""),
        ("1,5", "1.5", ""),
        (" 12 ", "12", ""),
        ("1.500", "1.5", ""),  # a point alone is a decimal point
        ("0,125", "0.125", ""),
        ("1234,567", "1234.567", ""),
        ("1 500", "1500", ""),
        ("1\u202f500\u00a0000", "1500000", ""),
        ("1’500’000.25", "1500000.25", ""),
        ("1,500.25", "1500.25", ""),
        ("1.500,25", "1500.25", ""),
        ("1,500,000", "1500000", ""),
        ("1.500.000", "1500000", ""),
        ("−5", "-5", ""),
        ("– 5", "-5", ""),
        ("+5", "5", ""),
        (".5", "0.5", ""),
        ("5.", "5", ""),
        ("1.5e-3", "0.0015", ""),
        ("2 × 10^9", "2000000000", ""),
        ("10^3", "1000", ""),
        ("−10³ km.", "-1000", "km."),
        ("2·10⁻²", "0.02", ""),
        ("1500.", "1500", ""),
        ("１，５００．５", "1500.5", ""),
        ("١٬٥٠٠٫٥", "1500.5", ""),
        ("\u200e5\u200b", "5", ""),
        ("5%", "5", "%"),
        ("1 500 m USD", "1500", "m USD"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number, unit):
    line = numeric.read(text)
    assert (line.number, line.unit) == (Decimal(number), unit)


@pytest.mark.parametrize(
    "text", ["", "five", "-", "1.50,000", "12,34,567", "1 5000", "1,,5", "½", "⑤"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"is not a number\. Write one, such as 1500, 1\.5 or"):
        numeric.read(text)


def test_a_comma_that_could_be_either_is_asked_back():
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the whole sentence is compared
        numeric.read("1,500")
    assert str(refusal.value) == (
        "“1,500” can mean 1500 or 1.5000. Write one of these, without the comma."
    )


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_every_number_is_read_as_it_is_written(number):
    assert numeric.read(f"{number:f}"[:60]).number == Decimal(f"{number:f}"[:60])


@given(st.integers(-(10**6), 10**6), st.integers(0, 99), st.integers(-200, 200))
def test_a_tolerance_holds_exactly_up_to_its_edge(value, tolerance, away):
    spec = {
        "answers": [
            {"key": "it", "value": value, "tolerance": f"0.{tolerance:02}", "correct": True}
        ]
    }
    given_answer = Decimal(value) + Decimal(away) / 100
    earned = KINDS["numeric"].grade(spec, f"{given_answer:f}")
    assert earned == Fraction(abs(away) <= tolerance)


def test_a_unit_that_is_missing_or_foreign_is_asked_back():
    kind, spec = KINDS["numeric"], numeric.SPEC
    for text, message in [
        ("5", "Write the unit too, one of: bn USD, m USD, billion USD, billion dollars."),
        (
            "5 EUR",
            "“EUR” is not one of the units here."
            " Write one of: bn USD, m USD, billion USD, billion dollars.",
        ),
    ]:
        with pytest.raises(ValueError) as refusal:  # noqa: PT011  # compared whole
            kind.parse_json(kind.keys(spec), text)
        assert str(refusal.value) == message
    with pytest.raises(ValueError, match=r"^Write the number alone: “EUR” is not a part of it\.$"):
        kind.parse_json([], "5 EUR")


# --- dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1992", (1992, None, None)),
        ("1992-05", (1992, 5, None)),
        ("1992-05-15", (1992, 5, 15)),
        ("May 1992", (1992, 5, None)),
        ("  15  MAY 1992 ", (1992, 5, 15)),
        ("15th May 1992", (1992, 5, 15)),
        ("15. Sept. 1992", (1992, 9, 15)),
        ("May 15, 1992", (1992, 5, 15)),
        ("29 Feb 2000", (2000, 2, 29)),
    ],
)
def test_dates_are_read_as_people_write_them(text, date):
    found = eventdate.read(text)
    assert (found.year, found.month, found.day) == date


@pytest.mark.parametrize(
    "text", ["92", "15/05/1992", "5.15.1992", "1992-13", "30 Feb 2000", "1992~", "Mai 1992", "0000"]
)
def test_what_is_no_plain_date_is_refused(text):
    with pytest.raises(ValueError, match=r"^“.*” is not a date that can be read here\. Write it"):
        eventdate.read(text)


def test_nearness_is_told_before_the_attempt():
    assert KINDS["event-date"].told(eventdate.DAY) == (
        "The right day earns all the points."
        " The right month alone earns half of them."
        " A date at most 3 days away earns three quarters of them."
        " A date at most 1 year away earns a quarter of them."
    )


@given(st.dates(), st.dates())
def test_the_nearer_date_never_earns_less(one, other):
    spec = eventdate.DAY | {"answers": [{"key": "it", "date": "1992-05-15", "correct": True}]}
    signed = eventdate.read("1992-05-15").first
    near, far = sorted((one, other), key=lambda date: abs(date - signed))
    kind = KINDS["event-date"]
    # By the calendar: what is nearer in days may lie in another month or year.
    if near.replace(day=1) == far.replace(day=1):
        assert kind.grade(spec, near.isoformat()) >= kind.grade(spec, far.isoformat())


# --- what authors get wrong


def faults(name: str, **changes) -> list[str]:
    spec = KINDS[name].samples[0].spec | changes
    return [fault.field for fault in KINDS[name].check(spec, draft=True)]


def one(**fields) -> list[dict]:
    return [{"key": "it", "correct": True, **fields}]


@pytest.mark.parametrize(
    ("name", "changes", "fields"),
    [
        ("short-text", {"edits": 3}, ["edits"]),
        ("short-text", {"edits": True}, ["edits"]),
        ("short-text", {"exact": ["spaces"]}, ["exact"]),
        ("short-text", {"answers": one()}, ["answers[0].accept"]),
        ("short-text", {"answers": one(accept=["[the]"])}, ["answers[0].accept[0]"]),
        ("short-text", {"answers": one(accept=["CIS", "(a"])}, ["answers[0].accept[1]"]),
        ("short-text", {"answers": one(accept=[7])}, ["answers[0].accept[0]"]),
        (
            "short-text",
            {"answers": [*one(accept=["CIS"]), {"key": "b", "correct": True, "accept": ["c.i.s"]}]},
            ["answers[1].accept[0]"],
        ),
        (
            "short-text",
            {"answers": [{"key": "other", "accept": ["CIS"], "correct": False}]},
            ["answers[0].key", "answers"],
        ),
        ("numeric", {"answers": one()}, ["answers[0]"]),
        ("numeric", {"answers": one(value=1, to=2)}, ["answers[0]"]),
        ("numeric", {"answers": one(value="1,500")}, ["answers[0].value"]),
        ("numeric", {"answers": one(value=True)}, ["answers[0].value"]),
        ("numeric", {"answers": one(value=1, tolerance="-1")}, ["answers[0].tolerance"]),
        ("numeric", {"answers": one(value=1, tolerance="5 per cent")}, ["answers[0].tolerance"]),
        ("numeric", {"answers": one(**{"from": 2, "to": 1})}, ["answers[0].to"]),
        ("numeric", {"answers": one(value=1, tolerance=1), "figures": 2}, ["answers[0].tolerance"]),
        ("numeric", {"figures": 0, "answers": one(value=1)}, ["figures"]),
        ("numeric", {"units": [{"unit": "km", "factor": 2}]}, ["units[0].factor"]),
        ("numeric", {"units": [{"unit": "5", "factor": 1}]}, ["units[0]"]),
        (
            "numeric",
            {"units": [{"unit": "km", "factor": 1}, {"unit": "m", "also": ["km"], "factor": 0}]},
            ["units[1]", "units[1].factor"],
        ),
        ("event-date", {"precision": "hour"}, ["precision"]),
        ("event-date", {"answers": one(date="1992-05")}, ["answers[0].date"]),
        ("event-date", {"answers": one(date="May 1992")}, ["answers[0].date"]),
        ("event-date", {"partial": [{"within": 0, "unit": "days", "credit": "1/2"}]},
         ["partial[0].within"]),
        ("event-date", {"partial": [{"within": -1, "unit": "weeks", "credit": 1}]},
         ["partial[0].within", "partial[0].unit", "partial[0].credit"]),
        (
            "event-date",
            {"precision": "month", "partial": [{"within": 1, "unit": "days", "credit": "1/0"}]},
            ["partial[0].unit", "partial[0].credit"],
        ),
        ("gap-text", {"text": "In {year}."}, ["gaps[0].key"]),
        ("gap-text", {"text": "{place} {place} {year} {gone}"}, ["gaps[0].key", "text"]),
        ("truefalse", {"reasons": []}, ["reasons", "reasons"]),
        ("classify", {"bins": [{"key": "realism", "text": "Realism"}]},
         ["bins", "statements[2].bin", "statements[3].bin"]),
    ],
)  # fmt: skip
def test_each_fault_of_an_author_has_its_place(name, changes, fields):
    assert faults(name, **changes) == fields


def test_a_gap_is_typed_or_chosen():
    place, year = KINDS["gap-text"].samples[0].spec["gaps"]
    assert faults("gap-text", gaps=[place, year | {"answers": place["answers"]}]) == ["gaps[1]"]
    assert faults("gap-text", gaps=[place, {"key": "year"}]) == ["gaps[1]"]
    two = [row | {"correct": True} for row in year["options"]]
    assert faults("gap-text", gaps=[place, year | {"options": two}]) == ["gaps[1].options"]


def test_a_gap_that_hides_in_a_link_still_gets_its_field():
    kind = KINDS["gap-text"]
    spec = kind.samples[0].spec | {"text": '<a href="{place}">See</a> {year}'}
    pieces = kind.present(spec, kind.keys(spec))["pieces"]
    assert [piece["token"] for piece in pieces] == ["b", "a", None]
    whole = "".join(piece["html"] for piece in pieces)
    assert whole.strip() == '<a href="{place}">See</a>'


def test_what_cannot_be_read_stays_on_the_page_that_says_so():
    kind, spec = KINDS["numeric"], numeric.RANGE
    assert kind.present(spec, [], "five")["field"]["text"] == "five"
    assert kind.show([], "five") is None


def test_all_review_rows_of_a_line_name_the_right_answer_once_it_may_be_seen():
    kind, spec = KINDS["short-text"], KINDS["short-text"].samples[0].spec
    page = kind.review(spec, [], "CSTO", items=EVERYTHING)
    assert page["field"]["misconception"] == "the CIS is taken for the CSTO"
    assert page["field"]["correct"] is False
    assert [form["html"] for form in page["forms"]] == ["the Commonwealth of Independent States"]


# --- what is told of a change


def words(name: str, change) -> list[str]:
    old = KINDS[name].samples[0].spec
    new = deepcopy(dict(old))
    change(new)
    return spec_words(name, old, new)


def test_a_change_is_told_by_the_row_that_it_touches():
    assert words("short-text", lambda spec: spec["answers"][0]["accept"].append("SNG")) == [
        "accept of answer “cis” changed"
    ]
    assert words("numeric", lambda spec: spec["answers"][0].update(tolerance="2 %")) == [
        "tolerance of answer “spent” changed"
    ]
    assert words("event-date", lambda spec: spec["answers"].pop()) == ["answer “in-force” removed"]
    assert words("classify", lambda spec: spec["statements"][0].update(bin="constructivism")) == [
        "the right option for “self-help” moves from “realism” to “constructivism”"
    ]
    assert words("gap-text", lambda spec: spec["gaps"][1]["options"][0].update(text="1998")) == [
        "text of option “y1999” of gap “year” changed"
    ]


def test_a_right_answer_that_moves_within_a_gap_is_told_with_its_gap():
    def move(spec):
        first, second, _ = spec["gaps"][1]["options"]
        first["correct"], second["correct"] = True, False

    assert words("gap-text", move) == ["the right option for “year” moves from “y2002” to “y1999”"]
