"""The photo laid over what an engine draws: its own pose, what is warped along the surface and by bones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from flat_scene import no_arms
from opened import opened
from standing import STANDING

from engine.api import Mix, RenderRequest
from engine.compositing.atlas import CLASSES
from engine.compositing.background import before_plates, person_matte
from engine.compositing.compose import compose, encode_reference
from engine.compositing.detail import DetailSource
from engine.compositing.fields import around
from engine.compositing.layers import over, photo_layer, photo_warps
from engine.compositing.moving_least_squares import normalised_pose
from engine.compositing.own_pose import BEHIND as SURELY_BEHIND
from engine.compositing.own_pose import MARGIN, OwnPose, own_pose_rendering
from engine.compositing.surface_warp import _smooth, surface_warp
from engine.contract import ReferenceInput
from engine.inpainting.fill import fill_holes
from engine.models import nted
from engine.models.nted.adapter import NtedModel
from engine.models.nted.textbook import TextbookNted
from engine.paths import DEFAULT_WEIGHTS, RESOURCES
from engine.photos import read_photo
from engine.pictures import to_rgb, to_tensor
from engine.plan import make_plan
from engine.pose.formats import read_pose
from engine.regions import REGIONS, SURFACE_SPAN
from engine.session import Session

SIZE, CELLS = (128, 96), (64, 48)
SHIRT, FACE, BEHIND = REGIONS.index("upper clothes"), REGIONS.index("face"), 0


def stripes(shift: float = 0.0) -> torch.Tensor:
    """A photo [1, 3, H, W] of stripes, moved to the right by so many px."""
    x = torch.arange(SIZE[1]) - shift
    return (0.6 * torch.sin(x * 0.9)).expand(1, 3, *SIZE).contiguous()


def flat(value: float = 0.1, size: tuple[int, int] = SIZE) -> torch.Tensor:
    return torch.full((1, 3, *size), value)


DRAWN = flat(size=CELLS)


def everywhere(number: int) -> torch.Tensor:
    return torch.full(CELLS, number)


def places(classes_hw: torch.Tensor, shift: float = 0.0) -> torch.Tensor:
    """Of a picture whose content has moved to the right by so many px: a dm is eight cells of the photo."""
    logits = 20.0 * F.one_hot(classes_hw, CLASSES).movedim(-1, 0)[None].float()
    y, x = torch.meshgrid(*(torch.arange(side).float() for side in CELLS), indexing="ij")
    place = torch.stack([(x - shift / 2) / 8, y / 8, torch.zeros_like(x)])[None] / SURFACE_SPAN
    return torch.cat([logits, place], 1)


@pytest.fixture(autouse=True)
def atlas(monkeypatch):
    """Stands in for an atlas: where the photo shows a place, by a rule; `error` is what it gets wrong."""

    class Atlas:
        error = staticmethod(lambda positions: 0.0)
        far = 0.0

        def look_up(self, _, places_B11hw):
            place = places_B11hw[:, CLASSES : CLASSES + 2] * SURFACE_SPAN * 8 + 0.5
            positions = place * 2 / torch.tensor(CELLS[::-1]).view(2, 1, 1) - 1
            positions = positions + self.error(positions)
            y, x = ((torch.arange(side) + 0.5) * 2 / side - 1 for side in CELLS)
            here = torch.stack([x.expand(CELLS), y[:, None].expand(CELLS)])
            behind = places_B11hw[:, :CLASSES].argmax(1, keepdim=True) == BEHIND
            return torch.where(behind, here, positions), torch.full((1, 2, *CELLS), self.far)

    made = Atlas()
    for module in ("own_pose", "surface_warp"):
        monkeypatch.setattr(f"engine.compositing.{module}.look_up", made.look_up)
    return made


def source(photo: torch.Tensor, behind: torch.Tensor | None = None) -> DetailSource:
    """behind: [h, w], whether nobody is there."""
    nobody = torch.zeros(CELLS) if behind is None else behind.float()
    nobody = F.interpolate(nobody[None, None], SIZE)
    return DetailSource(torch.zeros(1), torch.cat([photo, photo, nobody], 1))


def pose(shift: float = 0.0, joints: range = range(18)) -> torch.Tensor:
    """A person [1, 18, 3] who fills the photo, moved to the right by so many px."""
    points = torch.zeros(1, 18, 3)
    points[0, joints] = torch.from_numpy(STANDING)[joints]
    points[0, joints, 0] += shift
    return normalised_pose(points, SIZE)


NOBODY = pose(joints=range(0))


def with_photo(image, picture, surface, pose_B183, references, mixed=False) -> torch.Tensor:
    """As `compose` lays them over what the engine draws."""
    plain = before_plates(image, person_matte(surface, SIZE), references)
    warps = photo_warps(picture, surface, pose_B183, references)
    return over(plain, photo_layer(warps, references, mixed=mixed))


def own_pose_of(photo: DetailSource, own: torch.Tensor, pose_B183: torch.Tensor = NOBODY) -> OwnPose:
    """Behind the person is a smooth wall: a plate that goes on with stripes would look like the person."""
    hole = around((photo.photo[:, -1:] < SURELY_BEHIND).float(), MARGIN)[0, 0].numpy() > 0
    plate = to_tensor(fill_holes(to_rgb(photo.photo[:, :3]), ~hole))
    return own_pose_rendering(photo, DRAWN, own, pose_B183, plate, own, no_arms(own))


def laid(
    image: torch.Tensor,
    drawn: torch.Tensor,
    now: torch.Tensor,
    photo: DetailSource,
    own_pose: OwnPose,
    at: torch.Tensor = NOBODY,
):
    """Along the surface alone."""
    own_pose = OwnPose(*(tensor.float() for tensor in own_pose))
    return over(image, surface_warp(drawn, now, at, photo, own_pose).layer(photo.photo[:, :3].float()))


def warped(
    photo: DetailSource, own: torch.Tensor, now: torch.Tensor, image=None, drawn=DRAWN
) -> torch.Tensor:
    return laid(flat() if image is None else image, drawn, now, photo, own_pose_of(photo, own))


def inner(picture: torch.Tensor, margin: int = 16) -> torch.Tensor:
    return picture[..., margin:-margin, margin:-margin]


@pytest.mark.parametrize("compact", [False, True])
def test_the_photos_own_pose_gives_the_photo(compact):
    own = places(torch.randint(0, CLASSES, CELLS, generator=torch.Generator().manual_seed(1)))
    photo = source(stripes())
    own_pose = own_pose_of(photo, own, pose())
    photo, own_pose = (photo.compact(), own_pose.compact()) if compact else (photo, own_pose)
    result = with_photo(flat(-0.3), DRAWN, own, pose(), [(photo, own_pose, 1.0)])
    assert (result - stripes()).abs().max() < (2e-3 if compact else 1e-4)


def test_what_moves_takes_its_pattern_along():
    result = warped(source(stripes()), places(everywhere(SHIRT)), places(everywhere(SHIRT), shift=5.0))
    assert (inner(result) - inner(stripes(5.0))).abs().max() < 0.15


def test_what_the_look_up_gets_wrong_in_the_own_pose_is_taken_back(atlas):
    atlas.error = lambda positions: 0.05 + 0.1 * positions
    result = warped(source(stripes()), places(everywhere(SHIRT)), places(everywhere(SHIRT), shift=5.0))
    assert (inner(result) - inner(stripes(5.0))).abs().max() < 0.15


def test_what_the_photo_does_not_show_is_not_carried(atlas):
    own, now = places(everywhere(SHIRT)), places(everywhere(SHIRT), shift=5.0)
    own_pose = own_pose_of(source(stripes()), own)
    atlas.far = 1.0
    result = laid(flat(), DRAWN, now, source(stripes()), own_pose)
    assert (result - flat()).abs().max() < 0.01


def test_a_look_up_that_trembles_shakes_nothing(atlas):
    own, now = places(everywhere(SHIRT)), places(everywhere(SHIRT), shift=5.0)
    photo = source(stripes())
    own_pose = own_pose_of(photo, own)
    noise = 0.03 * torch.randn(1, 2, *CELLS, generator=torch.Generator().manual_seed(1))
    atlas.error = lambda positions: noise
    result = laid(flat(), DRAWN, now, photo, own_pose)
    assert (inner(result) - inner(stripes(5.0))).abs().mean() < 0.08


def test_steps_that_are_linear_stay_and_classes_do_not_share_them():
    y, x = torch.meshgrid(*(torch.arange(side).float() for side in CELLS), indexing="ij")
    steps = torch.stack([0.7 * x, 0.2 * y - 0.1 * x])[None]
    cloth = F.one_hot(everywhere(SHIRT), CLASSES).movedim(-1, 0)[None].float()
    ones = torch.ones(1, 1, *CELLS)
    assert _smooth(steps, ones, cloth)[..., 8:-8, 8:-8] == pytest.approx(steps[..., 8:-8, 8:-8], abs=1e-3)
    two = everywhere(SHIRT)
    two[:, 20:] = SHIRT + 1
    steps = (two == SHIRT).float().expand(1, 2, *CELLS)
    smooth = _smooth(steps, ones, F.one_hot(two, CLASSES).movedim(-1, 0)[None].float())
    assert smooth == pytest.approx(steps, abs=1e-3), "a sleeve does not go with the body behind it"
    outlier, trust = torch.zeros(1, 2, *CELLS), ones.clone()
    outlier[..., 30, 30], trust[..., 30, 30] = 5.0, 0.0
    assert _smooth(outlier, trust, cloth).abs().max() < 0.01, "what is not trusted does not count"
    noise = torch.randn(1, 2, *CELLS, generator=torch.Generator().manual_seed(1))
    assert _smooth(noise, ones, cloth).std() < 0.4 * noise.std()


def test_a_little_more_light_falls_on_the_photo_too():
    own = places(everywhere(SHIRT))
    result = warped(source(stripes()), own, own, drawn=DRAWN + 0.03)
    assert (result - stripes() - 0.03).abs().max() < 0.03


def test_what_is_drawn_otherwise_is_not_touched():
    own = places(everywhere(SHIRT))
    result = warped(source(stripes()), own, own, image=flat(0.9), drawn=flat(0.9, CELLS))
    assert (result - flat(0.9)).abs().max() < 0.01
    photo = source(stripes())
    references = [(photo, own_pose_of(photo, own, pose()), 1.0)]
    result = with_photo(flat(0.9), flat(0.9, CELLS), own, pose(), references, mixed=True)
    assert (result - flat(0.9)).abs().max() < 0.01, "nor by bones: another garment"
    result = with_photo(flat(0.9), flat(0.9, CELLS), own, pose(), references)
    assert torch.equal(result, stripes()), "but of one person the photo's own pose is the photo"
    photo, own = source(stripes(), everywhere(SHIRT) == SHIRT), places(everywhere(BEHIND))
    references = [(photo, own_pose_of(photo, own, pose()), 1.0)]
    result = with_photo(flat(0.9), flat(0.9, CELLS), own, pose(8.0), references)
    assert (result - stripes()).abs().max() < 0.01, "but what is behind is the photo's, whatever is drawn"


def test_a_person_who_has_gone_does_not_come_back():
    classes = everywhere(SHIRT)
    classes[:, :24] = BEHIND
    gone = warped(source(stripes(), classes == BEHIND), places(classes), places(everywhere(BEHIND)))
    assert (gone - flat())[..., 50:].abs().max() < 1e-4, "where the person was"
    assert (gone - stripes())[..., :34].abs().max() < 1e-4, "what was behind anyway"


def test_what_only_the_photo_shows_of_the_person_leaves_with_the_person():
    """A hat: the photo has it, the network's picture has not. Gone when the head has gone, there when not."""
    classes = everywhere(BEHIND)
    classes[30:] = SHIRT
    nobody = classes == BEHIND
    nobody[28:30] = False
    photo = source(stripes(), nobody)
    gone = warped(photo, places(classes), places(everywhere(BEHIND)))
    still = warped(photo, places(classes), places(classes))
    assert (still - stripes())[..., 56:60, :].abs().max() < 1e-4
    assert (gone - flat())[..., 57:60, :].abs().max() < 1e-4
    assert (gone - stripes())[..., :40, :].abs().max() < 1e-4


