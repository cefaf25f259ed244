import * as tf from '@tensorflow/tfjs-core';
import type { MechanismPlan, Plan } from '../../plan.ts';
import { type MechanismLayout, type PlanLayout, planLayout } from '../../plan-layout.ts';
import type { Piece } from './pack.ts';
import { type Picking, picking } from './pick.ts';

/** Where one layer of all members of a group lies in the parameters. */
export interface GroupLayer {
  readonly outputs: number;
  readonly inputs: number;
  /** `[members * outputs * inputs]`, 0 where a member does not read an input of the group */
  readonly weights: Piece;
  /** `[members * outputs]` */
  readonly bias: Piece;
  /** with a skip, of the last layer: `[members * outputs * group inputs]` */
  readonly skip: Piece | undefined;
}

/** Where the gates of a group's inputs come from. */
export interface GroupGates {
  /** `[members * variables]` of the edges, 0 where a member does not read a variable */
  readonly pick: Picking;
  /** number of variables that some member reads */
  readonly variables: number;
  /** `[members, columns, variables]`: from variables to their columns, where a category has several */
  readonly spread: tf.Tensor3D | undefined;
}

/** Mechanisms of equal make, computed together. */
export interface Group {
  readonly members: readonly number[];
  readonly mechanism: MechanismPlan;
  /** input columns that some member reads, ascending; a category has a column for each level */
  readonly columns: readonly number[];
  readonly layers: readonly GroupLayer[];
  /** `[members]`, where log σ is learned */
  readonly logScale: Piece | undefined;
  readonly gates: GroupGates | undefined;
  /** noise columns of the members, one after another */
  readonly noise: readonly number[];
}

/** First input column of every variable, and the number of all columns at the end. */
export function columnStarts({ widths }: Plan): number[] {
  const starts = [0];
  for (const width of widths) starts.push((starts.at(-1) as number) + width);
  return starts;
}

/** Groups among some variables, such as those of one level. Mechanisms with and without parents never share one. */
export function groupsOf(plan: Plan, variables: Iterable<number>): Group[] {
  const layout = planLayout(plan);
  const bySignature = new Map<string, number[]>();
  for (const j of variables) {
    const { hidden, activation, skip, head } = plan.mechanisms[j] as MechanismPlan;
    const orphan = layout.mechanisms[j]?.inputs === 0;
    const key = JSON.stringify(orphan ? [head] : [hidden, activation, skip, head]);
    bySignature.set(key, [...(bySignature.get(key) ?? []), j]);
  }
  return [...bySignature.values()].map((members) => groupOf(plan, layout, members));
}

/** Frees the index tensors of a group. */
export function disposeGroup({ gates }: Group): void {
  gates?.pick.take.dispose();
  gates?.pick.back.dispose();
  gates?.spread?.dispose();
}

function groupOf(plan: Plan, layout: PlanLayout, members: number[]): Group {
  const first = layout.mechanisms[members[0] as number] as MechanismLayout;
  const inputs = members.map((j) => inputColumns(plan, j));
  const columns = [...new Set(inputs.flat())].sort((a, b) => a - b);
  /** For each member: position of each of the group's columns among its own inputs, or −1. */
  const places = inputs.map((own) => columns.map((column) => own.indexOf(column)));

  const layers = first.layers.map(({ inputs: read, outputs }, l): GroupLayer => {
    const bottom = l === 0 && first.inputs > 0;
    const hidden = l === 0 ? 0 : (first.layers[l - 1]?.outputs as number);
    const skips = l > 0 && read > hidden;
    const width = bottom ? columns.length : hidden;
    const index = (of: 'units' | 'inputs'): number[] =>
      members.flatMap((j, k) => {
        const { weights, inputs: stride } = (layout.mechanisms[j] as MechanismLayout).layers[
          l
        ] as (typeof first.layers)[0];
        return Array.from({ length: outputs }, (_, o) => {
          const from = weights + o * stride;
          if (of === 'units' && !bottom) return Array.from({ length: hidden }, (_, i) => from + i);
          return (places[k] as number[]).map((place) => (place < 0 ? -1 : from + hidden + place));
        }).flat();
      });
    const bias = members.flatMap((j) => {
      const at = ((layout.mechanisms[j] as MechanismLayout).layers[l] as (typeof first.layers)[0]).bias;
      return Array.from({ length: outputs }, (_, o) => at + o);
    });
    return {
      outputs,
      inputs: width,
      weights: { indices: index('units') },
      bias: { indices: bias },
      skip: skips ? { indices: index('inputs') } : undefined,
    };
  });

  const scales = members.map((j) => (layout.mechanisms[j] as MechanismLayout).logScale);
  const noise = members.flatMap((j) => {
    const { noise: from, noiseWidth } = layout.mechanisms[j] as MechanismLayout;
    return Array.from({ length: noiseWidth }, (_, k) => from + k);
  });
  return {
    members,
    mechanism: plan.mechanisms[members[0] as number] as MechanismPlan,
    columns,
    layers,
    logScale: scales.every((at) => at >= 0) ? { indices: scales } : undefined,
    gates: plan.gated && columns.length > 0 ? gatesOf(plan, members) : undefined,
    noise,
  };
}

/** The input columns of mechanism j, in its own order. */
function inputColumns(plan: Plan, j: number): number[] {
  const starts = columnStarts(plan);
  return Array.from(
    plan.parents.items.subarray(plan.parents.offsets[j], plan.parents.offsets[j + 1]),
  ).flatMap((i) =>
    Array.from({ length: plan.widths[i] as number }, (_, level) => (starts[i] as number) + level),
  );
}

/** An edge has one gate, whatever the number of columns that a category needs. */
function gatesOf(plan: Plan, members: readonly number[]): GroupGates {
  const { offsets, items } = plan.parents;
  const parents = (j: number): Int32Array => items.subarray(offsets[j], offsets[j + 1]);
  const variables = [...new Set(members.flatMap((j) => [...parents(j)]))].sort((a, b) => a - b);
  const take = members.flatMap((j) =>
    variables.map((i) => {
      const place = parents(j).indexOf(i);
      return place < 0 ? -1 : (offsets[j] as number) + place;
    }),
  );
  const widths = variables.map((i) => plan.widths[i] as number);
  const wide = widths.some((width) => width > 1);
  const spread = widths.flatMap((width, k) =>
    Array.from({ length: width }, () => variables.map((_, v) => (v === k ? 1 : 0))),
  );
  return {
    pick: picking(take, items.length),
    variables: variables.length,
    spread: wide ? tf.keep(tf.tensor3d(members.map(() => spread))) : undefined,
  };
}
