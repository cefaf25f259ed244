import { InputError, quoteName, throwUnknownName } from '@cfe/base';
import { type Dag, topologicalOrder } from '@cfe/graph';
import type { Evidence, ExactAnswer, Query } from '../causal-model.ts';
import type { DiscreteNode, JointTable } from '../discrete-model.ts';
import { type DiscreteAct, readDiscreteActs } from './discrete-acts.ts';
import type { Factor } from './factor.ts';
import { type Conditional, type Inference, infer, type Network } from './infer.ts';
import { readLevels } from './read-evidence.ts';
import { twinTable } from './twin-table.ts';

/** The marginals of all variables in the world that a query asks about. */
export function discreteAnswer(nodes: readonly DiscreteNode[], graph: Dag, query: Query): ExactAnswer {
  const world = worldOf(nodes, graph, query);
  const { marginals } = possible(infer(world.network, world.evidence, world.asked), query);
  const probabilities = nodes.map(({ name, levels }, j) => {
    const marginal = marginals.get(world.asked[j] as number) as Float64Array;
    return [name, Object.fromEntries(levels.map((level, k) => [level, marginal[k] as number]))] as const;
  });
  return {
    exact: true,
    nodes: nodes.map(({ name }) => name),
    mean: {},
    sd: {},
    probabilities: Object.fromEntries(probabilities),
  };
}

/** P(event | query) as a ratio of two probabilities of evidence. */
export function discreteProbability(
  nodes: readonly DiscreteNode[],
  graph: Dag,
  event: Evidence,
  query: Query,
): number {
  const world = worldOf(nodes, graph, query);
  const base = possible(infer(world.network, world.evidence, []), query).logEvidence;
  const both = new Map(world.evidence);
  for (const [j, level] of readLevels('probability', nodes, event)) {
    const variable = world.asked[j] as number;
    if ((both.get(variable) ?? level) !== level) return 0;
    both.set(variable, level);
  }
  return Math.min(1, Math.exp(infer(world.network, both, []).logEvidence - base));
}

export function discreteJoint(
  nodes: readonly DiscreteNode[],
  graph: Dag,
  names: readonly string[],
  query: Query,
): JointTable {
  const all = nodes.map(({ name }) => name);
  const chosen = names.map((name) => {
    const j = all.indexOf(name);
    return j < 0 ? throwUnknownName('joint', 'variable', name, all) : j;
  });
  if (chosen.length === 0 || new Set(chosen).size < chosen.length) {
    throw new InputError(
      'scm/joint',
      `joint: name one or more distinct variables, got ${names.map(quoteName).join(', ') || 'none'}.`,
      {
        names,
      },
    );
  }
  const world = worldOf(nodes, graph, query);
  const asked = chosen.map((j) => world.asked[j] as number);
  const { clique } = possible(infer(world.network, world.evidence, [], asked), query);
  const levels = chosen.map((j) => (nodes[j] as DiscreteNode).levels);
  const shape = levels.map(({ length }) => length);
  return {
    nodes: [...names],
    levels,
    shape,
    probabilities: spreadOver(asked, shape, world.evidence, clique),
  };
}

/** Puts the variables that are known back into the table, each at its one level. */
function spreadOver(
  asked: readonly number[],
  shape: readonly number[],
  known: ReadonlyMap<number, number>,
  clique: Factor | undefined,
): Float64Array {
  const out = new Float64Array(shape.reduce((product, size) => product * size, 1));
  const digits = new Int32Array(shape.length);
  let next = 0;
  for (let i = 0; i < out.length; i++) {
    if (asked.every((v, a) => (known.get(v) ?? digits[a]) === digits[a]))
      out[i] = clique?.values[next++] ?? 1;
    for (let a = shape.length - 1; a >= 0; a--) {
      const digit = (digits[a] as number) + 1;
      digits[a] = digit < (shape[a] as number) ? digit : 0;
      if (digits[a] !== 0) break;
    }
  }
  return out;
}

function possible(inference: Inference, query: Query): Inference {
  if (inference.logEvidence > Number.NEGATIVE_INFINITY) return inference;
  const shown = [query.factual, query.given]
    .flatMap((evidence) => Object.entries(evidence ?? {}))
    .map(([name, value]) => `${quoteName(name)} = ${value}`)
    .join(', ');
  throw new InputError('scm/off-support', `exact: the model gives this evidence probability 0: ${shown}.`, {
    factual: query.factual,
    given: query.given,
  });
}

interface World {
  readonly network: Network;
  readonly evidence: ReadonlyMap<number, number>;
  /** the variable that stands for each node in the world that is asked about */
  readonly asked: readonly number[];
}

function worldOf(nodes: readonly DiscreteNode[], graph: Dag, query: Query): World {
  const acts = readDiscreteActs(nodes, query.do);
  const given = readLevels('given', nodes, query.given);
  const factual = readLevels('factual', nodes, query.factual);
  const sizes = Int32Array.from(nodes, ({ levels }) => levels.length);
  if (factual.size === 0) {
    const conditionals = nodes.map((node, j) => altered(node, j, acts[j]));
    return { network: { sizes, conditionals }, evidence: given, asked: nodes.map((_, j) => j) };
  }
  return twinWorld(nodes, graph, acts, factual, given);
}

/** A node's table under an action: what is left of its own, plus the law that stands beside it. */
function altered(node: DiscreteNode, child: number, act: DiscreteAct | undefined): Conditional {
  if (act !== undefined && act.own === 0)
    return { child, factor: { scope: Int32Array.of(child), values: act.law } };
  const levels = node.levels.length;
  const values =
    act === undefined ? node.table : node.table.map((p, i) => act.own * p + (act.law[i % levels] as number));
  return { child, factor: { scope: Int32Array.of(...node.parents, child), values } };
}

/**
 * Both worlds in one network. A variable that the action can change has a second self, whose table tells its level there
 * from its level and parents here and its parents there; all others are one variable in both.
 *
 * @see Balke and Pearl (1994), Probabilistic evaluation of counterfactual queries
 */
function twinWorld(
  nodes: readonly DiscreteNode[],
  graph: Dag,
  acts: readonly (DiscreteAct | undefined)[],
  factual: ReadonlyMap<number, number>,
  given: ReadonlyMap<number, number>,
): World {
  const sizes = Array.from(nodes, ({ levels }) => levels.length);
  const asked = nodes.map((_, j) => j);
  const conditionals: Conditional[] = nodes.map((node, j) => altered(node, j, undefined));
  for (const j of topologicalOrder(graph)) {
    const node = nodes[j] as DiscreteNode;
    const act = acts[j];
    const changed = [...node.parents].some((k) => asked[k] !== k);
    if (act === undefined && !changed) continue;
    const twin = sizes.length;
    sizes.push(node.levels.length);
    asked[j] = twin;
    conditionals.push({
      child: twin,
      factor:
        act?.own === 0
          ? { scope: Int32Array.of(twin), values: act.law }
          : twinTable(node, j, twin, { asked, sizes, factual, act }),
    });
  }
  const evidence = new Map(factual);
  for (const [j, level] of given) {
    const variable = asked[j] as number;
    // evidence from both worlds on a variable that they share must agree
    if ((evidence.get(variable) ?? level) !== level) {
      throw new InputError(
        'scm/off-support',
        `exact: ${quoteName((nodes[j] as DiscreteNode).name)} has another level in 'given' than in 'factual', but the action cannot change it.`,
        { name: (nodes[j] as DiscreteNode).name },
      );
    }
    evidence.set(variable, level);
  }
  return { network: { sizes: Int32Array.from(sizes), conditionals }, evidence, asked };
}