def test_what_is_folded_is_not_carried():
    mirrored = places(everywhere(SHIRT), shift=5.0).flip(3)
    result = warped(source(stripes()), places(everywhere(SHIRT)), mirrored)
    assert (result - flat()).abs().mean() < 0.02


@pytest.mark.parametrize("side", [3, 7, 41])
def test_what_is_around_a_mark_is_told_as_by_the_largest_of_a_window(side):
    marked = (torch.rand(2, 1, 128, 88, generator=torch.Generator().manual_seed(side)) > 0.995).float()
    assert torch.equal(around(marked, side), F.max_pool2d(marked, side, 1, side // 2))


# by bones


def person(number: int, columns: range, rows: range = range(4, 60)) -> torch.Tensor:
    """Classes [h, w] of cells: a person before what is behind."""
    classes = everywhere(BEHIND)
    classes[rows.start : rows.stop, columns.start : columns.stop] = number
    return classes


def moved(photo, own, now, pose_B183, drawn=DRAWN, image=None, mixed=False):
    image = flat() if image is None else image
    references = [(photo, own_pose_of(photo, own, pose()), 1.0)]
    return with_photo(image, drawn, now, pose_B183, references, mixed)


def test_a_person_who_moves_as_a_whole_is_cut_out_and_moved():
    """With what only the photo shows of the person, 4 px to either side: the renderer does not draw it."""
    own, now = person(SHIRT, range(12, 36)), person(SHIRT, range(16, 40))
    cut_out = person(SHIRT, range(10, 38)) == SHIRT
    there = F.interpolate(cut_out[None, None].float(), SIZE) > 0
    photo = source(torch.where(there, stripes(), flat()), ~cut_out)
    result = moved(photo, places(own), places(now, 8.0), pose(8.0), image=flat(0.9))
    assert (result - stripes(8.0))[..., 24:104, 30:82].abs().max() < 0.02
    assert (result - flat())[..., 24:104, 90:].abs().max() < 1e-3, "what is behind stays"
    assert (result - flat())[..., 24:104, 21:26].abs().max() < 0.1, "what has been left is as around it"


def test_what_the_renderer_draws_as_another_place_is_not_moved_by_bones():
    own, now = places(person(SHIRT, range(12, 36))), places(person(SHIRT, range(16, 40)), 8.0)
    now[:, CLASSES] += 1.5 / SURFACE_SPAN
    photo = source(stripes(), person(SHIRT, range(12, 36)) == BEHIND)
    own_pose = own_pose_of(photo, own, pose())
    result = with_photo(flat(), DRAWN, now, pose(8.0), [(photo, own_pose, 1.0)])
    assert result[..., 24:104, 40:72] == pytest.approx(
        laid(flat(), DRAWN, now, photo, own_pose, pose(8.0))[..., 24:104, 40:72], abs=1e-3
    )


def test_a_leg_is_moved_as_a_whole_where_enough_of_it_is_the_same_and_an_arm_is_not():
    own, now = person(SHIRT, range(12, 36)), places(person(SHIRT, range(16, 40)), 8.0)
    another_side = torch.arange(CELLS[1]) % 4 > 0
    now[:, CLASSES, :, another_side] += 1.0 / SURFACE_SPAN
    result = moved(source(stripes(), own == BEHIND), places(own), now, pose(8.0))
    assert (result - stripes(8.0))[..., 80:108, 44:68].abs().max() < 0.02, "the legs"
    assert (result - stripes(8.0))[..., 44:60, 34:44].abs().mean() > 0.1, "an arm"


def test_a_leg_that_turns_is_not_moved_as_a_whole():
    own, now = person(SHIRT, range(12, 36)), places(person(SHIRT, range(16, 40)), 8.0)
    now[:, CLASSES, :, torch.arange(CELLS[1]) % 4 > 0] += 4.0 / SURFACE_SPAN
    result = moved(source(stripes(), own == BEHIND), places(own), now, pose(8.0))
    assert (result - stripes(8.0))[..., 80:108, 44:68].abs().mean() > 0.1


def test_a_head_is_moved_wherever_on_it_the_renderer_sees_a_place_unless_it_turns():
    own, now = person(FACE, range(16, 32), range(4, 20)), person(FACE, range(20, 36), range(4, 20))
    photo = source(stripes(), own == BEHIND)
    there = places(now, 8.0)
    there[:, CLASSES:] += 2.0 / SURFACE_SPAN
    result = moved(photo, places(own), there, pose(8.0))
    assert (result - stripes(8.0))[..., 10:38, 44:68].abs().max() < 0.02
    turns = pose(8.0)
    turns[0, 0, 0] += 0.1
    result = moved(photo, places(own), there, turns, image=flat(0.9), drawn=flat(0.9, CELLS))
    assert (result - flat(0.9))[..., 10:38, 44:68].abs().max() < 0.05


def test_a_head_does_not_go_with_an_arm_that_is_beside_it():
    own = person(FACE, range(12, 36), range(4, 24))
    photo, now = source(stripes(), own == BEHIND), pose()
    now[0, 6, :2] = now[0, 5, :2] + torch.tensor((0.1, -0.3))  # the left elbow, beside the ear
    now[0, 7, :2] = now[0, 5, :2] + torch.tensor((0.1, -0.6))
    result = moved(photo, places(own), places(own), now)
    assert (result - stripes())[..., 10:46, 26:58].abs().max() < 0.01


def test_far_from_an_arm_that_moves_the_photo_stays_whatever_the_renderer_draws():
    """Not where others are mixed in: then nobody's photo is asked for."""
    own, now = person(SHIRT, range(12, 36)), pose()
    photo = source(stripes(), own == BEHIND)
    now[0, 7, :2] += torch.tensor((0.3, -0.4))  # the left wrist
    elsewhere = places(person(FACE, range(12, 36)), 20.0)
    own_pose = own_pose_of(photo, places(own), pose())
    drawn = flat(0.9), flat(0.9, CELLS), elsewhere, now
    result = with_photo(*drawn, [(photo, own_pose, 1.0)])
    assert (result - stripes())[..., 70:, :40].abs().max() < 1e-5, "a leg, and the wall beside it"
    assert (result - stripes())[..., :40, 8:40].abs().max() < 1e-5, "the head"
    assert (result - stripes())[..., 44:60, 60:68].abs().max() > 0.1, "the arm"
    mixed = with_photo(*drawn, [(photo, own_pose, 1.0)], mixed=True)
    assert (mixed - stripes())[..., 70:, 24:40].abs().mean() > 0.1


def test_what_an_arm_has_left_does_not_stay():
    """A hand that the renderer does not draw in the photo's own pose is not the hip's."""
    own = person(SHIRT, range(16, 32))
    now, photo_classes = own.clone(), own.clone()
    own[12:22, 32:36] = photo_classes[12:22, 32:36] = SHIRT  # the arm
    photo_classes[27:37, 32:36] = SHIRT  # the hand, around (68, 64)
    raised = pose()
    raised[0, [6, 7], 1] -= 0.6
    photo = source(stripes(), photo_classes == BEHIND)
    stays = moved(photo, places(own), places(own), pose())
    leaves = moved(photo, places(own), places(now), raised)
    assert (stays - stripes())[..., 56:66, 66:70].abs().max() < 1e-3
    assert (leaves - stripes())[..., 56:66, 66:70].abs().mean() > 0.1


def test_beyond_the_photos_rim_nothing_is_carried_by_bones(atlas):
    photo, own, now = source(stripes()), places(everywhere(SHIRT)), places(everywhere(SHIRT), 30.0)
    own_pose = own_pose_of(photo, own, pose())
    atlas.far = 1.0  # nor by places
    result = with_photo(flat(0.9), DRAWN, now, pose(30.0), [(photo, own_pose, 1.0)])
    assert (result - flat(0.9))[..., 20:108, :16].abs().max() < 0.01
    assert (result - stripes(30.0))[..., 20:108, 50:80].abs().max() < 0.02


def test_around_bones_that_the_photo_lacks_nothing_is_carried_by_bones():
    """An arm that was beyond the frame: nobody knows where it was."""
    own, now = person(SHIRT, range(12, 36)), person(SHIRT, range(16, 40))
    photo = source(stripes(), own == BEHIND)
    own_pose = own_pose_of(photo, places(own), pose(joints=range(6)))
    result = with_photo(flat(), DRAWN, places(now, 8.0), pose(8.0), [(photo, own_pose, 1.0)])
    elsewhere = laid(flat(), DRAWN, places(now, 8.0), photo, own_pose)
    assert (result - elsewhere)[..., 80:108, 40:72].abs().max() < 1e-3, "the legs"
    assert (result - stripes(8.0))[..., 32:44, 48:64].abs().max() < 0.02, "the shoulders"


def test_what_the_renderer_forgets_is_not_carried_far_from_what_it_draws_as_before():
    own = person(SHIRT, range(16, 32))
    seen = own.clone()
    seen[4:60, 40:44] = SHIRT  # somebody else, beside
    photo, there = source(stripes(), seen == BEHIND), places(own)
    there[:, CLASSES] += 2.0 / SURFACE_SPAN  # the person has turned
    result = moved(photo, places(own), there, pose(8.0))
    assert (result - stripes(8.0))[..., 24:104, 90:95].abs().mean() > 0.1


def test_what_was_another_thing_by_more_than_an_outline_is_not_shown():
    """A thin arm beside the person, which the renderer does not draw any more."""
    own, now = person(SHIRT, range(8, 32)), person(SHIRT, range(8, 32))
    own[4:60, 36:40] = SHIRT
    result = moved(source(stripes(), own == BEHIND), places(own), places(now), pose(), mixed=True)
    assert (result - stripes())[..., 24:104, 24:56].abs().max() < 0.02
    assert (result - stripes())[..., 24:104, 73:79].abs().mean() > 0.1


def test_what_is_bent_beyond_its_shape_is_not_carried_by_bones():
    """Legs crossed: between them the photo would be folded."""
    own, now = places(person(SHIRT, range(8, 40))), pose()
    now[0, [8, 9, 10, 11, 12, 13]] = now[0, [11, 12, 13, 8, 9, 10]]
    photo = source(stripes(), person(SHIRT, range(8, 40)) == BEHIND)
    own_pose = own_pose_of(photo, own, pose())
    result = with_photo(flat(), DRAWN, own, now, [(photo, own_pose, 1.0)])
    elsewhere = laid(flat(), DRAWN, own, photo, own_pose)
    assert (result - elsewhere)[..., 84:104, 46:50].abs().max() < 0.05


def test_light_and_shade_change_smoothly():
    own = person(SHIRT, range(12, 36))
    drawn = DRAWN + 0.1
    drawn[..., 30, 24] -= 0.4
    result = moved(
        source(stripes(), own == BEHIND),
        places(own),
        places(person(SHIRT, range(16, 40)), 8.0),
        pose(8.0),
        drawn,
    )
    assert (result - stripes(8.0) - 0.1)[..., 24:104, 40:72].abs().max() < 0.05


def test_references_take_over_by_their_shares():
    own = places(everywhere(SHIRT))
    first, second = ((photo, own_pose_of(photo, own)) for photo in (source(stripes()), source(stripes(2))))

    def mixed(share, reference=second):
        return with_photo(flat(), DRAWN, own, NOBODY, [(*first, 1.0), (*reference, share)])

    assert mixed(0.0) == pytest.approx(stripes(), abs=1e-4)
    assert mixed(1.0) == pytest.approx(stripes(2.0), abs=1e-4)
    assert mixed(torch.ones(1, 1, *CELLS)) == pytest.approx(stripes(2.0), abs=1e-4)
    assert mixed(0.5) == pytest.approx((stripes() + stripes(2.0)) / 2, abs=1e-4)
    unknown = mixed(1.0, (second[0], None))
    assert unknown == pytest.approx(flat(), abs=1e-4), "of a photo without a pose nothing is laid over"


@pytest.fixture(scope="module")
def network() -> nted.Nted:
    torch.manual_seed(4)
    levels = (nted.Level(16, 8, 8), nted.Level(32, 8, 8), nted.Level(64, 8))
    made = nted.Nted(nted.NtedConfig(levels, (64, 48), detail=8)).eval().requires_grad_(False)
    for conv in (made.detail.out, made.detail.target_places.out):
        conv.weight.normal_()
    return made


@pytest.mark.parametrize("keypoints_moved", [0, 3])
def test_a_session_shows_what_the_textbook_form_gives(network, monkeypatch, keypoints_moved):
    monkeypatch.undo()  # a real atlas
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    photo = np.random.default_rng(1).integers(0, 256, (16, 12, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    session = opened(network)
    reference = session.set_reference(photo, pose)
    picture = torch.from_numpy(reference.image_HWC).movedim(-1, 0)[None] / 127.5 - 1
    textbook = NtedModel(network, make_plan("cpu"), form=TextbookNted)
    own = reference.keypoints_18x3
    target = own + np.float32((keypoints_moved, keypoints_moved, 0))
    shows = session.respond(RenderRequest(reference.key, target)).image.astype(int)
    with torch.inference_mode():
        kept = encode_reference(textbook, ReferenceInput(picture, own))
        image = compose(textbook, textbook.render(kept.appearance, target), target, [kept]).image_1CHW
        alone = textbook.render(kept.appearance, own).image_1CHW
    whole = ((image[0].clamp(-1, 1) + 1) * 127.5).round().movedim(0, -1).int().numpy()
    assert np.abs(shows - whole).mean() < 0.5 and np.percentile(np.abs(shows - whole), 99) <= 2
    if not keypoints_moved:
        assert np.abs(shows - reference.image_HWC).max() <= 1, "the photo's own pose gives the photo"
    assert (alone - picture).abs().mean() > 0.1
    session.close()


@pytest.mark.parametrize("times", [1, 3, 7])
def test_a_larger_photo_is_shown_larger(network, monkeypatch, times):
    monkeypatch.undo()
    pose = np.zeros((18, 3), np.float32)
    pose[:8] = (20, 30, 1)
    photos = [
        np.random.default_rng(seed).integers(0, 256, (16, 12, 3), np.uint8).repeat(4, 0).repeat(4, 1)
        for seed in (1, 2)
    ]
    session = opened(network)
    large = photos[0].repeat(times, 0).repeat(times, 1)
    one = session.add_reference(large, pose * np.float32((times, times, 1)))
    two = session.add_reference(photos[1], pose)
    frame = session.respond(RenderRequest(one.key, pose))
    if times == 1:
        assert frame.fine is None and frame.finest is frame.image
    else:
        many = min(times, 4)
        assert frame.fine.shape == (64 * many, 48 * many, 3) and frame.finest is frame.fine
        assert np.abs(frame.fine[many // 2 :: many, many // 2 :: many].astype(int) - frame.image).mean() < 12
        mixed = session.respond(RenderRequest(one.key, pose, (Mix(two.key, 1.0),)))
        assert mixed.fine.shape == frame.fine.shape
        assert np.abs(mixed.fine[many // 2 :: many, many // 2 :: many].astype(int) - mixed.image).mean() < 12
    session.close()


def test_with_the_weights_in_the_box_a_photo_stays_as_it_is_until_something_is_pulled(monkeypatch):
    monkeypatch.undo()
    rgb = read_photo(RESOURCES / "samples" / "ella.jpg")
    session = Session.open(DEFAULT_WEIGHTS, device="cpu")
    reference = session.set_reference(rgb, read_pose(RESOURCES / "samples" / "ella.json", rgb.shape[:2]))
    photo = reference.image_HWC.astype(int)

    fine = session.respond(RenderRequest(reference.key, reference.keypoints_18x3)).fine.astype(int)
    assert np.abs(fine - rgb).max() <= 1, "and as large as it is"
    assert session.respond(RenderRequest(reference.key, reference.keypoints_18x3, level=256)).fine is None

    def changed(keypoints, level):
        image = session.respond(RenderRequest(reference.key, keypoints, level=level)).image
        return np.abs(image - photo).mean(2)

    pulled = reference.keypoints_18x3.copy()
    pulled[7, :2] += (14, -10)  # the left wrist
    assert changed(reference.keypoints_18x3, None).max() <= 1
    for level in (None, *session.levels):
        own = changed(reference.keypoints_18x3, level)
        assert own.mean() < 0.5 and np.percentile(own, 99) < 4
        difference = changed(pulled, level)
        x, y = reference.keypoints_18x3[7, :2].astype(int)
        assert difference[y - 12 : y + 12, x - 10 : x + 20].mean() > 8
        assert difference[: int(reference.keypoints_18x3[1, 1])].mean() < 2, "the head"
    session.close()
