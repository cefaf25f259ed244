import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../../../plan.ts';
import { activationCode, slopeCode } from './activation-code.ts';

/** A program as TensorFlow.js's WebGPU backend runs it. */
export interface Program {
  dispatch: [number, number, number];
  readonly dispatchLayout: { readonly x: number[] };
  readonly outputComponent: number;
  readonly outputShape: number[];
  shaderKey: string;
  readonly uniforms: string;
  readonly variableNames: string[];
  readonly variableComponents: number[];
  readonly workgroupSize: [number, number, number];
  getUserCode(): string;
}

/** A program with what it reads. */
export interface Call {
  readonly program: Program;
  readonly inputs: readonly TensorInfo[];
  readonly uniforms: readonly { readonly type: 'int32'; readonly data: number[] }[];
}

/** A layer's sizes: `batches` products that share x or have one each. */
export interface Sizes {
  readonly batches: number;
  readonly outputs: number;
  readonly inputs: number;
  readonly rows: number;
  /** outputs of one mechanism, which have its cut in common */
  readonly unitsPerMechanism: number;
  /** numbers from one batch's x to the next; 0 where all read the same */
  readonly xStride: number;
}

const threads = 64;

function call(
  key: string,
  outputShape: number[],
  outputComponent: number,
  variables: readonly (readonly [name: string, tensor: TensorInfo, components: number])[],
  sizes: Sizes,
  count: number,
  code: string,
): Call {
  const names = ['batches', 'outputs', 'inputs', 'rows', 'unitsPerMechanism', 'xStride'] as const;
  return {
    program: {
      dispatch: [Math.ceil(count / threads), 1, 1],
      dispatchLayout: { x: outputShape.map((_, axis) => axis) },
      outputComponent,
      outputShape,
      shaderKey: `cfe ${key} ${outputComponent} ${variables.map(([, , components]) => components)}`,
      uniforms: names.map((name) => `${name} : i32`).join(', '),
      variableNames: variables.map(([name]) => name),
      variableComponents: variables.map(([, , components]) => components),
      workgroupSize: [threads, 1, 1],
      getUserCode: () => code,
    },
    inputs: variables.map(([, tensor]) => tensor),
    uniforms: names.map((name) => ({ type: 'int32', data: [sizes[name]] })),
  };
}

/** Four neighbours at once where rows of numbers begin at multiples of four. */
const components = (length: number): 1 | 4 => (length % 4 === 0 ? 4 : 1);

/** `fn name4(at)`: four numbers from position `at` on. */
function read4(name: string, by: 1 | 4): string {
  const body =
    by === 4
      ? `${name}[at / 4]`
      : `vec4<f32>(${name}[at], ${name}[at + 1], ${name}[at + 2], ${name}[at + 3])`;
  return `fn ${name}4(at : i32) -> vec4<f32> { return ${body}; }`;
}

/** `fn write4(at, row, value)`: four rows of a result, as far as there are so many. */
function write4(by: 1 | 4): string {
  return by === 4
    ? 'fn write4(at : i32, row : i32, value : vec4<f32>) { result[at / 4] = value; }'
    : `fn write4(at : i32, row : i32, value : vec4<f32>) {
        for (var k = 0; k < 4; k++) { if (row + k < uniforms.rows) { result[at + k] = value[k]; } }
      }`;
}

/** `fn isCut(mechanism, row)`: which of four rows are cut. */
function cutCode(by: 1 | 4): string {
  return by === 4
    ? `fn isCut(mechanism : i32, row : i32) -> vec4<bool> {
        return cut[(mechanism * uniforms.rows + row) / 4] != vec4<i32>(0);
      }`
    : `fn isCut(mechanism : i32, row : i32) -> vec4<bool> {
        let at = mechanism * uniforms.rows + row;
        return vec4<i32>(cut[at], cut[at + 1], cut[at + 2], cut[at + 3]) != vec4<i32>(0);
      }`;
}

const lines = (count: number, line: (k: number) => string): string =>
  Array.from({ length: count }, (_, k) => line(k)).join('\n');

/** How many outputs one thread computes, for four rows. */
const tileOf = (size: number): number => (size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1);

