"""What a class misunderstood, against a count of the raw rows that knows nothing of sheets."""

import random
from collections import defaultdict
from copy import deepcopy
from datetime import timedelta
from fractions import Fraction
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from courses.models import Group, User
from quizzes import authoring
from quizzes.desk import mastery, misreading, sureness, understanding
from quizzes.desk.misreading import Share
from quizzes.desk.understanding import Terms, Wanted
from quizzes.models import Attempt, CheckpointAnswer, Item, Mark, Question, Response
from quizzes.questions import KINDS
from quizzes.reporting import sheets
from quizzes.sitting import attempts, practising
from quizzes.sitting.attempts import Answer
from quizzes.sitting.practising import About
from tests import factories
from tests.factories import NOON
from tests.invariants.scale import runs

pytestmark = pytest.mark.django_db

KEYS = ["rules", "power", "trade", "weather"]
LENS_OF = dict(
    zip(KEYS, ["institutionalism", "realism", "institutionalism", ""], strict=True)
)  # fmt: skip
UNDERSTANDING = "/teach/{}/understanding/"


def tagged(prompt: str = "Whose idea?", **lenses: str) -> dict:
    """Means institutionalism; offers realism, another institutionalist idea, and a plain slip."""
    spec = factories.single(prompt, "Rules", ("Power", "Trade", "Weather"))
    for option, key in zip(spec["options"], KEYS, strict=True):
        option |= {"key": key, "lens": {**LENS_OF, **lenses}[key]}
        option["misconception"] = "" if key == "rules" else f"takes {key} for it"
    return spec


def sorting() -> dict:
    """Rows to sort under the lenses themselves."""
    spec = deepcopy(factories.sample("classify"))
    bins = [{"key": key, "text": key} for key in ("realism", "institutionalism")]
    rows = [
        {
            **spec["statements"][0],
            "key": f"row-{at}",
            "text": f"Row {at}",
            "bin": bins[at % 2]["key"],
        }
        for at in range(3)
    ]
    return {**spec, "bins": bins, "statements": rows}


@pytest.fixture
def bank(module, lesson):
    """Two tagged questions, one of sorting, one without a tag; all for one objective."""
    aim = factories.make_objective(module, "tell-lenses")
    specs = [tagged(), tagged("Whose word?"), factories.single("No tag?")]
    made = [
        factories.make_question(module, f"lens-{at}", spec=spec, objectives=[aim])
        for at, spec in enumerate(specs)
    ]
    return [
        *made,
        factories.make_question(
            module, "lens-sort", kind="classify", spec=sorting(), objectives=[aim]
        ),
    ]


@pytest.fixture
def lens_quiz(module, bank):
    return factories.make_quiz(module, bank, key="lens-quiz", attempts_allowed=None)


def sit(enrolment, quiz, *answers, now=NOON, sure=None):
    """A finished attempt with these answers in stable keys, as sure as `sure` says."""
    attempt = attempts.start(enrolment, quiz, now=now)
    given = {
        at: Answer(0, lambda kind, order, answer=answer: answer, certainty=sure)
        for at, answer in enumerate(answers, start=1)
        if answer is not None
    }
    attempts.save(enrolment.user, attempt.pk, answers=given, now=now)
    return attempts.submit(enrolment.user, attempt.pk, now=now)


def students(cohort, size: int) -> list:
    return [
        factories.enrol(User.objects.create(username=f"s{at}", name=f"Student {at}"), cohort)
        for at in range(size)
    ]


# --- What an answer says -----------------------------------------------------------------------


def counted(*given: tuple[str, object], lens: str = "") -> misreading.Misread:
    """The count of some answers to `tagged`, `sorting` or another spec."""
    specs = {"single": tagged(), "classify": sorting()}
    return misreading.count(
        (
            misreading.made(
                KINDS[kind], specs[kind], misreading.decisions(KINDS[kind], specs[kind]), answer
            ),
            lens,
            1,
        )
        for kind, answer in given
    )


