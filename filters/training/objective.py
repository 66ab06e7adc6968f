"""What the paintings of a batch are judged by, and what a batch is: squares, and the styles they are painted in."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .calm import calmed
from .content import ContentSet
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
from .multipliers import Multiplier
from .network import Painter, channels_last
from .perceptual import CONTENT_LAYER, STYLE_LAYERS, Perception
from .settings import Settings

WIDE = 384  # pixels, side of the squares on which evenness is judged: as much as a frame shows
NOTED_EVERY = 4  # steps, since it takes as long as a third of one
NOISE = 1.5 / 255  # standard deviation of what a camera and its codec add from one frame to the next


@dataclass(frozen=True)
class Moment:
    """A point of a training: the steps behind it, and the share of the whole, 0..1."""

    step: int
    progress: float


class Objective:
    """Seven losses of a batch, and how much each of them counts at a moment of the training.

    What is drawn at random comes from its `generator`, which a checkpoint keeps, as it does the weights of `held`.
    """

    def __init__(
        self,
        painter: Painter,
        targets: dict[str, Tensor],
        content: ContentSet,
        settings: Settings,
        perception: Perception,
    ) -> None:
        self.painter = channels_last(painter)
        self.device = next(painter.parameters()).device
        self.targets = {layer: value.to(self.device) for layer, value in targets.items()}
        self.content, self.settings = content, settings
        self.perception = perception.to(self.device)
        styles = len(self.targets[STYLE_LAYERS[0]])
        truth = torch.tensor(settings.content_weights or (1.0,) * styles, device=self.device)
        self.held = {
            "content": Multiplier(truth, settings.content_aim),
            "steadiness": Multiplier(torch.ones_like(truth), settings.steadiness_aim),
        }
        self.generator = torch.Generator().manual_seed(settings.seed)

    def batch(self, at: Moment) -> tuple[Tensor, Tensor]:
        """Squares (contents x styles_per_content, 3, S, S), and the style of each.

        Squares are painted in the same styles where they are judged together, else in as many as there are.
        """
        s = self.settings
        sizes = s.early_sizes if at.progress < s.late_from else s.late_sizes
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

    def weights(self, at: Moment) -> dict[str, float]:
        """How much each loss counts."""
        s = self.settings
        return {
            "content": s.content_weight,
            "style": s.style_weight,
            "variation": s.variation_weight,
            "tone": s.tone_weight,
            "evenness": s.evenness_weight,
            "lattice": s.lattice_weight,
            "steadiness": self._steadiness(at),
        }

    def losses(self, pictures: Tensor, styles: Tensor, at: Moment) -> dict[str, Tensor]:
        """The seven losses, each the mean over the batch, and "flicker": steadiness before a held weight counts."""
        painted, steadiness = self._painted(pictures, styles, at)
        return {**self._judged(painted, pictures, styles, at), **steadiness}

    def _on_a_frame(self, styles: Tensor, *, note: bool) -> dict[str, Tensor]:
        """Evenness and lattice in each of these styles, on a picture of its own: squares are too small to be uneven.

        Half of it is made calm ground where lattices are looked for, since that is where they are. With `note` it says
        first how much of a frame is left, which is what content is held by where squares show too little of one.
        """
        s = self.settings
        if s.evenness_weight == s.lattice_weight == s.content_aim == 0:
            return dict.fromkeys(("evenness", "lattice"), torch.zeros((), device=self.device))
        wide = self.content.wide(WIDE, self.generator)
        if s.content_aim and note:
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

    def _judged(self, painted: Tensor, pictures: Tensor, styles: Tensor, at: Moment) -> dict[str, Tensor]:
        """What VGG-16 says of the paintings, their total variation and tone, and how the styles paint a frame."""
        repeats = self.settings.styles_per_content
        with torch.no_grad():
            original = self._features(pictures[::repeats], CONTENT_LAYER)[CONTENT_LAYER]
        original = original.repeat_interleave(repeats, 0)
        features = self._features(painted)
        left = content_loss(features, original)
        content = self.held["content"].weighed(left, styles).mean()
        shown = pictures.shape[-1] >= WIDE
        if shown:
            self.held["content"].learn(left, styles)
        return {
            "content": content,
            "style": self._style(features, styles).mean(),
            "variation": total_variation(painted).mean(),
            "tone": tone_loss(painted, pictures).mean(),
            **self._on_a_frame(torch.unique(styles), note=not shown and at.step % NOTED_EVERY == 0),
        }

    def _style(self, features: dict[str, Tensor], styles: Tensor) -> Tensor:
        """The style loss (N,). Gram matrices are sums over a whole picture: the fast way is exact enough for them."""
        targets = {layer: self.targets[layer][styles] for layer in STYLE_LAYERS}
        with self._fast():
            return pooled_style_loss(features, targets, styles, self.settings.pooled)

    def _painted(self, pictures: Tensor, styles: Tensor, at: Moment) -> tuple[Tensor, dict[str, Tensor]]:
        """The pictures painted, float32, and how steady: both times of each go through the net at once."""
        if self._steadiness(at) == 0:
            none = torch.zeros((), device=self.device)
            return self._paint(pictures, styles), {"steadiness": none, "flicker": none}
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
        told = {
            "steadiness": self.held["steadiness"].weighed(errors, styles).mean(),
            "flicker": errors.mean(),
        }
        self.held["steadiness"].learn(errors, styles)
        return painted[:-1] if pair is not None else painted, told

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

    def _steadiness(self, at: Moment) -> float:
        """The weight of steadiness, which rises."""
        s = self.settings
        reached = (at.progress - s.steady_from) / max(1e-9, s.steady_full - s.steady_from)
        return s.steadiness_weight * min(1.0, max(0.0, reached))


def _for_each(picture: Tensor, styles: Tensor) -> Tensor:
    """One picture (1, 3, H, W) as often as there are styles, channels last."""
    return picture.expand(len(styles), -1, -1, -1).contiguous(memory_format=torch.channels_last)


def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether half the digits are worth it: on GPUs, and on processors that multiply bfloat16 themselves."""
    if device.type == "cuda":
        return True
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported is not None and supported())
