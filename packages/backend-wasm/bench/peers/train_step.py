"""The train step of `bench/train-step.bench.ts` in PyTorch, written as well as we can: all mechanisms in one matrix
product, one flat parameter (so that Adam is one set of operations), no copies. Reads "workload steps" lines, answers
with the seconds (process time, or wall time with more than one thread) that so many steps took.

    python3 train_step.py THREADS
"""
import sys, time, json
import torch

threads = int(sys.argv[1])
torch.set_num_threads(threads)
torch.manual_seed(0)
clock = time.process_time if threads == 1 else time.perf_counter


def adam(flat):
    return torch.optim.Adam([flat], lr=1e-3)


def pieces(flat, shapes):
    out, at = [], 0
    for shape in shapes:
        n = 1
        for s in shape:
            n *= s
        out.append(flat[at:at + n].view(shape))
        at += n
    return out


def count(shapes):
    total = 0
    for shape in shapes:
        n = 1
        for s in shape:
            n *= s
        total += n
    return total


def classic(rows):
    """3 exogenous inputs with a mean and a log scale each; one output, an MLP 3-16-16-1 and a log scale."""
    shapes = [(3,), (3,), (16, 3), (16,), (16, 16), (16,), (1, 16), (1,), (1,)]
    flat = (0.3 * torch.randn(count(shapes))).requires_grad_()
    x = torch.randn(rows, 3)
    y = torch.randn(rows, 1)
    keep = (torch.rand(rows, 4) > 0.075).float() / rows
    optimizer = adam(flat)

    def step():
        m, s, w1, b1, w2, b2, w3, b3, t = pieces(flat, shapes)
        h = torch.tanh(torch.addmm(b1, x, w1.t()))
        h = torch.tanh(torch.addmm(b2, h, w2.t()))
        mean = torch.cat([m.expand(rows, 3), torch.addmm(b3, h, w3.t())], 1)
        scale = torch.cat([s, t])
        u = (torch.cat([x, y], 1) - mean) * torch.exp(-scale)
        loss = (keep * (0.5 * u * u + scale)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def mechanisms(d, h, rows, gated):
    """d mechanisms d-h-1 in one product: [rows, d] x [d, d * h], masked or gated by [d, d]."""
    shapes = [(d, h, d), (d, h), (d, h), (d,), (d,)]
    flat = (0.3 * torch.randn(count(shapes))).requires_grad_()
    x = torch.randn(rows, d)
    keep = (torch.rand(rows, d) > 0.3 / d).float() / rows
    mask = torch.ones(d, d) - torch.eye(d) if gated else torch.tril(torch.ones(d, d), -1)
    gates = (0.5 * mask).requires_grad_(gated)
    optimizer = adam(flat)

    def step():
        w1, b1, w2, b2, s = pieces(flat, shapes)
        w = (w1 * gates.view(d, 1, d)).view(d * h, d)
        hidden = torch.tanh(torch.addmm(b1.view(-1), x, w.t())).view(rows, d, h)
        mean = torch.einsum('rdh,dh->rd', hidden, w2) + b2
        u = (x - mean) * torch.exp(-s)
        loss = (keep * (0.5 * u * u + s)).sum()
        optimizer.zero_grad()
        if gated:
            gates.grad = None
        loss.backward()
        optimizer.step()

    return step


steps = {}


def workload(name):
    if name not in steps:
        kind, *sizes = name.split('-')
        sizes = [int(size) for size in sizes]
        steps[name] = classic(*sizes) if kind == 'classic' else mechanisms(*sizes, kind == 'gated')
        for _ in range(5):
            steps[name]()
    return steps[name]


print(json.dumps({'torch': torch.__version__, 'threads': threads}), flush=True)
for line in sys.stdin:
    name, n = line.split()
    step = workload(name)
    begun = clock()
    for _ in range(int(n)):
        step()
    print(clock() - begun, flush=True)
