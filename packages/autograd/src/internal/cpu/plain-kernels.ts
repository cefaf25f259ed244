import { chunkStride, type KernelInstance } from './kernels.ts';
import { plainActivation, plainActivationBackward } from './plain-activation.ts';

/**
 * The kernels in plain TypeScript. Sums are float64 and round when stored. Tiles of 4 outputs by 2 rows keep 8 sums in
 * registers, so that each number read from memory serves at least two products.
 */
export function plainKernels(length: number): KernelInstance {
  const memory = new ArrayBuffer(4 * length);
  const heap = new Float32Array(memory);
  const tables = new Int32Array(memory);
  return {
    name: 'plain',
    heap,
    tables,
    layer(out, w, wOut, wIn, bias, table, outputs, inputs, rows, activation) {
      let o = 0;
      for (; o + 4 <= outputs; o += 4)
        layer4(
          heap,
          tables,
          out + o * chunkStride,
          w + o * wOut,
          wOut,
          wIn,
          bias < 0 ? -1 : bias + o,
          table,
          inputs,
          rows,
        );
      for (; o < outputs; o++)
        layer1(
          heap,
          tables,
          out + o * chunkStride,
          w + o * wOut,
          wIn,
          bias < 0 ? -1 : bias + o,
          table,
          inputs,
          rows,
        );
      if (activation !== 0)
        for (o = 0; o < outputs; o++) plainActivation(heap, activation, out + o * chunkStride, rows);
    },
    activationBackward(activation, y, dy, width, rows) {
      for (let i = 0; i < width; i++)
        plainActivationBackward(heap, activation, y + i * chunkStride, dy + i * chunkStride, rows);
    },
    layerGradient(dw, dwStride, dBias, dy, table, outputs, inputs, rows) {
      let o = 0;
      for (; o + 4 <= outputs; o += 4)
        gradient4(heap, tables, dw + o * dwStride, dwStride, dy + o * chunkStride, table, inputs, rows);
      for (; o < outputs; o++)
        gradient1(heap, tables, dw + o * dwStride, dy + o * chunkStride, table, inputs, rows);
      for (o = 0; o < outputs; o++) {
        const from = dy + o * chunkStride;
        let sum = 0;
        for (let k = from; k < from + rows; k++) sum += heap[k] as number;
        heap[dBias + o] = (heap[dBias + o] as number) + sum;
      }
    },
    accumulateRows(targets, sources, count, rows) {
      for (let i = 0; i < count; i++) {
        const to = tables[targets + i] as number;
        const from = tables[sources + i] as number;
        for (let k = 0; k < rows; k++) heap[to + k] = (heap[to + k] as number) + (heap[from + k] as number);
      }
    },
    foldGates(to, w, outputs, inputs, hidden, list, count, gates) {
      let at = to;
      for (let o = 0; o < outputs; o++) {
        const row = w + o * inputs;
        for (let i = 0; i < hidden; i++) heap[at++] = heap[row + i] as number;
        for (let i = 0; i < count; i++) {
          const a = tables[list + i] as number;
          heap[at++] = (heap[gates + a] as number) * (heap[row + hidden + a] as number);
        }
      }
    },
    unfoldGates(d, w, dw, outputs, inputs, hidden, gates, dGates) {
      for (let o = 0; o < outputs; o++) {
        const from = d + o * inputs;
        const target = dw + o * inputs;
        const weight = w + o * inputs + hidden;
        for (let i = 0; i < hidden; i++)
          heap[target + i] = (heap[target + i] as number) + (heap[from + i] as number);
        for (let a = 0; a < inputs - hidden; a++) {
          const v = heap[from + hidden + a] as number;
          const g = heap[gates + a] as number;
          if (g !== 0) heap[target + hidden + a] = (heap[target + hidden + a] as number) + g * v;
          heap[dGates + a] = (heap[dGates + a] as number) + v * (heap[weight + a] as number);
        }
      }
    },
    addAndSquare(g, extra, count) {
      let square = 0;
      for (let i = 0; i < count; i++) {
        if (extra >= 0) heap[g + i] = (heap[g + i] as number) + (heap[extra + i] as number);
        const gi = heap[g + i] as number;
        square += gi * gi;
      }
      return square;
    },
    adam(x, g, first, second, count, scale, coupled, shrink, beta1, beta2, stepSize, correction2, epsilon) {
      for (let i = 0; i < count; i++) {
        const xi = heap[x + i] as number;
        const gi = scale * (heap[g + i] as number) + coupled * xi;
        const m = beta1 * (heap[first + i] as number) + (1 - beta1) * gi;
        const v = beta2 * (heap[second + i] as number) + (1 - beta2) * gi * gi;
        heap[first + i] = m;
        heap[second + i] = v;
        heap[x + i] = xi * shrink - (stepSize * m) / (Math.sqrt(v) / correction2 + epsilon);
      }
    },
    dispose() {},
  };
}

