import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.framing import frame_photo
from engine.pose.formats import openpose_dict, parse_pose, read_pose, write_openpose
from engine.pose.formats.arrays import people_in_array
from engine.pose.kinematics import t_pose
from engine.pose.planes import pose_planes

SIZE = (256, 176)
GOLDEN = Path(__file__).parents[2] / "data" / "nted" / "skeleton.npz"

# Joints by name in px of a 256 x 176 picture, so that every layout can be laid out by name.
PLACES = {
    "nose": (88, 38), "neck": (87.5, 63), "rsho": (68, 63), "relb": (60, 92), "rwri": (57, 120),
    "lsho": (107, 63), "lelb": (115, 92), "lwri": (119, 120), "rhip": (75, 121), "rkne": (73, 170),
    "rank": (72, 220), "lhip": (101, 121), "lkne": (102, 170), "lank": (103, 220), "reye": (84, 34),
    "leye": (92, 34), "rear": (79, 37), "lear": (97, 37),
}  # fmt: skip
COCO18 = list(PLACES)
COCO17 = [
    "nose", "leye", "reye", "lear", "rear", "lsho", "rsho", "lelb", "relb",
    "lwri", "rwri", "lhip", "rhip", "lkne", "rkne", "lank", "rank",
]  # fmt: skip
BODY25 = [
    "nose", "neck", "rsho", "relb", "rwri", "lsho", "lelb", "lwri", "middle hip", "rhip",
    "rkne", "rank", "lhip", "lkne", "lank", "reye", "leye", "rear", "lear", *["foot"] * 6,
]  # fmt: skip
BLAZEPOSE = [
    "nose", "inner", "leye", "outer", "inner", "reye", "outer", "lear", "rear", "mouth", "mouth",
    "lsho", "rsho", "lelb", "relb", "lwri", "rwri", *["finger"] * 6,
    "lhip", "rhip", "lkne", "rkne", "lank", "rank", *["foot"] * 4,
]  # fmt: skip
EXPECTED = np.array([PLACES[name] for name in COCO18], np.float32)


def flat(names, c=0.9, scale=1.0, shift=(0, 0)) -> list:
    rows = [(*(np.array(PLACES.get(n, (1, 2))) * scale + shift).tolist(), c) for n in names]
    return [v for row in rows for v in row]


def read(content, size=SIZE):
    return parse_pose(content if isinstance(content, str) else json.dumps(content), "pose.json", size)


def fault(content) -> str:
    with pytest.raises(InputError) as caught:
        read(content)
    sentence = str(caught.value)
    assert sentence.startswith("pose.json") and sentence.endswith(".") and "\n" not in sentence
    return sentence


def person(points, key="pose_keypoints_2d"):
    return {"people": [{key: points}]}


def objects(names):
    return [dict(zip("xy", PLACES.get(n, (1, 2)), strict=True), z=-0.3, visibility=0.99) for n in names]


CASES = {
    "openpose": person(flat(COCO18)),
    "old key": person(flat(COCO18), "pose_keypoints"),
    "body 25": person(flat(BODY25)),
    "blazepose": person(flat(BLAZEPOSE)),
    "blazepose with depth": person([v for n in BLAZEPOSE for v in (*PLACES.get(n, (1, 2)), -0.4)]),
    "blazepose of four": person([v for n in BLAZEPOSE for v in (*PLACES.get(n, (1, 2)), -7.0, 0.8)]),
    "mediapipe objects": {"landmarks": objects(BLAZEPOSE)},
    "mediapipe list": objects(BLAZEPOSE),
    "named coco 17": person(flat(COCO17)) | {"format": "coco_17"},
    "coco annotations": {
        "images": [{"width": 176, "height": 256}],
        "annotations": [{"keypoints": flat(COCO17, 2), "bbox": [1, 2, 3, 4]}],
    },
    "list of frames": [{"people": []}, person(flat(COCO18))],
    "list of people": person(flat(COCO18))["people"],
    "one person": {"pose_keypoints_2d": flat(COCO18)},
    "fkunn1326": {"width": 176, "height": 256, "keypoints": [PLACES[n] for n in COCO18]},
    "bare points": [PLACES[n] for n in COCO18],
    "bare numbers": flat(COCO18),
    "no confidence": person([v for n in COCO18 for v in PLACES[n]]),
    "canvas": person(flat(COCO18, scale=3)) | {"canvas_width": 528, "canvas_height": 768},
    "normalised": person([v for n in COCO18 for v in (PLACES[n][0] / 176, PLACES[n][1] / 256, 1)]),
    "normalised on a canvas": person([v for n in COCO18 for v in (PLACES[n][0] / 176, PLACES[n][1] / 256, 1)])
    | {"canvas_width": 352, "canvas_height": 512},
    "null for what is missing": person([v for n in COCO18 for v in (*PLACES[n], None)]),
    "percentages of certainty": person(flat(COCO18, 87)),
}


