import { permutation, type Rng } from '@cfe/base';
import { type DiscreteModel, discreteModel } from '@cfe/scm';

/** A random discrete model: nodes in shuffled order, up to three parents, tables with some zeros. */
export function randomDiscrete(
  rng: Rng,
  {
    nodes = 5,
    levels = 3,
    zeros = 0.15,
  }: { readonly nodes?: number; readonly levels?: number; readonly zeros?: number } = {},
): DiscreteModel {
  const names = Array.from({ length: nodes }, (_, j) => `v${j}`);
  const causal = [...permutation(rng, nodes)].map((j) => names[j]!);
  const variables = names.map((name) => ({
    name,
    levels: Array.from({ length: 2 + rng.integer(levels - 1) }, (_, k) => `${name}${'abcdef'[k]}`),
  }));
  const sizeOf = (name: string): number => variables.find((v) => v.name === name)!.levels.length;
  const parents = Object.fromEntries(
    causal.map((name, at) => {
      const above = causal.slice(0, at).filter(() => rng.uniform() < 0.55);
      return [name, above.slice(0, 3)];
    }),
  );
  const tables = Object.fromEntries(
    names.map((name) => {
      const rows = parents[name]!.reduce((product, parent) => product * sizeOf(parent), 1);
      return [name, Array.from({ length: rows }, () => randomRow(rng, sizeOf(name), zeros))];
    }),
  );
  return discreteModel({ variables, parents, tables });
}

export function randomRow(rng: Rng, levels: number, zeros: number): number[] {
  const raw: number[] = Array.from({ length: levels }, () =>
    rng.uniform() < zeros ? 0 : 0.05 + rng.uniform(),
  );
  if (!raw.some((p) => p > 0)) raw[rng.integer(levels)] = 1;
  const total = raw.reduce((sum, p) => sum + p, 0);
  return raw.map((p) => p / total);
}

/** Every configuration of all variables, level indices by node. */
export function* configurations({ nodes }: DiscreteModel): Generator<number[]> {
  const digits = nodes.map(() => 0);
  for (;;) {
    yield [...digits];
    let a = digits.length - 1;
    while (a >= 0 && digits[a] === nodes[a]!.levels.length - 1) digits[a--] = 0;
    if (a < 0) return;
    digits[a]!++;
  }
}

/** P(level of j | parents) in a configuration. */
export function rowOf({ nodes }: DiscreteModel, j: number, at: readonly number[]): Float64Array {
  const { parents, levels, table } = nodes[j]!;
  let row = 0;
  for (const k of parents) row = row * nodes[k]!.levels.length + at[k]!;
  return table.slice(row * levels.length, (row + 1) * levels.length);
}
