"""Evaluation: fixed pairs, baselines, report, and the command on a tiny random network."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from engine import weights
from engine.api import Capability
from engine.cv import cv2
from engine.errors import InputError
from engine.models import nted, parser
from train.__main__ import main
from train.commands import evaluate as command
from train.data.people import HELD_OUT_PEOPLE, TEST_PEOPLE, People
from train.metrics.evaluation import evaluate
from train.metrics.markdown import to_markdown, verdict
from train.metrics.measure import COPY, MEAN, RESULT, TRUTH, Column, Rendered, Table, rows_of_means
from train.metrics.pairs import fixed_pairs, mean_picture
from train.metrics.regions import METRICS, RATED_REGIONS
from train.metrics.report import make_report

SIZE = (64, 44)


@pytest.fixture(scope="module")
def people(stick_people):
    return People(stick_people, HELD_OUT_PEOPLE)


@pytest.fixture(scope="module")
def big_people(tmp_path_factory, make_stick_people):
    """Two test people and three training people of the network's own size."""
    folder = tmp_path_factory.mktemp("big-stick-people")
    make_stick_people(folder, range(3), views=2, size=(256, 176))
    return make_stick_people(folder, range(1_000_000, 1_000_002), views=2, size=(256, 176))


@pytest.fixture(scope="module")
def tiny_weights(tmp_path_factory):
    torch.manual_seed(0)
    levels = (*(nted.Level(rows, 8, 4) for rows in (16, 32, 64, 128)), nted.Level(256, 8))
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    nted.save(path, nted.Nted(nted.NtedConfig(levels, (256, 176))), {"samples": 12})
    return path


def copying(batch):
    assert batch.target_planes_BPHW.shape[1:] == (20, *SIZE)
    return Rendered(batch.reference_BCHW)


# pairs


def test_pairs_are_fixed_and_more_extend_fewer(people):
    pairs = fixed_pairs(people, 9)
    assert pairs == fixed_pairs(people, 30)[:9]
    assert [pair.person for pair in pairs[:4]] == people.persons.tolist()
    assert all(pair.reference != pair.target for pair in pairs)
    everything = fixed_pairs(people, 1000)
    assert len(everything) == len({(p.person, p.reference, p.target) for p in everything}) == 4 * 12


def test_the_test_set_is_500_people_and_everybody_has_a_pair():
    assert (TEST_PEOPLE[0], len(TEST_PEOPLE)) == (1_000_000, 500)
    assert command.parser().parse_args(["--data", "x"]).pairs >= len(TEST_PEOPLE)


def test_a_persons_pairs_do_not_depend_on_the_others(stick_people, people):
    def of(person, some):
        return [(p.reference, p.target) for p in fixed_pairs(some, 1000) if p.person == person]

    alone = People(stick_people, range(1_000_002, 1_000_003))
    assert of(1_000_002, alone) == of(1_000_002, people)


def test_the_first_pairs_of_the_test_set_never_change(people):
    """Written down: other pairs would make old and new numbers incomparable."""
    assert [(p.person - 1_000_000, p.reference, p.target) for p in fixed_pairs(people, 6)] == FIRST_PAIRS


FIRST_PAIRS = [(0, 2, 1), (1, 1, 2), (2, 2, 0), (3, 1, 3), (0, 1, 2), (1, 0, 1)]


# core


def test_copying_the_reference_scores_as_the_baseline(people):
    evaluation = evaluate(copying, people, fixed_pairs(people, 6), SIZE)
    np.testing.assert_array_equal(evaluation.scores[RESULT], evaluation.scores[COPY])
    assert evaluation.scores[RESULT].shape == (6, len(RATED_REGIONS), len(METRICS))
    assert MEAN not in evaluation.scores


def test_a_perfect_network_is_perfect(people):
    pairs = fixed_pairs(people, 6)
    truths = iter([people.view(pair.person, pair.target).image_HWC for pair in pairs])

    def knowing(batch):
        images = np.stack([next(truths) for _ in batch.pairs]).transpose(0, 3, 1, 2)
        return Rendered(torch.from_numpy(images).float() / 127.5 - 1)

    whole = evaluate(knowing, people, pairs, SIZE).scores[RESULT][:, 0]
    np.testing.assert_allclose(whole, np.tile((0, 100, 1), (6, 1)), atol=1e-9)


def test_the_mean_of_training_targets_is_a_baseline(stick_people, people):
    training = People(stick_people)
    mean = mean_picture(training, SIZE)
    by_hand = np.mean([training.view(p, p % 4).image_HWC.astype(float) for p in range(7)], axis=0)
    assert np.abs(mean - by_hand).max() <= 0.5
    evaluation = evaluate(copying, people, fixed_pairs(people, 4), SIZE, mean)
    assert list(evaluation.scores) == [RESULT, COPY, MEAN]
    assert (evaluation.scores[MEAN][:, 0, 0] > 0).all()


