export interface Component {
  readonly name: string;
  readonly version: string;
  readonly licence?: string;
  readonly integrity?: string;
  readonly brings?: readonly string[];
}
interface Shipped {
  readonly roots: readonly Component[];
  readonly components: readonly Component[];
}
interface Document {
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly hashes?: readonly { readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
export function licenceProblems(
  components: readonly object[],
  allowed?: ReadonlySet<string>,
): readonly string[];
export function shippedComponents(): Shipped;
export function installedComponents(): readonly Component[];
export function bom(shipped: Shipped): Document;
