"""The reader of training pairs: index, stream, batches, augmentation, damaged records."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.pose.kinematics import mirror
from engine.pose.planes import pose_planes
from engine.pose.skeleton import FLIP
from train.data import shards
from train.data.augment import MILD, NONE, colour_curves, mirror_view, resize_view, spoil
from train.data.detector import as_detected, disturb
from train.data.pairs import PairLoader, PairSampler, both_directions, surface_places
from train.data.people import HELD_OUT_PEOPLE, People

HEAVY = replace(MILD, blur=1, jpeg=1, grain=1)


@pytest.fixture(scope="module")
def people(stick_people):
    return People(stick_people)


@pytest.fixture
def own_copy(stick_people, tmp_path):
    return shutil.copytree(stick_people, tmp_path / "copy")


def first_shard(folder):
    return sorted(folder.glob("people-*.tar"))[0]


def surface_of(view):
    """Surface coordinates made of a pixel's place and class, which tell whether a map was moved rightly."""
    rows, columns = np.indices(view.parsing_HW.shape)
    codes = np.stack([columns + 100, rows + 60, 100 + view.parsing_HW], axis=2)
    return (codes * (view.parsing_HW > 0)[:, :, None]).astype(np.uint8)


# index


def test_training_and_held_out_people_never_meet(stick_people, people):
    assert people.persons.tolist() == list(range(7))
    held_out = People(stick_people, HELD_OUT_PEOPLE)
    assert held_out.persons.tolist() == list(range(1_000_000, 1_000_004))
    assert people.size == (64, 44)


def test_views_are_what_was_written(people):
    view = people.view(3, 1)
    assert view.facing == "back" and view.framing == "full"
    assert view.image_HWC.shape == (64, 44, 3) and view.parsing_HW.shape == (64, 44)
    colours = [view.image_HWC[view.parsing_HW == label].reshape(-1, 3) for label in (3, 5)]
    expected = np.random.default_rng(3).integers(20, 220, (8, 3))
    for pixels, label in zip(colours, (3, 5), strict=True):
        assert np.abs(np.median(pixels, axis=0) - expected[label]).max() < 12


def test_two_folders_and_memory_give_the_same_bytes(stick_people, people, tmp_path, make_stick_people):
    more = make_stick_people(tmp_path / "more", range(50, 52))
    both = People([stick_people, more], hold=True)
    assert both.persons.tolist() == [*range(7), 50, 51]
    assert both.encoded(6, 3) == people.encoded(6, 3)
    assert both.fingerprint_of([5, 2]) == people.fingerprint_of([2, 5]) != people.fingerprint_of([2])
    assert both.fingerprint != people.fingerprint == People(stick_people).fingerprint


def test_what_the_studio_writes_is_read(people, tmp_path):
    shards.describe(tmp_path, "7", (64, 44), 2)
    views = [(person, view, people.view(person - 50, view)) for person in (50, 51) for view in (0, 1)]
    samples = [
        shards.Record(
            person,
            view,
            v.image_HWC,
            v.parsing_HW,
            v.keypoints_18x3,
            v.framing,
            v.facing,
            surface_of(v),
            v.parsing_HW,
        )
        for person, view, v in views
    ]
    shards.write_shard(tmp_path, 50, 100, samples)
    written = People(tmp_path)
    assert (written.studio, written.size, written.persons.tolist()) == ("7", (64, 44), [50, 51])
    for person, number, view in views:
        read = written.view(person, number)
        np.testing.assert_array_equal(read.parsing_HW, view.parsing_HW)
        np.testing.assert_array_equal(read.surface_HW3, surface_of(view))
        np.testing.assert_allclose(read.keypoints_18x3, view.keypoints_18x3, atol=0.006)
        assert np.abs(read.image_HWC.astype(int) - view.image_HWC).mean() < 3
        assert (read.framing, read.facing) == (view.framing, view.facing)


def test_the_same_person_in_two_folders_is_refused(stick_people, tmp_path, make_stick_people):
    twice = make_stick_people(tmp_path / "twice", range(6, 8))
    with pytest.raises(InputError, match="second time"):
        People([stick_people, twice])


