import * as tf from '@tensorflow/tfjs-core';
import type { Plan } from '../../plan.ts';
import { planLayout } from '../../plan-layout.ts';
import { columnStarts, disposeGroup, type Group, groupsOf } from './groups.ts';
import { type Packing, type Parting, packingOf, parting } from './pack.ts';
import { type Picking, picking } from './pick.ts';

/** A group and where its inputs are among the columns that there are when its turn comes. */
interface Step {
  readonly group: Group;
  readonly inputs: Picking;
}

/** Which rows of the parameters, of `[variables, rows]` and of `[noiseColumns, rows]` belong to which of some groups. */
interface GroupParts {
  readonly parameters: Packing;
  readonly variables: Parting;
  readonly noise: Parting;
}

/** In which order the groups of a plan are computed, and how results are put back into the order of the variables. */
export interface Arrangement {
  /** whether an edge points against the levels: its gate is 0, and it reads what `everything` made of finished values */
  readonly against: boolean;
  /** for values from noise: the groups of each topological level */
  readonly levels: readonly (readonly Step[])[];
  /** for complete rows: all groups at once */
  readonly everything: readonly Step[];
  /** what the groups of `levels` read, one after another */
  readonly ofLevels: GroupParts;
  /** `[noiseColumns]`: whose noise each column is */
  readonly noiseOwner: tf.Tensor1D;
  /** what those of `everything` read */
  readonly ofEverything: GroupParts;
  /** from the order of `levels` to that of the variables */
  readonly valueOrder: Picking;
  /** from the order of `everything` to that of the variables, and of their noise */
  readonly variableOrder: Picking;
  readonly noiseOrder: Picking;
  dispose(): void;
}

export function arrangementOf(plan: Plan): Arrangement {
  const layout = planLayout(plan);
  const d = plan.variables;
  const starts = columnStarts(plan);
  const held: Picking[] = [];
  const hold = (found: Picking): Picking => {
    held.push(found);
    return found;
  };

  const byLevel = plan.levels.map((level) => groupsOf(plan, level));
  const all = groupsOf(plan, Array(d).keys());
  const order = all.flatMap(({ members }) => members);
  const columnOrder = order.flatMap((j) => range(starts[j] as number, starts[j + 1] as number));
  // Ancestral: columns are there in the order in which the groups were computed.
  const against = pointsBack(plan);
  const made: number[] = against ? columnOrder.slice() : [];
  const madeVariables: number[] = [];
  const ancestral = byLevel.map((groups) => {
    const before = made.slice();
    for (const { members } of groups)
      for (const j of members) {
        madeVariables.push(j);
        for (let column = starts[j] as number; column < (starts[j + 1] as number); column++)
          made.push(column);
      }
    return groups.map((group) => ({
      group,
      inputs: hold(
        picking(
          group.columns.map((column) => before.lastIndexOf(column)),
          before.length,
        ),
      ),
    }));
  });
  const valueOrder = hold(picking(inverse(madeVariables), madeVariables.length));
  // Teacher: all columns are there, group after group as well.
  const teacher = all.map((group) => ({
    group,
    inputs: hold(
      picking(
        group.columns.map((column) => columnOrder.indexOf(column)),
        columnOrder.length,
      ),
    ),
  }));
  const variableOrder = hold(picking(inverse(order), d));
  const noiseOrder = hold(picking(inverse(all.flatMap(({ noise }) => noise)), layout.noiseColumns));
  const partsOf = (groups: readonly Group[]): GroupParts => {
    const parts = {
      parameters: packingOf(groups, layout.parameters),
      variables: parting(
        groups.map(({ members }) => members),
        d,
      ),
      noise: parting(
        groups.map(({ noise }) => noise),
        layout.noiseColumns,
      ),
    };
    held.push(parts.parameters.parting.picking, parts.variables.picking, parts.noise.picking);
    return parts;
  };
  const noiseOwner = tf.keep(
    tf.tensor1d(
      layout.mechanisms.flatMap(({ noiseWidth }, j) => Array<number>(noiseWidth).fill(j)),
      'int32',
    ),
  );
  return {
    against,
    noiseOwner,
    ofLevels: partsOf(byLevel.flat()),
    ofEverything: partsOf(all),
    levels: ancestral,
    everything: teacher,
    valueOrder,
    variableOrder,
    noiseOrder,
    dispose() {
      noiseOwner.dispose();
      for (const { take, back } of held) {
        take.dispose();
        back.dispose();
      }
      for (const group of [...byLevel.flat(), ...all]) disposeGroup(group);
    },
  };
}

/** Whether a parent is not on an earlier level than its child. */
function pointsBack({ levels, parents: { offsets, items } }: Plan): boolean {
  const levelOf = new Int32Array(offsets.length - 1);
  for (const [number, level] of levels.entries()) for (const j of level) levelOf[j] = number;
  return levels.some((level, number) =>
    level.some((j) =>
      items.subarray(offsets[j], offsets[j + 1]).some((i) => (levelOf[i] as number) >= number),
    ),
  );
}

function inverse(order: readonly number[]): number[] {
  const at: number[] = new Array(order.length);
  for (const [position, item] of order.entries()) at[item] = position;
  return at;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, k) => from + k);
}
