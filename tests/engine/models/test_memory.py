"""What a network forgets of a photo: remembered in its own pose, carried along to others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.api import RenderRequest
from engine.models import nted
from engine.models.nted.atlas import CLASSES, centres
from engine.models.nted.detail import Copied, Found, Source
from engine.models.nted.memory import carry, remember, shown
from engine.plan import make_plan
from engine.regions import REGIONS, SURFACE_SPAN
from engine.session import Session

SIZE, CELLS = (128, 96), (64, 48)
SHIRT, BEHIND = REGIONS.index("upper clothes"), 0


def stripes(shift: float = 0.0) -> torch.Tensor:
    """A photo [1, 3, H, W] of stripes, moved to the right by so many px."""
    x = torch.arange(SIZE[1]) - shift
    return (0.6 * torch.sin(x * 0.9)).expand(1, 3, *SIZE).contiguous()


def flat(value: float = 0.1) -> torch.Tensor:
    return torch.full((1, 3, *SIZE), value)


def everywhere(number: int) -> torch.Tensor:
    return torch.full(CELLS, number)


def copied(classes_hw: torch.Tensor, shift: float = 0.0) -> Copied:
    """Of a picture whose content has moved to the right by so many px, and its places with it."""
    logits = 20.0 * F.one_hot(classes_hw, CLASSES).movedim(-1, 0)[None].float()
    y, x = torch.meshgrid(*(torch.arange(side).float() for side in CELLS), indexing="ij")
    place = torch.stack([(x - shift / 2) / 8, y / 8, torch.zeros_like(x)])[None] / SURFACE_SPAN
    positions = centres(SIZE, torch.device("cpu"))[None].clone()
    behind = F.interpolate((classes_hw == BEHIND)[None, None].float(), SIZE)
    positions[:, :1] -= (1 - behind) * shift * 2 / SIZE[1]
    far = torch.zeros(1, 1, *SIZE)
    return Copied(torch.cat([logits, place], 1), [Found(positions, far)], torch.zeros(1, 6, *SIZE), far, far)


def source(photo: torch.Tensor, behind: torch.Tensor | None = None) -> Source:
    """behind: [h, w], whether nobody is there."""
    nobody = torch.zeros(CELLS) if behind is None else behind.float()
    nobody = F.interpolate(nobody[None, None], SIZE)
    return Source(torch.zeros(0), torch.cat([photo, photo, nobody], 1))


def inner(picture: torch.Tensor, margin: int = 16) -> torch.Tensor:
    return picture[..., margin:-margin, margin:-margin]


@pytest.mark.parametrize("compact", [False, True])
def test_the_photos_own_pose_gives_the_photo(compact):
    classes = torch.randint(0, CLASSES, CELLS, generator=torch.Generator().manual_seed(1))
    own = copied(classes)
    memory = remember(source(stripes()), flat(), own)
    memory = memory.compact() if compact else memory
    result = carry(flat(), flat(-0.3), own, [(memory, 1.0)])
    assert (result - stripes()).abs().max() < (1e-3 if compact else 1e-5)


def test_what_moves_takes_its_pattern_along():
    memory = remember(source(stripes()), flat(), copied(everywhere(SHIRT)))
    result = carry(flat(), flat(), copied(everywhere(SHIRT), shift=5.0), [(memory, 1.0)])
    assert (inner(result) - inner(stripes(5.0))).abs().max() < 0.1


def test_an_error_of_the_look_up_in_the_own_pose_is_taken_back():
    wrong = copied(everywhere(SHIRT))
    wrong = wrong._replace(found=[Found(wrong.found[0].positions + 0.06, wrong.found[0].far)])
    moved = copied(everywhere(SHIRT), shift=5.0)
    moved = moved._replace(found=[Found(moved.found[0].positions + 0.06, moved.found[0].far)])
    memory = remember(source(stripes()), flat(), wrong)
    result = carry(flat(), flat(), moved, [(memory, 1.0)])
    assert (inner(result) - inner(stripes(5.0))).abs().max() < 0.1


def test_what_is_drawn_otherwise_is_not_touched():
    memory = remember(source(stripes()), flat(0.1), copied(everywhere(SHIRT)))
    result = carry(flat(0.9), flat(0.9), copied(everywhere(SHIRT)), [(memory, 1.0)])
    assert (result - flat(0.9)).abs().max() < 0.01


def test_a_person_who_has_gone_does_not_come_back():
    classes = everywhere(SHIRT)
    classes[:, :24] = BEHIND
    memory = remember(source(stripes(), classes == BEHIND), flat(), copied(classes))
    gone = carry(flat(), flat(), copied(everywhere(BEHIND)), [(memory, 1.0)])
    assert (gone - flat())[..., 50:].abs().max() < 1e-4, "where the person was"
    assert (gone - stripes())[..., :34].abs().max() < 1e-4, "what was behind anyway"


def test_what_only_the_photo_shows_of_the_person_leaves_with_the_person():
    """A hat: the photo has it, the network's picture has not. Gone when the head has gone, there when not."""
    classes = everywhere(BEHIND)
    classes[30:] = SHIRT
    hat = classes == BEHIND
    hat[28:30] = False
    memory = remember(source(stripes(), hat), flat(), copied(classes))
    gone = carry(flat(), flat(), copied(everywhere(BEHIND)), [(memory, 1.0)])
    still = carry(flat(), flat(), copied(classes), [(memory, 1.0)])
    assert (still - stripes())[..., 56:60, :].abs().max() < 1e-4
    assert (gone - flat())[..., 57:60, :].abs().max() < 1e-4
    assert (gone - stripes())[..., :40, :].abs().max() < 1e-4


