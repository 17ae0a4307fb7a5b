/** What only `experimentalDecorators` has. */
import { Sensitive, Trace } from 'honeyhive-decorators';

export class Login {
  @Trace
  check(user: string, @Sensitive password: string): boolean {
    return user === password;
  }
}
