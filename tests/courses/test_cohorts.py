"""Making a cohort, who is in it, its invitations and what is announced there."""

import re
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend as LocmemBackend
from django.core.management import get_commands
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from courses import (
    announcements,
    correspondence,
    enrolment,
    gradebook,
    invitations,
    people,
    roster,
    rosterfile,
)
from courses.models import (
    Announcement,
    Cohort,
    Enrolment,
    Group,
    Invitation,
    Letter,
    Role,
    User,
)
from courses.names import sort_key
from courses.refusals import Refused
from courses.tasks import mail_announcement, mail_invitations, take_up_again
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

NEW = {
    "title": "Spring  2027",
    "starts_on": "2027-02-01",
    "ends_on": "2027-06-30",
    "time_zone": "Europe/Prague",
    "joining_open": "on",
}
BASE = "https://parallax.example/"


def roster_url(cohort, query=""):
    return reverse("courses:roster", args=[cohort.pk]) + query


def add_url(cohort):
    return reverse("quizzes:add_people", args=[cohort.pk])


# --- Making one --------------------------------------------------------------------------------


def test_an_instructor_makes_a_cohort_of_her_course_and_instructs_it(as_, ada, course):
    response = as_(ada).post(reverse("courses:new_cohort"), {"course": course.pk, **NEW})
    made = Cohort.objects.get(title="Spring 2027")
    assert (response.status_code, response["Location"]) == (302, roster_url(made))
    assert (made.starts_on, made.ends_on, made.time_zone, made.joining_open) == (
        date(2027, 2, 1),
        date(2027, 6, 30),
        "Europe/Prague",
        True,
    )
    place = made.enrolments.get()
    assert (place.user, place.role) == (ada, Role.INSTRUCTOR)


def test_a_cohort_sent_twice_is_made_once(as_, ada, course):
    client, sent = as_(ada), {"course": course.pk, **NEW}
    to = {client.post(reverse("courses:new_cohort"), sent)["Location"] for _press in range(2)}
    assert to == {roster_url(Cohort.objects.get(title="Spring 2027"))}


def test_a_bad_cohort_keeps_what_was_typed_and_makes_nothing(as_, ada, eve, course):
    other = Enrolment.objects.get(user=eve).cohort.course
    for wrong, said in (
        ({"course": other.pk}, "You cannot make a cohort of this course."),
        ({"ends_on": "2027-01-01"}, "A cohort cannot end before it starts."),
        ({"time_zone": "Prague"}, "“Prague” is not a time zone."),
        ({"time_zone": "localtime"}, "“localtime” is not a time zone."),
        ({"time_zone": "Factory"}, "“Factory” is not a time zone."),
        ({"title": " "}, "Give the cohort a title."),
        ({"starts_on": "0001-01-01"}, "Choose a year from 2000 to 2199."),
    ):
        typed = {"course": course.pk, **NEW, **wrong}
        response = as_(ada).post(reverse("courses:new_cohort"), typed)
        assert (response.status_code, said in response.content.decode()) == (422, True), said
        assert b'value="Europe/Prague"' in response.content or "time_zone" in wrong
    assert Cohort.objects.filter(course=course).count() == 1


def test_the_front_page_offers_it_to_those_who_may(as_, ada, ben, cleo):
    offered = [b"/teach/new/" in as_(who).get("/").content for who in (ada, ben, cleo)]
    assert offered == [True, False, False]


# --- Who is in it ------------------------------------------------------------------------------


