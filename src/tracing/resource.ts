import { readFileSync } from 'node:fs';
import { arch, hostname, type } from 'node:os';
import { dirname, join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { load } from '../base/load.js';
import { PACKAGE } from '../base/version.js';
import type { ResolvedConfig } from '../config/options.js';

/**
 * Where the spans come from, by OpenTelemetry's semantic conventions for resources. `OTEL_RESOURCE_ATTRIBUTES` wins
 * over what is found out, `OTEL_SERVICE_NAME` over that.
 */
export function makeResource(config: ResolvedConfig, env: NodeJS.ProcessEnv = process.env): Resource {
  const app = packageOfProgram();
  const attributes: Attributes = {
    'service.name': env.HH_SERVICE_NAME || config.project || app.name || PACKAGE.name,
    'telemetry.sdk.name': PACKAGE.name,
    'telemetry.sdk.version': PACKAGE.version,
    'telemetry.sdk.language': 'nodejs',
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'host.name': hostname(),
    'host.arch': arch(),
    'os.type': type().toLowerCase(),
  };
  const version = env.HH_SERVICE_VERSION || app.version;
  if (version) attributes['service.version'] = version;
  Object.assign(attributes, fromEnv(env.OTEL_RESOURCE_ATTRIBUTES));
  if (env.OTEL_SERVICE_NAME) attributes['service.name'] = env.OTEL_SERVICE_NAME;
  return resourceOf(attributes);
}

/**
 * A resource whose attributes are all known. Only what a merge gives is OpenTelemetry's own: its package takes longer
 * to load than ours, and exporters read nothing but the attributes.
 */
function resourceOf(attributes: Attributes): Resource {
  const real = (): Resource =>
    load<{ resourceFromAttributes: typeof resourceFromAttributes }>('@opentelemetry/resources').resourceFromAttributes(
      attributes,
    );
  return {
    attributes,
    asyncAttributesPending: false,
    merge: (other) => real().merge(other),
    getRawAttributes: () => real().getRawAttributes(),
  };
}

/** `key=value,...`, percent-decoded (OpenTelemetry's resource SDK specification); an entry that cannot be read is left out. */
function fromEnv(text: string | undefined): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of (text ?? '').split(',')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    try {
      attributes[decodeURIComponent(pair.slice(0, at).trim())] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      // Not percent-encoded as the specification wants it.
    }
  }
  return attributes;
}

/** Name and version of the nearest package.json above the program's main file. */
function packageOfProgram(): { name?: string; version?: string } {
  let directory = dirname(process.argv[1] ?? process.cwd());
  for (let up = 0; up < 20; up++) {
    try {
      return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: string; version?: string };
    } catch {
      const parent = dirname(directory);
      if (parent === directory) break;
      directory = parent;
    }
  }
  return {};
}
