"""What a class has understood, in words: for the pages of `understanding`."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.desk.mastery import Mastery
from quizzes.desk.misreading import NO_LENS, OTHER, RIGHT, Misread, Pair, Share, is_mixed_up
from quizzes.desk.sureness import Sureness
from quizzes.desk.understanding import Aim, Answers
from quizzes.reporting.telling import percent


def lens(name: str) -> str:
    """A row or column of the map in words."""
    return {
        "realism": _("realism"),
        "institutionalism": _("institutionalism"),
        "constructivism": _("constructivism"),
        NO_LENS: _("no lens"),
        RIGHT: _("the right answer"),
        OTHER: _("something else"),
    }[name]


def pair(found: Pair) -> str:
    return _("meant %(meant)s, chose %(chose)s") % {
        "meant": lens(found[0]),
        "chose": lens(found[1]),
    }


def of(share: Share) -> str:
    """A share as people read it: 14 of 31 answers, 45 %."""
    said = ngettext(
        "%(hits)d of %(n)d answer", "%(hits)d of %(n)d answers", share.n
    ) % {"hits": share.hits, "n": share.n}  # fmt: skip
    return f"{said}, {percent(share.share)}" if share.told else said


def between(share: Share) -> str:
    """Its interval; "" where there is too little to tell."""
    if share.interval is None:
        return ""
    return _("%(low)s to %(high)s") % {
        "low": percent(share.interval.low),
        "high": percent(share.interval.high),
    }


def nothing(found: Answers) -> str:
    """Why there is nothing to tell at all; "" if there is."""
    if not found.students:
        return _("Nobody studies here now, so there is nothing to tell.")
    if not found.entries:
        return _("Nothing has been handed in and marked yet, so there is nothing to tell.")
    return ""


def of_misread(found: Answers, misread: Misread) -> str:
    """The first line of the confusion map."""
    if said := nothing(found):
        return said
    for mixed, share in misread.worst_pairs()[:1]:
        if share.told:
            words = {"pair": pair(mixed), "of": of(share)}
            return _("Most often mixed up: %(pair)s (%(of)s).") % words
    for error, share in misread.worst_errors()[:1]:
        if share.told:
            words = {"error": error, "of": of(share)}
            return _("The most common misconception: “%(error)s” (%(of)s).") % words
    if any(share.hits for share in misread.errors.values()) or misread.worst_pairs():
        return _("Some lenses or ideas were mixed up, by too few to tell how often.")
    if misread.errors or any(map(is_mixed_up, misread.pairs)):
        return _("Nobody has taken one lens for another, or fallen for a misconception.")
    return _("No question that was answered tells lenses or misconceptions apart.")


def of_mastery(found: Answers, aims: list[Aim]) -> str:
    """The first line of the map of mastery."""
    if said := nothing(found):
        return said
    told = [aim for aim in aims if aim.mastery.told and aim.mastery.share is not None]
    if not told:
        return _("Each objective has been answered by too few to tell.")
    weakest = min(told, key=lambda aim: aim.mastery.share or 0.0)
    return _("The weakest objective: %(aim)s (%(share)s of its points, %(n)d students).") % {
        "aim": weakest.objective.statement,
        "share": percent(weakest.mastery.share),
        "n": weakest.mastery.n,
    }


def mastery(found: Mastery) -> str:
    """A cell of the map in words."""
    if not found.n:
        return _("not answered yet")
    if not found.told:
        return ngettext(
            "too few to tell (%(n)d student)", "too few to tell (%(n)d students)", found.n
        ) % {"n": found.n}
    return _("%(share)s of the points (n\u00a0=\u00a0%(n)d, %(low)s\u00a0to\u00a0%(high)s)") % {
        "share": percent(found.share),
        "n": found.n,
        "low": percent(found.interval.low if found.interval else 0),
        "high": percent(found.interval.high if found.interval else 1),
    }


def of_sureness(found: Sureness) -> str:
    """The first line of the class's certainty."""
    if not found.answers:
        return _("Nobody has said yet how sure they were of an answer.")
    if not found.sure_and_wrong:
        return _("Nobody was very sure of an answer that was wholly wrong.")
    n = sum(level.of for level in found.levels[-1:])
    return _("Very sure and wholly wrong: %(of)s.") % {"of": of(Share(found.sure_and_wrong, n))}
