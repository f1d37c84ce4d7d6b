"""The live view of an exam: who is at work, who is heard of, and more time for them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from courses.models import Enrolment
from courses.refusals import Refused
from quizzes.desk import live
from quizzes.desk.live import Stage
from quizzes.models import Attempt, Override, Presence
from quizzes.sitting import attempts, presence, reports
from quizzes.sitting.attempts import Answer
from quizzes.times import availability, extending, timing
from tests import factories
from tests.factories import NOON, minutes
from tests.races import at_once

pytestmark = pytest.mark.django_db


def at(seconds: float):
    return NOON + timedelta(seconds=seconds)


def start(enrolment, quiz, now=NOON) -> Attempt:
    return attempts.start(enrolment, quiz, now=now)


def save(enrolment, attempt, position=1, now=NOON, base=0, value="a"):
    answer = Answer(base, lambda kind, order: value and kind.parse_json(order, value))
    attempts.save(enrolment.user, attempt.pk, answers={position: answer}, now=now)


def row(quiz, cohort, now, place=0):
    return live.room(quiz, cohort, now=now).rows[place]


@pytest.fixture
def zoe(cohort) -> Enrolment:
    return factories.enrol(factories.make_user("zoe", "Zoe Abara"), cohort)


def page(name, cohort, **query):
    return reverse(f"quizzes:{name}", args=[cohort.pk, "realism-quiz"], query=query)


# --- The room ----------------------------------------------------------------------------------


def test_a_cohort_without_students_has_a_sentence(quiz, cohort, ada, as_):
    assert live.room(quiz, cohort, now=NOON).sentence == "Nobody studies here now."
    assert as_(ada).get(page("live", cohort)).status_code == 200


def test_the_first_line_counts_everybody_once(quiz, cohort, ben_here, zoe):
    quiz.at_zero, quiz.grace_period = "grace", 600
    quiz.save()
    assert (
        live.room(quiz, cohort, now=NOON).sentence == "Nobody is working now, 2 have not started."
    )
    mine = start(ben_here, quiz)
    assert live.room(quiz, cohort, now=at(61)).sentence == (
        "1 of 2 is working, 1 has not started; 1 has connection trouble."
    )
    assert live.room(quiz, cohort, now=at(1811)).sentence == (
        "Nobody is working now, 1 may still hand in what is saved, 1 has not started."
    )
    assert live.room(quiz, cohort, now=at(3000)).sentence == (
        "Nobody is working now, 1 ended without handing in, 1 has not started."
    )
    start(zoe, quiz)
    attempts.submit(ben_here.user, mine.pk, now=at(10))
    assert live.room(quiz, cohort, now=at(20)).sentence == "1 of 2 is working, 1 has handed in."
    Enrolment.objects.update(withdrawn_at=NOON)
    assert live.room(quiz, cohort, now=NOON).sentence == "Nobody studies here now."


def test_looking_at_an_attempt_whose_time_is_up_does_not_close_it(quiz, cohort, ben_here):
    start(ben_here, quiz)
    assert row(quiz, cohort, at(3000)).stage is Stage.HANDED_IN
    assert Attempt.objects.get().is_open


def test_answers_that_were_taken_back_do_not_count(quiz, cohort, ben_here):
    mine = start(ben_here, quiz)
    save(ben_here, mine, 1, now=at(5))
    save(ben_here, mine, 2, now=at(6))
    save(ben_here, mine, 2, now=at(7), base=1, value=None)
    seen = row(quiz, cohort, at(8))
    assert (seen.answered, seen.asked, seen.heard_at) == (1, 3, at(7))


def test_trouble_is_silence_or_failures_and_a_save_ends_both(quiz, cohort, ben_here):
    mine = start(ben_here, quiz)
    assert row(quiz, cohort, at(60)).troubles == []
    assert row(quiz, cohort, at(61)).troubles == ["nothing heard since 12:00 UTC"]
    presence.tell(mine, unsaved=2, failures=3, now=at(62))
    seen = row(quiz, cohort, at(63))
    assert (seen.unsaved, seen.troubles) == (2, ["3 saves did not come through"])
    save(ben_here, mine, now=at(70))
    assert row(quiz, cohort, at(71)).troubles == []


def test_the_time_left_says_why_it_is_another(quiz, cohort, ada, ben_here):
    timing.change_time_factor(
        ben_here, factor=factories.Decimal("1.5"), reason="dyslexia", by=ada, now=NOON
    )
    start(ben_here, quiz)
    timing.give_override(
        quiz, to=ben_here, changes={"time_limit": 2400}, reason="The alarm", by=ada, now=NOON
    )
    seen = row(quiz, cohort, at(30))
    assert (seen.seconds_left, seen.left) == (3570, "1 h")
    assert seen.why == ["time factor 1.5 (dyslexia)", "time limit 40 min (The alarm)"]


@pytest.mark.parametrize("size", [1, 3])
def test_the_room_asks_the_database_as_often_for_all(
    quiz, cohort, ada, as_, django_assert_num_queries, size
):
    for number in range(size):
        someone = factories.enrol(factories.make_user(f"student-{number}"), cohort)
        mine = start(someone, quiz, now=timezone.now())
        presence.tell(mine, unsaved=0, failures=0, now=timezone.now())
    browser = as_(ada)
    with django_assert_num_queries(12):
        reply = browser.get(page("live", cohort), HTTP_HX_REQUEST="true")
    with django_assert_num_queries(5):
        again = browser.get(
            page("live", cohort), HTTP_HX_REQUEST="true", HTTP_IF_NONE_MATCH=reply["ETag"]
        )
    assert (reply.status_code, again.status_code, again.content) == (200, 304, b"")


def test_nothing_new_is_answered_with_nothing_and_anything_new_with_all(
    quiz, cohort, ada, ben_here, zoe
):
    def mark() -> str:
        return live.fingerprint(quiz, cohort)

    marks = [mark()]
    mine = start(ben_here, quiz)
    marks.append(mark())
    save(ben_here, mine, now=at(5))
    marks.append(mark())
    presence.tell(mine, unsaved=0, failures=0, now=at(40))
    marks.append(mark())
    extending.extend(cohort, quiz, to=None, minutes=1, reason="Noise", newest=0, by=ada, now=at(50))
    marks.append(mark())
    attempts.submit(ben_here.user, mine.pk, now=at(60))
    marks.append(mark())
    Enrolment.objects.filter(pk=zoe.pk).update(withdrawn_at=NOON)
    marks.append(mark())
    assert len(set(marks)) == len(marks)
    assert mark() == marks[-1]


def test_what_changes_by_time_alone_ends_the_life_of_a_page(quiz, cohort, ben_here):
    start(ben_here, quiz)
    room = live.room(quiz, cohort, now=at(10))
    tag = live.tag("m", room.fresh_until)
    assert room.fresh_until == at(61)
    assert [live.is_fresh(tag, "m", now=at(when)) for when in (10, 60, 61)] == [True, True, False]
    assert not live.is_fresh(tag, "another", now=at(10))
    assert not live.is_fresh('"m-²"', "m", now=at(10))
    assert not live.is_fresh("", "m", now=at(10))
    # Silent already: the next that time does is to end the attempt.
    assert live.room(quiz, cohort, now=at(100)).fresh_until == at(1811)


def test_the_address_chooses_and_sorts(quiz, cohort, ada, as_, ben_here, zoe):
    start(ben_here, quiz, now=timezone.now())
    browser = as_(ada)

    def names(**query):
        reply = browser.get(page("live", cohort, **query))
        return reply.status_code, [
            str(one.enrolment.user) for one, _words, _look in reply.context["rows"]
        ]

    ben, zoe_ = "Ben Okafor", "Zoe Abara"
    assert names() == (200, [ben, zoe_])
    assert names(show="working") == (200, [ben])
    assert names(show="not_started", sort="left") == (200, [zoe_])
    assert names(show="trouble") == (200, [])
    group = timing.make_group(cohort, name="Evening", by=ada)
    timing.fill_group(group, members=[zoe], by=ada, now=NOON)
    assert names(group=group.pk) == (200, [zoe_])
    assert names(sort="state") == (200, [ben, zoe_])
    assert names(show="nonsense") == (422, [ben, zoe_])


def test_names_and_reasons_are_texts_and_not_html(quiz, cohort, ada, as_, ben_here):
    ben_here.user.name = "<b>{0} & Ben</b>"
    ben_here.user.save()
    timing.change_time_factor(
        ben_here, factor=factories.Decimal("2"), reason="<i>", by=ada, now=NOON
    )
    start(ben_here, quiz, now=timezone.now())
    shown = as_(ada).get(page("live", cohort), HTTP_HX_REQUEST="true").content.decode()
    assert shown.count("&lt;b&gt;{0} &amp; Ben&lt;/b&gt;") == 2
    assert "time factor 2 (&lt;i&gt;)" in shown
    assert "<b>" not in shown
    assert "<i>" not in shown


def test_what_was_heard_on_a_day_before_stands_with_its_day(quiz, cohort, ada, ben_here, as_):
    now = timezone.now()
    start(ben_here, quiz, now=now - timedelta(days=2))
    Attempt.objects.update(deadline=None)
    told = as_(ada).get(page("live", cohort)).content.decode()
    before = (now - timedelta(days=2)).astimezone(cohort.zone)
    assert f"<td>{before.day} {before:%b}, {before:%H:%M}</td>" in told


# --- Signs of life -----------------------------------------------------------------------------


def test_a_page_tells_that_it_is_there_at_most_every_half_minute(quiz, ben_here):
    mine = start(ben_here, quiz)
    told = [
        presence.tell(mine, unsaved=number, failures=0, now=at(number)) for number in (1, 20, 31)
    ]
    assert told == [True, False, True]
    assert Presence.objects.values_list("seen_at", "unsaved").get() == (at(31), 31)


def test_telling_costs_one_write_and_asking_none(as_, ben, ben_here, quiz):
    mine = start(ben_here, quiz, now=timezone.now())
    browser, url = as_(ben), reverse("quizzes:deadline", args=[mine.pk])
    with connection.execute_wrapper(count := Writes()):
        browser.get(url)
        assert count.seen == 0
        reply = browser.post(url, {"unsaved": "1", "failures": "2"})
        assert count.seen == 1
        browser.post(url, {"unsaved": "2", "failures": "3"})
        assert count.seen == 1
        assert browser.post(url, {"unsaved": "²", "failures": "-1"}).status_code == 422
        attempts.submit(ben, mine.pk, now=timezone.now())
        Presence.objects.all().delete()
        browser.post(url, {"unsaved": "1", "failures": "2"})
    assert reply.json()["open"] is True
    assert not Presence.objects.exists()


class Writes:
    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, execute, sql, *rest):
        self.seen += sql.startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, *rest)


@pytest.mark.django_db(transaction=True)
def test_two_pages_of_one_attempt_tell_at_once(quiz, ben_here):
    mine = start(ben_here, quiz)
    done = at_once(
        *[lambda: presence.tell(mine, unsaved=0, failures=0, now=at(1)) for _ in range(4)]
    )
    assert set(map(type, done)) == {bool}
    assert Presence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("sqlite")
def test_where_the_database_is_busy_the_sign_is_dropped_at_once(quiz, ben_here):
    mine = start(ben_here, quiz)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        begin = timezone.now()
        told = presence.tell(mine, unsaved=0, failures=0, now=at(1))
        waited = timezone.now() - begin
        cursor.execute("ROLLBACK")
    other.close()
    assert not told
    assert waited < timedelta(seconds=3)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)
    assert presence.tell(mine, unsaved=0, failures=0, now=at(1))


# --- More time ---------------------------------------------------------------------------------


def extend(cohort, quiz, ada, *, to=None, more=10, newest=0, now=NOON):
    return extending.extend(
        cohort, quiz, to=to, minutes=more, reason="The alarm", newest=newest, by=ada, now=now
    )


def ends() -> list:
    return list(
        Attempt.objects.order_by("enrolment__user__name").values_list("deadline", flat=True)
    )


def test_everybody_at_work_gets_the_same_minutes_on_the_clock(quiz, cohort, ada, ben_here, zoe):
    ben_here.time_factor = factories.Decimal("1.5")
    ben_here.save()
    start(ben_here, quiz)
    start(zoe, quiz, now=at(60))
    seen = extending.plan(cohort, quiz, to=None, minutes=10, now=at(90))
    done = extend(cohort, quiz, ada, now=at(90))
    assert ends() == [NOON + minutes(55), NOON + minutes(41)]
    assert [one.end for one in seen.extended] == [one.end for one in done.extended] == ends()
    # A later attempt is as long as it would have been.
    attempts.submit(zoe.user, Attempt.objects.get(enrolment=zoe).pk, now=at(200))
    assert start(zoe, quiz, now=at(300)).deadline == at(300) + minutes(30)


def test_more_time_is_told_as_what_holds_while_the_attempt_is_under_way(
    quiz, cohort, ada, ben_here, as_
):
    now = timezone.now()
    mine = start(ben_here, quiz, now=now - minutes(1))
    extend(cohort, quiz, ada, now=now - minutes(1))
    mine.refresh_from_db()
    told = reports.cover(quiz, ben_here, now=now).receipt
    ends_at = availability.clock(mine.deadline, zone=cohort.zone, beside=now)
    assert told[:2] == (
        f"Your attempt is under way. It ends at {ends_at}.",
        "You have 40 min from the moment you start.",
    )
    assert any("The alarm" in sentence for sentence in told)
    said = "holds until the attempt under way ends"
    assert said in as_(ada).get(page("timing", cohort)).content.decode()
    attempts.submit(ben_here.user, mine.pk, now=now)
    assert said not in as_(ada).get(page("timing", cohort)).content.decode()
    again = reports.cover(quiz, ben_here, now=now).receipt
    assert again[0] == "You have 30 min from the moment you start."


def test_a_close_that_stands_in_the_way_moves_for_them_alone(quiz, cohort, ada, ben_here, zoe):
    timing.set_schedule(
        cohort,
        quiz,
        opens_at=None,
        due_at=NOON + minutes(20),
        closes_at=NOON + minutes(20),
        by=ada,
        now=NOON,
    )
    start(ben_here, quiz)
    extend(cohort, quiz, ada, to=ben_here)
    assert ends() == [NOON + minutes(30)]
    attempts.submit(ben_here.user, Attempt.objects.get().pk, now=NOON + minutes(29))
    assert timing.late_attempts(cohort, quiz) == []
    assert start(zoe, quiz).deadline == NOON + minutes(20)


def test_in_the_grace_the_minutes_count_from_now_and_open_the_questions(
    quiz, cohort, ada, ben_here
):
    quiz.at_zero, quiz.grace_period = "grace", 3600
    quiz.save()
    mine = start(ben_here, quiz)
    now = NOON + minutes(45)
    extend(cohort, quiz, ada, to=ben_here, now=now)
    mine.refresh_from_db()
    assert mine.deadline == now + minutes(10)
    assert attempts.takes_answers(mine, now + minutes(9))


def test_a_group_gets_more_and_nobody_else(quiz, cohort, ada, ben_here, zoe):
    group = timing.make_group(cohort, name="Evening", by=ada)
    timing.fill_group(group, members=[zoe], by=ada, now=NOON)
    start(ben_here, quiz)
    start(zoe, quiz)
    extend(cohort, quiz, ada, to=group)
    assert ends() == [NOON + minutes(30), NOON + minutes(40)]


@pytest.mark.parametrize(
    ("more", "reason", "why"),
    [(0, "x", "whole number of minutes"), (1441, "x", "whole number"), (5, " ", "Give a reason")],
)
def test_what_makes_no_sense_changes_nothing(quiz, cohort, ada, ben_here, more, reason, why):
    start(ben_here, quiz)
    with pytest.raises(Refused, match=why):
        extending.extend(
            cohort, quiz, to=None, minutes=more, reason=reason, newest=0, by=ada, now=NOON
        )
    with pytest.raises(Refused, match="nobody to give"):
        extend(cohort, quiz, ada, now=NOON + minutes(60))
    assert (ends(), Override.objects.count()) == ([NOON + minutes(30)], 0)


@pytest.mark.invariant("C5")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_two_who_give_at_once_give_once(quiz, cohort, ada, ben_here, zoe, round_):
    start(ben_here, quiz)
    start(zoe, quiz)
    done = at_once(
        lambda: extend(cohort, quiz, ada),
        lambda: extend(cohort, quiz, ada, to=ben_here),
        lambda: attempts.submit(zoe.user, Attempt.objects.get(enrolment=zoe).pk, now=at(1)),
    )
    assert [one for one in done if isinstance(one, DatabaseError)] == []
    assert sum(isinstance(one, Refused) for one in done) == 1
    assert Attempt.objects.get(enrolment=ben_here).deadline == NOON + minutes(40)


def test_the_page_shows_the_new_ends_before_it_gives(quiz, cohort, ada, as_, ben_here, zoe):
    mine = start(ben_here, quiz, now=timezone.now())
    browser, url = as_(ada), page("extend", cohort)
    assert browser.get(url).status_code == 200
    assert browser.get(url, {"whom": "person-0", "minutes": "x"}).status_code == 422
    assert browser.get(url, {"whom": "all", "minutes": "10.0"}).status_code == 422
    shown = browser.get(url, {"whom": "all", "minutes": "10"})
    assert shown.context["sentence"] == (
        "1 student gets more time. Nothing changes for 1 who is not at work."
    )
    fields = {"whom": "all", "minutes": "10", "newest": shown.context["plan"].newest}
    refused = browser.post(url, fields)
    assert (refused.status_code, ends()) == (422, [mine.deadline])
    assert browser.post(url, {**fields, "reason": "The alarm"}).status_code == 302
    assert ends() == [mine.deadline + minutes(10)]
    twice = browser.post(url, {**fields, "reason": "Once more"})
    assert twice.status_code == 422
    assert b"More time has been given since you looked" in twice.content
    assert b'value="Once more"' in twice.content
    assert ends() == [mine.deadline + minutes(10)]
