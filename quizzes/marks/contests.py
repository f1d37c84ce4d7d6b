"""A student says that a question is wrong; somebody who teaches looks, and answers.

Only what may be seen can be contested: where the right answer is still hidden, so is this.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery, UUIDField
from django.utils.translation import gettext as _

from courses.models import Cohort, User
from courses.models.prepared import Prepared
from courses.refusals import Refused
from quizzes.access import may_regrade, own_attempt_to_write
from quizzes.jobs import Send
from quizzes.marks import correcting, regrading
from quizzes.models import (
    Attempt,
    Contest,
    Item,
    Question,
    QuestionVersion,
    Regrade,
    RegradeJob,
    Response,
)
from quizzes.questions import KINDS, text_of
from quizzes.questions.base import tokens
from quizzes.seeing.visibility import Item as Visible
from quizzes.sitting import reports

OPEN_AT_ONCE = 5
REASON_LENGTH = 2000
PASSAGE_LENGTH = 300
REPLY_LENGTH = 2000
CITATION_LENGTH = 300

NOT_YET = (
    "This question can be contested once its right answer is shown. Until then, write to your"
    " instructor."
)
NO_SUCH_QUESTION = "This attempt has no question {position}."
NO_REASON = "Write what is wrong with the question, and why."
TOO_LONG = "{what} has {length} characters; {most} fit. Shorten it."
NO_SUCH_OPTION = "That is not one of the choices on this page. Choose one, or none."
UNDER_WAY = (
    "You have contested this question already, and the answer is on its way. You can contest it"
    " again once you have read it."
)
TOO_MANY = (
    "You have contested {most} questions of this attempt that are not answered yet. Wait for an"
    " answer before you contest another."
)
NOTHING_CHOSEN = "Choose at least one contest to answer."
NO_CITATION = "Name the place where the student can read why the question stands."
NO_ANSWER = "Write the answer that the student is to read."
ANSWERED = "One of these contests has been answered meanwhile. Nothing was changed: look again."
NOT_YOURS = "Only instructors of this cohort answer its contests."
NOBODY_GAINS = (
    "None of the contested answers gains points by the key of version {number} and “{how}”, so"
    " whoever contested would be told that they are right and get nothing. Correct the question"
    " first or choose another way to mark; or tick that you accept it all the same."
)


class NobodyGains(Refused):
    """Accepting would promise what marking again does not keep."""


# --- The student's side ------------------------------------------------------------------------


@dataclass(frozen=True)
class Contested:
    """One's own contest, with the words of the option it is about."""

    contest: Contest
    option: str


OF_ATTEMPT = Prepared[Contest](
    lambda attempt: (
        Contest.objects.filter(item__attempt=attempt)
        .select_related("item__version")
        .defer("item__version__spec", "item__version__public")
    ),
    attempt=UUIDField(),
)


def of(attempt: Attempt) -> dict[int, list[Contested]]:
    """The contests of an attempt by the position of the question, the newest last; one query."""
    found: dict[int, list[Contested]] = {}
    for contest in OF_ATTEMPT.all(attempt=attempt.pk):
        words = option_words(contest.item.version).get(contest.option, "")
        found.setdefault(contest.item.position, []).append(Contested(contest, words))
    return found


def option_words(version: QuestionVersion) -> dict[str, str]:
    """Each option, row or item of a question as a line of text, by its stable key."""
    rows = KINDS[version.kind].explained(version.content)
    return {row["key"]: text_of(str(row.get("text", ""))) for row in rows if row.get("key")}


def choices(item: Item) -> list[tuple[str, str, str]]:
    """What a contest of an item can be about: (token, stable key, words), as presented."""
    words = option_words(item.version)
    keys = [key for key in dict.fromkeys(_presented(item.order)) if words.get(key)]
    return [(token, key, words[key]) for key, token in tokens(keys).items()]


def _presented(order: Any) -> list[str]:
    if isinstance(order, dict):
        return [key for inner in order.values() for key in _presented(inner)]
    if isinstance(order, list | tuple):
        return [key for inner in order for key in _presented(inner)]
    return [order] if isinstance(order, str) else []


def beside(result: reports.Result) -> reports.Result:
    """A result with each question's own contests, and whether it can be contested now.

    One query; none where nothing was contested.
    """
    contested = any(question.contested for question in result.questions)
    made, allowed = of(result.attempt) if contested else {}, can_contest(result)
    questions = []
    for question in result.questions:
        mine = made.get(question.position, [])
        waits = any(each.contest.state == Contest.State.OPEN for each in mine)
        questions.append(replace(question, contests=mine, contestable=allowed and not waits))
    return replace(result, questions=questions)


def can_contest(result: reports.Result) -> bool:
    """Whether a result shows enough to be argued with."""
    return Visible.RIGHT_ANSWER in result.items


