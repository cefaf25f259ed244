export {
  createThreadedExecutor,
  type ThreadedExecutor,
  type ThreadedExecutorOptions,
} from './threaded-executor.ts';
