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
    Item,
    Joint,
    Option,
    items,
    options,
    proportion,
    reliability,
    traces,
    units,
    whole,
)
from quizzes.statistics.advice import flags
from quizzes.statistics.intervals import of_alpha, of_correlation
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
        if took.all() or not took.any() or totals.var() == 0:
            assert found[key].point_biserial is None
        else:
            expected = stats.pointbiserialr(took, totals).statistic
            assert same(found[key].point_biserial, expected)
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


def test_the_interval_of_alpha_covers_it_and_narrows_with_the_class() -> None:
    small, large = of_alpha(0.8, 20, 10), of_alpha(0.8, 200, 10)
    assert small.low < large.low < 0.8 < large.high < small.high
    assert of_alpha(0.8, 2, 10) is None


def _choice(chosen: int, r: float | None, n: int) -> Option:
    return Option(chosen, n, chosen / n, r)


def _item(facility: float, discrimination: float, n: int = 60) -> Item:
    return Item(n, facility, None, 0.4, discrimination, None, 0.5, 0.1, 0.1, discrimination < 0)


@pytest.mark.parametrize(
    ("item", "chosen", "expected"),
    [
        (_item(0.6, 0.4), {"a": (36, 0.5), "b": (14, -0.3), "c": (10, -0.2)}, []),
        (
            _item(0.3, -0.3),
            {"a": (18, -0.3), "b": (32, 0.4), "c": (10, -0.1)},
            [("wrong_key", "b"), ("negative", "")],
        ),
        (_item(0.2, 0.2), {"a": (12, 0.2), "b": (48, -0.2)}, [("guessed", "")]),
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
