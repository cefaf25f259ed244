import { describe, test } from 'vitest';
import { createCpuExecutor } from './cpu-executor.ts';
import { executorConformance } from './executor-conformance.ts';

describe('the CPU executor', () => {
  const checks = executorConformance(createCpuExecutor);
  test.each(checks.map((check) => [check.name, check] as const))('%s', (_name, check) => check.run());
});
