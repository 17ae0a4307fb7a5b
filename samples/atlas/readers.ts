import { enrichSession, withSession } from 'honeyhive-decorators';
import type { Desk } from './desk.js';
import type { Question } from './questions.js';

/** What one reader went through. */
export interface Visit {
  sessionId: string;
  asked: number;
  errors: number;
}

const isRight = (answer: string, { expected }: Question): boolean =>
  [expected].flat().some((right) => right.toLowerCase() === answer.toLowerCase());

/** One reader at the desk: a session of its own, with what is known of the reader and what the reader thought of it. */
export function visit(
  desk: Desk,
  reader: string,
  questions: readonly Question[],
  onAnswer: () => void,
): Promise<Visit> {
  const about = {
    sessionName: `atlas ${reader}`,
    inputs: { questions: questions.length },
    metadata: { sample: 'atlas' },
    userProperties: { user_id: reader, plan: questions.length > 28 ? 'library' : 'visitor' },
  };
  return withSession(about, async ({ sessionId }) => {
    let right = 0;
    let errors = 0;
    for (const question of questions) {
      try {
        if (isRight(await desk.ask(question.text), question)) right += 1;
      } catch {
        errors += 1;
      }
      onAnswer();
    }
    const share = right / questions.length;
    await enrichSession({
      outputs: { right, wrong: questions.length - right - errors, unanswered: errors },
      metrics: { share_right: share },
      feedback: {
        rating: 1 + Math.round(share * 4),
        comment: share > 0.6 ? 'mostly what I needed' : 'too many wrong answers',
      },
    });
    return { sessionId, asked: questions.length, errors };
  });
}

/** All readers at once; each asks one question after the other. */
export function visitAll(
  desk: Desk,
  questions: readonly Question[],
  readers: number,
  onAnswer: () => void,
): Promise<Visit[]> {
  const visits = Array.from({ length: Math.min(readers, questions.length) }, (_, reader) => {
    const own = questions.filter((_question, index) => index % readers === reader);
    return visit(desk, `reader-${reader + 1}`, own, onAnswer);
  });
  return Promise.all(visits);
}
