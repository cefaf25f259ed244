import { createCpuExecutor, type Executor, type Plan } from '@cfe/autograd';

/** What the command line runs plans on: the fused kernels on plain arrays, the quickest at the sizes of tables. */
export function executor(plan: Plan): Executor {
  return createCpuExecutor(plan);
}
