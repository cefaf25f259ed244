export { registerLayerPrograms } from './layer-programs.ts';
