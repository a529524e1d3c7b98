"""Detail copied from the photo: the atlas of places, what is seen through it, shares of several photos."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from opened import opened as open_session
from torch.utils.flop_counter import FlopCounterMode

from engine.api import Mix, RenderRequest
from engine.compositing.atlas import CLASSES, look_up, make_atlas
from engine.compositing.detail import brought_together, copied, make_source, see
from engine.errors import InputError
from engine.models import nted, parser
from engine.models.nted.adapter import share_of
from engine.models.nted.bench import gmacs
from engine.models.nted.detail import Detail
from engine.parsing import Seen
from engine.regions import REGIONS, SURFACE_SPAN

ROWS, COLUMNS = 32, 24
SHIRT, ARMS = REGIONS.index("upper clothes"), REGIONS.index("arms")


def places(classes_hw: torch.Tensor, dm_3hw: torch.Tensor) -> torch.Tensor:
    """Certain of the classes; a batch of one."""
    return torch.cat([20.0 * F.one_hot(classes_hw, CLASSES).movedim(-1, 0), dm_3hw / SURFACE_SPAN])[
        None
    ].float()


def a_shirt(dx: float = 0.0) -> torch.Tensor:
    """The picture's right half shows a piece of a shirt of 6 dm by 3, moved by dx dm along the body."""
    classes_hw = torch.zeros(ROWS, COLUMNS, dtype=torch.long)
    classes_hw[:, COLUMNS // 2 :] = SHIRT
    y, x = torch.meshgrid(torch.linspace(4, -2, ROWS), torch.linspace(-3, 3, COLUMNS), indexing="ij")
    return places(classes_hw, torch.stack([x + dx, y, torch.ones_like(x)]))


def painted_places(picture_BCHW: torch.Tensor) -> torch.Tensor:
    """Some place or other, told by the colours."""
    mix = torch.randn(11, 3, generator=torch.Generator().manual_seed(7))
    return torch.einsum("oc,bchw->bohw", mix, F.avg_pool2d(picture_BCHW, 4))


def painted_look(picture_BCHW: torch.Tensor, joints_BJ3: torch.Tensor | None) -> Seen:
    surface_B11hw = painted_places(picture_BCHW)
    return Seen(surface_B11hw, torch.full_like(surface_B11hw[:, :10], -9.0))


def own_positions() -> torch.Tensor:
    x = (torch.arange(COLUMNS) + 0.5) * 2 / COLUMNS - 1
    y = (torch.arange(ROWS) + 0.5) * 2 / ROWS - 1
    return torch.stack([x.expand(ROWS, COLUMNS), y[:, None].expand(ROWS, COLUMNS)])[None]


def detail(width: int = 8) -> Detail:
    torch.manual_seed(1)
    return Detail(coarse=10, fine=6, width=width).eval().requires_grad_(False)


def detailed(of: Detail, features, image, sources):
    surface = of.surface(features[-2])
    return copied(image, sources, surface, lambda seen: of(features[-1], image, seen))


def test_a_place_is_found_where_the_photo_shows_it():
    found, unseen = look_up(make_atlas(a_shirt()), a_shirt())
    cell = 2 * 0.5 / 6  # of the atlas, in the picture's units
    inner = (slice(None), slice(None), slice(3, -3), slice(COLUMNS // 2 + 2, -3))
    assert (found - own_positions())[inner].abs().max() < cell / 2
    assert (
        unseen[:, 0][:, 3:-3, :-3].max() < 0.87 / 3
    )  # nothing is farther from what was seen than a cell across


def test_straight_lines_of_the_photo_stay_straight():
    """A shirt seen askew: its positions are a linear function of its places, up to the garment's edges."""
    shirt = a_shirt()
    x, y = shirt[:, -3].clone(), shirt[:, -2].clone()
    shirt[:, -3], shirt[:, -2], shirt[:, -1] = 0.8 * x + 0.3 * y, 0.9 * y - 0.2 * x, 0.75 / SURFACE_SPAN
    found, _ = look_up(make_atlas(shirt), shirt)
    inner = (..., slice(2, -2), slice(COLUMNS // 2 + 2, -2))
    assert (found - own_positions())[inner].abs().max() < 0.045


def test_what_moves_on_the_body_moves_in_the_photo():
    found, _ = look_up(make_atlas(a_shirt()), a_shirt(dx=-1.0))
    inner = (slice(3, -3), slice(COLUMNS // 2 + 6, -3))
    moved = (found - own_positions())[0][:, inner[0], inner[1]]
    assert moved[0].mean() == pytest.approx(-1.0 / 6 * 2 * (COLUMNS - 1) / COLUMNS, abs=0.03)
    assert moved[1].abs().max() < 0.1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, CLASSES - 1))
def test_positions_are_always_in_the_photo_and_distances_from_0_to_1(seed, number):
    generator = torch.Generator().manual_seed(seed)
    anywhere = torch.randn(2, CLASSES + 3, 6, 5, generator=generator)
    anywhere[:, number] += 3.0
    found, unseen = look_up(make_atlas(anywhere), anywhere.flip(0))
    assert found.isfinite().all() and found.abs().max() < 1.0 + 1e-5
    assert unseen.min() >= 0 and unseen.max() < 1.0 + 1e-5


def test_another_class_at_the_same_place_is_not_seen():
    arm = a_shirt()
    arm[:, ARMS] = 2 * arm[:, SHIRT]
    _, unseen = look_up(make_atlas(a_shirt()), arm)
    assert unseen[:, 0, :, COLUMNS // 2 :] == pytest.approx(1.0)


def test_far_from_what_was_seen_is_told_in_decimetres():
    classes_hw = torch.full((4, 4), SHIRT)
    here, there = (
        torch.tensor(at).view(3, 1, 1).expand(3, 4, 4) for at in ((0.25, 0.25, 0.25), (0.25, 1.75, 0.25))
    )
    found, unseen = look_up(make_atlas(places(classes_hw, here)), places(classes_hw, there))
    assert unseen[:, 0] == pytest.approx(1.5 / 3, abs=1e-5)
    assert found == pytest.approx(found[0, 0, 0, 0].item(), abs=1e-5)  # the one position that was seen


def test_a_garment_the_photo_does_not_show_is_taken_from_another_one():
    found, unseen = look_up(make_atlas(a_shirt()), a_shirt())
    dress = a_shirt()
    dress[:, REGIONS.index("dress or skirt")] = 2 * dress[:, SHIRT]
    as_dress, farther = look_up(make_atlas(a_shirt()), dress)
    cloth = (..., slice(COLUMNS // 2, None))
    assert as_dress[cloth] == pytest.approx(found[cloth], abs=1e-5)
    assert (farther - unseen)[:, 0][cloth] == pytest.approx(1 / 3, abs=1e-5)


@pytest.mark.parametrize("turned, mirrors", [((-1, 1, 1), 1), ((1, 1, -1), 1), ((-1, 1, -1), 2)])
def test_what_is_not_seen_shows_its_mirror_image(turned, mirrors):
    """The photo shows the left half of a shirt's front; its right half, and both halves of its back."""
    front = a_shirt()
    front[:, -1] = 1.25 / SURFACE_SPAN
    middle = torch.tensor((0.0, 0.0, 0.25)).view(3, 1, 1) / SURFACE_SPAN
    other = front.clone()
    other[:, -3:] = middle + torch.tensor(turned).view(3, 1, 1) * (front[:, -3:] - middle)
    atlas = make_atlas(front)
    inner = (..., slice(3, -3), slice(COLUMNS // 2 + 5, -3))
    found, unseen = (plane[inner] for plane in look_up(atlas, front))
    mirrored, farther = (plane[inner] for plane in look_up(atlas, other))
    assert mirrored == pytest.approx(found, abs=1e-5)
    assert (farther - unseen)[:, 0] == pytest.approx(0.5 * mirrors / 3, abs=1e-5)


def test_the_background_is_looked_for_at_its_own_position():
    found, unseen = look_up(make_atlas(a_shirt()), a_shirt())
    behind = (..., slice(None), slice(0, COLUMNS // 2))
    assert found[behind] == pytest.approx(own_positions()[behind], abs=1e-5)
    assert (unseen[:, 0][behind] == 0).all() and (unseen[:, 1][behind] == 1).all()


def test_the_photo_is_seen_through_the_places():
    photo = F.interpolate(own_positions(), scale_factor=2, mode="bilinear")
    source = make_source(a_shirt(), F.pad(photo, (0, 0, 0, 0, 0, 1)))
    _, seen = see(source, a_shirt(), photo.shape[-2:])
    inner = (slice(None), slice(None), slice(6, -6), slice(COLUMNS + 4, -6))
    assert (seen[:, :2] - photo)[inner].abs().max() < 0.1


def test_what_has_moved_in_the_picture_is_told():
    """By a tenth of the height to the right and by two tenths down; a quarter counts as one."""
    size = (40, 30)
    x, y = (torch.arange(side) + 0.5 for side in size[::-1])
    shifted = torch.stack([(x + 4).expand(size) * 2 / 30 - 1, (y[:, None] + 8).expand(size) / 20 - 1])
    with pytest.MonkeyPatch.context() as patch:
        found = shifted[None], torch.zeros(1, 2, *size)
        patch.setattr("engine.compositing.detail.look_up", lambda *_: found)
        _, seen = see(make_source(a_shirt(), torch.zeros(1, 3, *size)), a_shirt(), size)
    assert seen.shape[1] == 10 and seen[:, 9] == pytest.approx(4 * math.hypot(0.1, 0.2), abs=1e-5)


@pytest.mark.parametrize("dm, same", [(1.5, True), (2.5, False)])
def test_points_up_to_two_decimetres_apart_can_be_of_the_same_piece(dm, same):
    seen = a_shirt()
    own = seen.clone()
    own[:, -1] += dm / SURFACE_SPAN
    assert torch.equal(brought_together(seen, own), own if same else seen)


@pytest.mark.parametrize("rows, reach", [(256, 4), (512, 9)])
def test_detail_is_what_stands_out_from_some_nine_px_around_it(rows, reach):
    """Of 256 rows; a spot is blurred over so many px to every side."""
    spot = torch.zeros(1, 3, rows, 64)
    spot[..., rows // 2, 32] = 1.0
    blurred = make_source(a_shirt(), spot).photo[0, 3, rows // 2]
    assert blurred.nonzero().flatten().tolist() == list(range(32 - reach, 32 + reach + 1))


def test_the_renderers_places_count_where_both_mean_the_same_piece():
    seen, own = a_shirt(), a_shirt(dx=0.6)
    own[:, -3:, :8] += 3.0 / SURFACE_SPAN  # too far to be the same
    own[:, SHIRT, 8:16] -= 50.0  # taken for the background
    together = brought_together(seen, F.interpolate(own, scale_factor=0.5, mode="nearest"))
    assert torch.equal(together[:, :CLASSES], seen[:, :CLASSES])
    cloth = slice(COLUMNS // 2 + 2, -2)
    assert torch.equal(together[:, :, :15, cloth], seen[:, :, :15, cloth])
    moved = (together - seen)[:, -3, 18:-2, cloth] * SURFACE_SPAN
    assert moved == pytest.approx(0.6, abs=0.2)


def test_a_new_one_hardly_changes_the_picture():
    new = detail()
    generator = torch.Generator().manual_seed(4)
    photo, image = (torch.rand(1, 3, 32, 24, generator=generator) * 2 - 1 for _ in range(2))
    source = make_source(torch.rand(1, 11, 16, 12), photo)
    features = [torch.rand(1, 10, 16, 12), torch.rand(1, 6, 32, 24)]
    made, taken = detailed(new, features, image, [(source, 1.0)])
    share = 1 / (1 + math.exp(2))
    assert taken.share == pytest.approx(share)
    assert (made - image).abs().max() <= 2 * share * 2


def test_shares_of_other_references_come_in_one_after_another():
    one = detail()
    generator = torch.Generator().manual_seed(4)
    one.out.weight.normal_()
    features = [torch.rand(1, 10, 16, 12), torch.rand(1, 6, 32, 24)]
    image = torch.zeros(1, 3, 32, 24)
    first, second = (
        make_source(torch.rand(1, 11, 16, 12), torch.rand(1, 3, 32, 24, generator=generator))
        for _ in range(2)
    )
    alone = {
        name: detailed(one, features, image, [(source, 1.0)])[0]
        for name, source in (("1", first), ("2", second))
    }
    assert (detailed(one, features, image, [(first, 1.0), (second, 0.0)])[0] == alone["1"]).all()
    everywhere = torch.ones(1, 1, 16, 12)
    for share in (1.0, everywhere):
        mixed, _ = detailed(one, features, image, [(first, 1.0), (second, share)])
        assert torch.allclose(mixed, alone["2"], atol=1e-5)
    left = everywhere.clone()
    left[..., 6:] = 0
    half, _ = detailed(one, features, image, [(first, 1.0), (second, left)])
    assert torch.allclose(half[..., :8], alone["2"][..., :8], atol=1e-5)
    assert torch.allclose(half[..., 16:], alone["1"][..., 16:], atol=1e-5)


def test_a_share_is_the_part_of_the_textures_that_are_taken():
    logits = torch.zeros(1, 4, 3, 2)
    logits[:, 1, 0] = 50.0
    share = share_of(logits, torch.tensor([1.0, 0.0, 1.0, 0.0]))
    assert share.shape == (1, 1, 3, 2)
    assert (share[0, 0, 0] < 1e-6).all() and share[0, 0, 1:] == pytest.approx(0.5)


def test_it_needs_textures():
    for transfer in ("none", "attention"):
        with pytest.raises(ValueError, match="needs neural textures"):
            nted.NtedConfig((nted.Level(16, 8, 8), nted.Level(32, 8)), (32, 22), transfer, detail=8)


def test_mixed_precision_leaves_the_atlas_alone():
    with torch.autocast("cpu", torch.bfloat16):
        mixed = make_atlas(a_shirt())
    assert torch.equal(mixed, make_atlas(a_shirt()))


def test_the_photo_lies_under_the_picture_whatever_its_size():
    torch.manual_seed(2)
    one = detail()
    reference, image = (torch.rand(1, 3, 64, 48) * 2 - 1 for _ in range(2))
    features = [torch.rand(1, 10, 32, 24), torch.rand(1, 6, 64, 48)]
    # a new one takes every pixel for the background, which stays where it is
    _, taken = detailed(one, features, image, [(make_source(torch.zeros(1, 11, 64, 48), reference), 1.0)])
    torch.testing.assert_close(taken.seen[:, :3], reference, atol=1e-4, rtol=0)


@pytest.mark.parametrize("mixed", [None, 0.4, torch.rand(1, 1, 16, 12)])
def test_of_a_window_the_same_is_copied_and_outside_of_it_nothing(mixed):
    """But for the two pixels at its rim that a gate looks over."""
    torch.manual_seed(2)
    one = detail()
    one.out.weight.normal_()
    one.target_places.out.weight.normal_()
    image, features = torch.rand(1, 3, 32, 24), [torch.rand(1, 10, 16, 12), torch.rand(1, 6, 32, 24)]
    pictures = torch.rand(2, 1, 3, 32, 24) * 2 - 1
    sources = [(make_source(torch.randn(1, 11, 16, 12), picture), mixed) for picture in pictures]
    surface = one.surface(features[-2])
    window = slice(8, 24), slice(4, 20)

    def gate(seen: torch.Tensor) -> torch.Tensor:
        return one(features[-1][(..., *window)], image[(..., *window)], seen)

    sources = sources[: 1 if mixed is None else 2]
    whole, taken = copied(image, sources, surface, lambda seen: one(features[-1], image, seen))
    part, taken_there = copied(image, sources, surface, gate, window)
    inner, outside = (..., slice(10, 22), slice(6, 18)), torch.ones(32, 24, dtype=torch.bool)
    outside[window] = False
    torch.testing.assert_close(part[inner], whole[inner], atol=1e-5, rtol=0)
    torch.testing.assert_close(taken_there.positions[inner], taken.positions[inner])
    assert (taken.share[..., outside] > 0).all() and torch.equal(part[..., outside], image[..., outside])
    for own in (taken_there.positions, *taken_there.mixed):
        torch.testing.assert_close(own[..., outside], own_positions()[..., outside])


def test_its_width_is_read_from_a_bare_file(tmp_path):
    levels = (nted.Level(16, 8, 8), nted.Level(32, 8))
    network = nted.Nted(nted.NtedConfig(levels, (32, 22), detail=8))
    nted.save(tmp_path / "w.safetensors", network)
    assert nted.load(tmp_path / "w.safetensors").config == network.config


@pytest.fixture(scope="module")
def session():
    torch.manual_seed(2)
    levels = (nted.Level(16, 8, 8), nted.Level(32, 8, 8), nted.Level(64, 8))
    network = nted.Nted(nted.NtedConfig(levels, (64, 48), detail=8)).eval().requires_grad_(False)
    for conv in (network.detail.out, network.detail.target_places.out):
        conv.weight.normal_()
    opened = open_session(network)
    with pytest.MonkeyPatch.context() as patch:  # nobody is in pictures of noise
        patch.setattr("engine.parsing.surface_map", painted_places)
        patch.setattr("engine.parsing.careful_look", painted_look)
        yield opened
    opened.close()


def test_a_session_takes_detail_where_it_takes_textures(session):
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    pictures = [np.random.default_rng(seed).integers(0, 256, (64, 48, 3), np.uint8) for seed in (1, 2)]
    one, two = (session.add_reference(picture, pose) for picture in pictures)

    def rendered(key: str, mixes=(), level=None) -> np.ndarray:
        return session.respond(RenderRequest(key, pose, mixes, level)).image.astype(int)

    assert (rendered(one.key, (Mix(two.key, 1.0),)) == rendered(two.key)).all()
    everything = {slots.name: np.ones(slots.count, np.float32) for slots in session.slots}
    assert np.abs(rendered(one.key, (Mix(two.key, everything),)) - rendered(two.key)).max() <= 1
    half = {name: 0.5 * m for name, m in everything.items()}
    assert (
        np.abs(rendered(one.key, (Mix(two.key, half),)) - rendered(one.key, (Mix(two.key, 0.5),))).max() <= 1
    )
    coarse = {session.slots[0].name: everything[session.slots[0].name]}  # no detail follows from this one
    assert (rendered(one.key, (Mix(two.key, coarse),)) != rendered(one.key)).any()


def test_a_photo_in_another_pose_is_another_reference(session):
    photo = np.random.default_rng(3).integers(0, 256, (64, 48, 3), np.uint8)
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    references = [session.add_reference(photo, pose + (dx, 0, 0)) for dx in (0, 0, 9)]
    one, same, other = (session._references.encoded(reference.key) for reference in references)
    assert one is same and other is not one
    assert not torch.equal(one.own.picture, other.own.picture)
    assert not torch.equal(one.own.pose, other.own.pose)
    session.forget(references[0].key)


def test_maps_that_were_dropped_come_back_without_the_rest(session, monkeypatch):
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    pictures = [np.random.default_rng(seed).integers(0, 256, (64, 48, 3), np.uint8) for seed in (4, 5, 6)]
    first, *_ = (session.add_reference(picture, pose) for picture in pictures)
    before = session.respond(RenderRequest(first.key, pose, maps=True)).maps
    kept = session._references.encoded(first.key)
    for picture in pictures[1:]:
        session.add_reference(picture, pose)
        session._references._kept.drop(("maps", first.key))
    again = session.respond(RenderRequest(first.key, pose, maps=True)).maps
    assert session._references.encoded(first.key) is kept
    before, again = before.of("extraction"), again.of("extraction")
    assert len(again) == 4 and all((before[name] == map_).all() for name, map_ in again.items())


def test_without_the_parsing_network_nothing_opens(tmp_path, monkeypatch):
    levels = (nted.Level(16, 8, 8), nted.Level(32, 8))
    network = nted.Nted(nted.NtedConfig(levels, (32, 32), detail=8))
    monkeypatch.setattr(parser, "SHIPPED", tmp_path / "parser.safetensors")
    with pytest.raises(InputError, match="parsing network sees: parser.safetensors is not there"):
        open_session(network, (64, 48))
    open_session(nted.Nted(replace(network.config, detail=0)), (64, 48)).close()


def test_a_session_without_room_and_with_another_frame_mixes_detail_all_the_same(session, monkeypatch):
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    monkeypatch.setattr("engine.references.CACHE_BYTES", 1)
    levels = (nted.Level(16, 8, 8), *(nted.Level(16 << i, 8, 8) for i in (1, 2, 3, 4)), nted.Level(512, 8))
    torch.manual_seed(5)
    network = nted.Nted(nted.NtedConfig(levels, (512, 352), detail=8)).eval().requires_grad_(False)
    small = open_session(network, (80, 64))  # on a canvas of 96x64
    pictures = [np.random.default_rng(seed).integers(0, 256, (80, 64, 3), np.uint8) for seed in (1, 2)]
    one, two = (small.add_reference(picture, pose) for picture in pictures)
    mixed = small.respond(RenderRequest(one.key, pose, (Mix(two.key, 1.0),))).image
    assert mixed.shape == (80, 64, 3)
    assert (mixed == small.respond(RenderRequest(two.key, pose)).image).all()
    small.forget(two.key)
    with pytest.raises(InputError, match="dropped"):
        small.respond(RenderRequest(one.key, pose, (Mix(two.key, 1.0),)))
    small.close()


def test_what_a_session_keeps_of_a_reference_is_half_as_large_and_shows_the_same():
    one = detail()
    generator = torch.Generator().manual_seed(4)
    one.out.weight.normal_()
    one.target_places.out.weight.normal_()
    source = make_source(torch.randn(1, 11, 16, 12), torch.rand(1, 3, 32, 24, generator=generator) * 2 - 1)
    features = [torch.rand(1, 10, 16, 12), torch.rand(1, 6, 32, 24)]
    image = torch.zeros(1, 3, 32, 24)
    whole, kept = (detailed(one, features, image, [(s, 1.0)])[0] for s in (source, source.compact()))
    assert source.atlas.abs().max() > 0.5
    assert (whole - kept).abs().mean() < 0.5 / 127.5


def test_a_session_keeps_a_reference_in_half_precision(session):
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    reference = session.add_reference(np.random.default_rng(7).integers(0, 256, (64, 48, 3), np.uint8), pose)
    kept = session._references.encoded(reference.key)
    assert {each.dtype for each in (*kept.source, *kept.own[:-1])} == {torch.half}
    assert session.bytes_of(reference) == kept.bytes()


def test_arithmetic_is_counted_with_detail():
    levels = (nted.Level(16, 8, 8), nted.Level(32, 8, 8), nted.Level(64, 8))
    config = nted.NtedConfig(levels, (64, 48))
    plain, copying = (gmacs(nted.Nted(replace(config, detail=width)), (64, 48)) for width in (0, 8))
    assert plain["detail"] == 0 < copying["detail"]
    of_the_reference = copying["encode"] - plain["encode"]
    network, picture = parser.load(parser.SHIPPED), torch.zeros(1, 3, 64, 48)
    with FlopCounterMode(display=False) as counter:
        network(picture)
    places = 24 * 32 * (9 * 8 * 16 + 16 * 11) / 1e9
    drawn = copying["skeleton"] + copying["render 2"] + places
    assert of_the_reference == pytest.approx(counter.get_total_flops() / 2e9 + drawn)
    assert copying["full"] == pytest.approx(plain["full"] + copying["detail"] + of_the_reference)