def test_people_are_found_by_role_group_name_and_whether_they_left(
    as_, ada, cleo, ben_here, cohort
):
    group = Group.objects.create(cohort=cohort, name="Evening")
    group.members.add(ben_here)
    zoe = factories.enrol(factories.make_user("zoe", "Zoë"), cohort, withdrawn_at=NOON)
    adas = as_(ada)

    def shown(query):
        page = adas.get(roster_url(cohort, query)).context["people"].page
        return [person.user.username for person in page]

    assert {
        query: shown(query)
        for query in (
            "",
            "?sort=-name",
            "?role=assistant",
            f"?group={group.pk}",
            "?state=withdrawn",
            "?state=all&sort=name&name=Z",
            "?role=nonsense&group=x&state=y&sort=z&page=w",
        )
    } == {
        "": ["ada", "ben", "cleo"],
        "?sort=-name": ["cleo", "ben", "ada"],
        "?role=assistant": ["cleo"],
        f"?group={group.pk}": ["ben"],
        "?state=withdrawn": ["zoe"],
        "?state=all&sort=name&name=Z": ["zoe"],
        "?role=nonsense&group=x&state=y&sort=z&page=w": ["ada", "ben", "cleo"],
    }
    assert zoe.withdrawn_at == NOON


@pytest.mark.parametrize("students", [1, 3])
def test_the_people_page_asks_as_often_whatever_the_class(
    as_, ada, cohort, django_assert_num_queries, students
):
    group = Group.objects.create(cohort=cohort, name="Evening")
    for number in range(students):
        group.members.add(factories.enrol(factories.make_user(f"student{number}"), cohort))
    adas = as_(ada)
    with django_assert_num_queries(9):
        adas.get(roster_url(cohort))


def test_a_role_changes_and_never_the_last_instructors(as_, ada, ben_here, cohort):
    adas, adas_place = as_(ada), Enrolment.objects.get(user=ada)
    row = {"act": "role", "enrolment": ben_here.pk, "was": "student", "role": "assistant"}
    assert adas.post(roster_url(cohort), row).status_code == 302
    stale = adas.post(roster_url(cohort), {**row, "role": "instructor"})
    assert (stale.status_code, b"has become assistant meanwhile" in stale.content) == (422, True)
    for act in (
        {"act": "role", "was": "instructor", "role": "student"},
        {"act": "withdraw"},
    ):
        response = adas.post(roster_url(cohort), {**act, "enrolment": adas_place.pk})
        assert response.status_code == 422
        assert b"is the only instructor of Autumn 2026" in response.content
    ben_here.refresh_from_db()
    adas_place.refresh_from_db()
    assert (ben_here.role, adas_place.role, adas_place.withdrawn_at) == (
        "assistant",
        "instructor",
        None,
    )


def test_who_is_withdrawn_and_comes_back_has_lost_nothing(as_, ada, ben_here, cohort, lesson):
    group = Group.objects.create(cohort=cohort, name="Evening")
    group.members.add(ben_here)
    ben_here.records.create(activity=lesson.activity, started_at=NOON)
    before = Enrolment.objects.values().get(pk=ben_here.pk)
    adas = as_(ada)
    adas.post(roster_url(cohort), {"act": "withdraw", "enrolment": ben_here.pk})
    assert Enrolment.objects.get(pk=ben_here.pk).withdrawn_at is not None
    adas.post(roster_url(cohort), {"act": "return", "enrolment": ben_here.pk})
    assert Enrolment.objects.values().get(pk=ben_here.pk) == before
    assert (ben_here.records.count(), list(group.members.all())) == (1, [ben_here])


def test_a_stranger_to_the_cohort_is_not_changed_by_its_page(as_, ada, eve, cohort):
    place = Enrolment.objects.get(user=eve)
    row = {"act": "withdraw", "enrolment": place.pk}
    assert as_(ada).post(roster_url(cohort), row).status_code == 404
    assert Enrolment.objects.get(pk=place.pk).withdrawn_at is None


# --- From a file -------------------------------------------------------------------------------


@pytest.fixture
def zoe(db):
    return factories.make_user("zoe", "Zoë")


ROSTER = (
    "email,name,role,group\n"
    "zoe@parallax.example,Zoë,,Evening\n"
    "BEN@parallax.example,,assistant,\n"
    "cleo@parallax.example,,,\n"
    "gone@parallax.example,,,Evening\n"
    "new@parallax.example,New Person,,Evening\n"
)


@pytest.fixture
def gone(cohort):
    return factories.enrol(factories.make_user("gone"), cohort, withdrawn_at=NOON)


