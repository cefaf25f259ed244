import type { Executor, Floats } from '@cfe/autograd';
import type { ExtraLoss, LossRows } from './extra-loss.ts';

/** Extra losses, and how much each counts. */
export interface Balance {
  /** The weighted sum of their gradients at a point, `[parameters]`; the balance's own array. */
  gradient(executor: Executor, parameters: Floats, rows: LossRows): Float64Array;
  /** By name: the last value, and the factor that its gradient was multiplied by. */
  report(): Readonly<Record<string, { readonly value: number; readonly factor: number }>>;
}

/**
 * @param lengths - running lengths of the gradients, the likelihood's last; the caller's, written to
 * @param last - by loss, its last value and factor; the caller's, written to
 */
export function lossBalance(
  losses: readonly ExtraLoss[],
  lengths: Float64Array,
  last: Float64Array,
  parameters: number,
): Balance {
  const total = new Float64Array(parameters);
  const isScaled = losses.some(({ scaling }) => scaling === 'gradient');
  const likelihood = losses.length;
  return {
    gradient(executor, point, rows) {
      total.fill(0);
      if (isScaled && rows.rows !== undefined) {
        const { gradient } = executor.likelihood({ ...rows.rows, parameters: point });
        update(lengths, likelihood, lengthOf(gradient.parameters));
      }
      for (const [k, { loss, weight, scaling, reads }] of losses.entries()) {
        const batch = rows[reads];
        if (batch === undefined) continue;
        const { value, gradient } = loss.evaluate({ executor, parameters: point, batch });
        let factor = weight;
        if (scaling === 'gradient') {
          update(lengths, k, lengthOf(gradient.parameters));
          const own = lengths[k] as number;
          factor *= own > 0 ? (lengths[likelihood] as number) / own : 0;
        }
        last[2 * k] = value;
        last[2 * k + 1] = factor;
        for (let i = 0; i < total.length; i++) {
          total[i] = (total[i] as number) + factor * (gradient.parameters[i] as number);
        }
      }
      return total;
    },
    report: () =>
      Object.fromEntries(
        losses.map(({ loss }, k) => [
          loss.name,
          { value: last[2 * k] as number, factor: last[2 * k + 1] as number },
        ]),
      ),
  };
}

function update(lengths: Float64Array, k: number, now: number): void {
  const before = lengths[k] as number;
  lengths[k] = before === 0 ? now : 0.95 * before + 0.05 * now;
}

function lengthOf(gradient: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < gradient.length; i++) squares += (gradient[i] as number) * (gradient[i] as number);
  return Math.sqrt(squares);
}
