import { Evaluate, enrichSpan, HoneyHiveTracer, LengthEvaluator, Trace } from 'honeyhive-decorators';

HoneyHiveTracer.init({ sessionName: 'quickstart' });

class Greeter {
  @Trace({ eventType: 'tool' })
  @Evaluate(new LengthEvaluator({ maxLength: 40 }))
  greet(name: string): string {
    enrichSpan({ userProperties: { user_id: 'u1' }, polite: true });
    return `Hello, ${name}!`;
  }
}

console.log(new Greeter().greet('Ada'));
