"""The state of a run and the step that moves it on. The network is the one the application runs."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.models import nted
from engine.models.nted import Nted, NtedConfig
from engine.models.nted.discriminator import Discriminator
from engine.models.nted.network import sharpen_extraction
from engine.plan import has_fast_bfloat16
from engine.weights import WeightsFile
from train.data.pairs import PairBatch, both_directions
from train.losses.adversarial import Adversary
from train.losses.feature_discriminator import FeatureDiscriminator
from train.losses.features import Features
from train.losses.patches import Slots, slots_in
from train.objective import all_losses, parts, shared_asked, shared_pixel_weights
from train.recipes import Recipe
from train.run.optimisers import cooling, optimisers_for
from train.run.world import World

ELSEWHERE = "elsewhere"  # what a history says of weights whose card does not tell what they saw


@torch.no_grad()
def update_ema(ema: nn.Module, network: nn.Module, decay: float) -> None:
    torch._foreach_lerp_(list(ema.parameters()), list(network.parameters()), 1.0 - decay)


def mixed_precision(device: torch.device) -> bool:
    """bfloat16 where the hardware multiplies it; elsewhere it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return device.type == "cpu" and has_fast_bfloat16()


def _check_features(recipe: Recipe, features: Features) -> None:
    """Raises InputError where the recipe's adversary was not made for these features."""
    device = next(iter(getattr(features, "parameters", list)()), torch.empty(0)).device
    maps = features(torch.zeros(1, 3, 64, 48, device=device))
    if recipe.discriminator != tuple(found.shape[1] for found in maps[: len(recipe.discriminator)]):
        raise InputError(
            f"The adversary of recipe {recipe.name} was made for other features: use --features house."
        )


def network_config(state: dict, path: Path) -> NtedConfig:
    """The configuration of the network in a checkpoint's state. Raises InputError where it is no NTED."""
    try:
        return NtedConfig.from_json(state["recipe"]["network"])
    except (KeyError, TypeError, ValueError):
        raise InputError(f"The checkpoint {path} is of a network other than NTED.") from None


