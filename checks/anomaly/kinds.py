"""What a metric measures, why a point was flagged, and what people said of it."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Kind(IntEnum):
    """What a metric measures; decides its scale and its rules."""

    COUNT = 0
    DURATION = 1
    COST = 2
    RATIO = 3
    GAUGE = 4


class Reason(IntEnum):
    """Why a point was flagged; NONE means it was not."""

    NONE = 0
    HIGH = 1
    LOW = 2
    ZERO = 3
    SHIFT_UP = 4
    SHIFT_DOWN = 5
    CREEP_UP = 6
    CREEP_DOWN = 7
    COLD_START = 8
    FLAT = 9
    DOUBLE = 10
    MISSING = 11
    JUDGED = 12


class Mark(IntFlag):
    """What people said of a point.

    SPARED: expected once, never flagged and never learned. RESTART: the new normal begins here. WRONG: really wrong,
    flagged and never learned.
    """

    NONE = 0
    SPARED = 1
    RESTART = 2
    WRONG = 4
