"""Looks come back from their files as they were, and whatever else a file holds is one sentence."""

from __future__ import annotations

import json
import os
import tracemalloc
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_looks import looks

from engine.errors import InputError
from engine.look import LookDocument, SourcePhoto, archive, peek_look, pins, read_look, write_look
from engine.look import file as look_file
from engine.look.migrations import migrated
from engine.look.pins import pins_to_json
from engine.look.sections import to_json


def same(one: LookDocument, other: LookDocument) -> bool:
    """Every field, bytes of the photos included."""

    def plain(look: LookDocument) -> dict:
        values = {each.name: getattr(look, each.name) for each in fields(look)}
        values["pose_18x3"] = look.pose_18x3.tobytes()
        if look.carried is not None:
            carried = look.carried
            values["carried"] = (carried.document, carried.person, carried.matrix_2x3.tolist())
        values["pins"] = [(pin.number, pin.name, plain(pin.look), pin.picture) for pin in look.pins]
        values["photos"] = [
            (photo.name, photo.sha256, photo.suffix, photo.pose_18x3.tobytes(), photo.data)
            for photo in look.photos
        ]
        return values

    return plain(one) == plain(other)


@settings(max_examples=60, deadline=None)
@given(look=looks())
def test_a_look_comes_back_as_it_was_saved(tmp_path_factory, look):
    path = tmp_path_factory.mktemp("looks") / "a.look"
    write_look(path, look)
    assert same(read_look(path), look)
    peeked = peek_look(path)
    assert to_json(peeked) == to_json(look) and pins_to_json(peeked) == pins_to_json(look)
    assert all(photo.data is None for photo in peeked.all_photos)


def test_the_file_is_a_zip_that_says_what_it_is_and_holds_the_photos_as_they_are(tmp_path, look):
    path = tmp_path / "a.look"
    write_look(path, look)
    with zipfile.ZipFile(path) as made:
        assert made.namelist()[:3] == ["mimetype", "manifest.json", "document.json"]
        assert made.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert path.read_bytes()[30:].startswith(b"mimetypeapplication/x-poseloom-look")
        for photo in look.photos:
            assert made.read(f"photos/{photo.sha256}{photo.suffix}") == photo.data
        assert [photo.suffix for photo in look.photos] == [".png", ".jpg"]
        assert b"Hand on hip" in made.read("document.json")
    assert os.listdir(tmp_path) == ["a.look"], "no temporary file is left"


def test_a_section_of_a_later_version_is_kept_and_written_back(tmp_path, look):
    write_look(tmp_path / "a.look", look)
    write_look(tmp_path / "b.look", replace(read_look(tmp_path / "a.look"), library=""))
    again = read_look(tmp_path / "b.look")
    assert again.others == look.others and again.members == look.members and again.library == ""


def test_a_version_that_knows_no_pins_writes_them_back(tmp_path, look, monkeypatch):
    write_look(tmp_path / "a.look", look)
    with monkeypatch.context() as before:
        before.setattr(pins, "SECTION", "looked for in vain")
        before.setattr(pins, "FOLDER", "sections/looked for in vain/")
        old = read_look(tmp_path / "a.look")
        assert old.pins == () and "pins" in old.others
        write_look(tmp_path / "b.look", old)
        without = replace(old, photos=old.photos[1:], person=old.photos[1].id)
        write_look(tmp_path / "c.look", without)
    assert same(read_look(tmp_path / "b.look"), look)
    assert read_look(tmp_path / "c.look").pins == (), "a photo of the pin was taken off the shelf"


def test_what_a_pin_shows_is_in_the_file_once(tmp_path, look):
    [pin] = look.pins
    write_look(tmp_path / "a.look", replace(look, pins=(pin, pin._replace(number=5))))
    with zipfile.ZipFile(tmp_path / "a.look") as made:
        held = [made.read(name) for name in made.namelist()]
        assert all(held.count(photo.data) == 1 for photo in look.all_photos)
        assert made.read("sections/pins/5.png") == pin.picture
    assert [photo.name for photo in look.all_photos] == ["Ünï 写真.png", "linen.jpg", "bea.png"]


