#!/usr/bin/env python3
"""Measures Invar and its peers side by side, in alternating rounds, and prints the tables of README.md beside it.

  .github/bench/compare.py                                  three rounds of everything, on a machine with nothing else to do
  .github/bench/compare.py --peers pytorch --rounds 1       one peer alone
  .github/bench/compare.py --from lines.jsonl               the table of an earlier run

Peers: invar, pytorch (after .github/bench/setup.sh), dl4j, spark.ml. Each round runs every peer once, in the same order;
what a configuration reached is the median of its rounds, and a peer's figure the best of its configurations. All lines
are kept in --out, also when a round fails.

A hypervisor may move the machine's two virtual cores to physical ones that share a cache or do not, for minutes at a
time, and any library's threads exchange several times faster on the former. So on two cores the time in which they hand
a cache line over and back is measured all the while, four times a second, and a further table compares windows of the
same placement only, of those that tell their windows: Invar and PyTorch.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import threading

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent.parent
PEERS = ["invar", "pytorch", "dl4j", "spark.ml"]
JVM = BENCH / "jvm" / "target"


def options(a):
    return ["--workloads", a.workloads, "--global-batch", str(a.global_batch), "--seconds", str(a.seconds), "--repeats", str(a.repeats)]


def jvm_peer(name, a):
    classpath = f"{JVM}/classes:{ROOT}/src/target/classes:{(JVM / 'classpath.txt').read_text().strip()}"
    return ["java", f"@{ROOT}/conf/jvm.options", "--add-modules=jdk.incubator.vector", "-Xmx4g",
            f"-Dlog4j2.configurationFile={ROOT}/conf/log4j2.properties", "-cp", classpath,
            "org.invar.peers.Peers", "--peer", name, *options(a)]


def command(peer, a):
    """The command line of a peer, and what its environment has beside this one's."""
    if peer == "invar":
        memory = ["--memory"] if a.memory else []
        return [str(ROOT / "bin" / "invar"), "bench", *options(a), "--warm-up", str(a.warm_up), "--only-rates", *memory, *a.invar.split()], {}
    if peer == "pytorch":
        memory = ["--memory"] if a.memory else []
        return [str(BENCH / ".venv" / "bin" / "python"), str(BENCH / "pytorch_bench.py"), *options(a), "--compile", *memory], {}
    return jvm_peer(peer, a), {"OMP_NUM_THREADS": str(os.cpu_count()), "SPARK_LOCAL_IP": "127.0.0.1"}


def build(peers):
    """What a first run would build while it is measured."""
    if {"dl4j", "spark.ml"} & set(peers):
        subprocess.run(["mvn", "-q", "-B", "-ntp", "-Ppeers", "-DskipTests", "-pl", "src,.github/bench/jvm", "process-classes"],
                       cwd=ROOT, check=True, stdout=sys.stderr)
    if "invar" in peers:
        subprocess.run([str(ROOT / "bin" / "invar"), "--version"], check=True, stdout=sys.stderr)
    if "pytorch" in peers and not (BENCH / ".venv" / "bin" / "python").exists():
        sys.exit(f"{BENCH}/.venv: expected PyTorch, found nothing. Run .github/bench/setup.sh first.")


def watched():
    """On more cores than two, those that exchange are not known; what watches is Invar's, built or not."""
    return os.cpu_count() == 2 and (ROOT / "driver" / "target" / "classes" / "org" / "invar" / "bench" / "HandOff.class").exists()


