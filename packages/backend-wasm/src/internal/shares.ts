import { type Plan, planLayout } from '@cfe/autograd';

/** Mechanisms `from` … `to` − 1. */
export type Share = readonly [from: number, to: number];

/** Multiplications of one row, forwards and backwards, of each mechanism. */
export function workOf(plan: Plan): Float64Array {
  return Float64Array.from(planLayout(plan).mechanisms, ({ layers }) =>
    layers.reduce((sum, { inputs, outputs }) => sum + 3 * (inputs + 4) * outputs, 0),
  );
}

/** The mechanisms of a plan in so many runs of about equal work; a run may be empty. */
export function sharesOf(plan: Plan, threads: number): Share[] {
  const work = workOf(plan);
  const total = work.reduce((sum, each) => sum + each, 0);
  const shares: Share[] = [];
  let from = 0;
  let done = 0;
  for (let t = 0; t < threads; t++) {
    let to = from;
    const goal = (total * (t + 1)) / threads;
    // a mechanism goes to the run that holds its middle
    while (to < work.length && (t === threads - 1 || done + (work[to] as number) / 2 <= goal)) {
      done += work[to] as number;
      to++;
    }
    shares.push([from, to]);
    from = to;
  }
  return shares;
}
