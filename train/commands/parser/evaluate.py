"""`python3 -m train parser evaluate --data DIR`: prove the parsing network on people never trained on.

Every view counts once, plain, and once more with strong changes (other backgrounds, bad cameras) that are
the same every time. Writes report.json, report.md and sheet.png. With --photos DIR in place of --data it is
proved on labelled street photographs (`train.data.labelled_photos`): as it sees them, and with the detector's
person mask, as the editor does. With --garments DIR it is proved on photographs of garments alone, in folders
named by what they are (`train.metrics.garments_alone`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from engine import detect, parsing, weights
from engine.errors import InputError
from engine.files import make_folder, write_whole
from engine.models import parser as parser_model
from engine.regions import REGIONS
from train.data.labelled_photos import UNKNOWN, labelled_names, meanings, read_labelled
from train.data.parsing.crowd import Crowd
from train.data.parsing.samples import PLAIN, STRONG
from train.data.people import HELD_OUT_PEOPLE
from train.metrics.arms_by_bones import ArmsByBones
from train.metrics.garments_alone import Seen, garments_seen
from train.metrics.parsing import (
    SIZE,
    confusion,
    fixed_batches,
    measured,
    region_figures,
    sights,
)
from train.overlay import PALETTE, overlay
from train.sheets import contact_sheet, write_sheet

_SHOWN = 16
_ALONE, _MASKED, _TOLD = "as seen", "with the person mask", "with joints told"


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train parser evaluate", description=__doc__)
    p.add_argument("--weights", type=Path, default=parser_model.SHIPPED)
    what = p.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", nargs="+", help="data sets with people from 1000000 on")
    what.add_argument("--photos", type=Path, help="labelled photographs, as Clothing Co-Parsing has them")
    what.add_argument("--garments", type=Path, help="folders of photographs of garments alone, by kind")
    p.add_argument(
        "--views",
        type=int,
        default=600,
        help="how many views, everybody's first one first; or photos (of a kind)",
    )
    p.add_argument("--output", type=Path, default=Path("parser-evaluation"), help="folder for the report")
    options = p.parse_args(argv)
    if options.views < 1:
        raise InputError(f"--views {options.views}: needs at least one view.")
    network = parser_model.load(options.weights)
    file = weights.read(options.weights)
    told = {"file": file.path.name, "sha256": file.sha256, "samples": file.card.get("samples")}
    if options.photos is not None:
        return _on_photos(network, options, told)
    if options.garments is not None:
        return _on_garments(network, options, told)
    people = Crowd(options.data, HELD_OUT_PEOPLE)
    make_folder(options.output)
    report = {
        "weights": told,
        "data": {"studio": people.studio, "sha256": people.fingerprint, "people": len(people)},
        "views": min(options.views, int(people.view_counts.sum())),
        "plain": measured(network, fixed_batches(people, SIZE, options.views, PLAIN)),
        "changed": measured(network, fixed_batches(people, SIZE, options.views, STRONG)),
        _TOLD: measured(network, fixed_batches(people, SIZE, options.views, STRONG, told=True)),
    }
    text = to_markdown(report)
    write_whole(options.output / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    write_whole(options.output / "report.md", text.encode())
    write_sheet(options.output / "sheet.png", sheet(network, people))
    print(text)
    return 0


def _on_photos(network: parser_model.Parser, options: argparse.Namespace, told: dict) -> int:
    """Every n-th of the labelled photos, `views` in all."""
    if not (detector := detect.available()).available:
        raise InputError(f"{options.photos}: people cannot be found in photos here: {detector.reason}.")
    names, meaning = labelled_names(options.photos), meanings(options.photos)
    chosen = np.linspace(0, len(names) - 1, min(options.views, len(names))).round().astype(int)
    kinds = (_ALONE, _MASKED, _TOLD)
    regions = {kind: np.zeros((len(REGIONS), len(REGIONS)), np.int64) for kind in kinds}
    arms = {kind: ArmsByBones() for kind in kinds}
    count, rows = 0, []
    for name in (names[i] for i in chosen):
        photo = read_labelled(options.photos, name, meaning, SIZE)
        if photo is None:
            continue
        count += 1
        seen = dict(zip(kinds, sights(network, photo), strict=True))
        for kind, sight in seen.items():
            regions[kind] += confusion(photo.regions_HW, sight.regions)
            arms[kind].add(sight.arms, photo.keypoints_18x3)
        if len(rows) < _SHOWN:
            known_HW = np.where(photo.regions_HW == UNKNOWN, 0, photo.regions_HW)
            rows.append(
                np.hstack([photo.image_HWC, *(PALETTE[each] for each in (known_HW, seen[_TOLD].regions))])
            )
    if not count:
        raise InputError(f"{options.photos}: nobody is found in any of {len(chosen)} photos.")
    make_folder(options.output)
    report = {"weights": told, "photos": count, "without a person": len(chosen) - count}
    report |= {kind: region_figures(regions[kind]) | arms[kind].figures() for kind in kinds}
    head = f"{count} photos ({len(chosen) - count} where nobody is found), weights {told['sha256'][:12]}"
    text = _table(head, report, kinds)
    write_whole(options.output / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    write_whole(options.output / "report.md", text.encode())
    write_sheet(options.output / "sheet.png", contact_sheet(rows, 4))
    print(text)
    return 0


def _on_garments(network: parser_model.Parser, options: argparse.Namespace, told: dict) -> int:
    """The first photos of every kind of garment."""
    seen = dict(garments_seen(network, options.garments, options.views))
    all_of_them = Seen(*map(sum, zip(*seen.values(), strict=True)))
    make_folder(options.output)
    report = {"weights": told} | {kind: each._asdict() for kind, each in seen.items()}
    lines = [f"Garments alone, weights {told['sha256'][:12]}", "", "| | photos | seen alone | of that kind |"]
    lines += ["|---|---|---|---|"]
    for kind, each in {**seen, "all": all_of_them}.items():
        lines.append(f"| {kind} | {each.photos} | {each.alone} | {each.of_kind} |")
    text = "\n".join(lines) + "\n"
    write_whole(options.output / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    write_whole(options.output / "report.md", text.encode())
    print(text)
    return 0


def to_markdown(report: dict) -> str:
    """The report of views as a table: figure, plain, changed."""
    head = (
        f"{report['views']} views of {report['data']['people']} people, studio {report['data']['studio']}, "
        f"weights {report['weights']['sha256'][:12]}"
    )
    return _table(head, report, ("plain", "changed", _TOLD))


def _table(head: str, report: dict, kinds: tuple[str, ...]) -> str:
    lines = [head, "", f"| | {' | '.join(kinds)} |", "|---" * (1 + len(kinds)) + "|"]
    for name in dict.fromkeys(name for kind in kinds for name in report[kind]):
        lines.append(f"| {name} | {' | '.join(_cell(report[kind].get(name)) for kind in kinds)} |")
    return "\n".join(lines) + "\n"


def _cell(value: float | None) -> str:
    return "" if value is None or not np.isfinite(value) else f"{value:.3f}"


def sheet(network: parser_model.Parser, people: Crowd) -> np.ndarray:
    """Pictures and what is seen in them, half of them changed: uint8 RGB."""
    rows = []
    for changes in (PLAIN, STRONG):
        for batch, _ in fixed_batches(people, SIZE, _SHOWN // 2, changes):
            for picture_CHW in batch.image_BCHW:
                rgb = ((picture_CHW + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
                rows.append(np.hstack([rgb, overlay(rgb, parsing.parse(rgb, network))]))
    return contact_sheet(rows, 4)