def test_smaller_sizes_are_evaluated_too(people):
    evaluation = evaluate(
        lambda batch: Rendered(batch.reference_BCHW), people, fixed_pairs(people, 2), (32, 22)
    )
    assert np.isfinite(evaluation.scores[RESULT][:, 0]).all()


def test_a_result_that_is_no_number_is_no_score(people):
    with pytest.raises(FloatingPointError, match="person 1000000"):
        evaluate(
            lambda batch: Rendered(batch.reference_BCHW * torch.nan), people, fixed_pairs(people, 1), SIZE
        )


# report


def fake_report():
    rng = np.random.default_rng(0)
    shape = (40, len(RATED_REGIONS), len(METRICS))
    theirs = np.abs(rng.normal(0.5, 0.05, shape))
    theirs[:, RATED_REGIONS.index("dress or skirt")] = np.nan
    ours = theirs + np.array([-0.2, 0.3, 0.0]) + rng.normal(0, 0.01, shape)
    facings = ["front", "back"] * 20
    return make_report({RESULT: ours, COPY: theirs}, np.repeat(np.arange(20), 2), facings, {"pairs": 40})


def test_the_report_says_where_the_whole_interval_lies():
    difference = fake_report()["differences"][f"{RESULT} - {COPY}"]["person"]
    words = [verdict(metric, difference[metric]) for metric in METRICS]
    assert words == ["better", "better", "even"]
    assert verdict("SSIM", {"low": -0.2, "high": -0.1}) == "worse" == verdict("L1", {"low": 0.1, "high": 0.2})


def test_the_report_is_plain_data_and_reads_as_tables():
    report = json.loads(json.dumps(fake_report()))
    assert "dress or skirt" not in report["scores"][RESULT]
    assert list(report["person by facing of the target"]) == ["front", "back"]
    text = to_markdown(report)
    headings = ["## Whole", "## Person", "## Face", "## Difference to the baselines"]
    for heading in [*headings, *(f"## {metric} of the other regions" for metric in METRICS)]:
        assert heading in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
    person = report["scores"][RESULT]["person"]["L1"]
    assert f"{person['mean']:.4f} ({person['low']:.4f} to {person['high']:.4f})" in text


def test_tables_of_measures_are_in_both_outputs():
    shares = np.repeat([0.25, 0.75], 20)
    columns = [Column("share", 3, True), Column("never")]
    values = [np.array((share, np.nan)) for share in shares]
    rows = rows_of_means({"ours": values}, columns, np.arange(40))
    table = Table("one", "One thing", "What it is.", columns, rows, {"seed": 7})
    scores = {RESULT: np.full((40, len(RATED_REGIONS), len(METRICS)), 0.5)}
    report = json.loads(json.dumps(make_report(scores, np.arange(40), ["front"] * 40, {}, [table])))
    measure = report["measures"]["one"]
    assert measure["rows"]["ours"]["share"]["mean"] == 0.5 and measure["rows"]["ours"]["never"] is None
    assert measure["columns"]["share"] == {"digits": 3, "lower is better": True}
    text = to_markdown(report)
    assert "## One thing" in text and "What it is." in text and "- seed: 7" in text
    low, high = (measure["rows"]["ours"]["share"][end] for end in ("low", "high"))
    assert f"| ours | 0.500 ({low:.3f} to {high:.3f}) |       | 40    |" in text


# command


