/**
 * Whether a value, as `util.inspect` shows it, is the one that a person wrote in a comment. Spacing, the kind of quotes,
 * quoted keys, trailing commas and the names of classes and typed arrays make no difference. A number written with
 * decimals or an exponent stands for all that round to it, one without is exact; `…` stands for the rest of a list or
 * an object.
 */
export function matchesWritten(actual: string, written: string): boolean {
  const have = tokens(actual);
  const want = tokens(written);
  let i = 0;
  for (const token of want) {
    if (token === '…') {
      for (let depth = 0; i < have.length; i++) {
        if (/^[[{(]$/.test(have[i] ?? '')) depth++;
        else if (/^[\]})]$/.test(have[i] ?? '') && depth-- === 0) break;
      }
    } else if (i < have.length && sameToken(have[i] ?? '', token)) i++;
    else return isPlainText(actual, written);
  }
  return i === have.length || isPlainText(actual, written);
}

/** A string may be written without its quotes. */
function isPlainText(actual: string, written: string): boolean {
  return /^['"`]/.test(actual) && tokens(actual)[0] === `'${written}`;
}

const numeric = /^-?\d[\d_]*(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

function sameToken(actual: string, written: string): boolean {
  const digits = numeric.exec(written);
  if (digits === null || !numeric.test(actual)) return actual === written;
  const [value, target] = [Number(actual), Number(written)];
  if (digits[1] === undefined && digits[2] === undefined) return value === target;
  const unit = 10 ** (Number(digits[2] ?? 0) - (digits[1]?.length ?? 0));
  return Math.abs(value - target) <= unit * (0.5 + 1e-9);
}

/** Strings become `'text`, and a comma with nothing after it, or before `…`, is left out. */
function tokens(text: string): readonly string[] {
  const pattern =
    /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|=>|…|\.\.\.|[\p{L}\p{N}_$.-]+|\S/giu;
  const raw = (text.match(pattern) ?? []).map((token) => {
    if (token === '...') return '…';
    return /^['"`]/.test(token) && token.length > 1 ? `'${unescaped(token.slice(1, -1))}` : token;
  });
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i++) {
    const token = raw[i] ?? '';
    const next = raw[i + 1];
    if (token === ',' && (next === ']' || next === '}' || next === '…')) continue;
    if (token.startsWith("'") && next === ':') kept.push(token.slice(1));
    else if (/^[A-Z]\w*$/.test(token) && (next === '[' || next === '{')) continue;
    else if (
      /^[A-Z]\w*$/.test(token) &&
      next === '(' &&
      raw[i + 3] === ')' &&
      /^[[{]$/.test(raw[i + 4] ?? '')
    )
      i += 3;
    else kept.push(token);
  }
  return kept;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => ({ n: '\n', t: '\t' })[character] ?? character);
}
