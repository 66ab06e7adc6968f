"""The stages in which the shipped base networks are learned, each from the one before it.

The fine one has nine: all styles on small squares, which is cheap and brings it half of the way; a short one on
larger squares with steadiness at its full weight; the long one, on squares that hold as much of a style as its
statistics ask for, where the rates fall for most of the time; one more like it that also asks for evenness, much of
it, until dark water and shadow have no patches of colour; one that asks for less of it, so that the colours which
went with the patches come back elsewhere; one on pictures that are half lawn, water or haze, which asks for ground
without scales and dots; a long one in which two squares are judged together, as a frame is, with content and
steadiness held where they should be under every style; one on single squares nearly as large as a frame, which show
what small ones are too small for; and one more like it, in which content counts as much under each style as the
recipe's `level` says, for what is left of squares is not quite what is left of a flight. The live one learns from the
fine one as it is after the second, and then has two of its own: on lawn, water and haze, and on large squares as the
last of the fine one.
docs/decisions/0005-trials.md has what each of them gave.
"""

from __future__ import annotations

from dataclasses import replace

from filters.training.settings import Settings

STILL = Settings(
    steps=320, contents=1, early_sizes=(224,), late_sizes=(256,), rate=1e-3, style_rate=5e-3,
    steadiness_weight=24.0, steady_from=0.0, steady_full=0.02, late_from=0.4, fall_from=0.2, evenness_weight=6.0,
    lattice_weight=0.4,
)  # fmt: skip

LEVEL = Settings(
    steps=640, contents=1, early_sizes=(416,), late_sizes=(512,), rate=6e-4, style_rate=5e-3, content_weight=2.0,
    style_weight=24.0, steadiness_weight=60.0, steadiness_aim=0.0135, steady_from=0.0, steady_full=0.02,
    late_from=0.5, fall_from=0.2, evenness_weight=12.0, lattice_weight=6.0,
)  # fmt: skip

STAGES = {
    "start": Settings(steps=3600, steady_from=0.128, steady_full=0.383, tone_weight=0.0),
    "settle": Settings(
        steps=800, contents=1, early_sizes=(256,), late_sizes=(256,), rate=1e-3, style_rate=5e-3,
        steadiness_weight=24.0, steady_from=0.0, steady_full=0.05, tone_weight=0.0,
    ),
    "finish": Settings(
        steps=3200, contents=1, early_sizes=(224, 256), late_sizes=(256, 288), rate=1.5e-3, style_rate=8e-3,
        steadiness_weight=24.0, steady_from=0.0, steady_full=0.02, late_from=0.5, fall_from=0.4,
    ),
    "even": Settings(
        steps=1100, contents=1, early_sizes=(224,), late_sizes=(256,), rate=1e-3, style_rate=5e-3,
        steadiness_weight=24.0, steady_from=0.0, steady_full=0.02, late_from=0.6, fall_from=0.1, evenness_weight=8.0,
    ),
    "relax": Settings(
        steps=380, contents=1, early_sizes=(224,), late_sizes=(256,), rate=5e-4, style_rate=3e-3,
        steadiness_weight=24.0, steady_from=0.0, steady_full=0.02, late_from=0.3, fall_from=0.0, evenness_weight=3.0,
    ),
    "still": STILL,
    "hold": Settings(
        steps=5400, early_sizes=(224,), late_sizes=(256,), rate=1.2e-3, style_rate=8e-3, style_weight=12.0, pooled=0.8,
        content_aim=0.76, steadiness_weight=24.0, steadiness_aim=0.0185, steady_from=0.0, steady_full=0.02,
        late_from=0.35, fall_from=0.15, evenness_weight=8.0, lattice_weight=4.0,
    ),
    "large": Settings(
        steps=660, contents=1, early_sizes=(416,), late_sizes=(512,), rate=8e-4, style_rate=5e-3, content_weight=2.0,
        style_weight=24.0, content_aim=0.95, steadiness_weight=60.0, steadiness_aim=0.017, steady_from=0.0,
        steady_full=0.02, late_from=0.5, fall_from=0.3, evenness_weight=12.0, lattice_weight=6.0,
    ),
    "level": LEVEL,
    "live": Settings(steps=1600, steady_from=0.128, steady_full=0.383, tone_weight=0.0),
    "live-still": STILL,
    "live-level": replace(LEVEL, steps=1000, rate=8e-4),
}  # fmt: skip
"""Settings of each stage, in their order."""

BEFORE = {
    "settle": "start", "finish": "settle", "even": "finish", "relax": "even", "still": "relax", "hold": "still",
    "large": "hold", "level": "large", "live": "settle", "live-still": "live", "live-level": "live-still",
}  # fmt: skip
"""The stage whose checkpoint each one starts from; for “live” that of its teacher."""

LIVE = {"live", "live-still", "live-level"}
"""Stages of the live network."""

BY_STYLE = {"finish", "even", "relax", "still", "hold", "large", "level", "live-still", "live-level"}
"""Stages in which content counts as much under each style as the recipe says, or begins so."""

DRAWN = {
    "even": 48, "relax": 48, "still": 48, "hold": 48, "large": 96, "level": 96, "live-still": 48, "live-level": 96,
}  # fmt: skip
"""Landscapes of our own that a stage learns on beside the photographs, which show little water and less sky."""

REPEATED = {"large": 8, "level": 8, "live-level": 8}
"""How often photographs count in a stage: the few that are large enough for its squares, nine of drones, are to count
beside the landscapes."""

MOST_ENLARGED = 1.5
"""How far a photograph may be enlarged to fill a square; smaller ones are left out of a stage, since ground that is
smooth from enlarging teaches a network to draw upon smooth ground."""
