/** Two tracers in one process, each with its own project, source and session; they do not mix. */
import { enrichSpan, HoneyHiveTracer, Trace, trace } from 'honeyhive-decorators';

const production = HoneyHiveTracer.init({ project: 'shop', sessionName: 'production', source: 'production' });
const testing = HoneyHiveTracer.init({ project: 'shop-tests', sessionName: 'testing', source: 'testing' });

/** The tracer is injected: it is asked for at each call. */
class Recommender {
  readonly tracer: HoneyHiveTracer;

  constructor(tracer: HoneyHiveTracer) {
    this.tracer = tracer;
  }

  @Trace<Recommender>({ tracer: (self) => self.tracer })
  recommend(customer: string): string[] {
    enrichSpan({ 'customer.tier': customer === 'ada' ? 'gold' : 'standard' });
    return ['tea', 'biscuits'];
  }
}

/** Functions too: made for a tracer, without a global one to import in circles. */
function makeChecks(tracer: HoneyHiveTracer) {
  return { isKnown: trace({ tracer, eventName: 'isKnown' })((name: string) => name === 'ada') };
}

console.log(new Recommender(production).recommend('ada').join(', '));
console.log(new Recommender(testing).recommend('test customer').join(', '));
console.log(makeChecks(testing).isKnown('ada'));

void production.enrichSession({ metadata: { environment: 'production', user_id: 'user_123' } });
void testing.enrichSession({ metadata: { environment: 'testing', test_case: 'scenario_1' } });
