"""A garment of one flat figure on another: where it comes, what goes, what stays."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from flat_figure import SIZE, SKIN, WALL, at, figure

from engine.compositing.beneath import own_beneath, piece_beneath
from engine.compositing.dressing import before_wall, dressed
from engine.compositing.wardrobe import CLASSES, make_wardrobe
from engine.compositing.worn import Drawn, pieces_worn, undressed, wall_on
from engine.garments import PIECES, garment
from engine.regions import REGIONS


def with_part(drawn: Drawn, x: tuple[float, float], y: tuple[float, float], name: str, grey: float) -> Drawn:
    """With something else at these places, in dm."""
    rows = slice(round((9 - y[1]) * 8), round((9 - y[0]) * 8))
    columns = slice(round((x[0] + 6.5) * 8), round((x[1] + 6.5) * 8))
    picture, surface = drawn.picture.clone(), drawn.surface.clone()
    picture[..., rows, columns] = grey
    surface[:, :CLASSES, rows, columns] = 0.0
    surface[:, REGIONS.index(name), rows, columns] = 20.0
    return Drawn(picture, surface, make_wardrobe(picture, surface))


BARE = figure(sleeve=2.5, hem=0, cloth=0.3)
SLEEVED = figure(sleeve=4.5, hem=-2, cloth=-0.6, skin=0.2)


def wear(wearer: Drawn, giver: Drawn, word: str, strength: float = 1.0):
    return dressed(undressed(wearer), wearer, giver, garment(word), strength)


def test_sleeves_arrive_on_bare_arms_and_a_hem_comes_where_the_giver_has_it():
    picture = wear(BARE, SLEEVED, "top").picture
    for place in ((0, 3), (3.5, 4.8), (-3.5, 4.8), (0, -1.5)):
        assert at(picture, *place) == pytest.approx(-0.6, abs=0.02)
    assert at(picture, 0, -3) == pytest.approx(-0.8, abs=0.02)  # her own trousers below it
    assert at(picture, 4.8, 4.8) == pytest.approx(SKIN, abs=0.02)  # her own hand


def test_what_comes_to_light_is_the_wearers_own():
    picture = wear(SLEEVED, BARE, "top").picture
    assert at(picture, 0, 3) == pytest.approx(0.3, abs=0.02)
    assert at(picture, 3.5, 4.8) == pytest.approx(0.2, abs=0.05)  # her arms, in her own tone
    assert at(picture, 0, -1) == pytest.approx(-0.8, abs=0.02)  # her trousers, where her long top was


def test_bared_legs_go_on_as_they_are_seen_below_and_no_shade_of_a_hem_stays():
    """Two decimetres of them; the wearer's legs are darker than the face, and darkest under the hem."""
    wearer, shorts = figure(3, 0, 0.3, skin=0.5, leg=0.1), figure(3, 0, 0.3, ends=-2.0, below=0.7)
    hem = slice(104, 107)  # y = -4 and below
    wearer.picture[..., hem, 36:68] = -0.9
    twice = [each._replace(picture=F.interpolate(each.picture, scale_factor=2)) for each in (wearer, shorts)]
    picture = F.interpolate(wear(*twice, "trousers").picture, scale_factor=0.5, mode="nearest")
    for y in (-3.3, -3.6, -3.9):
        assert at(picture, 1, y) == pytest.approx(0.1, abs=0.03), y
    assert at(picture, 1, -2.6) < 0.25, "and so farther up"
    assert at(picture, 1, -4.1) == pytest.approx(0.1, abs=0.05), "the hem's shade went with it"
    assert at(picture, 3.5, 4.8) == at(wearer.picture, 3.5, 4.8)


def test_bared_skin_has_the_shades_of_the_givers():
    """Also beside the wearer's own, and in the wearer's tone: 1.1 of 0 to 2 where the giver has 1.6, 0.7."""
    wearer = figure(3, 0, 0.3, ends=-5.0, skin=0.1)
    shorts = with_part(figure(3, 0, 0.3, ends=-2.0), (-2, 2), (-4.7, -4.1), "legs", -0.3)
    picture = wear(wearer, shorts, "trousers").picture
    tone = 1.1 / (1.0 + SKIN)
    assert at(picture, 1, -4.4) == pytest.approx(0.7 * tone - 1.0, abs=0.1)
    for y in (-3.3, -5.5):
        assert at(picture, 1, y) == pytest.approx(0.1, abs=0.08), y


