export { parseArrow } from './parse-arrow.ts';
