import { createPlan, type Executor, type Plan } from '@cfe/autograd';
import { type Columns, InputError, quoteName, rngFrom, type Seed, type Variable } from '@cfe/base';
import type { Dag } from '@cfe/graph';
import { type Do, type ModelGradient, natural, type ResolvedDo, resolveDo } from '@cfe/scm';
import type { CausalNetwork, ExecutorFactory, NoiseChoice } from '../causal-network.ts';
import { type MechanismSettings, specOf } from '../mechanism-choice.ts';
import type { NetworkState, Scale } from '../network-state.ts';
import { summarise } from '../summary.ts';
import { checkState } from './check-state.ts';
import { columnsOf } from './columns.ts';
import { createEngine, type Engine, predictPass, predictWorlds, split } from './engine.ts';
import { noiseColumns, noiseFromPlan, noiseUnits } from './noise-columns.ts';
import { drawNoise } from './noise-law.ts';
import { planAction } from './plan-action.ts';
import { valuesToPlan } from './value-columns.ts';

/** What about a network never changes. */
export interface NetworkDesign {
  readonly variables: readonly Variable[];
  readonly mechanisms: readonly MechanismSettings[];
  readonly noiseChoice: NoiseChoice;
  readonly structure: 'given' | 'learn';
  readonly executor: ExecutorFactory;
}

type Options = { readonly do?: Do | undefined; readonly seed?: Seed | undefined };