def contestable(attempt: Attempt, position: int, *, now: datetime) -> Item:
    """An item of one's finished attempt whose right answer may be seen. Raises `Refused`."""
    if attempt.is_open or not can_contest(reports.result(attempt, now=now)):
        raise Refused(_(NOT_YET))
    # SQLite cannot even ask for a number that does not fit into 64 bits.
    item = (
        Item.objects.current()
        .filter(attempt=attempt, position=min(position, 2**15 - 1))
        .select_related("version__question")
        .first()
    )
    if item is None:
        raise Refused(_(NO_SUCH_QUESTION).format(position=position))
    return item


def contest(
    user: User,
    attempt_id: UUID,
    position: int,
    *,
    reason: str,
    option: str = "",
    passage: str = "",
    now: datetime,
) -> Contest:
    """Object to a question of one's own finished attempt.

    `option` is a token as `choices` gives it, or "" for the question as a whole. Raises `Refused`,
    and `Http404` when the attempt is not this person's.
    """
    reason, passage = reason.strip(), passage.strip()
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        item = contestable(attempt, position, now=now)
        keys = {token: key for token, key, _words in choices(item)}
        if option and option not in keys:
            raise Refused(_(NO_SUCH_OPTION))
        if not reason:
            raise Refused(_(NO_REASON))
        _fits(_("The reason"), reason, REASON_LENGTH)
        _fits(_("The passage"), passage, PASSAGE_LENGTH)
        waiting = list(
            Contest.objects.filter(item__attempt=attempt, state=Contest.State.OPEN).values_list(
                "item", flat=True
            )
        )
        if item.pk in waiting:
            raise Refused(_(UNDER_WAY))
        if len(waiting) >= OPEN_AT_ONCE:
            raise Refused(_(TOO_MANY).format(most=OPEN_AT_ONCE))
        made: Contest = Contest.objects.create(
            item=item,
            enrolment_id=attempt.enrolment_id,
            option=keys.get(option, ""),
            reason=reason,
            passage=passage,
            made_at=now,
        )
    return made