def test_folders_that_are_no_data_sets(tmp_path, own_copy):
    with pytest.raises(InputError, match="dataset.json: cannot be read"):
        People(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no people from 20 to 29"):
        People(own_copy, range(20, 30))
    (own_copy / "dataset.json").write_text(json.dumps({"format": "cats", "version": 1}))
    with pytest.raises(InputError, match="is not a data set"):
        People(own_copy)


def test_unfinished_shards_are_not_read(own_copy):
    last = sorted(own_copy.glob("people-0*.tar"))[-1]
    last.rename(last.with_suffix(".tar.tmp"))
    assert People(own_copy).persons.tolist() == list(range(5))


def test_a_shard_that_another_replaces_is_not_read_twice(stick_people, own_copy):
    """While a writer extends the last shard, the shorter one is still there for a moment."""
    long = own_copy / "people-0000005-0000010.tar"
    shutil.copy(long, own_copy / "people-0000005-0000007.tar")
    assert People(own_copy).shards == [first_shard(own_copy), long]


def test_a_shard_that_goes_away_is_named(own_copy):
    people = People(own_copy)
    first_shard(own_copy).unlink()
    with pytest.raises(InputError, match="people-0000000-0000005.tar: cannot be read any more"):
        people.view(0, 0)


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_a_truncated_shard_is_named(own_copy, keep):
    shard = first_shard(own_copy)
    data = shard.read_bytes()
    end = data.rstrip(b"\0")
    shard.write_bytes(data[: int(len(end) * keep)])
    with pytest.raises(InputError, match=shard.name):
        People(own_copy)


@pytest.mark.parametrize(
    ("marker", "replacement", "sentence"),
    [
        (b"\xff\xd8\xff", b"\x00\x00\x00", "0000000_0.jpg: the picture cannot be decoded"),
        (b"\x89PNG", b"\x00PNG", "0000000_0.parsing.png: the parsing map cannot be decoded"),
        (b'"keypoints": [[', b'"keypoints": [[[', "0000000_0.json: the labels cannot be read"),
        (b'"keypoints": [[', b'"keypoints":[NaN,', "0000000_0.json: the"),
    ],
)
@pytest.mark.parametrize("workers", [0, 1])
def test_a_damaged_record_is_named(own_copy, marker, replacement, sentence, workers):
    shard = first_shard(own_copy)
    data = shard.read_bytes()
    place = data.index(marker)
    shard.write_bytes(data[:place] + replacement + data[place + len(replacement) :])
    people = People(own_copy, range(0, 1))
    with pytest.raises(InputError, match=sentence) as caught:
        list(itertools.islice(PairLoader(people, (64, 44), 4, workers=workers), 8))
    assert "\n" not in str(caught.value)


def test_damaged_records_are_replaced_and_counted_where_that_is_wanted(own_copy):
    shard = first_shard(own_copy)
    data = shard.read_bytes()
    place = data.index(b"\xff\xd8\xff")
    shard.write_bytes(data[:place] + bytes(3) + data[place + 3 :])
    people = People(own_copy, skip_damaged=True)
    batches = list(itertools.islice(PairLoader(people, (32, 22), 7), 8))
    assert all(len(batch.pairs) == len(batch.target_BCHW) == 7 for batch in batches)
    assert not any(
        (0, 0) in ((p.person, p.reference), (p.person, p.target)) for b in batches for p in b.pairs
    )
    (sentence,) = people.skipped
    assert "0000000_0.jpg: the picture cannot be decoded" in sentence
    assert people.skipped[sentence] == sum(len(batch.skipped) for batch in batches) >= 2
    whole = [pair for batch in batches for pair in batch.pairs]
    rest = itertools.islice(PairLoader(people, (32, 22), 7, start=5), 3)
    assert [pair for batch in rest for pair in batch.pairs] == whole[35:]


# surface coordinates


@pytest.fixture(scope="module")
def surfaced(people, tmp_path_factory):
    """The stick people 0 and 1 as people 50 and 51 with surface coordinates, version 3 of the data."""
    folder = tmp_path_factory.mktemp("surfaced")
    shards.describe(folder, "7", people.size, 4)
    samples = []
    for person, number in itertools.product((0, 1), range(4)):
        v = people.view(person, number)
        parts = v.image_HWC, v.parsing_HW, v.keypoints_18x3, v.framing, v.facing, surface_of(v), v.arms_HW
        samples.append(shards.Record(50 + person, number, *parts))
    shards.write_shard(folder, 50, 100, samples)
    return folder


def test_a_batch_brings_surface_coordinates_or_says_that_there_are_none(surfaced, people):
    batch = next(iter(PairLoader(People(surfaced), people.size, 4)))
    for side in ("reference", "target"):
        surface, parsing = getattr(batch, f"{side}_surface_B3HW"), getattr(batch, f"{side}_parsing_BHW")
        assert surface.dtype == torch.float32 and surface.shape == (4, 3, *people.size)
        assert torch.equal(surface.isnan(), (parsing == 0)[:, None].expand_as(surface))
        for index, pair in enumerate(batch.pairs):
            codes = surface_of(people.view(pair.person - 50, getattr(pair, side)))
            there = codes[:, :, 0] > 0
            places = surface[index].permute(1, 2, 0).numpy()[there]
            np.testing.assert_allclose(places, (codes[there] - 127.5) / 127, atol=1e-6)
    for source in (people, People(surfaced, surfaces=False)):
        batch = next(iter(PairLoader(source, people.size, 2)))
        assert batch.reference_surface_B3HW.shape == (2, 3, *people.size)
        assert batch.reference_surface_B3HW.isnan().all() and batch.target_surface_B3HW.isnan().all()


def test_both_directions_exchange_the_surfaces(surfaced):
    loader = PairLoader(People(surfaced), (64, 44), 2, self_pairs=0)
    batch = next(iter(loader))
    twice = both_directions(batch)
    expected = torch.cat([batch.target_surface_B3HW, batch.reference_surface_B3HW])
    assert torch.equal(twice.target_surface_B3HW.nan_to_num(), expected.nan_to_num())


@pytest.mark.parametrize("size", [(64, 44), (32, 22), (48, 33)])
def test_the_surface_goes_where_the_parsing_map_goes(people, size):
    view = people.view(2, 0)
    view = replace(view, surface_HW3=surface_of(view))
    for seed in range(6):
        moved = resize_view(view, size, np.random.default_rng(seed), 0.4)
        moved = mirror_view(moved) if seed % 2 else moved
        classes = np.where(moved.parsing_HW > 0, moved.parsing_HW + 100, 0)
        np.testing.assert_array_equal(moved.surface_HW3[:, :, 2], classes)
        before = {tuple(code) for code in view.surface_HW3.reshape(-1, 3).tolist()}
        after = moved.surface_HW3.reshape(-1, 3).astype(int)
        if seed % 2:
            after[:, 0] = np.where(after[:, 0] > 0, 255 - after[:, 0], 0)
        assert {tuple(code) for code in after.tolist()} <= before  # chosen, never blended


def test_a_mirror_turns_surface_coordinates_to_the_other_side(people):
    view = people.view(1, 0)
    codes = np.random.default_rng(0).integers(1, 255, (*people.size, 3)).astype(np.uint8)
    codes[::3] = 0
    mirrored = mirror_view(replace(view, surface_HW3=codes))
    places, expected = (
        surface_places(torch.tensor(c.copy())) for c in (mirrored.surface_HW3, codes[:, ::-1])
    )
    torch.testing.assert_close(places, expected * torch.tensor([-1.0, 1, 1]), equal_nan=True)
    np.testing.assert_array_equal(mirror_view(mirrored).surface_HW3, codes)


def test_data_of_both_versions_are_read_together(stick_people, surfaced):
    both = People([stick_people, surfaced])
    assert not both.view(0, 0).surface_HW3.any() and both.view(50, 0).surface_HW3.any()
    assert len(both.encoded(0, 0)) == 3 and len(both.encoded(50, 0)) == 5


def test_a_missing_or_damaged_surface_is_named(surfaced, tmp_path):
    folder = shutil.copytree(surfaced, tmp_path / "copy")
    data = first_shard(folder).read_bytes()
    place = data.index(b"\x89PNG", data.index(b"0000050_0.surface.png"))
    first_shard(folder).write_bytes(data[:place] + b"\0" + data[place + 1 :])
    with pytest.raises(InputError, match="0000050_0.surface.png: the surface coordinates cannot be decoded"):
        People(folder).view(50, 0)
    assert not People(folder, surfaces=False).view(50, 0).surface_HW3.any()
    first_shard(folder).write_bytes(data[: data.rindex(b"0000051_3.surface.png")] + bytes(1024))
    with pytest.raises(InputError, match="0000051_3.surface.png is missing"):
        People(folder)


# stream


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), start=st.integers(0, 10_000))
def test_the_stream_is_a_function_of_seed_and_index(people, seed, start):
    one, other = PairSampler(people, seed), PairSampler(people, seed)
    forward = [one[index] for index in range(start, start + 10)]
    assert forward == [other[index] for index in reversed(range(start, start + 10))][::-1]


