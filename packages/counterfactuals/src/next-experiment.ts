import { InputError, throwUnknownName } from '@cfe/base';
import { classSize, type Dag, dagsOf, edgesOf, type Graph, meek, parentsOf, sampleDag } from '@cfe/graph';

/** What setting one variable in an experiment would tell of the graph. */
export interface ExperimentValue {
  readonly target: string;
  /** undirected edges that it directs, averaged over the members of the class */
  readonly expectedOriented: number;
  /** members that remain possible afterwards, averaged over the members of the class */
  readonly expectedRemaining: number;
  /** entropy of its outcome over the members: log₂ of the class size if it tells all of them apart */
  readonly bits: number;
}

/** The experiments that a class leaves to do, best first. */
export interface NextExperiment {
  /** the target of the best one; `undefined` if no edge is open */
  readonly target: string | undefined;
  readonly ranking: readonly ExperimentValue[];
  /** members that the averages were taken over */
  readonly members: number;
  /** whether these are all members */
  readonly exact: boolean;
}

/**
 * The experiment on one variable that tells most of the graph: all edges at the variable that is set are directed by
 * it, and more by Meek's rules. All members of the class count alike.
 *
 * Run it, then refine the class with what was found (`interventionalCpdag`, or `meek` with the directions at the target
 * as required) and ask again.
 *
 * @param options.targets - variables that can be set, default all
 * @param options.limit - members to average over, default 500; of larger classes so many are drawn (of graphs with
 * background knowledge, the first so many are taken)
 * @throws {@link UnknownNameError} if a target is no node
 * @throws {@link InputError} if the graph has no member, or hidden causes
 * @see He and Geng (2008), JMLR 9, 2523–2547; Hauser and Bühlmann (2014), IJAR 55, 926–939
 * @example
 * import { nextExperiment } from '@cfe/counterfactuals';
 * import { cpdag, createDag } from '@cfe/graph';
 * const chain = cpdag(createDag(['a', 'b', 'c', 'd'], [['a', 'b'], ['b', 'c'], ['c', 'd']]));
 * const { target, ranking } = nextExperiment(chain);
 * [target, ranking[0]?.bits]; // → ['b', 1.5]
 */
export function nextExperiment(
  graph: Graph,
  {
    targets = graph.nodes,
    limit = 500,
  }: { readonly targets?: readonly string[]; readonly limit?: number } = {},
): NextExperiment {
  for (const target of targets)
    if (!graph.nodes.includes(target)) throwUnknownName('nextExperiment', 'node', target, graph.nodes);
  const { members, exact } = membersOf(graph, limit);
  if (members.length === 0) {
    throw new InputError('counterfactuals/no-member', 'nextExperiment: no DAG agrees with this graph.');
  }
  const openBefore = openEdges(graph);
  const ranking = targets
    .map((target): ExperimentValue => {
      const outcomes = new Map<string, { readonly first: Dag; count: number }>();
      for (const member of members) {
        const key = parentsOf(member, target).join('\n');
        const seen = outcomes.get(key);
        if (seen === undefined) outcomes.set(key, { first: member, count: 1 });
        else seen.count++;
      }
      let [expectedOriented, expectedRemaining, bits] = [0, 0, 0];
      for (const { first, count } of outcomes.values()) {
        const share = count / members.length;
        const at = edgesOf(first).filter(({ from, to }) => from === target || to === target);
        const refined = meek(graph, { required: at.map(({ from, to }) => [from, to] as const) });
        expectedOriented += share * (openBefore - openEdges(refined));
        expectedRemaining += share * count;
        bits -= share * Math.log2(share);
      }
      return { target, expectedOriented, expectedRemaining, bits: bits || 0 };
    })
    .sort((a, b) => b.bits - a.bits || b.expectedOriented - a.expectedOriented);
  const best = ranking[0];
  return {
    target: best !== undefined && best.expectedOriented > 0 ? best.target : undefined,
    ranking,
    members: members.length,
    exact,
  };
}

function membersOf(graph: Graph, limit: number): { readonly members: Dag[]; readonly exact: boolean } {
  if ((graph.kind === 'cpdag' || graph.kind === 'icpdag') && classSize(graph) > BigInt(limit))
    return { members: Array.from({ length: limit }, (_, seed) => sampleDag(graph, { seed })), exact: false };
  const members = [];
  for (const member of dagsOf(graph)) {
    if (members.length === limit) return { members, exact: false };
    members.push(member);
  }
  return { members, exact: true };
}

function openEdges(graph: Graph): number {
  return edgesOf(graph).filter(({ type }) => type === 'undirected').length;
}
