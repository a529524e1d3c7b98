"""Named training runs: each a function that returns a frozen recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from engine.errors import InputError
from engine.models.nted import Level, NtedConfig, default_256, official_256, official_512
from train.data.augment import MILD, NONE, OFFICIAL, Augmentation
from train.losses.adversarial import AdversaryConfig
from train.losses.total import PAPER_256, PAPER_512, PaperWeights


@dataclass(frozen=True)
class Phase:
    """Part of a run at one picture size: (H, W) multiples of 16, until `until` samples were seen.

    batch: pairs a step, of all processes together.
    """

    size: tuple[int, int]
    batch: int
    until: int


@dataclass(frozen=True)
class LossWeights:
    """Weights of the house's own terms.

    reconstruction: multi-scale L1; attention: Eq. 8; early: the renderer's smaller pictures; beyond: colours
    beyond black and white; slots: every texture of a level's first layer has its own patch of the surface;
    places: the result's positions know their place on the surface (both need surface coordinates);
    contrast: copied detail is as strong as the target's.
    """

    reconstruction: float = 1.0
    attention: float = 5.0
    early: float = 0.5
    beyond: float = 0.0
    slots: float = 0.0
    places: float = 0.0
    contrast: float = 0.0


NO_LOSSES = LossWeights(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Recipe:
    """All that decides a run but the data.

    Counts are in samples (pictures made), so they hold for every batch size.

    losses and paper: the terms of both are added; a term of weight 0 is not computed.
    discriminator: channels of the adversary from the full size down, where `paper` has an adversarial term;
    with through_features those of the features' first maps.
    """

    name: str
    network: NtedConfig
    phases: tuple[Phase, ...]  # the last one goes on until the run is stopped
    learning_rate: float = 2e-2  # equalised weights want large steps
    optimiser: str = "adam"  # or "muon" (train/run/optimisers.py)
    extraction_factor: float = 1.0  # on the learning rate of the extraction filters
    betas: tuple[float, float] = (0.9, 0.99)
    warm_up: int = 2_000  # samples until the full learning rate
    losses: LossWeights = LossWeights()
    paper: PaperWeights | None = None
    discriminator: tuple[int, ...] = ()
    through_features: bool = False  # whether the adversary judges features, not pictures
    adversary: AdversaryConfig = AdversaryConfig()
    both_directions: bool = False  # every pair is learnt from twice, the second time from target to reference
    clip: float | None = None  # largest norm of the gradient
    sharpen: float | None = 4.0  # gain of the first extraction filters; None: as the paper draws them
    ema_half_life: int = 4_000  # samples
    ema_ramp: float = 0.1  # early on the half-life is at most this share of the samples seen
    self_pairs: float = 0.1  # share of pairs whose target is the reference itself
    augmentation: Augmentation = MILD
    length: int | None = None  # samples after which the run is done; None: when it is stopped
    seed: int = 0

    def __post_init__(self):
        if (self.losses.places or self.losses.contrast) and not self.network.detail:
            raise ValueError(f"recipe {self.name} has terms of detail and a network without")
        start = self.adversarial_from
        if start is None:
            return
        if not self.discriminator:
            raise ValueError(f"recipe {self.name} has an adversarial term and no discriminator")
        if any(start < phase.until and phase.size != self.network.size for phase in self.phases):
            raise InputError(
                f"Recipe {self.name} starts its adversary at {start:,} samples, before the full size."
            )

    def phase(self, samples: int) -> Phase:
        return next((phase for phase in self.phases if samples < phase.until), self.phases[-1])

    def at_full_size(self) -> Recipe:
        """Less the phases before the last."""
        return replace(self, phases=self.phases[-1:])

    def pictures(self, phase: Phase) -> int:
        """Samples a step in a phase."""
        return phase.batch * (2 if self.both_directions else 1)

    @property
    def adversarial_from(self) -> int | None:
        """The samples at which the adversary comes in; None: never."""
        return self.paper.adversarial_after if self.paper and self.paper.adversarial else None

    @property
    def needs_surfaces(self) -> bool:
        return self.losses.slots > 0 or self.losses.places > 0

    @property
    def needs_features(self) -> bool:
        if self.paper is None:
            return False
        seen = self.paper.perceptual or self.paper.face
        return bool(seen or (self.paper.adversarial and self.through_features))

    def without_features(self) -> Recipe:
        """Less the terms that look through features. Raises InputError where too little would remain."""
        if not self.losses.reconstruction:
            raise InputError(
                f"Recipe {self.name} learns through features: give the weights of VGG-19 as --features FILE."
            )
        paper = replace(self.paper, perceptual=0.0, style=0.0, face=0.0)
        if self.through_features:
            paper = replace(paper, adversarial=0.0)
        return replace(self, paper=paper, through_features=False)

    def without_surfaces(self, keep_detail: bool = False) -> Recipe:
        """Less the terms that need surface coordinates, and less detail: nothing could teach its places.

        keep_detail: the weights that the run begins with know them already.
        """
        losses = replace(self.losses, slots=0.0, places=0.0, contrast=0.0)
        network = self.network if keep_detail else replace(self.network, detail=0)
        return replace(self, losses=losses, network=network)

    def to_json(self) -> dict:
        return asdict(self)


FOREVER = 1 << 62


def default() -> Recipe:
    """The network in the box: half size first, three times as fast a sample, then the full 256x176."""
    return Recipe(
        name="default",
        network=default_256(),
        phases=(Phase((128, 80), 8, 24_000), Phase((192, 128), 8, 48_000), Phase((256, 176), 8, FOREVER)),
        learning_rate=1e-2,
        optimiser="muon",
        extraction_factor=16.0,
        losses=LossWeights(attention=1.0, beyond=10.0, slots=0.2, places=1.0, contrast=4.0),
    )


def sharp() -> Recipe:
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


def onward() -> Recipe:
    """From weights that are there: `sharp` at half the learning rate, which does not undo what they know."""
    return replace(sharp(), name="onward", learning_rate=5e-3)


def crisp() -> Recipe:
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


def paper_256() -> Recipe:
    """The paper's network, losses and schedule for 256x176: 495,400 steps of 8 pairs, both directions."""
    return Recipe(
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


def paper_512() -> Recipe:
    """The same for 512x352, the adversary in it from the start."""
    return replace(
        paper_256(),
        name="paper_512",
        network=official_512(),
        phases=(Phase((512, 352), 8, FOREVER),),
        paper=PAPER_512,
        discriminator=(64, 128, 256, *(512,) * 5),
    )


def tiny() -> Recipe:
    """Seconds on any machine: proves that every part of a run works, makes nothing beautiful."""
    levels = (Level(16, 16, 8), Level(32, 16, 8), Level(64, 16, 8), Level(128, 8, 8), Level(256, 8))
    return Recipe(
        name="tiny",
        network=NtedConfig(levels, (256, 176)),
        phases=(Phase((64, 48), 2, 8), Phase((128, 80), 2, FOREVER)),
        warm_up=4,
        augmentation=NONE,
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    recipe.__name__: recipe for recipe in (default, sharp, onward, crisp, paper_256, paper_512, tiny)
}
