"""Every statistic against NumPy, SciPy and the textbook's own definition, and published examples.

The oracle works on the plain table of marks, one row an attempt; the site works on counts of
(mark, total) pairs. Nothing is shared between the two but the numbers that go in.
"""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quizzes.statistics import (
    Interval,
    Item,
    Joint,
    Option,
    Whole,
    items,
    options,
    proportion,
    reliability,
    traces,
    units,
    whole,
)
from quizzes.statistics.advice import flags
from quizzes.statistics.intervals import of_alpha, of_correlation, of_median, student
from quizzes.statistics.joint import highest_covariance
from quizzes.statistics.whole import cronbach
from tests import law_school

POINT = 100_000
SETS = range(240)


def marks(seed: int) -> np.ndarray:
    """Attempts by questions, in units: ties, blanks, constant questions and tiny classes."""
    rng = np.random.default_rng(seed)
    attempts = int(rng.choice([2, 3, 4, 5, 12, 40, 150]))
    questions = int(rng.integers(1, 13))
    strength = rng.normal(size=(attempts, 1))
    hardness = rng.normal(size=(1, questions))
    right = rng.random((attempts, questions)) < 1 / (1 + np.exp(hardness - strength))
    table = right.astype(np.int64) * POINT
    partly = rng.random((attempts, questions)) < 0.2 * (seed % 3)
    table[partly] = rng.integers(0, POINT + 1, size=int(partly.sum()))
    table[rng.random((attempts, questions)) < 0.05] = 0  # blank
    if seed % 5 == 0:
        table[:, 0] = POINT  # everybody right
    if seed % 7 == 0:
        table[:, -1] = 0  # nobody right
    if seed % 11 == 0:
        table[:] = table[0]  # all alike
    return table


def joints(table: np.ndarray) -> list[Joint]:
    totals = table.sum(axis=1)
    return [Joint.of(zip(column.tolist(), totals.tolist(), strict=True)) for column in table.T]


def same(found: float | None, expected: float) -> bool:
    if found is None:
        return not np.isfinite(expected)
    return bool(np.isclose(found, expected, rtol=1e-9, atol=1e-9))


def test_the_whole_agrees_with_scipy() -> None:
    for seed in SETS:
        _the_whole_agrees_with_scipy(seed)


def _the_whole_agrees_with_scipy(seed: int) -> None:
    totals = marks(seed).sum(axis=1)
    found = whole(Counter(totals.tolist()))
    n, spread = len(totals), totals.var(ddof=1)

    assert found.n == n
    assert same(float(found.mean), totals.mean())
    assert float(found.median) == float(np.median(totals))
    assert same(found.sd, np.sqrt(spread))
    if n > 2 and spread:
        assert same(found.skewness, stats.skew(totals, bias=False))
    else:
        assert found.skewness is None
    if n > 3 and spread:
        assert same(found.kurtosis, stats.kurtosis(totals, bias=False))
    else:
        assert found.kurtosis is None
    if spread:
        _intervals_agree(found, totals)
    else:
        assert (found.mean_interval, found.median_interval, found.sd_interval) == (None,) * 3


def _intervals_agree(found: Whole, totals: np.ndarray) -> None:
    """Written from the definitions (see `intervals`), with SciPy's distributions."""
    n, s, z = len(totals), totals.std(ddof=1), stats.norm.ppf(0.975)
    low, high = stats.t.interval(0.95, n - 1, totals.mean(), s / np.sqrt(n))
    assert same(found.mean_interval.low, max(0, low))
    assert same(found.mean_interval.high, high)
    order = int(stats.binom.ppf(0.025, n, 0.5))  # P(fewer heads) is below 0.025 here
    if not order:
        assert found.median_interval is None
    else:
        inside = np.sort(totals)[[order - 1, n - order]]
        assert (found.median_interval.low, found.median_interval.high) == tuple(inside)
    if n > 3:
        g1, g2 = stats.skew(totals, bias=False), stats.kurtosis(totals, bias=False)
        error = np.sqrt(6 * n * (n - 1) / (n - 2) / (n + 1) / (n + 3))
        assert same(found.skewness_interval.low, g1 - z * error)
        error = 2 * error * np.sqrt((n**2 - 1) / (n - 3) / (n + 5))
        assert same(found.kurtosis_interval.high, g2 + z * error)
        relative = (2 / (n - 1) + g2 / n) / 4  # the variance of ln s
        if relative > 0:
            assert same(found.sd_interval.low, np.exp(np.log(s) - z * np.sqrt(relative)))
            assert same(found.sd_interval.high, np.exp(np.log(s) + z * np.sqrt(relative)))
        else:
            assert found.sd_interval is None


