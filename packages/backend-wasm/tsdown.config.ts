import { packageConfig } from '../../tsdown.base.ts';
export default packageConfig(import.meta.url);