@pytest.mark.parametrize("content", CASES.values(), ids=CASES.keys())
def test_every_form_gives_the_same_pose(content):
    pose = read(content)
    assert pose.dtype == np.float32 and pose.shape == (18, 3)
    np.testing.assert_allclose(pose[:, :2], EXPECTED, atol=1e-3)
    assert (pose[:, 2] == 2).all()


def test_canvas_of_another_aspect_is_framed_as_a_photo_not_stretched():
    canvas = (256, 512)
    pose = read(person(flat(COCO18)) | {"canvas_width": 512, "canvas_height": 256})
    photo = np.zeros((*canvas, 3), np.uint8)
    framed = frame_photo(photo, np.column_stack([EXPECTED, np.full(18, 2)]), SIZE)
    np.testing.assert_allclose(pose[:, :2], framed.keypoints_18x3[:, :2], atol=1e-3)
    np.testing.assert_allclose(
        np.ptp(pose[:, 0]) / np.ptp(pose[:, 1]), np.ptp(EXPECTED[:, 0]) / np.ptp(EXPECTED[:, 1])
    )


def test_pose_of_a_larger_picture_without_canvas_is_fitted_in():
    pose = read(person(flat(COCO18, scale=4, shift=(800, 100))))
    assert ((pose[:, :2] > 0) & (pose[:, :2] < (176, 256))).all()
    shape = EXPECTED - EXPECTED.mean(0)
    factor = np.ptp(pose[:, 1]) / np.ptp(EXPECTED[:, 1])
    np.testing.assert_allclose(pose[:, :2] - pose[:, :2].mean(0), shape * factor, atol=1e-2)
    assert 0.9 < factor < 1.25
    for scale, fitted in ((1.1, False), (1.5, True)):
        pose = read(person(flat(COCO18, scale=scale)))
        assert (np.abs(pose[:, :2] - EXPECTED * scale).max() > 1) == fitted
    # A hand out of the frame is no reason to move anybody.
    reaching = flat(COCO18)
    reaching[3 * 7] = 192
    assert read(person(reaching))[7, 0] == 192


def test_the_largest_of_several_people():
    small, large = flat(COCO18, scale=0.4), flat(COCO18)
    pose = read({"people": [{"pose_keypoints_2d": p} for p in (small, large, [], small)]})
    np.testing.assert_allclose(pose[:, :2], EXPECTED)
    points = [[x * s, y * s] for s in (0.3, 1) for x, y in EXPECTED.tolist()]
    np.testing.assert_allclose(read({"width": 176, "height": 256, "keypoints": points})[:, :2], EXPECTED)
    nested = {"keypoints": [points[:18], points[18:]]}
    np.testing.assert_allclose(read(nested)[:, :2], EXPECTED)


def test_absent_joints():
    numbers = flat(COCO18, 0.4)
    for joint, row in {3: (0, 0, 0), 4: (-1, -1, 1), 6: (50, 60, 0.05)}.items():
        numbers[3 * joint : 3 * joint + 3] = row
    pose = read(person(numbers))
    assert np.flatnonzero(pose[:, 2] == 0).tolist() == [3, 4, 6]
    assert np.isfinite(pose).all() and not pose[[3, 4, 6]].any()
    rows = [list(p) for p in EXPECTED.tolist()]
    rows[9], rows[10] = None, [None, None]
    assert np.flatnonzero(read(rows)[:, 2] == 0).tolist() == [9, 10]