def test_an_epoch_takes_everybody_once_and_all_ordered_pairs_come(people):
    sampler = PairSampler(people, seed=1, self_pairs=0.0)
    epoch = [sampler[index] for index in range(7 * 300)]
    for start in range(0, len(epoch), 7):
        assert sorted(pair.person for pair in epoch[start : start + 7]) == list(range(7))
    counts = np.zeros((4, 4), int)
    np.add.at(counts, ([p.reference for p in epoch], [p.target for p in epoch]), 1)
    assert (np.diag(counts) == 0).all() and counts[~np.eye(4, dtype=bool)].min() > 100


def test_self_pairs_come_with_their_probability(people):
    sampler = PairSampler(people, seed=1, self_pairs=0.25)
    share = np.mean([pair.reference == pair.target for pair in (sampler[index] for index in range(2000))])
    assert 0.2 < share < 0.3


# batches


def test_batches_have_the_promised_shapes_and_ranges(people):
    batch = next(iter(PairLoader(people, (64, 44), 3, augmentation=MILD)))
    assert batch.reference_BCHW.shape == batch.target_BCHW.shape == (3, 3, 64, 44)
    assert batch.reference_BCHW.dtype == torch.float32
    assert -1 <= batch.reference_BCHW.min() < 0 < batch.reference_BCHW.max() <= 1
    for planes, keypoints in (
        (batch.reference_planes_BPHW, batch.reference_keypoints_BJ3),
        (batch.target_planes_BPHW, batch.target_keypoints_BJ3),
    ):
        expected = np.stack([pose_planes(pose, (64, 44)) for pose in keypoints.numpy()])
        np.testing.assert_array_equal(planes.numpy(), expected)
    assert batch.target_parsing_BHW.dtype == torch.uint8 and batch.target_parsing_BHW.max() <= 7
    assert [pair.index for pair in batch.pairs] == [0, 1, 2]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_resumes_exactly_by_its_step_number(people, workers):
    whole = list(
        itertools.islice(PairLoader(people, (32, 22), 4, seed=5, augmentation=MILD, workers=workers), 5)
    )
    rest = PairLoader(people, (32, 22), 4, seed=5, augmentation=MILD, start=3)
    for first, second in zip(whole[3:], itertools.islice(rest, 2), strict=True):
        assert first.step == second.step and first.pairs == second.pairs
        for name in ("reference_BCHW", "target_BCHW", "target_planes_BPHW", "target_parsing_BHW"):
            assert torch.equal(getattr(first, name), getattr(second, name))


