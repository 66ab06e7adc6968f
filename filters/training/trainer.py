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
from .network import Painter, is_style_number
from .objective import Moment, Objective
from .refusals import Refusal

Losses = dict[str, float]
OnProgress = Callable[[int, int, Losses, Tensor | None, float], None]
"""Told after each step: its number, how many there will be, the losses, a preview or none, the seconds so far."""
MOST_FAILURES = 3
REMEMBERED = 1000  # steps whose losses are kept: a graphics card takes millions in a day
SELDOMER = 0.02  # of the steps before it: a preview comes no sooner after the last one


class TrainingFailed(Refusal, RuntimeError):
    """Training cannot go on; the message is a sentence for the person who started it."""


class Training:
    """A training in progress: what `run` changes step by step and what a checkpoint holds."""

    def __init__(self, objective: Objective, checkpoint: Path | None = None) -> None:
        self.objective, self.checkpoint = objective, checkpoint
        self.settings, self.generator = objective.settings, objective.generator
        self.painter: Painter = objective.painter
        for name, parameter in self.painter.named_parameters():
            parameter.requires_grad_(is_style_number(name) or not self.settings.freeze_base)
        self.optimizer = torch.optim.Adam(self._groups())
        self.step, self.elapsed, self.failures = 0, 0.0, 0
        self.before = 0  # steps of the trainings that this one goes on from
        self.shown = 0  # the step of the last preview
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
        """Train to the end: True. Previews come early, and with every checkpoint; later on ever more seldom.

        False if `should_stop` said so, with a checkpoint left to go on from.
        """
        if not self.resume():
            self.save()  # the start, to fall back to
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
            self.history = [*self.history[1 - REMEMBERED :], {"step": float(self.step), **losses}]
            keep = self.step % self.settings.checkpoint_every == 0
            if on_progress is not None:
                on_progress(
                    self.step,
                    self.expected_steps(),
                    losses,
                    self.preview() if self._is_worth_a_look(keep) else None,
                    self.elapsed,
                )
            if keep:
                self.save()
        self.save()
        return True

    def _is_worth_a_look(self, keep: bool) -> bool:
        """Whether a preview is due: some hundred are enough, however many steps there are."""
        due = self.step == 2 or (keep and self.step - self.shown >= SELDOMER * self.shown)
        self.shown = self.step if due else self.shown
        return due

    def take_step(self) -> Losses:
        """One batch: paint, judge, learn. On a loss that is not finite nothing is learned from it."""
        self._set_rates()
        now = Moment(self.step, self.progress())
        pictures, styles = self.objective.batch(now)
        parts = self.objective.losses(pictures, styles, now)
        weights = self.objective.weights(now)
        total = sum((weight * parts[name] for name, weight in weights.items()), torch.zeros(()))
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

    @torch.no_grad()
    def preview(self) -> Tensor | None:
        """The standing pictures as the first style paints them now, (N, 3, H, W) in 0..1; None without any."""
        if self.standing is None:
            return None
        device = self.objective.device
        style = torch.zeros(len(self.standing), dtype=torch.long, device=device)
        painted: Tensor = self.painter(self.standing.to(device), style)
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
                "held": {name: held.state() for name, held in self.objective.held.items()},
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
            self.objective.held[name].take(held)
        return True
