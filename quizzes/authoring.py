"""Saving the bank: a question's texts are checked, rendered once, and kept as a version."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from courses import authoring, rendering
from courses.content_io.wording import meant, no_such
from courses.models import Lesson, Paragraph, Source
from courses.refusals import Refused
from courses.rendering import Fault, Library
from quizzes.models import Band, Evidence, Question, QuestionVersion, Quiz, Section, Slot
from quizzes.questions import KINDS, digest, plain

UNKNOWN_PARAGRAPH = "Lesson “{lesson}” has no paragraph “{anchor}”. {mend}"
STILL_ASKED = (
    "It stands in the quiz “{quiz}”, which could not be started any more. Take it out of that quiz"
    " first, or pin its slot there to a version."
)
NOT_FOR_PRACTICE = (
    "A person has to mark this, so it cannot be answered at once. Make it a graded question."
)
CANNOT_PUBLISH = "This cannot be published, and nothing was changed. Mend first: {faults}"


@dataclass(frozen=True)
class Ground:
    """What the bank's texts may name, and what its evidence may rest on.

    It renders each text once, however often it is asked: checking and publishing can share it.
    """

    library: Library
    paragraphs: Mapping[str, Mapping[str, str]]  # a lesson's key -> {paragraph id: its digest}
    rendered: dict[tuple[str, str], tuple[str, list[Fault]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def render(self, path: str, text: str, mode: str) -> tuple[str, list[Fault]]:
        """The HTML of a "short" or "inline" text and its faults, each placed at `path`."""
        if (mode, text) not in self.rendered:
            draw = rendering.render_short if mode == "short" else rendering.render_inline
            try:
                html, faults = draw(text, self.library, field="")
            except rendering.TooHard as refusal:
                html, faults = "", [Fault("", str(refusal))]
            self.rendered[mode, text] = authoring.lead_to_lists(html), faults
        html, faults = self.rendered[mode, text]
        return html, [Fault(path, fault.message, fault.line) for fault in faults]


def ground() -> Ground:
    """The site's own ground; five queries."""
    paragraphs: dict[str, dict[str, str]] = {
        key: {} for key in Lesson.objects.values_list("activity__key", flat=True)
    }
    rows = Paragraph.objects.order_by().values_list("lesson__activity__key", "anchor", "digest")
    for lesson, anchor, seen in rows:
        paragraphs[lesson][anchor] = seen
    return Ground(authoring.library(), paragraphs)


# --- checking


def check(
    kind: str, spec: Any, on: Ground, *, draft: bool = False, texts: bool = True
) -> list[Fault]:
    """Everything that is wrong with a question, for the loader, the admin and the preview alike.

    A fault's field is "kind", or a path into the spec such as "options[2].text". Without `texts`
    these are taken as read, which saves nearly all the time: some 15 ms a question.
    """
    return inspect(kind, spec, on, draft=draft, texts=texts)[1]


def inspect(
    kind: str, spec: Any, on: Ground, *, draft: bool, texts: bool = True
) -> tuple[Any, list[Fault]]:
    """The spec with every text rendered, and everything that is wrong with it."""
    if kind not in KINDS:
        return {}, [Fault("kind", f"Choose one of: {', '.join(KINDS)}.")]
    faults = list(KINDS[kind].check(spec, draft=draft))
    try:
        spec = plain(spec)
    except ValueError:  # among the faults already
        return {}, faults

    def render(path: str, text: str, mode: str) -> str:
        html, found = on.render(path, text, mode)
        faults.extend(found)
        return html

    content = KINDS[kind].rewrite(spec, render) if texts else {}
    faults += check_evidence(spec, on)
    return content, faults


def check_evidence(spec: Any, on: Ground) -> list[Fault]:
    """Evidence that names a lesson, paragraph or source that does not exist.

    What is missing or misshapen is the kind's own business to report.
    """
    faults = []
    for path, evidence in _evidence_in(spec, ""):
        lesson, anchor, source = (evidence.get(name) for name in ("lesson", "paragraph", "source"))
        if isinstance(lesson, str) and lesson:
            if lesson not in on.paragraphs:
                faults.append(Fault(f"{path}.lesson", no_such("lesson", lesson, on.paragraphs)))
            elif isinstance(anchor, str) and anchor and anchor not in on.paragraphs[lesson]:
                mend = meant(anchor, on.paragraphs[lesson]) or "Name one of its paragraphs."
                message = UNKNOWN_PARAGRAPH.format(lesson=lesson, anchor=anchor, mend=mend)
                faults.append(Fault(f"{path}.paragraph", message))
        if isinstance(source, str) and source and source not in on.library.sources:
            faults.append(Fault(f"{path}.source", no_such("source", source, on.library.sources)))
    return faults


