import type { Do } from '@cfe/scm';
import { assignments } from './assignments.ts';

/** What `--do` says, as an action; `undefined` without one. */
export function actionFrom(texts: readonly string[]): Do | undefined {
  return texts.length === 0 ? undefined : assignments(texts, '--do');
}
