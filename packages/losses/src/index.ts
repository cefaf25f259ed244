export { acyclicityPenalty } from './acyclicity-penalty.ts';
export { edgeNorms } from './edge-norms.ts';
export { invariantRisk, riskExtrapolation } from './invariance.ts';
export { interventionalLikelihood, predictionLikelihood } from './likelihood.ts';
export type { Loss, LossBatch, LossInput, LossValue } from './loss.ts';
export { pairedCounterfactual } from './paired-counterfactual.ts';
export { sparsity } from './sparsity.ts';
export { squaredError } from './squared-error.ts';
export { type WeightedLoss, weightedSum } from './weighted-sum.ts';
