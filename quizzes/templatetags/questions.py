"""The questions of an attempt as HTML.

Python instead of templates: an open attempt has some fifty options and rows, and the template
engine took ten times as long for them as for the rest of the page. Prompts, options and rows are
HTML that was sanitised when their question was published; names, tokens and places are our own.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from math import ceil
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.sitting.reports import Heading, OpenQuestion, Unsaved, in_parts
from quizzes.sitting.trials import LEVELS

register = template.Library()

Presented = Mapping[str, Any]


def _choices(presented: Presented, name: str, kind: str) -> str:
    rows = []
    for choice in presented["choices"]:
        checked = " checked" if choice["chosen"] else ""
        rows.append(
            f'<label class="choice"><input type="{kind}" name="{name}" '
            f'value="{choice["token"]}"{checked}><span>{choice["html"]}</span></label>\n'
        )
    return f'<div class="choices">{"".join(rows)}</div>'


def _one(presented: Presented, name: str) -> str:
    return _choices(presented, name, "radio")


def _several(presented: Presented, name: str) -> str:
    return _choices(presented, name, "checkbox")


def _judged(presented: Presented, name: str) -> str:
    """True or false, and below it the reason where one is asked for."""
    if "reasons" not in presented:
        return _one(presented, name)
    reasons = _choices({"choices": presented["reasons"]}, f"{name}.reason", "radio")
    return (
        f'<div role="radiogroup" aria-label="{escape(_("Your judgement"))}">'
        f"{_choices(presented, f'{name}.answer', 'radio')}</div>\n"
        f'<p class="label" id="{name}.reason">{escape(_("Which reason carries it?"))}</p>\n'
        f'<div role="radiogroup" aria-labelledby="{name}.reason">{reasons}</div>'
    )


def _line(presented: Presented, name: str) -> str:
    field, described, hint = presented["field"], "", ""
    if field["hint"]:
        described = f' aria-describedby="{name}.hint"'
        hint = f'<p class="hint" id="{name}.hint">{escape(field["hint"])}</p>'
    # No keyboard of digits for numbers either: it has no minus, no unit and no power of ten.
    return (
        f'<div class="typed"><input type="text" class="input" name="{name}" '
        f'value="{escape(field["text"])}" '
        f'aria-label="{escape(_("Your answer"))}"{described} '
        f'autocomplete="off" autocapitalize="off" spellcheck="false">{hint}</div>'
    )


def _text(presented: Presented, name: str) -> str:
    essay = presented["essay"]
    # A browser drops the first line break in a text area, so there is always one to drop.
    asked = _("%(least)d to %(most)d words are asked for.") % essay
    return (
        f'<div class="typed"><textarea class="input essay" name="{name}" rows="12" '
        f'aria-label="{escape(_("Your answer"))}" aria-describedby="{name}.hint" '
        f'data-words="{name}.count">\n{escape(essay["text"])}</textarea>'
        f'<p class="hint" id="{name}.hint"><span id="{name}.count" data-least="{essay["least"]}" '
        f'data-most="{essay["most"]}">{escape(asked)}</span></p></div>'
        f'<script type="module" src="{escape(static("quizzes/words.js"))}"></script>'
    )


def _gaps(presented: Presented, name: str) -> str:
    gaps = {gap["token"]: gap for gap in presented["gaps"]}
    word, blank, parts = escape(_("Gap")), escape(_("Choose")), []
    for number, piece in enumerate(presented["pieces"], start=1):
        parts.append(piece["html"])
        if piece["token"] is None:
            continue
        gap, field = gaps[piece["token"]], f"{name}.{piece['token']}"
        if not gap["choices"]:
            parts.append(
                f'<input type="text" class="input gap" name="{field}" '
                f'value="{escape(gap["text"])}" aria-label="{word} {number}" '
                'autocomplete="off" autocapitalize="off" spellcheck="false">'
            )
            continue
        options = [f'<option value="">{blank}</option>']
        for choice in gap["choices"]:
            selected = " selected" if choice["chosen"] else ""
            text = strip_tags(choice["html"])
            options.append(f'<option value="{choice["token"]}"{selected}>{text}</option>')
        parts.append(
            f'<select class="input gap" name="{field}" aria-label="{word} {number}">'
            f"{''.join(options)}</select>"
        )
    return f'<p class="gaps">{"".join(parts)}</p>'


def _select(name: str, blank: str, options: Iterable[tuple[Any, Any]], chosen: Any) -> str:
    # Labelled by the row's text, which stands beside it with the same name as its id.
    rows = [f'<option value="">{escape(blank)}</option>']
    for value, text in options:
        selected = " selected" if value == chosen else ""
        rows.append(f'<option value="{value}"{selected}>{text}</option>')
    return f'<select name="{name}" aria-labelledby="{name}">{"".join(rows)}</select>'


def _pairs(presented: Presented, name: str) -> str:
    # An option holds text alone; what strip_tags leaves of sanitised HTML is escaped already.
    answers = [(answer["token"], strip_tags(answer["html"])) for answer in presented["answers"]]
    rows = []
    for row in presented["rows"]:
        field = f"{name}.{row['token']}"
        select = _select(field, _("Choose"), answers, row["chosen"])
        rows.append(f'<li class="pair"><span id="{field}">{row["html"]}</span>{select}</li>\n')
    return f'<ul class="pairs">{"".join(rows)}</ul>'


def _bins(presented: Presented, name: str) -> str:
    rows = []
    for row in presented["rows"]:
        field = f"{name}.{row['token']}"
        choices = [
            {**answer, "chosen": answer["token"] == row["chosen"]}
            for answer in presented["answers"]
        ]
        rows.append(
            f'<li class="pair sorted"><span id="{field}">{row["html"]}</span>'
            f'<div role="radiogroup" aria-labelledby="{field}">'
            f"{_choices({'choices': choices}, field, 'radio')}</div></li>\n"
        )
    return f'<ul class="pairs">{"".join(rows)}</ul>'


def _places(presented: Presented, name: str) -> str:
    places = [(place, place) for place in presented["places"]]
    rows = []
    for item in presented["items"]:
        field = f"{name}.{item['token']}"
        select = _select(field, _("Place"), places, item["place"])
        rows.append(
            f'<li class="pair place">{select}<span id="{field}">{item["html"]}</span></li>\n'
        )
    return f'<ol class="pairs" data-ordering>{"".join(rows)}</ol>'


CONTROLS: Mapping[str, Callable[[Presented, str], str]] = {
    "single": _one,
    "truefalse": _judged,
    "multiple": _several,
    "matching": _pairs,
    "ordering": _places,
    "classify": _bins,
    "short-text": _line,
    "numeric": _line,
    "gap-text": _gaps,
    "event-date": _line,
    "essay": _text,
}


@register.filter
def untouched(choices: Sequence[Presented]) -> bool:
    """Whether nothing of these is chosen."""
    return not any(choice["chosen"] for choice in choices)


@register.simple_tag
def controls(presented: Presented, name: str) -> SafeString:
    """The native controls of one question; their fields are `name` and `name.<token>`."""
    return mark_safe(CONTROLS[presented["kind"]](presented, name))  # noqa: S308  # see above


@register.simple_tag
def question_list(questions: Sequence[OpenQuestion], sections: Sequence[Heading]) -> SafeString:
    """Lists of links to the questions of an attempt by section, the answered ones marked."""
    done, word = escape(_("answered")), escape(_("Question"))
    lists = []
    for number, part in enumerate(in_parts(questions, sections)):
        label, named = "", ""
        if part.title:
            label = f'<p class="part-name" id="part{number}">{escape(part.title)}</p>'
            named = f' aria-labelledby="part{number}"'
        links = "".join(
            f'<li><a href="#q{q.position}" class="answered" '
            f'aria-label="{word} {q.position}, {done}">{q.position}</a></li>\n'
            if q.answered
            else f'<li><a href="#q{q.position}" aria-label="{word} {q.position}">'
            f"{q.position}</a></li>\n"
            for q in part.questions
        )
        lists.append(f"{label}<ol{named}>{links}</ol>")
    return mark_safe("".join(lists))  # noqa: S308  # numbers and our own words, or escaped here


def _known(q: OpenQuestion) -> str:
    if q.counts:
        return ""
    said = _("Its answer has been shown to you before, so it earns nothing.")
    return f'<p class="notice">{escape(said)}</p>\n'


def _worth(points: Decimal) -> str:
    """What a question is worth, where that is not one point."""
    if points == 1:
        return ""
    text = ngettext("%(points)s point.", "%(points)s points.", ceil(points))
    return " " + text % {"points": f"{points.normalize():f}"}


@register.simple_tag
def question_steps(questions: Sequence[OpenQuestion], shown: Sequence[OpenQuestion]) -> SafeString:
    """Where one is, one question at a time: those left, the one at hand, those to come."""
    here = shown[0].position
    word, done, left = escape(_("Question")), escape(_("answered")), escape(_("not answered"))
    hidden = '<span class="visually-hidden">{}</span>'
    steps = []
    for q in questions:
        at, before = q.position, hidden.format(f"{word} ")
        if at == here:
            steps.append(
                f'<li><a href="#q{at}" aria-current="step" aria-label="{word} {at}">{at}</a></li>\n'
            )
        elif at < here:
            said, mark = (done, ' class="answered"') if q.answered else (left, "")
            steps.append(f"<li><span{mark}>{before}{at}{hidden.format(f', {said}')}</span></li>\n")
        else:
            steps.append(f"<li><span>{before}{at}</span></li>\n")
    return mark_safe(f"<ol>{''.join(steps)}</ol>")  # noqa: S308  # numbers and our own words


@register.simple_tag
def open_questions(
    questions: Sequence[OpenQuestion], sections: Sequence[Heading], refused: Sequence[Unsaved]
) -> SafeString:
    """Every question of an open attempt with its answer so far and when that was saved.

    Below a refused answer stands why.
    """
    why = {one.position: one for one in refused}
    return mark_safe(  # noqa: S308  # sanitised when saved or published, or escaped here
        "".join(
            f'<section class="part"><h2>{escape(part.title)}</h2>'
            f'<div class="flow">{part.intro}</div>{_open(part.questions, "h3", why)}</section>\n'
            if part.title
            else _open(part.questions, "h2", why)
            for part in in_parts(questions, sections)
        )
    )


def _tries(q: OpenQuestion) -> str:
    """Below the controls: how sure the student is, how the last try went, hints, and the button."""
    trial = q.trial
    if trial is None:
        return ""
    parts: list[str] = []
    if trial.asks:
        levels = "".join(
            f'<label class="choice"><input type="radio" name="{q.name}.certainty" value="{level}"'
            f"{' checked' if level == trial.certainty else ''}><span>{escape(_(text))}</span>"
            "</label>\n"
            for level, text in LEVELS.items()
        )
        parts.append(
            f'<p class="label" id="{q.name}.sure">{escape(_("How sure are you?"))}</p>\n'
            f'<div class="choices certainty" role="radiogroup" aria-labelledby="{q.name}.sure">'
            f"{levels}</div>\n"
        )
    if trial.checks:
        parts.append(render_to_string("quizzes/take/_tries.html", {"q": q, "trial": trial}))
    return "".join(parts)


# What can hold an answer that is refused; no value ends it, since all of them are escaped.
CONTROL = re.compile(r'<(input type="text"|select|textarea)([^>]*)>')
DESCRIBED = ' aria-describedby="'


def _refused(fields: str, status: str, *, invalid: bool) -> str:
    """The controls of a refused question, tied to the words that say why."""

    marked = ' aria-invalid="true"' if invalid else ""

    def tie(found: re.Match[str]) -> str:
        described = found[2].replace(DESCRIBED, f"{DESCRIBED}{status} ")
        if described == found[2]:
            described += f'{DESCRIBED}{status}"'
        return f"<{found[1]}{marked}{described}>"

    return CONTROL.sub(tie, fields)


def _open(questions: Sequence[OpenQuestion], heading: str, refused: Mapping[int, Unsaved]) -> str:
    word, saved, blank = escape(_("Question")), escape(_("Saved")), escape(_("Not answered"))
    parts: list[str] = []
    for q in questions:
        at, presented, trial = q.position, q.presented, q.trial
        if trial is not None and trial.locked:
            parts.append(
                render_to_string(
                    "quizzes/take/_locked.html",
                    {
                        "q": q,
                        "trial": trial,
                        "heading": heading,
                        "under": f"h{int(heading[1]) + 1}",
                    },
                )
            )
            continue
        fields, described = CONTROLS[presented["kind"]](presented, q.name), ""
        if at in refused:
            described = f" s{at}"
            why = escape(refused[at].message)
            fields = _refused(fields, f"s{at}", invalid=refused[at].invalid)
            status = f'<span class="question-status bad" id="s{at}" data-status>{why}</span>'
        elif q.saved_at is None:
            status = f'<span class="question-status" data-status>{blank}</span>'
        else:
            status = (
                f'<span class="question-status saved" data-status>{saved} '
                f'<time datetime="{q.saved_at.isoformat()}">'
                f"{timezone.localtime(q.saved_at):%H:%M}</time></span>"
            )
        parts.append(
            f'<fieldset class="question" id="q{at}" data-position="{at}" '
            f'data-revision="{q.revision}" aria-describedby="p{at}{described}">'
            f"<legend><{heading}>{word} {at}</{heading}></legend>\n"
            f'<div class="prompt" id="p{at}">{presented["prompt"]}</div>'
            f'<p class="rule">{escape(presented["rule"])}{_worth(q.points)}</p>\n{_known(q)}'
            f'<input type="hidden" name="{q.name}.revision" value="{q.revision}">'
            f"{fields}{_tries(q)}"
            f'<p class="question-foot">{status}</p></fieldset>\n'
        )
    return "".join(parts)
