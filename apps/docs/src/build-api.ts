import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import {
  Application,
  LogLevel,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
  type TypeDocOptions,
} from 'typedoc';
import { paths } from './paths.ts';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly '@cfe/source'?: string }>>;
}

/** The source file of every entry that the published packages offer, and what it is imported as. */
function entries(): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(join(paths.root, 'packages'))
      .sort()
      .flatMap((folder) => {
        const { name, exports } = JSON.parse(
          readFileSync(join(paths.root, 'packages', folder, 'package.json'), 'utf8'),
        ) as Manifest;
        return Object.entries(exports).flatMap(([subpath, target]) =>
          typeof target === 'object' && target['@cfe/source'] !== undefined
            ? [[posix.join('packages', folder, target['@cfe/source']), posix.join(name, subpath)] as const]
            : [],
        );
      }),
  );
}

/**
 * Writes the API reference of all packages as pages of the site, and says what is wrong with the comments.
 *
 * @returns how many links lead nowhere, types are used and not exported, or public names have no comment
 */
export async function buildApi(): Promise<number> {
  const offered = entries();
  const options: TypeDocOptions & Record<string, unknown> = {
    entryPoints: [...offered.keys()].map((path) => join(paths.root, path)),
    tsconfig: join(paths.root, 'tsconfig.json'),
    basePath: paths.root,
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
    out: paths.api,
    docsRoot: paths.pages,
    readme: 'none',
    entryFileName: 'index',
    excludeInternal: true,
    excludeExternals: true,
    skipErrorChecking: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    sourceLinkTemplate: '{path}#L{line}',
    disableSources: true,
    validation: { notExported: true, invalidLink: true, notDocumented: true, rewrittenLink: false },
    requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Enum'],
    logLevel: 'Warn',
  };
  const app = await Application.bootstrapWithPlugins(options as TypeDocOptions);
  // A comment may name one option of a destructured argument, which the converter takes for a parameter that is not there.
  app.logger.level = LogLevel.Error;
  const project = await app.convert();
  app.logger.level = LogLevel.Warn;
  app.logger.resetWarnings();
  if (project === undefined) throw new Error('the reference could not be made (see above)');
  for (const entry of project.children ?? [])
    entry.name = offered.get(`${entry.name}.ts`) ?? offered.get(`${entry.name}/index.ts`) ?? entry.name;
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter))
    if (parameter.name === '__namedParameters') parameter.name = 'options'; // one that is taken apart where it comes in
  linkAcrossPackages(project);
  app.validate(project);
  await app.generateOutputs(project);
  return app.logger.warningCount + app.logger.errorCount;
}

/** Comments link to what other packages export without importing it: a link is found by its name. */
function linkAcrossPackages(project: ProjectReflection): void {
  for (const { comment } of Object.values(project.reflections)) {
    const parts = [
      ...(comment?.summary ?? []),
      ...(comment?.blockTags.flatMap(({ content }) => content) ?? []),
    ];
    for (const part of parts) {
      if (part.kind !== 'inline-tag' || part.tag !== '@link' || part.target !== undefined) continue;
      const [name = '', member] = part.text.split(/[.#]/);
      const owner = exportedAs(project, name);
      const target = member === undefined ? owner : owner?.getChildByName([member]);
      if (target !== undefined) part.target = target;
    }
  }
}

function exportedAs(project: ProjectReflection, name: string): Reflection | undefined {
  const kinds =
    ReflectionKind.Class | ReflectionKind.Interface | ReflectionKind.TypeAlias | ReflectionKind.Function;
  return project
    .getReflectionsByKind(kinds)
    .find((reflection) => reflection.name === name && reflection.parent?.kindOf(ReflectionKind.Module));
}