def test_the_same_photo_twice_in_two_poses_is_stored_once(tmp_path, look):
    ada = look.photos[0]
    turned = SourcePhoto.of("turned", ada.data, ada.pose_18x3 + 1)
    write_look(tmp_path / "a.look", replace(look, photos=(*look.photos, turned)))
    with zipfile.ZipFile(tmp_path / "a.look") as made:
        assert len([name for name in made.namelist() if name.startswith("photos/")]) == 2
    assert [photo.name for photo in read_look(tmp_path / "a.look").photos][2] == "turned"


def test_an_old_file_stays_whole_where_a_new_one_cannot_be_written(tmp_path, look, monkeypatch):
    path = tmp_path / "a.look"
    write_look(path, look)
    before = path.read_bytes()
    with pytest.raises(InputError, match="linen.jpg itself is not here"):
        write_look(path, replace(look, photos=(look.photos[0], replace(look.photos[1], data=None))))
    monkeypatch.setattr(archive, "MOST_BYTES", archive.MOST_DIRECTORY + 500)
    with pytest.raises(InputError, match="too large"):
        write_look(path, look)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["a.look"]


def test_a_pose_that_no_file_can_say_is_written_as_near_as_can_be(tmp_path, look):
    pose = np.full((18, 3), 5e7, np.float32)
    pose[0, 0] = np.nan
    write_look(tmp_path / "a.look", replace(look, pose_18x3=pose))
    assert read_look(tmp_path / "a.look").pose_18x3.tolist() == [[0, 0, 0], *[[1e6, 1e6, 2]] * 17]


def test_documents_of_older_versions_pass_every_version_between():
    steps = {
        1: lambda document: {**document, "two": document["one"]},
        2: lambda document: {"three": document["two"]},
    }
    assert migrated({"one": 5}, 1, steps, 3) == {"three": 5}
    assert migrated({"three": 5}, 3, steps, 3) == {"three": 5}


# Files that are no looks, or were made to do harm.


