"""The numbers of the quiz report as people read them: value, interval, n, and one sentence each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.questions import text_of
from quizzes.questions.typed import OTHER
from quizzes.reporting.analysis import BLANK, Chosen, Decision, Line, Met, Report
from quizzes.statistics import UNIT, Enough, Flag, Interval, Item, Option, Spread


@dataclass(frozen=True)
class Figure:
    """One number: `value` is "" while there are too few to tell, or where it is not defined."""

    name: str
    value: str
    interval: str
    n: int
    sentence: str
    enough: int
    timed: bool = False  # `n` is of those attempts alone whose time is known

    @property
    def too_few(self) -> bool:
        return self.n < self.enough


def percent(share: float | None, decimals: int = 0) -> str:
    """A share 0..1 as people read it; "" for none."""
    return "" if share is None else f"{100 * share:.{decimals}f} %".replace("-", "−")


def plain(value: float | None, decimals: int = 2) -> str:
    return "" if value is None else f"{value:.{decimals}f}".replace("-", "−")


def time(seconds: float) -> str:
    """A length of time as people say it: "45 s", "2 min 5 s", "1 h 20 min"."""
    whole = round(seconds)
    if whole < 60:
        return _("%(s)d s") % {"s": whole}
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        said = _("%(m)d min %(s)d s") if rest else _("%(m)d min")
        return said % {"m": minutes, "s": rest}
    return _("%(h)d h %(m)d min") % {"h": whole // 3600, "m": whole % 3600 // 60}


def taken(name: str, found: Spread | None, sentence: str) -> Figure:
    """A time taken: the median with its interval, and the quartiles."""
    if found is None:
        return replace(_figure(name, "", 0, Enough.SPREAD, sentence), timed=True)
    said = _("quartiles %(low)s and %(high)s") % {
        "low": time(found.first),
        "high": time(found.third),
    }
    if found.interval is not None:
        said = f"{within(found.interval, time)}; {said}"
    told = _figure(name, time(found.median), found.n, Enough.SPREAD, sentence, said)
    return replace(told, timed=True)


def within(interval: Interval | None, tell: Callable[[float], str]) -> str:
    """An interval with its ends as `tell` has them; "" for none."""
    if interval is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": tell(interval.low), "high": tell(interval.high)}


def _figure(
    name: str, value: str, n: int, enough: int, sentence: str, interval: str = ""
) -> Figure:
    told = n >= enough
    return Figure(name, value if told else "", interval if told else "", n, sentence, enough)


def first_line(report: Report) -> str:
    """The report in a sentence."""
    if not report.students:
        return _("Nobody studies here now, so there is nothing to report.")
    if not report.handed_in:
        return ngettext(
            "The %(students)d student has not handed in yet.",
            "None of the %(students)d students has handed in yet.",
            report.students,
        ) % {"students": report.students}
    said = _("%(handed_in)d of %(students)d handed in") % {
        "handed_in": report.handed_in,
        "students": report.students,
    }
    if report.whole.mean is None:
        return _("%(said)s; nothing is marked yet.") % {"said": said}
    said = _("%(said)s; the mean is %(mean)s") % {
        "said": said,
        "mean": percent(float(report.whole.mean) / 10_000),
    }
    if not any(Enough.DISCRIMINATION.told(line.item.n) for line in report.lines):
        return _(
            "%(said)s. No question has the %(enough)d attempts yet that show whether it needs a"
            " look."
        ) % {"said": said, "enough": Enough.DISCRIMINATION}
    if not report.flagged:
        return _("%(said)s, and no question needs a look.") % {"said": said}
    return ngettext(
        "%(said)s, and %(flagged)d question needs a look.",
        "%(said)s, and %(flagged)d questions need a look.",
        report.flagged,
    ) % {"said": said, "flagged": report.flagged}


def _hundredths(value: float) -> str:
    """Hundredths of a per cent as the page shows them."""
    return percent(value / 10_000, 1)


def of_whole(report: Report) -> list[Figure]:
    """The quiz as a whole."""
    found, n = report.whole, report.n
    mean = None if found.mean is None else float(found.mean) / 10_000
    middle = None if found.median is None else float(found.median) / 10_000
    sd = None if found.sd is None else found.sd / 10_000
    figures = [
        _figure(
            _("Mean"),
            percent(mean, 1),
            n,
            1,
            _("The average percentage."),
            within(found.mean_interval, _hundredths),
        ),
        _figure(
            _("Median"),
            percent(middle, 1),
            n,
            1,
            _("Half of the attempts reached more."),
            within(found.median_interval, _hundredths),
        ),
        _figure(
            _("Standard deviation"),
            percent(sd, 1),
            n,
            Enough.SPREAD,
            _("How far attempts lie from the mean: 12 to 18 % is usual."),
            within(found.sd_interval, _hundredths),
        ),
        _figure(
            _("Skewness"),
            plain(found.skewness),
            n,
            Enough.SPREAD,
            _(
                "Below zero: a tail of weak attempts; above zero: a tail of strong ones. Its"
                " interval is as wide as that of a bell curve would be."
            ),
            within(found.skewness_interval, plain),
        ),
        _figure(
            _("Kurtosis"),
            plain(found.kurtosis),
            n,
            Enough.SPREAD,
            _(
                "Above zero: more attempts at the middle and far out than a bell curve has. Its"
                " interval is as wide as that of a bell curve would be."
            ),
            within(found.kurtosis_interval, plain),
        ),
    ]
    sentence = _("From the start to the hand-in: half of the attempts took longer.")
    return [*figures, *_reliability(report), taken(_("Time taken"), report.taken, sentence)]


def taken_of(line: Line) -> Figure:
    """How long a question took, and how that is known."""
    return taken(
        _("Time taken"),
        line.taken,
        _(
            "Half took longer. It is the time from the answer that was stored before (or the start)"
            " until the answer to this question was stored, pauses included; answers that came in"
            " one request are left out."
        ),
    )


def taken_of_one(met: Met) -> Figure:
    """How long a question took in one of its versions."""
    return taken(_("Time taken"), met.taken, "")


def why_no_reliability(report: Report) -> str:
    """In words, where the questions were not the same for all; "" elsewhere."""
    if report.reliability is not None or not report.n:
        return ""
    return _(
        "Reliability is not told: it needs attempts that all filled the same places with the same"
        " points, and some left a question out of their score or met the quiz before it changed."
    )


def _reliability(report: Report) -> list[Figure]:
    found = report.reliability
    if found is None:
        return []
    full = float(report.full / UNIT)
    error = None if found.error is None or not full else found.error / full
    return [
        _figure(
            _("Reliability (KR-20)") if found.dichotomous else _("Reliability (Cronbach's alpha)"),
            plain(found.alpha),
            found.n,
            Enough.RELIABILITY,
            _(
                "How far the questions agree about who is strong, at most 1: above 0.75 is good,"
                " below 0.64 poor."
            ),
            within(found.interval, plain),
        ),
        _figure(
            _("Error ratio"),
            percent(found.error_ratio),
            found.n,
            Enough.RELIABILITY,
            _(
                "How much of the spread between attempts is chance. Its interval follows from that"
                " of the reliability."
            ),
            within(found.error_ratio_interval, percent),
        ),
        _figure(
            _("Standard error"),
            percent(error, 1),
            found.n,
            Enough.RELIABILITY,
            _(
                "Two thirds of the percentages lie within this much of the student's average over"
                " many such quizzes. Its interval follows from that of the reliability."
            ),
            within(found.error_interval if full else None, lambda end: percent(end / full, 1)),
        ),
    ]


def of_item(item: Item, guess: float) -> list[Figure]:
    """One question."""
    return [
        _figure(
            _("Facility"),
            percent(item.facility),
            item.n,
            Enough.FACILITY,
            _("The share of its points that was earned: the higher, the easier."),
            within(item.facility_interval, percent),
        ),
        _figure(
            _("Standard deviation"),
            percent(item.sd),
            item.n,
            Enough.SPREAD,
            _(
                "How much the marks on it differ: 0 % if all are alike. It is highest, a little"
                " above 50 %, if half of the class got all of its points and the others none."
            ),
            within(item.sd_interval, percent),
        ),
        _figure(
            _("Discrimination"),
            plain(item.discrimination),
            item.n,
            Enough.DISCRIMINATION,
            _(
                "The correlation with the rest of the quiz: near 0 it does not tell the strong"
                " from the weak, below 0 the strong do worse."
            ),
            within(item.discrimination_interval, plain),
        ),
        _figure(
            _("Discriminative efficiency"),
            percent(item.efficiency),
            item.n,
            Enough.DISCRIMINATION,
            _(
                "The same as a share of the most that a question this hard allows. It has no"
                " interval: that most is itself taken from these marks, and how far the two stray"
                " together has no known formula. Go by the interval of the discrimination."
            ),
        ),
        _figure(
            _("Intended weight"),
            percent(item.intended_weight, 1),
            item.n,
            0,
            _(
                "The share of the points of an attempt that it is worth. It is set, not measured,"
                " so it has no interval."
            ),
        ),
        _figure(
            _("Effective weight"),
            percent(item.effective_weight, 1),
            item.n,
            Enough.DISCRIMINATION,
            _(
                "How much it really decides about the differences between attempts. It has no"
                " interval: the questions share one whole, so that none strays by itself."
            ),
        ),
        _figure(
            _("Random guess"),
            percent(guess),
            item.n,
            0,
            _(
                "What blind choice would earn on average. It follows from the question, so it has"
                " no interval."
            ),
        ),
    ]


def choice(chosen: Chosen) -> str:
    """Its words, or what stands where it has none of its own in the version that is shown."""
    words = text_of(chosen.html)
    if words:
        return words
    if chosen.key == BLANK:
        return _("no answer")
    if chosen.key == OTHER:
        return _("anything else")
    return _("an option of an older version (%(key)s)") % {"key": chosen.key}


def about(flag: Flag, decisions: Sequence[Decision]) -> str:
    """The words of the option that a flag is about, "" where it is the question as a whole."""
    if not flag.option:
        return ""
    found = (one for decision in decisions for one in decision.choices if one.key == flag.option)
    return next(map(choice, found), flag.option)


def of_option(option: Option) -> dict[str, str]:
    """Share and correlation of a choice with their intervals; "" where there are too few."""
    told, correlates = Enough.FACILITY.told(option.n), Enough.DISCRIMINATION.told(option.n)
    return {
        "share": percent(option.share) if told else "",
        "share_within": within(option.share_interval, percent) if told else "",
        "correlation": plain(option.point_biserial) if correlates else "",
        "correlation_within": within(option.interval, plain) if correlates else "",
    }


def sorted_lines(report: Report, by: str) -> list[Line]:
    """The questions by a column; with a minus in front the other way round, unknown ones last."""
    name = by.removeprefix("-")
    of = SORTS.get(name)
    if of is None:
        return list(report.lines)
    known = [line for line in report.lines if of(line) is not None]
    unknown = [line for line in report.lines if of(line) is None]
    return sorted(known, key=of, reverse=by.startswith("-")) + unknown


SORTS: Mapping[str, Callable[[Line], Any]] = {
    "place": lambda line: line.place,
    "n": lambda line: line.item.n,
    "facility": lambda line: line.item.facility,
    "discrimination": lambda line: line.item.discrimination,
    "efficiency": lambda line: line.item.efficiency,
    "weight": lambda line: line.item.effective_weight,
    "time": lambda line: line.taken and line.taken.median,
    "flags": lambda line: len(line.flags),
}


def rows(report: Report, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The table of the questions: each with its number in the report and its figures by name."""
    numbers = {line.question.pk: number for number, line in enumerate(report.lines, start=1)}
    return [
        {
            "line": line,
            "number": numbers[line.question.pk],
            "taken": taken_of(line),
            "figures": figures(line.item, line),
        }
        for line in lines
    ]


def figures(item: Item, line: Line) -> dict[str, Figure]:
    """The figures of a question, or of one of its versions, by name."""
    return dict(zip(COLUMNS, of_item(item, float(line.guess)), strict=True))


COLUMNS = (
    "facility", "sd", "discrimination", "efficiency", "intended", "effective", "guess",
)  # fmt: skip