def test_smaller_batches_show_the_same_picture(people):
    large = next(iter(PairLoader(people, (64, 44), 4)))
    small = next(iter(PairLoader(people, (32, 22), 4)))
    averaged = torch.nn.functional.avg_pool2d(large.target_BCHW, 2)
    assert (averaged - small.target_BCHW).abs().max() < 1.01 / 127.5
    torch.testing.assert_close(small.target_keypoints_BJ3[..., :2], large.target_keypoints_BJ3[..., :2] / 2)


# augmentation


def test_no_augmentation_is_no_change(people):
    batch = next(iter(PairLoader(people, (64, 44), 4, self_pairs=0)))
    for pair, reference in zip(batch.pairs, batch.reference_BCHW, strict=True):
        image = torch.from_numpy(people.view(pair.person, pair.reference).image_HWC).permute(2, 0, 1)
        assert torch.equal(((reference + 1) * 127.5).round().byte(), image)


def joint_classes(view):
    """Parsing class under each joint that is in the picture."""
    inside = view.keypoints_18x3[:, 2] > 0
    xy = view.keypoints_18x3[:, :2].astype(int)
    return [int(view.parsing_HW[y, x]) if there else None for (x, y), there in zip(xy, inside, strict=True)]


@pytest.mark.parametrize("seed", range(6))
def test_keypoints_and_parsing_follow_scale_and_crop(people, seed):
    view = people.view(2, 0)
    moved = resize_view(view, (64, 44), np.random.default_rng(seed), 0.3)
    before, after = joint_classes(view), joint_classes(moved)
    # Limbs are drawn 4 px thick, so a joint keeps its class unless it lies on a border between two.
    assert sum(a == b for a, b in zip(before, after, strict=True) if b is not None) >= 12


