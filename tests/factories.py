"""Small worlds to test in. Each function makes one thing, as the site's own verbs would."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from courses import authoring
from courses.models import (
    Activity,
    Cohort,
    Course,
    Enrolment,
    Lesson,
    Module,
    Objective,
    Role,
    Source,
    Term,
    User,
)
from quizzes.authoring import publish_all
from quizzes.models import (
    Contest,
    Item,
    Question,
    QuestionVersion,
    Quiz,
    Regrade,
    RegradeJob,
    Slot,
)
from quizzes.questions import KINDS
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PASSWORD = "one-case-several-lenses"

BODY = """\
## Anarchy {: #anarchy-heading }

No authority stands above states [@waltz1979, ch. 6]. That is what [[anarchy]] means.
{: #anarchy }

It is not chaos: states know rules, and keep many of them.
{: #not-chaos }

{{ checkpoint: anarchy-check }}

Nobody comes to the rescue, so each state helps itself.
{: #self-help }
"""


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def make_user(username: str, name: str = "", **fields: Any) -> User:
    user = User(
        username=username,
        name=name or username.capitalize(),
        email=f"{username}@parallax.example",
        **fields,
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def make_course(key: str = "lenses", **fields: Any) -> Course:
    fields = {"title": "One case, several lenses", "published": True, **fields}
    return Course.objects.create(key=key, **fields)


def make_module(course: Course, key: str = "realism", **fields: Any) -> Module:
    fields = {"position": course.modules.count() + 1, "title": key.capitalize(), **fields}
    return Module.objects.create(course=course, key=key, **fields)


def make_objective(module: Module, key: str = "explain-anarchy", **fields: Any) -> Objective:
    fields = {
        "position": module.objectives.count() + 1,
        "verb": "explain",
        "statement": "explain what anarchy means between states",
        "bloom": "understand",
        **fields,
    }
    return Objective.objects.create(module=module, key=key, **fields)


def make_source(key: str = "waltz1979", **fields: Any) -> Source:
    fields = {
        "kind": "book",
        "label": "Waltz 1979",
        "authors": "Waltz, Kenneth N.",
        "year": "1979",
        "title": "Theory of International Politics",
        **fields,
    }
    return Source.objects.create(key=key, **fields)


def make_term(key: str = "anarchy", **fields: Any) -> Term:
    fields = {"title": "anarchy", "definition": "No ruler above states.", **fields}
    term = Term.objects.create(key=key, **fields)
    # No text names a new term yet, so there is none to look for, which would cost 13 queries.
    authoring.render_short_texts(authoring.library(), [term], "definition", "definition_html")
    return term


def make_lesson(module: Module, key: str = "anarchy", body: str = BODY, **fields: Any) -> Lesson:
    activity = Activity.objects.create(
        key=key,
        module=module,
        kind="lesson",
        position=module.activities.count() + 1,
        title=fields.pop("title", key.replace("-", " ").capitalize()),
    )
    fields = {
        "question": "What is left when nobody rules?",
        "summary": "Nobody rules. Rules there are. States help themselves.",
        **fields,
    }
    lesson = Lesson.objects.create(activity=activity, body=body, **fields)
    authoring.content_saved(lesson)
    lesson.refresh_from_db()
    return lesson


def evidence(paragraph: str = "anarchy", lesson: str = "anarchy") -> dict[str, str]:
    return {
        "lesson": lesson,
        "paragraph": paragraph,
        "source": "waltz1979",
        "locator": "ch. 6",
        "why": "The paragraph says so.",
    }


def single(
    prompt: str = "What does anarchy mean?",
    right: str = "No authority above states",
    wrong: tuple[str, ...] = ("War everywhere", "A world government"),
) -> dict[str, Any]:
    """A single-choice spec whose first option is right."""
    texts = [right, *wrong]
    return {
        "prompt": prompt,
        "feedback": "Anarchy is the lack of a ruler.",
        "options": [
            {
                "key": f"option-{place}",
                "text": text,
                "correct": place == 1,
                "feedback": f"About {text.lower()}.",
                "misconception": "" if place == 1 else "anarchy is chaos",
                "lens": "",
                "evidence": evidence(),
            }
            for place, text in enumerate(texts, start=1)
        ],
    }


def ordering(prompt: str = "Bring these into order.") -> dict[str, Any]:
    return {
        "prompt": prompt,
        "feedback": "By date.",
        "rule": "adjacent",
        "items": [
            {"key": key, "text": text, "feedback": f"{text}.", "evidence": evidence()}
            for key, text in (
                ("nato", "NATO is founded"),
                ("pact", "The Warsaw Pact is signed"),
                ("cst", "The Tashkent treaty is signed"),
            )
        ],
    }


def sample(kind: str, at: int = 0) -> dict[str, Any]:
    """A kind's own sample as a complete spec, with feedback and evidence on every row."""
    spec: dict[str, Any] = deepcopy(dict(KINDS[kind].samples[at].spec))
    sides = [spec["true"], spec["false"]] if kind == "truefalse" else []
    for row in [*KINDS[kind].explained(spec), *sides]:
        row["evidence"] = evidence()
        if kind != "gap-text":
            row.setdefault("feedback", "So.")
    for gap in spec.get("gaps", ()):
        for row in gap.get("answers") or gap["options"]:
            row.setdefault("feedback", "So.")
    return spec


def make_question(module: Module, key: str = "anarchy-meaning", **fields: Any) -> Question:
    return make_questions(module, [key], **fields)[0]


def make_questions(
    module: Module, keys: Sequence[str], specs: Sequence[dict[str, Any]] = (), **fields: Any
) -> list[Question]:
    """Questions that differ in key and `specs`, published at once: three cost hardly more."""
    objectives = fields.pop("objectives", ())
    fields = {
        "kind": "single",
        "use": "graded",
        "bloom": "understand",
        "difficulty": Decimal("0.60"),
        "status": "ready",
        "spec": single(),
        **fields,
    }
    questions = []
    for key, spec in zip(keys, specs or [fields["spec"]] * len(keys), strict=True):
        question = Question.objects.create(module=module, key=key, **{**fields, "spec": spec})
        if objectives:
            question.objectives.set(objectives)
        questions.append(question)
    publish_all([question.pk for question in questions], now=NOON)
    for question in questions:
        question.refresh_from_db()
    return questions


def make_quiz(
    module: Module, questions: list[Question], key: str = "realism-quiz", **fields: Any
) -> Quiz:
    """A quiz of fixed questions, in their order and with their options in the author's order."""
    activity = Activity.objects.create(
        key=key,
        module=module,
        kind="quiz",
        position=module.activities.count() + 1,
        title=fields.pop("title", "Realism quiz"),
    )
    fields = {
        "time_limit": 1800,
        "attempts_allowed": 2,
        "shuffle_questions": False,
        "shuffle_options": False,
        **fields,
    }
    quiz = Quiz.objects.create(activity=activity, **fields)
    Slot.objects.bulk_create(
        Slot(quiz=quiz, position=position, question=question)
        for position, question in enumerate(questions, start=1)
    )
    return quiz


def make_cohort(course: Course, title: str = "Autumn 2026", **fields: Any) -> Cohort:
    fields = {"starts_on": date(2026, 9, 1), "ends_on": date(2099, 12, 31), **fields}
    return Cohort.objects.create(course=course, title=title, **fields)


def enrol(user: User, cohort: Cohort, role: str = Role.STUDENT, **fields: Any) -> Enrolment:
    return Enrolment.objects.create(
        user=user, cohort=cohort, role=role, **{"joined_at": NOON, **fields}
    )


def make_contest(item: Item, enrolment: Enrolment, **fields: Any) -> Contest:
    """A contest, whether or not it could have been made by its student."""
    fields = {"reason": "It is the second.", "made_at": NOON, **fields}
    return Contest.objects.create(item=item, enrolment=enrolment, **fields)


def make_regrade(version: QuestionVersion, cohort: Cohort, by: User, **fields: Any) -> Regrade:
    """A preview that nobody has looked at."""
    fields = {"policy": "new", "reason": "The key was wrong.", "made_at": NOON, **fields}
    fields = {"summary": {"attempts": 0, "students": 0, "moved": 0}, **fields}
    return Regrade.objects.create(
        question=version.question, version=version, cohort=cohort, by=by, **fields
    )


def make_regrade_job(regrade: Regrade, cohort: Cohort, by: User, **fields: Any) -> RegradeJob:
    """A preview of many attempts that is being committed in the background."""
    fields = {"commits": True, "whole": 10_000, "made_at": timezone.now(), **fields}
    return RegradeJob.objects.create(regrade=regrade, cohort=cohort, by=by, **fields)


def make_waiting_essay(enrolment: Enrolment, module: Module, key: str = "anarchy-essay") -> Item:
    """An essay that its student has handed in and that nobody has marked."""
    essay = make_question(module, key, kind="essay", spec=sample("essay"))
    quiz = make_quiz(module, [essay], key=f"{key}-quiz", time_limit=None)
    return hand_in_essay(enrolment, quiz)


def hand_in_essay(enrolment: Enrolment, quiz: Quiz) -> Item:
    """An essay handed in at such a quiz."""
    attempt = attempts.start(enrolment, quiz, now=NOON)
    text = KINDS["essay"].samples[0].response
    answers = {1: Answer(0, lambda kind, order: text)}
    attempts.save(enrolment.user, attempt.pk, answers=answers, now=NOON)
    attempts.submit(enrolment.user, attempt.pk, now=NOON)
    return attempt.items.get()
