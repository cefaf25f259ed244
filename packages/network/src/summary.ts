import type { Variable } from '@cfe/base';
import { type Dag, parentsOf } from '@cfe/graph';
import { outputsOf } from './internal/mechanism.ts';
import type { MechanismSettings } from './mechanism-spec.ts';
import type { MechanismState } from './mechanism-state.ts';

/** One variable's line in a summary. */
export interface VariableSummary {
  readonly name: string;
  readonly parents: readonly string[];
  readonly mechanism: MechanismSettings['kind'] | 'root';
  readonly parameters: number;
  /** rows it was fitted to; 0 before the first fit */
  readonly rows: number;
  /** spread of the noise in the variable's unit; absent for a categorical variable */
  readonly noiseSd?: number;
}

/** What a network is, for a person (`text`) and for a program. */
export interface NetworkSummary {
  readonly variables: readonly VariableSummary[];
  readonly parameters: number;
  readonly text: string;
}

export function summarise(
  graph: Dag,
  variables: readonly Variable[],
  mechanisms: readonly MechanismSettings[],
  states: readonly MechanismState[],
): NetworkSummary {
  const rows = variables.map((variable, j): VariableSummary => {
    const state = states[j] as MechanismState;
    const parents = parentsOf(graph, variable.name);
    const kind = (mechanisms[j] as MechanismSettings).kind;
    return {
      name: variable.name,
      parents,
      mechanism: parents.length === 0 ? 'root' : kind,
      parameters: state.parameters.length,
      rows: state.rows,
      ...(state.noise === undefined ? {} : { noiseSd: state.noise.sd }),
    };
  });
  const parameters = rows.reduce((total, row) => total + row.parameters, 0);
  const cells = [
    ['variable', 'parents', 'mechanism', 'parameters', 'noise sd', 'rows'],
    ...rows.map((row, j) => [
      row.name,
      row.parents.join(', ') || '–',
      outputsOf(variables[j] as Variable) > 1 ? `${row.mechanism}, categorical` : row.mechanism,
      String(row.parameters),
      row.noiseSd === undefined ? '–' : row.noiseSd.toPrecision(3),
      row.rows === 0 ? 'not fitted' : String(row.rows),
    ]),
  ];
  const widths = cells[0]?.map((_, c) => Math.max(...cells.map((line) => (line[c] as string).length))) ?? [];
  const lines = cells.map((line) => line.map((cell, c) => cell.padEnd(widths[c] as number)).join('  ').trimEnd());
  return { variables: rows, parameters, text: [...lines, `${parameters} parameters`].join('\n') };
}
