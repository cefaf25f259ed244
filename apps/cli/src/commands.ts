import type { Command, CommandGroup } from './command.ts';

/** Every command in the order of the help, each loaded when it is needed: starting up is most of a small question's time. */
const loaders: Readonly<Record<string, () => Promise<Command | CommandGroup>>> = {
  quickstart: async () => (await import('./commands/quickstart.ts')).quickstart,
  discover: async () => (await import('./commands/discover.ts')).discover,
  fit: async () => (await import('./commands/fit.ts')).fit,
  train: async () => (await import('./commands/train.ts')).train,
  predict: async () => (await import('./commands/predict.ts')).predict,
  effect: async () => (await import('./commands/effect.ts')).effect,
  query: async () => (await import('./commands/query.ts')).query,
  plan: async () => (await import('./commands/plan.ts')).plan,
  sample: async () => (await import('./commands/sample.ts')).sample,
  report: async () => (await import('./commands/report.ts')).report,
  simulate: async () => (await import('./commands/simulate.ts')).simulate,
  graph: async () => (await import('./commands/graph.ts')).graph,
  data: async () => (await import('./commands/data.ts')).data,
  check: async () => (await import('./commands/check.ts')).check,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
};

/** The command that a line names; all of them where it names none, so that help and mistakes see them. */
export function commandsFor(name: string | undefined): Promise<(Command | CommandGroup)[]> {
  const wanted = name !== undefined && Object.hasOwn(loaders, name) ? [name] : Object.keys(loaders);
  return Promise.all(wanted.map((key) => (loaders[key] as () => Promise<Command | CommandGroup>)()));
}
