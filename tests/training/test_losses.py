"""The losses and metrics, against their definitions on small arrays."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from filters.training import losses, metrics
from filters.training.perceptual import STYLE_LAYERS, Perception, gram


def test_a_gram_matrix_is_f_times_its_transpose_over_chw() -> None:
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    expected = torch.tensor([[[5.0, 11.0], [11.0, 25.0]]]) / 4
    assert torch.allclose(gram(features), expected)


def test_the_style_loss_is_the_mean_of_relative_gram_errors() -> None:
    generator = torch.Generator().manual_seed(1)
    painted = {layer: torch.rand(2, 3, 4, 5, generator=generator) for layer in STYLE_LAYERS}
    targets = {layer: torch.rand(2, 3, 3, generator=generator) for layer in STYLE_LAYERS}
    expected = []
    for picture in range(2):
        errors = []
        for layer in STYLE_LAYERS:
            flat = painted[layer][picture].reshape(3, 20).numpy()
            wanted = targets[layer][picture].numpy()
            errors.append(((flat @ flat.T / 60 - wanted) ** 2).sum() / (wanted**2).sum())
        expected.append(np.mean(errors))
    assert losses.style_loss(painted, targets).numpy() == pytest.approx(expected, rel=1e-5)


def test_pooled_the_squares_of_a_style_are_judged_as_one_frame_would_be() -> None:
    generator = torch.Generator().manual_seed(2)
    painted = {layer: torch.rand(3, 3, 4, 4, generator=generator) for layer in STYLE_LAYERS}
    targets = {layer: torch.rand(2, 3, 3, generator=generator)[[0, 0, 1]] for layer in STYLE_LAYERS}
    styles = torch.tensor([5, 5, 9])
    # The two squares side by side are one picture of twice the width; the third is alone of its style.
    side_by_side = {layer: torch.cat([value[:1], value[1:2]], 3) for layer, value in painted.items()}
    as_one = float(losses.style_loss(side_by_side, {layer: one[:1] for layer, one in targets.items()}))
    each = losses.style_loss(painted, targets).tolist()

    whole = losses.pooled_style_loss(painted, targets, styles, 1.0).tolist()
    assert whole == pytest.approx([as_one, as_one, each[2]], rel=1e-5)
    assert losses.pooled_style_loss(painted, targets, styles, 0.0).tolist() == pytest.approx(each, rel=1e-6)
    half = losses.pooled_style_loss(painted, targets, styles, 0.5).tolist()
    assert half[0] == pytest.approx((as_one + each[0]) / 2, rel=1e-5)


def test_the_content_loss_is_relative_to_the_original() -> None:
    original = torch.full((2, 1, 2, 2), 400.0)
    painted = {"relu3_3": torch.stack([torch.full((1, 2, 2), 600.0), torch.full((1, 2, 2), 400.0)])}
    assert losses.content_loss(painted, original).tolist() == pytest.approx([0.25, 0.0])


def test_an_empty_picture_does_not_outweigh_the_others() -> None:
    original = torch.full((1, 1, 2, 2), 1.0)
    painted = {"relu3_3": original + 100.0}
    assert losses.content_loss(painted, original)[0] == pytest.approx(10_000 / losses.LEAST_CONTENT)
    assert losses.relative_error(painted["relu3_3"], original)[0] == pytest.approx(10_000)


def test_total_variation_counts_steps_across_and_down() -> None:
    stripes = torch.zeros(1, 3, 4, 4)
    stripes[..., 1::2] = 1.0
    assert losses.total_variation(stripes).tolist() == pytest.approx([1.0])
    assert losses.total_variation(torch.full((1, 3, 4, 4), 0.5)).tolist() == [0.0]


def test_tones_that_stay_where_they_were_cost_nothing_and_reversed_ones_cost_two() -> None:
    pictures = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    assert float(losses.tone_loss(pictures * 0.5 + 0.2, pictures)) == pytest.approx(0.0, abs=1e-3)
    assert float(losses.tone_loss(1 - pictures, pictures)) == pytest.approx(2.0, abs=1e-3)


def test_a_flat_picture_has_no_tones_to_keep() -> None:
    flat = torch.full((1, 3, 64, 64), 0.5, requires_grad=True)
    loss = losses.tone_loss(flat, torch.rand(1, 3, 64, 64))
    loss.sum().backward()  # type: ignore[no-untyped-call]
    assert loss.item() == pytest.approx(1.0)
    assert flat.grad is not None
    assert torch.isfinite(flat.grad).all()


def test_a_patch_on_even_ground_is_uneven_and_one_that_the_footage_has_is_not() -> None:
    generator = torch.Generator().manual_seed(5)
    plain = torch.full((1, 3, 128, 128), 0.4) + torch.rand(1, 3, 128, 128, generator=generator) * 0.02
    patch = torch.zeros_like(plain)
    patch[..., 32:96, 32:96] = 0.4
    assert float(losses.evenness_loss(plain + patch, plain)) > 0.9
    assert float(losses.evenness_loss(plain + patch, plain + patch)) < 0.02


def test_a_patch_that_fills_a_pool_of_shade_is_uneven_though_nothing_else_is_quite_as_dark() -> None:
    lawn = torch.full((1, 3, 192, 192), 0.5)
    shade, pool = (slice(32, 160), slice(0, 192)), (slice(64, 128), slice(48, 112))
    footage = lawn.clone()
    footage[..., shade[0], shade[1]] = 0.13
    footage[..., pool[0], pool[1]] = 0.04
    red = footage.clone()
    red[:, 0, pool[0], pool[1]] = 0.9
    assert float(losses.evenness_loss(red, footage)) > 0.1
    assert float(losses.evenness_loss(footage, footage)) < 0.01


def test_a_pattern_in_one_place_only_is_uneven_too() -> None:
    plain = torch.full((1, 3, 128, 128), 0.4)
    stripes = torch.zeros_like(plain)
    stripes[..., :64, ::2] = 0.1
    stripes[..., :64, 1::2] = -0.1
    everywhere = torch.cat([stripes[..., :64, :], stripes[..., :64, :]], 2)
    assert float(losses.evenness_loss(plain + stripes, plain)) > 0.5
    assert float(losses.evenness_loss(plain + everywhere, plain)) < 0.01


def test_evenness_is_a_share_so_that_less_contrast_is_no_way_out() -> None:
    areas = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(6))
    pictures = areas.repeat_interleave(16, 2).repeat_interleave(16, 3)
    painted = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(7))
    painted = painted.repeat_interleave(16, 2).repeat_interleave(16, 3)
    pictures = (pictures * 4).round() / 4  # so that some areas are alike
    strong = float(losses.evenness_loss(painted, pictures))
    weak = float(losses.evenness_loss(0.5 + 0.5 * (painted - 0.5), pictures))
    assert weak == pytest.approx(strong, rel=0.25)


def test_evenness_of_flat_pictures_can_be_learned_from() -> None:
    flat = torch.full((1, 3, 64, 64), 0.5, requires_grad=True)
    losses.evenness_loss(flat, torch.full((1, 3, 64, 64), 0.2)).sum().backward()  # type: ignore[no-untyped-call]
    assert flat.grad is not None
    assert torch.isfinite(flat.grad).all()


def test_painting_that_follows_the_motion_exactly_is_steady() -> None:
    generator = torch.Generator().manual_seed(3)
    pictures = torch.rand(4, 3, 96, 96, generator=generator)
    grid = losses.random_motion(4, 96, generator)
    inverted = 1 - losses.move(pictures, grid)
    both = losses.seen(grid)
    assert losses.steadiness_loss(inverted, losses.move(1 - pictures, grid), both).max() < 1e-5
    assert losses.steadiness_loss(1 - pictures, losses.move(1 - pictures, grid), both).min() > 0.05


def test_what_only_one_of_two_frames_shows_does_not_count_as_unsteady() -> None:
    grid = functional.affine_grid(
        torch.tensor([[[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]]), [1, 3, 64, 64], align_corners=False
    )
    both = losses.seen(grid)
    assert both[..., :31].min() == 1
    assert both[..., 33:].max() == 0
    one, other = torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    other[..., 33:] = 1.0
    assert losses.steadiness_loss(one, other, both).tolist() == [0.0]
    assert float(losses.steadiness_loss(one, other, torch.ones_like(both))[0]) > 0.3


def test_vgg_sees_bgr_minus_its_mean() -> None:
    perception = Perception()
    features = perception(torch.zeros(1, 3, 16, 16), last="relu1_1")["relu1_1"][0, :, 8, 8]
    mean = torch.tensor([-103.939, -116.779, -123.68])
    expected = (
        perception.get_buffer("conv1_1_weight").sum((2, 3)) @ mean + perception.get_buffer("conv1_1_bias")
    ).relu()
    assert torch.allclose(features, expected, rtol=1e-4, atol=1e-3)
    deep = perception(torch.rand(1, 3, 32, 48))
    assert tuple(deep) == STYLE_LAYERS, "of the ten layers no more is kept than somebody looks at"
    assert deep["relu3_3"].shape == (1, 256, 8, 12)
    assert deep["relu4_3"].shape == (1, 512, 4, 6)


def test_the_distances_are_measured_at_720_lines() -> None:
    picture = np.random.default_rng(4).integers(0, 255, (36, 64, 3), np.uint8)
    assert metrics.at_lines(picture).shape == (720, 1280, 3)
    assert metrics.at_lines(picture, 36) is picture
    upright = np.rot90(picture)
    assert metrics.at_lines(upright).shape == (1280, 720, 3), "as large as in a landscape"
    assert metrics.at_lines(upright, 36) is upright


def test_the_temporal_error_of_a_panned_picture_is_zero_along_the_path_and_not_without_it() -> None:
    wide = np.random.default_rng(5).integers(0, 255, (40, 80, 3), np.uint8)
    frames = [wide[:, 5 * i : 5 * i + 50] for i in range(3)]
    to_photo = [np.array([[1, 0, 5.0 * i], [0, 1, 0], [0, 0, 1]]) for i in range(3)]
    motions = [metrics.frame_motion(to_photo, i) for i in range(2)]
    assert metrics.temporal_error(frames, motions) == pytest.approx(0, abs=1e-6)
    assert metrics.temporal_error(frames, [np.eye(3)] * 2) > 0.1


def test_the_temporal_error_is_the_mean_grey_level_difference_over_255() -> None:
    frames = [np.full((8, 8, 3), 100, np.uint8), np.full((8, 8, 3), 151, np.uint8)]
    assert metrics.temporal_error(frames, [np.eye(3)]) == pytest.approx(51 / 255)
    flow = np.zeros((8, 8, 2), np.float32)
    assert metrics.temporal_error(frames, [flow]) == pytest.approx(51 / 255)
    with pytest.raises(ValueError, match="no two consecutive frames show the same"):
        metrics.temporal_error(frames, [flow + 3])


def test_a_pattern_on_the_networks_grid_is_a_lattice_and_any_other_is_not() -> None:
    generator = torch.Generator().manual_seed(8)
    scale = torch.rand(1, 3, 8, 8, generator=generator)
    lattice = float(losses.lattice_loss(scale.repeat(1, 1, 16, 16)))
    assert lattice > 500
    assert abs(float(losses.lattice_loss(torch.rand(1, 3, 128, 128, generator=generator)))) < lattice / 100
    assert abs(float(losses.lattice_loss(scale[..., :7, :7].repeat(1, 1, 19, 19)))) < lattice / 20
    ramp = torch.linspace(0, 1, 128).expand(1, 3, 128, 128)
    assert abs(float(losses.lattice_loss(ramp))) < lattice / 100


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("columns", [0, 1])
def test_cells_of_the_network_that_take_turns_are_a_lattice_and_others_are_not(
    rows: int, columns: int
) -> None:
    def cells(size: int) -> float:
        steps = torch.arange(192) // size
        turns = (rows * steps[:, None] + columns * steps) % 2
        spot = ((torch.arange(192) % size) < size / 2).float()
        return float(losses.lattice_loss(((turns - 0.5) * spot * spot[:, None]).expand(1, 3, 192, 192)))

    assert cells(8) > 50
    assert cells(7) < cells(8) / 20
    assert cells(11) < cells(8) / 20


def test_detail_that_avoids_the_networks_grid_is_not_rewarded() -> None:
    stripes = (torch.arange(192) // 16 % 2).float().expand(1, 3, 192, 192)
    assert float(losses.lattice_loss(stripes)) >= 0


def test_cells_that_are_filled_at_random_are_a_lattice_by_where_their_edges_lie() -> None:
    def cells(size: int) -> float:
        generator = torch.Generator().manual_seed(3)
        count = -(-192 // size)
        signs = torch.randint(2, (3, count, count), generator=generator) * 2.0 - 1
        filled = signs.repeat_interleave(size, 1).repeat_interleave(size, 2)[:, :192, :192]
        spot = ((torch.arange(192) % size) < size / 2).float()
        return float(losses.lattice_loss((0.1 * filled * spot * spot[:, None])[None]))

    assert cells(8) > 5
    assert cells(7) < cells(8) / 20
    assert cells(11) < cells(8) / 20


def test_a_lattice_in_a_corner_is_found_and_learned_away() -> None:
    painted = torch.full((1, 3, 128, 136), 0.5)
    painted[..., :64, :64] += (torch.arange(64) % 8 < 2) * 0.2
    before = float(losses.lattice_loss(painted))
    assert before > 1
    painted.requires_grad_(True)
    losses.lattice_loss(painted).sum().backward()  # type: ignore[no-untyped-call]
    assert painted.grad is not None
    assert torch.isfinite(painted.grad).all()
    downhill = painted.grad * (before / painted.grad.square().sum())
    after = float(losses.lattice_loss(painted.detach() - downhill))
    assert after < before / 2
