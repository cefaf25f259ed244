import { planLayout } from '@cfe/autograd';
import { incident } from '@cfe/graph';
import type { CausalNetwork } from '@cfe/network';
import type { LinearGaussian } from '@cfe/scm';

/** Gives a network of linear mechanisms the parameters of an exact model, in standardised units chosen at will. */
export function setLinear(network: CausalNetwork, truth: LinearGaussian): void {
  const { plan, graph } = network;
  const { nodes, weights, intercepts, noiseVariances } = truth.spec;
  const scales = graph.nodes.map((_, j) => ({ centre: 0.3 * j - 1, scale: 0.4 + 0.3 * j }));
  const parameters = new Float64Array(planLayout(plan).parameters);
  for (const [j, { layers, logScale }] of planLayout(plan).mechanisms.entries()) {
    const name = graph.nodes[j] as string;
    const own = nodes.indexOf(name);
    const { centre, scale } = scales[j] as (typeof scales)[number];
    let constant = (intercepts[own] as number) - centre;
    for (const [k, i] of [...incident(graph.parents, j)].entries()) {
      const w = weights[nodes.indexOf(graph.nodes[i] as string)]?.[own] as number;
      const parent = scales[i] as (typeof scales)[number];
      parameters[(layers[0]?.weights as number) + k] = (w * parent.scale) / scale;
      constant += w * parent.centre;
    }
    parameters[layers[0]?.bias as number] = constant / scale;
    parameters[logScale] = 0.5 * Math.log(noiseVariances[own] as number) - Math.log(scale);
  }
  network.update({ ...network.state, parameters, scales });
}
