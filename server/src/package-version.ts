import { createRequire } from 'node:module';

export function packageVersion(): string {
  return (createRequire(__filename)('../package.json') as { version: string }).version;
}
