"""What tests of a training share: styles to learn, and sums in one order."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from filters.training.perceptual import Perception
from tests.training.little import two_styles


@pytest.fixture
def style(tmp_path: Path) -> Path:
    """A picture to learn from: noise."""
    noise = np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "style.png")
    return tmp_path / "style.png"


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Sums in one order, so that the same training gives the same numbers."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def perception() -> Perception:
    return Perception()


@pytest.fixture(scope="module")
def targets(perception: Perception) -> dict[str, Tensor]:
    return two_styles(perception)