def test_joints_that_leave_the_frame_become_absent(people):
    view = people.view(2, 0)
    for seed in range(20):
        moved = resize_view(view, (64, 44), np.random.default_rng(seed), 1.0)
        inside = (moved.keypoints_18x3[:, :2] >= 0) & (moved.keypoints_18x3[:, :2] < (44, 64))
        assert (moved.keypoints_18x3[~inside.all(axis=1), 2] == 0).all()


def test_a_mirror_swaps_sides_and_is_its_own_inverse(people):
    view = people.view(1, 0)
    mirrored = mirror_view(view)
    right, left = 4, 7
    assert mirrored.keypoints_18x3[left, 0] == 44 - view.keypoints_18x3[right, 0]
    np.testing.assert_allclose(mirrored.keypoints_18x3, mirror(view.keypoints_18x3, (64, 44)), atol=1e-5)
    back = mirror_view(mirrored)
    np.testing.assert_array_equal(back.image_HWC, view.image_HWC)
    np.testing.assert_allclose(back.keypoints_18x3, view.keypoints_18x3, atol=1e-5)
    assert [joint_classes(mirrored)[joint] for joint in FLIP] == joint_classes(view)


def test_both_pictures_of_a_pair_get_the_same_colours(people):
    colours_only = replace(NONE, white_balance=0.1, exposure=0.2, contrast=0.2)
    plain = next(iter(PairLoader(people, (64, 44), 6, seed=3)))
    changed = next(iter(PairLoader(people, (64, 44), 6, seed=3, augmentation=colours_only)))
    for index in range(6):
        seen = {}
        for name in ("reference_BCHW", "target_BCHW"):
            before = ((getattr(plain, name)[index] + 1) * 127.5).round().int()
            after = ((getattr(changed, name)[index] + 1) * 127.5).round().int()
            for channel in range(3):
                for a, b in zip(
                    before[channel].flatten().tolist(), after[channel].flatten().tolist(), strict=True
                ):
                    assert seen.setdefault((channel, a), b) == b


def test_jitter_is_told_in_px_of_256_rows(people):
    plain = next(iter(PairLoader(people, (64, 44), 12, seed=3)))
    moved = next(iter(PairLoader(people, (64, 44), 12, seed=3, augmentation=replace(NONE, jitter=4))))
    off = (moved.target_keypoints_BJ3 - plain.target_keypoints_BJ3)[:, :, :2]
    assert off.std().item() == pytest.approx(4 * 64 / 256, rel=0.1)


