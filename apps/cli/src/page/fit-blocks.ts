import type { CausalNetwork } from '@cfe/network';
import type { Block } from '@cfe/report';
import { shown } from '../output/numbers.ts';

/** How well each mechanism fits, variable by variable. */
export function fitBlocks(network: CausalNetwork): Block[] {
  const { variables, rows, parameters } = network.summary();
  return [
    {
      kind: 'table',
      head: ['Variable', 'Direct causes', 'Mechanism', 'R²', 'Noise sd', 'Loss', 'Held-out loss'],
      numeric: [3, 4, 5, 6],
      rows: variables.map(({ name, parents, mechanism, hidden, noiseSd, fit }) => [
        name,
        parents.join(', ') || '–',
        hidden.length === 0 ? mechanism : `${mechanism} [${hidden.join(', ')}]`,
        fit?.r2 === undefined ? '–' : fit.r2.toFixed(2),
        shown(noiseSd, 3),
        shown(fit?.loss, 3),
        shown(fit?.heldOut, 3),
      ]),
      caption: `${parameters} parameters, ${rows} rows. R²: share of a variable's variance that its direct causes explain. Loss: mean negative log-likelihood in nats, on the rows that were fitted and on rows held out from the choice of shape.`,
    },
  ];
}