/** A network from its design and a first state, which is checked. */
export function buildNetwork(design: NetworkDesign, initial: NetworkState): CausalNetwork {
  const { variables, mechanisms, executor: makeExecutor } = design;
  const names = variables.map(({ name }) => name);
  const columns = noiseColumns(variables);
  const isContinuous = variables.every(({ kind }) => kind === 'continuous');
  let plan: Plan = planFor(initial.graph);
  let state: NetworkState = checkState(variables, plan, initial);
  let engine: Engine | undefined;

  function planFor(graph: Dag): Plan {
    return createPlan({
      graph,
      mechanism: variables.map((variable, j) => specOf(variable, mechanisms[j] as MechanismSettings)),
    });
  }

  function running(): Engine {
    engine ??= createEngine(variables, plan, columns, state, makeExecutor(plan));
    return engine;
  }

  function release(): void {
    engine?.executor.dispose();
    engine = undefined;
  }

  const network: CausalNetwork = {
    kind: 'causal-network',
    variables,
    mechanisms,
    noiseChoice: design.noiseChoice,
    structure: design.structure,
    abduction: isContinuous ? 'point' : 'draw',
    get graph() {
      return state.graph;
    },
    get plan() {
      return plan;
    },
    get state() {
      return state;
    },
    get executorName() {
      return running().executor.name;
    },
    update(next) {
      const sameGraph = hasGraph(next.graph, state.graph);
      if (!sameGraph && design.structure === 'given') {
        throw new InputError(
          'network/other-graph',
          'update: the state is for another graph than this network has. Create a network with that graph.',
        );
      }
      const nextPlan = sameGraph ? plan : planFor(next.graph);
      const checked = checkState(variables, nextPlan, next);
      release();
      plan = nextPlan;
      state = checked;
    },
    copy: () => buildNetwork(design, state),
    createExecutor: (): Executor => makeExecutor(plan),
    noise(rows, { seed } = {}) {
      const rng = rngFrom(seed).fork('noise');
      const units = noiseUnits(plan, state);
      const arrays = variables.flatMap((variable, j) => {
        const law = state.noise[j] as NetworkState['noise'][number];
        const drawn = drawNoise(variable, law, columns.of[j] as string[], rows, rng.fork(variable.name));
        return drawn.map((values) => values.map((u) => u * (units[j] as number)));
      });
      return columnsOf(columns.names, arrays, rows);
    },
    predict(noise, options = {}) {
      const pass = predictPass(running(), noise, resolve(noise.rows, options));
      return columnsOf(names, pass.columns, noise.rows);
    },
    worlds(noise, actions, { seed } = {}) {
      const resolved = actions.map((action) => resolve(noise.rows, { do: action, seed }));
      return predictWorlds(running(), noise, resolved).map((arrays) => columnsOf(names, arrays, noise.rows));
    },
    sample: (rows, options = {}) => network.predict(network.noise(rows, options), options),
    abduct(rows, { seed } = {}) {
      const { executor, parameters, units } = running();
      const values = valuesToPlan('abduct', variables, state.scales, rows);
      const uniforms = isContinuous ? undefined : uniformsFor(rows.rows, seed);
      const found = executor.abduct({ rows: rows.rows, parameters, values, uniforms });
      return noiseFromPlan(plan, columns, units, found, rows.rows);
    },
    logDensity(rows, options = {}) {
      const { executor, parameters } = running();
      const values = valuesToPlan('logDensity', variables, state.scales, rows);
      const { acted, other } = split(resolve(rows.rows, options));
      if (other[0] !== undefined) throw noDensity(names[other[0]] as string);
      const action = planAction([acted], state.scales, rows.rows);
      const terms = executor.logDensity({ rows: rows.rows, parameters, values, action });
      const out = new Float64Array(rows.rows);
      for (const [j, { scale }] of state.scales.entries()) {
        const logScale = Math.log(scale);
        for (let r = 0; r < out.length; r++) {
          const at = j * rows.rows + r;
          if (action?.cut[at] !== 1) out[r] = (out[r] as number) + (terms[at] as number) - logScale;
        }
      }
      return out;
    },
    summary: () => summarise(variables, mechanisms, plan, state),
    dispose: release,
  };

  function resolve(rows: number, { do: action, seed }: Options): ResolvedDo {
    return resolveDo(network, action, rows, seed);
  }

  function uniformsFor(rows: number, seed: Seed | undefined): Float64Array {
    const rng = rngFrom(seed).fork('abduct');
    const uniforms = new Float64Array(columns.names.length * rows).fill(0.5);
    let at = 0;
    for (const [j, own] of columns.of.entries()) {
      const variable = variables[j] as Variable;
      const stream = rng.fork(variable.name);
      for (let i = 0; i < own.length * rows; i++, at++) {
        if (variable.kind === 'categorical') uniforms[at] = stream.uniform() || Number.MIN_VALUE;
      }
    }
    return uniforms;
  }

  function gradient(noise: Columns, upstream: Columns, options: Options = {}): ModelGradient {
    const running_ = running();
    const { executor, units } = running_;
    const resolved = resolve(noise.rows, options);
    const { other } = split(resolved);
    if (other[0] !== undefined) throw noGradient(names[other[0]] as string);
    predictPass(running_, noise, resolved);
    const rows = noise.rows;
    const up = new Float64Array(names.length * rows);
    for (const [j, name] of names.entries()) {
      const { scale } = state.scales[j] as Scale;
      const column = upstream.column(name);
      for (let r = 0; r < rows; r++) up[j * rows + r] = scale * (column[r] as number);
    }
    const back = executor.backward(up);
    const inverse = units.map((unit) => 1 / unit);
    const part = (array: ArrayLike<number>, j: number, by: number): Float64Array => {
      const out = new Float64Array(rows);
      for (let r = 0; r < rows; r++) out[r] = (array[j * rows + r] as number) * by;
      return out;
    };
    return {
      noise: noiseFromPlan(plan, columns, inverse, back.noise, rows),
      interventions: resolved.interventions.map(({ kind, target }) => {
        const j = names.indexOf(target);
        const { centre, scale } = state.scales[j] as Scale;
        if (kind === 'hard') return part(back.value, j, 1 / scale);
        const action = resolved.actions[j] ?? natural(rows);
        // a later scale would multiply a shift before it: only a lone intervention has this simple derivative
        const alone = resolved.interventions.filter((one) => one.target === target).length === 1;
        if (!alone || back.shift === undefined || back.scale === undefined) return undefined;
        const ofShift = part(back.shift, j, 1 / scale).map((g, r) => (action.touched[r] === 1 ? g : 0));
        if (kind === 'shift') return ofShift;
        if (kind !== 'scale') return undefined;
        // z′ = k·z + (k − 1)·centre/scale
        return part(back.scale, j, 1).map((g, r) =>
          action.touched[r] === 1 ? g + centre * (ofShift[r] as number) : 0,
        );
      }),
    };
  }

  if (!isContinuous) return network;
  return Object.defineProperties(
    { gradient } as unknown as CausalNetwork,
    Object.getOwnPropertyDescriptors(network),
  );
}

function hasGraph(a: Dag, b: Dag): boolean {
  const same = (x: ArrayLike<unknown>, y: ArrayLike<unknown>): boolean =>
    x.length === y.length && Array.prototype.every.call(x, (value, i) => value === y[i]);
  return (
    same(a.nodes, b.nodes) &&
    same(a.parents.offsets, b.parents.offsets) &&
    same(a.parents.items, b.parents.items)
  );
}

function noDensity(name: string): InputError {
  return new InputError(
    'network/no-density',
    `logDensity: ${quoteName(name)} is under a replaced mechanism, whose density is not known in closed form.`,
    { variable: name },
  );
}

function noGradient(name: string): InputError {
  return new InputError(
    'network/no-gradient',
    `gradient: ${quoteName(name)} is under a replaced mechanism, which brings no derivative.`,
    { variable: name },
  );
}
