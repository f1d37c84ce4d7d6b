"""The bank's part of the content files: questions, quizzes and their slots."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q

from courses.content_io.catalogue import Catalogue, Change, Key, Part, Plan, Shelf, Values, by_title
from courses.content_io.comparing import field_words
from courses.content_io.course import (
    COURSE,
    in_spec,
    is_settled,
    own_objectives,
    positions,
    right_activity,
    short_text,
    without_content,
)
from courses.content_io.reading import Complaint, Entry
from courses.content_io.watching import Watch
from courses.content_io.wording import count, listed, no_such
from courses.rendering import Fault
from quizzes import authoring
from quizzes.models import Attempt, Band, Evidence, Item, Question, Quiz, Section, Slot, Tag
from quizzes.questions import BY_HAND, KINDS
from quizzes.sitting import drawing, pools
from quizzes.sitting.pools import Candidate, Pool
from quizzes.times import reopening, timing

NO_OBJECTIVE = "Name at least one objective that this question tests."
EITHER = "Give a slot either a question or a pool (objective, tag, module, lens or difficulty)"
NEITHER = EITHER + "; this one has neither."
BOTH = EITHER + "; this one has both."
PINNED_POOL = "Only a question of its own has a version to keep to. Take “pinned” out."
UPSIDE_DOWN = "No question has a difficulty from {least} to {most}. Change the two round."
OTHER_QUIZ = "Section “{key}” belongs to quiz “{other}”, not to “{quiz}”. Name one of this quiz."
SAME_FLOOR = "Another band of this quiz begins at the same percentage, at {place}. Keep one."
PRACTICE = (
    "Question “{key}” is for practice, where its answer is shown at once. Name a graded question,"
    " or let the quiz be practice (review: practice)."
)
NOT_READY = (
    "Question “{key}” is {status}, so nobody can be asked it. Make it ready, or name another."
)
OUTSIDE = (
    "“{key}” belongs to module “{other}”, which “{module}” does not build on. Name one of this"
    " module, or add “{other}” to its prerequisites."
)
NO_SLOTS = "This quiz has no slots. Add a quizzes.slot entry whose quiz is [{key}]."
GRADED_CHECKPOINT = (
    "Question “{key}” is for graded quizzes, and a checkpoint shows its answer at once. Name a"
    " question whose use is practice."
)
DRAFT_CHECKPOINT = (
    "Question “{key}” is {status}, so it cannot be shown. Make it ready, or name another."
)

NOT_BELOW = (
    "“{module}” does not build on module “{other}”. Name one that it builds on, or add “{other}”"
    " to its prerequisites."
)
TELLS_IN_EXAM = (
    "An exam cannot check answers at once. Choose the deferred behaviour, or another review."
)

COUNTS_WITH_TRIES = (
    "Certainty can count only where there is one try. Ask for it without counting it, or choose"
    " another behaviour."
)

READY, GRADED = Question.Status.READY, Question.Use.GRADED
DEFERRED = Quiz.Behaviour.DEFERRED
POOL = ("objective", "tag", "module", "lens", "difficulty_from", "difficulty_to")
PRACTISED = Quiz.Review.PRACTICE
NOUNS = {
    "options": "option",
    "prompts": "row",
    "answers": "answer",
    "items": "item",
    "statements": "statement",
    "bins": "bin",
    "reasons": "reason",
    "gaps": "gap",
    "rubric": "criterion",
    "levels": "level",
}


# --- checking


def checkpoints(catalogue: Catalogue) -> dict[str, str]:
    """Every question by key: "" if it may stand in a lesson, else why not."""
    found = {}
    for key, values in catalogue.rows("quizzes.question"):
        status = values.get("status", READY)
        if values.get("use") == GRADED:
            found[key[0]] = GRADED_CHECKPOINT.format(key=key[0])
        elif status != READY:
            found[key[0]] = DRAFT_CHECKPOINT.format(key=key[0], status=status)
        else:
            found[key[0]] = ""
    return found


def ground(catalogue: Catalogue) -> authoring.Ground:
    """What the bank's texts and evidence may rest on, once the files are loaded.

    Kept with the catalogue, so that what checking renders need not be rendered again to publish.
    """
    if BANK not in catalogue.kept:
        catalogue.kept[BANK] = authoring.Ground(catalogue.library, catalogue.paragraphs)
    kept: authoring.Ground = catalogue.kept[BANK]
    return kept


def _question(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    values = entry.values
    draft = values.get("status") == Question.Status.DRAFT
    if not draft and "objectives" in values and not values["objectives"]:
        yield Fault("objectives", NO_OBJECTIVE)
    yield from own_objectives(entry, catalogue, values.get("module"))
    if "status" in values:
        asking = quizzes_asking(entry.key, catalogue)
        yield from authoring.still_asked(asking, status=values["status"])
    if not {"kind", "spec"} <= values.keys():
        return
    if values["kind"] not in KINDS:
        yield Fault("kind", no_such("kind of question", values["kind"], list(KINDS)))
        return
    kind = KINDS[values["kind"]]
    if kind.by_hand and values.get("use") == Question.Use.PRACTICE:
        yield Fault("use", authoring.NOT_FOR_PRACTICE)
    settled = is_settled(entry, catalogue, *(text for _, text, _ in kind.texts(values["spec"])))
    for fault in authoring.check(
        kind.name, values["spec"], ground(catalogue), draft=draft, texts=not settled
    ):
        yield in_spec(fault)


def quizzes_asking(question: Key, catalogue: Catalogue) -> Iterator[str]:
    """As `authoring.quizzes_asking`, of what only the site has; slots in the files complain."""
    for _, slot in catalogue.rest("quizzes.slot"):
        values = slot.values
        if values["question"] != question or values["pinned"] is not None:
            continue
        if not catalogue.goes("quizzes.slot", slot):
            yield (catalogue.get("courses.activity", values["quiz"]) or {}).get("title", "")


def _quiz(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from right_activity(entry, catalogue, "quiz")
    yield from short_text(entry, catalogue, "intro")
    values = entry.values
    if values.get("review") == Quiz.Review.EXAM and values.get("behaviour") not in (None, DEFERRED):
        yield Fault("behaviour", TELLS_IN_EXAM)
    if (values.get("behaviour"), values.get("certainty")) == ("interactive", "score"):
        yield Fault("certainty", COUNTS_WITH_TRIES)


def _section(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from short_text(entry, catalogue, "intro")


def _band(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from short_text(entry, catalogue, "text")


def _slot(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    values = entry.values
    question, objective = values.get("question"), values.get("objective")
    pool = any(values.get(name) not in (None, "") for name in POOL)
    if question and pool:
        yield Fault("question", BOTH)
    elif not question and not pool and {"question", *POOL} <= values.keys():
        yield Fault("question", NEITHER)
    if pool and values.get("pinned"):
        yield Fault("pinned", PINNED_POOL)
    least, most = values.get("difficulty_from"), values.get("difficulty_to")
    if least is not None and most is not None and least > most:
        yield Fault("difficulty_from", UPSIDE_DOWN.format(least=least, most=most))
    activity_key = values.get("quiz")
    section = catalogue.get("quizzes.section", values.get("section"))
    if section and activity_key and section.get("quiz") not in (None, activity_key):
        key, other = values["section"][0], section["quiz"][0]
        yield Fault("section", OTHER_QUIZ.format(key=key, other=other, quiz=activity_key[0]))
    activity = catalogue.get("courses.activity", activity_key)
    module = activity.get("module") if activity else None
    named = values.get("module")
    if module and named and named not in built_on(module, catalogue):
        yield Fault("module", NOT_BELOW.format(other=named[0], module=module[0]))
    for name, key in (("question", question), ("objective", objective)):
        row = catalogue.get(f"{'quizzes' if name == 'question' else 'courses'}.{name}", key)
        if row is None or key is None:
            continue
        other = row.get("module")
        if module and other and other not in built_on(module, catalogue):
            sentence = OUTSIDE.format(key=key[0], other=other[0], module=module[0])
            yield Fault(name, sentence)
        practice = (catalogue.get("quizzes.quiz", activity_key) or {}).get("review") == PRACTISED
        if name == "question" and row.get("use", GRADED) != GRADED and not practice:
            yield Fault(name, PRACTICE.format(key=key[0]))
        elif name == "question" and row.get("status", READY) != READY:
            yield Fault(name, NOT_READY.format(key=key[0], status=row["status"]))


def built_on(module: Key, catalogue: Catalogue) -> frozenset[Any]:
    """A module and all that lead to it: what its quizzes may ask about."""

    def needs(key: Any) -> Iterable[Key]:
        found: Iterable[Key] = (catalogue.get("courses.module", key) or {}).get("prerequisites", ())
        return found

    return pools.built_on(module, needs)


def by_objective(catalogue: Catalogue) -> dict[Any, list[str]]:
    """For each objective, the questions that a graded quiz may draw for it."""
    found: dict[Any, list[str]] = defaultdict(list)
    for each in candidates(catalogue, GRADED):
        for objective in each.objectives:
            found[objective].append(each.question)
    return found


def candidates(catalogue: Catalogue, use: str) -> list[Candidate]:
    """The ready questions that quizzes of one use may draw."""
    return [
        Candidate(
            question=key[0],
            module=values.get("module"),
            lens=(catalogue.get("courses.module", values.get("module")) or {}).get("lens", ""),
            difficulty=values.get("difficulty", Decimal(0)),
            objectives=frozenset(values.get("objectives", ())),
            tags=frozenset(values.get("tags", ())),
        )
        for key, values in catalogue.rows("quizzes.question")
        if values.get("use") == use
        and values.get("status") == READY
        and values.get("kind") not in BY_HAND
    ]


def _fillable(catalogue: Catalogue) -> Iterator[Complaint]:
    """Quizzes without slots, or whose slots cannot all be filled by different ready questions.

    A quiz that only the site has is checked too: its questions may be retired by these files.
    """
    there = {use: candidates(catalogue, use) for use in Question.Use.values}
    slots: dict[Key, list[Values]] = defaultdict(list)
    for _, values in catalogue.rows("quizzes.slot"):
        if values.get("quiz"):
            slots[values["quiz"]].append(values)
    for key, quiz in catalogue.rows("quizzes.quiz"):
        use = Question.Use.PRACTICE if quiz.get("review") == PRACTISED else GRADED
        entry = catalogue.entries.get("quizzes.quiz", {}).get(key)
        own = sorted(slots[key], key=lambda values: values.get("position", 0))
        if not own:
            sentence = NO_SLOTS.format(key=key[0])
        else:
            try:
                drawing.draw(
                    _choices(own, catalogue, there[use]),
                    rng=random.Random(0),  # noqa: S311  # any draw will do
                )
            except ValueError as error:
                sentence = str(error)
            else:
                continue
        if entry is not None:
            yield entry.complaint(Fault("", sentence))
        elif own and not any(_retired_here(slot, catalogue) for slot in own):
            yield Complaint("(on the site)", 0, key[0], "", sentence)


def _retired_here(slot: Values, catalogue: Catalogue) -> bool:
    """Whether the entry of a slot's question has complained itself."""
    entry = catalogue.entries.get("quizzes.question", {}).get(slot["question"] or ())
    return entry is not None and not slot["pinned"] and entry.values.get("status") != READY


