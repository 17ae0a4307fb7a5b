/** Users rate an answer long after its session ended, perhaps in another process: the id is all that is needed. */
import { enrichSession, HoneyHiveTracer, Trace, withSession } from 'honeyhive-decorators';
import { CannedModel } from './canned-model.js';

class Chat {
  private readonly model = new CannedModel('Paris.');

  /** Gives the session's id along with the answer; the page keeps it until the user clicks. */
  answer(question: string): Promise<{ text: string; sessionId: string }> {
    return withSession({ sessionName: 'chat', inputs: { question } }, async ({ sessionId }) => ({
      text: await this.reply(question),
      sessionId,
    }));
  }

  @Trace({ eventType: 'chain' })
  private async reply(question: string): Promise<string> {
    return (await this.model.complete(question)).text;
  }
}

class FeedbackDesk {
  collect(sessionId: string, rating: number, comment: string): Promise<void> {
    return enrichSession(sessionId, {
      feedback: { rating, comment, helpful: rating >= 4, given_at: new Date() },
      metadata: { feedback_collected: true },
    });
  }
}

async function main(): Promise<void> {
  const serving = HoneyHiveTracer.init({ sessionName: 'chat server' });
  const { text, sessionId } = await new Chat().answer('What is the capital of France?');
  console.log(text);
  await serving.close();

  await using _later = HoneyHiveTracer.init({ sessionName: 'feedback desk' });
  await new FeedbackDesk().collect(sessionId, 5, 'Just what I needed');
}

void main();
