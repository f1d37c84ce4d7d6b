"""A cohort of simulated students who read and answer through the same verbs as people do.

Seeded: the same seed and the same day give the same cohort. It serves the demo, the load
measurements and the statistics' tests; nothing else in the site knows that students can be made up.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from courses import progress
from courses.models import Activity, Cohort, Enrolment, Role, User
from quizzes.marks import grading, queue
from quizzes.models import Attempt, Item, Quiz
from quizzes.questions import KINDS, Kind
from quizzes.questions.base import Part
from quizzes.questions.essay import Essay
from quizzes.questions.gaptext import GapText
from quizzes.questions.typed import Typed
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer

# Made-up people from many places; none of them is anybody.
NAMES = (
    "Aigerim Bekova", "Alva Nyström", "Amara Diallo", "Anahit Sargsyan", "Andrei Popescu",
    "Anton Kovalenko", "Aruzhan Omarova", "Beatriz Moura", "Bruno Costa", "Chiara Ferri",
    "Daniyar Saparov", "Davit Beridze", "Eeva Laine", "Elif Demir", "Emil Horváth",
    "Farida Rahimova", "Gustav Berg", "Hana Dvořáková", "Ilja Petersons", "Inês Carvalho",
    "Jakub Wiśniewski", "Jonas Keller", "Kaja Tamm", "Katarína Vargová", "Lejla Hodžić",
    "Liam Byrne", "Luka Marić", "Maija Ozola", "Malik Toure", "Marta Nowak",
    "Nilufar Yusupova", "Noor Haddad", "Oksana Melnyk", "Paolo Greco", "Petra Zupan",
    "Rasmus Holm", "Sana Qureshi", "Tomás Vidal", "Wanjiru Kamau", "Yusuf Aydın",
)  # fmt: skip


FORTNIGHT = timedelta(days=14)  # so long has the class been at work
# Of a class most come along; some stop half-way, a few never begin, and some run ahead to the end.
STOPS, NEVER_BEGINS, RUNS_AHEAD = 0.10, 0.04, 0.12
# Whoever starts an attempt has handed it in by now: nothing here lies in the future.
LONGEST_SITTING = timedelta(hours=3)

# What a made-up student writes: a few of these, the more the better they know the matter.
SENTENCES = (
    "I start from what each side said in public, because that is what we can check.",
    "The strongest point is that recognition itself was the prize, and nobody gives a prize away.",
    "Still, one document from one capital shows what one government thought in one month.",
    "Somebody might object that the silence began years before that document was written.",
    "My answer is that the reason need not be the same at the beginning and at the end.",
    "The organisations were also very unequal, and an agreement between unequals costs a lot.",
    "What the members wanted from Moscow differed, so speaking of one alliance hides a quarrel.",
    "A small task for experts would have cost nobody any rank.",
    "I would change my mind if the papers of those years showed that nobody ever read the letter.",
    "So my verdict is a cautious one, and it holds for that autumn only.",
)


@dataclass(frozen=True)
class Temper:
    """What decides how a simulated student fares.

    `ability` is on the logistic scale around 0, `diligence` the chance (0..1) of taking a step
    that is not required, `pace` seconds for one question.
    """

    ability: float
    diligence: float
    pace: float


def chance_of_knowing(temper: Temper, facility: float) -> float:
    """The chance (0..1) that somebody knows an answer which a share `facility` of people know.

    The Rasch model: log-odds are ability minus difficulty.
    """
    facility = min(max(facility, 0.05), 0.95)
    difficulty = -math.log(facility / (1 - facility))
    return 1 / (1 + math.exp(difficulty - temper.ability))


def respond(kind: Kind, spec: Any, knows: float, rng: random.Random) -> Any:
    """A response in stable keys: each decision is right with chance `knows`, else a mistake."""
    parts = kind.describe(spec)

    def pick(part: Part) -> str:
        right = [choice.key for choice in part.choices if choice.right]
        others = [choice.key for choice in part.choices if not choice.right] or right
        return rng.choice(right if rng.random() < knows else others)

    if isinstance(kind, Essay):
        count = 2 + round(knows * (len(SENTENCES) - 4)) + rng.randrange(3)
        chosen = sorted(rng.sample(range(len(SENTENCES)), count))
        return "\n\n".join(SENTENCES[at] for at in chosen)
    if isinstance(kind, Typed):
        return kind.example(spec, pick(parts[0]))
    if isinstance(kind, GapText):
        gaps = {gap["key"]: gap for gap in spec["gaps"]}
        return {part.key: kind.example(gaps[part.key], pick(part)) for part in parts}
    match kind.name:
        case "truefalse" if len(parts) > 1:
            return {"answer": pick(parts[0]), "reason": pick(parts[1])}
        case "single" | "truefalse":
            return pick(parts[0])
        case "multiple":
            return sorted(
                choice.key
                for choice in parts[0].choices
                if choice.right is (rng.random() < math.sqrt(knows))
            )
        case "matching" | "classify":
            return {part.key: pick(part) for part in parts}
        case "ordering":
            order = kind.keys(spec)
            if rng.random() > knows:
                here = rng.randrange(len(order) - 1)
                order[here], order[here + 1] = order[here + 1], order[here]
            return order
    raise ValueError(f"Nobody has taught the simulated students to answer {kind.name} questions.")


def how_sure(knows: float, rng: random.Random) -> int | None:
    """What somebody says who is right with chance `knows`: 1 to 3, at times nothing.

    People are surer than they are right, and those who know least the most so.
    """
    if rng.random() < 0.05:
        return None
    felt = 0.25 + 0.75 * knows + rng.gauss(0, 0.15)
    return 3 if felt > 4 / 5 else 2 if felt > 2 / 3 else 1


def sit(
    enrolment: Enrolment,
    quiz: Quiz,
    temper: Temper,
    *,
    now: datetime,
    rng: random.Random,
    finish: bool = True,
) -> Attempt:
    """One attempt on a clock of its own; left half-way, as real ones are, without `finish`."""
    attempt = attempts.start(enrolment, quiz, now=now, seed=rng.getrandbits(32))
    items = Item.objects.filter(attempt=attempt).select_related("version__question")
    for item in items:
        now += timedelta(seconds=temper.pace * rng.uniform(0.6, 1.6))
        if not finish and item.position > len(items) // 2:
            return attempt
        if attempts.is_overdue(attempt, now):
            break
        if rng.random() < 0.03:
            continue  # left blank
        kind = KINDS[item.version.kind]
        knows = chance_of_knowing(temper, float(item.version.question.difficulty))
        response = respond(kind, item.version.spec, knows, rng)
        sure = how_sure(knows, rng) if quiz.certainty != Quiz.Certainty.NONE else None
        attempts.save(
            enrolment.user,
            attempt.pk,
            answers={item.position: Answer(0, _already(response), certainty=sure)},
            now=now,
        )
    return attempts.submit(enrolment.user, attempt.pk, now=now)


def _already(response: Any) -> Callable[[Kind, Any], Any]:
    """A reader for an answer that is in stable keys as it stands."""
    return lambda kind, order: response


def populate(
    cohort: Cohort,
    *,
    size: int,
    now: datetime,
    seed: int = 2011,
    names: Sequence[str] = NAMES,
) -> Iterator[Enrolment]:
    """Enrol `size` students who have worked in the course for a fortnight, as classes do.

    Most were here in the last days, some have stopped, a few never began; each has come so far
    into the course and is done with it evenly over their time. Yields each when they are done, so
    that a command can show how far it is.
    """
    rng = random.Random(seed)  # noqa: S311  # repeatable on purpose
    activities = list(
        Activity.objects.filter(module__course=cohort.course)
        .select_related("module", "quiz", "lesson")
        .order_by("module__position", "position")
    )
    users = []
    for number in range(1, size + 1):
        name = names[(number - 1) % len(names)]
        users.append(
            User.objects.get_or_create(
                username=f"student{number:02d}",
                defaults={"name": name, "password": make_password(None)},
            )[0]
        )
    for user in users:
        joined = now - FORTNIGHT + timedelta(minutes=rng.randrange(2 * 24 * 60))
        enrolment, _ = Enrolment.objects.get_or_create(
            user=user, cohort=cohort, defaults={"role": Role.STUDENT, "joined_at": joined}
        )
        temper = Temper(
            ability=rng.gauss(1.3, 0.9),
            diligence=min(0.9, max(0.0, rng.gauss(0.25, 0.15))),
            pace=rng.uniform(25, 75),
        )
        left = now - LONGEST_SITTING - timedelta(days=rng.uniform(0, 3))
        share = min(1.0, max(0.25, rng.gauss(0.5, 0.15)))  # of the course, in this fortnight
        fate = rng.random()
        if fate < STOPS:
            left, share = now - timedelta(days=rng.uniform(7.5, 10)), share / 3
        elif fate < STOPS + NEVER_BEGINS:
            share = 0.0
        elif fate > 1 - RUNS_AHEAD:
            share = 1.0
        steps = activities[: math.ceil(share * len(activities))]
        _work_through(enrolment, steps, temper, joined, left, rng)
        yield enrolment


def _work_through(
    enrolment: Enrolment,
    steps: Sequence[Activity],
    temper: Temper,
    joined: datetime,
    left: datetime,
    rng: random.Random,
) -> None:
    """Take `steps` one after the other, spread from `joined` to `left`; the last is always taken,
    so that whoever is here lately is seen lately."""
    share = (left - joined) / max(1, len(steps))
    day = min(share, timedelta(days=1))
    for number, activity in enumerate(steps):
        clock = joined + share * (number + 1) - day * rng.uniform(0.5, 0.8)
        if not activity.required and number + 1 < len(steps) and rng.random() > temper.diligence:
            continue
        if activity.kind == Activity.Kind.LESSON:
            progress.complete_lesson(enrolment, activity, now=clock)
            continue
        finish = rng.random() < 0.96
        attempt = sit(enrolment, activity.quiz, temper, now=clock, rng=rng, finish=finish)
        allowed = activity.quiz.attempts_allowed or 3
        if not finish or attempt.score is None or allowed < 2:
            continue
        reached = grading.effective(attempt.score, attempt.out_of, attempt.deduction)
        if reached < activity.quiz.pass_mark and rng.random() < 0.7:
            wiser = Temper(temper.ability + 0.5, temper.diligence, temper.pace)
            again = joined + share * (number + 1) - day * rng.uniform(0.1, 0.3)
            sit(enrolment, activity.quiz, wiser, now=again, rng=rng)


def hurry_some(cohort: Cohort, quiz: Quiz, *, count: int, now: datetime, seed: int = 2011) -> None:
    """Have a few students who never took a quiz click through it: fast, and no better than luck."""
    rng = random.Random(seed)  # noqa: S311  # repeatable on purpose
    careless = Temper(ability=-2.0, diligence=1.0, pace=4.0)
    fresh = (
        Enrolment.objects.active()
        .students()
        .filter(cohort=cohort, user__username__startswith="student")
        .exclude(attempts__quiz=quiz)
        .select_related("user", "cohort")
        .order_by("pk")
    )
    for enrolment in fresh[:count]:
        sit(enrolment, quiz, careless, now=now, rng=rng)


def mark_some(
    markers: Sequence[Enrolment], *, share: float, now: datetime, seed: int = 2011
) -> None:
    """Have a `share` (0..1) of a cohort's waiting essays marked, by the markers in turn.

    The level chosen follows the length of the text, with some chance: these markers read no
    better than the students write.
    """
    rng = random.Random(seed)  # noqa: S311  # repeatable on purpose
    for row in queue.waiting(markers[0].cohort):
        piles = [queue.pile(by.cohort, row.question, by=by.user) for by in markers]
        for place in range(row.answers):
            if rng.random() >= share:
                continue
            by, pile = markers[place % len(markers)], piles[place % len(markers)]
            entry = pile.entries[place]
            shown = queue.sheet(pile, entry)
            quality = min(1.0, len(shown.text) / 700)
            levels = {}
            for criterion in shown.rubric:
                best = len(criterion.levels) - 1
                at = round(best * min(1.0, max(0.0, rng.gauss(quality, 0.2))))
                levels[criterion.key] = criterion.levels[at].key
            queue.mark(entry.item, by=by, role=shown.role, base=0, levels=levels, now=now)