def test_every_question_agrees_with_the_textbook() -> None:
    for seed in SETS:
        _every_question_agrees_with_the_textbook(seed)


def _every_question_agrees_with_the_textbook(seed: int) -> None:
    table = marks(seed)
    n, p = table.shape
    totals = table.sum(axis=1)
    found = items(joints(table), [POINT] * p)
    with_total = np.array([np.cov(column, totals, ddof=1)[0, 1] for column in table.T])
    roots = np.sqrt(with_total[with_total > 0]).sum()

    for at, item in enumerate(found):
        column, rest = table[:, at], totals - table[:, at]
        assert item.n == n
        assert same(item.facility, column.mean() / POINT)
        assert same(item.sd, column.std(ddof=1) / POINT)
        if set(column) <= {0, POINT}:  # all or nothing: where the share may be
            ends = stats.binomtest(int((column > 0).sum()), n).proportion_ci(method="wilson")
            shares = np.array([ends.low, np.clip(0.5, ends.low, ends.high), ends.high])
            spreads = np.sqrt(shares * (1 - shares) * n / (n - 1))
            assert same(item.sd_interval.low, spreads.min())
            assert same(item.sd_interval.high, spreads.max())
        assert item.intended_weight == pytest.approx(1 / p)
        constant = column.var() == 0 or rest.var() == 0
        with np.errstate(invalid="ignore", divide="ignore"):
            r = np.nan if constant else stats.pearsonr(column, rest).statistic
            most = np.cov(np.sort(column), np.sort(rest), ddof=1)[0, 1]
            share = np.cov(column, rest, ddof=1)[0, 1] / most if most else np.nan
        assert same(item.discrimination, r)
        assert same(item.efficiency, share)
        if with_total[at] > 1e-6:
            assert same(item.effective_weight, np.sqrt(with_total[at]) / roots)
        else:
            assert item.effective_weight is None
        assert item.pulls_down == bool(with_total[at] < -1e-6)


def test_reliability_agrees_with_the_textbook() -> None:
    for seed in SETS:
        _reliability_agrees_with_the_textbook(seed)


def _reliability_agrees_with_the_textbook(seed: int) -> None:
    table = marks(seed)
    n, p = table.shape
    found = reliability(joints(table), [POINT] * p)
    spread = table.sum(axis=1).var(ddof=1)

    assert (found.n, found.questions) == (n, p)
    if p < 2 or not spread:
        assert found.alpha is None
        return
    alpha = p / (p - 1) * (1 - table.var(axis=0, ddof=1).sum() / spread)
    assert same(found.alpha, alpha)
    assert same(found.error_ratio, np.sqrt(1 - alpha))
    assert same(found.error, np.sqrt(1 - alpha) * np.sqrt(spread))
    if found.interval is not None:
        ratios = np.sqrt(1 - np.array([found.interval.high, found.interval.low]))
        told = found.error_ratio_interval
        assert (told.low, told.high) == pytest.approx(tuple(ratios))
        assert told.low <= found.error_ratio <= told.high
        told = found.error_interval
        assert (told.low, told.high) == pytest.approx(tuple(ratios * np.sqrt(spread)))
    if found.dichotomous:
        # Kuder and Richardson's own formula 20, in points.
        share = (table == POINT).mean(axis=0)
        variance = spread * (n - 1) / n / POINT**2
        kr20 = p / (p - 1) * (1 - (share * (1 - share)).sum() / variance)
        assert same(found.alpha, kr20)


def test_options_agree_with_scipy() -> None:
    for seed in SETS:
        _options_agree_with_scipy(seed)


