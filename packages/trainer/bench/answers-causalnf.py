"""The questions of answers.bench.ts put to causal normalising flows: python answers-causalnf.py DUMP [maf|nsf].

The authors' package (causalflows 0.1.0 over zuko 1.3.1), on the same graph and rows, with the settings of their paper's
repository: hidden layers 32, 32, 32 with ELU, Adam at 1e-3, the rate times 0.95 after 60 epochs without gain, at most
1,000 epochs; columns standardised; a tenth of the rows is kept to stop after 100 epochs without gain, and the best
state of these is the one asked. `nsf` has splines of 8 bins in place of affine maps.
"""
import copy
import glob
import json
import os
import sys
import time

import numpy as np
import torch
from causalflows.flows import CausalMAF, CausalNSF

torch.set_num_threads(1)
KINDS = {"maf": CausalMAF, "nsf": CausalNSF}


def fitted(kind, rows, adjacency, seed=1, batch=256, epochs=1000, patience=100):
    torch.manual_seed(seed)
    order = torch.randperm(len(rows))
    held, train = rows[order[: len(rows) // 10]], rows[order[len(rows) // 10 :]]
    flow = KINDS[kind](
        rows.shape[1], 0, adjacency=adjacency, hidden_features=[32, 32, 32], activation=torch.nn.ELU
    )
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.95, patience=60)
    best, state, since = float("inf"), None, 0
    for epoch in range(epochs):
        for part in torch.randperm(len(train)).split(batch):
            loss = -flow().log_prob(train[part]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            now = float(-flow().log_prob(held).mean())
        schedule.step(now)
        since += 1
        if now < best:
            best, state, since = now, copy.deepcopy(flow.state_dict()), 0
        if since >= patience:
            break
    flow.load_state_dict(state)
    return flow, epoch + 1


kinds = sys.argv[2:] or ["maf", "nsf"]
print("| model | flow | min skill | epochs | seconds |\n| --- | --- | --- | --- | --- |")
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.json"))):
    given = json.load(open(path))
    names = list(given["train"])
    table = np.array([given["train"][name] for name in names]).T
    centre, scale = table.mean(0), table.std(0)
    adjacency = torch.eye(len(names), dtype=torch.bool)
    for edge in given["edges"]:
        adjacency[names.index(edge["to"]), names.index(edge["from"])] = True
    tensor = lambda rows: torch.tensor((rows - centre) / scale, dtype=torch.float32)  # noqa: E731
    unseen = np.array([given["unseen"][name] for name in names]).T
    for kind in kinds:
        start = time.process_time()
        flow, epochs = fitted(kind, tensor(table), adjacency)
        seconds = time.process_time() - start
        skill = 1.0
        for cell in given["cells"]:
            at = names.index(cell["target"])
            value = float((cell["value"] - centre[at]) / scale[at])
            with torch.no_grad():
                said = flow().compute_counterfactual(tensor(unseen), index=at, value=value)
            said = said.double().numpy() * scale + centre
            error = change = 0.0
            for name in cell["below"]:
                real, k = np.array(cell["truth"][name]), names.index(name)
                error += float(((said[:, k] - real) ** 2).sum())
                change += float(((unseen[:, k] - real) ** 2).sum())
            skill = min(skill, 1 - error / change)
        name = os.path.basename(path)[:-5]
        print(f"| {name} | {kind} | {skill:.3f} | {epochs} | {seconds:.0f} |", flush=True)
