"""The pages of reference data: timeline, members, organisations, figures, people, notes."""

import html
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from courses import authoring, reference
from courses.admin.editing import version_of
from courses.charts.facts import Happening
from courses.models import (
    Body,
    Cohort,
    Course,
    Event,
    Figure,
    Finding,
    Lesson,
    Membership,
    Organisation,
    Person,
    Quantity,
    Source,
    State,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(db) -> tuple[Source, Source]:
    """The text the course reads, and a public reference that is none of them."""
    return factories.make_source("thesis", label="Thesis 2011"), factories.make_source(
        "tass2012", label="TASS 2012"
    )


@pytest.fixture
def rows(cohort: Cohort, texts: tuple[Source, Source]) -> dict[str, object]:
    """One organisation that a state leaves, an event for each, a quantity, a body, a person."""
    thesis, tass = texts
    cohort.course.texts.add(thesis)
    csto = Organisation.objects.create(
        key="csto", name="Collective Security Treaty Organization", abbreviation="CSTO",
        begins="2002-05", source=thesis, locator="§3.2",
    )  # fmt: skip
    armenia, uzbekistan = (
        State.objects.create(key=key, name=key.capitalize()) for key in ("armenia", "uzbekistan")
    )
    Membership.objects.create(
        key="csto-armenia", organisation=csto, state=armenia, role="member", begins="2002-05",
        source=thesis,
    )  # fmt: skip
    spell = Membership.objects.create(
        key="csto-uzbekistan", organisation=csto, state=uzbekistan, role="member", begins="2006",
        ends="2012-12-19", how_ended="suspended", source=tass,
    )  # fmt: skip
    finding = Finding.objects.create(
        key="d01", severity="dated", title="Seven members", source=thesis, locator="fn. 2",
        printed="The CSTO has seven members.", better="Six since 2012.", reference=tass,
    )  # fmt: skip
    summit = Event.objects.create(
        key="summit", date="2002-05", title="Six states agree", source=thesis, lenses=["realism"]
    )
    summit.organisations.add(csto)
    leaves = Event.objects.create(
        key="leaves", date="2012-06-28", title="Uzbekistan leaves", source=tass, finding=finding
    )
    Body.objects.create(
        key="ccs", organisation=csto, name="Collective Security Council", abbreviation="CCS",
        role="decides", tier="heads", source=thesis,
    )  # fmt: skip
    Quantity.objects.create(
        key="members-2011", series="members", subject="CSTO", value=Decimal("7.00"),
        unit="members", as_of="2011", standing="fact", source=thesis, printed="seven",
    )  # fmt: skip
    Person.objects.create(
        key="nikolai-bordyuzha", name="Nikolai Bordyuzha", role="official", source=thesis,
        known_for="Secretary-General in 2011.",
    )  # fmt: skip
    return {"csto": csto, "spell": spell, "summit": summit, "leaves": leaves}


def page(client, name: str, **query: str) -> str:
    response = client.get(reverse(f"courses:{name}"), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_date_that_is_mended_mends_every_picture_that_shows_it(rows, cohort):
    Figure.objects.create(
        key="who-when", title="Who was in when", description="Bars.", kind="membership",
        spec={"organisations": ["csto"], "from": "2000", "to": "2014"},
    )  # fmt: skip
    lesson = factories.make_lesson(
        cohort.course.modules.first() or factories.make_module(cohort.course),
        "who",
        "Look.\n{: #look }\n\n{{ figure: who-when }}",
    )
    other = factories.make_lesson(lesson.activity.module, "plain", "Nothing.\n{: #nothing }")
    assert "19 December 2012" in str(lesson.parts)
    assert authoring.lessons_touched_by(rows["spell"]) == [lesson]
    rows["spell"].ends = "2013-01"
    rows["spell"].save()
    authoring.content_saved(rows["spell"])
    lesson.refresh_from_db()
    assert "January 2013" in str(lesson.parts)
    assert "19 December 2012" not in str(lesson.parts)
    assert Lesson.objects.get(pk=other.pk).parts == other.parts


def test_the_site_and_the_files_draw_from_the_same_facts(rows, cohort):
    facts = reference.facts()
    assert [(spell.state, spell.outside) for spell in facts.spells] == [
        ("armenia", False),
        ("uzbekistan", True),
    ]
    assert {key: event.outside for key, event in facts.events.items()} == {
        "summit": False,
        "leaves": True,
    }


def test_the_members_of_a_year_are_those_of_its_last_day(rows):
    facts = reference.facts()
    found = {
        year: [row.state for row in reference.matrix(facts, year).rows]
        for year in (2001, 2002, 2006, 2011, 2012)
    }
    assert found == {
        2001: [],
        2002: ["Armenia"],
        2006: ["Armenia", "Uzbekistan"],
        2011: ["Armenia", "Uzbekistan"],
        2012: ["Armenia"],
    }
    assert reference.matrix(facts, 2011).counts == [2]


def test_the_slider_shows_another_year_and_refuses_one_without_members(as_, ben, rows):
    browser = as_(ben)
    whole = page(browser, "members", year="2011")
    assert "On 31 December 2011" in whole
    assert '<th scope="row">Uzbekistan</th>' in whole
    refused = browser.get(reverse("courses:members"), {"year": "1066"})
    assert refused.status_code == 422
    assert "Nothing is known before 2002. Choose a later year." in refused.content.decode()
    piece = browser.get(
        reverse("courses:members"), {"year": "2012"}, headers={"HX-Request": "true"}
    )
    assert piece.content.decode().lstrip().startswith('<section id="matrix"')


def test_the_timeline_can_be_seen_closer_up_by_organisation_and_by_lens(as_, ben, rows):
    browser = as_(ben)
    assert "2 events between 2002 and 2012." in page(browser, "timeline")
    assert "1 event between 2002 and 2004." in page(browser, "timeline", begins="2002", ends="2004")
    for query in ({"organisation": "csto"}, {"lens": "realism"}):
        found = page(browser, "timeline", **query)
        assert "Six states agree" in found
        assert "Uzbekistan leaves" not in found
    assert "No event fits." in page(browser, "timeline", begins="2004", ends="2005")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"begins": "soon"}, "Type a year, such as 2002."),
        ({"begins": "1066"}, "The first event is of 2002. Type that year or a later one."),
        ({"ends": "3000"}, "The last event is of 2012. Type that year or an earlier one."),
        ({"begins": "2010", "ends": "2003"}, "This is before the first year. Exchange the two."),
        ({"lens": "cynicism"}, "Select a valid choice."),
    ],
)
def test_a_choice_that_makes_no_sense_is_told_and_all_events_are_shown(
    as_, ben, rows, query, sentence
):
    response = as_(ben).get(reverse("courses:timeline"), query)
    found = response.content.decode()
    assert response.status_code == 422
    assert sentence in found
    assert "2 events between 2002 and 2012." in found


