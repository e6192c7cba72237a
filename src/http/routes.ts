import { methodOf, pathOf, ROUTE_KEYS, routeOf } from './access.js';

// Whether there is a development issuer is nobody's business.
const PATTERNS = ROUTE_KEYS.filter((key) => key !== 'POST /dev/token').map((key) => ({
  method: methodOf(key),
  path: new RegExp(`^${pathOf(key).replaceAll(/\{\w+\}/g, routeOf(key).rest === true ? '.+' : '[^/]+')}$`),
}));

/** The methods that an address accepts: for 405 and its `Allow`. */
export function methodsOf(url: string): string[] {
  const [path = ''] = url.split('?', 1);
  const methods = PATTERNS.filter((pattern) => pattern.path.test(path)).map(({ method }) => method);
  return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
}
