"""adam mends questions and quizzes in the admin, and hears what rests on what he changes."""

from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from courses import yaml_text
from courses.admin.editing import FewRows
from courses.models import Lesson, Record, Term
from quizzes.models import (
    Attempt,
    Band,
    Evidence,
    Question,
    QuestionVersion,
    Quiz,
    Section,
    Slot,
    Tag,
)
from quizzes.questions import KINDS
from quizzes.sitting import attempts
from tests import factories
from tests.editing import errors, said, typed
from tests.factories import NOON
from tests.regrading import sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(adam, as_):
    return as_(adam)


@pytest.fixture
def question(questions) -> Question:
    return questions[0]


@pytest.fixture
def address(question):
    return reverse("admin:quizzes_question_change", args=[question.pk])


@pytest.fixture
def lesson_address(lesson):
    return reverse("admin:courses_lesson_change", args=[lesson.pk])


def written(prompt: str = "What does anarchy mean?", **changes) -> str:
    return yaml_text.write(factories.single(prompt) | changes)


# --- the preview


def preview(client, text, kind="single", status="ready"):
    data = {"kind": "question", "text": text, "with_kind": kind, "with_status": status}
    return client.post(reverse("admin:quizzes_question_preview"), data)


def test_a_question_is_previewed_as_a_student_sees_it(desk, lesson):
    answer = preview(desk, written("What does *anarchy* mean?"))
    assert answer.context["faults"] == []
    assert "<em>anarchy</em>" in answer.content.decode()
    assert "War everywhere" in answer.content.decode()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_of_question_can_be_previewed(kind, desk, lesson):
    spec = kind.samples[0].spec
    answer = preview(desk, yaml_text.write(spec), kind=kind.name, status="draft")
    assert answer.context["faults"] == []
    assert spec["prompt"] in unescape(answer.content.decode())


def test_what_is_said_of_the_answers_to_a_gap_is_previewed(desk, lesson):
    text = yaml_text.write(factories.sample("gap-text"))
    shown = preview(desk, text, kind="gap-text").content.decode()
    assert "<code>place: minsk</code> The CIS was agreed near there." in shown
    assert "the CIS is taken for the treaty" in shown


def test_faults_of_a_question_carry_the_line_of_what_was_typed(desk, lesson):
    text = written().replace("paragraph: anarchy", "paragraph: gone", 1)
    [fault] = preview(desk, text).context["faults"]
    line = text.split("\n").index("      paragraph: gone") + 1
    assert (fault.line, fault.message.partition(":")[0]) == (
        line,
        "options[0].evidence.paragraph",
    )


def test_a_half_written_question_is_previewed_without_breaking(desk, lesson):
    for text in ("", "prompt: [", "prompt: 1\noptions: 3", "- a", written(options=[{"key": "a"}])):
        assert preview(desk, text).status_code == 200
    assert preview(desk, written(), kind="essay").status_code == 200


def test_the_preview_of_questions_is_for_editors(ada, as_, lesson):
    assert preview(as_(ada), written()).status_code in (302, 403)


# --- saving a question


def test_a_saved_question_becomes_a_new_version_and_the_old_one_stays(desk, question, address):
    answer = desk.post(
        address,
        typed(desk.get(address), spec=written("What is anarchy?"), _continue="1"),
        follow=True,
    )
    assert "Version 2 is what attempts get from now on." in said(answer)
    question.refresh_from_db()
    assert question.current.spec["prompt"] == "What is anarchy?"
    assert question.current.content["prompt"] == "<p>What is anarchy?</p>"
    assert question.versions.get(number=1).spec["prompt"] == "Question number 1?"


@pytest.mark.parametrize("status", ["retired", "draft"])
def test_a_question_that_a_quiz_asks_is_not_retired_before_it_is_taken_out(
    desk, quiz, question, address, status
):
    answer = desk.post(address, typed(desk.get(address), status=status))
    assert errors(answer)["status"] == [
        "It stands in the quiz “Realism quiz”, which could not be started any more. Take it out of"
        " that quiz first, or pin its slot there to a version."
    ]
    quiz.slots.filter(question=question).update(pinned=1)
    assert desk.post(address, typed(desk.get(address), status=status)).status_code == 302
    question.refresh_from_db()
    assert question.status == status


