import type { Table } from '@cfe/data';

/**
 * `[d * d]`: how clearly interventions on i alone move j: how far its mean or its spread, the larger of the two, is from that of the
 * observational rows, in standard errors. 0 where there are none.
 */
function marginalEffects(table: Table): Float64Array {
  const { names, regimes } = table;
  const d = names.length;
  const clarity = new Float64Array(d * d);
  const base = regimes?.list.findIndex(({ targets }) => targets !== 'unknown' && targets.length === 0) ?? -1;
  if (regimes === undefined || base < 0) return clarity;
  const moments = regimes.list.map(() => names.map(() => ({ n: 0, mean: 0, squares: 0, fourth: 0 })));
  for (const [j, name] of names.entries()) {
    const column = table.column(name);
    for (let r = 0; r < table.rows; r++) {
      const at = moments[regimes.of[r] as number]?.[j] as (typeof moments)[number][number];
      const x = column[r] as number;
      at.n += 1;
      const delta = x - at.mean;
      at.mean += delta / at.n;
      at.squares += delta * (x - at.mean);
    }
    for (let r = 0; r < table.rows; r++) {
      const at = moments[regimes.of[r] as number]?.[j] as (typeof moments)[number][number];
      at.fourth += ((column[r] as number) - at.mean) ** 4;
    }
  }
  for (const [g, { targets }] of regimes.list.entries()) {
    if (targets === 'unknown' || targets.length !== 1) continue;
    const i = names.indexOf((targets[0] as { readonly variable: string }).variable);
    for (let j = 0; j < d; j++) {
      if (j === i) continue;
      const [a, b] = [base, g].map((k) => moments[k]?.[j]) as (typeof moments)[number];
      if (a === undefined || b === undefined || a.n < 5 || b.n < 5) continue;
      const [va, vb] = [a.squares / a.n, b.squares / b.n];
      const ofMeans = Math.abs(a.mean - b.mean) / Math.sqrt(va / a.n + vb / b.n + 1e-300);
      const errorOf = (m: typeof a, v: number): number => Math.max(0, m.fourth / m.n - v * v) / m.n;
      const ofSpreads = Math.abs(va - vb) / Math.sqrt(errorOf(a, va) + errorOf(b, vb) + 1e-300);
      clarity[i * d + j] = Math.max(clarity[i * d + j] as number, ofMeans, ofSpreads);
    }
  }
  return clarity;
}

/** When an effect is clear: a test at the 1% level over all pairs together (of a normal tail, bounded from above). */
function clearFrom(d: number): number {
  return Math.sqrt(2 * Math.log((2 * d * d) / 0.01));
}

/**
 * `[d * d]`: 1 where an edge i → j may be, which is not where interventions on j clearly move i and those on i do not clearly move j.
 * Where both move each other (as batches do to everyone) nothing is said.
 */
export function allowedByEffects(table: Table): Uint8Array {
  const d = table.names.length;
  const clarity = marginalEffects(table);
  const clear = clearFrom(d);
  return Uint8Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const [forth, back] = [clarity[at] as number, clarity[j * d + i] as number];
    return i !== j && !(back > clear && forth <= clear) ? 1 : 0;
  });
}

/**
 * An order of the variables that goes against as few clear effects of interventions as can be, and is the order given where they
 * say nothing. A linear ordering, by moving one variable at a time to its best place until none helps.
 *
 * @param order - variables' indices, causes first
 */
export function orderedByEffects(table: Table, order: readonly number[]): number[] {
  const d = table.names.length;
  const clarity = marginalEffects(table);
  const clear = clearFrom(d);
  const place = new Int32Array(d);
  for (const [p, i] of order.entries()) place[i] = p;
  // one effect, however clear, weighs as much as a few; the order given is worth less than any of them
  const worth = (i: number, j: number): number =>
    Math.min(10, Math.max(0, (clarity[i * d + j] as number) / clear - 1));
  const net = (i: number, j: number): number =>
    worth(i, j) - worth(j, i) + ((place[i] as number) < (place[j] as number) ? 1e-3 : -1e-3);
  const found = [...order];
  for (let improved = true, rounds = 0; improved && rounds < 100; rounds++) {
    improved = false;
    for (const i of [...found]) {
      const at = found.indexOf(i);
      found.splice(at, 1);
      let gain = found.reduce((sum, k) => sum + net(i, k), 0);
      let [best, to] = [gain, 0];
      const gains = [gain];
      for (const [p, k] of found.entries()) {
        gain -= 2 * net(i, k);
        gains.push(gain);
        if (gain > best + 1e-9) [best, to] = [gain, p + 1];
      }
      if (best > (gains[at] as number) + 1e-9) improved = true;
      else to = at;
      found.splice(to, 0, i);
    }
  }
  return found;
}
