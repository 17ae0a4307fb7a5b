import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** One span sent by the exporters that OpenTelemetry publishes; answers with its ids. */
export function otelClient(
  encoding: string,
  url: string,
  compression: string,
  sessionId: string,
): Promise<{ traceId: string; spanId: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(__dirname, 'otel-program.cjs'), encoding, url, compression, sessionId],
      { timeout: 15_000 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stderr}`));
        else resolve(JSON.parse(stdout) as { traceId: string; spanId: string });
      },
    );
  });
}
