import { flop } from './flop.ts';
import type { StructureMethod } from './structure-method.ts';

/** The methods that go by a name. */
export type MethodName = 'auto' | 'flop';

const methods: Readonly<Record<MethodName, (options?: object) => StructureMethod>> = {
  auto: flop,
  flop,
};

export const methodNames: readonly string[] = Object.keys(methods);

/** The method of a name with its defaults, or with the options it was made with elsewhere. */
export function methodNamed(name: string, options?: object): StructureMethod | undefined {
  return Object.hasOwn(methods, name) ? methods[name as MethodName](options) : undefined;
}
