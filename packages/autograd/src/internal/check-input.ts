import { InputError, quoteName, ShapeError } from '@cfe/base';
import type { AbductInput, ForwardInput, TeacherInput } from '../executor.ts';
import type { Plan } from '../plan.ts';
import type { PlanAction } from '../plan-action.ts';
import { planLayout } from '../plan-layout.ts';

/** Refuses what an ancestral pass cannot run, before it runs. */
export function checkForward(plan: Plan, { rows, parameters, noise, gates, action }: ForwardInput): void {
  if (plan.levels.length === 0 && plan.variables > 0 && !plan.gated) {
    throw new InputError(
      'autograd/cyclic-plan',
      "forward: the edges of this plan form a cycle, so values do not follow from noise. Create it with gates: 'edges' and give gates that leave no cycle in any row, or harden the graph first.",
    );
  }
  checkCommon('forward', plan, rows, parameters, gates);
  checkLength('forward', 'noise', noise.length, planLayout(plan).noiseColumns * rows);
  if (action !== undefined) checkAction('forward', plan, action, rows);
  checkNoise(plan, noise, action?.cut, rows);
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
  if (rowWeights !== undefined) {
    checkLength(where, 'rowWeights', rowWeights.length, rows);
    checkFinite(where, 'rowWeights', rowWeights);
  }
  if (action !== undefined) {
    checkAction(where, plan, action, rows);
    checkDensity(where, plan, action, omit, rows);
  }
  checkValues(where, plan, values, rows, [omit, action?.cut]);
}

