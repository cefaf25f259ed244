import { InputError, quoteName, throwUnknownName, type Variable } from '@cfe/base';
import type { Evidence } from './causal-model.ts';
import { checkDistribution, type Distribution } from './distribution.ts';
import { argumentNames, type NamedLaw } from './internal/law-arguments.ts';
import { type LineScanner, lineScanner } from './internal/line-scanner.ts';
import type { Intervention } from './intervention.ts';

/**
 * Interventions from their text form, in order: `x=1` hard, `x+=0.5` shift, `x*=2` scale, `x~normal(0,1)` stochastic.
 *
 * A name ends at the first operator; one that holds an operator, or begins or ends with a blank, stands in quotation marks
 * with backslash escapes (`"x->y"=1`, `"a=b"=1`). A value is a number, or a level's name, in quotation marks if it holds a
 * quotation mark or looks like a number. Laws: `normal(mean, sd)`, `uniform(low, high)`, `laplace(mean, scale)`,
 * `exponential(rate)`, `gumbel(location, scale)`, `logistic(location, scale)`, `student-t(degrees, location, scale)`,
 * `empirical(value, …)` and `categorical(p, …)`, where known levels may be named: `categorical(no: 0.2, yes: 0.8)`.
 *
 * @param variables - the model's; then names and levels are checked, and a categorical value is read as a level's name
 * @throws {@link InputError} (`'scm/do-text'`, `details.index` and `details.column`, the latter from 1) for another form
 * @throws {@link InputError} (`'scm/contradictory-do'`) if a variable gets a value and a second intervention
 * @throws {@link UnknownNameError} for a variable or level that the model has not
 * @example
 * import { parseDo } from '@cfe/scm';
 * parseDo(['x=1', '"x->y"+=0.5']); // → [{ target: 'x', kind: 'hard', value: 1 }, { target: 'x->y', kind: 'shift', by: 0.5 }]
 * parseDo(['z~normal(0,1)'])[0]; // → { target: 'z', kind: 'stochastic', distribution: { kind: 'normal', mean: 0, sd: 1 } }
 */
export function parseDo(texts: readonly string[], variables?: readonly Variable[]): Intervention[] {
  const taken = new Map<string, 'cut' | 'kept'>();
  return texts.map((text, index) => {
    const scan = lineScanner(text, { where: 'parseDo', code: 'scm/do-text', index });
    const intervention = readIntervention(scan, variables);
    scan.end();
    const cut = intervention.kind === 'hard' || intervention.kind === 'stochastic' ? 'cut' : 'kept';
    const before = taken.get(intervention.target);
    if (before === 'cut' || (before === 'kept' && cut === 'cut')) {
      throw new InputError(
        'scm/contradictory-do',
        `parseDo: ${quoteName(intervention.target)} gets a value and a second intervention (${quoteName(text)}). Keep one of them.`,
        { target: intervention.target, index },
      );
    }
    taken.set(intervention.target, cut);
    return intervention;
  });
}

/**
 * Evidence from its text form, `z=2` or `weather=rain`; names and values as in {@link parseDo}.
 *
 * @throws {@link InputError} (`'scm/evidence-text'`, `details.index` and `details.column`) for another form
 * @throws {@link InputError} (`'scm/contradictory-evidence'`) if a variable is given twice
 * @throws {@link UnknownNameError} for a variable or level that the model has not
 * @example
 * import { parseEvidence } from '@cfe/scm';
 * parseEvidence(['z=2', 'weather=rain']); // → { z: 2, weather: 'rain' }
 */
export function parseEvidence(texts: readonly string[], variables?: readonly Variable[]): Evidence {
  const found = new Map<string, number | string>();
  for (const [index, text] of texts.entries()) {
    const scan = lineScanner(text, { where: 'parseEvidence', code: 'scm/evidence-text', index });
    const target = scan.name();
    const variable = variableOf('parseEvidence', target, variables);
    const operator = scan.operator();
    if (operator !== '=') scan.fail(`evidence is written name=value, found ${quoteName(operator)}`);
    const value = readValue(scan, 'parseEvidence', variable);
    scan.end();
    if (found.has(target)) {
      throw new InputError(
        'scm/contradictory-evidence',
        `parseEvidence: ${quoteName(target)} is given twice (${quoteName(text)}). Keep one.`,
        { target, index },
      );
    }
    found.set(target, value);
  }
  return Object.fromEntries(found);
}

