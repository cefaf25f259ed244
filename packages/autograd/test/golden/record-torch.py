"""Records what PyTorch's autograd and optimisers answer, in float64. Run: python3 test/golden/record-torch.py > test/golden/torch.json"""
import json
import torch

SEED = 20261125
torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)
r = torch.randn


def case(d, rows, units, density):
    order = torch.randperm(d)
    rank = torch.empty(d, dtype=torch.long)
    rank[order] = torch.arange(d)
    dag = [[int(rank[i] < rank[j] and torch.rand(()) < density) for j in range(d)] for i in range(d)]
    W, b, v = r(d, units, d), r(d, units), r(d, units)
    U, value, upstream = r(rows, d), r(rows, d), r(rows, d)
    mask = torch.rand(rows, d) < 0.3
    leaves = {'W': W, 'b': b, 'v': v, 'U': U, 'value': value}
    for leaf in leaves.values():
        leaf.requires_grad_(True)
    A = torch.tensor(dag, dtype=torch.float64)
    x = [torch.zeros(rows)] * d
    for j in order.tolist():
        inputs = torch.stack(x, 1) * A[:, j]
        own = torch.tanh(inputs @ W[j].T + b[j]) @ v[j] + U[:, j]
        x[j] = torch.where(mask[:, j], value[:, j], own)
    X = torch.stack(x, 1)
    (upstream * X).sum().backward()
    out = lambda t: t.detach().tolist()
    given = {'dag': dag, 'mask': mask.int().tolist(), 'upstream': out(upstream), **{k: out(t) for k, t in leaves.items()}}
    return {'given': given, 'answer': {'X': out(X), 'gradients': {k: out(t.grad) for k, t in leaves.items()}}}


def path(kind, **options):
    torch_options = {'lr': options['learningRate'], 'weight_decay': options.get('weightDecay', 0)}
    if kind == 'sgd':
        torch_options |= {'momentum': options.get('momentum', 0), 'nesterov': options.get('momentumKind') == 'nesterov'}
        make = torch.optim.SGD
    else:
        torch_options |= {'betas': (options.get('beta1', 0.9), options.get('beta2', 0.999)), 'eps': options.get('epsilon', 1e-8)}
        make = {'adam': torch.optim.Adam, 'adamw': torch.optim.AdamW}[kind]
    x = torch.tensor([2.0, -1.0, 0.5], requires_grad=True)
    optimiser = make([x], **torch_options)
    steps = []
    for _ in range(20):
        x.grad = r(3)
        before = x.grad.tolist()
        optimiser.step()
        steps.append({'gradient': before, 'x': x.detach().tolist()})
    return {'spec': {'kind': kind, **options}, 'start': [2, -1, 0.5], 'steps': steps}


print(json.dumps({
    'source': 'PyTorch autograd and torch.optim, float64',
    'version': torch.__version__,
    'command': 'python3 test/golden/record-torch.py > test/golden/torch.json',
    'seed': SEED,
    'cases': [case(4, 3, 2, 0.7), case(6, 5, 3, 0.5), case(3, 1, 1, 1.0), case(8, 4, 2, 0.4)],
    'optimisers': [
        path('adam', learningRate=0.1),
        path('adam', learningRate=0.05, weightDecay=0.3, beta1=0.5, beta2=0.9, epsilon=0.01),
        path('adamw', learningRate=0.1, weightDecay=0.3),
        path('sgd', learningRate=0.1, weightDecay=0.2),
        path('sgd', learningRate=0.1, momentum=0.8),
        path('sgd', learningRate=0.1, momentum=0.8, momentumKind='nesterov'),
    ],
}, indent=1))
