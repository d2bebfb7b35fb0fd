/** What user code can throw: by what is odd about it. Each is made anew, since some change when they are looked at. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  null: () => null,
  'a text': () => 'no stock',
  'an empty text': () => '',
  'a number': () => 42,
  'a bigint': () => 42n,
  'a symbol': () => Symbol('no stock'),
  'a function': () => () => 'no stock',
  'an object without prototype': () => Object.assign(Object.create(null) as object, { code: 'E_STOCK' }),
  'an object that refers to itself': () => {
    const own: Record<string, unknown> = {};
    own['own'] = own;
    return own;
  },
  'an object with a hostile toString': () => ({
    toString: fails,
    valueOf: fails,
    [Symbol.toPrimitive]: fails,
    get [Symbol.toStringTag]() {
      return fails();
    },
  }),
  'a Proxy all of whose traps throw': () => hostileProxy({}),
  'a Proxy of an error whose traps throw': () => hostileProxy(new Error('behind a Proxy')),
  'a revoked Proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'an error without message, as of an older AWS SDK': () => errorWith({ message: { value: null } }),
  'an error whose message is an object': () => errorWith({ message: { value: { code: 'E_STOCK' } } }),
  'an error whose message is a number': () => errorWith({ message: { value: 42 } }),
  'an error whose message is an array': () => errorWith({ message: { value: ['no', 'stock'] } }),
  'an error whose message is a hostile Proxy': () => errorWith({ message: { value: hostileProxy({}) } }),
  'an error whose name is an object': () => errorWith({ name: { value: {} } }),
  'an error whose name is null': () => errorWith({ name: { value: null } }),
  'an error whose name is of 5 MB': () => errorWith({ name: { value: 'x'.repeat(5e6) } }),
  'an error whose stack is an array': () => errorWith({ stack: { value: [1, 2, 3] } }),
  'an error whose stack is missing': () => errorWith({ stack: { value: undefined } }),
  'an error whose getters throw': () => errorWith({ name: { get: fails }, message: { get: fails } }),
  'an error whose cause throws': () => errorWith({ cause: { get: fails } }),
  'an error that is its own cause': () => {
    const error = new Error('no stock');
    error.cause = error;
    return error;
  },
  'an error with a long chain of causes': () => {
    let error = new Error('the first');
    for (let length = 0; length < 1000; length += 1) error = new Error('x'.repeat(1000), { cause: error });
    return error;
  },
  'an error with a message of 5 MB': () => new Error('x'.repeat(5e6)),
  'an error whose class answers instanceof by throwing': () => new Unanswerable('no stock'),
};

class Unanswerable extends Error {
  static override [Symbol.hasInstance](): boolean {
    throw new Error('do not ask');
  }
}

function fails(): never {
  throw new TypeError('do not look');
}

function errorWith(properties: PropertyDescriptorMap): Error {
  return Object.defineProperties(new Error('no stock'), properties);
}

/** Whatever is asked of it throws. */
function hostileProxy(target: object): object {
  return new Proxy(target, new Proxy({}, { get: () => fails }));
}