def with_arms(drawn: Drawn, grey: float, to: float = 5.4) -> Drawn:
    """With bare arms as far out as this."""
    for x in ((2.5, to), (-to, -2.5)):
        drawn = with_part(drawn, x, (4, 5.5), "arms", grey)
    return drawn


def thigh(wearer: Drawn, giver: Drawn) -> float:
    return at(wear(wearer, giver, "trousers").picture, 1, -3)


SHORTS = figure(2.5, 0, 0.3, ends=-2.0)


def test_bared_skin_is_as_dark_as_arms_are():
    """The wearer's face is as light as the giver's."""
    wearer = with_arms(figure(2.5, 0, 0.3, ends=-7.0), -0.5)
    assert thigh(wearer, SHORTS) == pytest.approx(-0.5, abs=0.03)


@pytest.mark.parametrize(("his", "hers"), [(2.5, 6.0), (6.0, 2.5)])
def test_where_one_of_two_has_sleeves_faces_tell_the_tone(his, hers):
    """Arms are darker than faces, also his who lends his shorts: that is no difference of the two."""
    wearer, giver = figure(hers, 0, 0.3, ends=-7.0), figure(his, 0, 0.3, ends=-2.0)
    wearer = with_arms(wearer, -0.4) if hers < his else wearer
    giver = with_arms(giver, -0.4) if his < hers else giver
    giver = with_part(giver, (-2.2, 2.2), (-9, -2), "legs", -0.3)
    assert thigh(wearer, giver) == pytest.approx(-0.3, abs=0.01)


def test_few_px_of_arms_tell_no_tone():
    """Of a map of 144 by 104 those that are surely arms are 0, 0.13, 0.27 and 0.53 %."""
    bare = figure(6.0, 0, 0.3, ends=-7.0)
    for to, tone in ((2.875, SKIN), (3.0, -0.25), (3.125, -0.45), (3.25, -0.5)):
        wearer = with_arms(bare, -0.5, to)
        assert thigh(wearer, SHORTS) == pytest.approx(tone, abs=0.02), to


def test_arms_that_are_black_tell_no_tone():
    """Dark ones do: 0.7 of 0 to 2 where the giver has 0.3."""
    wearer = with_arms(figure(2.5, 0, 0.3, ends=-7.0), -0.3)
    for grey, tone in ((-0.7, 7 / 3), (-0.98, 7.0)):
        giver = with_part(with_arms(SHORTS, grey), (-2.2, 2.2), (-9, -2), "legs", -0.9)
        assert thigh(wearer, giver) == pytest.approx(0.1 * tone - 1.0, abs=0.02), grey


@pytest.mark.parametrize("word", ["top", "trousers"])
def test_all_else_stays_to_the_bit(word):
    now = wear(SLEEVED, BARE, word)
    changed = (now.picture != SLEEVED.picture).any(1)[0]
    assert changed.any()
    pieces = undressed(SLEEVED).pieces[0].argmax(0)
    face = pieces == PIECES.index("face")
    far_from_person = F.max_pool2d((pieces > 0).float()[None], 9, 1, 4)[0] == 0
    assert not changed[face].any() and not changed[far_from_person].any()
    kept = {"top": "legs", "trousers": "arms"}[word]
    assert not changed[pieces == PIECES.index(kept)].any()


def test_a_wide_skirt_reaches_beyond_the_wearer_and_one_that_goes_leaves_the_wall():
    wide = figure(sleeve=2.5, hem=0, cloth=0.5, wide=3.5, legs="dress or skirt", below=0.7)
    on = wear(BARE, wide, "skirt")
    assert at(on.picture, 3.2, -2) == pytest.approx(0.7, abs=0.03)
    off = wear(wide, BARE, "trousers")
    assert at(off.picture, 0, -2) == pytest.approx(-0.8, abs=0.02)
    assert PIECES[int(on.pieces[0, :, 88, 52 + 25].argmax())] == "skirt"


def test_a_top_over_trousers_stays_when_the_trousers_change():
    other = figure(sleeve=2.5, hem=0.8, cloth=0.9, below=0.0)
    picture = wear(SLEEVED, other, "trousers").picture
    assert at(picture, 0, -1.5) == pytest.approx(-0.6, abs=0.02)
    assert at(picture, 0, -3) == pytest.approx(0.0, abs=0.02)


