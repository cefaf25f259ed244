"""The questions of answers.bench.ts put to DoWhy's gcm, on the same graph and rows: python answers-dowhy.py DUMP."""
import glob
import json
import os
import sys
import warnings

import networkx as nx
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
from dowhy import __version__, gcm  # noqa: E402

gcm.config.disable_progress_bars()
gcm.config.set_default_n_jobs(1)
gcm.util.general.set_random_seed(1)
print(f"DoWhy {__version__}\n\n| model | min skill |\n| --- | --- |")
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.json"))):
    given = json.load(open(path))
    train, unseen = pd.DataFrame(given["train"]), pd.DataFrame(given["unseen"])
    graph = nx.DiGraph([(e["from"], e["to"]) for e in given["edges"]])
    graph.add_nodes_from(train.columns)
    model = gcm.InvertibleStructuralCausalModel(graph)
    gcm.auto.assign_causal_mechanisms(model, train)
    gcm.fit(model, train)
    skill = 1.0
    for cell in given["cells"]:
        value = cell["value"]
        said = gcm.counterfactual_samples(model, {cell["target"]: lambda _: value}, observed_data=unseen)
        error = change = 0.0
        for name in cell["below"]:
            real = np.array(cell["truth"][name])
            error += float(((said[name].to_numpy() - real) ** 2).sum())
            change += float(((unseen[name].to_numpy() - real) ** 2).sum())
        skill = min(skill, 1 - error / change)
    print(f"| {os.path.basename(path)[:-5]} | {skill:.3f} |", flush=True)