def _choices(
    slots: Sequence[Values], catalogue: Catalogue, there: Sequence[Candidate]
) -> list[list[str]]:
    """For each slot the questions that may fill it; none where its own question is not ready.

    A slot that is pinned to a version has it, ready or not.
    """
    ready = [
        slot.get("pinned") is not None
        or (catalogue.get("quizzes.question", slot.get("question")) or {}).get("status") == READY
        for slot in slots
    ]
    found = pools.choices([_asked(slot, catalogue) for slot in slots], there)
    return [
        own if is_ready or not slot.get("question") else []
        for slot, own, is_ready in zip(slots, found, ready, strict=True)
    ]


def _asked(slot: Values, catalogue: Catalogue) -> Pool | str:
    if slot.get("question"):
        return str(slot["question"][0])
    modules: frozenset[Any] | None = None
    if all(slot.get(name) in (None, "") for name in POOL):
        modules = frozenset()
    elif slot.get("module"):
        modules = frozenset({slot["module"]})
    elif not slot.get("objective"):
        module = (catalogue.get("courses.activity", slot["quiz"]) or {}).get("module")
        modules = built_on(module, catalogue) if module else None
    return Pool(
        objective=slot.get("objective"),
        tag=slot.get("tag"),
        modules=modules,
        lens=slot.get("lens") or "",
        difficulty_from=slot.get("difficulty_from"),
        difficulty_to=slot.get("difficulty_to"),
    )


