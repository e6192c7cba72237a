import { methodOf, pathOf, ROUTE_KEYS } from './access.js';

const PATTERNS = ROUTE_KEYS.map((key) => ({
  method: methodOf(key),
  path: new RegExp(`^${pathOf(key).replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
}));

/** The methods that an address accepts: for 405 and its `Allow`. */
export function methodsOf(url: string): string[] {
  const [path = ''] = url.split('?', 1);
  return PATTERNS.filter((pattern) => pattern.path.test(path)).map(({ method }) => method);
}
