import { createDag } from '@cfe/graph';
import { type CausalNetwork, createNetwork, loadModel, loadNetwork, saveNetwork } from '@cfe/network';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withScales } from './support/with-scales.ts';

function sample(): CausalNetwork {
  const network = withScales(
    createNetwork({
      graph: createDag(
        ['x', '1', '__proto__', 'y ä→'],
        [
          ['x', '1'],
          ['1', 'y ä→'],
          ['x', 'y ä→'],
          ['__proto__', 'x'],
        ],
      ),
      variables: [{ name: '1', kind: 'categorical', levels: ['a', 'b', ' "c"'] }],
      mechanisms: {
        x: 'flow',
        'y ä→': { kind: 'location-scale', hidden: [3, 2], activation: 'softplus', skip: 'none' },
      },
      seed: 4,
    }),
  );
  const { state } = network;
  network.update({
    ...state,
    rows: 12,
    fit: state.scales.map((_, j) => ({
      rows: 12 - j,
      loss: j / 3,
      ...(j === 1 ? {} : { heldOut: 1 - j, r2: 0.1 * j }),
    })),
    noise: state.noise.map((law, j) =>
      j === 3 ? { kind: 'empirical', values: Float64Array.of(-1, 0.1, 2) } : law,
    ),
  });
  return network;
}

describe('a saved network', () => {
  const network = sample();
  const bytes = saveNetwork(network);

  test('comes back to the bit: state, answers, and its own bytes', () => {
    const again = loadNetwork(bytes);
    expect(again.state).toEqual(network.state);
    expect(again.variables).toEqual(network.variables);
    expect(again.mechanisms).toEqual(network.mechanisms);
    const [a, b] = [network, again].map((one) => one.sample(9, { seed: 1, do: { '1': 'b' } }));
    for (const name of network.graph.nodes) expect(b?.column(name)).toEqual(a?.column(name));
    expect(saveNetwork(again)).toEqual(bytes);
    expect(saveNetwork(network)).toEqual(bytes);
  });
  test('has a header that anyone can read', () => {
    const view = new DataView(bytes.buffer);
    expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe('CFEMODEL');
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(16, 16 + view.getUint32(12, true))));
    expect(header).toMatchObject({
      kind: 'causal-network',
      version: 1,
      rows: 12,
      edges: expect.arrayContaining([['x', '1']]),
    });
  });
  test('loads from a view into a larger buffer', () => {
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 5);
    expect(loadNetwork(larger.subarray(5, 5 + bytes.length)).state).toEqual(network.state);
  });
  test('is refused wherever it is cut', () => {
    for (let length = 0; length < bytes.length; length += length < 40 ? 1 : 37) {
      expect(() => loadNetwork(bytes.subarray(0, length)), `${length} bytes`).toThrow(/model file: /);
    }
  });
  test('is refused with any byte changed, or bytes added', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ by;
        expect(() => loadNetwork(changed)).toThrow(/model file: /);
      }),
      { numRuns: 300 },
    );
    expect(() => loadNetwork(Uint8Array.of(...bytes, 0))).toThrow(/announces/);
  });
  test('of the future is refused with a reason', () => {
    const later = bytes.slice();
    later[8] = 2;
    expect(() => loadNetwork(later)).toThrow(/container version 2; this program reads version 1/);
    expect(() => loadNetwork(rewritten(bytes, (header) => ({ ...header, version: 9 })))).toThrow(/version 9/);
  });
  test('that claims huge shapes is refused before they are allocated', () => {
    const huge: readonly ((header: Header) => Header)[] = [
      (header) => ({
        ...header,
        mechanisms: header.mechanisms.map((one) => ({ ...one, hidden: [1e9, 1e9] })),
      }),
      (header) => ({ ...header, mechanisms: header.mechanisms.map((one) => ({ ...one, hidden: [9e15] })) }),
      (header) => ({ ...header, laws: [9e15, 9e15, 9e15, 9e15] }),
      (header) => ({ ...header, mechanisms: header.mechanisms.map((one) => ({ ...one, components: 1e12 })) }),
    ];
    for (const make of huge)
      expect(() => loadNetwork(rewritten(bytes, make))).toThrow(/its header announces/);
    const long = bytes.slice();
    new DataView(long.buffer).setUint32(12, 0xfffffff8, true);
    expect(() => loadNetwork(long)).toThrow(/header claims/);
  });
  test('with a nonsensical header is refused by part', () => {
    const wrong: readonly [(header: Header) => unknown, RegExp][] = [
      [() => [], /the header must be an object/],
      [() => ({ kind: 'pickle' }), /kind "pickle"/],
      [(header) => ({ ...header, variables: 7 }), /variables must be a list/],
      [(header) => ({ ...header, variables: [{ name: 7 }] }), /name of a variable must be a text/],
      [(header) => ({ ...header, edges: [...header.edges, ['1', 'x']] }), /cycle|two edges/],
      [(header) => ({ ...header, edges: [['x', 'nobody']] }), /nobody/],
      [(header) => ({ ...header, mechanisms: [] }), /mechanisms must be a list of 4/],
      [
        (header) => ({ ...header, mechanisms: header.mechanisms.map((one) => ({ ...one, hidden: [-1] })) }),
        /hidden width/,
      ],
      [
        (header) => ({
          ...header,
          mechanisms: header.mechanisms.map((one) => ({ ...one, activation: 'eval' })),
        }),
        /eval/,
      ],
      [(header) => ({ ...header, rows: -1 }), /rows must be a whole number/],
      [(header) => ({ ...header, laws: [-1, -1, -1, -2] }), /noise law/],
    ];
    for (const [make, message] of wrong) expect(() => loadNetwork(rewritten(bytes, make))).toThrow(message);
  });
  test('with numbers that are not finite is refused', () => {
    const { state } = network;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const parameters = state.parameters.map((p, i) => (i === 3 ? value : p));
      expect(() => network.copy().update({ ...state, parameters })).toThrow(/not finite/);
    }
  });
});