function variableOf(
  where: string,
  name: string,
  variables: readonly Variable[] | undefined,
): Variable | undefined {
  if (variables === undefined) return undefined;
  const found = variables.find((variable) => variable.name === name);
  return (
    found ??
    throwUnknownName(
      where,
      'variable',
      name,
      variables.map((variable) => variable.name),
    )
  );
}

function readIntervention(scan: LineScanner, variables: readonly Variable[] | undefined): Intervention {
  const target = scan.name();
  const variable = variableOf('parseDo', target, variables);
  const operator = scan.operator();
  if (operator === '=') return { target, kind: 'hard', value: readValue(scan, 'parseDo', variable) };
  if (operator === '~') return { target, kind: 'stochastic', distribution: readLaw(scan, variable) };
  if (variable?.kind === 'categorical') {
    scan.fail(`${quoteName(target)} is categorical: it takes name=level or name~categorical(…)`);
  }
  return { target, kind: operator === '+=' ? 'shift' : 'scale', by: scan.number() };
}

function readValue(scan: LineScanner, where: string, variable: Variable | undefined): number | string {
  if (variable?.kind === 'continuous') return scan.number();
  const { text, quoted, number } = scan.value();
  if (variable === undefined) return quoted || number === undefined ? text : number;
  if (variable.levels.includes(text)) return text;
  return throwUnknownName(where, `level of ${quoteName(variable.name)}`, text, variable.levels);
}

function readLaw(scan: LineScanner, variable: Variable | undefined): Distribution {
  const kind = scan.word();
  const place = scan.place();
  if (!Object.hasOwn(argumentNames, kind) && kind !== 'categorical' && kind !== 'empirical') {
    scan.fail(
      `there is no law ${quoteName(kind)}; there are ${[...Object.keys(argumentNames), 'categorical', 'empirical'].join(', ')}`,
    );
  }
  if (variable?.kind === 'categorical' && kind !== 'categorical') {
    scan.fail(`${quoteName(variable.name)} is categorical: its law is categorical(…)`);
  }
  scan.mark('(');
  const law =
    kind === 'categorical'
      ? readCategorical(scan, variable, place)
      : readNumbers(scan, kind as NamedLaw | 'empirical', place);
  try {
    checkDistribution(law);
  } catch (error) {
    scan.fail(error instanceof Error ? error.message.replace(/\.$/, '') : String(error), place);
  }
  return law;
}

function readNumbers(scan: LineScanner, kind: NamedLaw | 'empirical', place: number): Distribution {
  const numbers: number[] = [];
  if (!scan.accept(')')) {
    do numbers.push(scan.number());
    while (scan.accept(','));
    scan.mark(')');
  }
  if (kind === 'empirical') return { kind, values: numbers };
  const names = argumentNames[kind];
  if (numbers.length !== names.length)
    scan.fail(`${kind} is written ${kind}(${names.join(', ')}), got ${numbers.length} numbers`, place);
  return { kind, ...Object.fromEntries(names.map((name, k) => [name, numbers[k]])) } as Distribution;
}

function readCategorical(scan: LineScanner, variable: Variable | undefined, place: number): Distribution {
  const levels = variable?.kind === 'categorical' ? variable.levels : undefined;
  const probabilities: number[] = levels === undefined ? [] : levels.map(() => 0);
  const seen = new Set<string>();
  let position = 0;
  do {
    const { text, quoted, number } = scan.value();
    if (!scan.accept(':')) {
      if (number === undefined || quoted || seen.size > 0)
        return scan.fail(
          `expected ${seen.size > 0 ? 'level: probability' : 'a probability'}, found ${quoteName(text)}`,
        );
      probabilities[position++] = number;
      continue;
    }
    if (levels === undefined || position > 0)
      return scan.fail('levels can be named only where all are, and the variable is known');
    const level = levels.indexOf(text);
    if (level < 0) throwUnknownName('parseDo', `level of ${quoteName(variable?.name ?? '')}`, text, levels);
    if (seen.has(text)) scan.fail(`the level ${quoteName(text)} is named twice`);
    seen.add(text);
    probabilities[level] = scan.number();
  } while (scan.accept(','));
  scan.mark(')');
  if (levels !== undefined && seen.size === 0 && position !== levels.length) {
    scan.fail(
      `${quoteName(variable?.name ?? '')} has ${levels.length} levels, got ${position} probabilities`,
      place,
    );
  }
  return { kind: 'categorical', probabilities };
}