def test_confidence_tells_seen_from_guessed_from_absent():
    for confidence, state in ((0.09, 0), (0.11, 1), (0.29, 1), (0.31, 2), (1.0, 2)):
        numbers = flat(COCO18, 0.9)
        numbers[3 * 4 + 2] = confidence
        assert read(person(numbers))[4, 2] == state
    # A detector that is sure of everything is not COCO's flag for hidden joints.
    sure = {"format": "COCO-17", **person(flat(COCO17, 1))}
    assert (read(sure)[:, 2] == 2).all()
    numbers = flat(COCO17, 2)
    numbers[2] = 1
    assert read({"format": "COCO-17", **person(numbers)})[0, 2] == 1


def test_neck_needs_both_shoulders():
    numbers = flat(COCO17, 2)
    numbers[3 * COCO17.index("lsho") + 2] = 0
    numbers[3 * COCO17.index("rwri") + 2] = 1
    pose = read({"annotations": [{"keypoints": numbers}]})
    assert pose[[1, 5], 2].tolist() == [0, 0] and pose[4, 2] == 1 and pose[2, 2] == 2


@pytest.mark.parametrize("index", range(6))
@pytest.mark.parametrize("comma", [False, True])
def test_deepfashion_text(index, comma, tmp_path):
    """The published keypoints, through the file, to the published planes."""
    with np.load(GOLDEN) as golden:
        file_xy, planes = golden[f"set{index}_file_xy"], golden[f"set{index}_256_skeleton_u8"]
        canvas = {rows: golden[f"set{index}_{rows}_canvas_xy"] for rows in (256, 512)}
    path = tmp_path / "pose.txt"
    np.savetxt(path, file_xy, fmt="%.4f", delimiter=", " if comma else " ", header="x y")
    pose = read_pose(path, SIZE)
    there = pose[:, 2] > 0
    np.testing.assert_array_equal(there, (canvas[256] != -1).all(axis=1))
    np.testing.assert_allclose(pose[there, :2], canvas[256][there], atol=1e-4)
    np.testing.assert_array_equal(pose_planes(pose, SIZE), planes / np.float32(255))
    np.testing.assert_allclose(read_pose(path, (512, 352))[there, :2], canvas[512][there], atol=1e-3)


def test_deepfashion_table_has_y_first():
    x, y = EXPECTED.T.round().astype(int).tolist()
    x[4] = y[4] = -1
    row = f"fashionWOMENDresses1.jpg: {y}: {x}"
    for text in (row, "name:keypoints_y:keypoints_x\n" + row):
        pose = read(text)
        assert pose[4, 2] == 0
        np.testing.assert_allclose(np.delete(pose[:, :2], 4, 0), np.delete(EXPECTED.round(), 4, 0))
    assert read(f"name:keypoints_x:keypoints_y\nf.jpg: {x}: {y}")[0].tolist() == [88, 38, 2]
    np.testing.assert_array_equal(read(row + "\n" + row), read(row))
    assert "17 joints" in fault(f"f.jpg: {y[:17]}: {x[:17]}")


