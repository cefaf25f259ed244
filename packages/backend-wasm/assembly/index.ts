// The kernels of the fused executor (see KernelInstance in @cfe/autograd/kernels), compiled by scripts/build-kernels.mjs.
export { activationBackward } from './activation';
export { layer } from './layer';
export { layerGradient } from './layer-gradient';
export { adam, addAndSquare } from './optimizer';
