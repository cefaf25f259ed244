import type { GaussianProblem } from './gaussian-problem.ts';
import type { ParentRules, ParentScorer, ParentSet } from './parent-scorer.ts';

/** Parents with the Cholesky factor of their covariance, rows packed one after the other, the node's own row last. */
export interface GaussianParents extends ParentSet {
  readonly factor: Float64Array;
}

/** A variance this small beside the variable's own counts as none: the variable repeats others. */
const collinear = 1e-10;

/** Up to so many candidates, a fresh fit looks at every set of them. */
const fewCandidates = 7;

/**
 * The Gaussian score n ln σ²(node | parents) + λ |parents| ln n with parents chosen by grow and shrink.
 *
 * The factor of a parent set is updated, never recomputed: adding one appends a row before the node's, removing one
 * rotates its column away. A trial needs one forward substitution and neither a logarithm nor memory.
 *
 * @see Wienöbst, Henckel and Weichwald (2025), arXiv 2510.04970, for the dynamic Cholesky
 */
export function gaussianScorer(
  problem: GaussianProblem,
  { allowed, required }: ParentRules = {},
): ParentScorer<GaussianParents> {
  const { d, matrices, matrixOf, rows, penalty, offset, maxParents } = problem;
  // adding is worth it if the variance falls below its multiple by exp(−penalty / n), and likewise for removing
  const gainNeeded = rows.map((n) => -Math.expm1(-penalty / n));
  const lossAllowed = rows.map((n) => Math.exp(penalty / n));
  const solved = new Float64Array(d + 1);
  const covariance = new Float64Array(d);
  const variance = new Float64Array(d);
  const open = new Int32Array(d);
  let table = new Float64Array(8 * d);
  let nextId = 1;

  // scratch of the set being changed
  let size = 0;
  const parents = new Int32Array(d);
  let factor = new Float64Array(64);
  // where the factors of finished sets are kept
  let chunk = new Float64Array(0);
  let taken = 0;

  function reserve(k: number): void {
    const needed = ((k + 1) * (k + 2)) / 2;
    if (factor.length >= needed) return;
    const larger = new Float64Array(2 * needed);
    larger.set(factor);
    factor = larger;
  }

  function load(state: GaussianParents): void {
    size = state.parents.length;
    parents.set(state.parents);
    reserve(size + 2);
    factor.set(state.factor);
  }

  /** The grown set, or a better one among all sets of a few candidates: some parents help only together. */
  function better(
    node: number,
    grown: GaussianParents,
    candidates: Int32Array,
    count: number,
  ): GaussianParents {
    if (count > fewCandidates || count > maxParents) return grown;
    let best = grown;
    for (let set = 1; set < 2 ** count; set++) {
      start(node);
      for (let t = 0; t < count; t++) {
        if ((set >> t) & 1 && !isHeld(candidates[t]!)) append(node, candidates[t]!);
      }
      const diagonal = factor[((size + 1) * (size + 2)) / 2 - 1]!;
      const score = offset[node]! + rows[node]! * Math.log(diagonal * diagonal) + penalty * size;
      if (score < best.score) best = finish(node);
    }
    return best;
  }

  function isHeld(w: number): boolean {
    for (let k = 0; k < size; k++) if (parents[k] === w) return true;
    return false;
  }

  function start(node: number): void {
    size = 0;
    factor[0] = Math.sqrt(matrices[matrixOf[node]!]![node * d + node]!);
    if (required === undefined) return;
    for (let w = 0; w < d; w++) if (required[node * d + w] === 1) append(node, w);
  }

  /** Appends a parent's row before the node's. Returns false, and changes nothing, if it repeats the others. */
  function append(node: number, added: number): boolean {
    const matrix = matrices[matrixOf[node]!]!;
    reserve(size + 2);
    const own = matrix[added * d + added]!;
    let left = own;
    const last = (size * (size + 1)) / 2;
    let joint = matrix[node * d + added]!;
    for (let i = 0; i < size; i++) {
      const row = (i * (i + 1)) / 2;
      let sum = matrix[added * d + parents[i]!]!;
      for (let j = 0; j < i; j++) sum -= factor[row + j]! * solved[j]!;
      const value = sum / factor[row + i]!;
      solved[i] = value;
      left -= value * value;
      joint -= factor[last + i]! * value;
    }
    if (left <= collinear * own) return false;
    const pivot = Math.sqrt(left);
    const link = joint / pivot;
    const diagonal = factor[last + size]!;
    const next = last + size + 1;
    for (let i = 0; i < size; i++) factor[next + i] = factor[last + i]!;
    factor[next + size] = link;
    factor[next + size + 1] = Math.sqrt(
      Math.max(diagonal * diagonal - link * link, collinear * diagonal * diagonal),
    );
    for (let i = 0; i < size; i++) factor[last + i] = solved[i]!;
    factor[last + size] = pivot;
    parents[size++] = added;
    return true;
  }

  /** Removes the parent at a place by rotating the columns behind it. */
  function removeAt(at: number): void {
    for (let i = at; i < size; i++) {
      const from = ((i + 1) * (i + 2)) / 2;
      const to = (i * (i + 1)) / 2;
      // row i + 1 moves up; its last entry is rotated into the one before
      const a = factor[from + i]!;
      const b = factor[from + i + 1]!;
      const norm = Math.hypot(a, b);
      const cos = a / norm;
      const sin = b / norm;
      for (let j = 0; j < i; j++) factor[to + j] = factor[from + j]!;
      factor[to + i] = norm;
      for (let r = i + 2; r <= size; r++) {
        const row = (r * (r + 1)) / 2;
        const x = factor[row + i]!;
        const y = factor[row + i + 1]!;
        factor[row + i] = cos * x + sin * y;
        factor[row + i + 1] = cos * y - sin * x;
      }
    }
    for (let i = at; i + 1 < size; i++) parents[i] = parents[i + 1]!;
    size--;
  }

  function grow(node: number, candidates: Int32Array, count: number): void {
    if (count === 0 || size >= maxParents) return;
    const matrix = matrices[matrixOf[node]!]!;
    const needed = gainNeeded[node]!;
    let m = count;
    for (let t = 0; t < count; t++) {
      const r = candidates[t]!;
      open[t] = r;
      covariance[t] = matrix[node * d + r]!;
      variance[t] = matrix[r * d + r]!;
    }
    for (let i = 0; i < size; i++) extend(matrix, i, m);
    while (size < maxParents) {
      const diagonal = factor[(size * (size + 1)) / 2 + size]!;
      const threshold = needed * diagonal * diagonal;
      let best = -1;
      let bestGain = threshold;
      for (let t = 0; t < m; t++) {
        const left = variance[t]!;
        const joint = covariance[t]!;
        if (joint * joint >= bestGain * left) {
          if (left <= collinear * matrix[open[t]! * d + open[t]!]!) continue;
          const gain = (joint * joint) / left;
          if (best >= 0 && gain === bestGain) continue;
          best = t;
          bestGain = gain;
        }
      }
      if (best < 0) return;
      const added = open[best]!;
      // keep the candidates' columns of the table together: the last one takes the place of the added one
      m--;
      open[best] = open[m]!;
      covariance[best] = covariance[m]!;
      variance[best] = variance[m]!;
      for (let i = 0; i < size; i++) table[i * d + best] = table[i * d + m]!;
      if (!append(node, added)) continue;
      if (m === 0) return;
      extend(matrix, size - 1, m);
    }
  }

  /** Conditions the candidates' variances and covariances on parent i, given the parents before it. */
  function extend(matrix: Float64Array, i: number, m: number): void {
    if (table.length < (i + 1) * d) {
      const larger = new Float64Array(2 * (i + 1) * d);
      larger.set(table);
      table = larger;
    }
    const base = parents[i]! * d;
    const row = (i * (i + 1)) / 2;
    const out = i * d;
    for (let t = 0; t < m; t++) table[out + t] = matrix[base + open[t]!]!;
    for (let j = 0; j < i; j++) {
      const weight = factor[row + j]!;
      const from = j * d;
      for (let t = 0; t < m; t++) table[out + t] = table[out + t]! - weight * table[from + t]!;
    }
    const pivot = 1 / factor[row + i]!;
    const own = factor[(size * (size + 1)) / 2 + i]!;
    for (let t = 0; t < m; t++) {
      const value = table[out + t]! * pivot;
      table[out + t] = value;
      variance[t] = variance[t]! - value * value;
      covariance[t] = covariance[t]! - own * value;
    }
  }

  function shrink(node: number): void {
    const limit = lossAllowed[node]!;
    while (size > 0) {
      const last = (size * (size + 1)) / 2;
      const diagonal = factor[last + size]!;
      const threshold = diagonal * diagonal * (limit - 1);
      let best = -1;
      let bestLoss = Number.POSITIVE_INFINITY;
      for (let a = 0; a < size; a++) {
        if (required !== undefined && required[node * d + parents[a]!] === 1) continue;
        const loss = lossWithout(a, last);
        if (loss <= threshold && loss < bestLoss) {
          best = a;
          bestLoss = loss;
        }
      }
      if (best < 0) return;
      removeAt(best);
    }
  }

  /** By how much the variance rises without the parent at a place: its coefficient² over its entry of the precision. */
  function lossWithout(at: number, last: number): number {
    let norm = 0;
    let dot = 0;
    for (let i = at; i < size; i++) {
      const row = (i * (i + 1)) / 2;
      let sum = i === at ? 1 : 0;
      for (let j = at; j < i; j++) sum -= factor[row + j]! * solved[j]!;
      const value = sum / factor[row + i]!;
      solved[i] = value;
      norm += value * value;
      dot += value * factor[last + i]!;
    }
    return (dot * dot) / norm;
  }

  /** A copy of the factor in memory shared with others made about then, which is quicker than memory of its own. */
  function kept(length: number): Float64Array {
    if (taken + length > chunk.length) {
      chunk = new Float64Array(Math.max(4096, length));
      taken = 0;
    }
    const own = chunk.subarray(taken, taken + length);
    taken += length;
    for (let k = 0; k < length; k++) own[k] = factor[k]!;
    return own;
  }

  function finish(node: number): GaussianParents {
    const length = ((size + 1) * (size + 2)) / 2;
    const diagonal = factor[length - 1]!;
    return {
      id: nextId++,
      parents: parents.slice(0, size),
      factor: kept(length),
      score: offset[node]! + rows[node]! * Math.log(diagonal * diagonal) + penalty * size,
    };
  }

  return {
    fit(node, candidates, count) {
      start(node);
      grow(node, candidates, count);
      shrink(node);
      return better(node, finish(node), candidates, count);
    },
    accepts(node, state, added) {
      const k = state.parents.length;
      if (k >= maxParents) return false;
      if (allowed !== undefined && allowed[node * d + added] === 0) return false;
      const matrix = matrices[matrixOf[node]!]!;
      const base = added * d;
      const held = state.parents;
      const rowsOf = state.factor;
      const last = (k * (k + 1)) / 2;
      const own = matrix[base + added]!;
      let left = own;
      let joint = matrix[base + node]!;
      let row = 0;
      for (let i = 0; i < k; i++) {
        let sum = matrix[base + held[i]!]!;
        for (let j = 0; j < i; j++) sum -= rowsOf[row + j]! * solved[j]!;
        const value = sum / rowsOf[row + i]!;
        solved[i] = value;
        left -= value * value;
        joint -= rowsOf[last + i]! * value;
        row += i + 1;
      }
      if (left <= collinear * own) return false;
      const diagonal = rowsOf[last + k]!;
      return joint * joint >= gainNeeded[node]! * diagonal * diagonal * left;
    },
    plus(node, state, added, candidates, count) {
      load(state);
      append(node, added);
      grow(node, candidates, count);
      shrink(node);
      return finish(node);
    },
    minus(node, state, removed, candidates, count) {
      load(state);
      removeAt(state.parents.indexOf(removed));
      grow(node, candidates, count);
      shrink(node);
      return finish(node);
    },
    state(node, wanted) {
      start(node);
      for (const w of wanted) if (required === undefined || required[node * d + w] !== 1) append(node, w);
      return finish(node);
    },
  };
}
