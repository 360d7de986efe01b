"""AutoETS and Prophet on the same series. Runs in an environment of its own; imports nothing of the project.

`python forecasters.py IN.npy OUT.npz`: IN holds values (S, T); OUT the flags (S, T) of each model and the milliseconds
of a score. A point is flagged outside the 99.9 % interval of the model fitted to all points before it, from day 60 on.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

WARM = 60
LEVEL = 99.9


def flags_of(values: Floats, judge: Callable[[Floats], tuple[float, float]]) -> tuple[Bools, float]:
    """The flags of a model, and its milliseconds a score."""
    flags = np.zeros(values.shape, dtype=bool)
    began, scores = time.perf_counter(), 0
    for row, series in enumerate(values):
        filled = pd.Series(series).ffill().bfill().to_numpy()
        for t in range(WARM, len(series)):
            if np.isnan(series[t]):
                continue
            low, high = judge(filled[:t])
            flags[row, t] = not low <= series[t] <= high
            scores += 1
    return flags, 1000 * (time.perf_counter() - began) / max(scores, 1)


def auto_ets(past: Floats) -> tuple[float, float]:
    """The next point's interval by AutoETS with a week's season, of up to 90 days."""
    from statsforecast.models import AutoETS  # noqa: PLC0415 - each model is loaded when it is measured

    told = AutoETS(season_length=7).forecast(y=past[-90:].astype(np.float64), h=1, level=[LEVEL])
    return float(told[f"lo-{LEVEL}"][0]), float(told[f"hi-{LEVEL}"][0])


def prophet(past: Floats) -> tuple[float, float]:
    """The next point's interval by Prophet as Soda's last open release set it up."""
    from prophet import Prophet  # noqa: PLC0415 - as above

    days = pd.date_range("2025-01-06", periods=len(past) + 1, freq="D")
    model = Prophet(
        seasonality_mode="multiplicative", seasonality_prior_scale=0.01, changepoint_prior_scale=0.001,
        interval_width=LEVEL / 100, daily_seasonality=False, yearly_seasonality=False,
    )  # fmt: skip
    model.fit(pd.DataFrame({"ds": days[:-1], "y": past}))
    told = model.predict(pd.DataFrame({"ds": days[-1:]}))
    return float(told["yhat_lower"].iloc[0]), float(told["yhat_upper"].iloc[0])


def main() -> None:
    """Judge the given series with both."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    values = np.load(sys.argv[1])
    found: dict[str, Bools | float] = {}
    for name, judge, series in (("AutoETS", auto_ets, len(values)), ("Prophet", prophet, int(sys.argv[3]))):
        found[name], found[f"{name} ms"] = flags_of(values[:series], judge)
        print(f"{name}: {series} series, {found[f'{name} ms']:.1f} ms a score", file=sys.stderr, flush=True)
    np.savez(sys.argv[2], **found)


if __name__ == "__main__":
    main()