def test_closer_and_wider_stay_within_the_years_there_are():
    drawn = tuple(
        Happening(year, year, "", "Something", (), (), outside=False)
        for year in ("1990", "2006", "2008", "2010")
    )
    window = reference.Window(1990, 2010, "", "", [], drawn, reference.Facts())
    assert (window.closer, window.wider(1904, 2026)) == ((2000, 2010), (1980, 2020))
    assert window.wider(1990, 2010) is None
    year = reference.Window(2008, 2008, "", "", [], (), reference.Facts())
    assert (year.closer, year.wider(1904, 2026)) == (None, (2007, 2009))


def test_every_page_says_where_its_rows_come_from(as_, ben, rows):
    browser = as_(ben)
    assert "As printed: seven" in page(browser, "quantities")
    assert "Collective Security Treaty Organization (CSTO)" in page(browser, "organisations")
    notes = page(browser, "notes")
    assert "D01: Seven members" in notes
    assert "(not opened)" in notes


def test_a_note_is_found_from_its_finding_and_told_when_it_is_due(rows, cohort):
    module = factories.make_module(cohort.course, "csto-module")
    factories.make_lesson(
        module,
        "members",
        '!!! since-then "Since 2011 · D01: six members"\n'
        "    Six.\n    {: #six valid-from=2012-12-19 valid-to=2027-06 }\n\n"
        "    Armenia stays away.\n    {: #away }",
    )
    courses = Course.objects.filter(pk=cohort.course.pk)
    [note] = reference.notes(courses, date(2027, 6, 30))
    assert (note.title, note.url, note.findings, note.overdue) == (
        "Since 2011 · D01: six members",
        "/courses/lenses/lessons/members/#six",
        ("d01",),
        False,
    )
    [due] = reference.notes(courses, date(2027, 7, 1))
    assert due.overdue
    assert [
        (group, [(entry.finding.key, len(entry.notes)) for entry in entries])
        for group, entries in reference.findings([note])
    ] == [("true when written, changed since", [("d01", 1)])]


