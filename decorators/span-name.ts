import { inspect } from 'node:util';
import { isProxy } from 'node:util/types';
import { memberText } from './errors.js';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Names of the classes behind proxies: finding one takes microseconds. */
const behindProxies = new WeakMap<object, string>();

/** `Class.method`, by the runtime class of `this`; without one, the member's name alone. */
export function nameMaker(site: {
  readonly member: PropertyKey;
  readonly instance: unknown;
}): (self: unknown) => string {
  const member = memberText(site.member);
  const names = new WeakMap<object, string>();
  const joined = (className: string): string => (className === '' ? member : `${className}.${member}`);
  return (self) => {
    const subject = self ?? site.instance;
    if ((typeof subject !== 'object' && typeof subject !== 'function') || subject === null) return member;
    if (isProxy(subject)) return joined(nameBehind(subject));
    const owner = typeof subject === 'function' ? subject : classOf(subject);
    if (owner === undefined) return member;
    let name = names.get(owner);
    if (name === undefined) {
      name = joined(nameOf(owner));
      names.set(owner, name);
    }
    return name;
  };
}

function classOf(self: object): object | undefined {
  try {
    const owner: unknown = self.constructor;
    return typeof owner === 'function' && owner !== Object ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** The name of a class or function, where it is a text. */
export function nameOf(owner: object): string {
  try {
    const { name } = owner as { readonly name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}

/** The class of a proxy's target. Asking the proxy would run its traps; `inspect` looks past them: `[Class]`. */
function nameBehind(proxy: object): string {
  let name = behindProxies.get(proxy);
  if (name === undefined) {
    // `[Class]`, `[class Class extends Base]`, `[Class <Complex prototype> ...]`
    const words = inspect(proxy, { depth: -1, customInspect: false })
      .slice(1, 200)
      .split(/[\s\]<]/u, 2);
    const candidate = (words[0] === 'class' ? words[1] : words[0]) ?? '';
    name = IDENTIFIER.test(candidate) ? candidate : '';
    if (name === 'Object' || name === 'Function') name = '';
    behindProxies.set(proxy, name);
  }
  return name;
}
