const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON texts hold none
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const blank = /[ \t\n\r]*/y;

/** The offset of the first character that keeps a text from being JSON. Engines tell it in words, and not all of them. */
export function jsonFault(text: string): number {
  let at = 0;
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found !== null;
  };
  const open: ('{' | '[')[] = [];
  // what may come next: a value, a key, or what follows a value; at a container's start its end may come too
  let next: 'value' | 'key' | 'after' = 'value';
  let fresh = false;
  for (;;) {
    match(blank);
    const c = text[at];
    if (c === undefined) return at;
    const close = open.at(-1) === '{' ? '}' : ']';
    if (open.length > 0 && c === close && (next === 'after' || fresh)) {
      open.pop();
      at++;
      next = 'after';
      fresh = false;
    } else if (next === 'after') {
      if (c !== ',' || open.length === 0) return at;
      at++;
      next = open.at(-1) === '{' ? 'key' : 'value';
    } else if (next === 'key') {
      if (!match(string)) return at;
      match(blank);
      if (text[at] !== ':') return at;
      at++;
      next = 'value';
      fresh = false;
    } else if (c === '{' || c === '[') {
      open.push(c);
      at++;
      next = c === '{' ? 'key' : 'value';
      fresh = true;
    } else if (match(string) || match(literal)) {
      next = 'after';
      fresh = false;
    } else return at;
  }
}
