"""Cut papers one above the other, from night blue up to cream: clean curves, fronds, soft shadows."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise

PAPERS = (
    (22, 50, 68),
    (30, 92, 102),
    (86, 150, 140),
    (232, 110, 84),
    (246, 176, 118),
    (186, 66, 76),
    (250, 226, 186),
    (120, 182, 170),
    (252, 244, 226),
)


def _frond(canvas: Picture, generator: np.random.Generator) -> None:
    """A bowed stem with pairs of leaves that shrink towards its tip."""
    place, angle = generator.uniform(-20, SIDE + 20, 2), generator.uniform(0, 2 * np.pi)
    size, pairs, bow = generator.uniform(15, 27), int(generator.integers(4, 8)), generator.normal(0, 0.13)
    t = np.linspace(0, np.pi, 14)
    leaf = np.stack([0.5 - 0.5 * np.cos(t), 0.21 * np.sin(t) ** 1.2 * (1.15 - 0.3 * t / np.pi)], -1)
    leaf = np.concatenate([leaf, leaf[::-1] * (1, -1)])
    stem = [place]
    for pair in range(pairs + 1):
        length = size * (1.15 - 0.6 * pair / pairs)
        for side in (-0.85, 0.85) if pair < pairs else (0.0,):
            a = angle + side
            turned = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
            outline = leaf * length * 1.25 @ turned + place
            cv2.fillPoly(canvas, [np.round(outline * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
        angle += bow
        place = place + np.array([np.cos(angle), np.sin(angle)]) * length * 0.74
        stem.append(place)
    cv2.polylines(canvas, [np.round(np.array(stem[:-1]) * 8).astype(np.int32)], False, 255, 3, cv2.LINE_AA, 3)


def draw(seed: int = 35) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    picture: Field = np.full((SIDE, SIDE, 3), PAPERS[0], np.float32)
    for turn, colour in enumerate(PAPERS):
        fibre = 0.6 * noise(generator, SIDE, 170, 2) + 0.4 * noise(generator, SIDE, 60, 3)
        paper = np.asarray(colour, np.float32) * (0.92 + 0.16 * fibre)[..., None]
        if turn == 0:
            picture = paper.astype(np.float32)
            continue
        form = cv2.GaussianBlur(noise(generator, SIDE, 6.0 + turn % 3, 2, 0.35), (0, 0), 6)
        gy, gx = np.gradient(form)
        share = 0.5 + 0.05 * turn
        distance = (form - np.quantile(form, share)) / (np.hypot(gx, gy) + 4e-4)
        sheet = (np.clip(distance + 0.5, 0, 1) * 255).astype(np.uint8)
        windows, glued = np.zeros_like(sheet), np.zeros_like(sheet)
        for _ in range(15):
            _frond(windows, generator)
        for _ in range(22):
            _frond(glued, generator)
        mask = np.maximum(np.minimum(sheet, 255 - windows), glued).astype(np.float32) / 255
        for shift, blur, dark in ((9, 7.0, 0.42), (3, 2.0, 0.35)):
            slide = np.array(((1, 0, shift * 0.6), (0, 1, shift)), np.float32)
            shadow = cv2.warpAffine(mask, slide, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
            picture = picture * (1 - dark * cv2.GaussianBlur(shadow, (0, 0), blur))[..., None]
        lift = mask - cv2.warpAffine(
            mask,
            np.array(((1, 0, 1), (0, 1, 1.4)), np.float32),
            (SIDE, SIDE),
            borderMode=cv2.BORDER_REPLICATE,
        )
        paper = paper + 34 * np.clip(lift, -0.6, 1)[..., None]  # the cut edge catches light
        picture = (picture * (1 - mask[..., None]) + paper * mask[..., None]).astype(np.float32)
    return finish(picture, generator, 3.0)
