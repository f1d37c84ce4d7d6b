"""Every address and every form of the site, sent what none of its pages would send: never a fault.

PostgreSQL takes no zero byte in a text and no whole number of more than eight bytes, SQLite not the
latter, and Python reads no more than 4,300 digits: what comes in is judged before it gets there.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from courses.admin.editing import FewRows
from quizzes.models import Question
from quizzes.sitting import attempts
from tests.factories import NOON
from tests.test_access import API, PAGES, address, known, roles  # noqa: F401  # two are fixtures

pytestmark = pytest.mark.django_db

HOSTILE = {
    "more than eight bytes": "99999999999999999999",
    "more digits than Python reads": "9" * 5000,
    "digits that are none": "²",
    "a zero byte": "a\0b",
    "half a character": "\udcff",
}
TERMS = (
    *("again", "answer", "answers", "as", "attempts", "begins", "by", "category", "chose", "code"),
    *("course", "days", "ends", "error", "form", "group", "key", "large", "lens", "limit", "looks"),
    *("meant", "messages", "minutes", "module", "name", "near", "next", "notes", "objective"),
    *("organisation", "overrides", "page", "paragraph", "question", "quiz", "role", "rule", "seed"),
    *("show", "sort", "state", "student", "try", "what", "whom", "without", "year"),
)
# Behind what a page refuses first there is more of it: these are then as they should be.
SENSIBLE = {"answers": "all", "attempts": "all", "by": "week", "whom": "all", "sort": "name"}
NUMBERS = ("cohort", "enrolment", "export", "job", "regrade", "version", "position")


@pytest.fixture
def site(roles, known, quiz, cohort):  # noqa: F811
    """Those who ask; and there is an attempt to look at, handed in."""
    zoe = cohort.enrolments.get(user__username="zoe")
    attempt = attempts.start(zoe, quiz, now=NOON)
    attempts.submit(zoe.user, attempt.pk, now=NOON)
    return roles


def status(client, method: str, url: str, data: dict[str, str] | None = None) -> int:
    """What a request is answered with; it leaves nothing behind."""
    with transaction.atomic():
        reply = getattr(client, method)(url, data)
        b"".join(reply)  # a file may fail as it is sent
        transaction.set_rollback(True)
    return reply.status_code


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_term_of_an_address_is_a_fault(site, known, kind):  # noqa: F811
    sent = dict.fromkeys(TERMS, HOSTILE[kind])
    for name, arguments, *_statuses in [*PAGES, *API]:
        query = urlencode(sent | SENSIBLE, errors="surrogatepass")
        url = f"{address(name, arguments, known)}?{query}"
        assert status(site["ada"], "get", url) < 500, name


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 30, "9" * 5000])
def test_no_number_in_an_address_is_a_fault(site, known, number):  # noqa: F811
    for name, arguments, *_statuses in [*PAGES, *API]:
        for one in set(arguments) & set(NUMBERS):
            others = {key: known.get(value, value) for key, value in arguments.items()}
            # An address with too many digits is none of ours, so it cannot be made from its name.
            url = reverse(name, kwargs={**others, one: 77_777}).replace("77777", number)
            for role, method in (("ada", "get"), ("ada", "post"), ("ben", "post"), ("ben", "put")):
                assert status(site[role], method, url) < 500, (name, one)


def test_no_choice_in_a_list_at_the_desk_is_a_fault(site, as_, adam, quiz):
    adams, huge = as_(adam), "9" * 30
    for model, desk in admin.site._registry.items():
        to = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert status(adams, "get", f"{to}?pk__in={huge}") < 500, to
        if desk.__module__.startswith(("courses", "quizzes")):
            chosen = {"action": "delete_selected", "_selected_action": "x", "index": "0"}
            assert status(adams, "post", to, chosen) in (200, 302), to
            for inline in {*desk.get_inlines(None, None), *desk.get_inlines(None, quiz)}:
                assert issubclass(inline.formset, FewRows), inline
    list_of = reverse("admin:quizzes_question_changelist")
    assert status(adams, "get", f"{list_of}?module__in={huge}") < 500
    chosen = {"action": "evidence_checked", "_selected_action": huge, "index": "0"}
    told = adams.post(list_of, chosen, follow=True).content
    assert b"did not say which rows are meant" in told


@pytest.mark.parametrize("row", ["9" * 30, "x"])
def test_no_choice_in_a_form_at_the_desk_is_a_fault(site, as_, adam, row):
    """The fields that choose one row from a few, one that is sought, and several."""
    adams = as_(adam)
    page = reverse("admin:quizzes_question_change", args=[Question.objects.first().pk])
    errors = adams.post(page, {"objectives": row, "tags": row}).context["errors"]
    wrong = [str(said) for said in errors]
    assert sum(row in said for said in wrong) == 2, wrong
    for name in ("person", "claim"):
        page = reverse(f"admin:courses_{name}_add")
        assert status(adams, "post", page, {"source": row, "lesson": row, "item": row}) == 200


class Forms(HTMLParser):
    """The forms of a page: where each goes, what it holds, and the buttons that send it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], list[dict[str, str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = said.get("method", "").lower() == "post"
            self.found.append((said.get("action", "") if posts else "none", {}, []))
        elif self.found and said.get("name"):
            _to, fields, buttons = self.found[-1]
            if tag == "button":
                buttons.append({said["name"]: said.get("value", "")})
            elif tag in ("input", "select", "textarea"):
                fields[said["name"]] = said.get("value", "")


def forms(client, url: str) -> Iterator[tuple[str, dict[str, str], list[dict[str, str]]]]:
    reply = client.get(url)
    if reply.status_code == 200 and "html" in reply["Content-Type"]:
        for to, fields, buttons in Forms(b"".join(reply).decode()).found:
            if to != "none" and "logout" not in to:
                yield urlsplit(to).path or urlsplit(url).path, fields, buttons or [{}]


@pytest.mark.parametrize(
    ("role", "kind"), [("ada", "more digits than Python reads"), ("ben", "a zero byte")]
)
def test_no_field_of_a_form_is_a_fault(site, known, role, kind):  # noqa: F811
    sent = set()
    for name, arguments, *_statuses in PAGES:
        url = address(name, arguments, known)
        for to, fields, buttons in forms(site[role], f"{url}?whom=all&minutes=5&days=1"):
            hostile = {field: HOSTILE[kind] for field in fields if field != "act"}
            # All of them at once, and each beside what the page holds.
            for wrong in [hostile, *({field: HOSTILE[kind]} for field in hostile)]:
                for button in buttons:
                    data = fields | wrong | button
                    assert status(site[role], "post", to, data) < 500, (to, data)
            sent.add(to)
    assert len(sent) >= (15 if role == "ada" else 4)