def test_a_wrong_lens_is_counted_out_of_the_answers_that_could_have_chosen_it():
    found = counted(*[("single", key) for key in ("rules", "rules", "power", "weather")])
    assert found.pairs == {
        ("institutionalism", "right"): Share(2, 4),
        ("institutionalism", "realism"): Share(1, 4),
        ("institutionalism", "institutionalism"): Share(0, 4),
        ("institutionalism", "other"): Share(1, 4),
    }
    assert found.worst_pairs() == [(("institutionalism", "realism"), Share(1, 4))]
    assert found.errors["takes power for it"] == Share(1, 4)


def test_what_was_left_open_counts_nowhere():
    found = counted(("single", None), ("classify", {}))
    assert (found.pairs, found.errors) == ({}, {})


def test_where_lenses_are_the_answers_their_keys_say_so_and_an_answer_counts_once():
    wrong = {"row-0": "institutionalism", "row-1": "institutionalism", "row-2": "institutionalism"}
    found = counted(("classify", wrong))
    assert found.pairs["realism", "institutionalism"] == Share(1, 1)
    assert found.pairs["realism", "right"] == Share(0, 1)
    assert found.pairs["institutionalism", "right"] == Share(1, 1)


def test_where_the_right_option_has_no_lens_the_modules_was_meant():
    spec = tagged(rules="")
    known = misreading.decisions(KINDS["single"], spec)
    answer = misreading.made(KINDS["single"], spec, known, "power")
    for lens in ("constructivism", ""):
        assert misreading.landed(answer, lens) == {(lens, "realism")}
    # In a module of that lens nobody has taken one lens for another by choosing it.
    assert (("realism", "realism")) in misreading.landed(answer, "realism")


def test_few_answers_do_not_outrank_many():
    assert Share(40, 100).rank > Share(3, 5).rank > Share(2, 2).rank


@pytest.mark.parametrize(
    ("marks", "mastered", "early"),
    [([1], False, True), ([1, 1], True, False), ([0, 1, 0], False, False), ([1, 0], False, False)],
)
def test_who_has_an_objective(marks, mastered, early):
    found = mastery.standing([(mark, 1) for mark in marks])
    assert (found.mastered, found.early) == (mastered, early)


# --- Against the raw rows ----------------------------------------------------------------------


def make_class(quiz, cohort, rng: random.Random) -> None:
    """Attempts of any shape, with and without sheets, some waiting, some students gone."""
    slots = list(quiz.slots.select_related("question__current").order_by("position"))
    for enrolment in students(cohort, rng.choice([1, 4, 12])):
        if rng.random() < 0.1:
            enrolment.withdrawn_at = NOON
            enrolment.save()
        for number in range(1, rng.choice([1, 2, 3]) + 1):
            attempt = Attempt.objects.create(
                quiz=quiz,
                enrolment=enrolment,
                number=number,
                state="submitted",
                started_at=NOON,
                submitted_at=NOON + timedelta(minutes=number),
                out_of=len(slots),
            )
            waits = rng.random() < 0.1
            for slot in slots:
                version = slot.question.current
                item = Item.objects.create(
                    attempt=attempt, position=slot.position, version=version, order=[], points=1
                )
                answer = rng.choice([None, *KEYS])
                if slot.question.key == "lens-2":
                    answer = rng.choice([None, "option-1", "option-2"])
                if version.kind == "classify":
                    lenses = ["realism", "institutionalism"]
                    answer = {f"row-{at}": rng.choice(lenses) for at in range(3)}
                Response.objects.create(item=item, revision=1, answer=answer, saved_at=NOON)
                if not waits:
                    score = KINDS[version.kind].grade(version.spec, answer)
                    Mark.objects.create(
                        item=item, version=version, score=round(float(score), 5), made_at=NOON
                    )
            if not waits:
                rows = sheets.rows([attempt.pk])[attempt.pk]
                attempt.score = sum(row[3] for row in rows)
                attempt.sheet = sheets.of(rows) if rng.random() < 0.5 else ""
                attempt.save()