def test_saving_an_unchanged_question_makes_no_version(desk, question, address):
    desk.post(address, typed(desk.get(address)))
    question.refresh_from_db()
    assert question.current.number == 1


def test_a_question_with_a_fault_is_kept_as_typed_and_not_saved(desk, question, address):
    text = "# my note\n" + written().replace("source: waltz1979", "source: waltz1980", 1)
    answer = desk.post(address, typed(desk.get(address), spec=text))
    line = text.split("\n").index("      source: waltz1980") + 1
    assert errors(answer)["spec"][0].startswith(f"Line {line}: options[0].evidence.source: ")
    assert answer.context["adminform"].form["spec"].value() == text
    assert QuestionVersion.objects.filter(question=question).count() == 1


def test_yaml_that_cannot_be_read_is_kept_as_typed(desk, question, address):
    answer = desk.post(address, typed(desk.get(address), spec="prompt: a: b\n"))
    assert errors(answer)["spec"][0].startswith("Line 1 cannot be read: ")
    assert answer.context["adminform"].form["spec"].value() == "prompt: a: b\n"


def test_a_question_that_has_versions_stays(desk, question):
    page = reverse("admin:quizzes_question_delete", args=[question.pk])
    assert "Set its status to “retired”" in desk.get(page).content.decode()
    desk.post(page, {"post": "yes"})
    assert Question.objects.filter(pk=question.pk).exists()


# --- evidence


def test_editing_a_paragraph_names_the_questions_that_rest_on_it(
    desk, lesson, checkpoint, question
):
    page = reverse("admin:courses_lesson_change", args=[lesson.pk])
    body = lesson.body.replace("No authority", "No ruler")
    answer = desk.post(page, typed(desk.get(page), body=body), follow=True)
    [warning] = [message for message in said(answer) if "rest" in message]
    assert "4 questions rest on paragraphs you changed" in warning
    assert f'<a href="/admin/quizzes/question/{question.pk}/change/">anarchy-1</a>' in (
        warning.replace("'", '"')
    )


def test_a_paragraph_edited_again_names_them_again_and_mended_back_names_none(
    desk, lesson, questions, lesson_address
):
    def rests(body):
        page = desk.post(lesson_address, typed(desk.get(lesson_address), body=body), follow=True)
        return [message.partition(" rest")[0] for message in said(page) if "rest on" in message]

    assert rests(lesson.body.replace("No authority", "No ruler")) == ["4 questions"]
    assert rests(lesson.body.replace("No authority", "No king")) == ["4 questions"]
    assert rests(lesson.body) == []


def test_editing_another_paragraph_names_none(desk, lesson, questions, lesson_address):
    body = lesson.body.replace("Nobody comes", "No one comes")
    answer = desk.post(lesson_address, typed(desk.get(lesson_address), body=body), follow=True)
    assert [message for message in said(answer) if "rest" in message] == []


def test_a_paragraph_that_questions_rest_on_cannot_leave(desk, lesson, questions, lesson_address):
    body = lesson.body.replace("{: #anarchy }", "{: #no-ruler }")
    answer = desk.post(lesson_address, typed(desk.get(lesson_address), body=body))
    assert errors(answer)["body"] == [
        "The paragraph “anarchy” is gone, but these questions rest on it: anarchy-1, anarchy-2,"
        " anarchy-3, anarchy-check. Put {: #anarchy } after the text that now says this, or give"
        " the questions other evidence first."
    ]
    assert Lesson.objects.get().body == lesson.body


def test_a_lesson_shows_what_rests_on_it(desk, lesson, questions, lesson_address):
    resting = desk.get(lesson_address).context["resting"]
    assert [(anchor, [key for key, _, stale in keys if not stale]) for anchor, keys in resting] == [
        ("anarchy", ["anarchy-1", "anarchy-2", "anarchy-3", "anarchy-check"])
    ]