def test_what_hides_the_garment_in_the_givers_photo_is_not_taken_with_it():
    """The trousers of one in a long top, on one in a short top: they go up to where hers did."""
    below = figure(sleeve=4.5, hem=-2, cloth=-0.6, below=0.6)
    picture = wear(BARE, below, "trousers").picture
    assert at(picture, 0, -0.8) == pytest.approx(0.6, abs=0.03)
    assert at(picture, 0, 1) == pytest.approx(0.3, abs=0.02)


def test_clothes_over_a_garment_do_not_come_to_light_beneath_it():
    """Where another's longer top hides the trousers, hers does not grow; and where there is only the garment,
    what is beside it does."""
    shown = torch.zeros(1, len(PIECES), 4, 6)
    shown[:, PIECES.index("top"), :2] = 1.0
    shown[:, PIECES.index("trousers"), 2:, :3] = 1.0
    shown[:, PIECES.index("legs"), 2:, 3:] = 1.0
    shown[:, PIECES.index("hair")] = 1e-6
    beneath = piece_beneath(shown, BARE.wardrobe, garment("trousers"))
    assert (beneath == PIECES.index("legs")).all()


def test_hair_over_a_garment_does_not_come_to_light_beneath_it():
    """Where another's long hair hides her top: what is beside it, and not the wearer's hair on the chest."""
    shown = torch.zeros(1, len(PIECES), 4, 6)
    shown[:, PIECES.index("hair"), :, :3] = 1.0
    shown[:, PIECES.index("arms"), :, 3:] = 1.0
    beneath = piece_beneath(shown, BARE.wardrobe, garment("top"))
    assert (beneath == PIECES.index("arms")).all()


def test_strands_beside_the_givers_hair_are_no_cloth():
    """Within the next position, where the map has the top."""
    giver = with_part(SLEEVED, (-1.1, 1.1), (2.9, 5.1), "upper clothes", 0.3)
    giver = with_part(giver, (-1, 1), (3, 5), "hair", 0.9)
    picture = wear(BARE, giver, "top").picture
    for place in ((0, 4), (1.0, 4), (-1.1, 4), (0, 2.9)):
        assert at(picture, *place) == pytest.approx(-0.6, abs=0.05), place


def test_what_is_behind_a_giver_is_told_near_a_garments_edge_alone():
    sleeve = torch.zeros(1, 1, *SIZE)
    sleeve[..., 20:120, 10:90] = 1.0  # of which a column of the wall, and some of the wall, far within it
    picture = torch.full((1, 3, *SIZE), -0.6)
    picture[..., :14] = picture[..., 60:80, 48:52] = WALL
    giver = SLEEVED._replace(picture=picture, behind=torch.full((1, 3, *SIZE), WALL))
    told = wall_on(giver, sleeve)[0, 0]
    assert told[30:110, 10:13].min() > 0.9 and told[30:110, 18:].max() == 0


def test_somebody_behind_the_giver_gives_nothing_and_is_no_part_of_the_person():
    """A passer-by in a top of the same kind, as far from the person as no limb is."""
    behind = SLEEVED.surface.clone()
    behind[:, :CLASSES, 100:116, 4:12] = 20.0 * F.one_hot(
        torch.tensor(REGIONS.index("upper clothes")), CLASSES
    ).view(1, -1, 1, 1)
    crowd = SLEEVED._replace(surface=behind)
    assert (pieces_worn(crowd)[0, 0, 100:116, 4:12] == 1).all()
    assert torch.equal(pieces_worn(crowd)[..., 20:], pieces_worn(SLEEVED)[..., 20:])
    near = SLEEVED.surface.clone()
    near[:, 0, 36:38] = 50.0  # a belt that nobody recognised parts nobody
    parted = pieces_worn(SLEEVED._replace(surface=near))[0, 0]
    assert (parted[:36] < 0.5).any() and (parted[38:] < 0.5).any()
    picture = wear(BARE, crowd, "top").picture
    assert (picture[..., 100:116, 4:12] == BARE.picture[..., 100:116, 4:12]).all()


