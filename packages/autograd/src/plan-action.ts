import type { Floats } from './floats.ts';

/**
 * An intervention as an executor takes it, spread over rows; all arrays are `[d * rows]`, by variable.
 *
 * x = cut ? value : scale · f(parents, noiseFactor · u) + shift. Absent parts are 0 (shift) or 1 (scale,
 * noiseFactor). A categorical variable can only be cut.
 */
export interface PlanAction {
  /** 1 where the edges into the variable are cut, in this row only */
  readonly cut: Uint8Array;
  /** read where cut, and nowhere else */
  readonly value: Floats;
  readonly shift?: Floats | undefined;
  readonly scale?: Floats | undefined;
  readonly noiseFactor?: Floats | undefined;
}