/** act(W·x + b), `[batches, outputs, rows]`: a thread has a tile of outputs and four rows, in registers. */
export function forwardProgram(
  x: TensorInfo,
  w: TensorInfo,
  bias: TensorInfo,
  cut: TensorInfo | undefined,
  activation: Activation,
  sizes: Sizes,
  shape: number[],
): Call {
  const { batches, outputs, inputs, rows } = sizes;
  const [byRow, byInput] = [components(rows), components(inputs)];
  const tile = tileOf(outputs);
  const code = `
    ${read4('x', byRow)}
    ${read4('w', byInput)}
    ${write4(byRow)}
    ${cut === undefined ? '' : cutCode(byRow)}
    ${activationCode(activation)}
    fn w1(at : i32) -> f32 { return ${byInput === 4 ? 'w[at / 4][at % 4]' : 'w[at]'}; }
    fn main(index : i32) {
      let rowTiles = (uniforms.rows + 3) / 4;
      let tiles = (uniforms.outputs + ${tile - 1}) / ${tile};
      if (index >= uniforms.batches * tiles * rowTiles) { return; }
      let row = (index % rowTiles) * 4;
      let rest = index / rowTiles;
      let output = (rest % tiles) * ${tile};
      let batch = rest / tiles;
      let start = batch * uniforms.xStride + row;
      let first = batch * uniforms.outputs;
      ${lines(
        tile,
        (i) => `let o${i} = first + min(output + ${i}, uniforms.outputs - 1);
      let w${i}0 = o${i} * uniforms.inputs;
      var z${i} = vec4<f32>(bias[o${i}]);`,
      )}
      let whole = uniforms.inputs / 4 * 4;
      for (var k = 0; k < whole; k += 4) {
        let x0 = x4(start + k * uniforms.rows);
        let x1 = x4(start + (k + 1) * uniforms.rows);
        let x2 = x4(start + (k + 2) * uniforms.rows);
        let x3 = x4(start + (k + 3) * uniforms.rows);
        ${lines(
          tile,
          (i) => `let a${i} = w4(w${i}0 + k);
        z${i} += a${i}.x * x0 + a${i}.y * x1 + a${i}.z * x2 + a${i}.w * x3;`,
        )}
      }
      for (var k = whole; k < uniforms.inputs; k++) {
        let xk = x4(start + k * uniforms.rows);
        ${lines(tile, (i) => `z${i} += w1(w${i}0 + k) * xk;`)}
      }
      ${lines(
        tile,
        (i) => `if (output + ${i} < uniforms.outputs) {
        ${cut === undefined ? '' : `z${i} = select(z${i}, vec4<f32>(0.0), isCut(o${i} / uniforms.unitsPerMechanism, row));`}
        write4(o${i} * uniforms.rows + row, row, activated(z${i}));
      }`,
      )}
    }`;
  const threadsNeeded = batches * Math.ceil(outputs / tile) * Math.ceil(rows / 4);
  return call(
    `layer ${activation} ${tile} ${cut === undefined}`,
    shape,
    byRow,
    [['x', x, byRow], ['w', w, byInput], ['bias', bias, 1], ...(cut ? [['cut', cut, byRow] as const] : [])],
    sizes,
    threadsNeeded,
    code,
  );
}

/** dz: dy times the activation's slope, and 0 where cut. */
export function slopeProgram(
  dy: TensorInfo,
  y: TensorInfo,
  cut: TensorInfo | undefined,
  activation: Activation,
  sizes: Sizes,
): Call {
  const { batches, outputs, rows } = sizes;
  const byRow = components(rows);
  const code = `
    ${read4('dy', byRow)}
    ${read4('y', byRow)}
    ${write4(byRow)}
    ${cut === undefined ? '' : cutCode(byRow)}
    ${slopeCode(activation)}
    fn main(index : i32) {
      let rowTiles = (uniforms.rows + 3) / 4;
      if (index >= uniforms.batches * uniforms.outputs * rowTiles) { return; }
      let row = (index % rowTiles) * 4;
      let output = index / rowTiles;
      let at = output * uniforms.rows + row;
      var dz = scaled(dy4(at), y4(at));
      ${cut === undefined ? '' : 'dz = select(dz, vec4<f32>(0.0), isCut(output / uniforms.unitsPerMechanism, row));'}
      write4(at, row, dz);
    }`;
  return call(
    `slope ${activation} ${cut === undefined}`,
    y.shape,
    byRow,
    [['dy', dy, byRow], ['y', y, byRow], ...(cut ? [['cut', cut, byRow] as const] : [])],
    sizes,
    batches * outputs * Math.ceil(rows / 4),
    code,
  );
}

