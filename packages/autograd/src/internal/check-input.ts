import { InputError, quoteName, ShapeError } from '@cfe/base';
import type { AbductInput, ForwardInput, TeacherInput } from '../executor.ts';
import type { Plan } from '../plan.ts';
import type { PlanAction } from '../plan-action.ts';
import { planLayout } from '../plan-layout.ts';

/** Refuses what an ancestral pass cannot run, before it runs. */
export function checkForward(plan: Plan, { rows, parameters, noise, gates, action }: ForwardInput): void {
  if (plan.levels.length === 0 && plan.variables > 0) {
    throw new InputError(
      'autograd/cyclic-plan',
      'forward: the edges of this plan form a cycle, so values do not follow from noise. Harden the graph first; a cyclic one takes teacher-forced passes only.',
    );
  }
  checkCommon('forward', plan, rows, parameters, gates);
  checkLength('forward', 'noise', noise.length, planLayout(plan).noiseColumns * rows);
  if (action !== undefined) checkAction('forward', plan, action, rows);
}

/** Refuses what a teacher-forced pass cannot run. */
export function checkTeacher(
  where: string,
  plan: Plan,
  { rows, parameters, values, gates, omit, action, rowWeights }: TeacherInput,
): void {
  checkCommon(where, plan, rows, parameters, gates);
  checkLength(where, 'values', values.length, plan.variables * rows);
  if (omit !== undefined) checkLength(where, 'omit', omit.length, plan.variables * rows);
  if (rowWeights !== undefined) checkLength(where, 'rowWeights', rowWeights.length, rows);
  if (action !== undefined) checkAction(where, plan, action, rows);
  checkLevels(where, plan, values, rows);
}

/** Refuses what abduction cannot run. */
export function checkAbduct(plan: Plan, { rows, parameters, values, gates, uniforms }: AbductInput): void {
  checkCommon('abduct', plan, rows, parameters, gates);
  checkLength('abduct', 'values', values.length, plan.variables * rows);
  checkLevels('abduct', plan, values, rows);
  const categorical = plan.mechanisms.some(({ head }) => head.kind === 'categorical');
  if (uniforms !== undefined)
    checkLength('abduct', 'uniforms', uniforms.length, planLayout(plan).noiseColumns * rows);
  else if (categorical) {
    throw new InputError(
      'autograd/uniforms',
      'abduct: the plan has a categorical variable, whose noise is drawn from its posterior: give `uniforms`.',
    );
  }
}

/** Refuses an array of another length than a reverse sweep needs. */
export function checkUpstream(where: string, length: number, expected: number): void {
  checkLength(where, 'upstream', length, expected);
}

function checkCommon(
  where: string,
  plan: Plan,
  rows: number,
  parameters: ArrayLike<number>,
  gates: ArrayLike<number> | undefined,
): void {
  if (!(Number.isInteger(rows) && rows >= 0)) {
    throw new InputError('autograd/rows', `${where}: rows must be a whole number ≥ 0, got ${rows}.`, {
      rows,
    });
  }
  const layout = planLayout(plan);
  checkLength(where, 'parameters', parameters.length, layout.parameters);
  if (plan.gated !== (gates !== undefined)) {
    throw new InputError(
      'autograd/gates',
      plan.gated
        ? `${where}: this plan is gated: give \`gates\`, one per edge (${layout.edges}) or one per edge and row.`
        : `${where}: this plan has no gates. Leave them out, or create it with gates: 'edges'.`,
    );
  }
  if (gates !== undefined && gates.length !== layout.edges) {
    checkLength(where, 'gates', gates.length, layout.edges * rows);
  }
}

function checkAction(where: string, plan: Plan, action: PlanAction, rows: number): void {
  const { cut, value, shift, scale, noiseFactor } = action;
  const parts = { cut, value, shift, scale, noiseFactor };
  for (const [name, part] of Object.entries(parts)) {
    if (part !== undefined) checkLength(where, `action.${name}`, part.length, plan.variables * rows);
  }
  for (const [j, { head }] of plan.mechanisms.entries()) {
    const levels = head.kind === 'categorical' ? head.levels : 0;
    for (let at = j * rows; at < (j + 1) * rows; at++) {
      if (cut[at] === 1) {
        const v = value[at] as number;
        if (!Number.isFinite(v) || (levels > 0 && !isLevel(v, levels)))
          throw badValue(where, plan, j, at - j * rows, v);
      } else if (
        levels > 0 &&
        ((shift?.[at] ?? 0) !== 0 || (scale?.[at] ?? 1) !== 1 || (noiseFactor?.[at] ?? 1) !== 1)
      ) {
        throw new InputError(
          'autograd/categorical-action',
          `${where}: ${quoteName(plan.names[j] as string)} is categorical; in row ${at - j * rows} it can be cut, not shifted or scaled.`,
          { variable: plan.names[j], row: at - j * rows },
        );
      }
    }
  }
}

function checkLevels(where: string, plan: Plan, values: ArrayLike<number>, rows: number): void {
  for (const [j, { head }] of plan.mechanisms.entries()) {
    if (head.kind !== 'categorical') continue;
    for (let r = 0; r < rows; r++) {
      const v = values[j * rows + r] as number;
      if (!isLevel(v, head.levels)) throw badValue(where, plan, j, r, v);
    }
  }
}

function isLevel(value: number, levels: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < levels;
}

function badValue(where: string, plan: Plan, j: number, row: number, value: number): InputError {
  const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
  const needs =
    head.kind === 'categorical' ? `a level's index from 0 to ${head.levels - 1}` : 'a finite number';
  return new InputError(
    'autograd/value',
    `${where}: row ${row} of ${quoteName(plan.names[j] as string)} is ${value}; it must be ${needs}.`,
    { variable: plan.names[j], row, value },
  );
}

function checkLength(where: string, what: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new ShapeError(
    'autograd/length',
    `${where}: ${what} has ${length} entries, ${expected} are needed.`,
    {
      what,
      length,
      expected,
    },
  );
}
