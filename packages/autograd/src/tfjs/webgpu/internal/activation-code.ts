import type { Activation } from '../../../plan.ts';

/** `fn activated(z)`; near 0 by series, where the difference of two nearly equal numbers would lose its digits. */
export function activationCode(kind: Activation): string {
  return `fn activated(z : vec4<f32>) -> vec4<f32> { ${bodies[kind]} }`;
}

/** `fn scaled(dy, y)`: dy times the slope, read off the activation's own output. */
export function slopeCode(kind: Activation): string {
  return `fn scaled(dy : vec4<f32>, y : vec4<f32>) -> vec4<f32> { ${slopes[kind]} }`;
}

const bodies: Readonly<Record<Activation, string>> = {
  identity: 'return z;',
  tanh: `
    let e = exp(-2.0 * abs(z));
    let far = sign(z) * (1.0 - e) / (1.0 + e);
    let q = z * z;
    let near = z * (1.0 + q * (-0.3333333333 + q * (0.1333333333 + q * (-0.0539682540 + q * 0.0218694885))));
    return select(far, near, q < vec4<f32>(0.04));`,
  relu: 'return max(z, vec4<f32>(0.0));',
  elu: `
    let far = exp(min(z, vec4<f32>(0.0))) - 1.0;
    let near = z * (1.0 + z * (0.5 + z * (0.1666666667 + z * 0.0416666667)));
    return select(select(far, near, abs(z) < vec4<f32>(0.05)), z, z > vec4<f32>(0.0));`,
  softplus: `
    let e = exp(-abs(z));
    return max(z, vec4<f32>(0.0)) + select(log(1.0 + e), e * (1.0 - 0.5 * e), e < vec4<f32>(0.001));`,
  sigmoid: 'return 1.0 / (1.0 + exp(-z));',
};

const slopes: Readonly<Record<Activation, string>> = {
  identity: 'return dy;',
  tanh: 'return dy * (1.0 - y * y);',
  relu: 'return select(vec4<f32>(0.0), dy, y > vec4<f32>(0.0));',
  elu: 'return dy * select(y + 1.0, vec4<f32>(1.0), y > vec4<f32>(0.0));',
  softplus: `
    let near = y * (1.0 - y * (0.5 - y * (0.1666666667 - y * 0.0416666667)));
    return dy * select(1.0 - exp(-y), near, y < vec4<f32>(0.05));`,
  sigmoid: 'return dy * (y * (1.0 - y));',
};