def _options_agree_with_scipy(seed: int) -> None:
    totals = marks(seed).sum(axis=1)
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, 4, size=len(totals))
    counted = {key: Counter(totals[chosen == key].tolist()) for key in range(4)}
    everybody = Counter(totals.tolist())
    found = options(counted, everybody)
    along = traces(counted, everybody)

    for key in range(4):
        took = chosen == key
        assert (found[key].chosen, found[key].n) == (int(took.sum()), len(totals))
        assert found[key].share == took.mean()
        wilson = stats.binomtest(int(took.sum()), len(took)).proportion_ci(method="wilson")
        told = found[key].share_interval
        assert (told.low, told.high) == pytest.approx((wilson.low, wilson.high), abs=1e-9)
        if took.all() or not took.any() or totals.var() == 0:
            assert found[key].point_biserial is None
        else:
            expected = stats.pointbiserialr(took, totals).statistic
            assert same(found[key].point_biserial, expected)
            if len(took) > 3:
                fisher = stats.pearsonr(took, totals).confidence_interval(0.95)
                told = found[key].interval
                assert (told.low, told.high) == pytest.approx((fisher.low, fisher.high), abs=1e-6)
        assert sum(share * along[key].size for share in along[key].shares) == pytest.approx(
            took.sum()
        )
    if len(np.unique(totals)) == len(totals) and len(totals) % 5 == 0:
        places = np.argsort(totals)
        for key in range(4):
            fifths = np.array_split(chosen[places] == key, 5)
            assert along[key].shares == pytest.approx([fifth.mean() for fifth in fifths])


