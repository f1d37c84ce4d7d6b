"""A cohort's first page: what it says, whom it names and why, and where its numbers lead."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from courses import charts, progress
from courses.charts import activity as activity_chart
from courses.models import Enrolment, Group, Record
from quizzes.desk import overview
from quizzes.desk.concerns import Rule, Standing
from quizzes.models import Attempt, Quiz
from quizzes.sitting import attempts
from quizzes.times import timing
from tests import factories
from tests.factories import NOON, minutes
from tests.regrading import sit

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def reasons(cohort, *, now=NOON) -> dict[str, list[str]]:
    taught = overview.read_class(cohort, now=now)
    return {
        each.person.name: [concern.rule.value for concern in each.concerns]
        for each in overview.needing_help(taught)
    }


def told(cohort, *, now=NOON) -> overview.Overview:
    return overview.overview(cohort, now=now)


def join(cohort, *names: str, **fields) -> list[Enrolment]:
    return [
        factories.enrol(factories.make_user(name), cohort, **{"joined_at": NOON, **fields})
        for name in names
    ]


def slow_class(cohort, quiz, *, size: int = 5) -> list[Enrolment]:
    """Students who have passed the quiz, in ten minutes each."""
    people = join(cohort, *(f"steady{number}" for number in range(size)))
    for one in people:
        sit(one, quiz, "a", "a", "a")
    Attempt.objects.filter(quiz=quiz).update(submitted_at=NOON + minutes(10))
    return people


# --- The first line, and progress by module ----------------------------------------------------


def test_the_first_line_says_what_to_do_something_about(cohort, ada, ben_here, lesson, quiz):
    (zoe,) = join(cohort, "zoe")
    progress.complete_lesson(ben_here, lesson.activity, now=NOON)
    sit(ben_here, quiz, "a", "a", "a")
    timing.set_schedule(
        cohort, quiz, opens_at=None, due_at=None, closes_at=NOON + 3 * DAY, by=ada, now=NOON
    )
    assert told(cohort).sentence == (
        "1 of 2 students have finished Realism; 1 has not begun it; nobody needs help by our"
        " rules; Realism quiz closes on Thursday."
    )
    later = NOON + 9 * DAY
    assert told(cohort, now=later).sentence == (
        "1 of 2 students have finished Realism; 1 has not begun it; 1 needs help."
    )
    assert reasons(cohort, now=later) == {zoe.user.name: ["silent"]}


def test_an_empty_cohort_says_what_to_do_and_one_of_the_withdrawn_is_empty(
    as_, ada, cohort, ben_here, lesson
):
    progress.complete_lesson(ben_here, lesson.activity, now=NOON)
    Enrolment.objects.filter(pk=ben_here.pk).update(withdrawn_at=NOON)
    assert told(cohort).sentence == "Nobody studies here now. Give your students the join code."
    page = as_(ada).get(reverse("quizzes:overview", args=[cohort.pk]))
    assert b"JKMN2345" in page.content
    assert b"<svg" not in page.content
    Enrolment.objects.filter(pk=ben_here.pk).update(withdrawn_at=None)
    assert told(cohort).progress[0].finished == 1


def test_a_course_without_steps_and_modules_without_steps_have_a_page(
    as_, ada, cohort, ben, module
):
    assert "The course has no steps yet" in told(cohort).sentence
    assert as_(ada).get(f"/teach/{cohort.pk}/").status_code == 200
    page = as_(ada).get(f"/teach/{cohort.pk}/modules/realism/")
    assert "This module has no steps yet." in page.content.decode()


def test_every_student_stands_in_one_place_of_a_module(cohort, ben_here, lesson, quiz):
    _waiting, working, stopped = join(cohort, "wim", "xena", "yan")
    progress.complete_lesson(ben_here, lesson.activity, now=NOON)
    sit(ben_here, quiz, "a", "a", "a")
    progress.complete_lesson(working, lesson.activity, now=NOON + 6 * DAY)
    progress.complete_lesson(stopped, lesson.activity, now=NOON)
    taught = overview.read_class(cohort, now=NOON + 8 * DAY)
    assert dict(overview.progress_in(taught)[0].counts) == dict.fromkeys(Standing, 1)


def test_an_excused_step_is_done(cohort, ben_here, lesson, quiz):
    progress.complete_lesson(ben_here, lesson.activity, now=NOON)
    Record.objects.create(enrolment=ben_here, activity=quiz.activity, started_at=NOON, excused=True)
    assert told(cohort).progress[0].finished == 1


# --- Who needs help ----------------------------------------------------------------------------


def test_silence_ends_with_any_sign_of_life(cohort, ben, ben_here, lesson, quiz):
    now = NOON + 8 * DAY
    assert reasons(cohort, now=now) == {"Ben Okafor": ["silent"]}
    ben.last_login = now - DAY
    ben.save()
    assert reasons(cohort, now=now) == {}


def test_nobody_is_silent_before_the_cohort_starts_or_after_everything_is_done(
    cohort, ben_here, lesson
):
    now = NOON + 30 * DAY
    assert reasons(cohort, now=now) == {"Ben Okafor": ["silent"]}
    cohort.starts_on = (now - DAY).date()
    assert reasons(cohort, now=now) == {}
    cohort.starts_on = NOON.date()
    progress.complete_lesson(ben_here, lesson.activity, now=NOON)
    assert reasons(cohort, now=now) == {}


def test_failing_twice_is_told_until_the_mark_that_counts_passes(as_, ada, cohort, ben_here, quiz):
    sit(ben_here, quiz, "a", "b", "b")
    assert reasons(cohort) == {}
    newest = sit(ben_here, quiz, "b", "b", "b", now=NOON + minutes(5))
    need = told(cohort).needs[0]
    assert [(one.rule, one.words) for one in need.concerns] == [
        (Rule.FAILED, "Realism quiz: 2 attempts, the best with 33.33 %.")
    ]
    assert str(newest.pk) in need.concerns[0].url
    assert as_(ada).get(need.concerns[0].url).status_code == 200
    for recovered in ({"override": Decimal(60)}, {"excused": True}, {"score": Decimal(60)}):
        before = Record.objects.filter(enrolment=ben_here).values("override", "excused", "score")[0]
        Record.objects.filter(enrolment=ben_here).update(**recovered)
        assert reasons(cohort) == {}
        Record.objects.filter(enrolment=ben_here).update(**before)
    assert reasons(cohort) == {"Ben Okafor": ["failed"]}
    Record.objects.filter(enrolment=ben_here).update(score=Decimal(90), override=Decimal(12))
    assert told(cohort).needs[0].concerns[0].words == (
        "Realism quiz: a mark of 12 % by hand counts, whatever the 2 attempts came to (at best "
        "33.33 %)."
    )


def test_a_fast_attempt_no_better_than_luck_looks_like_guessing(cohort, ben_here, quiz):
    slow_class(cohort, quiz)
    fast = sit(ben_here, quiz, "a", "b", "b")  # one of three right, as luck would have it
    Attempt.objects.filter(pk=fast.pk).update(submitted_at=NOON + minutes(3))
    need = told(cohort).needs[0]
    assert [(one.rule, one.words) for one in need.concerns] == [
        (
            Rule.GUESSED,
            "Realism quiz in 3.0 min, where the class took 10.0, with 33.33 %; random answers earn"
            " 33 %.",
        )
    ]
    again = sit(ben_here, quiz, "b", "b", "b", now=NOON + minutes(20))
    Attempt.objects.filter(pk=again.pk).update(submitted_at=NOON + minutes(30))
    assert reasons(cohort) == {"Ben Okafor": ["failed"]}  # but took their time


def test_with_four_first_attempts_nobody_is_said_to_guess(cohort, ben_here, quiz):
    slow_class(cohort, quiz, size=3)
    fast = sit(ben_here, quiz, "b", "b", "b")
    Attempt.objects.filter(pk=fast.pk).update(submitted_at=NOON + minutes(1))
    assert reasons(cohort) == {}


def test_half_of_the_median_steps_is_far_behind(as_, ada, cohort, module, lesson):
    more = [factories.make_lesson(module, f"more-{at}", body="Text.").activity for at in range(5)]
    steps = [lesson.activity, *more]
    people = join(cohort, *(f"reader{number}" for number in range(4)))
    for one in people:
        for step in steps:
            progress.complete_lesson(one, step, now=NOON)
    assert reasons(cohort) == {}  # of four, too few to tell
    (late,) = join(cohort, "zoe")
    for step in steps[:3]:
        progress.complete_lesson(late, step, now=NOON)
    need = told(cohort).needs[0]
    assert [(one.rule, one.words) for one in need.concerns] == [
        (Rule.BEHIND, "3 steps done, the median student 6.")
    ]
    page = as_(ada).get(need.concerns[0].url).content.decode()
    assert "Zoe: 1 of 5 students." in page
    progress.complete_lesson(late, steps[3], now=NOON)
    assert reasons(cohort) == {}


def test_the_rules_are_stated_with_the_numbers_that_decide():
    words = {rule: told for rule, _name, told in overview.rules_in_words()}
    assert "less than a third" in words[Rule.GUESSED]
    assert "For 7 days" in words[Rule.SILENT]
    assert set(words) == set(Rule)


# --- What comes due ----------------------------------------------------------------------------


def test_what_is_overdue_names_those_who_have_not_handed_in_and_who_has_more_time(
    as_, ada, cohort, ben_here, lesson, quiz
):
    zoe, yan = join(cohort, "zoe", "yan")
    sit(ben_here, quiz, "a", "a", "a")
    timing.set_schedule(
        cohort, quiz, opens_at=None, due_at=NOON + DAY, closes_at=None, by=ada, now=NOON
    )
    timing.give_override(
        quiz, to=yan, changes={"due_at": NOON + 9 * DAY}, reason="Ill.", by=ada, now=NOON
    )
    (due,) = told(cohort, now=NOON).agenda.ahead
    assert (due.what, due.missing, due.at) == ("due", 2, NOON + DAY)
    (over,) = told(cohort, now=NOON + 2 * DAY).agenda.past
    assert (over.missing, over.extended) == (2, 1)
    page = as_(ada).get(over.missing_url).content.decode()
    assert "2 of 3 students." in page
    assert reverse("quizzes:student", args=[cohort.pk, zoe.pk]) in page
    assert reverse("quizzes:student", args=[cohort.pk, ben_here.pk]) not in page
    sit(zoe, quiz, "a", "a", "a", now=NOON + 2 * DAY)
    assert told(cohort, now=NOON + 2 * DAY).agenda.past == []


def test_a_quiz_that_is_being_sat_leads_to_its_live_view(as_, ada, cohort, ben_here, quiz):
    attempts.start(ben_here, quiz, now=NOON)
    assert [(one.title, one.students) for one in told(cohort).agenda.sat] == [("Realism quiz", 1)]
    assert as_(ada).get(told(cohort).agenda.sat[0].url).status_code == 200
    assert told(cohort, now=NOON + DAY).agenda.sat == []


def test_who_needs_help_is_told_of_one_group(as_, ada, cohort, ben_here, lesson):
    join(cohort, "zoe")
    Enrolment.objects.update(joined_at=NOON - 30 * DAY)
    cohort.__class__.objects.update(starts_on=date(2025, 9, 1))
    group = Group.objects.create(cohort=cohort, name="Tuesday")
    group.members.add(ben_here)
    adas, address = as_(ada), f"/teach/{cohort.pk}/help/"
    assert len(adas.get(address).context["needs"]) == 2
    page = adas.get(f"{address}?group={group.pk}")
    assert [each.person.pk for each in page.context["needs"]] == [ben_here.pk]
    assert "1 of 1 students needs help" in page.content.decode()
    assert adas.get(f"{address}?group=0").status_code == 404


def test_marking_and_contests_are_told(cohort, ben_here, module, quiz):
    attempt = sit(ben_here, quiz, "b", "b", "b")
    factories.make_contest(attempt.items.all()[0], ben_here)
    factories.make_waiting_essay(ben_here, module)
    agenda = told(cohort).agenda
    assert (agenda.marking, agenda.contests) == (1, 1)


# --- What went on ------------------------------------------------------------------------------


def test_days_are_those_of_the_cohort(cohort, ben_here, lesson, quiz):
    cohort.time_zone = "Asia/Almaty"  # five hours ahead
    cohort.starts_on = date(2026, 10, 1)
    late = NOON.replace(hour=20)
    progress.complete_lesson(ben_here, lesson.activity, now=late)
    sit(ben_here, quiz, "a", "a", "a", now=NOON)
    found = overview.activity(cohort, by="day", now=late)
    counts = zip(found.active, found.lessons, found.attempts, strict=True)
    days = dict(zip(found.starts, counts, strict=True))
    assert len(days) == 6
    assert days[date(2026, 10, 5)] == (1, 0, 1)
    assert days[date(2026, 10, 6)] == (1, 1, 0)
    weeks = overview.activity(cohort, by="week", now=late)
    assert weeks.starts == [date(2026, 9, 28), date(2026, 10, 5)]
    assert (weeks.active, weeks.lessons, weeks.attempts) == ([0, 1], [0, 1], [0, 1])


def test_a_chart_of_one_day_and_of_nothing_can_be_drawn():
    lines = [activity_chart.Line("Lessons <read>", [0])]
    drawn = activity_chart.drawing(lines, names=["5 Oct"], head="Day")
    figure = charts.framed("activity", drawn, "activity", "Title", "What it shows.")
    assert "<title" in figure
    assert "<desc" in figure
    assert "Lessons &lt;read&gt;" in figure
    assert '<th scope="row">5 Oct</th><td>0</td>' in figure
    with pytest.raises(ValueError, match="one number"):
        activity_chart.drawing(lines, names=["1", "2"], head="Day")


# --- The pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["?by=month", "?group=999", "help/?rule=lazy", "modules/nothing/", "modules/realism/?group=x"],
)
def test_what_the_address_does_not_know_is_not_there(as_, ada, cohort, lesson, address):
    assert as_(ada).get(f"/teach/{cohort.pk}/{address}").status_code == 404


@pytest.mark.parametrize("terms", ["state=asleep", "without=nothing", "student=0", "student=x"])
def test_a_list_of_unknown_people_is_not_there(as_, ada, cohort, ben, lesson, terms):
    assert as_(ada).get(f"/teach/{cohort.pk}/modules/realism/?{terms}").status_code == 404


def test_a_group_has_a_first_page_whose_numbers_lead_to_its_members(
    as_, ada, cohort, ben_here, lesson, quiz
):
    progress.complete_lesson(ben_here, lesson.activity, now=timezone.now())
    zoe, _yan = join(cohort, "zoe", "yan")
    group = Group.objects.create(cohort=cohort, name="Tuesday")
    group.members.add(zoe)
    adas = as_(ada)
    first = adas.get(f"/teach/{cohort.pk}/?group={group.pk}").context["told"]
    assert (first.students, sum(first.diary.lessons)) == (1, 0)
    for standing, count in first.progress[0].cells:
        page = adas.get(f"/teach/{cohort.pk}/modules/realism/?state={standing}&group={group.pk}")
        assert len(page.context["rows"]) == count


def test_the_first_page_says_what_was_misunderstood_lately(as_, ada, cohort, lesson, quiz):
    for one in join(cohort, *(f"student{number}" for number in range(5))):
        sit(one, quiz, "b", "a", "a")
    adas, now = as_(ada), timezone.now()
    assert "Nothing was handed in" in adas.get(f"/teach/{cohort.pk}/").content.decode()
    Attempt.objects.update(submitted_at=now - DAY)
    page = adas.get(f"/teach/{cohort.pk}/")
    [(claim, of, query)] = page.context["misread"]["teach"]
    assert of == "5 of 15 answers, 33 %"
    behind = adas.get(f"/teach/{cohort.pk}/understanding/answers/?{query}")
    assert (behind.context["found"].share.hits, claim.share.hits) == (5, 5)


def test_each_number_leads_to_as_many_students(as_, ada, cohort, ben_here, lesson, quiz):
    progress.complete_lesson(ben_here, lesson.activity, now=timezone.now())
    join(cohort, "zoe", "yan")
    adas = as_(ada)
    first = adas.get(f"/teach/{cohort.pk}/").context["told"]
    for standing, count in first.progress[0].cells:
        page = adas.get(f"/teach/{cohort.pk}/modules/realism/?state={standing}")
        assert len(page.context["rows"]) == count
    for rule in Rule:
        page = adas.get(f"/teach/{cohort.pk}/help/?rule={rule}")
        assert len(page.context["needs"]) == first.by_rule[rule]


@pytest.mark.parametrize("students", [1, 3])
def test_the_pages_ask_as_often_whatever_the_class(
    as_, ada, cohort, module, lesson, questions, quiz, django_assert_num_queries, students
):
    for number in range(students - 1):
        factories.make_quiz(
            factories.make_module(cohort.course, f"module-{number}"),
            questions,
            key=f"quiz-{number}",
        )
    quizzes = list(Quiz.objects.order_by("pk"))
    for one in quizzes:
        timing.set_schedule(
            cohort, one, opens_at=None, due_at=NOON + DAY, closes_at=None, by=ada, now=NOON
        )
    for one in join(cohort, *(f"student{number}" for number in range(students))):
        progress.complete_lesson(one, lesson.activity, now=NOON)
        for each in quizzes:
            for number in range(students):
                Attempt.objects.create(
                    quiz=each,
                    enrolment=one,
                    number=number + 1,
                    state="submitted",
                    started_at=NOON,
                    submitted_at=NOON + minutes(5),
                    score=0,
                    out_of=3,
                )
            progress.score(one, each.activity, percentage=Decimal(0), completed=False, now=NOON)
    adas = as_(ada)
    for address, queries in (
        ("", 22),
        ("help/", 11),
        ("modules/realism/?without=realism-quiz", 16),
    ):
        with django_assert_num_queries(queries):
            assert adas.get(f"/teach/{cohort.pk}/{address}").status_code == 200