def altered(path, changes: dict[str, bytes | None], compress: int = zipfile.ZIP_STORED, also=()) -> None:
    """Rewrite a look with members replaced (None: left out) or added."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()} | changes
    with zipfile.ZipFile(path, "w", compress) as new:
        for name, data in [*members.items(), *also]:
            if data is not None:
                new.writestr(name, data)


def refused(path) -> str:
    """The one sentence."""
    with pytest.raises(InputError) as caught:
        read_look(path)
    sentence = str(caught.value)
    assert path.name in sentence and "\n" not in sentence and sentence.endswith("."), sentence
    return sentence


@pytest.fixture
def saved(tmp_path, look):
    path = tmp_path / "a.look"
    write_look(path, look)
    return path


def document(path) -> dict:
    with zipfile.ZipFile(path) as made:
        return json.loads(made.read("document.json"))


def test_a_file_of_the_future_is_told_in_one_sentence(saved):
    altered(saved, {"manifest.json": json.dumps({"format": look_file.FORMAT, "version": 2}).encode()})
    assert refused(saved) == (
        "a.look was made by a newer Poseloom: its form is 2, and 1 is the newest that this one reads."
    )


@pytest.mark.parametrize(
    "content", [b"", b"{", b"PK", b"PK\x03\x04" + b"\0" * 100, b"\x89PNG\r\n\x1a\n" + b"\0" * 99]
)
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "x.look"
    path.write_bytes(content)
    refused(path)


def test_other_zips_are_refused(tmp_path):
    path = tmp_path / "x.look"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    assert "manifest.json is missing" in refused(path)


def test_a_look_cut_off_anywhere_is_refused(saved):
    whole = saved.read_bytes()
    for end in range(0, len(whole), max(1, len(whole) // 60)):
        saved.write_bytes(whole[:end])
        refused(saved)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_look_with_broken_bytes_is_refused_or_read_as_it_was(tmp_path_factory, data):
    look = LookDocument((SourcePhoto.of("a.bin", bytes(range(256)), np.ones((18, 3))),))
    path = tmp_path_factory.mktemp("broken") / "a.look"
    write_look(path, look)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        # The length varies with the time that the manifest tells.
        content[data.draw(st.integers(0, 9999)) % len(content)] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        read = read_look(path)
    except InputError as error:
        assert "a.look" in str(error) and "\n" not in str(error)
    else:
        assert [photo.data for photo in read.photos] == [photo.data for photo in look.photos][
            : len(read.photos)
        ]


@pytest.mark.parametrize("missing", ["manifest.json", "document.json", "photos"])
def test_a_missing_member_is_named(saved, look, missing):
    name = f"photos/{look.photos[0].sha256}.png" if missing == "photos" else missing
    altered(saved, {name: None})
    assert f"{name} is missing" in refused(saved)


@pytest.mark.parametrize(
    "name", ["../out", "/etc/passwd", "a/../../out", "c:\\x", "a\\..\\b", "a//b", "./a", "sections/"]
)
def test_names_that_lead_out_of_the_file_are_refused(saved, name):
    altered(saved, {}, also=[(name, b"x")])
    assert "is no name of a member" in refused(saved)


def test_two_members_of_one_name_are_refused(saved):
    with pytest.warns(UserWarning):
        altered(saved, {}, also=[("document.json", b"{}")])
    assert "one name" in refused(saved)


def test_a_bomb_takes_no_memory(saved, look):
    photo = f"photos/{look.photos[0].sha256}.png"
    zeros = bytes(200 << 20)
    for name in ("document.json", "manifest.json", look_file.THUMBNAIL, photo):
        write_look(saved, look)
        altered(saved, {name: zeros}, zipfile.ZIP_DEFLATED)
        tracemalloc.start()
        refused(saved)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
        tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_takes_no_memory(saved):
    altered(saved, {"document.json": bytes(64 << 20)}, zipfile.ZIP_DEFLATED)
    content = saved.read_bytes()
    honest, small = (64 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert content.count(honest) == 2, "in the member's head and in the directory"
    saved.write_bytes(content.replace(honest, small))
    tracemalloc.start()
    refused(saved)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_member_that_claims_three_gigabytes_is_refused(saved, look):
    content, data = saved.read_bytes(), look.photos[0].data
    honest, claim = len(data).to_bytes(4, "little"), (3 << 30).to_bytes(4, "little")
    saved.write_bytes(content.replace(honest * 2, claim * 2))
    assert "claims to hold more than it does" in refused(saved)


def test_a_directory_of_millions_is_not_read(saved):
    content = saved.read_bytes()
    huge = (archive.MOST_DIRECTORY + 1).to_bytes(4, "little")
    saved.write_bytes(content[:-10] + huge + content[-6:])
    assert "directory is too large" in refused(saved)
    locator = b"PK\x06\x07" + bytes(16)
    saved.write_bytes(content[:-22] + locator + content[-22:])
    assert "directory is too large" in refused(saved)


def test_an_encrypted_look_is_refused(saved):
    content = saved.read_bytes()
    at = content.index(b"PK\x01\x02")
    saved.write_bytes(content[: at + 8] + b"\x01\x00" + content[at + 10 :])
    assert "encrypted" in refused(saved)


def test_a_photo_that_is_another_is_refused(saved, look):
    altered(saved, {f"photos/{look.photos[0].sha256}.png": b"another"})
    assert "photo Ünï 写真.png is not what was saved" in refused(saved)


@pytest.mark.parametrize(
    "change",
    [
        {"pose": {"frame": [256, 176], "joints": [[0, 0, 0]] * 17}},
        {"pose": {"frame": [256, 176], "joints": [[0, 0, 3]] * 18}},
        {"pose": {"frame": [256, 176], "joints": [[0, 0]] * 18}},
        {"pose": {"frame": [256, 176], "joints": [[2e6, 0, 2]] * 18}},
        {"pose": {"frame": [256, 176], "joints": [["0", True, 2]] * 18}},
        {"pose": {"frame": [0, 176], "joints": [[0, 0, 0]] * 18}},
        {"pose": {"frame": [256.5, 176], "joints": [[0, 0, 0]] * 18}},
        {"pose": {"frame": [10**400, 176], "joints": [[0, 0, 0]] * 18}},
        {"pose": []},
        {"photos": {}},
        {"photos": [5]},
        {"photos": None},
        {"person": "nobody"},
        {"person": 5},
        {"person": "\ud800"},
        {"library": "x" * 2000},
        {"borrow": {"photo": "nobody", "amount": 0.5}},
        {"borrow": {"amount": 1.5}},
        {"borrow": None},
        {"drawn_by": {"weights": []}},
    ],
    ids=str,
)
def test_values_that_are_none_are_refused(saved, change):
    altered(saved, {"document.json": json.dumps(document(saved) | change).encode()})
    assert "is damaged" in refused(saved)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda pin: {"looks": [pin, pin]}, "two pins have one number"),
        (lambda pin: {"looks": [pin | {"number": 0}]}, "number of a pin"),
        (lambda pin: {"looks": [pin | {"name": 7}]}, "name of a pin"),
        (lambda pin: {"looks": [pin | {"look": pin["look"] | {"person": "nobody"}}]}, "person's photo"),
        (
            lambda pin: {"looks": [pin | {"look": pin["look"] | {"photos": pin["look"]["photos"] * 2}}]},
            "twice",
        ),
        (lambda pin: {"looks": [pin | {"look": []}]}, "a pin is not what it should be"),
        (lambda pin: {"looks": {}}, "the pins"),
        (lambda pin: {"photos": [{"id": []}]}, "a photo"),
    ],
)
def test_pins_that_are_none_are_refused(saved, change, said):
    whole = document(saved)
    whole["pins"] |= change(whole["pins"]["looks"][0])
    altered(saved, {"document.json": json.dumps(whole).encode()})
    assert said in refused(saved)


@pytest.mark.parametrize("missing", ["4.png", "photo"])
def test_what_a_pin_shows_must_be_there(saved, look, missing):
    bea = look.all_photos[2]
    name = f"sections/pins/{bea.sha256}.png" if missing == "photo" else "sections/pins/4.png"
    altered(saved, {name: None})
    assert f"{name} is missing" in refused(saved)
    altered(saved, {name: b"another"})
    if missing == "photo":
        assert "photo bea.png is not what was saved" in refused(saved)


@pytest.mark.parametrize("amount", [-0.1, 1.01])
def test_a_share_beyond_0_and_1_is_refused(saved, amount):
    borrow = document(saved)["borrow"] | {"amount": amount}
    altered(saved, {"document.json": json.dumps(document(saved) | {"borrow": borrow}).encode()})
    assert "share" in refused(saved) or "number" in refused(saved)


@pytest.mark.parametrize("field", ["sha256", "id", "pose", "name"])
def test_photos_must_be_described_rightly(saved, field):
    changed = document(saved)
    changed["photos"][0][field] = changed["photos"][1][field] if field in ("sha256", "pose") else 7
    altered(saved, {"document.json": json.dumps(changed).encode()})
    assert "is damaged" in refused(saved)


def test_the_same_photo_cannot_be_there_twice(saved):
    changed = document(saved)
    changed["photos"].append(changed["photos"][0])
    altered(saved, {"document.json": json.dumps(changed).encode()})
    assert "twice" in refused(saved)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e999", "[" * 100_000, "9" * 5000, '"\\', "\xff"]
)
def test_numbers_that_are_none_and_json_beyond_reason_are_refused(saved, text):
    whole = json.dumps(document(saved))
    bent = whole.replace("0.5", text, 1)
    assert bent != whole
    altered(saved, {"document.json": bent.encode("latin-1", "replace")})
    refused(saved)