def test_seventeen_joints_are_read_where_they_make_a_body():
    for content in (person(flat(COCO17)), {"keypoints": [PLACES[n] for n in COCO17]}):
        np.testing.assert_allclose(read(content)[:, :2], EXPECTED, atol=1e-3)
    for content in (person(flat(COCO18[:17])), {"keypoints": [PLACES[n] for n in sorted(COCO17)]}):
        sentence = fault(content)
        assert "17 joints" in sentence and "COCO-17" in sentence
    assert "17 joints, which looks like COCO-17" in fault("\n".join("5 6" for _ in range(17)))


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("{", "not valid JSON"),
        ('{"people": [', "not valid JSON"),
        ("[" * 100_000, "not a pose file"),
        ("{}", "no keypoints"),
        ("[]", "no keypoints"),
        ('{"people": []}', "no person"),
        ('{"people": [{"pose_keypoints_2d": []}]}', "no person"),
        (person([0.0] * 54), "no joint"),
        (person([float("nan"), *flat(COCO18)[1:]]), "NaN where a number"),
        (person([*flat(COCO18)[:-1], float("inf")]), "Infinity where a number"),
        (person([1e300] * 54), "no joint"),
        (person(["a"] * 54), "not made of numbers"),
        (person([[1, 2, "b"]] * 18), "not made of numbers"),
        (person([True] * 54), "not made of numbers"),
        (person({"nose": [1, 2]}), "not made of numbers"),
        (person([10**400] * 54), "not made of numbers"),
        (person(flat(COCO18)[:-1]), "53 numbers"),
        (person([1.0] * 210), "70 joints, which looks like an OpenPose face"),
        ([[1, 2]] * 19, "19 joints"),
        ("hello there", "line 1 is not made of numbers"),
        ("1 2\n3\n", "line 2 has one number"),
        ("1 2\n" * 3 + "nan 5\n" + "1 2\n" * 14, "joint 3 (right elbow) is not a number"),
        ("-1 -1\n" * 18, "no joint"),
        ("1 2\n" * 19, "19 joints"),
    ],
)
def test_faults_are_one_sentence(content, part):
    assert part in fault(content)


def test_files(tmp_path):
    path = tmp_path / "поза 姿.json"
    write_openpose(path, t_pose(SIZE), SIZE)
    np.testing.assert_allclose(read_pose(path, SIZE), t_pose(SIZE), atol=1e-3)
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_text(json.dumps(openpose_dict(t_pose(SIZE), SIZE)), encoding=encoding)
        np.testing.assert_allclose(read_pose(path, SIZE), t_pose(SIZE), atol=1e-3)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\xff\xfe")
    for bad, part in ((path, "no text"), (tmp_path, "is a folder"), (tmp_path / "none", "There is no file")):
        with pytest.raises(InputError, match=part):
            read_pose(bad, SIZE)
    with pytest.raises(InputError, match="cannot be saved"):
        write_openpose(tmp_path / "no" / "a.json", t_pose(SIZE), SIZE)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_written_and_read_is_the_same(seed):
    rng = np.random.default_rng(seed)
    pose = np.concatenate([rng.uniform(5, 170, (18, 2)), rng.integers(0, 3, (18, 1))], 1).astype(np.float32)
    pose[0, 2] = 2
    again = parse_pose(json.dumps(openpose_dict(pose, SIZE)), "pose.json", SIZE)
    np.testing.assert_array_equal(again[:, 2], pose[:, 2])
    there = pose[:, 2] > 0
    np.testing.assert_allclose(again[there], pose[there], atol=1e-3)
    again = parse_pose(json.dumps(openpose_dict(pose, SIZE)), "pose.json", (512, 352))
    np.testing.assert_allclose(again[there, :2], 2 * pose[there, :2], atol=2e-3)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=20)
        | st.dictionaries(
            st.sampled_from(
                ["people", "pose_keypoints_2d", "keypoints", "x", "y", "canvas_width", "annotations"]
            ),
            inner,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_any_json_is_a_pose_or_a_sentence(content):
    try:
        assert np.isfinite(read(content if isinstance(content, (dict, list)) else [content])).all()
    except InputError as error:
        assert str(error).endswith(".")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_pose_or_a_sentence(text):
    try:
        assert np.isfinite(read(text)).all()
    except InputError as error:
        assert str(error).endswith(".")


def test_a_long_list_of_numbers_with_a_word_in_it_is_refused_at_once():
    """A pattern for all of it would try every way to cut the numbers, for longer than anybody waits."""
    with pytest.raises(InputError, match="neither JSON nor a list of numbers"):
        parse_pose("(" + ", ".join(["123456789012.5"] * 300) + ", x", "tuples.txt", (256, 176))


def test_an_array_whose_header_ends_too_early_is_damaged():
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (18, 2"
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with pytest.raises(InputError, match="damaged"):
        people_in_array(data, "cut.npy")