def test_who_only_joins_a_group_by_a_file_counts_as_changed(as_, ada, ben_here, cohort):
    text, adas = "ben@parallax.example,,,Evening", as_(ada)
    plan = adas.post(add_url(cohort), {"text": text}).context["preview"]
    done = adas.post(add_url(cohort), {"text": text, "digest": plan.digest}, follow=True)
    assert b"Done: 0 enrolled, 1 changed, 0 invited." in done.content
    assert [group.name for group in ben_here.groups.all()] == ["Evening"]


def test_a_file_is_shown_first_and_then_done_as_shown(as_, ada, ben_here, cleo, zoe, gone, cohort):
    adas = as_(ada)
    shown = adas.post(add_url(cohort), {"text": ROSTER})
    plan = shown.context["preview"]
    assert [(step.act, step.sentence) for step in plan.steps] == [
        ("enrol", "is enrolled as student; joins the group Evening"),
        ("here", "is here already; from student to assistant"),
        ("here", "is here already"),
        ("back", "comes back as student, with all earlier work; joins the group Evening"),
        ("invite", "has no account here: is invited as student; joins the group Evening"),
    ]
    assert (shown.status_code, plan.new_groups, Group.objects.count()) == (200, ["Evening"], 0)
    done = adas.post(add_url(cohort), {"text": ROSTER, "digest": plan.digest}, follow=True)
    assert b"Done: 1 enrolled, 2 changed, 1 invited." in done.content
    assert {
        (row.user.username, row.role, row.withdrawn_at)
        for row in Enrolment.objects.filter(cohort=cohort)
    } == {
        ("ada", "instructor", None),
        ("ben", "assistant", None),
        ("cleo", "assistant", None),
        ("gone", "student", None),
        ("zoe", "student", None),
    }
    evening = Group.objects.get()
    assert {member.user.username for member in evening.members.all()} == {"gone", "zoe"}
    offer = Invitation.objects.get()
    assert (offer.email, offer.name, offer.group) == (
        "new@parallax.example",
        "New Person",
        evening,
    )
    again = adas.post(add_url(cohort), {"text": ROSTER.replace(",assistant", ",")})
    assert again.context["preview"].changing == 0


def test_what_moved_since_the_preview_stops_it_whole(ada, ben_here, zoe, cohort):
    reading = rosterfile.read("zoe@parallax.example\nnew@parallax.example")
    digest = roster.plan(cohort, reading, now=NOON).digest
    factories.enrol(zoe, cohort)
    with pytest.raises(Refused, match="Something has changed since the preview"):
        roster.commit(cohort, reading, digest=digest, by=ada, now=NOON, regrouped=print)
    assert (Enrolment.objects.filter(cohort=cohort).count(), Invitation.objects.count()) == (3, 0)


def test_faults_are_said_by_line_and_nothing_happens(as_, ada, ben_here, zoe, cohort):
    factories.make_user("twin").save()
    twin = factories.make_user("twin2")
    twin.email = "twin@parallax.example"
    twin.save()
    text = (
        "zoe@parallax.example\n"
        "nonsense@\n"
        "x@parallax.example,X,dean\n"
        "twin@parallax.example\n"
        "y@parallax.example,Y,assistant,Evening\n"
    )
    response = as_(ada).post(add_url(cohort), {"text": text})
    assert [(fault.line, fault.message) for fault in response.context["faults"]] == [
        (2, "“nonsense@” is not an e-mail address."),
        (3, "“dean” is not a role. Write student, assistant or instructor."),
        (
            4,
            "Several accounts use the address twin@parallax.example. Give this person the join"
            " code instead.",
        ),
        (5, "Only students can be in a group. Leave it empty."),
    ]
    assert response.status_code == 422
    assert b"zoe@parallax.example" in response.content  # what was typed is kept
    (step,) = response.context["preview"].steps
    assert (step.row.line, step.sentence) == (1, "is enrolled as student")
    assert b"is enrolled as student" in response.content
    assert b'name="digest"' not in response.content
    demoted = as_(ada).post(add_url(cohort), {"text": "ada@parallax.example,,student"})
    assert [fault.message for fault in demoted.context["faults"]] == [
        "The cohort would have no instructor any more."
    ]
    assert not Enrolment.objects.filter(user=zoe).exists()


