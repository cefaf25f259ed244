import type { Floats, PlanAction, TeacherInput } from '@cfe/autograd';

/** States of a job, in shared memory. */
export const jobState = { running: 0, done: 1, failed: 2 } as const;

/** What a thread is started with. */
export interface ThreadStart {
  readonly plan: unknown;
  readonly variant: string | undefined;
  /** `[1]`: 1 once the thread takes jobs */
  readonly ready: Int32Array;
}

/** One share of a teacher-forced pass, all of it in shared memory. */
export interface ShareJob {
  readonly input: TeacherInput;
  /** `[1]`, a `jobState` */
  readonly state: Int32Array;
  readonly loss: Float64Array;
  readonly gradient: Float32Array;
  readonly gates: Float32Array | undefined;
}

/** The same numbers in shared memory; an array that is there already and fits is used again. */
export function shared<T extends Floats | Uint8Array>(from: T, known: Floats | Uint8Array | undefined): T {
  const fits = known?.constructor === from.constructor && known.length === from.length;
  const Type = from.constructor as new (buffer: SharedArrayBuffer) => T;
  const to = fits ? (known as T) : new Type(new SharedArrayBuffer(from.byteLength));
  to.set(from as never);
  return to;
}

/** A teacher-forced input in shared memory, but for its `omit`. */
export function sharedInput(
  input: TeacherInput,
  known: TeacherInput | undefined,
): Omit<TeacherInput, 'omit'> {
  const { rows, parameters, values, gates, action, rowWeights } = input;
  return {
    rows,
    parameters: shared(parameters, known?.parameters),
    values: shared(values, known?.values),
    gates: gates && shared(gates, known?.gates),
    rowWeights: rowWeights && shared(rowWeights, known?.rowWeights),
    action:
      action &&
      (Object.fromEntries(
        Object.entries(action).map(([name, part]) => [
          name,
          part && shared(part, known?.action?.[name as keyof PlanAction]),
        ]),
      ) as unknown as PlanAction),
  };
}