def test_what_is_folded_is_not_carried():
    memory = remember(source(stripes()), flat(), copied(everywhere(SHIRT)))
    mirrored = copied(everywhere(SHIRT), shift=5.0)
    mirrored = mirrored._replace(found=[Found(mirrored.found[0].positions.flip(3), mirrored.found[0].far)])
    result = carry(flat(), flat(), mirrored, [(memory, 1.0)])
    assert (result - flat()).abs().mean() < 0.02


def test_references_take_over_by_their_shares():
    first, second = (
        remember(source(photo), flat(), copied(everywhere(SHIRT))) for photo in (stripes(), stripes(2.0))
    )
    own = copied(everywhere(SHIRT))
    both = own._replace(found=own.found * 2)

    def mixed(share, memory=second):
        return carry(flat(), flat(), both, [(first, 1.0), (memory, share)])

    assert mixed(0.0) == pytest.approx(stripes(), abs=1e-5)
    assert mixed(1.0) == pytest.approx(stripes(2.0), abs=1e-5)
    assert mixed(torch.ones(1, 1, *CELLS)) == pytest.approx(stripes(2.0), abs=1e-5)
    assert mixed(0.5) == pytest.approx((stripes() + stripes(2.0)) / 2, abs=1e-5)
    assert mixed(1.0, None) == pytest.approx(flat(), abs=1e-5), "of a photo without a pose nothing is known"


@pytest.fixture(scope="module")
def network() -> nted.Nted:
    torch.manual_seed(4)
    levels = (nted.Level(16, 8, 8), nted.Level(32, 8, 8), nted.Level(64, 8))
    made = nted.Nted(nted.NtedConfig(levels, (64, 48), detail=8)).eval().requires_grad_(False)
    for conv in (made.detail.out, made.detail.target_places.out):
        conv.weight.normal_()
    return made


def test_a_session_shows_what_the_whole_pass_gives(network):
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    other = pose + np.float32((3, 2, 0))
    photo = np.random.default_rng(1).integers(0, 256, (16, 12, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    session = Session(network, make_plan("cpu"), (64, 48), {})
    reference = session.set_reference(photo, pose)
    picture = torch.from_numpy(reference.image_HWC).movedim(-1, 0)[None] / 127.5 - 1

    def planes(keypoints):
        return session._planes(keypoints)[None] / 255.0

    for keypoints in (reference.keypoints_18x3, other):
        shows = session.respond(RenderRequest(reference.key, keypoints)).image.astype(int)
        image = shown(network, picture, planes(keypoints), planes(reference.keypoints_18x3)).image_BCHW
        whole = ((image[0].clamp(-1, 1) + 1) * 127.5).round().movedim(0, -1).int().numpy()
        assert np.abs(shows - whole).mean() < 0.5 and np.percentile(np.abs(shows - whole), 99) <= 2
    own = session.respond(RenderRequest(reference.key, reference.keypoints_18x3)).image.astype(int)
    assert np.abs(own - reference.image_HWC).max() <= 1, "the photo's own pose gives the photo"
    plain = network(picture, planes(reference.keypoints_18x3)).image_BCHW
    assert (plain - picture).abs().mean() > 0.1
    session.close()