class HandOffs:
    """Nanoseconds of hand-offs between the machine's two cores, with their times, as they are measured."""

    def __init__(self):
        self.samples = []
        java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
        self.process = subprocess.Popen([java, "-XX:+UseSerialGC", "-Xmx32m", "-cp", f"{ROOT}/driver/target/classes", "org.invar.bench.HandOff"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for text in self.process.stdout:
            try:
                at, nanos = map(float, text.split())
            except ValueError:  # What a JVM says of itself.
                continue
            self.samples.append((at, nanos))

    def tell(self, window):
        during = [nanos for at, nanos in self.samples if window["end"] - window["seconds"] <= at <= window["end"]]
        if during:
            window["handOffNanos"] = during

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run(peer, round_, a, keep, tell):
    words, environment = command(peer, a)
    print(f"round {round_}: {peer}", file=sys.stderr, flush=True)
    with subprocess.Popen(words, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True) as process:
        for text in process.stdout:
            if not text.startswith("{"):
                print(text, end="", file=sys.stderr)
                continue
            line = {"round": round_, "of": peer, **json.loads(text)}
            for window in line.get("windows", []):
                tell(window)
            keep.append(line)
            with open(a.out, "a") as f:
                f.write(json.dumps(line) + "\n")
    if process.returncode:
        print(f"round {round_}: {peer} ended with {process.returncode}", file=sys.stderr, flush=True)


def medians(lines, key):
    """{(peer, workload): {configuration: median over rounds}}"""
    values = {}
    for line in lines:
        if key in line:
            values.setdefault((line["of"], line["workload"]), {}).setdefault(line["peer"], []).append(line[key])
    return {where: {name: statistics.median(v) for name, v in names.items()} for where, names in values.items()}


def processor():
    with open("/proc/cpuinfo") as f:
        return next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), "unknown processor")


def geometric_mean(values):
    return statistics.geometric_mean(values) if values else float("nan")


def table(lines, baseline="invar"):
    rates = medians(lines, "samplesPerSecond")
    peers = [p for p in PEERS if any(where[0] == p for where in rates)]
    workloads = list(dict.fromkeys(line["workload"] for line in lines))
    others = [p for p in peers if p != baseline]
    best = {where: max(names.items(), key=lambda item: item[1]) for where, names in rates.items()}
    out = ["| " + " | ".join(["network", *peers, *(f"{baseline} / {p}" for p in others)]) + " |",
           "| --- |" + " ---: |" * (len(peers) + len(others))]
    ratios = {p: [] for p in others}
    for w in workloads:
        cells = [w]
        for p in peers:
            name, rate = best.get((p, w), ("", None))
            cells.append("–" if rate is None else f"{rate:,.0f}" + (f" ({name.removeprefix(p + '-')})" if p != baseline else ""))
        for p in others:
            if (p, w) in best and (baseline, w) in best:
                ratios[p].append(best[baseline, w][1] / best[p, w][1])
                cells.append(f"{ratios[p][-1]:.2f}")
            else:
                cells.append("–")
        out.append("| " + " | ".join(cells) + " |")
    if any(ratios.values()):
        out.append("| geometric mean |" + " |" * len(peers) + " " + " | ".join(f"{geometric_mean(ratios[p]):.2f}" for p in others) + " |")
    return "\n".join(out)


NEAR_NANOS = 120


def placement(window):
    """Where the cores were in a window, by the hand-offs in it; None where that is not known, or changed."""
    hand_offs = window.get("handOffNanos", [])
    near = sum(nanos < NEAR_NANOS for nanos in hand_offs)
    if not hand_offs or 0.2 * len(hand_offs) < near < 0.8 * len(hand_offs):
        return None
    return "near" if 2 * near > len(hand_offs) else "far"


