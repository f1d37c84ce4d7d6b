"""Messages, notes and looks: what is kept, who may, and what happens at the same moment."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from courses import correspondence
from courses.models import Look, Message, Note
from courses.refusals import Refused
from tests import factories
from tests.factories import NOON, minutes
from tests.races import at_once

pytestmark = pytest.mark.django_db
OWN = "/courses/lenses/messages/"


@pytest.fixture
def waiting(cohort) -> str:
    return reverse("courses:cohort_messages", args=[cohort.pk])


def bodies() -> list[str]:
    return list(Message.objects.values_list("body", flat=True))


def test_a_student_and_staff_write_to_each_other(as_, ada, ben, ben_here, waiting):
    correspondence.say(ben_here, by=ada, body=" How are you?\r\nAda ", now=NOON)
    assert "1 new message" in as_(ben).get("/").content.decode()
    assert "1 new message" in as_(ben).get("/courses/lenses/").content.decode()
    page = as_(ben).get(OWN)
    assert (page.context["first_line"], page.context["new"]) == (
        "1 new message.",
        [Message.objects.get().pk],
    )
    assert "How are you?<br>Ada" in page.content.decode()
    assert as_(ben).get(OWN).context["first_line"] == "No new message."
    assert "new message" not in as_(ben).get("/courses/lenses/").content.decode()
    assert as_(ben).post(OWN, {"body": "Well"}).status_code == 302
    (line,) = as_(ada).get(waiting).context["lines"]
    assert (line.enrolment, line.unread, line.body, line.by_student) == (ben_here, 1, "Well", True)
    correspondence.read_by_staff(ben_here, by=ada, last=Message.objects.last().pk, now=NOON)
    assert as_(ada).get(waiting).context["lines"] == []
    assert len(as_(ada).get(f"{waiting}?show=all").context["lines"]) == 1


def test_a_bad_message_changes_nothing_and_keeps_what_was_typed(as_, ben, ben_here):
    for typed, said in (("  ", "Write the message first."), ("x" * 4001, "at most 4000")):
        page = as_(ben).post(OWN, {"body": typed})
        assert (page.status_code, said in page.content.decode()) == (422, True)
        assert page.context["form"]["body"].value() == typed
    assert bodies() == []


def test_line_breaks_count_once(as_, ben, ben_here):
    assert as_(ben).post(OWN, {"body": "a" + "\r\n" * 3998 + "b"}).status_code == 302
    assert len(bodies()[0]) == 4000


def test_the_same_words_at_once_are_one_message_and_later_another(ben, ben_here, ada):
    for after in (0, 1, 20):
        correspondence.say(ben_here, by=ben, body="Hello", now=NOON + minutes(after))
    correspondence.say(ben_here, by=ada, body="Hello", now=NOON + minutes(21))
    correspondence.say(ben_here, by=ben, body="Hello", now=NOON + minutes(22))
    assert len(bodies()) == 4


def test_nobody_floods(ben, ben_here):
    for number in range(correspondence.MOST_AN_HOUR):
        correspondence.say(ben_here, by=ben, body=str(number), now=NOON)
    with pytest.raises(Refused, match="30 messages within an hour"):
        correspondence.say(ben_here, by=ben, body="more", now=NOON)
    correspondence.say(ben_here, by=ben, body="more", now=NOON + timedelta(hours=1))


def test_who_neither_teaches_nor_is_taught_writes_nothing(eve, adam, ada, ben_here):
    zoe = factories.make_user("zoe")
    factories.enrol(zoe, ben_here.cohort)
    for person in (eve, adam, zoe):
        with pytest.raises(PermissionDenied):
            correspondence.say(ben_here, by=person, body="x", now=NOON)
        with pytest.raises(PermissionDenied):
            correspondence.note(ben_here, by=person, body="x", now=NOON)
    ben_here.withdrawn_at = NOON
    ben_here.save()
    with pytest.raises(Refused, match="Write a note instead"):
        correspondence.say(ben_here, by=ada, body="x", now=NOON)
    correspondence.note(ben_here, by=ada, body="x", now=NOON)
    assert (bodies(), Note.objects.count()) == ([], 1)


def test_whoever_marks_as_read_marks_what_was_on_the_page(ben, ben_here, cleo):
    seen = correspondence.say(ben_here, by=ben, body="one", now=NOON)
    correspondence.say(ben_here, by=ben, body="two", now=NOON)
    assert correspondence.read_by_staff(ben_here, by=cleo, last=seen.pk, now=NOON) == 1
    unread = Message.objects.filter(read_at__isnull=True)
    assert list(unread.values_list("body", flat=True)) == ["two"]


def test_a_note_is_withdrawn_by_its_author_or_an_instructor(ada, cleo, ben_here):
    hers = correspondence.note(ben_here, by=ada, body="Ask about the essay", now=NOON)
    his = correspondence.note(ben_here, by=cleo, body="Was ill", now=NOON)
    with pytest.raises(Refused, match="Only whoever wrote"):
        correspondence.withdraw_note(hers, by=cleo, now=NOON)
    correspondence.withdraw_note(his, by=ada, now=NOON)
    correspondence.withdraw_note(his, by=cleo, now=NOON + minutes(5))
    assert [note.withdrawn_at for note in Note.objects.order_by("pk")] == [None, NOON]


def test_a_student_is_told_by_mail_without_the_words(ada, ben, ben_here):
    ada.name = "Ada\r\nLindqvist"  # no line end of a name gets into a header
    ada.save()
    message = correspondence.say(ben_here, by=ada, body="Secret", now=NOON, page="https://x/m/")
    assert DBTaskResult.objects.count() == 1
    correspondence.mail.func(message.pk, "https://x/m/")
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("Ada Lindqvist has written to you", [ben.email])
    assert ("https://x/m/" in sent.body, "Secret" in sent.body) == (True, False)
    correspondence.read_by_student(ben_here, shown=[message.pk], now=NOON)
    correspondence.mail.func(message.pk, "https://x/m/")  # read before the worker came
    correspondence.say(ben_here, by=ben, body="Yes", now=NOON, page="https://x/m/")
    assert (len(mail.outbox), DBTaskResult.objects.count()) == (1, 1)


def test_a_look_is_kept_once_an_hour_for_each_person_and_page(ada, cleo, ben_here):
    for who, page, after in (
        (ada, "student", 0),
        (ada, "student", 59),
        (ada, "student", 60),
        (ada, "log 1", 0),
        (cleo, "student", 0),
    ):
        correspondence.look(ben_here, by=who, page=page, now=NOON + minutes(after))
    assert Look.objects.count() == 4


@pytest.mark.only_on("sqlite")
def test_what_cannot_be_written_fails_no_page(as_, ada, ben, ben_here, cohort, lesson):
    message = correspondence.say(ben_here, by=ada, body="Hello", now=NOON)
    adas, bens = as_(ada), as_(ben)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
        try:
            assert bens.get(OWN).status_code == 200
            page = reverse("quizzes:student", args=[cohort.pk, ben_here.pk])
            assert adas.get(page).status_code == 200
        finally:
            cursor.execute("PRAGMA query_only = 0")
    message.refresh_from_db()
    assert (Look.objects.count(), message.read_at) == (0, None)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_ask_as_often_whatever_there_is(
    as_, ada, ben, ben_here, cohort, waiting, django_assert_num_queries, rows
):
    for number in range(rows):
        correspondence.say(ben_here, by=ada, body=str(number), now=NOON)
        user = factories.make_user(f"student-{number}")
        correspondence.say(factories.enrol(user, cohort), by=user, body="?", now=NOON)
    adas, bens = as_(ada), as_(ben)
    with django_assert_num_queries(5):
        adas.get(waiting)
    bens.get(OWN)
    with django_assert_num_queries(5):
        bens.get(OWN)


# --- At the same moment ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_pressed_twice_at_once_is_one_row(ada, ben, ben_here, round_):
    outcomes = at_once(
        *[lambda: correspondence.say(ben_here, by=ben, body="Hello", now=NOON)] * 2,
        *[lambda: correspondence.note(ben_here, by=ada, body="Quiet", now=NOON)] * 2,
        *[lambda: correspondence.look(ben_here, by=ada, page="student", now=NOON)] * 2,
    )
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert (Message.objects.count(), Note.objects.count(), Look.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_an_answer_beside_a_new_message_leaves_that_one_unread(ada, ben, ben_here):
    first = correspondence.say(ben_here, by=ben, body="one", now=NOON)
    at_once(
        lambda: correspondence.read_by_staff(ben_here, by=ada, last=first.pk, now=NOON),
        lambda: correspondence.say(ben_here, by=ben, body="two", now=NOON),
    )
    assert dict(Message.objects.values_list("body", "read_at")) == {"one": NOON, "two": None}