def _no_quiz(catalogue: Catalogue) -> Iterator[Complaint]:
    yield from without_content(catalogue, "quiz", "quizzes.quiz")
    yield from _fillable(catalogue)


# --- what is there


# --- words


def _call_quiz(key: Key, values: Values, catalogue: Catalogue) -> str:
    activity = catalogue.get("courses.activity", (key[0],))
    return f"“{activity['title']}”" if activity else f"“{key[0]}”"


def _call_section(key: Key, values: Values, catalogue: Catalogue) -> str:
    return f"“{values['title']}” of {_call_quiz(values['quiz'], values, catalogue)}"


def _call_band(key: Key, values: Values, catalogue: Catalogue) -> str:
    return f"from {key[1].normalize():f} % of {_call_quiz(key, values, catalogue)}"


def _slot_words(changes: Sequence[Change], catalogue: Catalogue) -> list[list[str]]:
    said = []
    for change in changes:
        phrases = []
        if change.old and {"question", *POOL} & set(change.fields):
            now, before = _asks(change.entry.values), _asks(change.old.values)
            phrases.append(f"asks for {now} instead of {before}")
        phrases += [
            field_words(change, name) for name in change.fields if name not in ("question", *POOL)
        ]
        said.append(phrases)
    return said


def _asks(slot: Values) -> str:
    """“question “trust””, or “any of objective “derive”, difficulty from 0.30”."""
    if slot["question"]:
        return f"question “{slot['question'][0]}”"
    parts = [f"{name} “{slot[name][0]}”" for name in ("objective", "tag", "module") if slot[name]]
    if slot["lens"]:
        parts.append(f"lens “{slot['lens']}”")
    parts += [
        f"{name.replace('_', ' ')} {slot[name]}"
        for name in ("difficulty_from", "difficulty_to")
        if slot[name] is not None
    ]
    return f"any of {', '.join(parts)}"


