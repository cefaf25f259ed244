"""Records what independent programs say about random graphs, for test/golden/peers.json.

    pip install gadjid==0.1.0 networkx causal-learn numpy
    python scripts/golden-peers.py > test/golden/peers.json

Each case is two random DAGs. A graph is a string with one digit per pair i < j, row by row:
0 none, 1 i -> j, 2 i <- j, 3 i - j. Distances come from gadjid, separation from networkx, classes from causal-learn.
"""
import itertools
import json
import sys
from importlib.metadata import version

import gadjid
import networkx as nx
import numpy as np
from causallearn.graph.Dag import Dag
from causallearn.graph.GraphNode import GraphNode
from causallearn.utils.DAG2CPDAG import dag2cpdag

SEED = 20261124
CASES = 1200
rng = np.random.default_rng(SEED)


def random_dag(d):
    degree = rng.uniform(0.5, min(4.0, d - 0.5))
    order = rng.permutation(d)
    matrix = np.zeros((d, d), dtype=np.int8)
    for a, b in itertools.combinations(range(d), 2):
        if rng.uniform() < degree / (d - 1):
            matrix[order[a], order[b]] = 1
    return matrix


def class_of(matrix):
    d = len(matrix)
    nodes = [GraphNode(f"x{i}") for i in range(d)]
    dag = Dag(nodes)
    for i, j in zip(*np.nonzero(matrix)):
        dag.add_directed_edge(nodes[i], nodes[j])
    marks = dag2cpdag(dag).graph  # [i, j] = -1 is a tail at i, 1 an arrowhead at i
    out = np.zeros((d, d), dtype=np.int8)
    for i in range(d):
        for j in range(d):
            if marks[i, j] == -1 and marks[j, i] == 1:
                out[i, j] = 1
            elif marks[i, j] == -1 and marks[j, i] == -1:
                out[i, j] = 2
    return out


def text(matrix):
    d = len(matrix)
    return "".join(
        str(3 if matrix[i, j] == 2 else 1 if matrix[i, j] == 1 else 2 if matrix[j, i] == 1 else 0)
        for i, j in itertools.combinations(range(d), 2)
    )


def distances(truth, guess, with_sid):
    how = {"edge_direction": "from row to column"}
    out = [gadjid.shd(truth, guess)[1]]
    out += [f(truth, guess, **how)[1] for f in (gadjid.parent_aid, gadjid.ancestor_aid, gadjid.oset_aid)]
    if with_sid:
        out.append(gadjid.sid(truth, guess, **how)[1])
    return [int(x) for x in out]


def separations(matrix):
    d = len(matrix)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(d))
    graph.add_edges_from((int(i), int(j)) for i, j in zip(*np.nonzero(matrix)))
    out = []
    for _ in range(3):
        x, y, *rest = (int(i) for i in rng.permutation(d))
        given = sorted(rest[: int(rng.integers(0, len(rest) + 1))])
        out.append([x, y, given, int(nx.is_d_separator(graph, {x}, {y}, set(given)))])
    return out


rows = []
for case in range(CASES):
    d = int(rng.integers(2, 9)) if case < 1100 else int(rng.integers(9, 25))
    truth, guess = random_dag(d), random_dag(d)
    if case % 3 == 0:  # a guess near the truth
        guess = truth.copy()
        order = nx.lexicographical_topological_sort(nx.DiGraph(truth))
        order = list(order)
        for _ in range(int(rng.integers(1, 3))):
            a, b = sorted(int(i) for i in rng.choice(d, 2, replace=False))
            guess[order[a], order[b]] ^= 1
    classes = class_of(truth), class_of(guess)
    rows.append([
        d, text(truth), text(guess), text(classes[0]), text(classes[1]),
        distances(truth, guess, True), distances(*classes, False), distances(truth, classes[1], False), separations(truth),
    ])

head = {
    "source": "gadjid, networkx and causal-learn on random DAGs",
    "command": "python scripts/golden-peers.py > test/golden/peers.json",
    "seed": SEED,
    "versions": {name: version(name) for name in ("gadjid", "networkx", "causal-learn", "numpy")} | {"python": sys.version.split()[0]},
    "columns": ["d", "truth", "guess", "class of truth", "class of guess", "DAGs: shd, parent, ancestor, oset, sid",
                "classes: shd, parent, ancestor, oset", "truth and class of guess", "d-separation: x, y, given, answer"],
}
body = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
print(json.dumps(head)[:-1] + ', "rows": [\n' + body + "\n]}")