def test_stale_evidence_is_shown_and_taken_as_checked(
    desk, lesson, question, address, lesson_address
):
    body = lesson.body.replace("No authority", "No ruler")
    desk.post(lesson_address, typed(desk.get(lesson_address), body=body))
    assert len(desk.get(address).context["stale"]) == 3

    checked = reverse("admin:quizzes_question_checked", args=[question.pk])
    assert desk.get(checked).status_code == 405
    assert said(desk.post(checked, follow=True)) == [
        "3 pieces of evidence are taken as checked now."
    ]
    assert list(Evidence.objects.stale().filter(question=question)) == []


def test_stale_evidence_can_be_found_and_checked_from_the_list(desk, lesson, questions):
    Evidence.objects.filter(question=questions[1]).update(digest="0" * 16)
    page = reverse("admin:quizzes_question_changelist")
    found = desk.get(page, {"evidence": "stale"}).context["cl"].queryset
    assert list(found) == [questions[1]]
    action = {"action": "evidence_checked", "_selected_action": [questions[1].pk]}
    desk.post(page, action)
    assert list(Evidence.objects.stale()) == []


def test_a_term_that_only_a_question_uses_stays(desk, lesson, module):
    term = factories.make_term("hegemony", title="hegemony")
    factories.make_question(module, "hegemon", spec=factories.single("What is [[hegemony]]?"))
    desk.post(reverse("admin:courses_term_delete", args=[term.pk]), {"post": "yes"})
    assert Term.objects.filter(key="hegemony").exists()


# --- quizzes


@pytest.fixture
def quiz_address(quiz):
    return reverse("admin:quizzes_quiz_change", args=[quiz.pk])


def row_errors(answer, of="slots") -> list[dict[str, list[str]]]:
    return [
        {name: list(found) for name, found in form.errors.items()}
        for form in rows(answer, of).forms
        if form.errors
    ]


def rows(answer, of="slots"):
    [formset] = [
        inline.formset
        for inline in answer.context["inline_admin_formsets"]
        if inline.formset.prefix == of
    ]
    return formset


def test_what_a_slot_asks_and_what_difficulty_means_is_said_above_the_slots(desk, quiz_address):
    shown = desk.get(quiz_address).content.decode()
    assert shown.index("Difficulty goes from 0 (nobody is right) to 1") < shown.index("slots-group")


def test_the_introduction_is_rendered_when_saved(desk, quiz, quiz_address):
    desk.post(quiz_address, typed(desk.get(quiz_address), intro="Good *luck*."))
    quiz.refresh_from_db()
    assert quiz.intro_html == "<p>Good <em>luck</em>.</p>"


def test_only_what_counts_by_another_rule_is_counted_anew(desk, ben_here, quiz, quiz_address):
    """A text does not wait for thousands of attempts to be read."""
    sit(ben_here, quiz, "a", "a", "a")
    sit(ben_here, quiz, "b", "b", "a")
    Record.objects.update(score=1)

    def score_after(**change):
        desk.post(quiz_address, typed(desk.get(quiz_address), **change))
        return str(Record.objects.get().score)

    assert score_after(intro="Good luck.") == "1.00"
    assert score_after(grade_method="last") == "33.33"


def test_a_slot_takes_a_question_or_a_pool(desk, quiz, quiz_address):
    data = typed(desk.get(quiz_address))
    both = desk.post(quiz_address, data | {"slots-0-lens": "realism"})
    assert row_errors(both) == [
        {"question": ["Choose a question or a pool, not both. Empty one of the two."]}
    ]
    neither = desk.post(quiz_address, data | {"slots-0-question": ""})
    assert row_errors(neither) == [
        {
            "question": [
                "Choose a question, or what to draw by: an objective, tag, module, lens or"
                " difficulty."
            ]
        }
    ]
    upside_down = {"slots-0-difficulty_from": "0.7", "slots-0-difficulty_to": "0.3"}
    answer = desk.post(quiz_address, data | {"slots-0-question": ""} | upside_down)
    assert row_errors(answer) == [
        {"difficulty_from": ["This is above the other end. Change the two round."]}
    ]