def naive(cohort, *, every: bool) -> tuple[dict, dict, dict]:
    """({chosen key: times} of tagged questions, {(meant, chosen): [hits, n]} of sorting, marks)."""
    single, sorted_, marks, met = defaultdict(int), defaultdict(lambda: [0, 0]), {}, set()
    for attempt in Attempt.objects.filter(
        enrolment__cohort=cohort, enrolment__withdrawn_at=None, score__isnull=False
    ).order_by("submitted_at", "number", "pk"):
        for item in attempt.items.select_related("version__question"):
            answer = item.responses.get().answer
            key = item.version.question.key
            earned = item.marks.get().score
            marks.setdefault(attempt.enrolment_id, []).append(Fraction(earned))
            if not every and (attempt.enrolment_id, key) in met:
                continue
            met.add((attempt.enrolment_id, key))
            if key in ("lens-0", "lens-1") and answer:
                single[answer] += 1
            if key == "lens-sort":
                for meant, chose, rows in (
                    ("realism", "institutionalism", ("row-0", "row-2")),
                    ("institutionalism", "realism", ("row-1",)),
                ):
                    sorted_[meant, chose][0] += any(answer[row] == chose for row in rows)
                    sorted_[meant, chose][1] += 1
    return single, sorted_, marks


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("seed", range(runs(150)))
def test_the_numbers_are_those_of_a_count_by_hand(lens_quiz, cohort, seed, every):
    make_class(lens_quiz, cohort, random.Random(seed))
    found = understanding.answers(Terms(cohort, every=every))
    mixed = understanding.misread(found)
    single, sorted_, marks = naive(cohort, every=every)
    n = sum(single.values())
    for column, key in (("right", "rules"), ("other", "weather")):
        hits = mixed.pairs.get(("institutionalism", column), Share(0, 0)).hits
        of_sorting = sorted_["institutionalism", "realism"]
        extra = of_sorting[1] - of_sorting[0] if column == "right" else 0
        assert hits == single[key] + extra
    for pair in (("institutionalism", "realism"), ("realism", "institutionalism")):
        hits, of = sorted_[pair]
        if pair[0] == "institutionalism":
            hits, of = hits + single["power"], of + n
        if of:
            assert mixed.pairs[pair] == Share(hits, of)
            behind = understanding.behind(found, Wanted(pair=pair))
            assert (behind.share, len(behind.given)) == (Share(hits, of), hits)
    for key in KEYS[1:]:
        share = mixed.errors.get(f"takes {key} for it", Share(0, 0))
        assert share == Share(single[key], n)
    aim = understanding.aims(found)[0]
    last = {who: earned[-mastery.LAST :] for who, earned in marks.items()}
    assert {who: one.right for who, one in aim.students.items()} == {
        who: sum(mark == 1 for mark in earned) for who, earned in last.items()
    }
    assert all(
        abs(aim.students[who].share - float(sum(earned) / len(earned))) < 1e-4
        for who, earned in last.items()
    )


# --- The pages ---------------------------------------------------------------------------------


def test_the_first_line_says_what_was_mixed_up_and_each_number_opens_its_answers(
    as_, ada, cohort, lens_quiz
):
    for at, student in enumerate(students(cohort, 8)):
        sit(student, lens_quiz, "power" if at < 6 else "rules", None, "option-1")
    client = as_(ada)
    page = client.get(UNDERSTANDING.format(cohort.pk)).content.decode()
    first = "Most often mixed up: meant institutionalism, chose realism (6 of 8 answers, 75 %)."
    assert first in page
    shown = client.get(
        UNDERSTANDING.format(cohort.pk) + "answers/?meant=institutionalism&chose=realism"
    ).content.decode()
    assert "6 of 8 answers, 75 %" in shown
    assert shown.count("Log of attempt") == 6
    assert "/courses/lenses/lessons/anarchy/#anarchy" in shown  # to teach again
    assert "No practice question on this stands ready." in shown
    everything = {"error": "takes power for it"}, {"paragraph": "anarchy#anarchy"}
    for query in everything:
        told = client.get(UNDERSTANDING.format(cohort.pk) + "answers/", query).content.decode()
        assert told.count("Log of attempt") == 6