@given(
    st.lists(st.integers(-9, 9), min_size=2, max_size=12),
    st.data(),
)
def test_no_pairing_covaries_more_than_the_sorted_one(
    first: list[int], data: st.DataObject
) -> None:
    size = {"min_size": len(first), "max_size": len(first)}
    second = data.draw(st.lists(st.integers(-9, 9), **size))
    most = highest_covariance(Counter(first), Counter(second))
    assert float(most) == pytest.approx(np.cov(np.sort(first), np.sort(second), ddof=1)[0, 1])
    assert float(most) >= np.cov(first, second, ddof=1)[0, 1] - 1e-9


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(5, 20)), max_size=30),
    st.lists(st.tuples(st.integers(0, 5), st.integers(5, 20)), max_size=30),
)
def test_tables_add_up(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    assert Joint.of(first) + Joint.of(second) == Joint.of([*first, *second])


def test_marks_are_whole_numbers_of_units() -> None:
    assert units(Decimal("0.33333")) == 33_333
    with pytest.raises(ValueError, match="decimals"):
        units(Decimal("0.333333"))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_the_intervals_that_newcombe_prints(successes, n, low, high) -> None:
    """Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, Table I, method 3."""
    found = proportion(successes, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_alpha_is_the_one_that_bland_and_altman_work_out() -> None:
    """Bland, J. M. and Altman, D. G. (1997), BMJ 314, 572: the mini-HAQ's ten items."""
    alpha = cronbach([Fraction("1.116")] * 10, Fraction("77.44"))
    assert round(float(alpha), 2) == 0.95


def test_discrimination_is_the_one_that_is_printed_for_the_law_school_admission_test() -> None:
    """See `law_school` for the source of the data, and of what is expected."""
    table = np.repeat(law_school.PATTERNS, law_school.TIMES, axis=0)
    found = items(joints(table), [1] * 5)
    everybody = Counter(table.sum(axis=1).tolist())
    right = {at: Counter(table.sum(axis=1)[table[:, at] == 1].tolist()) for at in range(5)}
    chosen = options(right, everybody)
    total = whole(everybody)
    relied = reliability(joints(table), [1] * 5)

    assert [item.facility for item in found] == [0.924, 0.709, 0.553, 0.763, 0.870]
    with_rest = [round(item.discrimination, 3) for item in found]
    assert with_rest == [0.113, 0.153, 0.173, 0.144, 0.122]
    with_total = [round(chosen[at].point_biserial, 3) for at in range(5)]
    assert with_total == [0.362, 0.567, 0.618, 0.534, 0.435]
    assert (float(total.mean), round(total.sd, 3)) == (3.819, 1.035)
    assert (round(relied.alpha, 3), round(relied.error, 3)) == (0.295, 0.869)


def test_a_correlation_has_the_interval_of_fishers_transformation() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    pearson = stats.pearsonr(x, y)
    found = of_correlation(float(pearson.statistic), 40)
    expected = pearson.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_quantiles_are_those_of_the_tables() -> None:
    exact = stats.t.ppf(0.975, np.arange(1, 400))
    assert [student(df) for df in range(1, 400)] == pytest.approx(exact, abs=1e-7)
    for n in (5, 6, 10, 100, 1001, 10_000):
        ranks = of_median(dict.fromkeys(range(n), 1))
        order = int(stats.binom.ppf(0.025, n, 0.5))
        assert ranks == (Interval(order - 1, n - order) if order else None)


def test_the_interval_of_alpha_covers_it_and_narrows_with_the_class() -> None:
    small, large = of_alpha(0.8, 20, 10), of_alpha(0.8, 200, 10)
    assert small.low < large.low < 0.8 < large.high < small.high
    assert of_alpha(0.8, 2, 10) is None


def _choice(chosen: int, r: float | None, n: int) -> Option:
    return Option(chosen, n, chosen / n, r)


def _item(facility: float, discrimination: float | None, n: int = 60) -> Item:
    pulls_down = (discrimination or 0) < 0
    return Item(n, facility, None, 0.4, discrimination, None, 0.5, 0.1, 0.1, pulls_down)


@pytest.mark.parametrize(
    ("item", "chosen", "expected"),
    [
        (_item(0.6, 0.4), {"a": (36, 0.5), "b": (14, -0.3), "c": (10, -0.2)}, []),
        (
            _item(0.3, -0.3),
            {"a": (18, -0.3), "b": (32, 0.4), "c": (10, -0.1)},
            [("wrong_key", "b"), ("negative", "")],
        ),
        (
            _item(0.2, 0.2),
            {"a": (12, 0.2), "b": (48, -0.2)},
            [("wrong_key", "b"), ("guessed", "")],
        ),
        # Hard, but the key is known to draw the strong.
        (_item(0.2, 0.4), {"a": (12, 0.4), "b": (48, -0.4)}, [("guessed", "")]),
        # All choose the same wrong option: nothing correlates with anything.
        (
            _item(0.0, None),
            {"a": (0, None), "b": (60, None)},
            [("wrong_key", "b"), ("nobody", "")],
        ),
        (_item(0.1, None), {}, [("guessed", "")]),
        (_item(0.0, None), {}, [("nobody", "")]),
        # A little more than the key's, by chance.
        (_item(0.6, 0.2), {"a": (36, 0.05), "b": (24, 0.12)}, []),
        (_item(0.6, 0.05), {}, [("weak", "")]),
        (_item(0.98, 0.1), {"a": (59, 0.1), "b": (1, -0.1), "c": (0, None)}, [("easy", "")]),
        (_item(0.6, 0.4), {"a": (36, 0.5), "b": (24, -0.5), "c": (0, None)}, [("dead", "c")]),
        (_item(0.1, -0.9, n=19), {"a": (1, -0.9), "b": (18, 0.9)}, []),
    ],
)
def test_a_question_that_looks_broken_is_flagged_once_there_are_enough(item, chosen, expected):
    choices = {key: _choice(times, r, item.n) for key, (times, r) in chosen.items()}
    found = flags(item, guess=Fraction(1, 3), choices=choices, right=["a"] if choices else [])
    assert [(flag.sign, flag.option) for flag in found] == expected


def test_a_wrong_key_is_found_in_a_short_quiz() -> None:
    """The key of two questions is lifted by the total, which holds it: against the rest it falls.

    The strong choose b, which should be the key; half of the weak hit upon a, which is.
    """
    rows = [("b", 1)] * 20 + [("b", 0)] * 6 + [("a", 1)] * 6 + [("a", 0)] * 14
    marks = [int(choice == "a") for choice, _other in rows]
    totals = [mark + other for mark, (_choice, other) in zip(marks, rows, strict=True)]
    item = items([Joint.of(zip(marks, totals, strict=True))], [1])[0]
    signs = []
    for scores in ([other for _choice, other in rows], totals):
        counted = {
            key: Counter(s for s, (c, _other) in zip(scores, rows, strict=True) if c == key)
            for key in "ab"
        }
        choices = options(counted, Counter(scores))
        found = flags(item, guess=Fraction(1, 2), choices=choices, right=["a"])
        signs.append([(flag.sign, flag.option) for flag in found])
    assert signs == [[("wrong_key", "b"), ("negative", "")], [("negative", "")]]
