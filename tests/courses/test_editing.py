"""adam mends content in the admin: previews, checks, and nothing lost."""

import re
from html import unescape

import pytest
from django.urls import reverse

from courses import yaml_text
from courses.models import Enrolment, Figure, Lesson, Source, Term
from tests import factories
from tests.editing import errors, said, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(adam, as_):
    return as_(adam)


@pytest.fixture
def address(lesson):
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


def preview(client, text, kind="body", **along):
    return client.post(reverse("courses:preview"), {"kind": kind, "text": text, **along})


def faults(response) -> list[tuple[str, int | None, str]]:
    return [(fault.field, fault.line, fault.message) for fault in response.context["faults"]]


# --- the preview


def test_the_preview_shows_the_text_as_its_page_will(desk, lesson):
    html = preview(desk, "Nobody rules [@waltz1979, ch. 6].\n{: #rule }").content.decode()
    assert 'href="#source-waltz1979"' in html
    assert "Waltz 1979, ch. 6" in html


def test_the_preview_names_the_line_of_each_fault(desk, lesson):
    answer = preview(desk, "One [@nobody1900].\n{: #one }\n\nTwo [[nothing]].\n{: #two }\n\nThree.")
    assert [(field, line) for field, line, _ in faults(answer)] == [
        ("body", 1),
        ("body", 4),
        ("body", 7),
    ]


def test_a_text_that_is_too_hard_is_refused_in_words(desk, lesson):
    [(_, _, message)] = faults(preview(desk, "word " * 20_000))
    assert message == "This text has 98 KB of at most 64. Divide it in two."


def test_a_figure_is_previewed_from_its_data(desk):
    spec = (
        "root:\n  text: Start\n  edge: ''\n  children:\n    - {text: End, edge: on, children: []}\n"
    )
    along = {"with_kind": "tree", "with_title": "Two steps", "with_description": "A chain."}
    answer = preview(desk, spec.replace("edge: on", "edge: 'on'"), "figure", **along)
    assert faults(answer) == []
    assert "<svg" in answer.content.decode()
    [(_, line, _)] = faults(preview(desk, spec.replace("text: End, ", ""), "figure", **along))
    assert line == 5


def test_an_unknown_kind_of_text_is_refused(desk):
    assert preview(desk, "text", kind="letter").status_code == 400


@pytest.mark.parametrize("person", ["ada", "ben", "eve"])
def test_the_preview_is_for_editors_only(person, as_, request):
    assert preview(as_(request.getfixturevalue(person)), "text").status_code == 404


# --- saving


def test_a_mended_paragraph_changes_the_lesson(desk, lesson, address):
    body = lesson.body.replace("It is not chaos", "Anarchy is not chaos")
    answer = desk.post(address, typed(desk.get(address), body=body), follow=True)
    assert answer.redirect_chain == [(reverse("admin:courses_lesson_changelist"), 302)]
    lesson.refresh_from_db()
    assert "Anarchy is not chaos" in lesson.parts[0][1]
    assert lesson.paragraphs.get(anchor="not-chaos").text.startswith("Anarchy is not chaos")


def test_objectives_chosen_while_saving_stand_in_the_lesson_at_once(desk, lesson, address, module):
    objective = factories.make_objective(module)
    desk.post(address, typed(desk.get(address), objectives=[objective.pk]))
    lesson.refresh_from_db()
    assert objective.statement in unescape(lesson.head_html)


def test_a_fault_is_said_at_its_field_and_what_was_typed_is_kept(desk, lesson, address):
    body = lesson.body + "\nNew [@nobody1900].\n{: #new }\n"
    answer = desk.post(address, typed(desk.get(address), body=body, read_on="- [[nothing]]"))
    assert {name: len(found) for name, found in errors(answer).items()} == {"body": 1, "read_on": 1}
    assert errors(answer)["body"][0].startswith("Line 14: ")
    assert answer.context["adminform"].form["body"].value() == body
    assert Lesson.objects.get().body == lesson.body


