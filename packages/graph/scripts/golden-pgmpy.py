"""Records what pgmpy says about the graphs of test/golden/peers.json, for test/golden/pgmpy.json.

    pip install pgmpy==1.1.2
    python scripts/golden-pgmpy.py < test/golden/peers.json > test/golden/pgmpy.json

For each graph its class, in the digits of golden-peers.py, and an answer (0 or 1: separated) per question of d-separation.
"""
import itertools
import json
import sys
from importlib.metadata import version

from pgmpy.base import DAG


def dag_of(d, digits):
    dag = DAG()
    dag.add_nodes_from(range(d))
    for (i, j), digit in zip(itertools.combinations(range(d), 2), digits):
        if digit == "1":
            dag.add_edge(i, j)
        if digit == "2":
            dag.add_edge(j, i)
    return dag


rows = []
for d, truth, _, _, _, _, _, _, questions in json.load(sys.stdin)["rows"]:
    dag = dag_of(d, truth)
    found = dag.to_pdag()
    directed, undirected = set(found.directed_edges), {frozenset(edge) for edge in found.undirected_edges}
    digits = "".join(
        "3" if frozenset(pair) in undirected else "1" if pair in directed else "2" if pair[::-1] in directed else "0"
        for pair in itertools.combinations(range(d), 2)
    )
    answers = [0 if dag.is_dconnected(x, y, observed=list(given)) else 1 for x, y, given, _ in questions]
    rows.append([digits, answers])
head = {
    "source": "pgmpy on the graphs and questions of peers.json, row by row",
    "command": "python scripts/golden-pgmpy.py < test/golden/peers.json > test/golden/pgmpy.json",
    "seed": "that of peers.json",
    "versions": {"pgmpy": version("pgmpy"), "networkx": version("networkx"), "python": sys.version.split()[0]},
    "columns": ["class of truth", "separated, by question"],
}
print(json.dumps(head)[:-1] + ', "rows": [')
print(",\n".join(json.dumps(row, separators=(",", ":")) for row in rows))
print("]}")