def test_the_command_writes_a_report_that_names_what_made_it(
    big_people, tiny_weights, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(command, "SHIPPED", tmp_path / "no parser in the box")
    arguments = ["--weights", tiny_weights, "--data", big_people, "--train-data", big_people, "--pairs", "3"]
    arguments = [str(word) for word in [*arguments, "--sheet", "2"]]
    outputs = [tmp_path / name for name in ("one", "two")]
    for output in outputs:
        assert command.run([*arguments, "--output", str(output), "--device", "cpu"]) == 0
    report = json.loads((outputs[0] / "report.json").read_text())
    assert list(report["scores"]) == [RESULT, COPY, MEAN]
    assert report["made"]["weights"]["sha256"] == weights.sha256(tiny_weights)
    assert report["made"]["weights"]["samples"] == 12
    assert report["made"]["data"]["count"] == 2 and report["made"]["data"]["studio"] == "sticks"
    assert str(tmp_path) not in (outputs[0] / "report.json").read_text()
    assert report["scores"][RESULT]["person"]["SSIM"]["pairs"] == 3
    assert "## Person" in capsys.readouterr().out
    assert list(report["measures"]) == ["sliced Wasserstein", "own pose", "leakage"]
    names = ["report.json", "report.md", "sheet.png", "mean.png", "pairs-01.jpg", "pairs.txt"]
    assert sorted(path.name for path in outputs[0].iterdir()) == sorted(names)
    for name in names:
        assert (outputs[0] / name).read_bytes() == (outputs[1] / name).read_bytes()
    assert cv2.imread(str(outputs[0] / "sheet.png")).shape[0] > 256
    assert cv2.imread(str(outputs[0] / "pairs-01.jpg")).shape[1] > 2 * 4 * 176
    assert len((outputs[0] / "pairs.txt").read_text().splitlines()) == 3

    arguments[5] = str(outputs[0] / "mean.png")
    command.run([*arguments, "--output", str(outputs[1]), "--device", "cpu"])
    assert json.loads((outputs[1] / "report.json").read_text())["scores"] == report["scores"]


def test_the_command_measures_what_it_is_asked_to(big_people, tiny_weights, tmp_path, monkeypatch):
    """Poses by a detector that finds the middle of any picture, features of a tiny parser, one person."""
    middle = np.tile(np.float32((88, 128, 2)), (18, 1))
    monkeypatch.setattr(command.detect, "available", lambda: Capability(True))
    monkeypatch.setattr(command.detect, "detect_pose", lambda rgb_HWC: middle)
    monkeypatch.setattr(command.pose_model, "find", lambda: tiny_weights)
    features = tmp_path / "parser.safetensors"
    parser.save(features, parser.Parser(parser.ParserConfig((4, 6, 8, 10, 12), (1, 1, 1), (1, 1))))
    words = ["--weights", tiny_weights, "--data", big_people, "--features", features, "--output", tmp_path]
    words += ["--pose", "--people", "1", "--swaps", "0", "--device", "cpu"]
    assert command.run([str(word) for word in words]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["made"]["data"]["count"] == 1 and report["made"]["pairs"] == 2
    assert list(report["measures"]) == ["sliced Wasserstein", "own pose", "Fréchet", "pose"]
    assert report["measures"]["Fréchet"]["made"]["sha256"] == weights.sha256(features)
    assert weights.sha256(tiny_weights) in report["measures"]["pose"]["made"]["detector"]
    assert report["measures"]["pose"]["rows"][TRUTH]["median error, %"]["mean"] > 5
    for word in ("--people 1", "--swaps 0", "--features parser.safetensors", "--pose"):
        assert word in report["made"]["command"]


def test_pictures_for_the_eye_are_drawn_once_for_all():
    drawn = command._for_the_eye(512, 100)
    assert len(set(drawn)) == 100 and drawn[:20] == command._for_the_eye(512, 20)
    assert sorted(command._for_the_eye(7, 100)) == list(range(7))


def test_poses_are_refused_where_nothing_detects_them(monkeypatch, tmp_path):
    monkeypatch.setattr(command.detect, "available", lambda: Capability(False, "no detector here"))
    with pytest.raises(InputError, match="--pose: poses cannot be found here: no detector here"):
        command.run(["--pose", "--data", str(tmp_path), "--output", str(tmp_path)])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--weights": "nowhere.safetensors"}, "nowhere.safetensors does not exist"),
        ({"--data": "nowhere"}, "cannot be read"),
        ({"--train-data": "nowhere.png"}, "nowhere.png: is neither"),
        ({"--pairs": "0"}, "--pairs 0: needs at least one pair"),
        ({"--people": "0"}, "--people 0: needs at least one person"),
        ({"--swaps": "-1"}, "--swaps -1: must not be negative"),
        ({"--features": "nowhere.safetensors"}, "nowhere.safetensors does not exist"),
        ({"--device": "abacus"}, "abacus"),
        ({"--output": __file__}, "test_evaluate.py is a file; a folder is needed"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(big_people, tiny_weights, tmp_path, capsys, changed, sentence):
    options = {
        "--weights": str(tiny_weights),
        "--data": str(big_people),
        "--output": str(tmp_path),
        **changed,
    }
    assert main(["evaluate", *(word for option in options.items() for word in option)]) == 2
    error = capsys.readouterr().err
    assert sentence in error and len(error.strip().splitlines()) == 1


def test_pictures_smaller_than_the_weights_are_refused(stick_people, tiny_weights, tmp_path):
    with pytest.raises(InputError, match="smaller than the weights' 256x176"):
        command.run(["--weights", str(tiny_weights), "--data", str(stick_people), "--output", str(tmp_path)])


def test_people_of_one_view_are_refused(make_stick_people, tiny_weights, tmp_path):
    alone = make_stick_people(tmp_path / "alone", range(1_000_000, 1_000_002), views=1, size=(256, 176))
    with pytest.raises(InputError, match="alone: shows nobody in two views"):
        command.run(["--weights", str(tiny_weights), "--data", str(alone), "--output", str(tmp_path)])