function layer4(
  heap: Float32Array,
  tables: Int32Array,
  out: number,
  w: number,
  wOut: number,
  wIn: number,
  bias: number,
  table: number,
  inputs: number,
  rows: number,
): void {
  const b0 = bias < 0 ? 0 : (heap[bias] as number);
  const b1 = bias < 0 ? 0 : (heap[bias + 1] as number);
  const b2 = bias < 0 ? 0 : (heap[bias + 2] as number);
  const b3 = bias < 0 ? 0 : (heap[bias + 3] as number);
  const out1 = out + chunkStride;
  const out2 = out1 + chunkStride;
  const out3 = out2 + chunkStride;
  for (let k = 0; k < rows; k += 2) {
    let s00 = b0;
    let s01 = b0;
    let s10 = b1;
    let s11 = b1;
    let s20 = b2;
    let s21 = b2;
    let s30 = b3;
    let s31 = b3;
    let at = w;
    for (let a = 0; a < inputs; a++) {
      const from = (tables[table + a] as number) + k;
      const x0 = heap[from] as number;
      const x1 = heap[from + 1] as number;
      const w0 = heap[at] as number;
      const w1 = heap[at + wOut] as number;
      const w2 = heap[at + 2 * wOut] as number;
      const w3 = heap[at + 3 * wOut] as number;
      s00 += w0 * x0;
      s01 += w0 * x1;
      s10 += w1 * x0;
      s11 += w1 * x1;
      s20 += w2 * x0;
      s21 += w2 * x1;
      s30 += w3 * x0;
      s31 += w3 * x1;
      at += wIn;
    }
    heap[out + k] = s00;
    heap[out + k + 1] = s01;
    heap[out1 + k] = s10;
    heap[out1 + k + 1] = s11;
    heap[out2 + k] = s20;
    heap[out2 + k + 1] = s21;
    heap[out3 + k] = s30;
    heap[out3 + k + 1] = s31;
  }
}

function layer1(
  heap: Float32Array,
  tables: Int32Array,
  out: number,
  w: number,
  wIn: number,
  bias: number,
  table: number,
  inputs: number,
  rows: number,
): void {
  const b = bias < 0 ? 0 : (heap[bias] as number);
  for (let k = 0; k < rows; k += 4) {
    let s0 = b;
    let s1 = b;
    let s2 = b;
    let s3 = b;
    let at = w;
    for (let a = 0; a < inputs; a++) {
      const from = (tables[table + a] as number) + k;
      const wa = heap[at] as number;
      s0 += wa * (heap[from] as number);
      s1 += wa * (heap[from + 1] as number);
      s2 += wa * (heap[from + 2] as number);
      s3 += wa * (heap[from + 3] as number);
      at += wIn;
    }
    heap[out + k] = s0;
    heap[out + k + 1] = s1;
    heap[out + k + 2] = s2;
    heap[out + k + 3] = s3;
  }
}

function gradient4(
  heap: Float32Array,
  tables: Int32Array,
  dw: number,
  dwStride: number,
  dy: number,
  table: number,
  inputs: number,
  rows: number,
): void {
  const dy1 = dy + chunkStride;
  const dy2 = dy1 + chunkStride;
  const dy3 = dy2 + chunkStride;
  for (let a = 0; a < inputs; a += 2) {
    const x0 = tables[table + a] as number;
    const pair = a + 1 < inputs;
    const x1 = pair ? (tables[table + a + 1] as number) : x0;
    let s00 = 0;
    let s01 = 0;
    let s10 = 0;
    let s11 = 0;
    let s20 = 0;
    let s21 = 0;
    let s30 = 0;
    let s31 = 0;
    for (let k = 0; k < rows; k++) {
      const xa = heap[x0 + k] as number;
      const xb = heap[x1 + k] as number;
      const d0 = heap[dy + k] as number;
      const d1 = heap[dy1 + k] as number;
      const d2 = heap[dy2 + k] as number;
      const d3 = heap[dy3 + k] as number;
      s00 += d0 * xa;
      s01 += d0 * xb;
      s10 += d1 * xa;
      s11 += d1 * xb;
      s20 += d2 * xa;
      s21 += d2 * xb;
      s30 += d3 * xa;
      s31 += d3 * xb;
    }
    const at = dw + a;
    heap[at] = (heap[at] as number) + s00;
    heap[at + dwStride] = (heap[at + dwStride] as number) + s10;
    heap[at + 2 * dwStride] = (heap[at + 2 * dwStride] as number) + s20;
    heap[at + 3 * dwStride] = (heap[at + 3 * dwStride] as number) + s30;
    if (!pair) break;
    heap[at + 1] = (heap[at + 1] as number) + s01;
    heap[at + 1 + dwStride] = (heap[at + 1 + dwStride] as number) + s11;
    heap[at + 1 + 2 * dwStride] = (heap[at + 1 + 2 * dwStride] as number) + s21;
    heap[at + 1 + 3 * dwStride] = (heap[at + 1 + 3 * dwStride] as number) + s31;
  }
}

function gradient1(
  heap: Float32Array,
  tables: Int32Array,
  dw: number,
  dy: number,
  table: number,
  inputs: number,
  rows: number,
): void {
  for (let a = 0; a < inputs; a++) {
    const x = tables[table + a] as number;
    let s0 = 0;
    let s1 = 0;
    for (let k = 0; k < rows; k += 2) {
      s0 += (heap[dy + k] as number) * (heap[x + k] as number);
      s1 += (heap[dy + k + 1] as number) * (heap[x + k + 1] as number);
    }
    heap[dw + a] = (heap[dw + a] as number) + s0 + s1;
  }
}
