/** A session that says at every stage where it stands: started, in progress, completed or failed. */
import { enrichSession, HoneyHiveTracer, Trace, withSession } from 'honeyhive-decorators';
import { CannedModel } from './canned-model.js';

HoneyHiveTracer.init({ project: 'managed-workflows', sessionName: 'workflows' });

class Workflow {
  private readonly model = new CannedModel('Open the settings and choose "Reset password".');

  /** The updates need not be awaited: they are sent together, in order. */
  run(userId: string, task: string): Promise<string> {
    return withSession({ sessionName: `${task}-${userId}`, userProperties: { user_id: userId } }, async () => {
      void enrichSession({ metadata: { task, status: 'started', started_at: new Date() } });
      try {
        void enrichSession({ metadata: { status: 'in_progress' } });
        const result = await this.help(task);
        void enrichSession({
          metadata: { status: 'completed', completed_at: new Date() },
          outputs: { result },
          metrics: { success: true },
        });
        return result;
      } catch (error) {
        void enrichSession({
          metadata: { status: 'failed', error_type: (error as Error).name, error_message: (error as Error).message },
          metrics: { success: false },
        });
        throw error;
      }
    });
  }

  @Trace({ eventType: 'chain' })
  async help(task: string): Promise<string> {
    if (task === '') throw new RangeError('there is no task');
    const { text } = await this.model.complete(`Help me with: ${task}`);
    return text;
  }
}

const workflow = new Workflow();

async function main(): Promise<void> {
  console.log(await workflow.run('user_123', 'reset'));
  await workflow.run('user_456', '').catch((error: Error) => console.log(`${error.name}: ${error.message}`));
}

void main();
