"""Publishing questions: versions, their texts, and the evidence they rest on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from courses import authoring as lessons
from courses.models import Activity, Course, Lesson, Module, Source, Term
from courses.refusals import Refused
from courses.rendering import Fault
from quizzes import authoring
from quizzes.models import Evidence, Question, QuestionVersion, Quiz
from quizzes.questions import KINDS

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)

BODY = """\
Nobody rules states. {: #nobody-rules }

So they help themselves. {: #they-help-themselves }
"""
EVIDENCE = {
    "lesson": "picture",
    "paragraph": "nobody-rules",
    "source": "waltz1979",
    "locator": "p. 102",
    "why": "It says that nobody rules.",
}


def option(key, text, *, correct=False, **evidence):
    return {
        "key": key,
        "text": text,
        "correct": correct,
        "feedback": f"About {text}",
        "evidence": EVIDENCE | evidence,
    }


SPEC = {
    "prompt": "Who rules under [[anarchy]]?",
    "feedback": "Nobody does.",
    "options": [
        option("nobody", "*Nobody*", correct=True),
        option("council", "A council", paragraph="they-help-themselves"),
        option("hegemon", "The strongest"),
    ],
}


@pytest.fixture
def module():
    course = Course.objects.create(key="ir", title="IR")
    module = Module.objects.create(key="realism", course=course, position=1, title="Realism")
    Source.objects.create(key="waltz1979", kind="book", label="Waltz 1979", title="Theory")
    Term.objects.create(key="anarchy", title="Anarchy", definition="No ruler.")
    step = Activity.objects.create(
        key="picture", module=module, kind="lesson", position=1, title="The picture"
    )
    lesson = Lesson.objects.create(
        activity=step, question="Why?", body=BODY, summary="One. Two. Three."
    )
    lessons.render_lesson(lesson, lessons.library())
    return module


@pytest.fixture
def question(module):
    return Question.objects.create(
        key="who-rules",
        module=module,
        kind="single",
        bloom="remember",
        status="ready",
        spec=deepcopy(SPEC),
    )


def edit_lesson(old, new):
    lesson = Lesson.objects.get()
    lesson.body = lesson.body.replace(old, new)
    lesson.save()
    lessons.content_saved(lesson)


def evidence_state():
    return list(Evidence.objects.order_by("pk").values())


def test_a_version_holds_every_text_as_html_whose_links_lead_to_the_lists(question):
    version = authoring.publish(question, now=NOW)

    assert version.number == 1
    assert version.spec == SPEC
    assert version.content["options"][0]["text"] == "<em>Nobody</em>"
    assert 'href="/glossary/#term-anarchy"' in version.content["prompt"]
    assert question.current == version
    assert Question.objects.get().current == version


def test_publishing_twice_changes_nothing(question):
    first = authoring.publish(question, now=NOW)
    evidence = evidence_state()

    assert authoring.publish(question, now=LATER) == first
    assert QuestionVersion.objects.count() == 1
    assert evidence_state() == evidence


def test_a_change_makes_a_new_version_and_going_back_finds_the_old_one(question):
    first = authoring.publish(question, now=NOW)
    question.spec["feedback"] = "Nobody at all."
    question.save()
    second = authoring.publish(question, now=LATER)
    question.spec = deepcopy(SPEC)
    question.save()

    assert (first.number, second.number) == (1, 2)
    assert authoring.publish(question, now=LATER) == first
    assert QuestionVersion.objects.count() == 2


def test_each_option_s_evidence_is_kept_with_its_paragraph_as_it_read(question):
    authoring.publish(question, now=NOW)

    assert [
        (row.option, row.lesson.activity.key, row.anchor, row.source.key, row.locator, row.why)
        for row in Evidence.objects.all()
    ] == [
        (key, "picture", anchor, "waltz1979", "p. 102", "It says that nobody rules.")
        for key, anchor in (
            ("council", "they-help-themselves"),
            ("hegemon", "nobody-rules"),
            ("nobody", "nobody-rules"),
        )
    ]
    assert not Evidence.objects.stale().exists()


def test_an_edited_paragraph_leaves_its_evidence_stale_until_the_question_changes(question):
    authoring.publish(question, now=NOW)
    edit_lesson("Nobody rules states.", "Nobody at all rules states.")
    authoring.publish(question, now=LATER)

    assert set(Evidence.objects.stale().values_list("option", flat=True)) == {"nobody", "hegemon"}

    question.spec["feedback"] = "Nobody, says the paragraph."
    question.save()
    authoring.publish(question, now=LATER)

    assert not Evidence.objects.stale().exists()


def test_stale_evidence_can_be_reaffirmed(question):
    authoring.publish(question, now=NOW)
    edit_lesson("Nobody rules states.", "Nobody at all rules states.")

    assert authoring.reaffirm(question, now=LATER) == 2
    assert not Evidence.objects.stale().exists()
    assert Evidence.objects.get(option="nobody").checked_at == LATER


def test_evidence_of_a_paragraph_that_is_gone_cannot_be_reaffirmed(question):
    authoring.publish(question, now=NOW)
    edit_lesson("#nobody-rules", "#who-rules")

    assert authoring.reaffirm(question, now=LATER) == 0
    assert Evidence.objects.stale().count() == 2


def test_the_evidence_of_a_dropped_option_goes(question):
    question.spec["options"].append(option("un", "The United Nations"))
    question.save()
    authoring.publish(question, now=NOW)
    question.spec["options"].pop()
    question.save()
    authoring.publish(question, now=LATER)

    assert not Evidence.objects.filter(option="un").exists()


def test_a_question_that_loaddata_emptied_gets_its_version_back_and_stays_stale(question):
    first = authoring.publish(question, now=NOW)
    edit_lesson("Nobody rules states.", "Nobody at all rules states.")
    Question.objects.update(current=None)
    authoring.publish_everything(now=LATER)

    assert Question.objects.get().current == first
    assert Evidence.objects.stale().count() == 2


def test_what_is_wrong_is_refused_and_nothing_is_published(question):
    question.spec["options"][1]["evidence"]["paragraph"] = "they-help-themselfs"
    question.spec["prompt"] = "Who rules under [[anarchie]]?"
    question.save()

    with pytest.raises(Refused) as refusal:
        authoring.publish(question, now=NOW)

    assert str(refusal.value) == (
        "This cannot be published, and nothing was changed. Mend first: "
        "who-rules, prompt, line 1: No term has the key “anarchie”. Mend the key, or add the term"
        " first. "
        "who-rules, options[1].evidence.paragraph: Lesson “picture” has no paragraph"
        " “they-help-themselfs”. Did you mean “they-help-themselves”?"
    )
    assert not QuestionVersion.objects.exists()


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, []),
        (
            {"lesson": "pictur"},
            [Fault("options[0].evidence.lesson", "No lesson has the key “pictur”. Did you mean "
                   "“picture”?")],
        ),
        (
            {"paragraph": "elsewhere"},
            [Fault("options[0].evidence.paragraph", "Lesson “picture” has no paragraph "
                   "“elsewhere”. Name one of its paragraphs.")],
        ),
        (
            {"source": "waltz"},
            [Fault("options[0].evidence.source", "No source has the key “waltz”. Did you mean "
                   "“waltz1979”?")],
        ),
    ],
)  # fmt: skip
def test_evidence_names_what_is_there(module, change, faults):
    spec = deepcopy(SPEC)
    spec["options"][0]["evidence"] |= change

    assert authoring.check("single", spec, authoring.ground()) == faults


def test_an_unknown_kind_is_a_fault(module):
    assert authoring.check("poem", SPEC, authoring.ground()) == [
        Fault("kind", f"Choose one of: {', '.join(KINDS)}.")
    ]


@pytest.mark.parametrize("spec", [None, [], "text", {"options": 3}, {"prompt": {"text": [1]}}])
def test_any_shape_can_be_checked(module, spec):
    assert authoring.check("single", spec, authoring.ground())


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("truefalse", {"prompt": "So?", "answer": True}),
        ("single", {"prompt": "So?", "options": [
            {"key": key, "text": key, "correct": key == "a", "evidence": {"lesson": "picture"}}
            for key in "abc"
        ]}),
    ],
)  # fmt: skip
def test_a_draft_may_be_published_unfinished(question, kind, spec):
    question.kind, question.spec, question.status = kind, spec, "draft"
    question.save()

    assert authoring.publish(question, now=NOW).number == 1
    assert not Evidence.objects.exists()


def test_publishing_many_takes_as_many_queries_as_publishing_few(
    question, django_assert_max_num_queries
):
    def more(count):
        for number in range(count):
            key = f"q-{Question.objects.count()}"
            spec = SPEC | {"feedback": f"Nobody {number}."}
            Question.objects.create(
                key=key,
                module=question.module,
                kind="single",
                bloom="remember",
                status="ready",
                spec=spec,
            )

    for count in (1, 30):
        more(count)
        with django_assert_max_num_queries(25):
            authoring.publish_everything(now=NOW)
    assert QuestionVersion.objects.count() == 32


def test_a_quiz_s_introduction_is_rendered(module):
    step = Activity.objects.create(
        key="quiz", module=module, kind="quiz", position=2, title="The quiz"
    )
    quiz = Quiz.objects.create(activity=step, intro="About [[anarchy]].")
    authoring.publish_everything(now=NOW)
    quiz.refresh_from_db()

    assert 'href="/glossary/#term-anarchy"' in quiz.intro_html


def test_a_lesson_may_show_ready_practice_questions_only(question):
    Question.objects.create(
        key="warm-up", module=question.module, kind="single", use="practice", status="ready",
        bloom="remember", spec=SPEC,
    )  # fmt: skip
    Question.objects.create(
        key="unfinished", module=question.module, kind="single", use="practice", status="draft",
        bloom="remember", spec=SPEC,
    )  # fmt: skip

    assert lessons.library().questions == {"warm-up"}


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_a_question_at_once_make_one_version(question):
    start = threading.Barrier(2)

    def publish():
        try:
            start.wait()
            return authoring.publish(Question.objects.get(), now=NOW).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        first, second = [threads.submit(publish) for _ in range(2)]

    assert first.result() == second.result()
    assert QuestionVersion.objects.count() == 1
    assert Evidence.objects.count() == 3
