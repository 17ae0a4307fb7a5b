/** True where two types are the same, neither a subset nor `any`. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes `true` only: `expectType<Same<A, B>>()` does not compile where the types differ. */
export function expectType<_Check extends true>(): void {}
