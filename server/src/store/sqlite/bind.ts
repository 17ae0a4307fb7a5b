import type { SqlValue } from './driver.js';

/** Takes a value for SQL and answers with what stands for it; values stand in the order they were taken. */
export type Bind = (value: SqlValue) => string;
