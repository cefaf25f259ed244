// The kernels of the fused executor (see KernelInstance in @cfe/autograd/kernels), compiled by scripts/build-kernels.mjs.
export { activationBackward } from './activation';
export { layer, layerPanel4, layerPanel8, layerSingle } from './layer';
export { gradientColumn, gradientRow, gradientTile, layerGradient } from './layer-gradient';
export { adam, addAndSquare } from './optimizer';
export { foldGates, unfoldGates } from './gates';
export { accumulateRows } from './rows';
export { factorise64, inverseTransposed64, product64 } from './matrix';
