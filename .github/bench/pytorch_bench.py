#!/usr/bin/env python3
"""Training throughput of PyTorch on this machine's cores: the peer to measure against, side by side, in one run.

Per workload it runs one process with all cores and one process a core under DistributedDataParallel (gloo), each a
full training step: forward, backward, Adam (fused); eager, and with --compile through torch.compile, too; the
convolutional networks in both memory formats. It prints one JSON line a configuration, samples per second as the
median of --repeats timed windows, and the windows. The peer's figure is the best of its lines. With --memory a line
also has the peak of resident memory while the configuration ran, in MiB, of all its processes together.

  python3 pytorch_bench.py --global-batch 256 --workloads mlp,lenet,cnn,lstm,gru

The workloads, on inputs of Fashion-MNIST's shape (28x28x1, 10 classes; random values, since speed does not depend on them):
  mlp    784-512-256-10, relu                                                        535,818 parameters
  lenet  conv 6@5x5 same, tanh, max 2 / conv 16@5x5, tanh, max 2 / 120, 84, 10 tanh    61,706
  cnn    conv 32,32 3x3 same relu, max 2 / conv 64,64 3x3 same relu, max 2 / 128, 10  467,818
  lstm   28 steps of 28 features, 128 units, last state to 10                          82,186 (two bias vectors)
  gru    the same with a GRU                                                           61,962 (two bias vectors)
"""
import argparse, json, os, statistics, time
import torch_compat  # first: torch needs it
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn as nn
import torch.nn.functional as F


class Recurrent(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell, self.out = cell(28, 128, batch_first=True), nn.Linear(128, 10)

    def forward(self, x):
        return self.out(self.cell(x.squeeze(1))[0][:, -1])


def build(workload, last=False):
    torch.manual_seed(1)
    model = MODELS[workload]()
    return model.to(memory_format=torch.channels_last) if last else model


def formats(workload):
    """(name, channels_last?) of the memory formats worth running."""
    return [("", False), ("-channelslast", True)] if workload in ("lenet", "cnn") else [("", False)]


def conv(i, o, k, p):
    return nn.Conv2d(i, o, k, padding=p)


MODELS = {
    "mlp": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)),
    "lenet": lambda: nn.Sequential(conv(1, 6, 5, 2), nn.Tanh(), nn.MaxPool2d(2), conv(6, 16, 5, 0), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(),
                                   nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    "cnn": lambda: nn.Sequential(conv(1, 32, 3, 1), nn.ReLU(), conv(32, 32, 3, 1), nn.ReLU(), nn.MaxPool2d(2),
                                 conv(32, 64, 3, 1), nn.ReLU(), conv(64, 64, 3, 1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                 nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10)),
    "lstm": lambda: Recurrent(nn.LSTM),
    "gru": lambda: Recurrent(nn.GRU),
}


def reset_peak():
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")


def peak():
    """MiB of this process, since reset_peak."""
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


def compiled(model):
    torch._dynamo.reset()
    return torch.compile(model, dynamic=False)


def throughput(model, batch, a, barrier=lambda: None, last=False):
    """This process's windows behind the warm-up: when each ended, in seconds since 1970, the seconds it took, its samples per second."""
    x, y = torch.rand(batch, 1, 28, 28), torch.randint(0, 10, (batch,))
    if last:
        x = x.to(memory_format=torch.channels_last)
    opt = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)

    def step():
        loss = F.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()

    for _ in range(5):
        step()
    t = time.perf_counter()
    step()
    steps = max(3, int(a.seconds / (time.perf_counter() - t)))
    if dist.is_initialized():  # every rank must take the same number of steps
        n = torch.tensor([steps])
        dist.broadcast(n, 0)
        steps = int(n)
    for _ in range(int(steps * a.warm_up / a.seconds)):
        step()
    windows = []
    for _ in range(a.repeats):
        barrier()
        t = time.perf_counter()
        for _ in range(steps):
            step()
        barrier()
        spent = time.perf_counter() - t
        windows.append({"end": round(time.time(), 3), "seconds": round(spent, 3), "samplesPerSecond": batch * steps / spent})
    return windows


def report(peer, workload, batch, windows, mebibytes=None, processes=1):
    """Of all processes: windows are one process's."""
    windows = [{**w, "samplesPerSecond": round(w["samplesPerSecond"] * processes)} for w in windows]
    rate = statistics.median(w["samplesPerSecond"] for w in windows)
    line = {"peer": peer, "workload": workload, "globalBatch": batch, "samplesPerSecond": round(rate), "windows": windows}
    if mebibytes is not None:
        line["peakMebibytes"] = round(mebibytes)
    print(json.dumps(line), flush=True)


def failed(peer, workload, error):
    """Old system packages can break the compiler; eager still counts."""
    print(json.dumps({"peer": peer, "workload": workload, "error": (str(error).strip().splitlines() or [repr(error)])[-1][:200]}), flush=True)


def modes(a):
    """(name, what makes the model faster) of the ways to run."""
    return [("eager", lambda model: model)] + ([("compile", compiled)] if a.compile else [])


def together(value):
    """The sum over all ranks."""
    total = torch.tensor([float(value)])
    dist.all_reduce(total)
    return float(total)


def ddp_rank(rank, size, names, a):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(a.port))
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=size)
    for w in names:
        for mode, faster in modes(a):
            for name, last in formats(w):
                peer = f"pytorch-ddp-{size}x1{'' if mode == 'eager' else '-' + mode}{name}"
                if a.memory:
                    reset_peak()
                try:
                    model = faster(nn.parallel.DistributedDataParallel(build(w, last)))
                    windows = throughput(model, a.global_batch // size, a, dist.barrier, last)
                except Exception as e:
                    if mode == "eager":
                        raise
                    if rank == 0:
                        failed(peer, w, e)
                    continue
                mebibytes = together(peak()) if a.memory else None
                if rank == 0:
                    report(peer, w, a.global_batch, windows, mebibytes, size)
    dist.destroy_process_group()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--workloads", default="mlp,lenet,cnn,lstm,gru")
    ap.add_argument("--global-batch", type=int, default=256)
    ap.add_argument("--warm-up", type=float, default=1, help="seconds before the first window, behind compilation")
    ap.add_argument("--seconds", type=float, default=2)
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--port", type=int, default=29541)
    ap.add_argument("--compile", action="store_true", help="also torch.compile (slow to start)")
    ap.add_argument("--memory", action="store_true", help="also the peak of resident memory")
    a = ap.parse_args()
    names, cores = a.workloads.split(","), os.cpu_count()
    torch.set_num_threads(cores)
    for w in names:
        for mode, faster in modes(a):
            for name, last in formats(w):
                peer = f"pytorch-{mode}-{cores}threads{name}"
                if a.memory:
                    reset_peak()
                try:
                    windows = throughput(faster(build(w, last)), a.global_batch, a, last=last)
                except Exception as e:
                    if mode == "eager":
                        raise
                    failed(peer, w, e)
                    continue
                report(peer, w, a.global_batch, windows, peak() if a.memory else None)
    if cores > 1:
        mp.spawn(ddp_rank, args=(cores, names, a), nprocs=cores)


if __name__ == "__main__":
    main()
