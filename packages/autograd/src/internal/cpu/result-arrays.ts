/** Result arrays by name, used again by the next call that has the same name and length. */
export class ResultArrays {
  private readonly kept = new Map<string, Float32Array>();

  /** Zeros of a length, valid until the next call with this name. */
  zeros(name: string, length: number): Float32Array {
    const known = this.kept.get(name);
    if (known !== undefined && known.length === length) return known.fill(0);
    const fresh = new Float32Array(length);
    this.kept.set(name, fresh);
    return fresh;
  }

  clear(): void {
    this.kept.clear();
  }
}