def test_strength_goes_over_evenly_and_shows_no_step():
    strengths = torch.linspace(0.04, 1, 25).tolist()
    pictures = [wear(BARE, SLEEVED, "top", each).picture for each in strengths]
    all_of_it = (pictures[-1] - BARE.picture).abs().mean()
    steps = [(a - b).abs().mean() for a, b in zip(pictures, [BARE.picture, *pictures[:-1]], strict=True)]
    assert max(steps) < 2.4 / 25 * all_of_it
    middle = [at(each, 0, 3) for each in pictures]
    assert middle == sorted(middle, reverse=True)


@pytest.mark.parametrize("strength", [0.1, 0.25, 0.4, 0.6])
def test_at_no_strength_an_arm_is_seen_through_a_sleeve_that_comes(strength):
    picture = wear(BARE, SLEEVED, "top", strength).picture
    cloth = (1 - strength) * 0.3 + strength * -0.6
    forearm = torch.tensor([at(picture, x / 10, 4.8) for x in range(28, 42)])
    either = ((forearm - cloth).abs() < 0.05) | ((forearm - SKIN).abs() < 0.05)
    assert (~either).sum() <= 4  # a tenth of a dm each: the edge on its way is half a dm


def test_what_is_worn_twice_is_worn_once():
    once = wear(BARE, SLEEVED, "top")
    twice = dressed(once, BARE, SLEEVED, garment("top"))
    assert (once.picture - twice.picture).abs().max() < 0.05
    assert (once.pieces.argmax(1) != twice.pieces.argmax(1)).float().mean() < 0.005


def test_what_the_giver_is_drawn_with_unsurely_has_its_colours_yet():
    """As hair often is, of photographs: never grey for want of a sure pixel."""
    unsure = SLEEVED._replace(surface=SLEEVED.surface.clone())
    unsure.surface[:, :CLASSES] *= 0.1  # two sevenths of a pixel are somebody else's, everywhere
    assert at(wear(BARE, unsure, "top").picture, 0, 3) == pytest.approx(-0.6, abs=0.05)


def test_what_the_giver_is_hardly_drawn_with_in_this_pose_looks_as_in_the_photo():
    """Where no pixel of the drawing is the garment's, the photo's colours at that place, and never grey."""
    hardly = SLEEVED._replace(surface=SLEEVED.surface.clone())
    hardly.surface[:, :CLASSES] *= 0.05
    hardly.surface[:, 0] += 2.0  # half of every pixel are nobody's
    assert at(wear(BARE, hardly, "top").picture, 0, 3) == pytest.approx(-0.6, abs=0.02)


def test_nobody_gives_and_gets_nothing_but_numbers():
    nobody = figure(sleeve=0, hem=0, cloth=0)
    logits = nobody.surface.clone()
    logits[:, 0] = 60.0
    nobody = Drawn(nobody.picture, logits, make_wardrobe(nobody.picture, logits))
    for wearer, giver in ((nobody, SLEEVED), (BARE, nobody), (nobody, nobody)):
        now = wear(wearer, giver, "top")
        assert now.picture.isfinite().all() and now.pieces.isfinite().all()


def test_before_another_wall_the_person_stays_and_has_no_rim_of_the_old_one():
    person = figure(sleeve=2.0, hem=-1.0, cloth=0.3)
    now, wall = undressed(person), torch.full((1, 3, 30, 20), -1.0)
    person_HW = person.surface[0, :CLASSES].argmax(0) > 0
    after = before_wall(now, wall)
    far_HW = F.max_pool2d(person_HW[None, None].float(), 7, 1, 3)[0, 0] == 0
    core_HW = F.max_pool2d((~person_HW)[None, None].float(), 7, 1, 3)[0, 0] == 0
    assert torch.allclose(after.picture[0, :, far_HW], wall.min(), atol=1e-6)
    assert torch.allclose(after.picture[0, :, core_HW], now.picture[0, :, core_HW], atol=1e-6)
    assert after.picture.max() < WALL - 0.2  # nothing of the old wall is left anywhere
    assert torch.equal(after.pieces, now.pieces)
    half = before_wall(now, wall, 0.5)
    assert torch.allclose(half.picture, (now.picture + after.picture) / 2, atol=1e-6)


def test_what_was_painted_is_what_is_worn_there():
    person = figure(sleeve=2.0, hem=-1.0, cloth=0.3)
    painted = torch.full((1, *SIZE), -1)
    painted[:, 60:70, 40:60] = PIECES.index("legs")
    pieces = undressed(person._replace(painted=painted)).pieces
    assert (pieces[0].argmax(0)[61:69, 41:59] == PIECES.index("legs")).all()
    plain = undressed(person).pieces
    assert torch.equal(pieces[..., :55, :], plain[..., :55, :])