def _call_slot(key: Key, values: Values, catalogue: Catalogue) -> str:
    return f"{key[1]} of {_call_quiz(key, values, catalogue)}"


def _call_question(key: Key, values: Values, catalogue: Catalogue) -> str:
    return str(key[0])


def _question_words(changes: Sequence[Change], catalogue: Catalogue) -> list[list[str]]:
    used = attempts_on([change.old.pk for change in changes if change.old])
    said = []
    for change in changes:
        phrases = []
        for name in change.fields:
            if name == "spec" and change.was("kind") == change.entry.values["kind"]:
                kind = change.entry.values["kind"]
                phrases += spec_words(kind, change.was("spec"), change.entry.values["spec"])
            else:
                phrases.append(field_words(change, name))
        number = used.get(change.old.pk, 0) if change.old else 0
        if number and {"spec", "kind"} & set(change.fields):
            verb = "keeps" if number == 1 else "keep"
            who = "which it" if number == 1 else "which they"
            attempts = count(number, "submitted attempt")
            phrases.append(f"{attempts} used the old version, {who} {verb}")
        said.append(phrases)
    return said


def attempts_on(questions: Iterable[int]) -> dict[int, int]:
    """How many submitted attempts have the current version of each question, by primary key."""
    rows = (
        Item.objects.filter(
            version__question__in=list(questions),
            version__question__current=F("version"),
            attempt__state=Attempt.State.SUBMITTED,
        )
        .order_by()
        .values_list("version__question")
        .annotate(Count("attempt", distinct=True))
    )
    return dict(rows)


def spec_words(kind: str, old: Any, new: Any) -> list[str]:
    """What became of a question, option by option; texts are named, not quoted."""
    phrases = right_words(kind, old, new)
    before, after = dict(_flat(old)), dict(_flat(new))
    for verb, here, there in (("added", after, before), ("removed", before, after)):
        owners = {owner for _, owner in there}
        only = [place for place in here if place not in there]
        whole = dict.fromkeys(owner for _, owner in only if owner not in owners)
        phrases += [f"{owner} {verb}" for owner in whole]
        phrases += [f"{_place(place)} {verb}" for place in only if place[1] in owners]
    for place, value in after.items():
        if place in before and before[place] != value and place[0] not in RIGHTNESS:
            phrases.append(f"{_place(place)} changed")
    if not phrases:
        phrases.append("order changed")
    return list(dict.fromkeys(phrases))


# These say what is right; `right_words` tells about them.
RIGHTNESS = ("correct", "answer", "match", "bin")


def right_words(kind: str, old: Any, new: Any) -> list[str]:
    """How the right answer moves."""
    before = {part.key: part for part in KINDS[kind].describe(old)}
    phrases = []
    for part in KINDS[kind].describe(new):
        if part.key not in before:
            continue
        was = [choice.key for choice in before[part.key].choices if choice.right]
        now = [choice.key for choice in part.choices if choice.right]
        if set(was) == set(now):
            continue
        what = "the right option" if len(was) == len(now) == 1 else "the right options"
        where = "" if not part.key else f" for “{part.key}”"
        verb = "moves" if len(was) == len(now) == 1 else "move"
        phrases.append(f"{what}{where} {verb} from {_quoted(was)} to {_quoted(now)}")
    return phrases


