"""The training loop: one step, EMA, checkpoints, reports. The network is the one the application runs."""

from __future__ import annotations

import copy
import math
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.models.nted import Nted, NtedConfig, NtedOutput
from engine.models.nted.network import sharpen_extraction
from train import checkpoint
from train.data.augment import NONE, Augmentation
from train.data.pairs import PairBatch, PairLoader
from train.data.people import People
from train.log import Log
from train.losses.attention import attention_reconstruction
from train.losses.reconstruction import early_pictures, multiscale_l1, region_weights
from train.recipes import LossWeights, Phase, Recipe


def losses(output: NtedOutput, batch: PairBatch, weights: LossWeights) -> dict[str, Tensor]:
    """The weighted terms and their `total`."""
    pixel_weights = region_weights(batch.target_parsing_BHW)
    terms = {
        "reconstruction": weights.reconstruction
        * multiscale_l1(output.image_BCHW.float(), batch.target_BCHW, pixel_weights),
        "attention": weights.attention
        * attention_reconstruction(batch.reference_BCHW, batch.target_BCHW, output.extraction, output.distribution),
        "early": weights.early * early_pictures([skip.float() for skip in output.skips], batch.target_BCHW),
    }
    return {"total": sum(terms.values()), **terms}


@torch.no_grad()
def update_ema(ema: nn.Module, network: nn.Module, decay: float) -> None:
    torch._foreach_lerp_(list(ema.parameters()), list(network.parameters()), 1.0 - decay)


