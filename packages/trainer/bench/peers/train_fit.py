"""The training of `torch.bench.ts` in PyTorch, written as well as we can: all mechanisms in one matrix product, one flat parameter (so that
Adam is one set of operations), rows picked by index, masks drawn for the whole epoch. Reads "workload epochs" lines,
answers with the seconds of processor time per step.

    python3 train_fit.py THREADS
"""
import sys, time, json
import torch

threads = int(sys.argv[1])
torch.set_num_threads(threads)
torch.manual_seed(0)
clock = time.process_time if threads == 1 else time.perf_counter


def adam(flat):
    return torch.optim.Adam([flat], lr=5e-3)


def count(shapes):
    return sum(int(torch.Size(s).numel()) for s in shapes)


def pieces(flat, shapes):
    out, at = [], 0
    for s in shapes:
        n = int(torch.Size(s).numel())
        out.append(flat[at:at + n].view(s))
        at += n
    return out


def classic(rows, size):
    """3 exogenous inputs with a mean and a log scale each; one output: a line plus an MLP 3-16-16-1, and a log scale.
    Loss: likelihood with interventions at 0.3, counterfactuals of `size` pairs, norms of the weights behind each edge."""
    shapes = [(3,), (3,), (16, 3), (16,), (16, 16), (16,), (1, 16), (1,), (1, 3), (1,)]
    flat = (0.3 * torch.randn(count(shapes))).requires_grad_()
    data = torch.randn(rows, 4)
    before = torch.randn(size, 4)
    after = torch.randn(size, 4)
    cut = torch.zeros(size, 3)
    cut[:, 0] = 1
    optimizer = adam(flat)

    def epoch():
        order = torch.randperm(rows)
        # one of the four variables is left out in three rows of ten
        keep = 1 - (torch.rand(rows, 1) < 0.3).float() * torch.nn.functional.one_hot(torch.randint(4, (rows,)), 4)
        for begin in range(0, rows, size):
            z = data[order[begin:begin + size]]
            m, s, w1, b1, w2, b2, w3, b3, v, t = pieces(flat, shapes)

            def mean(x):
                h = torch.tanh(torch.addmm(b1, x, w1.t()))
                h = torch.tanh(torch.addmm(b2, h, w2.t()))
                return torch.addmm(b3, h, w3.t()) + x @ v.t()

            scale = torch.cat([s, t])
            mu = torch.cat([m.expand(size, 3), mean(z[:, :3])], 1)
            u = (z - mu) * torch.exp(-scale)
            nll = (keep[begin:begin + size] * (0.5 * u * u + scale)).sum() / size
            # abduction of the output's noise, action on the first input, prediction; inputs keep their noise, so they are what they were
            x = before[:, :3]
            x_do = torch.where(cut == 1, after[:, :3], x)
            y_do = mean(x_do) + before[:, 3:] - mean(x)
            cf = ((y_do - after[:, 3:]) ** 2).sum() / (4 * size)
            structure = torch.sqrt((w1 * w1).sum(0) + (v * v).sum(0) + 1e-12).sum()
            loss = nll + cf + 0.1 * structure
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch, -(-rows // size)


def mechanisms(d, h, size, rows):
    """d mechanisms d-h-1 over all earlier variables, in one masked product."""
    shapes = [(d, h, d), (d, h), (d, h), (d,), (d,)]
    flat = (0.3 * torch.randn(count(shapes))).requires_grad_()
    data = torch.randn(rows, d)
    mask = torch.tril(torch.ones(d, d), -1).view(d, 1, d)
    optimizer = adam(flat)

    def epoch():
        order = torch.randperm(rows)
        keep = 1 - (torch.rand(rows, 1) < 0.3).float() * torch.nn.functional.one_hot(torch.randint(d, (rows,)), d)
        for begin in range(0, rows, size):
            x = data[order[begin:begin + size]]
            w1, b1, w2, b2, s = pieces(flat, shapes)
            w = (w1 * mask).view(d * h, d)
            hidden = torch.tanh(torch.addmm(b1.view(-1), x, w.t())).view(size, d, h)
            mean = torch.einsum('rdh,dh->rd', hidden, w2) + b2
            u = (x - mean) * torch.exp(-s)
            loss = (keep[begin:begin + size] * (0.5 * u * u + s)).sum() / size
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch, -(-rows // size)


made = {}


def workload(name):
    if name not in made:
        kind, *sizes = name.split('-')
        sizes = [int(one) for one in sizes]
        made[name] = classic(*sizes) if kind == 'classic' else mechanisms(*sizes)
        made[name][0]()
    return made[name]


print(json.dumps({'torch': torch.__version__}), flush=True)
for line in sys.stdin:
    name, n = line.split()
    epoch, steps = workload(name)
    begun = clock()
    for _ in range(int(n)):
        epoch()
    print((clock() - begun) / (int(n) * steps), flush=True)