def _quoted(keys: Sequence[str]) -> str:
    return ", ".join(f"“{key}”" for key in keys) or "none"


def _flat(value: Any, owner: str = "", name: str = "") -> Iterator[tuple[tuple[str, str], Any]]:
    """((field, whose it is), value) of everything in a spec; rows are known by their keys."""
    if isinstance(value, Mapping):
        for field, inner in value.items():
            if field in ("true", "false") and isinstance(inner, Mapping):
                yield from _flat(inner, f"“{field}”")
            elif field == "evidence":
                yield (field, owner), inner
            elif field != "key":
                yield from _flat(inner, owner, field)
    elif isinstance(value, list) and name in NOUNS:
        for row in value:
            within = f" of {owner}" if owner else ""
            yield from _flat(row, f"{NOUNS[name]} “{row['key']}”{within}")
    else:
        yield (name, owner), value


def _place(place: tuple[str, str]) -> str:
    field, owner = place
    return f"{field} of {owner}" if owner else field


# --- what follows from saved rows


def derive(plan: Plan, now: datetime, watch: Watch) -> list[str]:
    """Publish changed questions, render quizzes' texts, look for stale evidence."""
    on = ground(plan.catalogue)
    keys = [key[0] for key in plan.keys("quizzes.question")]
    unpublished = Q(status=READY, current=None)
    changed = Question.objects.filter(Q(key__in=keys) | unpublished)
    authoring.publish_all(
        changed.values_list("pk", flat=True),
        now=now,
        on=on,
        watch=lambda questions: watch(questions, "publishing questions"),
    )
    authoring.render_quizzes(Quiz.objects.all(), on)
    said = []
    moved = sum(
        timing.settings_changed(quiz, now=now, fields=change.fields)
        for quiz, change in _changed_quizzes(plan)
    )
    if moved:
        said.append(f"{count(moved, 'open attempt')} got another end")
    stale = [
        f"{row.question.key} ({row.option})"
        for row in Evidence.objects.stale().select_related("question")
    ]
    if stale:
        number = f"{len(stale)} option{'s' if len(stale) > 1 else ''}"
        said.append(
            f"the paragraph that decides {number} has changed since it was checked; read again:"
            f" {listed(stale)}"
        )
    return said


def _changed_quizzes(plan: Plan) -> Iterator[tuple[Quiz, Change]]:
    """The quizzes that the site has and the files change, as they are stored now."""
    changes = {
        change.old.pk: change
        for change in plan.changes
        if change.old and change.shelf.model is Quiz
    }
    for quiz in Quiz.objects.filter(pk__in=changes).select_related("activity__module"):
        yield quiz, changes[quiz.pk]


def to_be_meant(plan: Plan, *, now: datetime) -> Iterator[Complaint]:
    """Before it is carried out: the quizzes in which somebody could earn more than before with
    answers that others may have seen (`reopening.same_chances`)."""
    for quiz, change in _changed_quizzes(plan):
        becomes = copy(quiz)
        for name in change.fields:
            if not change.shelf.fields[name].is_relation:
                setattr(becomes, name, change.entry.values[name])
        try:
            reopening.same_chances(quiz, becomes, although_seen=False, now=now)
        except reopening.Seen as asked:
            yield change.entry.complaint(Fault("", asked.warning))


BANK = Part(
    shelves=(
        Shelf(Tag, "tag", "tags", call=by_title),
        Shelf(
            Question,
            "question",
            "questions",
            call=_call_question,
            check=_question,
            words=_question_words,
        ),
        Shelf(
            Quiz,
            "quiz",
            "quizzes",
            key=("activity",),
            call=_call_quiz,
            check=_quiz,
            check_all=_no_quiz,
        ),
        Shelf(
            Section,
            "section",
            "sections",
            call=_call_section,
            check=_section,
            check_all=positions("quizzes.section", "quiz"),
            part_of="quiz",
        ),
        Shelf(
            Band,
            "band",
            "bands",
            key=("quiz", "floor"),
            call=_call_band,
            check=_band,
            part_of="quiz",
            taken=SAME_FLOOR,
        ),
        Shelf(
            Slot,
            "slot",
            "slots",
            key=("quiz", "position"),
            call=_call_slot,
            check=_slot,
            words=_slot_words,
            part_of="quiz",
        ),
    ),
    derive=derive,
    checkpoints=checkpoints,
)
PARTS = (COURSE, BANK)