def test_the_name_of_somebody_who_is_not_here_is_not_told(as_, ada, ben_here, zoe, cohort):
    zoe.name, ben_here.user.name = "Zoë Quast", "Ben Okafor"
    for user in (zoe, ben_here.user):
        user.save()
    text = "zoe@parallax.example\nben@parallax.example"
    html = as_(ada).post(add_url(cohort), {"text": text}).content.decode()
    assert ("Zoë Quast" in html, "Ben Okafor" in html) == (False, True)
    assert html.index("zoe@parallax.example") < html.index("is enrolled as student")


def test_a_name_that_turns_the_direction_of_writing_comes_in_by_no_door(as_, adam, ada, cohort):
    turned = "Eve \u202etxt.exe"
    said = "A name cannot hold invisible characters"
    (fault,) = rosterfile.read(f"email,name\neve@parallax.example,{turned}").faults
    assert (fault.line, fault.message.startswith(said)) == (2, True)
    form = {"username": "turned", "name": turned, "usable_password": "false"}
    page = as_(adam).post("/admin/courses/user/add/", form)
    assert said in page.content.decode()
    for model in (User, Invitation):
        with pytest.raises(ValidationError, match=said):
            model(name=turned).clean_fields(exclude={"password", "cohort", "digest", "by"})
    with pytest.raises(ValidationError, match="username"):
        User(username="a\u202eb", password="x").clean_fields()
    User(
        username="n", password="x", name="\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"
    ).clean_fields()


def test_people_stand_by_name_as_in_a_dictionary_on_every_page(as_, ada, cohort):
    for number, name in enumerate(["Zora", "de Vries", "Ünal", "Øst", "adams", "Uhl", "Unger"]):
        user = factories.make_user(f"s{number}")
        user.name = name
        user.save(update_fields=["name"])
        factories.enrol(user, cohort)
    names = ["adams", "de Vries", "Øst", "Uhl", "Ünal", "Unger", "Zora"]
    shown = [row.enrolment.user.name for row in gradebook.page(gradebook.plan(cohort)).rows]
    listed = people.people(cohort, people.Choice(role="student")).page
    assert (shown, [row.user.name for row in listed]) == (names, names)
    User.objects.bulk_create([User(username="late", name="Ähre")])
    assert bytes(User.objects.get(username="late").name_key) == sort_key("AHRE")


