import type { Variable } from '@cfe/base';
import { type Do, type Evidence, parseDo, parseEvidence } from '@cfe/scm';
import type { Typed } from '../command.ts';
import { listOf } from './options.ts';

interface Named {
  readonly variables: readonly Variable[];
}

/** What `--do` says, as an action on this model; `undefined` without one. */
export function actionFrom(options: Typed, { variables }: Named): Do | undefined {
  const texts = listOf(options, 'do');
  return texts.length === 0 ? undefined : parseDo(texts, variables);
}

/** What an option such as `--given` says of this model's variables; `undefined` without it. */
export function evidenceFrom(options: Typed, key: string, { variables }: Named): Evidence | undefined {
  const texts = listOf(options, key);
  return texts.length === 0 ? undefined : parseEvidence(texts, variables);
}
