/** An object with some of its calls replaced. */
export function overridden<Target extends object>(target: Target, calls: Partial<Target>): Target {
  return new Proxy(target, {
    get(inner, name) {
      const replaced = Reflect.get(calls, name) as unknown;
      if (replaced !== undefined) return replaced;
      const own = Reflect.get(inner, name) as unknown;
      return typeof own === 'function' ? own.bind(inner) : own;
    },
  });
}
