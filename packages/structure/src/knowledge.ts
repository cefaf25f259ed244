/**
 * What is known before learning; it means the same to every method: statements about direct edges.
 *
 * A tier, root, leaf or forbidden edge rules edges out and requires none; paths through variables that nothing is
 * said about stay possible. Statements that cannot hold together are refused by name.
 */
export interface Knowledge {
  /** variables by time: no edge from a later tier to an earlier one. Within a tier anything goes; a variable in no tier is free. */
  readonly tiers?: readonly (readonly string[])[];
  /** edges [from, to] that must be there */
  readonly required?: readonly (readonly [from: string, to: string])[];
  /** edges [from, to] that must not be there */
  readonly forbidden?: readonly (readonly [from: string, to: string])[];
  /** variables without parents */
  readonly roots?: readonly string[];
  /** variables without children */
  readonly leaves?: readonly string[];
}