def test_only_the_reference_is_spoiled(people):
    spoiled = replace(NONE, blur=1, jpeg=1, grain=1)
    plain = next(iter(PairLoader(people, (64, 44), 4)))
    changed = next(iter(PairLoader(people, (64, 44), 4, augmentation=spoiled)))
    assert torch.equal(plain.target_BCHW, changed.target_BCHW)
    assert 0.005 < (plain.reference_BCHW - changed.reference_BCHW).abs().mean() < 0.2


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_curves_rise_and_spoiling_keeps_the_form(seed):
    rng = np.random.default_rng(seed)
    curves = colour_curves(rng, MILD)
    assert curves.shape == (1, 256, 3) and (np.diff(curves[0].astype(int), axis=0) >= 0).all()
    image = rng.integers(0, 256, (64, 44, 3), np.uint8)
    out = spoil(image, rng, HEAVY)
    assert out.shape == image.shape and out.dtype == np.uint8


def test_grain_is_as_fine_in_pictures_larger_than_its_tile():
    grey, grain = np.full((512, 700, 3), 128, np.uint8), replace(NONE, grain=1)
    out = spoil(grey, np.random.default_rng(1), grain).astype(float)[:, :, 0] - 128
    neighbours = [
        np.corrcoef(out[1:].ravel(), out[:-1].ravel()),
        np.corrcoef(out[:, 1:].T.ravel(), out[:, :-1].T.ravel()),
    ]
    assert out.std() > 0.5 and np.abs([c[0, 1] for c in neighbours]).max() < 0.05


# detector


def head(yaw_degrees, state=2.0):
    """A pose whose head is turned: 0 looks into the camera, +90 to the picture's right."""
    yaw = np.radians(yaw_degrees)
    pose = np.full((18, 3), (50.0, 50.0, 2.0), np.float32)
    for joint, (across, ahead) in {
        0: (0, 10),
        16: (-6.55, 0),
        17: (6.55, 0),
        14: (-4, 8),
        15: (4, 8),
    }.items():
        pose[joint] = (50 + across * np.cos(yaw) + ahead * np.sin(yaw), 20, state)
    return pose


@pytest.mark.parametrize(
    ("yaw", "lost"),
    [
        (0, []), (20, []), (60, [17]), (-60, [16]), (93, [15, 17]), (-93, [14, 16]),
        (180, [0, 14, 15]), (120, [0, 14, 15, 17]), (-120, [0, 14, 15, 16]),
    ],
)  # fmt: skip
def test_what_a_turned_head_hides_is_lost(yaw, lost):
    pose = as_detected(head(yaw, state=1.0))
    assert np.flatnonzero(pose[:, 2] == 0).tolist() == lost


def test_an_eager_detector_keeps_a_face_longer():
    assert as_detected(head(97, 1.0), eagerness=0.1)[0, 2] == 1 and as_detected(head(97, 1.0))[0, 2] == 0
    assert as_detected(head(25, 1.0), eagerness=0.1)[17, 2] == 1 and as_detected(head(25, 1.0))[17, 2] == 0


def test_a_nose_seen_in_profile_stays_a_little_longer():
    assert as_detected(head(105, state=2.0))[0, 2] == 2 and as_detected(head(120, state=2.0))[0, 2] == 0


def test_a_seen_ear_stays():
    assert as_detected(head(60, state=2.0))[17, 2] == 2


def test_occluded_limbs_stay_and_unknown_heads_are_left_alone():
    pose = head(180)
    pose[3:8, 2] = 1
    pose[16, 2] = 0
    np.testing.assert_array_equal(as_detected(pose), pose)


def test_noise_loses_and_moves_about_as_much_as_it_says():
    rng = np.random.default_rng(0)
    poses = np.stack([disturb(head(0), rng, 0.04, 1.0) for _ in range(500)])
    assert 0.03 < (poses[..., 2] == 0).mean() < 0.05
    assert 0.95 < (poses[..., :2] - head(0)[:, :2]).std() < 1.05
    np.testing.assert_array_equal(disturb(head(0), rng, 0.0, 0.0), head(0))
