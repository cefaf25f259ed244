import { CfeError, InputError, messageOf } from '@cfe/base';
import type { Command, Context, Outcome, Typed } from '../../command.ts';
import { parseJson, readText } from '../../input/files.ts';
import { textOf } from '../../input/options.ts';

/** One verb of `cfe graph`: the same answer for a request made of arguments and for a line of JSON. */
export interface GraphVerb<Request> {
  readonly name: string;
  readonly summary: string;
  readonly arguments: NonNullable<Command['arguments']>;
  readonly options?: Command['options'];
  readonly examples?: Command['examples'];
  requestFrom(args: readonly string[], options: Typed): Promise<Request>;
  /** @throws {@link InputError} naming the field, if the line is no request of this verb */
  requestFromJson(line: Readonly<Record<string, unknown>>): Request;
  answer(request: Request): object;
  textOf(answer: object): string;
}

export function verbCommand<Request>(verb: GraphVerb<Request>): Command {
  const { name, summary, examples = [] } = verb;
  const optional = verb.arguments.map(
    ([syntax, description]) => [syntax.replace('<', '[').replace('>', ']'), description] as const,
  );
  return {
    name,
    summary,
    arguments: optional,
    options: [
      ...(verb.options ?? []),
      ['--batch <file>', 'JSON requests, one a line; one line of JSON answers each'],
    ],
    examples,
    async run(args, options, context) {
      const batch = textOf(options, 'batch');
      if (batch !== undefined) return answerBatch(verb, batch, context);
      const missing = verb.arguments[args.length];
      if (missing !== undefined) {
        throw new InputError(
          'cli/missing-argument',
          `${missing[0]} is needed: ${missing[1]}; or --batch FILE.jsonl.`,
        );
      }
      const json = verb.answer(await verb.requestFrom(args, options));
      return { json, text: verb.textOf(json) };
    },
  };
}

/** A request that cannot be answered gets `{"error": …}` in its place, and the command ends with exit code 2. */
async function answerBatch<Request>(
  verb: GraphVerb<Request>,
  path: string,
  { signal }: Context,
): Promise<Outcome> {
  const lines = (await readText(path)).split(/\r?\n/);
  const out: string[] = [];
  let failures = 0;
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    signal.throwIfAborted();
    try {
      const request = parseJson(line, `${path}:${at + 1}`);
      if (typeof request !== 'object' || request === null)
        throw new InputError('cli/request', 'a request is an object');
      out.push(JSON.stringify(verb.answer(verb.requestFromJson(request as Record<string, unknown>))));
    } catch (error) {
      if (!(error instanceof CfeError)) throw error;
      failures++;
      if (failures === 1) process.stderr.write(`cfe: ${path}:${at + 1}: ${messageOf(error)}\n`);
      out.push(JSON.stringify({ error: messageOf(error), code: error.code }));
    }
  }
  return { json: undefined, text: out.map((line) => `${line}\n`), exitCode: failures > 0 ? 2 : 0 };
}
