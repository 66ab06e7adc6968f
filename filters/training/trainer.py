"""The training loop: one for a base network with many styles, the same for one new style on a frozen base."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from . import checkpoint as checkpoints
from .calm import calmed
from .content import ContentSet
from .held import Held
from .losses import (
    content_loss,
    evenness_loss,
    lattice_loss,
    move,
    pooled_style_loss,
    random_motion,
    seen,
    steadiness_loss,
    tone_loss,
    total_variation,
)
from .network import Painter, channels_last, is_style_number
from .perceptual import CONTENT_LAYER, STYLE_LAYERS, Perception
from .settings import Settings

Losses = dict[str, float]
OnProgress = Callable[[int, int, Losses, Tensor | None], None]
MOST_FAILURES = 3
WIDE = 384  # pixels, side of the squares on which evenness is judged: as much as a frame shows
NOTED_EVERY = 4  # steps, since it takes as long as a third of one
NOISE = 1.5 / 255  # standard deviation of what a camera and its codec add from one frame to the next


class TrainingFailed(RuntimeError):
    """Training cannot go on; the message is a sentence for the person who started it."""


class Training:
    """A training in progress: what `run` changes step by step and what a checkpoint holds."""

    def __init__(
        self,
        painter: Painter,
        targets: dict[str, Tensor],
        content: ContentSet,
        settings: Settings,
        perception: Perception,
        checkpoint: Path | None = None,
    ) -> None:
        self.painter = channels_last(painter)
        self.device = next(painter.parameters()).device
        self.targets = {layer: value.to(self.device) for layer, value in targets.items()}
        self.content, self.settings, self.checkpoint = content, settings, checkpoint
        self.perception = perception.to(self.device)
        styles = len(self.targets[STYLE_LAYERS[0]])
        truth = torch.tensor(settings.content_weights or (1.0,) * styles, device=self.device)
        self.held = {
            "content": Held(truth, settings.content_aim),
            "steadiness": Held(torch.ones_like(truth), settings.steadiness_aim),
        }
        for name, parameter in painter.named_parameters():
            parameter.requires_grad_(is_style_number(name) or not settings.freeze_base)
        self.optimizer = torch.optim.Adam(self._groups())
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.step, self.elapsed, self.failures = 0, 0.0, 0
        self.before = 0  # steps of the trainings that this one goes on from
        self.history: list[Losses] = []
        self.standing: Tensor | None = None  # pictures (N, 3, H, W) that are painted for previews

    def _groups(self) -> list[dict[str, object]]:
        learned = [(n, p) for n, p in self.painter.named_parameters() if p.requires_grad]
        shared = [p for n, p in learned if not is_style_number(n)]
        numbers = [p for n, p in learned if is_style_number(n)]
        groups: list[dict[str, object]] = [{"params": numbers, "lr": self.settings.style_rate}]
        return groups + ([{"params": shared, "lr": self.settings.rate}] if shared else [])

    def run(
        self, on_progress: OnProgress | None = None, should_stop: Callable[[], bool] | None = None
    ) -> bool:
        """Train to the end: True. Previews come early, and with every checkpoint.

        False if `should_stop` said so, with a checkpoint left to go on from.
        """
        self.resume()
        while self.progress() < 1.0:
            if should_stop is not None and should_stop():
                self.save()
                return False
            began = time.monotonic()
            losses = self.take_step()
            if not math.isfinite(losses["total"]):
                self.fall_back()
                continue
            self.elapsed += time.monotonic() - began
            self.step += 1
            self.history.append({"step": float(self.step), **losses})
            keep = self.step % self.settings.checkpoint_every == 0
            if on_progress is not None:
                on_progress(
                    self.step,
                    self.expected_steps(),
                    losses,
                    self.preview() if keep or self.step == 2 else None,
                )
            if keep:
                self.save()
        self.save()
        return True

    def take_step(self) -> Losses:
        """One batch: paint, judge, learn. On a loss that is not finite nothing is learned from it."""
        self._set_rates()
        pictures, styles = self._batch()
        parts = self._losses(pictures, styles)
        total = sum((weight * parts[name] for name, weight in self._weights().items()), torch.zeros(()))
        losses = {name: float(value.detach()) for name, value in {**parts, "total": total}.items()}
        if math.isfinite(losses["total"]):
            self.optimizer.zero_grad(set_to_none=True)
            total.backward()  # type: ignore[no-untyped-call]
            learned = [p for p in self.painter.parameters() if p.grad is not None]
            norm = torch.nn.utils.clip_grad_norm_(learned, 5.0)
            if not math.isfinite(float(norm)):
                return {**losses, "total": float("nan")}
            self.optimizer.step()
        return losses

    def _weights(self) -> dict[str, float]:
        """How much each loss counts at this point of the training."""
        s = self.settings
        return {
            "content": s.content_weight,
            "style": s.style_weight,
            "variation": s.variation_weight,
            "tone": s.tone_weight,
            "evenness": s.evenness_weight,
            "lattice": s.lattice_weight,
            "steadiness": self._steadiness(),
        }

    def _losses(self, pictures: Tensor, styles: Tensor) -> dict[str, Tensor]:
        """The seven losses, each the mean over the batch."""
        painted, steadiness = self._painted(pictures, styles)
        return {**self._judged(painted, pictures, styles), "steadiness": steadiness}

    def _on_a_frame(self, styles: Tensor) -> dict[str, Tensor]:
        """Evenness and lattice in each of these styles, on a picture of its own: squares are too small to be uneven.

        Half of it is made calm ground where lattices are looked for, since that is where they are. As it is, it also
        says how much of a frame is left, which is what content is held by.
        """
        s = self.settings
        if s.evenness_weight == s.lattice_weight == s.content_aim == 0:
            return dict.fromkeys(("evenness", "lattice"), torch.zeros((), device=self.device))
        wide = self.content.wide(WIDE, self.generator)
        if s.content_aim and self.step % NOTED_EVERY == 0:
            self._note_content(wide.to(self.device), styles)
        if s.lattice_weight:
            wide = calmed(wide, self.generator)
        wide = _for_each(wide.to(self.device), styles)
        painted = self._paint(wide, styles)
        return {"evenness": evenness_loss(painted, wide).mean(), "lattice": lattice_loss(painted).mean()}

    @torch.no_grad()
    def _note_content(self, picture: Tensor, styles: Tensor) -> None:
        """Hold content by what is left of it on a picture (1, 3, H, W) in each of these styles."""
        original = self._features(picture, CONTENT_LAYER)[CONTENT_LAYER]
        painted = self._features(self._paint(_for_each(picture, styles), styles), CONTENT_LAYER)
        self.held["content"].learn(content_loss(painted, original), styles)

    def _judged(self, painted: Tensor, pictures: Tensor, styles: Tensor) -> dict[str, Tensor]:
        """What VGG-16 says of the paintings, their total variation and tone, and how the styles paint a frame."""
        repeats = self.settings.styles_per_content
        with torch.no_grad():
            original = self._features(pictures[::repeats], CONTENT_LAYER)[CONTENT_LAYER]
        original = original.repeat_interleave(repeats, 0)
        features = self._features(painted)
        return {
            "content": self.held["content"].weighed(content_loss(features, original), styles).mean(),
            "style": self._style(features, styles).mean(),
            "variation": total_variation(painted).mean(),
            "tone": tone_loss(painted, pictures).mean(),
            **self._on_a_frame(torch.unique(styles)),
        }

    def _style(self, features: dict[str, Tensor], styles: Tensor) -> Tensor:
        """The style loss (N,). Gram matrices are sums over a whole picture: the fast way is exact enough for them."""
        targets = {layer: self.targets[layer][styles] for layer in STYLE_LAYERS}
        with self._fast():
            return pooled_style_loss(features, targets, styles, self.settings.pooled)

    def _painted(self, pictures: Tensor, styles: Tensor) -> tuple[Tensor, Tensor]:
        """The pictures painted, float32, and the steadiness loss: both times of each go through the net at once."""
        if self._steadiness() == 0:
            return self._paint(pictures, styles), torch.zeros((), device=self.device)
        grid = random_motion(len(pictures), pictures.shape[-1], self.generator, self.device)
        later = (move(pictures, grid) + self._noise(pictures)).clamp(0, 1)
        pair = self.content.consecutive(pictures.shape[-1], self.generator)
        if pair is not None:
            pictures, later, grid = (
                torch.cat([kept, one.to(self.device)])
                for kept, one in zip((pictures, later, grid), pair, strict=True)
            )
            styles = torch.cat([styles, styles[-1:]])
        both = self._paint(torch.cat([pictures, later]), torch.cat([styles, styles]))
        painted, painted_later = both.chunk(2)
        errors = steadiness_loss(painted_later, move(painted, grid), seen(grid))
        steadiness = self.held["steadiness"].weighed(errors, styles).mean()
        self.held["steadiness"].learn(errors, styles)
        return painted[:-1] if pair is not None else painted, steadiness

    def _paint(self, pictures: Tensor, styles: Tensor) -> Tensor:
        """The pictures (N, 3, H, W) in these styles (N,), float32."""
        with self._fast():
            painted: Tensor = self.painter(pictures, styles)
        return painted.float()

    def _features(self, pictures: Tensor, last: str = STYLE_LAYERS[-1]) -> dict[str, Tensor]:
        """What VGG-16 sees in them, layer by layer as far as they are judged by, float32."""
        with self._fast():
            seen_in = self.perception(pictures, last)
        return {layer: value.float() for layer, value in seen_in.items() if layer in STYLE_LAYERS}

    def _fast(self) -> torch.autocast:
        """bfloat16 for networks, where it is worth it; losses are differences of like things and want all digits."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=bfloat16_is_fast(self.device))

    def _noise(self, like: Tensor) -> Tensor:
        """What a camera and its codec add, of the same shape: drawn where it is needed, since it is a lot to carry."""
        seed = int(torch.randint(2**31, (1,), generator=self.generator))
        own = torch.Generator(self.device).manual_seed(seed)
        return torch.randn(like.shape, generator=own, device=self.device) * NOISE

    def _batch(self) -> tuple[Tensor, Tensor]:
        """Squares (contents x styles_per_content, 3, S, S), and the style of each.

        Squares are painted in the same styles where they are judged together, else in as many as there are.
        """
        s = self.settings
        sizes = s.early_sizes if self.progress() < s.late_from else s.late_sizes
        size = sizes[int(torch.randint(len(sizes), (1,), generator=self.generator))]
        squares = self.content.batch(s.contents, size, self.generator).to(self.device)
        pictures = squares.repeat_interleave(s.styles_per_content, 0)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        if s.pooled:
            return pictures, self._turns(s.styles_per_content).repeat(s.contents).to(self.device)
        return pictures, self._turns(len(pictures)).to(self.device)

    def _turns(self, wanted: int) -> Tensor:
        """Indices of styles at random, (wanted,): none twice before all had their turn."""
        count = len(self.targets[STYLE_LAYERS[0]])
        turns = [torch.randperm(count, generator=self.generator) for _ in range(-(-wanted // count))]
        return torch.cat(turns)[:wanted]

    @torch.no_grad()
    def preview(self) -> Tensor | None:
        """The standing pictures as the first style paints them now, (N, 3, H, W) in 0..1; None without any."""
        if self.standing is None:
            return None
        style = torch.zeros(len(self.standing), dtype=torch.long, device=self.device)
        painted: Tensor = self.painter(self.standing.to(self.device), style)
        return painted.cpu()

    def progress(self) -> float:
        """How much of the training lies behind, 0..1."""
        return self.settings.progress(self.step, self.elapsed)

    def expected_steps(self) -> int:
        """How many steps there will be, as far as the pace so far tells."""
        done = self.progress()
        return self.settings.steps if done == 0 else max(self.step, round(self.step / done))

    def _set_rates(self) -> None:
        """Rise over 30 steps, stay, and from `fall_from` on fall in a straight line to a fiftieth."""
        rise = min(1.0, (self.step + 1) / 30)
        fall = min(1.0, max(0.02, (1.0 - self.progress()) / (1.0 - self.settings.fall_from)))
        for group, rate in zip(
            self.optimizer.param_groups, (self.settings.style_rate, self.settings.rate), strict=False
        ):
            group["lr"] = rate * rise * fall * 0.5**self.failures

    def _steadiness(self) -> float:
        """The weight of steadiness at this point of the training."""
        s = self.settings
        reached = (self.progress() - s.steady_from) / max(1e-9, s.steady_full - s.steady_from)
        return s.steadiness_weight * min(1.0, max(0.0, reached))

    def fall_back(self) -> None:
        """After a loss that is not finite: the last checkpoint again (or the start), at half the rate."""
        failures = self.failures + 1
        if failures > MOST_FAILURES:
            raise TrainingFailed(
                "Training became unstable four times, at ever lower rates, and was stopped; "
                "try a smaller style weight or another style image."
            )
        if not self.resume():
            raise TrainingFailed(
                "Training became unstable before its first checkpoint and was stopped; "
                "the style image or the content may be damaged."
            )
        self.failures = failures
        self.generator.manual_seed(self.settings.seed + 7919 * failures + self.step)
        self.save()

    def save(self) -> None:
        """Write the checkpoint, if one is wanted."""
        if self.checkpoint is None:
            return
        checkpoints.save(
            self.checkpoint,
            {
                "painter": self.painter.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "generator": self.generator.get_state(),
                "step": self.step,
                "before": self.before,
                "elapsed": self.elapsed,
                "failures": self.failures,
                "history": self.history,
                "held": {name: held.state() for name, held in self.held.items()},
                "settings": asdict(self.settings),
            },
        )

    def resume(self) -> bool:
        """Take over the checkpoint's state, if there is one."""
        state = checkpoints.load(self.checkpoint) if self.checkpoint is not None else None
        if state is None:
            return False
        self.painter.load_state_dict(state["painter"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        self.step, self.elapsed, self.failures = state["step"], state["elapsed"], state["failures"]
        self.history = state["history"]
        for name, held in state.get("held", {}).items():  # checkpoints of before 2026-11 have none
            self.held[name].take(held)
        return True


def _for_each(picture: Tensor, styles: Tensor) -> Tensor:
    """One picture (1, 3, H, W) as often as there are styles, channels last."""
    return picture.expand(len(styles), -1, -1, -1).contiguous(memory_format=torch.channels_last)


def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether half the digits are worth it: on GPUs, and on processors that multiply bfloat16 themselves."""
    if device.type == "cuda":
        return True
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported is not None and supported())
