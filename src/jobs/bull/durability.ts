/**
 * What a Redis is set to that would lose jobs, from its `INFO`.
 * @see docs/operations.md, Jobs
 */
export function lossesOf(info: string): string[] {
  const says = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const losses: string[] = [];
  if (says('aof_enabled') === '0') {
    losses.push('Redis keeps no append-only file, so a crash loses jobs: set appendonly yes, appendfsync always');
  }
  const policy = says('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    losses.push(`Redis drops keys when its memory is full (${policy}), jobs too: set maxmemory-policy noeviction`);
  }
  return losses;
}
