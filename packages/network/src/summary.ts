import { type Plan, planLayout } from '@cfe/autograd';
import type { Variable } from '@cfe/base';
import { parentsOf } from '@cfe/graph';
import { noiseUnits } from './internal/noise-columns.ts';
import type { MechanismKind, MechanismSettings } from './mechanism-choice.ts';
import type { NetworkState, VariableFit } from './network-state.ts';

/** One variable's line in a summary. */
export interface VariableSummary {
  readonly name: string;
  readonly kind: Variable['kind'];
  readonly parents: readonly string[];
  /** `'root'` for a continuous variable without parents under additive noise */
  readonly mechanism: MechanismKind | 'root';
  readonly hidden: readonly number[];
  readonly parameters: number;
  /** spread of an additive variable's noise, in its own unit */
  readonly noiseSd?: number | undefined;
  /** absent before the first fit */
  readonly fit?: VariableFit | undefined;
}

/** What a network is, for a person (`text`) and for a program. */
export interface NetworkSummary {
  readonly variables: readonly VariableSummary[];
  readonly parameters: number;
  readonly rows: number;
  readonly text: string;
}

export function summarise(
  variables: readonly Variable[],
  mechanisms: readonly MechanismSettings[],
  plan: Plan,
  state: NetworkState,
): NetworkSummary {
  const layout = planLayout(plan);
  const units = noiseUnits(plan, state);
  const lines = variables.map(({ name, kind }, j): VariableSummary => {
    const own = mechanisms[j] as MechanismSettings;
    const parents = parentsOf(state.graph, name);
    const { from = 0, to = 0 } = layout.mechanisms[j] ?? {};
    const isAdditive = plan.mechanisms[j]?.head.kind === 'additive';
    return {
      name,
      kind,
      parents,
      mechanism: parents.length === 0 && isAdditive ? 'root' : own.kind,
      hidden: parents.length === 0 ? [] : own.hidden,
      parameters: to - from,
      noiseSd: isAdditive ? units[j] : undefined,
      fit: state.fit[j],
    };
  });
  return {
    variables: lines,
    parameters: layout.parameters,
    rows: state.rows,
    text: textOf(lines, layout.parameters, state),
  };
}

function textOf(lines: readonly VariableSummary[], parameters: number, { rows }: NetworkState): string {
  const number = (x: number | undefined, digits: number): string =>
    x === undefined ? '–' : x.toPrecision(digits);
  const cells = [
    ['variable', 'parents', 'mechanism', 'parameters', 'noise sd', 'R²', 'loss', 'rows'],
    ...lines.map(({ name, parents, mechanism, hidden, parameters: own, noiseSd, fit }) => [
      name,
      parents.join(', ') || '–',
      hidden.length === 0 ? mechanism : `${mechanism} [${hidden.join(', ')}]`,
      String(own),
      number(noiseSd, 3),
      fit?.r2 === undefined ? '–' : fit.r2.toFixed(3),
      number(fit?.loss, 4),
      fit === undefined ? '–' : String(fit.rows),
    ]),
  ];
  const widths = (cells[0] as string[]).map((_, c) =>
    Math.max(...cells.map((line) => (line[c] as string).length)),
  );
  const table = cells.map((line) =>
    line
      .map((cell, c) => cell.padEnd(widths[c] as number))
      .join('  ')
      .trimEnd(),
  );
  const foot = `${parameters} parameters, ${rows === 0 ? 'not fitted yet' : `fitted to ${rows} rows`}`;
  return [...table, foot].join('\n');
}