/** dW = dz·xᵀ, `[batches, outputs, inputs]`: a thread has a tile of outputs by inputs, and runs over the rows. */
export function weightGradientProgram(dz: TensorInfo, x: TensorInfo, sizes: Sizes, shape: number[]): Call {
  const { batches, outputs, inputs, rows } = sizes;
  const byRow = components(rows);
  const [tile, wide] = [tileOf(outputs), Math.min(4, tileOf(inputs))];
  const each = (line: (i: number, j: number) => string): string =>
    lines(tile, (i) => lines(wide, (j) => line(i, j)));
  const code = `
    ${read4('dz', byRow)}
    ${read4('x', byRow)}
    fn dz1(at : i32) -> f32 { return ${byRow === 4 ? 'dz[at / 4][at % 4]' : 'dz[at]'}; }
    fn x1(at : i32) -> f32 { return ${byRow === 4 ? 'x[at / 4][at % 4]' : 'x[at]'}; }
    fn main(index : i32) {
      let inputTiles = (uniforms.inputs + ${wide - 1}) / ${wide};
      let tiles = (uniforms.outputs + ${tile - 1}) / ${tile};
      if (index >= uniforms.batches * tiles * inputTiles) { return; }
      let input = (index % inputTiles) * ${wide};
      let rest = index / inputTiles;
      let output = (rest % tiles) * ${tile};
      let batch = rest / tiles;
      ${lines(tile, (i) => `let o${i} = batch * uniforms.outputs + min(output + ${i}, uniforms.outputs - 1);`)}
      ${lines(wide, (j) => `let x${j}0 = batch * uniforms.xStride + min(input + ${j}, uniforms.inputs - 1) * uniforms.rows;`)}
      ${each((i, j) => `var s${i}_${j} = 0.0;`)}
      let whole = uniforms.rows / 4 * 4;
      for (var row = 0; row < whole; row += 4) {
        ${lines(wide, (j) => `let b${j} = x4(x${j}0 + row);`)}
        ${lines(
          tile,
          (i) => `let a${i} = dz4(o${i} * uniforms.rows + row);
        ${lines(wide, (j) => `s${i}_${j} += dot(a${i}, b${j});`)}`,
        )}
      }
      for (var row = whole; row < uniforms.rows; row++) {
        ${each((i, j) => `s${i}_${j} += dz1(o${i} * uniforms.rows + row) * x1(x${j}0 + row);`)}
      }
      ${each(
        (i, j) => `if (output + ${i} < uniforms.outputs && input + ${j} < uniforms.inputs) {
        result[o${i} * uniforms.inputs + input + ${j}] = s${i}_${j};
      }`,
      )}
    }`;
  const threadsNeeded = batches * Math.ceil(outputs / tile) * Math.ceil(inputs / wide);
  return call(
    `weights ${tile} ${wide}`,
    shape,
    1,
    [
      ['dz', dz, byRow],
      ['x', x, byRow],
    ],
    sizes,
    threadsNeeded,
    code,
  );
}

/** db = Σ over rows of dz, `[batches, outputs, 1]`. */
export function biasGradientProgram(dz: TensorInfo, sizes: Sizes, shape: number[]): Call {
  const { batches, outputs, rows } = sizes;
  const byRow = components(rows);
  const code = `
    ${read4('dz', byRow)}
    fn dz1(at : i32) -> f32 { return ${byRow === 4 ? 'dz[at / 4][at % 4]' : 'dz[at]'}; }
    fn main(index : i32) {
      if (index >= uniforms.batches * uniforms.outputs) { return; }
      let start = index * uniforms.rows;
      let whole = uniforms.rows / 4 * 4;
      var sum = vec4<f32>(0.0);
      for (var row = 0; row < whole; row += 4) { sum += dz4(start + row); }
      var total = sum.x + sum.y + sum.z + sum.w;
      for (var row = whole; row < uniforms.rows; row++) { total += dz1(start + row); }
      result[index] = total;
    }`;
  return call('bias', shape, 1, [['dz', dz, byRow]], sizes, batches * outputs, code);
}

/** dx = Wᵀ·dz, `[batches, inputs, rows]`: a thread has a tile of inputs and four rows, and runs over the outputs. */
export function inputGradientProgram(dz: TensorInfo, w: TensorInfo, sizes: Sizes, shape: number[]): Call {
  const { batches, inputs, rows } = sizes;
  const [byRow, byInput] = [components(rows), components(inputs)];
  const tile = tileOf(inputs);
  const quads = tile >= 4 ? tile / 4 : 0;
  const weights = (at: string): string =>
    quads > 0
      ? lines(quads, (q) => `let a${q} = w4(${at} + ${4 * q});`)
      : lines(tile, (i) => `let a${i} = w1(${at} + ${i});`);
  const weight = (i: number): string => (quads > 0 ? `a${Math.floor(i / 4)}[${i % 4}]` : `a${i}`);
  const code = `
    ${read4('dz', byRow)}
    ${read4('w', byInput)}
    ${write4(byRow)}
    fn w1(at : i32) -> f32 { return ${byInput === 4 ? 'w[at / 4][at % 4]' : 'w[at]'}; }
    fn main(index : i32) {
      let rowTiles = (uniforms.rows + 3) / 4;
      let tiles = (uniforms.inputs + ${tile - 1}) / ${tile};
      if (index >= uniforms.batches * tiles * rowTiles) { return; }
      let row = (index % rowTiles) * 4;
      let rest = index / rowTiles;
      let input = (rest % tiles) * ${tile};
      let batch = rest / tiles;
      ${lines(tile, (i) => `var s${i} = vec4<f32>(0.0);`)}
      for (var k = 0; k < uniforms.outputs; k++) {
        let output = batch * uniforms.outputs + k;
        let d = dz4(output * uniforms.rows + row);
        let at = output * uniforms.inputs + input;
        ${weights('at')}
        ${lines(tile, (i) => `s${i} += ${weight(i)} * d;`)}
      }
      ${lines(
        tile,
        (i) => `if (input + ${i} < uniforms.inputs) {
        write4((batch * uniforms.inputs + input + ${i}) * uniforms.rows + row, row, s${i});
      }`,
      )}
    }`;
  const threadsNeeded = batches * Math.ceil(inputs / tile) * Math.ceil(rows / 4);
  return call(
    `inputs ${tile}`,
    shape,
    byRow,
    [
      ['dz', dz, byRow],
      ['w', w, byInput],
    ],
    sizes,
    threadsNeeded,
    code,
  );
}
