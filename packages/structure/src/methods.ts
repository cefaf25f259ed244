import { auto } from './auto.ts';
import { cam } from './cam.ts';
import { dagma } from './dagma.ts';
import { directLingam } from './direct-lingam.ts';
import { flop } from './flop.ts';
import { ges } from './ges.ts';
import { pc } from './pc.ts';
import type { StructureMethod } from './structure-method.ts';

/** The methods that go by a name. */
export type MethodName = 'auto' | 'flop' | 'pc' | 'ges' | 'direct-lingam' | 'cam' | 'dagma';

const methods: Readonly<Record<MethodName, (options?: object) => StructureMethod>> = {
  auto,
  flop,
  pc,
  ges,
  'direct-lingam': directLingam,
  cam,
  dagma,
};

export const methodNames: readonly string[] = Object.keys(methods);

/** The method of a name with its defaults, or with the options it was made with elsewhere. */
export function methodNamed(name: string, options?: object): StructureMethod | undefined {
  return Object.hasOwn(methods, name) ? methods[name as MethodName](options) : undefined;
}
