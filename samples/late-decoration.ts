/** The tracer is not there yet when classes are loaded: three ways that do not mind. */
import { HoneyHiveTracer, Trace, trace } from 'honeyhive-decorators';

const app: { tracer?: HoneyHiveTracer } = {};

class Orders {
  /** 1. No tracer named: the one that is active or the first of the process, asked at each call. */
  @Trace({ eventType: 'order_lookup' })
  find(id: string): string {
    return `order ${id}`;
  }

  /** 2. A function that looks it up; until it gives one, the method runs untraced. */
  @Trace({ tracer: () => app.tracer })
  cancel(id: string): string {
    return `order ${id} cancelled`;
  }
}

class Legacy {
  total(prices: number[]): number {
    return prices.reduce((sum, price) => sum + price, 0);
  }
}

const orders = new Orders();
console.log(orders.find('0'), '|', orders.cancel('0'));

const tracer = HoneyHiveTracer.init({ sessionName: 'late decoration' });
app.tracer = tracer;
// 3. Decorated late: methods of classes that are not yours, and plain functions. Their types stay.
Legacy.prototype.total = trace({ tracer, eventName: 'Legacy.total' })(Legacy.prototype.total);
const greet = trace(function greet(name: string) {
  return `hello ${name}`;
});

console.log(orders.find('1'), '|', orders.cancel('1'));
console.log(new Legacy().total([1, 2]), '|', greet('Ada'));