def test_a_citation_in_a_definition_is_checked_like_one_in_a_lesson(desk, lesson):
    page = reverse("admin:courses_term_change", args=[Term.objects.get().pk])
    answer = desk.post(page, typed(desk.get(page), definition="None [@nobody1900]."))
    assert list(errors(answer)) == ["definition"]


def test_a_renamed_term_is_renamed_in_the_lessons_that_use_it(desk, lesson):
    page = reverse("admin:courses_term_change", args=[Term.objects.get().pk])
    desk.post(page, typed(desk.get(page), title="lack of a ruler"))
    lesson.refresh_from_db()
    assert ">lack of a ruler</a>" in lesson.parts[0][1]


def test_a_renamed_term_is_renamed_wherever_a_text_links_it(desk, lesson, module):
    other = factories.make_term("chaos", title="chaos", definition="Not [[anarchy]].")
    Lesson.objects.update(summary="It is called [[anarchy]].")
    page = reverse("admin:courses_term_change", args=[Term.objects.get(key="anarchy").pk])
    desk.post(page, typed(desk.get(page), title="lack of a ruler"))
    other.refresh_from_db()
    lesson.refresh_from_db()
    assert ">lack of a ruler</a>" in other.definition_html
    assert lesson.foot_html.count("It is called") == 1
    assert ">lack of a ruler</a>" in lesson.foot_html.partition("It is called")[2]


def test_a_relabelled_source_is_relabelled_where_it_is_cited(desk, lesson):
    page = reverse("admin:courses_source_change", args=[Source.objects.get().pk])
    desk.post(page, typed(desk.get(page), label="Waltz [1979]"))
    lesson.refresh_from_db()
    assert "Waltz [1979], ch. 6</a>" in lesson.parts[0][1]


def test_a_reworded_objective_reads_so_on_its_lessons(desk, lesson, module):
    objective = factories.make_objective(module)
    lesson.objectives.add(objective)
    page = reverse("admin:courses_objective_change", args=[objective.pk])
    desk.post(page, typed(desk.get(page), statement="tell anarchy from chaos"))
    lesson.refresh_from_db()
    assert "tell anarchy from chaos" in lesson.head_html


def test_a_browsers_line_ends_do_not_get_into_the_text(desk, lesson, address):
    data = typed(desk.get(address))
    desk.post(address, data | {"body": data["body"].replace("\n", "\r\n")})
    assert Lesson.objects.get().body == lesson.body


def test_a_key_is_chosen_once(desk, lesson):
    term = Term.objects.get()
    page = reverse("admin:courses_term_change", args=[term.pk])
    desk.post(page, typed(desk.get(page), key="chaos", title="Chaos"))
    term.refresh_from_db()
    assert (term.key, term.title) == ("anarchy", "Chaos")


def test_what_a_loaded_row_said_before_its_first_edit_is_kept(desk, lesson, address):
    lesson.history.all().delete()
    desk.post(address, typed(desk.get(address), question="New?"))
    assert [record.question for record in lesson.history.all()] == ["New?", lesson.question]


# --- two editors


def test_the_second_of_two_editors_is_told_before_anything_is_overwritten(desk, lesson, address):
    opened = typed(desk.get(address))
    desk.post(address, opened | {"question": "Hers?"})
    answer = desk.post(address, opened | {"question": "His?"})
    [message] = errors(answer)["__all__"]
    assert re.match(
        r"Adam Novák saved this at \d\d:\d\d, after you had opened this page\.", message
    )
    assert answer.context["adminform"].form["question"].value() == "His?"
    assert Lesson.objects.get().question == "Hers?"

    desk.post(address, typed(answer))
    assert Lesson.objects.get().question == "His?"


def test_saving_the_same_twice_is_no_conflict(desk, lesson, address):
    opened = typed(desk.get(address))
    desk.post(address, opened)
    assert desk.post(address, opened).status_code == 302


# --- deleting