def test_a_file_of_fifty_thousand_rows_or_in_another_encoding_is_refused(
    as_, ada, cohort, tmp_path
):
    for data, said in (
        (b"email\n" + b"someone@parallax.example\n" * 50_000, "At most 2,000 are taken at once"),
        ("email\nÅsa@parallax.example".encode("latin-1"), "Line 2 has a character that is not"),
    ):
        path = tmp_path / "roster.csv"
        path.write_bytes(data)
        with path.open("rb") as file:
            response = as_(ada).post(add_url(cohort), {"text": "", "file": file})
        assert (response.status_code, said in response.content.decode()) == (422, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_preview_asks_as_often_whatever_the_file(ada, cohort, django_assert_num_queries, rows):
    names = [factories.make_user(f"student{number}").email for number in range(rows)]
    reading = rosterfile.read("\n".join([*names, *(f"x{name}" for name in names)]))
    with django_assert_num_queries(6):
        assert roster.plan(cohort, reading, now=NOON).changing == 2 * rows


def test_an_address_that_somebody_only_typed_is_not_theirs(ada, cohort, zoe, settings):
    """Where addresses are confirmed: a stranger's account gets no place by a borrowed address."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    reading = rosterfile.read(zoe.email)

    def act():
        return roster.plan(cohort, reading, now=NOON).steps[0].act

    assert act() == "enrol"  # entered at the editors' desk
    address = EmailAddress.objects.create(user=zoe, email=zoe.email, primary=True, verified=False)
    assert act() == "invite"
    address.verified = True
    address.save()
    assert act() == "enrol"


# --- Invitations -------------------------------------------------------------------------------


@pytest.fixture
def offer(ada, cohort):
    return Invitation.objects.create(
        cohort=cohort,
        email="new@parallax.example",
        name="New Person",
        digest=invitations.unknown_digest(),
        by=ada,
        made_at=NOON,
    )


def send(offer):
    """Mail it, and the secret of the link in the letter."""
    mail.outbox.clear()
    assert mail_invitations.call([offer.pk], BASE) == 1
    (letter,) = mail.outbox
    (secret,) = re.findall(r"https://parallax\.example/invitation/\?key=(\S+)", letter.body)
    return secret


def test_a_letter_says_plainly_who_invites_to_what_and_until_when(offer):
    secret = send(offer)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (
        ["new@parallax.example"],
        "Invitation to One case, several lenses",
    )
    assert letter.body.startswith(
        "Dear New Person,\n\nAda Lindqvist invites you to the course “One case, several lenses”"
        " (Autumn 2026), as student.\n"
    )
    offer.refresh_from_db()
    until = invitations.ends_at(offer)
    assert f"The link works once, until {until.day} {until:%B %Y, %H:%M} (UTC)." in letter.body
    assert secret not in str(Invitation.objects.values_list().get())
    assert offer.digest == invitations.digest_of(secret)


def test_a_link_leads_through_signing_in_to_the_course_and_holds_once(as_, zoe, eve, offer):
    browser = as_(None)
    opened = browser.get("/invitation/", {"key": send(offer)})
    assert (opened.status_code, opened["Location"]) == (302, "/invitation/")
    page = browser.get("/invitation/").content.decode()
    assert "/accounts/login/?next=/invitation/" in page
    assert "/accounts/signup/?next=/invitation/" in page
    assert offer.email not in page
    signed = browser.post(
        "/accounts/login/?next=/invitation/", {"login": "zoe", "password": factories.PASSWORD}
    )
    assert signed["Location"] == "/invitation/"
    assert b"/invitation/" in browser.get("/").content
    taken = browser.post("/invitation/", follow=True)
    assert taken.redirect_chain == [("/courses/lenses/", 302)]
    assert b"Welcome to Autumn 2026." in taken.content
    offer.refresh_from_db()
    assert offer.accepted_by == zoe
    with pytest.raises(Refused, match="does not hold any more"):
        invitations.accept(eve, secret="whatever", now=NOON)


def test_making_an_account_leads_back_to_the_invitation(as_, offer):
    browser = as_(None)
    browser.get("/invitation/", {"key": send(offer)})
    made = browser.post(
        "/accounts/signup/?next=/invitation/",
        {
            "email": "other@parallax.example",
            "username": "newcomer",
            "password1": factories.PASSWORD,
            "password2": factories.PASSWORD,
        },
    )
    assert made["Location"] == "/invitation/"
    assert browser.post("/invitation/")["Location"] == "/courses/lenses/"


def test_a_revoked_an_expired_and_an_older_link_all_look_as_if_there_were_none(as_, zoe, offer):
    pages = set()
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')

    def look(secret):
        browser = as_(zoe)
        browser.get("/invitation/", {"key": secret})
        page = browser.get("/invitation/")
        assert page.status_code == 404
        pages.add(token.sub(b"", page.content))

    older = send(offer)
    invitations.again(offer, by=offer.by, now=NOON)
    newer = send(offer)
    look("nonsense")
    look(older)
    Invitation.objects.update(sent_at=NOON - timedelta(days=400))
    look(newer)
    assert invitations.revoke(offer, now=NOON) is True
    look(newer)
    assert (len(pages), mail_invitations.call([offer.pk], BASE)) == (1, 0)


def test_an_invitation_opens_the_cohort_again_only_if_it_is_newer(ada, zoe, offer, cohort):
    place = factories.enrol(zoe, cohort)
    secret = send(offer)
    enrolment.withdraw(place, now=NOON + timedelta(minutes=1))
    with pytest.raises(Refused, match="You were withdrawn"):
        invitations.accept(zoe, secret=secret, now=NOON)
    Invitation.objects.update(made_at=NOON + timedelta(minutes=2))
    assert invitations.accept(zoe, secret=secret, now=NOON).withdrawn_at is None


def test_the_page_of_invitations_takes_back_and_sends_again(as_, ada, offer, cohort):
    url = reverse("courses:invited", args=[cohort.pk])
    adas = as_(ada)
    row = {"invitation": offer.pk, "act": "again"}
    assert (
        adas.post(url, row).status_code,
        adas.post(url, {**row, "act": "revoke"}).status_code,
    ) == (
        302,
        302,
    )
    late = adas.post(url, row)
    assert (late.status_code, b"taken or taken back meanwhile" in late.content) == (422, True)


def test_a_letter_that_cannot_be_sent_keeps_no_other_back(ada, cohort, offer, settings):
    settings.EMAIL_BACKEND = "tests.courses.test_cohorts.Broken"
    assert mail_invitations.call([offer.pk], BASE) == 0
    offer.refresh_from_db()
    assert offer.sent_at is None


class Broken:
    """A letter box that takes nothing."""

    def __init__(self, *arguments, **options):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        pass

    def send_messages(self, letters):
        raise ConnectionError("no mail server")


# --- Announcements -----------------------------------------------------------------------------


def test_students_see_an_announcement_until_it_is_taken_back(as_, ada, ben, eve, cleo, cohort):
    url = reverse("courses:announced", args=[cohort.pk])
    said = {"act": "say", "title": "Room", "body": "<b>12</b>\nSee https://parallax.example"}
    assert as_(ada).post(url, said).status_code == 302
    for page in ("/", "/courses/lenses/"):
        content = as_(ben).get(page).content.decode()
        assert "&lt;b&gt;12&lt;/b&gt;<br>See <a href=" in content
    assert b"Room" not in as_(eve).get("/").content
    one = Announcement.objects.get()
    as_(ada).post(url, {"act": "withdraw", "announcement": one.pk})
    assert b"Room" not in as_(ben).get("/").content + as_(ben).get("/courses/lenses/").content
    assert Announcement.objects.get().withdrawn_at is not None


def test_an_announcement_without_words_is_kept_and_not_made(as_, ada, cohort):
    url = reverse("courses:announced", args=[cohort.pk])
    response = as_(ada).post(url, {"act": "say", "title": "Room", "body": "  "})
    assert (response.status_code, b'value="Room"' in response.content) == (422, True)
    assert not Announcement.objects.exists()


def test_an_announcement_sent_twice_stands_and_is_mailed_once(
    as_, ada, ben_here, cohort, mailoutbox
):
    url, sent = reverse("courses:announced", args=[cohort.pk]), {"act": "say", "mailed": "on"}
    sent |= {"title": "Room", "body": "It is 12."}
    for _press in range(2):
        assert as_(ada).post(url, sent).status_code == 302
    assert Announcement.objects.count() == 1
    assert len(mailoutbox) <= 1  # none where a worker sends it


def test_one_letter_that_fails_does_not_keep_the_others_back(ada, ben_here, cohort, mailoutbox):
    aaa = factories.make_user("aaa")
    User.objects.filter(pk=aaa.pk).update(email="aaa@parallax.example\nBcc: all")
    factories.enrol(aaa, cohort)
    one = announcements.announce(cohort, title="Room", body="It is 12.", by=ada, now=NOON)
    assert mail_announcement.call(one.pk, BASE) == 1
    assert [letter.to for letter in mailoutbox] == [[ben_here.user.email]]


def test_a_mailed_announcement_goes_to_each_student_alone(ada, ben, cleo, cohort):
    factories.enrol(factories.make_user("gone"), cohort, withdrawn_at=NOON)
    factories.enrol(factories.make_user("zoe"), cohort)
    one = announcements.announce(cohort, title="Room", body="It is & stays 12.", by=ada, now=NOON)
    assert mail_announcement.call(one.pk, BASE) == 2
    assert [letter.to for letter in mail.outbox] == [
        ["ben@parallax.example"],
        ["zoe@parallax.example"],
    ]
    assert "It is & stays 12." in mail.outbox[0].body
    announcements.withdraw(one, now=NOON)
    assert mail_announcement.call(one.pk, BASE) == 0


def test_who_wants_no_mail_gets_none_and_reads_it_on_the_site(
    as_, ada, ben, ben_here, cohort, mailoutbox
):
    bens, switch = as_(ben), reverse("courses:mail")
    unsaid = bens.post(switch, {"wanted": "perhaps"})
    assert (unsaid.status_code, b"did not say what to do" in unsaid.content) == (422, True)
    assert bens.post(switch, {"wanted": "no"}, follow=True).status_code == 200
    one = announcements.announce(cohort, title="Room", body="It is 12.", by=ada, now=NOON)
    message = correspondence.say(ben_here, by=ada, body="See me.", now=NOON, page=f"{BASE}m/")
    mail_announcement.call(one.pk, BASE)
    correspondence.mail.call(message.pk, f"{BASE}m/")
    assert mailoutbox == []
    assert "It is 12." in bens.get("/").content.decode()
    bens.post(switch, {"wanted": "yes"})
    mail_announcement.call(one.pk, BASE)
    correspondence.mail.call(message.pk, f"{BASE}m/")
    assert [f"{BASE}mail/" in letter.body for letter in mailoutbox] == [True, True]


class WorkerDied(BaseException):
    """What no handler of failures catches."""


class Dying(LocmemBackend):
    """A mail server beside a worker that dies over the third letter, after it has gone."""

    gone = 0

    def send_messages(self, letters):
        sent = super().send_messages(letters)
        Dying.gone += 1
        if Dying.gone == 3:
            raise WorkerDied
        return sent


def test_a_worker_that_dies_over_letters_leaves_nobody_out_and_writes_to_nobody_twice(
    as_, ada, cohort, settings, mailoutbox
):
    Dying.gone = 0
    for number in range(6):
        factories.enrol(factories.make_user(f"reader-{number}"), cohort)
    one = announcements.announce(
        cohort, title="Room", body="It is 12.", by=ada, now=NOON, mail_base=BASE
    )
    settings.EMAIL_BACKEND = f"{__name__}.Dying"
    with pytest.raises(WorkerDied):
        mail_announcement.call(one.pk, BASE)
    assert len(mailoutbox) == 3
    assert get_commands()["db_worker"] == "courses"  # the worker in its place begins with this:
    take_up_again()
    mail_announcement.call(*DBTaskResult.objects.get().args_kwargs["args"])
    everybody = [[f"reader-{number}@parallax.example"] for number in range(6)]
    assert sorted(letter.to for letter in mailoutbox) == everybody
    assert mail_announcement.call(one.pk, BASE) == 0
    told = as_(ada).get(reverse("courses:announced", args=[cohort.pk])).content.decode()
    assert "Mailed to 5 students." in told
    assert "1 letter may have gone or not, and is not sent again" in told


def test_a_mail_server_that_is_away_leaves_nobody_out(as_, ada, ben_here, cohort, settings):
    one = announcements.announce(
        cohort, title="Room", body="It is 12.", by=ada, now=NOON, mail_base=BASE
    )
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    with pytest.raises(ConnectionError):
        mail_announcement.call(one.pk, BASE)
    assert not Letter.objects.exists()
    url = reverse("courses:announced", args=[cohort.pk])
    assert "Being mailed: 0 letters so far." in as_(ada).get(url).content.decode()
    assert as_(ada).post(url, {"act": "mail", "announcement": one.pk}).status_code == 302


class Away(LocmemBackend):
    def open(self):
        raise ConnectionRefusedError("no mail server")


@pytest.mark.parametrize("said", [1, 3])
def test_announcements_cost_the_pages_one_query_and_lessons_none(
    as_, ada, ben, cohort, lesson, django_assert_num_queries, said
):
    for number in range(said):
        announcements.announce(cohort, title=f"Room {number}", body="12", by=ada, now=NOON)
    bens = as_(ben)
    for page, queries in (
        ("/", 6),
        ("/courses/lenses/", 11),
        (lesson.activity.get_absolute_url(), 5),
    ):
        with django_assert_num_queries(queries):
            bens.get(page)
