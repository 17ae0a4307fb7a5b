/** The store could not do what was asked, through no fault of the request. */
export class StoreError extends Error {
  readonly code: 'unavailable' | 'full' | 'damaged' | 'too_slow' | 'cancelled';
  constructor(code: StoreError['code'], message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}
