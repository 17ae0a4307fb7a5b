/** What must not be seen: masked by name and shape without a setting, or by one word where only you can know. */
import { enrichSpan, HoneyHiveTracer, Sensitive, Trace } from 'honeyhive-decorators';

HoneyHiveTracer.init({
  sessionName: 'sensitive data',
  redact: {
    keys: ['diagnosis'],
    patterns: [/\bCUST-\d{6}\b/],
    // Asked for every value; what it returns is kept. One that throws masks the field.
    hook: (value, path) => (path.endsWith('email') ? String(value).replace(/^[^@]*/, '***') : value),
  },
});

class Clinic {
  /** `password` is masked by its name, wherever it stands. */
  @Trace()
  login(user: string, password: string): { user: string; sessionToken: string } {
    return { user, sessionToken: `${password.length}-token` };
  }

  @Trace({ sensitive: ['note', 'patient.birthday'] })
  admit(patient: { name: string; birthday: string; email: string; diagnosis: string }, note: string): string {
    return `${patient.name} admitted, ${note.length} letters`;
  }

  /** Nothing of what goes in and out; what is safe is said by hand. */
  @Trace({ includeInputs: false, includeOutputs: false, eventType: 'security_operation' })
  pay(card: string, amount: number): string {
    enrichSpan({ 'payment.amount': amount, 'payment.currency': 'USD' });
    return `paid with ${card}`;
  }

  @Trace()
  lookUp(@Sensitive identity: string, customer: string): boolean {
    return identity.length > 0 && customer.startsWith('CUST-');
  }
}

const clinic = new Clinic();
clinic.login('ada', 'correct horse battery staple');
clinic.admit({ name: 'Ada', birthday: '1815-12-10', email: 'ada@example.org', diagnosis: 'flu' }, 'sleeps badly');
clinic.pay('4111 1111 1111 1111', 12.5);
console.log(clinic.lookUp('AB123456', 'CUST-004711'));
