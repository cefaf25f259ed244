import type { CausalNetwork } from '@cfe/network';

/** The network with units that are not standardised: centres off 0 and scales off 1, as after a fit. */
export function withScales(network: CausalNetwork): CausalNetwork {
  const { state, variables } = network;
  network.update({
    ...state,
    scales: variables.map(({ kind }, j) =>
      kind === 'categorical' ? { centre: 0, scale: 1 } : { centre: j - 2, scale: 0.5 + 0.75 * j },
    ),
  });
  return network;
}
