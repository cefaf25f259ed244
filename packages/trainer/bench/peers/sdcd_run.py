"""SDCD (package sdcd 0.1.4) on a data set that `joint.bench.ts` or `write-sets.ts` wrote, one thread, its defaults.

    python3 sdcd_run.py FOLDER     # reads x.bin, keep.bin, shape.json; writes sdcd.json
"""
import json, os, sys, time
from unittest.mock import MagicMock

for missing in ('wandb', 'pytorch_lightning', 'pytorch_lightning.callbacks', 'tensorflow', 'gies'):
    try:
        __import__(missing)
    except ImportError:
        sys.modules[missing] = MagicMock()  # of other methods and of logging; SDCD runs without
import numpy as np, torch

torch.set_num_threads(1)
from sdcd.models._sdcd import SDCD

folder = sys.argv[1]
shape = json.load(open(os.path.join(folder, 'shape.json')))
n, d = shape['rows'], shape['nodes']
x = np.fromfile(os.path.join(folder, 'x.bin')).reshape(n, d)
x = (x - x.mean(0)) / x.std(0)
keep = np.fromfile(os.path.join(folder, 'keep.bin'), dtype=np.uint8).reshape(n, d)
regimes = (d - keep.sum(1)).astype(int)
data = torch.utils.data.TensorDataset(torch.FloatTensor(x), torch.LongTensor(keep.astype(int)), torch.LongTensor(regimes))
wall, cpu = time.perf_counter(), time.process_time()
model = SDCD(model_variance_flavor='nn')
model.train(data, val_fraction=0.2)
seconds = {'wall': time.perf_counter() - wall, 'cpu': time.process_time() - cpu}
graph = model.get_adjacency_matrix()
out = {'seconds': seconds, 'graph': np.asarray(graph).astype(int).tolist(), 'versions': {'sdcd': '0.1.4', 'torch': torch.__version__, 'numpy': np.__version__}}
json.dump(out, open(os.path.join(folder, 'sdcd.json'), 'w'))
print(json.dumps({'seconds': seconds}), flush=True)