def test_a_term_that_a_lesson_uses_stays(desk, lesson):
    term = Term.objects.get()
    page = reverse("admin:courses_term_delete", args=[term.pk])
    assert "would require deleting the following protected" in desk.get(page).content.decode()
    desk.post(page, {"post": "yes"})
    assert Term.objects.count() == 1


def test_a_term_that_nothing_uses_goes(desk, lesson):
    term = factories.make_term("hegemony", title="hegemony")
    desk.post(reverse("admin:courses_term_delete", args=[term.pk]), {"post": "yes"})
    assert not Term.objects.filter(key="hegemony").exists()


# --- data in YAML


def test_yaml_of_json_reads_back_as_the_same_json():
    data = {
        "prompt": "A: b\n\nsecond",
        "long": "word " * 50,
        "options": [{"key": "no", "n": 1.5}],
        "true": None,
    }
    assert yaml_text.read(yaml_text.write(data)) == data


def test_yaml_is_written_as_people_write_it():
    data = {"moves": ["Keep", "Cheat"], "cells": [[[3, 3], [0, 5]]], "note": "Two.\n\nParts.\n"}
    assert yaml_text.write(data) == (
        "moves: [Keep, Cheat]\ncells:\n  - - [3, 3]\n    - [0, 5]\nnote: |\n  Two.\n\n  Parts.\n"
    )


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("a: 1\nb: [", "Line 2 cannot be read: "),
        ("a: 1\na: 2", "Line 2 cannot be read: “a” stands here twice."),
        ("a: &x 1\nb: *x", "Line 2 cannot be read: references"),
        ("a: .nan", "This holds something other than texts"),
        ("a: " + "[" * 5000, "Line 1 cannot be read: more lists or fields in one another"),
        ("- " * 5000, "Line 1 cannot be read: more lists or fields in one another"),
        ("a: \x00", "Character 4 is one that cannot be stored."),
        ("a" * 70_000, "This is more than 64 KB."),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, begins):
    with pytest.raises(ValueError, match="^" + re.escape(begins)):
        yaml_text.read(text)


def test_dates_and_the_fields_true_and_false_stay_texts():
    assert yaml_text.read("true: 2011-01-01") == {"true": "2011-01-01"}


@pytest.mark.parametrize(
    ("path", "line"),
    [("options[1].text", 5), ("options[1].feedback", 4), ("prompt", 1), ("rule", None)],
)
def test_the_line_of_a_path(path, line):
    text = "prompt: a\noptions:\n  - key: a\n  - key: b\n    text: c\n"
    assert yaml_text.line_of(text, path) == line


def test_a_figure_with_faulty_data_is_kept_on_the_page(desk):
    data = {"key": "chain", "title": "Chain", "description": "Two.", "kind": "tree"}
    page = reverse("admin:courses_figure_add")
    answer = desk.post(page, data | {"spec": "root:\n - [\n"})
    assert errors(answer)["spec"][0].startswith("Line 3 cannot be read")
    assert answer.context["adminform"].form["spec"].value() == "root:\n - [\n"
    desk.post(page, data | {"spec": "root: {text: A, edge: '', children: []}"})
    assert [figure.spec["root"]["text"] for figure in Figure.objects.all()] == ["A"]


# --- people


def test_people_are_enrolled_by_name_or_address(desk, cohort, eve):
    page = reverse("admin:courses_cohort_change", args=[cohort.pk])
    new = {
        "enrolments-2-TOTAL_FORMS": "1",
        "enrolments-2-0-role": "assistant",
        "enrolments-2-0-time_factor": "1.00",
    }
    answer = desk.post(page, typed(desk.get(page), **new, **{"enrolments-2-0-person": "nobody"}))
    [form] = answer.context["inline_admin_formsets"][1].formset.forms
    assert form.errors["person"] == [
        "Nobody here is called “nobody”. Check the name, or add the person under Users."
    ]
    answer = desk.post(
        page, typed(desk.get(page), **new, **{"enrolments-2-0-person": "EVE@parallax.example"})
    )
    assert Enrolment.objects.get(user=eve, cohort=cohort).role == "assistant"


