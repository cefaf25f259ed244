import type { MatrixKernels } from '@cfe/autograd';
import { compileKernels } from './internal/kernel-module.ts';

interface MatrixExports {
  product64(a: number, b: number, out: number, d: number): void;
  factorise64(m: number, d: number): number;
  inverseTransposed64(lu: number, out: number, d: number): void;
}

/** Before it the module keeps its constants. */
const first = 4096;
const pageBytes = 65536;

/**
 * The matrix operations of `acyclicity` in WebAssembly with SIMD, in float64: the same values to rounding, and exactly 0
 * for an acyclic graph as there. They pay from some 50 variables on; the memory that they take is three matrices.
 *
 * @throws {@link WebAssembly.CompileError} where the engine has no SIMD
 * @example
 * import { acyclicity } from '@cfe/autograd';
 * import { wasmMatrixKernels } from '@cfe/backend-wasm';
 * const h = acyclicity('exponential', { kernels: wasmMatrixKernels() });
 * h.evaluate([0, 2, 0.5, 0]).value; // → 1.08616
 */
export function wasmMatrixKernels(): MatrixKernels {
  const module = compileKernels('simd');
  let size = -1;
  let memory: WebAssembly.Memory;
  let run: MatrixExports;

  /** Three matrices in a row. */
  const places = (d: number): readonly [a: number, b: number, c: number] => {
    const bytes = 8 * d * d;
    if (d > size) {
      const pages = Math.ceil((first + 3 * bytes) / pageBytes);
      memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as MatrixExports;
      size = d;
    }
    return [first, first + bytes, first + 2 * bytes];
  };
  const at = (place: number, d: number): Float64Array => new Float64Array(memory.buffer, place, d * d);

  return {
    product(a, b, d) {
      const [x, y, out] = places(d);
      at(x, d).set(a);
      at(y, d).set(b);
      run.product64(x, y, out, d);
      return at(out, d).slice();
    },
    factorise(m, d) {
      const [x] = places(d);
      at(x, d).set(m);
      const found = run.factorise64(x, d) === 1;
      m.set(at(x, d));
      return found;
    },
    inverseTransposed(factors, d) {
      const [x, out] = places(d);
      at(x, d).set(factors);
      run.inverseTransposed64(x, out, d);
      return at(out, d).slice();
    },
  };
}