def by_placement(lines, baseline="invar"):
    """Medians of windows of one placement; of a peer's configurations the best that has at least five."""
    out = [f"Near: a hand-off takes less than {NEAR_NANOS} ns, in at least four of five measured in a window.", "",
           "| network | cores | hand-off, ns | peer | configuration | windows | samples/s | ratio |",
           "| --- | --- | ---: | --- | --- | ---: | ---: | ---: |"]
    windows = [(line, w, placement(w)) for line in lines for w in line.get("windows", [])]
    for workload in dict.fromkeys(line["workload"] for line in lines):
        for where in ("near", "far"):
            kept = {}
            for line, w, place in windows:
                if line["workload"] == workload and place == where:
                    kept.setdefault(line["of"], {}).setdefault(line["peer"], []).append(w)
            best = {}
            for peer, names in kept.items():
                enough = [(statistics.median(w["samplesPerSecond"] for w in ws), name) for name, ws in names.items() if len(ws) >= 5]
                if enough:
                    best[peer] = max(enough)
            for peer, (rate, name) in best.items():
                ws = kept[peer][name]
                nanos = statistics.median(n for w in ws for n in w["handOffNanos"])
                ratio = f"{best[baseline][0] / rate:.2f}" if peer != baseline and baseline in best else ""
                out.append(f"| {workload} | {where} | {nanos:.0f} | {peer} | {name} | {len(ws)} | {rate:,.0f} | {ratio} |")
    left_out = {peer: sum(place is None for line, _, place in windows if line["of"] == peer) for peer in dict.fromkeys(line["of"] for line, _, _ in windows)}
    out += ["", "Windows left out, for the placement changed or is not known: " + ", ".join(f"{peer} {n}" for peer, n in left_out.items()) + "."]
    return "\n".join(out)


def configurations(lines):
    """Every configuration, with the spread of its rounds."""
    out = ["| network | configuration | samples/s | of the rounds | peak MiB |", "| --- | --- | ---: | --- | ---: |"]
    seen = dict.fromkeys((line["workload"], line["peer"]) for line in lines if "samplesPerSecond" in line)
    for workload, peer in sorted(seen, key=lambda pair: list(dict.fromkeys(line["workload"] for line in lines)).index(pair[0])):
        mine = [line for line in lines if (line["workload"], line["peer"]) == (workload, peer) and "samplesPerSecond" in line]
        rates = [line["samplesPerSecond"] for line in mine]
        memory = [line["peakMebibytes"] for line in mine if "peakMebibytes" in line]
        out.append(f"| {workload} | {peer} | {statistics.median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} | "
                   f"{format(max(memory), ',') if memory else '–'} |")
    return "\n".join(out)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--peers", default=",".join(PEERS))
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--workloads", default="mlp,lenet,cnn,lstm,gru")
    ap.add_argument("--global-batch", type=int, default=256)
    ap.add_argument("--warm-up", type=float, default=60,
                    help="seconds that Invar trains before it is measured; HotSpot compiles meanwhile (default: %(default)s)")
    ap.add_argument("--seconds", type=float, default=2)
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--memory", action="store_true", help="also the peak of resident memory, of Invar and PyTorch")
    ap.add_argument("--invar", default="", help="more options of bin/invar bench, such as '--shards auto'")
    ap.add_argument("--out", default="runs/bench.jsonl", help="where all lines go (default: %(default)s)")
    ap.add_argument("--from", dest="source", help="print the table of an earlier run's lines")
    a = ap.parse_args()
    if a.source:
        with open(a.source) as f:
            lines = [json.loads(text) for text in f]
    else:
        peers = a.peers.split(",")
        for peer in peers:
            if peer not in PEERS:
                ap.error(f"--peers {peer} is none of {', '.join(PEERS)}")
        out = pathlib.Path(a.out)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("")
        build(peers)
        lines, load = [], os.getloadavg()[0]
        hand_offs = HandOffs() if watched() else None
        if hand_offs is None:
            print("no table by placement: that needs two cores, and Invar built (bin/invar --version)", file=sys.stderr)
        for round_ in range(1, a.rounds + 1):
            for peer in peers:
                run(peer, round_, a, lines, hand_offs.tell if hand_offs else lambda window: None)
        if hand_offs:
            hand_offs.close()
        print(f"{os.cpu_count()} cores of {processor()}, load {load:.1f} at the start; {a.rounds} rounds of {a.repeats} windows "
              f"of {a.seconds:g} s, behind {a.warm_up:g} s of Invar, 1 s and compilation of PyTorch; global batch {a.global_batch}\n")
    print(table(lines))
    if any(placement(w) for line in lines for w in line.get("windows", [])):
        print()
        print(by_placement(lines))
    print()
    print(configurations(lines))


if __name__ == "__main__":
    main()