def test_a_person_leads_back_to_the_lessons_that_name_them(as_, ben, rows, cohort):
    module = factories.make_module(cohort.course, "csto-module")
    factories.make_lesson(module, "organs", "[[person:nikolai-bordyuzha]] spoke.\n{: #spoke }")
    authoring.content_saved(Person.objects.get())
    found = page(as_(ben), "people")
    assert "<dd><p>Secretary-General in 2011.</p></dd>" in found
    assert 'href="/courses/lenses/lessons/organs/#spoke">Organs</a>' in found


@pytest.mark.parametrize("name", ["timeline", "members", "organisations", "quantities", "people"])
def test_pages_ask_no_more_questions_for_more_rows(
    as_, ben, rows, texts, name, django_assert_num_queries
):
    numbers = {"timeline": 14, "members": 12, "organisations": 17, "quantities": 14, "people": 4}
    browser = as_(ben)
    for _ in range(2):
        with django_assert_num_queries(numbers[name]):
            page(browser, name)
        for at in (1, 2):
            for model, fields in (
                (Event, {"date": "2003", "title": "More"}),
                (Person, {"name": "More", "role": "other"}),
                (
                    Quantity,
                    {"subject": "More", "value": 1, "unit": "members", "standing": "fact"},
                ),
            ):
                model.objects.get_or_create(
                    key=f"more-{at}", defaults={"source": texts[0], **fields}
                )
            extra = Organisation.objects.get_or_create(
                key=f"more-{at}", defaults={"name": "More", "source": texts[0]}
            )[0]
            Membership.objects.get_or_create(
                key=f"more-{at}",
                defaults={
                    "organisation": extra,
                    "state": State.objects.first(),
                    "role": "member",
                    "begins": "2003",
                    "source": texts[0],
                },
            )


def fields_of(row: Membership, **changed: str) -> dict[str, str]:
    """What the editing page of a membership sends back."""
    fields = {
        "key": row.key,
        "organisation": str(row.organisation_id),
        "state": str(row.state_id),
        "role": row.role,
        "begins": row.begins,
        "ends": row.ends,
        "how_ended": row.how_ended,
        "source": str(row.source_id),
        "version": version_of(row),
    }
    return {**fields, **changed}


def test_adam_mends_a_date_and_the_lesson_that_draws_it_follows(as_, adam, rows, cohort):
    Figure.objects.create(
        key="who-when", title="Who was in when", description="Bars.", kind="membership",
        spec={"organisations": ["csto"], "from": "2000", "to": "2014"},
    )  # fmt: skip
    lesson = factories.make_lesson(
        factories.make_module(cohort.course, "csto-module"),
        "who",
        "Look.\n{: #look }\n\n{{ figure: who-when }}",
    )
    address = reverse("admin:courses_membership_change", args=[rows["spell"].pk])
    response = as_(adam).post(address, fields_of(rows["spell"], ends="2013-01"))
    assert response.status_code == 302
    lesson.refresh_from_db()
    assert "January 2013" in str(lesson.parts)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"ends": "2005"},
            "This ends (2005) before it begins (2006). Exchange the two, or mend one.",
        ),
        ({"ends": ""}, "It says how it ended, but not when. Add “ends”, or leave this empty."),
        ({"how_ended": ""}, "It ended, but not how. Choose one of the ways."),
        ({"ends": "soon"}, "“soon” is not a date."),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_changes(as_, adam, rows, changed, sentence):
    address = reverse("admin:courses_membership_change", args=[rows["spell"].pk])
    response = as_(adam).post(address, fields_of(rows["spell"], **changed))
    assert response.status_code == 200
    assert sentence in html.unescape(response.content.decode())
    assert Membership.objects.get(pk=rows["spell"].pk).ends == "2012-12-19"


def test_a_person_whom_a_lesson_names_cannot_be_deleted(as_, adam, rows, cohort):
    module = factories.make_module(cohort.course, "csto-module")
    factories.make_lesson(module, "organs", "[[person:nikolai-bordyuzha]] spoke.\n{: #spoke }")
    person = Person.objects.get()
    as_(adam).post(reverse("admin:courses_person_delete", args=[person.pk]), {"post": "yes"})
    assert Person.objects.filter(pk=person.pk).exists()
