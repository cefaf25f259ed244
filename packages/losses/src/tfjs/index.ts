export { type TensorLoss, tensorLoss } from './tensor-loss.ts';
