"""Marginals from pgmpy's exact variable elimination, for test/golden/discrete-pgmpy.json.

    python golden-discrete.py DATA_DIR/bnlearn-networks > discrete-pgmpy.json

do(x = v) is asked of the network with the edges into x removed and x as evidence: pgmpy's own `do` of the graph.
"""

import json
import random
import sys

import pgmpy
from pgmpy.inference import VariableElimination
from pgmpy.readwrite import BIFReader

SEED = 20261124
NETWORKS = ["asia", "child", "insurance", "alarm", "hailfinder", "win95pts", "hepar2"]


def draw(model, rng):
    """One row by ancestral sampling."""
    import networkx

    row = {}
    for node in networkx.topological_sort(model):
        cpd = model.get_cpds(node)
        for parent in cpd.variables[1:]:
            cpd = cpd.reduce([(parent, row[parent])], inplace=False)
        weights = cpd.values.tolist()
        row[node] = rng.choices(cpd.state_names[node], weights=weights)[0]
    return row


def main(folder):
    rng = random.Random(SEED)
    answers = []
    for name in NETWORKS:
        model = BIFReader(f"{folder}/{name}.bif").get_model()
        for cpd in model.get_cpds():
            cpd.normalize()  # alarm and hepar2 are rounded to seven digits
        nodes = sorted(model.nodes())
        few = nodes if name in ("asia", "child", "insurance", "alarm") else rng.sample(nodes, 12)
        for _ in range(3):
            given = dict(list(draw(model, rng).items()))
            evidence = {k: given[k] for k in rng.sample(nodes, 3)}
            target = rng.choice(nodes)
            level = rng.choice(model.get_cpds(target).state_names[target])
            for do, see in (({}, {}), ({}, evidence), ({target: level}, {}), ({target: level}, evidence)):
                see = {k: v for k, v in see.items() if k not in do}
                world = model.do(list(do)) if do else model
                known = {**see, **do}
                engine = VariableElimination(world)
                try:
                    probabilities = {}
                    for node in few:
                        if node in known:
                            continue
                        factor = engine.query([node], evidence=known, show_progress=False)
                        states = factor.state_names[node]
                        probabilities[node] = {s: float(p) for s, p in zip(states, factor.values)}
                        if not all(p == p for p in factor.values):
                            raise ValueError("impossible evidence")
                except ValueError:
                    continue
                answers.append({"network": name, "do": do, "given": see, "probabilities": probabilities})
    json.dump(
        {
            "source": "pgmpy VariableElimination",
            "version": pgmpy.__version__,
            "python": sys.version.split()[0],
            "seed": SEED,
            "command": "python packages/scm/scripts/golden-discrete.py $CFE_DATA_DIR/bnlearn-networks",
            "answers": answers,
        },
        sys.stdout,
        indent=None,
        separators=(",", ":"),
    )


main(sys.argv[1])
