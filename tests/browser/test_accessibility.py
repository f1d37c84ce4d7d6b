"""Every page, in light and dark: axe finds nothing, and at 320 px nothing scrolls sideways."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from courses import correspondence
from courses.models import Activity, Cohort, Enrolment, Lesson
from quizzes.marks import contests, regrading
from quizzes.models import Attempt, Contest, Item, Question, Regrade, RegradeJob
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from quizzes.times import timing
from tests import factories

COLOUR_RULES = ["color-contrast", "link-in-text-block"]
RULES = {
    "resultTypes": ["violations"],
    "rules": {
        "target-size": {"enabled": True},  # WCAG 2.2 AA, but off unless asked for
        **{rule: {"enabled": False} for rule in COLOUR_RULES},
    },
    "preload": False,  # it would copy style sheets into the page, which our policy refuses
}
# The other scheme has the same page in other colours.
COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": COLOUR_RULES},
    "preload": False,
}
# Colours are five sixths of axe's work, and most texts of a long page look like others of it. Of
# those that look alike, with everything they stand in, it is shown three: first, middle and last.
MARK_LOOKS = """() => {
    const traits = [
        "color", "backgroundColor", "backgroundImage", "opacity", "fill", "filter", "mixBlendMode",
        "fontSize", "fontWeight", "fontStyle", "textDecorationLine", "textShadow", "textIndent",
        "display", "visibility", "position", "zIndex", "clip", "clipPath", "overflow",
        "borderBottomStyle", "borderBottomColor",
    ];
    const numbers = new Map();
    const number = (look) => {
        if (!numbers.has(look)) numbers.set(look, numbers.size);
        return numbers.get(look);
    };
    const looks = new WeakMap();
    const look = (one) => {
        if (!one) return "";
        if (!looks.has(one)) {
            const style = getComputedStyle(one);
            const own = traits.map((trait) => style[trait]);
            own.push(one.checkVisibility(), one.getClientRects().length > 0);
            own.push(one.matches(":disabled, [aria-disabled=true]"), one.control?.disabled);
            looks.set(one, number([look(one.parentElement), one.tagName, ...own].join("|")));
        }
        return looks.get(one);
    };
    const alike = new Map();
    for (const one of document.body.querySelectorAll("*")) {
        one.removeAttribute("data-look");
        const says = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!says && !one.matches("input, select, textarea")) continue;
        const all = alike.get(look(one)) ?? [];
        alike.set(look(one), all);
        all.push(one);
    }
    for (const all of alike.values()) {
        for (const place of [0, all.length >> 1, all.length - 1]) all[place].dataset.look = "at";
    }
    // What is looked at brings what stands in it along, unless that is left out.
    for (const one of document.querySelectorAll("[data-look=at] :not([data-look=at])")) {
        one.dataset.look = "past";
    }
    return alike.size;
}"""
LOOKED_AT = {"include": [["[data-look=at]"]], "exclude": [["[data-look=past]"]]}
AXE = Axe().axe_script
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}  # 1280 px at 400 %, as WCAG 1.4.10 asks


class Visited(NamedTuple):
    """A page as one of the cast sees it, and what is done there before it is looked at."""

    title: str
    name: str
    arguments: Callable[[], dict[str, Any]] = dict
    act: Callable[[Page], None] = lambda page: None
    query: str = ""


def nowhere(page: Page) -> None:
    page.goto("/nowhere/")


def sign_in_wrongly(page: Page) -> None:
    page.get_by_label("Login").fill("ben")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("alert")).to_be_focused()


def join_wrongly(page: Page) -> None:
    page.get_by_label("Join code").fill("ABCD2345")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_be_focused()


def save_stale(page: Page) -> None:
    """As a browser without scripts does when another one has answered in between."""
    page.locator("#q1 [type=hidden]").evaluate("field => { field.value = '7'; }")
    page.locator("#take").evaluate("form => form.submit()")
    expect(page.get_by_role("alert")).to_be_focused()


def open_everything(page: Page) -> None:
    """Fold out what is folded, and let the checkpoints of a lesson come."""
    for checkpoint in page.locator(".checkpoint").all():
        checkpoint.scroll_into_view_if_needed()
        expect(checkpoint.get_by_role("button", name="Check")).to_be_visible()
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")


def ask_for_nothing(page: Page) -> None:
    page.get_by_label("What").select_option("marks")
    page.get_by_role("button", name="Get the file").click()
    expect(page.get_by_role("alert")).to_be_visible()


def open_source(page: Page) -> None:
    page.locator("a.cite").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def answer_checkpoint(page: Page) -> None:
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".verdict")).to_be_visible()


def preview_comes(page: Page) -> None:
    expect(page.frame_locator("iframe").first.locator("main p").first).to_be_visible()


def the_course() -> dict[str, Any]:
    return {"course": "parallax"}


def the_lesson(key: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"course": "parallax", "activity": key}


def the_quiz() -> dict[str, Any]:
    return {"activity": "realism-quiz"}


def the_exam() -> dict[str, Any]:
    """In sections."""
    return {"activity": "mid-course-exam"}


def the_checkpoint() -> dict[str, Any]:
    found = Lesson.objects.get(activity__key="realism-picture")
    question = next(value for kind, value in found.parts if kind != "html")
    return {"lesson": found.activity.key, "question": question}


def the_times() -> dict[str, Any]:
    return {**the_cohort("Autumn 2026")(), "activity": "realism-quiz"}


def give_nothing(page: Page) -> None:
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()


def the_attempt(at: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"attempt": Attempt.objects.get(quiz__activity__key=at).pk}


def an_item_of_the_result() -> dict[str, Any]:
    return {**the_attempt("realism-quiz")(), "position": 2}


def the_times_of(title: str) -> Callable[[], dict[str, Any]]:
    return lambda: {**the_cohort(title)(), **the_quiz()}


def the_quiz_at_work() -> dict[str, Any]:
    return {**the_cohort("Autumn 2026")(), "activity": "nato-quiz"}


def the_reported() -> dict[str, Any]:
    """A question that ben was asked in the quiz that he has handed in."""
    item = Item.objects.filter(attempt__quiz__activity__key="realism-quiz").first()
    return {**the_times_of("Autumn 2026")(), "question": item.version.question.key}


def an_objective() -> dict[str, Any]:
    return {**the_cohort("Autumn 2026")(), "objective": "realism-explain-self-help"}


def look_through_ben(page: Page) -> None:
    page.get_by_label("Student").select_option(label="Ben Okafor")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="What their attempts show")).to_be_visible()


def announce(page: Page) -> None:
    page.get_by_label("Title").fill("Room 12")
    page.get_by_label("Text").fill("We meet in room 12.")
    page.get_by_role("button", name="Announce").click()
    expect(page.get_by_role("heading", name="Room 12")).to_be_visible()


def look_at_a_list(page: Page) -> None:
    page.get_by_label("Addresses").fill("ben@parallax.example\nnew@parallax.example,New,,Evening")
    page.get_by_role("button", name="Show what will happen").click()
    expect(page.get_by_role("button", name="Do all of this")).to_be_visible()


def an_essay() -> dict[str, Any]:
    return {**the_cohort("Autumn 2026")(), "question": "synthesis-essay-verdict"}


def send_empty(page: Page) -> None:
    page.locator("main form [type=submit]").first.click()
    expect(page.get_by_role("alert")).to_be_focused()


def the_cohort(title: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"cohort": Cohort.objects.get(title=title).pk}


def a_regrade() -> dict[str, Any]:
    return {
        "cohort": Cohort.objects.get(title="Autumn 2026").pk,
        "regrade": Regrade.objects.get().pk,
    }


def a_regrade_job() -> dict[str, Any]:
    found = RegradeJob.objects.get()
    return {"cohort": found.cohort_id, "job": found.pk}


def a_students_attempt() -> dict[str, Any]:
    mine = the_attempt("realism-quiz")()
    attempt = Attempt.objects.select_related("enrolment").get(pk=mine["attempt"])
    return {"cohort": attempt.enrolment.cohort_id, "attempt": attempt.pk}


def a_student() -> dict[str, Any]:
    here = Enrolment.objects.get(user__username="ben")
    return {"cohort": here.cohort_id, "enrolment": here.pk}


def a_mark() -> dict[str, Any]:
    return a_student() | {"activity": "realism-quiz"}


def a_question_to_regrade() -> dict[str, Any]:
    return {
        "cohort": Cohort.objects.get(title="Autumn 2026").pk,
        "question": Regrade.objects.get().question.key,
    }


def a_contested_version() -> dict[str, Any]:
    return {
        "cohort": Cohort.objects.get(title="Autumn 2026").pk,
        "version": Contest.objects.get().item.version_id,
    }


def a_row(model: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"object_id": model.objects.order_by("pk").first().pk}


PAGES: dict[str, list[Visited]] = {
    "nobody": [
        Visited("home", "courses:home"),
        Visited("an invitation that does not hold", "courses:invitation"),
        Visited("sign in", "account_login"),
        Visited("sign in, refused", "account_login", act=sign_in_wrongly),
        Visited("sign up", "account_signup"),
        Visited("password forgotten", "account_reset_password"),
    ],
    "eve": [
        Visited("home without a course", "courses:home"),
        Visited("join", "courses:join"),
        Visited("join, refused", "courses:join", act=join_wrongly),
        Visited("not here", "courses:home", act=nowhere),
    ],
    "ben": [
        Visited("home", "courses:home"),
        Visited("what is mailed", "courses:mail"),
        Visited("course", "courses:course", the_course, open_everything),
        # Between them, every kind of figure and call-out.
        Visited("pay-offs", "courses:lesson", the_lesson("realism-cooperation"), open_everything),
        Visited("a tree", "courses:lesson", the_lesson("realism-russian"), open_everything),
        Visited("members", "courses:lesson", the_lesson("csto-treaty"), open_everything),
        Visited("organs", "courses:lesson", the_lesson("csto-organs"), open_everything),
        Visited("bars and lenses", "courses:lesson", the_lesson("nato-lenses"), open_everything),
        Visited("a timeline", "courses:lesson", the_lesson("nato-council"), open_everything),
        Visited(
            "a lesson's sources",
            "courses:lesson_sources",
            the_lesson("csto-organs"),
            open_everything,
        ),
        Visited("source in a lesson", "courses:lesson", the_lesson("csto-organs"), open_source),
        Visited("checkpoint", "quizzes:checkpoint", the_checkpoint),
        Visited("checkpoint, answered", "quizzes:checkpoint", the_checkpoint, answer_checkpoint),
        Visited(
            "practice set",
            "quizzes:practice_set",
            the_course,
            query="?meant=institutionalism&chose=realism",
        ),
        Visited("glossary", "courses:glossary"),
        Visited("sources", "courses:sources", act=open_everything),
        Visited("reference", "courses:reference"),
        Visited("people", "courses:people"),
        Visited("timeline", "courses:timeline", query="?begins=2008&ends=2009"),
        Visited("members", "courses:members", act=open_everything),
        Visited("organisations", "courses:organisations", act=open_everything),
        Visited("quantities", "courses:quantities", act=open_everything),
        Visited("lenses", "courses:lenses"),
        Visited("notes", "courses:notes"),
        Visited("quiz", "quizzes:quiz", the_quiz),
        Visited("attempt", "quizzes:attempt", the_attempt("nato-quiz")),
        Visited("attempt, not saved", "quizzes:attempt", the_attempt("nato-quiz"), save_stale),
        Visited("submit", "quizzes:submit", the_attempt("nato-quiz")),
        Visited("certainty", "quizzes:certainty", the_course),
        Visited("my grades", "courses:own_grades", the_course),
        Visited("result", "quizzes:result", the_attempt("realism-quiz"), open_everything),
        Visited("result, hidden", "quizzes:result", the_attempt("orientation-quiz")),
        Visited("log", "quizzes:log", the_attempt("realism-quiz")),
        Visited("contest", "quizzes:contest", an_item_of_the_result),
        Visited("contest, refused", "quizzes:contest", an_item_of_the_result, send_empty),
        Visited("messages", "courses:messages", the_course, send_empty),
        Visited("who looked", "quizzes:looks", the_course),
        Visited("e-mail", "account_email"),
        Visited("password", "account_change_password"),
        Visited("two steps", "mfa_index"),
        Visited("sign out", "account_logout"),
    ],
    "ada": [
        Visited("home", "courses:home"),
        Visited("cohort", "quizzes:overview", the_cohort("Autumn 2026")),
        Visited(
            "module of a cohort",
            "quizzes:module",
            lambda: {**the_cohort("Autumn 2026")(), "module": "realism"},
            query="?state=working",
        ),
        Visited("who needs help", "quizzes:help", the_cohort("Autumn 2026")),
        Visited("cohort without students", "quizzes:overview", the_cohort("Spring 2027")),
        Visited("preview", "quizzes:preview", the_exam, query="?seed=1"),
        Visited("times", "quizzes:timing", the_times),
        Visited("times, refused", "quizzes:timing", the_times, give_nothing),
        Visited("live", "quizzes:live", the_quiz_at_work),
        Visited("more time", "quizzes:extend", the_quiz_at_work, query="?whom=all&minutes=10"),
        Visited("policy", "quizzes:policy", the_times, look_through_ben),
        Visited("report", "quizzes:report", the_times, open_everything),
        Visited("report of nobody", "quizzes:report", the_times_of("Spring 2027")),
        Visited("attempts behind a number", "quizzes:report_attempts", the_times),
        Visited("a response model", "quizzes:response_model", the_times),
        Visited("a question", "quizzes:report_question", the_reported, open_everything),
        Visited("understanding", "quizzes:understanding", the_cohort("Autumn 2026")),
        Visited(
            "answers behind a number",
            "quizzes:understanding_answers",
            the_cohort("Autumn 2026"),
            query="?meant=realism&chose=right",
        ),
        Visited("mastery", "quizzes:mastery", the_cohort("Autumn 2026"), open_everything),
        Visited("an objective", "quizzes:mastery_of", an_objective),
        Visited("certainty of a class", "quizzes:class_certainty", the_cohort("Autumn 2026")),
        Visited("presets", "quizzes:presets", the_cohort("Autumn 2026")),
        Visited("new cohort", "courses:new_cohort"),
        Visited("roster", "courses:roster", the_cohort("Autumn 2026"), query="?state=all"),
        Visited("invitations", "courses:invited", the_cohort("Autumn 2026")),
        Visited("announcements", "courses:announced", the_cohort("Autumn 2026"), announce),
        Visited("add people", "quizzes:add_people", the_cohort("Spring 2027"), look_at_a_list),
        Visited("dates", "quizzes:dates", the_cohort("Autumn 2026"), query="?days=7&overrides=on"),
        Visited("settings", "quizzes:settings", the_cohort("Autumn 2026")),
        Visited("exports", "quizzes:exports", the_cohort("Autumn 2026")),
        Visited("exports, refused", "quizzes:exports", the_cohort("Spring 2027"), ask_for_nothing),
        Visited("groups", "quizzes:groups", the_cohort("Autumn 2026")),
        Visited("groups, none", "quizzes:groups", the_cohort("Spring 2027")),
        Visited("marking", "quizzes:marking", the_cohort("Autumn 2026")),
        Visited("marking, none", "quizzes:marking", the_cohort("Spring 2027")),
        Visited("an essay to mark", "quizzes:mark", an_essay),
        Visited("an essay, nothing chosen", "quizzes:mark", an_essay, send_empty),
        Visited("an essay to moderate", "quizzes:moderation", an_essay),
        Visited("regrades", "quizzes:regrades", the_cohort("Autumn 2026")),
        Visited("regrades, none", "quizzes:regrades", the_cohort("Spring 2027")),
        Visited("regrade form", "quizzes:regrade_question", a_question_to_regrade),
        Visited(
            "regrade form, refused", "quizzes:regrade_question", a_question_to_regrade, send_empty
        ),
        Visited("regrade", "quizzes:regrade", a_regrade),
        Visited("regrade, looking", "quizzes:regrade_job", a_regrade_job),
        Visited("contested", "quizzes:contested", a_contested_version, open_everything),
        Visited("contested, refused", "quizzes:contested", a_contested_version, send_empty),
        Visited("log of a student", "quizzes:students_log", a_students_attempt),
        Visited("grades", "courses:grades", the_cohort("Autumn 2026")),
        Visited("grades, none", "courses:grades", the_cohort("Spring 2027")),
        Visited("a mark, refused", "courses:grade", a_mark, send_empty),
        Visited("a column of grades", "courses:grade_column", the_times),
        Visited(
            "weights, tried", "courses:grade_weights", the_cohort("Autumn 2026"), query="?try=1"
        ),
        Visited("student", "quizzes:student", a_student),
        Visited("student, refused", "quizzes:student", a_student, send_empty),
        Visited(
            "a student's attempt",
            "quizzes:students_attempt",
            a_students_attempt,
            open_everything,
            query="?as=staff",
        ),
        Visited(
            "messages", "courses:cohort_messages", the_cohort("Autumn 2026"), query="?show=all"
        ),
    ],
    "adam": [
        Visited("home", "courses:home"),
        Visited("style", "courses:style", act=open_everything),
        Visited("admin", "admin:index"),
        Visited("lessons", "admin:courses_lesson_changelist"),
        Visited("a lesson", "admin:courses_lesson_change", a_row(Lesson), preview_comes),
        Visited("a question", "admin:quizzes_question_change", a_row(Question), preview_comes),
    ],
}
# Addresses of ours that answer no page.
NO_PAGE = {
    "courses:lesson_done",
    "courses:preview",
    "quizzes:save",
    "quizzes:check",
    "quizzes:practice_question",  # a checkpoint, with another way back
    "quizzes:redo",
    "quizzes:deadline",
    "quizzes:reveal",
    "quizzes:log_table",
    "quizzes:export",
    "quizzes:export_file",
    "quizzes:students_log_table",
}


@pytest.fixture
def course_at_work(parallax, cast) -> None:
    """ben has handed one attempt in and has another one open; ada teaches two cohorts."""
    now = timezone.now()
    here = Enrolment.objects.get(user=cast["ben"])
    found = Activity.objects.get(key="realism-quiz").quiz
    first = attempts.start(here, found, now=now, seed=1)
    attempts.submit(cast["ben"], first.pk, now=now)
    attempts.reveal(here, found, now=now)
    # One whose answers are still hidden, and one under way.
    other = Activity.objects.get(key="orientation-quiz").quiz
    hidden = attempts.start(here, other, now=now, seed=1)
    attempts.submit(cast["ben"], hidden.pk, now=now)
    attempts.start(here, Activity.objects.get(key="nato-quiz").quiz, now=now, seed=2)
    group = timing.make_group(here.cohort, name="Evening", by=cast["ada"])
    timing.fill_group(group, members=[here], by=cast["ada"], now=now)
    until = now + factories.minutes(60)
    for to, changes in ((here, {"closes_at": until}), (group, {"attempts_allowed": 5})):
        timing.give_override(
            found, to=to, changes=changes, reason="The fire alarm", by=cast["ada"], now=now
        )
    timing.set_schedule(
        here.cohort,
        found,
        opens_at=None,
        due_at=now - factories.minutes(5),
        closes_at=None,
        by=cast["ada"],
        now=now,
    )
    item = first.items.select_related("version__question__module").get(position=1)
    contests.contest(cast["ben"], first.pk, 1, reason="See chapter 6.", option="b", now=now)
    regrading.preview(
        item.version.question,
        version=None,
        policy="full",
        cohort=here.cohort,
        by=cast["ada"],
        reason="The question was unclear.",
        now=now,
    )
    RegradeJob.objects.create(
        cohort=here.cohort,
        by=cast["ada"],
        terms={"question": item.version.question_id},
        state="working",
        whole=10_000,
        done=4_000,
        tries=1,
        made_at=now,
        alive_at=now,
    )
    correspondence.say(here, by=cast["ada"], body="Come and see me.", now=now)
    correspondence.note(here, by=cast["ada"], body="Was ill in October.", now=now)
    correspondence.look(here, by=cast["ada"], page=f"attempt {first.pk}", now=now)
    writer = factories.enrol(factories.make_user("writer"), here.cohort)
    essays = Activity.objects.get(key="synthesis-essay").quiz
    written = attempts.start(writer, essays, now=now)
    text = Answer(0, lambda kind, order: "I say that rank decided it.\n\nI may be wrong.")
    attempts.save(writer.user, written.pk, answers={1: text}, now=now)
    attempts.submit(writer.user, written.pk, now=now)
    empty = factories.make_cohort(parallax, "Spring 2027")
    factories.enrol(cast["ada"], empty, role="instructor")


@pytest.fixture
def course(parallax):
    """The cast lives in the real course here."""
    return parallax


@pytest.fixture
def cast(ada, ben, adam, parallax) -> dict[str, Any]:
    eve = factories.make_user("eve", "Eve Stranger")
    return {"nobody": None, "eve": eve, "ada": ada, "ben": ben, "adam": adam}


def faults(page: Page) -> list[str]:
    """What axe finds in a page as it is."""
    page.evaluate(AXE)
    return ask_axe(page, None, RULES) + colour_faults(page)


def colour_faults(page: Page) -> list[str]:
    """What `faults` would find of colours alone; to be asked after it."""
    # What fades from one scheme's colours to the other's is looked at when it is done.
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    if not page.evaluate(MARK_LOOKS):
        return []
    return ask_axe(page, LOOKED_AT, COLOURS)


def ask_axe(page: Page, context: Any, options: dict[str, Any]) -> list[str]:
    return page.evaluate(
        """([context, options]) => axe.run(context ?? document, options).then((found) =>
            found.violations.flatMap((fault) =>
                fault.nodes.map((node) => `${fault.id}: ${node.html.slice(0, 200)}`)))""",
        [context, options],
    )


def overflow(page: Page) -> list[str]:
    """What is wider than the screen and makes the page scroll sideways."""
    return page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            return [...document.body.querySelectorAll("*")]
                .filter((one) => one.getBoundingClientRect().right > room + 1)
                .map((one) => `wider than the screen: ${one.outerHTML.slice(0, 120)}`);
        }"""
    )