def _evidence_in(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            here = f"{path}.{name}" if path else str(name)
            if name == "evidence" and isinstance(inner, Mapping):
                yield here, inner
            else:
                yield from _evidence_in(inner, here)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _evidence_in(inner, f"{path}[{at}]")


# --- publishing


def publish(question: Question, *, now: datetime, on: Ground | None = None) -> QuestionVersion:
    """Make what is stored of a question the version that attempts get from now on.

    A version is made only if none of this question has the same content; publishing twice changes
    nothing. Its evidence is taken as checked now. Refused, with every fault, if something is wrong.
    """
    version = publish_all([question.pk], now=now, on=on)[question.pk]
    question.current = version
    return version


def publish_everything(*, now: datetime, on: Ground | None = None) -> None:
    """Publish every question whose content changed, and render every quiz's texts."""
    on = on or ground()
    with transaction.atomic():
        publish_all(list(Question.objects.values_list("pk", flat=True)), now=now, on=on)
        render_quizzes(Quiz.objects.all(), on)


def publish_all(
    pks: Iterable[int],
    *,
    now: datetime,
    on: Ground | None = None,
    watch: Callable[[list[Question]], Iterable[Question]] = iter,
) -> dict[int, QuestionVersion]:
    """The current version of each of these questions, by primary key, after publishing them.

    All or nothing, in a number of queries that does not grow with the questions. `watch` sees the
    questions go by as their texts are rendered, for a progress bar.
    """
    with transaction.atomic():
        # Locked in one order, so that two publishers wait for each other and never for ever.
        # The second then finds the first one's version; the constraints would stop it otherwise.
        questions = list(
            Question.objects.select_for_update(of=("self",))
            .filter(pk__in=list(pks))
            .select_related("current")
            .order_by("pk")
        )
        digests = {question.pk: digest(question.kind, question.spec) for question in questions}
        moved = [
            question
            for question in questions
            if question.current is None or question.current.digest != digests[question.pk]
        ]
        if moved:
            _move(moved, digests, now=now, on=on or ground(), watch=watch)
        return {question.pk: question.current for question in questions if question.current}


def _move(
    questions: list[Question],
    digests: Mapping[int, str],
    *,
    now: datetime,
    on: Ground,
    watch: Callable[[list[Question]], Iterable[Question]],
) -> None:
    """Give each question the version of its digest, an old one or a new one, and its evidence."""
    contents: dict[int, Any] = {}
    faults: list[str] = []
    for question in watch(questions):
        draft = question.status == Question.Status.DRAFT
        contents[question.pk], found = inspect(question.kind, question.spec, on, draft=draft)
        if KINDS[question.kind].by_hand and question.use == Question.Use.PRACTICE:
            found = [*found, Fault("use", NOT_FOR_PRACTICE)]
        faults += [f"{question.key}, {fault}" for fault in found]
    if faults:
        raise Refused(CANNOT_PUBLISH.format(faults=" ".join(faults)))

    versions = QuestionVersion.objects.filter(question__in=questions)
    last = dict(versions.order_by().values_list("question").annotate(Max("number")))
    known = {
        (version.question_id, version.digest): version
        for version in versions.filter(digest__in=set(digests.values()))
    }
    new = [
        QuestionVersion(
            question=question,
            number=last.get(question.pk, 0) + 1,
            digest=digests[question.pk],
            kind=question.kind,
            spec=plain(question.spec),
            content=contents[question.pk],
            public=KINDS[question.kind].public(contents[question.pk]),
            made_at=now,
        )
        for question in questions
        if (question.pk, digests[question.pk]) not in known
    ]
    for version in QuestionVersion.objects.bulk_create(new, batch_size=100):
        known[version.question_id, version.digest] = version

    # A question without a current version whose content has one was emptied by a plain loaddata:
    # nobody has looked at its evidence anew.
    unchecked = {
        question.pk
        for question in questions
        if question.current is None and known[question.pk, digests[question.pk]] not in new
    }
    for question in questions:
        question.current = known[question.pk, digests[question.pk]]
    Question.objects.bulk_update(questions, ["current"], batch_size=100)
    _keep_evidence(questions, now=now, on=on, unchecked=unchecked)


def _keep_evidence(
    questions: list[Question], *, now: datetime, on: Ground, unchecked: set[int]
) -> None:
    """Make the rows of evidence say what the questions' specs say.

    A row takes the digest of its paragraph as it reads now, except where the question is
    `unchecked` and the row says the same as before: that one keeps its digest, so that a paragraph
    edited since leaves it stale.
    """
    lessons = dict(Lesson.objects.values_list("activity__key", "pk"))
    sources = dict(Source.objects.values_list("key", "pk"))
    wanted = {
        (row.question_id, row.option): row
        for question in questions
        for option, evidence in KINDS[question.kind].evidence(question.spec)
        # A draft's evidence may still lack a part.
        if all(evidence.get(part) for part in ("lesson", "paragraph", "source"))
        for row in [
            Evidence(
                question=question,
                option=option,
                lesson_id=lessons[evidence["lesson"]],
                anchor=evidence["paragraph"],
                source_id=sources[evidence["source"]],
                locator=evidence.get("locator", ""),
                why=evidence.get("why", ""),
                digest=on.paragraphs[evidence["lesson"]][evidence["paragraph"]],
                checked_at=now,
            )
        ]
    }
    gone = []
    for row in Evidence.objects.filter(question__in=questions):
        new = wanted.get((row.question_id, row.option))
        if new is None:
            gone.append(row.pk)
        elif row.question_id in unchecked and _saying(row) == _saying(new):
            del wanted[row.question_id, row.option]
    Evidence.objects.filter(pk__in=gone).delete()
    Evidence.objects.bulk_create(
        wanted.values(),
        batch_size=100,
        update_conflicts=True,
        unique_fields=["question", "option"],
        update_fields=["lesson", "anchor", "source", "locator", "why", "digest", "checked_at"],
    )


def _saying(row: Evidence) -> tuple[int, str, int, str, str]:
    return row.lesson_id, row.anchor, row.source_id, row.locator, row.why


def reaffirm(question: Question, *, now: datetime) -> int:
    """Take a question's stale evidence as right after all: somebody has read the new paragraphs.

    The number of rows put right. Evidence whose paragraph is gone stays stale.
    """
    with transaction.atomic():
        rows = list(Evidence.objects.stale().filter(question=question).select_for_update())
        digests = {
            (lesson, anchor): seen
            for lesson, anchor, seen in Paragraph.objects.filter(
                lesson__in={row.lesson_id for row in rows}
            ).values_list("lesson", "anchor", "digest")
        }
        rows = [row for row in rows if (row.lesson_id, row.anchor) in digests]
        for row in rows:
            row.digest = digests[row.lesson_id, row.anchor]
            row.checked_at = now
        Evidence.objects.bulk_update(rows, ["digest", "checked_at"])
        return len(rows)


def render_quizzes(quizzes: Collection[Quiz] | QuerySet[Quiz], on: Ground | None = None) -> None:
    """Derive the HTML of quizzes' texts, of their sections' and bands' too, where it changed."""
    on = on or ground()
    texts: list[tuple[Iterable[Any], str]] = [
        (quizzes, "intro"),
        (Section.objects.filter(quiz__in=quizzes), "intro"),
        (Band.objects.filter(quiz__in=quizzes), "text"),
    ]
    for rows, name in texts:
        changed = []
        for row in rows:
            html, _ = on.render(name, getattr(row, name), "short")
            if html != getattr(row, f"{name}_html"):
                setattr(row, f"{name}_html", html)
                changed.append(row)
        if changed:
            type(changed[0])._default_manager.bulk_update(changed, [f"{name}_html"])


def checkpoint_keys() -> Iterable[str]:
    """The questions that may stand in a lesson."""
    ready = Question.objects.practice().filter(status=Question.Status.READY)
    return list(ready.values_list("key", flat=True))


def quizzes_asking(question: Question) -> Iterable[str]:
    """The titles of the quizzes with a slot for a question; one query.

    A slot that is pinned to a version keeps it, whatever becomes of the question.
    """
    slots = Slot.objects.filter(question=question, pinned=None).order_by("quiz")
    return slots.values_list("quiz__activity__title", flat=True)


def still_asked(quizzes: Iterable[str], *, status: str) -> Iterator[Fault]:
    """Why a question cannot become a draft or be retired: `quizzes` ask it, by title.

    An attempt under way is no reason: it keeps the version that it was given.
    """
    if status != Question.Status.READY:
        for title in dict.fromkeys(quizzes):
            yield Fault("status", STILL_ASKED.format(quiz=title))