@pytest.mark.parametrize("off", [0.0, 0.05])
def test_sleeves_as_white_as_the_wall_go_whole_and_arms_are_whole(off):
    """A matte's window is as wide as an arm, with wall on both its sides."""
    wearer = figure(sleeve=4.4, hem=0, cloth=WALL - off)
    picture = wear(wearer, figure(sleeve=2.2, hem=0, cloth=0.3), "top").picture
    for x in (2.8, 3.2, 3.6, 4.0, 4.3):
        for side in (-1, 1):
            assert at(picture, side * x, 4.75) == pytest.approx(SKIN, abs=0.1), side * x


def test_under_a_shorter_top_with_nobody_in_it_trousers_go_up_to_the_waist():
    worn = own_beneath(figure(sleeve=2.5, hem=-1.5, cloth=0.3))
    trousers = PIECES.index("trousers")
    rows = {y: round((9 - y) * 8) for y in (3.0, 0.0, -2.5)}
    middle = SIZE[1] // 2
    assert worn[0, trousers, rows[-2.5], middle] > 0.9  # as the photo has it
    assert worn[0, trousers, rows[0.0], middle] > 0.9
    assert worn[0, trousers, rows[3.0], middle] < 0.1


def test_a_hand_before_the_body_stays_before_what_is_taken():
    """Its places are the body's, or a sleeve's that reaches as far."""
    holding = with_part(BARE, (-1.0, 1.0), (1.0, 2.5), "arms", SKIN)
    long = figure(sleeve=5.0, hem=-2, cloth=-0.6)
    picture = wear(holding, long, "top").picture
    assert at(picture, 0, 1.8) == pytest.approx(SKIN, abs=0.02)
    assert at(picture, 0, 3.5) == at(picture, 4.2, 4.8) == pytest.approx(-0.6, abs=0.02)
    assert at(picture, 4.9, 4.8) == pytest.approx(SKIN, abs=0.02)
    at_hip = with_part(BARE, (0.4, 1.8), (-3.0, -1.5), "arms", SKIN)
    picture = wear(at_hip, figure(sleeve=2.5, hem=0, cloth=0.3, below=0.6), "trousers").picture
    assert at(picture, 1.1, -2.2) == pytest.approx(SKIN, abs=0.02)
    assert at(picture, -1.1, -2.2) == pytest.approx(0.6, abs=0.02)


def test_who_shows_no_more_of_legs_than_shoes_lends_shoes():
    """Under long trousers; the wearer's legs are no shoe's colour and stay to the bit."""
    shod = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.2, leg=-0.9)
    picture = wear(BARE, shod, "legs").picture
    assert at(picture, 0, -7.7) == pytest.approx(-0.9, abs=0.02)
    assert torch.equal(picture[..., : round((9 + 6.8) * 8), :], BARE.picture[..., : round((9 + 6.8) * 8), :])
    stockings = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-5, leg=-0.9)
    assert at(wear(BARE, stockings, "legs").picture, 0, -4.5) == pytest.approx(-0.9, abs=0.05)


def test_a_leg_that_is_bared_has_nothing_of_shoes():
    """Neither of the giver's nor of the wearer's, whose trousers ended at them."""
    shod = with_part(figure(sleeve=2.5, hem=0, cloth=0.3), (-2, 2), (-8, -7.1), "legs", 0.9)
    wearer = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.0, leg=-0.9)
    picture = wear(wearer, shod, "trousers").picture
    for y in (-4.6, -5.5, -6.4, -6.8):
        assert at(picture, 0, y) == pytest.approx(SKIN, abs=0.1), y


def test_half_of_a_longer_sleeve_shows_nothing_of_the_old_hem():
    """Whose edge is dark, for it has a shade."""
    bare = with_part(figure(sleeve=2.6, hem=0, cloth=0.3), (2.45, 2.65), (4, 5.5), "upper clothes", -0.9)
    halves = wear(bare, figure(sleeve=4.5, hem=0, cloth=0.7), "top", 0.5).picture
    along = [at(halves, 2.0 + step / 8, 4.8) for step in range(16)]
    assert min(along) == pytest.approx(max(along), abs=0.1)