@pytest.mark.parametrize(
    ("pools", "sentence"),
    [
        ([{"lens": "constructivism"}], "Slot 1 has no question to draw from. Add one, or remove"
         " the slot."),
        ([{"lens": "realism"}, {"difficulty_to": "0.9"}], "There are too few different questions"
         " for all slots: slot 2 would stay empty. Add questions to their pools, or remove slots."),
    ],
)  # fmt: skip
def test_a_quiz_that_could_not_be_filled_is_refused(
    desk, quiz, quiz_address, questions, pools, sentence
):
    Question.objects.exclude(pk=questions[2].pk).update(status="draft")
    Slot.objects.filter(quiz=quiz, position__gt=len(pools)).delete()
    Slot.objects.filter(quiz=quiz).update(question=questions[2])
    change = {
        f"slots-{place}-{name}": value
        for place, pool in enumerate(pools)
        for name, value in {"question": "", **pool}.items()
    }
    answer = desk.post(quiz_address, typed(desk.get(quiz_address)) | change)
    assert rows(answer).non_form_errors() == [sentence]
    assert not Slot.objects.filter(question=None).exists()


def test_a_quiz_without_slots_is_refused(desk, quiz, quiz_address):
    gone = {f"slots-{place}-DELETE": "on" for place in range(3)}
    answer = desk.post(quiz_address, typed(desk.get(quiz_address)) | gone)
    assert rows(answer).non_form_errors() == [
        "This quiz has no slots. Add one with a question, or with what to draw by."
    ]
    assert Slot.objects.filter(quiz=quiz).count() == 3


@pytest.mark.parametrize("points", ["0", "-1"])
def test_a_slot_is_worth_something(desk, quiz, quiz_address, points):
    answer = desk.post(quiz_address, typed(desk.get(quiz_address), **{"slots-0-points": points}))
    assert row_errors(answer)[0]["points"][0].startswith("Ensure this value is greater than")
    with pytest.raises(IntegrityError), transaction.atomic():
        quiz.slots.update(points=points)


def formset_of(answer, prefix):
    found = (inline.formset for inline in answer.context["inline_admin_formsets"])
    return next(formset for formset in found if formset.prefix == prefix)


@pytest.mark.parametrize("name", ["slots-TOTAL_FORMS", "bands-INITIAL_FORMS"])
@pytest.mark.parametrize("number", ["1000000000", "-1"])
def test_rows_that_no_page_sends_are_refused_before_any_is_read(
    desk, quiz, quiz_address, name, number
):
    answer = desk.post(quiz_address, typed(desk.get(quiz_address)) | {name: number, "intro": "x"})
    formset = formset_of(answer, name.partition("-")[0])
    assert (len(formset.forms), len(formset.non_form_errors())) == (0, 1)
    assert formset.non_form_errors()[0].startswith("These rows were not sent as the page sends")
    quiz.refresh_from_db()
    assert (quiz.intro, quiz.slots.count()) == ("", 3)


def test_however_many_rows_are_stored_all_are_shown_and_kept(desk, quiz, quiz_address, monkeypatch):
    monkeypatch.setattr(FewRows, "most_new", 1)
    page = desk.get(quiz_address)
    assert len(formset_of(page, "slots").forms) == 3
    new = {"slots-TOTAL_FORMS": 5}
    refused = desk.post(quiz_address, typed(page) | new)
    assert "more than 1 new ones" in formset_of(refused, "slots").non_form_errors()[0]
    assert desk.post(quiz_address, typed(page, intro="Read first.")).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.intro, quiz.slots.count()) == ("Read first.", 3)


def test_a_slot_draws_by_what_was_chosen(desk, quiz, quiz_address, module, questions):
    objective = factories.make_objective(module)
    questions[0].objectives.add(objective)
    change = {"slots-0-question": "", "slots-0-objective": objective.pk}
    desk.post(quiz_address, typed(desk.get(quiz_address)) | change)
    assert Slot.objects.get(quiz=quiz, position=1).objective == objective


