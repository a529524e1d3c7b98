"""Named training runs: each a function that returns a frozen recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.models import pise as pise_model
from engine.models.nted import Level, NtedConfig, default_256, official_256, official_512
from engine.models.parser import ParserConfig
from engine.models.pise.discriminator import OFFICIAL as OFFICIAL_DISCRIMINATOR
from train.data.augment import NONE, OFFICIAL
from train.losses.adversarial import AdversaryConfig
from train.losses.nted import NO_LOSSES, LossWeights
from train.losses.nted_total import PAPER_256, PAPER_512
from train.losses.pise import PiseWeights
from train.objectives.nted import NtedRecipe
from train.objectives.pairs import PairRecipe
from train.objectives.parser import ParserRecipe
from train.objectives.pise import PiseRecipe, TrainingStage
from train.run.recipe import FOREVER, Phase


def default() -> NtedRecipe:
    """The network in the box: half size first, three times as fast a sample, then the full 256x176."""
    return NtedRecipe(
        name="default",
        network=default_256(),
        phases=(Phase((128, 80), 8, 24_000), Phase((192, 128), 8, 48_000), Phase((256, 176), 8, FOREVER)),
        learning_rate=1e-2,
        optimiser="muon",
        extraction_factor=16.0,
        losses=LossWeights(attention=1.0, beyond=10.0, patches=0.2, places=1.0, contrast=4.0),
    )


def sharp() -> NtedRecipe:
    """The last part of a run of `default`: what features see counts as well, which brings contrast back.

    With house features the gradients of the three new terms in the picture are about 4, 1/2 and 1.5 times as
    long as the reconstruction's. No adversary yet: nobody has tried one for long enough here.
    """
    return replace(
        default(),
        name="sharp",
        phases=(Phase((256, 176), 8, FOREVER),),
        paper=replace(PAPER_256, perceptual=0.2, style=20.0, face=0.03, attention=0.0, adversarial=0.0),
    )


def onward() -> NtedRecipe:
    """From weights that are there: `sharp` at half the learning rate, which does not undo what they know."""
    return replace(sharp(), name="onward", learning_rate=5e-3)


def crisp() -> NtedRecipe:
    """`onward` with an adversary that looks through features: what no pixel loss asks, edges that are sharp
    wherever they lie.
    """
    base = onward()
    return replace(
        base,
        name="crisp",
        paper=replace(base.paper, adversarial=0.06, adversarial_after=0),
        discriminator=(16, 32, 64, 112),
        through_features=True,
        adversary=AdversaryConfig(r1=0.0, relative=True),
    )


def paper_256() -> NtedRecipe:
    """The paper's network, losses and schedule for 256x176: 495,400 steps of 8 pairs, both directions."""
    return NtedRecipe(
        name="paper_256",
        network=official_256(),
        phases=(Phase((256, 176), 8, FOREVER),),
        learning_rate=2e-3,
        betas=(0.0, 0.99),
        warm_up=1,
        losses=NO_LOSSES,
        paper=PAPER_256,
        discriminator=(128, 256, *(512,) * 5),
        both_directions=True,
        sharpen=None,
        ema_half_life=5_000,  # a decay of 0.5^(32/10000) with every step of 16
        ema_ramp=1e9,  # from the first step on
        self_pairs=0.0,
        augmentation=OFFICIAL,
        length=495_400 * 16,
    )


def paper_512() -> NtedRecipe:
    """The same for 512x352, the adversary in it from the start."""
    return replace(
        paper_256(),
        name="paper_512",
        network=official_512(),
        phases=(Phase((512, 352), 8, FOREVER),),
        paper=PAPER_512,
        discriminator=(64, 128, 256, *(512,) * 5),
    )


def tiny() -> NtedRecipe:
    """Seconds on any machine: proves that every part of a run works, makes nothing beautiful."""
    levels = (Level(16, 16, 8), Level(32, 16, 8), Level(64, 16, 8), Level(128, 8, 8), Level(256, 8))
    return NtedRecipe(
        name="tiny",
        network=NtedConfig(levels, (256, 176)),
        phases=(Phase((64, 48), 2, 8), Phase((128, 80), 2, FOREVER)),
        warm_up=4,
        augmentation=NONE,
    )


def pise() -> PiseRecipe:
    """The PISE in the box: from true parsing maps first, then half of the pictures from generated ones.

    Small pictures first. The cross-entropy's gain lets a map in [0, 1] be sure of a region; small regions
    count more in it, or the background takes them.
    """
    return PiseRecipe(
        name="pise",
        network=pise_model.default_256(),
        phases=(Phase((128, 80), 8, 3_300), Phase((192, 128), 4, 4_500), Phase((256, 176), 4, FOREVER)),
        stages=(TrainingStage(4_800), TrainingStage(generated=0.5)),
        learning_rate=2e-3,
        optimiser="muon",
        warm_up=800,
        ema_half_life=2_000,
        losses=PiseWeights(
            gain=8.0,
            regions=(1.0, 2.0, 2.0, 1.0, 1.5, 1.5, 2.0, 2.0),
            parsing_l1=1.0,
            l1=0.0,
            reconstruction=1.0,
            perceptual=0.2,
            style=4.0,
            paper_taps=False,
            correspondence=0.0,
            matching=0.05,
            adversarial=0.0,
        ),
    )


def pise_paper() -> PiseRecipe:
    """The paper's network, losses and stages: features like VGG-19's and no spatial part; the spatial part;
    pictures from generated parsing maps.

    The authors tell of 70,000 to 80,000 steps in all; how they share them is ours. Its generators' spectral
    norms are left out.
    """
    return PiseRecipe(
        name="pise_paper",
        network=replace(pise_model.official_256(), size=(256, 176)),
        phases=(Phase((256, 176), 8, FOREVER),),
        stages=(
            TrainingStage(20_000 * 8, spatial=False, correspondence=True),
            TrainingStage(50_000 * 8),
            TrainingStage(generated=1.0),
        ),
        learning_rate=1e-4,
        betas=(0.9, 0.999),
        warm_up=1,
        discriminator=OFFICIAL_DISCRIMINATOR,
        adversary=AdversaryConfig(learning_rate=1e-5, betas=(0.9, 0.999), r1=0.0, least_squares=True),
        orthogonal=0.02,
        self_pairs=0.0,
        augmentation=NONE,
        length=80_000 * 8,
    )


def parser() -> ParserRecipe:
    """The parsing network: small pictures first, changed strongly (`python3 -m train parser fit`)."""
    return ParserRecipe(
        name="parser",
        network=ParserConfig(),
        phases=(
            Phase((96, 64), 8, 16_000),
            Phase((128, 80), 8, 40_000),
            Phase((192, 128), 8, 50_000),
            Phase((256, 176), 8, FOREVER),
        ),
        learning_rate=1.5e-3,
        warm_up=4_000,
        clip=5.0,
    )


RECIPES: dict[str, Callable[[], PairRecipe]] = {
    recipe.__name__: recipe
    for recipe in (default, sharp, onward, crisp, paper_256, paper_512, tiny, pise, pise_paper)
}