@pytest.mark.parametrize("path", ["", "objectives/", "objectives/tell-lenses/", "certainty/"])
def test_pages_make_sense_for_nobody_for_one_and_for_those_who_left(
    as_, ada, cohort, lens_quiz, path
):
    url, client = UNDERSTANDING.format(cohort.pk) + path, as_(ada)
    assert client.get(url).status_code == 200
    [one] = students(cohort, 1)
    assert client.get(url).status_code == 200
    sit(one, lens_quiz, "power", "weather")
    page = client.get(url).content.decode()
    assert "too few to tell" in page.lower() or path == "certainty/"
    Question.objects.update(status="retired")
    assert client.get(url).status_code == 200
    one.withdrawn_at = NOON
    one.save()
    assert client.get(url).status_code == 200


def test_module_and_group_narrow_and_what_they_do_not_know_is_not_found(
    as_, ada, cohort, course, lens_quiz
):
    one, two = students(cohort, 2)
    group = Group.objects.create(cohort=cohort, name="Tuesday")
    group.members.add(one)
    sit(one, lens_quiz, "power")
    sit(two, lens_quiz, "rules")
    elsewhere = factories.make_module(course, "nato")
    terms = Terms(cohort, group=group)
    pair = ("institutionalism", "realism")
    assert understanding.misread(understanding.answers(terms)).pairs[pair] == Share(1, 1)
    assert understanding.answers(Terms(cohort, module=elsewhere)).given == []
    week = understanding.LATELY
    Attempt.objects.filter(enrolment=two).update(submitted_at=NOON - week)
    lately = understanding.answers(Terms(cohort, lately=NOON + week / 2))
    assert {each.student for each in lately.given} == {one.pk}
    client, url = as_(ada), UNDERSTANDING.format(cohort.pk)
    assert client.get(f"{url}?group={group.pk}&module=realism").status_code == 200
    for query in ("?group=999", "?group=x", "?module=none", "?answers=some", "?when=then"):
        assert client.get(url + query).status_code == 404
    for query in ("", "?meant=realism", "?meant=marxism&chose=realism", "?paragraph=anarchy"):
        assert client.get(url + "answers/" + query).status_code == 404


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("", 11),
        ("answers/?meant=institutionalism&chose=realism", 22),  # four to keep that one looked
        ("objectives/", 10),
        ("objectives/tell-lenses/", 21),
        ("certainty/", 7),
    ],
)
def test_pages_ask_as_often_whatever_there_is_to_show(
    as_, ada, cohort, lens_quiz, django_assert_num_queries, size, path, queries
):
    lens_quiz.certainty = "ask"
    lens_quiz.save()
    for student in students(cohort, size):
        sit(student, lens_quiz, "power", "weather", sure=3)
    understanding.SPECS.known = {}
    client = as_(ada)
    with django_assert_num_queries(queries):
        assert client.get(UNDERSTANDING.format(cohort.pk) + path).status_code == 200


# --- Certainty ---------------------------------------------------------------------------------


def test_sure_and_wrong_answers_are_counted_and_named(as_, ada, cohort, lens_quiz):
    lens_quiz.certainty = "ask"
    lens_quiz.save()
    one, two, three = students(cohort, 3)
    sit(one, lens_quiz, "power", sure=3)
    sit(two, lens_quiz, "rules", sure=3)
    sit(three, lens_quiz, "weather", sure=1)
    found = sureness.of(Terms(cohort))
    assert [(level.right, level.of) for level in found.levels] == [(0, 1), (0, 0), (1, 2)]
    assert [(row.key, row.share) for row in found.questions] == [("lens-0", Share(1, 2))]
    url = reverse("quizzes:class_certainty", args=[cohort.pk])
    page = as_(ada).get(f"{url}?question=lens-0").content.decode()
    assert "Very sure and wholly wrong: 1 of 2 answers." in page
    assert (page.count("Log of attempt"), "Student 0" in page) == (1, True)
    assert as_(ada).get(f"{url}?question=lens-1").status_code == 404


# --- Practice ----------------------------------------------------------------------------------