def test_sections_and_bands_are_written_checked_and_rendered(desk, quiz, quiz_address, course):
    other = factories.make_quiz(factories.make_module(course, "other"), [], "other-quiz")
    elsewhere = Section.objects.create(key="elsewhere", quiz=other, position=1, title="Elsewhere")
    Section.objects.create(key="part", quiz=quiz, position=1, title="Part")
    data = typed(desk.get(quiz_address)) | {
        "sections-0-intro": "Read *this*.",
        "bands-TOTAL_FORMS": "1", "bands-0-floor": "80", "bands-0-text": "See [[anarchi]].",
    }  # fmt: skip
    assert row_errors(desk.post(quiz_address, data), "bands") == [
        {"text": ["No term has the key “anarchi”. Mend the key, or add the term first."]}
    ]
    assert "section" in row_errors(
        desk.post(quiz_address, data | {"slots-0-section": elsewhere.pk})
    )[0]  # fmt: skip
    here = {"slots-0-section": Section.objects.get(key="part").pk, "bands-0-text": "Go *on*."}
    desk.post(quiz_address, data | here)
    assert (
        Slot.objects.get(quiz=quiz, position=1).section.intro_html == "<p>Read <em>this</em>.</p>"
    )
    assert Band.objects.get().text_html == "<p>Go <em>on</em>.</p>"


def test_an_exam_cannot_check_answers_at_once(desk, quiz, quiz_address):
    change = {"review": "exam", "behaviour": "immediate"}
    answer = desk.post(quiz_address, typed(desk.get(quiz_address)) | change)
    assert errors(answer)["__all__"] == [
        "An exam cannot check answers at once. Choose the deferred behaviour, or another review."
    ]


def test_a_practice_quiz_takes_practice_questions(desk, quiz, quiz_address, checkpoint):
    change = {"slots-0-question": checkpoint.pk, "review": "practice"}
    desk.post(quiz_address, typed(desk.get(quiz_address)) | change)
    assert Slot.objects.get(quiz=quiz, position=1).question == checkpoint


def test_a_term_renamed_is_renamed_in_sections_and_bands(desk, quiz):
    Section.objects.create(
        key="part", quiz=quiz, position=1, title="Part", intro="About [[anarchy]]."
    )
    Band.objects.create(quiz=quiz, floor=0, text="Read on [[anarchy]].")
    address = reverse("admin:courses_term_change", args=[Term.objects.get(key="anarchy").pk])
    desk.post(address, typed(desk.get(address), title="anarchie"))
    assert "anarchie" in Section.objects.get().intro_html
    assert "anarchie" in Band.objects.get().text_html
    gone = reverse("admin:courses_term_delete", args=[Term.objects.get(key="anarchy").pk])
    assert "Realism quiz" in desk.get(gone).content.decode()


def test_a_question_is_tagged(desk, questions):
    desk.post(reverse("admin:quizzes_tag_add"), {"key": "judging", "title": "Judging"})
    tag = Tag.objects.get()
    address = reverse("admin:quizzes_question_change", args=[questions[0].pk])
    desk.post(address, typed(desk.get(address), tags=[tag.pk]))
    assert list(questions[0].tags.all()) == [tag]


def test_a_slot_is_pinned_to_a_version_that_its_question_has(desk, quiz, quiz_address, module):
    data = typed(desk.get(quiz_address))
    missing = desk.post(quiz_address, data | {"slots-0-pinned": "7"})
    assert row_errors(missing) == [
        {"pinned": ["“anarchy-1” has no version 7. Write one that it has, or nothing."]}
    ]
    objective = factories.make_objective(module)
    drawn = {"slots-0-question": "", "slots-0-objective": objective.pk, "slots-0-pinned": "1"}
    assert row_errors(desk.post(quiz_address, data | drawn))[0]["pinned"] == [
        "Only a fixed question has a version to keep to. Empty this."
    ]
    desk.post(quiz_address, data | {"slots-0-pinned": "1"})
    assert Slot.objects.get(quiz=quiz, position=1).pinned == 1


def test_a_checkpoint_question_cannot_be_graded(desk, quiz, quiz_address, checkpoint):
    data = typed(desk.get(quiz_address)) | {"slots-0-question": checkpoint.pk}
    assert "question" in row_errors(desk.post(quiz_address, data))[0]


