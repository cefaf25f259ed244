import {
  type ClassicGraph,
  type InterventionPlan,
  type Simulation,
  selectRows,
  simulate,
  simulateClassic,
  type Table,
} from '@cfe/data';

/** Which classic data a cell is about. */
export interface ClassicSetting {
  readonly graph: ClassicGraph;
  readonly twin: 'linear' | 'nonlinear' | 'prototype';
  readonly noise: number;
}

/** The rows that may be learned from, and the truth that judges. */
export interface ClassicData {
  /** 1,000 observational rows, and 100 for each single-variable intervention */
  readonly training: Simulation;
  /** the observational rows alone, without regimes */
  readonly observed: Table;
  /** 500 unseen rows of the same model */
  readonly unseen: Simulation;
  readonly outcome: string;
}

/** The data of a cell: columns permuted and renamed, everything drawn from the seed. */
export function classicData({ graph, twin, noise }: ClassicSetting, seed: number): ClassicData {
  const interventions: InterventionPlan = {};
  const training = simulateClassic(graph, {
    twin,
    seed,
    interventions,
    ...(twin === 'prototype' ? {} : { noiseScale: noise }),
  });
  const { table } = training;
  const first = table.regimes?.of[0];
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r).filter(
    (r) => table.regimes?.of[r] === first,
  );
  const unseen = simulate({
    simulator: training.simulator,
    columns: 'as-drawn',
    rows: 500,
    seed: 1_000_000 + seed,
  });
  return {
    training,
    observed: withoutRegimes(selectRows(table, rows)),
    unseen,
    outcome: training.nameOf.y as string,
  };
}

/** The same rows as if nobody knew under which conditions they were collected. */
export function withoutRegimes(table: Table): Table {
  const { regimes: _, ...rest } = table;
  return { ...rest, regimes: undefined };
}
