/**
 * `node --import` this: the process, and each of its threads, lives DAYS_AHEAD days later than the machine does, so that
 * a test sees what a running server does as time goes by. What is measured from a start (timers) runs as ever.
 */
const AHEAD = Math.round(Number(process.env['DAYS_AHEAD']) * 86_400_000);
const { now } = Date;

const later = () => now() + AHEAD;

globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [later()] : given, newTarget),
  get: (target, name, receiver) => (name === 'now' ? later : Reflect.get(target, name, receiver)),
});