def test_of_two_who_edit_the_slots_the_second_is_told(desk, quiz, quiz_address):
    opened = typed(desk.get(quiz_address))
    desk.post(quiz_address, opened | {"slots-0-points": "2.00"})
    answer = desk.post(quiz_address, opened | {"pass_mark": "50.00"})
    assert "after you had opened this page" in errors(answer)["__all__"][0]
    assert Slot.objects.get(quiz=quiz, position=1).points == 2
    assert Quiz.objects.get().pass_mark == 60


def test_the_page_of_a_quiz_asks_for_its_choices_once(
    desk, quiz, quiz_address, django_assert_num_queries
):
    with django_assert_num_queries(21):
        desk.get(quiz_address)
    Slot.objects.filter(quiz=quiz, position__gt=1).delete()
    with django_assert_num_queries(21):
        desk.get(quiz_address)


# --- what people did


def test_attempts_are_looked_at_and_never_edited(desk, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON, seed=1)
    page = reverse("admin:quizzes_attempt_change", args=[attempt.pk])
    assert desk.get(page).status_code == 200
    assert desk.post(page, {"score": "3"}).status_code == 403
    assert desk.get(reverse("admin:quizzes_attempt_delete", args=[attempt.pk])).status_code == 403
    version = reverse(
        "admin:quizzes_questionversion_change", args=[quiz.slots.first().question.current_id]
    )
    assert "Question number 1?" in desk.get(version).content.decode()
    assert desk.post(version, {}).status_code == 403


def test_a_quiz_that_was_attempted_stays(desk, ben_here, quiz):
    attempts.start(ben_here, quiz, now=NOON, seed=1)
    desk.post(reverse("admin:quizzes_quiz_delete", args=[quiz.pk]), {"post": "yes"})
    assert Quiz.objects.count() == 1


def test_contests_and_regrades_are_looked_at_and_never_edited(desk, adam, ben_here, quiz, cohort):
    attempt = attempts.start(ben_here, quiz, now=NOON, seed=1)
    item = attempt.items.select_related("version__question").get(position=1)
    contest = factories.make_contest(item, ben_here)
    regrade = factories.make_regrade(item.version, cohort, by=adam)
    for name, row in (("contest", contest), ("regrade", regrade)):
        page = reverse(f"admin:quizzes_{name}_change", args=[row.pk])
        assert desk.get(page).status_code == 200
        assert desk.post(page, {"state": "accepted"}).status_code == 403
        assert desk.get(reverse(f"admin:quizzes_{name}_changelist")).status_code == 200


LISTS = {"question": 8, "quiz": 6, "attempt": 9, "questionversion": 9}


@pytest.mark.parametrize(("name", "queries"), LISTS.items())
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_however_long(
    name, queries, rows, desk, cohort, module, lesson, django_assert_num_queries
):
    for number in range(rows):
        question = factories.make_question(module, f"question-{number}")
        quiz = factories.make_quiz(module, [question], key=f"quiz-{number}")
        student = factories.enrol(factories.make_user(f"student-{number}"), cohort)
        attempts.start(student, quiz, now=NOON, seed=1)
    assert Attempt.objects.count() == rows
    page = reverse(f"admin:quizzes_{name}_changelist")
    with django_assert_num_queries(queries):
        assert desk.get(page).status_code == 200
    assert desk.get(page, {"q": "a"}).status_code == 200


def test_questions_are_found_by_what_they_ask(desk, questions, module):
    wanted = factories.make_question(module, "q-9", spec=factories.single("Who *balances* whom?"))
    page = reverse("admin:quizzes_question_changelist")
    assert list(desk.get(page, {"q": "Balances whom"}).context["cl"].queryset) == [wanted]


# --- essays


def test_an_essay_is_edited_like_any_other_question(desk, module, lesson):
    essay = factories.make_question(
        module, "anarchy-essay", kind="essay", spec=factories.sample("essay")
    )
    address = reverse("admin:quizzes_question_change", args=[essay.pk])
    changed = yaml_text.write(factories.sample("essay") | {"words": {"least": 9, "most": 90}})
    desk.post(address, typed(desk.get(address), spec=changed))
    essay.refresh_from_db()
    assert (essay.current.number, essay.current.public["words"]["most"]) == (2, 90)
    refused = desk.post(address, typed(desk.get(address), use="practice"))
    assert "A person has to mark this" in unescape(refused.content.decode())
