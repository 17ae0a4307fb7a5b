/**
 * What is queued is sent when the process ends, `process.exit` included: that needs no code. A service that makes
 * tracers for its tenants closes them itself, and learns what became of everything.
 */
import { HoneyHiveTracer, Trace } from 'honeyhive-decorators';

class TracerManager {
  private readonly tracers = new Map<string, HoneyHiveTracer>();

  forTenant(tenant: string): HoneyHiveTracer {
    const known = this.tracers.get(tenant);
    if (known !== undefined) return known;
    const tracer = HoneyHiveTracer.init({ sessionName: `tenant ${tenant}`, source: 'production', global: false });
    this.tracers.set(tenant, tracer);
    return tracer;
  }

  /** Bounded in time, never rejects. */
  async release(tenant: string): Promise<void> {
    const receipt = await this.tracers.get(tenant)?.close({ timeoutMs: 2_000 });
    this.tracers.delete(tenant);
    console.log(`${tenant}: ${receipt?.delivered} delivered, ${receipt?.dropped.count} dropped`);
  }
}

class Worker {
  readonly manager: TracerManager;
  readonly tenant: string;

  constructor(manager: TracerManager, tenant: string) {
    this.manager = manager;
    this.tenant = tenant;
  }

  @Trace<Worker>({ tracer: (self) => self.manager.forTenant(self.tenant) })
  work(job: string): string {
    return `${job} done`;
  }
}

async function main(): Promise<void> {
  const manager = new TracerManager();
  console.log(new Worker(manager, 'acme').work('report'));
  await manager.release('acme');

  console.log(new Worker(manager, 'globex').work('invoice'));
  process.exit(3);
}

void main();
