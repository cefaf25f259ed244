import { InputError, quoteName, ShapeError } from '@cfe/base';
import type { Graph } from '@cfe/graph';
import { levelsOf } from './internal/levels.ts';
import type { Activation, Head, MechanismPlan, Plan } from './plan.ts';

/** A mechanism as people write it. */
export interface MechanismSpec {
  /** default `[]`, linear */
  readonly hidden?: readonly number[] | undefined;
  /** default `'tanh'` */
  readonly activation?: Activation | undefined;
  /** whether the output layer reads the inputs too; default `'none'`. Without hidden layers it changes nothing */
  readonly skip?: 'none' | 'linear' | undefined;
  /** default additive with a learned scale */
  readonly head?: Head | undefined;
}

/** What a plan is made from. */
export interface PlanSpec {
  /** names and parents; a soft structure may hold cycles and lists every edge that is allowed */
  readonly graph: Pick<Graph, 'nodes' | 'parents'>;
  /** one for all variables, or one per variable in the order of `graph.nodes` */
  readonly mechanism?: MechanismSpec | readonly MechanismSpec[] | undefined;
  /** default `'none'`; `'edges'` gives every edge a gate */
  readonly gates?: 'none' | 'edges' | undefined;
}

const activations: readonly Activation[] = ['identity', 'tanh', 'relu', 'elu', 'softplus', 'sigmoid'];

/**
 * A checked plan.
 *
 * @throws {@link ShapeError} if there are not as many mechanisms as variables
 * @throws {@link InputError} if a width, activation or head is not one
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan } from '@cfe/autograd';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]), mechanism: { hidden: [8] } });
 * plan.levels.length; // → 2
 */
export function createPlan({ graph, mechanism = {}, gates = 'none' }: PlanSpec): Plan {
  const d = graph.nodes.length;
  const specs = isList(mechanism) ? mechanism : graph.nodes.map(() => mechanism);
  if (specs.length !== d) {
    throw new ShapeError(
      'autograd/mechanisms',
      `createPlan: ${specs.length} mechanisms for ${d} variables. Give one for all, or one for each.`,
      { mechanisms: specs.length, variables: d },
    );
  }
  const mechanisms = specs.map((spec, j) => checkedMechanism(spec, graph.nodes[j] as string));
  return {
    variables: d,
    names: [...graph.nodes],
    widths: mechanisms.map(({ head }) => (head.kind === 'categorical' ? head.levels : 1)),
    parents: { offsets: graph.parents.offsets.slice(), items: graph.parents.items.slice() },
    levels: levelsOf(graph.parents),
    mechanisms,
    gated: gates === 'edges',
  };
}

function isList(mechanism: MechanismSpec | readonly MechanismSpec[]): mechanism is readonly MechanismSpec[] {
  return Array.isArray(mechanism);
}

function checkedMechanism(spec: MechanismSpec, name: string): MechanismPlan {
  const {
    hidden = [],
    activation = 'tanh',
    skip = 'none',
    head = { kind: 'additive', scale: 'learned' },
  } = spec;
  const refuse = (problem: string): never => {
    throw new InputError(
      'autograd/mechanism',
      `createPlan: the mechanism of ${quoteName(name)}: ${problem}.`,
      {
        variable: name,
      },
    );
  };
  const positive = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (!hidden.every(positive)) refuse(`hidden widths must be positive whole numbers, got [${hidden}]`);
  if (!activations.includes(activation)) refuse(`no activation is called '${activation}'`);
  if (head.kind === 'categorical' && !(positive(head.levels) && head.levels >= 2)) {
    refuse(`a categorical variable has at least 2 levels, got ${head.levels}`);
  }
  if (head.kind === 'flow' && !positive(head.components)) {
    refuse(`a flow has at least 1 component, got ${head.components}`);
  }
  return { hidden: [...hidden], activation, skip: skip === 'linear' && hidden.length > 0, head: { ...head } };
}