def _fits(what: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Refused(_(TOO_LONG).format(what=what, length=len(text), most=most))
    if "\x00" in text:  # PostgreSQL cannot store it
        raise Refused(_("{what} holds a character that cannot be stored.").format(what=what))


# --- The instructor's side ---------------------------------------------------------------------


@dataclass(frozen=True)
class ContestedVersion:
    """A question version with open contests in a cohort."""

    version: QuestionVersion
    prompt: str
    open: int
    students: int


def contested(cohort: Cohort) -> list[ContestedVersion]:
    """The question versions that wait for an answer, most contested first; two queries."""
    counted = {
        row["item__version"]: row
        for row in Contest.objects.filter(enrolment__cohort=cohort, state=Contest.State.OPEN)
        .order_by()
        .values("item__version")
        .annotate(open=Count("pk"), students=Count("enrolment", distinct=True))
    }
    versions = (
        QuestionVersion.objects.filter(pk__in=list(counted))
        .select_related("question")
        .defer("spec", "public")
    )
    found = [
        ContestedVersion(
            version,
            text_of(version.content["prompt"]),
            counted[version.pk]["open"],
            counted[version.pk]["students"],
        )
        for version in versions
    ]
    return sorted(found, key=lambda each: (-each.open, str(each.version)))


@dataclass(frozen=True)
class Objection:
    """A contest as an instructor reads it, with the answer behind it."""

    contest: Contest
    student: str
    answer: str


@dataclass(frozen=True)
class Group:
    """The contests of one question version that are about one option (or the whole, for "")."""

    option: str
    words: str
    right: bool
    chosen: int  # students of the cohort whose newest answer chose it
    open: Sequence[Objection]
    answered: Sequence[Objection]


def groups(cohort: Cohort, version: QuestionVersion) -> list[Group]:
    """The contests of a version by option, those with most open ones first; two queries."""
    kind, words = KINDS[version.kind], option_words(version)
    newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
    answers = dict(
        Item.objects.filter(
            version=version,
            attempt__enrolment__cohort=cohort,
            attempt__state=Attempt.State.SUBMITTED,
        )
        .order_by()
        .values_list("pk", Subquery(newest.values("answer")[:1]))
    )
    picked = [
        {key for pair in kind.picks(version.spec, answer) for key in pair}
        for answer in answers.values()
    ]
    right = {
        choice.key
        for part in kind.describe(version.spec)
        for choice in part.choices
        if choice.right
    }
    rows: dict[str, tuple[list[Objection], list[Objection]]] = {}
    for contest in (
        Contest.objects.filter(enrolment__cohort=cohort, item__version=version)
        .select_related("item__attempt", "enrolment__user", "answered_by", "regrade")
        .order_by("made_at", "pk")
    ):
        objection = Objection(
            contest,
            str(contest.enrolment.user),
            kind.answer_text(version.content, answers.get(contest.item_id)),
        )
        waiting, answered = rows.setdefault(contest.option, ([], []))
        (waiting if contest.state == Contest.State.OPEN else answered).append(objection)
    found = [
        Group(
            option,
            words.get(option, ""),
            option in right,
            sum(option in keys for keys in picked),
            waiting,
            answered,
        )
        for option, (waiting, answered) in rows.items()
    ]
    return sorted(found, key=lambda group: (-len(group.open), group.option))


def decline(
    contests: Iterable[int],
    *,
    cohort: Cohort,
    version: QuestionVersion,
    by: User,
    answer: str,
    citation: str,
    now: datetime,
) -> None:
    """Tell students why the question stands, and the place where they can read it."""
    if answer.strip() and not citation.strip():
        raise Refused(_(NO_CITATION))
    with transaction.atomic():
        _answer(contests, Contest.State.DECLINED, None, cohort, version, by, answer, citation, now)


def accept(
    contests: Collection[int],
    *,
    cohort: Cohort,
    version: QuestionVersion,
    by: User,
    answer: str,
    citation: str = "",
    policy: str,
    key: QuestionVersion | None,
    now: datetime,
    send: Send,
    although_nobody_gains: bool = False,
) -> Regrade | RegradeJob:
    """Tell students that they are right, and open a regrade preview of the question for it.

    `key` is the version to mark by, the newest for None. The marks change when it is committed.
    Raises `NobodyGains` where no contested answer would gain by it, unless that is meant.
    Of many attempts the preview is made in the background: then the job that makes it.
    """
    with transaction.atomic():
        _fits(_("The answer"), answer.strip(), regrading.REASON_LENGTH)
        if not answer.strip():
            raise Refused(_(NO_ANSWER))
        if not although_nobody_gains:
            terms = regrading.checked(
                version.question,
                version=key,
                policy=policy,
                cohort=cohort,
                by=by,
                reason=answer,
                now=now,
            )
            items = Contest.objects.filter(
                pk__in=contests, item__version=version, enrolment__cohort=cohort, state="open"
            ).values_list("item", flat=True)
            _promise(terms, set(items))
        made = correcting.look(
            version.question,
            version=None if key is None else key.number,
            policy=policy,
            everybody=False,
            reason=answer,
            cohort=cohort,
            by=by,
            now=now,
            send=send,
            contests=contests,
        )
        regrade = made if isinstance(made, Regrade) else None  # a job sets it when it is done
        _answer(
            contests, Contest.State.ACCEPTED, regrade, cohort, version, by, answer, citation, now
        )
    return made


def _promise(terms: Regrade, items: Collection[int]) -> None:
    if items and not regrading.gaining(terms, items):
        how = Regrade.Policy(terms.policy).label
        raise NobodyGains(_(NOBODY_GAINS).format(number=terms.version.number, how=how))


@dataclass(frozen=True)
class Promised:
    """A question of which contests were accepted, and nothing has been committed since."""

    question: Question
    prompt: str
    accepted: int
    preview: int | None  # the newest regrade that was looked at for it, by number


def promised(cohort: Cohort) -> list[Promised]:
    """What students were told they are right in, and no regrade has followed; two queries."""
    question = "item__version__question"
    kept = regrading.committed(cohort, enrolment="enrolment").filter(
        question=OuterRef(question), committed_at__gte=OuterRef("answered_at")
    )
    looked_at = Q(regrade__state=Regrade.State.PREVIEW)
    counted = {
        row[question]: row
        for row in Contest.objects.filter(
            ~Exists(kept.order_by()), enrolment__cohort=cohort, state=Contest.State.ACCEPTED
        )
        .order_by()
        .values(question)
        .annotate(accepted=Count("pk"), preview=Max("regrade", filter=looked_at))
    }
    return [
        Promised(
            found,
            text_of(found.current.content["prompt"]) if found.current else found.key,
            counted[found.pk]["accepted"],
            counted[found.pk]["preview"],
        )
        for found in Question.objects.filter(pk__in=list(counted))
        .select_related("current")
        .defer("spec", "current__spec", "current__public")
        .order_by("key")
    ]


def _answer(
    contests: Iterable[int],
    state: Contest.State,
    regrade: Regrade | None,
    cohort: Cohort,
    version: QuestionVersion,
    by: User,
    answer: str,
    citation: str,
    now: datetime,
) -> None:
    """All of them, or none: the locks decide who of two instructors answers."""
    wanted = set(contests)
    answer, citation = answer.strip(), citation.strip()
    if not may_regrade(by, cohort):
        raise Refused(_(NOT_YOURS))
    if not wanted:
        raise Refused(_(NOTHING_CHOSEN))
    if not answer:
        raise Refused(_(NO_ANSWER))
    _fits(_("The answer"), answer, REPLY_LENGTH)
    _fits(_("The citation"), citation, CITATION_LENGTH)
    locked = list(
        Contest.objects.select_for_update(of=("self",))
        .filter(Q(pk__in=wanted), item__version=version, enrolment__cohort=cohort, state="open")
        .order_by("pk")
    )
    if len(locked) != len(wanted):
        raise Refused(_(ANSWERED))
    for contest in locked:
        contest.state, contest.regrade = state, regrade
        contest.answer, contest.citation = answer, citation
        contest.answered_by, contest.answered_at = by, now
    Contest.objects.bulk_update(
        locked, ["state", "regrade", "answer", "citation", "answered_by", "answered_at"]
    )