@dataclass
class Run:
    """Everything a checkpoint holds, and the step that moves it on."""

    recipe: Recipe
    device: torch.device
    network: Nted
    ema: Nted
    optimiser: torch.optim.Optimizer
    samples: int = 0
    decay_from: int | None = None  # the learning rate falls linearly to zero from here ...
    decay_to: int | None = None  # ... to here, where the run ends
    history: list[dict] = field(default_factory=list)  # stretches of this run: data, samples, hours, decay

    @classmethod
    def new(cls, recipe: Recipe, device: torch.device) -> Run:
        torch.manual_seed(recipe.seed)
        network = sharpen_extraction(Nted(recipe.network)).to(device, memory_format=torch.channels_last)
        ema = copy.deepcopy(network).requires_grad_(False)
        optimiser = torch.optim.Adam(network.parameters(), lr=recipe.learning_rate, betas=recipe.betas, fused=device.type in ("cpu", "cuda"))
        return cls(recipe, device, network, ema, optimiser)

    def state(self) -> dict:
        return {
            "recipe": self.recipe.to_json(),
            "network": self.network.state_dict(),
            "ema": self.ema.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "samples": self.samples,
            "decay": [self.decay_from, self.decay_to],
            "history": self.history,
            "random": torch.get_rng_state(),
        }

    def restore(self, state: dict, path: Path) -> None:
        if NtedConfig.from_json(state["recipe"]["network"]) != self.recipe.network:
            raise InputError(f"The checkpoint {path} is of another network than recipe {self.recipe.name} asks for.")
        self.network.load_state_dict(state["network"])
        self.ema.load_state_dict(state["ema"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.samples = state["samples"]
        self.decay_from, self.decay_to = state["decay"]
        self.history = state["history"]
        torch.set_rng_state(state["random"])

    def learning_rate(self) -> float:
        warm = min(1.0, (self.samples + 1) / self.recipe.warm_up)
        cool = 1.0
        if self.decay_to is not None:
            cool = min(1.0, max(0.0, (self.decay_to - self.samples) / (self.decay_to - self.decay_from)))
        return self.recipe.learning_rate * warm * cool

    @property
    def finished(self) -> bool:
        return self.decay_to is not None and self.samples >= self.decay_to

    def step(self, batch: PairBatch) -> dict[str, Tensor]:
        """One optimiser step; returns the detached loss terms. Raises FloatingPointError on a loss that is no number."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        reference, planes = (
            t.contiguous(memory_format=torch.channels_last) for t in (batch.reference_BCHW, batch.target_planes_BPHW)
        )
        with torch.autocast(self.device.type, torch.bfloat16, enabled=mixed_precision(self.device)):
            output = self.network(reference, planes)
        terms = losses(output, batch, self.recipe.losses)
        if not torch.isfinite(terms["total"]):
            raise FloatingPointError(f"The loss at {self.samples} samples is not a number.")
        self.optimiser.zero_grad(set_to_none=True)
        terms["total"].backward()
        self.optimiser.step()
        count = len(reference)
        self.samples += count
        half_life = min(self.recipe.ema_half_life, self.recipe.ema_ramp * self.samples)
        update_ema(self.ema, self.network, 0.5 ** (count / half_life))
        return {name: term.detach() for name, term in terms.items()}


def mixed_precision(device: torch.device) -> bool:
    """bfloat16 where the hardware multiplies it; elsewhere it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return device.type == "cpu" and (
        torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    )


def batches(run: Run, people: People, workers: int) -> Iterator[PairBatch]:
    """The run's batches from its present sample on; a new phase begins with a new loader."""
    while True:
        phase = run.recipe.phase(run.samples)
        loader = PairLoader(
            people,
            phase.size,
            phase.batch,
            seed=run.recipe.seed,
            start=run.samples // phase.batch,
            augmentation=Augmentation() if run.recipe.augment else NONE,
            self_pairs=run.recipe.self_pairs,
            workers=workers,
            device=run.device,
        )
        for batch in loader:
            yield batch
            if run.recipe.phase(run.samples) != phase:
                break


class Stop:
    """Set by SIGTERM or SIGINT: the step under way is finished and a checkpoint is written."""

    def __init__(self):
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_) -> None:
        self.asked = True


def fit(
    run: Run,
    people: People,
    folder: Path,
    *,
    time_budget: float = math.inf,  # seconds
    report_every: float = 30.0,  # seconds between log lines
    save_every: float = 300.0,  # seconds between checkpoints
    workers: int = 0,
    on_report: Callable[[str], None] = print,
    on_save: Callable[[Run], dict[str, float]] | None = None,
) -> None:
    """Train until the budget is spent, the decay is done or the process is asked to stop; ends with a checkpoint.

    on_save: called beside every checkpoint (validation, picture sheet); what it returns goes into the log.
    """
    stop, log = Stop(), Log(folder)
    begun = reported = saved = time.monotonic()
    first = run.samples
    stretch = {"studio": people.studio, "data": people.fingerprint, "people": len(people.persons), "from": first}
    past = list(run.history)
    sums: dict[str, float] = {}
    steps, counted = 0, run.samples

    def save() -> None:
        nonlocal saved
        hours = (time.monotonic() - begun) / 3600
        run.history = [*past, {**stretch, "to": run.samples, "hours": round(hours, 3)}]
        checkpoint.save(folder, run.samples, run.state())
        if on_save:
            values = on_save(run)
            if values:
                on_report("  ".join(f"{name} {value:.4f}" for name, value in values.items()))
        saved = time.monotonic()

    for batch in batches(run, people, workers):
        for name, value in run.step(batch).items():
            sums[name] = sums.get(name, 0.0) + float(value)
        steps += 1
        now = time.monotonic()
        last = stop.asked or run.finished or now - begun > time_budget
        if last or now - reported > report_every:
            speed = (run.samples - counted) / (now - reported)
            means = {name: value / steps for name, value in sums.items()}
            log.scalars(run.samples, {**means, "learning_rate": run.learning_rate(), "samples_per_second": speed})
            size = run.recipe.phase(run.samples).size
            on_report(
                f"{run.samples:>9,} samples  {size[0]}x{size[1]}  {speed:5.1f}/s  "
                + "  ".join(f"{name} {value:.4f}" for name, value in means.items())
            )
            sums, steps, counted, reported = {}, 0, run.samples, now
        if last or now - saved > save_every:
            save()
        if last:
            break
    log.close()
