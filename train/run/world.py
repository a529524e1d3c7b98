"""The processes of a run: who we are among them, and the little they have to agree on.

Data parallelism is PyTorch's own: `torchrun` starts the processes and DistributedDataParallel averages the
gradients while the backward pass still runs. Lightning Fabric was weighed and left out: of what it offers
this loop needs the few short methods below, and it would bring more packages, a second bound on torch's
version, three seconds at every start, and wrappers round networks and optimisers whose state we keep bare.

One process is a world of one, in which every method is the identity: the loop knows no other case.
"""

from __future__ import annotations

import contextlib
import gc
import os
import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from engine.errors import InputError
from engine.plan import keep_freed_memory


@dataclass(frozen=True)
class World:
    """rank: which of the `size` processes this is. device: what it computes on."""

    device: torch.device
    rank: int = 0
    size: int = 1

    @classmethod
    def join(cls, device: str) -> World:
        """The world that torchrun tells of in the environment; one process where it does not.

        device: "cpu", or "cuda" for the GPU of this process. Raises InputError where there is no such device.
        """
        try:
            kind = torch.device(device)
        except RuntimeError:
            kind = None
        if kind is None or kind.type not in ("cpu", "cuda"):
            raise InputError(f"--device {device}: training runs on cpu or cuda.")
        if kind.type == "cuda" and not torch.cuda.is_available():
            raise InputError(f"--device {device}: there is no GPU that torch can use here.")
        torch.backends.cudnn.benchmark = True  # sizes stay the same for thousands of steps
        keep_freed_memory()
        if "WORLD_SIZE" not in os.environ:
            return cls(kind)
        local = int(os.environ["LOCAL_RANK"])
        if kind.type == "cuda":
            if local >= torch.cuda.device_count():
                raise InputError(
                    f"torchrun starts more processes than there are GPUs ({torch.cuda.device_count()})."
                )
            kind = torch.device("cuda", local)
            torch.cuda.set_device(kind)
        dist.init_process_group("nccl" if kind.type == "cuda" else "gloo")
        return cls(kind, dist.get_rank(), dist.get_world_size())

    def leave(self, together: bool) -> None:
        """End the group. together: everybody comes here, so nobody goes while others still speak to them."""
        if not dist.is_initialized():
            return
        if together:
            dist.barrier()
        # A wrapped network in a reference cycle would keep the group's threads into the interpreter's end.
        gc.collect()
        dist.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this is the process that speaks and writes."""
        return self.rank == 0

    def share(self, batch: int) -> int:
        """This process's part of a global batch. Raises InputError where it does not divide."""
        if batch % self.size:
            raise InputError(
                f"A batch of {batch} cannot be shared by {self.size} processes: it does not divide."
            )
        return batch // self.size

    def parallel(self, network: nn.Module) -> nn.Module:
        """The network, its gradients averaged over all processes. Parameters become those of the first."""
        if self.size == 1:
            return network
        devices = [self.device.index] if self.device.type == "cuda" else None
        # The memory order of a 1x1 filter in channels_last is a matter of taste; nothing is lost by it.
        warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")
        with warnings.catch_warnings():
            # Its new name is not known to every version of torch we run on. Buffers never change here, and
            # written before every pass they would spoil the two passes that a discriminator's step has.
            warnings.filterwarnings("ignore", "`broadcast_buffers` is deprecated")
            return DistributedDataParallel(
                network, devices, broadcast_buffers=False, gradient_as_bucket_view=True
            )

    def alone(self, network: nn.Module, wanted: bool) -> AbstractContextManager:
        """Within it, and if `wanted`, gradients stay in this process: they are summed up for a later pass."""
        return network.no_sync() if wanted and self.size > 1 else contextlib.nullcontext()

    def gather(self, part_B: Tensor) -> Tensor:
        """Everybody's tensors of one shape behind each other, in the order of the ranks."""
        if self.size == 1:
            return part_B
        parts = [torch.empty_like(part_B) for _ in range(self.size)]
        dist.all_gather(parts, part_B.contiguous())
        return torch.cat(parts)

    def mean(self, values_N: Tensor) -> Tensor:
        """The mean of everybody's numbers."""
        return self.gather(values_N[None]).mean(0)

    def most(self, number: int) -> int:
        """The largest of everybody's numbers: all know it, so all act alike."""
        if self.size == 1:
            return number
        largest = torch.tensor(number, device=self.device)
        dist.all_reduce(largest, dist.ReduceOp.MAX)
        return int(largest)
