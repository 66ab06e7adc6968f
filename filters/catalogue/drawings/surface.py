"""Tools for drawings of materials: bending a field, smearing it like a brush, lighting it from the side."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, noise, positions


def ramp(field: Field, low: float, high: float) -> Field:
    """0 below low, 1 above high, smooth between (also falls, where low is above high)."""
    t = np.clip((field - low) / (high - low), 0, 1)
    result: Field = (t * t * (3 - 2 * t)).astype(np.float32)
    return result


def bend(field: Field, generator: np.random.Generator, amount: float, humps: float = 7) -> Field:
    """Displace a field by noise of `humps` across, by up to half of `amount` pixels each way."""
    x, y = positions(SIDE)
    dx, dy = (
        (noise(generator, SIDE, humps, 4) - 0.5) * amount,
        (noise(generator, SIDE, humps, 4) - 0.5) * amount,
    )
    bent: Field = cv2.remap(field, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return bent


def smear(field: Field, angle: Field, length: float, step: float = 2.0) -> Field:
    """Average a field along the directions `angle` (radians) over `length` pixels; mean 0.5, deviation 0.2."""
    x, y = positions(SIDE)
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    field = cv2.GaussianBlur(field.astype(np.float32), (0, 0), 0.9)
    total = field.copy()
    for sign in (-step, step):
        px, py = x.copy(), y.copy()
        for _ in range(int(length / 2 / step)):
            dx = cv2.remap(cos, px, py, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
            dy = cv2.remap(sin, px, py, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
            px, py = px + sign * dx, py + sign * dy
            total = total + cv2.remap(field, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    result: Field = ((total - total.mean()) / (total.std() + 1e-6) * 0.2 + 0.5).astype(np.float32)
    return result


def lit(height: Field, blur: float = 1.0, toward: float = 2.36) -> Field:
    """Side light on a relief: about -1 in shadow to 1 in light; `toward` is where the light stands (radians)."""
    soft = cv2.GaussianBlur(height.astype(np.float32), (0, 0), blur)
    slope = cv2.Sobel(soft, cv2.CV_32F, 1, 0) * -np.cos(toward) + cv2.Sobel(soft, cv2.CV_32F, 0, 1) * np.sin(
        toward
    )
    result: Field = np.tanh(slope / (slope.std() * 1.5 + 1e-9)).astype(np.float32)
    return result


def along(form: Field, generator: np.random.Generator) -> Field:
    """Which way strokes lie (radians): along forms where there are any, else as the hand happens to go."""
    soft = cv2.GaussianBlur(form.astype(np.float32), (0, 0), 6)
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(product, (0, 0), 8) for product in (gx * gx, gy * gy, gx * gy))
    strength = np.hypot(xx - yy, 2 * xy)
    across = 0.5 * np.arctan2(2 * xy, xx - yy)
    hand = 6 * (noise(generator, SIDE, 4, 3, 0.4) - 0.5)
    return np.where(strength > np.median(strength), across + np.pi / 2, hand).astype(np.float32)
