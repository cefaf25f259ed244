/** A table over variables: `values` is laid out with the last of `scope` fastest. */
export interface Factor {
  readonly scope: Int32Array;
  readonly values: Float64Array;
}

export function entriesOf(scope: ArrayLike<number>, sizes: Int32Array): number {
  let product = 1;
  for (let a = 0; a < scope.length; a++) product *= sizes[scope[a] as number] as number;
  return product;
}

/** How far one step along each of `scope` moves within `inner`, 0 for a variable that `inner` has not. */
function stridesWithin(scope: Int32Array, inner: Int32Array, sizes: Int32Array): Int32Array {
  const strides = new Int32Array(scope.length);
  let stride = 1;
  for (let a = inner.length - 1; a >= 0; a--) {
    const at = scope.indexOf(inner[a] as number);
    if (at >= 0) strides[at] = stride;
    stride *= sizes[inner[a] as number] as number;
  }
  return strides;
}

/**
 * Calls back for each run of the outer table along its last variable: where the run starts, and where the inner table
 * stands. `inner` is a subset of `outer`.
 */
function walk(
  outer: Int32Array,
  inner: Int32Array,
  sizes: Int32Array,
  visit: (start: number, at: number, length: number, stride: number) => void,
): void {
  const last = outer.length - 1;
  if (last < 0) {
    visit(0, 0, 1, 0);
    return;
  }
  const strides = stridesWithin(outer, inner, sizes);
  const length = sizes[outer[last] as number] as number;
  const stride = strides[last] as number;
  const digits = new Int32Array(last);
  const total = entriesOf(outer, sizes);
  let at = 0;
  for (let start = 0; start < total; start += length) {
    visit(start, at, length, stride);
    for (let a = last - 1; a >= 0; a--) {
      const size = sizes[outer[a] as number] as number;
      at += strides[a] as number;
      const digit = (digits[a] as number) + 1;
      if (digit < size) {
        digits[a] = digit;
        break;
      }
      at -= size * (strides[a] as number);
      digits[a] = 0;
    }
  }
}

/** table(outer) *= factor */
export function multiplyInto(
  outer: Int32Array,
  table: Float64Array,
  factor: Factor,
  sizes: Int32Array,
): void {
  const { values } = factor;
  walk(outer, factor.scope, sizes, (start, at, length, stride) => {
    for (let i = 0, k = at; i < length; i++, k += stride) {
      table[start + i] = (table[start + i] as number) * (values[k] as number);
    }
  });
}

/** Σ of table(outer) over what `inner` has not. */
export function sumOnto(
  outer: Int32Array,
  table: Float64Array,
  inner: Int32Array,
  sizes: Int32Array,
): Float64Array {
  const out = new Float64Array(entriesOf(inner, sizes));
  walk(outer, inner, sizes, (start, at, length, stride) => {
    if (stride === 0) {
      let total = 0;
      for (let i = 0; i < length; i++) total += table[start + i] as number;
      out[at] = (out[at] as number) + total;
      return;
    }
    for (let i = 0, k = at; i < length; i++, k += stride)
      out[k] = (out[k] as number) + (table[start + i] as number);
  });
  return out;
}

/** The factor where some variables are known: they leave its scope. */
export function slice(factor: Factor, known: ReadonlyMap<number, number>, sizes: Int32Array): Factor {
  if (!factor.scope.some((v) => known.has(v))) return factor;
  const scope = factor.scope.filter((v) => !known.has(v));
  const strides = stridesWithin(factor.scope, factor.scope, sizes);
  let offset = 0;
  for (const [a, v] of factor.scope.entries()) offset += (known.get(v) ?? 0) * (strides[a] as number);
  const values = new Float64Array(entriesOf(scope, sizes));
  const kept = scope.map((v) => strides[factor.scope.indexOf(v)] as number);
  const digits = new Int32Array(scope.length);
  let at = offset;
  for (let i = 0; i < values.length; i++) {
    values[i] = factor.values[at] as number;
    for (let a = scope.length - 1; a >= 0; a--) {
      const size = sizes[scope[a] as number] as number;
      at += kept[a] as number;
      const digit = (digits[a] as number) + 1;
      if (digit < size) {
        digits[a] = digit;
        break;
      }
      at -= size * (kept[a] as number);
      digits[a] = 0;
    }
  }
  return { scope, values };
}