@dataclass
class Run:
    """Everything a checkpoint holds, and how it moves on."""

    recipe: Recipe
    world: World
    network: Nted
    ema: Nted
    optimisers: list[torch.optim.Optimizer]
    adversary: Adversary | None = None
    features: Features | None = None  # what the perceptual terms look through
    accumulate: int = 1  # backward passes a step
    mixed: bool = False  # whether the generator multiplies in bfloat16
    slots: dict[int, Slots] | None = None  # the textures' patches by number of textures, where they have some
    samples: int = 0
    begun: int | None = None  # the samples that the weights had seen which it began with; None: random ones
    decay_from: int | None = None  # the learning rate falls linearly to zero from here ...
    decay_to: int | None = None  # ... to here, where the run ends
    history: list[dict] = field(default_factory=list)  # stretches of this run: data, samples, hours, decay
    parallel: nn.Module = field(init=False, repr=False)  # the network, its gradients averaged over the world

    def __post_init__(self):
        self.parallel = self.world.parallel(self.network)
        for phase in self.recipe.phases:
            share = self.world.share(phase.batch)
            if share % self.accumulate:
                raise InputError(
                    f"A process's {share} pairs cannot be split into {self.accumulate} equal parts."
                )

    @classmethod
    def new(
        cls,
        recipe: Recipe,
        world: World,
        *,
        features: Features | None = None,
        accumulate: int = 1,
        mixed: bool | None = None,
    ) -> Run:
        """A run at its first sample. mixed: None takes bfloat16 where the hardware is fast at it."""
        device = world.device
        torch.manual_seed(recipe.seed)
        network = Nted(recipe.network)
        if recipe.sharpen is not None:
            sharpen_extraction(network, recipe.sharpen)
        if network.detail is not None and not recipe.losses.places:
            network.detail.target_places.requires_grad_(False)  # nothing would teach them
        network.to(device, memory_format=torch.channels_last)
        ema = copy.deepcopy(network).requires_grad_(False)
        optimisers = optimisers_for(
            network, recipe.optimiser, recipe.learning_rate, recipe.betas, recipe.extraction_factor
        )
        adversary = None
        if recipe.adversarial_from is not None:
            eyes = {}
            kind = Discriminator
            if recipe.through_features:
                kind, eyes = FeatureDiscriminator, {"eyes": features}
                _check_features(recipe, features)
            discriminator = kind(recipe.discriminator).to(device, memory_format=torch.channels_last)
            adversary = Adversary(world.parallel(discriminator), recipe.adversary, **eyes)
        mixed = mixed_precision(device) if mixed is None else mixed
        return cls(recipe, world, network, ema, optimisers, adversary, features, accumulate, mixed)

    def state(self) -> dict:
        return {
            "recipe": self.recipe.to_json(),
            "network": self.network.state_dict(),
            "ema": self.ema.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "adversary": self.adversary.state() if self.adversary else None,
            "slots": {number: asdict(slots) for number, slots in (self.slots or {}).items()},
            "samples": self.samples,
            "begun": self.begun,
            "decay": [self.decay_from, self.decay_to],
            "history": self.history,
            "random": torch.get_rng_state(),
        }

    def begin_with(self, file: WeightsFile) -> None:
        """Take weights in place of random ones, their past from their card, and their textures' patches. The
        run begins at the full size. Detail may be missing from them: it begins at random then.

        Raises InputError naming the file where its network is not the recipe's, or it is damaged.
        """
        loaded = nted.from_file(file)
        wanted = self.recipe.network
        if loaded.config not in (wanted, replace(wanted, detail=0)):
            raise InputError(
                f"The weights file {file.path} is of another network than recipe {self.recipe.name} asks for."
            )
        for network in (self.network, self.ema):
            network.load_state_dict(network.state_dict() | loaded.state_dict())
        self._take_slots(slots_in(file, loaded.config) or {})
        try:
            self.samples = int(file.card.get("samples", 0))
        except (TypeError, ValueError):
            raise InputError(f"The weights file {file.path} has damaged metadata.") from None
        self._begin_at(self.samples)
        self.history = list(file.card.get("stretches", [{"studio": ELSEWHERE}]))

    def restore(self, state: dict, path: Path) -> None:
        """Go on from a checkpoint's state. An adversary that the checkpoint does not know starts afresh."""
        if network_config(state, path) != self.recipe.network:
            raise InputError(
                f"The checkpoint {path} is of another network than recipe {self.recipe.name} asks for."
            )
        try:
            self.network.load_state_dict(state["network"])
            self.ema.load_state_dict(state["ema"])
        except RuntimeError:
            raise InputError(f"The checkpoint {path} was made by another version of the network.") from None
        self._restore_optimisers(state.get("optimisers", []), path)
        if self.adversary and state.get("adversary"):
            try:
                self.adversary.restore(state["adversary"])
            except (RuntimeError, ValueError):
                raise InputError(
                    f"The checkpoint {path} holds another discriminator than recipe {self.recipe.name}'s."
                ) from None
        self._take_slots({number: Slots(**saved) for number, saved in state.get("slots", {}).items()})
        self.samples = state["samples"]
        self._begin_at(state.get("begun"))
        self.decay_from, self.decay_to = state["decay"]
        self.history = state["history"]
        torch.set_rng_state(state["random"])

    def _begin_at(self, begun: int | None) -> None:
        self.begun = begun
        if begun is not None:
            self.recipe = self.recipe.at_full_size()

    def _take_slots(self, slots: dict[int, Slots]) -> None:
        self.slots = {number: each.to(self.world.device) for number, each in slots.items()} or None

    def _restore_optimisers(self, states: list[dict], path: Path) -> None:
        factors = [[group["factor"] for group in optimiser.param_groups] for optimiser in self.optimisers]
        try:
            for optimiser, state in zip(self.optimisers, states, strict=True):
                optimiser.load_state_dict(state)
        except ValueError:
            raise InputError(
                f"The checkpoint {path} is of another optimiser than recipe {self.recipe.name}'s."
            ) from None
        for optimiser, wanted in zip(self.optimisers, factors, strict=True):
            for group, factor in zip(optimiser.param_groups, wanted, strict=True):
                group["factor"] = factor
                if "betas" in group:
                    group["betas"] = self.recipe.betas

    @property
    def own_samples(self) -> int:
        """Less those that the weights had seen which the run began with."""
        return self.samples - (self.begun or 0)

    @property
    def cooling(self) -> float:
        """Share of the learning rates that the decay leaves."""
        return cooling(self.samples, self.decay_from, self.decay_to)

    def learning_rate(self) -> float:
        warm = min(1.0, (self.own_samples + 1) / self.recipe.warm_up)
        return self.recipe.learning_rate * warm * self.cooling

    @property
    def end(self) -> int | None:
        """The sample at which the run is done, if there is one."""
        ends = [end for end in (self.decay_to, self.recipe.length) if end is not None]
        return min(ends) if ends else None

    @property
    def finished(self) -> bool:
        return self.end is not None and self.samples >= self.end

    @property
    def adversarial(self) -> bool:
        """Whether the adversary is in the game at the present sample."""
        return self.adversary is not None and self.samples >= self.recipe.adversarial_from

    def step(self, batch: PairBatch) -> dict[str, Tensor]:
        """One optimiser step on this process's share of a batch; returns the share's detached loss terms.

        Raises FloatingPointError on a loss that is no number, in all processes at once.
        """
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.learning_rate() * group["factor"]
        if self.recipe.both_directions:
            batch = both_directions(batch)
        pieces = parts(batch, shared_pixel_weights(batch, self.world), self.accumulate)
        asked = None
        if self.recipe.losses.slots:
            asked = shared_asked(batch, self.recipe.network, self.slots, self.world, self.accumulate)
        adversary = self.adversary if self.adversarial else None
        self.network.zero_grad(set_to_none=True)
        sums: dict[str, Tensor] = {}
        fakes = []
        for number, (piece, pixel_weights) in enumerate(pieces, 1):
            with self.world.alone(self.parallel, wanted=number < len(pieces)):
                output = self._forward(piece)
                terms = all_losses(
                    output, piece, pixel_weights, self.recipe, self.features, adversary, self.slots, asked
                )
                (terms["total"] / len(pieces)).backward()
            for name, term in terms.items():
                sums[name] = sums.get(name, 0.0) + term.detach() / len(pieces)
            fakes.append(output.image_BCHW.detach())
        if self.world.most(int(not torch.isfinite(sums["total"]))):
            raise FloatingPointError(f"The loss at {self.samples} samples is not a number.")
        if self.recipe.clip is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        for optimiser in self.optimisers:
            optimiser.step()
        count = len(batch.target_BCHW) * self.world.size
        half_life = min(self.recipe.ema_half_life, self.recipe.ema_ramp * (self.own_samples + count))
        update_ema(self.ema, self.network, 0.5 ** (count / half_life))
        if adversary is not None:
            sums |= self._teach(adversary, torch.stack(fakes, 1).flatten(0, 1), batch.target_BCHW)
        self.samples += count
        return sums

    def _forward(self, batch: PairBatch):
        pictures = batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW
        # Without a cache: before torch 2.10 a weight first used without a gradient stayed without.
        with torch.autocast(self.world.device.type, torch.bfloat16, enabled=self.mixed, cache_enabled=False):
            return self.parallel(*(t.contiguous(memory_format=torch.channels_last) for t in pictures))

    def _teach(self, adversary: Adversary, fake_BCHW: Tensor, real_BCHW: Tensor) -> dict[str, Tensor]:
        """The discriminator's step, on all pictures of this step at once."""
        for group in adversary.optimiser.param_groups:
            group["lr"] = adversary.rate * self.cooling
        return adversary.step(fake_BCHW.float(), real_BCHW)
