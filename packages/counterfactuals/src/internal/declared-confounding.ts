import { InputError, quoteName } from '@cfe/base';
import { ancestorsOf, createDag, type Dag, edgesOf, isIdentifiable, parentsOf } from '@cfe/graph';
import { type Confounded, withHiddenCauses } from './declared-graph.ts';

/**
 * What declared hidden causes do to an effect computed from a model that was fitted without them.
 *
 * @returns `undefined`: nothing; otherwise the sentence that says why the model's number is not the effect, though the
 * graph identifies it
 * @throws {@link InputError} if no formula identifies the effect
 */
export function checkConfounding(
  where: string,
  graph: Dag,
  treatment: readonly string[],
  outcome: string,
  confounded: Confounded,
): string | undefined {
  const admg = withHiddenCauses(graph, confounded);
  const pairs = confounded.map(([a, b]) => `${quoteName(a)} ↔ ${quoteName(b)}`).join(', ');
  if (!isIdentifiable(admg, { treatment, outcome })) {
    throw new InputError(
      'counterfactuals/not-identified',
      `${where}: with a hidden common cause at ${pairs} no data of these variables identify the effect of ${treatment.map(quoteName).join(', ')} on ${quoteName(outcome)}. Measure the cause, set the treatment in an experiment, or find an instrument.`,
      { treatment, outcome, confounded },
    );
  }
  const relevant = new Set(
    ancestorsOf(withoutEdgesInto(graph, treatment), outcome).filter((name) => !treatment.includes(name)),
  );
  for (const [a, b] of confounded) {
    if (relevant.has(a) && relevant.has(b))
      return `${quoteName(a)} and ${quoteName(b)} share a hidden cause, but the model treats their noise as independent.`;
    for (const [self, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const parents = parentsOf(graph, self);
      if (relevant.has(self) && parents.length > 0 && ancestorsOf(graph, parents).includes(other))
        return `The mechanism of ${quoteName(self)} was fitted on parents that its hidden cause with ${quoteName(other)} also moves, so it is biased.`;
    }
  }
  return undefined;
}

function withoutEdgesInto(graph: Dag, targets: readonly string[]): Dag {
  return createDag(
    graph.nodes,
    edgesOf(graph)
      .filter(({ to }) => !targets.includes(to))
      .map(({ from, to }): [string, string] => [from, to]),
  );
}