def test_withdrawing_keeps_the_row(desk, ben_here):
    page = reverse("admin:courses_enrolment_changelist")
    action = {"action": "withdraw", "_selected_action": [ben_here.pk]}
    assert said(desk.post(page, action, follow=True)) == ["1 is out."]
    ben_here.refresh_from_db()
    assert ben_here.withdrawn_at is not None


def test_the_last_instructor_of_a_cohort_stays_one(desk, ada, ben_here, cohort):
    here = Enrolment.objects.get(user=ada, cohort=cohort)
    page = reverse("admin:courses_enrolment_change", args=[here.pk])
    only = "Ada Lindqvist is the only instructor of"
    answer = desk.post(page, typed(desk.get(page), role="student"))
    assert only in errors(answer)["role"][0]
    changelist = reverse("admin:courses_enrolment_changelist")
    action = {"action": "withdraw", "_selected_action": [here.pk]}
    assert only in said(desk.post(changelist, action, follow=True))[0]
    delete = reverse("admin:courses_enrolment_delete", args=[here.pk])
    assert desk.post(delete, {"post": "yes"}).status_code == 403
    here.refresh_from_db()
    assert (here.role, here.withdrawn_at) == ("instructor", None)
    Enrolment.objects.filter(pk=ben_here.pk).update(role="instructor")
    assert desk.post(page, typed(desk.get(page), role="student")).status_code == 302
    here.refresh_from_db()
    assert here.role == "student"


# --- the desk itself


def test_signing_in_to_the_admin_goes_through_the_sites_own_page(client):
    answer = client.get(reverse("admin:login"))
    assert answer.url.startswith(reverse("account_login"))


def test_an_instructor_has_no_business_at_the_desk(ada, as_):
    assert as_(ada).get(reverse("admin:courses_lesson_changelist")).status_code in (302, 403)


def test_a_lesson_leads_to_its_page_and_its_history(desk, lesson, address):
    html = desk.get(address).content.decode()
    assert f'href="{lesson.activity.get_absolute_url()}"' in html
    history = desk.get(reverse("admin:courses_lesson_history", args=[lesson.pk]))
    assert "style=" not in history.content.decode()
    record = lesson.history.first()
    old = desk.get(reverse("admin:courses_lesson_simple_history", args=[lesson.pk, record.pk]))
    assert old.status_code == 200


TREE = {"root": {"text": "Start", "children": [{"text": "End", "edge": "on"}]}}


def more_of_everything(course, number):
    module = factories.make_module(course, f"module-{number}")
    factories.make_objective(module, f"objective-{number}")
    factories.make_source(f"source-{number}", label=f"Source {number}")
    factories.make_term(f"term-{number}", title=f"Term {number}")
    factories.make_lesson(module, f"lesson-{number}", body="Text.\n{: #text }\n")
    Figure.objects.create(
        key=f"figure-{number}", title="F", kind="tree", spec=TREE, description="D"
    )
    cohort = factories.make_cohort(course, f"Cohort {number}")
    factories.enrol(factories.make_user(f"student-{number}"), cohort)


LISTS = {
    "course": 6,
    "module": 6,
    "objective": 6,
    "source": 5,
    "term": 5,
    "figure": 6,
    "activity": 6,
    "lesson": 6,
    "user": 5,
    "cohort": 8,
    "enrolment": 6,
}


@pytest.mark.parametrize(("name", "queries"), LISTS.items())
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_however_long(
    name, queries, rows, desk, course, django_assert_num_queries
):
    for number in range(rows):
        more_of_everything(course, number)
    page = reverse(f"admin:courses_{name}_changelist")
    with django_assert_num_queries(queries):
        assert desk.get(page).status_code == 200
    assert desk.get(page, {"q": "a"}).status_code == 200
