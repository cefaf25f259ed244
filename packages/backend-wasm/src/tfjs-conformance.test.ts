import { executorConformance } from '@cfe/autograd/conformance';
import { createTfjsExecutor } from '@cfe/autograd/tfjs';
import { beforeAll, test } from 'vitest';
import { wasmBackend } from './wasm-backend.ts';

beforeAll(() => wasmBackend({ tfjs: 'required' }).activate());

/** CFE_FULL=1: the plans that go round everything; otherwise a few. */
const cases = process.env.CFE_FULL === '1' ? 36 : 2;
const checks = executorConformance(createTfjsExecutor, { cases });

test.for(checks.map((check) => [check.name, check] as const))(
  "a plan on TensorFlow.js's WASM backend: %s",
  ([, check], context) => {
    if (check.knownGap !== undefined) context.skip(check.knownGap);
    check.run();
  },
);
