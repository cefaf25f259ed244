import { InputError } from '@cfe/base';
import type { Distance } from './distance.ts';
import type { Cpdag, Dag, Graph } from './graph.ts';
import { type EffectJudge, effectJudge } from './internal/effect-judge.ts';
import { osetVerdicts } from './internal/oset-verdicts.ts';
import { incident } from './queries.ts';
import { reachable } from './reachable.ts';
import { checkSameNames, permuteNodes } from './transform.ts';

/**
 * Structural intervention distance: for how many ordered pairs (treatment, outcome) adjusting for the treatment's
 * parents in the estimate gives a wrong effect under the truth. Not symmetric. O(d(d + edges)).
 *
 * An estimate with more edges than the truth, in one order with it, has distance 0: report `shd` beside it.
 *
 * @param truth - reference DAG; the estimate is aligned with it by name
 * @returns how many of the d(d − 1) pairs, and their share
 * @throws {@link InputError} if the names differ or a graph is not a DAG: of a class this distance is not one number
 * (`parentAid` is)
 * @see Peters & Bühlmann (2015), Neural Computation 27, 771–799
 * @example
 * import { createDag, sid } from '@cfe/graph';
 * const nodes = ['a', 'b', 'c'];
 * const truth = createDag(nodes, [['a', 'b'], ['b', 'c']]);
 * sid(truth, createDag(nodes, [['a', 'b'], ['b', 'c'], ['a', 'c']])); // → { count: 0, normalised: 0 }
 * sid(truth, createDag(nodes, [['c', 'b'], ['b', 'a']])); // → { count: 6, normalised: 1 }
 */
export function sid(truth: Graph, estimate: Graph): Distance {
  for (const [role, graph] of Object.entries({ truth, estimate })) {
    if (graph.neighbours.items.length + graph.spouses.items.length > 0) {
      throw new InputError(
        'graph/kind',
        `sid: the ${role} is no DAG. Use parentAid, which takes classes too.`,
        {
          role,
          kind: graph.kind,
        },
      );
    }
  }
  return parentDistance('sid', truth, estimate);
}

/**
 * Parent adjustment distance: `sid` for DAGs and equivalence classes. The estimate claims "no effect" on the
 * treatment's parents, and elsewhere that its parents adjust, or that the class leaves the effect open.
 *
 * @returns how many of the d(d − 1) pairs are misjudged, and their share
 * @throws {@link InputError} if the names differ, or a graph is neither a DAG nor a class
 * @see Henckel, Würtzen & Weichwald (2024), Adjustment identification distance, UAI
 * @example
 * import { cpdag, createDag, parentAid } from '@cfe/graph';
 * const truth = createDag(['a', 'b'], [['a', 'b']]);
 * const estimate = createDag(['a', 'b'], [['b', 'a']]);
 * parentAid(truth, estimate).count; // → 2
 * parentAid(cpdag(truth), cpdag(estimate)).count; // → 0
 */
export function parentAid(truth: Dag | Cpdag | Graph, estimate: Dag | Cpdag | Graph): Distance {
  return parentDistance('parentAid', truth, estimate);
}

/**
 * Ancestor adjustment distance: the estimate claims "no effect" on what cannot be a descendant of the treatment, and
 * elsewhere that the treatment's ancestors adjust. Estimates in one causal order with the truth, and with its
 * ancestors, are forgiven.
 *
 * @returns how many of the d(d − 1) pairs are misjudged, and their share
 * @throws {@link InputError} if the names differ, or a graph is neither a DAG nor a class
 * @see Henckel, Würtzen & Weichwald (2024), Adjustment identification distance, UAI
 * @example
 * import { ancestorAid, createDag } from '@cfe/graph';
 * const truth = createDag(['a', 'b', 'c'], [['b', 'a'], ['b', 'c']]);
 * ancestorAid(truth, createDag(['a', 'b', 'c'], [['a', 'b'], ['c', 'b']])).count; // → 4
 */
export function ancestorAid(truth: Dag | Cpdag | Graph, estimate: Dag | Cpdag | Graph): Distance {
  return distance('ancestorAid', truth, estimate, (guess, judge) => (t) => {
    const above = reachable([guess.graph.parents], [t]);
    above[t] = 0;
    const set: number[] = [];
    for (let i = 0; i < above.length; i++) if (above[i] === 1) set.push(i);
    return judge.misadjusted(t, set);
  });
}

/**
 * Optimal-set adjustment distance: the estimate claims "no effect" on what cannot be a descendant of the treatment,
 * and elsewhere that its O-set for that outcome (the valid set of least variance) adjusts.
 *
 * @returns how many of the d(d − 1) pairs are misjudged, and their share
 * @throws {@link InputError} if the names differ, or a graph is neither a DAG nor a class
 * @see Henckel, Würtzen & Weichwald (2024), Adjustment identification distance, UAI
 * @example
 * import { createDag, osetAid } from '@cfe/graph';
 * const truth = createDag(['a', 'b', 'c'], [['b', 'a'], ['b', 'c']]);
 * osetAid(truth, createDag(['a', 'b', 'c'], [['a', 'b'], ['c', 'b']])).count; // → 4
 */
export function osetAid(truth: Dag | Cpdag | Graph, estimate: Dag | Cpdag | Graph): Distance {
  return distance('osetAid', truth, estimate, (guess, judge) => osetVerdicts(guess.graph, judge));
}

/** For each treatment, marks of the outcomes for which the set that the guess offers fails in the truth. */
type Verdicts = (guess: EffectJudge, truth: EffectJudge) => (t: number) => Uint8Array;

function parentDistance(where: string, truth: Graph, estimate: Graph): Distance {
  return distance(
    where,
    truth,
    estimate,
    (guess, judge) => (t) => judge.misadjusted(t, incident(guess.graph.parents, t)),
    (guess, t) => {
      const effect = new Uint8Array(guess.graph.nodes.length).fill(1);
      for (const parent of incident(guess.graph.parents, t)) effect[parent] = 0;
      return effect;
    },
  );
}

function distance(
  where: string,
  truth: Graph,
  estimate: Graph,
  verdicts: Verdicts,
  claimedEffects = (guess: EffectJudge, t: number): Uint8Array => guess.possibleDescendants(t),
): Distance {
  checkSameNames(where, truth.nodes, estimate.nodes);
  for (const [role, { kind, spouses }] of Object.entries({ truth, estimate })) {
    if (spouses.items.length > 0) {
      throw new InputError(
        'graph/kind',
        `${where}: the ${role} has bidirected edges; it takes DAGs and classes.`,
        {
          role,
          kind,
        },
      );
    }
  }
  const judge = effectJudge(truth, where);
  const guess = effectJudge(permuteNodes(estimate, truth.nodes), where);
  const d = truth.nodes.length;
  const wrongIn = verdicts(guess, judge);
  let count = 0;
  for (let t = 0; t < d; t++) {
    const effects = judge.possibleDescendants(t);
    const claimed = claimedEffects(guess, t);
    const open = judge.undetermined(t);
    const claimedOpen = guess.undetermined(t);
    const misadjusted = wrongIn(t);
    for (let y = 0; y < d; y++) {
      if (y === t) continue;
      const wrong =
        claimed[y] === 0
          ? effects[y] === 1
          : open[y] !== claimedOpen[y] || (open[y] === 0 && misadjusted[y] === 1);
      if (wrong) count++;
    }
  }
  return { count, normalised: d < 2 ? 0 : count / (d * (d - 1)) };
}
