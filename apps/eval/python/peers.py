"""Established Python packages on data that the evaluation suite hands over: python peers.py PACKAGE < request.json.

A request is {"task": "probe"}, {"task": "structure", "method", "columns", "seed"},
{"task": "counterfactuals", "train", "unseen", "edges", "questions", "seed"} or
{"task": "effects", "method", "covariates", "treatment", "outcome", "seed"}.
The answer is one JSON object on the last line of standard output. Packages are used with their own defaults
unless a line here says otherwise.
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import random
import sys
import threading
import time
import warnings

warnings.filterwarnings("ignore")

# What has to be there; found, not imported, since an import can take a minute.
MODULES = {
    "dowhy": ["dowhy"],
    "causal-learn": ["causallearn"],
    "dagma": ["dagma"],
    "flopsearch": ["flopsearch"],
    "gcastle": ["castle", "torch"],
    "lingam": ["lingam"],
    "econml": ["econml"],
}


def endpoints(graph):
    """causal-learn's endpoint matrix: -1 is a tail, 1 an arrowhead."""
    marks = graph.graph
    d = len(marks)
    directed, undirected = [], []
    for i in range(d):
        for j in range(d):
            if marks[i, j] == -1 and marks[j, i] == 1:
                directed.append([i, j])
            elif i < j and marks[i, j] != 0 and marks[i, j] == marks[j, i]:
                undirected.append([i, j])
    return directed, undirected


def weights(matrix):
    """A weighted adjacency, rows to columns."""
    d = len(matrix)
    return [[i, j] for i in range(d) for j in range(d) if abs(matrix[i][j]) > 0], []


def structure(package, request):
    import numpy as np

    x = np.array(request["columns"], dtype=float).T
    method = request["method"]
    if package == "causal-learn":
        if method == "PC":
            from causallearn.search.ConstraintBased.PC import pc

            return endpoints(pc(x, alpha=0.01, indep_test="fisherz", show_progress=False).G)
        from causallearn.search.ScoreBased.GES import ges

        return endpoints(ges(x, score_func="local_score_BIC")["G"])
    if package == "flopsearch":
        import flopsearch

        z = (x - x.mean(0)) / x.std(0)
        marks = flopsearch.flop(z, 2.0, restarts=20)
        d = len(marks)
        directed = [[i, j] for i in range(d) for j in range(d) if marks[i][j] == 1]
        return directed, [[i, j] for i in range(d) for j in range(i) if marks[i][j] == 2]
    if package == "dagma":
        from dagma.linear import DagmaLinear

        z = x - x.mean(0)
        if method == "standardised columns":
            z = z / z.std(0)
        return weights(DagmaLinear(loss_type="l2").fit(z, lambda1=0.02))
    if package == "lingam":
        import lingam

        model = lingam.DirectLiNGAM()
        model.fit(x)
        return weights(model.adjacency_matrix_.T)
    if package == "gcastle":
        from castle.algorithms import GES, PC

        learner = PC(alpha=0.01) if method == "PC" else GES()
        learner.learn(x)
        matrix = np.array(learner.causal_matrix)
        d = len(matrix)
        directed = [[i, j] for i in range(d) for j in range(d) if matrix[i, j] and not matrix[j, i]]
        return directed, [[i, j] for i in range(d) for j in range(i) if matrix[i, j] and matrix[j, i]]
    raise ValueError(f"{package} learns no graphs here")


def counterfactuals(request):
    import networkx as nx
    import pandas as pd
    from dowhy import gcm

    gcm.config.disable_progress_bars()
    gcm.config.set_default_n_jobs(1)
    gcm.util.general.set_random_seed(request["seed"])
    train, unseen = pd.DataFrame(request["train"]), pd.DataFrame(request["unseen"])
    graph = nx.DiGraph([tuple(edge) for edge in request["edges"]])
    graph.add_nodes_from(train.columns)
    model = gcm.InvertibleStructuralCausalModel(graph)
    gcm.auto.assign_causal_mechanisms(model, train)
    gcm.fit(model, train)
    answers = []
    for question in request["questions"]:
        value = question["value"]
        said = gcm.counterfactual_samples(model, {question["target"]: lambda _, v=value: v}, observed_data=unseen)
        answers.append({name: said[name].tolist() for name in unseen.columns})
    return answers


def effects(request):
    import numpy as np
    from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

    x = np.array(request["covariates"], dtype=float).T
    t, y = np.array(request["treatment"], dtype=int), np.array(request["outcome"], dtype=float)
    seed = request["seed"]
    if request["method"] == "LinearDML":
        from econml.dml import LinearDML

        model = LinearDML(discrete_treatment=True, random_state=seed)
        model.fit(y, t, X=x)
    else:
        from econml.metalearners import XLearner

        model = XLearner(
            models=GradientBoostingRegressor(random_state=seed),
            propensity_model=GradientBoostingClassifier(random_state=seed),
        )
        model.fit(y, t, X=x)
    return model.effect(x).ravel().tolist()


def answer(package, request):
    missing = [module for module in MODULES[package] if importlib.util.find_spec(module) is None]
    if missing:
        raise ModuleNotFoundError(f"no module named {' or '.join(missing)}")
    version = importlib.metadata.version(package)
    begun = time.perf_counter()
    task = request["task"]
    if task == "structure":
        directed, undirected = structure(package, request)
        found = {"directed": directed, "undirected": undirected}
    elif task == "counterfactuals":
        found = {"answers": counterfactuals(request)}
    elif task == "effects":
        found = {"effects": effects(request)}
    else:
        found = {}
    return {"version": version, "seconds": time.perf_counter() - begun, **found}


def leave_with_the_parent():
    """Ends this process when the suite that started it is gone, such as after Ctrl-C."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main():
    threading.Thread(target=leave_with_the_parent, daemon=True).start()
    request = json.load(sys.stdin)
    random.seed(request.get("seed", 0))
    with contextlib.suppress(ImportError):
        import numpy as np

        np.random.seed(request.get("seed", 0))
    try:
        with contextlib.redirect_stdout(open(os.devnull, "w")):
            found = answer(sys.argv[1], request)
    except Exception as error:  # what the package says goes into the results
        found = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