/** Refuses what abduction cannot run. */
export function checkAbduct(plan: Plan, { rows, parameters, values, gates, uniforms }: AbductInput): void {
  checkCommon('abduct', plan, rows, parameters, gates);
  checkLength('abduct', 'values', values.length, plan.variables * rows);
  checkValues('abduct', plan, values, rows, []);
  const categorical = plan.mechanisms.some(({ head }) => head.kind === 'categorical');
  if (uniforms !== undefined) {
    checkLength('abduct', 'uniforms', uniforms.length, planLayout(plan).noiseColumns * rows);
    checkUniforms(plan, uniforms, rows);
  } else if (categorical) {
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
  if (gates === undefined) return;
  if (gates.length !== layout.edges) checkLength(where, 'gates', gates.length, layout.edges * rows);
  checkFinite(where, 'gates', gates);
}

function checkAction(where: string, plan: Plan, action: PlanAction, rows: number): void {
  const { cut, value, shift, scale, noiseFactor } = action;
  const parts = { cut, value, shift, scale, noiseFactor };
  for (const [name, part] of Object.entries(parts)) {
    if (part !== undefined) checkLength(where, `action.${name}`, part.length, plan.variables * rows);
  }
  const cutsOnly = shift === undefined && scale === undefined && noiseFactor === undefined;
  for (const [j, { head }] of plan.mechanisms.entries()) {
    const levels = head.kind === 'categorical' ? head.levels : 0;
    if (cutsOnly && !cut.subarray(j * rows, (j + 1) * rows).includes(1)) continue;
    for (let at = j * rows; at < (j + 1) * rows; at++) {
      if (cut[at] === 1) {
        const v = value[at] as number;
        if (!Number.isFinite(v) || (levels > 0 && !isLevel(v, levels)))
          throw badValue(where, plan, j, at - j * rows, v);
        continue;
      }
      if (cutsOnly) continue;
      const changes = [shift?.[at] ?? 0, scale?.[at] ?? 1, noiseFactor?.[at] ?? 1] as const;
      const broken = changes.find((change) => !Number.isFinite(change));
      if (broken !== undefined) {
        throw new InputError(
          'autograd/action-value',
          `${where}: the shift, scale or noise factor of ${quoteName(plan.names[j] as string)} is ${broken} in row ${at - j * rows}; it must be finite.`,
          { variable: plan.names[j], row: at - j * rows, value: broken },
        );
      }
      if (levels > 0 && (changes[0] !== 0 || changes[1] !== 1 || changes[2] !== 1)) {
        throw new InputError(
          'autograd/categorical-action',
          `${where}: ${quoteName(plan.names[j] as string)} is categorical; in row ${at - j * rows} it can be cut, not shifted or scaled.`,
          { variable: plan.names[j], row: at - j * rows },
        );
      }
    }
  }
}

/** A term without spread has no density. */
function checkDensity(
  where: string,
  plan: Plan,
  { cut, scale, noiseFactor }: PlanAction,
  omit: Uint8Array | undefined,
  rows: number,
): void {
  if (scale === undefined && noiseFactor === undefined) return;
  for (let at = 0; at < cut.length; at++) {
    if (scale?.[at] !== 0 && noiseFactor?.[at] !== 0) continue;
    if (cut[at] === 1 || omit?.[at] === 1) continue;
    const [name, row] = [plan.names[Math.floor(at / rows)] as string, at % rows];
    throw new InputError(
      'autograd/no-density',
      `${where}: row ${row} of ${quoteName(name)} has scale or noise 0, so it has no density. Omit that term.`,
      { variable: name, row },
    );
  }
}

/** What a mechanism that is not cut reads; Gumbel noise may be infinite. */
function checkNoise(plan: Plan, noise: ArrayLike<number>, cut: Uint8Array | undefined, rows: number): void {
  for (const [j, { noise: from, noiseWidth }] of planLayout(plan).mechanisms.entries()) {
    const categorical = plan.mechanisms[j]?.head.kind === 'categorical';
    for (let at = from * rows; at < (from + noiseWidth) * rows; at++) {
      const u = noise[at] as number;
      if (Number.isFinite(u)) continue;
      const row = at % rows;
      if ((categorical && !Number.isNaN(u)) || cut?.[j * rows + row] === 1) continue;
      throw new InputError(
        'autograd/noise',
        `forward: the noise of ${quoteName(plan.names[j] as string)} is ${u} in row ${row}; it must be a finite number.`,
        { variable: plan.names[j], row, value: u },
      );
    }
  }
}

/** Values that a kept term reads, as its own or as a parent's. */
function checkValues(
  where: string,
  plan: Plan,
  values: ArrayLike<number>,
  rows: number,
  [omit, cut]: readonly (Uint8Array | undefined)[],
): void {
  checkLevels(where, plan, values, rows);
  let zero = 0; // NaN as soon as one value is not finite, without a branch for each
  for (let at = 0; at < values.length; at++) zero += 0 * (values[at] as number);
  if (zero === 0) return;
  for (let at = 0; at < values.length; at++) {
    if (Number.isFinite(values[at])) continue;
    const [j, row] = [Math.floor(at / rows), at % rows];
    const kept = (k: number): boolean => omit?.[k * rows + row] !== 1 && cut?.[k * rows + row] !== 1;
    const { offsets, items } = plan.parents;
    const read = plan.mechanisms.some(
      (_, k) => kept(k) && (k === j || items.subarray(offsets[k], offsets[k + 1]).includes(j)),
    );
    if (read) throw badValue(where, plan, j, row, values[at] as number);
  }
}

function checkUniforms(plan: Plan, uniforms: ArrayLike<number>, rows: number): void {
  for (const [j, { noise, noiseWidth }] of planLayout(plan).mechanisms.entries()) {
    if (plan.mechanisms[j]?.head.kind !== 'categorical') continue;
    for (let at = noise * rows; at < (noise + noiseWidth) * rows; at++) {
      const value = uniforms[at] as number;
      if (value > 0 && value < 1) continue;
      throw new InputError(
        'autograd/uniforms',
        `abduct: a uniform number for ${quoteName(plan.names[j] as string)} is ${value} in row ${at % rows}; it must lie between 0 and 1, ends excluded.`,
        { variable: plan.names[j], row: at % rows, value },
      );
    }
  }
}

function checkFinite(where: string, what: string, numbers: ArrayLike<number>): void {
  for (let at = 0; at < numbers.length; at++) {
    if (Number.isFinite(numbers[at])) continue;
    throw new InputError(
      'autograd/number',
      `${where}: ${what}[${at}] is ${numbers[at]}; it must be a finite number.`,
      { what, at, value: numbers[at] },
    );
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
