/** Told how asynchronous work ended: with a value. */
export type OnValue = (value: unknown) => void;
/** Told how it ended: with an error. */
export type OnError = (thrown: unknown) => void;
