"""A one- or two-parameter logistic model of right and wrong answers, fitted by girth, and its fit.

P(right) = 1 / (1 + exp(-a (θ - b))) with strengths θ spread as a standard normal distribution in
the class, a difficulty b for each question, and one discrimination a for all questions (Rasch's
model, on the scale of the class) or one for each. Both are estimated by marginal maximum
likelihood (Bock and Aitkin 1981). All that is told about the fit is worked out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from girth import INVALID_RESPONSE, onepl_mml, twopl_mml

Matrix = np.ndarray[Any, np.dtype[Any]]

TWO_FROM = 500  # attempts: fewer do not tell how questions differ in discrimination
POINTS, WIDE = 61, 6.0  # where strengths are summed over: from -6 to 6 standard deviations
NEAR = 0.05  # two runs that agree within it have settled
# The library searches discriminations between 0.2 and 5; beside a border it has found none.
LEAST, MOST, FAR = 0.21, 4.9, 6.0
COARSE = {"quadrature_n": 41, "quadrature_bounds": (-5, 5), "max_iteration": 60}
FINE = {"quadrature_n": 61, "quadrature_bounds": (-6, 6), "max_iteration": 200}


@dataclass(frozen=True)
class Found:
    """A fitted model: one discrimination and difficulty a question."""

    name: str  # "1pl" or "2pl"
    slopes: Matrix
    places: Matrix
    settled: bool

    @property
    def parameters(self) -> int:
        return len(self.places) + (1 if self.name == "1pl" else len(self.slopes))


def fit(patterns: Sequence[tuple[Sequence[int | None], int]]) -> dict[str, Any]:
    """The better of the models that this many attempts allow (by BIC), and how well it fits."""
    answers = np.array(
        [[np.nan if mark is None else mark for mark in pattern] for pattern, _n in patterns], float
    ).T
    times = np.array([n for _pattern, n in patterns])
    n = int(times.sum())
    found = [_one(answers, times)]
    if n >= TWO_FROM:
        found.append(_two(answers, times))
    told = [_told(model, answers, times) for model in found]
    # A model that has not settled is told only where there is no other.
    best = min(told, key=lambda each: (not each["settled"], each["bic"]))
    return {**best, "n": n, "tried": [{"name": t["name"], "bic": t["bic"]} for t in told]}


def _table(answers: Matrix, times: Matrix) -> Any:
    """As the library wants it: questions by attempts, whole numbers."""
    return np.repeat(np.where(np.isnan(answers), INVALID_RESPONSE, answers), times, axis=1).astype(
        int
    )


def _one(answers: Matrix, times: Matrix) -> Found:
    table = _table(answers, times)
    runs = [onepl_mml(table.copy(), options=options) for options in (COARSE, FINE)]
    slopes = [np.full(len(table), float(run["Discrimination"])) for run in runs]
    return _found("1pl", slopes, [run["Difficulty"] for run in runs])


def _two(answers: Matrix, times: Matrix) -> Found:
    table = _table(answers, times)
    runs = [twopl_mml(table.copy(), options=options) for options in (COARSE, FINE)]
    return _found(
        "2pl", [run["Discrimination"] for run in runs], [run["Difficulty"] for run in runs]
    )


def _found(name: str, slopes: Sequence[Matrix], places: Sequence[Matrix]) -> Found:
    inside = (
        np.all(np.isfinite(places[1]))
        and np.all(np.abs(places[1]) < FAR)
        and np.all((slopes[1] > LEAST) & (slopes[1] < MOST))
    )
    near = max(np.max(np.abs(pair[0] - pair[1])) for pair in (slopes, places)) < NEAR
    return Found(name, slopes[1], places[1], bool(inside and near))


def _told(model: Found, answers: Matrix, times: Matrix) -> dict[str, Any]:
    """Everything about a model: of its questions, of its attempts, and of the whole."""
    theta = np.linspace(-WIDE, WIDE, POINTS)
    prior = np.exp(-theta * theta / 2)
    prior /= prior.sum()
    right = 1 / (1 + np.exp(-model.slopes[:, None] * (theta - model.places[:, None])))
    known = ~np.isnan(answers)
    marks = np.where(known, answers, 0)
    logs = marks.T @ np.log(right) + (known & (marks == 0)).T @ np.log1p(-right)
    joint = np.exp(logs) * prior  # pattern by strength
    likelihood = joint.sum(axis=1)
    after = joint / likelihood[:, None]
    n = int(times.sum())
    log_likelihood = float(times @ np.log(likelihood))
    strength = after @ theta
    unsure = after @ theta**2 - strength**2
    mean = times @ strength / n
    spread = float(times @ (strength - mean) ** 2 / n)
    slope_error, place_error = _errors(model, theta, right, after, marks, known, times)
    return {
        "name": model.name,
        "settled": model.settled,
        "bic": model.parameters * float(np.log(n)) - 2 * log_likelihood,
        # The share of what strengths differ by that is not doubt about each of them.
        "reliability": spread / (spread + float(times @ unsure / n)),
        "questions": [
            {
                "n": int(times[known[at]].sum()),
                "difficulty": float(model.places[at]),
                "difficulty_error": _finite(place_error[at]),
                "discrimination": float(model.slopes[at]),
                "discrimination_error": _finite(slope_error[at]),
                **_mean_squares(right[at], after, marks[at], known[at], times),
            }
            for at in range(len(answers))
        ],
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _mean_squares(
    right: Matrix, after: Matrix, marks: Matrix, known: Matrix, times: Matrix
) -> dict[str, float]:
    """Outfit and infit (Wright and Masters 1982) over the strengths that each attempt may have."""
    weights = times[known, None] * after[known]
    off = (marks[known, None] - right) ** 2
    doubt = right * (1 - right)
    return {
        "outfit": float((weights * off / doubt).sum() / times[known].sum()),
        "infit": float((weights * off).sum() / (weights * doubt).sum()),
    }


def _errors(
    model: Found,
    theta: Matrix,
    right: Matrix,
    after: Matrix,
    marks: Matrix,
    known: Matrix,
    times: Matrix,
) -> tuple[Matrix, Matrix]:
    """Standard errors of a and b from the products of each attempt's own gradient."""
    off = np.where(known[:, :, None], marks[:, :, None] - right[:, None, :], 0)
    place = -model.slopes[:, None] * (off * after).sum(axis=2)
    slope = (off * after * (theta - model.places[:, None])[:, None, :]).sum(axis=2)
    if model.name == "1pl":
        slope = slope.sum(axis=0, keepdims=True)
    gradient = np.vstack([place, slope])
    covariance = np.linalg.pinv(gradient * times @ gradient.T)
    errors = np.sqrt(np.diag(covariance))
    places = len(model.places)
    return np.broadcast_to(errors[places:], places), errors[:places]