# So many at a time: enough to be worth making the course for, few enough to be shared out.
AT_A_TIME = 10
PORTIONS = [
    pytest.param(who, pages[start : start + AT_A_TIME], id=f"{who}-{start // AT_A_TIME + 1}")
    for who, pages in PAGES.items()
    for start in range(0, len(pages), AT_A_TIME)
]


@pytest.mark.parametrize(("who", "pages"), PORTIONS)
def test_no_page_has_a_fault_in_light_in_dark_or_on_a_small_screen(
    visit, guard, course_at_work, cast, who, pages
):
    guard.silence(r"status of (404|400|422)")
    page = visit(cast[who], viewport=WIDE)
    found = []
    for visited in pages:
        page.emulate_media(color_scheme="light")
        address = reverse(visited.name, kwargs=visited.arguments())
        page.goto(address + visited.query)
        assert urlsplit(page.url).path == address
        visited.act(page)
        found += [f"{visited.title}, light: {fault}" for fault in faults(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"{visited.title}, dark: {fault}" for fault in colour_faults(page)]
        page.set_viewport_size(NARROW)
        found += [f"{visited.title}, 320 px: {fault}" for fault in overflow(page)]
        page.set_viewport_size(WIDE)
    assert found == []


def test_one_pale_word_among_many_texts_that_look_alike_is_found(new_context):
    page = new_context().new_page()
    words = [f"<p>Paragraph <span>{number}</span></p>" for number in range(30)]
    words[17] = words[17].replace("<span>", "<span style='color: #eee'>")
    page.set_content(f"<html lang=en><title>Words</title><main><h1>Words</h1>{''.join(words)}")
    assert faults(page) == ['color-contrast: <span style="color: #eee" data-look="at">17</span>']


def test_every_page_of_ours_is_looked_at():
    looked_at = {visited.name for pages in PAGES.values() for visited in pages}
    ours = {
        f"{app}:{name}"
        for app in ("courses", "quizzes")
        for name in get_resolver().namespace_dict[app][1].reverse_dict
        if isinstance(name, str)
    }
    assert ours - NO_PAGE - looked_at == set()
