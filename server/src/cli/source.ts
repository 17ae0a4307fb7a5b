/** Where a command reads and writes: a running server, or a file. */
export interface Source {
  readonly name: string;
  /** The running server's address, where there is one. */
  readonly url: string | undefined;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  lines(sessionId: string): AsyncIterable<string>;
  /** Text that is told as it comes, without end. */
  follow(path: string): Promise<AsyncIterable<string>>;
  import(text: string): Promise<unknown>;
  close(): Promise<void>;
}
