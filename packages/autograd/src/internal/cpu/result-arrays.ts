/** Result arrays by name, in memory that is used again by the next call of that name. */
export class ResultArrays {
  private readonly kept = new Map<string, Float32Array>();

  /** Zeros of a length, valid until the next call with this name. */
  zeros(name: string, length: number): Float32Array {
    let memory = this.kept.get(name);
    if (memory === undefined || memory.length < length) {
      memory = new Float32Array(length);
      this.kept.set(name, memory);
      return memory;
    }
    return (memory.length === length ? memory : memory.subarray(0, length)).fill(0);
  }

  clear(): void {
    this.kept.clear();
  }
}
