import type { GraphFormat } from './graph-file.ts';
import { GraphSyntaxError } from './graph-syntax-error.ts';

/** A text and a position in it. Every read is linear in what it consumes. */
export class Scanner {
  readonly text: string;
  readonly format: GraphFormat;
  private readonly fileName: string | undefined;
  at = 0;

  constructor(text: string, format: GraphFormat, fileName?: string) {
    this.text = text;
    this.format = format;
    this.fileName = fileName;
    if (text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Refuses the text at an offset. */
  fail(what: string, offset: number = this.at): never {
    const at = Math.min(offset, this.text.length);
    let line = 1;
    let start = 0;
    for (let next = this.text.indexOf('\n'); next >= 0 && next < at; next = this.text.indexOf('\n', start)) {
      line++;
      start = next + 1;
    }
    const { format, fileName } = this;
    throw new GraphSyntaxError(what, { line, column: at - start + 1, format, fileName });
  }

  /** Consumes what a sticky expression matches here. */
  match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Consumes a literal if it stands here. */
  take(literal: string): boolean {
    const there = this.text.startsWith(literal, this.at);
    if (there) this.at += literal.length;
    return there;
  }

  /** Consumes a literal that must stand here. */
  expect(literal: string, context: string): void {
    if (!this.take(literal))
      this.fail(`expected ${JSON.stringify(literal)} ${context}, found ${this.here()}`);
  }

  /** Consumes up to and including a literal; `undefined` if it does not come any more. */
  until(literal: string): string | undefined {
    const end = this.text.indexOf(literal, this.at);
    if (end < 0) return undefined;
    const found = this.text.slice(this.at, end);
    this.at = end + literal.length;
    return found;
  }

  /** What stands here, for messages. */
  here(): string {
    if (this.done) return 'the end of the text';
    const end = this.text.slice(this.at, this.at + 20).split(/[\r\n]/, 1)[0] as string;
    return end === '' ? 'the end of the line' : JSON.stringify(end);
  }

  /** A text in double quotes in which backslash protects a quote, a backslash and a line break. */
  quoted(): string {
    const start = this.at++;
    let out = '';
    for (;;) {
      const chunk = this.match(/[^"\\]+/y);
      if (chunk !== undefined) out += chunk;
      if (this.take('"')) return out;
      if (this.done) this.fail('this text in quotes never ends', start);
      const pair = this.text.slice(this.at, this.at + 2);
      this.at += 2;
      if (pair === '\\"' || pair === '\\\\') out += pair[1];
      else if (pair !== '\\\n') out += pair;
    }
  }
}

/** A name in double quotes, as {@link Scanner.quoted} reads it. */
export function inQuotes(name: string): string {
  return `"${name.replace(/[\\"]/g, '\\$&')}"`;
}
