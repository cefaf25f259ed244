import { breather } from '@cfe/base';
import type { Table } from '@cfe/data';
import { parentsOf } from '@cfe/graph';
import { cam } from './cam.ts';
import { directLingam } from './direct-lingam.ts';
import { flop } from './flop.ts';
import { curveGain, noiseDependence } from './internal/additive-fit.ts';
import { curvature } from './internal/curvature.ts';
import { standardise } from './internal/moments.ts';
import { normality } from './internal/normality.ts';
import { residualsOf } from './internal/residuals.ts';
import type { Budget, LearnOptions, StructureMethod, StructureResult } from './structure-method.ts';

/** How `auto` chose: the method, the reason, and what was measured. */
export interface MethodChoice {
  readonly method: 'flop' | 'cam' | 'direct-lingam';
  readonly why: string;
  readonly measured: Readonly<Record<string, number>>;
}

/** Most variables for which curves are fitted without being asked for. */
const mostForCurves = 40;
/** Rows under which a departure from lines or bells is not trusted. */
const fewestRows = 200;
/** Share of the effects that must be clearly curved. */
const leastShare = 0.25;
/** What curves must gain, in nats per row and variable: with less CAM measured no better than FLOP, or worse. */
const leastGain = 0.01;
/** How far the noise may depend on the causes: with more CAM measured worse than FLOP. */
const mostDependence = 0.02;

/**
 * The method that the data call for. FLOP, unless its own fit shows that more can be had: if effects are clearly curved, curves
 * fit much better and the noise is added to them, `cam`; if they are lines and the noise of all variables but one is clearly not
 * Gaussian, `directLingam`.
 *
 * Regimes, categories and knowledge that settles directions always go to FLOP. The result's message and
 * `details.choice` say which method it was and why. Knowledge and budget apply to whatever is run.
 *
 * @example
 * import { createTable } from '@cfe/data';
 * import { linearGaussian } from '@cfe/scm';
 * import { auto } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 1], [0, 0]] });
 * const rows = truth.sample(300, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * (await auto().learn(table, {})).details.choice.method; // → 'flop'
 */
export function auto(): StructureMethod {
  return {
    name: 'auto',
    async learn(table, run) {
      const { choice, first } = await chooseMethod(table, run);
      const result = first ?? (await methodOf(choice).learn(table, run));
      return {
        ...result,
        message: `${choice.why} ${result.message}`,
        details: { ...result.details, choice },
      };
    },
  };
}

/** The method that a choice names. */
export function methodOf(choice: MethodChoice): StructureMethod {
  return { flop, cam, 'direct-lingam': directLingam }[choice.method]();
}

async function chooseMethod(
  table: Table,
  run: LearnOptions,
): Promise<{ readonly choice: MethodChoice; readonly first?: StructureResult }> {
  const d = table.names.length;
  const stay = async (why: string, measured: Readonly<Record<string, number>> = {}) => ({
    choice: { method: 'flop' as const, why, measured },
    first: await flop().learn(table, run),
  });
  const intervened = table.regimes?.list.some(({ targets }) => targets === 'unknown' || targets.length > 0);
  if (intervened === true) return stay('Chose FLOP in its interventional form, since the table has regimes.');
  const categories = table.variables.filter(({ kind }) => kind === 'categorical').length;
  if (categories === d) return stay('Chose FLOP with the BDeu score, since all variables are categorical.');
  if (categories > 0) {
    return stay('Chose FLOP with the degenerate Gaussian score, since some variables are categorical.');
  }
  if (table.rows < fewestRows || table.rows < 10 * d) {
    return stay(`Chose FLOP: ${table.rows} rows are too few to tell curves or odd noise in ${d} variables.`);
  }
  const began = performance.now();
  const first = await flop().learn(table, run);
  if (first.status === 'budget') {
    return {
      choice: {
        method: 'flop',
        why: 'Chose FLOP: the time limit left no time to look further.',
        measured: {},
      },
      first,
    };
  }
  const breathe = breather(run.signal);
  const columns = standardise(table.names.map((name) => table.column(name)));
  const parents = table.names.map((name) =>
    parentsOf(first.dag!, name).map((parent) => table.names.indexOf(parent)),
  );
  const residuals = residualsOf(columns, parents);
  const curved = await curvature(columns, parents, residuals, breathe);
  const odd = residuals.filter((residual) => normality(residual) < 0.001 / d).length;
  const gain = await curveGain(columns, parents, breathe);
  const edges = parents.reduce((sum, list) => sum + list.length, 0);
  const measured = {
    rows: table.rows,
    variables: d,
    edgesThatCurve: curved.edges,
    edges,
    nonGaussianResiduals: odd,
    curveGain: gain,
  };
  const stayed = (why: string, more: Readonly<Record<string, number>> = {}) => ({
    choice: { method: 'flop' as const, why, measured: { ...measured, ...more } },
    first,
  });
  const told = `${curved.edges} of ${edges} effects are clearly curved`;
  if (edges > 0 && curved.edges >= Math.max(1, leastShare * edges)) {
    if (gain < leastGain) {
      return stayed(
        `Chose FLOP: ${told}, but so slightly (${gain.toFixed(4)} nats per row and variable) that curves would tell no directions.`,
      );
    }
    if (d > mostForCurves) {
      return stayed(
        `Chose FLOP although ${told}, since ${d} variables are many for CAM; ask for 'cam' to have it anyway.`,
      );
    }
    const second = await cam().learn(table, { ...run, budget: budgetLeft(run.budget, began) });
    const dependence = await noiseDependence(
      columns,
      table.names.map((name) => parentsOf(second.dag!, name).map((parent) => table.names.indexOf(parent))),
      breathe,
    );
    if (dependence > mostDependence) {
      return stayed(
        `Chose FLOP: ${told}, but the size of the noise depends on the causes (${(100 * dependence).toFixed(1)}% of its variance), so it is not added as CAM assumes and curves would tell wrong directions.`,
        { noiseDependence: dependence },
      );
    }
    return {
      choice: {
        method: 'cam',
        why: `Chose CAM: ${told}, and curves tell directions that lines cannot.`,
        measured: { ...measured, noiseDependence: dependence },
      },
      first: second,
    };
  }
  if (d > 1 && odd >= d - 1 && curved.edges === 0) {
    return {
      choice: {
        method: 'direct-lingam',
        why: `Chose DirectLiNGAM: effects are lines and the noise of ${odd} of ${d} variables is clearly not Gaussian, which tells directions.`,
        measured,
      },
    };
  }
  return stayed(
    odd === 0
      ? 'Chose FLOP: effects are lines and noise is Gaussian as far as the data show, so directions beyond the class cannot be told.'
      : `Chose FLOP: effects are lines, and the noise of only ${odd} of ${d} variables is clearly not Gaussian.`,
  );
}

/** What a time limit leaves for a second method. */
function budgetLeft(budget: Budget | undefined, began: number): Budget | undefined {
  if (budget?.seconds === undefined) return budget;
  return { ...budget, seconds: Math.max(1e-6, budget.seconds - (performance.now() - began) / 1000) };
}