describe('one door for every model', () => {
  test('tells a network, JSON and BIF apart', () => {
    expect(loadModel(saveNetwork(sample()))).toMatchObject({ kind: 'causal-network' });
    const json =
      '{"kind":"linear-gaussian","nodes":["x","y"],"weights":[[0,2],[0,0]],"intercepts":[1,0],"noiseVariances":[1,4]}';
    for (const file of [json, new TextEncoder().encode(json)]) {
      const model = loadModel(file);
      expect('spec' in model && model.exact({ do: { x: 3 } }).mean.y).toBe(6);
    }
    const bif =
      'network n {}\nvariable a { type discrete [ 2 ] { no, yes }; }\nprobability ( a ) { table 0.2, 0.8; }';
    expect(loadModel(bif).variables[0]).toEqual({ name: 'a', kind: 'categorical', levels: ['no', 'yes'] });
  });
  test.each([
    ['hello', /hello/],
    ['', /./],
    ['{"kind":', /not JSON/],
    ['{"kind":"svm"}', /svm/],
    ['{"kind":"linear-gaussian","nodes":["x"],"weights":[["1"]]}', /weights/],
    ['{"kind":"linear-gaussian","nodes":["x","y"],"weights":[[0,1],[1,0]]}', /two edges/],
  ])('refuses %j', (file, message) => {
    expect(() => loadModel(file)).toThrow(message);
  });
  test('refuses bytes that are no text', () => {
    expect(() => loadModel(Uint8Array.of(0xff, 0xfe, 0x80))).toThrow(/nor text/);
  });
});

interface Header {
  readonly mechanisms: readonly object[];
  readonly edges: readonly unknown[];
}

/** The file with another header and a right checksum: what a hostile writer would make. */
function rewritten(bytes: Uint8Array, change: (header: Header) => unknown): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = view.getUint32(12, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(16, 16 + length))) as Header;
  const text = new TextEncoder().encode(JSON.stringify(change(header)));
  const padded = 8 * Math.ceil(text.length / 8);
  const out = new Uint8Array(bytes.length - length + padded).fill(0x20);
  out.set(bytes.subarray(0, 16));
  out.set(text, 16);
  out.set(bytes.subarray(16 + length), 16 + padded);
  const own = new DataView(out.buffer);
  own.setUint32(12, padded, true);
  own.setUint32(out.length - 8, crc(out.subarray(0, -8)), true);
  return out;
}

/** Bit by bit, another way than the package's table. */
function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}