@pytest.fixture
def practice(module, bank):
    aim = module.objectives.get(key="tell-lenses")
    return [
        factories.make_question(module, "try-lens", use="practice", spec=tagged("Try: whose?")),
        factories.make_question(
            module, "try-near", use="practice", spec=factories.single("Near?"), objectives=[aim]
        ),
    ]


def test_a_set_asks_practice_questions_on_just_this_and_those_close_by(course, practice, ben_here):
    about = About(pair=("institutionalism", "realism"))
    exact = practising.make(course, about, ben_here)
    assert [version.question.key for version in exact.versions] == ["try-lens"]
    aimed = practising.aimed(practising.bank(course), about)
    assert aimed.near == ("tell-lenses",)
    made = practising.make(course, aimed, ben_here)
    assert [version.question.key for version in made.versions] == ["try-lens", "try-near"]
    by_aim = practising.make(course, About(objective="tell-lenses"), ben_here)
    assert [version.question.key for version in by_aim.versions] == ["try-near"]
    assert practising.make(course, About(error="nobody thinks this"), ben_here) is None
    assert practising.make(course, About(objective="nothing"), ben_here) is None


def test_a_student_follows_the_link_answers_and_is_told(as_, ben, ben_here, practice):
    client = as_(ben)
    page = client.get("/courses/lenses/practice/?meant=institutionalism&chose=realism")
    assert b"Practice: institutionalism or realism?" in page.content
    action = "/courses/lenses/practice/try-lens/?meant=institutionalism&chose=realism"
    assert action.replace("&", "&amp;") in page.content.decode()
    name = f"q{practice[0].current_id}"
    assert client.post(action).status_code == 422
    assert not CheckpointAnswer.objects.exists()
    said = client.post(action, {name: "a"})
    assert said.status_code == 200
    assert b"Back to the practice set" in said.content
    assert CheckpointAnswer.objects.get().enrolment == ben_here


def test_instructors_are_given_the_address_to_send(as_, ada, ben_here, cohort, lens_quiz, practice):
    sit(ben_here, lens_quiz, "power")
    query = "?meant=institutionalism&chose=realism"
    page = as_(ada).get(f"/teach/{cohort.pk}/understanding/answers/{query}")
    given = f"/courses/lenses/practice/{query}&near=tell-lenses"
    assert f"http://testserver{given}".replace("&", "&amp;") in page.content.decode()
    assert b"2 questions stand ready" in page.content
    opened = as_(ben_here.user).get(given).content
    assert b"Try: whose?" in opened
    assert b"Near?" in opened


def test_no_address_of_a_set_tells_what_is_right_in_a_graded_question(
    as_, ben, ben_here, bank, lens_quiz
):
    """Two sites that differ in the key alone answer alike, whatever address a student tries."""
    pairs = [("institutionalism", "realism"), ("realism", "institutionalism"), ("", "realism")]
    tried = [urlencode({"meant": meant, "chose": chose}) for meant, chose in pairs]
    tried += [urlencode({"error": f"takes {key} for it"}) for key in KEYS]
    tried += [f"{query}&near=tell-lenses" for query in tried]
    client = as_(ben)

    def replies() -> list[tuple[int, int]]:
        found = [client.get(f"/courses/lenses/practice/?{query}") for query in tried]
        return [(reply.status_code, len(reply.content)) for reply in found]

    before = replies()
    for question in bank[:2]:
        spec = tagged("Whose idea?")
        for option in spec["options"]:
            option["correct"] = option["key"] == "power"
            option["misconception"] = "" if option["correct"] else f"takes {option['key']} for it"
        question.spec = spec
        authoring.publish(question, now=NOON)
    assert replies() == before


def test_no_graded_question_can_be_practised(as_, ben, bank, practice):
    client = as_(ben)
    for key in ("lens-0", "nothing"):
        assert client.get(f"/courses/lenses/practice/{key}/").status_code == 404
    page = client.get("/courses/lenses/practice/?objective=tell-lenses").content
    assert b"Whose word?" not in page
    for query in ("", "?meant=realism&chose=realism", "?objective=nothing"):
        assert client.get(f"/courses/lenses/practice/{query}").status_code == 404
